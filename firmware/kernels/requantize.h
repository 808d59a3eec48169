// QUANTIZE from integers to integers, RELU and RELU6: the same real values, within bounds, under
// another scale and zero point.
#ifndef HARNESS_KERNELS_REQUANTIZE_H_
#define HARNESS_KERNELS_REQUANTIZE_H_

#include <cstddef>
#include <cstdint>

namespace harness {
namespace kernels {

struct Requantization {
  int32_t input_zero_point;   // zero points lie within their element type
  int32_t output_zero_point;
  int32_t multiplier;  // input scale / output scale is multiplier * 2^(shift - 31), with
  int32_t shift;       // multiplier in [2^30, 2^31) or 0, and shift in [-31, 31]
  int32_t least;       // bounds of the outputs, within their element type; RELU has the output's
  int32_t most;        // zero point as its least, RELU6 also the quantized 6 as its most
};

// output[i] = clamp(round((input[i] - input_zero_point) * multiplier * 2^(shift - 31))
//                   + output_zero_point, least, most), for `count` elements; may run in place
// where both types are the same. Rounds as ScaledByMultiplier in fixed_point.h does.
// Instantiated for int8_t and int16_t.
template <typename Input, typename Output>
void Requantize(const Requantization& parameters, const Input* input, size_t count,
                Output* output);

}  // namespace kernels
}  // namespace harness

#endif  // HARNESS_KERNELS_REQUANTIZE_H_
