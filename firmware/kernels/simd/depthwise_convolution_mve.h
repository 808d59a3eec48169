// DEPTHWISE_CONV_2D by Helium: eight channels by two pixels at once, from rows of the image that
// lie in scratch with their padding. For a channel multiplier of 1 and channels in eights;
// depthwise_convolution.cc asks, and does the rest.
#ifndef HARNESS_KERNELS_SIMD_DEPTHWISE_CONVOLUTION_MVE_H_
#define HARNESS_KERNELS_SIMD_DEPTHWISE_CONVOLUTION_MVE_H_

#include <arm_mve.h>

#include <cstdint>

#include "kernels/simd/mve_outputs.h"
#include "kernels/simd/mve_rows.h"
#include "kernels/simd/weights.h"
#include "kernels/window.h"

namespace harness {
namespace kernels {
namespace simd {

// Whether the shape is one; the sums must be narrow besides (mve_outputs.h).
inline bool IsDepthwiseInEights(const ConvolutionShape& shape) {
  return shape.output_channels == shape.input_channels && shape.output_channels % 8 == 0;
}

// A window's taps as FindSums goes over them; distances in bytes. The assembly knows the places
// of the first four.
struct DepthwiseTaps {
  int32_t rows;
  int32_t columns;
  int32_t back;          // from behind a window's activations to those of the next eight channels
  int32_t weights_back;  // the same of weights
  int32_t tap_step;      // from one tap's activations to the next's, in a row
  int32_t row_step;      // besides, from one row to the next
};

// The sums of all channels at two pixels: what `sums` holds plus the products of the windows at
// `x` and `y` with `weights`; they go as many words behind as there are channels, and twice as
// many. VMULLB and VMULLT multiply the even and the odd lanes of 16 bits; up to kShortRun products
// (products.h) stay within 32. In assembly because GCC 12 moves vectors that live longer than a
// loop to core registers and memory and back. `load` widens eight activations, whose addresses are
// in `places`.
#define HARNESS_FIND_SUMS(load, places)                                                           \
  int32_t rest = 0;                                                                               \
  __asm__ volatile(                                                                               \
      "3:\n"                                                                                      \
      "vld20.32 {q0, q1}, [%[sums]]\n"                                                            \
      "vld21.32 {q0, q1}, [%[sums]]\n"                                                            \
      "vmov q2, q0\n"                                                                             \
      "vmov q3, q1\n"                                                                             \
      "ldr %[rest], [%[taps], #0]\n"                                                              \
      "2:\n"                                                                                      \
      "ldr lr, [%[taps], #4]\n"                                                                   \
      "dls lr, lr\n"                                                                              \
      "1:\n"                                                                                      \
      load " q4, [%[x]]\n"                                                                        \
      "add %[x], %[tap_step]\n"                                                                   \
      "vldrb.s16 q6, [%[weights]]\n"                                                              \
      "add %[weights], %[channels]\n"                                                             \
      "vmullb.s16 q5, q4, q6\n"                                                                   \
      "vmullt.s16 q4, q4, q6\n"                                                                   \
      "vadd.i32 q0, q0, q5\n"                                                                     \
      "vadd.i32 q1, q1, q4\n"                                                                     \
      load " q4, [%[y]]\n"                                                                        \
      "add %[y], %[tap_step]\n"                                                                   \
      "vmullb.s16 q5, q4, q6\n"                                                                   \
      "vmullt.s16 q4, q4, q6\n"                                                                   \
      "vadd.i32 q2, q2, q5\n"                                                                     \
      "vadd.i32 q3, q3, q4\n"                                                                     \
      "le lr, 1b\n"                                                                               \
      "add %[x], %[row_step]\n"                                                                   \
      "add %[y], %[row_step]\n"                                                                   \
      "subs %[rest], #1\n"                                                                        \
      "bne 2b\n"                                                                                  \
      "add %[sums], %[sums], %[channels], lsl #2\n"                                               \
      "vst20.32 {q0, q1}, [%[sums]]\n"                                                            \
      "vst21.32 {q0, q1}, [%[sums]]\n"                                                            \
      "add %[sums], %[sums], %[channels], lsl #2\n"                                               \
      "vst20.32 {q2, q3}, [%[sums]]\n"                                                            \
      "vst21.32 {q2, q3}, [%[sums]]\n"                                                            \
      "ldrd %[rest], lr, [%[taps], #8]\n"                                                         \
      "add %[x], %[rest]\n"                                                                       \
      "add %[y], %[rest]\n"                                                                       \
      "add %[weights], lr\n"                                                                      \
      "sub %[sums], %[sums], %[channels], lsl #3\n"                                               \
      "adds %[sums], #32\n"                                                                       \
      "subs %[left], #8\n"                                                                        \
      "bne 3b\n"                                                                                  \
      : [x] places(x), [y] places(y), [weights] "+&l"(weights), [rest] "+&r"(rest),                \
        [sums] "+&r"(sums), [left] "+&r"(left)                                                     \
      : [taps] "r"(&taps), [tap_step] "r"(taps.tap_step), [row_step] "r"(taps.row_step),          \
        [channels] "r"(channels)                                                                  \
      : "q0", "q1", "q2", "q3", "q4", "q5", "q6", "lr", "cc", "memory")

__attribute__((noinline)) inline void FindSums(const DepthwiseTaps& taps, int32_t channels,
                                               const int8_t* x, const int8_t* y,
                                               const int8_t* weights, int32_t* sums) {
  int32_t left = channels;
  HARNESS_FIND_SUMS("vldrb.s16", "+&l");
}

__attribute__((noinline)) inline void FindSums(const DepthwiseTaps& taps, int32_t channels,
                                               const int16_t* x, const int16_t* y,
                                               const int8_t* weights, int32_t* sums) {
  int32_t left = channels;
  HARNESS_FIND_SUMS("vldrh.u16", "+&r");
}

// Scratch: three sums a channel, the rows that an output row sees, and packed weights, unpacked.
template <typename Activation, typename Weights>
struct DepthwiseScratch {
  int32_t columns;   // of a row with its padding
  int32_t* starts;   // of a sum: the bias, for int8 less the zero point's share
  int32_t* sums;     // of two pixels
  Activation* rows;
  int8_t* weights;

  DepthwiseScratch(const ConvolutionShape& shape, void* memory)
      : columns(Columns(shape)) {
    starts = static_cast<int32_t*>(memory);
    sums = starts + shape.output_channels;
    rows = reinterpret_cast<Activation*>(sums + 2 * shape.output_channels);
    weights = reinterpret_cast<int8_t*>(
        rows + shape.filter_height * columns * shape.output_channels);
  }

  static int32_t Columns(const ConvolutionShape& shape) {
    return (shape.output_width - 1) * shape.stride_width +
           (shape.filter_width - 1) * shape.dilation_width + 1;
  }

  static int32_t Bytes(const ConvolutionShape& shape) {
    const int32_t taps = shape.filter_height * shape.filter_width;
    const int32_t activations = shape.filter_height * Columns(shape);
    const int32_t activation = sizeof(Activation);
    return shape.output_channels *
           (3 * 4 + activations * activation + (IsPacked<Weights>() ? taps : 0));
  }
};

// One byte a weight.
inline const int8_t* Unpacked(const DenseWeights& weights, int32_t, int8_t*) {
  return weights.values;
}
inline const int8_t* Unpacked(const SignedHalves& weights, int32_t count, int8_t* to) {
  const PackedWeights packed = {weights.halves, kInt4Values};
  return packed.Run(0, count, to);
}
inline const int8_t* Unpacked(const TableIndices& weights, int32_t count, int8_t* to) {
  const PackedWeights packed = {weights.halves, weights.table};
  return packed.Run(0, count, to);
}

// A layer, and where it lies.
template <typename Activation, typename Sum, typename Weights>
struct DepthwiseJob {
  const Convolution& layer;
  const int8_t* weights;
  const Sum* bias;
  const DepthwiseScratch<Activation, Weights> scratch;

  // sum of (x - zero point) * weights = sum of x * weights - zero point * sum of weights; padding
  // is the zero point.
  void FindStarts() const {
    const int32_t channels = layer.output_channels;
    const int32_t taps = layer.filter_height * layer.filter_width;
    for (int32_t channel = 0; channel < channels; ++channel) {
      uint32_t start = bias == nullptr ? 0 : static_cast<uint32_t>(bias[channel]);
      if (sizeof(Activation) == 1) {
        const int8_t* tap = weights + channel;
        int32_t sum = 0;
        for (int32_t k = 0; k < taps; ++k, tap += channels) {
          sum += *tap;
        }
        start -= static_cast<uint32_t>(layer.input_zero_point * sum);
      }
      scratch.starts[channel] = static_cast<int32_t>(start);
    }
  }

  // Copies the rows that output row `y` sees.
  void BringRows(const Activation* image, int32_t y) const {
    const int32_t pixel = layer.input_channels * static_cast<int32_t>(sizeof(Activation));
    const int32_t before = layer.padding_left < scratch.columns ? layer.padding_left
                                                                : scratch.columns;
    const int32_t seen = scratch.columns - before;
    const int32_t inside = seen < layer.input_width ? seen : layer.input_width;
    Activation* row = scratch.rows;
    int32_t from = y * layer.stride_height - layer.padding_top;
    for (int32_t tap = 0; tap < layer.filter_height; ++tap, from += layer.dilation_height) {
      const bool is_inside = from >= 0 && from < layer.input_height;
      const int32_t copied = is_inside ? inside : 0;
      Activation* const to = row + before * layer.input_channels;
      FillBytes(row, layer.input_zero_point, before * pixel);
      CopyBytes(to, image + from * layer.input_width * layer.input_channels, copied * pixel);
      FillBytes(to + copied * layer.input_channels, layer.input_zero_point,
                (seen - copied) * pixel);
      row += scratch.columns * layer.input_channels;
    }
  }

  DepthwiseTaps TapsOfWindow() const {
    const int32_t channels = layer.output_channels;
    const int32_t size = sizeof(Activation);
    const int32_t row = scratch.columns * channels * size;
    const int32_t tap_step = layer.dilation_width * channels * size;
    return {layer.filter_height,
            layer.filter_width,
            8 * size - layer.filter_height * row,
            8 - layer.filter_height * layer.filter_width * channels,
            tap_step,
            row - layer.filter_width * tap_step};
  }

  // One output row; returns where the next begins.
  Activation* RunRow(Activation* output) const {
    const int32_t channels = layer.output_channels;
    const int32_t step = layer.stride_width * channels;
    const Activation* x = scratch.rows;
    const DepthwiseTaps taps = TapsOfWindow();
    for (int32_t left = layer.output_width; left > 0; left -= 2, x += 2 * step) {
      const int pixels = left == 1 ? 1 : 2;
      FindSums(taps, channels, x, pixels == 1 ? x : x + step, weights, scratch.starts);
      StoreAll<Sum>(scratch.sums, layer.output, channels, pixels, output);
      output += pixels * channels;
    }
    return output;
  }
};

// Runs the layer, or answers false where it is not for these kernels.
template <typename Activation, typename Sum, typename Weights>
bool ConvolveDepthwiseInEights(const Convolution& layer, const Activation* input,
                               const Weights& weights, const Sum* bias, void* memory,
                               Activation* output) {
  const int32_t taps = layer.filter_height * layer.filter_width;
  const int64_t most = static_cast<int64_t>(taps) << 22;
  if (!IsDepthwiseInEights(layer) ||
      !AreNarrow(layer.output, layer.output_channels, bias, most)) {
    return false;
  }
  const DepthwiseScratch<Activation, Weights> scratch(layer, memory);
  const DepthwiseJob<Activation, Sum, Weights> job = {
      layer, Unpacked(weights, taps * layer.output_channels, scratch.weights), bias, scratch};
  job.FindStarts();
  for (int32_t batch = 0; batch < layer.batches; ++batch) {
    for (int32_t y = 0; y < layer.output_height; ++y) {
      job.BringRows(input, y);
      output = job.RunRow(output);
    }
    input += layer.input_height * layer.input_width * layer.input_channels;
  }
  return true;
}

}  // namespace simd
}  // namespace kernels
}  // namespace harness

#endif  // HARNESS_KERNELS_SIMD_DEPTHWISE_CONVOLUTION_MVE_H_
