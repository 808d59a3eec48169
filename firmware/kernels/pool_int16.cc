#include "kernels/pool_int16.h"

#include "kernels/window.h"

namespace harness {
namespace kernels {
namespace {

int16_t Clamped(int32_t value, const Pool& pool) {
  value = value < pool.least ? pool.least : value;
  value = value > pool.most ? pool.most : value;
  return static_cast<int16_t>(value);
}

// The elements of one channel that a window covers: `rows` x `columns` from `first` on.
struct Covered {
  const int16_t* first;
  int32_t rows;
  int32_t columns;
  int32_t row_step;
  int32_t column_step;
};

struct Average {
  static int32_t Of(const Covered& covered) {
    int32_t sum = 0;
    const int16_t* row = covered.first;
    for (int32_t y = 0; y < covered.rows; ++y, row += covered.row_step) {
      const int16_t* element = row;
      for (int32_t x = 0; x < covered.columns; ++x, element += covered.column_step) {
        sum += *element;
      }
    }
    const int32_t count = covered.rows * covered.columns;
    return (sum < 0 ? sum - count / 2 : sum + count / 2) / count;
  }
};

struct Maximum {
  static int32_t Of(const Covered& covered) {
    int32_t largest = -32768;
    const int16_t* row = covered.first;
    for (int32_t y = 0; y < covered.rows; ++y, row += covered.row_step) {
      const int16_t* element = row;
      for (int32_t x = 0; x < covered.columns; ++x, element += covered.column_step) {
        largest = *element > largest ? *element : largest;
      }
    }
    return largest;
  }
};

template <typename Reduction>
void PoolEach(const Pool& pool, const int16_t* input, int16_t* output) {
  const int32_t row_step = pool.input_width * pool.channels;
  for (int32_t batch = 0; batch < pool.batches; ++batch) {
    const int16_t* image = input + batch * pool.input_height * row_step;
    for (int32_t y = 0; y < pool.output_height; ++y) {
      const int32_t top = y * pool.stride_height - pool.padding_top;
      const Taps rows = TapsWithin(top, pool.input_height, pool.filter_height, 1);
      for (int32_t x = 0; x < pool.output_width; ++x) {
        const int32_t left = x * pool.stride_width - pool.padding_left;
        const Taps columns = TapsWithin(left, pool.input_width, pool.filter_width, 1);
        const int16_t* corner =
            image + (top + rows.first) * row_step + (left + columns.first) * pool.channels;
        for (int32_t channel = 0; channel < pool.channels; ++channel) {
          const Covered covered = {corner + channel, rows.end - rows.first,
                                   columns.end - columns.first, row_step, pool.channels};
          *output++ = Clamped(Reduction::Of(covered), pool);
        }
      }
    }
  }
}

}  // namespace

void AveragePool(const Pool& parameters, const int16_t* input, int16_t* output) {
  PoolEach<Average>(parameters, input, output);
}

void MaxPool(const Pool& parameters, const int16_t* input, int16_t* output) {
  PoolEach<Maximum>(parameters, input, output);
}

}  // namespace kernels
}  // namespace harness
