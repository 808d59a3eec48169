// A feature stage: one frame of PCM in, the features of that frame out. The tables are written by
// harness/features/tables.py; docs/features.md has the formulas.
#ifndef HARNESS_FEATURES_STAGE_H_
#define HARNESS_FEATURES_STAGE_H_

#include <cstddef>
#include <cstdint>

#include "features/fft.h"

namespace harness {

// The non-zero weights of one mel band: `bins` of them, for the spectrum from `first_bin` on.
struct MelBand {
  uint16_t first_bin;
  uint16_t bins;
};

// The parameters of a stage. `weights` holds the bands' weights one band after the other, for the
// power of the transform divided by its length. Without `projection` there is one feature a band.
struct FeatureStage {
  size_t frames;         // of one inference
  size_t stride;         // PCM samples from one frame to the next
  size_t frame_samples;  // not more than fft_length
  size_t fft_length;     // even
  size_t bands;
  size_t features;          // of one frame
  const uint16_t* window;   // frame_samples values; 65535 is 1
  const MelBand* mel;       // bands
  const float* weights;     // the sum of all bins
  float floor;              // added to a band before its logarithm; above 0
  const float* projection;  // features x bands, or null
  const float* scale;       // features
  const float* offset;      // features
};

// What the transform reads and writes. The power overwrites the samples, which are used up.
union FrameBuffer {
  int32_t sample;
  float power;
};

// The memory of a stage. `features` may be `bands` where there is no projection.
struct StageMemory {
  void* fft;  // fft_bytes, on 8 bytes
  size_t fft_bytes;
  FrameBuffer* frame;      // fft_length
  kiss_fft_cpx* spectrum;  // fft_length / 2 + 1
  float* bands;            // bands
  float* features;         // features
};

// Builds the transform's tables in `memory.fft`. False where that is too small.
bool PrepareStage(const FeatureStage& stage, const StageMemory& memory);

// Computes the features of the frame that starts at `pcm` into `memory.features`.
void ComputeFrame(const FeatureStage& stage, const StageMemory& memory, const int16_t* pcm);

}  // namespace harness

#endif  // HARNESS_FEATURES_STAGE_H_
