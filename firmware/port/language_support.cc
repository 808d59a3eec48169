// What the compiler and the C library expect of a program without heap, files or exit.
#include <cstddef>
#include <cstdint>

#include "app/protocol.h"
#include "port/machine.h"

extern "C" {

[[noreturn]] void abort() {
  const uint32_t caller = reinterpret_cast<uint32_t>(__builtin_return_address(0));
  harness::FailRun(harness::ErrorCode::kAborted, 0, caller, "a failed assertion ended the run");
}

[[noreturn]] void __cxa_pure_virtual() { abort(); }

// Destructors of static objects never run.
int __aeabi_atexit(void*, void (*)(void*), void*) { return 0; }
int __cxa_atexit(void (*)(void*), void*, void*) { return 0; }
void* __dso_handle = nullptr;

// One thread: a function-local static needs no lock, only the mark that it was made.
int __cxa_guard_acquire(uint8_t* guard) { return *guard == 0 ? 1 : 0; }
void __cxa_guard_release(uint8_t* guard) { *guard = 1; }

}  // extern "C"

// The interpreter's classes have virtual destructors that name these; nothing is ever deleted.
void operator delete(void*) noexcept { abort(); }
void operator delete(void*, std::size_t) noexcept { abort(); }
