// SOFTMAX of int8 over rows, to int8 of scale 1/256 and zero point -128.
#ifndef HARNESS_KERNELS_SIMD_SOFTMAX_H_
#define HARNESS_KERNELS_SIMD_SOFTMAX_H_

#include <cstdint>

namespace harness {
namespace kernels {
namespace simd {

// In a longer row the sum of powers could reach 512, and no element be more than half of 1/256: the
// reference arithmetic then shifts by 32 bits and more, which is not defined.
constexpr int32_t kLongestSoftmax = 511;

struct Int8Softmax {
  int32_t rows;
  int32_t size;        // of a row, 1 ... kLongestSoftmax
  int32_t multiplier;  // input scale * beta * 2^26 is multiplier * 2^(shift - 31), with multiplier
  int32_t shift;       // in [2^30, 2^31), and shift in [0, 31]
  int32_t least;       // least difference to a row's largest element whose power is not taken as 0
};

// The factor of a softmax: at most 2^31 - 1.
double SoftmaxFactor(double input_scale, double beta);

// -floor(31 * 2^26 / 2^shift): differences below it would leave the 5 bits before the point.
int32_t LeastDifference(int32_t shift);

// Bytes of scratch, aligned to 4, that TakeSoftmax needs.
int32_t SoftmaxScratchBytes(const Int8Softmax& parameters);

void TakeSoftmax(const Int8Softmax& parameters, const int8_t* input, void* scratch, int8_t* output);

}  // namespace simd
}  // namespace kernels
}  // namespace harness

#endif  // HARNESS_KERNELS_SIMD_SOFTMAX_H_
