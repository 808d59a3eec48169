// Runs layers with weights, one after the other, as the cases in the sample window say, and sends
// each one's output with the instructions marked. kernel_runner.py writes the cases.
#include <cstdint>
#include <cstring>
#include <type_traits>

#include "app/protocol.h"
#include "kernels/convolution.h"
#include "kernels/depthwise_convolution.h"
#include "kernels/fully_connected.h"
#include "kernels/simd/convolution.h"
#include "kernels/simd/depthwise_convolution.h"
#include "kernels/simd/float_layers.h"
#include "kernels/simd/fully_connected.h"
#include "port/image.h"
#include "port/machine.h"
#include "port/system_control.h"

#define HARNESS_LABEL(name) __asm__ volatile(".global " name "\n" name ":" ::: "memory")

namespace harness {
namespace {

using namespace kernels;

constexpr uint32_t kMagic = 0x31434B48;  // "HKC1", little endian

struct Header {
  uint32_t magic;
  uint32_t cases;
  uint32_t reserved[2];
};

// Of one case; the arrays lie behind it, at distances from its start in bytes. 0 is no bias.
struct Case {
  uint32_t bytes;  // to the next case
  uint32_t kernel;
  uint32_t portable;  // 1: not by the kernel set simd
  uint32_t encoding;
  uint32_t activation_bits;  // 32: floats
  uint32_t scales;
  uint32_t input;
  uint32_t weights;
  uint32_t bias;
  uint32_t output_bytes;
  int32_t shape[17];  // Convolution's up to the zero point, or FullyConnected's
  int32_t scale_step;
  int32_t zero_point;
  int32_t range[2];  // least and most, as floats for floats
};

enum : uint32_t { kConvolve = 0, kDepthwise = 1, kConnect = 2 };
enum : uint32_t { kDense = 0, kInt4 = 1, kTable = 2 };

// A case in the kernels' own terms.
struct Call {
  Convolution convolution;
  FullyConnected connection;
  simd::FloatRange range;
  simd::FloatConnection float_connection;
  const void* input;
  const uint8_t* weights;
  const void* bias;
  void* scratch;
  void* output;
};

struct Kernel {
  int32_t scratch_bytes;
  void (*run)(const Call& call);
};

DenseWeights Get(const uint8_t* data, const DenseWeights*) {
  return {reinterpret_cast<const int8_t*>(data)};
}
simd::SignedHalves Get(const uint8_t* data, const simd::SignedHalves*) { return {data}; }
simd::TableIndices Get(const uint8_t* data, const simd::TableIndices*) {
  return {reinterpret_cast<const int8_t*>(data), data + 16};
}

template <typename Activation, typename Sum, typename Weights>
struct Simd {
  static Weights Of(const Call& call) {
    return Get(call.weights, static_cast<const Weights*>(nullptr));
  }

  static void Convolve(const Call& call) {
    simd::Convolve(call.convolution, static_cast<const Activation*>(call.input), Of(call),
                   static_cast<const Sum*>(call.bias), call.scratch,
                   static_cast<Activation*>(call.output));
  }

  static void Depthwise(const Call& call) {
    simd::ConvolveDepthwise(call.convolution, static_cast<const Activation*>(call.input),
                            Of(call), static_cast<const Sum*>(call.bias), call.scratch,
                            static_cast<Activation*>(call.output));
  }

  static void Connect(const Call& call) {
    simd::Connect(call.connection, static_cast<const Activation*>(call.input), Of(call),
                  static_cast<const Sum*>(call.bias), call.scratch,
                  static_cast<Activation*>(call.output));
  }

  static Kernel Find(uint32_t kernel, const Call& call) {
    if (kernel == kConvolve) {
      return {simd::ConvolutionScratchBytes<Activation, Weights>(call.convolution), Convolve};
    }
    if (kernel == kDepthwise) {
      return {simd::DepthwiseScratchBytes<Activation, Weights>(call.convolution), Depthwise};
    }
    return {simd::ConnectionScratchBytes<Activation, Weights>(call.connection), Connect};
  }
};

template <typename Activation, typename Sum, bool kPacked>
struct Portable {
  using Weights = typename std::conditional<kPacked, PackedWeights, DenseWeights>::type;

  static DenseWeights Of(const Call& call, const DenseWeights*) {
    return {reinterpret_cast<const int8_t*>(call.weights)};
  }
  // The runner places a table of its own before int4 weights.
  static PackedWeights Of(const Call& call, const PackedWeights*) {
    return TableWeights(call.weights);
  }
  static Weights Of(const Call& call) { return Of(call, static_cast<const Weights*>(nullptr)); }

  static void Convolve(const Call& call) {
    kernels::Convolve(call.convolution, static_cast<const Activation*>(call.input), Of(call),
                      static_cast<const Sum*>(call.bias), static_cast<int8_t*>(call.scratch),
                      static_cast<Activation*>(call.output));
  }

  static void Depthwise(const Call& call) {
    kernels::ConvolveDepthwise(
        call.convolution, static_cast<const Activation*>(call.input), Of(call),
        static_cast<const Sum*>(call.bias), static_cast<int8_t*>(call.scratch),
        static_cast<Activation*>(call.output));
  }

  static void Connect(const Call& call) {
    kernels::Connect(call.connection, static_cast<const Activation*>(call.input), Of(call),
                     static_cast<const Sum*>(call.bias), static_cast<Activation*>(call.output));
  }

  static Kernel Find(uint32_t kernel, const Call& call) {
    const Convolution& layer = call.convolution;
    const int32_t taps = layer.filter_height * layer.filter_width;
    return kernel == kConvolve    ? Kernel{taps * layer.filter_channels, Convolve}
           : kernel == kDepthwise ? Kernel{taps, Depthwise}
                                  : Kernel{0, Connect};
  }
};

template <typename Activation, typename Sum>
Kernel FindPacked(const Case& one, const Call& call) {
  if (one.portable != 0) {
    return Portable<Activation, Sum, true>::Find(one.kernel, call);
  }
  return one.encoding == kInt4
             ? Simd<Activation, Sum, simd::SignedHalves>::Find(one.kernel, call)
             : Simd<Activation, Sum, simd::TableIndices>::Find(one.kernel, call);
}

template <typename Activation, typename Sum>
Kernel FindDense(const Case& one, const Call& call) {
  return one.portable != 0 ? Portable<Activation, Sum, false>::Find(one.kernel, call)
                           : Simd<Activation, Sum, DenseWeights>::Find(one.kernel, call);
}

const float* Floats(const void* data) { return static_cast<const float*>(data); }

void ConvolveFloats(const Call& call) {
  simd::ConvolveFloat(call.convolution, call.range, Floats(call.input), Floats(call.weights),
                      Floats(call.bias), call.scratch, static_cast<float*>(call.output));
}

void ConvolveDepthwiseFloats(const Call& call) {
  simd::ConvolveDepthwiseFloat(call.convolution, call.range, Floats(call.input),
                               Floats(call.weights), Floats(call.bias),
                               static_cast<float*>(call.output));
}

void ConnectFloats(const Call& call) {
  simd::ConnectFloat(call.float_connection, Floats(call.input), Floats(call.weights),
                     Floats(call.bias), static_cast<float*>(call.output));
}

Kernel FindFloat(const Case& one, const Call& call) {
  return one.kernel == kConvolve
             ? Kernel{simd::FloatConvolutionScratchBytes(call.convolution), ConvolveFloats}
             : Kernel{0, one.kernel == kDepthwise ? ConvolveDepthwiseFloats : ConnectFloats};
}

Kernel Find(const Case& one, const Call& call) {
  const bool packed = one.encoding != kDense;
  if (one.activation_bits == 32) {
    return FindFloat(one, call);
  }
  if (one.activation_bits == 8) {
    return packed ? FindPacked<int8_t, int32_t>(one, call)
                  : FindDense<int8_t, int32_t>(one, call);
  }
  return packed ? FindPacked<int16_t, int64_t>(one, call)
                : FindDense<int16_t, int64_t>(one, call);
}

Call CallOf(const Case& one) {
  const uint8_t* start = reinterpret_cast<const uint8_t*>(&one);
  const int32_t* shape = one.shape;
  Call call = {};
  const OutputRange output = {
      {reinterpret_cast<const ChannelScale*>(start + one.scales), one.scale_step},
      one.zero_point, one.range[0], one.range[1]};
  std::memcpy(static_cast<ConvolutionShape*>(&call.convolution), shape, sizeof(ConvolutionShape));
  call.convolution.input_zero_point = shape[16];
  call.convolution.output = output;
  call.connection = {shape[0], shape[1], shape[2], shape[3], output};
  std::memcpy(&call.range, one.range, sizeof(call.range));
  call.float_connection = {shape[0], shape[1], shape[2], call.range};
  call.input = start + one.input;
  call.weights = start + one.weights;
  call.bias = one.bias == 0 ? nullptr : start + one.bias;
  return call;
}

__attribute__((noinline, noclone)) void RunMarked(const Kernel& kernel, const Call& call) {
  HARNESS_LABEL("harness_region_kernel_begin");
  kernel.run(call);
  HARNESS_LABEL("harness_region_kernel_end");
}

// Around the output and behind the scratch memory: what no kernel may write.
constexpr uint32_t kGuardBytes = 64;
constexpr uint8_t kGuard = 0x5A;

bool Untouched(const uint8_t* guard) {
  for (uint32_t i = 0; i < kGuardBytes; ++i) {
    if (guard[i] != kGuard) {
      return false;
    }
  }
  return true;
}

uint32_t RoundedUp(uint32_t bytes) { return (bytes + 15) / 16 * 16; }

// Guard, output, guard, scratch, guard; both buffers exactly as long as they must be.
void RunCase(uint32_t number, const Case& one) {
  Call call = CallOf(one);
  const Kernel kernel = Find(one, call);
  const uint32_t scratch_bytes = static_cast<uint32_t>(kernel.scratch_bytes);
  uint8_t* output = ImageArena() + kGuardBytes;
  uint8_t* scratch = output + RoundedUp(one.output_bytes) + kGuardBytes;
  uint8_t* end = scratch + scratch_bytes + kGuardBytes;
  if (end > ImageArena() + ImageArenaBytes()) {
    FailRun(ErrorCode::kAllocationFailed, number, 0, "the case needs more memory");
  }
  std::memset(ImageArena(), kGuard, static_cast<size_t>(end - ImageArena()));
  // Whatever an earlier layer left there, but not the same from case to case.
  std::memset(scratch, 0x80 | number, scratch_bytes);
  call.output = output;
  call.scratch = scratch;
  RunMarked(kernel, call);
  const bool kept = Untouched(output - kGuardBytes) && Untouched(output + one.output_bytes) &&
                    Untouched(scratch + scratch_bytes);
  const uint32_t head[3] = {number, kept ? 1U : 0U, scratch_bytes};
  const Bytes parts[2] = {{head, sizeof(head)}, {output, one.output_bytes}};
  SendFrame(FrameType::kOutput, parts, 2);
}

}  // namespace
}  // namespace harness

int main() {
  using namespace harness;
#if defined(__ARM_ARCH_6M__)
  // This code runs on a Cortex-M3, which must fault where a Cortex-M0+ does.
  constexpr uintptr_t kCcr = 0xE000ED14;
  constexpr uint32_t kUnalignedTrap = 1U << 3;
  Register(kCcr) |= kUnalignedTrap;
#endif
  const uint8_t* window = ImageWindow();
  const Header* header = reinterpret_cast<const Header*>(window);
  if (header->magic != kMagic) {
    FailRun(ErrorCode::kBadRequest, header->magic, 0, "no cases in the sample window");
  }
  const uint8_t* place = window + sizeof(Header);
  for (uint32_t i = 0; i < header->cases; ++i) {
    const Case* one = reinterpret_cast<const Case*>(place);
    RunCase(i, *one);
    place += one->bytes;
  }
  SendWords(FrameType::kEnd, &header->cases, 1);
  MachineReset();
}
