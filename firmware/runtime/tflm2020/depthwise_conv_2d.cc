// DEPTHWISE_CONV_2D with what TFLM of July 2020 lacks, int16 activations and dilation with "same"
// padding, and with int8 activations beside them: by our own kernel.
#include "kernels/depthwise_convolution.h"
#include "runtime/tflm2020/builtin_layer.h"
#include "runtime/tflm2020/operators.h"
#include "runtime/tflm2020/scratch.h"

namespace harness {
namespace {

TfLiteStatus Prepare(TfLiteContext* context, TfLiteNode* node) {
  TF_LITE_ENSURE_STATUS(PrepareDepthwiseConv2D(context, node));
  const kernels::Convolution& layer = ConvolutionOf(node)->layer;
  return RequestScratch(context, layer.filter_height * layer.filter_width);
}

template <typename Activation, typename Sum>
void Convolve(const TfLiteNode* node, const LayerTensors& tensors) {
  const LayerData<Activation, Sum> data(tensors);
  const kernels::DenseWeights weights = {reinterpret_cast<const int8_t*>(data.weights)};
  kernels::ConvolveDepthwise(ConvolutionOf(node)->layer, data.input, weights, data.bias,
                             ScratchOf<int8_t>(), data.output);
}

TfLiteStatus Invoke(TfLiteContext* context, TfLiteNode* node) {
  const LayerTensors tensors = TensorsOf(context, node);
  if (tensors.input->type == kTfLiteInt8) {
    Convolve<int8_t, int32_t>(node, tensors);
  } else if (HasShortSums(tensors)) {
    Convolve<int16_t, int32_t>(node, tensors);
  } else {
    Convolve<int16_t, int64_t>(node, tensors);
  }
  return kTfLiteOk;
}

}  // namespace

namespace own {

TfLiteRegistration* Register_DEPTHWISE_CONV_2D() {
  static TfLiteRegistration registration = {nullptr, nullptr, Prepare, Invoke,
                                            nullptr, 0,       nullptr, 0};
  return &registration;
}

}  // namespace own
}  // namespace harness
