// The UART without EasyDMA of Nordic's nRF51 and nRF52 (nRF52840 Product Specification, section
// "UART - Universal asynchronous receiver/transmitter").
#include "port/console.h"

namespace harness {
namespace {

constexpr uintptr_t kTaskStartTransmit = 0x008;
constexpr uintptr_t kEventTransmitReady = 0x11C;
constexpr uintptr_t kEnable = 0x500;
constexpr uintptr_t kTransmitData = 0x51C;
constexpr uint32_t kEnableUart = 4;

volatile uint32_t& Uart(uintptr_t offset) {
  return *reinterpret_cast<volatile uint32_t*>(HARNESS_UART_BASE + offset);
}

}  // namespace

void ConsoleStart() {
  Uart(kEnable) = kEnableUart;
  Uart(kTaskStartTransmit) = 1;
}

// The event means that the byte has been sent; the next may be written only then. It stays until it
// is cleared, so that it is cleared before the byte that is to raise it.
void ConsoleWrite(const uint8_t* data, size_t size) {
  for (size_t i = 0; i < size; ++i) {
    Uart(kEventTransmitReady) = 0;
    Uart(kTransmitData) = data[i];
    while (Uart(kEventTransmitReady) == 0) {
    }
  }
}

// Nothing is under way: the event of the last byte was waited for.
void ConsoleStop() {}

}  // namespace harness
