// DEPTHWISE_CONV_2D with what TFLM of July 2020 lacks, int16 activations and dilation with "same"
// padding, and with int8 activations beside them: by our own kernel.
#include "kernels/depthwise_convolution.h"
#include "kernels/products.h"
#include "runtime/tflm2020/layer.h"
#include "runtime/tflm2020/operators.h"
#include "tensorflow/lite/kernels/kernel_util.h"

namespace harness {
namespace {

TfLiteStatus Prepare(TfLiteContext* context, TfLiteNode* node) {
  const LayerTensors tensors = TensorsOf(context, node);
  const auto& given = *static_cast<const TfLiteDepthwiseConvParams*>(node->builtin_data);
  const WindowOptions options = {given.padding == kTfLitePaddingSame,
                                 given.stride_height,
                                 given.stride_width,
                                 given.dilation_height_factor,
                                 given.dilation_width_factor,
                                 given.activation};
  TF_LITE_ENSURE_EQ(context, tflite::NumDimensions(tensors.weights), 4);
  const int* shape = tensors.weights->dims->data;
  TF_LITE_ENSURE(context, shape[1] * shape[2] <= kernels::kShortRun);
  TF_LITE_ENSURE_STATUS(
      PrepareConvolution(context, node, options, {shape[1], shape[2], 1}, shape[3]));
  return RequestScratch(context, node, shape[1] * shape[2]);
}

template <typename Activation, typename Sum>
void Convolve(const TfLiteNode* node, const LayerTensors& tensors) {
  const LayerData<Activation, Sum> data(tensors);
  const kernels::DenseWeights weights = {reinterpret_cast<const int8_t*>(data.weights)};
  kernels::ConvolveDepthwise(ConvolutionOf(node)->layer, data.input, weights, data.bias,
                             ScratchOf<int8_t>(node), data.output);
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
