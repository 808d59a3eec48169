// Brings the activations of convolution windows together, by Helium.
#ifndef HARNESS_KERNELS_SIMD_MVE_PATCHES_H_
#define HARNESS_KERNELS_SIMD_MVE_PATCHES_H_

#include <cstdint>

#include "kernels/simd/mve_rows.h"
#include "kernels/window.h"

namespace harness {
namespace kernels {
namespace simd {

// Whether each window is one pixel of the image.
inline bool AreWindowsPixels(const ConvolutionShape& shape) {
  return shape.filter_height == 1 && shape.filter_width == 1 && shape.padding_top == 0 &&
         shape.padding_left == 0 &&
         (shape.output_height - 1) * shape.stride_height < shape.input_height &&
         (shape.output_width - 1) * shape.stride_width < shape.input_width;
}

// A window: the input row and column of its first tap, and where its pixel would lie.
template <typename Activation>
struct MveWindow {
  const Activation* pixel;
  int32_t top;
  int32_t left;
};

// Goes over the output pixels, row by row.
template <typename Activation>
class MveWindows {
 public:
  MveWindows(const ConvolutionShape& shape, const Activation* input)
      : shape_(shape), image_(input), top_(-shape.padding_top), left_(-shape.padding_left) {}

  MveWindow<Activation> Next() {
    const int32_t place = top_ * shape_.input_width + left_;
    const MveWindow<Activation> found = {image_ + place * shape_.input_channels, top_, left_};
    left_ += shape_.stride_width;
    if (++x_ == shape_.output_width) {
      x_ = 0;
      left_ = -shape_.padding_left;
      top_ += shape_.stride_height;
      if (++y_ == shape_.output_height) {
        y_ = 0;
        top_ = -shape_.padding_top;
        image_ += shape_.input_height * shape_.input_width * shape_.input_channels;
      }
    }
    return found;
  }

 private:
  const ConvolutionShape& shape_;
  const Activation* image_;
  int32_t top_;
  int32_t left_;
  int32_t x_ = 0;
  int32_t y_ = 0;
};

// One row of taps, the first of which is at `pixel`, with padding where they leave the image.
template <typename Activation>
inline void BringTaps(const ConvolutionShape& layer, int32_t padding, const Activation* pixel,
                      int32_t left, Activation* to) {
  const int32_t bytes = layer.filter_channels * static_cast<int32_t>(sizeof(Activation));
  for (int32_t tap = 0; tap < layer.filter_width; ++tap, to += layer.filter_channels) {
    if (left >= 0 && left < layer.input_width) {
      CopyBytes(to, pixel, bytes);
    } else {
      FillBytes(to, padding, bytes);
    }
    left += layer.dilation_width;
    pixel += layer.dilation_width * layer.input_channels;
  }
}

// The activations of a window, bytes of `padding` where it leaves the image: an int8 zero point,
// or 0.
template <typename Activation>
inline void BringWindow(const ConvolutionShape& layer, int32_t padding,
                        const MveWindow<Activation>& window, int32_t first_channel,
                        Activation* to) {
  const int32_t size = layer.filter_width * layer.filter_channels;
  const int32_t bytes = size * static_cast<int32_t>(sizeof(Activation));
  const int32_t row = layer.dilation_height * layer.input_width * layer.input_channels;
  const uint32_t height = static_cast<uint32_t>(layer.input_height);
  // Neighbouring taps lie side by side in the image unless something is skipped.
  const bool joined = layer.dilation_width == 1 && layer.filter_channels == layer.input_channels &&
                      window.left >= 0 && window.left + layer.filter_width <= layer.input_width;
  const Activation* pixel = window.pixel + first_channel;
  int32_t y = window.top;
  for (int32_t tap = layer.filter_height; tap > 0; --tap) {
    if (static_cast<uint32_t>(y) >= height) {
      FillBytes(to, padding, bytes);
    } else if (joined) {
      CopyBytes(to, pixel, bytes);
    } else {
      BringTaps(layer, padding, pixel, window.left, to);
    }
    pixel += row;
    to += size;
    y += layer.dilation_height;
  }
}

}  // namespace simd
}  // namespace kernels
}  // namespace harness

#endif  // HARNESS_KERNELS_SIMD_MVE_PATCHES_H_
