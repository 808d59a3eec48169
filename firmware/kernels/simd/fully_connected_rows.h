// Sums of products of one vector of inputs with rows of weights, for the DSP extension.
//
// The inputs lie in scratch as int16 pairs in the order in which the rows' encoding comes apart:
// inputs 0, 2 and 1, 3 of four for int8 weights (SXTB16 of a word); 0, 4, 2, 6, 1, 5, 3, 7 of eight
// for halves (SXTB16 of a word's even and odd halves); as they are for indices of a table.
#ifndef HARNESS_KERNELS_SIMD_FULLY_CONNECTED_ROWS_H_
#define HARNESS_KERNELS_SIMD_FULLY_CONNECTED_ROWS_H_

#include <cstdint>

#include "kernels/simd/instructions.h"

namespace harness {
namespace kernels {
namespace simd {

#if HARNESS_DSP

constexpr int32_t kRowsOfBlock = 4;

// To the sums of `count` rows, a multiple of kRowsOfBlock, that lie `step` bytes apart, the
// products with inputs x ... end, a multiple of eight.
void AddRows(const int8_t* row, int32_t step, int32_t count, const uint32_t* x,
             const uint32_t* end, int32_t* sums);

// The same with rows of halves.
void AddRowsOfHalves(const uint8_t* row, int32_t step, int32_t count, const uint32_t* x,
                     const uint32_t* end, int32_t* sums);

// The same with rows of indices; `pairs` has both weights of every byte.
void AddRowsOfIndices(const uint8_t* row, int32_t step, int32_t count, const uint32_t* pairs,
                      const uint32_t* x, const uint32_t* end, int32_t* sums);

#endif  // HARNESS_DSP

}  // namespace simd
}  // namespace kernels
}  // namespace harness

#endif  // HARNESS_KERNELS_SIMD_FULLY_CONNECTED_ROWS_H_
