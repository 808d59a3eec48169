// Entry points of the host library for the arithmetic that all kernels share, by C names, for the
// tests to call through ctypes.
#include <cstdint>

#include "kernels/fixed_point.h"

extern "C" {

int32_t harness_scaled_by_multiplier(int32_t value, int32_t multiplier, int shift) {
  return harness::kernels::ScaledByMultiplier(value, multiplier, shift);
}

}  // extern "C"
