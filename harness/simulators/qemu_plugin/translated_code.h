/* SPDX-License-Identifier: MIT */
/* Divides the code that QEMU translates at once into blocks. */
#ifndef TRANSLATED_CODE_H
#define TRANSLATED_CODE_H

#include <stdbool.h>
#include <stddef.h>

#include "configuration.h"
#include "counters.h"
#include "qemu_api.h"

/* Returns whether a block starts at an instruction of `tb` that is not its first: where another
 * context may begin (at markers and where operators return to), and where another memory does. */
bool starts_block(struct configuration *configuration, const struct qemu_plugin_tb *tb,
                  size_t index);

/* Returns the block of the instructions `first` to `last` of `tb`. */
struct block *block_of(struct counters *counters, const struct qemu_plugin_tb *tb, size_t first,
                       size_t last);

#endif
