#include "kernels/fully_connected.h"

#include "kernels/products.h"

namespace harness {
namespace kernels {

template <typename Activation, typename Sum, typename Weights>
void Connect(const FullyConnected& layer, const Activation* input, const Weights& weights,
             const Sum* bias, Activation* output) {
  int8_t scratch[Weights::kUnpacks ? Weights::kLongestRun : 1];
  for (int32_t batch = 0; batch < layer.batches; ++batch, input += layer.inputs) {
    for (int32_t unit = 0; unit < layer.outputs; ++unit) {
      Sum sum = bias == nullptr ? 0 : bias[unit];
      for (int32_t first = 0, run; first < layer.inputs; first += run) {
        const int32_t left = layer.inputs - first;
        run = left < Weights::kLongestRun ? left : Weights::kLongestRun;
        const int8_t* row = weights.Run(unit * layer.inputs + first, run, scratch);
        sum = AddProducts(sum, input + first, 1, layer.input_zero_point, row, run);
      }
      *output++ = Output<Activation>(sum, layer.output, layer.output.scales[unit]);
    }
  }
}

template void Connect(const FullyConnected&, const int8_t*, const DenseWeights&, const int32_t*,
                      int8_t*);
template void Connect(const FullyConnected&, const int8_t*, const PackedWeights&, const int32_t*,
                      int8_t*);
template void Connect(const FullyConnected&, const int16_t*, const DenseWeights&, const int32_t*,
                      int16_t*);
template void Connect(const FullyConnected&, const int16_t*, const DenseWeights&, const int64_t*,
                      int16_t*);
template void Connect(const FullyConnected&, const int16_t*, const PackedWeights&, const int64_t*,
                      int16_t*);

}  // namespace kernels
}  // namespace harness
