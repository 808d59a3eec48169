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
#include "memory_events.h"
#include "tallies.h"

enum {
    NO_REGION = 0,
    BOOT = 1,
    INTERPRETER = -1,
    BUCKETS = 4096,
    PAGE_BYTES = 1024, /* the smallest that the emulator has for these cores */
};

struct block {
    uint64_t count; /* executions in the present context */
    uint64_t taken; /* of these, those after which it was not left for `end` */
    uint64_t address;
    uint64_t end; /* where the instruction behind it is */
    uint32_t length; /* in instructions */
    struct memory *memory; /* that holds its code; NULL if none has events */
    uint64_t first_word;
    uint64_t last_word;
    struct fetch_counts fetches;
    bool listed;           /* among those with counts */
    struct block *counted; /* the next of them */
    struct block *next;    /* of the same bucket */
    uint8_t sizes[];       /* of its instructions, in bytes */
};

struct region {
    bool entered;
    uint64_t instructions;
    uint64_t visits;
    uint64_t interpreter; /* what this visit spent outside operators so far */
};

struct operator_record {
    int region;
    uint64_t visit;
    int index;
    uint64_t instructions;
};

struct counters {
    int64_t remaining;     /* what the budget leaves; every block takes its length from it */
    uint64_t following;    /* where execution goes on if the last block falls through */
    struct block *last;    /* the block that ran last: `left`, if that was in another context */
    struct block *counted; /* the blocks with counts in the present context */
    struct tally left_of;  /* the block and the context that `left` stands for */
    bool detail;
    int64_t budget;
    struct memory_system *memory_system;
    struct block *buckets[BUCKETS];
    struct tallies tallies;
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
    struct block left;  /* takes the taken exit of a block whose context has ended */
};

/* Begins in BOOT. A `budget` of 0 is none; without `detail` only regions are counted. */
void start_counters(struct counters *counters, int64_t budget, bool detail,
                    struct memory_system *memory_system);

void enter_region(struct counters *counters, int region);

/* Ends the running operator and the visit; enter_region must follow, or the end of counting. */
void leave_region(struct counters *counters);

/* An operator that calls others is one operator: it ends where the call at its site returns. */
void begin_operator(struct counters *counters, int site);
void end_operator(struct counters *counters, int site);

/* Returns the block of `length` instructions of these `sizes`, in bytes, at `address`. */
struct block *find_block(struct counters *counters, uint64_t address, const uint8_t *sizes,
                         uint32_t length);

/* Takes back that more of the last block was executed than its instructions before `end`. Returns
 * the block that it was taken for; NULL if nothing was to be taken back. */
struct block *cut_short(struct counters *counters, uint64_t end);

static inline void list_block(struct counters *counters, struct block *block)
{
    if (!block->listed) {
        block->listed = true;
        block->counted = counters->counted;
        counters->counted = block;
    }
}

/* Counts an execution of `block`, and how the block before was left. */
static inline void count_execution(struct counters *counters, struct block *block)
{
    list_block(counters, block);
    block->count++;
    counters->last->taken += block->address != counters->following;
    counters->last = block;
    counters->following = block->end;
}

#endif
