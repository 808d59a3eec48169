/* SPDX-License-Identifier: MIT */
/*
 * Reads what is to be counted from the file that config=FILE names. Every line is one of
 *
 *   trace PATH                     where the trace is written when the emulation ends
 *   budget N                       end before more than N instructions are executed (0: no limit)
 *   detail on|off                  off counts per region only
 *   marker HEXADDR REGION          the region that begins with the instruction at that address
 *   dispatch HEXADDR SIZE REGION   an indirect call whose callee, in that region, is an operator
 *   stop REGION VISITS             end when that region has been left so many times
 *   cache BYTES LINE_BYTES WAYS lru|fifo|random
 *   memory HEXORIGIN HEXBYTES READ_BYTES FETCH_CACHE DATA_CACHE
 *                                  a memory whose reads are counted (detail on), and the positions
 *                                  of its caches among those named before it, or -1
 */
#ifndef CONFIGURATION_H
#define CONFIGURATION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "memory_events.h"

enum {
    MAX_REGIONS = 256,
    MAX_POINTS = 1024, /* markers, and as many sites */
};

struct marker {
    uint64_t address;
    int region;
};

struct site { /* a call that starts operators */
    uint64_t address;
    uint64_t return_address;
    bool active_in[MAX_REGIONS];
};

struct configuration {
    char *trace_path;
    int64_t budget;
    bool detail;
    struct marker markers[MAX_POINTS];
    size_t n_markers;
    struct site sites[MAX_POINTS]; /* none without `detail` */
    size_t n_sites;
    int stop_region;      /* 0: none */
    uint64_t stop_visits;
    struct memory_system memory_system; /* empty without `detail` */
};

/* Fills `configuration`, which must be zero; if the file is no good, says why and returns false. */
bool read_configuration(struct configuration *configuration, const char *path);

/* Return the region that begins at `address`, or the number of a site; -1 if there is none. */
int marker_at(const struct configuration *configuration, uint64_t address);
int site_calling_at(const struct configuration *configuration, uint64_t address);
int site_returning_to(const struct configuration *configuration, uint64_t address);

#endif
