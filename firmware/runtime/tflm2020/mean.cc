// MEAN of int8 and int16 over any dimensions.
#include "kernels/mean.h"

#include <limits>

#include "runtime/tflm2020/activations.h"
#include "runtime/tflm2020/adapter.h"
#include "runtime/tflm2020/operators.h"
#include "tensorflow/lite/kernels/internal/tensor_ctypes.h"
#include "tensorflow/lite/kernels/kernel_util.h"

namespace harness {
namespace {

// Marks the dimensions that the operator's axes name, which may count from the last.
TfLiteStatus SetReduced(TfLiteContext* context, TfLiteNode* node, kernels::Mean* mean) {
  const TfLiteTensor* axes = tflite::GetInput(context, node, 1);
  TF_LITE_ENSURE_EQ(context, axes->type, kTfLiteInt32);
  TF_LITE_ENSURE(context, tflite::IsConstantTensor(axes));
  const int rank = tflite::NumDimensions(tflite::GetInput(context, node, 0));
  const auto* values = tflite::GetTensorData<int32_t>(axes);
  for (bool& reduced : mean->reduced) {
    reduced = false;
  }
  for (int64_t i = 0; i < tflite::NumElements(axes); ++i) {
    const int32_t axis = values[i] < 0 ? values[i] + rank : values[i];
    TF_LITE_ENSURE(context, axis >= 0 && axis < rank);
    mean->reduced[axis + 4 - rank] = true;
  }
  return kTfLiteOk;
}

}  // namespace

TfLiteStatus PrepareMean(TfLiteContext* context, TfLiteNode* node) {
  const TfLiteTensor* input = tflite::GetInput(context, node, 0);
  const TfLiteTensor* output = tflite::GetOutput(context, node, 0);
  TF_LITE_ENSURE(context, input->type == kTfLiteInt8 || input->type == kTfLiteInt16);
  TF_LITE_ENSURE_OK(context, CheckQuantized(context, input, input->type));
  TF_LITE_ENSURE_OK(context, CheckQuantized(context, output, input->type));

  auto* mean = NewParameters<kernels::Mean>(context, node);
  TF_LITE_ENSURE(context, mean != nullptr);
  TF_LITE_ENSURE_OK(context, FourDimensions(context, input, mean->sizes));
  TF_LITE_ENSURE_OK(context, SetReduced(context, node, mean));
  int32_t count = 1;
  for (int dimension = 0; dimension < 4; ++dimension) {
    count *= mean->reduced[dimension] ? mean->sizes[dimension] : 1;
  }
  // An element less its zero point has up to 8 bits and a sign, or 15.
  const int32_t largest = input->type == kTfLiteInt16 ? 1 << 15 : 255;
  TF_LITE_ENSURE(context, count >= 1);
  TF_LITE_ENSURE(context, count <= std::numeric_limits<int32_t>::max() / largest);
  mean->input_zero_point = input->params.zero_point;
  mean->output_zero_point = output->params.zero_point;
  TF_LITE_ENSURE_OK(context, QuantizeFactor(context, ScaleOf(input) / ScaleOf(output),
                                            &mean->multiplier, &mean->shift));
  kernels::DivideFactor(count, &mean->multiplier, &mean->shift);
  return kTfLiteOk;
}

namespace {

template <typename T>
void TakeMean(const TfLiteNode* node, const TfLiteTensor* input, TfLiteTensor* output) {
  kernels::TakeMean(ParametersOf<kernels::Mean>(node), tflite::GetTensorData<T>(input),
                    tflite::GetTensorData<T>(output));
}

TfLiteStatus Invoke(TfLiteContext* context, TfLiteNode* node) {
  const TfLiteTensor* input = tflite::GetInput(context, node, 0);
  TfLiteTensor* output = tflite::GetOutput(context, node, 0);
  if (input->type == kTfLiteInt8) {
    TakeMean<int8_t>(node, input, output);
  } else {
    TakeMean<int16_t>(node, input, output);
  }
  return kTfLiteOk;
}

}  // namespace

namespace own {

TfLiteRegistration* Register_MEAN() {
  static TfLiteRegistration registration = {nullptr, nullptr, PrepareMean, Invoke,
                                            nullptr, 0,       nullptr,     0};
  return &registration;
}

}  // namespace own
}  // namespace harness
