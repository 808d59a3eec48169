#include "kernels/elementwise_int16.h"

#include "kernels/fixed_point.h"

namespace harness {
namespace kernels {
namespace {

constexpr int32_t kSpare = 1 << 15;  // how much finer than their scale operands are added

int32_t Scaled(int32_t value, const Factor& factor) {
  return ScaledByMultiplier(value, factor.multiplier, factor.shift);
}

int16_t Clamped(int32_t value, const Bounds& bounds) {
  value = value < bounds.least ? bounds.least : value;
  value = value > bounds.most ? bounds.most : value;
  return static_cast<int16_t>(value);
}

template <typename Combine>
void ForEach(const Broadcast& shape, const int16_t* first, const int16_t* second, int16_t* output,
             const Combine& combine) {
  const int32_t* one = shape.first_steps;
  const int32_t* other = shape.second_steps;
  for (int32_t a = 0; a < shape.sizes[0]; ++a) {
    for (int32_t b = 0; b < shape.sizes[1]; ++b) {
      for (int32_t c = 0; c < shape.sizes[2]; ++c) {
        const int16_t* x = first + a * one[0] + b * one[1] + c * one[2];
        const int16_t* y = second + a * other[0] + b * other[1] + c * other[2];
        for (int32_t d = 0; d < shape.sizes[3]; ++d, x += one[3], y += other[3]) {
          *output++ = combine(*x, *y);
        }
      }
    }
  }
}

}  // namespace

void Add(const Addition& parameters, const Broadcast& shape, const int16_t* first,
         const int16_t* second, int16_t* output) {
  ForEach(shape, first, second, output, [&parameters](int16_t x, int16_t y) {
    const int32_t sum =
        Scaled(x * kSpare, parameters.first) + Scaled(y * kSpare, parameters.second);
    return Clamped(Scaled(sum, parameters.output), parameters.bounds);
  });
}

void Subtract(const Addition& parameters, const Broadcast& shape, const int16_t* first,
              const int16_t* second, int16_t* output) {
  ForEach(shape, first, second, output, [&parameters](int16_t x, int16_t y) {
    const int32_t difference =
        Scaled(x * kSpare, parameters.first) - Scaled(y * kSpare, parameters.second);
    return Clamped(Scaled(difference, parameters.output), parameters.bounds);
  });
}

void Multiply(const Multiplication& parameters, const Broadcast& shape, const int16_t* first,
              const int16_t* second, int16_t* output) {
  ForEach(shape, first, second, output, [&parameters](int16_t x, int16_t y) {
    return Clamped(Scaled(static_cast<int32_t>(x) * y, parameters.output), parameters.bounds);
  });
}

void Maximum(const Broadcast& shape, const int16_t* first, const int16_t* second,
             int16_t* output) {
  ForEach(shape, first, second, output, [](int16_t x, int16_t y) { return x > y ? x : y; });
}

void Minimum(const Broadcast& shape, const int16_t* first, const int16_t* second,
             int16_t* output) {
  ForEach(shape, first, second, output, [](int16_t x, int16_t y) { return x < y ? x : y; });
}

}  // namespace kernels
}  // namespace harness
