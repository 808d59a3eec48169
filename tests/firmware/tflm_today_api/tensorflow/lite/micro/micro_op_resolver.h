// Finds operators.
#ifndef TENSORFLOW_LITE_MICRO_MICRO_OP_RESOLVER_H_
#define TENSORFLOW_LITE_MICRO_MICRO_OP_RESOLVER_H_
#include "tensorflow/lite/c/common.h"
TFLM_BEGIN

class MicroOpResolver {
 public:
  virtual const TFLMRegistration* First() const = 0;

 protected:
  ~MicroOpResolver() = default;
};

TFLM_END
#endif
