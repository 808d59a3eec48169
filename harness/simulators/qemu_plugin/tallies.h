/* SPDX-License-Identifier: MIT */
/*
 * Sums of counts by what they belong to: region, operator, block or instruction, and memory.
 *
 * Contexts change a thousand times less often than blocks run, so that what was counted in one is
 * only appended here; equal keys are summed when the room is used up, and at the end.
 */
#ifndef TALLIES_H
#define TALLIES_H

#include <stddef.h>
#include <stdint.h>

enum {
    TALLY_VALUES = 7,
    NO_MEMORY = -1,
};

enum tally_kind {
    BLOCK_TALLY, /* executions, taken exits, and the members of struct fetch_counts */
    DATA_TALLY,  /* the members of struct data_counts */
};

enum { COUNT, TAKEN, FETCHES }; /* the values of a block */

struct tally {
    enum tally_kind kind;
    int region;
    int index;
    int memory;       /* its position, or NO_MEMORY */
    uint32_t length;  /* of a block, in instructions; 0 for data */
    uint64_t address; /* of a block, or of an instruction */
    uint64_t end;     /* of a block */
    uint64_t values[TALLY_VALUES];
};

struct tallies {
    struct tally *items;
    size_t n;
    size_t capacity;
};

void add_tally(struct tallies *tallies, const struct tally *tally);

/* Sorts by kind, region, index, address, length and memory; each key is there once. */
void sum_tallies(struct tallies *tallies);

/* Joins what runs only behind one other block, and always then, to that block. Where the emulator
 * cuts long runs of instructions, which depends on its version, no longer shows then. */
void join_blocks(struct tallies *tallies);

#endif
