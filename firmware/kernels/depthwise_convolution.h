// DEPTHWISE_CONV_2D with int8 or int16 activations and weights of 8 or 4 bits.
#ifndef HARNESS_KERNELS_DEPTHWISE_CONVOLUTION_H_
#define HARNESS_KERNELS_DEPTHWISE_CONVOLUTION_H_

#include <cstdint>

#include "kernels/weights.h"
#include "kernels/window.h"

namespace harness {
namespace kernels {

// Weights are height, width, output channel; output channel c reads input channel
// c / (output channels / input channels). `bias` has one value for each output channel, or is null.
// Sum is int32_t or int64_t, and decides how outputs are rounded (rescaling.h). A filter has at most
// kShortRun taps (products.h). `scratch` has a byte for each: one channel's weights are brought
// together there.
template <typename Activation, typename Sum, typename Weights>
void ConvolveDepthwise(const Convolution& layer, const Activation* input, const Weights& weights,
                       const Sum* bias, int8_t* scratch, Activation* output);

}  // namespace kernels
}  // namespace harness

#endif  // HARNESS_KERNELS_DEPTHWISE_CONVOLUTION_H_
