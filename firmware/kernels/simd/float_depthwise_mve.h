// DEPTHWISE_CONV_2D in single precision by Helium: eight channels of a pixel at once. For a channel
// multiplier of 1 and channels in eights; float_depthwise.cc asks, and does the rest.
#ifndef HARNESS_KERNELS_SIMD_FLOAT_DEPTHWISE_MVE_H_
#define HARNESS_KERNELS_SIMD_FLOAT_DEPTHWISE_MVE_H_

#include <cstdint>

#include "kernels/simd/mve_float_outputs.h"
#include "kernels/simd/mve_products.h"
#include "kernels/window.h"

namespace harness {
namespace kernels {
namespace simd {

// The taps of a window that lie in the image; distances in bytes.
struct FloatTaps {
  int32_t rows;
  int32_t columns;
  int32_t tap_step;      // from one tap's activations to the next's, in a row
  int32_t row_step;      // besides, from one row to the next
  int32_t weights_step;  // the same of weights
  int32_t weights_row_step;
};

// Eight channels' sums; `x` and `weights` are the first tap's. Assembly for the reason that
// depthwise_convolution_mve.h gives. Without taps they are 0.
HARNESS_MVE_INLINE void FindEightFloats(const FloatTaps& taps, const float* x,
                                        const float* weights, float* sums) {
  int32_t rows = taps.rows;
  __asm__ volatile(
      "vmov.i32 q0, #0\n"
      "vmov.i32 q1, #0\n"
      "cbz %[rows], 3f\n"
      "2:\n"
      "wls lr, %[columns], 4f\n"
      "1:\n"
      "vldrw.u32 q2, [%[x]]\n"
      "vldrw.u32 q3, [%[weights]]\n"
      "vfma.f32 q0, q2, q3\n"
      "vldrw.u32 q2, [%[x], #16]\n"
      "add %[x], %[tap_step]\n"
      "vldrw.u32 q3, [%[weights], #16]\n"
      "add %[weights], %[weights_step]\n"
      "vfma.f32 q1, q2, q3\n"
      "le lr, 1b\n"
      "4:\n"
      "add %[x], %[row_step]\n"
      "add %[weights], %[weights_row_step]\n"
      "subs %[rows], #1\n"
      "bne 2b\n"
      "3:\n"
      "vstrw.32 q0, [%[sums]]\n"
      "vstrw.32 q1, [%[sums], #16]\n"
      : [x] "+&r"(x), [weights] "+&r"(weights), [rows] "+&l"(rows)
      : [columns] "r"(taps.columns), [tap_step] "r"(taps.tap_step),
        [row_step] "r"(taps.row_step), [weights_step] "r"(taps.weights_step),
        [weights_row_step] "r"(taps.weights_row_step), [sums] "r"(sums)
      : "q0", "q1", "q2", "q3", "lr", "cc", "memory");
}

// One pixel; its window's taps that lie in the image are those of `down` and `across`.
inline void FindPixel(const ConvolutionShape& shape, const Taps& down, const Taps& across,
                      const float* first, const float* weights, float* output) {
  constexpr int32_t kFloat = sizeof(float);
  const int32_t channels = shape.output_channels;
  const int32_t columns = across.end - across.first;
  const int32_t tap_step = shape.dilation_width * channels * kFloat;
  const int32_t row = shape.dilation_height * shape.input_width * channels * kFloat;
  const FloatTaps taps = {down.end - down.first,
                          columns,
                          tap_step,
                          row - columns * tap_step,
                          channels * kFloat,
                          (shape.filter_width - columns) * channels * kFloat};
  const float* row_weights = weights + (down.first * shape.filter_width + across.first) * channels;
  for (int32_t channel = 0; channel < channels; channel += 8) {
    FindEightFloats(taps, first + channel, row_weights + channel, output + channel);
  }
}

// Runs the layer, or answers false where it is not for this kernel.
inline bool ConvolveDepthwiseFloatInEights(const ConvolutionShape& shape, const FloatRange& range,
                                           const float* input, const float* weights,
                                           const float* bias, float* output) {
  const int32_t channels = shape.output_channels;
  if (channels != shape.input_channels || channels % 8 != 0) {
    return false;
  }
  for (int32_t batch = 0; batch < shape.batches; ++batch) {
    for (int32_t y = 0; y < shape.output_height; ++y) {
      const int32_t top = y * shape.stride_height - shape.padding_top;
      const Taps down =
          TapsWithin(top, shape.input_height, shape.filter_height, shape.dilation_height);
      const int32_t row = top + down.first * shape.dilation_height;
      int32_t left = -shape.padding_left;
      for (int32_t x = 0; x < shape.output_width; ++x, left += shape.stride_width) {
        const Taps across =
            TapsWithin(left, shape.input_width, shape.filter_width, shape.dilation_width);
        const int32_t column = left + across.first * shape.dilation_width;
        const float* first = input + (row * shape.input_width + column) * channels;
        FindPixel(shape, down, across, first, weights, output);
        FinishFloats(bias, channels, range, output);
        output += channels;
      }
    }
    input += shape.input_height * shape.input_width * channels;
  }
  return true;
}

}  // namespace simd
}  // namespace kernels
}  // namespace harness

#endif  // HARNESS_KERNELS_SIMD_FLOAT_DEPTHWISE_MVE_H_
