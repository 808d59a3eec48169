// AVERAGE_POOL_2D and MAX_POOL_2D of int16.
#include "kernels/pool_int16.h"
#include "kernels/window.h"
#include "runtime/tflm2020/activations.h"
#include "runtime/tflm2020/adapter.h"
#include "runtime/tflm2020/operators.h"
#include "tensorflow/lite/c/builtin_op_data.h"
#include "tensorflow/lite/kernels/internal/tensor_ctypes.h"
#include "tensorflow/lite/kernels/kernel_util.h"

namespace harness {
namespace {

constexpr int32_t kMostTaps = 65535;

}  // namespace

TfLiteStatus PreparePool(TfLiteContext* context, TfLiteNode* node, TfLiteType type) {
  TF_LITE_ENSURE_OK(context, CheckAllQuantized(context, node, type));
  const auto& given = *static_cast<const TfLitePoolParams*>(node->builtin_data);
  const TfLiteTensor* input = tflite::GetInput(context, node, 0);
  TfLiteTensor* output = tflite::GetOutput(context, node, 0);
  TF_LITE_ENSURE_EQ(context, tflite::NumDimensions(input), 4);
  TF_LITE_ENSURE_EQ(context, tflite::NumDimensions(output), 4);
  TF_LITE_ENSURE(context, given.filter_height > 0 && given.filter_height <= kMostTaps);
  TF_LITE_ENSURE(context, given.filter_width > 0);
  TF_LITE_ENSURE(context, given.filter_width <= kMostTaps / given.filter_height);
  TF_LITE_ENSURE(context, given.stride_height > 0 && given.stride_width > 0);

  auto* pool = NewParameters<kernels::Pool>(context, node);
  TF_LITE_ENSURE(context, pool != nullptr);
  const int* sizes = input->dims->data;
  const int* output_sizes = output->dims->data;
  *pool = {sizes[0],           sizes[1],           sizes[2],
           sizes[3],           output_sizes[1],    output_sizes[2],
           given.filter_height, given.filter_width, given.stride_height,
           given.stride_width, 0,                  0,
           0,                  0};
  if (given.padding == kTfLitePaddingSame) {
    pool->padding_top = kernels::PaddingBefore(sizes[1], output_sizes[1], given.filter_height,
                                               given.stride_height, 1);
    pool->padding_left = kernels::PaddingBefore(sizes[2], output_sizes[2], given.filter_width,
                                                given.stride_width, 1);
  }
  return tflite::CalculateActivationRangeQuantized(context, given.activation, output, &pool->least,
                                                   &pool->most);
}

namespace {

TfLiteStatus Prepare(TfLiteContext* context, TfLiteNode* node) {
  return PreparePool(context, node, kTfLiteInt16);
}

template <void (*kPool)(const kernels::Pool&, const int16_t*, int16_t*)>
TfLiteStatus Invoke(TfLiteContext* context, TfLiteNode* node) {
  kPool(ParametersOf<kernels::Pool>(node),
        tflite::GetTensorData<int16_t>(tflite::GetInput(context, node, 0)),
        tflite::GetTensorData<int16_t>(tflite::GetOutput(context, node, 0)));
  return kTfLiteOk;
}

}  // namespace

namespace own {

TfLiteRegistration* Register_AVERAGE_POOL_2D() {
  static TfLiteRegistration registration = {
      nullptr, nullptr, Prepare, Invoke<kernels::AveragePool>, nullptr, 0, nullptr, 0};
  return &registration;
}

TfLiteRegistration* Register_MAX_POOL_2D() {
  static TfLiteRegistration registration = {
      nullptr, nullptr, Prepare, Invoke<kernels::MaxPool>, nullptr, 0, nullptr, 0};
  return &registration;
}

}  // namespace own
}  // namespace harness
