// The sums of int8 layers to their outputs with few instructions: the same values as
// kernels/rescaling.h.
#ifndef HARNESS_KERNELS_SIMD_RESCALING_H_
#define HARNESS_KERNELS_SIMD_RESCALING_H_

#include <cstdint>
#include <limits>

#include "kernels/rescaling.h"
#include "kernels/simd/dsp.h"

namespace harness {
namespace kernels {
namespace simd {

// Whether outputs of type Activation need no bounds but the type's own.
template <typename Activation>
inline bool FillsType(const OutputRange& range) {
  return range.least == std::numeric_limits<Activation>::min() &&
         range.most == std::numeric_limits<Activation>::max();
}

#if HARNESS_DSP || defined(__ARM_FEATURE_SIMD32)

// With e = -shift in [1, 20] an output of kernels/rescaling.h is
//   x = (sum * multiplier + 2^30) >> 31
//   output = clamp(((x + 2^(e-1) + (x < 0 ? -1 : 0)) >> e) + zero point)
// since halves go away from zero. The zero point joins the addends as zero point * 2^e. x is SMMULR
// of twice the sum; x < 0 may be told by sum < 0, since at x = 0 both give the same output. QADD
// doubles: where it saturates, |sum| >= 2^30, |x| >= 2^29 unless the multiplier is 0, and the
// output is at the same bound: 2^9 is beyond every int8 less a zero point. Nothing overflows:
// |x| <= 2^30, |zero point * 2^e| <= 2^27.
struct ShiftedScale {
  int32_t multiplier;
  int32_t addend;
  int32_t exponent;
};

// Whether a channel's scale is of that form.
inline bool IsShifted(const ChannelScale& scale) {
  return static_cast<uint32_t>(-1 - scale.shift) < 20;
}

inline ShiftedScale Shifted(const ChannelScale& scale, int32_t zero_point) {
  const int32_t exponent = -scale.shift;
  const int32_t doubled = 2 * zero_point + 1;
  const uint32_t addend = static_cast<uint32_t>(doubled) << (exponent - 1);
  return {scale.multiplier, static_cast<int32_t>(addend), exponent};
}

#if defined(__ARM_FEATURE_SIMD32) && !defined(HARNESS_EMULATE_DSP)
#define HARNESS_OUTPUT_OF(sum)                                      \
  "qadd %[" sum "], %[" sum "], %[" sum "]\n\t"                     \
  "add %[t], %[addend], %[" sum "], asr #31\n\t"                    \
  "smmlar %[" sum "], %[" sum "], %[multiplier], %[t]\n\t"          \
  "asr %[" sum "], %[" sum "], %[exponent]\n\t"                     \
  "ssat %[" sum "], #8, %[" sum "]\n\t"
#endif

// An output within int8, without narrower bounds. In one piece, since GCC 12 otherwise begins many
// outputs at once, and spills.
__attribute__((always_inline)) inline int32_t OutputOf(int32_t sum, const ShiftedScale& scale) {
#if defined(__ARM_FEATURE_SIMD32) && !defined(HARNESS_EMULATE_DSP)
  int32_t t;
  __asm__(HARNESS_OUTPUT_OF("sum")
          : [sum] "+r"(sum), [t] "=&r"(t)
          : [multiplier] "r"(scale.multiplier), [addend] "r"(scale.addend),
            [exponent] "r"(scale.exponent));
  return sum;
#else
  const int32_t doubled = Qadd(sum, sum);
  const int32_t raised = Smmlar(doubled, scale.multiplier, scale.addend + (doubled >> 31));
  return Ssat<8>(raised >> scale.exponent);
#endif
}

// The outputs of four sums, `step` bytes apart.
__attribute__((always_inline)) inline void StoreFour(int32_t s0, int32_t s1, int32_t s2, int32_t s3,
                                                     const ShiftedScale& scale, int32_t step,
                                                     int8_t* output) {
#if defined(__ARM_FEATURE_SIMD32) && !defined(HARNESS_EMULATE_DSP)
  // In one piece since GCC 12 otherwise has an address for each output, and spills.
  int32_t t;
  __asm__ volatile(
      HARNESS_OUTPUT_OF("s0") "strb %[s0], [%[output]]\n\t"
      HARNESS_OUTPUT_OF("s1") "strb %[s1], [%[output], %[step]]\n\t"
      HARNESS_OUTPUT_OF("s2") "strb %[s2], [%[output], %[step], lsl #1]\n\t"
      "add %[output], %[output], %[step]\n\t"
      HARNESS_OUTPUT_OF("s3") "strb %[s3], [%[output], %[step], lsl #1]"
      : [s0] "+r"(s0), [s1] "+r"(s1), [s2] "+r"(s2), [s3] "+r"(s3), [t] "=&r"(t),
        [output] "+r"(output)
      : [multiplier] "r"(scale.multiplier), [addend] "r"(scale.addend),
        [exponent] "r"(scale.exponent), [step] "r"(step)
      : "memory");
#else
  output[0] = static_cast<int8_t>(OutputOf(s0, scale));
  output[step] = static_cast<int8_t>(OutputOf(s1, scale));
  output[2 * step] = static_cast<int8_t>(OutputOf(s2, scale));
  output[3 * step] = static_cast<int8_t>(OutputOf(s3, scale));
#endif
}

#endif

// A 64-bit sum is multiplied by a multiplier of 16 bits and shifted right by 15 - shift. With that
// right in [16, 32], and a sum that fits into 32 bits,
//   (sum * multiplier + 2^(right-1)) >> right = (sum * (multiplier << (32 - right)) + 2^31) >> 32,
// which is SMMULR; the multiplier stays below 2^31.
inline bool IsHigh(const ChannelScale& scale) { return scale.shift <= -1 && scale.shift >= -17; }

inline int32_t HighMultiplier(const ChannelScale& scale) {
  const int64_t rounded = (static_cast<int64_t>(scale.multiplier) + (1 << 15)) >> 16;
  const uint32_t multiplier = static_cast<uint32_t>(rounded > 0x7FFF ? 0x7FFF : rounded);
  return static_cast<int32_t>(multiplier << (17 + scale.shift));
}

// Whether a bias and `depth` products of an int16 and an int8 are sure to fit into 32 bits.
inline bool FitsWord(int64_t bias, int32_t depth) {
  const int64_t most = (1LL << 31) - 1 - static_cast<int64_t>(depth) * (1 << 22);
  return bias <= most && bias >= -most;
}

#if HARNESS_DSP || defined(__ARM_FEATURE_SIMD32)

// An int16 output from a sum of 32 bits; `rectifier` is all ones with a fused RELU, else 0. Other
// bounds are for later.
inline int16_t HighOutput(int32_t sum, int32_t multiplier, int32_t rectifier) {
  const int32_t value = Ssat<16>(Smmulr(sum, multiplier));
  return static_cast<int16_t>(value & ~((value >> 31) & rectifier));
}

#endif

// Brings `count` values within narrower bounds.
inline void Clamp(int8_t* values, int32_t count, const OutputRange& range) {
  for (int8_t* end = values + count; values != end; ++values) {
    const int32_t value = *values;
    const int32_t raised = value < range.least ? range.least : value;
    *values = static_cast<int8_t>(raised > range.most ? range.most : raised);
  }
}

inline void Clamp(int16_t* values, int32_t count, const OutputRange& range) {
  for (int16_t* end = values + count; values != end; ++values) {
    const int32_t value = *values;
    const int32_t raised = value < range.least ? range.least : value;
    *values = static_cast<int16_t>(raised > range.most ? range.most : raised);
  }
}

// The same with all outputs of a layer, if its bounds are other than what outputs have at once.
inline void ClampAll(const OutputRange& range, int8_t* values, int32_t count) {
  if (!FillsType<int8_t>(range)) {
    Clamp(values, count, range);
  }
}
inline void ClampAll(const OutputRange& range, int16_t* values, int32_t count) {
  const bool rectified = range.least == 0 && range.most == std::numeric_limits<int16_t>::max();
  if (!rectified && !FillsType<int16_t>(range)) {
    Clamp(values, count, range);
  }
}

}  // namespace simd
}  // namespace kernels
}  // namespace harness

#undef HARNESS_OUTPUT_OF

#endif  // HARNESS_KERNELS_SIMD_RESCALING_H_
