/* SPDX-License-Identifier: MIT */
/* Reads what is to be counted from the file that config=FILE names. */

#include "configuration.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

int marker_at(const struct configuration *configuration, uint64_t address)
{
    for (size_t i = 0; i < configuration->n_markers; i++) {
        if (configuration->markers[i].address == address) {
            return configuration->markers[i].region;
        }
    }
    return -1;
}

int site_calling_at(const struct configuration *configuration, uint64_t address)
{
    for (size_t i = 0; i < configuration->n_sites; i++) {
        if (configuration->sites[i].address == address) {
            return (int)i;
        }
    }
    return -1;
}

int site_returning_to(const struct configuration *configuration, uint64_t address)
{
    for (size_t i = 0; i < configuration->n_sites; i++) {
        if (configuration->sites[i].return_address == address) {
            return (int)i;
        }
    }
    return -1;
}

static bool add_marker(struct configuration *configuration, const char *line)
{
    struct marker *marker = &configuration->markers[configuration->n_markers];
    char rest;
    if (configuration->n_markers == MAX_POINTS
        || sscanf(line, "marker %" SCNx64 " %d %c", &marker->address, &marker->region, &rest) != 2) {
        return false;
    }
    configuration->n_markers++;
    return marker->region >= 0 && marker->region < MAX_REGIONS;
}

static bool add_dispatch(struct configuration *configuration, const char *line)
{
    uint64_t address;
    unsigned int size;
    int region;
    char rest;
    if (sscanf(line, "dispatch %" SCNx64 " %u %d %c", &address, &size, &region, &rest) != 3
        || region < 0 || region >= MAX_REGIONS || configuration->n_sites == MAX_POINTS) {
        return false;
    }
    int known = site_calling_at(configuration, address);
    struct site *site = &configuration->sites[known >= 0 ? (size_t)known
                                                         : configuration->n_sites++];
    site->address = address;
    site->return_address = address + size;
    site->active_in[region] = true;
    return true;
}

static bool add_stop(struct configuration *configuration, const char *line)
{
    char rest;
    return sscanf(line, "stop %d %" SCNu64 " %c", &configuration->stop_region,
                  &configuration->stop_visits, &rest) == 2
        && configuration->stop_region > 0 && configuration->stop_region < MAX_REGIONS
        && configuration->stop_visits > 0;
}

static bool add_cache_line(struct configuration *configuration, const char *line)
{
    static const char *const names[] = {[LRU] = "lru", [FIFO] = "fifo", [RANDOM] = "random"};
    uint32_t bytes;
    uint32_t line_bytes;
    uint32_t ways;
    char name[8];
    char rest;
    if (sscanf(line, "cache %" SCNu32 " %" SCNu32 " %" SCNu32 " %7s %c", &bytes, &line_bytes, &ways,
               name, &rest) != 4) {
        return false;
    }
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (strcmp(name, names[i]) == 0) {
            return add_cache(&configuration->memory_system, bytes, line_bytes, ways,
                             (enum policy)i);
        }
    }
    return false;
}

static bool add_memory_line(struct configuration *configuration, const char *line)
{
    uint64_t origin;
    uint64_t bytes;
    uint32_t read_bytes;
    int fetch_cache;
    int data_cache;
    char rest;
    return sscanf(line, "memory %" SCNx64 " %" SCNx64 " %" SCNu32 " %d %d %c", &origin, &bytes,
                  &read_bytes, &fetch_cache, &data_cache, &rest) == 5
        && add_memory(&configuration->memory_system, origin, bytes, read_bytes, fetch_cache,
                      data_cache);
}

static bool read_line(struct configuration *configuration, const char *line)
{
    char word[16];
    char rest;
    if (strncmp(line, "trace ", 6) == 0) {
        configuration->trace_path = strdup(line + 6);
        return configuration->trace_path != NULL && line[6] != '\0';
    }
    if (strncmp(line, "budget ", 7) == 0) {
        return sscanf(line, "budget %" SCNd64 " %c", &configuration->budget, &rest) == 1
            && configuration->budget >= 0;
    }
    if (strncmp(line, "detail ", 7) == 0 && sscanf(line, "detail %3s %c", word, &rest) == 1) {
        configuration->detail = strcmp(word, "on") == 0;
        return configuration->detail || strcmp(word, "off") == 0;
    }
    if (strncmp(line, "marker ", 7) == 0) {
        return add_marker(configuration, line);
    }
    if (strncmp(line, "dispatch ", 9) == 0) {
        return add_dispatch(configuration, line);
    }
    if (strncmp(line, "stop ", 5) == 0) {
        return add_stop(configuration, line);
    }
    if (strncmp(line, "cache ", 6) == 0) {
        return add_cache_line(configuration, line);
    }
    return strncmp(line, "memory ", 7) == 0 && add_memory_line(configuration, line);
}

bool read_configuration(struct configuration *configuration, const char *path)
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
        good = read_line(configuration, line);
        if (!good) {
            fprintf(stderr, "region_counter: %s: not understood: %s\n", path, line);
        }
    }
    fclose(in);
    if (good && configuration->trace_path == NULL) {
        fprintf(stderr, "region_counter: %s: names no trace\n", path);
        good = false;
    }
    if (!configuration->detail) {
        configuration->n_sites = 0;
        configuration->memory_system.n_memories = 0;
    }
    return good;
}
