// ADD of int8 tensors of the same shape.
#include "kernels/simd/add.h"

#include "runtime/tflm2020/adapter.h"
#include "runtime/tflm2020/scratch.h"
#include "runtime/tflm2020/simd/operators.h"
#include "tensorflow/lite/c/builtin_op_data.h"
#include "tensorflow/lite/kernels/internal/tensor_ctypes.h"
#include "tensorflow/lite/kernels/kernel_util.h"

namespace harness {
namespace simd {
namespace {

constexpr double kWidened = 1048576.0;  // 2^20 of kernels::simd::WidenedAddition

struct PreparedAddition {
  kernels::simd::WidenedAddition addition;
  int wide;  // which input
};

TfLiteStatus Prepare(TfLiteContext* context, TfLiteNode* node) {
  TF_LITE_ENSURE_EQ(context, tflite::NumInputs(node), 2);
  TF_LITE_ENSURE_OK(context, CheckAllQuantized(context, node, kTfLiteInt8));
  const TfLiteTensor* first = tflite::GetInput(context, node, 0);
  const TfLiteTensor* second = tflite::GetInput(context, node, 1);
  TfLiteTensor* output = tflite::GetOutput(context, node, 0);
  TF_LITE_ENSURE(context, tflite::HaveSameShapes(first, second));
  TF_LITE_ENSURE_EQ(context, ElementsOf(first), ElementsOf(output));

  auto* prepared = NewParameters<PreparedAddition>(context, node);
  TF_LITE_ENSURE(context, prepared != nullptr);
  prepared->wide = ScaleOf(first) >= ScaleOf(second) ? 0 : 1;
  const TfLiteTensor* wide = prepared->wide == 0 ? first : second;
  const TfLiteTensor* narrow = prepared->wide == 0 ? second : first;
  const double common = 2.0 * ScaleOf(wide);
  kernels::simd::WidenedAddition* addition = &prepared->addition;
  addition->wide_zero_point = wide->params.zero_point;
  addition->narrow_zero_point = narrow->params.zero_point;
  addition->output_zero_point = output->params.zero_point;
  TF_LITE_ENSURE_OK(context, QuantizeFactor(context, ScaleOf(narrow) / common,
                                            &addition->narrow.multiplier, &addition->narrow.shift));
  TF_LITE_ENSURE_OK(context, QuantizeFactor(context, common / (kWidened * ScaleOf(output)),
                                            &addition->output.multiplier, &addition->output.shift));
  const auto& given = *static_cast<const TfLiteAddParams*>(node->builtin_data);
  TF_LITE_ENSURE_OK(context, tflite::CalculateActivationRangeQuantized(
                                 context, given.activation, output, &addition->bounds.least,
                                 &addition->bounds.most));
  return RequestScratch(context,
                        kernels::simd::AdditionScratchBytes(*addition, ElementsOf(output)));
}

TfLiteStatus Invoke(TfLiteContext* context, TfLiteNode* node) {
  const auto& prepared = ParametersOf<PreparedAddition>(node);
  const TfLiteTensor* wide = tflite::GetInput(context, node, prepared.wide);
  const TfLiteTensor* narrow = tflite::GetInput(context, node, 1 - prepared.wide);
  TfLiteTensor* output = tflite::GetOutput(context, node, 0);
  kernels::simd::Add(prepared.addition, tflite::GetTensorData<int8_t>(wide),
                     tflite::GetTensorData<int8_t>(narrow), ElementsOf(output), SharedScratch(),
                     tflite::GetTensorData<int8_t>(output));
  return kTfLiteOk;
}

}  // namespace

TfLiteRegistration* Register_ADD_INT8() {
  static TfLiteRegistration registration = {nullptr, nullptr, Prepare, Invoke,
                                            nullptr, 0,       nullptr, 0};
  return &registration;
}

}  // namespace simd
}  // namespace harness
