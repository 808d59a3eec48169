#include "tensorflow/lite/micro/system_setup.h"
TFLM_BEGIN
void InitializeTarget() {}
TFLM_END
