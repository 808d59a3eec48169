/* SPDX-License-Identifier: MIT */
/* What fetches and data accesses do to the memories behind the core. */

#include "memory_events.h"

/* No word has this number, and none follows it. */
static const uint64_t NO_WORD = UINT64_MAX - 1;

static unsigned int log2_of(uint64_t power_of_two)
{
    return (unsigned int)__builtin_ctzll(power_of_two);
}

bool add_cache(struct memory_system *system, uint32_t bytes, uint32_t line_bytes, uint32_t ways,
               enum policy policy)
{
    if (system->n_caches == MAX_CACHES) {
        return false;
    }
    struct cache *cache = new_cache(bytes, line_bytes, ways, policy);
    system->line_bytes[system->n_caches] = line_bytes;
    system->caches[system->n_caches++] = cache;
    return cache != NULL;
}

/* Connects a path of a memory with words of `read_bytes` to cache number `cache`, if that can be. */
static bool connect(const struct memory_system *system, struct path *path, uint32_t read_bytes,
                    int cache)
{
    path->word = NO_WORD;
    if (cache < 0) {
        return cache == -1;
    }
    if ((size_t)cache >= system->n_caches) {
        return false;
    }
    uint32_t words = system->line_bytes[cache] / read_bytes;
    path->cache = system->caches[cache];
    path->line_shift = words == 0 ? 0 : log2_of(words);
    return words >= 1 && words <= 64;
}

bool add_memory(struct memory_system *system, uint64_t origin, uint64_t bytes, uint32_t read_bytes,
                int fetch_cache, int data_cache)
{
    if (system->n_memories == MAX_MEMORIES || bytes == 0 || origin + bytes > UINT64_C(1) << 32
        || read_bytes < TRANSFER_BYTES || (read_bytes & (read_bytes - 1)) != 0) {
        return false;
    }
    struct memory *memory = &system->memories[system->n_memories++];
    memory->origin = origin;
    memory->bytes = bytes;
    memory->word_shift = log2_of(read_bytes);
    bool good = connect(system, &memory->fetch, read_bytes, fetch_cache)
        && connect(system, &memory->data, read_bytes, data_cache);
    for (size_t i = 0; good && i < system->n_memories; i++) {
        for (size_t j = 0; j < system->n_memories; j++) {
            const struct cache *shared = system->memories[i].fetch.cache;
            system->ordered |= shared != NULL && shared == system->memories[j].data.cache;
        }
    }
    return good;
}

struct memory *memory_at(struct memory_system *system, uint64_t address)
{
    for (size_t i = 0; i < system->n_memories; i++) {
        if (address - system->memories[i].origin < system->memories[i].bytes) {
            return &system->memories[i];
        }
    }
    return NULL;
}

uint64_t word_at(const struct memory *memory, uint64_t address)
{
    uint64_t last = memory->origin + memory->bytes - 1;
    return (address <= last ? address : last) >> memory->word_shift;
}

/* The words of one run that a path's cache has to get, and the lines that it allocates. */
struct misses {
    uint64_t lines;
    uint64_t sectors;
    bool first; /* whether the first word of the run is one of the sectors */
};

static struct misses look_up(const struct path *path, uint64_t first, uint64_t last)
{
    struct misses misses = {0, 0, false};
    uint64_t words_of_line = UINT64_C(1) << path->line_shift;
    for (uint64_t word = first; word <= last;) {
        uint64_t line = word >> path->line_shift;
        uint64_t behind = (line + 1) << path->line_shift;
        uint64_t end = behind <= last ? behind : last + 1;
        uint64_t sectors = UINT64_MAX >> (64 - (end - word)) << (word & (words_of_line - 1));
        uint64_t missing;
        misses.lines += use_line(path->cache, (uint32_t)line, sectors, &missing);
        if (__builtin_expect(missing != 0, 0)) {
            misses.sectors += (uint64_t)__builtin_popcountll(missing);
            misses.first |= word == first && (missing & (sectors & -sectors)) != 0;
        }
        word = end;
    }
    return misses;
}

void fetch_words(struct memory *memory, uint64_t first, uint64_t last, struct fetch_counts *counts)
{
    struct path *path = &memory->fetch;
    bool follows = first == path->word + 1;
    if (first == path->word) {
        if (first == last) {
            return;
        }
        first++;
        follows = true;
    }
    path->word = last;
    counts->reads += last - first + 1;
    counts->sequential += last - first + follows;
    if (path->cache != NULL) {
        struct misses misses = look_up(path, first, last);
        counts->line_misses += misses.lines;
        counts->sector_misses += misses.sectors;
        counts->sequential_misses += misses.sectors - (misses.first && !follows);
    }
}

void return_words(struct memory *memory, uint64_t last, struct fetch_counts *counts)
{
    counts->reads -= memory->fetch.word - last;
    counts->sequential -= memory->fetch.word - last;
    memory->fetch.word = last;
}

void add_fetches(struct fetch_counts *sum, const struct fetch_counts *counts)
{
    sum->reads += counts->reads;
    sum->sequential += counts->sequential;
    sum->line_misses += counts->line_misses;
    sum->sector_misses += counts->sector_misses;
    sum->sequential_misses += counts->sequential_misses;
}

/* Counts the transfers of an access, and those that are not aligned; returns how many it has. */
static uint64_t count_transfers(uint64_t address, uint32_t size, struct data_counts *counts)
{
    if (__builtin_expect(size <= TRANSFER_BYTES, 1)) {
        counts->unaligned += (address & (size - 1)) != 0;
        return 1;
    }
    uint64_t transfers = size / TRANSFER_BYTES;
    counts->unaligned += (address % TRANSFER_BYTES) != 0 ? transfers : 0;
    return transfers;
}

void read_data(struct memory *memory, uint64_t address, uint32_t size, struct data_counts *counts)
{
    struct path *path = &memory->data;
    uint64_t first = word_at(memory, address);
    uint64_t last = word_at(memory, address + size - 1);
    counts->reads += count_transfers(address, size, counts);
    counts->words += last - first + (first != path->word);
    path->word = last;
    if (path->cache != NULL) {
        struct misses misses = look_up(path, first, last);
        counts->line_misses += misses.lines;
        counts->sector_misses += misses.sectors;
    }
}

void write_data(struct memory *memory, uint64_t address, uint32_t size, struct data_counts *counts)
{
    const struct path *path = &memory->data;
    counts->writes += count_transfers(address, size, counts);
    if (path->cache == NULL) {
        return;
    }
    uint64_t first = word_at(memory, address) >> path->line_shift;
    uint64_t last = word_at(memory, address + size - 1) >> path->line_shift;
    for (uint64_t line = first; line <= last; line++) {
        uint64_t missing;
        counts->write_misses += use_line(path->cache, (uint32_t)line, 0, &missing);
    }
}
