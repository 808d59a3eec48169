// The weights of a layer as they lie in flash, read in short runs of int8 values.
#ifndef HARNESS_KERNELS_WEIGHTS_H_
#define HARNESS_KERNELS_WEIGHTS_H_

#include <cstdint>
#include <limits>

namespace harness {
namespace kernels {

// One byte a weight.
struct DenseWeights {
  const int8_t* values;

  // How many weights a run may have; scratch of as many bytes is needed where unpacking is.
  static constexpr int32_t kLongestRun = std::numeric_limits<int32_t>::max();
  static constexpr bool kUnpacks = false;

  int8_t At(int32_t index) const { return values[index]; }

  const int8_t* Run(int32_t first, int32_t /*count*/, int8_t* /*scratch*/) const {
    return values + first;
  }
};

// Four bits a weight, weight 0 in the low half of byte 0: indices into a table of 16 values. Two's
// complement int4 is the case of the table 0 ... 7, -8 ... -1.
struct PackedWeights {
  const uint8_t* halves;
  const int8_t* table;

  static constexpr int32_t kLongestRun = 64;
  static constexpr bool kUnpacks = true;

  int8_t At(int32_t index) const {
    const uint8_t byte = halves[index / 2];
    return table[index % 2 == 0 ? byte & 15 : byte >> 4];
  }

  // Unpacks `count` weights into `scratch`.
  const int8_t* Run(int32_t first, int32_t count, int8_t* scratch) const {
    int32_t done = 0;
    if (first % 2 != 0 && count > 0) {
      scratch[done++] = At(first);
    }
    const uint8_t* byte = halves + (first + done) / 2;
    for (; done + 1 < count; done += 2, ++byte) {
      scratch[done] = table[*byte & 15];
      scratch[done + 1] = table[*byte >> 4];
    }
    if (done < count) {
      scratch[done] = table[*byte & 15];
    }
    return scratch;
  }
};

extern const int8_t kInt4Values[16];

inline PackedWeights Int4Weights(const uint8_t* data) { return {data, kInt4Values}; }

// The table's 16 values come first.
inline PackedWeights TableWeights(const uint8_t* data) {
  return {data + 16, reinterpret_cast<const int8_t*>(data)};
}

// Only the weights that are not zero, by rows: a bit for each column, the first in the lowest bit
// of the row's first byte, each row in whole bytes, the bits that are left over zero; then the
// values of the set bits, row after row.
struct SparseWeights {
  const uint8_t* bitmap;
  const int8_t* values;
};

inline int32_t BitmapRowBytes(int32_t columns) { return (columns + 7) / 8; }

inline SparseWeights SparseWeightsOf(const uint8_t* data, int32_t rows, int32_t columns) {
  return {data, reinterpret_cast<const int8_t*>(data + rows * BitmapRowBytes(columns))};
}

}  // namespace kernels
}  // namespace harness

#endif  // HARNESS_KERNELS_WEIGHTS_H_
