/* SPDX-License-Identifier: MIT */
/*
 * Counts the instructions that an emulated Cortex-M executes, by region, operator and block.
 *
 * Loaded with -plugin FILE.so,config=FILE (configuration.h); writes a trace (trace_file.h). A call
 * that starts an operator, and the instruction that it returns to, do not belong to the operator.
 *
 * A block is a run of instructions with one entry; an instruction whose condition fails counts as
 * executed. A block that faults before its end is counted whole.
 */

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "configuration.h"
#include "counters.h"
#include "failure.h"
#include "qemu_api.h"
#include "trace_file.h"

enum { PROBE_STATUS = 42 }; /* how `probe=on` says that this QEMU loads the plugin */

int qemu_plugin_version = PLUGIN_API_VERSION;

/* QEMU's callbacks bring one number each, so that what they work on must be kept here. */
static struct configuration configuration;
static struct counters counters;
static uint64_t plugin_id;
static bool finished;

static void finish(const char *status)
{
    if (finished) {
        return;
    }
    finished = true;
    leave_region(&counters);
    write_trace(&counters, configuration.trace_path, status);
}

static void on_exit_of_qemu(uint64_t id, void *data)
{
    (void)id;
    (void)data;
    finish("end");
}

/* What runs while the guest runs. The two counting functions run once a block; each is kept within
 * one cache line, so that their speed does not depend on where the compiler puts them. */

#define IN_ONE_CACHE_LINE __attribute__((aligned(64)))

static __attribute__((noinline, cold, noreturn)) void stop_at_budget(void)
{
    finish("budget");
    _exit(0);
}

static IN_ONE_CACHE_LINE void count_instructions(unsigned int vcpu, void *data)
{
    (void)vcpu;
    int64_t length = (int64_t)(uintptr_t)data;
    if (__builtin_expect(counters.remaining < length, 0)) {
        stop_at_budget();
    }
    counters.remaining -= length;
}

static IN_ONE_CACHE_LINE void count_block(unsigned int vcpu, void *data)
{
    (void)vcpu;
    uintptr_t packed = (uintptr_t)data;
    int64_t length = (int64_t)(packed & ((1u << LENGTH_BITS) - 1));
    if (__builtin_expect(counters.remaining < length, 0)) {
        stop_at_budget();
    }
    counters.remaining -= length;
    counters.block_counts[packed >> LENGTH_BITS]++;
}

static void pass_marker(unsigned int vcpu, void *data)
{
    (void)vcpu;
    leave_region(&counters);
    enter_region(&counters, (int)(uintptr_t)data);
}

static void call_operator(unsigned int vcpu, void *data)
{
    (void)vcpu;
    int site = (int)(uintptr_t)data;
    if (configuration.sites[site].active_in[counters.region]) {
        begin_operator(&counters, site);
    }
}

static void return_to_interpreter(unsigned int vcpu, void *data)
{
    (void)vcpu;
    end_operator(&counters, (int)(uintptr_t)data);
}

/* Translation: where the callbacks go. */

static void *as_data(uint32_t value)
{
    return (void *)(uintptr_t)value;
}

static void instrument(struct qemu_plugin_tb *tb, size_t first, size_t last)
{
    const enum qemu_plugin_cb_flags flags = QEMU_PLUGIN_CB_NO_REGS;
    struct qemu_plugin_insn *entry = qemu_plugin_tb_get_insn(tb, first);
    struct qemu_plugin_insn *exit = qemu_plugin_tb_get_insn(tb, last);
    uint64_t address = qemu_plugin_insn_vaddr(entry);
    uint32_t length = (uint32_t)(last - first + 1);
    int returning = site_returning_to(&configuration, address);
    int marker = marker_at(&configuration, address);
    int call = site_calling_at(&configuration, qemu_plugin_insn_vaddr(exit));

    /* One instruction's callbacks run in the order of registration: first the context changes,
     * then the block is counted in it, then its last instruction may call an operator. */
    if (returning >= 0) {
        qemu_plugin_register_vcpu_insn_exec_cb(entry, return_to_interpreter, flags,
                                               as_data((uint32_t)returning));
    }
    if (marker >= 0) {
        qemu_plugin_register_vcpu_insn_exec_cb(entry, pass_marker, flags,
                                               as_data((uint32_t)marker));
    }
    execute_callback count = count_instructions;
    uint32_t packed = length;
    if (configuration.detail) {
        count = count_block;
        packed |= block_number(&counters, address, length) << LENGTH_BITS;
    }
    if (first == 0 && returning < 0 && marker < 0) {
        qemu_plugin_register_vcpu_tb_exec_cb(tb, count, flags, as_data(packed));
    } else {
        qemu_plugin_register_vcpu_insn_exec_cb(entry, count, flags, as_data(packed));
    }
    if (call >= 0) {
        qemu_plugin_register_vcpu_insn_exec_cb(exit, call_operator, flags,
                                               as_data((uint32_t)call));
    }
}

/* A block ends where another context may begin: before markers and where operators return to. */
static bool starts_block(const struct qemu_plugin_tb *tb, size_t index)
{
    uint64_t address = qemu_plugin_insn_vaddr(qemu_plugin_tb_get_insn(tb, index));
    return marker_at(&configuration, address) >= 0
        || site_returning_to(&configuration, address) >= 0;
}

static void on_translation(uint64_t id, struct qemu_plugin_tb *tb)
{
    if (id != plugin_id) {
        fail("this QEMU is too new", "its plugin interface passes other arguments");
    }
    size_t n = qemu_plugin_tb_n_insns(tb);
    size_t first = 0;
    for (size_t i = 1; i <= n; i++) {
        if (i == n || starts_block(tb, i)) {
            instrument(tb, first, i - 1);
            first = i;
        }
    }
}

/* Start. */

int qemu_plugin_install(uint64_t id, const struct qemu_info_t *info, int argc, char **argv)
{
    (void)info;
    if (argc == 1 && strcmp(argv[0], "probe=on") == 0) {
        _exit(PROBE_STATUS);
    }
    if (argc != 1 || strncmp(argv[0], "config=", 7) != 0) {
        fprintf(stderr, "region_counter: takes one argument, config=FILE\n");
        return -1;
    }
    if (!read_configuration(&configuration, argv[0] + 7)) {
        return -1;
    }
    plugin_id = id;
    start_counters(&counters, configuration.budget, configuration.detail);
    qemu_plugin_register_vcpu_tb_trans_cb(id, on_translation);
    qemu_plugin_register_atexit_cb(id, on_exit_of_qemu, NULL);
    return 0;
}
