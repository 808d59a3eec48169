// Runs kernels without weights one after the other, as the cases in the sample window say, and
// sends each one's output with the instructions marked. activation_emulation.py writes the cases.
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "app/protocol.h"
#include "port/image.h"
#include "port/machine.h"
#include "port/system_control.h"

#define HARNESS_LABEL(name) __asm__ volatile(".global " name "\n" name ":" ::: "memory")

// kernels/host/interface_simd_activations.cc
extern "C" {
int32_t harness_simd_activation_scratch_bytes(int32_t kernel, const void* parameters, size_t count);
void harness_simd_activation(int32_t kernel, const void* parameters, const int8_t* first,
                             const int8_t* second, size_t count, void* scratch, int8_t* output);
}

namespace harness {
namespace {

constexpr uint32_t kMagic = 0x314B4148;  // "HAK1", little endian

struct Header {
  uint32_t magic;
  uint32_t cases;
  uint32_t reserved[2];
};

// Of one case; what it names lies behind it, at distances from its start in bytes.
struct Case {
  uint32_t bytes;  // to the next case
  int32_t kernel;
  uint32_t count;
  uint32_t output_bytes;
  uint32_t parameters;
  uint32_t first;
  uint32_t second;
  uint32_t reserved;
};

struct Call {
  int32_t kernel;
  const void* parameters;
  const int8_t* first;
  const int8_t* second;
  size_t count;
  void* scratch;
  int8_t* output;
};

__attribute__((noinline, noclone)) void RunMarked(const Call& call) {
  HARNESS_LABEL("harness_region_kernel_begin");
  harness_simd_activation(call.kernel, call.parameters, call.first, call.second, call.count,
                          call.scratch, call.output);
  HARNESS_LABEL("harness_region_kernel_end");
}

// Around the output and behind the scratch memory: what no kernel may write.
constexpr uint32_t kGuardBytes = 64;
constexpr uint8_t kGuard = 0x5A;

bool Untouched(const uint8_t* guard) {
  for (uint32_t i = 0; i < kGuardBytes; ++i) {
    if (guard[i] != kGuard) {
      return false;
    }
  }
  return true;
}

uint32_t RoundedUp(uint32_t bytes) { return (bytes + 15) / 16 * 16; }

void RunCase(uint32_t number, const Case& one) {
  const uint8_t* start = reinterpret_cast<const uint8_t*>(&one);
  Call call = {one.kernel,
               start + one.parameters,
               reinterpret_cast<const int8_t*>(start + one.first),
               reinterpret_cast<const int8_t*>(start + one.second),
               one.count,
               nullptr,
               nullptr};
  const uint32_t scratch_bytes = static_cast<uint32_t>(
      harness_simd_activation_scratch_bytes(call.kernel, call.parameters, call.count));
  uint8_t* output = ImageArena() + kGuardBytes;
  uint8_t* scratch = output + RoundedUp(one.output_bytes) + kGuardBytes;
  uint8_t* end = scratch + scratch_bytes + kGuardBytes;
  if (end > ImageArena() + ImageArenaBytes()) {
    FailRun(ErrorCode::kAllocationFailed, number, 0, "the case needs more memory");
  }
  std::memset(ImageArena(), kGuard, static_cast<size_t>(end - ImageArena()));
  call.output = reinterpret_cast<int8_t*>(output);
  call.scratch = scratch;
  RunMarked(call);
  const bool kept = Untouched(output - kGuardBytes) && Untouched(output + one.output_bytes) &&
                    Untouched(scratch + scratch_bytes);
  const uint32_t head[3] = {number, kept ? 1U : 0U, scratch_bytes};
  const Bytes parts[2] = {{head, sizeof(head)}, {output, one.output_bytes}};
  SendFrame(FrameType::kOutput, parts, 2);
}

}  // namespace
}  // namespace harness

int main() {
  using namespace harness;
#if defined(__ARM_ARCH_6M__)
  // This code runs on a Cortex-M3, which must fault where a Cortex-M0+ does.
  constexpr uintptr_t kCcr = 0xE000ED14;
  constexpr uint32_t kUnalignedTrap = 1U << 3;
  Register(kCcr) |= kUnalignedTrap;
#endif
  const uint8_t* window = ImageWindow();
  const Header* header = reinterpret_cast<const Header*>(window);
  if (header->magic != kMagic) {
    FailRun(ErrorCode::kBadRequest, header->magic, 0, "no cases in the sample window");
  }
  const uint8_t* place = window + sizeof(Header);
  for (uint32_t i = 0; i < header->cases; ++i) {
    const Case* one = reinterpret_cast<const Case*>(place);
    RunCase(i, *one);
    place += one->bytes;
  }
  SendWords(FrameType::kEnd, &header->cases, 1);
  MachineReset();
}
