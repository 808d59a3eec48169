// The windows of a CONV_2D on its input, brought together in scratch as the kernels read them: four
// windows form a group, whose values alternate, less the zero point. Beyond the image they are 0.
//
// For the DSP extension a step of four values a window is eight words: values 0 and 2 of each of
// the four windows, then values 1 and 3 of each, as int16, which is how SXTAB16 takes a word of
// bytes apart. Zeros behind a window's last value make a multiple of eight values. For cores
// without the extension a value is a word.
#ifndef HARNESS_KERNELS_SIMD_PATCHES_H_
#define HARNESS_KERNELS_SIMD_PATCHES_H_

#include <cstdint>

#include "kernels/simd/instructions.h"
#include "kernels/window.h"

namespace harness {
namespace kernels {
namespace simd {

constexpr int32_t kWindowsOfGroup = 4;
// Values of a window: what one output sums up products of.
inline int32_t Depth(const ConvolutionShape& shape) {
  return shape.filter_height * shape.filter_width * shape.filter_channels;
}

#if HARNESS_DSP

constexpr int32_t kValuesOfStep = 4;

// The same with the zeros behind them.
inline int32_t PaddedDepth(int32_t depth) { return (depth + 7) / 8 * 8; }

// Words of a group's windows.
inline int32_t GroupWords(int32_t padded_depth) { return padded_depth * kWindowsOfGroup / 2; }

#else

constexpr int32_t kValuesOfStep = 1;

inline int32_t PaddedDepth(int32_t depth) { return depth; }

inline int32_t GroupWords(int32_t padded_depth) { return padded_depth * kWindowsOfGroup; }

#endif

// Windows first ... first + count, in the order of the output's rows, of one image and one group's
// channels: `image` is the group's first channel. `line` has room for a padded window of
// Activation, and is used where runs of the window are no multiple of kValuesOfStep.
template <typename Activation>
void GatherPatches(const Convolution& layer, const Activation* image, int32_t first, int32_t count,
                   Activation* line, uint32_t* patches);

}  // namespace simd
}  // namespace kernels
}  // namespace harness

#endif  // HARNESS_KERNELS_SIMD_PATCHES_H_
