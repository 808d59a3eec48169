// HARNESS_CONV_2D: CONV_2D with weights packed to 4 bits, looked up in a table, or without zeros.
#include "kernels/convolution.h"
#include "kernels/sparse.h"
#include "runtime/tflm2020/operators.h"
#include "runtime/tflm2020/packed.h"

namespace harness {
namespace {

TfLiteStatus Prepare(TfLiteContext* context, TfLiteNode* node) {
  PackedOptions options;
  TF_LITE_ENSURE_STATUS(ReadPackedOptions(context, node, &options));
  const LayerTensors tensors = TensorsOf(context, node);
  TF_LITE_ENSURE_STATUS(CheckPackedWeights(context, tensors, options, true));
  const int32_t* size = options.weights.size;
  TF_LITE_ENSURE_STATUS(PrepareConvolution(context, node, options.window,
                                           {size[1], size[2], size[3]}, size[0]));
  PreparedConvolution& prepared = *ConvolutionOf(node);
  prepared.encoding = options.encoding;
  const int32_t columns = size[1] * size[2] * size[3];
  if (options.encoding != kEncodedSparse) {
    return RequestScratch(context, node, columns);
  }
  TF_LITE_ENSURE_MSG(context, size[3] == prepared.layer.input_channels,
                     "packed operator: a sparse convolution has no groups");
  const int32_t bytes = tensors.input->type == kTfLiteInt8 ? 1 : 2;
  return kernels::GathersPatches(prepared.layer) ? RequestScratch(context, node, columns * bytes)
                                                 : kTfLiteOk;
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
        ScratchOf<Activation>(node), data.output);
    return;
  }
  const kernels::PackedWeights weights = prepared.encoding == kEncodedTable
                                             ? kernels::TableWeights(data.weights)
                                             : kernels::Int4Weights(data.weights);
  kernels::Convolve(layer, data.input, weights, data.bias, ScratchOf<int8_t>(node),
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
