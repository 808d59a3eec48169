// The weights of two output channels in scratch, as the DSP kernels read them: a step of four
// values a channel is four words: values 0 and 2 of the first channel and of the second, then
// values 1 and 3 of each. Zeros make a whole number of steps of eight.
#ifndef HARNESS_KERNELS_SIMD_CONVOLUTION_ROWS_H_
#define HARNESS_KERNELS_SIMD_CONVOLUTION_ROWS_H_

#include <cstdint>

#include "kernels/simd/table_pairs.h"
#include "kernels/simd/weights.h"

namespace harness {
namespace kernels {
namespace simd {

constexpr int32_t kChannelsOfBlock = 2;

// Bytes of scratch that ExpandRows needs of its own, a multiple of 8.
inline int32_t ExpansionBytes(const DenseWeights*, int32_t /*depth*/) { return 0; }
inline int32_t ExpansionBytes(const SignedHalves*, int32_t depth) {
  return depth % 8 == 0 ? 0 : (depth + 7) / 8 * 8;
}
inline int32_t ExpansionBytes(const TableIndices*, int32_t depth) {
  return kTablePairs * 4 + (depth % 8 == 0 ? 0 : (depth + 7) / 8 * 8);
}

// Fills what ExpandRows reads from that scratch, once for a layer.
inline void PrepareExpansion(const DenseWeights&, void*) {}
inline void PrepareExpansion(const SignedHalves&, void*) {}
void PrepareExpansion(const TableIndices& weights, void* scratch);

// Rows `first` and `second`, of `depth` weights each.
void ExpandRows(const DenseWeights& weights, int32_t first, int32_t second, int32_t depth,
                void* scratch, uint32_t* to);
void ExpandRows(const SignedHalves& weights, int32_t first, int32_t second, int32_t depth,
                void* scratch, uint32_t* to);
void ExpandRows(const TableIndices& weights, int32_t first, int32_t second, int32_t depth,
                void* scratch, uint32_t* to);

}  // namespace simd
}  // namespace kernels
}  // namespace harness

#endif  // HARNESS_KERNELS_SIMD_CONVOLUTION_ROWS_H_
