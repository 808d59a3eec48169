// CONV_2D and FULLY_CONNECTED in single precision by Helium; for Cortex-M55. Lanes are four
// products of one output each, so that weights and activations are read as they lie in memory.
#include "kernels/simd/instructions.h"

#if HARNESS_MVE

#include "kernels/simd/float_layers.h"
#include "kernels/simd/mve_float_outputs.h"
#include "kernels/simd/mve_patches.h"

namespace harness {
namespace kernels {
namespace simd {
namespace {

// Four lanes' sum: of a vector's first register, by the names of the registers that it is made of.
#define HARNESS_ADD_LANES(a, b, c, d) \
  "vadd.f32 " a ", " a ", " b "\n"    \
  "vadd.f32 " c ", " c ", " d "\n"    \
  "vadd.f32 " a ", " a ", " c "\n"

// `count` > 0 products of two patches with two rows, by a tail-predicated loop (mve_products.h
// tells why in assembly): a load for every multiplication.
HARNESS_MVE_INLINE void AddFloats(const float* x, const float* y, const float* v, const float* w,
                                  int32_t count, float (&sums)[2][2]) {
  register float s0 __asm__("s0");
  register float s4 __asm__("s4");
  register float s8 __asm__("s8");
  register float s12 __asm__("s12");
  __asm__ volatile(
      "vmov.i32 q0, #0\n"
      "vmov.i32 q1, #0\n"
      "vmov.i32 q2, #0\n"
      "vmov.i32 q3, #0\n"
      "dlstp.32 lr, %[count]\n"
      "1:\n"
      "vldrw.u32 q4, [%[x]], #16\n"
      "vldrw.u32 q6, [%[v]], #16\n"
      "vfma.f32 q0, q4, q6\n"
      "vldrw.u32 q7, [%[w]], #16\n"
      "vfma.f32 q1, q4, q7\n"
      "vldrw.u32 q5, [%[y]], #16\n"
      "vfma.f32 q2, q5, q6\n"
      "vfma.f32 q3, q5, q7\n"
      "letp lr, 1b\n"
      HARNESS_ADD_LANES("s0", "s1", "s2", "s3")
      HARNESS_ADD_LANES("s4", "s5", "s6", "s7")
      HARNESS_ADD_LANES("s8", "s9", "s10", "s11")
      HARNESS_ADD_LANES("s12", "s13", "s14", "s15")
      : "=t"(s0), "=t"(s4), "=t"(s8), "=t"(s12), [x] "+r"(x), [y] "+r"(y), [v] "+r"(v),
        [w] "+r"(w)
      : [count] "r"(count)
      : "s1", "s2", "s3", "s5", "s6", "s7", "s9", "s10", "s11", "s13", "s14", "s15", "q4", "q5",
        "q6", "q7", "lr", "memory");
  sums[0][0] = s0;
  sums[0][1] = s4;
  sums[1][0] = s8;
  sums[1][1] = s12;
}

// The same of one patch with four rows, `apart` floats from each other.
HARNESS_MVE_INLINE void AddFloats(const float* x, const float* row, int32_t apart, int32_t count,
                                  float (&sums)[4]) {
  register float s0 __asm__("s0");
  register float s4 __asm__("s4");
  register float s8 __asm__("s8");
  register float s12 __asm__("s12");
  const float* rows[4] = {row, row + apart, row + 2 * apart, row + 3 * apart};
  __asm__ volatile(
      "vmov.i32 q0, #0\n"
      "vmov.i32 q1, #0\n"
      "vmov.i32 q2, #0\n"
      "vmov.i32 q3, #0\n"
      "dlstp.32 lr, %[count]\n"
      "1:\n"
      "vldrw.u32 q4, [%[x]], #16\n"
      "vldrw.u32 q5, [%[t]], #16\n"
      "vfma.f32 q0, q4, q5\n"
      "vldrw.u32 q6, [%[u]], #16\n"
      "vfma.f32 q1, q4, q6\n"
      "vldrw.u32 q5, [%[v]], #16\n"
      "vfma.f32 q2, q4, q5\n"
      "vldrw.u32 q6, [%[w]], #16\n"
      "vfma.f32 q3, q4, q6\n"
      "letp lr, 1b\n"
      HARNESS_ADD_LANES("s0", "s1", "s2", "s3")
      HARNESS_ADD_LANES("s4", "s5", "s6", "s7")
      HARNESS_ADD_LANES("s8", "s9", "s10", "s11")
      HARNESS_ADD_LANES("s12", "s13", "s14", "s15")
      : "=t"(s0), "=t"(s4), "=t"(s8), "=t"(s12), [x] "+r"(x), [t] "+r"(rows[0]),
        [u] "+r"(rows[1]), [v] "+r"(rows[2]), [w] "+r"(rows[3])
      : [count] "r"(count)
      : "s1", "s2", "s3", "s5", "s6", "s7", "s9", "s10", "s11", "s13", "s14", "s15", "q4", "q5",
        "q6", "lr", "memory");
  sums[0] = s0;
  sums[1] = s4;
  sums[2] = s8;
  sums[3] = s12;
}

// The activations of windows, zeros where they leave the image.
struct FloatPatches {
  const ConvolutionShape& shape;
  int32_t row_size;
  bool direct;
  float* room[2];

  const float* Of(const MveWindow<float>& window, int32_t first_channel, int p) const {
    if (direct) {
      return window.pixel + first_channel;
    }
    BringWindow(shape, 0, window, first_channel, room[p]);
    return room[p];
  }
};

// The sums of two pixels, of which the second may be the first.
void RunChannels(const float* const* patches, const float* weights, int32_t row_size,
                 int32_t channels, float* const* outputs) {
  float* first = outputs[0];
  float* second = outputs[1];
  float sums[2][2];
  for (int32_t pairs = channels / 2; pairs > 0; --pairs, weights += 2 * row_size) {
    AddFloats(patches[0], patches[1], weights, weights + row_size, row_size, sums);
    *first++ = sums[0][0];
    *first++ = sums[0][1];
    *second++ = sums[1][0];
    *second++ = sums[1][1];
  }
  if (channels % 2 != 0) {
    AddFloats(patches[0], patches[1], weights, weights, row_size, sums);
    *first = sums[0][0];
    *second = sums[1][0];
  }
}

int32_t RowSizeOf(const ConvolutionShape& shape) {
  return shape.filter_height * shape.filter_width * shape.filter_channels;
}

}  // namespace

int32_t FloatConvolutionScratchBytes(const ConvolutionShape& shape) {
  const int32_t activation = sizeof(float);
  return AreWindowsPixels(shape) ? 0 : 2 * RowSizeOf(shape) * activation;
}

void ConvolveFloat(const ConvolutionShape& shape, const FloatRange& range, const float* input,
                   const float* weights, const float* bias, void* scratch, float* output) {
  const int32_t row_size = RowSizeOf(shape);
  float* const room = static_cast<float*>(scratch);
  const FloatPatches patches = {
      shape, row_size, AreWindowsPixels(shape), {room, room + row_size}};
  const int32_t groups = shape.input_channels / shape.filter_channels;
  const int32_t channels = shape.output_channels / groups;
  MveWindows<float> windows(shape, input);
  for (int32_t left = shape.batches * shape.output_height * shape.output_width; left > 0;
       left -= 2) {
    const MveWindow<float> first = windows.Next();
    const MveWindow<float> second = left > 1 ? windows.Next() : first;
    float* const next = left > 1 ? output + shape.output_channels : output;
    for (int32_t group = 0; group < groups; ++group) {
      const int32_t from = group * shape.filter_channels;
      const float* const both[2] = {patches.Of(first, from, 0), patches.Of(second, from, 1)};
      float* const outputs[2] = {output + group * channels, next + group * channels};
      RunChannels(both, weights + group * channels * row_size, row_size, channels, outputs);
    }
    FinishFloats(bias, shape.output_channels, range, output);
    if (left > 1) {
      FinishFloats(bias, shape.output_channels, range, next);
    }
    output = next + shape.output_channels;
  }
}

void ConnectFloat(const FloatConnection& layer, const float* input, const float* weights,
                  const float* bias, float* output) {
  for (int32_t batch = 0; batch < layer.batches; ++batch) {
    const float* row = weights;
    for (int32_t left = layer.outputs, count; left > 0; left -= count) {
      // Fewer than four are taken one by one.
      count = left >= 4 ? 4 : 1;
      float sums[4];
      AddFloats(input, row, count == 4 ? layer.inputs : 0, layer.inputs, sums);
      for (int32_t k = 0; k < count; ++k) {
        *output++ = sums[k];
      }
      row += count * layer.inputs;
    }
    FinishFloats(bias, layer.outputs, layer.range, output - layer.outputs);
    input += layer.inputs;
  }
}

}  // namespace simd
}  // namespace kernels
}  // namespace harness

#endif  // HARNESS_MVE
