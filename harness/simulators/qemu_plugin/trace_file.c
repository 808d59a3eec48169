/* SPDX-License-Identifier: MIT */
/* Writes the trace: text, sorted, so that equal runs give equal bytes. */

#include "trace_file.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "failure.h"

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

static void print_values(const uint64_t *values, size_t n, FILE *out)
{
    for (size_t i = 0; i < n; i++) {
        fprintf(out, " %" PRIu64, values[i]);
    }
    fputc('\n', out);
}

static void print_blocks(const struct tallies *tallies, FILE *out)
{
    for (size_t i = 0; i < tallies->n; i++) {
        const struct tally *one = &tallies->items[i];
        if (one->kind == BLOCK_TALLY && one->values[COUNT] > 0) {
            fprintf(out, "block %d %d %08" PRIx64 " %" PRIu32, one->region, one->index,
                    one->address, one->length);
            print_values(one->values, FETCHES, out);
        }
    }
}

static void print_events(const struct tallies *tallies, FILE *out)
{
    for (size_t i = 0; i < tallies->n; i++) {
        const struct tally *one = &tallies->items[i];
        if (one->kind == BLOCK_TALLY && one->values[COUNT] > 0 && one->memory != NO_MEMORY) {
            fprintf(out, "fetch %d %d %08" PRIx64 " %" PRIu32 " %d", one->region, one->index,
                    one->address, one->length, one->memory);
            print_values(&one->values[FETCHES], TALLY_VALUES - FETCHES, out);
        } else if (one->kind == DATA_TALLY) {
            fprintf(out, "data %d %d %08" PRIx64 " %d", one->region, one->index, one->address,
                    one->memory);
            print_values(one->values, TALLY_VALUES, out);
        }
    }
}

static void print_trace(struct counters *counters, const char *status, FILE *out)
{
    fprintf(out, "harness-trace 2\nstatus %s\ntotal %" PRId64 "\n", status,
            counters->budget - counters->remaining);
    for (int r = 0; r < MAX_REGIONS; r++) {
        if (counters->regions[r].entered) {
            fprintf(out, "region %d %" PRIu64 " %" PRIu64 "\n", r,
                    counters->regions[r].instructions, counters->regions[r].visits);
        }
    }
    qsort(counters->records, counters->n_records, sizeof *counters->records, compare_records);
    for (size_t i = 0; i < counters->n_records; i++) {
        const struct operator_record *one = &counters->records[i];
        fprintf(out, "operator %d %" PRIu64 " %d %" PRIu64 "\n", one->region, one->visit,
                one->index, one->instructions);
    }
    sum_tallies(&counters->tallies);
    join_blocks(&counters->tallies);
    print_blocks(&counters->tallies, out);
    print_events(&counters->tallies, out);
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
