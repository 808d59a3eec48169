#include "kernels/requantize_int8.h"

#include "kernels/fixed_point.h"

namespace harness {
namespace kernels {

void Requantize(const RequantizeInt8& parameters, const int8_t* input, size_t count,
                int8_t* output) {
  constexpr int32_t kLeast = -128;
  constexpr int32_t kMost = 127;
  for (size_t i = 0; i < count; ++i) {
    const int32_t centred = input[i] - parameters.input_zero_point;
    int32_t value = ScaledByMultiplier(centred, parameters.multiplier, parameters.shift) +
                    parameters.output_zero_point;
    value = value < kLeast ? kLeast : value;
    value = value > kMost ? kMost : value;
    output[i] = static_cast<int8_t>(value);
  }
}

}  // namespace kernels
}  // namespace harness
