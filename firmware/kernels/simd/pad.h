// PAD and PADV2 of int8.
#ifndef HARNESS_KERNELS_SIMD_PAD_H_
#define HARNESS_KERNELS_SIMD_PAD_H_

#include <cstdint>

#include "kernels/pad_int16.h"

namespace harness {
namespace kernels {
namespace simd {

// The input at its place, and `fill` around it.
void Pad(const Padding& parameters, const int8_t* input, int8_t fill, int8_t* output);

}  // namespace simd
}  // namespace kernels
}  // namespace harness

#endif  // HARNESS_KERNELS_SIMD_PAD_H_
