#include "kernels/simd/pool.h"

#include "kernels/simd/dsp.h"
#include "kernels/simd/pool_sums.h"
#include "kernels/simd/relu.h"
#include "kernels/window.h"

namespace harness {
namespace kernels {
namespace simd {
namespace {

// Divides sums of elements by the number of pixels that a window covers, c, halves away from zero:
// with h = floor(c / 2), floor((sum + h) / c) for a sum from 0 on, and below
// floor((sum + h - 1 + c % 2) / c). 128 c more make n = sum + h + 128 c, from 0 to 255.5 c, and the
// quotient 128 more.
//
// For c up to 256 a product takes the place of the quotient: r = floor(2^24 / c) + 1 exceeds
// 2^24 / c by at most 1, so that n r / 2^24 exceeds n / c by at most 255.5 * 256 / 2^24 < 1 / 256,
// too little to reach the next integer; and n r < 2^32.
class Average {
 public:
  explicit Average(uint32_t count)
      : count_(count),
        offset_(static_cast<int32_t>(count / 2 + 128 * count)),
        below_zero_(count % 2 == 0 ? -1 : 0),
        reciprocal_(count <= 256 ? (1U << 24) / count + 1 : 0) {}

  int8_t Of(int32_t sum) const {
    const int32_t raised = sum + (below_zero_ & (sum >> 31)) + offset_;
    const uint32_t n = static_cast<uint32_t>(raised);
    const uint32_t quotient = reciprocal_ != 0 ? n * reciprocal_ >> 24 : n / count_;
    return static_cast<int8_t>(static_cast<int32_t>(quotient) - 128);
  }

 private:
  uint32_t count_;
  int32_t offset_;
  int32_t below_zero_;
  uint32_t reciprocal_;
};

// Out of line: with it the loops over windows would leave the inner ones too few registers.
__attribute__((noinline)) void AverageWindow(const Covered& covered, const int8_t* first,
                                             int32_t channels, int8_t* output) {
  const Average average(static_cast<uint32_t>(covered.rows * covered.columns));
  ReduceChannels(covered, first, channels, output,
                 [average](int32_t sum) { return average.Of(sum); });
}

// What is done for each window, given its first pixel and where the channels of its output are.
using Reduce = void (*)(const Covered& covered, const int8_t* first, int32_t channels,
                        int8_t* output);

void ForEachWindow(const Pool& pool, const int8_t* input, int8_t* output, Reduce reduce) {
  const int32_t row_step = pool.input_width * pool.channels;
  for (int32_t batch = 0; batch < pool.batches; ++batch) {
    const int8_t* const image = input + batch * pool.input_height * row_step;
    for (int32_t y = 0; y < pool.output_height; ++y) {
      const int32_t top = y * pool.stride_height - pool.padding_top;
      const Taps rows = TapsWithin(top, pool.input_height, pool.filter_height, 1);
      const int8_t* const row = image + (top + rows.first) * row_step;
      for (int32_t x = 0; x < pool.output_width; ++x, output += pool.channels) {
        const int32_t left = x * pool.stride_width - pool.padding_left;
        const Taps columns = TapsWithin(left, pool.input_width, pool.filter_width, 1);
        Covered covered = {rows.end - rows.first, columns.end - columns.first, row_step,
                           pool.channels};
        if (covered.columns == pool.input_width) {
          covered = {1, covered.rows * covered.columns, 0, pool.channels};
        }
        reduce(covered, row + (left + columns.first) * pool.channels, pool.channels, output);
      }
    }
  }
}

#if HARNESS_DSP || defined(__ARM_FEATURE_SIMD32)

inline uint32_t LargestOfFour(const Covered& covered, const int8_t* first) {
  const int32_t step = covered.column_step;
  uint32_t largest = 0x80808080U;
  for (int32_t rows = covered.rows; rows > 0; --rows, first += covered.row_step) {
    const int8_t* pixel = first;
    int32_t left = covered.columns;
    for (; left >= 2; left -= 2, pixel += 2 * step) {
      const uint32_t word = LoadWord(pixel);
      const uint32_t next = LoadWord(pixel + step);
      largest = Greatest4(next, Greatest4(word, largest));
    }
    if (left != 0) {
      largest = Greatest4(LoadWord(pixel), largest);
    }
  }
  return largest;
}

#endif

inline int32_t Largest(const Covered& covered, const int8_t* first) {
  int32_t largest = -128;
  for (int32_t rows = covered.rows; rows > 0; --rows, first += covered.row_step) {
    const int8_t* pixel = first;
    for (int32_t left = covered.columns; left > 0; --left, pixel += covered.column_step) {
      largest = *pixel > largest ? *pixel : largest;
    }
  }
  return largest;
}

__attribute__((noinline)) void LargestOfWindow(const Covered& given, const int8_t* first,
                                               int32_t channels, int8_t* output) {
  const Covered covered = given;  // what is written cannot change it
#if HARNESS_DSP || defined(__ARM_FEATURE_SIMD32)
  for (; channels >= 4; channels -= 4, first += 4, output += 4) {
    StoreWord(output, LargestOfFour(covered, first));
  }
#endif
  for (; channels > 0; --channels, ++first) {
    *output++ = static_cast<int8_t>(Largest(covered, first));
  }
}

// Averages and largest elements lie within int8; narrower bounds are rare.
void ClampOutput(const Pool& pool, int8_t* output) {
  if (pool.least > -128 || pool.most < 127) {
    const int32_t pixels = pool.batches * pool.output_height * pool.output_width;
    ClampEach(pool.least, pool.most, output, static_cast<size_t>(pixels * pool.channels), output);
  }
}

}  // namespace

void AveragePool(const Pool& parameters, const int8_t* input, int8_t* output) {
  ForEachWindow(parameters, input, output, AverageWindow);
  ClampOutput(parameters, output);
}

void MaxPool(const Pool& parameters, const int8_t* input, int8_t* output) {
  ForEachWindow(parameters, input, output, LargestOfWindow);
  ClampOutput(parameters, output);
}

}  // namespace simd
}  // namespace kernels
}  // namespace harness
