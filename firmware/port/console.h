// The way out of the machine: three hooks, one implementation a UART. They drive the transmitter
// alone. Clocks, resets, pins and the baud rate are the board's start-up code's; an emulator, which
// carries bytes rather than bits, needs none of them.
#ifndef HARNESS_PORT_CONSOLE_H_
#define HARNESS_PORT_CONSOLE_H_

#include <cstddef>
#include <cstdint>

namespace harness {

// Makes the console ready to write; called once, before main.
void ConsoleStart();

// Writes `size` raw bytes and returns when the last was accepted.
void ConsoleWrite(const uint8_t* data, size_t size);

// Waits until everything written has left the machine.
void ConsoleStop();

}  // namespace harness

#endif  // HARNESS_PORT_CONSOLE_H_
