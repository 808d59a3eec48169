/* SPDX-License-Identifier: MIT */
/* Books executed instructions to regions, operators and blocks. */

#include "counters.h"

#include <string.h>

#include "failure.h"

/* Returns a tally of `block` in the present context that counts nothing yet. */
static struct tally empty_tally(const struct counters *counters, const struct block *block)
{
    bool has_events = block->memory != NULL && counters->region != NO_REGION;
    return (struct tally){
        .kind = BLOCK_TALLY,
        .region = counters->region,
        .index = counters->index,
        .memory = has_events ? (int)(block->memory - counters->memory_system->memories) : NO_MEMORY,
        .length = block->length,
        .address = block->address,
        .end = block->end,
    };
}

/* Moves the counts of all blocks. How the last one is left shows in the next context only. */
static void tally_blocks(struct counters *counters)
{
    if (counters->last == &counters->left) { /* nothing ran in this context */
        return;
    }
    if (counters->left.taken > 0 && counters->left_of.length > 0) {
        counters->left_of.values[TAKEN] = counters->left.taken;
        add_tally(&counters->tallies, &counters->left_of);
    }
    counters->left.taken = 0;
    for (struct block *block = counters->counted; block != NULL; block = block->counted) {
        struct tally tally = empty_tally(counters, block);
        tally.values[COUNT] = block->count;
        tally.values[TAKEN] = block->taken;
        memcpy(&tally.values[FETCHES], &block->fetches, sizeof block->fetches);
        if (block->count > 0) {
            add_tally(&counters->tallies, &tally);
        }
        block->listed = false;
        block->count = 0;
        block->taken = 0;
        block->fetches = (struct fetch_counts){0};
    }
    counters->counted = NULL;
    counters->left_of = empty_tally(counters, counters->last);
    counters->last = &counters->left;
}

static void record(struct counters *counters, int index, uint64_t instructions)
{
    if (counters->n_records == counters->records_capacity) {
        size_t capacity = counters->records_capacity ? 2 * counters->records_capacity : 256;
        counters->records = grow(counters->records, counters->records_capacity, capacity,
                                 sizeof *counters->records);
        counters->records_capacity = capacity;
    }
    counters->records[counters->n_records++] = (struct operator_record){
        counters->region, counters->regions[counters->region].visits, index, instructions};
}

/* Books what was executed since the last call, and ends the running operator if there is one. */
static void settle(struct counters *counters)
{
    struct region *region = &counters->regions[counters->region];
    uint64_t spent = (uint64_t)(counters->since - counters->remaining);
    tally_blocks(counters);
    region->instructions += spent;
    counters->since = counters->remaining;
    if (counters->index == INTERPRETER) {
        region->interpreter += spent;
    } else if (spent > 0) { /* a conditional call that was not taken starts no operator */
        record(counters, counters->index, spent);
        counters->next_index++;
    }
    counters->index = INTERPRETER;
}

void start_counters(struct counters *counters, int64_t budget, bool detail,
                    struct memory_system *memory_system)
{
    counters->budget = budget > 0 ? budget : INT64_MAX;
    counters->remaining = counters->budget;
    counters->since = counters->budget;
    counters->detail = detail;
    counters->memory_system = memory_system;
    counters->last = &counters->left;
    enter_region(counters, BOOT);
}

void enter_region(struct counters *counters, int region)
{
    counters->region = region;
    counters->index = INTERPRETER;
    counters->next_index = 0;
    counters->regions[region].entered = true;
}

void leave_region(struct counters *counters)
{
    settle(counters);
    struct region *region = &counters->regions[counters->region];
    if (counters->detail) {
        record(counters, INTERPRETER, region->interpreter);
    }
    region->visits++;
    region->interpreter = 0;
}

void begin_operator(struct counters *counters, int site)
{
    if (counters->index != INTERPRETER) {
        counters->depth += site == counters->site;
        return;
    }
    settle(counters);
    counters->index = counters->next_index;
    counters->site = site;
    counters->depth = 0;
}

void end_operator(struct counters *counters, int site)
{
    if (counters->index == INTERPRETER || counters->site != site) {
        return;
    }
    if (counters->depth > 0) {
        counters->depth--;
        return;
    }
    settle(counters);
}

/* QEMU 7.2 gives an instruction before the last two bytes of a page a size that includes those, if
 * the instruction there goes on in the next page: then a block starts where that one is. */
static bool starts_at_page_end(const struct counters *counters, uint64_t address)
{
    if ((address + 2) % PAGE_BYTES != 0) {
        return false;
    }
    const struct block *block = counters->buckets[(address >> 1) % BUCKETS];
    while (block != NULL && block->address != address) {
        block = block->next;
    }
    return block != NULL;
}

static void correct_ends(struct counters *counters, uint64_t address)
{
    for (size_t i = 0; i < BUCKETS; i++) {
        for (struct block *block = counters->buckets[i]; block != NULL; block = block->next) {
            block->end -= block->end == address + 2 ? 2 : 0;
        }
    }
    counters->following -= counters->following == address + 2 ? 2 : 0;
}

struct block *find_block(struct counters *counters, uint64_t address, const uint8_t *sizes,
                         uint32_t length)
{
    struct block **bucket = &counters->buckets[(address >> 1) % BUCKETS];
    for (struct block *block = *bucket; block != NULL; block = block->next) {
        if (block->address == address && block->length == length
            && memcmp(block->sizes, sizes, length - 1) == 0) {
            return block;
        }
    }
    struct block *block = grow(NULL, 0, 1, sizeof *block + length);
    block->address = address;
    block->end = address;
    block->length = length;
    for (uint32_t i = 0; i < length; i++) {
        block->end += block->sizes[i] = sizes[i];
    }
    if (starts_at_page_end(counters, block->end - 2)) {
        block->end -= 2;
    }
    block->memory = memory_at(counters->memory_system, address);
    if (block->memory != NULL) {
        block->first_word = word_at(block->memory, address);
        block->last_word = word_at(block->memory, block->end - 1);
    }
    block->next = *bucket;
    *bucket = block;
    if ((address + 2) % PAGE_BYTES == 0) {
        correct_ends(counters, address);
    }
    return block;
}

struct block *cut_short(struct counters *counters, uint64_t end)
{
    struct block *whole = counters->last;
    if (whole == &counters->left || end <= whole->address || end >= whole->end) {
        return NULL;
    }
    uint32_t length = 0;
    for (uint64_t at = whole->address; at < end; length++) {
        at += whole->sizes[length];
    }
    struct block *part = find_block(counters, whole->address, whole->sizes, length);
    counters->remaining += whole->length - length;
    counters->last = part;
    if (counters->detail) {
        list_block(counters, part);
        part->count++;
        whole->count--;
        counters->following = end;
    }
    return whole;
}
