#include "kernels/simd/quantize.h"

#include "kernels/simd/dsp.h"

#if HARNESS_MVE
#include <arm_mve.h>
#endif

namespace harness {
namespace kernels {
namespace simd {
namespace {

constexpr int32_t kValues = 256;  // of an int8

// From where on a table of every value's output costs less than it saves.
constexpr size_t kManyElements = 384;

#if HARNESS_MVE

void LookUpEach(const uint8_t* table, const uint8_t* input, size_t count, uint8_t* output) {
  for (int32_t left = static_cast<int32_t>(count); left > 0; left -= 16) {
    const mve_pred16_t valid = vctp8q(static_cast<uint32_t>(left));
    const uint8x16_t indices = vldrbq_z_u8(input, valid);
    vstrbq_p_u8(output, vldrbq_gather_offset_z_u8(table, indices, valid), valid);
    input += 16;
    output += 16;
  }
}

#else

void LookUpEach(const uint8_t* table, const uint8_t* input, size_t count, uint8_t* output) {
  const size_t whole = count & ~static_cast<size_t>(7);
  for (size_t i = 0; i < whole; i += 8) {
#pragma GCC unroll 8
    for (size_t k = 0; k < 8; ++k) {
      output[i + k] = table[input[i + k]];
    }
  }
  for (size_t i = whole; i < count; ++i) {
    output[i] = table[input[i]];
  }
}

#endif

}  // namespace

int32_t RequantizationScratchBytes(size_t count) { return count < kManyElements ? 0 : kValues; }

void Requantize(const Requantization& parameters, const int8_t* input, size_t count, void* scratch,
                int8_t* output) {
  if (count < kManyElements) {
    kernels::Requantize(parameters, input, count, output);
    return;
  }
  int8_t* const table = static_cast<int8_t*>(scratch);
  for (int32_t i = 0; i < kValues; ++i) {
    table[i] = static_cast<int8_t>(i < kValues / 2 ? i : i - kValues);
  }
  kernels::Requantize(parameters, table, static_cast<size_t>(kValues), table);
  LookUpEach(reinterpret_cast<const uint8_t*>(table), reinterpret_cast<const uint8_t*>(input),
             count, reinterpret_cast<uint8_t*>(output));
}

}  // namespace simd
}  // namespace kernels
}  // namespace harness
