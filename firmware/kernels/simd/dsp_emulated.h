// The DSP extension's instructions in portable C++, for tests on a host; dsp.h includes this, and
// dsp_arm.h says what each does.
#ifndef HARNESS_KERNELS_SIMD_DSP_EMULATED_H_
#define HARNESS_KERNELS_SIMD_DSP_EMULATED_H_

#include <cstdint>
#include <limits>

namespace harness {
namespace kernels {
namespace simd {

inline int32_t Bottom(uint32_t a) { return static_cast<int16_t>(a & 0xFFFFU); }
inline int32_t Top(uint32_t a) { return static_cast<int16_t>(a >> 16); }
inline int32_t Byte(uint32_t a, int index) {
  return static_cast<int8_t>((a >> (8 * index)) & 255U);
}
inline uint32_t Halves(int32_t bottom, int32_t top) {
  return (static_cast<uint32_t>(bottom) & 0xFFFFU) | static_cast<uint32_t>(top) << 16;
}
inline int32_t Wrapped(uint32_t a) { return static_cast<int32_t>(a); }
inline int32_t WrappedAdd(int32_t a, int32_t b) {
  return Wrapped(static_cast<uint32_t>(a) + static_cast<uint32_t>(b));
}

inline int32_t Smlad(uint32_t a, uint32_t b, int32_t sum) {
  return WrappedAdd(WrappedAdd(sum, Bottom(a) * Bottom(b)), Top(a) * Top(b));
}
inline int32_t Smlabt(uint32_t a, uint32_t b, int32_t sum) {
  return WrappedAdd(sum, Bottom(a) * Top(b));
}
inline int32_t Smlatb(uint32_t a, uint32_t b, int32_t sum) {
  return WrappedAdd(sum, Top(a) * Bottom(b));
}

inline uint32_t Sxtb16(uint32_t a) { return Halves(Byte(a, 0), Byte(a, 2)); }
inline uint32_t Sxtb16Ror8(uint32_t a) { return Halves(Byte(a, 1), Byte(a, 3)); }
inline uint32_t Sxtab16(uint32_t b, uint32_t a) {
  return Halves(Bottom(b) + Byte(a, 0), Top(b) + Byte(a, 2));
}
inline uint32_t Sxtab16Ror8(uint32_t b, uint32_t a) {
  return Halves(Bottom(b) + Byte(a, 1), Top(b) + Byte(a, 3));
}
inline uint32_t Uxtab16(uint32_t b, uint32_t a) {
  return Halves(Bottom(b) + static_cast<int32_t>(a & 255U),
                Top(b) + static_cast<int32_t>((a >> 16) & 255U));
}
inline uint32_t Uxtab16Ror8(uint32_t b, uint32_t a) { return Uxtab16(b, a >> 8); }

template <int kShift>
inline uint32_t Pkhbt(uint32_t a, uint32_t b) {
  return (a & 0xFFFFU) | ((b << kShift) & 0xFFFF0000U);
}
template <int kShift>
inline uint32_t Pkhtb(uint32_t a, uint32_t b) {
  return (a & 0xFFFF0000U) | (static_cast<uint32_t>(Wrapped(b) >> kShift) & 0xFFFFU);
}

inline int32_t Smmulr(int32_t a, int32_t b) {
  return static_cast<int32_t>((static_cast<int64_t>(a) * b + (1LL << 31)) >> 32);
}
inline int32_t Smmlar(int32_t a, int32_t b, int32_t sum) { return WrappedAdd(sum, Smmulr(a, b)); }

inline int32_t Qadd(int32_t a, int32_t b) {
  const int64_t sum = static_cast<int64_t>(a) + b;
  const int64_t least = std::numeric_limits<int32_t>::min();
  const int64_t most = std::numeric_limits<int32_t>::max();
  return static_cast<int32_t>(sum < least ? least : sum > most ? most : sum);
}

template <int kBits>
inline int32_t Ssat(int32_t a) {
  const int32_t most = static_cast<int32_t>((1U << (kBits - 1)) - 1U);
  return a > most ? most : a < -most - 1 ? -most - 1 : a;
}

inline uint32_t Greatest4(uint32_t a, uint32_t b) {
  uint32_t result = 0;
  for (int k = 0; k < 4; ++k) {
    result |= (Byte(a, k) >= Byte(b, k) ? a : b) & (255U << (8 * k));
  }
  return result;
}
inline uint32_t Least4(uint32_t a, uint32_t b) {
  uint32_t result = 0;
  for (int k = 0; k < 4; ++k) {
    result |= (Byte(a, k) >= Byte(b, k) ? b : a) & (255U << (8 * k));
  }
  return result;
}

}  // namespace simd
}  // namespace kernels
}  // namespace harness

#endif  // HARNESS_KERNELS_SIMD_DSP_EMULATED_H_
