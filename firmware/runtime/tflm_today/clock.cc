// The clock that today's TFLM expects of a platform. Nothing here asks for the time: what a run costs
// is counted outside.
#include <cstdint>

namespace tflite {

uint32_t ticks_per_second() { return 0; }
uint32_t GetCurrentTimeTicks() { return 0; }

// The same functions since TFLM moved its own into this namespace.
namespace micro {
uint32_t ticks_per_second() { return 0; }
uint32_t GetCurrentTimeTicks() { return 0; }
}  // namespace micro

}  // namespace tflite
