// CONV_2D and FULLY_CONNECTED that skip the weights that are zero; int8 or int16 activations.
#ifndef HARNESS_KERNELS_SPARSE_H_
#define HARNESS_KERNELS_SPARSE_H_

#include <cstddef>
#include <cstdint>

#include "kernels/fully_connected.h"
#include "kernels/weights.h"
#include "kernels/window.h"

namespace harness {
namespace kernels {

// The bytes that the bitmap and the values take for `rows` x `columns` weights, or 0 where the
// `size` bytes at `data` are no such weights: too few, or a bit set beyond the columns.
size_t SparseBytes(const uint8_t* data, size_t size, int32_t rows, int32_t columns);

// Rows are output channels, columns the taps and input channels of the window; no groups. `patch`
// has room for the activations of one window unless that is a single pixel: they are gathered there,
// the input's zero point where the window leaves the image. `bias` as in convolution.h.
template <typename Activation, typename Sum>
void ConvolveSparse(const Convolution& layer, const Activation* input,
                    const SparseWeights& weights, const Sum* bias, Activation* patch,
                    Activation* output);

// Rows are units, columns inputs. `bias` as in fully_connected.h.
template <typename Activation, typename Sum>
void ConnectSparse(const FullyConnected& layer, const Activation* input,
                   const SparseWeights& weights, const Sum* bias, Activation* output);

// Whether ConvolveSparse gathers: every window of other layers is one pixel as it lies in the image.
inline bool GathersPatches(const Convolution& layer) {
  return layer.filter_height != 1 || layer.filter_width != 1;
}

}  // namespace kernels
}  // namespace harness

#endif  // HARNESS_KERNELS_SPARSE_H_
