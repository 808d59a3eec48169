// Entry points of the host library, by C names, for the tests to call through ctypes.
#include <cstddef>
#include <cstdint>

#include "kernels/fixed_point.h"
#include "kernels/requantize_int8.h"

using harness::kernels::RequantizeInt8;

extern "C" {

int32_t harness_scaled_by_multiplier(int32_t value, int32_t multiplier, int shift) {
  return harness::kernels::ScaledByMultiplier(value, multiplier, shift);
}

void harness_requantize_int8(const RequantizeInt8* parameters, const int8_t* input, size_t count,
                             int8_t* output) {
  harness::kernels::Requantize(*parameters, input, count, output);
}

}  // extern "C"
