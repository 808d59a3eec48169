// DEPTHWISE_CONV_2D of the kernel set `simd`, with int8 or int16 activations.
#include "kernels/simd/depthwise_convolution.h"
#include "runtime/tflm2020/builtin_layer.h"
#include "runtime/tflm2020/scratch.h"
#include "runtime/tflm2020/simd/layers.h"
#include "runtime/tflm2020/simd/operators.h"

namespace harness {
namespace simd {
namespace {

template <typename Activation, typename Weights,
          TfLiteStatus (*PrepareLayer)(TfLiteContext*, TfLiteNode*)>
struct Layer {
  using Sum = typename Sums<Activation>::Type;

  static TfLiteStatus Prepare(TfLiteContext* context, TfLiteNode* node) {
    TF_LITE_ENSURE_STATUS(PrepareLayer(context, node));
    const auto& prepared = *ConvolutionOf(node);
    TF_LITE_ENSURE_STATUS((CheckKinds<Activation, Weights>(context, node, prepared.encoding)));
    return RequestScratch(context,
                          kernels::simd::DepthwiseScratchBytes<Activation, Weights>(prepared.layer));
  }

  static TfLiteStatus Invoke(TfLiteContext* context, TfLiteNode* node) {
    const LayerData<Activation, Sum> data(TensorsOf(context, node));
    kernels::simd::ConvolveDepthwise(
        ConvolutionOf(node)->layer, data.input, Stored<Weights>::At(data.weights), data.bias,
        SharedScratch(), data.output);
    return kTfLiteOk;
  }
};

template <typename Activation>
using Dense = Layer<Activation, DenseWeights, PrepareDepthwiseConv2D>;
template <typename Activation>
using Int4 = Layer<Activation, SignedHalves, PreparePackedDepthwiseConv2D>;
template <typename Activation>
using Table = Layer<Activation, TableIndices, PreparePackedDepthwiseConv2D>;

}  // namespace

TfLiteRegistration* Register_DEPTHWISE_CONV_2D_INT8() { return RegistrationOf<Dense<int8_t>>(); }
TfLiteRegistration* Register_DEPTHWISE_CONV_2D_INT16() { return RegistrationOf<Dense<int16_t>>(); }

TfLiteRegistration* Register_HARNESS_DEPTHWISE_CONV_2D_INT8_INT4() {
  return RegistrationOf<Int4<int8_t>>();
}

TfLiteRegistration* Register_HARNESS_DEPTHWISE_CONV_2D_INT8_TABLE() {
  return RegistrationOf<Table<int8_t>>();
}

TfLiteRegistration* Register_HARNESS_DEPTHWISE_CONV_2D_INT16_INT4() {
  return RegistrationOf<Int4<int16_t>>();
}

TfLiteRegistration* Register_HARNESS_DEPTHWISE_CONV_2D_INT16_TABLE() {
  return RegistrationOf<Table<int16_t>>();
}

}  // namespace simd
}  // namespace harness
