#include "kernels/simd/depthwise_convolution.h"

#include <cstring>

#include "kernels/simd/depthwise_3x3.h"
#include "kernels/simd/depthwise_outputs.h"
#include "kernels/simd/depthwise_plan.h"
#include "kernels/simd/depthwise_planes.h"
#include "kernels/simd/depthwise_windows.h"
#if HARNESS_MVE
#include "kernels/simd/depthwise_convolution_mve.h"
#endif

namespace harness {
namespace kernels {
namespace simd {
namespace {

// One output channel of one strip.
template <typename Activation>
struct ChannelStrip {
  const DepthwisePlan& plan;
  const ElementOf<Activation>* plane;
  Tap* taps;  // room for them
  Activation* output;
  int32_t outputs;  // along the plain axis
};

// Fills in an output channel's weights, times 2^doubled, as each phase meets them. Returns what the
// sum of a window begins with, so that padding counts nothing.
template <typename Activation, typename Weights>
int32_t GatherTaps(const Convolution& layer, const DepthwisePlan& plan, const Weights& weights,
                   int32_t channel, int doubled, Tap* taps) {
#if HARNESS_DEPTHWISE_DSP
  (void)layer;
  const int32_t rows = plan.plain.filter;
  std::memset(taps, 0, static_cast<size_t>(plan.TapBytes()));
  for (int32_t phase = 0; phase < plan.phases; ++phase, taps += plan.row_taps * rows) {
    int32_t lane = phase;
    for (int32_t k = 0; k < plan.paired.filter; ++k, lane += plan.paired.dilation) {
      int32_t place = k * plan.paired.weight_step + channel;
      Tap* to = taps + lane / 2 * rows;
      for (int32_t row = 0; row < rows; ++row, place += plan.plain.weight_step) {
        const uint32_t tap = static_cast<uint32_t>(weights.At(place) * (1 << doubled)) & 0xFFFFU;
        to[row] |= lane % 2 == 0 ? tap : tap << 16;
      }
    }
  }
  return 0;
#else
  uint32_t sum = 0;
  for (int32_t k = 0; k < plan.paired.filter; ++k) {
    int32_t place = k * plan.paired.weight_step + channel;
    for (int32_t row = 0; row < plan.plain.filter; ++row, place += plan.plain.weight_step) {
      const int32_t tap = weights.At(place) * (1 << doubled);
      *taps++ = tap;
      sum += static_cast<uint32_t>(tap);
    }
  }
  const int32_t padding = PaddingElement<Activation>(layer.input_zero_point);
  return static_cast<int32_t>(-(sum * static_cast<uint32_t>(padding)));
#endif
}

template <int kStride, int kRows, typename Activation, typename Outputs>
void ConvolveLines(const ChannelStrip<Activation>& strip, int32_t start, const Outputs& output_of) {
  const DepthwisePlan& plan = strip.plan;
  const int32_t taps_of_phase = plan.plain.filter * plan.row_taps;
  Activation* to = strip.output;
  int32_t place = 0;
  for (int32_t left = plan.paired.output; left > 0; --left, to += plan.paired.output_step) {
    const OutputLine<Activation> line = {to, strip.outputs, plan.plain.output_step};
    ConvolveLine<kStride, kRows>(plan, strip.plane + place / kLanes * plan.line,
                                 strip.taps + place % kLanes * taps_of_phase, start, output_of,
                                 line);
    place += plan.paired.stride;
  }
}

// Any filter; those of three rows have loops of their own where 3 x 3 filters come here.
template <typename Activation, typename Outputs>
void ConvolveAny(const ChannelStrip<Activation>& strip, int32_t start, const Outputs& output_of) {
  constexpr int kRows = kLanes == 1 ? 3 : 0;
  const Axis& plain = strip.plan.plain;
  const bool three = kRows == 3 && plain.filter == 3 && plain.dilation == 1;
  if (plain.stride == 1) {
    three ? ConvolveLines<1, kRows>(strip, start, output_of)
          : ConvolveLines<1, 0>(strip, start, output_of);
  } else if (plain.stride == 2) {
    three ? ConvolveLines<2, kRows>(strip, start, output_of)
          : ConvolveLines<2, 0>(strip, start, output_of);
  } else {
    ConvolveLines<0, 0>(strip, start, output_of);
  }
}

#if HARNESS_DEPTHWISE_DSP

inline bool Is3x3(const DepthwisePlan& plan) {
  const Axis& a = plan.paired;
  const Axis& b = plan.plain;
  return a.filter == 3 && b.filter == 3 && a.dilation == 1 && b.dilation == 1 &&
         a.stride == b.stride && (a.stride == 1 || a.stride == 2);
}

// An output channel's weights, times 2^kDoubled.
template <int kDoubled, typename Weights>
inline void GatherTaps3x3(const DepthwisePlan& plan, const Weights& weights, int32_t channel,
                          Taps3x3* taps) {
#pragma GCC unroll 3
  for (int row = 0; row < 3; ++row) {
    const int32_t place = row * plan.plain.weight_step + channel;
    const int32_t step = plan.paired.weight_step;
    const uint32_t left = static_cast<uint32_t>(int32_t{weights.At(place)});
    const uint32_t middle = static_cast<uint32_t>(int32_t{weights.At(place + step)});
    const uint32_t right = static_cast<uint32_t>(int32_t{weights.At(place + 2 * step)});
    taps->rows[row] = {Pkhbt<16 + kDoubled>(left << kDoubled, middle),
                       Pkhbt<16 + kDoubled>(middle << kDoubled, right)};
  }
}

template <typename Activation, typename Outputs>
__attribute__((noinline)) void Convolve3x3(const ChannelStrip<Activation>& strip,
                                           const Line3x3<Outputs>& line) {
  const DepthwisePlan& plan = strip.plan;
  const uint32_t* window = strip.plane;
  Activation* to = strip.output;
  for (int32_t left = strip.outputs; left > 0; --left, to += plan.plain.output_step) {
    if (plan.plain.stride == 1) {
      ConvolveLine3x3(line, plan.paired.output, window, to);
      window += kPlaneChannels;
    } else {
      ConvolveLine3x3Stride2(line, plan.paired.output, window, to);
      window += 2 * kPlaneChannels;
    }
  }
}

#endif

template <typename Activation, typename Sum, typename Weights>
void ConvolveChannel(const Convolution& layer, const ChannelStrip<Activation>& strip,
                     const Weights& weights, Sum bias, int32_t channel) {
  using Quick = QuickOutput<Activation, Sum>;
  const DepthwisePlan& plan = strip.plan;
  const OutputRange& range = layer.output;
  const ChannelScale& scale = range.scales[channel];
  if (!IsQuick<Activation>(plan.paired.filter * plan.plain.filter, bias, range, scale)) {
    const int32_t start = GatherTaps<Activation>(layer, plan, weights, channel, 0, strip.taps);
    ConvolveLines<0, 0>(strip, start, GeneralOutput<Activation, Sum>{bias, range, scale});
    return;
  }
  const Quick quick(bias, range, scale);
#if HARNESS_DEPTHWISE_DSP
  if (Is3x3(plan)) {
    Line3x3<Quick> line = {{}, plan.line, plan.paired.output_step, quick};
    GatherTaps3x3<Quick::kDoubled>(plan, weights, channel, &line.taps);
    Convolve3x3(strip, line);
    return;
  }
#endif
  const int32_t taken =
      GatherTaps<Activation>(layer, plan, weights, channel, Quick::kDoubled, strip.taps);
  ConvolveAny(strip, WrappedSum(quick.start, taken), quick);
}

template <typename Activation, typename Sum, typename Weights>
struct Layer {
  const Convolution& shape;
  const DepthwisePlan& plan;
  const Weights& weights;
  const Sum* bias;  // or null
  ElementOf<Activation>* planes;
  Tap* taps;
};

// The strip of outputs from `first` on of one image.
template <typename Activation, typename Sum, typename Weights>
void ConvolveStrip(const Layer<Activation, Sum, Weights>& layer, const Activation* image,
                   int32_t first, Activation* output) {
  const DepthwisePlan& plan = layer.plan;
  const int32_t channels = layer.shape.input_channels;
  const int32_t multiplier = layer.shape.output_channels / channels;
  const int32_t zero_point = layer.shape.input_zero_point;
  const int32_t left = plan.plain.output - first;
  const int32_t loaded = channels < kPlaneChannels ? channels : kPlaneChannels;
  output += first * plan.plain.output_step;
  int32_t to = 0;
  ClearPlanes<Activation>(plan, zero_point, layer.planes);
  for (int32_t channel = 0; channel < channels;) {
    // The last four channels of many overlap those before.
    const int32_t from = channel + loaded > channels ? channels - loaded : channel;
    GatherPlanes(plan, image + from, zero_point, loaded, first, layer.planes);
    for (; channel < from + loaded; ++channel) {
      for (int32_t copy = 0; copy < multiplier; ++copy, ++to) {
        const ChannelStrip<Activation> strip = {plan, layer.planes + (channel - from), layer.taps,
                                                output + to, left < plan.strip ? left : plan.strip};
        const Sum bias = layer.bias == nullptr ? 0 : layer.bias[to];
        ConvolveChannel(layer.shape, strip, layer.weights, bias, to);
      }
    }
  }
}

}  // namespace

template <typename Activation, typename Weights>
int32_t DepthwiseScratchBytes(const ConvolutionShape& shape) {
  const DepthwisePlan plan = PlanOf(shape, sizeof(ElementOf<Activation>));
  const int32_t bytes = plan.plane_bytes + plan.TapBytes();
#if HARNESS_MVE
  const int32_t eights =
      IsDepthwiseInEights(shape) ? DepthwiseScratch<Activation, Weights>::Bytes(shape) : 0;
  return bytes < eights ? eights : bytes;
#else
  return bytes;
#endif
}

template <typename Activation, typename Sum, typename Weights>
void ConvolveDepthwise(const Convolution& layer, const Activation* input, const Weights& weights,
                       const Sum* bias, void* scratch, Activation* output) {
#if HARNESS_MVE
  if (ConvolveDepthwiseInEights(layer, input, weights, bias, scratch, output)) {
    return;
  }
#endif
  using Element = ElementOf<Activation>;
  const DepthwisePlan plan = PlanOf(layer, sizeof(Element));
  const auto portable = Portable(weights);
  Tap* taps = reinterpret_cast<Tap*>(static_cast<char*>(scratch) + plan.plane_bytes);
  const Layer<Activation, Sum, decltype(Portable(weights))> whole = {
      layer, plan, portable, bias, static_cast<Element*>(scratch), taps};
  const int32_t output_size = layer.output_height * layer.output_width * layer.output_channels;
  Activation* image_output = output;
  for (int32_t batch = 0; batch < layer.batches; ++batch, image_output += output_size) {
    for (int32_t first = 0; first < plan.plain.output; first += plan.strip) {
      ConvolveStrip(whole, input, first, image_output);
    }
    input += layer.input_height * layer.input_width * layer.input_channels;
  }
  if (!QuickOutput<Activation, Sum>::kKeepsBounds) {
    ClampAll(layer.output, output, layer.batches * output_size);
  }
}

template int32_t DepthwiseScratchBytes<int8_t, DenseWeights>(const ConvolutionShape&);
template int32_t DepthwiseScratchBytes<int8_t, SignedHalves>(const ConvolutionShape&);
template int32_t DepthwiseScratchBytes<int8_t, TableIndices>(const ConvolutionShape&);
template int32_t DepthwiseScratchBytes<int16_t, DenseWeights>(const ConvolutionShape&);
template int32_t DepthwiseScratchBytes<int16_t, SignedHalves>(const ConvolutionShape&);
template int32_t DepthwiseScratchBytes<int16_t, TableIndices>(const ConvolutionShape&);

template void ConvolveDepthwise(const Convolution&, const int8_t*, const DenseWeights&,
                                const int32_t*, void*, int8_t*);
template void ConvolveDepthwise(const Convolution&, const int8_t*, const SignedHalves&,
                                const int32_t*, void*, int8_t*);
template void ConvolveDepthwise(const Convolution&, const int8_t*, const TableIndices&,
                                const int32_t*, void*, int8_t*);
template void ConvolveDepthwise(const Convolution&, const int16_t*, const DenseWeights&,
                                const int64_t*, void*, int16_t*);
template void ConvolveDepthwise(const Convolution&, const int16_t*, const SignedHalves&,
                                const int64_t*, void*, int16_t*);
template void ConvolveDepthwise(const Convolution&, const int16_t*, const TableIndices&,
                                const int64_t*, void*, int16_t*);

}  // namespace simd
}  // namespace kernels
}  // namespace harness
