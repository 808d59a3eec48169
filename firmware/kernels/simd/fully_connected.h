// FULLY_CONNECTED with int8 or int16 activations, one scale a unit; the same bytes as
// kernels/fully_connected.h.
#ifndef HARNESS_KERNELS_SIMD_FULLY_CONNECTED_H_
#define HARNESS_KERNELS_SIMD_FULLY_CONNECTED_H_

#include <cstdint>

#include "kernels/fully_connected.h"
#include "kernels/simd/weights.h"

namespace harness {
namespace kernels {
namespace simd {

// Bytes of scratch, aligned to 8, that Connect needs for these types.
template <typename Activation, typename Weights>
int32_t ConnectionScratchBytes(const FullyConnected& layer);

// Weights are DenseWeights, SignedHalves or TableIndices, in order output, input. `bias` has one
// value for each output, or is null. int8 activations have sums of 32 bits, int16 of 64, rounded as
// kernels/rescaling.h says.
template <typename Activation, typename Sum, typename Weights>
void Connect(const FullyConnected& layer, const Activation* input, const Weights& weights,
             const Sum* bias, void* scratch, Activation* output);

}  // namespace simd
}  // namespace kernels
}  // namespace harness

#endif  // HARNESS_KERNELS_SIMD_FULLY_CONNECTED_H_
