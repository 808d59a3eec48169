#include "kernels/simd/fully_connected.h"

#include "kernels/simd/instructions.h"

#if HARNESS_DSP
#include "kernels/simd/fully_connected_dsp.h"
#elif HARNESS_MVE
#include "kernels/simd/fully_connected_mve.h"
#else
#include "kernels/simd/fully_connected_scalar.h"
#endif

namespace harness {
namespace kernels {
namespace simd {

template int32_t ConnectionScratchBytes<int8_t, DenseWeights>(const FullyConnected&);
template int32_t ConnectionScratchBytes<int8_t, SignedHalves>(const FullyConnected&);
template int32_t ConnectionScratchBytes<int8_t, TableIndices>(const FullyConnected&);
template int32_t ConnectionScratchBytes<int16_t, DenseWeights>(const FullyConnected&);
template int32_t ConnectionScratchBytes<int16_t, SignedHalves>(const FullyConnected&);
template int32_t ConnectionScratchBytes<int16_t, TableIndices>(const FullyConnected&);

template void Connect(const FullyConnected&, const int8_t*, const DenseWeights&, const int32_t*,
                      void*, int8_t*);
template void Connect(const FullyConnected&, const int8_t*, const SignedHalves&, const int32_t*,
                      void*, int8_t*);
template void Connect(const FullyConnected&, const int8_t*, const TableIndices&, const int32_t*,
                      void*, int8_t*);
template void Connect(const FullyConnected&, const int16_t*, const DenseWeights&, const int64_t*,
                      void*, int16_t*);
template void Connect(const FullyConnected&, const int16_t*, const SignedHalves&, const int64_t*,
                      void*, int16_t*);
template void Connect(const FullyConnected&, const int16_t*, const TableIndices&, const int64_t*,
                      void*, int16_t*);

}  // namespace simd
}  // namespace kernels
}  // namespace harness
