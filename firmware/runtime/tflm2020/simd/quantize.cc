// QUANTIZE from int8 to int8.
#include "kernels/simd/quantize.h"

#include "runtime/tflm2020/activations.h"
#include "runtime/tflm2020/adapter.h"
#include "runtime/tflm2020/scratch.h"
#include "runtime/tflm2020/simd/operators.h"
#include "tensorflow/lite/kernels/internal/tensor_ctypes.h"
#include "tensorflow/lite/kernels/kernel_util.h"

namespace harness {
namespace simd {
namespace {

TfLiteStatus Prepare(TfLiteContext* context, TfLiteNode* node) {
  const TfLiteTensor* input = tflite::GetInput(context, node, 0);
  TF_LITE_ENSURE_EQ(context, input->type, kTfLiteInt8);
  TF_LITE_ENSURE_EQ(context, tflite::GetOutput(context, node, 0)->type, kTfLiteInt8);
  TF_LITE_ENSURE_OK(context, PrepareRequantization(context, node));
  return RequestScratch(context, kernels::simd::RequantizationScratchBytes(ElementsOf(input)));
}

TfLiteStatus Invoke(TfLiteContext* context, TfLiteNode* node) {
  const TfLiteTensor* input = tflite::GetInput(context, node, 0);
  kernels::simd::Requantize(ParametersOf<kernels::Requantization>(node),
                            tflite::GetTensorData<int8_t>(input), ElementsOf(input),
                            SharedScratch(),
                            tflite::GetTensorData<int8_t>(tflite::GetOutput(context, node, 0)));
  return kTfLiteOk;
}

}  // namespace

TfLiteRegistration* Register_QUANTIZE_INT8() {
  static TfLiteRegistration registration = {nullptr, nullptr, Prepare, Invoke,
                                            nullptr, 0,       nullptr, 0};
  return &registration;
}

}  // namespace simd
}  // namespace harness
