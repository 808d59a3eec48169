// Registers the kernel with TensorFlow Lite Micro's API of July 2020.
#include "../max_pool.h"

#include <algorithm>

#include "tensorflow/lite/c/builtin_op_data.h"
#include "tensorflow/lite/c/common.h"
#include "tensorflow/lite/kernels/internal/tensor_ctypes.h"
#include "tensorflow/lite/kernels/kernel_util.h"

namespace tflm_harness_example {
namespace {

// "Same" padding puts half of what is missing before the tensor, rounded down.
Axis AxisOf(int32_t input, int32_t output, int32_t filter, int32_t stride, bool padded) {
  const int32_t missing = std::max<int32_t>(0, (output - 1) * stride + filter - input);
  return {input, output, filter, stride, padded ? -(missing / 2) : 0};
}

TfLiteStatus Prepare(TfLiteContext* context, TfLiteNode* node) {
  const TfLiteTensor* input = tflite::GetInput(context, node, 0);
  const TfLiteTensor* output = tflite::GetOutput(context, node, 0);
  TF_LITE_ENSURE_EQ(context, input->type, kTfLiteInt8);
  TF_LITE_ENSURE_EQ(context, output->type, kTfLiteInt8);
  TF_LITE_ENSURE_EQ(context, tflite::NumDimensions(input), 4);
  TF_LITE_ENSURE_EQ(context, tflite::NumDimensions(output), 4);
  return kTfLiteOk;
}

TfLiteStatus Invoke(TfLiteContext* context, TfLiteNode* node) {
  const auto& options = *static_cast<const TfLitePoolParams*>(node->builtin_data);
  const TfLiteTensor* input = tflite::GetInput(context, node, 0);
  TfLiteTensor* output = tflite::GetOutput(context, node, 0);
  const int* in = input->dims->data;
  const int* out = output->dims->data;
  const bool padded = options.padding == kTfLitePaddingSame;
  Pool pool = {in[0],
               in[3],
               AxisOf(in[1], out[1], options.filter_height, options.stride_height, padded),
               AxisOf(in[2], out[2], options.filter_width, options.stride_width, padded),
               0,
               0};
  TF_LITE_ENSURE_STATUS(tflite::CalculateActivationRangeQuantized(
      context, options.activation, output, &pool.least, &pool.most));
  MaxPool(pool, tflite::GetTensorData<int8_t>(input), tflite::GetTensorData<int8_t>(output));
  return kTfLiteOk;
}

}  // namespace

TfLiteRegistration* Register_MAX_POOL_2D_INT8() {
  static TfLiteRegistration registration = {nullptr, nullptr, Prepare, Invoke,
                                            nullptr, 0,       nullptr, 0};
  return &registration;
}

}  // namespace tflm_harness_example
