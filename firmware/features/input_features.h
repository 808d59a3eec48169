// What an image with features on the device knows of its input; its build writes the values.
#ifndef HARNESS_FEATURES_INPUT_FEATURES_H_
#define HARNESS_FEATURES_INPUT_FEATURES_H_

#include <cstddef>

#include "features/quantize.h"
#include "features/stage.h"

namespace harness {

struct FeatureInput {
  size_t pcm_samples;  // of one inference, in the window
  FeatureStage stage;
  StageMemory memory;
  TensorElement tensor;
};

const FeatureInput& ImageFeatures();

}  // namespace harness

#endif  // HARNESS_FEATURES_INPUT_FEATURES_H_
