// RELU and RELU6 of int8 where the input's scale and zero point are the output's: a clamp.
#ifndef HARNESS_KERNELS_SIMD_RELU_H_
#define HARNESS_KERNELS_SIMD_RELU_H_

#include <cstddef>
#include <cstdint>

namespace harness {
namespace kernels {
namespace simd {

// output[i] = clamp(input[i], least, most) for `count` elements, with bounds within int8 and least
// <= most; may run in place.
void ClampEach(int32_t least, int32_t most, const int8_t* input, size_t count, int8_t* output);

}  // namespace simd
}  // namespace kernels
}  // namespace harness

#endif  // HARNESS_KERNELS_SIMD_RELU_H_
