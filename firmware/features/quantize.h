// Real numbers into the elements of an input tensor.
#ifndef HARNESS_FEATURES_QUANTIZE_H_
#define HARNESS_FEATURES_QUANTIZE_H_

#include <cstddef>
#include <cstdint>

namespace harness {

enum class ElementType { kInt8, kInt16, kFloat32 };

// One element stands for (q - zero_point) * scale; float32 for itself.
struct TensorElement {
  ElementType type;
  float scale;
  int32_t zero_point;
};

size_t ElementBytes(ElementType type);

// Returns value / scale rounded to the nearest integer, halves to even, plus zero_point, clipped
// to the type's range. Computed in double precision: the host does, and a quotient that lies
// close to a half must go the same way.
int32_t QuantizeValue(const TensorElement& element, float value);

// Writes `count` values as elements to `out`, aligned for them, and returns where they end.
uint8_t* StoreFeatures(const TensorElement& element, const float* values, size_t count,
                       uint8_t* out);

}  // namespace harness

#endif  // HARNESS_FEATURES_QUANTIZE_H_
