// Registrations of the kernel set `simd`, one for each kind of operands: a model links what it needs.
#ifndef HARNESS_RUNTIME_TFLM2020_SIMD_OPERATORS_H_
#define HARNESS_RUNTIME_TFLM2020_SIMD_OPERATORS_H_

#include "tensorflow/lite/c/common.h"

namespace harness {
namespace simd {

TfLiteRegistration* Register_CONV_2D_FLOAT32();
TfLiteRegistration* Register_CONV_2D_INT8();
TfLiteRegistration* Register_CONV_2D_INT16();
TfLiteRegistration* Register_DEPTHWISE_CONV_2D_FLOAT32();
TfLiteRegistration* Register_DEPTHWISE_CONV_2D_INT8();
TfLiteRegistration* Register_DEPTHWISE_CONV_2D_INT16();
TfLiteRegistration* Register_FULLY_CONNECTED_FLOAT32();
TfLiteRegistration* Register_FULLY_CONNECTED_INT8();
TfLiteRegistration* Register_FULLY_CONNECTED_INT16();

// Weights of four bits, and of indices into a table.
TfLiteRegistration* Register_HARNESS_CONV_2D_INT8_INT4();
TfLiteRegistration* Register_HARNESS_CONV_2D_INT8_TABLE();
TfLiteRegistration* Register_HARNESS_CONV_2D_INT16_INT4();
TfLiteRegistration* Register_HARNESS_CONV_2D_INT16_TABLE();
TfLiteRegistration* Register_HARNESS_DEPTHWISE_CONV_2D_INT8_INT4();
TfLiteRegistration* Register_HARNESS_DEPTHWISE_CONV_2D_INT8_TABLE();
TfLiteRegistration* Register_HARNESS_DEPTHWISE_CONV_2D_INT16_INT4();
TfLiteRegistration* Register_HARNESS_DEPTHWISE_CONV_2D_INT16_TABLE();
TfLiteRegistration* Register_HARNESS_FULLY_CONNECTED_INT8_INT4();
TfLiteRegistration* Register_HARNESS_FULLY_CONNECTED_INT8_TABLE();
TfLiteRegistration* Register_HARNESS_FULLY_CONNECTED_INT16_INT4();
TfLiteRegistration* Register_HARNESS_FULLY_CONNECTED_INT16_TABLE();

TfLiteRegistration* Register_ADD_INT8();
TfLiteRegistration* Register_AVERAGE_POOL_2D_INT8();
TfLiteRegistration* Register_MAX_POOL_2D_INT8();
TfLiteRegistration* Register_MEAN_INT8();
TfLiteRegistration* Register_PAD_INT8();
TfLiteRegistration* Register_PADV2_INT8();
TfLiteRegistration* Register_QUANTIZE_INT8();
TfLiteRegistration* Register_RELU_INT8();
TfLiteRegistration* Register_RELU6_INT8();
TfLiteRegistration* Register_SOFTMAX_INT8();

}  // namespace simd
}  // namespace harness

#endif  // HARNESS_RUNTIME_TFLM2020_SIMD_OPERATORS_H_
