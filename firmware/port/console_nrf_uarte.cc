// The UART with EasyDMA of Nordic's nRF52, nRF53 and nRF91 (nRF5340 Product Specification, sections
// "UARTE - Universal asynchronous receiver/transmitter with EasyDMA" and "EasyDMA"): it fetches the
// bytes from RAM by itself.
#include "port/console.h"

namespace harness {
namespace {

constexpr uintptr_t kTaskStartTransmit = 0x008;
constexpr uintptr_t kEventEndTransmit = 0x120;
constexpr uintptr_t kEnable = 0x500;
constexpr uintptr_t kTransmitPointer = 0x544;
constexpr uintptr_t kTransmitCount = 0x548;
constexpr uint32_t kEnableUarte = 8;

// EasyDMA cannot read flash, where the bytes may lie.
constexpr size_t kBufferBytes = 32;
volatile uint8_t buffer[kBufferBytes];

volatile uint32_t& Uarte(uintptr_t offset) {
  return *reinterpret_cast<volatile uint32_t*>(HARNESS_UART_BASE + offset);
}

void SendBuffer(size_t size) {
  Uarte(kEventEndTransmit) = 0;
  Uarte(kTransmitPointer) = static_cast<uint32_t>(reinterpret_cast<uintptr_t>(buffer));
  Uarte(kTransmitCount) = static_cast<uint32_t>(size);
  // The bytes must be in RAM when the transfer starts.
  __asm__ volatile("dsb" ::: "memory");
  Uarte(kTaskStartTransmit) = 1;
  while (Uarte(kEventEndTransmit) == 0) {
  }
}

}  // namespace

void ConsoleStart() { Uarte(kEnable) = kEnableUarte; }

void ConsoleWrite(const uint8_t* data, size_t size) {
  size_t filled = 0;
  for (size_t i = 0; i < size; ++i) {
    buffer[filled] = data[i];
    ++filled;
    if (filled == kBufferBytes || i + 1 == size) {
      SendBuffer(filled);
      filled = 0;
    }
  }
}

// Nothing is under way: the end of the last transfer was waited for.
void ConsoleStop() {}

}  // namespace harness
