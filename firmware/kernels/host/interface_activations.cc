// Entry points of the host library for the kernels without weights, by C names.
#include <cstddef>
#include <cstdint>

#include "kernels/concatenate.h"
#include "kernels/elementwise_int16.h"
#include "kernels/leaky_relu.h"
#include "kernels/mean.h"
#include "kernels/pad_int16.h"
#include "kernels/pool_int16.h"
#include "kernels/quantize_float.h"
#include "kernels/requantize.h"
#include "kernels/sigmoid_int16.h"
#include "kernels/softmax_int16.h"
#include "kernels/tables_int16.h"

using namespace harness::kernels;

extern "C" {

void harness_requantize_8_8(const Requantization* parameters, const int8_t* input, size_t count,
                            int8_t* output) {
  Requantize(*parameters, input, count, output);
}

void harness_requantize_8_16(const Requantization* parameters, const int8_t* input, size_t count,
                             int16_t* output) {
  Requantize(*parameters, input, count, output);
}

void harness_requantize_16_8(const Requantization* parameters, const int16_t* input, size_t count,
                             int8_t* output) {
  Requantize(*parameters, input, count, output);
}

void harness_requantize_16_16(const Requantization* parameters, const int16_t* input, size_t count,
                              int16_t* output) {
  Requantize(*parameters, input, count, output);
}

void harness_quantize_float(const FloatQuantization* parameters, const float* input, size_t count,
                            int16_t* output) {
  Quantize(*parameters, input, count, output);
}

void harness_leaky_relu_8(const LeakyRelu* parameters, const int8_t* input, size_t count,
                          int8_t* output) {
  TakeLeakyRelu(*parameters, input, count, output);
}

void harness_leaky_relu_16(const LeakyRelu* parameters, const int16_t* input, size_t count,
                           int16_t* output) {
  TakeLeakyRelu(*parameters, input, count, output);
}

void harness_average_pool(const Pool* parameters, const int16_t* input, int16_t* output) {
  AveragePool(*parameters, input, output);
}

void harness_max_pool(const Pool* parameters, const int16_t* input, int16_t* output) {
  MaxPool(*parameters, input, output);
}

void harness_add(const Addition* parameters, const Broadcast* shape, const int16_t* first,
                 const int16_t* second, int16_t* output) {
  Add(*parameters, *shape, first, second, output);
}

void harness_subtract(const Addition* parameters, const Broadcast* shape, const int16_t* first,
                      const int16_t* second, int16_t* output) {
  Subtract(*parameters, *shape, first, second, output);
}

void harness_multiply(const Multiplication* parameters, const Broadcast* shape,
                      const int16_t* first, const int16_t* second, int16_t* output) {
  Multiply(*parameters, *shape, first, second, output);
}

void harness_maximum(const Broadcast* shape, const int16_t* first, const int16_t* second,
                     int16_t* output) {
  Maximum(*shape, first, second, output);
}

void harness_minimum(const Broadcast* shape, const int16_t* first, const int16_t* second,
                     int16_t* output) {
  Minimum(*shape, first, second, output);
}

void harness_divide_factor(int32_t count, int32_t* multiplier, int32_t* shift) {
  DivideFactor(count, multiplier, shift);
}

void harness_mean_8(const Mean* parameters, const int8_t* input, int8_t* output) {
  TakeMean(*parameters, input, output);
}

void harness_mean_16(const Mean* parameters, const int16_t* input, int16_t* output) {
  TakeMean(*parameters, input, output);
}

void harness_softmax(const Softmax* parameters, const int16_t* input, int16_t* output) {
  TakeSoftmax(*parameters, input, output);
}

void harness_steps_of_scale(double scale, SigmoidSteps* steps) { *steps = StepsOfScale(scale); }

void harness_logistic(const SigmoidSteps* parameters, const int16_t* input, size_t count,
                      int16_t* output) {
  Logistic(*parameters, input, count, output);
}

void harness_tanh(const SigmoidSteps* parameters, const int16_t* input, size_t count,
                  int16_t* output) {
  Tanh(*parameters, input, count, output);
}

void harness_pad(const Padding* parameters, const int16_t* input, int16_t fill, int16_t* output) {
  Pad(*parameters, input, fill, output);
}

void harness_place_part(const Part* parameters, const uint8_t* input, uint8_t* output) {
  PlacePart(*parameters, input, output);
}

const int16_t* harness_exponential() { return kExponential; }

const int16_t* harness_reciprocal() { return kReciprocal; }

const uint16_t* harness_sigmoid() { return kSigmoid; }

}  // extern "C"
