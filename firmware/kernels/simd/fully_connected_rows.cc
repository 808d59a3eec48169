#include "kernels/simd/fully_connected_rows.h"

#include "kernels/rescaling.h"
#include "kernels/simd/dsp.h"

#if HARNESS_DSP

namespace harness {
namespace kernels {
namespace simd {
namespace {

struct HalvesSums {
  int32_t s0;
  int32_t s1;
};

// Over a positive multiple of eight inputs: to the sums of four rows; 16 times the sums of two rows
// of halves.
#if defined(__ARM_FEATURE_SIMD32) && !defined(HARNESS_EMULATE_DSP)

// Written out because GCC 12 spills registers here. Two rows' words are loaded in a row, which
// costs a cycle less than apart; a base and a step for three of the rows leave a register for that.
#define HARNESS_TWO_ROWS(first, second)                 \
  "sxtb16 %[w], %[t]\n\t"                               \
  "sxtb16 %[t], %[t], ror #8\n\t"                       \
  "smlad %[" first "], %[w], %[x0], %[" first "]\n\t"   \
  "smlad %[" first "], %[t], %[x1], %[" first "]\n\t"   \
  "sxtb16 %[w], %[u]\n\t"                               \
  "sxtb16 %[u], %[u], ror #8\n\t"                       \
  "smlad %[" second "], %[w], %[x0], %[" second "]\n\t" \
  "smlad %[" second "], %[u], %[x1], %[" second "]\n\t"
#define HARNESS_FOUR_INPUTS                 \
  "ldrd %[x0], %[x1], [%[x]], #8\n\t"       \
  "ldr %[t], [%[row], %[step]]\n\t"         \
  "ldr %[u], [%[row], %[step], lsl #1]\n\t" \
  HARNESS_TWO_ROWS("s1", "s2")              \
  "ldr %[t], [%[row]], #4\n\t"              \
  "ldr %[u], [%[last]], #4\n\t"             \
  HARNESS_TWO_ROWS("s0", "s3")

inline void AddEights(const int8_t* row, int32_t step, const uint32_t* x, const uint32_t* end,
                      int32_t* sums) {
  const int8_t* last = row + 3 * step;
  int32_t s0 = sums[0];
  int32_t s1 = sums[1];
  int32_t s2 = sums[2];
  int32_t s3 = sums[3];
  uint32_t x0;
  uint32_t x1;
  uint32_t t;
  uint32_t u;
  uint32_t w;
  // Sixteen inputs a turn; an odd eight begins in the middle.
  __asm__ volatile(
      "sub %[t], %[end], %[x]\n\t"
      "tst %[t], #16\n\t"
      "bne 2f\n\t"
      "1:\n\t" HARNESS_FOUR_INPUTS HARNESS_FOUR_INPUTS
      "2:\n\t" HARNESS_FOUR_INPUTS HARNESS_FOUR_INPUTS
      "cmp %[x], %[end]\n\t"
      "bne 1b"
      : [s0] "+r"(s0), [s1] "+r"(s1), [s2] "+r"(s2), [s3] "+r"(s3), [row] "+r"(row),
        [last] "+r"(last), [x] "+r"(x), [x0] "=&r"(x0), [x1] "=&r"(x1), [t] "=&r"(t),
        [u] "=&r"(u), [w] "=&r"(w)
      : [step] "r"(step), [end] "r"(end)
      : "cc", "memory");
  sums[0] = s0;
  sums[1] = s1;
  sums[2] = s2;
  sums[3] = s3;
}

#undef HARNESS_FOUR_INPUTS
#undef HARNESS_TWO_ROWS

// Four of eight halves of both rows, at the tops of bytes in t and u. Written out because GCC 12
// does not join the shift and the mask, and loads the inputs for each row.
#define HARNESS_HALVES(halves, sum)                     \
  "sxtb16 %[w], %[" halves "]\n\t"                      \
  "sxtb16 %[" halves "], %[" halves "], ror #8\n\t"     \
  "smlad %[" sum "], %[w], %[x0], %[" sum "]\n\t"       \
  "smlad %[" sum "], %[" halves "], %[x1], %[" sum "]\n\t"
#define HARNESS_EIGHT_INPUTS              \
  "ldrd %[x0], %[x1], [%[x]], #8\n\t"     \
  "ldr %[u], [%[row], %[step]]\n\t"       \
  "ldr %[t], [%[row]], #4\n\t"            \
  "and %[v], %[mask], %[t], lsl #4\n\t"   \
  HARNESS_HALVES("v", "s0")               \
  "and %[v], %[mask], %[u], lsl #4\n\t"   \
  HARNESS_HALVES("v", "s1")               \
  "ldrd %[x0], %[x1], [%[x]], #8\n\t"     \
  "and %[t], %[t], %[mask]\n\t"           \
  HARNESS_HALVES("t", "s0")               \
  "and %[u], %[u], %[mask]\n\t"           \
  HARNESS_HALVES("u", "s1")

inline HalvesSums AddHalves(const uint8_t* row, int32_t step, const uint32_t* x,
                          const uint32_t* end) {
  const uint32_t mask = 0xF0F0F0F0U;
  int32_t s0 = 0;
  int32_t s1 = 0;
  uint32_t x0;
  uint32_t x1;
  uint32_t t;
  uint32_t u;
  uint32_t v;
  uint32_t w;
  __asm__ volatile(
      "1:\n\t" HARNESS_EIGHT_INPUTS
      "cmp %[x], %[end]\n\t"
      "bne 1b"
      : [s0] "+r"(s0), [s1] "+r"(s1), [row] "+r"(row), [x] "+r"(x), [x0] "=&r"(x0),
        [x1] "=&r"(x1), [t] "=&r"(t), [u] "=&r"(u), [v] "=&r"(v), [w] "=&r"(w)
      : [step] "r"(step), [end] "r"(end), [mask] "r"(mask)
      : "cc", "memory");
  return {s0, s1};
}

#undef HARNESS_EIGHT_INPUTS
#undef HARNESS_HALVES

#else

inline void AddEights(const int8_t* row, int32_t step, const uint32_t* x, const uint32_t* end,
                      int32_t* sums) {
  for (; x != end; x += 2, row += 4) {
    for (int32_t k = 0; k < kRowsOfBlock; ++k) {
      const uint32_t word = LoadWord(row + k * step);
      sums[k] = Smlad(x[1], Sxtb16Ror8(word), Smlad(x[0], Sxtb16(word), sums[k]));
    }
  }
}

// Eight halves of a row, each 16 times its value: at the top of a byte.
inline int32_t AddHalves(int32_t sum, uint32_t word, const uint32_t* x) {
  const uint32_t even = (word << 4) & 0xF0F0F0F0U;
  const uint32_t odd = word & 0xF0F0F0F0U;
  sum = Smlad(x[0], Sxtb16(even), sum);
  sum = Smlad(x[1], Sxtb16Ror8(even), sum);
  sum = Smlad(x[2], Sxtb16(odd), sum);
  return Smlad(x[3], Sxtb16Ror8(odd), sum);
}

inline HalvesSums AddHalves(const uint8_t* row, int32_t step, const uint32_t* x,
                          const uint32_t* end) {
  HalvesSums sums = {0, 0};
  for (; x != end; x += 4, row += 4) {
    sums = {AddHalves(sums.s0, LoadWord(row), x), AddHalves(sums.s1, LoadWord(row + step), x)};
  }
  return sums;
}

#endif

// Eight weights of a row by their indices.
inline int32_t AddIndices(int32_t sum, const uint8_t* row, const uint32_t* pairs, uint32_t x01,
                          uint32_t x23, uint32_t x45, uint32_t x67) {
  sum = Smlad(x01, pairs[row[0]], sum);
  sum = Smlad(x23, pairs[row[1]], sum);
  sum = Smlad(x45, pairs[row[2]], sum);
  return Smlad(x67, pairs[row[3]], sum);
}

}  // namespace

void AddRows(const int8_t* row, int32_t step, int32_t count, const uint32_t* x,
             const uint32_t* end, int32_t* sums) {
  const int32_t block = kRowsOfBlock * step;
  for (int32_t* past = sums + (x == end ? 0 : count); sums != past; sums += kRowsOfBlock) {
    AddEights(row, step, x, end, sums);
    row += block;
  }
}

void AddRowsOfHalves(const uint8_t* row, int32_t step, int32_t count, const uint32_t* x,
                     const uint32_t* end, int32_t* sums) {
  for (int32_t* past = sums + (x == end ? 0 : count); sums != past; sums += 2, row += 2 * step) {
    const HalvesSums pair = AddHalves(row, step, x, end);
    sums[0] = WrappedSum<int32_t>(sums[0], pair.s0 >> 4);
    sums[1] = WrappedSum<int32_t>(sums[1], pair.s1 >> 4);
  }
}

void AddRowsOfIndices(const uint8_t* row, int32_t step, int32_t count, const uint32_t* pairs,
                      const uint32_t* x, const uint32_t* end, int32_t* sums) {
  for (int32_t* past = sums + count; sums != past; sums += 2, row += 2 * step) {
    const uint8_t* from = row;
    int32_t s0 = sums[0];
    int32_t s1 = sums[1];
    for (const uint32_t* inputs = x; inputs != end; inputs += 4, from += 4) {
      s0 = AddIndices(s0, from, pairs, inputs[0], inputs[1], inputs[2], inputs[3]);
      s1 = AddIndices(s1, from + step, pairs, inputs[0], inputs[1], inputs[2], inputs[3]);
    }
    sums[0] = s0;
    sums[1] = s1;
  }
}

}  // namespace simd
}  // namespace kernels
}  // namespace harness

#endif
