// What the adapters of CONV_2D, DEPTHWISE_CONV_2D and FULLY_CONNECTED share: from the interpreter's
// tensors and options to the plain structs of the kernels.
#ifndef HARNESS_RUNTIME_TFLM2020_LAYER_H_
#define HARNESS_RUNTIME_TFLM2020_LAYER_H_

#include <cstdint>

#include "kernels/fully_connected.h"
#include "kernels/window.h"
#include "tensorflow/lite/c/builtin_op_data.h"
#include "tensorflow/lite/c/common.h"

namespace harness {

struct LayerTensors {
  const TfLiteTensor* input;
  const TfLiteTensor* weights;
  const TfLiteTensor* bias;  // null where there is none
  TfLiteTensor* output;
};

LayerTensors TensorsOf(TfLiteContext* context, TfLiteNode* node);

// How many scales a tensor has; 0 where it is not quantized.
int ScaleCount(const TfLiteTensor* tensor);

struct ImageShape {
  int32_t height;
  int32_t width;
  int32_t channels;
};

struct WindowOptions {
  bool same;  // or "valid" padding
  int32_t stride_height;
  int32_t stride_width;
  int32_t dilation_height;
  int32_t dilation_width;
  TfLiteFusedActivation activation;
};

// A prepared CONV_2D or DEPTHWISE_CONV_2D: `encoding` says how the weights are stored (packed.h).
struct PreparedConvolution {
  kernels::Convolution layer;
  int32_t encoding;
  void* scratch;  // the layer's own, or null
};

struct PreparedConnection {
  kernels::FullyConnected layer;
  int32_t encoding;
};

constexpr int32_t kEncodedDense = 0;

// Checks the tensors against the filter's shape, fills in a PreparedConvolution in persistent memory
// and leaves it to `node`. A filter's channels are a group's; a depthwise filter's are 1.
TfLiteStatus PrepareConvolution(TfLiteContext* context, TfLiteNode* node,
                                const WindowOptions& options, const ImageShape& filter,
                                int32_t outputs);

// The same for FULLY_CONNECTED.
TfLiteStatus PrepareConnection(TfLiteContext* context, TfLiteNode* node,
                               TfLiteFusedActivation activation, int32_t inputs, int32_t outputs);

inline PreparedConvolution* ConvolutionOf(const TfLiteNode* node) {
  return static_cast<PreparedConvolution*>(node->user_data);
}

inline PreparedConnection* ConnectionOf(const TfLiteNode* node) {
  return static_cast<PreparedConnection*>(node->user_data);
}

// Asks for scratch of so many bytes for the convolution at `node`. It lives as long as the
// interpreter: this release's allocator gives scratch that layers share only where no persistent
// memory is asked for between the first and the last request, and every layer's Prepare asks for
// some.
TfLiteStatus RequestScratch(TfLiteContext* context, TfLiteNode* node, int32_t bytes);

// The scratch of the convolution at `node`, or null.
template <typename T>
inline T* ScratchOf(const TfLiteNode* node) {
  return static_cast<T*>(ConvolutionOf(node)->scratch);
}

// Sums have 32 bits where the bias has, and with int8 activations; otherwise 64.
inline bool HasShortSums(const LayerTensors& tensors) {
  return tensors.input->type == kTfLiteInt8 ||
         (tensors.bias != nullptr && tensors.bias->type == kTfLiteInt32);
}

// The memory of a layer's tensors, by the types of activations and sums.
template <typename Activation, typename Sum>
struct LayerData {
  const Activation* input;
  const uint8_t* weights;
  const Sum* bias;
  Activation* output;

  explicit LayerData(const LayerTensors& tensors)
      : input(reinterpret_cast<const Activation*>(tensors.input->data.raw)),
        weights(tensors.weights->data.uint8),
        bias(tensors.bias == nullptr ? nullptr
                                     : reinterpret_cast<const Sum*>(tensors.bias->data.raw)),
        output(reinterpret_cast<Activation*>(tensors.output->data.raw)) {}
};

}  // namespace harness

#endif  // HARNESS_RUNTIME_TFLM2020_LAYER_H_
