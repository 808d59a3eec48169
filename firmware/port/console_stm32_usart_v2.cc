// The USART and LPUART of STM32F7, L4 and H7 (ST RM0351, chapters 40 "USART" and 41 "LPUART";
// RM0385, chapter 31): control 1 at 0, status at 0x1C, transmit data at 0x28.
#include "port/console.h"

namespace harness {
namespace {

struct Stm32UsartV2 {
  volatile uint32_t control1;
  volatile uint32_t control2;
  volatile uint32_t control3;
  volatile uint32_t baud_rate;
  volatile uint32_t guard_time;
  volatile uint32_t receiver_timeout;
  volatile uint32_t request;
  volatile uint32_t status;
  volatile uint32_t interrupt_clear;
  volatile uint32_t receive_data;
  volatile uint32_t transmit_data;
};

constexpr uint32_t kUsartEnable = 1U << 0;
constexpr uint32_t kTransmitEnable = 1U << 3;
constexpr uint32_t kTransmissionComplete = 1U << 6;
constexpr uint32_t kTransmitEmpty = 1U << 7;
constexpr uint32_t kTransmitEnabled = 1U << 21;

Stm32UsartV2* Usart() { return reinterpret_cast<Stm32UsartV2*>(HARNESS_UART_BASE); }

void WaitFor(uint32_t flag) {
  while ((Usart()->status & flag) == 0) {
  }
}

}  // namespace

// The transmitter after the USART: the step from 0 to 1 of its bit sends the idle frame that a
// receiver waits for. The USART runs on a clock of its own, hence the acknowledgement. Word length,
// parity and stop bits are 8, none and 1 after reset; the FIFO, where there is one, is off.
void ConsoleStart() {
  Usart()->control1 = kUsartEnable;
  Usart()->control1 = kUsartEnable | kTransmitEnable;
  WaitFor(kTransmitEnabled);
}

void ConsoleWrite(const uint8_t* data, size_t size) {
  for (size_t i = 0; i < size; ++i) {
    WaitFor(kTransmitEmpty);
    Usart()->transmit_data = data[i];
  }
}

// An empty data register is not the end: the last byte is still being shifted out.
void ConsoleStop() { WaitFor(kTransmissionComplete); }

}  // namespace harness
