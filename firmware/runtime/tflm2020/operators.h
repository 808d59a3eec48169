// The operators of one model, registered by a generated file so that only they are linked.
#ifndef HARNESS_RUNTIME_TFLM2020_OPERATORS_H_
#define HARNESS_RUNTIME_TFLM2020_OPERATORS_H_

#include "tensorflow/lite/c/common.h"
#include "tensorflow/lite/micro/micro_op_resolver.h"

namespace harness {

const tflite::MicroOpResolver& ModelOperators();

// Registrations of ours, for what TFLM's own lack.
TfLiteRegistration* Register_QUANTIZE();

}  // namespace harness

#endif  // HARNESS_RUNTIME_TFLM2020_OPERATORS_H_
