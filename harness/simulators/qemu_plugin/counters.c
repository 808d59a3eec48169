/* SPDX-License-Identifier: MIT */
/* Books executed instructions to regions, operators and blocks. */

#include "counters.h"

#include <string.h>

#include "failure.h"

/* Lets `block_counts` be those of the region and operator that run now. */
static void select_counts(struct counters *counters)
{
    struct region *region = &counters->regions[counters->region];
    size_t slot = (size_t)(counters->index + 1);
    if (slot >= region->n_counts) {
        region->counts = grow(region->counts, region->n_counts, slot + 1, sizeof *region->counts);
        region->n_counts = slot + 1;
    }
    struct counts *counts = &region->counts[slot];
    if (counts->capacity < counters->capacity) {
        counts->of_block = grow(counts->of_block, counts->capacity, counters->capacity,
                                sizeof *counts->of_block);
        counts->capacity = counters->capacity;
    }
    counters->block_counts = counts->of_block;
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

void start_counters(struct counters *counters, int64_t budget, bool detail)
{
    counters->budget = budget > 0 ? budget : INT64_MAX;
    counters->remaining = counters->budget;
    counters->since = counters->budget;
    counters->detail = detail;
    counters->capacity = 1024;
    counters->blocks = grow(NULL, 0, counters->capacity, sizeof *counters->blocks);
    memset(counters->buckets, -1, sizeof counters->buckets);
    enter_region(counters, BOOT);
}

void enter_region(struct counters *counters, int region)
{
    counters->region = region;
    counters->index = INTERPRETER;
    counters->next_index = 0;
    counters->regions[region].entered = true;
    if (counters->detail) {
        select_counts(counters);
    }
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
    select_counts(counters);
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
    select_counts(counters);
}

uint32_t block_number(struct counters *counters, uint64_t address, uint32_t length)
{
    int32_t *bucket = &counters->buckets[(address >> 1) % BUCKETS];
    for (int32_t i = *bucket; i >= 0; i = counters->blocks[i].next) {
        if (counters->blocks[i].address == address && counters->blocks[i].length == length) {
            return (uint32_t)i;
        }
    }
    if (counters->n_blocks == counters->capacity) {
        size_t capacity = 2 * counters->capacity;
        counters->blocks = grow(counters->blocks, counters->capacity, capacity,
                                sizeof *counters->blocks);
        counters->capacity = capacity;
        select_counts(counters);
    }
    uint32_t number = (uint32_t)counters->n_blocks++;
    if (length >> LENGTH_BITS || number >> (32 - LENGTH_BITS)) {
        fail("the firmware cannot be traced", "a block is too long or there are too many");
    }
    counters->blocks[number] = (struct block){address, length, *bucket};
    *bucket = (int32_t)number;
    return number;
}
