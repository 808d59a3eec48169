// Registers of the M-profile system control space (Arm DDI 0403E, B3.2; DDI 0553 for Armv8-M).
#ifndef HARNESS_PORT_SYSTEM_CONTROL_H_
#define HARNESS_PORT_SYSTEM_CONTROL_H_

#include <cstdint>

namespace harness {

constexpr uintptr_t kAircr = 0xE000ED0C;
constexpr uint32_t kAircrKey = 0x05FA0000;
constexpr uint32_t kAircrSystemReset = 1U << 2;

constexpr uintptr_t kCfsr = 0xE000ED28;

constexpr uintptr_t kCpacr = 0xE000ED88;
constexpr uint32_t kCpacrFullFpu = 0x00F00000;

constexpr uintptr_t kMpuCtrl = 0xE000ED94;
constexpr uint32_t kMpuEnable = 1U << 0;
constexpr uint32_t kMpuDefaultMap = 1U << 2;
constexpr uintptr_t kMpuRnr = 0xE000ED98;
constexpr uintptr_t kMpuRbar = 0xE000ED9C;
constexpr uintptr_t kMpuRasr = 0xE000EDA0;  // Armv7-M
constexpr uintptr_t kMpuRlar = 0xE000EDA0;  // Armv8-M

inline volatile uint32_t& Register(uintptr_t address) {
  return *reinterpret_cast<volatile uint32_t*>(address);
}

}  // namespace harness

#endif  // HARNESS_PORT_SYSTEM_CONTROL_H_
