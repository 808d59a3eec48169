// Depthwise convolution with 3 x 3 filters by the DSP extension, strides of 1 or 2: lines of
// outputs along the paired axis. What one pair of outputs reads last is what the next reads first.
#ifndef HARNESS_KERNELS_SIMD_DEPTHWISE_3X3_H_
#define HARNESS_KERNELS_SIMD_DEPTHWISE_3X3_H_

#include <cstdint>

#include "kernels/simd/depthwise_plan.h"

#if HARNESS_DEPTHWISE_DSP

namespace harness {
namespace kernels {
namespace simd {

// The taps of a 3 x 3 filter: of each of three rows, which run along the paired axis, taps 0 and 1,
// and taps 1 and 2.
struct Taps3x3 {
  struct Row {
    uint32_t first;
    uint32_t last;
  } rows[3];
};

// What a line of outputs of a 3 x 3 filter needs beside its window. It stays in memory: the sums
// and the pairs of inputs that neighbouring outputs share take the registers.
template <typename Outputs>
struct Line3x3 {
  Taps3x3 taps;
  int32_t next;    // elements to the next pair
  int32_t beside;  // from one output to the next
  Outputs output_of;
};

// The loads after it stay after it: GCC's scheduler would bring all rows' forward, and then have
// too few registers for them.
inline void KeepOrder() { __asm__ volatile("" ::: "memory"); }

// Adds a row's products with a pair of inputs to the sums of two windows side by side. For AddFirst
// the pair is at taps 0 and 1 of the first window, for AddLast at its tap 2 and beyond.
template <typename Outputs>
HARNESS_ALWAYS_INLINE void AddFirst(const Line3x3<Outputs>& line, int row, uint32_t pair,
                                    int32_t* a, int32_t* b) {
  *a = Smlad(pair, line.taps.rows[row].first, *a);
  *b = Smlatb(pair, line.taps.rows[row].first, *b);
}
template <typename Outputs>
HARNESS_ALWAYS_INLINE void AddLast(const Line3x3<Outputs>& line, int row, uint32_t pair, int32_t* a,
                                   int32_t* b) {
  *a = Smlabt(pair, line.taps.rows[row].last, *a);
  *b = Smlad(pair, line.taps.rows[row].last, *b);
}

// `outputs` outputs, a multiple of 4; the pairs before `window` are in x, and are the next ones in
// the end.
template <typename Activation, typename Outputs>
HARNESS_ALWAYS_INLINE void ConvolveQuads3x3(const Line3x3<Outputs>& line, int32_t outputs,
                                            const uint32_t*& window, uint32_t (&x)[3],
                                            Activation*& to) {
  for (const Activation* const end = to + outputs * line.beside; to != end;) {
    const int32_t start = line.output_of.start;
    int32_t a = start;
    int32_t b = start;
    int32_t c = start;
    int32_t d = start;
    const uint32_t* middle = window + line.next;
    window = middle + line.next;
#pragma GCC unroll 3
    for (int row = 0; row < 3; ++row) {
      AddFirst(line, row, x[row], &a, &b);
      x[row] = middle[row * kPlaneChannels];
      AddLast(line, row, x[row], &a, &b);
      AddFirst(line, row, x[row], &c, &d);
      x[row] = window[row * kPlaneChannels];
      AddLast(line, row, x[row], &c, &d);
      KeepOrder();
    }
    const Activation first = line.output_of(a);
    const Activation second = line.output_of(b);
    const Activation third = line.output_of(c);
    const Activation fourth = line.output_of(d);
    const int32_t beside = line.beside;
    to[0] = first;
    to[beside] = second;
    to += 2 * beside;
    to[0] = third;
    to[beside] = fourth;
    to += 2 * beside;
  }
}

// The last `outputs` outputs of a line, 3 at most. The second of a pair is stored first, so that it
// may be none: both go to the same place then.
template <typename Activation, typename Outputs>
HARNESS_ALWAYS_INLINE void ConvolveRest3x3(const Line3x3<Outputs>& line, int32_t outputs,
                                           const uint32_t* window, uint32_t (&x)[3],
                                           Activation* to) {
  for (; outputs > 0; outputs -= 2) {
    int32_t a = line.output_of.start;
    int32_t b = a;
    window += line.next;
#pragma GCC unroll 3
    for (int row = 0; row < 3; ++row) {
      AddFirst(line, row, x[row], &a, &b);
      x[row] = window[row * kPlaneChannels];
      AddLast(line, row, x[row], &a, &b);
    }
    const int32_t beside = outputs == 1 ? 0 : line.beside;
    const Activation first = line.output_of(a);
    to[beside] = line.output_of(b);
    to[0] = first;
    to += 2 * beside;
  }
}

template <typename Activation, typename Outputs>
HARNESS_ALWAYS_INLINE void ConvolveLine3x3(const Line3x3<Outputs>& line, int32_t outputs,
                                           const uint32_t* window, Activation* to) {
  uint32_t x[3] = {window[0], window[kPlaneChannels], window[2 * kPlaneChannels]};
  const int32_t rest = outputs & 3;
  ConvolveQuads3x3(line, outputs - rest, window, x, to);
  ConvolveRest3x3(line, rest, window, x, to);
}

// The same with strides of 2, in pairs.
template <typename Activation, typename Outputs>
HARNESS_ALWAYS_INLINE void ConvolveLine3x3Stride2(const Line3x3<Outputs>& line, int32_t outputs,
                                                  const uint32_t* window, Activation* to) {
  uint32_t x[3] = {window[0], window[kPlaneChannels], window[2 * kPlaneChannels]};
  for (; outputs > 0; outputs -= 2) {
    int32_t a = line.output_of.start;
    int32_t b = a;
    const uint32_t* middle = window + line.next;
    window = middle + line.next;
#pragma GCC unroll 3
    for (int row = 0; row < 3; ++row) {
      a = Smlad(x[row], line.taps.rows[row].first, a);
      const uint32_t shared = middle[row * kPlaneChannels];
      a = Smlabt(shared, line.taps.rows[row].last, a);
      b = Smlad(shared, line.taps.rows[row].first, b);
      x[row] = window[row * kPlaneChannels];
      b = Smlabt(x[row], line.taps.rows[row].last, b);
      KeepOrder();
    }
    const int32_t beside = outputs == 1 ? 0 : line.beside;
    const Activation first = line.output_of(a);
    to[beside] = line.output_of(b);
    to[0] = first;
    to += 2 * beside;
  }
}

}  // namespace simd
}  // namespace kernels
}  // namespace harness

#endif

#endif  // HARNESS_KERNELS_SIMD_DEPTHWISE_3X3_H_
