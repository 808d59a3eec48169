#include "kernels/softmax_int16.h"

#include "kernels/fixed_point.h"
#include "kernels/tables_int16.h"

namespace harness {
namespace kernels {
namespace {

// A table of 513 entries over all of int16: the upper 9 bits choose an entry, the lower 7 lie
// between it and the next.
int32_t Interpolated(const int16_t* table, int32_t value) {
  value = value < -32768 ? -32768 : value;
  value = value > 32767 ? 32767 : value;
  const int32_t index = 256 + (value >> 7);
  const int32_t slope = table[index + 1] - table[index];
  return table[index] + ((slope * (value & 127) + 64) >> 7);
}

void TakeRow(const Softmax& parameters, const int16_t* input, int16_t* output) {
  int32_t largest = input[0];
  for (int32_t i = 1; i < parameters.size; ++i) {
    largest = input[i] > largest ? input[i] : largest;
  }

  uint32_t sum = 0;  // in 1/32768; at least 32767, since exp(0) is among them
  for (int32_t i = 0; i < parameters.size; ++i) {
    const int32_t steps =
        ScaledByMultiplier(input[i] - largest, parameters.multiplier, parameters.shift);
    output[i] = static_cast<int16_t>(Interpolated(kExponential, steps + 32767));
    sum += static_cast<uint32_t>(output[i]);
  }

  // The sum is 2^places / 2^15 * (1 + fraction), with the fraction of 1 in 65536 parts.
  int places = 30;
  while ((sum >> places) == 0) {
    --places;
  }
  const uint32_t aligned = sum << (30 - places);
  const int32_t fraction = static_cast<int32_t>((aligned + (1 << 13)) >> 14) - 65536;
  const int32_t reciprocal = Interpolated(kReciprocal, fraction - 32768);

  for (int32_t i = 0; i < parameters.size; ++i) {
    const int32_t value = (output[i] * reciprocal + (1 << (places - 1))) >> places;
    output[i] = static_cast<int16_t>(value > 32767 ? 32767 : value);
  }
}

}  // namespace

void TakeSoftmax(const Softmax& parameters, const int16_t* input, int16_t* output) {
  for (int32_t row = 0; row < parameters.rows; ++row) {
    TakeRow(parameters, input, output);
    input += parameters.size;
    output += parameters.size;
  }
}

}  // namespace kernels
}  // namespace harness
