/* SPDX-License-Identifier: MIT */
/* Counts data accesses by the instruction that makes them and the memory that they go to. */
#ifndef DATA_SITES_H
#define DATA_SITES_H

#include <stdbool.h>
#include <stdint.h>

#include "memory_events.h"
#include "tallies.h"

enum { SITE_BUCKETS = 4096 };

struct data_record { /* what one site did to one memory in the present context */
    struct data_counts counts;
    struct memory *memory;
    uint64_t origin; /* of the memory */
    uint64_t bytes;
    uint64_t address; /* of the instruction */
    struct data_record *counted; /* the next that has counts */
    struct data_record *next;    /* of the same site */
};

struct data_site { /* an instruction */
    uint64_t address;
    uint64_t last_word;  /* of its code, where that is in a memory */
    uint32_t kind;       /* the emulator's word for the kind of access that it made last */
    uint32_t size;       /* in bytes, by that word */
    bool store;
    struct data_record *current; /* of the memory that it accessed last, or NULL */
    struct data_record *records;
    struct data_site *next; /* of the same bucket */
};

struct data_sites {
    struct memory_system *memory_system;
    struct data_site *buckets[SITE_BUCKETS];
    struct data_record *counted;
};

/* Returns the site of the instruction of `size` bytes at `address`; the same at every call. */
struct data_site *data_site(struct data_sites *sites, uint64_t address, uint32_t size);

/* Books an access of the kind that `site` holds; one outside all memories has no events. */
void book_access(struct data_sites *sites, struct data_site *site, uint64_t address);

/* Moves what was counted to `tallies`, as of `index` in `region`. */
void tally_data(struct data_sites *sites, struct tallies *tallies, int region, int index);

#endif
