// Tables of functions for interpolation. Each entry but the last is moved by half the error that
// interpolation makes in the middle to its right.
#ifndef HARNESS_KERNELS_TABLES_INT16_H_
#define HARNESS_KERNELS_TABLES_INT16_H_

#include <cstdint>

namespace harness {
namespace kernels {

// exp(-10 + 10 * k / 512) in 1/32768.
extern const int16_t kExponential[513];

// 1 / (1 + k / 512) in 1/32768, computed in single precision like the reference's: doubles round two
// entries the other way.
extern const int16_t kReciprocal[513];

// 1 / (1 + exp(-k / 24)) in 1/65536.
extern const uint16_t kSigmoid[256];

}  // namespace kernels
}  // namespace harness

#endif  // HARNESS_KERNELS_TABLES_INT16_H_
