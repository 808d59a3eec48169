#include "kernels/simd/convolution_rows.h"

#include "kernels/simd/dsp.h"
#include "kernels/simd/table_pairs.h"

#if HARNESS_DSP

namespace harness {
namespace kernels {
namespace simd {
namespace {

constexpr int32_t kWordsOfStep = 2 * kChannelsOfBlock;
constexpr int32_t kSecondWord = kChannelsOfBlock;

// Up to four bytes, zeros behind them.
inline uint32_t LoadBytes(const int8_t* from, int32_t count) {
  uint32_t word = 0;
  for (int32_t k = 0; k < count && k < 4; ++k) {
    word |= static_cast<uint32_t>(static_cast<uint8_t>(from[k])) << (8 * k);
  }
  return word;
}

// A step of both rows from a word of each.
inline void StoreStep(uint32_t first, uint32_t second, uint32_t* to) {
  to[0] = Sxtb16(first);
  to[1] = Sxtb16(second);
  to[2] = Sxtb16Ror8(first);
  to[3] = Sxtb16Ror8(second);
}

inline void ExpandDense(const int8_t* first, const int8_t* second, int32_t depth, uint32_t* to) {
  const int8_t* const end = first + depth / 8 * 8;
  for (; first != end; first += 8, second += 8, to += 2 * kWordsOfStep) {
    StoreStep(LoadWord(first), LoadWord(second), to);
    StoreStep(LoadWord(first + 4), LoadWord(second + 4), to + kWordsOfStep);
  }
  const int32_t rest = depth % 8;
  if (rest != 0) {
    StoreStep(LoadBytes(first, rest), LoadBytes(second, rest), to);
    StoreStep(LoadBytes(first + 4, rest - 4), LoadBytes(second + 4, rest - 4), to + kWordsOfStep);
  }
}

// Eight weights of one row as two steps.
inline void StoreSteps(uint32_t w02, uint32_t w13, uint32_t w46, uint32_t w57, uint32_t* to) {
  to[0] = w02;
  to[kSecondWord] = w13;
  to[kWordsOfStep] = w46;
  to[kWordsOfStep + kSecondWord] = w57;
}

// A word's eight halves h become h - 8 after their highest bit is inverted: so UXTAB16 extends the
// sign.
void ExpandHalves(const uint8_t* row, int32_t depth, uint32_t* to) {
  const uint32_t eight = TwoHalves(-8);
  for (const uint8_t* end = row + depth / 2; row != end; row += 4, to += 2 * kWordsOfStep) {
    const uint32_t word = LoadWord(row) ^ 0x88888888U;
    const uint32_t even = word & 0x0F0F0F0FU;
    const uint32_t odd = (word >> 4) & 0x0F0F0F0FU;
    const uint32_t w04 = Uxtab16(eight, even);
    const uint32_t w26 = Uxtab16Ror8(eight, even);
    const uint32_t w15 = Uxtab16(eight, odd);
    const uint32_t w37 = Uxtab16Ror8(eight, odd);
    StoreSteps(Pkhbt<16>(w04, w26), Pkhbt<16>(w15, w37), Pkhtb<16>(w26, w04), Pkhtb<16>(w37, w15),
               to);
  }
}

// `pairs` has both weights of every byte.
void ExpandIndices(const uint8_t* row, int32_t depth, const uint32_t* pairs, uint32_t* to) {
  for (const uint8_t* end = row + depth / 2; row != end; row += 4, to += 2 * kWordsOfStep) {
    const uint32_t w01 = pairs[row[0]];
    const uint32_t w23 = pairs[row[1]];
    const uint32_t w45 = pairs[row[2]];
    const uint32_t w67 = pairs[row[3]];
    StoreSteps(Pkhbt<16>(w01, w23), Pkhtb<16>(w23, w01), Pkhbt<16>(w45, w67), Pkhtb<16>(w67, w45),
               to);
  }
}

// Rows that do not begin and end with a byte's first half are unpacked before.
void ExpandUneven(const PackedWeights& weights, int32_t first, int32_t second, int32_t depth,
                  int8_t* row, uint32_t* to) {
  const int32_t padded = (depth + 7) / 8 * 8;
  for (int32_t k = 0; k < kChannelsOfBlock; ++k, ++to) {
    weights.Run((k == 0 ? first : second) * depth, depth, row);
    for (int32_t behind = depth; behind < padded; ++behind) {
      row[behind] = 0;
    }
    uint32_t* step = to;
    for (const int8_t* from = row; from != row + padded; from += 4, step += kWordsOfStep) {
      const uint32_t word = LoadWord(from);
      step[0] = Sxtb16(word);
      step[kSecondWord] = Sxtb16Ror8(word);
    }
  }
}

}  // namespace

void PrepareExpansion(const TableIndices& weights, void* scratch) {
  FillTablePairs(weights.table, static_cast<uint32_t*>(scratch));
}

void ExpandRows(const DenseWeights& weights, int32_t first, int32_t second, int32_t depth,
                void* /*scratch*/, uint32_t* to) {
  ExpandDense(weights.values + first * depth, weights.values + second * depth, depth, to);
}

void ExpandRows(const SignedHalves& weights, int32_t first, int32_t second, int32_t depth,
                void* scratch, uint32_t* to) {
  if (depth % 8 != 0) {
    ExpandUneven(Int4Weights(weights.halves), first, second, depth, static_cast<int8_t*>(scratch),
                 to);
    return;
  }
  ExpandHalves(weights.halves + first * depth / 2, depth, to);
  ExpandHalves(weights.halves + second * depth / 2, depth, to + 1);
}

void ExpandRows(const TableIndices& weights, int32_t first, int32_t second, int32_t depth,
                void* scratch, uint32_t* to) {
  const uint32_t* const pairs = static_cast<const uint32_t*>(scratch);
  if (depth % 8 != 0) {
    int8_t* const row = static_cast<int8_t*>(scratch) + kTablePairs * 4;
    ExpandUneven({weights.halves, weights.table}, first, second, depth, row, to);
    return;
  }
  ExpandIndices(weights.halves + first * depth / 2, depth, pairs, to);
  ExpandIndices(weights.halves + second * depth / 2, depth, pairs, to + 1);
}

}  // namespace simd
}  // namespace kernels
}  // namespace harness

#endif
