#include "kernels/simd/dot_products.h"

#if HARNESS_DSP

namespace harness {
namespace kernels {
namespace simd {

PairSums AddProductsOfWindow(PairSums sums, const uint32_t* patches, const uint32_t* weights,
                             const uint32_t* end) {
  for (; weights != end; weights += 8, patches += 16) {
    for (int32_t k = 0; k < 4; ++k) {
      sums.first = Smlad(weights[2 * k], patches[4 * k], sums.first);
      sums.second = Smlad(weights[2 * k + 1], patches[4 * k], sums.second);
    }
  }
  return sums;
}

void StoreProducts(const uint32_t* patches, const uint32_t* weights, const uint32_t* end,
                   int32_t* sums) {
  const uint32_t* const volatile weights_end = end;
  const BlockSums all = AddProducts({{0, 0, 0, 0}, {0, 0, 0, 0}}, patches, weights, weights_end);
  sums[0] = all.first.s0;
  sums[1] = all.first.s1;
  sums[2] = all.first.s2;
  sums[3] = all.first.s3;
  sums[4] = all.second.s0;
  sums[5] = all.second.s1;
  sums[6] = all.second.s2;
  sums[7] = all.second.s3;
}

}  // namespace simd
}  // namespace kernels
}  // namespace harness

#endif
