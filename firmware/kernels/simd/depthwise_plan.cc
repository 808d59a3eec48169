#include "kernels/simd/depthwise_plan.h"

namespace harness {
namespace kernels {
namespace simd {
namespace {

// A strip's share of scratch memory: with more, fewer rows would be brought together twice; with
// less, a whole 25 x 5 image with its padding, or 8 rows of 48, would no longer fit.
constexpr int32_t kPlaneBytes = 4096;
constexpr int32_t kLeastStrip = 4;

Axis Vertical(const ConvolutionShape& shape) {
  return {shape.input_height,
          shape.output_height,
          shape.filter_height,
          shape.stride_height,
          shape.dilation_height,
          shape.padding_top,
          shape.input_width * shape.input_channels,
          shape.output_width * shape.output_channels,
          shape.filter_width * shape.output_channels};
}

Axis Horizontal(const ConvolutionShape& shape) {
  return {shape.input_width,    shape.output_width,    shape.filter_width,
          shape.stride_width,   shape.dilation_width,  shape.padding_left,
          shape.input_channels, shape.output_channels, shape.output_channels};
}

// With lanes, outputs are computed two at a time along the paired axis: the last of an odd number
// costs two. Without, blocks along the plain axis are to be whole.
bool IsVerticalPaired(const ConvolutionShape& shape) {
  if (kLanes == 1) {
    return shape.output_height < shape.output_width;
  }
  return shape.output_width % 2 != 0 &&
         (shape.output_height % 2 == 0 || shape.output_height > shape.output_width);
}

// As few strips as fit, and of equal size.
int32_t StripOf(const Axis& plain, int32_t row_bytes) {
  int32_t strip = plain.output;
  if (plain.Covered(strip) * row_bytes > kPlaneBytes) {
    const int32_t rest = kPlaneBytes / row_bytes - plain.Covered(1);
    const int32_t fitting = rest < 0 ? 1 : rest / plain.stride + 1;
    const int32_t most = fitting < kLeastStrip ? kLeastStrip : fitting;
    const int32_t strips = (plain.output + most - 1) / most;
    strip = (plain.output + strips - 1) / strips;
  }
  return strip;
}

}  // namespace

DepthwisePlan PlanOf(const ConvolutionShape& shape, int32_t element_bytes) {
  DepthwisePlan plan;
  const bool vertical = IsVerticalPaired(shape);
  plan.paired = vertical ? Vertical(shape) : Horizontal(shape);
  plan.plain = vertical ? Horizontal(shape) : Vertical(shape);
  const Axis& paired = plan.paired;
  int32_t tap_distance = 1;
  if (kLanes == 1) {
    plan.phases = 1;
    plan.row_taps = paired.filter;
    plan.pairs = paired.Covered(paired.output);
    tap_distance = paired.dilation;
  } else {
    // Taps that are not neighbours have weights of zero between them.
    const int32_t reach = paired.Covered(1);
    plan.phases = paired.stride % 2 == 0 ? 1 : 2;
    plan.row_taps = (reach + plan.phases) / 2;
    // Two outputs are computed together also where the second is none.
    const int32_t none = paired.stride == 2 ? paired.output % 2 : 0;
    plan.pairs = (paired.output - 1) * paired.stride / 2 + plan.row_taps + none;
  }
  const int32_t row_bytes = plan.pairs * kPlaneChannels * element_bytes;
  plan.strip = StripOf(plan.plain, row_bytes);
  plan.rows = plan.plain.Covered(plan.strip);
  plan.line = plan.rows * kPlaneChannels;
  plan.tap_step = tap_distance * plan.line;
  // Two more windows for the last block of a line, which may have but two outputs.
  const int32_t beyond = (kBlock - 2) * plan.plain.stride * kPlaneChannels;
  plan.plane_bytes = plan.rows * row_bytes + beyond * element_bytes;
  return plan;
}

}  // namespace simd
}  // namespace kernels
}  // namespace harness
