// Preparation of the machine.
#ifndef TENSORFLOW_LITE_MICRO_SYSTEM_SETUP_H_
#define TENSORFLOW_LITE_MICRO_SYSTEM_SETUP_H_
#include "tensorflow/lite/c/common.h"
TFLM_BEGIN
void InitializeTarget();
TFLM_END
#endif
