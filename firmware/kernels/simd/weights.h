// The packed forms of weights that the kernels of this folder tell apart by type; kernels/weights.h
// has their layouts, and DenseWeights.
#ifndef HARNESS_KERNELS_SIMD_WEIGHTS_H_
#define HARNESS_KERNELS_SIMD_WEIGHTS_H_

#include <cstdint>

#include "kernels/weights.h"

namespace harness {
namespace kernels {
namespace simd {

// Two's complement weights of four bits.
struct SignedHalves {
  const uint8_t* halves;
};

// Indices of four bits into a table of 16 values.
struct TableIndices {
  const int8_t* table;
  const uint8_t* halves;
};

// The same weights as the portable kernels read them.
inline DenseWeights Portable(const DenseWeights& weights) { return weights; }
inline PackedWeights Portable(const SignedHalves& weights) { return {weights.halves, kInt4Values}; }
inline PackedWeights Portable(const TableIndices& weights) { return {weights.halves, weights.table}; }

}  // namespace simd
}  // namespace kernels
}  // namespace harness

#endif  // HARNESS_KERNELS_SIMD_WEIGHTS_H_
