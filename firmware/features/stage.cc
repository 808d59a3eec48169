#include "features/stage.h"

#include <cmath>

namespace harness {
namespace {

// |sample * window| <= 32768 * 65535 < 2^31. The transform divides by its length as it goes, so
// that nothing overflows.
void WindowFrame(const FeatureStage& stage, const int16_t* pcm, FrameBuffer* frame) {
  for (size_t i = 0; i < stage.frame_samples; ++i) {
    frame[i].sample = static_cast<int32_t>(pcm[i]) * static_cast<int32_t>(stage.window[i]);
  }
  for (size_t i = stage.frame_samples; i < stage.fft_length; ++i) {
    frame[i].sample = 0;
  }
}

void ComputePower(const kiss_fft_cpx* spectrum, size_t bins, FrameBuffer* frame) {
  for (size_t k = 0; k < bins; ++k) {
    const float real = static_cast<float>(spectrum[k].r);
    const float imaginary = static_cast<float>(spectrum[k].i);
    frame[k].power = real * real + imaginary * imaginary;
  }
}

void ComputeLogBands(const FeatureStage& stage, const FrameBuffer* frame, float* bands) {
  const float* weight = stage.weights;
  for (size_t b = 0; b < stage.bands; ++b) {
    float sum = 0.0f;
    for (size_t k = 0; k < stage.mel[b].bins; ++k) {
      sum += *weight++ * frame[stage.mel[b].first_bin + k].power;
    }
    bands[b] = std::log(sum + stage.floor);
  }
}

void Project(const FeatureStage& stage, const float* bands, float* features) {
  const float* row = stage.projection;
  for (size_t i = 0; i < stage.features; ++i, row += stage.bands) {
    float sum = 0.0f;
    for (size_t b = 0; b < stage.bands; ++b) {
      sum += row[b] * bands[b];
    }
    features[i] = sum;
  }
}

kiss_fftr_cfg Transform(const StageMemory& memory) {
  return static_cast<kiss_fftr_cfg>(memory.fft);
}

}  // namespace

bool PrepareStage(const FeatureStage& stage, const StageMemory& memory) {
  size_t bytes = memory.fft_bytes;
  return kiss_fftr_alloc(static_cast<int>(stage.fft_length), 0, memory.fft, &bytes) ==
         Transform(memory);
}

void ComputeFrame(const FeatureStage& stage, const StageMemory& memory, const int16_t* pcm) {
  WindowFrame(stage, pcm, memory.frame);
  kiss_fftr(Transform(memory), &memory.frame->sample, memory.spectrum);
  ComputePower(memory.spectrum, stage.fft_length / 2 + 1, memory.frame);
  ComputeLogBands(stage, memory.frame, memory.bands);
  if (stage.projection != nullptr) {
    Project(stage, memory.bands, memory.features);
  }
  for (size_t i = 0; i < stage.features; ++i) {
    memory.features[i] = memory.features[i] * stage.scale[i] + stage.offset[i];
  }
}

}  // namespace harness
