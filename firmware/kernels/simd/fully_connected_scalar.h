// FULLY_CONNECTED for cores without the DSP extension; fully_connected.cc includes this.
//
// A batch's inputs, less the zero point, are brought to scratch once. Rows of int8 weights are
// summed up four at a time, so that they share the inputs' loads; rows of packed ones two.
#ifndef HARNESS_KERNELS_SIMD_FULLY_CONNECTED_SCALAR_H_
#define HARNESS_KERNELS_SIMD_FULLY_CONNECTED_SCALAR_H_

#include "kernels/fully_connected.h"
#include "kernels/products.h"
#include "kernels/simd/fully_connected.h"
#include "kernels/simd/fully_connected_rows_scalar.h"
#include "kernels/simd/rescaling_scalar.h"

namespace harness {
namespace kernels {
namespace simd {
namespace {

// A block's rows in the encodings: `step` bytes apart, or 0 where a layer has too few rows for a
// block, of which only the first counts then.
struct DenseRows {
  const int8_t* first;
  int32_t step;
  int32_t block_step;

  static constexpr int32_t kCount = 4;

  void Add(int32_t row, int32_t begin, const Input* x, int32_t count, int32_t* sums) const {
    AddFourRows(first + row * step + begin, block_step, x, count, sums);
  }
};

struct HalvesRows {
  const uint8_t* first;
  int32_t step;
  int32_t block_step;

  static constexpr int32_t kCount = 2;

  void Add(int32_t row, int32_t begin, const Input* x, int32_t count, int32_t* sums) const {
    const uint8_t* const from = first + row * step + begin / 2;
    AddTwoRows(from, from + block_step, x, count, sums);
  }
};

struct IndicesRows {
  const uint8_t* first;
  int32_t step;
  int32_t block_step;
  const int8_t* table;

  static constexpr int32_t kCount = 2;

  void Add(int32_t row, int32_t begin, const Input* x, int32_t count, int32_t* sums) const {
    const uint8_t* const from = first + row * step + begin / 2;
    AddTwoRows(from, from + block_step, table, x, count, sums);
  }
};

template <typename Rows>
inline void SumBlock(const Rows& rows, int32_t row, const Input* x, int32_t inputs,
                     int32_t* sums) {
  rows.Add(row, 0, x, inputs, sums);
}

// Sums of 64 bits: parts that fit into 32 bits are added up.
template <typename Rows>
inline void SumBlock(const Rows& rows, int32_t row, const Input* x, int32_t inputs,
                     int64_t* sums) {
  constexpr int32_t kEvenRun = kShortRun - kShortRun % 2;
  for (int32_t begin = 0, run; begin < inputs; begin += run) {
    run = inputs - begin < kEvenRun ? inputs - begin : kEvenRun;
    int32_t parts[Rows::kCount] = {};
    rows.Add(row, begin, x + begin, run, parts);
    for (int32_t r = 0; r < Rows::kCount; ++r) {
      sums[r] = WrappedSum<int64_t>(sums[r], parts[r]);
    }
  }
}

template <typename Activation, typename Sum, typename Rows>
void ConnectRows(const FullyConnected& layer, const Activation* input, const Rows& rows,
                 const Sum* bias, void* scratch, Activation* output) {
  Input* const x = static_cast<Input*>(scratch);
  // The last block ends at the last row. Of a block of too few rows only the first counts.
  const int32_t count = layer.outputs < Rows::kCount ? 1 : Rows::kCount;
  const int32_t last = layer.outputs - count;
  for (int32_t batch = 0; batch < layer.batches; ++batch) {
    for (int32_t k = 0; k < layer.inputs; ++k) {
      x[k] = static_cast<Input>(Centred(input[k], layer.input_zero_point));
    }
    for (int32_t next = 0; next < layer.outputs; next += count) {
      const int32_t row = next < last ? next : last;
      Sum sums[Rows::kCount] = {};
      for (int32_t r = 0; bias != nullptr && r < count; ++r) {
        sums[r] = bias[row + r];
      }
      SumBlock(rows, row, x, layer.inputs, sums);
      for (int32_t r = 0; r < count; ++r) {
        output[row + r] =
            ScalarOutput<Activation>(sums[r], layer.output, layer.output.scales[row + r]);
      }
    }
    input += layer.inputs;
    output += layer.outputs;
  }
}

template <typename Activation, typename Sum>
void ConnectBy(const FullyConnected& layer, const Activation* input, const DenseWeights& weights,
               const Sum* bias, void* scratch, Activation* output) {
  const int32_t block_step = layer.outputs < DenseRows::kCount ? 0 : layer.inputs;
  const DenseRows rows = {weights.values, layer.inputs, block_step};
  ConnectRows(layer, input, rows, bias, scratch, output);
}

// Rows of an odd number of halves begin within bytes: these are for the portable kernel.
template <typename Activation, typename Sum>
void ConnectBy(const FullyConnected& layer, const Activation* input, const SignedHalves& weights,
               const Sum* bias, void* scratch, Activation* output) {
  const int32_t step = layer.inputs / 2;
  if (layer.inputs % 2 != 0) {
    kernels::Connect(layer, input, Portable(weights), bias, output);
  } else {
    const HalvesRows rows = {weights.halves, step, layer.outputs < HalvesRows::kCount ? 0 : step};
    ConnectRows(layer, input, rows, bias, scratch, output);
  }
}

template <typename Activation, typename Sum>
void ConnectBy(const FullyConnected& layer, const Activation* input, const TableIndices& weights,
               const Sum* bias, void* scratch, Activation* output) {
  const int32_t step = layer.inputs / 2;
  if (layer.inputs % 2 != 0) {
    kernels::Connect(layer, input, Portable(weights), bias, output);
  } else {
    const IndicesRows rows = {weights.halves, step,
                              layer.outputs < IndicesRows::kCount ? 0 : step, weights.table};
    ConnectRows(layer, input, rows, bias, scratch, output);
  }
}

}  // namespace

template <typename Activation, typename Weights>
int32_t ConnectionScratchBytes(const FullyConnected& layer) {
  return layer.inputs * static_cast<int32_t>(sizeof(Input));
}

template <typename Activation, typename Sum, typename Weights>
void Connect(const FullyConnected& layer, const Activation* input, const Weights& weights,
             const Sum* bias, void* scratch, Activation* output) {
  ConnectBy(layer, input, weights, bias, scratch, output);
}

}  // namespace simd
}  // namespace kernels
}  // namespace harness

#endif  // HARNESS_KERNELS_SIMD_FULLY_CONNECTED_SCALAR_H_
