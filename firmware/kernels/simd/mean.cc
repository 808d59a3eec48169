#include "kernels/simd/mean.h"

#include "kernels/fixed_point.h"
#include "kernels/simd/pool_sums.h"

namespace harness {
namespace kernels {
namespace simd {
namespace {

// The input as a matrix of `reduced` rows of `inner` elements, `outer` times.
struct Matrices {
  int32_t outer;
  int32_t reduced;
  int32_t inner;
  bool exact;  // whether the reduced dimensions lie side by side, so that this is possible
};

Matrices MatricesOf(const Mean& mean) {
  Matrices found = {1, 1, 1, true};
  bool met = false;  // a reduced dimension
  bool left = false;  // and a kept one before it
  for (int dimension = 3; dimension >= 0; --dimension) {
    const int32_t size = mean.sizes[dimension];
    if (size == 1) {
      continue;
    }
    if (mean.reduced[dimension]) {
      found.exact = found.exact && !left;
      found.reduced *= size;
      met = true;
    } else {
      left = left || met;
      (met ? found.outer : found.inner) *= size;
    }
  }
  return found;
}

// Out of line, for it is called in several places for few sums each.
__attribute__((noinline)) int8_t MeanOf(const Mean& mean, int32_t sum) {
  // The bounds before the zero point is added: the sum itself could exceed 32 bits.
  const int32_t least = -128 - mean.output_zero_point;
  const int32_t most = 127 - mean.output_zero_point;
  const int32_t value = ScaledByMultiplier(sum, mean.multiplier, mean.shift);
  const int32_t raised = value < least ? least : value;
  return static_cast<int8_t>((raised > most ? most : raised) + mean.output_zero_point);
}

}  // namespace

void TakeMean(const Mean& parameters, const int8_t* input, int8_t* output) {
  const Matrices matrices = MatricesOf(parameters);
  if (!matrices.exact || matrices.inner < 4) {
    kernels::TakeMean(parameters, input, output);
    return;
  }
  const int32_t offset = matrices.reduced * parameters.input_zero_point;
  const Covered covered = {1, matrices.reduced, 0, matrices.inner};
  for (int32_t outer = 0; outer < matrices.outer; ++outer) {
    ReduceChannels(covered, input, matrices.inner, output,
                   [&](int32_t sum) { return MeanOf(parameters, sum - offset); });
    input += matrices.reduced * matrices.inner;
    output += matrices.inner;
  }
}

}  // namespace simd
}  // namespace kernels
}  // namespace harness
