/* SPDX-License-Identifier: MIT */
/* A set-associative cache: which lines it holds, and which sectors of them have been read. */

#include "cache.h"

#include <stdlib.h>

enum { GUESSES = 256 };

/* No line has this number: a line is at least four bytes. */
static const uint32_t EMPTY = UINT32_MAX;

struct line {
    uint32_t number;
    uint64_t since; /* when it was used last (LRU) or allocated (FIFO); 0 while it is empty */
    uint64_t valid; /* a bit for each sector */
};

struct cache {
    enum policy policy;
    uint32_t ways;
    uint32_t sets;
    uint32_t random;
    uint64_t now;
    uint32_t guesses[GUESSES]; /* by the low bits of a line's number: where it was seen last */
    struct line lines[];       /* set by set */
};

static bool is_power_of_two(uint32_t value)
{
    return value != 0 && (value & (value - 1)) == 0;
}

struct cache *new_cache(uint32_t bytes, uint32_t line_bytes, uint32_t ways, enum policy policy)
{
    if (!is_power_of_two(bytes) || !is_power_of_two(line_bytes) || !is_power_of_two(ways)
        || line_bytes < 4 || ways > bytes / line_bytes) {
        return NULL;
    }
    size_t n_lines = bytes / line_bytes;
    struct cache *cache = calloc(1, sizeof *cache + n_lines * sizeof *cache->lines);
    if (cache == NULL) {
        return NULL;
    }
    cache->policy = policy;
    cache->ways = ways;
    cache->sets = (uint32_t)n_lines / ways;
    cache->random = 1;
    for (size_t i = 0; i < n_lines; i++) {
        cache->lines[i].number = EMPTY;
    }
    return cache;
}

static uint32_t next_random(struct cache *cache)
{
    uint32_t x = cache->random;
    x ^= x << 13;
    x ^= x >> 17;
    x ^= x << 5;
    return cache->random = x;
}

/* Returns the way to be replaced: the first empty one, else as the policy says. */
static uint32_t victim(struct cache *cache, const struct line *set)
{
    uint32_t oldest = 0;
    for (uint32_t way = 1; way < cache->ways; way++) {
        if (set[way].since < set[oldest].since) {
            oldest = way;
        }
    }
    if (cache->policy != RANDOM || set[oldest].number == EMPTY) {
        return oldest;
    }
    return next_random(cache) & (cache->ways - 1);
}

/* Finds a line that is not where it was guessed, or allocates it and returns true. */
static __attribute__((noinline)) bool search(struct cache *cache, uint32_t line, uint32_t *slot)
{
    uint32_t first = (line & (cache->sets - 1)) * cache->ways;
    for (uint32_t way = 0; way < cache->ways; way++) {
        if (cache->lines[first + way].number == line) {
            *slot = first + way;
            return false;
        }
    }
    *slot = first + victim(cache, &cache->lines[first]);
    cache->lines[*slot] = (struct line){line, ++cache->now, 0};
    return true;
}

bool use_line(struct cache *cache, uint32_t line, uint64_t sectors, uint64_t *missing)
{
    uint32_t *guess = &cache->guesses[line % GUESSES];
    bool allocated = false;
    if (cache->lines[*guess].number != line) {
        allocated = search(cache, line, guess);
    }
    struct line *found = &cache->lines[*guess];
    if (cache->policy == LRU) {
        found->since = ++cache->now;
    }
    *missing = sectors & ~found->valid;
    found->valid |= sectors;
    return allocated;
}
