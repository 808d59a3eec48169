// SOFTMAX of int16, zero point 0; the output's scale is 2^-15.
#ifndef HARNESS_KERNELS_SOFTMAX_INT16_H_
#define HARNESS_KERNELS_SOFTMAX_INT16_H_

#include <cstdint>

namespace harness {
namespace kernels {

struct Softmax {
  int32_t rows;
  int32_t size;        // of a row: 1 ... 65535
  int32_t multiplier;  // input scale * beta * 65535 / 10 is multiplier * 2^(shift - 31): exponents
  int32_t shift;       // are counted in steps of which 65535 are the 10 that the table covers
};

// Each row: exp(x - largest) by table, times one over their sum by table. A difference below -10
// counts as -10. May run in place.
void TakeSoftmax(const Softmax& parameters, const int16_t* input, int16_t* output);

}  // namespace kernels
}  // namespace harness

#endif  // HARNESS_KERNELS_SOFTMAX_INT16_H_
