#include "kernels/simd/patches.h"

#include "kernels/simd/instructions.h"

#if !HARNESS_MVE

#include "kernels/simd/patch_runs.h"

namespace harness {
namespace kernels {
namespace simd {
namespace {

// Where the runs of a window at the border go: into a line, from where a whole window goes to its
// place, or, where a step is one value, there at once.
template <typename Activation>
struct Line {
  Activation* to;
  Activation nothing;

  void Run(const Activation* from, int32_t count) { to = CopyRun(from, count, to); }
  void Padding(int32_t count) { to = FillRun(nothing, count, to); }
};

template <typename Activation>
struct Steps {
  uint32_t* to;
  uint32_t offset;

  void Run(const Activation* from, int32_t count) { to = StoreRun(from, count, offset, to); }
  void Padding(int32_t count) { to = StoreZeros(count, to); }
};

// The activation that stands for nothing; int16 activations have zero point 0.
inline int8_t Nothing(int8_t, int32_t zero_point) { return static_cast<int8_t>(zero_point); }
inline int16_t Nothing(int16_t, int32_t /*zero_point*/) { return 0; }

struct Origin {
  int32_t top;
  int32_t left;
};

// Whether neighbouring taps lie side by side in the image as in the filter: nothing is skipped.
inline bool IsJoined(const ConvolutionShape& shape) {
  return shape.filter_width == 1 ||
         (shape.dilation_width == 1 && shape.filter_channels == shape.input_channels);
}

// Gives the values of any window in order to `sink`, which comes back by value, in registers.
template <typename Activation, typename Sink>
Sink GatherWindow(const Convolution& layer, const Activation* image, Origin origin, Sink sink) {
  const int32_t depth = layer.filter_channels;
  const Taps across =
      TapsWithin(origin.left, layer.input_width, layer.filter_width, layer.dilation_width);
  const int32_t taps = across.end - across.first;
  const int32_t run = IsJoined(layer) ? taps * depth : depth;
  const int32_t runs = IsJoined(layer) ? (taps > 0 ? 1 : 0) : taps;
  const int32_t step = layer.dilation_width * layer.input_channels;
  const int32_t x = origin.left + across.first * layer.dilation_width;
  int32_t y = origin.top;
  for (int32_t tap = 0; tap < layer.filter_height; ++tap, y += layer.dilation_height) {
    if (y < 0 || y >= layer.input_height) {
      sink.Padding(layer.filter_width * depth);
      continue;
    }
    sink.Padding(across.first * depth);
    int32_t at = (y * layer.input_width + x) * layer.input_channels;
    for (int32_t k = 0; k < runs; ++k, at += step) {
      sink.Run(image + at, run);
    }
    sink.Padding((layer.filter_width - across.end) * depth);
  }
  return sink;
}

// The windows whose rows of taps are each one run of the image: those with a top in [0, tops) and a
// left in [0, lefts).
struct WholeWindows {
  int32_t tops;
  int32_t lefts;
  int32_t rows;
  int32_t run;
  int32_t row_step;

  // How many follow each other from `origin` on, `stride` apart.
  int32_t InRow(Origin origin, int32_t stride) const {
    if (origin.top < 0 || origin.top >= tops || origin.left < 0 || origin.left >= lefts) {
      return 0;
    }
    return (lefts - 1 - origin.left) / stride + 1;
  }
};

int32_t Origins(int32_t size, int32_t taps, int32_t dilation) {
  return size - (taps - 1) * dilation;
}

WholeWindows WholeWindowsOf(const ConvolutionShape& shape) {
  return {Origins(shape.input_height, shape.filter_height, shape.dilation_height),
          IsJoined(shape) ? Origins(shape.input_width, shape.filter_width, 1) : 0,
          shape.filter_height,
          shape.filter_width * shape.filter_channels,
          shape.dilation_height * shape.input_width * shape.input_channels};
}

// Where windows go, one after another.
class Lanes {
 public:
  Lanes(uint32_t* patches, int32_t padded_depth)
      : next_(patches), left_(kWindowsOfGroup), skip_(GroupWords(padded_depth) - kWindowsOfGroup) {}

  uint32_t* Next() {
    uint32_t* const to = next_++;
    if (--left_ == 0) {
      left_ = kWindowsOfGroup;
      next_ += skip_;
    }
    return to;
  }

 private:
  uint32_t* next_;
  int32_t left_;
  int32_t skip_;
};

// What all windows of a layer have in common.
template <typename Activation>
struct Gathering {
  WholeWindows whole;
  int32_t depth;
  int32_t padded_depth;
  uint32_t offset;
  Activation nothing;
  Activation* line;
};

// `count` whole windows, `step` activations apart, whose runs are whole steps.
template <typename Activation>
Lanes GatherSteps(const Gathering<Activation>& gathering, const Activation* from, int32_t step,
                  int32_t count, Lanes lanes) {
  const WholeWindows whole = gathering.whole;
  const uint32_t offset = gathering.offset;
  const int32_t behind = gathering.padded_depth - gathering.depth;
  for (; count > 0; --count, from += step) {
    uint32_t* to = lanes.Next();
    const Activation* run = from;
    for (int32_t row = whole.rows; row > 0; --row, run += whole.row_step) {
      to = StoreRun(run, whole.run, offset, to);
    }
    StoreZeros(behind, to);
  }
  return lanes;
}

// The same with runs of any length.
template <typename Activation>
Lanes GatherLines(const Gathering<Activation>& gathering, const Activation* from, int32_t step,
                  int32_t count, Lanes lanes) {
  const WholeWindows whole = gathering.whole;
  Activation* const line = gathering.line;
  FillRun(gathering.nothing, gathering.padded_depth - gathering.depth, line + gathering.depth);
  for (; count > 0; --count, from += step) {
    Activation* to = line;
    const Activation* run = from;
    for (int32_t row = whole.rows; row > 0; --row, run += whole.row_step) {
      to = CopyRun(run, whole.run, to);
    }
    StoreRun(static_cast<const Activation*>(line), gathering.padded_depth, gathering.offset,
             lanes.Next());
  }
  return lanes;
}

template <typename Activation>
Lanes GatherAnyWindow(const Convolution& layer, const Gathering<Activation>& gathering,
                      const Activation* image, Origin origin, Lanes lanes) {
  uint32_t* const to = lanes.Next();
#if HARNESS_DSP
  const Line<Activation> line = {gathering.line, gathering.nothing};
  GatherWindow(layer, image, origin, line).Padding(gathering.padded_depth - gathering.depth);
  StoreRun(static_cast<const Activation*>(gathering.line), gathering.padded_depth,
           gathering.offset, to);
#else
  GatherWindow(layer, image, origin, Steps<Activation>{to, gathering.offset});
#endif
  return lanes;
}

}  // namespace

template <typename Activation>
void GatherPatches(const Convolution& layer, const Activation* image, int32_t first, int32_t count,
                   Activation* line, uint32_t* patches) {
  const int32_t depth = Depth(layer);
  const Gathering<Activation> gathering = {WholeWindowsOf(layer),
                                           depth,
                                           PaddedDepth(depth),
                                           OffsetOf(layer.input_zero_point),
                                           Nothing(Activation(), layer.input_zero_point),
                                           line};
  const bool steps = layer.filter_channels % kValuesOfStep == 0;
  const int32_t step = layer.stride_width * layer.input_channels;
  int32_t x = first % layer.output_width;
  int32_t top = first / layer.output_width * layer.stride_height - layer.padding_top;
  Lanes lanes(patches, gathering.padded_depth);
  while (count > 0) {
    const Origin origin = {top, x * layer.stride_width - layer.padding_left};
    int32_t windows = gathering.whole.InRow(origin, layer.stride_width);
    windows = windows < layer.output_width - x ? windows : layer.output_width - x;
    windows = windows < count ? windows : count;
    if (windows > 0) {
      const int32_t pixel = origin.top * layer.input_width + origin.left;
      const Activation* const from = image + pixel * layer.input_channels;
      lanes = steps ? GatherSteps(gathering, from, step, windows, lanes)
                    : GatherLines(gathering, from, step, windows, lanes);
    } else {
      lanes = GatherAnyWindow(layer, gathering, image, origin, lanes);
      windows = 1;
    }
    count -= windows;
    x += windows;
    if (x == layer.output_width) {
      x = 0;
      top += layer.stride_height;
    }
  }
}

template void GatherPatches(const Convolution&, const int8_t*, int32_t, int32_t, int8_t*,
                            uint32_t*);
template void GatherPatches(const Convolution&, const int16_t*, int32_t, int32_t, int16_t*,
                            uint32_t*);

}  // namespace simd
}  // namespace kernels
}  // namespace harness

#endif
