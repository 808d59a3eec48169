// CONCATENATION of tensors with the same scale: bytes are only moved.
#ifndef HARNESS_KERNELS_CONCATENATE_H_
#define HARNESS_KERNELS_CONCATENATE_H_

#include <cstddef>
#include <cstdint>

namespace harness {
namespace kernels {

// The dimensions before the axis are rows; a row is what lies along the axis and behind it.
struct Part {
  size_t rows;
  size_t part_bytes;    // of one row of this input
  size_t whole_bytes;   // of one row of the output
  size_t offset_bytes;  // where this input begins in a row of the output
};

// Copies one input to its place in the output.
void PlacePart(const Part& parameters, const uint8_t* input, uint8_t* output);

}  // namespace kernels
}  // namespace harness

#endif  // HARNESS_KERNELS_CONCATENATE_H_
