// Frames that the firmware sends to the host; docs/protocol.md describes every byte.
#ifndef HARNESS_APP_PROTOCOL_H_
#define HARNESS_APP_PROTOCOL_H_

#include <cstddef>
#include <cstdint>

namespace harness {

constexpr uint8_t kProtocolVersion = 2;

enum class FrameType : uint8_t {
  kHello = 1,       // u32 arena bytes, u32 stack bytes, u32 model bytes
  kLog = 2,         // text
  kTensors = 3,     // u32 input bytes, u32 output bytes, of one sample
  kOutput = 4,      // u32 sequence number, then the output tensors' bytes
  kArenaTrial = 5,  // u32 arena bytes, u32 1 if allocation and one Invoke succeeded
  kMemory = 6,      // u32 stack bytes used, u32 persistent arena bytes (all ones: unknown)
  kError = 7,       // u32 ErrorCode, u32 detail, u32 program counter, then text
  kEnd = 8,         // u32 number of outputs sent
  kInput = 9,       // u32 sequence number, then the input tensor's bytes as computed here
};

enum class ErrorCode : uint32_t {
  kBadRequest = 1,
  kAllocationFailed = 2,
  kInvokeFailed = 3,
  kAborted = 4,
  kFault = 5,
};

// One part of a frame's payload; a frame may be sent from several.
struct Bytes {
  const void* data;
  size_t size;
};

// Sends one frame made of `count` consecutive parts. Blocks until the console has taken it.
void SendFrame(FrameType type, const Bytes* parts, size_t count);

// Sends a frame whose payload is `count` little-endian words.
void SendWords(FrameType type, const uint32_t* words, size_t count);

// Sends a kError frame and resets the machine; never returns.
[[noreturn]] void FailRun(ErrorCode code, uint32_t detail, uint32_t program_counter,
                          const char* text);

// CRC-32 of IEEE 802.3 (reflected, polynomial 0xEDB88320), continued from `crc` (start with 0).
uint32_t Crc32(uint32_t crc, const uint8_t* data, size_t size);

}  // namespace harness

#endif  // HARNESS_APP_PROTOCOL_H_
