// The sums of layers to their outputs on cores without the DSP extension, where Cortex-M0+ also
// lacks a long multiplication: the same values as kernels/rescaling.h.
#ifndef HARNESS_KERNELS_SIMD_RESCALING_SCALAR_H_
#define HARNESS_KERNELS_SIMD_RESCALING_SCALAR_H_

#include <cstdint>

#include "kernels/rescaling.h"
#include "kernels/simd/rescaling.h"

namespace harness {
namespace kernels {
namespace simd {

// a * b as high * 2^32 + middle * 2^16 + something below 2^16, for b >= 0, from four products of
// halves that each fit into 32 bits.
struct HighProduct {
  int32_t high;
  int32_t middle;  // in [0, 2^16)
};

inline HighProduct ProductOf(int32_t a, int32_t b) {
#if defined(__ARM_ARCH) && !defined(__ARM_ARCH_6M__)
  const int64_t product = static_cast<int64_t>(a) * b;
  return {static_cast<int32_t>(product >> 32),
          static_cast<int32_t>(static_cast<uint32_t>(product) >> 16)};
#else
  const int32_t a_high = a >> 16;
  const uint32_t a_low = static_cast<uint32_t>(a) & 0xFFFFU;
  const int32_t b_high = b >> 16;
  const uint32_t b_low = static_cast<uint32_t>(b) & 0xFFFFU;
  const uint32_t below = (a_low * b_low) >> 16;
  const int32_t first = a_high * static_cast<int32_t>(b_low) + static_cast<int32_t>(below);
  const uint32_t second =
      a_low * static_cast<uint32_t>(b_high) + (static_cast<uint32_t>(first) & 0xFFFFU);
  return {a_high * b_high + (first >> 16) + static_cast<int32_t>(second >> 16),
          static_cast<int32_t>(second & 0xFFFFU)};
#endif
}

// (a * b + 2^30) >> 31, the bits below 2^16 having no say.
inline int32_t DoubledHighRounded(int32_t a, int32_t b) {
  const HighProduct product = ProductOf(a, b);
  return 2 * product.high + ((product.middle + (1 << 14)) >> 15);
}

// (a * b + 2^31) >> 32.
inline int32_t HighRounded(int32_t a, int32_t b) {
  const HighProduct product = ProductOf(a, b);
  return product.high + ((product.middle + (1 << 15)) >> 16);
}

template <typename Activation>
inline Activation Bounded(int32_t value, const OutputRange& range) {
  value = value < range.least ? range.least : value;
  return static_cast<Activation>(value > range.most ? range.most : value);
}

// Output() of kernels/rescaling.h for a sum of 32 bits. A shift by e = -shift >= 1 rounds halves
// away from zero: floor((y + 2^(e-1)) / 2^e) with y = x, or x - 1 below zero, which is
// floor((floor(y / 2^(e-1)) + 1) / 2) and cannot overflow: |x| < 2^31.
template <typename Activation>
inline Activation ScalarOutput(int32_t sum, const OutputRange& range, const ChannelScale& scale) {
  if (scale.shift > -1) {
    return Output<Activation>(sum, range, scale);
  }
  const int32_t x = DoubledHighRounded(sum, scale.multiplier);
  const int32_t shifted = (((x + (x >> 31)) >> (-1 - scale.shift)) + 1) >> 1;
  return Bounded<Activation>(shifted + range.zero_point, range);
}

// The same for a sum of 64 bits, which mostly fits into 32.
template <typename Activation>
inline Activation ScalarOutput(int64_t sum, const OutputRange& range, const ChannelScale& scale) {
  const int32_t word = static_cast<int32_t>(sum);
  if (word != sum || !IsHigh(scale)) {
    return Output<Activation>(sum, range, scale);
  }
  return Bounded<Activation>(HighRounded(word, HighMultiplier(scale)) + range.zero_point, range);
}

}  // namespace simd
}  // namespace kernels
}  // namespace harness

#endif  // HARNESS_KERNELS_SIMD_RESCALING_SCALAR_H_
