// How runs of activations go to scratch for patches.cc: taken apart into steps, or copied.
#ifndef HARNESS_KERNELS_SIMD_PATCH_RUNS_H_
#define HARNESS_KERNELS_SIMD_PATCH_RUNS_H_

#include <cstdint>

#include "kernels/simd/dsp.h"
#include "kernels/simd/patches.h"

namespace harness {
namespace kernels {
namespace simd {
namespace {

#if HARNESS_DSP

constexpr int32_t kWordsOfStep = 2 * kWindowsOfGroup;
constexpr int32_t kSecondWord = kWindowsOfGroup;

uint32_t OffsetOf(int32_t zero_point) { return TwoHalves(-zero_point); }

// A step's values from four activations to the two words of a window.
inline void StoreStep(const int8_t* from, uint32_t offset, uint32_t* to) {
  const uint32_t bytes = LoadWord(from);
  to[0] = Sxtab16(offset, bytes);
  to[kSecondWord] = Sxtab16Ror8(offset, bytes);
}

inline void StoreStep(const int16_t* from, uint32_t /*offset*/, uint32_t* to) {
  const uint32_t early = LoadWord(from);
  const uint32_t late = LoadWord(from + 2);
  to[0] = Pkhbt<16>(early, late);
  to[kSecondWord] = Pkhtb<16>(late, early);
}

// `count` values, a multiple of 4; returns where the next step goes.
template <typename Activation>
inline uint32_t* StoreRun(const Activation* from, int32_t count, uint32_t offset, uint32_t* to) {
  const Activation* const end = from + count;
  if (count % 8 != 0) {
    StoreStep(from, offset, to);
    from += kValuesOfStep;
    to += kWordsOfStep;
  }
  while (from != end) {
    StoreStep(from, offset, to);
    StoreStep(from + kValuesOfStep, offset, to + kWordsOfStep);
    from += 2 * kValuesOfStep;
    to += 2 * kWordsOfStep;
  }
  return to;
}

// Zeros instead of `count` values, a multiple of 4.
inline uint32_t* StoreZeros(int32_t count, uint32_t* to) {
  for (; count > 0; count -= kValuesOfStep, to += kWordsOfStep) {
    to[0] = 0;
    to[kSecondWord] = 0;
  }
  return to;
}

#else

uint32_t OffsetOf(int32_t zero_point) { return static_cast<uint32_t>(-zero_point); }

inline uint32_t* StoreRun(const int8_t* from, int32_t count, uint32_t offset, uint32_t* to) {
  for (const int8_t* end = from + count; from != end; to += kWindowsOfGroup) {
    *to = static_cast<uint32_t>(*from++) + offset;
  }
  return to;
}

inline uint32_t* StoreRun(const int16_t* from, int32_t count, uint32_t /*offset*/, uint32_t* to) {
  for (const int16_t* end = from + count; from != end; to += kWindowsOfGroup) {
    *to = static_cast<uint32_t>(*from++);
  }
  return to;
}

inline uint32_t* StoreZeros(int32_t count, uint32_t* to) {
  for (; count > 0; --count, to += kWindowsOfGroup) {
    *to = 0;
  }
  return to;
}

#endif

template <typename Activation>
inline Activation* CopyRun(const Activation* from, int32_t count, Activation* to) {
  constexpr int32_t kOfWord = sizeof(uint32_t) / sizeof(Activation);
  Activation* const end = to + count;
  if (count >= kOfWord) {
    const Activation* const last = from + count - kOfWord;
    for (; from < last; from += kOfWord, to += kOfWord) {
      StoreWord(to, LoadWord(from));
    }
    // The last word overlaps the one before where the count is no multiple.
    StoreWord(end - kOfWord, LoadWord(last));
    return end;
  }
  while (to != end) {
    *to++ = *from++;
  }
  return end;
}

template <typename Activation>
inline Activation* FillRun(Activation value, int32_t count, Activation* to) {
  for (; count > 0; --count) {
    *to++ = value;
  }
  return to;
}

}  // namespace
}  // namespace simd
}  // namespace kernels
}  // namespace harness

#endif  // HARNESS_KERNELS_SIMD_PATCH_RUNS_H_
