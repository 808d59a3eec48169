#include "kernels/weights.h"

namespace harness {
namespace kernels {

constexpr int32_t DenseWeights::kLongestRun;
constexpr int32_t PackedWeights::kLongestRun;

const int8_t kInt4Values[16] = {0, 1, 2, 3, 4, 5, 6, 7, -8, -7, -6, -5, -4, -3, -2, -1};

}  // namespace kernels
}  // namespace harness
