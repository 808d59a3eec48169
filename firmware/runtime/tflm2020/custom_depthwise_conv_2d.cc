// HARNESS_DEPTHWISE_CONV_2D: DEPTHWISE_CONV_2D with weights packed to 4 bits or looked up in a table.
#include "kernels/depthwise_convolution.h"
#include "runtime/tflm2020/operators.h"
#include "runtime/tflm2020/packed.h"
#include "runtime/tflm2020/scratch.h"

namespace harness {
namespace {

TfLiteStatus Prepare(TfLiteContext* context, TfLiteNode* node) {
  TF_LITE_ENSURE_STATUS(PreparePackedDepthwiseConv2D(context, node));
  const kernels::Convolution& layer = ConvolutionOf(node)->layer;
  return RequestScratch(context, layer.filter_height * layer.filter_width);
}

template <typename Activation, typename Sum>
void Convolve(const TfLiteNode* node, const LayerTensors& tensors) {
  const LayerData<Activation, Sum> data(tensors);
  const PreparedConvolution& prepared = *ConvolutionOf(node);
  const kernels::PackedWeights weights = prepared.encoding == kEncodedTable
                                             ? kernels::TableWeights(data.weights)
                                             : kernels::Int4Weights(data.weights);
  kernels::ConvolveDepthwise(prepared.layer, data.input, weights, data.bias,
                             ScratchOf<int8_t>(), data.output);
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
