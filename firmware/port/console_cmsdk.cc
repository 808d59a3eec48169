// The CMSDK APB UART of Arm's MPS2 and MPS3 images (Arm DDI 0479D, section 4.3): DATA at 0, STATE
// at 4 (bit 0: transmit buffer full), CTRL at 8 (bit 0: transmit enable), BAUDDIV at 16.
#include "port/console.h"

namespace harness {
namespace {

struct CmsdkUart {
  volatile uint32_t data;
  volatile uint32_t state;
  volatile uint32_t ctrl;
  volatile uint32_t interrupt;
  volatile uint32_t bauddiv;
};

constexpr uint32_t kTransmitFull = 1U << 0;
constexpr uint32_t kTransmitEnable = 1U << 0;
constexpr uint32_t kSmallestDivider = 16;

CmsdkUart* Uart() { return reinterpret_cast<CmsdkUart*>(HARNESS_UART_BASE); }

}  // namespace

void ConsoleStart() {
  Uart()->bauddiv = kSmallestDivider;
  Uart()->ctrl = kTransmitEnable;
}

void ConsoleWrite(const uint8_t* data, size_t size) {
  for (size_t i = 0; i < size; ++i) {
    while ((Uart()->state & kTransmitFull) != 0) {
    }
    Uart()->data = data[i];
  }
}

void ConsoleStop() {
  while ((Uart()->state & kTransmitFull) != 0) {
  }
}

}  // namespace harness
