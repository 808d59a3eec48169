// Stands in for the library that a TFLM tree brings; the schema includes it.
#ifndef FLATBUFFERS_FLATBUFFERS_H_
#define FLATBUFFERS_FLATBUFFERS_H_
#include <cstdint>
#endif
