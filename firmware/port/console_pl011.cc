// Arm's PrimeCell UART PL011, as in RP2040 (Arm DDI 0183G, section 3.3; RP2040 data sheet, section
// 4.2.8): data at 0, flags at 0x18, line control at 0x2C, control at 0x30.
#include "port/console.h"

namespace harness {
namespace {

struct Pl011 {
  volatile uint32_t data;
  volatile uint32_t receive_status;
  volatile uint32_t reserved[4];
  volatile uint32_t flags;
  volatile uint32_t reserved_too;
  volatile uint32_t low_power;
  volatile uint32_t baud_integer;
  volatile uint32_t baud_fraction;
  volatile uint32_t line_control;
  volatile uint32_t control;
};

constexpr uint32_t kBusy = 1U << 3;
constexpr uint32_t kTransmitFull = 1U << 5;
constexpr uint32_t kFifoEnable = 1U << 4;
constexpr uint32_t kEightBits = 3U << 5;
constexpr uint32_t kUartEnable = 1U << 0;
constexpr uint32_t kTransmitEnable = 1U << 8;

Pl011* Uart() { return reinterpret_cast<Pl011*>(HARNESS_UART_BASE); }

}  // namespace

// Line control must not change while the UART runs. After reset words have five bits.
void ConsoleStart() {
  Uart()->control = 0;
  Uart()->line_control = kEightBits | kFifoEnable;
  Uart()->control = kUartEnable | kTransmitEnable;
}

void ConsoleWrite(const uint8_t* data, size_t size) {
  for (size_t i = 0; i < size; ++i) {
    while ((Uart()->flags & kTransmitFull) != 0) {
    }
    Uart()->data = data[i];
  }
}

// Busy covers the FIFO and the shift register, until the last stop bit.
void ConsoleStop() {
  while ((Uart()->flags & kBusy) != 0) {
  }
}

}  // namespace harness
