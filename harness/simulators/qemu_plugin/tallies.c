/* SPDX-License-Identifier: MIT */
/* Sums of counts by what they belong to: region, operator, block or instruction, and memory. */

#include "tallies.h"

#include <stdbool.h>
#include <stdlib.h>

#include "failure.h"

static int compare(uint64_t left, uint64_t right)
{
    return (left > right) - (left < right);
}

static int compare_signed(int left, int right)
{
    return (left > right) - (left < right);
}

static int compare_tallies(const void *left, const void *right)
{
    const struct tally *a = left;
    const struct tally *b = right;
    int order = compare(a->kind, b->kind);
    order = order ? order : compare_signed(a->region, b->region);
    order = order ? order : compare_signed(a->index, b->index);
    order = order ? order : compare(a->address, b->address);
    order = order ? order : compare(a->length, b->length);
    return order ? order : compare_signed(a->memory, b->memory);
}

void sum_tallies(struct tallies *tallies)
{
    if (tallies->n == 0) {
        return;
    }
    qsort(tallies->items, tallies->n, sizeof *tallies->items, compare_tallies);
    struct tally *last = tallies->items;
    for (size_t i = 1; i < tallies->n; i++) {
        const struct tally *next = &tallies->items[i];
        if (compare_tallies(last, next) != 0) {
            *++last = *next;
            continue;
        }
        last->end = next->end < last->end ? next->end : last->end; /* it was corrected meanwhile */
        for (size_t value = 0; value < TALLY_VALUES; value++) {
            last->values[value] += next->values[value];
        }
    }
    tallies->n = (size_t)(last - tallies->items) + 1;
}

/* Returns whether tallies are of blocks of the same region and operator. */
static bool same_part(const struct tally *a, const struct tally *b)
{
    return a->kind == BLOCK_TALLY && b->kind == BLOCK_TALLY && a->region == b->region
        && a->index == b->index;
}

static int compare_ends(const void *left, const void *right)
{
    const struct tally *a = *(const struct tally *const *)left;
    const struct tally *b = *(const struct tally *const *)right;
    int order = compare(a->end, b->end);
    return order ? order : compare(a->address, b->address);
}

/* Returns the one of `n` blocks, sorted by end, that ends at `address`; NULL unless it is one. */
static struct tally *only_block_before(struct tally *const *by_end, size_t n, uint64_t address)
{
    size_t low = 0;
    for (size_t high = n; low < high;) {
        size_t middle = low + (high - low) / 2;
        if (by_end[middle]->end < address) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    bool one = low < n && by_end[low]->end == address
        && (low + 1 == n || by_end[low + 1]->end != address);
    return one ? by_end[low] : NULL;
}

/* Joins the `n` blocks of one part: a joined one passes its counts on to `head` and has none. */
static void join_part(struct tally *blocks, size_t n, struct tally **by_end, struct tally **head)
{
    for (size_t i = 0; i < n; i++) {
        by_end[i] = head[i] = &blocks[i];
    }
    qsort(by_end, n, sizeof *by_end, compare_ends);
    for (size_t i = 0; i < n; i++) {
        const struct tally *before = only_block_before(by_end, n, blocks[i].address);
        if (before == NULL || before->address >= blocks[i].address
            || before->values[TAKEN] > 0 || before->values[COUNT] != blocks[i].values[COUNT]
            || before->memory != blocks[i].memory
            || (i > 0 && blocks[i - 1].address == blocks[i].address)
            || (i + 1 < n && blocks[i + 1].address == blocks[i].address)) {
            continue;
        }
        head[i] = head[before - blocks];
    }
    for (size_t i = 0; i < n; i++) {
        if (head[i] != &blocks[i]) {
            head[i]->length += blocks[i].length;
            head[i]->values[TAKEN] += blocks[i].values[TAKEN];
            for (size_t value = FETCHES; value < TALLY_VALUES; value++) {
                head[i]->values[value] += blocks[i].values[value];
            }
            blocks[i].values[COUNT] = 0;
        }
    }
}

void join_blocks(struct tallies *tallies)
{
    struct tally **by_end = grow(NULL, 0, 2 * tallies->n + 1, sizeof *by_end);
    for (size_t first = 0, end; first < tallies->n; first = end) {
        for (end = first + 1; end < tallies->n; end++) {
            if (!same_part(&tallies->items[first], &tallies->items[end])) {
                break;
            }
        }
        if (tallies->items[first].kind == BLOCK_TALLY) {
            join_part(&tallies->items[first], end - first, by_end, by_end + tallies->n);
        }
    }
    free(by_end);
}

void add_tally(struct tallies *tallies, const struct tally *tally)
{
    if (tallies->n == tallies->capacity) {
        sum_tallies(tallies);
        if (tallies->n >= tallies->capacity / 2) {
            size_t capacity = tallies->capacity ? 2 * tallies->capacity : 16384;
            tallies->items = grow(tallies->items, tallies->capacity, capacity,
                                  sizeof *tallies->items);
            tallies->capacity = capacity;
        }
    }
    tallies->items[tallies->n++] = *tally;
}
