#include "app/protocol.h"

#include <cstring>

#include "port/console.h"
#include "port/machine.h"

namespace harness {
namespace {

constexpr uint8_t kSync[2] = {'H', 'F'};

// CRC of each four-bit value: 64 bytes of flash instead of eight steps a byte.
constexpr uint32_t kCrcOfNibble[16] = {
    0x00000000, 0x1DB71064, 0x3B6E20C8, 0x26D930AC, 0x76DC4190, 0x6B6B51F4,
    0x4DB26158, 0x5005713C, 0xEDB88320, 0xF00F9344, 0xD6D6A3E8, 0xCB61B38C,
    0x9B64C2B0, 0x86D3D2D4, 0xA00AE278, 0xBDBDF21C};

}  // namespace

uint32_t Crc32(uint32_t crc, const uint8_t* data, size_t size) {
  crc = ~crc;
  for (size_t i = 0; i < size; ++i) {
    crc ^= data[i];
    crc = (crc >> 4) ^ kCrcOfNibble[crc & 15];
    crc = (crc >> 4) ^ kCrcOfNibble[crc & 15];
  }
  return ~crc;
}

void SendFrame(FrameType type, const Bytes* parts, size_t count) {
  uint32_t length = 0;
  for (size_t i = 0; i < count; ++i) {
    length += static_cast<uint32_t>(parts[i].size);
  }
  uint8_t header[6] = {kProtocolVersion, static_cast<uint8_t>(type)};
  std::memcpy(header + 2, &length, sizeof(length));
  ConsoleWrite(kSync, sizeof(kSync));
  ConsoleWrite(header, sizeof(header));
  uint32_t crc = Crc32(0, header, sizeof(header));
  for (size_t i = 0; i < count; ++i) {
    const uint8_t* data = static_cast<const uint8_t*>(parts[i].data);
    ConsoleWrite(data, parts[i].size);
    crc = Crc32(crc, data, parts[i].size);
  }
  uint8_t trailer[4];
  std::memcpy(trailer, &crc, sizeof(crc));
  ConsoleWrite(trailer, sizeof(trailer));
}

void SendWords(FrameType type, const uint32_t* words, size_t count) {
  const Bytes payload = {words, count * sizeof(uint32_t)};
  SendFrame(type, &payload, 1);
}

void FailRun(ErrorCode code, uint32_t detail, uint32_t program_counter, const char* text) {
  const uint32_t words[3] = {static_cast<uint32_t>(code), detail, program_counter};
  const Bytes parts[2] = {{words, sizeof(words)}, {text, std::strlen(text)}};
  SendFrame(FrameType::kError, parts, 2);
  MachineReset();
}

}  // namespace harness
