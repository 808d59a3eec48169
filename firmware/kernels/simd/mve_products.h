// Products of two patches with two rows of weights at once by Helium (MVE); for Cortex-M55.
//
// A patch is the activations that one output sees. The loops are written as assembly because GCC 12
// makes no tail-predicated loops (DLSTP, LETP): of its own it would end each row by a second,
// masked copy of the loop. Lanes beyond the end are neither read nor added.
#ifndef HARNESS_KERNELS_SIMD_MVE_PRODUCTS_H_
#define HARNESS_KERNELS_SIMD_MVE_PRODUCTS_H_

#include <cstdint>

#include "kernels/simd/weights.h"

namespace harness {
namespace kernels {
namespace simd {

// Sums of 32 bits, modulo 2^32: first and second patch by first and second row.
struct BlockSums {
  int32_t first[2];
  int32_t second[2];
};

// Where two patches and two rows are read next.
template <typename Activation>
struct Block {
  const Activation* patches[2];
  const uint8_t* rows[2];
};

#define HARNESS_MVE_INLINE __attribute__((always_inline)) inline
#define HARNESS_MVE_SUMS(s) \
  [a] "+&Te"(s.first[0]), [b] "+&Te"(s.first[1]), [c] "+&Te"(s.second[0]), [d] "+&Te"(s.second[1])
#define HARNESS_MVE_PLACES(p, of_rows) \
  [x] "+&r"(p.patches[0]), [y] "+&r"(p.patches[1]), [v] of_rows(p.rows[0]), [w] of_rows(p.rows[1])

// How many weights a byte holds.
template <typename Weights>
struct WeightsOfByte {
  static constexpr int32_t kCount = 2;
};
template <>
struct WeightsOfByte<DenseWeights> {
  static constexpr int32_t kCount = 1;
};

// How many weights one step of a loop takes: of four bits, the patch holds as many activations of
// even and then as many of odd place as a vector has lanes.
template <typename Activation, typename Weights>
constexpr int32_t StepOf() {
  return 16 / static_cast<int32_t>(sizeof(Activation)) * WeightsOfByte<Weights>::kCount;
}

// Each adds the products of `bytes` > 0 bytes of both rows. Eight multiplications and loads are 64
// (int8) or 32 (int16) products, in turn, so that each load overlaps a multiplication.
HARNESS_MVE_INLINE void AddProducts(const DenseWeights&, int32_t bytes, Block<int8_t>& at,
                                    BlockSums& sums) {
  __asm__ volatile(
      "dlstp.8 lr, %[bytes]\n"
      "1:\n"
      "vldrb.u8 q0, [%[x]], #16\n"
      "vldrb.u8 q1, [%[v]], #16\n"
      "vmladava.s8 %[a], q0, q1\n"
      "vldrb.u8 q2, [%[w]], #16\n"
      "vmladava.s8 %[b], q0, q2\n"
      "vldrb.u8 q3, [%[y]], #16\n"
      "vmladava.s8 %[c], q3, q1\n"
      "vmladava.s8 %[d], q3, q2\n"
      "letp lr, 1b\n"
      : HARNESS_MVE_SUMS(sums), HARNESS_MVE_PLACES(at, "+&r")
      : [bytes] "r"(bytes)
      : "q0", "q1", "q2", "q3", "lr", "memory");
}

HARNESS_MVE_INLINE void AddProducts(const DenseWeights&, int32_t bytes, Block<int16_t>& at,
                                    BlockSums& sums) {
  __asm__ volatile(
      "dlstp.16 lr, %[bytes]\n"
      "1:\n"
      "vldrh.u16 q0, [%[x]], #16\n"
      "vldrb.s16 q1, [%[v]], #8\n"
      "vmladava.s16 %[a], q0, q1\n"
      "vldrb.s16 q2, [%[w]], #8\n"
      "vmladava.s16 %[b], q0, q2\n"
      "vldrh.u16 q3, [%[y]], #16\n"
      "vmladava.s16 %[c], q3, q1\n"
      "vmladava.s16 %[d], q3, q2\n"
      "letp lr, 1b\n"
      : HARNESS_MVE_SUMS(sums), HARNESS_MVE_PLACES(at, "+&l")
      : [bytes] "r"(bytes)
      : "q0", "q1", "q2", "q3", "lr", "memory");
}

// Low halves are moved up and back with their sign, high halves down.
HARNESS_MVE_INLINE void AddProducts(const SignedHalves&, int32_t bytes, Block<int8_t>& at,
                                    BlockSums& sums) {
  __asm__ volatile(
      "dlstp.8 lr, %[bytes]\n"
      "1:\n"
      "vldrb.u8 q0, [%[v]], #16\n"
      "vshl.i8 q2, q0, #4\n"
      "vldrb.u8 q1, [%[w]], #16\n"
      "vshl.i8 q3, q1, #4\n"
      "vldrb.u8 q4, [%[x]], #16\n"
      "vshr.s8 q2, q2, #4\n"
      "vshr.s8 q3, q3, #4\n"
      "vmladava.s8 %[a], q4, q2\n"
      "vmladava.s8 %[b], q4, q3\n"
      "vldrb.u8 q4, [%[y]], #16\n"
      "vmladava.s8 %[c], q4, q2\n"
      "vmladava.s8 %[d], q4, q3\n"
      "vldrb.u8 q4, [%[x]], #16\n"
      "vshr.s8 q0, q0, #4\n"
      "vshr.s8 q1, q1, #4\n"
      "vmladava.s8 %[a], q4, q0\n"
      "vmladava.s8 %[b], q4, q1\n"
      "vldrb.u8 q4, [%[y]], #16\n"
      "vmladava.s8 %[c], q4, q0\n"
      "vmladava.s8 %[d], q4, q1\n"
      "letp lr, 1b\n"
      : HARNESS_MVE_SUMS(sums), HARNESS_MVE_PLACES(at, "+&r")
      : [bytes] "r"(bytes)
      : "q0", "q1", "q2", "q3", "q4", "lr", "memory");
}

HARNESS_MVE_INLINE void AddProducts(const SignedHalves&, int32_t bytes, Block<int16_t>& at,
                                    BlockSums& sums) {
  __asm__ volatile(
      "dlstp.16 lr, %[bytes]\n"
      "1:\n"
      "vldrb.s16 q0, [%[v]], #8\n"
      "vshl.i16 q2, q0, #12\n"
      "vldrb.s16 q1, [%[w]], #8\n"
      "vshl.i16 q3, q1, #12\n"
      "vldrh.u16 q4, [%[x]], #16\n"
      "vshr.s16 q2, q2, #12\n"
      "vshr.s16 q3, q3, #12\n"
      "vmladava.s16 %[a], q4, q2\n"
      "vmladava.s16 %[b], q4, q3\n"
      "vldrh.u16 q4, [%[y]], #16\n"
      "vmladava.s16 %[c], q4, q2\n"
      "vmladava.s16 %[d], q4, q3\n"
      "vldrh.u16 q4, [%[x]], #16\n"
      "vshr.s16 q0, q0, #4\n"
      "vshr.s16 q1, q1, #4\n"
      "vmladava.s16 %[a], q4, q0\n"
      "vmladava.s16 %[b], q4, q1\n"
      "vldrh.u16 q4, [%[y]], #16\n"
      "vmladava.s16 %[c], q4, q0\n"
      "vmladava.s16 %[d], q4, q1\n"
      "letp lr, 1b\n"
      : HARNESS_MVE_SUMS(sums), HARNESS_MVE_PLACES(at, "+&l")
      : [bytes] "r"(bytes)
      : "q0", "q1", "q2", "q3", "q4", "lr", "memory");
}

// The halves are gathered from the table of 16 values.
HARNESS_MVE_INLINE void AddProducts(const TableIndices& weights, int32_t bytes, Block<int8_t>& at,
                                    BlockSums& sums) {
  __asm__ volatile(
      "vmov.i8 q7, #15\n"
      "dlstp.8 lr, %[bytes]\n"
      "1:\n"
      "vldrb.u8 q0, [%[v]], #16\n"
      "vand q2, q0, q7\n"
      "vldrb.u8 q1, [%[w]], #16\n"
      "vand q3, q1, q7\n"
      "vldrb.u8 q5, [%[table], q2]\n"
      "vldrb.u8 q6, [%[table], q3]\n"
      "vldrb.u8 q4, [%[x]], #16\n"
      "vmladava.s8 %[a], q4, q5\n"
      "vmladava.s8 %[b], q4, q6\n"
      "vldrb.u8 q4, [%[y]], #16\n"
      "vmladava.s8 %[c], q4, q5\n"
      "vmladava.s8 %[d], q4, q6\n"
      "vshr.u8 q2, q0, #4\n"
      "vshr.u8 q3, q1, #4\n"
      "vldrb.u8 q5, [%[table], q2]\n"
      "vldrb.u8 q6, [%[table], q3]\n"
      "vldrb.u8 q4, [%[x]], #16\n"
      "vmladava.s8 %[a], q4, q5\n"
      "vmladava.s8 %[b], q4, q6\n"
      "vldrb.u8 q4, [%[y]], #16\n"
      "vmladava.s8 %[c], q4, q5\n"
      "vmladava.s8 %[d], q4, q6\n"
      "letp lr, 1b\n"
      : HARNESS_MVE_SUMS(sums), HARNESS_MVE_PLACES(at, "+&r")
      : [bytes] "r"(bytes), [table] "r"(weights.table)
      : "q0", "q1", "q2", "q3", "q4", "q5", "q6", "q7", "lr", "memory");
}

HARNESS_MVE_INLINE void AddProducts(const TableIndices& weights, int32_t bytes,
                                    Block<int16_t>& at, BlockSums& sums) {
  __asm__ volatile(
      "vmov.i16 q7, #15\n"
      "dlstp.16 lr, %[bytes]\n"
      "1:\n"
      "vldrb.u16 q0, [%[v]], #8\n"
      "vand q2, q0, q7\n"
      "vldrb.u16 q1, [%[w]], #8\n"
      "vand q3, q1, q7\n"
      "vldrb.s16 q5, [%[table], q2]\n"
      "vldrb.s16 q6, [%[table], q3]\n"
      "vldrh.u16 q4, [%[x]], #16\n"
      "vmladava.s16 %[a], q4, q5\n"
      "vmladava.s16 %[b], q4, q6\n"
      "vldrh.u16 q4, [%[y]], #16\n"
      "vmladava.s16 %[c], q4, q5\n"
      "vmladava.s16 %[d], q4, q6\n"
      "vshr.u16 q2, q0, #4\n"
      "vshr.u16 q3, q1, #4\n"
      "vldrb.s16 q5, [%[table], q2]\n"
      "vldrb.s16 q6, [%[table], q3]\n"
      "vldrh.u16 q4, [%[x]], #16\n"
      "vmladava.s16 %[a], q4, q5\n"
      "vmladava.s16 %[b], q4, q6\n"
      "vldrh.u16 q4, [%[y]], #16\n"
      "vmladava.s16 %[c], q4, q5\n"
      "vmladava.s16 %[d], q4, q6\n"
      "letp lr, 1b\n"
      : HARNESS_MVE_SUMS(sums), HARNESS_MVE_PLACES(at, "+&l")
      : [bytes] "r"(bytes), [table] "r"(weights.table)
      : "q0", "q1", "q2", "q3", "q4", "q5", "q6", "q7", "lr", "memory");
}

}  // namespace simd
}  // namespace kernels
}  // namespace harness

#endif  // HARNESS_KERNELS_SIMD_MVE_PRODUCTS_H_
