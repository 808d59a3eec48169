// MEAN of int8 over any of up to four dimensions: the same bytes as kernels/mean.h.
#ifndef HARNESS_KERNELS_SIMD_MEAN_H_
#define HARNESS_KERNELS_SIMD_MEAN_H_

#include <cstdint>

#include "kernels/mean.h"

namespace harness {
namespace kernels {
namespace simd {

// Fast where the reduced dimensions lie side by side before at least four elements that are kept,
// as height and width do before the channels.
void TakeMean(const Mean& parameters, const int8_t* input, int8_t* output);

}  // namespace simd
}  // namespace kernels
}  // namespace harness

#endif  // HARNESS_KERNELS_SIMD_MEAN_H_
