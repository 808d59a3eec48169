#include "kernels/leaky_relu.h"

#include <limits>

#include "kernels/fixed_point.h"

namespace harness {
namespace kernels {

template <typename T>
void TakeLeakyRelu(const LeakyRelu& parameters, const T* input, size_t count, T* output) {
  // The bounds before the zero point is added: the sum itself could exceed 32 bits.
  const int32_t least = std::numeric_limits<T>::min() - parameters.output_zero_point;
  const int32_t most = std::numeric_limits<T>::max() - parameters.output_zero_point;
  for (size_t i = 0; i < count; ++i) {
    const int32_t centred = input[i] - parameters.input_zero_point;
    int32_t value =
        centred >= 0
            ? ScaledByMultiplier(centred, parameters.multiplier, parameters.shift)
            : ScaledByMultiplier(centred, parameters.slope_multiplier, parameters.slope_shift);
    value = value < least ? least : value;
    value = value > most ? most : value;
    output[i] = static_cast<T>(value + parameters.output_zero_point);
  }
}

template void TakeLeakyRelu(const LeakyRelu&, const int8_t*, size_t, int8_t*);
template void TakeLeakyRelu(const LeakyRelu&, const int16_t*, size_t, int16_t*);

}  // namespace kernels
}  // namespace harness
