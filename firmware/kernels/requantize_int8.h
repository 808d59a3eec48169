// int8 to int8 QUANTIZE: the same real values under another scale and zero point.
#ifndef HARNESS_KERNELS_REQUANTIZE_INT8_H_
#define HARNESS_KERNELS_REQUANTIZE_INT8_H_

#include <cstddef>
#include <cstdint>

namespace harness {
namespace kernels {

struct RequantizeInt8 {
  int32_t input_zero_point;   // -128 ... 127
  int32_t output_zero_point;  // -128 ... 127
  int32_t multiplier;         // input scale / output scale is multiplier * 2^(shift - 31), with
  int32_t shift;              // multiplier in [2^30, 2^31) or 0, and shift in [-31, 31]
};

// output[i] = clamp(round((input[i] - input_zero_point) * multiplier * 2^(shift - 31))
//                   + output_zero_point, -128, 127), for `count` elements; may run in place.
// Rounds as ScaledByMultiplier in fixed_point.h does.
void Requantize(const RequantizeInt8& parameters, const int8_t* input, size_t count,
                int8_t* output);

}  // namespace kernels
}  // namespace harness

#endif  // HARNESS_KERNELS_REQUANTIZE_INT8_H_
