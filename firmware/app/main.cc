// The harness application: reads the request in the sample window and carries it out.
#include <cstddef>
#include <cstdint>

#include "app/input.h"
#include "app/protocol.h"
#include "app/regions.h"
#include "app/request.h"
#include "port/image.h"
#include "port/machine.h"
#include "runtime/runtime.h"

namespace harness {
namespace {

constexpr uint32_t kUnknown = 0xFFFFFFFF;

const Request* CheckedRequest() {
  const uint8_t* window = ImageWindow();
  const Request* request = reinterpret_cast<const Request*>(window);
  const size_t covered = offsetof(Request, crc);
  if (request->magic != kRequestMagic || request->crc != Crc32(0, window, covered)) {
    FailRun(ErrorCode::kBadRequest, request->magic, 0, "no valid request in the sample window");
  }
  return request;
}

const uint8_t* Sample(const Request& request, uint32_t index) {
  return ImageWindow() + sizeof(Request) + static_cast<size_t>(index) * request.sample_bytes;
}

size_t TotalInputBytes() {
  size_t total = 0;
  for (size_t i = 0; i < RuntimeInputCount(); ++i) {
    total += RuntimeInput(i).size;
  }
  return total;
}

size_t TotalOutputBytes() {
  size_t total = 0;
  for (size_t i = 0; i < RuntimeOutputCount(); ++i) {
    total += RuntimeOutput(i).size;
  }
  return total;
}

constexpr size_t kMaxOutputs = 8;

// Before the Invoke, which may use the input's memory for other tensors.
void SendInput(uint32_t sequence) {
  if (InputIsComputed()) {
    const TensorBytes tensor = RuntimeInput(0);
    const Bytes parts[2] = {{&sequence, sizeof(sequence)}, {tensor.data, tensor.size}};
    SendFrame(FrameType::kInput, parts, 2);
  }
}

void SendOutput(uint32_t sequence) {
  Bytes parts[1 + kMaxOutputs] = {{&sequence, sizeof(sequence)}};
  const size_t outputs = RuntimeOutputCount();
  for (size_t i = 0; i < outputs; ++i) {
    const TensorBytes tensor = RuntimeOutput(i);
    parts[1 + i] = {tensor.data, tensor.size};
  }
  SendFrame(FrameType::kOutput, parts, 1 + outputs);
}

void Require(bool done, ErrorCode code, const char* text) {
  if (!done) {
    FailRun(code, 0, 0, text);
  }
}

void CheckTensors(const Request& request) {
  const uint32_t sizes[2] = {static_cast<uint32_t>(TotalInputBytes()),
                             static_cast<uint32_t>(TotalOutputBytes())};
  SendWords(FrameType::kTensors, sizes, 2);
  if (RuntimeOutputCount() > kMaxOutputs) {
    FailRun(ErrorCode::kBadRequest, RuntimeOutputCount(), 0, "more than 8 output tensors");
  }
  if (InputSampleBytes() != request.sample_bytes) {
    FailRun(ErrorCode::kBadRequest, InputSampleBytes(), 0,
            "the samples do not have the input's size");
  }
}

bool TryArena(uint32_t arena_bytes) {
  const bool done = RuntimeAllocate(ImageModel(), ImageArena(), arena_bytes);
  const uint32_t trial[2] = {arena_bytes, done ? 1U : 0U};
  SendWords(FrameType::kArenaTrial, trial, 2);
  return done;
}

// Halves the distance between a size that fails and one that works, in steps of 16 bytes. Each
// trial is sent at once, so that the host can go on from there when one ends in a fault. A trial
// only allocates, for no operator allocates later; that the size found also runs is shown by the
// smallest arena's own Invoke here and by every run of the image that is linked with it.
uint32_t SearchArena(const Request& request) {
  uint32_t low = request.arena_low;
  uint32_t high = request.arena_high;
  if (high > ImageArenaBytes() || (low | high) % 16 != 0 || !TryArena(high)) {
    FailRun(ErrorCode::kAllocationFailed, high, 0, "the model does not allocate in the whole arena");
  }
  while (high - low > 16) {
    const uint32_t middle = low + ((high - low) / 32) * 16;
    if (TryArena(middle)) {
      high = middle;
    } else {
      low = middle;
    }
  }
  // The last trial may have failed; what follows needs a runtime that allocated.
  Require(TryArena(high), ErrorCode::kAllocationFailed, "the smallest arena fails again");
  CheckTensors(request);
  LoadInput(Sample(request, 0));
  Require(RuntimeInvoke(), ErrorCode::kInvokeFailed, "Invoke failed in the smallest arena");
  const uint32_t memory[2] = {kUnknown, RuntimePersistentBytes()};
  SendWords(FrameType::kMemory, memory, 2);
  return 0;
}

uint32_t Measure(const Request& request) {
  Require(RegionAllocate(), ErrorCode::kAllocationFailed, "AllocateTensors failed");
  CheckTensors(request);
  LoadInput(Sample(request, 0));
  SendInput(0);
  Require(RegionFirstInvoke(), ErrorCode::kInvokeFailed, "the first Invoke failed");
  SendOutput(0);
  RegionInput(Sample(request, 0));
  SendInput(1);
  Require(RegionWarmInvoke(), ErrorCode::kInvokeFailed, "the second Invoke failed");
  const uint32_t memory[2] = {StackHighWaterBytes(), kUnknown};
  SendOutput(1);
  SendWords(FrameType::kMemory, memory, 2);
  return 2;
}

uint32_t RunSamples(const Request& request) {
  Require(RuntimeAllocate(ImageModel(), ImageArena(), ImageArenaBytes()),
          ErrorCode::kAllocationFailed, "AllocateTensors failed");
  CheckTensors(request);
  for (uint32_t i = 0; i < request.sample_count; ++i) {
    LoadInput(Sample(request, i));
    SendInput(i);
    Require(RuntimeInvoke(), ErrorCode::kInvokeFailed, "Invoke failed");
    SendOutput(i);
  }
  return request.sample_count;
}

uint32_t CarryOut(const Request& request) {
  switch (request.mode) {
    case RunMode::kArenaSearch:
      return SearchArena(request);
    case RunMode::kMeasure:
      return Measure(request);
    case RunMode::kAccuracy:
      return RunSamples(request);
  }
  FailRun(ErrorCode::kBadRequest, static_cast<uint32_t>(request.mode), 0, "unknown run mode");
}

}  // namespace
}  // namespace harness

int main() {
  using namespace harness;
  PrepareInput();
  RegionBootEnd();
  const uint32_t hello[3] = {static_cast<uint32_t>(ImageArenaBytes()),
                             static_cast<uint32_t>(ImageStackBytes()),
                             static_cast<uint32_t>(ImageModelBytes())};
  SendWords(FrameType::kHello, hello, 3);
  const Request* request = CheckedRequest();
  const uint32_t sent = CarryOut(*request);
  SendWords(FrameType::kEnd, &sent, 1);
  MachineReset();
}
