// Brings together what a strip of a depthwise convolution covers of four input channels.
#ifndef HARNESS_KERNELS_SIMD_DEPTHWISE_PLANES_H_
#define HARNESS_KERNELS_SIMD_DEPTHWISE_PLANES_H_

#include <cstdint>

#include "kernels/products.h"
#include "kernels/simd/depthwise_plan.h"

namespace harness {
namespace kernels {
namespace simd {

#if HARNESS_DEPTHWISE_DSP

// A padded element.
template <typename Activation>
inline int32_t PaddingElement(int32_t /*zero_point*/) {
  return 0;
}

// Four channels of a pixel, less the zero point: (0, 2) and (1, 3) of int8, (0, 1) and (2, 3) of
// int16 activations.
struct PixelChannels {
  uint32_t first;
  uint32_t second;
};

HARNESS_ALWAYS_INLINE PixelChannels LoadChannels(const int8_t* pixel, uint32_t minus_zero_point) {
  const uint32_t bytes = LoadWord(pixel);
  return {Sxtab16(minus_zero_point, bytes), Sxtab16Ror8(minus_zero_point, bytes)};
}

HARNESS_ALWAYS_INLINE PixelChannels LoadChannels(const int16_t* pixel,
                                                 uint32_t /*minus_zero_point*/) {
  return {LoadWord(pixel), LoadWord(pixel + 2)};
}

HARNESS_ALWAYS_INLINE void StorePair(const int8_t*, const PixelChannels& a, const PixelChannels& b,
                                     uint32_t* to) {
  to[0] = Pkhbt<16>(a.first, b.first);
  to[1] = Pkhbt<16>(a.second, b.second);
  to[2] = Pkhtb<16>(b.first, a.first);
  to[3] = Pkhtb<16>(b.second, a.second);
}

HARNESS_ALWAYS_INLINE void StorePair(const int16_t*, const PixelChannels& a, const PixelChannels& b,
                                     uint32_t* to) {
  to[0] = Pkhbt<16>(a.first, b.first);
  to[1] = Pkhtb<16>(b.first, a.first);
  to[2] = Pkhbt<16>(a.second, b.second);
  to[3] = Pkhtb<16>(b.second, a.second);
}

// Four channels of a pixel, or fewer.
template <typename Activation>
struct AllChannels {
  uint32_t minus_zero_point;

  HARNESS_ALWAYS_INLINE PixelChannels operator()(const Activation* pixel) const {
    return LoadChannels(pixel, minus_zero_point);
  }
};
template <typename Activation>
struct FewChannels {
  uint32_t minus_zero_point;
  int32_t channels;

  PixelChannels operator()(const Activation* pixel) const {
    Activation padded[kPlaneChannels] = {};
    for (int32_t c = 0; c < channels; ++c) {
      padded[c] = pixel[c];
    }
    return LoadChannels(padded, minus_zero_point);
  }
};

// A line of the image, along the paired axis. Elements that are only padding stay as they are.
template <typename Activation, typename Channels>
void GatherLine(const DepthwisePlan& plan, const Activation* pixel, const Channels& channels,
                uint32_t* to) {
  const PixelChannels none = {0, 0};
  const int32_t step = plan.paired.input_step;
  const int32_t next = plan.line;
  int32_t elements = plan.pairs - plan.paired.padding / 2;
  int32_t pixels = plan.paired.input;
  to += plan.paired.padding / 2 * next;
  if (plan.paired.padding % 2 != 0 && elements > 0) {
    StorePair(pixel, none, channels(pixel), to);
    pixel += step;
    to += next;
    --pixels;
    --elements;
  }
  for (; pixels >= 2 && elements > 0; pixels -= 2, --elements) {
    StorePair(pixel, channels(pixel), channels(pixel + step), to);
    pixel += 2 * step;
    to += next;
  }
  if (pixels == 1 && elements > 0) {
    StorePair(pixel, channels(pixel), none, to);
  }
}

template <typename Activation>
void GatherLine(const DepthwisePlan& plan, const Activation* line, int32_t zero_point,
                int32_t channels, ElementOf<Activation>* to) {
  const uint32_t minus_zero_point = TwoHalves(-zero_point);
  if (channels == kPlaneChannels) {
    GatherLine(plan, line, AllChannels<Activation>{minus_zero_point}, to);
  } else {
    GatherLine(plan, line, FewChannels<Activation>{minus_zero_point, channels}, to);
  }
}

#else

// Half the range of an activation's type.
template <typename Activation>
constexpr int32_t HalfRange() {
  return 1 << (8 * sizeof(Activation) - 1);
}

// A padded element: the zero point.
template <typename Activation>
inline int32_t PaddingElement(int32_t zero_point) {
  return HalfRange<Activation>() + (sizeof(Activation) == 1 ? zero_point : 0);
}

template <typename Activation>
inline void CopyElement(const Activation* pixel, ElementOf<Activation>* to) {
  *to = static_cast<ElementOf<Activation> >(*pixel + HalfRange<Activation>());
}

inline bool IsAligned(const void* address) { return reinterpret_cast<uintptr_t>(address) % 4 == 0; }

// A line of the image, along the paired axis. Elements that are only padding stay as they are.
template <typename Activation>
void GatherLine(const DepthwisePlan& plan, const Activation* pixel, int32_t /*zero_point*/,
                int32_t channels, ElementOf<Activation>* to) {
  const int32_t step = plan.paired.input_step;
  const int32_t next = plan.line;
  const int32_t elements = plan.pairs - plan.paired.padding;
  int32_t pixels = plan.paired.input < elements ? plan.paired.input : elements;
  to += plan.paired.padding * next;
  const int32_t step_bytes = step * static_cast<int32_t>(sizeof(Activation));
  if (channels == kPlaneChannels && IsAligned(pixel) && step_bytes % 4 == 0) {
    const uint32_t half_ranges = sizeof(Activation) == 1 ? 0x80808080U : 0x80008000U;
    for (; pixels > 0; --pixels, pixel += step, to += next) {
#pragma GCC unroll 2
      for (uint32_t k = 0; k < sizeof(Activation); ++k) {
        const int32_t at = 4 / static_cast<int32_t>(sizeof(Activation)) * static_cast<int32_t>(k);
        StoreAlignedWord(to + at, LoadAlignedWord(pixel + at) ^ half_ranges);
      }
    }
  }
  for (; pixels > 0; --pixels, pixel += step, to += next) {
    for (int32_t c = 0; c < channels; ++c) {
      CopyElement(pixel + c, to + c);
    }
  }
}

#endif

// Makes all of a strip padding.
template <typename Activation>
void ClearPlanes(const DepthwisePlan& plan, int32_t zero_point, ElementOf<Activation>* planes) {
  using Element = ElementOf<Activation>;
  const Element padding = static_cast<Element>(PaddingElement<Activation>(zero_point));
  const int32_t elements = plan.pairs * plan.line;
  for (Element* end = planes + elements; planes != end; ++planes) {
    *planes = padding;
  }
}

// What the strip of outputs from `first` on covers of `channels` channels from where `image` is.
// Elements that are only padding stay as they are, the same for all channels of a strip.
template <typename Activation>
void GatherPlanes(const DepthwisePlan& plan, const Activation* image, int32_t zero_point,
                  int32_t channels, int32_t first, ElementOf<Activation>* planes) {
  const int32_t start = first * plan.plain.stride - plan.plain.padding;
  for (int32_t row = 0; row < plan.rows; ++row) {
    const int32_t position = start + row;
    if (static_cast<uint32_t>(position) < static_cast<uint32_t>(plan.plain.input)) {
      GatherLine(plan, image + position * plan.plain.input_step, zero_point, channels,
                 planes + row * kPlaneChannels);
    }
  }
}

}  // namespace simd
}  // namespace kernels
}  // namespace harness

#endif  // HARNESS_KERNELS_SIMD_DEPTHWISE_PLANES_H_
