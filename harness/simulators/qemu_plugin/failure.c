/* SPDX-License-Identifier: MIT */
/* Ends the emulation with a message where counting cannot go on. */

#include "failure.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void fail(const char *problem, const char *detail)
{
    fprintf(stderr, "region_counter: %s: %s\n", problem, detail);
    fflush(stderr);
    _exit(1);
}

void *grow(void *old, size_t old_items, size_t new_items, size_t item)
{
    char *grown = realloc(old, new_items * item);
    if (grown == NULL) {
        fail("out of memory", "counts cannot be kept");
    }
    memset(grown + old_items * item, 0, (new_items - old_items) * item);
    return grown;
}
