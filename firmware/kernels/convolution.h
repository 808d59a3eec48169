// CONV_2D with int8 or int16 activations and weights of 8 or 4 bits, also grouped.
#ifndef HARNESS_KERNELS_CONVOLUTION_H_
#define HARNESS_KERNELS_CONVOLUTION_H_

#include <cstdint>

#include "kernels/weights.h"
#include "kernels/window.h"

namespace harness {
namespace kernels {

// Weights are output channel, height, width, input channel of the group. `bias` has one value for
// each output channel, or is null. Sum is int32_t or int64_t, and decides how outputs are rounded
// (rescaling.h). `scratch` has a byte for each weight of one output channel where the weights are
// packed: they are unpacked once for all windows.
template <typename Activation, typename Sum, typename Weights>
void Convolve(const Convolution& layer, const Activation* input, const Weights& weights,
              const Sum* bias, int8_t* scratch, Activation* output);

}  // namespace kernels
}  // namespace harness

#endif  // HARNESS_KERNELS_CONVOLUTION_H_
