// CONV_2D, DEPTHWISE_CONV_2D and FULLY_CONNECTED in single precision. Sums are taken in another order
// than TFLM's, so that outputs agree with its to rounding.
#ifndef HARNESS_KERNELS_SIMD_FLOAT_LAYERS_H_
#define HARNESS_KERNELS_SIMD_FLOAT_LAYERS_H_

#include <cstdint>

#include "kernels/window.h"

namespace harness {
namespace kernels {
namespace simd {

// Bounds of the outputs, by a fused activation; the widest floats where there is none.
struct FloatRange {
  float least;
  float most;
};

struct FloatConnection {
  int32_t batches;
  int32_t inputs;
  int32_t outputs;
  FloatRange range;
};

// Bytes of scratch, aligned to 8, that ConvolveFloat needs.
int32_t FloatConvolutionScratchBytes(const ConvolutionShape& shape);

// Layouts as in kernels/convolution.h, also grouped; `bias` may be null.
void ConvolveFloat(const ConvolutionShape& shape, const FloatRange& range, const float* input,
                   const float* weights, const float* bias, void* scratch, float* output);

// Layouts as in kernels/depthwise_convolution.h; `bias` may be null.
void ConvolveDepthwiseFloat(const ConvolutionShape& shape, const FloatRange& range,
                            const float* input, const float* weights, const float* bias,
                            float* output);

// Weights are output, input; `bias` may be null.
void ConnectFloat(const FloatConnection& layer, const float* input, const float* weights,
                  const float* bias, float* output);

}  // namespace simd
}  // namespace kernels
}  // namespace harness

#endif  // HARNESS_KERNELS_SIMD_FLOAT_LAYERS_H_
