// Sums of products of one vector of inputs with rows of weights, for cores without the DSP
// extension.
#ifndef HARNESS_KERNELS_SIMD_FULLY_CONNECTED_ROWS_SCALAR_H_
#define HARNESS_KERNELS_SIMD_FULLY_CONNECTED_ROWS_SCALAR_H_

#include <cstdint>

namespace harness {
namespace kernels {
namespace simd {

// An input less the zero point. On Cortex-M0+ it is a word, which LDM loads while it moves on;
// Armv6-M has no other load that does.
#if defined(__ARM_ARCH_6M__)
using Input = int32_t;
#else
using Input = int16_t;
#endif

// To the sums of four rows, `step` bytes apart, the products with `count` inputs.
void AddFourRows(const int8_t* row, int32_t step, const Input* x, int32_t count, int32_t* sums);

// To the sums of two rows of halves the products with `count` inputs, an even number.
void AddTwoRows(const uint8_t* first, const uint8_t* second, const Input* x, int32_t count,
                int32_t* sums);

// The same with rows of indices into a table.
void AddTwoRows(const uint8_t* first, const uint8_t* second, const int8_t* table, const Input* x,
                int32_t count, int32_t* sums);

}  // namespace simd
}  // namespace kernels
}  // namespace harness

#endif  // HARNESS_KERNELS_SIMD_FULLY_CONNECTED_ROWS_SCALAR_H_
