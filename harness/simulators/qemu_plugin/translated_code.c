/* SPDX-License-Identifier: MIT */
/* Divides the code that QEMU translates at once into blocks. */

#include "translated_code.h"

#include "failure.h"

enum { INSTRUCTIONS_MAX = 1024 };

bool starts_block(struct configuration *configuration, const struct qemu_plugin_tb *tb,
                  size_t index)
{
    uint64_t address = qemu_plugin_insn_vaddr(qemu_plugin_tb_get_insn(tb, index));
    uint64_t before = qemu_plugin_insn_vaddr(qemu_plugin_tb_get_insn(tb, index - 1));
    return marker_at(configuration, address) >= 0
        || site_returning_to(configuration, address) >= 0
        || memory_at(&configuration->memory_system, address)
            != memory_at(&configuration->memory_system, before);
}

struct block *block_of(struct counters *counters, const struct qemu_plugin_tb *tb, size_t first,
                       size_t last)
{
    uint8_t sizes[INSTRUCTIONS_MAX];
    uint64_t address = qemu_plugin_insn_vaddr(qemu_plugin_tb_get_insn(tb, first));
    uint64_t at = address;
    if (last - first >= INSTRUCTIONS_MAX) {
        fail("the firmware cannot be traced", "a block is too long");
    }
    for (size_t i = first; i < last; i++) {
        uint64_t next = qemu_plugin_insn_vaddr(qemu_plugin_tb_get_insn(tb, i + 1));
        sizes[i - first] = (uint8_t)(next - at);
        at = next;
    }
    size_t size = qemu_plugin_insn_size(qemu_plugin_tb_get_insn(tb, last));
    sizes[last - first] = size < 4 ? 2 : 4;
    return find_block(counters, address, sizes, (uint32_t)(last - first + 1));
}
