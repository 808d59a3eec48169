#include "runtime/tflm2020/builtin_layer.h"

#include "kernels/products.h"
#include "tensorflow/lite/kernels/kernel_util.h"

namespace harness {
namespace {

template <typename Given>
WindowOptions Window(const Given& given) {
  return {given.padding == kTfLitePaddingSame,
          given.stride_height,
          given.stride_width,
          given.dilation_height_factor,
          given.dilation_width_factor,
          given.activation};
}

template <typename Given>
const Given& OptionsOf(const TfLiteNode* node) {
  return *static_cast<const Given*>(node->builtin_data);
}

}  // namespace

WindowOptions WindowOf(const TfLiteConvParams& given) { return Window(given); }

WindowOptions WindowOf(const TfLiteDepthwiseConvParams& given) { return Window(given); }

TfLiteStatus PrepareConv2D(TfLiteContext* context, TfLiteNode* node) {
  const LayerTensors tensors = TensorsOf(context, node);
  TF_LITE_ENSURE_EQ(context, tflite::NumDimensions(tensors.weights), 4);
  const int* shape = tensors.weights->dims->data;
  return PrepareConvolution(context, node, WindowOf(OptionsOf<TfLiteConvParams>(node)),
                            {shape[1], shape[2], shape[3]}, shape[0]);
}

TfLiteStatus PrepareDepthwiseConv2D(TfLiteContext* context, TfLiteNode* node) {
  const LayerTensors tensors = TensorsOf(context, node);
  TF_LITE_ENSURE_EQ(context, tflite::NumDimensions(tensors.weights), 4);
  const int* shape = tensors.weights->dims->data;
  TF_LITE_ENSURE(context, shape[1] * shape[2] <= kernels::kShortRun);
  return PrepareConvolution(context, node, WindowOf(OptionsOf<TfLiteDepthwiseConvParams>(node)),
                            {shape[1], shape[2], 1}, shape[3]);
}

TfLiteStatus PrepareFullyConnected(TfLiteContext* context, TfLiteNode* node) {
  const LayerTensors tensors = TensorsOf(context, node);
  TF_LITE_ENSURE_EQ(context, tflite::NumDimensions(tensors.weights), 2);
  const int* shape = tensors.weights->dims->data;
  return PrepareConnection(context, node,
                           OptionsOf<TfLiteFullyConnectedParams>(node).activation, shape[1],
                           shape[0]);
}

}  // namespace harness
