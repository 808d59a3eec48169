// The operators of one model, registered by a generated file so that only they are linked.
#ifndef HARNESS_RUNTIME_TFLM_TODAY_OPERATORS_H_
#define HARNESS_RUNTIME_TFLM_TODAY_OPERATORS_H_

#include "tensorflow/lite/micro/micro_op_resolver.h"

namespace tflite {
namespace micro {}
}  // namespace tflite

namespace harness {

// TFLM moved its classes from tflite to tflite::micro in 2026; a name of this namespace is found in
// either.
namespace tflm {
using namespace ::tflite;
using namespace ::tflite::micro;
}  // namespace tflm

// Whether a status is kTfLiteOk, which is zero in every tree but not in the same namespace.
template <typename Status>
bool IsOk(Status status) {
  return static_cast<int>(status) == 0;
}

const tflm::MicroOpResolver& ModelOperators();

}  // namespace harness

#endif  // HARNESS_RUNTIME_TFLM_TODAY_OPERATORS_H_
