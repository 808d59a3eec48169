#include "kernels/simd/add.h"

#include "kernels/fixed_point.h"
#include "kernels/simd/dsp.h"
#include "kernels/simd/relu.h"

#if HARNESS_MVE
#include <arm_mve.h>
#elif defined(__ARM_FEATURE_SAT)
#include <arm_acle.h>
#endif

namespace harness {
namespace kernels {
namespace simd {
namespace {

// Each input times 2^20 times its factor; sums stay below 2^28.
constexpr int32_t kWidened = 1 << 20;

inline int32_t NarrowTerm(const WidenedAddition& addition, int32_t narrow) {
  return ScaledByMultiplier((narrow - addition.narrow_zero_point) * kWidened,
                            addition.narrow.multiplier, addition.narrow.shift);
}

inline int8_t Sum(const WidenedAddition& addition, int32_t wide, int32_t narrow_term) {
  const int32_t sum = (wide - addition.wide_zero_point) * (kWidened / 2) + narrow_term;
  // The bounds before the zero point is added: the sum itself could exceed 32 bits.
  const int32_t least = addition.bounds.least - addition.output_zero_point;
  const int32_t most = addition.bounds.most - addition.output_zero_point;
  const int32_t value = ScaledByMultiplier(sum, addition.output.multiplier, addition.output.shift);
  const int32_t raised = value < least ? least : value;
  return static_cast<int8_t>((raised > most ? most : raised) + addition.output_zero_point);
}

void AddEach(const WidenedAddition& addition, const int8_t* wide, const int8_t* narrow,
             size_t count, int8_t* output) {
  for (size_t i = 0; i < count; ++i) {
    output[i] = Sum(addition, wide[i], NarrowTerm(addition, narrow[i]));
  }
}

#if HARNESS_MVE

constexpr int32_t kTableBytes = 0;

// round(values / 2^exponent), ties away from zero: `right` is -exponent, at most 0. Where it shifts
// at all, one less below zero makes ties, which VRSHL rounds upwards, go downwards.
inline int32x4_t RoundedShiftRight(int32x4_t values, int32x4_t right) {
  const int32x4_t below = vshrq_n_s32(vandq_s32(values, right), 31);
  return vrshlq_s32(vqaddq_s32(values, below), right);
}

// Four elements at a time; the output's shift is at most 0.
void AddAll(const WidenedAddition& addition, const int8_t* wide, const int8_t* narrow, size_t count,
            void*, int8_t* output) {
  const int32x4_t narrow_right = vdupq_n_s32(addition.narrow.shift);
  const int32x4_t output_right = vdupq_n_s32(addition.output.shift);
  const int32x4_t least = vdupq_n_s32(addition.bounds.least);
  const int32x4_t most = vdupq_n_s32(addition.bounds.most);
  const int32_t narrow_multiplier = addition.narrow.multiplier;
  const int32_t output_multiplier = addition.output.multiplier;
  const int32_t narrow_offset = addition.narrow_zero_point * kWidened;
  const int32_t wide_offset = addition.wide_zero_point * (kWidened / 2);
  const int32_t output_offset = addition.output_zero_point;
  const size_t whole = count & ~static_cast<size_t>(3);
  for (size_t i = 0; i < whole; i += 4) {
    const int32x4_t x = vldrbq_s32(wide + i);
    const int32x4_t y = vsubq_n_s32(vshlq_n_s32(vldrbq_s32(narrow + i), 20), narrow_offset);
    const int32x4_t term = RoundedShiftRight(vqrdmulhq_n_s32(y, narrow_multiplier), narrow_right);
    const int32x4_t sum = vmlaq_n_s32(vsubq_n_s32(term, wide_offset), x, kWidened / 2);
    const int32x4_t value =
        RoundedShiftRight(vqrdmulhq_n_s32(sum, output_multiplier), output_right);
    const int32x4_t moved = vaddq_n_s32(value, output_offset);
    vstrbq_s32(output + i, vminq_s32(vmaxq_s32(moved, least), most));
  }
  AddEach(addition, wide + whole, narrow + whole, count - whole, output + whole);
}

inline bool IsFast(const WidenedAddition& addition, size_t) { return addition.output.shift <= 0; }

#else

// A table of what each value of the narrow input adds.
constexpr int32_t kValues = 256;
constexpr int32_t kTableBytes = kValues * static_cast<int32_t>(sizeof(int32_t));

// From where on filling the table costs less than it saves.
constexpr size_t kManyElements = 256;

// With e = -shift in [1, 20], x = (sum * multiplier + 2^30) >> 31 and
//   output = clamp(((x + 2^(e-1) + (x < 0 ? -1 : 0)) >> e) + zero point):
// halves go away from zero. The zero point joins the addends as zero point * 2^e. x is the rounded
// high word of twice the sum times the multiplier; it has the sum's sign or is 0, where either sign
// gives the same output. Nothing overflows: |x| < 2^28, |zero point * 2^e| <= 2^27.
struct Rounding {
  int32_t multiplier;
  int32_t addend;
  int32_t exponent;
};

// ((a * b + 2^31) >> 32) + c, for |a| < 2^29 and b >= 0.
inline int32_t AddedHighProduct(int32_t a, int32_t b, int32_t c) {
#if HARNESS_DSP
  return Smmlar(a, b, c);
#elif defined(__ARM_ARCH_6M__)
  // This core multiplies 32 bits by 32 to 32: four products of halves.
  const uint32_t a_low = static_cast<uint32_t>(a) & 0xFFFFU;
  const uint32_t b_low = static_cast<uint32_t>(b) & 0xFFFFU;
  const int32_t a_high = a >> 16;
  const int32_t b_high = b >> 16;
  const uint32_t middle =
      a_low * static_cast<uint32_t>(b_high) + (a_low * b_low >> 16) + 0x8000U;
  const int32_t other = a_high * static_cast<int32_t>(b_low);
  const uint32_t carried = (middle + (static_cast<uint32_t>(other) & 0xFFFFU)) >> 16;
  return c + a_high * b_high + (other >> 16) + static_cast<int32_t>(carried);
#else
  // One SMLAL onto c and a half.
  const int64_t start = static_cast<int64_t>(c) * (1LL << 32) + (1LL << 31);
  return static_cast<int32_t>((start + static_cast<int64_t>(a) * b) >> 32);
#endif
}

__attribute__((always_inline)) inline int8_t Rounded(int32_t doubled_sum, const Rounding& by) {
  const int32_t addend = by.addend + (doubled_sum >> 31);
  const int32_t value = AddedHighProduct(doubled_sum, by.multiplier, addend) >> by.exponent;
#if defined(__ARM_FEATURE_SAT)
  return static_cast<int8_t>(__ssat(value, 8));
#else
  const int32_t raised = value < -128 ? -128 : value;
  return static_cast<int8_t>(raised > 127 ? 127 : raised);
#endif
}

// Fills in twice what each value of the narrow input, as an unsigned byte, adds to the sum, and
// twice what the wide input's zero point takes away.
void FillTable(const WidenedAddition& addition, int32_t* table) {
  for (int32_t i = 0; i < kValues; ++i) {
    const int32_t value = i < kValues / 2 ? i : i - kValues;
    table[i] = 2 * NarrowTerm(addition, value) - addition.wide_zero_point * kWidened;
  }
}

// Twice the sum of two elements.
inline int32_t DoubledSum(const int32_t* table, int8_t wide, int8_t narrow) {
  return table[static_cast<uint8_t>(narrow)] + wide * kWidened;
}

void AddAll(const WidenedAddition& addition, const int8_t* wide, const int8_t* narrow, size_t count,
            void* scratch, int8_t* output) {
  int32_t* const table = static_cast<int32_t*>(scratch);
  FillTable(addition, table);
  const int32_t exponent = -addition.output.shift;
  const Rounding by = {addition.output.multiplier,
                       addition.output_zero_point * (1 << exponent) + (1 << (exponent - 1)),
                       exponent};
  // Steps of the loop cost as much as an element does on cores that have a product for it.
  constexpr size_t kAtOnce = HARNESS_DSP ? 8 : 1;
  const size_t whole = count - count % kAtOnce;
  for (size_t i = 0; i < whole; i += kAtOnce) {
#pragma GCC unroll 8
    for (size_t k = 0; k < kAtOnce; ++k) {
      output[i + k] = Rounded(DoubledSum(table, wide[i + k], narrow[i + k]), by);
    }
  }
  for (size_t i = whole; i < count; ++i) {
    output[i] = Rounded(DoubledSum(table, wide[i], narrow[i]), by);
  }
  if (addition.bounds.least > -128 || addition.bounds.most < 127) {
    ClampEach(addition.bounds.least, addition.bounds.most, output, count, output);
  }
}

inline bool IsFast(const WidenedAddition& addition, size_t count) {
  return count >= kManyElements && addition.output.shift <= -1 && addition.output.shift >= -20;
}

#endif

}  // namespace

int32_t AdditionScratchBytes(const WidenedAddition& parameters, size_t count) {
  return IsFast(parameters, count) ? kTableBytes : 0;
}

void Add(const WidenedAddition& parameters, const int8_t* wide, const int8_t* narrow, size_t count,
         void* scratch, int8_t* output) {
  if (IsFast(parameters, count)) {
    AddAll(parameters, wide, narrow, count, scratch, output);
  } else {
    AddEach(parameters, wide, narrow, count, output);
  }
}

}  // namespace simd
}  // namespace kernels
}  // namespace harness
