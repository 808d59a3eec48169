#include "kernels/depthwise_convolution.h"

#include "kernels/products.h"

namespace harness {
namespace kernels {
namespace {

// The sum over one window of one input channel, whose values are `input_channels` apart.
template <typename Activation>
inline int32_t WindowSum(const Convolution& layer, const Activation* image, const int8_t* filter,
                         const Taps& vertical, int32_t top, int32_t left) {
  const Taps across =
      TapsWithin(left, layer.input_width, layer.filter_width, layer.dilation_width);
  const int32_t step = layer.dilation_width * layer.input_channels;
  const int32_t zero_point = layer.input_zero_point;
  int32_t sum = 0;
  for (int32_t tap = vertical.first; tap < vertical.end; ++tap) {
    const int32_t y = top + tap * layer.dilation_height;
    const int32_t x = left + across.first * layer.dilation_width;
    const Activation* pixel = image + (y * layer.input_width + x) * layer.input_channels;
    const int8_t* weights = filter + tap * layer.filter_width;
    for (int32_t k = across.first; k < across.end; ++k, pixel += step) {
      sum += Centred(*pixel, zero_point) * weights[k];
    }
  }
  return sum;
}

}  // namespace

template <typename Activation, typename Sum, typename Weights>
void ConvolveDepthwise(const Convolution& layer, const Activation* input, const Weights& weights,
                       const Sum* bias, int8_t* scratch, Activation* output) {
  const int32_t taps = layer.filter_height * layer.filter_width;
  const int32_t multiplier = layer.output_channels / layer.input_channels;
  const int32_t image_size = layer.input_height * layer.input_width * layer.input_channels;
  for (int32_t channel = 0; channel < layer.output_channels; ++channel) {
    for (int32_t tap = 0; tap < taps; ++tap) {
      scratch[tap] = weights.At(tap * layer.output_channels + channel);
    }
    const ChannelScale& scale = layer.output.scales[channel];
    const Activation* image = input + channel / multiplier;
    Activation* to = output + channel;
    for (int32_t batch = 0; batch < layer.batches; ++batch, image += image_size) {
      for (int32_t y = 0; y < layer.output_height; ++y) {
        const int32_t top = y * layer.stride_height - layer.padding_top;
        const Taps vertical =
            TapsWithin(top, layer.input_height, layer.filter_height, layer.dilation_height);
        for (int32_t x = 0; x < layer.output_width; ++x, to += layer.output_channels) {
          const int32_t left = x * layer.stride_width - layer.padding_left;
          const Sum start = bias == nullptr ? 0 : bias[channel];
          const int32_t sum = WindowSum(layer, image, scratch, vertical, top, left);
          *to = Output<Activation>(WrappedSum<Sum>(start, sum), layer.output, scale);
        }
      }
    }
  }
}

template void ConvolveDepthwise(const Convolution&, const int8_t*, const DenseWeights&,
                                const int32_t*, int8_t*, int8_t*);
template void ConvolveDepthwise(const Convolution&, const int8_t*, const PackedWeights&,
                                const int32_t*, int8_t*, int8_t*);
template void ConvolveDepthwise(const Convolution&, const int16_t*, const DenseWeights&,
                                const int32_t*, int8_t*, int16_t*);
template void ConvolveDepthwise(const Convolution&, const int16_t*, const DenseWeights&,
                                const int64_t*, int8_t*, int16_t*);
template void ConvolveDepthwise(const Convolution&, const int16_t*, const PackedWeights&,
                                const int64_t*, int8_t*, int16_t*);

}  // namespace kernels
}  // namespace harness
