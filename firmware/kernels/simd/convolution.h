// CONV_2D with int8 or int16 activations, also grouped; the same bytes as kernels/convolution.h.
#ifndef HARNESS_KERNELS_SIMD_CONVOLUTION_H_
#define HARNESS_KERNELS_SIMD_CONVOLUTION_H_

#include <cstdint>

#include "kernels/simd/weights.h"
#include "kernels/window.h"

namespace harness {
namespace kernels {
namespace simd {

// Bytes of scratch, aligned to 8, that Convolve needs for these types.
template <typename Activation, typename Weights>
int32_t ConvolutionScratchBytes(const ConvolutionShape& shape);

// Weights are DenseWeights, SignedHalves or TableIndices, in order output channel, height, width,
// input channel of the group. `bias` has one value for each output channel, or is null. int8
// activations have sums of 32 bits, int16 of 64, rounded as kernels/rescaling.h says.
template <typename Activation, typename Sum, typename Weights>
void Convolve(const Convolution& layer, const Activation* input, const Weights& weights,
              const Sum* bias, void* scratch, Activation* output);

}  // namespace simd
}  // namespace kernels
}  // namespace harness

#endif  // HARNESS_KERNELS_SIMD_CONVOLUTION_H_
