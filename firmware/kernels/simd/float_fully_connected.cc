// FULLY_CONNECTED in single precision: the activations are one stretch, of one pixel a batch.
#include "kernels/simd/instructions.h"

#if !HARNESS_MVE  // float_mve.cc

#include "kernels/simd/float_layers.h"
#include "kernels/simd/float_products.h"

namespace harness {
namespace kernels {
namespace simd {

void ConnectFloat(const FloatConnection& layer, const float* input, const float* weights,
                  const float* bias, float* output) {
  const FloatChannels channels = {weights, bias, layer.outputs, layer.inputs, layer.range};
  for (int32_t batch = 0; batch < layer.batches; ++batch) {
    const Stretch<1> stretch = {{input + batch * layer.inputs}, 0};
    ConvolveFloatPixels<1, kFloatUnits>(channels, {&stretch, 1, layer.inputs},
                                        output + batch * layer.outputs, layer.outputs);
  }
}

}  // namespace simd
}  // namespace kernels
}  // namespace harness

#endif  // !HARNESS_MVE
