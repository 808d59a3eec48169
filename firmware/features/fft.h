// Kiss FFT in 32-bit fixed point: what of its interface the feature stage uses.
//
// The header in TensorFlow Lite Micro's tree chooses 16 bits unless told otherwise; 32 bits keep
// more of the signal than single precision would, and need no floating-point unit.
#ifndef HARNESS_FEATURES_FFT_H_
#define HARNESS_FEATURES_FFT_H_

#ifndef FIXED_POINT
#define FIXED_POINT 32
#endif
#include <_kiss_fft_guts.h>
#include <kiss_fftr.h>

#include <cstddef>

namespace harness {

// Memory of a real transform of `length` values: three pointers, the state of a complex transform
// of half the length with its twiddle factors, as many values between the two, and as many
// twiddle factors as a quarter of the length. kiss_fftr_alloc refuses less than it needs.
constexpr size_t FftMemoryBytes(size_t length) {
  return 3 * sizeof(void*) + sizeof(kiss_fft_state) +
         sizeof(kiss_fft_cpx) * (length / 2 - 1 + length / 2 + length / 4);
}

}  // namespace harness

#endif  // HARNESS_FEATURES_FFT_H_
