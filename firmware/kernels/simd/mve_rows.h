// Rows of weights, and patches in the order that mve_products.h reads them in.
#ifndef HARNESS_KERNELS_SIMD_MVE_ROWS_H_
#define HARNESS_KERNELS_SIMD_MVE_ROWS_H_

#include <arm_mve.h>

#include <cstdint>

#include "kernels/rescaling.h"
#include "kernels/simd/mve_products.h"

namespace harness {
namespace kernels {
namespace simd {

inline const uint8_t* BytesOf(const DenseWeights& weights) {
  return reinterpret_cast<const uint8_t*>(weights.values);
}
inline const uint8_t* BytesOf(const SignedHalves& weights) { return weights.halves; }
inline const uint8_t* BytesOf(const TableIndices& weights) { return weights.halves; }

// A row of an odd number of halves ends amid a byte, and the next begins there: its patch is moved
// by one place then, and begins with a 0.
template <typename Weights>
constexpr bool IsPacked() {
  return WeightsOfByte<Weights>::kCount == 2;
}

// How many activations of a patch are laid out, with what a whole step needs beyond them.
template <typename Activation, typename Weights>
constexpr int32_t PatchRoom(int32_t row_size) {
  const int32_t step = StepOf<Activation, Weights>();
  return IsPacked<Weights>() ? (row_size + step) / step * step : (row_size + 15) / 16 * 16;
}

// Copies `bytes` bytes.
HARNESS_MVE_INLINE void CopyBytes(void* to, const void* from, int32_t bytes) {
  __asm__ volatile(
      "wlstp.8 lr, %[bytes], 2f\n"
      "1:\n"
      "vldrb.u8 q0, [%[from]], #16\n"
      "vstrb.8 q0, [%[to]], #16\n"
      "letp lr, 1b\n"
      "2:\n"
      : [from] "+r"(from), [to] "+r"(to)
      : [bytes] "r"(bytes)
      : "q0", "lr", "memory");
}

// Sets `bytes` bytes.
HARNESS_MVE_INLINE void FillBytes(void* to, int32_t value, int32_t bytes) {
  __asm__ volatile(
      "vdup.8 q0, %[value]\n"
      "wlstp.8 lr, %[bytes], 2f\n"
      "1:\n"
      "vstrb.8 q0, [%[to]], #16\n"
      "letp lr, 1b\n"
      "2:\n"
      : [to] "+r"(to)
      : [bytes] "r"(bytes), [value] "r"(value)
      : "q0", "lr", "memory");
}

// By steps: the values of even, then those of odd place.
inline void Deinterleave(const int8_t* from, int32_t count, int8_t* to) {
  for (const int8_t* end = from + count; from < end; from += 32, to += 32) {
    const int8x16x2_t both = vld2q_s8(from);
    vstrbq_s8(to, both.val[0]);
    vstrbq_s8(to + 16, both.val[1]);
  }
}

inline void Deinterleave(const int16_t* from, int32_t count, int16_t* to) {
  for (const int16_t* end = from + count; from < end; from += 16, to += 16) {
    const int16x8x2_t both = vld2q_s16(from);
    vstrhq_s16(to, both.val[0]);
    vstrhq_s16(to + 8, both.val[1]);
  }
}

// Lays out `row_size` activations, which bring(place) writes.
template <typename Weights, typename Activation, typename Bring>
inline void LayOut(int32_t row_size, int32_t moved, Activation* plain, Activation* patch,
                   Bring bring) {
  if (!IsPacked<Weights>()) {
    bring(patch);
    return;
  }
  plain[0] = 0;
  const int32_t end = row_size + moved;
  bring(plain + moved);
  if (end % 2 != 0) {
    plain[end] = 0;
  }
  Deinterleave(plain, end, patch);
}

// The rows of a layer.
template <typename Weights>
struct Rows {
  const Weights& weights;
  int32_t size;

  const uint8_t* At(int32_t channel) const {
    return BytesOf(weights) + channel * size / WeightsOfByte<Weights>::kCount;
  }

  // Whether only every second row begins with a byte.
  bool AreSplit() const { return IsPacked<Weights>() && size % 2 != 0; }

  int32_t Bytes(int32_t moved) const {
    return IsPacked<Weights>() ? (size + moved + 1) / 2 : size;
  }
};

// The channels of [first, end) whose rows begin at `moved`, in pairs; kStep is 2 where only every
// second row does. A loop of mve_products.h leaves its places behind the last whole vector, from
// where Next() finds the next pair's.
template <int kStep, typename Activation, typename Weights>
class Pairs {
 public:
  Pairs(const Rows<Weights>& rows, int32_t moved, int32_t first, int32_t end,
        const Activation* const* patches)
      : weights_(rows.weights),
        bytes_(rows.Bytes(moved)),
        channel_(first + (kStep == 2 ? (first + moved) % 2 : 0)),
        pairs_((end - channel_ + kStep - 1) / kStep / 2),
        has_single_((end - channel_ + kStep - 1) / kStep % 2 != 0),
        apart_(kStep * rows.size / WeightsOfByte<Weights>::kCount) {
    constexpr int32_t kTaken = 16 / static_cast<int32_t>(sizeof(Activation));
    const int32_t loops = (bytes_ + kTaken - 1) / kTaken;
    back_ = loops * StepOf<Activation, Weights>();
    ahead_ = 2 * apart_ - loops * kTaken;
    at_ = {{patches[0], patches[1]}, {rows.At(channel_), nullptr}};
  }

  int32_t First() const { return channel_; }
  int32_t Count() const { return pairs_; }
  // Whether one channel is left behind the pairs.
  bool HasSingle() const { return has_single_; }

  // Calls add(weights, bytes, block) for the next pair, or for the single channel and itself.
  template <typename Add>
  HARNESS_MVE_INLINE void Run(bool single, Add add) {
    at_.rows[1] = single ? at_.rows[0] : at_.rows[0] + apart_;
    add(weights_, bytes_, at_);
    at_.patches[0] -= back_;
    at_.patches[1] -= back_;
    at_.rows[0] += ahead_;
  }

 private:
  const Weights weights_;
  const int32_t bytes_;
  const int32_t channel_;
  const int32_t pairs_;
  const bool has_single_;
  const int32_t apart_;
  int32_t back_;
  int32_t ahead_;
  Block<Activation> at_;
};

// So many products of 16 bits, in whole steps, stay within 32 bits.
constexpr int32_t kShortProducts = 496;

// The most that the absolute weights of any of `count` rows sum up to, or a bound of it: `exactly`
// tells whether a closer look is worth its time.
inline int32_t MostOfRows(const Rows<DenseWeights>& rows, int32_t count, bool exactly) {
  constexpr int32_t kGreatest = 128;
  uint32_t most = static_cast<uint32_t>(rows.size) * kGreatest;
  if (exactly) {
    most = 0;
    const int8_t* weights = rows.weights.values;
    for (int32_t row = 0; row < count; ++row, weights += rows.size) {
      uint32_t sum = 0;
      for (int32_t k = 0; k < rows.size; k += 16) {
        const mve_pred16_t lanes = vctp8q(static_cast<uint32_t>(rows.size - k));
        sum = vabavq_s8(sum, vldrbq_z_s8(weights + k, lanes), vdupq_n_s8(0));
      }
      most = sum > most ? sum : most;
    }
  }
  return static_cast<int32_t>(most);
}
inline int32_t MostOfRows(const Rows<SignedHalves>& rows, int32_t, bool) {
  return 8 * rows.size;
}
inline int32_t MostOfRows(const Rows<TableIndices>& rows, int32_t, bool) {
  int32_t most = 0;
  for (int32_t k = 0; k < 16; ++k) {
    const int32_t value = rows.weights.table[k];
    const int32_t size = value < 0 ? -value : value;
    most = size > most ? size : most;
  }
  return most * rows.size;
}

// Adds the products of two int16 patches with two rows to any Sum.
template <typename Weights, typename Sum>
HARNESS_MVE_INLINE void AddLongProducts(const Weights& weights, int32_t bytes, Block<int16_t>& at,
                                        Sum (&sums)[2][2]) {
  constexpr int32_t kRun = kShortProducts / WeightsOfByte<Weights>::kCount;
  for (int32_t left = bytes; left > 0; left -= kRun) {
    BlockSums part = {};
    AddProducts(weights, left < kRun ? left : kRun, at, part);
    sums[0][0] = WrappedSum<Sum>(sums[0][0], part.first[0]);
    sums[0][1] = WrappedSum<Sum>(sums[0][1], part.first[1]);
    sums[1][0] = WrappedSum<Sum>(sums[1][0], part.second[0]);
    sums[1][1] = WrappedSum<Sum>(sums[1][1], part.second[1]);
  }
}

}  // namespace simd
}  // namespace kernels
}  // namespace harness

#endif  // HARNESS_KERNELS_SIMD_MVE_ROWS_H_
