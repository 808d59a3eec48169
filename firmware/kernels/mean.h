// MEAN of int8 and int16 over any of up to four dimensions.
#ifndef HARNESS_KERNELS_MEAN_H_
#define HARNESS_KERNELS_MEAN_H_

#include <cstdint>

namespace harness {
namespace kernels {

struct Mean {
  int32_t sizes[4];   // of the input; leading dimensions that it lacks are 1
  bool reduced[4];    // which dimensions the mean is taken over
  int32_t input_zero_point;
  int32_t output_zero_point;
  int32_t multiplier;  // input scale / (output scale * number of elements in a mean), as
  int32_t shift;       // DivideFactor makes it
};

// Divides multiplier * 2^(shift - 31) by `count` >= 1, with multiplier in [2^30, 2^31) or 0 and shift
// in [-31, 31], rounding down. The multiplier is raised before the division by as many bits as
// `count` has beyond its first, as far as the shift stays at or above -31.
void DivideFactor(int32_t count, int32_t* multiplier, int32_t* shift);

// The sums of the elements, each less the zero point, must have 32 bits. Rounds as
// ScaledByMultiplier in fixed_point.h does, and saturates. Instantiated for int8_t and int16_t.
template <typename T>
void TakeMean(const Mean& parameters, const T* input, T* output);

}  // namespace kernels
}  // namespace harness

#endif  // HARNESS_KERNELS_MEAN_H_
