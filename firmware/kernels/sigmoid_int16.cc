#include "kernels/sigmoid_int16.h"

#include "kernels/tables_int16.h"

namespace harness {
namespace kernels {
namespace {

int32_t Steps(const SigmoidSteps& parameters, int16_t input) {
  const int32_t half = parameters.shift > 0 ? 1 << (parameters.shift - 1) : 0;
  return (input * parameters.multiplier + half) >> parameters.shift;
}

// 1 / (1 + exp(-steps / (24 * 2^bits))) in 1 / (65536 * 2^bits), for steps >= 0; beyond the table it
// is `farthest`.
uint32_t Sigmoid(uint32_t steps, int bits, uint32_t farthest) {
  const uint32_t index = steps >> bits;
  if (index >= 255) {
    return farthest;
  }
  const uint32_t near = kSigmoid[index];
  const uint32_t rise = kSigmoid[index + 1] - near;
  return (near << bits) + rise * (steps & ((1u << bits) - 1));
}

uint32_t Magnitude(int32_t steps) {
  return steps < 0 ? 0u - static_cast<uint32_t>(steps) : static_cast<uint32_t>(steps);
}

}  // namespace

SigmoidSteps StepsOfScale(double scale) {
  double multiplier = scale * 12288.0;
  int32_t shift = 0;
  while (multiplier <= 32767.0 / 2.0 && shift <= 30) {
    multiplier *= 2.0;
    ++shift;
  }
  const bool within = multiplier < 65536.0;
  return {within ? static_cast<int32_t>(multiplier) : 65536, shift};
}

void Logistic(const SigmoidSteps& parameters, const int16_t* input, size_t count,
              int16_t* output) {
  for (size_t i = 0; i < count; ++i) {
    const int32_t steps = Steps(parameters, input[i]);
    // In 2^-25; for negative inputs one less it. The last 10 bits are rounded off.
    const int32_t value = static_cast<int32_t>(Sigmoid(Magnitude(steps), 9, 0x7FFFu << 10));
    const int32_t rounded = steps < 0 ? (1 << 25) - value + (1 << 9) - 1 : value + (1 << 9);
    output[i] = static_cast<int16_t>(rounded >> 10);
  }
}

void Tanh(const SigmoidSteps& parameters, const int16_t* input, size_t count, int16_t* output) {
  for (size_t i = 0; i < count; ++i) {
    const int32_t steps = Steps(parameters, input[i]);
    // In 2^-23, since it is twice what the sigmoid has above 1/2, which stands in 2^-24.
    const int32_t sigmoid = static_cast<int32_t>(Sigmoid(Magnitude(steps), 8, 0xFFFFu << 8));
    const int32_t value = sigmoid - (1 << 23);
    const int32_t rounded = steps < 0 ? -value + (1 << 7) - 1 : value + (1 << 7);
    output[i] = static_cast<int16_t>(rounded >> 8);
  }
}

}  // namespace kernels
}  // namespace harness
