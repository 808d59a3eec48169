// LEAKY_RELU of int8 and int16.
#ifndef HARNESS_KERNELS_LEAKY_RELU_H_
#define HARNESS_KERNELS_LEAKY_RELU_H_

#include <cstddef>
#include <cstdint>

namespace harness {
namespace kernels {

struct LeakyRelu {
  int32_t input_zero_point;
  int32_t output_zero_point;
  int32_t multiplier;        // input scale / output scale is multiplier * 2^(shift - 31), with
  int32_t shift;             // |multiplier| in [2^30, 2^31) or 0, and shift in [-31, 31]
  int32_t slope_multiplier;  // the same times the slope below zero, which may be negative
  int32_t slope_shift;
};

// x where it is at least zero, else slope * x, for `count` elements, saturating. Rounds as
// ScaledByMultiplier in fixed_point.h does. Instantiated for int8_t and int16_t.
template <typename T>
void TakeLeakyRelu(const LeakyRelu& parameters, const T* input, size_t count, T* output);

}  // namespace kernels
}  // namespace harness

#endif  // HARNESS_KERNELS_LEAKY_RELU_H_
