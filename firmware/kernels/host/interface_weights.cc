// Entry points of the host library for the kernels with weights, by C names. `encoding` is 0 for
// one byte a weight, else that of the custom operators; activations have 8 or 16 bits, sums 32 or
// 64, and what a combination lacks answers false.
#include <cstddef>
#include <cstdint>
#include <vector>

#include "kernels/convolution.h"
#include "kernels/depthwise_convolution.h"
#include "kernels/fully_connected.h"
#include "kernels/sparse.h"

namespace {

using namespace harness::kernels;

constexpr int kDense = 0;
constexpr int kInt4 = 1;
constexpr int kTable = 2;
constexpr int kSparse = 3;

struct Arrays {
  const void* input;
  const uint8_t* weights;
  const void* bias;
  void* output;
};

DenseWeights Dense(const uint8_t* data) { return {reinterpret_cast<const int8_t*>(data)}; }

// Calls run(activation, sum, weights) with values of the types that the numbers name.
template <typename Run>
bool Dispatch(int encoding, int activation_bits, int sum_bits, const uint8_t* data, Run run) {
  const bool packed = encoding == kInt4 || encoding == kTable;
  if (!packed && encoding != kDense) {
    return false;
  }
  const PackedWeights halves = encoding == kTable ? TableWeights(data) : Int4Weights(data);
  if (activation_bits == 8 && sum_bits == 32) {
    packed ? run(int8_t(), int32_t(), halves) : run(int8_t(), int32_t(), Dense(data));
  } else if (activation_bits == 16 && sum_bits == 64) {
    packed ? run(int16_t(), int64_t(), halves) : run(int16_t(), int64_t(), Dense(data));
  } else if (activation_bits == 16 && sum_bits == 32 && !packed) {
    run(int16_t(), int32_t(), Dense(data));
  } else {
    return false;
  }
  return true;
}

template <typename Activation, typename Sum>
void RunSparse(const Convolution& layer, const Arrays& arrays) {
  const int32_t columns = layer.filter_height * layer.filter_width * layer.filter_channels;
  std::vector<Activation> patch(static_cast<size_t>(columns));
  const SparseWeights weights = SparseWeightsOf(arrays.weights, layer.output_channels, columns);
  ConvolveSparse(layer, static_cast<const Activation*>(arrays.input), weights,
                 static_cast<const Sum*>(arrays.bias), patch.data(),
                 static_cast<Activation*>(arrays.output));
}

template <typename Activation, typename Sum>
void RunSparse(const FullyConnected& layer, const Arrays& arrays) {
  const SparseWeights weights = SparseWeightsOf(arrays.weights, layer.outputs, layer.inputs);
  ConnectSparse(layer, static_cast<const Activation*>(arrays.input), weights,
                static_cast<const Sum*>(arrays.bias), static_cast<Activation*>(arrays.output));
}

template <typename Layer>
bool DispatchSparse(const Layer& layer, int activation_bits, int sum_bits, const Arrays& arrays) {
  if (activation_bits == 8 && sum_bits == 32) {
    RunSparse<int8_t, int32_t>(layer, arrays);
  } else if (activation_bits == 16 && sum_bits == 64) {
    RunSparse<int16_t, int64_t>(layer, arrays);
  } else {
    return false;
  }
  return true;
}

}  // namespace

extern "C" {

bool harness_convolve(const Convolution* layer, int encoding, int activation_bits, int sum_bits,
                      const Arrays* arrays) {
  if (encoding == kSparse) {
    return DispatchSparse(*layer, activation_bits, sum_bits, *arrays);
  }
  const auto run = [&](auto activation, auto sum, const auto& weights) {
    using Activation = decltype(activation);
    std::vector<int8_t> scratch(static_cast<size_t>(layer->filter_height) *
                                static_cast<size_t>(layer->filter_width * layer->filter_channels));
    Convolve(*layer, static_cast<const Activation*>(arrays->input), weights,
             static_cast<const decltype(sum)*>(arrays->bias), scratch.data(),
             static_cast<Activation*>(arrays->output));
  };
  return Dispatch(encoding, activation_bits, sum_bits, arrays->weights, run);
}

bool harness_convolve_depthwise(const Convolution* layer, int encoding, int activation_bits,
                                int sum_bits, const Arrays* arrays) {
  const auto run = [&](auto activation, auto sum, const auto& weights) {
    using Activation = decltype(activation);
    std::vector<int8_t> scratch(static_cast<size_t>(layer->filter_height * layer->filter_width));
    ConvolveDepthwise(*layer, static_cast<const Activation*>(arrays->input), weights,
                      static_cast<const decltype(sum)*>(arrays->bias), scratch.data(),
                      static_cast<Activation*>(arrays->output));
  };
  return Dispatch(encoding, activation_bits, sum_bits, arrays->weights, run);
}

bool harness_connect(const FullyConnected* layer, int encoding, int activation_bits, int sum_bits,
                     const Arrays* arrays) {
  if (encoding == kSparse) {
    return DispatchSparse(*layer, activation_bits, sum_bits, *arrays);
  }
  const auto run = [&](auto activation, auto sum, const auto& weights) {
    using Activation = decltype(activation);
    Connect(*layer, static_cast<const Activation*>(arrays->input), weights,
            static_cast<const decltype(sum)*>(arrays->bias),
            static_cast<Activation*>(arrays->output));
  };
  return Dispatch(encoding, activation_bits, sum_bits, arrays->weights, run);
}

size_t harness_sparse_bytes(const uint8_t* data, size_t size, int32_t rows, int32_t columns) {
  return SparseBytes(data, size, rows, columns);
}

int32_t harness_padding_before(int32_t input, int32_t output, int32_t filter, int32_t stride,
                               int32_t dilation) {
  return PaddingBefore(input, output, filter, stride, dilation);
}

}  // extern "C"
