// Sums of products over four windows and one output channel, for cores without the DSP extension.
#ifndef HARNESS_KERNELS_SIMD_DOT_PRODUCTS_SCALAR_H_
#define HARNESS_KERNELS_SIMD_DOT_PRODUCTS_SCALAR_H_

#include <cstdint>

#include "kernels/rescaling.h"

namespace harness {
namespace kernels {
namespace simd {

constexpr int32_t kWindowsAtOnce = 4;

#if defined(__ARM_ARCH_6M__) && !defined(__OPTIMIZE_SIZE__)

// Four values of each window at a time. LDM brings the four windows' values in five cycles; MULS
// may destroy them, and the sums are in the high registers, which only ADD, MOV and CMP reach: all
// eight low ones are for what is multiplied. GCC 12 keeps sums in memory here; with -Os it has no
// use of the high registers, and does not save them.
#define HARNESS_ONE_VALUE(index)                      \
  "ldmia %[x]!, {r4, r5, r6, r7}\n\t"                 \
  "ldrb %[w], [%[row], #" #index "]\n\t"              \
  "sxtb %[w], %[w]\n\t"                               \
  "muls r4, %[w], r4\n\t"                             \
  "muls r5, %[w], r5\n\t"                             \
  "muls r6, %[w], r6\n\t"                             \
  "muls r7, %[w], r7\n\t"                             \
  "add %[s0], r4\n\t"                                 \
  "add %[s1], r5\n\t"                                 \
  "add %[s2], r6\n\t"                                 \
  "add %[s3], r7\n\t"
#define HARNESS_FOUR_VALUES                                                            \
  ".syntax unified\n\t"                                                                \
  "1:\n\t" HARNESS_ONE_VALUE(0) HARNESS_ONE_VALUE(1) HARNESS_ONE_VALUE(2)              \
  HARNESS_ONE_VALUE(3)                                                                 \
  "adds %[row], #4\n\t"                                                                \
  "cmp %[row], %[end]\n\t"                                                             \
  "bne 1b"
#define HARNESS_LOW "l"
#define HARNESS_HIGH "h"

#elif defined(__ARM_ARCH_7M__)

// The same; GCC 12 does not form LDM of the four windows' values.
#define HARNESS_ONE_VALUE                             \
  "ldmia %[x]!, {r4, r5, r6, r7}\n\t"                 \
  "ldrsb %[w], [%[row]], #1\n\t"                      \
  "mla %[s0], r4, %[w], %[s0]\n\t"                    \
  "mla %[s1], r5, %[w], %[s1]\n\t"                    \
  "mla %[s2], r6, %[w], %[s2]\n\t"                    \
  "mla %[s3], r7, %[w], %[s3]\n\t"
#define HARNESS_FOUR_VALUES                                                     \
  "1:\n\t" HARNESS_ONE_VALUE HARNESS_ONE_VALUE HARNESS_ONE_VALUE HARNESS_ONE_VALUE \
  "cmp %[row], %[end]\n\t"                                                      \
  "bne 1b"
#define HARNESS_LOW "r"
#define HARNESS_HIGH "r"

#endif

// a * b modulo 2^32: lanes of a group that hold no window may be anything.
inline int32_t WrappedProduct(int32_t a, int32_t b) {
  return static_cast<int32_t>(static_cast<uint32_t>(a) * static_cast<uint32_t>(b));
}

// To sums[0 ... 3] of four windows, whose values alternate from `x` on, the products with `count`
// weights from `row` on.
inline void AddProducts(const int32_t* x, const int8_t* row, int32_t count, int32_t* sums) {
  int32_t s0 = sums[0];
  int32_t s1 = sums[1];
  int32_t s2 = sums[2];
  int32_t s3 = sums[3];
#ifdef HARNESS_FOUR_VALUES
  const int8_t* const end = row + count / 4 * 4;
  if (row != end) {
    int32_t w;
    __asm__ volatile(HARNESS_FOUR_VALUES
                     : [s0] "+" HARNESS_HIGH(s0), [s1] "+" HARNESS_HIGH(s1),
                       [s2] "+" HARNESS_HIGH(s2), [s3] "+" HARNESS_HIGH(s3),
                       [x] "+" HARNESS_LOW(x), [row] "+" HARNESS_LOW(row), [w] "=&" HARNESS_LOW(w)
                     : [end] HARNESS_HIGH(end)
                     : "r4", "r5", "r6", "r7", "cc", "memory");
  }
  count %= 4;
#endif
  for (; count > 0; --count, ++row, x += kWindowsAtOnce) {
    s0 = WrappedSum(s0, WrappedProduct(x[0], *row));
    s1 = WrappedSum(s1, WrappedProduct(x[1], *row));
    s2 = WrappedSum(s2, WrappedProduct(x[2], *row));
    s3 = WrappedSum(s3, WrappedProduct(x[3], *row));
  }
  sums[0] = s0;
  sums[1] = s1;
  sums[2] = s2;
  sums[3] = s3;
}

}  // namespace simd
}  // namespace kernels
}  // namespace harness

#undef HARNESS_ONE_VALUE
#undef HARNESS_FOUR_VALUES
#undef HARNESS_LOW
#undef HARNESS_HIGH

#endif  // HARNESS_KERNELS_SIMD_DOT_PRODUCTS_SCALAR_H_
