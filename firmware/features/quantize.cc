#include "features/quantize.h"

#include <cmath>
#include <cstring>

namespace harness {
namespace {

double Limit(ElementType type) { return type == ElementType::kInt8 ? 128.0 : 32768.0; }

}  // namespace

size_t ElementBytes(ElementType type) {
  switch (type) {
    case ElementType::kInt8:
      return 1;
    case ElementType::kInt16:
      return 2;
    default:
      return 4;
  }
}

int32_t QuantizeValue(const TensorElement& element, float value) {
  const double quotient = static_cast<double>(value) / static_cast<double>(element.scale);
  const double steps = std::nearbyint(quotient) + element.zero_point;
  const double limit = Limit(element.type);
  if (steps < -limit) {
    return static_cast<int32_t>(-limit);
  }
  return static_cast<int32_t>(steps > limit - 1 ? limit - 1 : steps);
}

uint8_t* StoreFeatures(const TensorElement& element, const float* values, size_t count,
                       uint8_t* out) {
  const size_t bytes = ElementBytes(element.type);
  for (size_t i = 0; i < count; ++i, out += bytes) {
    if (element.type == ElementType::kFloat32) {
      std::memcpy(out, values + i, bytes);
    } else {
      // Little-endian: the low bytes come first.
      const int32_t quantized = QuantizeValue(element, values[i]);
      std::memcpy(out, &quantized, bytes);
    }
  }
  return out;
}

}  // namespace harness
