// HARNESS_DEPTHWISE_CONV_2D: DEPTHWISE_CONV_2D with weights packed to 4 bits or looked up in a table.
#include "kernels/depthwise_convolution.h"
#include "kernels/products.h"
#include "runtime/tflm2020/operators.h"
#include "runtime/tflm2020/packed.h"

namespace harness {
namespace {

TfLiteStatus Prepare(TfLiteContext* context, TfLiteNode* node) {
  PackedOptions options;
  TF_LITE_ENSURE_STATUS(ReadPackedOptions(context, node, &options));
  TF_LITE_ENSURE_STATUS(
      CheckPackedWeights(context, TensorsOf(context, node), options, false));
  const int32_t* size = options.weights.size;
  TF_LITE_ENSURE_EQ(context, size[0], 1);
  TF_LITE_ENSURE(context, size[1] * size[2] <= kernels::kShortRun);
  TF_LITE_ENSURE_STATUS(
      PrepareConvolution(context, node, options.window, {size[1], size[2], 1}, size[3]));
  ConvolutionOf(node)->encoding = options.encoding;
  return RequestScratch(context, node, size[1] * size[2]);
}

template <typename Activation, typename Sum>
void Convolve(const TfLiteNode* node, const LayerTensors& tensors) {
  const LayerData<Activation, Sum> data(tensors);
  const PreparedConvolution& prepared = *ConvolutionOf(node);
  const kernels::PackedWeights weights = prepared.encoding == kEncodedTable
                                             ? kernels::TableWeights(data.weights)
                                             : kernels::Int4Weights(data.weights);
  kernels::ConvolveDepthwise(prepared.layer, data.input, weights, data.bias,
                             ScratchOf<int8_t>(node), data.output);
}

TfLiteStatus Invoke(TfLiteContext* context, TfLiteNode* node) {
  const LayerTensors tensors = TensorsOf(context, node);
  if (tensors.input->type == kTfLiteInt8) {
    Convolve<int8_t, int32_t>(node, tensors);
  } else {
    Convolve<int16_t, int64_t>(node, tensors);
  }
  return kTfLiteOk;
}

}  // namespace

TfLiteRegistration* Register_HARNESS_DEPTHWISE_CONV_2D() {
  static TfLiteRegistration registration = {nullptr, nullptr, Prepare, Invoke,
                                            nullptr, 0,       nullptr, 0};
  return &registration;
}

}  // namespace harness
