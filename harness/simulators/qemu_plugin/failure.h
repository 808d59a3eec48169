/* SPDX-License-Identifier: MIT */
/* Ends the emulation with a message where counting cannot go on. */
#ifndef FAILURE_H
#define FAILURE_H

#include <stddef.h>

/* Prints both texts as one line and ends QEMU with status 1. */
__attribute__((noreturn)) void fail(const char *problem, const char *detail);

/* Returns `old` with room for `new_items` of `item` bytes, the added ones zero, or fails. */
void *grow(void *old, size_t old_items, size_t new_items, size_t item);

#endif
