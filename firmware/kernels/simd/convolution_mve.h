// CONV_2D by Helium; convolution.cc includes this. Two pixels by two channels at once; the windows
// of the two pixels are brought together in scratch, unless each is a pixel of the image.
#ifndef HARNESS_KERNELS_SIMD_CONVOLUTION_MVE_H_
#define HARNESS_KERNELS_SIMD_CONVOLUTION_MVE_H_

#include <type_traits>

#include "kernels/simd/convolution.h"
#include "kernels/simd/mve_outputs.h"
#include "kernels/simd/mve_patches.h"
#include "kernels/simd/mve_rows.h"

namespace harness {
namespace kernels {
namespace simd {
namespace {

int32_t RowSize(const ConvolutionShape& shape) {
  return shape.filter_height * shape.filter_width * shape.filter_channels;
}

// Scratch: two patches, for packed weights one more in plain order; three sums a channel.
template <typename Activation, typename Weights>
struct ConvolutionScratch {
  Activation* plain;
  Activation* patches[2];
  int32_t* starts;   // of a sum: the bias, for int8 less the zero point's share
  int32_t* sums[2];  // of the two pixels

  static int32_t Bytes(const ConvolutionShape& shape) {
    const int32_t patches = IsPacked<Weights>() ? 3 : 2;
    const int32_t activation = sizeof(Activation);
    return patches * PatchRoom<Activation, Weights>(RowSize(shape)) * activation +
           3 * 4 * shape.output_channels;
  }

  ConvolutionScratch(const ConvolutionShape& shape, void* memory) {
    const int32_t room = PatchRoom<Activation, Weights>(RowSize(shape));
    patches[0] = static_cast<Activation*>(memory);
    patches[1] = patches[0] + room;
    plain = patches[1] + room;
    starts = reinterpret_cast<int32_t*>(plain + (IsPacked<Weights>() ? room : 0));
    sums[0] = starts + shape.output_channels;
    sums[1] = sums[0] + shape.output_channels;
  }
};

// A layer as it is run.
template <typename Activation, typename Sum, typename Weights>
struct Job {
  const Convolution& layer;
  const Rows<Weights> rows;
  const Sum* bias;
  const ConvolutionScratch<Activation, Weights> scratch;
  const bool direct;  // the patches are the pixels of the image
  const bool narrow;  // sums fit 32 bits, or are wanted modulo 2^32
};

// What the two patches of a step are: windows, or ones.
template <typename Activation>
struct Step {
  MveWindow<Activation> windows[2];
  bool ones[2];
};

// The channels of `pairs` at two pixels.
template <int kStep, typename Activation, typename Sum, typename Weights>
void RunPairs(const Job<Activation, Sum, Weights>& job,
              Pairs<kStep, Activation, Weights> pairs) {
  const int32_t* starts = job.scratch.starts + pairs.First();
  int32_t* firsts = job.scratch.sums[0] + pairs.First();
  int32_t* seconds = job.scratch.sums[1] + pairs.First();
  for (int32_t left = pairs.Count(); left > 0; --left) {
    pairs.Run(false, [&](const Weights& weights, int32_t bytes, Block<Activation>& at) {
      BlockSums sums = {{starts[0], starts[kStep]}, {starts[0], starts[kStep]}};
      AddProducts(weights, bytes, at, sums);
      firsts[0] = sums.first[0];
      firsts[kStep] = sums.first[1];
      seconds[0] = sums.second[0];
      seconds[kStep] = sums.second[1];
    });
    starts += 2 * kStep;
    firsts += 2 * kStep;
    seconds += 2 * kStep;
  }
  if (pairs.HasSingle()) {
    pairs.Run(true, [&](const Weights& weights, int32_t bytes, Block<Activation>& at) {
      BlockSums sums = {{starts[0], 0}, {starts[0], 0}};
      AddProducts(weights, bytes, at, sums);
      firsts[0] = sums.first[0];
      seconds[0] = sums.second[0];
    });
  }
}

// The same at one pixel, with ones as the second patch:
//   sum of (x - zero point) * weights = sum of x * weights - zero point * sum of weights.
template <int kStep, typename Weights>
void RunFirstPairs(const Job<int8_t, int32_t, Weights>& job,
                   Pairs<kStep, int8_t, Weights> pairs) {
  const uint32_t zero_point = static_cast<uint32_t>(job.layer.input_zero_point);
  int32_t channel = pairs.First();
  for (int32_t left = pairs.Count() + (pairs.HasSingle() ? 1 : 0); left > 0; --left) {
    const bool single = left == 1 && pairs.HasSingle();
    pairs.Run(single, [&](const Weights& weights, int32_t bytes, Block<int8_t>& at) {
      BlockSums sums = {};
      AddProducts(weights, bytes, at, sums);
      for (int k = 0; k < (single ? 1 : 2); ++k, channel += kStep) {
        const uint32_t bias = job.bias == nullptr ? 0 : static_cast<uint32_t>(job.bias[channel]);
        const uint32_t start = bias - zero_point * static_cast<uint32_t>(sums.second[k]);
        job.scratch.starts[channel] = static_cast<int32_t>(start);
        job.scratch.sums[0][channel] =
            static_cast<int32_t>(start + static_cast<uint32_t>(sums.first[k]));
      }
    });
  }
}

// The channels of `pairs` at two pixels, by sums of 64 bits.
template <int kStep, typename Weights>
void RunLongPairs(const Job<int16_t, int64_t, Weights>& job,
                  Pairs<kStep, int16_t, Weights> pairs, int16_t* const* to) {
  const OutputRange range = job.layer.output;
  int16_t* const outputs[2] = {to[0], to[1]};
  int32_t channel = pairs.First();
  for (int32_t left = pairs.Count() + (pairs.HasSingle() ? 1 : 0); left > 0; --left) {
    const bool single = left == 1 && pairs.HasSingle();
    const int32_t other = single ? channel : channel + kStep;
    pairs.Run(single, [&](const Weights& weights, int32_t bytes, Block<int16_t>& at) {
      int64_t sums[2][2] = {};
      if (job.bias != nullptr) {
        sums[0][0] = sums[1][0] = job.bias[channel];
        sums[0][1] = sums[1][1] = job.bias[other];
      }
      AddLongProducts(weights, bytes, at, sums);
      StoreOutputs(sums[0][0], sums[1][0], range, channel, outputs);
      StoreOutputs(sums[0][1], sums[1][1], range, other, outputs);
    });
    channel += 2 * kStep;
  }
}

// One step's channels of one group.
template <int kStep, typename Weights>
void RunAny(const Job<int8_t, int32_t, Weights>& job,
            const Pairs<kStep, int8_t, Weights>& pairs, bool first, int8_t* const*) {
  if (first) {
    RunFirstPairs(job, pairs);
  } else {
    RunPairs(job, pairs);
  }
}

template <int kStep, typename Weights>
void RunAny(const Job<int16_t, int64_t, Weights>& job,
            const Pairs<kStep, int16_t, Weights>& pairs, bool, int16_t* const* outputs) {
  if (job.narrow) {
    RunPairs(job, pairs);
  } else {
    RunLongPairs(job, pairs, outputs);
  }
}

// Lays out a step's patch of one group.
template <typename Activation, typename Sum, typename Weights>
const Activation* PatchOf(const Job<Activation, Sum, Weights>& job, const Step<Activation>& step,
                          int p, int32_t moved, int32_t first_channel) {
  if (job.direct && !step.ones[p]) {
    return step.windows[p].pixel + first_channel;
  }
  LayOut<Weights>(job.rows.size, moved, job.scratch.plain, job.scratch.patches[p],
                  [&](Activation* to) {
                    if (step.ones[p]) {
                      FillBytes(to, 1, job.rows.size);
                    } else {
                      BringWindow(job.layer, job.layer.input_zero_point, step.windows[p],
                                  first_channel, to);
                    }
                  });
  return job.scratch.patches[p];
}

template <int kStep, typename Activation, typename Sum, typename Weights>
void RunSteps(const Job<Activation, Sum, Weights>& job, const Step<Activation>& step, bool first,
              Activation* const* outputs) {
  const Convolution& layer = job.layer;
  const int32_t groups = layer.input_channels / layer.filter_channels;
  const int32_t channels = layer.output_channels / groups;
  for (int32_t group = 0; group < groups; ++group) {
    for (int32_t moved = 0; moved < kStep; ++moved) {
      const int32_t from = group * layer.filter_channels;
      const Activation* const patches[2] = {PatchOf(job, step, 0, moved, from),
                                            PatchOf(job, step, 1, moved, from)};
      const Pairs<kStep, Activation, Weights> pairs(job.rows, moved, group * channels,
                                                    (group + 1) * channels, patches);
      RunAny(job, pairs, first, outputs);
    }
  }
}

template <typename Activation, typename Sum, typename Weights>
void RunStep(const Job<Activation, Sum, Weights>& job, const Step<Activation>& step, bool first,
             Activation* const* outputs) {
  if (job.rows.AreSplit()) {
    RunSteps<IsPacked<Weights>() ? 2 : 1>(job, step, first, outputs);
  } else {
    RunSteps<1>(job, step, first, outputs);
  }
}

template <typename Activation, typename Sum, typename Weights>
void StoreStep(const Job<Activation, Sum, Weights>& job, int pixels, Activation* output) {
  if (job.narrow) {
    StoreAll<Sum>(job.scratch.sums[0], job.layer.output, job.layer.output_channels, pixels, output);
  }
}

}  // namespace

template <typename Activation, typename Weights>
int32_t ConvolutionScratchBytes(const ConvolutionShape& shape) {
  return ConvolutionScratch<Activation, Weights>::Bytes(shape);
}

// Int8 begins with ones, by the first pixel where the pixels are odd in number; int16 needs the
// first step only then.
template <typename Activation, typename Sum, typename Weights>
void Convolve(const Convolution& layer, const Activation* input, const Weights& weights,
              const Sum* bias, void* memory, Activation* output) {
  const bool is_int8 = sizeof(Activation) == 1;
  const Rows<Weights> rows = {weights, RowSize(layer)};
  const int32_t pixels = layer.batches * layer.output_height * layer.output_width;
  const bool looks_closer = rows.size > kShortProducts && pixels >= 8;
  const int32_t weight =
      is_int8 ? 0 : MostOfRows(rows, layer.output_channels, looks_closer);
  const int64_t most = static_cast<int64_t>(weight) << 15;
  const Job<Activation, Sum, Weights> job = {
      layer, rows, bias, {layer, memory}, !IsPacked<Weights>() && AreWindowsPixels(layer),
      AreNarrow(layer.output, layer.output_channels, bias, most)};
  for (int32_t k = 0; k < layer.output_channels && !is_int8; ++k) {
    job.scratch.starts[k] = bias == nullptr ? 0 : static_cast<int32_t>(bias[k]);
  }
  const int32_t odd = pixels % 2;
  MveWindows<Activation> windows(layer, input);
  if (is_int8 || odd != 0) {
    Step<Activation> step = {{}, {odd == 0, is_int8}};
    if (odd != 0) {
      step.windows[0] = step.windows[1] = windows.Next();
    }
    Activation* const outputs[2] = {output, output};
    RunStep(job, step, true, outputs);
    StoreStep(job, odd, output);
    output += odd * layer.output_channels;
  }
  for (int32_t pixel = odd; pixel < pixels; pixel += 2) {
    const MveWindow<Activation> first = windows.Next();
    const Step<Activation> step = {{first, windows.Next()}, {false, false}};
    Activation* const outputs[2] = {output, output + layer.output_channels};
    RunStep(job, step, false, outputs);
    StoreStep(job, 2, output);
    output = outputs[1] + layer.output_channels;
  }
}

}  // namespace simd
}  // namespace kernels
}  // namespace harness

#endif  // HARNESS_KERNELS_SIMD_CONVOLUTION_MVE_H_
