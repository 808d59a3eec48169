// SOFTMAX of int8 over the last dimension, to int8.
#include "kernels/simd/softmax.h"

#include "runtime/tflm2020/adapter.h"
#include "runtime/tflm2020/scratch.h"
#include "runtime/tflm2020/simd/operators.h"
#include "tensorflow/lite/c/builtin_op_data.h"
#include "tensorflow/lite/kernels/internal/tensor_ctypes.h"
#include "tensorflow/lite/kernels/kernel_util.h"

namespace harness {
namespace simd {
namespace {

constexpr float kOutputScale = 1.0f / 256.0f;

TfLiteStatus Prepare(TfLiteContext* context, TfLiteNode* node) {
  TF_LITE_ENSURE_OK(context, CheckAllQuantized(context, node, kTfLiteInt8));
  const TfLiteTensor* input = tflite::GetInput(context, node, 0);
  const TfLiteTensor* output = tflite::GetOutput(context, node, 0);
  TF_LITE_ENSURE(context, output->params.scale == kOutputScale);
  TF_LITE_ENSURE_EQ(context, output->params.zero_point, -128);
  const int rank = tflite::NumDimensions(input);
  TF_LITE_ENSURE(context, rank >= 1);

  auto* softmax = NewParameters<kernels::simd::Int8Softmax>(context, node);
  TF_LITE_ENSURE(context, softmax != nullptr);
  softmax->size = input->dims->data[rank - 1];
  TF_LITE_ENSURE(context, softmax->size >= 1);
  TF_LITE_ENSURE(context, softmax->size <= kernels::simd::kLongestSoftmax);
  softmax->rows = static_cast<int32_t>(ElementsOf(input)) / softmax->size;
  const auto& given = *static_cast<const TfLiteSoftmaxParams*>(node->builtin_data);
  const double factor =
      kernels::simd::SoftmaxFactor(ScaleOf(input), static_cast<double>(given.beta));
  TF_LITE_ENSURE(context, factor > 1.0);
  TF_LITE_ENSURE_OK(context,
                    QuantizeFactor(context, factor, &softmax->multiplier, &softmax->shift));
  softmax->least = kernels::simd::LeastDifference(softmax->shift);
  return RequestScratch(context, kernels::simd::SoftmaxScratchBytes(*softmax));
}

TfLiteStatus Invoke(TfLiteContext* context, TfLiteNode* node) {
  kernels::simd::TakeSoftmax(ParametersOf<kernels::simd::Int8Softmax>(node),
                             tflite::GetTensorData<int8_t>(tflite::GetInput(context, node, 0)),
                             SharedScratch(),
                             tflite::GetTensorData<int8_t>(tflite::GetOutput(context, node, 0)));
  return kTfLiteOk;
}

}  // namespace

TfLiteRegistration* Register_SOFTMAX_INT8() {
  static TfLiteRegistration registration = {nullptr, nullptr, Prepare, Invoke,
                                            nullptr, 0,       nullptr, 0};
  return &registration;
}

}  // namespace simd
}  // namespace harness
