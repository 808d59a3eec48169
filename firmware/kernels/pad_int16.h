// PAD and PADV2 of int16.
#ifndef HARNESS_KERNELS_PAD_INT16_H_
#define HARNESS_KERNELS_PAD_INT16_H_

#include <cstdint>

namespace harness {
namespace kernels {

// Four dimensions; leading ones that the tensors lack are 1 and not padded.
struct Padding {
  int32_t input_sizes[4];
  int32_t before[4];  // elements put before the input along each dimension, not negative
  int32_t output_sizes[4];
};

// The input at its place, and `fill` around it.
void Pad(const Padding& parameters, const int16_t* input, int16_t fill, int16_t* output);

}  // namespace kernels
}  // namespace harness

#endif  // HARNESS_KERNELS_PAD_INT16_H_
