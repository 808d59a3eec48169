#include "kernels/convolution.h"

#include "kernels/products.h"

namespace harness {
namespace kernels {
namespace {

// The sum over one window: `row` holds the output channel's weights, `image` is the first input
// channel of its group.
template <typename Activation, typename Sum>
inline Sum AddWindow(Sum sum, const Convolution& layer, const Activation* image,
                     const int8_t* row, const Taps& vertical, int32_t top, int32_t left) {
  const int32_t depth = layer.filter_channels;
  const Taps across =
      TapsWithin(left, layer.input_width, layer.filter_width, layer.dilation_width);
  // Neighbouring taps lie side by side in the image as in the filter, unless something is skipped.
  const bool joined = layer.dilation_width == 1 && depth == layer.input_channels;
  const int32_t taps = across.end - across.first;
  const int32_t runs = joined ? 1 : taps;
  const int32_t run = joined ? taps * depth : depth;
  const int32_t step = layer.dilation_width * layer.input_channels;
  for (int32_t tap = vertical.first; tap < vertical.end; ++tap) {
    const int32_t y = top + tap * layer.dilation_height;
    const int32_t x = left + across.first * layer.dilation_width;
    const Activation* pixel = image + (y * layer.input_width + x) * layer.input_channels;
    const int8_t* weights = row + (tap * layer.filter_width + across.first) * depth;
    for (int32_t k = 0; k < runs; ++k, pixel += step, weights += depth) {
      sum = AddProducts(sum, pixel, 1, layer.input_zero_point, weights, run);
    }
  }
  return sum;
}

}  // namespace

template <typename Activation, typename Sum, typename Weights>
void Convolve(const Convolution& layer, const Activation* input, const Weights& weights,
              const Sum* bias, int8_t* scratch, Activation* output) {
  const int32_t row_size = layer.filter_height * layer.filter_width * layer.filter_channels;
  const int32_t groups = layer.input_channels / layer.filter_channels;
  const int32_t channels_of_group = layer.output_channels / groups;
  const int32_t image_size = layer.input_height * layer.input_width * layer.input_channels;
  for (int32_t channel = 0; channel < layer.output_channels; ++channel) {
    const int8_t* row = weights.Run(channel * row_size, row_size, scratch);
    const ChannelScale& scale = layer.output.scales[channel];
    const Activation* image = input + channel / channels_of_group * layer.filter_channels;
    Activation* to = output + channel;
    for (int32_t batch = 0; batch < layer.batches; ++batch, image += image_size) {
      for (int32_t y = 0; y < layer.output_height; ++y) {
        const int32_t top = y * layer.stride_height - layer.padding_top;
        const Taps vertical =
            TapsWithin(top, layer.input_height, layer.filter_height, layer.dilation_height);
        for (int32_t x = 0; x < layer.output_width; ++x, to += layer.output_channels) {
          const int32_t left = x * layer.stride_width - layer.padding_left;
          const Sum start = bias == nullptr ? 0 : bias[channel];
          const Sum sum = AddWindow(start, layer, image, row, vertical, top, left);
          *to = Output<Activation>(sum, layer.output, scale);
        }
      }
    }
  }
}

template void Convolve(const Convolution&, const int8_t*, const DenseWeights&, const int32_t*,
                       int8_t*, int8_t*);
template void Convolve(const Convolution&, const int8_t*, const PackedWeights&, const int32_t*,
                       int8_t*, int8_t*);
template void Convolve(const Convolution&, const int16_t*, const DenseWeights&, const int32_t*,
                       int8_t*, int16_t*);
template void Convolve(const Convolution&, const int16_t*, const DenseWeights&, const int64_t*,
                       int8_t*, int16_t*);
template void Convolve(const Convolution&, const int16_t*, const PackedWeights&, const int64_t*,
                       int8_t*, int16_t*);

}  // namespace kernels
}  // namespace harness
