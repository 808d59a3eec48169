#include "max_pool.h"

#include <algorithm>

namespace tflm_harness_example {
namespace {

// The part of window `number` that lies on the tensor: from `begin` up to, not with, `end`.
struct Span {
  Span(const Axis& axis, int32_t number)
      : begin(std::max<int32_t>(0, axis.first + number * axis.stride)),
        end(std::min(axis.input, axis.first + number * axis.stride + axis.filter)) {}
  int32_t begin;
  int32_t end;
};

}  // namespace

void MaxPool(const Pool& pool, const int8_t* input, int8_t* output) {
  const int32_t row_values = pool.columns.input * pool.channels;
  for (int32_t batch = 0; batch < pool.batches; ++batch) {
    for (int32_t row = 0; row < pool.rows.output; ++row) {
      const Span rows(pool.rows, row);
      for (int32_t column = 0; column < pool.columns.output; ++column) {
        const Span columns(pool.columns, column);
        for (int32_t channel = 0; channel < pool.channels; ++channel) {
          int32_t largest = pool.least;
          for (int32_t y = rows.begin; y < rows.end; ++y) {
            for (int32_t x = columns.begin; x < columns.end; ++x) {
              const int32_t value = input[y * row_values + x * pool.channels + channel];
              largest = std::max(largest, value);
            }
          }
          *output++ = static_cast<int8_t>(std::min(largest, pool.most));
        }
      }
    }
    input += pool.rows.input * row_values;
  }
}

}  // namespace tflm_harness_example
