// FULLY_CONNECTED with int8 or int16 activations and weights of 8 or 4 bits, one scale a unit.
#ifndef HARNESS_KERNELS_FULLY_CONNECTED_H_
#define HARNESS_KERNELS_FULLY_CONNECTED_H_

#include <cstdint>

#include "kernels/rescaling.h"
#include "kernels/weights.h"

namespace harness {
namespace kernels {

struct FullyConnected {
  int32_t batches;
  int32_t inputs;
  int32_t outputs;
  int32_t input_zero_point;
  OutputRange output;
};

// Weights are output, input. `bias` has one value for each output, or is null. Sum is int32_t or
// int64_t, and decides how outputs are rounded (rescaling.h).
template <typename Activation, typename Sum, typename Weights>
void Connect(const FullyConnected& layer, const Activation* input, const Weights& weights,
             const Sum* bias, Activation* output);

}  // namespace kernels
}  // namespace harness

#endif  // HARNESS_KERNELS_FULLY_CONNECTED_H_
