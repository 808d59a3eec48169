// What the host asks of one run; it stands at the start of the sample window.
#ifndef HARNESS_APP_REQUEST_H_
#define HARNESS_APP_REQUEST_H_

#include <cstdint>

namespace harness {

constexpr uint32_t kRequestMagic = 0x31515248;  // "HRQ1", little endian

enum class RunMode : uint32_t {
  kArenaSearch = 1,  // find the smallest arena between the two bounds
  kMeasure = 2,      // allocate, then Invoke twice on sample 0
  kAccuracy = 3,     // allocate, then one Invoke a sample
};

// Sixteen words; samples follow directly, each `sample_bytes` long: the input tensors joined in the
// model's order, or, where the device computes features, the sensor's data.
struct Request {
  uint32_t magic;
  RunMode mode;
  uint32_t sample_count;
  uint32_t sample_bytes;
  uint32_t arena_low;   // kArenaSearch: largest size known to fail, a multiple of 16
  uint32_t arena_high;  // kArenaSearch: smallest size to be tried first, a multiple of 16
  uint32_t reserved[9];
  uint32_t crc;  // Crc32 of the fifteen words before it
};
static_assert(sizeof(Request) == 64, "the host writes 64 bytes");

}  // namespace harness

#endif  // HARNESS_APP_REQUEST_H_
