/* What a test needs besides the plugin's own functions, to call them without QEMU. */

#include <stdlib.h>

#include "memory_events.h"

struct memory_system *open_memory_system(void)
{
    return calloc(1, sizeof(struct memory_system));
}

void close_memory_system(struct memory_system *system)
{
    for (size_t i = 0; i < system->n_caches; i++) {
        free(system->caches[i]);
    }
    free(system);
}

void close_cache(struct cache *cache)
{
    free(cache);
}
