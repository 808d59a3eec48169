#include "kernels/simd/fully_connected_rows_scalar.h"

#include "kernels/rescaling.h"
#include "kernels/simd/instructions.h"

#if !HARNESS_DSP && !HARNESS_MVE

namespace harness {
namespace kernels {
namespace simd {
namespace {

// To the sums of four rows the products with all but the last few inputs; returns how many inputs
// these were.
#if defined(__ARM_ARCH_6M__) && !defined(__OPTIMIZE_SIZE__)

// All eight low registers are for operands, the sums are in the high ones, which ADD and CMP reach.
// GCC 12 keeps sums in memory here; with -Os it has no use of the high registers, and does not save
// them.
#define HARNESS_ONE_ROW(row, sum)      \
  "ldrsb %[w], [%[" row "], %[k]]\n\t" \
  "muls %[w], %[value], %[w]\n\t"      \
  "add %[" sum "], %[w]\n\t"
#define HARNESS_ONE_INPUT                                                               \
  "ldmia %[x]!, {%[value]}\n\t" HARNESS_ONE_ROW("r0", "s0") HARNESS_ONE_ROW("r1", "s1") \
  HARNESS_ONE_ROW("r2", "s2") HARNESS_ONE_ROW("r3", "s3")                               \
  "adds %[k], #1\n\t"

inline int32_t AddMost(const int8_t* row, int32_t step, const Input* x, int32_t count,
                       int32_t* sums) {
  const int32_t most = count / 2 * 2;
  if (most == 0) {
    return 0;
  }
  int32_t k = 0;
  int32_t value;
  int32_t w;
  __asm__ volatile(
      ".syntax unified\n\t"
      "1:\n\t" HARNESS_ONE_INPUT HARNESS_ONE_INPUT
      "cmp %[k], %[most]\n\t"
      "bne 1b"
      : [s0] "+h"(sums[0]), [s1] "+h"(sums[1]), [s2] "+h"(sums[2]), [s3] "+h"(sums[3]),
        [x] "+l"(x), [k] "+l"(k), [value] "=&l"(value), [w] "=&l"(w)
      : [r0] "l"(row), [r1] "l"(row + step), [r2] "l"(row + 2 * step), [r3] "l"(row + 3 * step),
        [most] "h"(most)
      : "cc", "memory");
  return most;
}

#undef HARNESS_ONE_INPUT
#undef HARNESS_ONE_ROW

#elif defined(__ARM_ARCH_7M__)

// Loads in a row cost a cycle less each than loads apart. GCC 12 moves pointers on by ADD, and
// spills.
#define HARNESS_TWO_ROWS(row, next, sum, next_sum)           \
  "ldrsb %[v], [%[" row "]], #1\n\t"                         \
  "ldrsb %[w], [%[" next "]], #1\n\t"                        \
  "mla %[" sum "], %[v], %[value], %[" sum "]\n\t"           \
  "mla %[" next_sum "], %[w], %[value], %[" next_sum "]\n\t"
#define HARNESS_ONE_INPUT          \
  "ldrsh %[value], [%[x]], #2\n\t" \
  HARNESS_TWO_ROWS("r0", "r1", "s0", "s1") HARNESS_TWO_ROWS("r2", "r3", "s2", "s3")

inline int32_t AddMost(const int8_t* row, int32_t step, const Input* x, int32_t count,
                       int32_t* sums) {
  const int32_t most = count / 4 * 4;
  if (most == 0) {
    return 0;
  }
  const int8_t* row1 = row + step;
  const int8_t* row2 = row1 + step;
  const int8_t* row3 = row2 + step;
  const Input* const end = x + most;
  int32_t value;
  int32_t v;
  int32_t w;
  __asm__ volatile(
      "1:\n\t" HARNESS_ONE_INPUT HARNESS_ONE_INPUT HARNESS_ONE_INPUT HARNESS_ONE_INPUT
      "cmp %[x], %[end]\n\t"
      "bne 1b"
      : [s0] "+r"(sums[0]), [s1] "+r"(sums[1]), [s2] "+r"(sums[2]), [s3] "+r"(sums[3]),
        [x] "+r"(x), [r0] "+r"(row), [r1] "+r"(row1), [r2] "+r"(row2), [r3] "+r"(row3),
        [value] "=&r"(value), [v] "=&r"(v), [w] "=&r"(w)
      : [end] "r"(end)
      : "cc", "memory");
  return most;
}

#undef HARNESS_ONE_INPUT
#undef HARNESS_TWO_ROWS

#else

inline int32_t AddMost(const int8_t*, int32_t, const Input*, int32_t, int32_t*) { return 0; }

#endif

// The two weights of a byte.
struct HalvesPair {
  static int32_t First(uint8_t byte) {
    return static_cast<int32_t>(static_cast<uint32_t>(byte) << 28) >> 28;
  }
  static int32_t Second(uint8_t byte) { return static_cast<int8_t>(byte) >> 4; }
};

struct IndicesPair {
  const int8_t* table;

  int32_t First(uint8_t byte) const { return table[byte & 15]; }
  int32_t Second(uint8_t byte) const { return table[byte >> 4]; }
};

template <typename Pair>
inline void AddPairs(const uint8_t* first, const uint8_t* second, const Input* x, int32_t count,
                     const Pair& pair, int32_t* sums) {
  int32_t s0 = sums[0];
  int32_t s1 = sums[1];
  for (const Input* end = x + count; x != end; x += 2) {
    const uint8_t a = *first++;
    const uint8_t b = *second++;
    s0 = WrappedSum<int32_t>(s0, x[0] * pair.First(a) + x[1] * pair.Second(a));
    s1 = WrappedSum<int32_t>(s1, x[0] * pair.First(b) + x[1] * pair.Second(b));
  }
  sums[0] = s0;
  sums[1] = s1;
}

}  // namespace

void AddFourRows(const int8_t* row, int32_t step, const Input* x, int32_t count, int32_t* sums) {
  int32_t all[] = {sums[0], sums[1], sums[2], sums[3]};
  const int32_t done = AddMost(row, step, x, count, all);
  for (int32_t r = 0; r < 4; ++r, row += step) {
    int32_t sum = all[r];
    for (int32_t k = done; k < count; ++k) {
      sum = WrappedSum<int32_t>(sum, x[k] * row[k]);
    }
    sums[r] = sum;
  }
}

void AddTwoRows(const uint8_t* first, const uint8_t* second, const Input* x, int32_t count,
                int32_t* sums) {
  AddPairs(first, second, x, count, HalvesPair(), sums);
}

void AddTwoRows(const uint8_t* first, const uint8_t* second, const int8_t* table, const Input* x,
                int32_t count, int32_t* sums) {
  AddPairs(first, second, x, count, IndicesPair{table}, sums);
}

}  // namespace simd
}  // namespace kernels
}  // namespace harness

#endif
