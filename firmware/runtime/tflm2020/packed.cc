#include "runtime/tflm2020/packed.h"

#include <cstring>

#include "kernels/products.h"
#include "kernels/sparse.h"

namespace harness {
namespace {

constexpr int32_t kVersion = 1;
constexpr int32_t kWords = 13;
constexpr int32_t kSame = 0;
constexpr int32_t kValid = 1;
constexpr size_t kTableBytes = 16;
constexpr int64_t kMostWeights = 1 << 28;

// The schema's numbers of the activations that TFLite clamps for.
bool ReadActivation(int32_t number, TfLiteFusedActivation* activation) {
  const TfLiteFusedActivation known[] = {kTfLiteActNone, kTfLiteActRelu, kTfLiteActRelu1,
                                         kTfLiteActRelu6};
  if (number < 0 || number > 3) {
    return false;
  }
  *activation = known[number];
  return true;
}

// The weights as they were before packing: for CONV_2D output channel, height, width, input
// channel; for DEPTHWISE_CONV_2D 1, height, width, output channel; for FULLY_CONNECTED unit, 1, 1,
// input.
struct WeightsShape {
  int32_t size[4];
};

struct PackedOptions {
  int32_t encoding;
  WindowOptions window;
  WeightsShape weights;
};

TfLiteStatus ReadPackedOptions(TfLiteContext* context, const TfLiteNode* node,
                               PackedOptions* options) {
  int32_t words[kWords];
  TF_LITE_ENSURE_MSG(context,
                     node->custom_initial_data != nullptr &&
                         node->custom_initial_data_size == static_cast<int>(sizeof(words)),
                     "packed operator: its options are not 13 words");
  std::memcpy(words, node->custom_initial_data, sizeof(words));
  TF_LITE_ENSURE_MSG(context, words[0] == kVersion,
                     "packed operator: its options have another version");
  options->encoding = words[1];
  WindowOptions& window = options->window;
  window.stride_height = words[2];
  window.stride_width = words[3];
  window.dilation_height = words[4];
  window.dilation_width = words[5];
  window.same = words[6] == kSame;
  TF_LITE_ENSURE_MSG(context, words[6] == kSame || words[6] == kValid,
                     "packed operator: unknown padding");
  TF_LITE_ENSURE_MSG(context, ReadActivation(words[7], &window.activation),
                     "packed operator: unknown activation");
  int64_t weights = 1;
  for (int i = 0; i < 4; ++i) {
    const int32_t size = words[9 + i];
    TF_LITE_ENSURE_MSG(context, size > 0 && weights * size <= kMostWeights,
                       "packed operator: the weights' shape is out of range");
    weights *= size;
    options->weights.size[i] = size;
  }
  return kTfLiteOk;
}

TfLiteStatus CheckPackedWeights(TfLiteContext* context, const LayerTensors& tensors,
                                const PackedOptions& options, bool may_be_sparse) {
  const TfLiteTensor* weights = tensors.weights;
  TF_LITE_ENSURE_MSG(context, tensors.input->type == kTfLiteInt8 || !HasShortSums(tensors),
                     "packed operator: int16 activations need a bias of 64 bits");
  const int32_t* size = options.weights.size;
  const int32_t columns = size[1] * size[2] * size[3];
  const size_t halves = (static_cast<size_t>(size[0]) * static_cast<size_t>(columns) + 1) / 2;
  size_t expected = 0;
  if (options.encoding == kEncodedInt4) {
    expected = halves;
  } else if (options.encoding == kEncodedTable) {
    expected = kTableBytes + halves;
  } else if (options.encoding == kEncodedSparse && may_be_sparse) {
    expected = kernels::SparseBytes(weights->data.uint8, weights->bytes, size[0], columns);
  }
  TF_LITE_ENSURE_MSG(context, expected > 0, "packed operator: encoding unknown or damaged");
  TF_LITE_ENSURE_MSG(context, weights->bytes == expected,
                     "packed operator: the weights have another size than their shape");
  return kTfLiteOk;
}

TfLiteStatus ReadPacked(TfLiteContext* context, TfLiteNode* node, bool may_be_sparse,
                        PackedOptions* options) {
  TF_LITE_ENSURE_STATUS(ReadPackedOptions(context, node, options));
  return CheckPackedWeights(context, TensorsOf(context, node), *options, may_be_sparse);
}

}  // namespace

TfLiteStatus PreparePackedConv2D(TfLiteContext* context, TfLiteNode* node) {
  PackedOptions options;
  TF_LITE_ENSURE_STATUS(ReadPacked(context, node, true, &options));
  const int32_t* size = options.weights.size;
  TF_LITE_ENSURE_STATUS(PrepareConvolution(context, node, options.window,
                                           {size[1], size[2], size[3]}, size[0]));
  PreparedConvolution& prepared = *ConvolutionOf(node);
  prepared.encoding = options.encoding;
  TF_LITE_ENSURE_MSG(
      context, options.encoding != kEncodedSparse || size[3] == prepared.layer.input_channels,
      "packed operator: a sparse convolution has no groups");
  return kTfLiteOk;
}

TfLiteStatus PreparePackedDepthwiseConv2D(TfLiteContext* context, TfLiteNode* node) {
  PackedOptions options;
  TF_LITE_ENSURE_STATUS(ReadPacked(context, node, false, &options));
  const int32_t* size = options.weights.size;
  TF_LITE_ENSURE_EQ(context, size[0], 1);
  TF_LITE_ENSURE(context, size[1] * size[2] <= kernels::kShortRun);
  TF_LITE_ENSURE_STATUS(
      PrepareConvolution(context, node, options.window, {size[1], size[2], 1}, size[3]));
  ConvolutionOf(node)->encoding = options.encoding;
  return kTfLiteOk;
}

TfLiteStatus PreparePackedFullyConnected(TfLiteContext* context, TfLiteNode* node) {
  PackedOptions options;
  TF_LITE_ENSURE_STATUS(ReadPacked(context, node, true, &options));
  const int32_t* size = options.weights.size;
  TF_LITE_ENSURE(context, size[1] == 1 && size[2] == 1);
  TF_LITE_ENSURE_STATUS(
      PrepareConnection(context, node, options.window.activation, size[3], size[0]));
  ConnectionOf(node)->encoding = options.encoding;
  return kTfLiteOk;
}

}  // namespace harness
