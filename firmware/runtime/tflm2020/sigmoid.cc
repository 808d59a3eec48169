// LOGISTIC and TANH of int16.
#include "kernels/sigmoid_int16.h"

#include "runtime/tflm2020/adapter.h"
#include "runtime/tflm2020/operators.h"
#include "tensorflow/lite/kernels/internal/tensor_ctypes.h"
#include "tensorflow/lite/kernels/kernel_util.h"

namespace harness {
namespace {

constexpr float kOutputScale = 1.0f / 32768.0f;

TfLiteStatus Prepare(TfLiteContext* context, TfLiteNode* node) {
  TF_LITE_ENSURE_OK(context, CheckAllQuantized(context, node, kTfLiteInt16));
  TF_LITE_ENSURE(context, tflite::GetOutput(context, node, 0)->params.scale == kOutputScale);
  auto* steps = NewParameters<kernels::SigmoidSteps>(context, node);
  TF_LITE_ENSURE(context, steps != nullptr);
  *steps = kernels::StepsOfScale(ScaleOf(tflite::GetInput(context, node, 0)));
  TF_LITE_ENSURE(context, steps->multiplier <= 65535);
  return kTfLiteOk;
}

template <void (*kFunction)(const kernels::SigmoidSteps&, const int16_t*, size_t, int16_t*)>
TfLiteStatus Invoke(TfLiteContext* context, TfLiteNode* node) {
  const TfLiteTensor* input = tflite::GetInput(context, node, 0);
  kFunction(ParametersOf<kernels::SigmoidSteps>(node), tflite::GetTensorData<int16_t>(input),
            ElementsOf(input),
            tflite::GetTensorData<int16_t>(tflite::GetOutput(context, node, 0)));
  return kTfLiteOk;
}

}  // namespace

namespace own {

TfLiteRegistration* Register_LOGISTIC() {
  static TfLiteRegistration registration = {
      nullptr, nullptr, Prepare, Invoke<kernels::Logistic>, nullptr, 0, nullptr, 0};
  return &registration;
}

TfLiteRegistration* Register_TANH() {
  static TfLiteRegistration registration = {
      nullptr, nullptr, Prepare, Invoke<kernels::Tanh>, nullptr, 0, nullptr, 0};
  return &registration;
}

}  // namespace own
}  // namespace harness
