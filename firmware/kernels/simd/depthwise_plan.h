// How a depthwise convolution is cut up for scratch memory.
//
// Input channels are taken four at a time and outputs in strips. What a strip covers of the image
// is brought together first, padding and all; then each output channel goes over it. An element
// holds kLanes values that are neighbours along one axis of the image, the paired one; the elements
// of the four channels lie side by side, then those along the other, the plain axis, then those
// along the paired axis: elements[(pair * rows + row) * kPlaneChannels + channel]. So what a window
// moves by along the plain axis is a constant distance in memory. Either axis of the image may be
// the paired one.
#ifndef HARNESS_KERNELS_SIMD_DEPTHWISE_PLAN_H_
#define HARNESS_KERNELS_SIMD_DEPTHWISE_PLAN_H_

#include <cstdint>
#include <type_traits>

#include "kernels/simd/dsp.h"
#include "kernels/window.h"

// The M55 has the DSP extension beside Helium.
#if HARNESS_DSP || defined(__ARM_FEATURE_SIMD32)
#define HARNESS_DEPTHWISE_DSP 1
#else
#define HARNESS_DEPTHWISE_DSP 0
#endif

namespace harness {
namespace kernels {
namespace simd {

#if HARNESS_DEPTHWISE_DSP
// Two int16, less the zero point, and the taps that meet them.
template <typename Activation>
using ElementOf = uint32_t;
using Tap = uint32_t;
constexpr int32_t kLanes = 2;
#else
// One activation plus half its type's range: loads of bytes without sign take an offset on each
// core. What that adds, and the zero point, is taken off a channel's sums as a whole.
template <typename Activation>
using ElementOf = typename std::make_unsigned<Activation>::type;
using Tap = int32_t;
constexpr int32_t kLanes = 1;
#endif
constexpr int32_t kPlaneChannels = 4;
constexpr int32_t kBlock = 4;  // outputs along the plain axis that share the loads of weights

// One axis of a layer; steps are distances between neighbours in the arrays.
struct Axis {
  int32_t input;
  int32_t output;
  int32_t filter;
  int32_t stride;
  int32_t dilation;
  int32_t padding;
  int32_t input_step;
  int32_t output_step;
  int32_t weight_step;

  // Input positions that `outputs` of its outputs cover.
  int32_t Covered(int32_t outputs) const {
    return (outputs - 1) * stride + (filter - 1) * dilation + 1;
  }
};

struct DepthwisePlan {
  Axis paired;
  Axis plain;
  int32_t pairs;        // elements along the paired axis
  int32_t strip;        // outputs of a strip along the plain axis
  int32_t rows;         // input positions that they cover
  int32_t line;         // elements from one pair to the next
  int32_t row_taps;     // taps of a filter's row, which runs along the paired axis
  int32_t tap_step;     // and the distance of the elements that meet them
  int32_t phases;       // places that a window may start at within an element
  int32_t plane_bytes;  // of a strip

  // Of all taps of an output channel: as a window that starts at each phase meets them.
  int32_t TapBytes() const {
    return phases * plain.filter * row_taps * static_cast<int32_t>(sizeof(Tap));
  }
};

DepthwisePlan PlanOf(const ConvolutionShape& shape, int32_t element_bytes);

}  // namespace simd
}  // namespace kernels
}  // namespace harness

#endif  // HARNESS_KERNELS_SIMD_DEPTHWISE_PLAN_H_
