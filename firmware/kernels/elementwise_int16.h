// ADD, SUB, MUL, MAXIMUM and MINIMUM of int16 with zero point 0, with broadcasting.
#ifndef HARNESS_KERNELS_ELEMENTWISE_INT16_H_
#define HARNESS_KERNELS_ELEMENTWISE_INT16_H_

#include <cstdint>

namespace harness {
namespace kernels {

// Four dimensions of the output, and by how many elements one step along each moves in an operand:
// 0 where the operand is broadcast.
struct Broadcast {
  int32_t sizes[4];
  int32_t first_steps[4];
  int32_t second_steps[4];
};

// A positive real number, multiplier * 2^(shift - 31).
struct Factor {
  int32_t multiplier;  // in [2^30, 2^31) or 0
  int32_t shift;       // in [-31, 31]
};

struct Bounds {
  int32_t least;  // within int16
  int32_t most;
};

// With `common` = 2 * the larger input scale, both inputs are brought to scale common / 2^15, added
// there without overflow, and then brought to the output's scale.
struct Addition {
  Factor first;   // first scale / common, at most 1/2
  Factor second;  // second scale / common, at most 1/2
  Factor output;  // common / (2^15 * output scale)
  Bounds bounds;
};

struct Multiplication {
  Factor output;  // first scale * second scale / output scale
  Bounds bounds;
};

// The results are rounded as ScaledByMultiplier in fixed_point.h does, then clamped.
void Add(const Addition& parameters, const Broadcast& shape, const int16_t* first,
         const int16_t* second, int16_t* output);

// first - second
void Subtract(const Addition& parameters, const Broadcast& shape, const int16_t* first,
              const int16_t* second, int16_t* output);

void Multiply(const Multiplication& parameters, const Broadcast& shape, const int16_t* first,
              const int16_t* second, int16_t* output);

// Of values with the same scale.
void Maximum(const Broadcast& shape, const int16_t* first, const int16_t* second,
             int16_t* output);

void Minimum(const Broadcast& shape, const int16_t* first, const int16_t* second,
             int16_t* output);

}  // namespace kernels
}  // namespace harness

#endif  // HARNESS_KERNELS_ELEMENTWISE_INT16_H_
