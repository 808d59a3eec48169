#include "tensorflow/lite/micro/micro_interpreter.h"

#include "tensorflow/lite/micro/micro_log.h"

TFLM_BEGIN

namespace {
constexpr int kOperators = MicroInterpreterGraph::kOperators;
constexpr size_t kTensorBytes = 16;
}  // namespace

MicroInterpreter::MicroInterpreter(const Model*, const MicroOpResolver& op_resolver,
                                   uint8_t* tensor_arena, size_t tensor_arena_size,
                                   MicroResourceVariables*, MicroProfilerInterface* profiler, bool)
    : op_resolver_(op_resolver),
      allocator_(tensor_arena, tensor_arena_size),
      graph_(nullptr, &allocator_, profiler) {}

MicroInterpreter::~MicroInterpreter() {}

TfLiteStatus MicroInterpreter::AllocateTensors() {
  const TFLMRegistration* registration = op_resolver_.First();
  if (registration == nullptr) {
    MicroPrintf("no operator was added");
    return kTfLiteError;
  }
  for (int index = 0; index <= kOperators; ++index) {
    uint8_t* memory = allocator_.Allocate(kTensorBytes);
    if (memory == nullptr) {
      return kTfLiteError;
    }
    tensors_[index].data.data = memory;
    tensors_[index].bytes = kTensorBytes;
  }
  for (int index = 0; index < kOperators; ++index) {
    graph_.SetOperator(index, {{&tensors_[index], &tensors_[index + 1]}, registration});
  }
  return kTfLiteOk;
}

TfLiteStatus MicroInterpreter::Invoke() { return graph_.InvokeSubgraph(0); }

TfLiteTensor* MicroInterpreter::input(size_t) { return &tensors_[0]; }

TfLiteTensor* MicroInterpreter::output(size_t) { return &tensors_[kOperators]; }

size_t MicroInterpreter::arena_used_bytes() const { return (kOperators + 1) * kTensorBytes; }

TFLM_END
