// How a sample of the window becomes the model's input tensors. An image links one of two sources:
// app/input_tensors.cc copies, features/input_features.cc computes features from a sensor's data.
#ifndef HARNESS_APP_INPUT_H_
#define HARNESS_APP_INPUT_H_

#include <cstddef>
#include <cstdint>

namespace harness {

// To be called once, before any of the others.
void PrepareInput();

// Bytes of one sample in the window. The tensors must be allocated.
size_t InputSampleBytes();

// Fills the input tensors from `sample`, InputSampleBytes() bytes on 2 bytes.
void LoadInput(const uint8_t* sample);

// Whether the tensors hold what the device computed, so that the host wants to see it.
bool InputIsComputed();

}  // namespace harness

#endif  // HARNESS_APP_INPUT_H_
