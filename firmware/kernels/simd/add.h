// ADD of two int8 tensors of the same shape.
#ifndef HARNESS_KERNELS_SIMD_ADD_H_
#define HARNESS_KERNELS_SIMD_ADD_H_

#include <cstddef>
#include <cstdint>

#include "kernels/elementwise_int16.h"

namespace harness {
namespace kernels {
namespace simd {

// Both inputs, less their zero points, are brought to scale common / 2^20 with `common` = 2 * the
// larger input scale, added there, and brought to the output's scale. The input with the larger
// scale, or either where they are equal, is called wide: its factor is 1/2, and it is not rounded.
struct WidenedAddition {
  int32_t wide_zero_point;
  int32_t narrow_zero_point;
  int32_t output_zero_point;
  Factor narrow;  // narrow scale / common, at most 1/2
  Factor output;  // common / (2^20 * output scale)
  Bounds bounds;  // within int8
};

// Bytes of scratch, aligned to 4, that Add needs for so many elements.
int32_t AdditionScratchBytes(const WidenedAddition& parameters, size_t count);

// The results are rounded as ScaledByMultiplier in fixed_point.h does, then clamped.
void Add(const WidenedAddition& parameters, const int8_t* wide, const int8_t* narrow, size_t count,
         void* scratch, int8_t* output);

}  // namespace simd
}  // namespace kernels
}  // namespace harness

#endif  // HARNESS_KERNELS_SIMD_ADD_H_
