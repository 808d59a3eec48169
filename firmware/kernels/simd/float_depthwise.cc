// DEPTHWISE_CONV_2D in single precision: a block is some pixels of an output row by some channels,
// which lie side by side in image and filter.
#include "kernels/simd/float_depthwise_3x3.h"
#include "kernels/simd/float_layers.h"
#include "kernels/simd/float_products.h"
#include "kernels/simd/instructions.h"
#if HARNESS_MVE
#include "kernels/simd/float_depthwise_mve.h"
#endif

namespace harness {
namespace kernels {
namespace simd {
namespace {

struct DepthwiseFloat {
  const ConvolutionShape& shape;
  const FloatRange& range;
  const float* weights;
  const float* bias;
};

// The taps that lie within the image for all pixels of a block, and where the first of them reads
// the first pixel's first channel.
struct CoveredTaps {
  Taps vertical;
  Taps across;
  const float* first;
};

// kChannels output channels from `channel` on, of kPixels pixels side by side; they read as many
// input channels from `source` on.
template <int kPixels, int kChannels>
void DepthwiseBlock(const DepthwiseFloat& layer, const CoveredTaps& taps, int32_t source,
                    int32_t channel, float* output) {
  const ConvolutionShape& shape = layer.shape;
  float sums[kPixels][kChannels];
#pragma GCC unroll 4
  for (int c = 0; c < kChannels; ++c) {
    const float start = layer.bias == nullptr ? 0.0F : layer.bias[channel + c];
#pragma GCC unroll 4
    for (int p = 0; p < kPixels; ++p) {
      sums[p][c] = start;
    }
  }
  const int32_t pixel_step = shape.stride_width * shape.input_channels;
  const int32_t step = shape.dilation_width * shape.input_channels;
  const int32_t columns = taps.across.end - taps.across.first;
  const float* row = taps.first + source;
  for (int32_t v = taps.vertical.first; v < taps.vertical.end; ++v) {
    const float* weights = layer.weights + channel +
                           (v * shape.filter_width + taps.across.first) * shape.output_channels;
    const float* x[kPixels];
#pragma GCC unroll 4
    for (int p = 0; p < kPixels; ++p) {
      x[p] = row + p * pixel_step;
    }
    for (int32_t k = 0; k < columns; ++k, weights += shape.output_channels) {
#pragma GCC unroll 4
      for (int p = 0; p < kPixels; ++p) {
#pragma GCC unroll 4
        for (int c = 0; c < kChannels; ++c) {
          sums[p][c] += x[p][c] * weights[c];
        }
        x[p] += step;
      }
    }
    row += shape.dilation_height * shape.input_width * shape.input_channels;
  }
#pragma GCC unroll 4
  for (int p = 0; p < kPixels; ++p) {
#pragma GCC unroll 4
    for (int c = 0; c < kChannels; ++c) {
      output[p * shape.output_channels + channel + c] = Clamped(sums[p][c], layer.range);
    }
  }
}

// All channels of kPixels pixels.
template <int kPixels>
void DepthwisePixels(const DepthwiseFloat& layer, const CoveredTaps& taps, float* output) {
  const int32_t channels = layer.shape.output_channels;
  const int32_t multiplier = channels / layer.shape.input_channels;
  int32_t channel = 0;
  if (multiplier == 1) {
    for (; channel + kFloatChannels <= channels; channel += kFloatChannels) {
      DepthwiseBlock<kPixels, kFloatChannels>(layer, taps, channel, channel, output);
    }
  }
  for (; channel < channels; ++channel) {
    DepthwiseBlock<kPixels, 1>(layer, taps, channel / multiplier, channel, output);
  }
}

// One row of outputs: `image` is the batch's, `top` the input row of the windows' first tap.
void DepthwiseRow(const DepthwiseFloat& layer, const float* image, int32_t top, float* output) {
  const ConvolutionShape& shape = layer.shape;
  const Taps vertical =
      TapsWithin(top, shape.input_height, shape.filter_height, shape.dilation_height);
  const int32_t reach =
      (kFloatPixels - 1) * shape.stride_width + (shape.filter_width - 1) * shape.dilation_width;
  for (int32_t x = 0; x < shape.output_width;) {
    const int32_t left = x * shape.stride_width - shape.padding_left;
    const bool many =
        x + kFloatPixels <= shape.output_width && left >= 0 && left + reach < shape.input_width;
    const Taps across =
        many ? Taps{0, shape.filter_width}
             : TapsWithin(left, shape.input_width, shape.filter_width, shape.dilation_width);
    const int32_t y = top + vertical.first * shape.dilation_height;
    const int32_t place = y * shape.input_width + left + across.first * shape.dilation_width;
    const CoveredTaps taps = {vertical, across, image + place * shape.input_channels};
    if (many) {
      DepthwisePixels<kFloatPixels>(layer, taps, output + x * shape.output_channels);
    } else {
      DepthwisePixels<1>(layer, taps, output + x * shape.output_channels);
    }
    x += many ? kFloatPixels : 1;
  }
}

// Whether windows may slide: filters of 3 x 3, of which no more than a row and a column is padding.
// Soft floats gain nothing by it.
bool IsSliding(const ConvolutionShape& shape) {
  const bool plain = shape.filter_height == 3 && shape.filter_width == 3 &&
                     shape.stride_height == 1 && shape.stride_width == 1 &&
                     shape.dilation_height == 1 && shape.dilation_width == 1;
  const bool covered = shape.input_height > 1 && shape.input_width > 1 &&
                       static_cast<uint32_t>(shape.padding_top) <= 1 &&
                       static_cast<uint32_t>(shape.padding_left) <= 1 &&
                       shape.output_height - shape.padding_top < shape.input_height &&
                       shape.output_width - shape.padding_left < shape.input_width;
  return kFloatPixels > 1 && plain && covered;
}

// All lines of one image that lie at `place` across them.
void SlideLines(const DepthwiseFloat& layer, const FloatAxis& along, const FloatAxis& across,
                int32_t place, const float* image, float* output) {
  const int32_t multiplier = layer.shape.output_channels / layer.shape.input_channels;
  const int32_t origin = place - across.padding;
  const Taps taps = TapsWithin(origin, across.input, 3, 1);
  const float* input = image + (origin + taps.first) * across.input_step;
  output += place * across.output_step;
  for (int32_t channel = 0; channel < layer.shape.output_channels; ++channel, ++output) {
    const float* source = input + channel / multiplier;
    const float* weights = layer.weights + taps.first * across.weight_step + channel;
    const float bias = layer.bias == nullptr ? 0.0F : layer.bias[channel];
    if (taps.end - taps.first == 3) {
      SlideWindow<3>(along, across, layer.range, source, weights, bias, output);
    } else {
      SlideWindow<2>(along, across, layer.range, source, weights, bias, output);
    }
  }
}

void SlideOverImage(const DepthwiseFloat& layer, const float* image, float* output) {
  const ConvolutionShape& shape = layer.shape;
  const FloatAxis vertical = {shape.input_height,
                              shape.output_height,
                              shape.padding_top,
                              shape.input_width * shape.input_channels,
                              shape.output_width * shape.output_channels,
                              3 * shape.output_channels};
  const FloatAxis horizontal = {shape.input_width,    shape.output_width,    shape.padding_left,
                                shape.input_channels, shape.output_channels, shape.output_channels};
  const bool tall = shape.output_height > shape.output_width;
  const FloatAxis& along = tall ? vertical : horizontal;
  const FloatAxis& across = tall ? horizontal : vertical;
  for (int32_t place = 0; place < across.output; ++place) {
    SlideLines(layer, along, across, place, image, output);
  }
}

}  // namespace

void ConvolveDepthwiseFloat(const ConvolutionShape& shape, const FloatRange& range,
                            const float* input, const float* weights, const float* bias,
                            float* output) {
#if HARNESS_MVE
  if (ConvolveDepthwiseFloatInEights(shape, range, input, weights, bias, output)) {
    return;
  }
#endif
  const DepthwiseFloat layer = {shape, range, weights, bias};
  const int32_t image_size = shape.input_height * shape.input_width * shape.input_channels;
  const bool sliding = IsSliding(shape);
  for (int32_t batch = 0; batch < shape.batches; ++batch, input += image_size) {
    if (sliding) {
      SlideOverImage(layer, input, output);
      output += shape.output_height * shape.output_width * shape.output_channels;
      continue;
    }
    for (int32_t y = 0; y < shape.output_height; ++y) {
      DepthwiseRow(layer, input, y * shape.stride_height - shape.padding_top, output);
      output += shape.output_width * shape.output_channels;
    }
  }
}

}  // namespace simd
}  // namespace kernels
}  // namespace harness
