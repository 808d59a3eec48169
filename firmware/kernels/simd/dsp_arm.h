// The DSP extension's instructions as the compiler's intrinsics; dsp.h includes this.
//
// Where GCC 12 has no intrinsic (SMMLAR), or loses an operand's rotation or shift that the
// instruction takes for nothing (SXTB16, SXTAB16, PKHBT, PKHTB), the instruction is written out.
#ifndef HARNESS_KERNELS_SIMD_DSP_ARM_H_
#define HARNESS_KERNELS_SIMD_DSP_ARM_H_

#include <arm_acle.h>

#include <cstdint>

namespace harness {
namespace kernels {
namespace simd {

// a0 * b0 + a1 * b1 + sum.
inline int32_t Smlad(uint32_t a, uint32_t b, int32_t sum) {
  return __smlad(static_cast<int16x2_t>(a), static_cast<int16x2_t>(b), sum);
}

// The bottom half of a times the top one of b, and the top half times the bottom one, plus sum.
inline int32_t Smlabt(uint32_t a, uint32_t b, int32_t sum) {
  return __smlabt(static_cast<int32_t>(a), static_cast<int32_t>(b), sum);
}
inline int32_t Smlatb(uint32_t a, uint32_t b, int32_t sum) {
  return __smlatb(static_cast<int32_t>(a), static_cast<int32_t>(b), sum);
}

// Bytes 0 and 2 of a, sign-extended.
inline uint32_t Sxtb16(uint32_t a) {
  uint32_t result;
  __asm__("sxtb16 %0, %1" : "=r"(result) : "r"(a));
  return result;
}

// Bytes 1 and 3 of a, sign-extended.
inline uint32_t Sxtb16Ror8(uint32_t a) {
  uint32_t result;
  __asm__("sxtb16 %0, %1, ror #8" : "=r"(result) : "r"(a));
  return result;
}

// The halves of b plus bytes 0 and 2 of a, sign-extended.
inline uint32_t Sxtab16(uint32_t b, uint32_t a) {
  uint32_t result;
  __asm__("sxtab16 %0, %1, %2" : "=r"(result) : "r"(b), "r"(a));
  return result;
}

// The halves of b plus bytes 1 and 3 of a, sign-extended.
inline uint32_t Sxtab16Ror8(uint32_t b, uint32_t a) {
  uint32_t result;
  __asm__("sxtab16 %0, %1, %2, ror #8" : "=r"(result) : "r"(b), "r"(a));
  return result;
}

// The halves of b plus bytes 0 and 2 of a, zero-extended.
inline uint32_t Uxtab16(uint32_t b, uint32_t a) {
  uint32_t result;
  __asm__("uxtab16 %0, %1, %2" : "=r"(result) : "r"(b), "r"(a));
  return result;
}

// The halves of b plus bytes 1 and 3 of a, zero-extended.
inline uint32_t Uxtab16Ror8(uint32_t b, uint32_t a) {
  uint32_t result;
  __asm__("uxtab16 %0, %1, %2, ror #8" : "=r"(result) : "r"(b), "r"(a));
  return result;
}

// The bottom half of a, and above it the bottom half of b << kShift.
template <int kShift>
inline uint32_t Pkhbt(uint32_t a, uint32_t b) {
  static_assert(kShift >= 0 && kShift < 32, "a shift to the left");
  uint32_t result;
  if (kShift == 0) {
    __asm__("pkhbt %0, %1, %2" : "=r"(result) : "r"(a), "r"(b));
  } else {
    __asm__("pkhbt %0, %1, %2, lsl %3" : "=r"(result) : "r"(a), "r"(b), "I"(kShift));
  }
  return result;
}

// The top half of a, and below it the bottom half of b >> kShift (arithmetic).
template <int kShift>
inline uint32_t Pkhtb(uint32_t a, uint32_t b) {
  static_assert(kShift > 0 && kShift < 32, "a shift to the right");
  uint32_t result;
  __asm__("pkhtb %0, %1, %2, asr %3" : "=r"(result) : "r"(a), "r"(b), "I"(kShift));
  return result;
}

// (a * b + 2^31) >> 32.
inline int32_t Smmulr(int32_t a, int32_t b) {
  int32_t result;
  __asm__("smmulr %0, %1, %2" : "=r"(result) : "r"(a), "r"(b));
  return result;
}

// sum + ((a * b + 2^31) >> 32).
inline int32_t Smmlar(int32_t a, int32_t b, int32_t sum) {
  int32_t result;
  __asm__("smmlar %0, %1, %2, %3" : "=r"(result) : "r"(a), "r"(b), "r"(sum));
  return result;
}

// a + b, saturated.
inline int32_t Qadd(int32_t a, int32_t b) { return __qadd(a, b); }

// a saturated to kBits bits.
template <int kBits>
inline int32_t Ssat(int32_t a) {
  return __ssat(a, kBits);
}

// The greater, the lesser of each of the four int8 values (SSUB8, SEL).
inline uint32_t Greatest4(uint32_t a, uint32_t b) {
  __ssub8(static_cast<int8x4_t>(a), static_cast<int8x4_t>(b));
  return __sel(a, b);
}
inline uint32_t Least4(uint32_t a, uint32_t b) {
  __ssub8(static_cast<int8x4_t>(a), static_cast<int8x4_t>(b));
  return __sel(b, a);
}

}  // namespace simd
}  // namespace kernels
}  // namespace harness

#endif  // HARNESS_KERNELS_SIMD_DSP_ARM_H_
