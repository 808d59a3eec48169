// PAD and PADV2 of int16 by a constant number of elements.
#include "kernels/pad_int16.h"

#include "runtime/tflm2020/activations.h"
#include "runtime/tflm2020/adapter.h"
#include "runtime/tflm2020/operators.h"
#include "tensorflow/lite/kernels/internal/tensor_ctypes.h"
#include "tensorflow/lite/kernels/kernel_util.h"

namespace harness {
namespace {

// Input 1 holds, for each dimension, how many elements go before it and how many behind it.
TfLiteStatus SetPadding(TfLiteContext* context, TfLiteNode* node, kernels::Padding* padding) {
  const TfLiteTensor* amounts = tflite::GetInput(context, node, 1);
  TF_LITE_ENSURE_EQ(context, amounts->type, kTfLiteInt32);
  TF_LITE_ENSURE(context, tflite::IsConstantTensor(amounts));
  const int rank = tflite::NumDimensions(tflite::GetInput(context, node, 0));
  TF_LITE_ENSURE_EQ(context, tflite::NumElements(amounts), static_cast<int64_t>(2 * rank));
  const auto* values = tflite::GetTensorData<int32_t>(amounts);
  for (int dimension = 0; dimension < 4; ++dimension) {
    const int own = dimension - (4 - rank);
    const int32_t before = own < 0 ? 0 : values[2 * own];
    const int32_t after = own < 0 ? 0 : values[2 * own + 1];
    TF_LITE_ENSURE(context, before >= 0 && after >= 0);
    TF_LITE_ENSURE_EQ(context, before + padding->input_sizes[dimension] + after,
                      padding->output_sizes[dimension]);
    padding->before[dimension] = before;
  }
  return kTfLiteOk;
}

}  // namespace

TfLiteStatus PreparePad(TfLiteContext* context, TfLiteNode* node, TfLiteType type) {
  const TfLiteTensor* input = tflite::GetInput(context, node, 0);
  const TfLiteTensor* output = tflite::GetOutput(context, node, 0);
  TF_LITE_ENSURE_OK(context, CheckQuantized(context, input, type));
  TF_LITE_ENSURE_OK(context, CheckQuantized(context, output, type));
  auto* padding = NewParameters<kernels::Padding>(context, node);
  TF_LITE_ENSURE(context, padding != nullptr);
  TF_LITE_ENSURE_OK(context, FourDimensions(context, input, padding->input_sizes));
  TF_LITE_ENSURE_OK(context, FourDimensions(context, output, padding->output_sizes));
  return SetPadding(context, node, padding);
}

TfLiteStatus PreparePadV2(TfLiteContext* context, TfLiteNode* node, TfLiteType type) {
  const TfLiteTensor* value = tflite::GetInput(context, node, 2);
  TF_LITE_ENSURE_EQ(context, value->type, type);
  TF_LITE_ENSURE_EQ(context, tflite::NumElements(value), static_cast<int64_t>(1));
  return PreparePad(context, node, type);
}

namespace {

TfLiteStatus Prepare(TfLiteContext* context, TfLiteNode* node) {
  return PreparePad(context, node, kTfLiteInt16);
}

TfLiteStatus PrepareWithValue(TfLiteContext* context, TfLiteNode* node) {
  return PreparePadV2(context, node, kTfLiteInt16);
}

void PadWith(TfLiteContext* context, TfLiteNode* node, int16_t fill) {
  kernels::Pad(ParametersOf<kernels::Padding>(node),
               tflite::GetTensorData<int16_t>(tflite::GetInput(context, node, 0)), fill,
               tflite::GetTensorData<int16_t>(tflite::GetOutput(context, node, 0)));
}

TfLiteStatus Invoke(TfLiteContext* context, TfLiteNode* node) {
  PadWith(context, node, 0);
  return kTfLiteOk;
}

TfLiteStatus InvokeWithValue(TfLiteContext* context, TfLiteNode* node) {
  PadWith(context, node, *tflite::GetTensorData<int16_t>(tflite::GetInput(context, node, 2)));
  return kTfLiteOk;
}

}  // namespace

namespace own {

TfLiteRegistration* Register_PAD() {
  static TfLiteRegistration registration = {nullptr, nullptr, Prepare, Invoke,
                                            nullptr, 0,       nullptr, 0};
  return &registration;
}

TfLiteRegistration* Register_PADV2() {
  static TfLiteRegistration registration = {
      nullptr, nullptr, PrepareWithValue, InvokeWithValue, nullptr, 0, nullptr, 0};
  return &registration;
}

}  // namespace own
}  // namespace harness
