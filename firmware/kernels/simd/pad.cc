#include "kernels/simd/pad.h"

#include "kernels/simd/dsp.h"

namespace harness {
namespace kernels {
namespace simd {
namespace {

// Whether whole words may be read and written at this address.
inline bool TakesWords(uintptr_t address) {
#if defined(__arm__) && !defined(__ARM_FEATURE_UNALIGNED)
  return address % 4 == 0;
#else
  static_cast<void>(address);
  return true;
#endif
}

#if defined(__arm__) && !defined(__ARM_FEATURE_UNALIGNED)
inline uint32_t WordAt(const int8_t* from) { return LoadAlignedWord(from); }
inline void SetWord(int8_t* to, uint32_t word) { StoreAlignedWord(to, word); }
#else
inline uint32_t WordAt(const int8_t* from) { return LoadWord(from); }
inline void SetWord(int8_t* to, uint32_t word) { StoreWord(to, word); }
#endif

// Returns the end of what was written. memcpy of a C library that is built for size, such as
// newlib's nano, moves one byte at a time.
int8_t* Copy(const int8_t* input, int32_t count, int8_t* output) {
  int8_t* const end = output + count;
  if (TakesWords(reinterpret_cast<uintptr_t>(input) | reinterpret_cast<uintptr_t>(output))) {
    for (int8_t* const whole = output + (count & ~15); output != whole; output += 16, input += 16) {
      const uint32_t first = WordAt(input);
      const uint32_t second = WordAt(input + 4);
      const uint32_t third = WordAt(input + 8);
      const uint32_t fourth = WordAt(input + 12);
      SetWord(output, first);
      SetWord(output + 4, second);
      SetWord(output + 8, third);
      SetWord(output + 12, fourth);
    }
    for (int8_t* const whole = output + (count & 12); output != whole; output += 4, input += 4) {
      SetWord(output, WordAt(input));
    }
  }
  while (output != end) {
    *output++ = *input++;
  }
  return end;
}

int8_t* Fill(int8_t* output, int32_t count, int8_t fill) {
  int8_t* const end = output + count;
  while (output != end && reinterpret_cast<uintptr_t>(output) % 4 != 0) {
    *output++ = fill;
  }
  const uint32_t word = 0x01010101U * static_cast<uint8_t>(fill);
  int8_t* const words = output + ((end - output) & ~3);
  for (int8_t* const whole = output + ((end - output) & ~15); output != whole; output += 16) {
    StoreAlignedWord(output, word);
    StoreAlignedWord(output + 4, word);
    StoreAlignedWord(output + 8, word);
    StoreAlignedWord(output + 12, word);
  }
  for (; output != words; output += 4) {
    StoreAlignedWord(output, word);
  }
  while (output != end) {
    *output++ = fill;
  }
  return end;
}

// The same padding with each dimension that is not padded as part of the one before it, so that
// whole rows or images are copied at once.
Padding Merged(const Padding& given) {
  Padding merged = {{1, 1, 1, 1}, {0, 0, 0, 0}, {1, 1, 1, 1}};
  int place = 3;
  int32_t elements = 1;  // of the dimensions that belong to the next one
  for (int dimension = 3; dimension >= 0; --dimension) {
    merged.input_sizes[place] = given.input_sizes[dimension] * elements;
    merged.output_sizes[place] = given.output_sizes[dimension] * elements;
    merged.before[place] = given.before[dimension] * elements;
    const bool padded = given.input_sizes[dimension] != given.output_sizes[dimension];
    elements = padded ? 1 : merged.input_sizes[place];
    place -= padded ? 1 : 0;
  }
  return merged;
}

bool IsWithin(const Padding& padding, int dimension, int32_t place) {
  return place >= padding.before[dimension] &&
         place < padding.before[dimension] + padding.input_sizes[dimension];
}

}  // namespace

void Pad(const Padding& parameters, const int8_t* input, int8_t fill, int8_t* output) {
  const Padding padding = Merged(parameters);
  const int32_t size = padding.input_sizes[3];
  const int32_t before = padding.before[3];
  const int32_t row = padding.output_sizes[3];
  for (int32_t a = 0; a < padding.output_sizes[0]; ++a) {
    for (int32_t b = 0; b < padding.output_sizes[1]; ++b) {
      for (int32_t c = 0; c < padding.output_sizes[2]; ++c) {
        if (!IsWithin(padding, 0, a) || !IsWithin(padding, 1, b) || !IsWithin(padding, 2, c)) {
          output = Fill(output, row, fill);
          continue;
        }
        output = Fill(output, before, fill);
        output = Copy(input, size, output);
        output = Fill(output, row - before - size, fill);
        input += size;
      }
    }
  }
}

}  // namespace simd
}  // namespace kernels
}  // namespace harness
