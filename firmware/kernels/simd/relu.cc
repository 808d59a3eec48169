#include "kernels/simd/relu.h"

#include "kernels/simd/dsp.h"

#if HARNESS_MVE
#include <arm_mve.h>
#endif

namespace harness {
namespace kernels {
namespace simd {

#if HARNESS_MVE

void ClampEach(int32_t least, int32_t most, const int8_t* input, size_t count, int8_t* output) {
  const int8x16_t lower = vdupq_n_s8(static_cast<int8_t>(least));
  const int8x16_t upper = vdupq_n_s8(static_cast<int8_t>(most));
  for (int32_t left = static_cast<int32_t>(count); left > 0; left -= 16) {
    const mve_pred16_t valid = vctp8q(static_cast<uint32_t>(left));
    const int8x16_t values = vldrbq_z_s8(input, valid);
    vstrbq_p_s8(output, vminq_s8(vmaxq_s8(values, lower), upper), valid);
    input += 16;
    output += 16;
  }
}

#else

void ClampEach(int32_t least, int32_t most, const int8_t* input, size_t count, int8_t* output) {
  size_t i = 0;
#if HARNESS_DSP
  const uint32_t lower = 0x01010101U * static_cast<uint8_t>(least);
  const uint32_t upper = 0x01010101U * static_cast<uint8_t>(most);
  for (; i + 8 <= count; i += 8) {
    const uint32_t first = LoadWord(input + i);
    const uint32_t second = LoadWord(input + i + 4);
    StoreWord(output + i, Least4(Greatest4(first, lower), upper));
    StoreWord(output + i + 4, Least4(Greatest4(second, lower), upper));
  }
#endif
  for (; i < count; ++i) {
    const int32_t raised = input[i] < least ? least : input[i];
    output[i] = static_cast<int8_t>(raised > most ? most : raised);
  }
}

#endif

}  // namespace simd
}  // namespace kernels
}  // namespace harness
