// The operators of one model, registered by a generated file so that only they are linked.
#ifndef HARNESS_RUNTIME_TFLM2020_OPERATORS_H_
#define HARNESS_RUNTIME_TFLM2020_OPERATORS_H_

#include "tensorflow/lite/c/common.h"
#include "tensorflow/lite/micro/micro_op_resolver.h"

namespace harness {

const tflite::MicroOpResolver& ModelOperators();

// Registrations of ours, for what TFLM's own lack.
TfLiteRegistration* Register_QUANTIZE();

// Custom operators of ours: layers whose weights are stored in fewer bytes.
TfLiteRegistration* Register_HARNESS_CONV_2D();
TfLiteRegistration* Register_HARNESS_DEPTHWISE_CONV_2D();
TfLiteRegistration* Register_HARNESS_FULLY_CONNECTED();

// Registrations of ours beside TFLM's of the same name, for types that those lack.
namespace own {

TfLiteRegistration* Register_ADD();
TfLiteRegistration* Register_AVERAGE_POOL_2D();
TfLiteRegistration* Register_CONCATENATION();
TfLiteRegistration* Register_CONV_2D();
TfLiteRegistration* Register_DEPTHWISE_CONV_2D();
TfLiteRegistration* Register_FULLY_CONNECTED();
TfLiteRegistration* Register_LEAKY_RELU();
TfLiteRegistration* Register_LOGISTIC();
TfLiteRegistration* Register_MAXIMUM();
TfLiteRegistration* Register_MAX_POOL_2D();
TfLiteRegistration* Register_MEAN();
TfLiteRegistration* Register_MINIMUM();
TfLiteRegistration* Register_MUL();
TfLiteRegistration* Register_PAD();
TfLiteRegistration* Register_PADV2();
TfLiteRegistration* Register_RELU();
TfLiteRegistration* Register_RELU6();
TfLiteRegistration* Register_SOFTMAX();
TfLiteRegistration* Register_SUB();
TfLiteRegistration* Register_TANH();

}  // namespace own
}  // namespace harness

#endif  // HARNESS_RUNTIME_TFLM2020_OPERATORS_H_
