#include "port/machine.h"

#include <cstddef>

#include "port/console.h"
#include "port/image.h"
#include "port/stack_paint.h"
#include "port/system_control.h"

namespace harness {

void MachineReset() {
  ConsoleStop();
  __asm__ volatile("dsb" ::: "memory");
  // A label alone: where an emulator that does not know the reset request stops.
  __asm__ volatile(".global harness_run_end\nharness_run_end:" ::: "memory");
  Register(kAircr) = kAircrKey | kAircrSystemReset;
  __asm__ volatile("dsb" ::: "memory");
  while (true) {
  }
}

uint32_t StackHighWaterBytes() {
  const volatile uint32_t* word = reinterpret_cast<uint32_t*>(__stack_limit);
  while (*word == kStackPaint) {
    ++word;
  }
  return static_cast<uint32_t>(reinterpret_cast<uintptr_t>(__stack_top) -
                               reinterpret_cast<uintptr_t>(word));
}

#if defined(__ARM_ARCH_8M_MAIN__) || defined(__ARM_ARCH_8_1M_MAIN__)

namespace {
// Armv8-M (Arm DDI 0553, MPU_RBAR and MPU_RLAR): AP[2:1] 0b10 is read-only for privileged code.
constexpr uint32_t kReadOnly = 2U << 1;
constexpr uint32_t kRegionEnable = 1U << 0;
constexpr uint32_t kGranule = 32;

void SetReadOnlyRegion(uint32_t number, uintptr_t start, uintptr_t end) {
  Register(kMpuRnr) = number;
  Register(kMpuRbar) = static_cast<uint32_t>(start) | kReadOnly;
  Register(kMpuRlar) = (static_cast<uint32_t>(end - kGranule) & ~(kGranule - 1)) | kRegionEnable;
}
}  // namespace

void ProtectFlash() {
  constexpr uintptr_t kNullPageEnd = 1024;
  const uintptr_t start = reinterpret_cast<uintptr_t>(__flash_start);
  SetReadOnlyRegion(0, start, reinterpret_cast<uintptr_t>(__flash_end));
  if (start >= kNullPageEnd) {
    SetReadOnlyRegion(1, 0, kNullPageEnd);
  }
  Register(kMpuCtrl) = kMpuEnable | kMpuDefaultMap;
  __asm__ volatile("dsb\nisb" ::: "memory");
}

#else

namespace {
// Armv6-M and Armv7-M (Arm DDI 0403E, B3.5.9): AP 0b101 is read-only for privileged code; SIZE is
// log2 of the bytes less one; the attributes are those of cacheable normal memory.
constexpr uint32_t kReadOnly = 5U << 24;
constexpr uint32_t kNormalMemory = 2U << 16;
constexpr uint32_t kRegionEnable = 1U << 0;

uint32_t Log2(uintptr_t value) {
  uint32_t power = 0;
  while ((static_cast<uintptr_t>(1) << power) < value) {
    ++power;
  }
  return power;
}
}  // namespace

void ProtectFlash() {
  const uintptr_t start = reinterpret_cast<uintptr_t>(__flash_start);
  const uintptr_t size = reinterpret_cast<uintptr_t>(__flash_end) - start;
  Register(kMpuRnr) = 0;
  Register(kMpuRbar) = static_cast<uint32_t>(start);
  Register(kMpuRasr) = kReadOnly | kNormalMemory | ((Log2(size) - 1) << 1) | kRegionEnable;
  Register(kMpuCtrl) = kMpuEnable | kMpuDefaultMap;
  __asm__ volatile("dsb\nisb" ::: "memory");
}

#endif

}  // namespace harness
