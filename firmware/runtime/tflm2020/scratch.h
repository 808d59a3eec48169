// Scratch that all operators share, for each needs its own only while it runs. This release's
// allocator gives shared scratch only where no persistent memory is asked for between the first and
// the last request, and every layer's Prepare asks for some. So the runtime prepares the operators
// twice: once to learn the greatest need, and again with as much set aside.
#ifndef HARNESS_RUNTIME_TFLM2020_SCRATCH_H_
#define HARNESS_RUNTIME_TFLM2020_SCRATCH_H_

#include <cstdint>

#include "tensorflow/lite/c/common.h"

namespace harness {

// For Prepare: the operator at hand will need so many bytes.
TfLiteStatus RequestScratch(TfLiteContext* context, int32_t bytes);

// For Invoke: as many bytes as any operator requested, aligned to 16.
void* SharedScratch();

template <typename T>
inline T* ScratchOf() {
  return static_cast<T*>(SharedScratch());
}

// For the runtime. Before the first round of Prepare: no operator needs anything.
void ForgetScratch();

// After it: whether a second round is needed, which then sets memory aside.
bool ReserveScratch();

}  // namespace harness

#endif  // HARNESS_RUNTIME_TFLM2020_SCRATCH_H_
