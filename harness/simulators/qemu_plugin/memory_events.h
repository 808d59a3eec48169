/* SPDX-License-Identifier: MIT */
/*
 * What fetches and data accesses do to the memories behind the core.
 *
 * A memory delivers one word of its own width a read. Its fetch path and its data path each hold
 * the word that they read last, and each may have a cache (one cache may serve both). Fetches look
 * up a word in the cache when it becomes the path's; every data access does.
 */
#ifndef MEMORY_EVENTS_H
#define MEMORY_EVENTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cache.h"

enum {
    MAX_CACHES = 8,
    MAX_MEMORIES = 16,
    TRANSFER_BYTES = 4, /* a wider access counts as several of this size */
};

struct fetch_counts {
    uint64_t reads;      /* words that became the path's */
    uint64_t sequential; /* of these, those right behind the word before */
    uint64_t line_misses;
    uint64_t sector_misses;
    uint64_t sequential_misses; /* of the sector misses, those right behind the word before */
};

struct data_counts {
    uint64_t reads;
    uint64_t writes;
    uint64_t words; /* read words that became the path's */
    uint64_t line_misses;
    uint64_t sector_misses;
    uint64_t write_misses; /* lines that were allocated for writes */
    uint64_t unaligned;    /* transfers whose address is no multiple of their size */
};

struct path {
    uint64_t word; /* the number (address / width) of the word read last */
    struct cache *cache;
    unsigned int line_shift; /* log2 of the words in a line of the cache */
};

struct memory {
    uint64_t origin;
    uint64_t bytes;
    unsigned int word_shift; /* log2 of the width */
    struct path fetch;
    struct path data;
};

struct memory_system {
    struct memory memories[MAX_MEMORIES];
    size_t n_memories;
    struct cache *caches[MAX_CACHES];
    uint32_t line_bytes[MAX_CACHES];
    size_t n_caches;
    bool ordered; /* a cache serves fetches and data, so that their order matters */
};

/* Return whether the cache or the memory was good and is added; a cache position of -1 is none. */
bool add_cache(struct memory_system *system, uint32_t bytes, uint32_t line_bytes, uint32_t ways,
               enum policy policy);
bool add_memory(struct memory_system *system, uint64_t origin, uint64_t bytes, uint32_t read_bytes,
                int fetch_cache, int data_cache);

/* Returns the memory that holds `address`, or NULL. */
struct memory *memory_at(struct memory_system *system, uint64_t address);

/* Returns the number of the word that holds `address`; of the last, if that is behind its end. */
uint64_t word_at(const struct memory *memory, uint64_t address);

/* Books the fetch of the words `first` to `last` of `memory`, one after the other. */
void fetch_words(struct memory *memory, uint64_t first, uint64_t last,
                 struct fetch_counts *counts);

/* Takes back the reads behind `last` of the words that fetch_words() fetched last. */
void return_words(struct memory *memory, uint64_t last, struct fetch_counts *counts);

void add_fetches(struct fetch_counts *sum, const struct fetch_counts *counts);

/* Book one access of `size` bytes at `address`, which is in `memory`. */
void read_data(struct memory *memory, uint64_t address, uint32_t size, struct data_counts *counts);
void write_data(struct memory *memory, uint64_t address, uint32_t size, struct data_counts *counts);

#endif
