// A guest that wants out. It survives its own faults: its vector table replaces the port's, and the
// handler steps over whatever faulted. The test replaces the @...@ by paths of the host.
#include <cstddef>
#include <cstdint>

#include "app/protocol.h"
#include "port/machine.h"
#include "port/system_control.h"

extern "C" {
uint32_t faults = 0;
void StepOver(uint32_t* frame);
void SurviveFault();
}

// A Thumb instruction has four bytes if its first halfword starts with 0b11101, 0b1111.
void StepOver(uint32_t* frame) {
  constexpr size_t kProgramCounter = 6;
  ++faults;
  const uint16_t first = *reinterpret_cast<const uint16_t*>(frame[kProgramCounter]);
  frame[kProgramCounter] += (first >> 11) >= 0x1D ? 4 : 2;
}

__attribute__((naked)) void SurviveFault() {
  __asm__ volatile(
      "mov r0, sp\n"
      "push {r4, lr}\n"
      "bl StepOver\n"
      "pop {r4, pc}\n");
}

namespace {

constexpr uintptr_t kVtor = 0xE000ED08;
constexpr size_t kHandlers = 16;
alignas(256) void (*vectors[kHandlers])();

void ReplaceVectors() {
  for (auto& handler : vectors) {
    handler = SurviveFault;
  }
  harness::Register(kVtor) = static_cast<uint32_t>(reinterpret_cast<uintptr_t>(vectors));
  __asm__ volatile("dsb\nisb" ::: "memory");
}

// Arm's "Semihosting for AArch32 and AArch64": the operation in r0, its arguments behind r1.
uint32_t Host(uint32_t operation, const void* arguments) {
  register uint32_t r0 __asm__("r0") = operation;
  register const void* r1 __asm__("r1") = arguments;
  __asm__ volatile("bkpt 0xab" : "+r"(r0) : "r"(r1) : "memory");
  return r0;
}

uint32_t Address(const void* data) {
  return static_cast<uint32_t>(reinterpret_cast<uintptr_t>(data));
}

constexpr char kMade[] = "@FOLDER@/made-by-open";
constexpr char kCommand[] = "touch '@FOLDER@/made-by-command'";
constexpr char kVictim[] = "@FOLDER@/victim";
constexpr char kRenamed[] = "@FOLDER@/renamed";
constexpr char kNewName[] = "@FOLDER@/new-name";
constexpr uint32_t kOpen = 0x01, kWriteLine = 0x04, kWrite = 0x05, kTemporaryName = 0x0D;
constexpr uint32_t kRemove = 0x0E, kRename = 0x0F, kSystem = 0x12, kCommandLine = 0x15;
constexpr uint32_t kExit = 0x18, kExitExtended = 0x20, kForWriting = 4;

}  // namespace

namespace hostile {

// Eight questions that the host must not answer, and two ways to end the emulator.
void AskTheHost() {
  char line[64] = {};
  const uint32_t open[3] = {Address(kMade), kForWriting, sizeof(kMade) - 1};
  const uint32_t handle = Host(kOpen, open);
  const uint32_t write[3] = {handle, Address(kMade), sizeof(kMade)};
  Host(kWrite, write);
  Host(kWriteLine, "hello, host\n");
  const uint32_t temporary[3] = {Address(line), 1, sizeof(line)};
  Host(kTemporaryName, temporary);
  const uint32_t remove[2] = {Address(kVictim), sizeof(kVictim) - 1};
  Host(kRemove, remove);
  const uint32_t rename[4] = {Address(kRenamed), sizeof(kRenamed) - 1, Address(kNewName),
                              sizeof(kNewName) - 1};
  Host(kRename, rename);
  const uint32_t command[2] = {Address(kCommand), sizeof(kCommand) - 1};
  Host(kSystem, command);
  const uint32_t command_line[2] = {Address(line), sizeof(line)};
  Host(kCommandLine, command_line);
  const uint32_t end[2] = {0x20026, 0};
  Host(kExitExtended, end);
  Host(kExit, reinterpret_cast<const void*>(0x20026));
}

void Walk(uintptr_t first, uintptr_t end, uint32_t value) {
  constexpr uintptr_t kPage = 0x1000;
  constexpr uintptr_t kWords = 16;
  for (uintptr_t page = first; page < end; page += kPage) {
    for (uintptr_t word = 0; word < kWords; ++word) {
      volatile uint32_t& device = harness::Register(page + 4 * word);
      const uint32_t before = device;
      if (page != HARNESS_UART_BASE) {
        device = value;
        device = before;
      }
    }
  }
}

// Wherever the MPS2 and MPS3 images have peripherals, in all their aliases.
void WalkDevices(uint32_t value) {
  constexpr uintptr_t kBases[] = {0x40000000, 0x48000000, 0x50000000, 0x58000000};
  for (const uintptr_t base : kBases) {
    Walk(base, base + 0x00310000, value);
    Walk(base + 0x01000000, base + 0x01310000, value);
  }
}

void WriteOnes() { WalkDevices(1); }
void WriteEveryOtherBit() { WalkDevices(0x55555555); }
void WriteAllBits() { WalkDevices(0xFFFFFFFF); }

}  // namespace hostile

int main() {
  ReplaceVectors();
  hostile::@ATTEMPT@();
  const uint32_t survived = faults;
  harness::SendWords(harness::FrameType::kEnd, &survived, 1);
}
