// A filter's window on an image: layer shapes, padding, and which taps lie within the image.
#ifndef HARNESS_KERNELS_WINDOW_H_
#define HARNESS_KERNELS_WINDOW_H_

#include <cstdint>

#include "kernels/rescaling.h"

namespace harness {
namespace kernels {

// The shapes of a CONV_2D or DEPTHWISE_CONV_2D; images are batch, height, width, channels.
struct ConvolutionShape {
  int32_t batches;
  int32_t input_height;
  int32_t input_width;
  int32_t input_channels;
  int32_t output_height;
  int32_t output_width;
  int32_t output_channels;
  int32_t filter_height;
  int32_t filter_width;
  int32_t filter_channels;  // input channels that one output channel sees: a group's; depthwise: 1
  int32_t stride_height;
  int32_t stride_width;
  int32_t dilation_height;
  int32_t dilation_width;
  int32_t padding_top;
  int32_t padding_left;
};

// The same with int8 or int16 activations.
struct Convolution : ConvolutionShape {
  int32_t input_zero_point;
  OutputRange output;
};

// Rows or columns of padding before the image, so that `output` windows cover it ("same" padding);
// an odd one goes behind it.
inline int32_t PaddingBefore(int32_t input, int32_t output, int32_t filter, int32_t stride,
                             int32_t dilation) {
  const int32_t covered = (output - 1) * stride + (filter - 1) * dilation + 1;
  return covered > input ? (covered - input) / 2 : 0;
}

// The taps [first, end) of a window along one axis that lie within the image.
struct Taps {
  int32_t first;
  int32_t end;
};

inline Taps TapsWithin(int32_t origin, int32_t size, int32_t taps, int32_t dilation) {
  Taps found = {0, taps};
  while (found.first < found.end && origin + found.first * dilation < 0) {
    ++found.first;
  }
  while (found.end > found.first && origin + (found.end - 1) * dilation >= size) {
    --found.end;
  }
  return found;
}

}  // namespace kernels
}  // namespace harness

#endif  // HARNESS_KERNELS_WINDOW_H_
