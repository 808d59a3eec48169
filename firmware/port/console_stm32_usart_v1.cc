// The USART of STM32F1, F2 and F4 (ST RM0008, chapter 27 "USART": section 27.3.2 gives the order of
// the steps, 27.6 the registers): status at 0, data at 4, baud rate at 8, control 1 at 12.
#include "port/console.h"

namespace harness {
namespace {

struct Stm32UsartV1 {
  volatile uint32_t status;
  volatile uint32_t data;
  volatile uint32_t baud_rate;
  volatile uint32_t control1;
};

constexpr uint32_t kTransmissionComplete = 1U << 6;
constexpr uint32_t kTransmitEmpty = 1U << 7;
constexpr uint32_t kTransmitEnable = 1U << 3;
constexpr uint32_t kUsartEnable = 1U << 13;

Stm32UsartV1* Usart() { return reinterpret_cast<Stm32UsartV1*>(HARNESS_UART_BASE); }

}  // namespace

// The transmitter after the USART: the step from 0 to 1 of its bit sends the idle frame that a
// receiver waits for. Word length, parity and stop bits are 8, none and 1 after reset.
void ConsoleStart() {
  Usart()->control1 = kUsartEnable;
  Usart()->control1 = kUsartEnable | kTransmitEnable;
}

void ConsoleWrite(const uint8_t* data, size_t size) {
  for (size_t i = 0; i < size; ++i) {
    while ((Usart()->status & kTransmitEmpty) == 0) {
    }
    Usart()->data = data[i];
  }
}

// An empty data register is not the end: the last byte is still being shifted out.
void ConsoleStop() {
  while ((Usart()->status & kTransmissionComplete) == 0) {
  }
}

}  // namespace harness
