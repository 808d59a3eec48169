#include "app/regions.h"

#include "app/input.h"
#include "port/image.h"
#include "runtime/runtime.h"

// A label must exist once: the functions are neither inlined nor cloned. The memory clobber keeps
// the compiler from moving the measured call across a label.
#define HARNESS_LABEL(name) __asm__ volatile(".global " name "\n" name ":" ::: "memory")
#define HARNESS_REGION __attribute__((noinline, noclone))

namespace harness {

HARNESS_REGION void RegionBootEnd() { HARNESS_LABEL("harness_region_boot_end"); }

HARNESS_REGION bool RegionAllocate() {
  HARNESS_LABEL("harness_region_allocate_begin");
  const bool done = RuntimeAllocate(ImageModel(), ImageArena(), ImageArenaBytes());
  HARNESS_LABEL("harness_region_allocate_end");
  return done;
}

HARNESS_REGION void RegionInput(const uint8_t* sample) {
  HARNESS_LABEL("harness_region_input_begin");
  LoadInput(sample);
  HARNESS_LABEL("harness_region_input_end");
}

HARNESS_REGION bool RegionFirstInvoke() {
  HARNESS_LABEL("harness_region_invoke_first_begin");
  const bool done = RuntimeInvoke();
  HARNESS_LABEL("harness_region_invoke_first_end");
  return done;
}

HARNESS_REGION bool RegionWarmInvoke() {
  HARNESS_LABEL("harness_region_invoke_warm_begin");
  const bool done = RuntimeInvoke();
  HARNESS_LABEL("harness_region_invoke_warm_end");
  return done;
}

}  // namespace harness
