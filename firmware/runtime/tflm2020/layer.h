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

// A prepared layer: `encoding` says how the weights are stored (packed.h).
struct PreparedConvolution {
  kernels::Convolution layer;
  int32_t encoding;
};

struct PreparedConnection {
  kernels::FullyConnected layer;
  int32_t encoding;
};

constexpr int32_t kEncodedDense = 0;

// Memory for `count` values of type T that lives as long as the interpreter.
template <typename T>
TfLiteStatus AllocatePersistent(TfLiteContext* context, int count, T** memory) {
  void* found = nullptr;
  TF_LITE_ENSURE_OK(context, context->AllocatePersistentBuffer(
                                 context, sizeof(T) * static_cast<size_t>(count), &found));
  *memory = static_cast<T*>(found);
  return kTfLiteOk;
}

// Fills in the shapes of a convolution, once they are found to fit each other. A filter's channels
// are a group's; a depthwise filter's are 1.
TfLiteStatus ShapeConvolution(TfLiteContext* context, const LayerTensors& tensors,
                              const WindowOptions& options, const ImageShape& filter,
                              int32_t outputs, kernels::ConvolutionShape* shape);

// Checks the tensors against the filter's shape, fills in a PreparedConvolution in persistent memory
// and leaves it to `node`.
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
