// The interpreter.
#ifndef TENSORFLOW_LITE_MICRO_MICRO_INTERPRETER_H_
#define TENSORFLOW_LITE_MICRO_MICRO_INTERPRETER_H_
#include "tensorflow/lite/micro/micro_interpreter_graph.h"
#include "tensorflow/lite/micro/micro_op_resolver.h"
#include "tensorflow/lite/schema/schema_generated.h"
TFLM_BEGIN

class MicroResourceVariables;

class MicroInterpreter {
 public:
  MicroInterpreter(const Model* model, const MicroOpResolver& op_resolver, uint8_t* tensor_arena,
                   size_t tensor_arena_size, MicroResourceVariables* resource_variables = nullptr,
                   MicroProfilerInterface* profiler = nullptr, bool preserve_all_tensors = false);
  ~MicroInterpreter();

  TfLiteStatus AllocateTensors();
  TfLiteStatus Invoke();
  TfLiteTensor* input(size_t index);
  TfLiteTensor* output(size_t index);
  size_t inputs_size() const { return 1; }
  size_t outputs_size() const { return 1; }
  TfLiteStatus initialization_status() const { return kTfLiteOk; }
  size_t arena_used_bytes() const;

 private:
  const MicroOpResolver& op_resolver_;
  ArenaAllocator allocator_;
  MicroInterpreterGraph graph_;
  TfLiteTensor tensors_[MicroInterpreterGraph::kOperators + 1];
};

TFLM_END
#endif
