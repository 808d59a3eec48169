// Adapts today's TensorFlow Lite Micro to the harness.
#include "runtime/runtime.h"

#include <cstdarg>
#include <cstddef>
#include <cstdio>
#include <new>

#include "app/protocol.h"
#include "runtime/tflm_today/operators.h"
#include "tensorflow/lite/micro/debug_log.h"
#include "tensorflow/lite/micro/micro_interpreter.h"
#include "tensorflow/lite/micro/system_setup.h"
#include "tensorflow/lite/schema/schema_generated.h"

namespace harness {
namespace {

using Interpreter = tflm::MicroInterpreter;

alignas(Interpreter) uint8_t interpreter_storage[sizeof(Interpreter)];

Interpreter& TheInterpreter() { return *reinterpret_cast<Interpreter*>(interpreter_storage); }

template <typename Tensor>
TensorBytes View(const Tensor* tensor) {
  return {tensor->data.data, tensor->bytes};
}

}  // namespace

bool RuntimeAllocate(const uint8_t* model, uint8_t* arena, size_t arena_bytes) {
  tflm::InitializeTarget();
  auto* interpreter = new (interpreter_storage)
      Interpreter(tflm::GetModel(model), ModelOperators(), arena, arena_bytes);
  return IsOk(interpreter->initialization_status()) && IsOk(interpreter->AllocateTensors());
}

bool RuntimeInvoke() { return IsOk(TheInterpreter().Invoke()); }

size_t RuntimeInputCount() { return TheInterpreter().inputs_size(); }

size_t RuntimeOutputCount() { return TheInterpreter().outputs_size(); }

TensorBytes RuntimeInput(size_t index) { return View(TheInterpreter().input(index)); }

TensorBytes RuntimeOutput(size_t index) { return View(TheInterpreter().output(index)); }

// The interpreter tells how much of the arena it uses, not how the use is divided.
uint32_t RuntimePersistentBytes() { return 0xFFFFFFFF; }

}  // namespace harness

extern "C" {

// Sends a message of the interpreter to the host. It ends a line by a call of its own.
void DebugLog(const char* format, va_list args) {
  constexpr int kLongestMessage = 200;
  char text[kLongestMessage];
  int length = vsnprintf(text, sizeof(text), format, args);
  length = length < kLongestMessage ? length : kLongestMessage - 1;
  while (length > 0 && (text[length - 1] == '\n' || text[length - 1] == '\r')) {
    --length;
  }
  if (length > 0) {
    const harness::Bytes payload = {text, static_cast<size_t>(length)};
    harness::SendFrame(harness::FrameType::kLog, &payload, 1);
  }
}

int DebugVsnprintf(char* buffer, size_t buffer_bytes, const char* format, va_list args) {
  return vsnprintf(buffer, buffer_bytes, format, args);
}

// The C library's vsnprintf can grow a string on the heap; there is none.
void* _sbrk(ptrdiff_t) { return reinterpret_cast<void*>(-1); }

}  // extern "C"
