// The custom operators of layers whose weights are stored in fewer bytes: their options in the
// model, and the checks that all three share.
#ifndef HARNESS_RUNTIME_TFLM2020_PACKED_H_
#define HARNESS_RUNTIME_TFLM2020_PACKED_H_

#include <cstdint>

#include "runtime/tflm2020/layer.h"
#include "tensorflow/lite/c/common.h"

namespace harness {

// How `encoding` says that weights are stored; kernels/weights.h describes each.
constexpr int32_t kEncodedInt4 = 1;
constexpr int32_t kEncodedTable = 2;
constexpr int32_t kEncodedSparse = 3;

// Each reads the options of the custom operator at `node` (13 little-endian int32, the version first),
// checks that the weights' tensor has exactly the bytes that the encoding asks for, and that a bias
// has 32 bits with int8 activations and 64 with int16, and leaves a PreparedConvolution or a
// PreparedConnection to `node`. Only layers with a row of weights for each output may be sparse.
TfLiteStatus PreparePackedConv2D(TfLiteContext* context, TfLiteNode* node);
TfLiteStatus PreparePackedDepthwiseConv2D(TfLiteContext* context, TfLiteNode* node);
TfLiteStatus PreparePackedFullyConnected(TfLiteContext* context, TfLiteNode* node);

}  // namespace harness

#endif  // HARNESS_RUNTIME_TFLM2020_PACKED_H_
