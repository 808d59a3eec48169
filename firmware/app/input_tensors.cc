// The sample in the window is the input tensors, one after the other.
#include <cstring>

#include "app/input.h"
#include "runtime/runtime.h"

namespace harness {

void PrepareInput() {}

size_t InputSampleBytes() {
  size_t total = 0;
  for (size_t i = 0; i < RuntimeInputCount(); ++i) {
    total += RuntimeInput(i).size;
  }
  return total;
}

void LoadInput(const uint8_t* sample) {
  for (size_t i = 0; i < RuntimeInputCount(); ++i) {
    const TensorBytes tensor = RuntimeInput(i);
    std::memcpy(tensor.data, sample, tensor.size);
    sample += tensor.size;
  }
}

bool InputIsComputed() { return false; }

}  // namespace harness
