// RELU, RELU6 and LEAKY_RELU of int8 and int16, with another scale and zero point behind them.
#include "kernels/leaky_relu.h"
#include "kernels/requantize.h"
#include "runtime/tflm2020/activations.h"
#include "runtime/tflm2020/adapter.h"
#include "runtime/tflm2020/operators.h"
#include "tensorflow/lite/c/builtin_op_data.h"
#include "tensorflow/lite/kernels/internal/tensor_ctypes.h"
#include "tensorflow/lite/kernels/kernel_util.h"

namespace harness {
namespace {

TfLiteStatus CheckTypes(TfLiteContext* context, TfLiteNode* node) {
  const TfLiteType type = tflite::GetInput(context, node, 0)->type;
  TF_LITE_ENSURE(context, type == kTfLiteInt8 || type == kTfLiteInt16);
  return CheckAllQuantized(context, node, type);
}

double Ratio(TfLiteContext* context, TfLiteNode* node) {
  return ScaleOf(tflite::GetInput(context, node, 0)) /
         ScaleOf(tflite::GetOutput(context, node, 0));
}

}  // namespace

TfLiteStatus PrepareRectifier(TfLiteContext* context, TfLiteNode* node,
                              TfLiteFusedActivation activation) {
  TF_LITE_ENSURE_OK(context, CheckTypes(context, node));
  auto* relu = NewParameters<kernels::Requantization>(context, node);
  TF_LITE_ENSURE(context, relu != nullptr);
  TfLiteTensor* output = tflite::GetOutput(context, node, 0);
  relu->input_zero_point = tflite::GetInput(context, node, 0)->params.zero_point;
  relu->output_zero_point = output->params.zero_point;
  TF_LITE_ENSURE_OK(context, QuantizeFactor(context, Ratio(context, node), &relu->multiplier,
                                            &relu->shift));
  return tflite::CalculateActivationRangeQuantized(context, activation, output, &relu->least,
                                                   &relu->most);
}

namespace {

template <TfLiteFusedActivation kActivation>
TfLiteStatus PrepareRelu(TfLiteContext* context, TfLiteNode* node) {
  return PrepareRectifier(context, node, kActivation);
}

TfLiteStatus PrepareLeakyRelu(TfLiteContext* context, TfLiteNode* node) {
  TF_LITE_ENSURE_OK(context, CheckTypes(context, node));
  auto* relu = NewParameters<kernels::LeakyRelu>(context, node);
  TF_LITE_ENSURE(context, relu != nullptr);
  relu->input_zero_point = tflite::GetInput(context, node, 0)->params.zero_point;
  relu->output_zero_point = tflite::GetOutput(context, node, 0)->params.zero_point;
  const auto& given = *static_cast<const TfLiteLeakyReluParams*>(node->builtin_data);
  const double ratio = Ratio(context, node);
  TF_LITE_ENSURE_OK(context, QuantizeFactor(context, ratio, &relu->multiplier, &relu->shift));
  return QuantizeFactor(context, static_cast<double>(given.alpha) * ratio,
                        &relu->slope_multiplier, &relu->slope_shift);
}

void Rectify(const kernels::Requantization& relu, const int8_t* input, size_t count,
             int8_t* output) {
  kernels::Requantize(relu, input, count, output);
}

void Rectify(const kernels::Requantization& relu, const int16_t* input, size_t count,
             int16_t* output) {
  kernels::Requantize(relu, input, count, output);
}

template <typename T>
void Rectify(const kernels::LeakyRelu& relu, const T* input, size_t count, T* output) {
  kernels::TakeLeakyRelu(relu, input, count, output);
}

template <typename Parameters>
TfLiteStatus Invoke(TfLiteContext* context, TfLiteNode* node) {
  const auto& relu = ParametersOf<Parameters>(node);
  const TfLiteTensor* input = tflite::GetInput(context, node, 0);
  TfLiteTensor* output = tflite::GetOutput(context, node, 0);
  if (input->type == kTfLiteInt8) {
    Rectify(relu, tflite::GetTensorData<int8_t>(input), ElementsOf(input),
            tflite::GetTensorData<int8_t>(output));
  } else {
    Rectify(relu, tflite::GetTensorData<int16_t>(input), ElementsOf(input),
            tflite::GetTensorData<int16_t>(output));
  }
  return kTfLiteOk;
}

}  // namespace

namespace own {

TfLiteRegistration* Register_RELU() {
  static TfLiteRegistration registration = {
      nullptr, nullptr, PrepareRelu<kTfLiteActRelu>, Invoke<kernels::Requantization>,
      nullptr, 0,       nullptr,                     0};
  return &registration;
}

TfLiteRegistration* Register_RELU6() {
  static TfLiteRegistration registration = {
      nullptr, nullptr, PrepareRelu<kTfLiteActRelu6>, Invoke<kernels::Requantization>,
      nullptr, 0,       nullptr,                      0};
  return &registration;
}

TfLiteRegistration* Register_LEAKY_RELU() {
  static TfLiteRegistration registration = {
      nullptr, nullptr, PrepareLeakyRelu, Invoke<kernels::LeakyRelu>, nullptr, 0, nullptr, 0};
  return &registration;
}

}  // namespace own
}  // namespace harness
