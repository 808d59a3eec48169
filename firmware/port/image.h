// Addresses that the linker script decides.
#ifndef HARNESS_PORT_IMAGE_H_
#define HARNESS_PORT_IMAGE_H_

#include <cstddef>
#include <cstdint>

extern "C" {
extern uint8_t __model_start[];
extern uint8_t __model_end[];
extern uint8_t __arena_start[];
extern uint8_t __arena_end[];
extern uint8_t __stack_limit[];
extern uint8_t __stack_top[];
extern uint8_t __window_start[];
extern uint8_t __flash_start[];
extern uint8_t __flash_end[];
}

namespace harness {

inline const uint8_t* ImageModel() { return __model_start; }
inline size_t ImageModelBytes() { return static_cast<size_t>(__model_end - __model_start); }
inline uint8_t* ImageArena() { return __arena_start; }
inline size_t ImageArenaBytes() { return static_cast<size_t>(__arena_end - __arena_start); }
inline size_t ImageStackBytes() { return static_cast<size_t>(__stack_top - __stack_limit); }
inline const uint8_t* ImageWindow() { return __window_start; }

}  // namespace harness

#endif  // HARNESS_PORT_IMAGE_H_
