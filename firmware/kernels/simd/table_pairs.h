// Weights that are indices into a table, two at a time: what every packed byte stands for.
#ifndef HARNESS_KERNELS_SIMD_TABLE_PAIRS_H_
#define HARNESS_KERNELS_SIMD_TABLE_PAIRS_H_

#include <cstdint>

#include "kernels/simd/weights.h"

namespace harness {
namespace kernels {
namespace simd {

constexpr int32_t kTablePairs = 256;

// Two int16 weights for each byte, the first in the lower half.
inline void FillTablePairs(const int8_t* table, uint32_t* pairs) {
  for (int32_t high = 0; high < 16; ++high) {
    const uint32_t top = static_cast<uint32_t>(table[high]) << 16;
    for (int32_t low = 0; low < 16; ++low) {
      *pairs++ = top | (static_cast<uint32_t>(table[low]) & 0xFFFFU);
    }
  }
}

}  // namespace simd
}  // namespace kernels
}  // namespace harness

#endif  // HARNESS_KERNELS_SIMD_TABLE_PAIRS_H_
