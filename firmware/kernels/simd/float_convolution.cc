// CONV_2D in single precision, without bringing patches together: for each tap of a window a block
// keeps a pointer to each pixel's activations, which are zeros where the tap lies on padding.
#include "kernels/simd/instructions.h"

#if !HARNESS_MVE  // float_mve.cc

#include <cstring>

#include "kernels/simd/float_layers.h"
#include "kernels/simd/float_products.h"

namespace harness {
namespace kernels {
namespace simd {
namespace {

// An output pixel's window: its image, and the input row and column of its first tap.
struct FloatWindow {
  const float* image;
  int32_t top;
  int32_t left;
};

// Goes over the output pixels, row by row.
class Windows {
 public:
  Windows(const ConvolutionShape& shape, const float* input)
      : shape_(shape), at_{input, -shape.padding_top, -shape.padding_left} {}

  // The next pixel's window.
  FloatWindow Next() {
    const FloatWindow found = at_;
    at_.left += shape_.stride_width;
    if (++x_ == shape_.output_width) {
      x_ = 0;
      at_.left = -shape_.padding_left;
      at_.top += shape_.stride_height;
      if (++y_ == shape_.output_height) {
        y_ = 0;
        at_.top = -shape_.padding_top;
        at_.image += shape_.input_height * shape_.input_width * shape_.input_channels;
      }
    }
    return found;
  }

 private:
  const ConvolutionShape& shape_;
  FloatWindow at_;
  int32_t x_ = 0;
  int32_t y_ = 0;
};

// Scratch memory: the stretches of a block, then zeros for a row of taps.
int32_t StretchesBytes(const ConvolutionShape& shape) {
  const int32_t stretch = sizeof(Stretch<kFloatPixels>);
  return shape.filter_height * shape.filter_width * stretch;
}

// Whether whole rows of taps lie together in the image.
template <int kPixels>
bool AreRowsWhole(const ConvolutionShape& shape, const FloatWindow* windows) {
  bool whole = shape.dilation_width == 1 && shape.filter_channels == shape.input_channels;
  for (int p = 0; p < kPixels; ++p) {
    whole =
        whole && windows[p].left >= 0 && windows[p].left + shape.filter_width <= shape.input_width;
  }
  return whole;
}

// Fills in what the windows of kPixels pixels cover, of the group whose first input channel is
// `first_channel`; taps that are padding for all of them are left out.
template <int kPixels>
Stretches<kPixels> StretchesOf(const ConvolutionShape& shape, const FloatWindow* windows,
                               int32_t first_channel, const float* zeros,
                               Stretch<kPixels>* scratch) {
  const bool whole = AreRowsWhole<kPixels>(shape, windows);
  const int32_t length = whole ? shape.filter_width * shape.filter_channels : shape.filter_channels;
  const int32_t columns = whole ? 1 : shape.filter_width;
  Stretch<kPixels>* to = scratch;
  int32_t weights = 0;
  for (int32_t v = 0; v < shape.filter_height; ++v) {
    for (int32_t h = 0; h < columns; ++h, weights += length) {
      bool covered = false;
      for (int p = 0; p < kPixels; ++p) {
        const int32_t y = windows[p].top + v * shape.dilation_height;
        const int32_t x = windows[p].left + h * shape.dilation_width;
        const bool within = static_cast<uint32_t>(y) < static_cast<uint32_t>(shape.input_height) &&
                            static_cast<uint32_t>(x) < static_cast<uint32_t>(shape.input_width);
        const int32_t place = (y * shape.input_width + x) * shape.input_channels;
        to->from[p] = within ? windows[p].image + place + first_channel : zeros;
        covered = covered || within;
      }
      to->weights = weights;
      to += covered ? 1 : 0;
    }
  }
  return {scratch, static_cast<int32_t>(to - scratch), length};
}

struct Group {
  FloatChannels channels;
  int32_t first_input;
  const float* zeros;
  void* stretches;
};

template <int kPixels, int kChannels>
void ConvolvePixels(const ConvolutionShape& shape, const Group& group, Windows* windows,
                    float* output) {
  FloatWindow block[kPixels];
  for (FloatWindow& window : block) {
    window = windows->Next();
  }
  const Stretches<kPixels> stretches =
      StretchesOf<kPixels>(shape, block, group.first_input, group.zeros,
                           static_cast<Stretch<kPixels>*>(group.stretches));
  ConvolveFloatPixels<kPixels, kChannels>(group.channels, stretches, output, shape.output_channels);
}

}  // namespace

int32_t FloatConvolutionScratchBytes(const ConvolutionShape& shape) {
  const int32_t zeros = shape.filter_width * shape.filter_channels;
  return StretchesBytes(shape) + zeros * static_cast<int32_t>(sizeof(float));
}

void ConvolveFloat(const ConvolutionShape& shape, const FloatRange& range, const float* input,
                   const float* weights, const float* bias, void* scratch, float* output) {
  const int32_t groups = shape.input_channels / shape.filter_channels;
  const int32_t channels = shape.output_channels / groups;
  const int32_t row_size = shape.filter_height * shape.filter_width * shape.filter_channels;
  const int32_t pixels = shape.batches * shape.output_height * shape.output_width;
  float* zeros = reinterpret_cast<float*>(static_cast<char*>(scratch) + StretchesBytes(shape));
  std::memset(zeros, 0, sizeof(float) * shape.filter_width * shape.filter_channels);
  for (int32_t g = 0; g < groups; ++g) {
    const int32_t first = g * channels;
    const Group group = {{weights + first * row_size, bias == nullptr ? nullptr : bias + first,
                          channels, row_size, range},
                         g * shape.filter_channels,
                         zeros,
                         scratch};
    Windows windows(shape, input);
    float* to = output + first;
    int32_t left = pixels;
    for (; left >= kFloatPixels; left -= kFloatPixels) {
      ConvolvePixels<kFloatPixels, kFloatChannels>(shape, group, &windows, to);
      to += kFloatPixels * shape.output_channels;
    }
    for (; left > 0; --left, to += shape.output_channels) {
      ConvolvePixels<1, kFloatUnits>(shape, group, &windows, to);
    }
  }
}

}  // namespace simd
}  // namespace kernels
}  // namespace harness

#endif  // !HARNESS_MVE
