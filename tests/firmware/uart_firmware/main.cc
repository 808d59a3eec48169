// Sends frames of many sizes over the console, from flash and from RAM, then ends the run.
#include <cstddef>
#include <cstdint>

#include "app/protocol.h"

namespace {

constexpr size_t kPatternBytes = 4096;
constexpr size_t kSizes[] = {0, 1, 2, 31, 32, 33, 64, 255, 256, 257, 1000, kPatternBytes};

// Holds every byte value, in an order that differs from one 256 bytes to the next.
struct Pattern {
  uint8_t bytes[kPatternBytes];
};

constexpr Pattern MakePattern() {
  Pattern pattern = {};
  for (size_t i = 0; i < kPatternBytes; ++i) {
    pattern.bytes[i] = static_cast<uint8_t>(i * 7 + i / 256);
  }
  return pattern;
}

constexpr Pattern kInFlash = MakePattern();
Pattern in_ram;

void Send(harness::FrameType type, const Pattern& pattern, size_t size) {
  const harness::Bytes part = {pattern.bytes, size};
  harness::SendFrame(type, &part, 1);
}

}  // namespace

int main() {
  for (size_t i = 0; i < kPatternBytes; ++i) {
    in_ram.bytes[i] = static_cast<uint8_t>(~kInFlash.bytes[i]);
  }
  for (const size_t size : kSizes) {
    Send(harness::FrameType::kLog, kInFlash, size);
    Send(harness::FrameType::kOutput, in_ram, size);
  }
  const uint32_t sent = 2 * sizeof(kSizes) / sizeof(kSizes[0]);
  harness::SendWords(harness::FrameType::kEnd, &sent, 1);
}
