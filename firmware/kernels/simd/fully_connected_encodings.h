// How the rows of weights of FULLY_CONNECTED are read and summed up with the DSP extension, by their
// encoding; fully_connected_dsp.h includes this.
#ifndef HARNESS_KERNELS_SIMD_FULLY_CONNECTED_ENCODINGS_H_
#define HARNESS_KERNELS_SIMD_FULLY_CONNECTED_ENCODINGS_H_

#include "kernels/products.h"
#include "kernels/simd/dsp.h"
#include "kernels/simd/fully_connected.h"
#include "kernels/simd/fully_connected_rows.h"
#include "kernels/simd/table_pairs.h"

namespace harness {
namespace kernels {
namespace simd {
namespace {

// Inputs are taken by eights; what is left over is added one by one.
constexpr int32_t kInputsOfStep = 8;

constexpr int32_t WholeSteps(int32_t inputs) { return inputs / kInputsOfStep * kInputsOfStep; }

// Eight inputs as pairs.
struct Pairs {
  uint32_t x02;
  uint32_t x13;
  uint32_t x46;
  uint32_t x57;
};

inline Pairs LoadPairs(const int8_t* from, uint32_t offset) {
  const uint32_t early = LoadWord(from);
  const uint32_t late = LoadWord(from + 4);
  return {Sxtab16(offset, early), Sxtab16Ror8(offset, early), Sxtab16(offset, late),
          Sxtab16Ror8(offset, late)};
}

inline Pairs LoadPairs(const int16_t* from, uint32_t /*offset*/) {
  const uint32_t x01 = LoadWord(from);
  const uint32_t x23 = LoadWord(from + 2);
  const uint32_t x45 = LoadWord(from + 4);
  const uint32_t x67 = LoadWord(from + 6);
  return {Pkhbt<16>(x01, x23), Pkhtb<16>(x23, x01), Pkhbt<16>(x45, x67), Pkhtb<16>(x67, x45)};
}

// Outputs that are summed up in one round, and the rows of weights for them: whole blocks.
struct Units {
  int32_t first;
  int32_t count;
  int32_t rows;
};

constexpr int32_t kRowsOfRound = 32;

// The next round. The last block ends at the last unit; of a block of too few units only the first
// counts.
inline Units NextUnits(int32_t next, int32_t outputs) {
  if (outputs < kRowsOfBlock) {
    return {next, 1, kRowsOfBlock};
  }
  const int32_t left = outputs - next;
  if (left < kRowsOfBlock) {
    return {outputs - kRowsOfBlock, kRowsOfBlock, kRowsOfBlock};
  }
  const int32_t rows = left < kRowsOfRound ? left / kRowsOfBlock * kRowsOfBlock : kRowsOfRound;
  return {next, rows, rows};
}

// How the rows of an encoding are read: the inputs' order; the products of a round's rows
// over inputs from `begin` on; and over how many inputs they are sure to fit into 32 bits
// with int8 activations, where they must. The rows of a block are `block_step` bytes apart: `step`
// or, where a layer has too few rows for a block, 0.
struct DenseRows {
  const int8_t* first;
  int32_t step;
  int32_t block_step;

  static constexpr int32_t kLongestRun = 1 << 30;  // sums are wanted modulo 2^32

  static void Store(const Pairs& x, uint32_t* to) {
    to[0] = x.x02;
    to[1] = x.x13;
    to[2] = x.x46;
    to[3] = x.x57;
  }

  void Add(Units units, int32_t begin, const uint32_t* x, const uint32_t* end,
           int32_t* sums) const {
    AddRows(first + units.first * step + begin, block_step, units.rows, x, end, sums);
  }
};

struct HalvesRows {
  const uint8_t* first;
  int32_t step;
  int32_t block_step;

  static constexpr int32_t kLongestRun = 1 << 15;  // * 255 * 128 < 2^31

  static void Store(const Pairs& x, uint32_t* to) {
    to[0] = Pkhbt<16>(x.x02, x.x46);
    to[1] = Pkhtb<16>(x.x46, x.x02);
    to[2] = Pkhbt<16>(x.x13, x.x57);
    to[3] = Pkhtb<16>(x.x57, x.x13);
  }

  void Add(Units units, int32_t begin, const uint32_t* x, const uint32_t* end,
           int32_t* sums) const {
    AddRowsOfHalves(first + units.first * step + begin / 2, block_step, units.rows, x, end,
                    sums);
  }
};

struct IndicesRows {
  const uint8_t* first;
  int32_t step;
  int32_t block_step;
  const uint32_t* pairs;

  static constexpr int32_t kLongestRun = 1 << 30;

  static void Store(const Pairs& x, uint32_t* to) {
    to[0] = Pkhbt<16>(x.x02, x.x13);
    to[1] = Pkhtb<16>(x.x13, x.x02);
    to[2] = Pkhbt<16>(x.x46, x.x57);
    to[3] = Pkhtb<16>(x.x57, x.x46);
  }

  void Add(Units units, int32_t begin, const uint32_t* x, const uint32_t* end,
           int32_t* sums) const {
    AddRowsOfIndices(first + units.first * step + begin / 2, block_step, units.rows, pairs, x, end,
                     sums);
  }
};

// Rows of an odd number of halves, of which every other begins within a byte: unpacked to int8.
struct UnevenRows {
  PackedWeights weights;
  int32_t step;        // in weights
  int32_t block_step;  // in weights
  int8_t* unpacked;    // kLongestRun weights of each row of a block

  static constexpr int32_t kLongestRun = PackedWeights::kLongestRun;

  static void Store(const Pairs& x, uint32_t* to) { DenseRows::Store(x, to); }

  void Add(Units units, int32_t begin, const uint32_t* x, const uint32_t* end,
           int32_t* sums) const {
    const int32_t run = static_cast<int32_t>(end - x) * 2;
    int32_t at = units.first * step + begin;
    for (int32_t block = 0; block < units.rows; block += kRowsOfBlock) {
      for (int32_t k = 0; k < kRowsOfBlock; ++k, at += block_step) {
        weights.Run(at, run, unpacked + k * run);
      }
      AddRows(unpacked, run, kRowsOfBlock, x, end, sums + block);
    }
  }
};

// Products of `inputs` inputs, a multiple of eight, to sums of 32 bits.
template <typename Rows>
inline void AddProducts(const Rows& rows, Units units, int32_t inputs, const uint32_t* x,
                        int32_t* sums) {
  for (int32_t begin = 0, run; begin < inputs; begin += run, x += run / 2) {
    run = inputs - begin < Rows::kLongestRun ? inputs - begin : Rows::kLongestRun;
    rows.Add(units, begin, x, x + run / 2, sums);
  }
}

// The same to sums of 64 bits, by way of sums of 32 that are short enough.
template <typename Rows>
inline void AddProducts(const Rows& rows, Units units, int32_t inputs, const uint32_t* x,
                        int64_t* sums) {
  constexpr int32_t kShort = WholeSteps(kShortRun);
  constexpr int32_t kLongest = Rows::kLongestRun < kShort ? Rows::kLongestRun : kShort;
  for (int32_t begin = 0, run; begin < inputs; begin += run, x += run / 2) {
    run = inputs - begin < kLongest ? inputs - begin : kLongest;
    int32_t part[kRowsOfRound] = {};
    rows.Add(units, begin, x, x + run / 2, part);
    for (int32_t r = 0; r < units.count; ++r) {
      sums[r] = WrappedSum<int64_t>(sums[r], part[r]);
    }
  }
}

// The inputs behind the last whole step.
template <typename Activation, typename Sum, typename Values>
void AddRest(const FullyConnected& layer, const Activation* input, const Values& values,
             Units units, Sum* sums) {
  for (int32_t k = WholeSteps(layer.inputs); k < layer.inputs; ++k) {
    const int32_t x = Centred(input[k], layer.input_zero_point);
    for (int32_t r = 0; r < units.count; ++r) {
      sums[r] = WrappedSum<Sum>(sums[r], x * values.At((units.first + r) * layer.inputs + k));
    }
  }
}

}  // namespace
}  // namespace simd
}  // namespace kernels
}  // namespace harness

#endif  // HARNESS_KERNELS_SIMD_FULLY_CONNECTED_ENCODINGS_H_
