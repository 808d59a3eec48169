// Adapts TensorFlow Lite Micro as of July 2020 (the crate `tfmicro`) to the harness.
#include "runtime/runtime.h"

#include <cstdarg>
#include <cstring>
#include <new>

#include "app/protocol.h"
#include "runtime/tflm2020/operators.h"
#include "runtime/tflm2020/scratch.h"
#include "tensorflow/lite/core/api/error_reporter.h"
#include "tensorflow/lite/micro/debug_log.h"
#include "tensorflow/lite/micro/micro_interpreter.h"
#include "tensorflow/lite/micro/micro_string.h"
#include "tensorflow/lite/schema/schema_generated.h"

extern "C" void abort();

namespace harness {
namespace {

constexpr uint32_t kUnknown = 0xFFFFFFFF;

bool StartsWith(const char* text, const char* beginning) {
  return std::strncmp(text, beginning, std::strlen(beginning)) == 0;
}

// Sends what the interpreter reports to the host. The persistent size is only ever printed by this
// API, so that one message is read instead of sent.
class HostReporter : public tflite::ErrorReporter {
 public:
  int Report(const char* format, va_list args) override {
    if (StartsWith(format, "Tail usage")) {
      persistent_bytes_ = static_cast<uint32_t>(va_arg(args, int));
      return 0;
    }
    if (StartsWith(format, "Head usage") || StartsWith(format, "Total buffer usage")) {
      return 0;
    }
    char text[kLongestMessage];
    MicroVsnprintf(text, sizeof(text), format, args);
    const Bytes payload = {text, std::strlen(text)};
    SendFrame(FrameType::kLog, &payload, 1);
    return 0;
  }

  uint32_t persistent_bytes() const { return persistent_bytes_; }

 private:
  static constexpr int kLongestMessage = 200;
  uint32_t persistent_bytes_ = kUnknown;

  TF_LITE_REMOVE_VIRTUAL_DELETE
};

HostReporter reporter;
alignas(tflite::MicroInterpreter) uint8_t interpreter_storage[sizeof(tflite::MicroInterpreter)];

tflite::MicroInterpreter* Interpreter() {
  return reinterpret_cast<tflite::MicroInterpreter*>(interpreter_storage);
}

TensorBytes View(const TfLiteTensor* tensor) { return {tensor->data.data, tensor->bytes}; }

bool Allocate(const uint8_t* model, uint8_t* arena, size_t arena_bytes) {
  auto* interpreter = new (interpreter_storage) tflite::MicroInterpreter(
      tflite::GetModel(model), ModelOperators(), arena, arena_bytes, &reporter);
  return interpreter->initialization_status() == kTfLiteOk &&
         interpreter->AllocateTensors() == kTfLiteOk;
}

}  // namespace

bool RuntimeAllocate(const uint8_t* model, uint8_t* arena, size_t arena_bytes) {
  ForgetScratch();
  return Allocate(model, arena, arena_bytes) &&
         (!ReserveScratch() || Allocate(model, arena, arena_bytes));
}

bool RuntimeInvoke() { return Interpreter()->Invoke() == kTfLiteOk; }

size_t RuntimeInputCount() { return Interpreter()->inputs_size(); }

size_t RuntimeOutputCount() { return Interpreter()->outputs_size(); }

TensorBytes RuntimeInput(size_t index) { return View(Interpreter()->input(index)); }

TensorBytes RuntimeOutput(size_t index) { return View(Interpreter()->output(index)); }

uint32_t RuntimePersistentBytes() {
  Interpreter()->arena_used_bytes();
  return reporter.persistent_bytes();
}

}  // namespace harness

// Failed checks in the kernels print this word and then loop for ever.
extern "C" void DebugLog(const char* text) {
  if (harness::StartsWith(text, "HALTED")) {
    abort();
  }
  const harness::Bytes payload = {text, std::strlen(text)};
  harness::SendFrame(harness::FrameType::kLog, &payload, 1);
}
