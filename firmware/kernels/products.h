// Sums of products of activations and int8 weights.
#ifndef HARNESS_KERNELS_PRODUCTS_H_
#define HARNESS_KERNELS_PRODUCTS_H_

#include <cstdint>

#include "kernels/rescaling.h"

namespace harness {
namespace kernels {

// So many products of an int16 and an int8, or of an int8 less a zero point and an int8, sum up
// within 32 bits: 511 * 2^15 * 2^7 < 2^31. Only every 511th addition needs more.
constexpr int32_t kShortRun = 511;

// An activation as a multiple of its scale; int16 activations have zero point 0.
inline int32_t Centred(int8_t value, int32_t zero_point) { return value - zero_point; }
inline int32_t Centred(int16_t value, int32_t /*zero_point*/) { return value; }

// sum plus (x[k * step] - zero_point) * weights[k] over k < count.
template <typename Sum, typename Activation>
inline Sum AddProducts(Sum sum, const Activation* x, int32_t step, int32_t zero_point,
                       const int8_t* weights, int32_t count) {
  while (count > 0) {
    const int32_t run = count < kShortRun ? count : kShortRun;
    int32_t part = 0;
    for (const int8_t* end = weights + run; weights != end; ++weights, x += step) {
      part += Centred(*x, zero_point) * *weights;
    }
    sum = WrappedSum<Sum>(sum, part);
    count -= run;
  }
  return sum;
}

}  // namespace kernels
}  // namespace harness

#endif  // HARNESS_KERNELS_PRODUCTS_H_
