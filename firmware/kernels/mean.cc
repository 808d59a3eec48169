#include "kernels/mean.h"

#include <limits>

#include "kernels/fixed_point.h"

namespace harness {
namespace kernels {
namespace {

// Four nested loops over an input: their lengths, and how far one step moves.
struct Loops {
  int32_t sizes[4];
  int32_t steps[4];
};

// The loops over the dimensions that are reduced, or over those that are kept.
Loops Over(const Mean& mean, bool reduced) {
  Loops loops = {};
  int32_t step = 1;
  for (int dimension = 3; dimension >= 0; --dimension) {
    loops.sizes[dimension] = mean.reduced[dimension] == reduced ? mean.sizes[dimension] : 1;
    loops.steps[dimension] = step;
    step *= mean.sizes[dimension];
  }
  return loops;
}

template <typename T, typename Visit>
void ForEach(const Loops& loops, const T* first, const Visit& visit) {
  for (int32_t a = 0; a < loops.sizes[0]; ++a) {
    for (int32_t b = 0; b < loops.sizes[1]; ++b) {
      for (int32_t c = 0; c < loops.sizes[2]; ++c) {
        const T* element = first + a * loops.steps[0] + b * loops.steps[1] + c * loops.steps[2];
        for (int32_t d = 0; d < loops.sizes[3]; ++d, element += loops.steps[3]) {
          visit(element);
        }
      }
    }
  }
}

}  // namespace

void DivideFactor(int32_t count, int32_t* multiplier, int32_t* shift) {
  int32_t raised = 0;
  while (raised < 31 + *shift && (count >> (raised + 1)) != 0) {
    ++raised;
  }
  *multiplier = static_cast<int32_t>((static_cast<int64_t>(*multiplier) << raised) / count);
  *shift -= raised;
}

template <typename T>
void TakeMean(const Mean& parameters, const T* input, T* output) {
  // The bounds before the zero point is added: the sum itself could exceed 32 bits.
  const int32_t least = std::numeric_limits<T>::min() - parameters.output_zero_point;
  const int32_t most = std::numeric_limits<T>::max() - parameters.output_zero_point;
  const Loops reduced = Over(parameters, true);
  ForEach(Over(parameters, false), input, [&](const T* first) {
    int32_t sum = 0;
    ForEach(reduced, first, [&](const T* element) { sum += *element - parameters.input_zero_point; });
    int32_t value = ScaledByMultiplier(sum, parameters.multiplier, parameters.shift);
    value = value < least ? least : value;
    value = value > most ? most : value;
    *output++ = static_cast<T>(value + parameters.output_zero_point);
  });
}

template void TakeMean(const Mean&, const int8_t*, int8_t*);
template void TakeMean(const Mean&, const int16_t*, int16_t*);

}  // namespace kernels
}  // namespace harness
