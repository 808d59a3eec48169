// The end of layers of floats by Helium: bias and bounds.
#ifndef HARNESS_KERNELS_SIMD_MVE_FLOAT_OUTPUTS_H_
#define HARNESS_KERNELS_SIMD_MVE_FLOAT_OUTPUTS_H_

#include <arm_mve.h>

#include <cstdint>

#include "kernels/simd/float_layers.h"

namespace harness {
namespace kernels {
namespace simd {

// Adds the bias and brings one pixel's outputs within bounds; what is no number stays.
inline void FinishFloats(const float* bias, int32_t channels, const FloatRange& range,
                         float* outputs) {
  const float32x4_t least = vdupq_n_f32(range.least);
  const float32x4_t most = vdupq_n_f32(range.most);
  for (; channels > 0; channels -= 4, outputs += 4) {
    const mve_pred16_t lanes = vctp32q(static_cast<uint32_t>(channels));
    float32x4_t values = vldrwq_z_f32(outputs, lanes);
    if (bias != nullptr) {
      values = vaddq_f32(values, vldrwq_z_f32(bias, lanes));
      bias += 4;
    }
    values = vpselq_f32(least, values, vcmpltq_f32(values, least));
    values = vpselq_f32(most, values, vcmpgtq_f32(values, most));
    vstrwq_p_f32(outputs, values, vctp32q(static_cast<uint32_t>(channels)));
  }
}

}  // namespace simd
}  // namespace kernels
}  // namespace harness

#endif  // HARNESS_KERNELS_SIMD_MVE_FLOAT_OUTPUTS_H_
