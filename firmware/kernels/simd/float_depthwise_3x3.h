// Depthwise convolution in single precision with 3 x 3 filters, strides and dilations of 1: a
// channel's window slides along the longer axis of the image. Three sums are under way: a column of
// inputs is the last of one output's window, the middle of the next one's, the first of another's.
#ifndef HARNESS_KERNELS_SIMD_FLOAT_DEPTHWISE_3X3_H_
#define HARNESS_KERNELS_SIMD_FLOAT_DEPTHWISE_3X3_H_

#include <cstdint>

#include "kernels/simd/float_layers.h"
#include "kernels/simd/float_products.h"

namespace harness {
namespace kernels {
namespace simd {

// Distances between neighbours along one axis of the image.
struct FloatAxis {
  int32_t input;
  int32_t output;
  int32_t padding;
  int32_t input_step;
  int32_t output_step;
  int32_t weight_step;
};

// A line of outputs of one channel: what it reads begins at `input`, at the first of kRows taps
// that lie within the image across the line, with weights from `weights` on.
template <int kRows>
inline void SlideWindow(const FloatAxis& along, const FloatAxis& across, const FloatRange& bounds,
                        const float* input, const float* weights, float bias, float* output) {
  const FloatRange range = bounds;
  float taps[3][kRows];
#pragma GCC unroll 3
  for (int k = 0; k < 3; ++k) {
#pragma GCC unroll 3
    for (int row = 0; row < kRows; ++row) {
      taps[k][row] = weights[k * along.weight_step + row * across.weight_step];
    }
  }
  const float* x[kRows];
#pragma GCC unroll 3
  for (int row = 0; row < kRows; ++row) {
    x[row] = input + row * across.input_step;
  }
  float last = bias;
  float middle = bias;
  const int32_t none = 2 - along.padding;  // columns before the first window's last
  const int32_t needed = along.output + none;
  const int32_t columns = along.input < needed ? along.input : needed;
  for (int32_t column = 0; column < columns; ++column) {
    float first = bias;
#pragma GCC unroll 3
    for (int row = 0; row < kRows; ++row) {
      const float value = *x[row];
      x[row] += along.input_step;
      last += value * taps[2][row];
      middle += value * taps[1][row];
      first += value * taps[0][row];
    }
    if (column >= none) {
      *output = Clamped(last, range);
      output += along.output_step;
    }
    last = middle;
    middle = first;
  }
  // Windows that end in padding.
  const int32_t done = columns > none ? columns - none : 0;
  for (int32_t left = along.output - done; left > 0; --left) {
    *output = Clamped(last, range);
    output += along.output_step;
    last = middle;
    middle = bias;
  }
}

}  // namespace simd
}  // namespace kernels
}  // namespace harness

#endif  // HARNESS_KERNELS_SIMD_FLOAT_DEPTHWISE_3X3_H_
