// HARNESS_FULLY_CONNECTED: FULLY_CONNECTED with weights packed to 4 bits, looked up in a table, or
// without zeros.
#include "kernels/fully_connected.h"
#include "kernels/sparse.h"
#include "runtime/tflm2020/operators.h"
#include "runtime/tflm2020/packed.h"

namespace harness {
namespace {

template <typename Activation, typename Sum>
void Connect(const TfLiteNode* node, const LayerTensors& tensors) {
  const LayerData<Activation, Sum> data(tensors);
  const PreparedConnection& prepared = *ConnectionOf(node);
  const kernels::FullyConnected& layer = prepared.layer;
  if (prepared.encoding == kEncodedSparse) {
    kernels::ConnectSparse(layer, data.input,
                           kernels::SparseWeightsOf(data.weights, layer.outputs, layer.inputs),
                           data.bias, data.output);
    return;
  }
  const kernels::PackedWeights weights = prepared.encoding == kEncodedTable
                                             ? kernels::TableWeights(data.weights)
                                             : kernels::Int4Weights(data.weights);
  kernels::Connect(layer, data.input, weights, data.bias, data.output);
}

TfLiteStatus Invoke(TfLiteContext* context, TfLiteNode* node) {
  const LayerTensors tensors = TensorsOf(context, node);
  if (tensors.input->type == kTfLiteInt8) {
    Connect<int8_t, int32_t>(node, tensors);
  } else {
    Connect<int16_t, int64_t>(node, tensors);
  }
  return kTfLiteOk;
}

}  // namespace

TfLiteRegistration* Register_HARNESS_FULLY_CONNECTED() {
  static TfLiteRegistration registration = {nullptr, nullptr, PreparePackedFullyConnected, Invoke,
                                            nullptr, 0,       nullptr, 0};
  return &registration;
}

}  // namespace harness
