// AVERAGE_POOL_2D and MAX_POOL_2D of int16; input and output have the same scale, zero point 0.
#ifndef HARNESS_KERNELS_POOL_INT16_H_
#define HARNESS_KERNELS_POOL_INT16_H_

#include <cstdint>

namespace harness {
namespace kernels {

// Images are batch, height, width, channels. Every window covers at least one element of the image;
// padding does not count. A filter has at most 65535 taps, so that sums stay within 32 bits.
struct Pool {
  int32_t batches;
  int32_t input_height;
  int32_t input_width;
  int32_t channels;
  int32_t output_height;
  int32_t output_width;
  int32_t filter_height;
  int32_t filter_width;
  int32_t stride_height;
  int32_t stride_width;
  int32_t padding_top;
  int32_t padding_left;
  int32_t least;  // bounds of the outputs
  int32_t most;
};

// The average of what each window covers, halves away from zero.
void AveragePool(const Pool& parameters, const int16_t* input, int16_t* output);

// The largest element that each window covers.
void MaxPool(const Pool& parameters, const int16_t* input, int16_t* output);

}  // namespace kernels
}  // namespace harness

#endif  // HARNESS_KERNELS_POOL_INT16_H_
