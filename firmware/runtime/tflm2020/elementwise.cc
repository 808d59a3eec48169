// ADD, SUB, MUL, MAXIMUM and MINIMUM of int16.
#include "kernels/elementwise_int16.h"

#include "runtime/tflm2020/adapter.h"
#include "runtime/tflm2020/operators.h"
#include "tensorflow/lite/c/builtin_op_data.h"
#include "tensorflow/lite/kernels/internal/tensor_ctypes.h"
#include "tensorflow/lite/kernels/kernel_util.h"

namespace harness {
namespace {

constexpr double kSpare = 32768.0;  // 2^15 of kernels::Addition

struct PreparedAddition {
  kernels::Broadcast shape;
  kernels::Addition addition;
};

struct PreparedMultiplication {
  kernels::Broadcast shape;
  kernels::Multiplication multiplication;
};

// Fills in the steps of one operand, given the output's sizes.
TfLiteStatus SetSteps(TfLiteContext* context, const TfLiteTensor* operand, const int32_t* sizes,
                      int32_t* steps) {
  int32_t own[4];
  TF_LITE_ENSURE_OK(context, FourDimensions(context, operand, own));
  int32_t step = 1;
  for (int dimension = 3; dimension >= 0; --dimension) {
    TF_LITE_ENSURE(context, own[dimension] == sizes[dimension] || own[dimension] == 1);
    steps[dimension] = own[dimension] == 1 ? 0 : step;
    step *= own[dimension];
  }
  return kTfLiteOk;
}

TfLiteStatus SetShape(TfLiteContext* context, TfLiteNode* node, kernels::Broadcast* shape) {
  TF_LITE_ENSURE_OK(context, CheckAllQuantized(context, node, kTfLiteInt16));
  TF_LITE_ENSURE_EQ(context, tflite::NumInputs(node), 2);
  TF_LITE_ENSURE_OK(
      context, FourDimensions(context, tflite::GetOutput(context, node, 0), shape->sizes));
  TF_LITE_ENSURE_OK(context, SetSteps(context, tflite::GetInput(context, node, 0), shape->sizes,
                                      shape->first_steps));
  return SetSteps(context, tflite::GetInput(context, node, 1), shape->sizes, shape->second_steps);
}

TfLiteStatus SetFactor(TfLiteContext* context, double value, kernels::Factor* factor) {
  return QuantizeFactor(context, value, &factor->multiplier, &factor->shift);
}

// `Params` are the options of ADD or SUB.
template <typename Params>
TfLiteStatus PrepareAddition(TfLiteContext* context, TfLiteNode* node) {
  auto* prepared = NewParameters<PreparedAddition>(context, node);
  TF_LITE_ENSURE(context, prepared != nullptr);
  TF_LITE_ENSURE_OK(context, SetShape(context, node, &prepared->shape));
  const double first = ScaleOf(tflite::GetInput(context, node, 0));
  const double second = ScaleOf(tflite::GetInput(context, node, 1));
  TfLiteTensor* output = tflite::GetOutput(context, node, 0);
  const double common = 2.0 * (first > second ? first : second);
  kernels::Addition* addition = &prepared->addition;
  TF_LITE_ENSURE_OK(context, SetFactor(context, first / common, &addition->first));
  TF_LITE_ENSURE_OK(context, SetFactor(context, second / common, &addition->second));
  TF_LITE_ENSURE_OK(
      context, SetFactor(context, common / (kSpare * ScaleOf(output)), &addition->output));
  return tflite::CalculateActivationRangeQuantized(
      context, static_cast<const Params*>(node->builtin_data)->activation, output,
      &addition->bounds.least, &addition->bounds.most);
}

TfLiteStatus PrepareMultiplication(TfLiteContext* context, TfLiteNode* node) {
  auto* prepared = NewParameters<PreparedMultiplication>(context, node);
  TF_LITE_ENSURE(context, prepared != nullptr);
  TF_LITE_ENSURE_OK(context, SetShape(context, node, &prepared->shape));
  TfLiteTensor* output = tflite::GetOutput(context, node, 0);
  kernels::Multiplication* multiplication = &prepared->multiplication;
  const double product = ScaleOf(tflite::GetInput(context, node, 0)) *
                         ScaleOf(tflite::GetInput(context, node, 1));
  TF_LITE_ENSURE_OK(context,
                    SetFactor(context, product / ScaleOf(output), &multiplication->output));
  return tflite::CalculateActivationRangeQuantized(
      context, static_cast<const TfLiteMulParams*>(node->builtin_data)->activation, output,
      &multiplication->bounds.least, &multiplication->bounds.most);
}

TfLiteStatus PrepareSelection(TfLiteContext* context, TfLiteNode* node) {
  auto* shape = NewParameters<kernels::Broadcast>(context, node);
  TF_LITE_ENSURE(context, shape != nullptr);
  return SetShape(context, node, shape);
}

struct Operands {
  const int16_t* first;
  const int16_t* second;
  int16_t* output;

  Operands(TfLiteContext* context, TfLiteNode* node)
      : first(tflite::GetTensorData<int16_t>(tflite::GetInput(context, node, 0))),
        second(tflite::GetTensorData<int16_t>(tflite::GetInput(context, node, 1))),
        output(tflite::GetTensorData<int16_t>(tflite::GetOutput(context, node, 0))) {}
};

template <void (*kAdd)(const kernels::Addition&, const kernels::Broadcast&, const int16_t*,
                       const int16_t*, int16_t*)>
TfLiteStatus InvokeAddition(TfLiteContext* context, TfLiteNode* node) {
  const auto& prepared = ParametersOf<PreparedAddition>(node);
  const Operands at(context, node);
  kAdd(prepared.addition, prepared.shape, at.first, at.second, at.output);
  return kTfLiteOk;
}

TfLiteStatus InvokeMultiplication(TfLiteContext* context, TfLiteNode* node) {
  const auto& prepared = ParametersOf<PreparedMultiplication>(node);
  const Operands at(context, node);
  kernels::Multiply(prepared.multiplication, prepared.shape, at.first, at.second, at.output);
  return kTfLiteOk;
}

template <void (*kSelect)(const kernels::Broadcast&, const int16_t*, const int16_t*, int16_t*)>
TfLiteStatus InvokeSelection(TfLiteContext* context, TfLiteNode* node) {
  const Operands at(context, node);
  kSelect(ParametersOf<kernels::Broadcast>(node), at.first, at.second, at.output);
  return kTfLiteOk;
}

}  // namespace

namespace own {

TfLiteRegistration* Register_ADD() {
  static TfLiteRegistration registration = {
      nullptr, nullptr, PrepareAddition<TfLiteAddParams>, InvokeAddition<kernels::Add>,
      nullptr, 0,       nullptr,                          0};
  return &registration;
}

TfLiteRegistration* Register_SUB() {
  static TfLiteRegistration registration = {
      nullptr, nullptr, PrepareAddition<TfLiteSubParams>, InvokeAddition<kernels::Subtract>,
      nullptr, 0,       nullptr,                          0};
  return &registration;
}

TfLiteRegistration* Register_MUL() {
  static TfLiteRegistration registration = {
      nullptr, nullptr, PrepareMultiplication, InvokeMultiplication, nullptr, 0, nullptr, 0};
  return &registration;
}

TfLiteRegistration* Register_MAXIMUM() {
  static TfLiteRegistration registration = {
      nullptr, nullptr, PrepareSelection, InvokeSelection<kernels::Maximum>,
      nullptr, 0,       nullptr,          0};
  return &registration;
}

TfLiteRegistration* Register_MINIMUM() {
  static TfLiteRegistration registration = {
      nullptr, nullptr, PrepareSelection, InvokeSelection<kernels::Minimum>,
      nullptr, 0,       nullptr,          0};
  return &registration;
}

}  // namespace own
}  // namespace harness
