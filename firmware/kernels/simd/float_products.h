// Blocks of sums of products in single precision, shared by CONV_2D and FULLY_CONNECTED.
//
// A block is kPixels output pixels by kChannels output channels, whose sums stay in the FPU's
// registers: each activation serves all channels of the block, each weight all pixels.
#ifndef HARNESS_KERNELS_SIMD_FLOAT_PRODUCTS_H_
#define HARNESS_KERNELS_SIMD_FLOAT_PRODUCTS_H_

#include <cstdint>

#include "kernels/simd/float_layers.h"
#include "kernels/simd/instructions.h"

namespace harness {
namespace kernels {
namespace simd {

// Where floats are calls of the C library, a block is one sum: no padded product is ever computed,
// and there are no registers to save loads by.
#if defined(__arm__) && !defined(__ARM_FP)
constexpr int kFloatPixels = 1;
constexpr int kFloatChannels = 1;
constexpr int kFloatUnits = 1;
#else
constexpr int kFloatPixels = 4;    // 16 sums, 4 weights, an activation: 21 of 32 registers
constexpr int kFloatChannels = 4;  // and 8 pointers of 13 core registers
constexpr int kFloatUnits = 8;     // of a single pixel
#endif

// Activations that lie together in the image as their weights do in the filter.
template <int kPixels>
struct Stretch {
  const float* from[kPixels];  // of each pixel's window
  int32_t weights;             // place of the first weight in an output channel's weights
};

// All that the sums of some pixels are over: `count` stretches of `length` activations.
template <int kPixels>
struct Stretches {
  const Stretch<kPixels>* first;
  int32_t count;
  int32_t length;
};

// An output channel's weights, `row_size` each, and where its outputs go.
struct FloatChannels {
  const float* weights;
  const float* bias;  // or null
  int32_t count;
  int32_t row_size;
  FloatRange range;
};

HARNESS_ALWAYS_INLINE float Clamped(float value, const FloatRange& range) {
  value = value < range.least ? range.least : value;
  return value > range.most ? range.most : value;
}

// The outputs of kPixels pixels in the channels from `channel` on, at most kChannels of them, to
// `output`, whose pixels are `step` apart. Channels beyond the last read the last one's weights.
template <int kPixels, int kChannels>
void ConvolveFloatBlock(const FloatChannels& layer, int32_t channel,
                        const Stretches<kPixels>& stretches, float* output, int32_t step) {
  const int32_t left = layer.count - channel;
  float sums[kPixels][kChannels];
  const float* rows[kChannels];
#pragma GCC unroll 8
  for (int c = 0; c < kChannels; ++c) {
    const int32_t source = channel + (c < left ? c : left - 1);
    rows[c] = layer.weights + source * layer.row_size;
    const float start = layer.bias == nullptr ? 0.0F : layer.bias[source];
#pragma GCC unroll 8
    for (int p = 0; p < kPixels; ++p) {
      sums[p][c] = start;
    }
  }
  const Stretch<kPixels>* const end = stretches.first + stretches.count;
  for (const Stretch<kPixels>* stretch = stretches.first; stretch != end; ++stretch) {
    const float* x[kPixels];
    const float* w[kChannels];
#pragma GCC unroll 8
    for (int p = 0; p < kPixels; ++p) {
      x[p] = stretch->from[p];
    }
#pragma GCC unroll 8
    for (int c = 0; c < kChannels; ++c) {
      w[c] = rows[c] + stretch->weights;
    }
    for (const float* last = x[0] + stretches.length; x[0] != last;) {
      float weights[kChannels];
#pragma GCC unroll 8
      for (int c = 0; c < kChannels; ++c) {
        weights[c] = *w[c]++;
      }
#pragma GCC unroll 8
      for (int p = 0; p < kPixels; ++p) {
        const float activation = *x[p]++;
#pragma GCC unroll 8
        for (int c = 0; c < kChannels; ++c) {
          sums[p][c] += activation * weights[c];
        }
      }
    }
  }
  // A copy, which no store to the outputs could change.
  const FloatRange range = layer.range;
  float* to = output + channel;
#pragma GCC unroll 8
  for (int p = 0; p < kPixels; ++p, to += step) {
#pragma GCC unroll 8
    for (int c = 0; c < kChannels; ++c) {
      if (c < left) {
        to[c] = Clamped(sums[p][c], range);
      }
    }
  }
}

// The outputs of kPixels pixels in all channels.
template <int kPixels, int kChannels>
void ConvolveFloatPixels(const FloatChannels& layer, const Stretches<kPixels>& stretches,
                         float* output, int32_t step) {
  for (int32_t channel = 0; channel < layer.count; channel += kChannels) {
    ConvolveFloatBlock<kPixels, kChannels>(layer, channel, stretches, output, step);
  }
}

}  // namespace simd
}  // namespace kernels
}  // namespace harness

#endif  // HARNESS_KERNELS_SIMD_FLOAT_PRODUCTS_H_
