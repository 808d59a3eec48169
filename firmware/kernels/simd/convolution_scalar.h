// CONV_2D for cores without the DSP extension; convolution.cc includes this.
//
// The windows of a tile are brought to scratch (patches.h) once for all channels; then four windows
// by one channel are summed up at a time (dot_products_scalar.h). Weights of a byte are read where
// they lie; packed ones are unpacked to scratch, a channel at a time, once for the tile.
#ifndef HARNESS_KERNELS_SIMD_CONVOLUTION_SCALAR_H_
#define HARNESS_KERNELS_SIMD_CONVOLUTION_SCALAR_H_

#include "kernels/products.h"
#include "kernels/simd/convolution.h"
#include "kernels/simd/dot_products_scalar.h"
#include "kernels/simd/patches.h"
#include "kernels/simd/rescaling_scalar.h"

namespace harness {
namespace kernels {
namespace simd {
namespace {

// A tile has as many groups of windows as these bytes hold: more share the cost of unpacking.
constexpr int32_t kTileBytes = 4096;
constexpr int32_t kMostGroups = 4;

int32_t RowBytes(const DenseWeights*, int32_t /*depth*/) { return 0; }
template <typename Weights>
int32_t RowBytes(const Weights*, int32_t depth) {
  return (depth + 7) / 8 * 8;
}

int32_t WindowsOfTile(const ConvolutionShape& shape) {
  const int32_t fitting = kTileBytes / (GroupWords(Depth(shape)) * 4);
  const int32_t windows = shape.output_height * shape.output_width;
  const int32_t needed = (windows + kWindowsOfGroup - 1) / kWindowsOfGroup;
  int32_t groups = fitting < kMostGroups ? fitting : kMostGroups;
  groups = groups < needed ? groups : needed;
  return (groups < 1 ? 1 : groups) * kWindowsOfGroup;
}

// Some windows of an image in scratch.
struct Tile {
  int32_t windows;
  int32_t depth;
  const uint32_t* patches;
};

inline void SumGroup(const int32_t* patches, const int8_t* row, int32_t depth, int32_t* sums) {
  AddProducts(patches, row, depth, sums);
}

// Sums of 64 bits: parts that fit into 32 bits are added up.
inline void SumGroup(const int32_t* patches, const int8_t* row, int32_t depth, int64_t* sums) {
  for (int32_t run; depth > 0; depth -= run, row += run, patches += run * kWindowsOfGroup) {
    run = depth < kShortRun ? depth : kShortRun;
    int32_t parts[kWindowsOfGroup] = {0, 0, 0, 0};
    AddProducts(patches, row, run, parts);
    for (int32_t k = 0; k < kWindowsOfGroup; ++k) {
      sums[k] = WrappedSum<int64_t>(sums[k], parts[k]);
    }
  }
}

// All windows of a tile for one channel.
template <typename Activation, typename Sum>
void ConvolveTile(const Tile& tile, const int8_t* row, Sum bias, const OutputRange& range,
                  const ChannelScale& scale, int32_t step, Activation* output) {
  const int32_t* patches = reinterpret_cast<const int32_t*>(tile.patches);
  for (int32_t left = tile.windows; left > 0; left -= kWindowsOfGroup) {
    Sum sums[kWindowsOfGroup] = {bias, bias, bias, bias};
    SumGroup(patches, row, tile.depth, sums);
    for (int32_t k = 0; k < kWindowsOfGroup && k < left; ++k, output += step) {
      *output = ScalarOutput<Activation>(sums[k], range, scale);
    }
    patches += GroupWords(tile.depth);
  }
}

// All windows of a tile for all channels of a group.
template <typename Activation, typename Sum, typename Weights>
void ConvolveChannels(const Convolution& layer, const Weights& weights, const Sum* bias,
                      const Tile& tile, int32_t group, int8_t* unpacked, Activation* output) {
  const int32_t groups = layer.input_channels / layer.filter_channels;
  const int32_t count = layer.output_channels / groups;
  for (int32_t channel = group * count; channel < (group + 1) * count; ++channel) {
    const int8_t* const row = weights.Run(channel * tile.depth, tile.depth, unpacked);
    const Sum start = bias == nullptr ? 0 : bias[channel];
    ConvolveTile(tile, row, start, layer.output, layer.output.scales[channel],
                 layer.output_channels, output + channel);
  }
}

}  // namespace

template <typename Activation, typename Weights>
int32_t ConvolutionScratchBytes(const ConvolutionShape& shape) {
  const int32_t depth = Depth(shape);
  return RowBytes(static_cast<const Weights*>(nullptr), depth) + WindowsOfTile(shape) * depth * 4;
}

template <typename Activation, typename Sum, typename Weights>
void Convolve(const Convolution& layer, const Activation* input, const Weights& weights,
              const Sum* bias, void* scratch, Activation* output) {
  const int32_t depth = Depth(layer);
  const int32_t groups = layer.input_channels / layer.filter_channels;
  const int32_t pixels = layer.output_height * layer.output_width;
  const int32_t most_windows = WindowsOfTile(layer);
  int8_t* const unpacked = static_cast<int8_t*>(scratch);
  uint32_t* const patches = reinterpret_cast<uint32_t*>(unpacked + RowBytes(&weights, depth));
  for (int32_t batch = 0; batch < layer.batches; ++batch) {
    for (int32_t group = 0; group < groups; ++group) {
      const Activation* const image = input + group * layer.filter_channels;
      for (int32_t first = 0; first < pixels; first += most_windows) {
        const int32_t windows = pixels - first < most_windows ? pixels - first : most_windows;
        GatherPatches<Activation>(layer, image, first, windows, nullptr, patches);
        ConvolveChannels(layer, Portable(weights), bias, {windows, depth, patches}, group,
                         unpacked, output + first * layer.output_channels);
      }
    }
    input += layer.input_height * layer.input_width * layer.input_channels;
    output += pixels * layer.output_channels;
  }
}

}  // namespace simd
}  // namespace kernels
}  // namespace harness

#endif  // HARNESS_KERNELS_SIMD_CONVOLUTION_SCALAR_H_
