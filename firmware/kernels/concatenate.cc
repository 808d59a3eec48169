#include "kernels/concatenate.h"

#include <cstring>

namespace harness {
namespace kernels {

void PlacePart(const Part& parameters, const uint8_t* input, uint8_t* output) {
  output += parameters.offset_bytes;
  for (size_t row = 0; row < parameters.rows; ++row) {
    std::memcpy(output, input, parameters.part_bytes);
    input += parameters.part_bytes;
    output += parameters.whole_bytes;
  }
}

}  // namespace kernels
}  // namespace harness
