// The core's own services: reset, the painted stack, read-only flash.
#ifndef HARNESS_PORT_MACHINE_H_
#define HARNESS_PORT_MACHINE_H_

#include <cstdint>

namespace harness {

// Ends the run by a system reset request; the emulator stops there.
[[noreturn]] void MachineReset();

// Most stack that was in use since reset, in bytes: how far the paint is gone.
uint32_t StackHighWaterBytes();

// Makes writes to the flash region fault, as they do on a board: emulated flash is plain memory,
// and a write through a null pointer would silently change the code.
void ProtectFlash();

}  // namespace harness

#endif  // HARNESS_PORT_MACHINE_H_
