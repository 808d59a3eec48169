// Places tensors in the arena.
#ifndef TENSORFLOW_LITE_MICRO_MICRO_ALLOCATOR_H_
#define TENSORFLOW_LITE_MICRO_MICRO_ALLOCATOR_H_
#include "tensorflow/lite/c/common.h"
TFLM_BEGIN

class MicroAllocator {
 public:
  MicroAllocator(uint8_t* arena, size_t arena_bytes);

  // Null, with a message, where the arena is too small.
  uint8_t* Allocate(size_t bytes);

  virtual TfLiteStatus ResetTempAllocations();

 protected:
  ~MicroAllocator() = default;

 private:
  uint8_t* next_;
  uint8_t* end_;
  int resets_ = 0;
};

class ArenaAllocator final : public MicroAllocator {
 public:
  using MicroAllocator::MicroAllocator;
  TfLiteStatus ResetTempAllocations() override;
};

TFLM_END
#endif
