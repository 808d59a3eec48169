// AVERAGE_POOL_2D and MAX_POOL_2D of int8; input and output have the same scale and zero point.
#ifndef HARNESS_KERNELS_SIMD_POOL_H_
#define HARNESS_KERNELS_SIMD_POOL_H_

#include <cstdint>

#include "kernels/pool_int16.h"

namespace harness {
namespace kernels {
namespace simd {

// The average of what each window covers, halves away from zero.
void AveragePool(const Pool& parameters, const int8_t* input, int8_t* output);

// The largest element that each window covers.
void MaxPool(const Pool& parameters, const int8_t* input, int8_t* output);

}  // namespace simd
}  // namespace kernels
}  // namespace harness

#endif  // HARNESS_KERNELS_SIMD_POOL_H_
