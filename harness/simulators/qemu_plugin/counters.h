/* SPDX-License-Identifier: MIT */
/*
 * Books executed instructions to regions, operators and blocks.
 *
 * BOOT is the region at the start. Each entry of a region is a new visit of it, and operators are
 * numbered from 0 in every visit; what a visit spends outside operators has index INTERPRETER.
 */
#ifndef COUNTERS_H
#define COUNTERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "configuration.h"

enum {
    BOOT = 1,
    INTERPRETER = -1,
    LENGTH_BITS = 10, /* a block's length and its number share 32 bits */
    BUCKETS = 4096,
};

struct block {
    uint64_t address;
    uint32_t length;
    int32_t next; /* of the same bucket, or -1 */
};

struct counts { /* how often each block ran in one region and operator */
    uint64_t *of_block;
    size_t capacity;
};

struct region {
    bool entered;
    uint64_t instructions;
    uint64_t visits;
    uint64_t interpreter;  /* what this visit spent outside operators so far */
    struct counts *counts; /* by operator index + 1 */
    size_t n_counts;
};

struct operator_record {
    int region;
    uint64_t visit;
    int index;
    uint64_t instructions;
};

struct counters {
    int64_t remaining;      /* what the budget leaves; every block takes its length from it */
    uint64_t *block_counts; /* by block number, of the running operator */
    bool detail;
    int64_t budget;
    struct block *blocks;
    size_t n_blocks;
    size_t capacity;
    int32_t buckets[BUCKETS];
    struct region regions[MAX_REGIONS];
    struct operator_record *records;
    size_t n_records;
    size_t records_capacity;
    int region;
    int index;          /* the running operator, or INTERPRETER */
    int next_index;     /* of the next operator in this visit */
    int site;           /* where the running operator was called */
    unsigned int depth; /* calls from that same site inside the running operator */
    int64_t since;      /* `remaining` when the present context began */
};

/* Begins in BOOT. A `budget` of 0 is none; without `detail` only regions are counted. */
void start_counters(struct counters *counters, int64_t budget, bool detail);

void enter_region(struct counters *counters, int region);

/* Ends the running operator and the visit; enter_region must follow, or the end of counting. */
void leave_region(struct counters *counters);

/* An operator that calls others is one operator: it ends where the call at its site returns. */
void begin_operator(struct counters *counters, int site);
void end_operator(struct counters *counters, int site);

/* Returns the number of the block of `length` instructions at `address`, or fails. */
uint32_t block_number(struct counters *counters, uint64_t address, uint32_t length);

#endif
