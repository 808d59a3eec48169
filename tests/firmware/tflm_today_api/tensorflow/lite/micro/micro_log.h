// Messages of the interpreter.
#ifndef TENSORFLOW_LITE_MICRO_MICRO_LOG_H_
#define TENSORFLOW_LITE_MICRO_MICRO_LOG_H_
void MicroPrintf(const char* format, ...);
#endif
