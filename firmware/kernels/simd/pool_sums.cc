#include "kernels/simd/pool_sums.h"

namespace harness {
namespace kernels {
namespace simd {

// Each row, or each part of a row that is short enough, for itself.
FourSums SumManyPixels(const Covered& covered, const int8_t* first) {
  FourSums sums = {{0, 0, 0, 0}};
  for (int32_t y = 0; y < covered.rows; ++y, first += covered.row_step) {
    for (int32_t x = 0; x < covered.columns; x += kTapsOfHalves) {
      const int32_t left = covered.columns - x;
      const Covered part = {1, left < kTapsOfHalves ? left : kTapsOfHalves, 0, covered.column_step};
      const FourSums found = SumFewPixels(part, first + x * covered.column_step);
      for (int k = 0; k < 4; ++k) {
        sums.of[k] += found.of[k];
      }
    }
  }
  return sums;
}

int32_t SumChannel(const Covered& covered, const int8_t* first) {
  int32_t sum = 0;
  for (int32_t rows = covered.rows; rows > 0; --rows, first += covered.row_step) {
    const int8_t* pixel = first;
    for (int32_t left = covered.columns; left > 0; --left, pixel += covered.column_step) {
      sum += *pixel;
    }
  }
  return sum;
}

}  // namespace simd
}  // namespace kernels
}  // namespace harness
