// How operators without weights are prepared, whichever kernels then run: each function checks the
// operator and leaves the kernel's struct in the node.
#ifndef HARNESS_RUNTIME_TFLM2020_ACTIVATIONS_H_
#define HARNESS_RUNTIME_TFLM2020_ACTIVATIONS_H_

#include "kernels/mean.h"
#include "kernels/pad_int16.h"
#include "kernels/pool_int16.h"
#include "kernels/requantize.h"
#include "tensorflow/lite/c/builtin_op_data.h"
#include "tensorflow/lite/c/common.h"

namespace harness {

// kernels::Pool, for activations of `type`.
TfLiteStatus PreparePool(TfLiteContext* context, TfLiteNode* node, TfLiteType type);

// kernels::Mean, for int8 or int16.
TfLiteStatus PrepareMean(TfLiteContext* context, TfLiteNode* node);

// kernels::Padding, for activations of `type`.
TfLiteStatus PreparePad(TfLiteContext* context, TfLiteNode* node, TfLiteType type);

// The same, where input 2 holds the element to pad with.
TfLiteStatus PreparePadV2(TfLiteContext* context, TfLiteNode* node, TfLiteType type);

// kernels::Requantization for RELU or RELU6, which `activation` names, of int8 or int16.
TfLiteStatus PrepareRectifier(TfLiteContext* context, TfLiteNode* node,
                              TfLiteFusedActivation activation);

// kernels::Requantization for QUANTIZE between int8 and int16, or from one to itself.
TfLiteStatus PrepareRequantization(TfLiteContext* context, TfLiteNode* node);

}  // namespace harness

#endif  // HARNESS_RUNTIME_TFLM2020_ACTIVATIONS_H_
