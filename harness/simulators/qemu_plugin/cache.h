/* SPDX-License-Identifier: MIT */
/*
 * A set-associative cache: which lines it holds, and which sectors of them have been read.
 *
 * A sector is what one read of the memory behind the cache delivers. A line is allocated with no
 * sector valid and is filled sector by sector, as they are asked for.
 */
#ifndef CACHE_H
#define CACHE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum policy { /* which line of a set makes room, when none is empty */
    LRU,      /* the one that was not used for the longest time */
    FIFO,     /* the one that was allocated first */
    RANDOM,   /* way x modulo ways, x the next number of Marsaglia's xorshift32 13/17/5 from 1 */
};

struct cache;

/* Returns an empty cache, to be freed with free(); NULL if a size is no power of two, the cache is
 * smaller than one set, or there is no memory. */
struct cache *new_cache(uint32_t bytes, uint32_t line_bytes, uint32_t ways, enum policy policy);

/* Uses the line that holds the addresses from `line` times the line's bytes on, and `sectors` of
 * it (a bit each, bit 0 the lowest address). Returns whether it had to be allocated; `missing`
 * becomes those of `sectors` that were not valid. They are valid from then on. */
bool use_line(struct cache *cache, uint32_t line, uint64_t sectors, uint64_t *missing);

#endif
