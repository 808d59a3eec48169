// From the sum of a window's products to the output, of one channel of a depthwise convolution.
//
// The quick forms take sums that have the bias within and stay below 2^29 (kMostBias and
// kMostTaps); each is a product with 2^31 added of which the upper word is kept. Where a channel's
// numbers do not allow that, its outputs are computed by GeneralOutput.
#ifndef HARNESS_KERNELS_SIMD_DEPTHWISE_OUTPUTS_H_
#define HARNESS_KERNELS_SIMD_DEPTHWISE_OUTPUTS_H_

#include <cstdint>
#include <limits>

#include "kernels/simd/depthwise_plan.h"
#include "kernels/simd/rescaling.h"

#if !HARNESS_DEPTHWISE_DSP && defined(__ARM_FEATURE_SAT)
#include <arm_acle.h>
#endif

namespace harness {
namespace kernels {
namespace simd {

constexpr int32_t kMostBias = 1 << 26;

// term + ((value * multiplier + 2^31) >> 32) for |value| < 2^29 and a multiplier of [0, 2^31).
HARNESS_ALWAYS_INLINE int32_t AddHighProduct(int32_t value, int32_t multiplier, int32_t term) {
#if HARNESS_DEPTHWISE_DSP
  return Smmlar(value, multiplier, term);
#elif defined(__ARM_ARCH_6M__)
  // From products of 16 bits: with value = a * 2^16 + b, b signed, and multiplier = c * 2^16 + d,
  // |a * d| < 2^29 and |b * c| <= 2^30, so that their sum with what is above the lower half of b *
  // d and with the rounding stays within 32 bits.
  const int32_t b = static_cast<int16_t>(value & 0xFFFF);
  const int32_t a = (value - b) >> 16;
  const int32_t c = multiplier >> 16;
  const int32_t d = multiplier & 0xFFFF;
  const int32_t middle = a * d + b * c + ((b * d) >> 16) + (1 << 15);
  return term + a * c + (middle >> 16);
#else
  // The upper word of one SMLAL.
  const uint64_t start = static_cast<uint64_t>(static_cast<uint32_t>(term)) << 32 | 1U << 31;
  const uint64_t product = static_cast<uint64_t>(static_cast<int64_t>(value) * multiplier);
  return static_cast<int32_t>(static_cast<uint32_t>((start + product) >> 32));
#endif
}

template <typename Activation>
HARNESS_ALWAYS_INLINE Activation Saturated(int32_t value) {
  constexpr int kBits = 8 * sizeof(Activation);
#if HARNESS_DEPTHWISE_DSP
  return static_cast<Activation>(Ssat<kBits>(value));
#elif defined(__ARM_FEATURE_SAT)
  return static_cast<Activation>(__ssat(value, kBits));
#else
  constexpr int32_t kMost = (1 << (kBits - 1)) - 1;
  value = value > kMost ? kMost : value;
  return static_cast<Activation>(value < -kMost - 1 ? -kMost - 1 : value);
#endif
}

// In general, from sums without the bias.
template <typename Activation, typename Sum>
struct GeneralOutput {
  Sum bias;
  const OutputRange& range;
  const ChannelScale& scale;

  Activation operator()(int32_t sum) const {
    return Output<Activation>(WrappedSum<Sum>(bias, sum), range, scale);
  }
};

// For 32-bit sums: twice the sum, as rescaling.h of this folder explains it, which wants the
// scale's shift in [-20, -1]. Bounds narrower than the type are seen to afterwards (ClampAll).
template <typename Activation, typename Sum>
struct QuickOutput;

template <>
struct QuickOutput<int8_t, int32_t> {
  static constexpr int kDoubled = 1;  // taps are given twice their values, 2^kDoubled
  static constexpr int32_t kMostTaps = 511;
  static constexpr bool kKeepsBounds = false;

  int32_t start;
  int32_t multiplier;
  int32_t addend;
  int32_t exponent;

  static bool Fits(const OutputRange& /*range*/, const ChannelScale& scale) {
    return static_cast<uint32_t>(-1 - scale.shift) < 20;
  }

  QuickOutput(int32_t bias, const OutputRange& range, const ChannelScale& scale)
      : start(2 * bias), multiplier(scale.multiplier), exponent(-scale.shift) {
    const uint32_t doubled = static_cast<uint32_t>(2 * range.zero_point + 1);
    addend = static_cast<int32_t>(doubled << (exponent - 1));
  }

  HARNESS_ALWAYS_INLINE int8_t operator()(int32_t sum) const {
    return Saturated<int8_t>(AddHighProduct(sum, multiplier, addend + (sum >> 31)) >> exponent);
  }
};

// For 64-bit sums, which are rounded once: with the 16-bit multiplier m and the shift right, of
// [16, 32], (sum * m + 2^(right - 1)) >> right is (sum * (m << (32 - right)) + 2^31) >> 32. right
// is 15 - shift.
template <>
struct QuickOutput<int16_t, int64_t> {
  static constexpr int kDoubled = 0;
  static constexpr int32_t kMostTaps = 64;
  static constexpr bool kKeepsBounds = true;

  int32_t start;
  int32_t multiplier;
  int32_t rectifier;  // all ones with a fused RELU

  static bool Fits(const OutputRange& range, const ChannelScale& scale) {
    return scale.shift <= -1 && scale.shift >= -17 && range.zero_point == 0 &&
           (range.least == 0 || range.least == std::numeric_limits<int16_t>::min()) &&
           range.most == std::numeric_limits<int16_t>::max();
  }

  QuickOutput(int64_t bias, const OutputRange& range, const ChannelScale& scale)
      : start(static_cast<int32_t>(bias)), rectifier(range.least == 0 ? -1 : 0) {
    const int64_t rounded = (static_cast<int64_t>(scale.multiplier) + (1 << 15)) >> 16;
    const uint32_t sixteen_bits = rounded > 0x7FFF ? 0x7FFF : static_cast<uint32_t>(rounded);
    multiplier = static_cast<int32_t>(sixteen_bits << (17 + scale.shift));
  }

  HARNESS_ALWAYS_INLINE int16_t operator()(int32_t sum) const {
    const int16_t value = Saturated<int16_t>(AddHighProduct(sum, multiplier, 0));
    return static_cast<int16_t>(value & ~((value >> 31) & rectifier));
  }
};

// Whether a channel's outputs may take the quick form.
template <typename Activation, typename Sum>
inline bool IsQuick(int32_t taps, Sum bias, const OutputRange& range, const ChannelScale& scale) {
  using Quick = QuickOutput<Activation, Sum>;
  return taps <= Quick::kMostTaps && bias <= kMostBias && bias >= -kMostBias &&
         Quick::Fits(range, scale);
}

}  // namespace simd
}  // namespace kernels
}  // namespace harness

#endif  // HARNESS_KERNELS_SIMD_DEPTHWISE_OUTPUTS_H_
