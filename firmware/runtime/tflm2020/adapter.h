// What the adapters of operators without weights share: from the interpreter's tensors and options
// to the plain structs of the kernels.
#ifndef HARNESS_RUNTIME_TFLM2020_ADAPTER_H_
#define HARNESS_RUNTIME_TFLM2020_ADAPTER_H_

#include <cstddef>
#include <cstdint>

#include "tensorflow/lite/c/common.h"

namespace harness {

// Memory of `bytes` bytes for as long as the interpreter lives, which `node` keeps; null if there is
// none left.
void* NewParameters(TfLiteContext* context, TfLiteNode* node, size_t bytes);

template <typename T>
inline T* NewParameters(TfLiteContext* context, TfLiteNode* node) {
  return static_cast<T*>(NewParameters(context, node, sizeof(T)));
}

template <typename T>
inline const T& ParametersOf(const TfLiteNode* node) {
  return *static_cast<const T*>(node->user_data);
}

inline double ScaleOf(const TfLiteTensor* tensor) {
  return static_cast<double>(tensor->params.scale);
}

inline size_t ElementsOf(const TfLiteTensor* tensor) {
  return tensor->bytes / (tensor->type == kTfLiteInt16 ? sizeof(int16_t) : sizeof(int8_t));
}

// Fails unless the tensor has one scale.
TfLiteStatus CheckOneScale(TfLiteContext* context, const TfLiteTensor* tensor);

// Fails unless the tensor has this type and one scale, and, at int16, zero point 0.
TfLiteStatus CheckQuantized(TfLiteContext* context, const TfLiteTensor* tensor, TfLiteType type);

// The same for every input and for the first output.
TfLiteStatus CheckAllQuantized(TfLiteContext* context, const TfLiteNode* node, TfLiteType type);

// Writes `factor` as multiplier * 2^(shift - 31), with the ranges that the kernels expect; fails
// where it is too large.
TfLiteStatus QuantizeFactor(TfLiteContext* context, double factor, int32_t* multiplier,
                            int32_t* shift);

// Writes the tensor's sizes as four dimensions, the leading ones 1; fails where it has more.
TfLiteStatus FourDimensions(TfLiteContext* context, const TfLiteTensor* tensor, int32_t* sizes);

}  // namespace harness

#endif  // HARNESS_RUNTIME_TFLM2020_ADAPTER_H_
