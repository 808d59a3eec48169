// The outputs of one channel of a depthwise convolution with any filter, from planes and taps in
// scratch memory.
#ifndef HARNESS_KERNELS_SIMD_DEPTHWISE_WINDOWS_H_
#define HARNESS_KERNELS_SIMD_DEPTHWISE_WINDOWS_H_

#include <cstdint>

#include "kernels/simd/depthwise_plan.h"

namespace harness {
namespace kernels {
namespace simd {

// `outputs` outputs of a channel along one axis, `step` apart.
template <typename Activation>
struct OutputLine {
  Activation* first;
  int32_t outputs;
  int32_t step;
};

// Sums may wrap: what a channel's elements have too much is taken off modulo 2^32.
template <typename Element>
HARNESS_ALWAYS_INLINE int32_t AddTaps(Element x, Tap tap, int32_t sum) {
#if HARNESS_DEPTHWISE_DSP
  return Smlad(x, tap, sum);
#else
  const uint32_t product = static_cast<uint32_t>(x) * static_cast<uint32_t>(tap);
  return static_cast<int32_t>(static_cast<uint32_t>(sum) + product);
#endif
}

// The same, kept where it stands: in a straight run of them GCC 12 would add up products apart, and
// keep what it has loaded, for which a Cortex-M0+ has no registers.
template <typename Element>
HARNESS_ALWAYS_INLINE int32_t AddTapsInOrder(Element x, Tap tap, int32_t sum) {
#if defined(__ARM_ARCH_6M__)
  const uint32_t product = static_cast<uint32_t>(x) * static_cast<uint32_t>(tap);
  __asm__ volatile("add %0, %0, %1" : "+l"(sum) : "l"(product) : "cc", "memory");
  return sum;
#else
  return AddTaps(x, tap, sum);
#endif
}

// Adds the products of one column of taps, which runs along the plain axis, for kCount windows that
// start kStep elements apart. kRows is the number of taps, side by side, or 0: plan's.
template <int kCount, int kStep, int kRows, typename Element>
HARNESS_ALWAYS_INLINE void AddColumn(const DepthwisePlan& plan, const Element* x, const Tap* taps,
                                     int32_t (&sums)[kCount]) {
  const int32_t row_step = plan.plain.dilation * kPlaneChannels;
  if (kRows != 0) {
#pragma GCC unroll 3
    for (int row = 0; row < kRows; ++row) {
      const Tap tap = taps[row];
#pragma GCC unroll 4
      for (int k = 0; k < kCount; ++k) {
        sums[k] = AddTapsInOrder(x[k * kStep + row * kPlaneChannels], tap, sums[k]);
      }
    }
    return;
  }
  const Tap* const end = taps + plan.plain.filter;
  do {
    const Tap tap = *taps++;
#pragma GCC unroll 4
    for (int k = 0; k < kCount; ++k) {
      sums[k] = AddTaps(x[k * kStep], tap, sums[k]);
    }
    x += row_step;
  } while (taps != end);
}

template <int kCount, int kStep, int kRows, typename Element>
HARNESS_ALWAYS_INLINE void AddWindows(const DepthwisePlan& plan, const Element* window,
                                      const Tap* taps, int32_t (&sums)[kCount]) {
  const int32_t column_taps = kRows != 0 ? kRows : plan.plain.filter;
  const int32_t tap_step = plan.tap_step;
  const Tap* const end = taps + plan.row_taps * column_taps;
  do {
    AddColumn<kCount, kStep, kRows>(plan, window, taps, sums);
    taps += column_taps;
    window += tap_step;
  } while (taps != end);
}

// A line along the plain axis whose first window starts at `window`. kStride is the stride along
// that axis, or 0 where it is another than 1 and 2: outputs are computed one by one then. The last
// block may have fewer outputs; its windows still lie within scratch memory.
template <int kStride, int kRows, typename Element, typename Activation, typename Outputs>
void ConvolveLine(const DepthwisePlan& plan, const Element* window, const Tap* taps, int32_t start,
                  const Outputs& output_of, const OutputLine<Activation>& line) {
  constexpr int kStep = kStride * kPlaneChannels;
  const int32_t step = plan.plain.stride * kPlaneChannels;
  Activation* to = line.first;
  int32_t left = line.outputs;
  if (kStride != 0) {
    for (; left > 1; left -= kBlock, window += kBlock * kStep) {
      int32_t sums[kBlock] = {start, start, start, start};
      AddWindows<kBlock, kStep, kRows>(plan, window, taps, sums);
      // All before the first is stored, which might change what they are computed from, for all
      // that the compiler knows.
      Activation outputs[kBlock];
#pragma GCC unroll 4
      for (int k = 0; k < kBlock; ++k) {
        outputs[k] = output_of(sums[k]);
      }
#pragma GCC unroll 4
      for (int k = 0; k < kBlock; ++k, to += line.step) {
        if (k < 2 || k < left) {
          *to = outputs[k];
        }
      }
    }
  }
  for (; left > 0; --left, window += step, to += line.step) {
    int32_t sums[1] = {start};
    AddWindows<1, 0, kRows>(plan, window, taps, sums);
    *to = output_of(sums[0]);
  }
}

}  // namespace simd
}  // namespace kernels
}  // namespace harness

#endif  // HARNESS_KERNELS_SIMD_DEPTHWISE_WINDOWS_H_
