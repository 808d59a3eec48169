// The instructions that the kernels of this folder are written for, and which of them the core has.
#ifndef HARNESS_KERNELS_SIMD_INSTRUCTIONS_H_
#define HARNESS_KERNELS_SIMD_INSTRUCTIONS_H_

#include <cstdint>
#include <cstring>

// One of the three holds: Helium (MVE, Cortex-M55), the DSP extension (Cortex-M4, M7, M33; on a
// host by HARNESS_EMULATE_DSP, so that its arithmetic is tested there), or neither (M0+, M3).
#if defined(__ARM_FEATURE_MVE)
#define HARNESS_MVE 1
#define HARNESS_DSP 0
#elif defined(__ARM_FEATURE_SIMD32) || defined(HARNESS_EMULATE_DSP)
#define HARNESS_MVE 0
#define HARNESS_DSP 1
#else
#define HARNESS_MVE 0
#define HARNESS_DSP 0
#endif

// For the pieces of inner loops: -Os would call them.
#define HARNESS_ALWAYS_INLINE __attribute__((always_inline)) inline

#endif  // HARNESS_KERNELS_SIMD_INSTRUCTIONS_H_
