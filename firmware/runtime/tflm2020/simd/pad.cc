// PAD and PADV2 of int8 by a constant number of elements.
#include "kernels/simd/pad.h"

#include "runtime/tflm2020/activations.h"
#include "runtime/tflm2020/adapter.h"
#include "runtime/tflm2020/simd/operators.h"
#include "tensorflow/lite/kernels/internal/tensor_ctypes.h"
#include "tensorflow/lite/kernels/kernel_util.h"

namespace harness {
namespace simd {
namespace {

TfLiteStatus Prepare(TfLiteContext* context, TfLiteNode* node) {
  return PreparePad(context, node, kTfLiteInt8);
}

// The element to pad with means the same in the output.
TfLiteStatus PrepareWithValue(TfLiteContext* context, TfLiteNode* node) {
  const TfLiteTensor* value = tflite::GetInput(context, node, 2);
  const TfLiteTensor* output = tflite::GetOutput(context, node, 0);
  TF_LITE_ENSURE_EQ(context, value->params.zero_point, output->params.zero_point);
  TF_LITE_ENSURE(context, value->params.scale == output->params.scale);
  return PreparePadV2(context, node, kTfLiteInt8);
}

void PadWith(TfLiteContext* context, TfLiteNode* node, int8_t fill) {
  kernels::simd::Pad(ParametersOf<kernels::Padding>(node),
                     tflite::GetTensorData<int8_t>(tflite::GetInput(context, node, 0)), fill,
                     tflite::GetTensorData<int8_t>(tflite::GetOutput(context, node, 0)));
}

TfLiteStatus Invoke(TfLiteContext* context, TfLiteNode* node) {
  const int32_t zero = tflite::GetOutput(context, node, 0)->params.zero_point;
  PadWith(context, node, static_cast<int8_t>(zero));
  return kTfLiteOk;
}

TfLiteStatus InvokeWithValue(TfLiteContext* context, TfLiteNode* node) {
  PadWith(context, node, *tflite::GetTensorData<int8_t>(tflite::GetInput(context, node, 2)));
  return kTfLiteOk;
}

}  // namespace

TfLiteRegistration* Register_PAD_INT8() {
  static TfLiteRegistration registration = {nullptr, nullptr, Prepare, Invoke,
                                            nullptr, 0,       nullptr, 0};
  return &registration;
}

TfLiteRegistration* Register_PADV2_INT8() {
  static TfLiteRegistration registration = {
      nullptr, nullptr, PrepareWithValue, InvokeWithValue, nullptr, 0, nullptr, 0};
  return &registration;
}

}  // namespace simd
}  // namespace harness
