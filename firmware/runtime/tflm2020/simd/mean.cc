// MEAN of int8 over any dimensions.
#include "kernels/simd/mean.h"

#include "runtime/tflm2020/activations.h"
#include "runtime/tflm2020/adapter.h"
#include "runtime/tflm2020/simd/operators.h"
#include "tensorflow/lite/kernels/internal/tensor_ctypes.h"
#include "tensorflow/lite/kernels/kernel_util.h"

namespace harness {
namespace simd {
namespace {

TfLiteStatus Prepare(TfLiteContext* context, TfLiteNode* node) {
  TF_LITE_ENSURE_EQ(context, tflite::GetInput(context, node, 0)->type, kTfLiteInt8);
  return PrepareMean(context, node);
}

TfLiteStatus Invoke(TfLiteContext* context, TfLiteNode* node) {
  kernels::simd::TakeMean(ParametersOf<kernels::Mean>(node),
                          tflite::GetTensorData<int8_t>(tflite::GetInput(context, node, 0)),
                          tflite::GetTensorData<int8_t>(tflite::GetOutput(context, node, 0)));
  return kTfLiteOk;
}

}  // namespace

TfLiteRegistration* Register_MEAN_INT8() {
  static TfLiteRegistration registration = {nullptr, nullptr, Prepare, Invoke,
                                            nullptr, 0,       nullptr, 0};
  return &registration;
}

}  // namespace simd
}  // namespace harness
