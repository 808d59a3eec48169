/* SPDX-License-Identifier: MIT */
/*
 * Fetches blocks: all at once, or in step with the data accesses of their instructions, where a
 * cache serves both and the order decides what it holds.
 */
#ifndef BLOCK_FETCHES_H
#define BLOCK_FETCHES_H

#include "counters.h"

struct block_fetches {
    struct block *block; /* that is being fetched; NULL: none */
    uint64_t next_word;
};

/* Fetches the whole of `block`, if its memory has events. */
void fetch_whole(struct block *block);

/* Ends the fetch of the block before, and begins that of `block`; NULL: of none. */
void begin_fetches(struct block_fetches *fetches, struct block *block);

/* Takes back that more of `whole` was fetched, last, than `part`, with which it begins. What is
 * behind `part` comes next, and finds in the cache what has been fetched into it. */
void fetch_part_only(struct block_fetches *fetches, struct block *whole, struct block *part);

/* Goes on up to `word`, the last of an instruction of the block. */
void fetch_up_to(struct block_fetches *fetches, uint64_t word);

#endif
