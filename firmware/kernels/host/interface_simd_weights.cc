// Entry points of the host library for the kernels with weights of the kernel set simd, by C names;
// types and encodings as in interface_weights.cc.
#include <cstddef>
#include <cstdint>
#include <type_traits>

#include "kernels/simd/convolution.h"
#include "kernels/simd/depthwise_convolution.h"
#include "kernels/simd/float_layers.h"
#include "kernels/simd/fully_connected.h"

namespace {

using namespace harness::kernels;
using harness::kernels::simd::FloatConnection;
using harness::kernels::simd::FloatRange;
using harness::kernels::simd::SignedHalves;
using harness::kernels::simd::TableIndices;

constexpr int kDense = 0;
constexpr int kInt4 = 1;

// Without `output` a call answers how much scratch it needs, and runs nothing.
struct Arrays {
  const void* input;
  const uint8_t* weights;
  const void* bias;
  void* output;
  void* scratch;
};

DenseWeights Dense(const uint8_t* data) { return {reinterpret_cast<const int8_t*>(data)}; }

TableIndices Table(const uint8_t* data) {
  return {reinterpret_cast<const int8_t*>(data), data + 16};
}

template <typename Activation, typename Sum, typename Run>
int32_t ByEncoding(int encoding, const uint8_t* data, Run run) {
  return encoding == kDense  ? run(Activation(), Sum(), Dense(data))
         : encoding == kInt4 ? run(Activation(), Sum(), SignedHalves{data})
                             : run(Activation(), Sum(), Table(data));
}

// Calls run(activation, sum, weights) with values of the types that the numbers name.
template <typename Run>
int32_t Dispatch(int encoding, int activation_bits, const uint8_t* data, Run run) {
  if (activation_bits == 8) {
    return ByEncoding<int8_t, int32_t>(encoding, data, run);
  }
  return ByEncoding<int16_t, int64_t>(encoding, data, run);
}

template <typename T>
const T* As(const void* data) {
  return static_cast<const T*>(data);
}

}  // namespace

extern "C" {

int32_t harness_simd_convolve(const Convolution* layer, int encoding, int activation_bits,
                              const Arrays* arrays) {
  const auto run = [&](auto activation, auto sum, const auto& weights) {
    using Activation = decltype(activation);
    using Weights = typename std::decay<decltype(weights)>::type;
    if (arrays->output != nullptr) {
      simd::Convolve(*layer, As<Activation>(arrays->input), weights,
                     As<decltype(sum)>(arrays->bias), arrays->scratch,
                     static_cast<Activation*>(arrays->output));
    }
    return simd::ConvolutionScratchBytes<Activation, Weights>(*layer);
  };
  return Dispatch(encoding, activation_bits, arrays->weights, run);
}

int32_t harness_simd_convolve_depthwise(const Convolution* layer, int encoding,
                                        int activation_bits, const Arrays* arrays) {
  const auto run = [&](auto activation, auto sum, const auto& weights) {
    using Activation = decltype(activation);
    using Weights = typename std::decay<decltype(weights)>::type;
    if (arrays->output != nullptr) {
      simd::ConvolveDepthwise(*layer, As<Activation>(arrays->input), weights,
                              As<decltype(sum)>(arrays->bias), arrays->scratch,
                              static_cast<Activation*>(arrays->output));
    }
    return simd::DepthwiseScratchBytes<Activation, Weights>(*layer);
  };
  return Dispatch(encoding, activation_bits, arrays->weights, run);
}

int32_t harness_simd_connect(const FullyConnected* layer, int encoding, int activation_bits,
                             const Arrays* arrays) {
  const auto run = [&](auto activation, auto sum, const auto& weights) {
    using Activation = decltype(activation);
    using Weights = typename std::decay<decltype(weights)>::type;
    if (arrays->output != nullptr) {
      simd::Connect(*layer, As<Activation>(arrays->input), weights,
                    As<decltype(sum)>(arrays->bias), arrays->scratch,
                    static_cast<Activation*>(arrays->output));
    }
    return simd::ConnectionScratchBytes<Activation, Weights>(*layer);
  };
  return Dispatch(encoding, activation_bits, arrays->weights, run);
}

int32_t harness_simd_convolve_float(const Convolution* layer, const FloatRange* range,
                                    const Arrays* arrays) {
  if (arrays->output != nullptr) {
    simd::ConvolveFloat(*layer, *range, As<float>(arrays->input), As<float>(arrays->weights),
                        As<float>(arrays->bias), arrays->scratch,
                        static_cast<float*>(arrays->output));
  }
  return simd::FloatConvolutionScratchBytes(*layer);
}

int32_t harness_simd_convolve_depthwise_float(const Convolution* layer, const FloatRange* range,
                                              const Arrays* arrays) {
  if (arrays->output != nullptr) {
    simd::ConvolveDepthwiseFloat(*layer, *range, As<float>(arrays->input),
                                 As<float>(arrays->weights), As<float>(arrays->bias),
                                 static_cast<float*>(arrays->output));
  }
  return 0;
}

int32_t harness_simd_connect_float(const FullyConnected* layer, const FloatRange* range,
                                   const Arrays* arrays) {
  if (arrays->output != nullptr) {
    const FloatConnection described = {layer->batches, layer->inputs, layer->outputs, *range};
    simd::ConnectFloat(described, As<float>(arrays->input), As<float>(arrays->weights),
                       As<float>(arrays->bias), static_cast<float*>(arrays->output));
  }
  return 0;
}

}  // extern "C"
