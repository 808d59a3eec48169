// QUANTIZE with what TFLM of July 2020 lacks: int8 to int8 by our own kernel; every other pair of
// types goes to TFLM's.
#include <cstdint>

#include "kernels/requantize_int8.h"
#include "runtime/tflm2020/operators.h"
#include "tensorflow/lite/kernels/internal/quantization_util.h"
#include "tensorflow/lite/kernels/internal/tensor_ctypes.h"
#include "tensorflow/lite/kernels/kernel_util.h"
#include "tensorflow/lite/micro/kernels/micro_ops.h"

namespace harness {
namespace {

const TfLiteRegistration& Tflm() { return *tflite::ops::micro::Register_QUANTIZE(); }

bool IsOurs(TfLiteContext* context, TfLiteNode* node) {
  return tflite::GetInput(context, node, 0)->type == kTfLiteInt8 &&
         tflite::GetOutput(context, node, 0)->type == kTfLiteInt8;
}

bool HasOneScale(const TfLiteTensor* tensor) {
  const auto* quantization =
      static_cast<const TfLiteAffineQuantization*>(tensor->quantization.params);
  return tensor->quantization.type == kTfLiteAffineQuantization && quantization != nullptr &&
         quantization->scale != nullptr && quantization->scale->size == 1;
}

void* Init(TfLiteContext* context, const char* buffer, size_t length) {
  return Tflm().init(context, buffer, length);
}

TfLiteStatus Prepare(TfLiteContext* context, TfLiteNode* node) {
  if (!IsOurs(context, node)) {
    return Tflm().prepare(context, node);
  }
  const TfLiteTensor* input = tflite::GetInput(context, node, 0);
  const TfLiteTensor* output = tflite::GetOutput(context, node, 0);
  TF_LITE_ENSURE(context, HasOneScale(input));
  TF_LITE_ENSURE(context, HasOneScale(output));

  void* memory = nullptr;
  TF_LITE_ENSURE_OK(context, context->AllocatePersistentBuffer(
                                 context, sizeof(kernels::RequantizeInt8), &memory));
  auto* parameters = static_cast<kernels::RequantizeInt8*>(memory);
  int shift = 0;
  const double ratio =
      static_cast<double>(input->params.scale) / static_cast<double>(output->params.scale);
  tflite::QuantizeMultiplier(ratio, &parameters->multiplier, &shift);
  TF_LITE_ENSURE(context, shift <= 31);
  parameters->shift = shift;
  parameters->input_zero_point = input->params.zero_point;
  parameters->output_zero_point = output->params.zero_point;
  node->user_data = parameters;
  return kTfLiteOk;
}

TfLiteStatus Invoke(TfLiteContext* context, TfLiteNode* node) {
  if (!IsOurs(context, node)) {
    return Tflm().invoke(context, node);
  }
  const TfLiteTensor* input = tflite::GetInput(context, node, 0);
  TfLiteTensor* output = tflite::GetOutput(context, node, 0);
  kernels::Requantize(*static_cast<const kernels::RequantizeInt8*>(node->user_data),
                      tflite::GetTensorData<int8_t>(input), input->bytes,
                      tflite::GetTensorData<int8_t>(output));
  return kTfLiteOk;
}

}  // namespace

TfLiteRegistration* Register_QUANTIZE() {
  static TfLiteRegistration registration = {Init, nullptr, Prepare, Invoke, nullptr, 0, nullptr, 0};
  return &registration;
}

}  // namespace harness
