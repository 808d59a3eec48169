// HARNESS_CONV_2D: CONV_2D with weights packed to 4 bits, looked up in a table, or without zeros.
#include "kernels/convolution.h"
#include "kernels/sparse.h"
#include "runtime/tflm2020/operators.h"
#include "runtime/tflm2020/packed.h"
#include "runtime/tflm2020/scratch.h"

namespace harness {
namespace {

TfLiteStatus Prepare(TfLiteContext* context, TfLiteNode* node) {
  TF_LITE_ENSURE_STATUS(PreparePackedConv2D(context, node));
  const PreparedConvolution& prepared = *ConvolutionOf(node);
  const kernels::Convolution& layer = prepared.layer;
  const int32_t columns = layer.filter_height * layer.filter_width * layer.filter_channels;
  if (prepared.encoding != kEncodedSparse) {
    return RequestScratch(context, columns);
  }
  const int32_t bytes = TensorsOf(context, node).input->type == kTfLiteInt8 ? 1 : 2;
  return RequestScratch(context, kernels::GathersPatches(layer) ? columns * bytes : 0);
}

template <typename Activation, typename Sum>
void Convolve(const TfLiteNode* node, const LayerTensors& tensors) {
  const LayerData<Activation, Sum> data(tensors);
  const PreparedConvolution& prepared = *ConvolutionOf(node);
  const kernels::Convolution& layer = prepared.layer;
  if (prepared.encoding == kEncodedSparse) {
    const int32_t columns = layer.filter_height * layer.filter_width * layer.filter_channels;
    kernels::ConvolveSparse(
        layer, data.input,
        kernels::SparseWeightsOf(data.weights, layer.output_channels, columns), data.bias,
        ScratchOf<Activation>(), data.output);
    return;
  }
  const kernels::PackedWeights weights = prepared.encoding == kEncodedTable
                                             ? kernels::TableWeights(data.weights)
                                             : kernels::Int4Weights(data.weights);
  kernels::Convolve(layer, data.input, weights, data.bias, ScratchOf<int8_t>(),
                    data.output);
}

TfLiteStatus Invoke(TfLiteContext* context, TfLiteNode* node) {
  const LayerTensors tensors = TensorsOf(context, node);
  if (tensors.input->type == kTfLiteInt8) {
    Convolve<int8_t, int32_t>(node, tensors);
  } else {
    Convolve<int16_t, int64_t>(node, tensors);
  }
  return kTfLiteOk;
}

}  // namespace

TfLiteRegistration* Register_HARNESS_CONV_2D() {
  static TfLiteRegistration registration = {nullptr, nullptr, Prepare, Invoke,
                                            nullptr, 0,       nullptr, 0};
  return &registration;
}

}  // namespace harness
