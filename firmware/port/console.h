// The way out of the machine: three hooks, one implementation a UART.
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
