// float32 to int16 QUANTIZE.
#ifndef HARNESS_KERNELS_QUANTIZE_FLOAT_H_
#define HARNESS_KERNELS_QUANTIZE_FLOAT_H_

#include <cstddef>
#include <cstdint>

namespace harness {
namespace kernels {

struct FloatQuantization {
  float scale;         // positive
  int32_t zero_point;  // -32768 ... 32767
};

// output[i] = clamp(round(input[i] / scale) + zero_point, -32768, 32767), halves away from zero, for
// `count` elements. What is not a number becomes -32768.
void Quantize(const FloatQuantization& parameters, const float* input, size_t count,
              int16_t* output);

}  // namespace kernels
}  // namespace harness

#endif  // HARNESS_KERNELS_QUANTIZE_FLOAT_H_
