// CONCATENATION of int16.
#include "kernels/concatenate.h"
#include "runtime/tflm2020/adapter.h"
#include "runtime/tflm2020/operators.h"
#include "tensorflow/lite/c/builtin_op_data.h"
#include "tensorflow/lite/kernels/internal/tensor_ctypes.h"
#include "tensorflow/lite/kernels/kernel_util.h"

namespace harness {
namespace {

int Axis(const TfLiteNode* node, const TfLiteTensor* output) {
  const int axis = static_cast<const TfLiteConcatenationParams*>(node->builtin_data)->axis;
  return axis < 0 ? axis + tflite::NumDimensions(output) : axis;
}

TfLiteStatus Prepare(TfLiteContext* context, TfLiteNode* node) {
  TF_LITE_ENSURE_OK(context, CheckAllQuantized(context, node, kTfLiteInt16));
  const TfLiteTensor* output = tflite::GetOutput(context, node, 0);
  const int rank = tflite::NumDimensions(output);
  const int axis = Axis(node, output);
  TF_LITE_ENSURE(context, axis >= 0 && axis < rank);
  int along = 0;
  for (int i = 0; i < tflite::NumInputs(node); ++i) {
    const TfLiteTensor* input = tflite::GetInput(context, node, i);
    TF_LITE_ENSURE_EQ(context, tflite::NumDimensions(input), rank);
    for (int dimension = 0; dimension < rank; ++dimension) {
      TF_LITE_ENSURE(context, dimension == axis ||
                                  input->dims->data[dimension] == output->dims->data[dimension]);
    }
    along += input->dims->data[axis];
  }
  TF_LITE_ENSURE_EQ(context, along, output->dims->data[axis]);
  return kTfLiteOk;
}

TfLiteStatus Invoke(TfLiteContext* context, TfLiteNode* node) {
  TfLiteTensor* output = tflite::GetOutput(context, node, 0);
  size_t rows = 1;
  for (int dimension = 0; dimension < Axis(node, output); ++dimension) {
    rows *= static_cast<size_t>(output->dims->data[dimension]);
  }
  size_t offset = 0;
  for (int i = 0; i < tflite::NumInputs(node); ++i) {
    const TfLiteTensor* input = tflite::GetInput(context, node, i);
    const size_t part = input->bytes / rows;
    kernels::PlacePart({rows, part, output->bytes / rows, offset}, input->data.uint8,
                       output->data.uint8);
    offset += part;
  }
  return kTfLiteOk;
}

}  // namespace

namespace own {

TfLiteRegistration* Register_CONCATENATION() {
  static TfLiteRegistration registration = {nullptr, nullptr, Prepare, Invoke,
                                            nullptr, 0,       nullptr, 0};
  return &registration;
}

}  // namespace own
}  // namespace harness
