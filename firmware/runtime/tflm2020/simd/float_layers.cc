// CONV_2D, DEPTHWISE_CONV_2D and FULLY_CONNECTED of the kernel set `simd` in single precision.
#include "kernels/simd/float_layers.h"

#include "runtime/tflm2020/builtin_layer.h"
#include "runtime/tflm2020/scratch.h"
#include "runtime/tflm2020/simd/layers.h"
#include "runtime/tflm2020/simd/operators.h"
#include "tensorflow/lite/kernels/kernel_util.h"

namespace harness {
namespace simd {
namespace {

using kernels::simd::FloatConnection;
using kernels::simd::FloatRange;

struct FloatConvolution {
  kernels::ConvolutionShape shape;
  FloatRange range;
};

struct FloatData {
  const float* input;
  const float* weights;
  const float* bias;
  float* output;

  explicit FloatData(const LayerTensors& tensors)
      : input(tensors.input->data.f),
        weights(tensors.weights->data.f),
        bias(tensors.bias == nullptr ? nullptr : tensors.bias->data.f),
        output(tensors.output->data.f) {}
};

FloatRange RangeOf(TfLiteFusedActivation activation) {
  FloatRange range;
  tflite::CalculateActivationRange(activation, &range.least, &range.most);
  return range;
}

TfLiteStatus CheckFloat(TfLiteContext* context, const LayerTensors& tensors, int32_t outputs) {
  TF_LITE_ENSURE_TYPES_EQ(context, tensors.input->type, kTfLiteFloat32);
  TF_LITE_ENSURE_TYPES_EQ(context, tensors.weights->type, kTfLiteFloat32);
  TF_LITE_ENSURE_TYPES_EQ(context, tensors.output->type, kTfLiteFloat32);
  if (tensors.bias != nullptr) {
    TF_LITE_ENSURE_TYPES_EQ(context, tensors.bias->type, kTfLiteFloat32);
    TF_LITE_ENSURE_EQ(context, tflite::NumElements(tensors.bias), outputs);
  }
  return kTfLiteOk;
}

const FloatConvolution& ConvolutionAt(const TfLiteNode* node) {
  return *static_cast<const FloatConvolution*>(node->user_data);
}

template <typename Given>
TfLiteStatus PrepareFloat(TfLiteContext* context, TfLiteNode* node, const ImageShape& filter,
                          int32_t outputs) {
  const LayerTensors tensors = TensorsOf(context, node);
  const Given& given = *static_cast<const Given*>(node->builtin_data);
  TF_LITE_ENSURE_STATUS(CheckFloat(context, tensors, outputs));
  FloatConvolution* prepared = nullptr;
  TF_LITE_ENSURE_STATUS(AllocatePersistent(context, 1, &prepared));
  node->user_data = prepared;
  prepared->range = RangeOf(given.activation);
  return ShapeConvolution(context, tensors, WindowOf(given), filter, outputs, &prepared->shape);
}

struct Conv2D {
  static TfLiteStatus Prepare(TfLiteContext* context, TfLiteNode* node) {
    const LayerTensors tensors = TensorsOf(context, node);
    TF_LITE_ENSURE_EQ(context, tflite::NumDimensions(tensors.weights), 4);
    const int* size = tensors.weights->dims->data;
    TF_LITE_ENSURE_STATUS(PrepareFloat<TfLiteConvParams>(context, node,
                                                         {size[1], size[2], size[3]}, size[0]));
    return RequestScratch(
        context, kernels::simd::FloatConvolutionScratchBytes(ConvolutionAt(node).shape));
  }

  static TfLiteStatus Invoke(TfLiteContext* context, TfLiteNode* node) {
    const FloatData data(TensorsOf(context, node));
    const FloatConvolution& layer = ConvolutionAt(node);
    kernels::simd::ConvolveFloat(layer.shape, layer.range, data.input, data.weights, data.bias,
                                 SharedScratch(), data.output);
    return kTfLiteOk;
  }
};

struct DepthwiseConv2D {
  static TfLiteStatus Prepare(TfLiteContext* context, TfLiteNode* node) {
    const LayerTensors tensors = TensorsOf(context, node);
    TF_LITE_ENSURE_EQ(context, tflite::NumDimensions(tensors.weights), 4);
    const int* size = tensors.weights->dims->data;
    return PrepareFloat<TfLiteDepthwiseConvParams>(context, node, {size[1], size[2], 1}, size[3]);
  }

  static TfLiteStatus Invoke(TfLiteContext* context, TfLiteNode* node) {
    const FloatData data(TensorsOf(context, node));
    const FloatConvolution& layer = ConvolutionAt(node);
    kernels::simd::ConvolveDepthwiseFloat(layer.shape, layer.range, data.input, data.weights,
                                          data.bias, data.output);
    return kTfLiteOk;
  }
};

struct FullyConnected {
  static TfLiteStatus Prepare(TfLiteContext* context, TfLiteNode* node) {
    const LayerTensors tensors = TensorsOf(context, node);
    TF_LITE_ENSURE_EQ(context, tflite::NumDimensions(tensors.weights), 2);
    const int* size = tensors.weights->dims->data;
    TF_LITE_ENSURE_STATUS(CheckFloat(context, tensors, size[0]));
    const int32_t elements = static_cast<int32_t>(tflite::NumElements(tensors.input));
    TF_LITE_ENSURE_EQ(context, elements % size[1], 0);
    const int32_t batches = elements / size[1];
    TF_LITE_ENSURE_EQ(context, tflite::NumElements(tensors.output), batches * size[0]);
    FloatConnection* prepared = nullptr;
    TF_LITE_ENSURE_STATUS(AllocatePersistent(context, 1, &prepared));
    node->user_data = prepared;
    const auto& given = *static_cast<const TfLiteFullyConnectedParams*>(node->builtin_data);
    *prepared = {batches, size[1], size[0], RangeOf(given.activation)};
    return kTfLiteOk;
  }

  static TfLiteStatus Invoke(TfLiteContext* context, TfLiteNode* node) {
    const FloatData data(TensorsOf(context, node));
    kernels::simd::ConnectFloat(*static_cast<const FloatConnection*>(node->user_data), data.input,
                                data.weights, data.bias, data.output);
    return kTfLiteOk;
  }
};

}  // namespace

TfLiteRegistration* Register_CONV_2D_FLOAT32() { return RegistrationOf<Conv2D>(); }

TfLiteRegistration* Register_DEPTHWISE_CONV_2D_FLOAT32() {
  return RegistrationOf<DepthwiseConv2D>();
}

TfLiteRegistration* Register_FULLY_CONNECTED_FLOAT32() {
  return RegistrationOf<FullyConnected>();
}

}  // namespace simd
}  // namespace harness
