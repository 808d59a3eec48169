// The word that fills unused stack.
#ifndef HARNESS_PORT_STACK_PAINT_H_
#define HARNESS_PORT_STACK_PAINT_H_

#include <cstdint>

namespace harness {

constexpr uint32_t kStackPaint = 0xC5C5C5C5;

}  // namespace harness

#endif  // HARNESS_PORT_STACK_PAINT_H_
