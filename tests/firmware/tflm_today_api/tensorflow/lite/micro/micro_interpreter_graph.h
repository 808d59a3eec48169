// The interpreter's loop.
#ifndef TENSORFLOW_LITE_MICRO_MICRO_INTERPRETER_GRAPH_H_
#define TENSORFLOW_LITE_MICRO_MICRO_INTERPRETER_GRAPH_H_
#include "tensorflow/lite/micro/micro_allocator.h"
TFLM_BEGIN

class MicroProfilerInterface {
 public:
  virtual uint32_t BeginEvent(const char* tag) = 0;
  virtual void EndEvent(uint32_t event) = 0;

 protected:
  ~MicroProfilerInterface() = default;
};

struct NodeAndRegistration {
  TfLiteNode node;
  const TFLMRegistration* registration;
};

class MicroInterpreterGraph {
 public:
  static constexpr int kOperators = 3;

  MicroInterpreterGraph(TfLiteContext* context, MicroAllocator* allocator,
                        MicroProfilerInterface* profiler)
      : context_(context), allocator_(allocator), profiler_(profiler) {}

  void SetOperator(int index, const NodeAndRegistration& node) { nodes_[index] = node; }

  TfLiteStatus InvokeSubgraph(int subgraph);

 private:
  TfLiteContext* context_;
  MicroAllocator* allocator_;
  MicroProfilerInterface* profiler_;
  NodeAndRegistration nodes_[kOperators];
};

TFLM_END
#endif
