#include "tensorflow/lite/micro/micro_allocator.h"

#include "tensorflow/lite/micro/micro_log.h"

TFLM_BEGIN

MicroAllocator::MicroAllocator(uint8_t* arena, size_t arena_bytes)
    : next_(arena), end_(arena + arena_bytes) {}

uint8_t* MicroAllocator::Allocate(size_t bytes) {
  if (static_cast<size_t>(end_ - next_) < bytes) {
    MicroPrintf("Failed to resize buffer. Requested: %u", static_cast<unsigned>(bytes));
    return nullptr;
  }
  uint8_t* found = next_;
  next_ += bytes;
  return found;
}

TfLiteStatus MicroAllocator::ResetTempAllocations() {
  ++resets_;
  return kTfLiteOk;
}

TfLiteStatus ArenaAllocator::ResetTempAllocations() {
  return MicroAllocator::ResetTempAllocations();
}

TFLM_END
