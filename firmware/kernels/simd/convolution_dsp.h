// CONV_2D for the DSP extension; convolution.cc includes this.
//
// Both operands are brought to scratch as int16: the windows of a tile (patches.h) once for all
// channels, the weights of two channels (convolution_rows.h) once for the tile. Then four windows
// by two channels are summed up at a time (dot_products.h).
#ifndef HARNESS_KERNELS_SIMD_CONVOLUTION_DSP_H_
#define HARNESS_KERNELS_SIMD_CONVOLUTION_DSP_H_

#include <limits>

#include "kernels/products.h"
#include "kernels/simd/convolution.h"
#include "kernels/simd/convolution_rows.h"
#include "kernels/simd/dot_products.h"
#include "kernels/simd/patches.h"
#include "kernels/simd/rescaling.h"

namespace harness {
namespace kernels {
namespace simd {
namespace {

// A tile has as many windows as these bytes hold: more share the cost of taking weights apart, and
// take scratch.
constexpr int32_t kTileBytes = 5120;
constexpr int32_t kMostGroups = 8;

// So many values are summed up in 32 bits before the sum goes to 64: a multiple of 8.
constexpr int32_t kShortDepth = kShortRun / 8 * 8;

constexpr int32_t kBlock = kChannelsOfBlock * kWindowsOfGroup;

int32_t WindowsOfTile(const ConvolutionShape& shape) {
  const int32_t group_bytes = kWindowsOfGroup * PaddedDepth(Depth(shape)) * 2;
  const int32_t fitting = kTileBytes / group_bytes;
  const int32_t windows = shape.output_height * shape.output_width;
  const int32_t needed = (windows + kWindowsOfGroup - 1) / kWindowsOfGroup;
  int32_t groups = fitting < kMostGroups ? fitting : kMostGroups;
  groups = groups < needed ? groups : needed;
  return (groups < 1 ? 1 : groups) * kWindowsOfGroup;
}

// Some windows of an image in scratch, and the rows of weights at work.
struct Tile {
  int32_t windows;
  int32_t padded_depth;
  const uint32_t* patches;
  uint32_t* rows;
};

inline const uint32_t* RowsEnd(const Tile& tile) {
  return tile.rows + tile.padded_depth * kChannelsOfBlock / 2;
}

// Two output channels, or the last one of an odd number.
template <typename Sum>
struct Channels {
  int32_t first;
  int32_t count;
  Sum bias[kChannelsOfBlock];
};

// The short way of a channel from its sums of 32 bits to its outputs: which channels may take it,
// the sum to start from, and the outputs. Bounds narrower than usual are for later.
template <typename Activation, typename Sum>
struct ShortWay;

template <>
struct ShortWay<int8_t, int32_t> {
  int32_t start;
  ShiftedScale scale;

  static bool Fits(const OutputRange& /*range*/, const ChannelScale& scale, int32_t /*bias*/,
                   int32_t /*depth*/) {
    return IsShifted(scale);
  }

  ShortWay(const OutputRange& range, const ChannelScale& of, int32_t bias)
      : start(bias), scale(Shifted(of, range.zero_point)) {}

  int8_t OutputOf(int32_t sum) const { return static_cast<int8_t>(simd::OutputOf(sum, scale)); }

  void Store(const WindowSums& sums, int32_t step, int8_t* output) const {
    StoreFour(sums.s0, sums.s1, sums.s2, sums.s3, scale, step, output);
  }
};

template <>
struct ShortWay<int16_t, int64_t> {
  int32_t start;
  int32_t multiplier;
  int32_t rectifier;

  static bool Fits(const OutputRange& range, const ChannelScale& scale, int64_t bias,
                   int32_t depth) {
    return range.zero_point == 0 && IsHigh(scale) && FitsWord(bias, depth);
  }

  ShortWay(const OutputRange& range, const ChannelScale& of, int64_t bias)
      : start(static_cast<int32_t>(bias)),
        multiplier(HighMultiplier(of)),
        rectifier(range.least == 0 ? -1 : 0) {}

  int16_t OutputOf(int32_t sum) const { return HighOutput(sum, multiplier, rectifier); }

  void Store(const WindowSums& sums, int32_t step, int16_t* output) const {
    output[0] = OutputOf(sums.s0);
    output[step] = OutputOf(sums.s1);
    output[2 * step] = OutputOf(sums.s2);
    output[3 * step] = OutputOf(sums.s3);
  }
};

inline WindowSums Everywhere(int32_t sum) { return {sum, sum, sum, sum}; }

// All windows of a tile for two channels that take the short way.
template <typename Activation, typename Way>
void ConvolveQuickly(const Tile& tile, const Way& first, const Way& second, int32_t step,
                     Activation* output) {
  const BlockSums start = {Everywhere(first.start), Everywhere(second.start)};
  const uint32_t* const volatile rows_end = RowsEnd(tile);
  const uint32_t* const rows = tile.rows;
  const int32_t rest = tile.windows % kWindowsOfGroup;
  const uint32_t* patches = tile.patches;
  const uint32_t* const end =
      patches + tile.windows / kWindowsOfGroup * GroupWords(tile.padded_depth);
  while (patches != end) {
    const BlockSums sums = AddProducts(start, patches, rows, rows_end);
    first.Store(sums.first, step, output);
    second.Store(sums.second, step, output + 1);
    output += kWindowsOfGroup * step;
  }
  for (int32_t window = 0; window < rest; ++window, output += step) {
    const PairSums sums =
        AddProductsOfWindow({first.start, second.start}, patches + window, rows, rows_end);
    output[0] = first.OutputOf(sums.first);
    output[1] = second.OutputOf(sums.second);
  }
}

// The depth whose products are sure to fit into 32 bits, where they must.
constexpr int32_t LongestDepth(int32_t /*sum*/) { return std::numeric_limits<int32_t>::max(); }
constexpr int32_t LongestDepth(int64_t /*sum*/) { return kShortDepth; }

// The sums of a group, by parts that fit into 32 bits; returns the patches behind it. Out of line, for
// few tiles need it.
template <typename Sum>
__attribute__((noinline)) const uint32_t* SumGroup(const Tile& tile, const Channels<Sum>& channels, const uint32_t* patches,
                         Sum* sums) {
  for (int32_t k = 0; k < kBlock; ++k) {
    sums[k] = channels.bias[k / kWindowsOfGroup];
  }
  const uint32_t* rows = tile.rows;
  for (int32_t left = tile.padded_depth, run; left > 0; left -= run) {
    run = left < LongestDepth(Sum()) ? left : LongestDepth(Sum());
    const uint32_t* const end = rows + run * kChannelsOfBlock / 2;
    int32_t parts[kBlock];
    StoreProducts(patches, rows, end, parts);
    for (int32_t k = 0; k < kBlock; ++k) {
      sums[k] = WrappedSum<Sum>(sums[k], parts[k]);
    }
    patches += run * kWindowsOfGroup / 2;
    rows = end;
  }
  return patches;
}

// All windows of a tile for any channels.
template <typename Activation, typename Sum>
void ConvolveSlowly(const Convolution& layer, const Tile& tile, const Channels<Sum>& channels,
                    Activation* output) {
  const uint32_t* patches = tile.patches;
  for (int32_t left = tile.windows; left > 0; left -= kWindowsOfGroup) {
    Sum sums[kBlock];
    patches = SumGroup(tile, channels, patches, sums);
    const int32_t windows = left < kWindowsOfGroup ? left : kWindowsOfGroup;
    for (int32_t window = 0; window < windows; ++window, output += layer.output_channels) {
      for (int32_t k = 0; k < channels.count; ++k) {
        output[k] = Output<Activation>(sums[k * kWindowsOfGroup + window], layer.output,
                                       layer.output.scales[channels.first + k]);
      }
    }
  }
}

template <typename Activation, typename Sum>
void ConvolveTile(const Convolution& layer, const Tile& tile, const Channels<Sum>& channels,
                  Activation* output) {
  using Way = ShortWay<Activation, Sum>;
  const OutputRange& range = layer.output;
  const ChannelScale& first = range.scales[channels.first];
  const ChannelScale& second = range.scales[channels.first + channels.count - 1];
  if (channels.count == kChannelsOfBlock &&
      Way::Fits(range, first, channels.bias[0], tile.padded_depth) &&
      Way::Fits(range, second, channels.bias[1], tile.padded_depth)) {
    ConvolveQuickly(tile, Way(range, first, channels.bias[0]),
                    Way(range, second, channels.bias[1]), layer.output_channels, output);
  } else {
    ConvolveSlowly(layer, tile, channels, output);
  }
}

// All windows of a tile for all channels of a group.
template <typename Activation, typename Sum, typename Weights>
void ConvolveChannels(const Convolution& layer, const Weights& weights, const Sum* bias,
                      const Tile& tile, int32_t group, void* scratch, Activation* output) {
  const int32_t groups = layer.input_channels / layer.filter_channels;
  const int32_t count = layer.output_channels / groups;
  const int32_t end = (group + 1) * count;
  for (int32_t channel = group * count; channel < end; channel += kChannelsOfBlock) {
    const int32_t second = channel + 1 < end ? channel + 1 : channel;
    ExpandRows(weights, channel, second, Depth(layer), scratch, tile.rows);
    Channels<Sum> channels = {channel, second - channel + 1, {0, 0}};
    if (bias != nullptr) {
      channels.bias[0] = bias[channel];
      channels.bias[1] = bias[second];
    }
    ConvolveTile(layer, tile, channels, output + channel);
  }
}

}  // namespace

template <typename Activation, typename Weights>
int32_t ConvolutionScratchBytes(const ConvolutionShape& shape) {
  const int32_t depth = Depth(shape);
  const int32_t vectors = kChannelsOfBlock + WindowsOfTile(shape);
  return ExpansionBytes(static_cast<const Weights*>(nullptr), depth) +
         vectors * PaddedDepth(depth) * 2;
}

template <typename Activation, typename Sum, typename Weights>
void Convolve(const Convolution& layer, const Activation* input, const Weights& weights,
              const Sum* bias, void* scratch, Activation* output) {
  const int32_t depth = Depth(layer);
  const int32_t padded_depth = PaddedDepth(depth);
  const int32_t groups = layer.input_channels / layer.filter_channels;
  const int32_t pixels = layer.output_height * layer.output_width;
  const int32_t outputs = layer.batches * pixels * layer.output_channels;
  const int32_t most_windows = WindowsOfTile(layer);
  uint32_t* const rows = reinterpret_cast<uint32_t*>(static_cast<uint8_t*>(scratch) +
                                                     ExpansionBytes(&weights, depth));
  uint32_t* const patches = rows + padded_depth * kChannelsOfBlock / 2;
  PrepareExpansion(weights, scratch);
  for (int32_t batch = 0; batch < layer.batches; ++batch) {
    for (int32_t group = 0; group < groups; ++group) {
      const Activation* const image = input + group * layer.filter_channels;
      for (int32_t first = 0; first < pixels; first += most_windows) {
        const int32_t windows = pixels - first < most_windows ? pixels - first : most_windows;
        // The rows' place serves as the line: a line is used up before the rows come.
        GatherPatches(layer, image, first, windows, reinterpret_cast<Activation*>(rows), patches);
        ConvolveChannels(layer, weights, bias, {windows, padded_depth, patches, rows}, group,
                         scratch, output + first * layer.output_channels);
      }
    }
    input += layer.input_height * layer.input_width * layer.input_channels;
    output += pixels * layer.output_channels;
  }
  ClampAll(layer.output, output - outputs, outputs);
}

}  // namespace simd
}  // namespace kernels
}  // namespace harness

#endif  // HARNESS_KERNELS_SIMD_CONVOLUTION_DSP_H_
