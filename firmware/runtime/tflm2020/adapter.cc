#include "runtime/tflm2020/adapter.h"

#include "tensorflow/lite/kernels/internal/quantization_util.h"
#include "tensorflow/lite/kernels/kernel_util.h"

namespace harness {

void* NewParameters(TfLiteContext* context, TfLiteNode* node, size_t bytes) {
  void* memory = nullptr;
  if (context->AllocatePersistentBuffer(context, bytes, &memory) != kTfLiteOk) {
    return nullptr;
  }
  node->user_data = memory;
  return memory;
}

TfLiteStatus CheckOneScale(TfLiteContext* context, const TfLiteTensor* tensor) {
  TF_LITE_ENSURE_EQ(context, tensor->quantization.type, kTfLiteAffineQuantization);
  const auto* quantization =
      static_cast<const TfLiteAffineQuantization*>(tensor->quantization.params);
  TF_LITE_ENSURE(context, quantization != nullptr);
  TF_LITE_ENSURE(context, quantization->scale != nullptr);
  TF_LITE_ENSURE_EQ(context, quantization->scale->size, 1);
  return kTfLiteOk;
}

TfLiteStatus CheckQuantized(TfLiteContext* context, const TfLiteTensor* tensor, TfLiteType type) {
  TF_LITE_ENSURE_EQ(context, tensor->type, type);
  TF_LITE_ENSURE_OK(context, CheckOneScale(context, tensor));
  if (type == kTfLiteInt16) {
    TF_LITE_ENSURE_EQ(context, tensor->params.zero_point, 0);
  }
  return kTfLiteOk;
}

TfLiteStatus CheckAllQuantized(TfLiteContext* context, const TfLiteNode* node, TfLiteType type) {
  for (int i = 0; i < tflite::NumInputs(node); ++i) {
    TF_LITE_ENSURE_OK(context,
                      CheckQuantized(context, tflite::GetInput(context, node, i), type));
  }
  return CheckQuantized(context, tflite::GetOutput(context, node, 0), type);
}

TfLiteStatus QuantizeFactor(TfLiteContext* context, double factor, int32_t* multiplier,
                            int32_t* shift) {
  int exponent = 0;
  tflite::QuantizeMultiplier(factor, multiplier, &exponent);
  TF_LITE_ENSURE(context, exponent <= 31);
  *shift = exponent;
  return kTfLiteOk;
}

TfLiteStatus FourDimensions(TfLiteContext* context, const TfLiteTensor* tensor, int32_t* sizes) {
  const int rank = tflite::NumDimensions(tensor);
  TF_LITE_ENSURE(context, rank <= 4);
  for (int dimension = 0; dimension < 4; ++dimension) {
    const int own = dimension - (4 - rank);
    sizes[dimension] = own < 0 ? 1 : tensor->dims->data[own];
  }
  return kTfLiteOk;
}

}  // namespace harness
