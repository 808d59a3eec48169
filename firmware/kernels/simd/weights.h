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

}  // namespace simd
}  // namespace kernels
}  // namespace harness

#endif  // HARNESS_KERNELS_SIMD_WEIGHTS_H_
