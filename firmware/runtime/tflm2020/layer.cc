#include "runtime/tflm2020/layer.h"

#include "tensorflow/lite/kernels/internal/quantization_util.h"
#include "tensorflow/lite/kernels/kernel_util.h"

namespace harness {
namespace {

constexpr int kRank = 4;

const TfLiteAffineQuantization* QuantizationOf(const TfLiteTensor* tensor) {
  return tensor->quantization.type == kTfLiteAffineQuantization
             ? static_cast<const TfLiteAffineQuantization*>(tensor->quantization.params)
             : nullptr;
}

bool IsSymmetric(const TfLiteTensor* tensor) {
  const TfLiteIntArray* zero_points = QuantizationOf(tensor)->zero_point;
  for (int i = 0; zero_points != nullptr && i < zero_points->size; ++i) {
    if (zero_points->data[i] != 0) {
      return false;
    }
  }
  return true;
}

TfLiteStatus CheckTypes(TfLiteContext* context, const LayerTensors& tensors, int32_t outputs) {
  const TfLiteType type = tensors.input->type;
  TF_LITE_ENSURE(context, type == kTfLiteInt8 || type == kTfLiteInt16);
  TF_LITE_ENSURE_TYPES_EQ(context, tensors.output->type, type);
  TF_LITE_ENSURE_TYPES_EQ(context, tensors.weights->type, kTfLiteInt8);
  TF_LITE_ENSURE_EQ(context, ScaleCount(tensors.input), 1);
  TF_LITE_ENSURE_EQ(context, ScaleCount(tensors.output), 1);
  TF_LITE_ENSURE(context, ScaleCount(tensors.weights) > 0);
  TF_LITE_ENSURE(context, IsSymmetric(tensors.weights));
  if (type == kTfLiteInt16) {
    TF_LITE_ENSURE(context, IsSymmetric(tensors.input) && IsSymmetric(tensors.output));
  }
  if (tensors.bias != nullptr) {
    const bool wide = type == kTfLiteInt16 && tensors.bias->type == kTfLiteInt64;
    TF_LITE_ENSURE(context, wide || tensors.bias->type == kTfLiteInt32);
    TF_LITE_ENSURE_EQ(context, tflite::NumElements(tensors.bias), outputs);
  }
  return kTfLiteOk;
}

TfLiteStatus PrepareOutput(TfLiteContext* context, const LayerTensors& tensors,
                           TfLiteFusedActivation activation, int32_t outputs,
                           kernels::OutputRange* range) {
  TF_LITE_ENSURE_STATUS(CheckTypes(context, tensors, outputs));
  const TfLiteFloatArray* weight_scales = QuantizationOf(tensors.weights)->scale;
  TF_LITE_ENSURE(context, weight_scales->size == 1 || weight_scales->size == outputs);
  kernels::ChannelScale* scales = nullptr;
  TF_LITE_ENSURE_STATUS(AllocatePersistent(context, weight_scales->size, &scales));
  // The reduced product of a 64-bit sum leaves room for a shift of 7.
  const int most_shift = HasShortSums(tensors) ? 31 : 7;
  for (int i = 0; i < weight_scales->size; ++i) {
    const double ratio = static_cast<double>(tensors.input->params.scale) *
                         static_cast<double>(weight_scales->data[i]) /
                         static_cast<double>(tensors.output->params.scale);
    int shift = 0;
    tflite::QuantizeMultiplier(ratio, &scales[i].multiplier, &shift);
    TF_LITE_ENSURE(context, shift <= most_shift);
    scales[i].shift = shift;
  }
  range->scales = {scales, weight_scales->size == 1 ? 0 : 1};
  range->zero_point = tensors.output->params.zero_point;
  return tflite::CalculateActivationRangeQuantized(context, activation, tensors.output,
                                                   &range->least, &range->most);
}

int32_t Dimension(const TfLiteTensor* tensor, int index) { return tensor->dims->data[index]; }

int32_t Padding(const WindowOptions& options, int32_t input, int32_t output, int32_t filter,
                int32_t stride, int32_t dilation) {
  return options.same ? kernels::PaddingBefore(input, output, filter, stride, dilation) : 0;
}

}  // namespace

LayerTensors TensorsOf(TfLiteContext* context, TfLiteNode* node) {
  return {tflite::GetInput(context, node, 0), tflite::GetInput(context, node, 1),
          tflite::GetOptionalInputTensor(context, node, 2), tflite::GetOutput(context, node, 0)};
}

int ScaleCount(const TfLiteTensor* tensor) {
  const TfLiteAffineQuantization* quantization = QuantizationOf(tensor);
  return quantization == nullptr || quantization->scale == nullptr ? 0
                                                                   : quantization->scale->size;
}

TfLiteStatus ShapeConvolution(TfLiteContext* context, const LayerTensors& tensors,
                              const WindowOptions& options, const ImageShape& filter,
                              int32_t outputs, kernels::ConvolutionShape* shape) {
  const TfLiteTensor* input = tensors.input;
  const TfLiteTensor* output = tensors.output;
  TF_LITE_ENSURE_EQ(context, tflite::NumDimensions(input), kRank);
  TF_LITE_ENSURE_EQ(context, tflite::NumDimensions(output), kRank);
  TF_LITE_ENSURE_EQ(context, Dimension(output, 0), Dimension(input, 0));
  TF_LITE_ENSURE_EQ(context, Dimension(output, 3), outputs);
  TF_LITE_ENSURE(context, options.stride_height > 0 && options.stride_width > 0);
  TF_LITE_ENSURE(context, options.dilation_height > 0 && options.dilation_width > 0);
  TF_LITE_ENSURE(context, filter.height > 0 && filter.width > 0 && filter.channels > 0);
  TF_LITE_ENSURE_EQ(context, Dimension(input, 3) % filter.channels, 0);
  TF_LITE_ENSURE_EQ(context, outputs % (Dimension(input, 3) / filter.channels), 0);
  shape->batches = Dimension(input, 0);
  shape->input_height = Dimension(input, 1);
  shape->input_width = Dimension(input, 2);
  shape->input_channels = Dimension(input, 3);
  shape->output_height = Dimension(output, 1);
  shape->output_width = Dimension(output, 2);
  shape->output_channels = outputs;
  shape->filter_height = filter.height;
  shape->filter_width = filter.width;
  shape->filter_channels = filter.channels;
  shape->stride_height = options.stride_height;
  shape->stride_width = options.stride_width;
  shape->dilation_height = options.dilation_height;
  shape->dilation_width = options.dilation_width;
  shape->padding_top = Padding(options, shape->input_height, shape->output_height, filter.height,
                               options.stride_height, options.dilation_height);
  shape->padding_left = Padding(options, shape->input_width, shape->output_width, filter.width,
                                options.stride_width, options.dilation_width);
  return kTfLiteOk;
}

TfLiteStatus PrepareConvolution(TfLiteContext* context, TfLiteNode* node,
                                const WindowOptions& options, const ImageShape& filter,
                                int32_t outputs) {
  const LayerTensors tensors = TensorsOf(context, node);
  PreparedConvolution* prepared = nullptr;
  TF_LITE_ENSURE_STATUS(AllocatePersistent(context, 1, &prepared));
  kernels::Convolution& layer = prepared->layer;
  TF_LITE_ENSURE_STATUS(ShapeConvolution(context, tensors, options, filter, outputs, &layer));
  layer.input_zero_point = tensors.input->params.zero_point;
  prepared->encoding = kEncodedDense;
  node->user_data = prepared;
  return PrepareOutput(context, tensors, options.activation, outputs, &layer.output);
}

TfLiteStatus PrepareConnection(TfLiteContext* context, TfLiteNode* node,
                               TfLiteFusedActivation activation, int32_t inputs,
                               int32_t outputs) {
  const LayerTensors tensors = TensorsOf(context, node);
  TF_LITE_ENSURE(context, inputs > 0 && outputs > 0);
  const int32_t elements = static_cast<int32_t>(tflite::NumElements(tensors.input));
  TF_LITE_ENSURE_EQ(context, elements % inputs, 0);
  TF_LITE_ENSURE_EQ(context, tflite::NumElements(tensors.output), elements / inputs * outputs);

  PreparedConnection* prepared = nullptr;
  TF_LITE_ENSURE_STATUS(AllocatePersistent(context, 1, &prepared));
  prepared->layer.batches = elements / inputs;
  prepared->layer.inputs = inputs;
  prepared->layer.outputs = outputs;
  prepared->layer.input_zero_point = tensors.input->params.zero_point;
  prepared->encoding = kEncodedDense;
  node->user_data = prepared;
  return PrepareOutput(context, tensors, activation, outputs, &prepared->layer.output);
}

}  // namespace harness
