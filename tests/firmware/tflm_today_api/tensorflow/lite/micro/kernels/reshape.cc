#include <cstring>

#include "tensorflow/lite/micro/kernels/micro_ops.h"

TFLM_BEGIN

namespace {
TfLiteStatus Copy(TfLiteContext*, TfLiteNode* node) {
  std::memcpy(node->output->data.data, node->input->data.data, node->input->bytes);
  return kTfLiteOk;
}
}  // namespace

TFLMRegistration Register_RESHAPE() { return {nullptr, nullptr, nullptr, Copy}; }

TFLM_END
