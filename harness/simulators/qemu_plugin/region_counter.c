/* SPDX-License-Identifier: MIT */
/*
 * Counts the instructions that an emulated Cortex-M executes, by region, operator and block.
 *
 * Loaded with -plugin FILE.so,config=FILE. Every line of the config is one of
 *
 *   trace PATH                     where the trace is written when the emulation ends
 *   budget N                       end before more than N instructions are executed (0: no limit)
 *   detail on|off                  off counts per region only
 *   marker HEXADDR REGION          the region that begins with the instruction at that address
 *   dispatch HEXADDR SIZE REGION   an indirect call whose callee, in that region, is an operator
 *
 * Region 1 is current at reset. Each pass of a marker is a new visit of its region, and operators
 * are numbered from 0 in every visit; what a visit spends outside operators has index -1. The call
 * itself and the instruction that it returns to belong to -1.
 *
 * The trace is text. A block is a run of instructions with one entry; an instruction whose
 * condition fails counts as executed. A block that faults before its end is counted whole.
 *
 *   harness-trace 1
 *   status end|budget
 *   total N
 *   region R INSTRUCTIONS
 *   operator R VISIT INDEX INSTRUCTIONS         (detail on)
 *   block R INDEX HEXADDR N_INSTRUCTIONS COUNT  (detail on; summed over visits)
 *   end
 */

#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The part of QEMU's plugin interface used here; it is the same in every version from 1 to 6. */
struct qemu_info_t;
struct qemu_plugin_tb;
struct qemu_plugin_insn;
enum qemu_plugin_cb_flags { QEMU_PLUGIN_CB_NO_REGS };
typedef void (*translate_callback)(uint64_t id, struct qemu_plugin_tb *tb);
typedef void (*execute_callback)(unsigned int vcpu, void *data);
typedef void (*exit_callback)(uint64_t id, void *data);

void qemu_plugin_register_vcpu_tb_trans_cb(uint64_t id, translate_callback callback);
void qemu_plugin_register_atexit_cb(uint64_t id, exit_callback callback, void *data);
void qemu_plugin_register_vcpu_tb_exec_cb(struct qemu_plugin_tb *tb, execute_callback callback,
                                          enum qemu_plugin_cb_flags flags, void *data);
void qemu_plugin_register_vcpu_insn_exec_cb(struct qemu_plugin_insn *insn,
                                            execute_callback callback,
                                            enum qemu_plugin_cb_flags flags, void *data);
size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *tb);
struct qemu_plugin_insn *qemu_plugin_tb_get_insn(const struct qemu_plugin_tb *tb, size_t index);
uint64_t qemu_plugin_insn_vaddr(const struct qemu_plugin_insn *insn);

__attribute__((visibility("default"))) int qemu_plugin_version = PLUGIN_API_VERSION;
__attribute__((visibility("default"))) int qemu_plugin_install(uint64_t id,
                                                               const struct qemu_info_t *info,
                                                               int argc, char **argv);

enum {
    MAX_REGIONS = 256,
    MAX_POINTS = 1024,
    BOOT = 1,
    INTERPRETER = -1,
    PROBE_STATUS = 42,  /* how `probe=on` says that this QEMU loads the plugin */
    LENGTH_BITS = 10,   /* a block's length and its number share one callback argument */
    BUCKETS = 4096,
};

struct marker {
    uint64_t address;
    int region;
};

struct site {
    uint64_t address;
    uint64_t return_address;
    bool active_in[MAX_REGIONS];
};

struct block {
    uint64_t address;
    uint32_t length;
    int32_t next; /* of the same bucket, or -1 */
};

struct counts { /* how often each block ran in one region and operator */
    uint64_t *of_block;
    size_t capacity;
};

struct region {
    bool entered;
    uint64_t instructions;
    uint64_t visits;
    uint64_t interpreter; /* what this visit spent outside operators so far */
    struct counts *counts; /* by operator index + 1 */
    size_t n_counts;
};

struct operator_record {
    int region;
    uint64_t visit;
    int index;
    uint64_t instructions;
};

static struct {
    uint64_t id;
    char *trace_path;
    int64_t budget;
    bool detail;
    struct marker markers[MAX_POINTS];
    size_t n_markers;
    struct site sites[MAX_POINTS];
    size_t n_sites;
} config;

static struct {
    struct block *blocks;
    size_t n_blocks;
    size_t capacity;
    int32_t buckets[BUCKETS];
    struct region regions[MAX_REGIONS];
    struct operator_record *records;
    size_t n_records;
    size_t records_capacity;
    int region;
    int index;         /* the running operator, or INTERPRETER */
    int next_index;    /* of the next operator in this visit */
    int site;          /* where the running operator was called */
    unsigned int depth; /* calls from that same site inside the running operator */
    int64_t since;     /* `remaining` when the present context began */
    bool written;
} state;

/* What the hot callback touches. */
static int64_t remaining;
static uint64_t *restrict block_counts;

static void fail(const char *problem, const char *detail)
{
    fprintf(stderr, "region_counter: %s: %s\n", problem, detail);
    fflush(stderr);
    _exit(1);
}

static void *grow(void *old, size_t old_items, size_t new_items, size_t item)
{
    char *grown = realloc(old, new_items * item);
    if (grown == NULL) {
        fail("out of memory", "counts cannot be kept");
    }
    memset(grown + old_items * item, 0, (new_items - old_items) * item);
    return grown;
}

/* Contexts: which region and operator the counts belong to. */

static void select_counts(void)
{
    struct region *region = &state.regions[state.region];
    size_t slot = (size_t)(state.index + 1);
    if (slot >= region->n_counts) {
        region->counts = grow(region->counts, region->n_counts, slot + 1, sizeof *region->counts);
        region->n_counts = slot + 1;
    }
    struct counts *counts = &region->counts[slot];
    if (counts->capacity < state.capacity) {
        counts->of_block = grow(counts->of_block, counts->capacity, state.capacity,
                                sizeof *counts->of_block);
        counts->capacity = state.capacity;
    }
    block_counts = counts->of_block;
}

static void record(int index, uint64_t instructions)
{
    if (state.n_records == state.records_capacity) {
        size_t capacity = state.records_capacity ? 2 * state.records_capacity : 256;
        state.records = grow(state.records, state.records_capacity, capacity,
                             sizeof *state.records);
        state.records_capacity = capacity;
    }
    state.records[state.n_records++] = (struct operator_record){
        state.region, state.regions[state.region].visits, index, instructions};
}

/* Books what was executed since the last call, and ends the running operator if there is one. */
static void settle(void)
{
    struct region *region = &state.regions[state.region];
    uint64_t spent = (uint64_t)(state.since - remaining);
    region->instructions += spent;
    state.since = remaining;
    if (state.index == INTERPRETER) {
        region->interpreter += spent;
    } else if (spent > 0) { /* a conditional call that was not taken starts no operator */
        record(state.index, spent);
        state.next_index++;
    }
    state.index = INTERPRETER;
}

static void leave_region(void)
{
    settle();
    if (config.detail) {
        record(INTERPRETER, state.regions[state.region].interpreter);
    }
    state.regions[state.region].visits++;
    state.regions[state.region].interpreter = 0;
}

static void enter_region(int region)
{
    state.region = region;
    state.index = INTERPRETER;
    state.next_index = 0;
    state.regions[region].entered = true;
    if (config.detail) {
        select_counts();
    }
}

/* The trace. */

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
    const struct block *a = &state.blocks[*(const uint32_t *)left];
    const struct block *b = &state.blocks[*(const uint32_t *)right];
    if (a->address != b->address) {
        return a->address < b->address ? -1 : 1;
    }
    return (a->length > b->length) - (a->length < b->length);
}

static void print_blocks(FILE *out)
{
    uint32_t *order = calloc(state.n_blocks + 1, sizeof *order);
    if (order == NULL) {
        fail("out of memory", "the trace cannot be written");
    }
    for (uint32_t i = 0; i < state.n_blocks; i++) {
        order[i] = i;
    }
    qsort(order, state.n_blocks, sizeof *order, compare_blocks);
    for (int r = 0; r < MAX_REGIONS; r++) {
        for (size_t slot = 0; slot < state.regions[r].n_counts; slot++) {
            const struct counts *counts = &state.regions[r].counts[slot];
            for (size_t i = 0; i < state.n_blocks; i++) {
                const struct block *block = &state.blocks[order[i]];
                uint64_t count = order[i] < counts->capacity ? counts->of_block[order[i]] : 0;
                if (count > 0) {
                    fprintf(out, "block %d %d %08" PRIx64 " %" PRIu32 " %" PRIu64 "\n", r,
                            (int)slot - 1, block->address, block->length, count);
                }
            }
        }
    }
    free(order);
}

static void print_trace(FILE *out, const char *status)
{
    int64_t start = config.budget > 0 ? config.budget : INT64_MAX;
    fprintf(out, "harness-trace 1\nstatus %s\ntotal %" PRId64 "\n", status, start - remaining);
    for (int r = 0; r < MAX_REGIONS; r++) {
        if (state.regions[r].entered) {
            fprintf(out, "region %d %" PRIu64 "\n", r, state.regions[r].instructions);
        }
    }
    qsort(state.records, state.n_records, sizeof *state.records, compare_records);
    for (size_t i = 0; i < state.n_records; i++) {
        const struct operator_record *one = &state.records[i];
        fprintf(out, "operator %d %" PRIu64 " %d %" PRIu64 "\n", one->region, one->visit,
                one->index, one->instructions);
    }
    if (config.detail) {
        print_blocks(out);
    }
    fputs("end\n", out);
}

static void write_trace(const char *status)
{
    if (state.written) {
        return;
    }
    state.written = true;
    leave_region();
    size_t size = strlen(config.trace_path) + sizeof ".tmp";
    char *temporary = grow(NULL, 0, size, 1);
    snprintf(temporary, size, "%s.tmp", config.trace_path);
    FILE *out = fopen(temporary, "w");
    if (out == NULL) {
        fail("cannot write the trace", temporary);
    }
    print_trace(out, status);
    bool good = !ferror(out);
    good = fclose(out) == 0 && good;
    if (!good || rename(temporary, config.trace_path) != 0) {
        fail("cannot write the trace", config.trace_path);
    }
    free(temporary);
}

static void on_exit_of_qemu(uint64_t id, void *data)
{
    (void)id;
    (void)data;
    write_trace("end");
}

/* What runs while the guest runs. */

static __attribute__((noinline, cold, noreturn)) void stop_at_budget(void)
{
    write_trace("budget");
    _exit(0);
}

static void count_instructions(unsigned int vcpu, void *data)
{
    (void)vcpu;
    int64_t length = (int64_t)(uintptr_t)data;
    if (__builtin_expect(remaining < length, 0)) {
        stop_at_budget();
    }
    remaining -= length;
}

static void count_block(unsigned int vcpu, void *data)
{
    (void)vcpu;
    uintptr_t packed = (uintptr_t)data;
    int64_t length = (int64_t)(packed & ((1u << LENGTH_BITS) - 1));
    if (__builtin_expect(remaining < length, 0)) {
        stop_at_budget();
    }
    remaining -= length;
    block_counts[packed >> LENGTH_BITS]++;
}

static void pass_marker(unsigned int vcpu, void *data)
{
    (void)vcpu;
    leave_region();
    enter_region((int)(uintptr_t)data);
}

static void call_operator(unsigned int vcpu, void *data)
{
    (void)vcpu;
    int site = (int)(uintptr_t)data;
    if (!config.sites[site].active_in[state.region]) {
        return;
    }
    if (state.index != INTERPRETER) {
        state.depth += site == state.site;
        return;
    }
    settle();
    state.index = state.next_index;
    state.site = site;
    state.depth = 0;
    select_counts();
}

static void return_to_interpreter(unsigned int vcpu, void *data)
{
    (void)vcpu;
    if (state.index == INTERPRETER || state.site != (int)(uintptr_t)data) {
        return;
    }
    if (state.depth > 0) {
        state.depth--;
        return;
    }
    settle();
    select_counts();
}

/* Translation: where the callbacks go. */

static int marker_at(uint64_t address)
{
    for (size_t i = 0; i < config.n_markers; i++) {
        if (config.markers[i].address == address) {
            return config.markers[i].region;
        }
    }
    return -1;
}

static int site_at(uint64_t address, bool of_return)
{
    for (size_t i = 0; i < config.n_sites; i++) {
        const struct site *site = &config.sites[i];
        if ((of_return ? site->return_address : site->address) == address) {
            return (int)i;
        }
    }
    return -1;
}

static uint32_t block_number(uint64_t address, uint32_t length)
{
    int32_t *bucket = &state.buckets[(address >> 1) % BUCKETS];
    for (int32_t i = *bucket; i >= 0; i = state.blocks[i].next) {
        if (state.blocks[i].address == address && state.blocks[i].length == length) {
            return (uint32_t)i;
        }
    }
    if (state.n_blocks == state.capacity) {
        size_t capacity = 2 * state.capacity;
        state.blocks = grow(state.blocks, state.capacity, capacity, sizeof *state.blocks);
        state.capacity = capacity;
        select_counts();
    }
    uint32_t number = (uint32_t)state.n_blocks++;
    if (length >> LENGTH_BITS || number >> (32 - LENGTH_BITS)) {
        fail("the firmware cannot be traced", "a block is too long or there are too many");
    }
    state.blocks[number] = (struct block){address, length, *bucket};
    *bucket = (int32_t)number;
    return number;
}

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
    int returning = site_at(address, true);
    int marker = marker_at(address);
    int call = site_at(qemu_plugin_insn_vaddr(exit), false);

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
    execute_callback count = config.detail ? count_block : count_instructions;
    void *data = as_data(config.detail ? block_number(address, length) << LENGTH_BITS | length
                                       : length);
    if (first == 0 && returning < 0 && marker < 0) {
        qemu_plugin_register_vcpu_tb_exec_cb(tb, count, flags, data);
    } else {
        qemu_plugin_register_vcpu_insn_exec_cb(entry, count, flags, data);
    }
    if (call >= 0) {
        qemu_plugin_register_vcpu_insn_exec_cb(exit, call_operator, flags,
                                               as_data((uint32_t)call));
    }
}

static void on_translation(uint64_t id, struct qemu_plugin_tb *tb)
{
    if (id != config.id) {
        fail("this QEMU is too new", "its plugin interface passes other arguments");
    }
    size_t n = qemu_plugin_tb_n_insns(tb);
    size_t first = 0;
    for (size_t i = 1; i <= n; i++) {
        bool split = i == n;
        if (!split) {
            uint64_t address = qemu_plugin_insn_vaddr(qemu_plugin_tb_get_insn(tb, i));
            split = marker_at(address) >= 0 || site_at(address, true) >= 0;
        }
        if (split) {
            instrument(tb, first, i - 1);
            first = i;
        }
    }
}

/* Start. */

static bool add_marker(const char *line)
{
    struct marker *marker = &config.markers[config.n_markers];
    char rest;
    if (config.n_markers == MAX_POINTS
        || sscanf(line, "marker %" SCNx64 " %d %c", &marker->address, &marker->region, &rest) != 2) {
        return false;
    }
    config.n_markers++;
    return marker->region >= 0 && marker->region < MAX_REGIONS;
}

static bool add_dispatch(const char *line)
{
    uint64_t address;
    unsigned int size;
    int region;
    char rest;
    if (sscanf(line, "dispatch %" SCNx64 " %u %d %c", &address, &size, &region, &rest) != 3
        || region < 0 || region >= MAX_REGIONS || config.n_sites == MAX_POINTS) {
        return false;
    }
    int known = site_at(address, false);
    struct site *site = known >= 0 ? &config.sites[known] : &config.sites[config.n_sites++];
    site->address = address;
    site->return_address = address + size;
    site->active_in[region] = true;
    return true;
}

static bool read_line(const char *line)
{
    char word[16];
    char rest;
    if (strncmp(line, "trace ", 6) == 0) {
        config.trace_path = strdup(line + 6);
        return config.trace_path != NULL && line[6] != '\0';
    }
    if (strncmp(line, "budget ", 7) == 0) {
        return sscanf(line, "budget %" SCNd64 " %c", &config.budget, &rest) == 1
            && config.budget >= 0;
    }
    if (strncmp(line, "detail ", 7) == 0 && sscanf(line, "detail %3s %c", word, &rest) == 1) {
        config.detail = strcmp(word, "on") == 0;
        return config.detail || strcmp(word, "off") == 0;
    }
    if (strncmp(line, "marker ", 7) == 0) {
        return add_marker(line);
    }
    return strncmp(line, "dispatch ", 9) == 0 && add_dispatch(line);
}

static bool read_config(const char *path)
{
    FILE *in = fopen(path, "r");
    if (in == NULL) {
        fprintf(stderr, "region_counter: %s: cannot be read\n", path);
        return false;
    }
    char line[4096];
    bool good = true;
    while (good && fgets(line, sizeof line, in) != NULL) {
        line[strcspn(line, "\n")] = '\0';
        good = read_line(line);
        if (!good) {
            fprintf(stderr, "region_counter: %s: not understood: %s\n", path, line);
        }
    }
    fclose(in);
    if (good && config.trace_path == NULL) {
        fprintf(stderr, "region_counter: %s: names no trace\n", path);
        good = false;
    }
    return good;
}

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
    if (!read_config(argv[0] + 7)) {
        return -1;
    }
    if (!config.detail) {
        config.n_sites = 0;
    }
    config.id = id;
    remaining = config.budget > 0 ? config.budget : INT64_MAX;
    state.since = remaining;
    state.capacity = 1024;
    state.blocks = grow(NULL, 0, state.capacity, sizeof *state.blocks);
    memset(state.buckets, -1, sizeof state.buckets);
    enter_region(BOOT);
    qemu_plugin_register_vcpu_tb_trans_cb(id, on_translation);
    qemu_plugin_register_atexit_cb(id, on_exit_of_qemu, NULL);
    return 0;
}
