#include "kernels/sparse.h"

#include "kernels/products.h"

namespace harness {
namespace kernels {
namespace {

constexpr int32_t kWordBits = 32;

// The next `count` bytes of a bitmap, 1 to 4, as one word.
inline uint32_t BitmapWord(const uint8_t* bytes, int32_t count) {
  uint32_t word = 0;
  for (int32_t k = 0; k < count; ++k) {
    word |= static_cast<uint32_t>(bytes[k]) << (8 * k);
  }
  return word;
}

// The outputs of all rows for the activations x of one window; consecutive in memory.
template <typename Activation, typename Sum>
void ApplyRows(const Activation* x, int32_t zero_point, SparseWeights weights, int32_t rows,
               int32_t columns, const Sum* bias, const OutputRange& range, Activation* output) {
  for (int32_t row = 0; row < rows; ++row) {
    Sum sum = bias == nullptr ? 0 : bias[row];
    int32_t bytes = BitmapRowBytes(columns);
    const Activation* at = x;
    while (bytes > 0) {
      const int32_t taken = bytes < 4 ? bytes : 4;
      uint32_t bits = taken == 4 ? BitmapWord(weights.bitmap, 4) : BitmapWord(weights.bitmap, taken);
      int32_t part = 0;
      for (; bits != 0; bits &= bits - 1) {
        part += Centred(at[__builtin_ctz(bits)], zero_point) * *weights.values++;
      }
      sum = WrappedSum<Sum>(sum, part);
      weights.bitmap += taken;
      bytes -= taken;
      at += kWordBits;
    }
    output[row] = Output<Activation>(sum, range, range.scales[row]);
  }
}

// Writes the activations under the window at (top, left) of `image` to `patch`.
template <typename Activation>
void Gather(const Convolution& layer, const Activation* image, int32_t top, int32_t left,
            Activation* patch) {
  const int32_t depth = layer.input_channels;
  const Activation padding = static_cast<Activation>(layer.input_zero_point);
  for (int32_t row = 0; row < layer.filter_height; ++row) {
    const int32_t y = top + row * layer.dilation_height;
    for (int32_t column = 0; column < layer.filter_width; ++column) {
      const int32_t x = left + column * layer.dilation_width;
      const bool within = 0 <= y && y < layer.input_height && 0 <= x && x < layer.input_width;
      const Activation* pixel = within ? image + (y * layer.input_width + x) * depth : nullptr;
      for (int32_t channel = 0; channel < depth; ++channel) {
        *patch++ = within ? pixel[channel] : padding;
      }
    }
  }
}

}  // namespace

size_t SparseBytes(const uint8_t* data, size_t size, int32_t rows, int32_t columns) {
  const size_t row_bytes = static_cast<size_t>(BitmapRowBytes(columns));
  const size_t bitmap = static_cast<size_t>(rows) * row_bytes;
  if (size < bitmap) {
    return 0;
  }
  size_t values = 0;
  for (size_t k = 0; k < bitmap; ++k) {
    const bool ends_row = (k + 1) % row_bytes == 0;
    if (ends_row && columns % 8 != 0 && data[k] >> (columns % 8) != 0) {
      return 0;
    }
    values += static_cast<size_t>(__builtin_popcount(data[k]));
  }
  return size < bitmap + values ? 0 : bitmap + values;
}

template <typename Activation, typename Sum>
void ConvolveSparse(const Convolution& layer, const Activation* input,
                    const SparseWeights& weights, const Sum* bias, Activation* patch,
                    Activation* output) {
  const int32_t columns = layer.filter_height * layer.filter_width * layer.input_channels;
  const int32_t image_size = layer.input_height * layer.input_width * layer.input_channels;
  for (int32_t batch = 0; batch < layer.batches; ++batch, input += image_size) {
    for (int32_t y = 0; y < layer.output_height; ++y) {
      const int32_t top = y * layer.stride_height - layer.padding_top;
      for (int32_t x = 0; x < layer.output_width; ++x, output += layer.output_channels) {
        const int32_t left = x * layer.stride_width - layer.padding_left;
        const Activation* window = patch;
        if (GathersPatches(layer)) {
          Gather(layer, input, top, left, patch);
        } else {
          window = input + (top * layer.input_width + left) * layer.input_channels;
        }
        ApplyRows(window, layer.input_zero_point, weights, layer.output_channels, columns, bias,
                  layer.output, output);
      }
    }
  }
}

template <typename Activation, typename Sum>
void ConnectSparse(const FullyConnected& layer, const Activation* input,
                   const SparseWeights& weights, const Sum* bias, Activation* output) {
  for (int32_t batch = 0; batch < layer.batches; ++batch) {
    ApplyRows(input + batch * layer.inputs, layer.input_zero_point, weights, layer.outputs,
              layer.inputs, bias, layer.output, output + batch * layer.outputs);
  }
}

template void ConvolveSparse(const Convolution&, const int8_t*, const SparseWeights&,
                             const int32_t*, int8_t*, int8_t*);
template void ConvolveSparse(const Convolution&, const int16_t*, const SparseWeights&,
                             const int64_t*, int16_t*, int16_t*);
template void ConnectSparse(const FullyConnected&, const int8_t*, const SparseWeights&,
                            const int32_t*, int8_t*);
template void ConnectSparse(const FullyConnected&, const int16_t*, const SparseWeights&,
                            const int64_t*, int16_t*);

}  // namespace kernels
}  // namespace harness
