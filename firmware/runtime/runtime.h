// What the application needs of an inference runtime; one folder beside this file adapts each
// TensorFlow Lite Micro API to it.
#ifndef HARNESS_RUNTIME_RUNTIME_H_
#define HARNESS_RUNTIME_RUNTIME_H_

#include <cstddef>
#include <cstdint>

namespace harness {

// A tensor's memory in the arena.
struct TensorBytes {
  void* data;
  size_t size;
};

// Builds an interpreter for `model` in `arena` (16-byte aligned) and allocates its tensors. May be
// called again: the earlier interpreter is forgotten. False where anything failed.
bool RuntimeAllocate(const uint8_t* model, uint8_t* arena, size_t arena_bytes);

// One inference. False where an operator failed.
bool RuntimeInvoke();

size_t RuntimeInputCount();
size_t RuntimeOutputCount();
TensorBytes RuntimeInput(size_t index);
TensorBytes RuntimeOutput(size_t index);

// Bytes of the arena that keep their content between Invokes and hold no tensor of the plan, or
// 0xFFFFFFFF where the runtime does not tell.
uint32_t RuntimePersistentBytes();

}  // namespace harness

#endif  // HARNESS_RUNTIME_RUNTIME_H_
