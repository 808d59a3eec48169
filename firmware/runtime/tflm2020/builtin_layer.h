// Prepares the builtin operators CONV_2D, DEPTHWISE_CONV_2D and FULLY_CONNECTED for kernels of ours.
#ifndef HARNESS_RUNTIME_TFLM2020_BUILTIN_LAYER_H_
#define HARNESS_RUNTIME_TFLM2020_BUILTIN_LAYER_H_

#include "runtime/tflm2020/layer.h"

namespace harness {

// What the options of an operator say of its window.
WindowOptions WindowOf(const TfLiteConvParams& given);
WindowOptions WindowOf(const TfLiteDepthwiseConvParams& given);

// Each leaves a PreparedConvolution or a PreparedConnection to `node`.
TfLiteStatus PrepareConv2D(TfLiteContext* context, TfLiteNode* node);
TfLiteStatus PrepareDepthwiseConv2D(TfLiteContext* context, TfLiteNode* node);
TfLiteStatus PrepareFullyConnected(TfLiteContext* context, TfLiteNode* node);

}  // namespace harness

#endif  // HARNESS_RUNTIME_TFLM2020_BUILTIN_LAYER_H_
