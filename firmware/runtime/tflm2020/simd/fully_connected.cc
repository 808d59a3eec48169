// FULLY_CONNECTED of the kernel set `simd`, with int8 or int16 activations.
#include "kernels/simd/fully_connected.h"
#include "runtime/tflm2020/builtin_layer.h"
#include "runtime/tflm2020/simd/layers.h"
#include "runtime/tflm2020/simd/operators.h"

namespace harness {
namespace simd {
namespace {

struct FullyConnected {
  static TfLiteStatus PrepareDense(TfLiteContext* context, TfLiteNode* node) {
    return PrepareFullyConnected(context, node);
  }

  static TfLiteStatus PreparePacked(TfLiteContext* context, TfLiteNode* node) {
    return PreparePackedFullyConnected(context, node);
  }

  static const PreparedConnection* Of(const TfLiteNode* node) { return ConnectionOf(node); }

  template <typename Activation, typename Weights>
  static int32_t ScratchBytes(const kernels::FullyConnected& layer) {
    return kernels::simd::ConnectionScratchBytes<Activation, Weights>(layer);
  }

  template <typename Activation, typename Sum, typename Weights>
  static void Run(const kernels::FullyConnected& layer, const Activation* input,
                  const Weights& weights, const Sum* bias, void* scratch, Activation* output) {
    kernels::simd::Connect(layer, input, weights, bias, scratch, output);
  }
};

template <typename Activation>
using Dense = Layer<FullyConnected, Activation, DenseWeights>;
template <typename Activation>
using Int4 = Layer<FullyConnected, Activation, SignedHalves>;
template <typename Activation>
using Table = Layer<FullyConnected, Activation, TableIndices>;

}  // namespace

TfLiteRegistration* Register_FULLY_CONNECTED_INT8() { return RegistrationOf<Dense<int8_t>>(); }
TfLiteRegistration* Register_FULLY_CONNECTED_INT16() { return RegistrationOf<Dense<int16_t>>(); }

TfLiteRegistration* Register_HARNESS_FULLY_CONNECTED_INT8_INT4() {
  return RegistrationOf<Int4<int8_t>>();
}

TfLiteRegistration* Register_HARNESS_FULLY_CONNECTED_INT8_TABLE() {
  return RegistrationOf<Table<int8_t>>();
}

TfLiteRegistration* Register_HARNESS_FULLY_CONNECTED_INT16_INT4() {
  return RegistrationOf<Int4<int16_t>>();
}

TfLiteRegistration* Register_HARNESS_FULLY_CONNECTED_INT16_TABLE() {
  return RegistrationOf<Table<int16_t>>();
}

}  // namespace simd
}  // namespace harness
