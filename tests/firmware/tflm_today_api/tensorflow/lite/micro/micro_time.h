// The clock that the application supplies.
#ifndef TENSORFLOW_LITE_MICRO_MICRO_TIME_H_
#define TENSORFLOW_LITE_MICRO_MICRO_TIME_H_
#include "tensorflow/lite/c/common.h"
TFLM_BEGIN
uint32_t ticks_per_second();
uint32_t GetCurrentTimeTicks();
TFLM_END
#endif
