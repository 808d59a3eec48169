// The outputs of layers with weights by Helium: the same values as kernels/rescaling.h.
#ifndef HARNESS_KERNELS_SIMD_MVE_OUTPUTS_H_
#define HARNESS_KERNELS_SIMD_MVE_OUTPUTS_H_

#include <arm_mve.h>

#include <cstdint>

#include "kernels/rescaling.h"
#include "kernels/simd/mve_products.h"

namespace harness {
namespace kernels {
namespace simd {

// The nearest 16-bit multiplier (kernels/rescaling.h).
inline int32_t ShortMultiplier(int32_t multiplier) {
  const int32_t rounded = (multiplier >> 16) + (multiplier >> 15 & 1);
  return rounded > 0x7FFF ? 0x7FFF : rounded;
}

// A rescaling of four sums. VQRDMULH is the rounded product. Of a shift to the right VRSHL rounds
// ties upwards; one less below 0 sends them away from it, and at the smallest value, where it would
// not fit, changes nothing.
inline int32x4_t RescaledSums(int32x4_t sums, int32x4_t multipliers, int32x4_t shifts) {
  const int32x4_t zero = vdupq_n_s32(0);
  const int32x4_t right = vminq_s32(shifts, zero);
  const int32x4_t shifted = vshlq_s32(sums, vmaxq_s32(shifts, zero));
  const int32x4_t product = vqrdmulhq_s32(shifted, multipliers);
  const int32x4_t below = vshrq_n_s32(vandq_s32(product, right), 31);
  return vrshlq_s32(vqaddq_s32(product, below), right);
}

inline void StoreFour(int32x4_t values, int8_t* to) { vstrbq_s32(to, values); }
inline void StoreFour(int32x4_t values, int16_t* to) { vstrhq_s32(to, values); }

// Writes the outputs of all channels of `pixels` pixels, whose sums lie as they do; rescaled(sums,
// multipliers, shifts) takes four of each.
template <typename Sum, typename Activation, typename Rescale>
inline void StoreOutputs(const int32_t* sums, const OutputRange& range, int32_t channels,
                         int pixels, Activation* to, Rescale rescaled) {
  const int32_t zero_point = range.zero_point;
  const int32x4_t least = vdupq_n_s32(range.least - zero_point);
  const int32x4_t most = vdupq_n_s32(range.most - zero_point);
  const auto store = [&](int32x4_t multipliers, int32x4_t shifts) {
    int32x4_t values = rescaled(vldrwq_s32(sums), multipliers, shifts);
    values = vminq_s32(vmaxq_s32(values, least), most);
    StoreFour(vaddq_n_s32(values, zero_point), to);
    sums += 4;
    to += 4;
  };
  const int32_t rest = channels % 4;
  for (int p = 0; p < pixels; ++p) {
    const int32_t* scales = &range.scales.first->multiplier;
    if (range.scales.step == 0) {
      const int32x4_t multipliers = vdupq_n_s32(scales[0]);
      const int32x4_t shifts = vdupq_n_s32(scales[1]);
      for (int32_t fours = channels / 4; fours > 0; --fours) {
        store(multipliers, shifts);
      }
    } else {
      for (int32_t fours = channels / 4; fours > 0; --fours, scales += 8) {
        const int32x4x2_t both = vld2q_s32(scales);
        store(both.val[0], both.val[1]);
      }
    }
    for (int32_t channel = channels - rest; channel < channels; ++channel) {
      *to++ = Output<Activation>(static_cast<Sum>(*sums++), range, range.scales[channel]);
    }
  }
}

// Whether sums of 64 bits, of products that sum up to at most `most` in absolute value, fit 32
// bits, and each scale's product can be rounded at bit 32: the shift after it is one of 16 to 32.
inline bool AreNarrow(const OutputRange& range, int32_t channels, const int64_t* bias,
                      int64_t most) {
  const int64_t room = (1LL << 31) - 1 - most;
  bool narrow = room >= 0;
  for (int32_t k = 0; k < channels && narrow; ++k) {
    const int32_t shift = range.scales[k].shift;
    narrow = shift >= -17 && shift <= -1 &&
             (bias == nullptr || (bias[k] <= room && bias[k] >= -room));
  }
  return narrow;
}
inline bool AreNarrow(const OutputRange&, int32_t, const int32_t*, int64_t) { return true; }

// Rescaled(int64_t) of kernels/rescaling.h for narrow sums: with m the short multiplier and
// r = 15 - shift, (sum * m + 2^(r-1)) >> r is (sum * (m << (32 - r)) + 2^31) >> 32, VRMULH.
inline int32x4_t RescaledNarrow(int32x4_t sums, int32x4_t multipliers, int32x4_t shifts) {
  const int32x4_t shorter = vminq_s32(vrshrq_n_s32(multipliers, 16), vdupq_n_s32(0x7FFF));
  return vrmulhq_s32(sums, vshlq_s32(shorter, vaddq_n_s32(shifts, 17)));
}

template <typename Sum, typename Activation>
inline void StoreAll(const int32_t* sums, const OutputRange& range, int32_t channels, int pixels,
                     Activation* to) {
  const auto rescaled = [](int32x4_t four, int32x4_t multipliers, int32x4_t shifts) {
    return sizeof(Sum) == 8 ? RescaledNarrow(four, multipliers, shifts)
                            : RescaledSums(four, multipliers, shifts);
  };
  StoreOutputs<Sum>(sums, range, channels, pixels, to, rescaled);
}

// Writes one output channel's outputs of 16 bits at two pixels, from sums of 64 bits.
HARNESS_MVE_INLINE void StoreOutputs(int64_t first, int64_t second, const OutputRange& range,
                                     int32_t channel, int16_t* const* outputs) {
  const ChannelScale& scale = range.scales[channel];
  const int32_t multiplier = ShortMultiplier(scale.multiplier);
  const int32_t right = 15 - scale.shift;
  const uint64_t half = 1ULL << (right - 1);
  const int32_t least = range.least - range.zero_point;
  const int32_t most = range.most - range.zero_point;
  const auto output = [&](int64_t sum) {
    const uint64_t product = static_cast<uint64_t>(sum) * static_cast<uint32_t>(multiplier);
    int32_t value = static_cast<int32_t>(static_cast<int64_t>(product + half) >> right);
    value = value < least ? least : value;
    value = value > most ? most : value;
    return static_cast<int16_t>(value + range.zero_point);
  };
  outputs[0][channel] = output(first);
  outputs[1][channel] = output(second);
}

}  // namespace simd
}  // namespace kernels
}  // namespace harness

#endif  // HARNESS_KERNELS_SIMD_MVE_OUTPUTS_H_
