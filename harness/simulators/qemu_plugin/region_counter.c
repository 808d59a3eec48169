/* SPDX-License-Identifier: MIT */
/*
 * Counts the instructions that an emulated Cortex-M executes, by region, operator and block.
 *
 * Loaded with -plugin FILE.so,config=FILE (configuration.h); writes a trace (trace_file.h). A call
 * that starts an operator, and the instruction that it returns to, do not belong to the operator.
 *
 * A block is a run of instructions that was entered at its first; an instruction whose condition
 * fails counts as executed. A block that faults before its end is counted whole.
 */

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "block_fetches.h"
#include "configuration.h"
#include "counters.h"
#include "data_sites.h"
#include "failure.h"
#include "qemu_api.h"
#include "translated_code.h"
#include "trace_file.h"

enum { PROBE_STATUS = 42 }; /* how `probe=on` says that this QEMU loads the plugin */

int qemu_plugin_version = PLUGIN_API_VERSION;

/* QEMU's callbacks bring one number each, so that what they work on must be kept here. */
static struct configuration configuration;
static struct counters counters;
static struct data_sites sites;
static struct block_fetches fetches;
static uint64_t plugin_id;
static bool finished;

/* Must come before every change of region or operator. */
static void book_events(void)
{
    begin_fetches(&fetches, NULL);
    tally_data(&sites, &counters.tallies, counters.region, counters.index);
}

/* Ends the present region, and the trace. */
static void finish(const char *status)
{
    if (!finished) {
        finished = true;
        book_events();
        leave_region(&counters);
        write_trace(&counters, configuration.trace_path, status);
    }
}

static void on_exit_of_qemu(uint64_t id, void *data)
{
    (void)id;
    (void)data;
    finish("end");
}

/* What runs while the guest runs: once a block, once an access, or where the context changes. */

#define IN_ONE_CACHE_LINE __attribute__((aligned(64)))

static __attribute__((noinline, cold, noreturn)) void stop(const char *status)
{
    finish(status);
    _exit(0);
}

static inline void take_from_budget(int64_t length)
{
    if (__builtin_expect(counters.remaining < length, 0)) {
        stop("budget");
    }
    counters.remaining -= length;
}

static IN_ONE_CACHE_LINE void count_instructions(unsigned int vcpu, void *data)
{
    (void)vcpu;
    struct block *block = data;
    take_from_budget(block->length);
    counters.last = block;
}

static IN_ONE_CACHE_LINE void count_block(unsigned int vcpu, void *data)
{
    (void)vcpu;
    struct block *block = data;
    take_from_budget(block->length);
    count_execution(&counters, block);
}

static void fetch_block(unsigned int vcpu, void *data)
{
    struct block *block = data;
    count_block(vcpu, block);
    if (counters.region != NO_REGION) {
        fetch_whole(block);
    }
}

static void fetch_block_in_order(unsigned int vcpu, void *data)
{
    struct block *block = data;
    count_block(vcpu, block);
    begin_fetches(&fetches, counters.region != NO_REGION ? block : NULL);
}

static inline void count_access(struct data_site *site, access_info info, uint64_t address)
{
    if (__builtin_expect(info != site->kind, 0)) {
        site->kind = info;
        site->size = 1u << qemu_plugin_mem_size_shift(info);
        site->store = qemu_plugin_mem_is_store(info);
    }
    book_access(&sites, site, address);
}

static void access_data(unsigned int vcpu, access_info info, uint64_t address, void *data)
{
    (void)vcpu;
    if (counters.region != NO_REGION) {
        count_access(data, info, address);
    }
}

static void access_data_in_order(unsigned int vcpu, access_info info, uint64_t address, void *data)
{
    (void)vcpu;
    if (counters.region != NO_REGION) {
        struct data_site *site = data;
        fetch_up_to(&fetches, site->last_word); /* the instruction has been fetched */
        count_access(site, info, address);
    }
}

/* From 8.2 on, QEMU ends a block at an access to a device and executes the access as a block of its
 * own, of which a plugin sees the access only; then it goes on behind it in a further block. */
static void access_by_itself(unsigned int vcpu, access_info info, uint64_t address, void *data)
{
    (void)vcpu;
    (void)info;
    (void)address;
    const struct block *instruction = data;
    struct block *whole = cut_short(&counters, instruction->end);
    if (whole != NULL && configuration.detail && counters.region != NO_REGION) {
        fetch_part_only(&fetches, whole, counters.last);
    }
}

static void pass_marker(unsigned int vcpu, void *data)
{
    (void)vcpu;
    if (configuration.stop_region == counters.region
        && configuration.stop_visits == counters.regions[counters.region].visits + 1) {
        stop("stop");
    }
    book_events();
    leave_region(&counters);
    enter_region(&counters, (int)(uintptr_t)data);
}

static void call_operator(unsigned int vcpu, void *data)
{
    (void)vcpu;
    int site = (int)(uintptr_t)data;
    if (configuration.sites[site].active_in[counters.region]) {
        book_events();
        begin_operator(&counters, site);
    }
}

static void return_to_interpreter(unsigned int vcpu, void *data)
{
    (void)vcpu;
    book_events();
    end_operator(&counters, (int)(uintptr_t)data);
}

/* Translation: where the callbacks go. */

static void *as_data(int value)
{
    return (void *)(uintptr_t)value;
}

/* Puts in what counts the block from instruction `first` to `last`: before all of `tb` if `early`,
 * else behind the callbacks that its first instruction has. */
static void instrument_counting(struct qemu_plugin_tb *tb, size_t first, size_t last, bool early)
{
    struct qemu_plugin_insn *entry = qemu_plugin_tb_get_insn(tb, first);
    const struct memory_system *memory_system = &configuration.memory_system;
    execute_callback count = count_instructions;
    struct block *block = block_of(&counters, tb, first, last);
    if (configuration.detail) {
        count = memory_system->n_memories == 0 ? count_block
            : memory_system->ordered           ? fetch_block_in_order
                                               : fetch_block;
    }
    if (early) {
        qemu_plugin_register_vcpu_tb_exec_cb(tb, count, QEMU_PLUGIN_CB_NO_REGS, block);
    } else {
        qemu_plugin_register_vcpu_insn_exec_cb(entry, count, QEMU_PLUGIN_CB_NO_REGS, block);
    }
}

static void instrument(struct qemu_plugin_tb *tb, size_t first, size_t last)
{
    const enum qemu_plugin_cb_flags flags = QEMU_PLUGIN_CB_NO_REGS;
    struct qemu_plugin_insn *entry = qemu_plugin_tb_get_insn(tb, first);
    struct qemu_plugin_insn *exit = qemu_plugin_tb_get_insn(tb, last);
    int returning = site_returning_to(&configuration, qemu_plugin_insn_vaddr(entry));
    int marker = marker_at(&configuration, qemu_plugin_insn_vaddr(entry));
    int call = site_calling_at(&configuration, qemu_plugin_insn_vaddr(exit));

    /* One instruction's callbacks run in the order of registration: first the context changes,
     * then the block is counted in it, then its last instruction may call an operator. */
    if (returning >= 0) {
        qemu_plugin_register_vcpu_insn_exec_cb(entry, return_to_interpreter, flags,
                                               as_data(returning));
    }
    if (marker >= 0) {
        qemu_plugin_register_vcpu_insn_exec_cb(entry, pass_marker, flags, as_data(marker));
    }
    instrument_counting(tb, first, last, first == 0 && returning < 0 && marker < 0);
    if (call >= 0) {
        qemu_plugin_register_vcpu_insn_exec_cb(exit, call_operator, flags, as_data(call));
    }
}

static void instrument_access(struct qemu_plugin_insn *insn)
{
    struct data_site *site =
        data_site(&sites, qemu_plugin_insn_vaddr(insn), (uint32_t)qemu_plugin_insn_size(insn));
    qemu_plugin_register_vcpu_mem_cb(
        insn, configuration.memory_system.ordered ? access_data_in_order : access_data,
        QEMU_PLUGIN_CB_NO_REGS, QEMU_PLUGIN_MEM_RW, site);
}

static void on_translation(uint64_t id, struct qemu_plugin_tb *tb)
{
    if (id != plugin_id) {
        fail("this QEMU is too new", "its plugin interface passes other arguments");
    }
    size_t n = qemu_plugin_tb_n_insns(tb);
    size_t first = 0;
    for (size_t i = 1; i <= n; i++) {
        if (i == n || starts_block(&configuration, tb, i)) {
            instrument(tb, first, i - 1);
            first = i;
        }
    }
    if (n == 1) {
        qemu_plugin_register_vcpu_mem_cb(qemu_plugin_tb_get_insn(tb, 0), access_by_itself,
                                         QEMU_PLUGIN_CB_NO_REGS, QEMU_PLUGIN_MEM_RW,
                                         block_of(&counters, tb, 0, 0));
    }
    for (size_t i = 0; configuration.memory_system.n_memories > 0 && i < n; i++) {
        instrument_access(qemu_plugin_tb_get_insn(tb, i));
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
    sites.memory_system = &configuration.memory_system;
    start_counters(&counters, configuration.budget, configuration.detail,
                   &configuration.memory_system);
    qemu_plugin_register_vcpu_tb_trans_cb(id, on_translation);
    qemu_plugin_register_atexit_cb(id, on_exit_of_qemu, NULL);
    return 0;
}
