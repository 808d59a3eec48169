#include "kernels/simd/convolution.h"

#include "kernels/simd/instructions.h"

#if HARNESS_DSP
#include "kernels/simd/convolution_dsp.h"
#elif HARNESS_MVE
#include "kernels/simd/convolution_mve.h"
#else
#include "kernels/simd/convolution_scalar.h"
#endif

namespace harness {
namespace kernels {
namespace simd {

template int32_t ConvolutionScratchBytes<int8_t, DenseWeights>(const ConvolutionShape&);
template int32_t ConvolutionScratchBytes<int8_t, SignedHalves>(const ConvolutionShape&);
template int32_t ConvolutionScratchBytes<int8_t, TableIndices>(const ConvolutionShape&);
template int32_t ConvolutionScratchBytes<int16_t, DenseWeights>(const ConvolutionShape&);
template int32_t ConvolutionScratchBytes<int16_t, SignedHalves>(const ConvolutionShape&);
template int32_t ConvolutionScratchBytes<int16_t, TableIndices>(const ConvolutionShape&);

template void Convolve(const Convolution&, const int8_t*, const DenseWeights&, const int32_t*,
                       void*, int8_t*);
template void Convolve(const Convolution&, const int8_t*, const SignedHalves&, const int32_t*,
                       void*, int8_t*);
template void Convolve(const Convolution&, const int8_t*, const TableIndices&, const int32_t*,
                       void*, int8_t*);
template void Convolve(const Convolution&, const int16_t*, const DenseWeights&, const int64_t*,
                       void*, int16_t*);
template void Convolve(const Convolution&, const int16_t*, const SignedHalves&, const int64_t*,
                       void*, int16_t*);
template void Convolve(const Convolution&, const int16_t*, const TableIndices&, const int64_t*,
                       void*, int16_t*);

}  // namespace simd
}  // namespace kernels
}  // namespace harness
