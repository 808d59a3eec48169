// What pools and means share: the pixels that a window covers, and sums over them by channel.
#ifndef HARNESS_KERNELS_SIMD_POOL_SUMS_H_
#define HARNESS_KERNELS_SIMD_POOL_SUMS_H_

#include <cstdint>

#include "kernels/simd/dsp.h"

namespace harness {
namespace kernels {
namespace simd {

// `rows` x `columns` pixels, and by how many elements one step along each moves.
struct Covered {
  int32_t rows;
  int32_t columns;
  int32_t row_step;
  int32_t column_step;
};

// Sums over the covered pixels of four channels side by side.
struct FourSums {
  int32_t of[4];
};

// So many int8 add up within int16, so many uint8 within uint16.
constexpr int32_t kTapsOfHalves = 256;

// Channels 0 and 2, and 1 and 3, of up to kTapsOfHalves pixels, each in a half of a word.
struct HalfSums {
  uint32_t even;
  uint32_t odd;
};

#if HARNESS_DSP || defined(__ARM_FEATURE_SIMD32)

constexpr int32_t kHalfOffset = 0;

inline void AddPixel(uint32_t word, HalfSums* sums) {
  sums->even = Sxtab16(sums->even, word);
  sums->odd = Sxtab16Ror8(sums->odd, word);
}

inline int32_t LowHalf(uint32_t halves) { return static_cast<int16_t>(halves & 0xFFFFU); }
inline int32_t HighHalf(uint32_t halves) { return static_cast<int32_t>(halves) >> 16; }

#else

// Without the extension halves can be added only where none is negative: turning over its sign
// makes each element 128 more.
constexpr int32_t kHalfOffset = 128;

inline void AddPixel(uint32_t word, HalfSums* sums) {
  const uint32_t raised = word ^ 0x80808080U;
  sums->even += raised & 0x00FF00FFU;
  sums->odd += (raised >> 8) & 0x00FF00FFU;
}

inline int32_t LowHalf(uint32_t halves) { return static_cast<int32_t>(halves & 0xFFFFU); }
inline int32_t HighHalf(uint32_t halves) { return static_cast<int32_t>(halves >> 16); }

#endif

// Whether words may be read at `address` and at multiples of `step` from it, and one such word.
#if defined(__arm__) && !defined(__ARM_FEATURE_UNALIGNED)
inline bool HasWords(const int8_t* address, int32_t step) {
  return ((reinterpret_cast<uintptr_t>(address) | static_cast<uintptr_t>(step)) & 3) == 0;
}
inline uint32_t PixelWord(const int8_t* from) { return LoadAlignedWord(from); }
#else
inline bool HasWords(const int8_t*, int32_t) { return true; }
inline uint32_t PixelWord(const int8_t* from) { return LoadWord(from); }
#endif

// Of at most kTapsOfHalves pixels; the first is at `first`.
inline FourSums SumFewPixels(const Covered& covered, const int8_t* first) {
  const int32_t step = covered.column_step;
  HalfSums sums = {0, 0};
  for (int32_t rows = covered.rows; rows > 0; --rows, first += covered.row_step) {
    const int8_t* pixel = first;
    int32_t left = covered.columns;
    for (; left >= 2; left -= 2, pixel += 2 * step) {
      const uint32_t word = PixelWord(pixel);
      const uint32_t next = PixelWord(pixel + step);
      AddPixel(word, &sums);
      AddPixel(next, &sums);
    }
    if (left != 0) {
      AddPixel(PixelWord(pixel), &sums);
    }
  }
  const int32_t offset = kHalfOffset * covered.rows * covered.columns;
  return {{LowHalf(sums.even) - offset, LowHalf(sums.odd) - offset, HighHalf(sums.even) - offset,
           HighHalf(sums.odd) - offset}};
}

// Of any number.
FourSums SumManyPixels(const Covered& covered, const int8_t* first);

// Of one channel.
int32_t SumChannel(const Covered& covered, const int8_t* first);

// Writes finish(sum) for each of `channels` channels.
template <typename Finish>
inline void ReduceChannels(const Covered covered, const int8_t* first, int32_t channels,
                           int8_t* output, const Finish finish) {
  const bool few = covered.rows * covered.columns <= kTapsOfHalves;
  if (HasWords(first, covered.row_step | covered.column_step)) {
    for (; channels >= 4; channels -= 4, output += 4, first += 4) {
      const FourSums sums = few ? SumFewPixels(covered, first) : SumManyPixels(covered, first);
      output[0] = finish(sums.of[0]);
      output[1] = finish(sums.of[1]);
      output[2] = finish(sums.of[2]);
      output[3] = finish(sums.of[3]);
    }
  }
  for (; channels > 0; --channels, ++first) {
    *output++ = finish(SumChannel(covered, first));
  }
}

}  // namespace simd
}  // namespace kernels
}  // namespace harness

#endif  // HARNESS_KERNELS_SIMD_POOL_SUMS_H_
