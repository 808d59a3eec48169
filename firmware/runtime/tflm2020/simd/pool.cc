// AVERAGE_POOL_2D and MAX_POOL_2D of int8.
#include "kernels/simd/pool.h"

#include "runtime/tflm2020/activations.h"
#include "runtime/tflm2020/adapter.h"
#include "runtime/tflm2020/simd/operators.h"
#include "tensorflow/lite/kernels/internal/tensor_ctypes.h"
#include "tensorflow/lite/kernels/kernel_util.h"

namespace harness {
namespace simd {
namespace {

TfLiteStatus Prepare(TfLiteContext* context, TfLiteNode* node) {
  return PreparePool(context, node, kTfLiteInt8);
}

template <void (*kPool)(const kernels::Pool&, const int8_t*, int8_t*)>
TfLiteStatus Invoke(TfLiteContext* context, TfLiteNode* node) {
  kPool(ParametersOf<kernels::Pool>(node),
        tflite::GetTensorData<int8_t>(tflite::GetInput(context, node, 0)),
        tflite::GetTensorData<int8_t>(tflite::GetOutput(context, node, 0)));
  return kTfLiteOk;
}

}  // namespace

TfLiteRegistration* Register_AVERAGE_POOL_2D_INT8() {
  static TfLiteRegistration registration = {
      nullptr, nullptr, Prepare, Invoke<kernels::simd::AveragePool>, nullptr, 0, nullptr, 0};
  return &registration;
}

TfLiteRegistration* Register_MAX_POOL_2D_INT8() {
  static TfLiteRegistration registration = {
      nullptr, nullptr, Prepare, Invoke<kernels::simd::MaxPool>, nullptr, 0, nullptr, 0};
  return &registration;
}

}  // namespace simd
}  // namespace harness
