/* SPDX-License-Identifier: MIT */
/*
 * Writes the trace: text, sorted, so that equal runs give equal bytes.
 *
 *   harness-trace 1
 *   status end|budget
 *   total N
 *   region R INSTRUCTIONS
 *   operator R VISIT INDEX INSTRUCTIONS         (detail on)
 *   block R INDEX HEXADDR N_INSTRUCTIONS COUNT  (detail on; summed over visits)
 *   end
 */
#ifndef TRACE_FILE_H
#define TRACE_FILE_H

#include "counters.h"

/* Puts the whole trace at `path` in one step, or fails; sorts the records of `counters`. */
void write_trace(struct counters *counters, const char *path, const char *status);

#endif
