// Sums of products over four windows and two output channels, both laid out in scratch.
#ifndef HARNESS_KERNELS_SIMD_DOT_PRODUCTS_H_
#define HARNESS_KERNELS_SIMD_DOT_PRODUCTS_H_

#include <cstdint>

#include "kernels/simd/dsp.h"

namespace harness {
namespace kernels {
namespace simd {

#if HARNESS_DSP

// The sums of one output channel in four windows.
struct WindowSums {
  int32_t s0;
  int32_t s1;
  int32_t s2;
  int32_t s3;
};

struct BlockSums {
  WindowSums first;
  WindowSums second;
};

#if defined(__ARM_FEATURE_SIMD32) && !defined(HARNESS_EMULATE_DSP)

// Four values a window at once would leave no register for the sums: two are loaded, used, and then
// the others. Written out because GCC 12 spills registers as soon as eight sums, two pointers and
// four words are alive, and does not form LDRD of words that it does not know to be neighbours; the
// loop's end stays in memory for want of a register.
#define HARNESS_TWO_VALUES                    \
  "ldrd %[w0], %[w1], [%[weights]], #8\n\t"   \
  "ldrd %[x0], %[x1], [%[patches]], #8\n\t"   \
  "smlad %[a0], %[w0], %[x0], %[a0]\n\t"      \
  "smlad %[b0], %[w1], %[x0], %[b0]\n\t"      \
  "smlad %[a1], %[w0], %[x1], %[a1]\n\t"      \
  "smlad %[b1], %[w1], %[x1], %[b1]\n\t"      \
  "ldrd %[x0], %[x1], [%[patches]], #8\n\t"   \
  "smlad %[a2], %[w0], %[x0], %[a2]\n\t"      \
  "smlad %[b2], %[w1], %[x0], %[b2]\n\t"      \
  "smlad %[a3], %[w0], %[x1], %[a3]\n\t"      \
  "smlad %[b3], %[w1], %[x1], %[b3]\n\t"

// `sums` plus the products of weights ... end with as many values of each of the four windows,
// which `patches` passes by; there is a positive multiple of eight values of both channels.
// It must be inlined, and `end` be a local variable, for the stack pointer to be end's base.
__attribute__((always_inline)) inline BlockSums AddProducts(BlockSums sums,
                                                            const uint32_t*& patches,
                                                            const uint32_t* weights,
                                                            const uint32_t* const volatile& end) {
  const uint32_t* x = patches;
  uint32_t w0;
  uint32_t w1;
  uint32_t x0;
  uint32_t x1;
  // Sixteen values a turn; an odd eight begins in the middle.
  __asm__ volatile(
      "ldr %[w0], %[end]\n\t"
      "sub %[w0], %[w0], %[weights]\n\t"
      "tst %[w0], #32\n\t"
      "bne 2f\n\t"
      "1:\n\t" HARNESS_TWO_VALUES HARNESS_TWO_VALUES HARNESS_TWO_VALUES HARNESS_TWO_VALUES
      "2:\n\t" HARNESS_TWO_VALUES HARNESS_TWO_VALUES HARNESS_TWO_VALUES HARNESS_TWO_VALUES
      "ldr %[w0], %[end]\n\t"
      "cmp %[weights], %[w0]\n\t"
      "bne 1b"
      : [a0] "+r"(sums.first.s0), [a1] "+r"(sums.first.s1), [a2] "+r"(sums.first.s2),
        [a3] "+r"(sums.first.s3), [b0] "+r"(sums.second.s0), [b1] "+r"(sums.second.s1),
        [b2] "+r"(sums.second.s2), [b3] "+r"(sums.second.s3), [weights] "+r"(weights),
        [patches] "+r"(x), [w0] "=&r"(w0), [w1] "=&r"(w1), [x0] "=&r"(x0), [x1] "=&r"(x1)
      : [end] "m"(end)
      : "cc", "memory");
  patches = x;
  return sums;
}

#undef HARNESS_TWO_VALUES

#else

inline WindowSums AddProducts(WindowSums sums, const uint32_t* patches, uint32_t weights) {
  return {Smlad(weights, patches[0], sums.s0), Smlad(weights, patches[1], sums.s1),
          Smlad(weights, patches[2], sums.s2), Smlad(weights, patches[3], sums.s3)};
}

inline BlockSums AddProducts(BlockSums sums, const uint32_t*& patches, const uint32_t* weights,
                             const uint32_t* const volatile& end) {
  for (; weights != end; weights += 2, patches += 4) {
    sums.first = AddProducts(sums.first, patches, weights[0]);
    sums.second = AddProducts(sums.second, patches, weights[1]);
  }
  return sums;
}

#endif

// The sums of two output channels in one window.
struct PairSums {
  int32_t first;
  int32_t second;
};

// The same for one window of a group, whose first word `patches` is.
PairSums AddProductsOfWindow(PairSums sums, const uint32_t* patches, const uint32_t* weights,
                             const uint32_t* end);

// Those of the first channel, then those of the second, to sums[0 ... 7].
void StoreProducts(const uint32_t* patches, const uint32_t* weights, const uint32_t* end,
                   int32_t* sums);

#endif  // HARNESS_DSP

}  // namespace simd
}  // namespace kernels
}  // namespace harness

#endif  // HARNESS_KERNELS_SIMD_DOT_PRODUCTS_H_
