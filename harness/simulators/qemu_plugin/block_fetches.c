/* SPDX-License-Identifier: MIT */
/* Fetches blocks: all at once, or in step with the data accesses of their instructions. */

#include "block_fetches.h"

void fetch_whole(struct block *block)
{
    if (block->memory != NULL) {
        fetch_words(block->memory, block->first_word, block->last_word, &block->fetches);
    }
}

void fetch_up_to(struct block_fetches *fetches, uint64_t word)
{
    struct block *block = fetches->block;
    if (block != NULL && fetches->next_word <= word) {
        fetch_words(block->memory, fetches->next_word, word, &block->fetches);
        fetches->next_word = word + 1;
    }
}

void begin_fetches(struct block_fetches *fetches, struct block *block)
{
    if (fetches->block != NULL) {
        fetch_up_to(fetches, fetches->block->last_word);
    }
    fetches->block = NULL;
    if (block != NULL && block->memory != NULL) {
        fetches->block = block;
        fetches->next_word = block->first_word;
    }
}

void fetch_part_only(struct block_fetches *fetches, struct block *whole, struct block *part)
{
    if (fetches->block == whole) {
        fetch_up_to(fetches, part->last_word);
        fetches->block = NULL;
    } else if (whole->memory != NULL) {
        return_words(whole->memory, part->last_word, &whole->fetches);
    }
    if (whole->count == 0) {
        add_fetches(&part->fetches, &whole->fetches);
        whole->fetches = (struct fetch_counts){0};
    }
}
