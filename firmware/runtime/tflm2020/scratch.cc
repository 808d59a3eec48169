#include "runtime/tflm2020/scratch.h"

#include <cstddef>

namespace harness {
namespace {

struct Scratch {
  int32_t bytes;  // the greatest request
  bool reserved;  // whether `bytes` is known, so that memory may be set aside
  void* memory;
};

Scratch scratch;

}  // namespace

TfLiteStatus RequestScratch(TfLiteContext* context, int32_t bytes) {
  if (!scratch.reserved) {
    scratch.bytes = bytes > scratch.bytes ? bytes : scratch.bytes;
    return kTfLiteOk;
  }
  TF_LITE_ENSURE(context, bytes <= scratch.bytes);
  if (scratch.memory != nullptr || bytes == 0) {
    return kTfLiteOk;
  }
  return context->AllocatePersistentBuffer(context, static_cast<size_t>(scratch.bytes),
                                           &scratch.memory);
}

void* SharedScratch() { return scratch.memory; }

void ForgetScratch() { scratch = {0, false, nullptr}; }

bool ReserveScratch() {
  scratch.reserved = scratch.bytes > 0;
  return scratch.reserved;
}

}  // namespace harness
