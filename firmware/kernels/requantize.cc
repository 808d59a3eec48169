#include "kernels/requantize.h"

#include "kernels/fixed_point.h"

namespace harness {
namespace kernels {

template <typename Input, typename Output>
void Requantize(const Requantization& parameters, const Input* input, size_t count,
                Output* output) {
  // The bounds before the zero point is added: the sum itself could exceed 32 bits.
  const int32_t least = parameters.least - parameters.output_zero_point;
  const int32_t most = parameters.most - parameters.output_zero_point;
  for (size_t i = 0; i < count; ++i) {
    const int32_t centred = input[i] - parameters.input_zero_point;
    int32_t value = ScaledByMultiplier(centred, parameters.multiplier, parameters.shift);
    value = value < least ? least : value;
    value = value > most ? most : value;
    output[i] = static_cast<Output>(value + parameters.output_zero_point);
  }
}

template void Requantize(const Requantization&, const int8_t*, size_t, int8_t*);
template void Requantize(const Requantization&, const int8_t*, size_t, int16_t*);
template void Requantize(const Requantization&, const int16_t*, size_t, int8_t*);
template void Requantize(const Requantization&, const int16_t*, size_t, int16_t*);

}  // namespace kernels
}  // namespace harness
