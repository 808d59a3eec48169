#include "kernels/requantize_int8.h"

#include "kernels/fixed_point.h"

namespace harness {
namespace kernels {

void Requantize(const RequantizeInt8& parameters, const int8_t* input, size_t count,
                int8_t* output) {
  // The bounds before the zero point is added: the sum itself could exceed 32 bits.
  const int32_t least = -128 - parameters.output_zero_point;
  const int32_t most = 127 - parameters.output_zero_point;
  for (size_t i = 0; i < count; ++i) {
    const int32_t centred = input[i] - parameters.input_zero_point;
    int32_t value = ScaledByMultiplier(centred, parameters.multiplier, parameters.shift);
    value = value < least ? least : value;
    value = value > most ? most : value;
    output[i] = static_cast<int8_t>(value + parameters.output_zero_point);
  }
}

}  // namespace kernels
}  // namespace harness
