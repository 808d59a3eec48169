// LOGISTIC and TANH of int16, zero point 0; the output's scale is 2^-15.
#ifndef HARNESS_KERNELS_SIGMOID_INT16_H_
#define HARNESS_KERNELS_SIGMOID_INT16_H_

#include <cstddef>
#include <cstdint>

namespace harness {
namespace kernels {

// input * multiplier / 2^shift is the real input in steps of 1/12288, which is 1/512 of the distance
// between two entries of the table. multiplier is in 0 ... 65535, shift in 0 ... 31.
struct SigmoidSteps {
  int32_t multiplier;
  int32_t shift;
};

// The steps for a positive input scale; above 5.33 the multiplier exceeds its range.
SigmoidSteps StepsOfScale(double scale);

// 1 / (1 + exp(-x)), for `count` elements; may run in place.
void Logistic(const SigmoidSteps& parameters, const int16_t* input, size_t count, int16_t* output);

// tanh(x) = 2 / (1 + exp(-2x)) - 1, for `count` elements; may run in place.
void Tanh(const SigmoidSteps& parameters, const int16_t* input, size_t count, int16_t* output);

}  // namespace kernels
}  // namespace harness

#endif  // HARNESS_KERNELS_SIGMOID_INT16_H_
