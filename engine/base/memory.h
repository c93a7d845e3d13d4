/* Memory that was asked for, given back, and is still resident. */
#ifndef RD_BASE_MEMORY_H
#define RD_BASE_MEMORY_H

#include <stdbool.h>
#include <stdint.h>

/* What the process has of its own: mapped files do not count. */
struct rd_memory {
    uint64_t resident_bytes; /* pages in memory */
    uint64_t used_bytes;     /* asked for and not given back; 0 where the C library doesn't say */
};

/* Any thread; looks at the pieces that are free. False where the system doesn't say. */
bool rd_memory_look(struct rd_memory *out);

/* What is looked at now and then; zeroed at first. */
struct rd_memory_keeper {
    uint64_t idle_bytes; /* what stayed resident and unused the last time it was given back */
    uint64_t given;      /* how often it was */
};

/* Gives back to the system what is resident and used by nobody, where that has become more than
 * RD_MEMORY_IDLE_BYTES since the last time: whether it did. Other threads that ask for memory wait
 * for it meanwhile (a few milliseconds for 100 MiB). One thread a keeper. */
bool rd_memory_keep(struct rd_memory_keeper *keeper);

#endif
