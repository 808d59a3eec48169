// SOFTMAX of int16 over the last dimension.
#include "kernels/softmax_int16.h"

#include "runtime/tflm2020/adapter.h"
#include "runtime/tflm2020/operators.h"
#include "tensorflow/lite/c/builtin_op_data.h"
#include "tensorflow/lite/kernels/internal/tensor_ctypes.h"
#include "tensorflow/lite/kernels/kernel_util.h"

namespace harness {
namespace {

constexpr double kStepsPerUnit = 65535.0 / 10.0;
constexpr float kOutputScale = 1.0f / 32768.0f;

TfLiteStatus Prepare(TfLiteContext* context, TfLiteNode* node) {
  TF_LITE_ENSURE_OK(context, CheckAllQuantized(context, node, kTfLiteInt16));
  const TfLiteTensor* input = tflite::GetInput(context, node, 0);
  TF_LITE_ENSURE(context, tflite::GetOutput(context, node, 0)->params.scale == kOutputScale);
  const int rank = tflite::NumDimensions(input);
  TF_LITE_ENSURE(context, rank >= 1);

  auto* softmax = NewParameters<kernels::Softmax>(context, node);
  TF_LITE_ENSURE(context, softmax != nullptr);
  softmax->size = input->dims->data[rank - 1];
  TF_LITE_ENSURE(context, softmax->size >= 1 && softmax->size <= 65535);
  softmax->rows = static_cast<int32_t>(ElementsOf(input)) / softmax->size;
  const auto& given = *static_cast<const TfLiteSoftmaxParams*>(node->builtin_data);
  const double factor = ScaleOf(input) * static_cast<double>(given.beta) * kStepsPerUnit;
  return QuantizeFactor(context, factor, &softmax->multiplier, &softmax->shift);
}

TfLiteStatus Invoke(TfLiteContext* context, TfLiteNode* node) {
  kernels::TakeSoftmax(ParametersOf<kernels::Softmax>(node),
                       tflite::GetTensorData<int16_t>(tflite::GetInput(context, node, 0)),
                       tflite::GetTensorData<int16_t>(tflite::GetOutput(context, node, 0)));
  return kTfLiteOk;
}

}  // namespace

namespace own {

TfLiteRegistration* Register_SOFTMAX() {
  static TfLiteRegistration registration = {nullptr, nullptr, Prepare, Invoke,
                                            nullptr, 0,       nullptr, 0};
  return &registration;
}

}  // namespace own
}  // namespace harness
