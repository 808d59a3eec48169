#include "kernels/pad_int16.h"

#include <cstring>

namespace harness {
namespace kernels {
namespace {

bool IsWithin(const Padding& padding, int dimension, int32_t place) {
  return place >= padding.before[dimension] &&
         place < padding.before[dimension] + padding.input_sizes[dimension];
}

int16_t* Fill(int16_t* output, int32_t count, int16_t fill) {
  for (int32_t i = 0; i < count; ++i) {
    *output++ = fill;
  }
  return output;
}

}  // namespace

void Pad(const Padding& parameters, const int16_t* input, int16_t fill, int16_t* output) {
  const int32_t size = parameters.input_sizes[3];
  const int32_t before = parameters.before[3];
  const int32_t after = parameters.output_sizes[3] - before - size;
  for (int32_t a = 0; a < parameters.output_sizes[0]; ++a) {
    for (int32_t b = 0; b < parameters.output_sizes[1]; ++b) {
      for (int32_t c = 0; c < parameters.output_sizes[2]; ++c) {
        if (!IsWithin(parameters, 0, a) || !IsWithin(parameters, 1, b) ||
            !IsWithin(parameters, 2, c)) {
          output = Fill(output, parameters.output_sizes[3], fill);
          continue;
        }
        output = Fill(output, before, fill);
        std::memcpy(output, input, static_cast<size_t>(size) * sizeof(int16_t));
        output = Fill(output + size, after, fill);
        input += size;
      }
    }
  }
}

}  // namespace kernels
}  // namespace harness
