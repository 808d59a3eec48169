// The instructions of the DSP extension (Armv7E-M, Armv8-M Mainline) by their manual names; on a
// host with HARNESS_EMULATE_DSP the same functions in portable C++, with the same results.
//
// A uint32_t that holds two int16 or four int8 values has the first in its lowest bits. Sums wrap.
#ifndef HARNESS_KERNELS_SIMD_DSP_H_
#define HARNESS_KERNELS_SIMD_DSP_H_

#include <cstdint>
#include <cstring>

#include "kernels/simd/instructions.h"

#if defined(__ARM_FEATURE_SIMD32) && !defined(HARNESS_EMULATE_DSP)
#include "kernels/simd/dsp_arm.h"
#elif defined(HARNESS_EMULATE_DSP)
#include "kernels/simd/dsp_emulated.h"
#endif

namespace harness {
namespace kernels {
namespace simd {

// One LDR, from any address where the core has unaligned access.
inline uint32_t LoadWord(const void* from) {
  uint32_t word;
  std::memcpy(&word, from, sizeof word);
  return word;
}

// One STR, to any address where the core has unaligned access.
inline void StoreWord(void* to, uint32_t word) { std::memcpy(to, &word, sizeof word); }

// One LDR, from an address that is a multiple of 4.
inline uint32_t LoadAlignedWord(const void* from) {
  return LoadWord(__builtin_assume_aligned(from, 4));
}

inline void StoreAlignedWord(void* to, uint32_t word) {
  StoreWord(__builtin_assume_aligned(to, 4), word);
}

// The same value in both halves.
inline uint32_t TwoHalves(int32_t value) {
  return static_cast<uint32_t>(value & 0xFFFF) * 0x10001U;
}

}  // namespace simd
}  // namespace kernels
}  // namespace harness

#endif  // HARNESS_KERNELS_SIMD_DSP_H_
