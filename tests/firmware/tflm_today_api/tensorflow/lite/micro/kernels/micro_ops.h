// The registrations.
#ifndef TENSORFLOW_LITE_MICRO_KERNELS_MICRO_OPS_H_
#define TENSORFLOW_LITE_MICRO_KERNELS_MICRO_OPS_H_
#include "tensorflow/lite/c/common.h"
TFLM_BEGIN
TFLMRegistration Register_RESHAPE();
TFLM_END
#endif
