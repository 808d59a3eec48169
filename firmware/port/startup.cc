// From reset to main, and what every exception leads to.
#include <cstddef>
#include <cstdint>

#include "app/protocol.h"
#include "port/console.h"
#include "port/image.h"
#include "port/machine.h"
#include "port/stack_paint.h"
#include "port/system_control.h"

extern "C" {

// Written by the linker script: for each data section its load address, address and size.
struct CopyEntry {
  const uint32_t* from;
  uint32_t* to;
  uint32_t bytes;
};
extern const CopyEntry __copy_table_start[];
extern const CopyEntry __copy_table_end[];
extern uint32_t __bss_start[];
extern uint32_t __bss_end[];
extern void (*const __init_array_start[])();
extern void (*const __init_array_end[])();

int main();
void Reset_Handler();
void Fault_Handler();
[[noreturn]] void ReportFault(const uint32_t* frame, uint32_t exception_return);
}

namespace {

void FillStackPaint() {
  uint32_t* top;
  __asm__ volatile("mov %0, sp" : "=r"(top));
  for (uint32_t* word = reinterpret_cast<uint32_t*>(__stack_limit); word < top; ++word) {
    *word = harness::kStackPaint;
  }
}

void FillMemory() {
  for (const CopyEntry* entry = __copy_table_start; entry < __copy_table_end; ++entry) {
    for (uint32_t i = 0; i < entry->bytes / sizeof(uint32_t); ++i) {
      entry->to[i] = entry->from[i];
    }
  }
  for (uint32_t* word = __bss_start; word < __bss_end; ++word) {
    *word = 0;
  }
}

// A stacked frame outside the stack (it overflowed) cannot be read.
bool InStack(const uint32_t* frame) {
  const uintptr_t address = reinterpret_cast<uintptr_t>(frame);
  return address >= reinterpret_cast<uintptr_t>(__stack_limit) &&
         address + 32 <= reinterpret_cast<uintptr_t>(__stack_top);
}

}  // namespace

void Reset_Handler() {
#if defined(__ARM_FP) || defined(__ARM_FEATURE_MVE)
  harness::Register(harness::kCpacr) |= harness::kCpacrFullFpu;
  __asm__ volatile("dsb\nisb" ::: "memory");
#endif
  FillStackPaint();
  FillMemory();
  harness::ProtectFlash();
  harness::ConsoleStart();
  for (auto constructor = __init_array_start; constructor < __init_array_end; ++constructor) {
    (*constructor)();
  }
  main();
  harness::MachineReset();
}

// Starts over at the top of the stack, because the one in use may be the reason of the fault.
__attribute__((naked)) void Fault_Handler() {
  __asm__ volatile(
      "mov r0, sp\n"
      "mov r1, lr\n"
      "ldr r2, =__stack_top\n"
      "mov sp, r2\n"
      "bl ReportFault\n");
}

void ReportFault(const uint32_t* frame, uint32_t exception_return) {
  constexpr size_t kStackedProgramCounter = 6;
  (void)exception_return;
  const uint32_t program_counter = InStack(frame) ? frame[kStackedProgramCounter] : 0;
  harness::FailRun(harness::ErrorCode::kFault, harness::Register(harness::kCfsr), program_counter,
                   "fault");
}

// Sixteen system entries; no interrupt is ever enabled.
using Handler = void (*)();
struct VectorTable {
  uint8_t* stack_top;
  Handler handlers[15];
};
extern "C" __attribute__((section(".vectors"), used)) const VectorTable kVectorTable = {
    __stack_top,
    {Reset_Handler, Fault_Handler, Fault_Handler, Fault_Handler, Fault_Handler, Fault_Handler,
     Fault_Handler, Fault_Handler, Fault_Handler, Fault_Handler, Fault_Handler, Fault_Handler,
     Fault_Handler, Fault_Handler, Fault_Handler}};
