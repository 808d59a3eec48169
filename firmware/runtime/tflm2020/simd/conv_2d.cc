// CONV_2D of the kernel set `simd`, with int8 or int16 activations.
#include "kernels/simd/convolution.h"
#include "runtime/tflm2020/builtin_layer.h"
#include "runtime/tflm2020/simd/layers.h"
#include "runtime/tflm2020/simd/operators.h"

namespace harness {
namespace simd {
namespace {

struct Conv2D {
  static TfLiteStatus PrepareDense(TfLiteContext* context, TfLiteNode* node) {
    return PrepareConv2D(context, node);
  }

  static TfLiteStatus PreparePacked(TfLiteContext* context, TfLiteNode* node) {
    return PreparePackedConv2D(context, node);
  }

  static const PreparedConvolution* Of(const TfLiteNode* node) { return ConvolutionOf(node); }

  template <typename Activation, typename Weights>
  static int32_t ScratchBytes(const kernels::Convolution& layer) {
    return kernels::simd::ConvolutionScratchBytes<Activation, Weights>(layer);
  }

  template <typename Activation, typename Sum, typename Weights>
  static void Run(const kernels::Convolution& layer, const Activation* input,
                  const Weights& weights, const Sum* bias, void* scratch, Activation* output) {
    kernels::simd::Convolve(layer, input, weights, bias, scratch, output);
  }
};

template <typename Activation>
using Dense = Layer<Conv2D, Activation, DenseWeights>;
template <typename Activation>
using Int4 = Layer<Conv2D, Activation, SignedHalves>;
template <typename Activation>
using Table = Layer<Conv2D, Activation, TableIndices>;

}  // namespace

TfLiteRegistration* Register_CONV_2D_INT8() { return RegistrationOf<Dense<int8_t>>(); }
TfLiteRegistration* Register_CONV_2D_INT16() { return RegistrationOf<Dense<int16_t>>(); }

TfLiteRegistration* Register_HARNESS_CONV_2D_INT8_INT4() {
  return RegistrationOf<Int4<int8_t>>();
}

TfLiteRegistration* Register_HARNESS_CONV_2D_INT8_TABLE() {
  return RegistrationOf<Table<int8_t>>();
}

TfLiteRegistration* Register_HARNESS_CONV_2D_INT16_INT4() {
  return RegistrationOf<Int4<int16_t>>();
}

TfLiteRegistration* Register_HARNESS_CONV_2D_INT16_TABLE() {
  return RegistrationOf<Table<int16_t>>();
}

}  // namespace simd
}  // namespace harness
