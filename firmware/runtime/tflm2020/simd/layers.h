// What the adapters of layers with weights share: one type of activations and one kind of weights
// each, so that an image links no kernel that its model does not run.
#ifndef HARNESS_RUNTIME_TFLM2020_SIMD_LAYERS_H_
#define HARNESS_RUNTIME_TFLM2020_SIMD_LAYERS_H_

#include <cstdint>

#include "kernels/simd/weights.h"
#include "runtime/tflm2020/layer.h"
#include "runtime/tflm2020/packed.h"
#include "runtime/tflm2020/scratch.h"

namespace harness {
namespace simd {

using kernels::DenseWeights;
using kernels::simd::SignedHalves;
using kernels::simd::TableIndices;

constexpr int32_t kTableBytes = 16;

// The encoding of the custom operators that a kind of weights stands for, and the weights in a
// tensor's memory.
template <typename Weights>
struct Stored;

template <>
struct Stored<DenseWeights> {
  static constexpr int32_t kEncoding = kEncodedDense;
  static DenseWeights At(const uint8_t* data) { return {reinterpret_cast<const int8_t*>(data)}; }
};

template <>
struct Stored<SignedHalves> {
  static constexpr int32_t kEncoding = kEncodedInt4;
  static SignedHalves At(const uint8_t* data) { return {data}; }
};

template <>
struct Stored<TableIndices> {
  static constexpr int32_t kEncoding = kEncodedTable;
  static TableIndices At(const uint8_t* data) {
    return {reinterpret_cast<const int8_t*>(data), data + kTableBytes};
  }
};

// int8 activations have sums of 32 bits, int16 of 64.
template <typename Activation>
struct Sums;

template <>
struct Sums<int8_t> {
  using Type = int32_t;
  static constexpr TfLiteType kActivation = kTfLiteInt8;
};

template <>
struct Sums<int16_t> {
  using Type = int64_t;
  static constexpr TfLiteType kActivation = kTfLiteInt16;
};

template <typename Activation, typename Weights>
TfLiteStatus CheckKinds(TfLiteContext* context, TfLiteNode* node, int32_t encoding) {
  const LayerTensors tensors = TensorsOf(context, node);
  TF_LITE_ENSURE_TYPES_EQ(context, tensors.input->type, Sums<Activation>::kActivation);
  TF_LITE_ENSURE_EQ(context, HasShortSums(tensors), sizeof(Activation) == 1);
  TF_LITE_ENSURE_EQ(context, encoding, Stored<Weights>::kEncoding);
  return kTfLiteOk;
}

template <typename Operator>
TfLiteRegistration* RegistrationOf() {
  static TfLiteRegistration registration = {
      nullptr, nullptr, Operator::Prepare, Operator::Invoke, nullptr, 0, nullptr, 0};
  return &registration;
}

// One operator with one type of activations and one kind of weights. A Kernel prepares a node with
// dense or with packed weights (PrepareDense, PreparePacked), finds what that left to it (Of), and
// knows the scratch it needs (ScratchBytes) and how to compute (Run).
template <typename Kernel, typename Activation, typename Weights>
struct Layer {
  using Sum = typename Sums<Activation>::Type;

  static TfLiteStatus Prepare(TfLiteContext* context, TfLiteNode* node) {
    TF_LITE_ENSURE_STATUS(Stored<Weights>::kEncoding == kEncodedDense
                              ? Kernel::PrepareDense(context, node)
                              : Kernel::PreparePacked(context, node));
    const auto& prepared = *Kernel::Of(node);
    TF_LITE_ENSURE_STATUS((CheckKinds<Activation, Weights>(context, node, prepared.encoding)));
    return RequestScratch(context,
                          Kernel::template ScratchBytes<Activation, Weights>(prepared.layer));
  }

  static TfLiteStatus Invoke(TfLiteContext* context, TfLiteNode* node) {
    const LayerData<Activation, Sum> data(TensorsOf(context, node));
    Kernel::Run(Kernel::Of(node)->layer, data.input, Stored<Weights>::At(data.weights), data.bias,
                SharedScratch(), data.output);
    return kTfLiteOk;
  }
};

}  // namespace simd
}  // namespace harness

#endif  // HARNESS_RUNTIME_TFLM2020_SIMD_LAYERS_H_
