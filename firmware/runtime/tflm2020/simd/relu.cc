// RELU of int8, with any scale and zero point behind it, and RELU6, with the input's.
#include "kernels/simd/relu.h"

#include "kernels/simd/quantize.h"
#include "runtime/tflm2020/activations.h"
#include "runtime/tflm2020/adapter.h"
#include "runtime/tflm2020/scratch.h"
#include "runtime/tflm2020/simd/operators.h"
#include "tensorflow/lite/kernels/internal/tensor_ctypes.h"
#include "tensorflow/lite/kernels/kernel_util.h"

namespace harness {
namespace simd {
namespace {

// Whether input and output mean the same by each value.
bool KeepsValues(TfLiteContext* context, TfLiteNode* node) {
  const TfLiteQuantizationParams& input = tflite::GetInput(context, node, 0)->params;
  const TfLiteQuantizationParams& output = tflite::GetOutput(context, node, 0)->params;
  return input.scale == output.scale && input.zero_point == output.zero_point;
}

TfLiteStatus PrepareRelu(TfLiteContext* context, TfLiteNode* node) {
  const TfLiteTensor* input = tflite::GetInput(context, node, 0);
  TF_LITE_ENSURE_EQ(context, input->type, kTfLiteInt8);
  TF_LITE_ENSURE_OK(context, PrepareRectifier(context, node, kTfLiteActRelu));
  const size_t count = KeepsValues(context, node) ? 0 : ElementsOf(input);
  return RequestScratch(context, kernels::simd::RequantizationScratchBytes(count));
}

TfLiteStatus PrepareRelu6(TfLiteContext* context, TfLiteNode* node) {
  TF_LITE_ENSURE_EQ(context, tflite::GetInput(context, node, 0)->type, kTfLiteInt8);
  TF_LITE_ENSURE(context, KeepsValues(context, node));
  return PrepareRectifier(context, node, kTfLiteActRelu6);
}

TfLiteStatus InvokeClamp(TfLiteContext* context, TfLiteNode* node) {
  const auto& bounds = ParametersOf<kernels::Requantization>(node);
  const TfLiteTensor* input = tflite::GetInput(context, node, 0);
  kernels::simd::ClampEach(bounds.least, bounds.most, tflite::GetTensorData<int8_t>(input),
                           ElementsOf(input),
                           tflite::GetTensorData<int8_t>(tflite::GetOutput(context, node, 0)));
  return kTfLiteOk;
}

TfLiteStatus InvokeRelu(TfLiteContext* context, TfLiteNode* node) {
  if (KeepsValues(context, node)) {
    return InvokeClamp(context, node);
  }
  const TfLiteTensor* input = tflite::GetInput(context, node, 0);
  kernels::simd::Requantize(ParametersOf<kernels::Requantization>(node),
                            tflite::GetTensorData<int8_t>(input), ElementsOf(input),
                            SharedScratch(),
                            tflite::GetTensorData<int8_t>(tflite::GetOutput(context, node, 0)));
  return kTfLiteOk;
}

}  // namespace

TfLiteRegistration* Register_RELU_INT8() {
  static TfLiteRegistration registration = {nullptr, nullptr, PrepareRelu, InvokeRelu,
                                            nullptr, 0,       nullptr,     0};
  return &registration;
}

TfLiteRegistration* Register_RELU6_INT8() {
  static TfLiteRegistration registration = {nullptr, nullptr, PrepareRelu6, InvokeClamp,
                                            nullptr, 0,       nullptr,      0};
  return &registration;
}

}  // namespace simd
}  // namespace harness
