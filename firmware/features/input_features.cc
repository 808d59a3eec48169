// The sample in the window is PCM; the features are computed from it, frame after frame, and
// quantized into the model's one input tensor.
#include "features/input_features.h"

#include <cstring>

#include "app/input.h"
#include "app/protocol.h"
#include "features/quantize.h"
#include "runtime/runtime.h"

namespace harness {

void PrepareInput() {
  const FeatureInput& input = ImageFeatures();
  if (!PrepareStage(input.stage, input.memory)) {
    FailRun(ErrorCode::kAllocationFailed, 0, 0, "the transform needs more memory than it has");
  }
}

size_t InputSampleBytes() { return ImageFeatures().pcm_samples * sizeof(int16_t); }

void LoadInput(const uint8_t* sample) {
  const FeatureInput& input = ImageFeatures();
  const FeatureStage& stage = input.stage;
  const TensorBytes tensor = RuntimeInput(0);
  const int16_t* pcm = reinterpret_cast<const int16_t*>(sample);
  if (tensor.size != stage.frames * stage.features * ElementBytes(input.tensor.type)) {
    FailRun(ErrorCode::kBadRequest, tensor.size, 0, "the input tensor is no feature vector");
  }
  uint8_t* out = static_cast<uint8_t*>(tensor.data);
  for (size_t f = 0; f < stage.frames; ++f, pcm += stage.stride) {
    ComputeFrame(stage, input.memory, pcm);
    out = StoreFeatures(input.tensor, input.memory.features, stage.features, out);
  }
}

bool InputIsComputed() { return true; }

}  // namespace harness
