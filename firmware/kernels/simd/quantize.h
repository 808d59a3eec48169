// QUANTIZE from int8 to int8, and RELU with another scale or zero point behind it: the bytes of
// kernels/requantize.h.
#ifndef HARNESS_KERNELS_SIMD_QUANTIZE_H_
#define HARNESS_KERNELS_SIMD_QUANTIZE_H_

#include <cstddef>
#include <cstdint>

#include "kernels/requantize.h"

namespace harness {
namespace kernels {
namespace simd {

// Bytes of scratch that Requantize needs for so many elements.
int32_t RequantizationScratchBytes(size_t count);

// As kernels::Requantize, of int8.
void Requantize(const Requantization& parameters, const int8_t* input, size_t count, void* scratch,
                int8_t* output);

}  // namespace simd
}  // namespace kernels
}  // namespace harness

#endif  // HARNESS_KERNELS_SIMD_QUANTIZE_H_
