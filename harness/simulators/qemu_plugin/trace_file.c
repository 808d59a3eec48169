/* SPDX-License-Identifier: MIT */
/* Writes the trace: text, sorted, so that equal runs give equal bytes. */

#include "trace_file.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "failure.h"

struct numbered_block {
    uint64_t address;
    uint32_t length;
    uint32_t number;
};

static int compare_records(const void *left, const void *right)
{
    const struct operator_record *a = left;
    const struct operator_record *b = right;
    if (a->region != b->region) {
        return a->region < b->region ? -1 : 1;
    }
    if (a->visit != b->visit) {
        return a->visit < b->visit ? -1 : 1;
    }
    return (a->index > b->index) - (a->index < b->index);
}

static int compare_blocks(const void *left, const void *right)
{
    const struct numbered_block *a = left;
    const struct numbered_block *b = right;
    if (a->address != b->address) {
        return a->address < b->address ? -1 : 1;
    }
    return (a->length > b->length) - (a->length < b->length);
}

static struct numbered_block *sorted_blocks(const struct counters *counters)
{
    struct numbered_block *sorted = grow(NULL, 0, counters->n_blocks + 1, sizeof *sorted);
    for (uint32_t i = 0; i < counters->n_blocks; i++) {
        const struct block *block = &counters->blocks[i];
        sorted[i] = (struct numbered_block){block->address, block->length, i};
    }
    qsort(sorted, counters->n_blocks, sizeof *sorted, compare_blocks);
    return sorted;
}

static void print_blocks(const struct counters *counters, FILE *out)
{
    struct numbered_block *sorted = sorted_blocks(counters);
    for (int r = 0; r < MAX_REGIONS; r++) {
        for (size_t slot = 0; slot < counters->regions[r].n_counts; slot++) {
            const struct counts *counts = &counters->regions[r].counts[slot];
            for (size_t i = 0; i < counters->n_blocks; i++) {
                const struct numbered_block *block = &sorted[i];
                bool kept = block->number < counts->capacity;
                uint64_t count = kept ? counts->of_block[block->number] : 0;
                if (count > 0) {
                    fprintf(out, "block %d %d %08" PRIx64 " %" PRIu32 " %" PRIu64 "\n", r,
                            (int)slot - 1, block->address, block->length, count);
                }
            }
        }
    }
    free(sorted);
}

static void print_trace(struct counters *counters, const char *status, FILE *out)
{
    fprintf(out, "harness-trace 1\nstatus %s\ntotal %" PRId64 "\n", status,
            counters->budget - counters->remaining);
    for (int r = 0; r < MAX_REGIONS; r++) {
        if (counters->regions[r].entered) {
            fprintf(out, "region %d %" PRIu64 "\n", r, counters->regions[r].instructions);
        }
    }
    qsort(counters->records, counters->n_records, sizeof *counters->records, compare_records);
    for (size_t i = 0; i < counters->n_records; i++) {
        const struct operator_record *one = &counters->records[i];
        fprintf(out, "operator %d %" PRIu64 " %d %" PRIu64 "\n", one->region, one->visit,
                one->index, one->instructions);
    }
    if (counters->detail) {
        print_blocks(counters, out);
    }
    fputs("end\n", out);
}

void write_trace(struct counters *counters, const char *path, const char *status)
{
    size_t size = strlen(path) + sizeof ".tmp";
    char *temporary = grow(NULL, 0, size, 1);
    snprintf(temporary, size, "%s.tmp", path);
    FILE *out = fopen(temporary, "w");
    if (out == NULL) {
        fail("cannot write the trace", temporary);
    }
    print_trace(counters, status, out);
    bool good = !ferror(out);
    good = fclose(out) == 0 && good;
    if (!good || rename(temporary, path) != 0) {
        fail("cannot write the trace", path);
    }
    free(temporary);
}
