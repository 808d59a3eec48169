#include "kernels/simd/softmax.h"

#include "kernels/fixed_point.h"

namespace harness {
namespace kernels {
namespace simd {
namespace {

// Numbers of this file have 31 bits, of which some stand before the binary point: Q0 has none and
// lies in [-1, 1), Q2 in [-4, 4), Q5 in [-32, 32). A product of Q0 with Qn is Qn.
constexpr int32_t kLargest = 0x7FFFFFFF;  // of Q0, where 1 itself is too large

// value * 2^places, saturated.
int32_t SaturatedShiftLeft(int32_t value, int places) {
  const int32_t limit = kLargest >> places;
  if (value > limit) {
    return kLargest;
  }
  return value < -limit - 1 ? -kLargest - 1 : value * (1 << places);
}

// exp(x) in Q0 for x in [-1/4, 0) in Q0: with y = x + 1/8 and c = exp(-1/8), c * exp(y) up to the
// fourth power of y: c + c * (y + (y^2 + (y^3 + y^4 / 4) / 3) / 2).
int32_t SmallPower(int32_t x) {
  constexpr int32_t kExpOfMinusEighth = 1895147668;
  constexpr int32_t kThird = 715827883;
  const int32_t y = x + (1 << 28);
  const int32_t square = DoubledHighProduct(y, y);
  const int32_t cube = DoubledHighProduct(square, y);
  const int32_t fourth = DoubledHighProduct(square, square);
  const int32_t inner = DoubledHighProduct(RoundedShiftRight(fourth, 2) + cube, kThird) + square;
  const int32_t sum = y + RoundedShiftRight(inner, 1);
  return kExpOfMinusEighth + DoubledHighProduct(kExpOfMinusEighth, sum);
}

// exp(x) in Q0 for x <= 0 in Q5: x = -n / 4 + r with r in [-1/4, 0); exp(r) is multiplied by
// exp(-2^k) for each bit of n / 4.
int32_t Power(int32_t x) {
  // exp(-1/4), exp(-1/2), exp(-1) ... exp(-16) in Q0.
  constexpr int32_t kPowers[] = {1672461947, 1302514674, 790015084, 290630308,
                                 39332535,   720401,     242};
  constexpr int kFractionBits = 26;
  constexpr int32_t kQuarter = 1 << (kFractionBits - 2);
  if (x == 0) {
    return kLargest;
  }
  const int32_t rest = (x & (kQuarter - 1)) - kQuarter;
  const int32_t quarters = (rest - x) >> (kFractionBits - 2);
  int32_t power = SmallPower(rest * (1 << 5));
  for (int k = 0; k < 7; ++k) {
    if ((quarters >> k & 1) != 0) {
      power = DoubledHighProduct(power, kPowers[k]);
    }
  }
  return power;
}

// 1 / (1 + x) in Q0 for x in [0, 1) in Q0: Newton's method for d = (1 + x) / 2, which starts from
// 48/17 - 32/17 d.
int32_t ReciprocalOfOneAnd(int32_t x) {
  constexpr int32_t kStart = 1515870810;   // 48/17 in Q2
  constexpr int32_t kSlope = -1010580540;  // -32/17 in Q2
  constexpr int32_t kOne = 1 << 29;        // in Q2
  const int32_t half = static_cast<int32_t>((static_cast<int64_t>(x) + kLargest + 1) >> 1);
  int32_t found = kStart + DoubledHighProduct(half, kSlope);
  for (int step = 0; step < 3; ++step) {
    const int32_t error = kOne - DoubledHighProduct(half, found);
    // A product of two of Q2 has 4 bits before the point.
    found += SaturatedShiftLeft(DoubledHighProduct(found, error), 2);
  }
  // Half of it in Q2 is the same number in Q1.
  return SaturatedShiftLeft(found, 1);
}

int32_t PowerOfDifference(const Int8Softmax& softmax, int32_t difference) {
  if (difference < softmax.least) {
    return 0;
  }
  const int32_t scaled = ScaledByMultiplier(difference, softmax.multiplier, softmax.shift);
  return Power(scaled);
}

void TakeRow(const Int8Softmax& softmax, const int8_t* input, int32_t* powers, int8_t* output) {
  int32_t largest = input[0];
  for (int32_t i = 1; i < softmax.size; ++i) {
    largest = input[i] > largest ? input[i] : largest;
  }
  int32_t sum = 0;  // with 12 bits before the point
  for (int32_t i = 0; i < softmax.size; ++i) {
    powers[i] = PowerOfDifference(softmax, input[i] - largest);
    sum += RoundedShiftRight(powers[i], 12);
  }

  // sum = 2^(12 - zeros) * (1 + fraction)
  int zeros = 0;
  while ((static_cast<uint32_t>(sum) << zeros >> 31) == 0) {
    ++zeros;
  }
  const uint32_t fraction = (static_cast<uint32_t>(sum) << zeros) - (1U << 31);
  const int32_t reciprocal = ReciprocalOfOneAnd(static_cast<int32_t>(fraction));
  const int right = 12 - zeros + 31 - 8;
  for (int32_t i = 0; i < softmax.size; ++i) {
    const int32_t value = RoundedShiftRight(DoubledHighProduct(reciprocal, powers[i]), right) - 128;
    output[i] = static_cast<int8_t>(value > 127 ? 127 : value);
  }
}

}  // namespace

double SoftmaxFactor(double input_scale, double beta) {
  const double factor = beta * input_scale * (1 << 26);
  const double most = 2147483647.0;
  return factor < most ? factor : most;
}

int32_t LeastDifference(int32_t shift) {
  return -static_cast<int32_t>((31LL << 26) >> shift);
}

int32_t SoftmaxScratchBytes(const Int8Softmax& parameters) {
  return parameters.size * static_cast<int32_t>(sizeof(int32_t));
}

void TakeSoftmax(const Int8Softmax& parameters, const int8_t* input, void* scratch,
                 int8_t* output) {
  int32_t* const powers = static_cast<int32_t*>(scratch);
  for (int32_t row = 0; row < parameters.rows; ++row) {
    TakeRow(parameters, input, powers, output);
    input += parameters.size;
    output += parameters.size;
  }
}

}  // namespace simd
}  // namespace kernels
}  // namespace harness
