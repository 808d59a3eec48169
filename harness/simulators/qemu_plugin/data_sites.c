/* SPDX-License-Identifier: MIT */
/* Counts data accesses by the instruction that makes them and the memory that they go to. */

#include "data_sites.h"

#include <string.h>

#include "failure.h"

_Static_assert(sizeof(struct data_counts) == TALLY_VALUES * sizeof(uint64_t), "one value each");

struct data_site *data_site(struct data_sites *sites, uint64_t address, uint32_t size)
{
    struct data_site **bucket = &sites->buckets[(address >> 1) % SITE_BUCKETS];
    for (struct data_site *site = *bucket; site != NULL; site = site->next) {
        if (site->address == address) {
            return site;
        }
    }
    struct data_site *site = grow(NULL, 0, 1, sizeof *site);
    const struct memory *memory = memory_at(sites->memory_system, address);
    site->address = address;
    site->last_word = memory ? word_at(memory, address + size - 1) : 0;
    site->kind = UINT32_MAX;
    site->next = *bucket;
    return *bucket = site;
}

/* Returns the record of `site` for the memory that holds `address`, or NULL. */
static __attribute__((noinline)) struct data_record *
record_for(struct data_sites *sites, struct data_site *site, uint64_t address)
{
    struct memory *memory = memory_at(sites->memory_system, address);
    if (memory == NULL) {
        return NULL;
    }
    struct data_record *record = site->records;
    while (record != NULL && record->memory != memory) {
        record = record->next;
    }
    if (record == NULL) {
        record = grow(NULL, 0, 1, sizeof *record);
        record->memory = memory;
        record->origin = memory->origin;
        record->bytes = memory->bytes;
        record->address = site->address;
        record->next = site->records;
        site->records = record;
    }
    return site->current = record;
}

void book_access(struct data_sites *sites, struct data_site *site, uint64_t address)
{
    struct data_record *record = site->current;
    if (__builtin_expect(record == NULL || address - record->origin >= record->bytes, 0)) {
        record = record_for(sites, site, address);
        if (record == NULL) {
            return;
        }
    }
    if ((record->counts.reads | record->counts.writes) == 0) {
        record->counted = sites->counted;
        sites->counted = record;
    }
    if (site->store) {
        write_data(record->memory, address, site->size, &record->counts);
    } else {
        read_data(record->memory, address, site->size, &record->counts);
    }
}

void tally_data(struct data_sites *sites, struct tallies *tallies, int region, int index)
{
    for (struct data_record *record = sites->counted; record != NULL; record = record->counted) {
        struct tally tally = {
            .kind = DATA_TALLY,
            .region = region,
            .index = index,
            .memory = (int)(record->memory - sites->memory_system->memories),
            .address = record->address,
        };
        memcpy(tally.values, &record->counts, sizeof record->counts);
        add_tally(tallies, &tally);
        record->counts = (struct data_counts){0};
    }
    sites->counted = NULL;
}
