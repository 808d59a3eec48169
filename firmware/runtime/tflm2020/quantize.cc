// QUANTIZE with what TFLM of July 2020 lacks: between int8 and int16, int16 to int16, int8 to int8
// and float32 to int16 by our own kernels; every other pair of types goes to TFLM's.
#include <cstdint>

#include "kernels/quantize_float.h"
#include "kernels/requantize.h"
#include "runtime/tflm2020/activations.h"
#include "runtime/tflm2020/adapter.h"
#include "runtime/tflm2020/operators.h"
#include "tensorflow/lite/kernels/internal/tensor_ctypes.h"
#include "tensorflow/lite/kernels/kernel_util.h"
#include "tensorflow/lite/micro/kernels/micro_ops.h"

namespace harness {
namespace {

const TfLiteRegistration& Tflm() { return *tflite::ops::micro::Register_QUANTIZE(); }

struct Ends {
  const TfLiteTensor* input;
  TfLiteTensor* output;
  bool between_integers;
  bool from_float;

  Ends(TfLiteContext* context, TfLiteNode* node)
      : input(tflite::GetInput(context, node, 0)),
        output(tflite::GetOutput(context, node, 0)),
        between_integers(IsInteger(input->type) && IsInteger(output->type)),
        from_float(input->type == kTfLiteFloat32 && output->type == kTfLiteInt16) {}

  static bool IsInteger(TfLiteType type) { return type == kTfLiteInt8 || type == kTfLiteInt16; }
};

void* Init(TfLiteContext* context, const char* buffer, size_t length) {
  return Tflm().init(context, buffer, length);
}

TfLiteStatus PrepareFromFloat(TfLiteContext* context, TfLiteNode* node, const Ends& ends) {
  TF_LITE_ENSURE_OK(context, CheckOneScale(context, ends.output));
  auto* parameters = NewParameters<kernels::FloatQuantization>(context, node);
  TF_LITE_ENSURE(context, parameters != nullptr);
  *parameters = {ends.output->params.scale, ends.output->params.zero_point};
  return kTfLiteOk;
}

}  // namespace

TfLiteStatus PrepareRequantization(TfLiteContext* context, TfLiteNode* node) {
  const Ends ends(context, node);
  TF_LITE_ENSURE(context, ends.between_integers);
  TF_LITE_ENSURE_OK(context, CheckOneScale(context, ends.input));
  TF_LITE_ENSURE_OK(context, CheckOneScale(context, ends.output));
  auto* parameters = NewParameters<kernels::Requantization>(context, node);
  TF_LITE_ENSURE(context, parameters != nullptr);
  parameters->input_zero_point = ends.input->params.zero_point;
  parameters->output_zero_point = ends.output->params.zero_point;
  parameters->least = ends.output->type == kTfLiteInt8 ? -128 : -32768;
  parameters->most = ends.output->type == kTfLiteInt8 ? 127 : 32767;
  return QuantizeFactor(context, ScaleOf(ends.input) / ScaleOf(ends.output),
                        &parameters->multiplier, &parameters->shift);
}

namespace {

TfLiteStatus Prepare(TfLiteContext* context, TfLiteNode* node) {
  const Ends ends(context, node);
  if (ends.from_float) {
    return PrepareFromFloat(context, node, ends);
  }
  return ends.between_integers ? PrepareRequantization(context, node)
                               : Tflm().prepare(context, node);
}

template <typename Input, typename Output>
void Requantize(const TfLiteNode* node, const Ends& ends) {
  kernels::Requantize(ParametersOf<kernels::Requantization>(node),
                      tflite::GetTensorData<Input>(ends.input), ElementsOf(ends.input),
                      tflite::GetTensorData<Output>(ends.output));
}

TfLiteStatus Invoke(TfLiteContext* context, TfLiteNode* node) {
  const Ends ends(context, node);
  if (ends.from_float) {
    kernels::Quantize(ParametersOf<kernels::FloatQuantization>(node),
                      tflite::GetTensorData<float>(ends.input), ElementsOf(ends.output),
                      tflite::GetTensorData<int16_t>(ends.output));
    return kTfLiteOk;
  }
  if (!ends.between_integers) {
    return Tflm().invoke(context, node);
  }
  if (ends.input->type == kTfLiteInt8) {
    ends.output->type == kTfLiteInt8 ? Requantize<int8_t, int8_t>(node, ends)
                                     : Requantize<int8_t, int16_t>(node, ends);
  } else {
    ends.output->type == kTfLiteInt8 ? Requantize<int16_t, int8_t>(node, ends)
                                     : Requantize<int16_t, int16_t>(node, ends);
  }
  return kTfLiteOk;
}

}  // namespace

TfLiteRegistration* Register_QUANTIZE() {
  static TfLiteRegistration registration = {Init, nullptr, Prepare, Invoke, nullptr, 0, nullptr, 0};
  return &registration;
}

}  // namespace harness
