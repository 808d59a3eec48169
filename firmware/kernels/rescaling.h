// From the sums of products of a layer with weights to its outputs.
#ifndef HARNESS_KERNELS_RESCALING_H_
#define HARNESS_KERNELS_RESCALING_H_

#include <cstdint>
#include <type_traits>

#include "kernels/fixed_point.h"

namespace harness {
namespace kernels {

// input scale * weight scale / output scale is multiplier * 2^(shift - 31), with multiplier in
// [2^30, 2^31) or 0, and shift in [-31, 31]; for 64-bit sums in [-31, 7].
struct ChannelScale {
  int32_t multiplier;
  int32_t shift;
};

// The scales of a layer's output channels: one that all share, with step 0, or one each, with step 1.
struct ChannelScales {
  const ChannelScale* first;
  int32_t step;

  const ChannelScale& operator[](int32_t channel) const { return first[channel * step]; }
};

struct OutputRange {
  ChannelScales scales;
  int32_t zero_point;
  int32_t least;  // bounds of the outputs: the element type's, or narrower by an activation
  int32_t most;
};

// a + b modulo 2^32 or 2^64: a bias may be anything.
template <typename Sum>
inline Sum WrappedSum(Sum a, Sum b) {
  using Bits = typename std::make_unsigned<Sum>::type;
  return static_cast<Sum>(static_cast<Bits>(a) + static_cast<Bits>(b));
}

// A 32-bit sum is rounded after the product with the multiplier and again after the shift.
inline int32_t Rescaled(int32_t sum, const ChannelScale& scale) {
  return ScaledByMultiplier(sum, scale.multiplier, scale.shift);
}

// A 64-bit sum is multiplied by the nearest 16-bit multiplier and rounded once, ties upwards, so
// that the product of a sum of 48 bits stays within 64; the low 32 bits are the result.
inline int32_t Rescaled(int64_t sum, const ChannelScale& scale) {
  const int32_t greatest = 0x7FFF;
  const int64_t rounded = (static_cast<int64_t>(scale.multiplier) + (1 << 15)) >> 16;
  const int32_t multiplier = rounded > greatest ? greatest : static_cast<int32_t>(rounded);
  const int right = 15 - scale.shift;
  const uint64_t product = static_cast<uint64_t>(sum) * static_cast<uint64_t>(multiplier);
  const uint64_t raised = product + (1ULL << (right - 1));
  return static_cast<int32_t>(static_cast<int64_t>(raised) >> right);
}

template <typename Activation, typename Sum>
inline Activation Output(Sum sum, const OutputRange& range, const ChannelScale& scale) {
  // The bounds before the zero point is added: the sum itself could exceed 32 bits.
  const int32_t least = range.least - range.zero_point;
  const int32_t most = range.most - range.zero_point;
  int32_t value = Rescaled(sum, scale);
  value = value < least ? least : value;
  value = value > most ? most : value;
  return static_cast<Activation>(value + range.zero_point);
}

}  // namespace kernels
}  // namespace harness

#endif  // HARNESS_KERNELS_RESCALING_H_
