/* SPDX-License-Identifier: MIT */
/*
 * Writes the trace: text, sorted, so that equal runs give equal bytes.
 *
 *   harness-trace 2
 *   status end|budget
 *   total N
 *   region R INSTRUCTIONS VISITS
 *   operator R VISIT INDEX INSTRUCTIONS               (this and what follows: detail on)
 *   block R INDEX HEXADDR N_INSTRUCTIONS COUNT TAKEN  (this and what follows: summed over visits)
 *   fetch R INDEX HEXADDR N_INSTRUCTIONS MEMORY, and the members of struct fetch_counts
 *   data R INDEX HEXADDR MEMORY, and the members of struct data_counts
 *   end
 */
#ifndef TRACE_FILE_H
#define TRACE_FILE_H

#include "counters.h"

/* Puts the whole trace at `path` in one step, or fails; sorts what `counters` holds. */
void write_trace(struct counters *counters, const char *path, const char *status);

#endif
