#include "tensorflow/lite/micro/micro_interpreter_graph.h"

#include "tensorflow/lite/micro/micro_log.h"

TFLM_BEGIN

TfLiteStatus MicroInterpreterGraph::InvokeSubgraph(int subgraph) {
  if (subgraph != 0) {
    MicroPrintf("no subgraph %d", subgraph);
    return kTfLiteError;
  }
  for (int index = 0; index < kOperators; ++index) {
    const uint32_t event = profiler_ != nullptr ? profiler_->BeginEvent("operator") : 0;
    NodeAndRegistration& entry = nodes_[index];
    const TfLiteStatus status = entry.registration->invoke(context_, &entry.node);
    allocator_->ResetTempAllocations();
    if (profiler_ != nullptr) {
      profiler_->EndEvent(event);
    }
    if (status != kTfLiteOk) {
      MicroPrintf("operator %d failed", index);
      return status;
    }
  }
  return kTfLiteOk;
}

TFLM_END
