// Entry points for the kernels without weights of the set simd, by C names: one call for all, so
// that tests describe a case in the same way to this library and to an emulated core.
#include <cstddef>
#include <cstdint>

#include "kernels/simd/add.h"
#include "kernels/simd/mean.h"
#include "kernels/simd/pad.h"
#include "kernels/simd/pool.h"
#include "kernels/simd/quantize.h"
#include "kernels/simd/relu.h"
#include "kernels/simd/softmax.h"

using namespace harness::kernels;

namespace {

enum Kernel : int32_t { kAdd, kAveragePool, kMaxPool, kMean, kSoftmax, kClamp, kRequantize, kPad };

struct PaddingWithValue {
  Padding padding;
  int32_t fill;
};

template <typename T>
const T& As(const void* parameters) {
  return *static_cast<const T*>(parameters);
}

}  // namespace

extern "C" {

// `parameters` points to the kernel's struct; `count` is its number of elements, where it has one.
int32_t harness_simd_activation_scratch_bytes(int32_t kernel, const void* parameters,
                                              size_t count) {
  switch (kernel) {
    case kAdd:
      return simd::AdditionScratchBytes(As<simd::WidenedAddition>(parameters), count);
    case kSoftmax:
      return simd::SoftmaxScratchBytes(As<simd::Int8Softmax>(parameters));
    case kRequantize:
      return simd::RequantizationScratchBytes(count);
    default:
      return 0;
  }
}

void harness_simd_activation(int32_t kernel, const void* parameters, const int8_t* first,
                             const int8_t* second, size_t count, void* scratch, int8_t* output) {
  switch (kernel) {
    case kAdd:
      return simd::Add(As<simd::WidenedAddition>(parameters), first, second, count, scratch,
                       output);
    case kAveragePool:
      return simd::AveragePool(As<Pool>(parameters), first, output);
    case kMaxPool:
      return simd::MaxPool(As<Pool>(parameters), first, output);
    case kMean:
      return simd::TakeMean(As<Mean>(parameters), first, output);
    case kSoftmax:
      return simd::TakeSoftmax(As<simd::Int8Softmax>(parameters), first, scratch, output);
    case kClamp:
      return simd::ClampEach(As<Bounds>(parameters).least, As<Bounds>(parameters).most, first,
                             count, output);
    case kRequantize:
      return simd::Requantize(As<Requantization>(parameters), first, count, scratch, output);
    case kPad:
      return simd::Pad(As<PaddingWithValue>(parameters).padding, first,
                       static_cast<int8_t>(As<PaddingWithValue>(parameters).fill), output);
    default:
      return;
  }
}

}  // extern "C"
