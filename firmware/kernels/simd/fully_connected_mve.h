// FULLY_CONNECTED by Helium; fully_connected.cc includes this. It is a convolution of an image of
// one pixel, and takes no code of its own.
#ifndef HARNESS_KERNELS_SIMD_FULLY_CONNECTED_MVE_H_
#define HARNESS_KERNELS_SIMD_FULLY_CONNECTED_MVE_H_

#include "kernels/simd/convolution.h"
#include "kernels/simd/fully_connected.h"

namespace harness {
namespace kernels {
namespace simd {
namespace {

ConvolutionShape ShapeOf(const FullyConnected& layer) {
  return {layer.batches, 1, 1, layer.inputs, 1, 1, layer.outputs, 1, 1, layer.inputs,
          1,             1, 1, 1,            0, 0};
}

}  // namespace

template <typename Activation, typename Weights>
int32_t ConnectionScratchBytes(const FullyConnected& layer) {
  return ConvolutionScratchBytes<Activation, Weights>(ShapeOf(layer));
}

template <typename Activation, typename Sum, typename Weights>
void Connect(const FullyConnected& layer, const Activation* input, const Weights& weights,
             const Sum* bias, void* scratch, Activation* output) {
  Convolution same;
  static_cast<ConvolutionShape&>(same) = ShapeOf(layer);
  same.input_zero_point = layer.input_zero_point;
  same.output = layer.output;
  Convolve(same, input, weights, bias, scratch, output);
}

}  // namespace simd
}  // namespace kernels
}  // namespace harness

#endif  // HARNESS_KERNELS_SIMD_FULLY_CONNECTED_MVE_H_
