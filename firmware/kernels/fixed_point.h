// The fixed-point arithmetic of quantized inference, as TensorFlow Lite's reference kernels define
// it: bit for bit, without undefined behaviour.
#ifndef HARNESS_KERNELS_FIXED_POINT_H_
#define HARNESS_KERNELS_FIXED_POINT_H_

#include <cstdint>
#include <limits>

namespace harness {
namespace kernels {

// round(a * b / 2^31), ties upwards; saturates where a and b are both the smallest value.
inline int32_t DoubledHighProduct(int32_t a, int32_t b) {
  constexpr int32_t kSmallest = std::numeric_limits<int32_t>::min();
  if (a == kSmallest && b == kSmallest) {
    return std::numeric_limits<int32_t>::max();
  }
  const int64_t product = static_cast<int64_t>(a) * b;
  return static_cast<int32_t>((product + (1LL << 30)) >> 31);
}

// round(value / 2^exponent), ties away from zero, for exponent in [0, 31].
inline int32_t RoundedShiftRight(int32_t value, int exponent) {
  // The quotient rounded down, and one more where what is left exceeds half the divisor; below zero
  // half itself is no more than it.
  const int32_t mask = static_cast<int32_t>((1U << exponent) - 1U);
  const int32_t rest = value & mask;
  const int32_t most = (mask >> 1) + (value < 0 ? 1 : 0);
  return (value >> exponent) + (rest > most ? 1 : 0);
}

// value * multiplier * 2^(shift - 31) for shift in [-31, 31]: a positive shift comes before the
// product, modulo 2^32; a negative one after it, so that the result is rounded twice.
inline int32_t ScaledByMultiplier(int32_t value, int32_t multiplier, int shift) {
  const int left = shift > 0 ? shift : 0;
  const int right = shift > 0 ? 0 : -shift;
  const int32_t shifted = static_cast<int32_t>(static_cast<uint32_t>(value) << left);
  return RoundedShiftRight(DoubledHighProduct(shifted, multiplier), right);
}

}  // namespace kernels
}  // namespace harness

#endif  // HARNESS_KERNELS_FIXED_POINT_H_
