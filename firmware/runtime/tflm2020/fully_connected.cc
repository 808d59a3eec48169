// FULLY_CONNECTED with what TFLM of July 2020 lacks, int16 activations and one scale a unit, and with
// int8 activations beside them: by our own kernel.
#include "kernels/fully_connected.h"
#include "runtime/tflm2020/builtin_layer.h"
#include "runtime/tflm2020/operators.h"

namespace harness {
namespace {

template <typename Activation, typename Sum>
void Connect(const TfLiteNode* node, const LayerTensors& tensors) {
  const LayerData<Activation, Sum> data(tensors);
  const kernels::DenseWeights weights = {reinterpret_cast<const int8_t*>(data.weights)};
  kernels::Connect(ConnectionOf(node)->layer, data.input, weights, data.bias, data.output);
}

TfLiteStatus Invoke(TfLiteContext* context, TfLiteNode* node) {
  const LayerTensors tensors = TensorsOf(context, node);
  if (tensors.input->type == kTfLiteInt8) {
    Connect<int8_t, int32_t>(node, tensors);
  } else if (HasShortSums(tensors)) {
    Connect<int16_t, int32_t>(node, tensors);
  } else {
    Connect<int16_t, int64_t>(node, tensors);
  }
  return kTfLiteOk;
}

}  // namespace

namespace own {

TfLiteRegistration* Register_FULLY_CONNECTED() {
  static TfLiteRegistration registration = {nullptr, nullptr, PrepareFullyConnected, Invoke,
                                            nullptr, 0,       nullptr, 0};
  return &registration;
}

}  // namespace own
}  // namespace harness
