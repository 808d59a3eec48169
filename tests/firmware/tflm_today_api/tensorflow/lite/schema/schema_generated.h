// The model file.
#ifndef TENSORFLOW_LITE_SCHEMA_GENERATED_H_
#define TENSORFLOW_LITE_SCHEMA_GENERATED_H_

#include "flatbuffers/flatbuffers.h"

namespace tflite {

struct Model {
  uint8_t bytes[8];
};

inline const Model* GetModel(const void* file) { return static_cast<const Model*>(file); }

}  // namespace tflite

#endif
