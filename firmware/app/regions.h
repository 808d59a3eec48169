// The measured regions. Each function carries two labels that cost no instruction; the emulator
// counts what runs between them (docs/protocol.md lists the names).
#ifndef HARNESS_APP_REGIONS_H_
#define HARNESS_APP_REGIONS_H_

#include <cstdint>

namespace harness {

void RegionBootEnd();
bool RegionAllocate();
void RegionInput(const uint8_t* sample);
bool RegionFirstInvoke();
bool RegionWarmInvoke();

}  // namespace harness

#endif  // HARNESS_APP_REGIONS_H_
