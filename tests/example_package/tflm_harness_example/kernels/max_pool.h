// The largest value of each window of an int8 tensor.
#ifndef TFLM_HARNESS_EXAMPLE_MAX_POOL_H_
#define TFLM_HARNESS_EXAMPLE_MAX_POOL_H_

#include <cstdint>

namespace tflm_harness_example {

// One axis, height or width: sizes, and where the first window begins (0, or less with padding).
struct Axis {
  int32_t input;
  int32_t output;
  int32_t filter;
  int32_t stride;
  int32_t first;
};

struct Pool {
  int32_t batches;
  int32_t channels;
  Axis rows;
  Axis columns;
  int32_t least;  // what the fused activation keeps of the output
  int32_t most;
};

// Tensors are batches x rows x columns x channels. Padding is no value: it is left out.
void MaxPool(const Pool& pool, const int8_t* input, int8_t* output);

}  // namespace tflm_harness_example

#endif  // TFLM_HARNESS_EXAMPLE_MAX_POOL_H_
