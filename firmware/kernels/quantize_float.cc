#include "kernels/quantize_float.h"

#include <cmath>

namespace harness {
namespace kernels {

void Quantize(const FloatQuantization& parameters, const float* input, size_t count,
              int16_t* output) {
  const float least = static_cast<float>(-32768 - parameters.zero_point);
  const float most = static_cast<float>(32767 - parameters.zero_point);
  for (size_t i = 0; i < count; ++i) {
    float value = std::round(input[i] / parameters.scale);
    value = value > least ? value : least;
    value = value < most ? value : most;
    output[i] = static_cast<int16_t>(static_cast<int32_t>(value) + parameters.zero_point);
  }
}

}  // namespace kernels
}  // namespace harness
