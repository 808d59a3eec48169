// Holds the operators that were added.
#ifndef TENSORFLOW_LITE_MICRO_MICRO_MUTABLE_OP_RESOLVER_H_
#define TENSORFLOW_LITE_MICRO_MICRO_MUTABLE_OP_RESOLVER_H_
#include "tensorflow/lite/micro/kernels/micro_ops.h"
#include "tensorflow/lite/micro/micro_op_resolver.h"
TFLM_BEGIN

template <unsigned int tOpCount>
class MicroMutableOpResolver final : public MicroOpResolver {
 public:
  const TFLMRegistration* First() const override { return count_ > 0 ? registrations_ : nullptr; }

  TfLiteStatus AddReshape() { return Add(Register_RESHAPE()); }

 private:
  TfLiteStatus Add(const TFLMRegistration& registration) {
    if (count_ == tOpCount) {
      return kTfLiteError;
    }
    registrations_[count_++] = registration;
    return kTfLiteOk;
  }

  TFLMRegistration registrations_[tOpCount];
  unsigned int count_ = 0;
};

TFLM_END
#endif
