// FULLY_CONNECTED for the DSP extension; fully_connected.cc includes this.
//
// A batch's inputs are brought to scratch as int16 once, in the order that the weights' encoding
// asks for (fully_connected_rows.h); the weights are taken apart on their way from flash, since
// each is used once. Four outputs at a time share the inputs' loads.
#ifndef HARNESS_KERNELS_SIMD_FULLY_CONNECTED_DSP_H_
#define HARNESS_KERNELS_SIMD_FULLY_CONNECTED_DSP_H_

#include "kernels/simd/fully_connected.h"
#include "kernels/simd/fully_connected_encodings.h"
#include "kernels/simd/rescaling.h"
#include "kernels/simd/table_pairs.h"

namespace harness {
namespace kernels {
namespace simd {
namespace {

// How sums become outputs, told once for all units where they share a scale. Bounds narrower than
// int8 are for later.
template <typename Activation>
struct Scaling {
  const OutputRange& range;
  bool is_shared;
  ShiftedScale shared;

  explicit Scaling(const OutputRange& of)
      : range(of), is_shared(of.scales.step == 0 && IsShifted(of.scales[0])), shared() {
    if (is_shared) {
      shared = Shifted(of.scales[0], of.zero_point);
    }
  }
};

inline void StoreOutputs(const Scaling<int8_t>& scaling, Units units,
                         const int32_t* sums, int8_t* output) {
  if (scaling.is_shared) {
    const ShiftedScale scale = scaling.shared;
    for (const int32_t* end = sums + units.count; sums != end;) {
      *output++ = static_cast<int8_t>(OutputOf(*sums++, scale));
    }
    return;
  }
  const OutputRange range = scaling.range;  // a copy, which stores of int8 cannot change
  const ChannelScale* scale = &range.scales[units.first];
  for (const int32_t* end = sums + units.count; sums != end; scale += range.scales.step) {
    const int32_t sum = *sums++;
    *output++ = IsShifted(*scale)
                    ? static_cast<int8_t>(OutputOf(sum, Shifted(*scale, range.zero_point)))
                    : Output<int8_t>(sum, range, *scale);
  }
}

inline void StoreOutputs(const Scaling<int16_t>& scaling, Units units, const int64_t* sums,
                         int16_t* output) {
  const OutputRange& range = scaling.range;
  const int32_t rectifier = range.least == 0 ? -1 : 0;
  for (int32_t r = 0; r < units.count; ++r) {
    const ChannelScale& scale = range.scales[units.first + r];
    const int32_t word = static_cast<int32_t>(sums[r]);
    output[r] = range.zero_point == 0 && word == sums[r] && IsHigh(scale)
                    ? HighOutput(word, HighMultiplier(scale), rectifier)
                    : Output<int16_t>(sums[r], range, scale);
  }
}

template <typename Sum>
inline void StartSums(const Sum* bias, Units units, Sum* sums) {
  if (bias == nullptr || units.count != units.rows) {
    for (int32_t r = 0; r < units.rows; ++r) {
      sums[r] = bias == nullptr ? 0 : bias[0];
    }
    return;
  }
  for (const Sum* end = bias + units.count; bias != end; bias += kRowsOfBlock) {
    sums[0] = bias[0];
    sums[1] = bias[1];
    sums[2] = bias[2];
    sums[3] = bias[3];
    sums += kRowsOfBlock;
  }
}

// One batch: its inputs to `pairs`, then its outputs.
template <typename Activation, typename Sum, typename Rows, typename Values>
void ConnectInputs(const FullyConnected& layer, const Activation* input, const Rows& rows,
                   const Values& values, const Sum* bias, uint32_t* pairs, Activation* output) {
  const uint32_t offset = TwoHalves(-layer.input_zero_point);
  const int32_t whole = WholeSteps(layer.inputs);
  for (int32_t k = 0; k < whole; k += kInputsOfStep) {
    Rows::Store(LoadPairs(input + k, offset), pairs + k / 2);
  }
  const Scaling<Activation> scaling(layer.output);
  for (int32_t next = 0; next < layer.outputs;) {
    const Units units = NextUnits(next, layer.outputs);
    Sum sums[kRowsOfRound];
    StartSums(bias == nullptr ? nullptr : bias + units.first, units, sums);
    AddProducts(rows, units, whole, pairs, sums);
    if (whole != layer.inputs) {
      AddRest(layer, input, values, units, sums);
    }
    StoreOutputs(scaling, units, sums, output + units.first);
    next = units.first + units.count;
  }
}

template <typename Activation, typename Sum, typename Rows, typename Values>
void ConnectBatches(const FullyConnected& layer, const Activation* input, const Rows& rows,
                    const Values& values, const Sum* bias, void* pairs, Activation* output) {
  for (int32_t batch = 0; batch < layer.batches; ++batch) {
    ConnectInputs(layer, input, rows, values, bias, static_cast<uint32_t*>(pairs), output);
    input += layer.inputs;
    output += layer.outputs;
  }
}

int32_t BlockStep(const FullyConnected& layer, int32_t step) {
  return layer.outputs < kRowsOfBlock ? 0 : step;
}

// What scratch holds before the inputs: the table's pairs, or unpacked rows.
int32_t BytesBefore(const DenseWeights*, const FullyConnected&) { return 0; }
int32_t BytesBefore(const SignedHalves*, const FullyConnected& layer) {
  return layer.inputs % 2 == 0 ? 0 : kRowsOfBlock * UnevenRows::kLongestRun;
}
int32_t BytesBefore(const TableIndices*, const FullyConnected& layer) {
  return layer.inputs % 2 == 0 ? kTablePairs * 4 : kRowsOfBlock * UnevenRows::kLongestRun;
}

template <typename Activation, typename Sum>
void ConnectBy(const FullyConnected& layer, const Activation* input, const DenseWeights& weights,
               const Sum* bias, void* /*before*/, void* pairs, Activation* output) {
  const DenseRows rows = {weights.values, layer.inputs, BlockStep(layer, layer.inputs)};
  ConnectBatches(layer, input, rows, weights, bias, pairs, output);
}

template <typename Activation, typename Sum>
void ConnectUneven(const FullyConnected& layer, const Activation* input,
                   const PackedWeights& weights, const Sum* bias, void* before, void* pairs,
                   Activation* output) {
  const UnevenRows rows = {weights, layer.inputs, BlockStep(layer, layer.inputs),
                           static_cast<int8_t*>(before)};
  ConnectBatches(layer, input, rows, weights, bias, pairs, output);
}

template <typename Activation, typename Sum>
void ConnectBy(const FullyConnected& layer, const Activation* input, const SignedHalves& weights,
               const Sum* bias, void* before, void* pairs, Activation* output) {
  const PackedWeights values = Int4Weights(weights.halves);
  if (layer.inputs % 2 != 0) {
    ConnectUneven(layer, input, values, bias, before, pairs, output);
    return;
  }
  const HalvesRows rows = {weights.halves, layer.inputs / 2, BlockStep(layer, layer.inputs / 2)};
  ConnectBatches(layer, input, rows, values, bias, pairs, output);
}

template <typename Activation, typename Sum>
void ConnectBy(const FullyConnected& layer, const Activation* input, const TableIndices& weights,
               const Sum* bias, void* before, void* pairs, Activation* output) {
  const PackedWeights values = {weights.halves, weights.table};
  if (layer.inputs % 2 != 0) {
    ConnectUneven(layer, input, values, bias, before, pairs, output);
    return;
  }
  uint32_t* const table = static_cast<uint32_t*>(before);
  FillTablePairs(weights.table, table);
  const IndicesRows rows = {weights.halves, layer.inputs / 2, BlockStep(layer, layer.inputs / 2),
                            table};
  ConnectBatches(layer, input, rows, values, bias, pairs, output);
}

}  // namespace

template <typename Activation, typename Weights>
int32_t ConnectionScratchBytes(const FullyConnected& layer) {
  return BytesBefore(static_cast<const Weights*>(nullptr), layer) + WholeSteps(layer.inputs) * 2;
}

template <typename Activation, typename Sum, typename Weights>
void Connect(const FullyConnected& layer, const Activation* input, const Weights& weights,
             const Sum* bias, void* scratch, Activation* output) {
  uint8_t* const pairs = static_cast<uint8_t*>(scratch) + BytesBefore(&weights, layer);
  ConnectBy(layer, input, weights, bias, scratch, pairs, output);
  ClampAll(layer.output, output, layer.batches * layer.outputs);
}

}  // namespace simd
}  // namespace kernels
}  // namespace harness

#endif  // HARNESS_KERNELS_SIMD_FULLY_CONNECTED_DSP_H_
