/* Memory that nobody uses is given back to the system.
 *
 *   resident ▓▓▓▓▓▓▓▓▓▓░░░░░░░░░   ▓ used   ░ idle: in the allocator's hands between the pieces
 * that are used. More than the limit: given back
 *
 * The C library gives back by itself only what lies at the very end of a heap, and each thread has
 * a heap: a burst of requests, an activation and a report each leave their largest moment behind,
 * and beside one piece that stays none of it goes. It adds up, and looks like a leak. What can't be
 * given back (stacks, a sanitizer's own memory) is remembered, so that it is not tried for ever.
 */
#include "base/memory.h"

#include <inttypes.h>
#include <malloc.h>
#include <stdio.h>
#include <unistd.h>

#include "base/limits.h"

#if defined(__GLIBC__) && __GLIBC_PREREQ(2, 33)
static uint64_t memory_used(void)
{
    struct mallinfo2 info = mallinfo2();
    return (uint64_t)info.uordblks + (uint64_t)info.hblkhd;
}

static void memory_trim(void)
{
    (void)malloc_trim(0);
}
#else
static uint64_t memory_used(void)
{
    return 0;
}

static void memory_trim(void)
{
}
#endif

bool rd_memory_look(struct rd_memory *out)
{
    uint64_t size, resident, shared;
    FILE *statm = fopen("/proc/self/statm", "re");
    bool read =
        statm && fscanf(statm, "%" SCNu64 " %" SCNu64 " %" SCNu64, &size, &resident, &shared) == 3;
    if (statm)
        fclose(statm);
    *out = (struct rd_memory){ 0 };
    if (!read || shared > resident)
        return false;
    *out =
        (struct rd_memory){ .resident_bytes = (resident - shared) * (uint64_t)sysconf(_SC_PAGESIZE),
                            .used_bytes = memory_used() };
    return true;
}

static uint64_t memory_idle(void)
{
    struct rd_memory memory;
    bool known = rd_memory_look(&memory) && memory.used_bytes > 0;
    return known && memory.resident_bytes > memory.used_bytes
               ? memory.resident_bytes - memory.used_bytes
               : 0;
}

bool rd_memory_keep(struct rd_memory_keeper *keeper)
{
    uint64_t idle = memory_idle();
    if (idle < keeper->idle_bytes)
        keeper->idle_bytes = idle;
    if (idle - keeper->idle_bytes <= RD_MEMORY_IDLE_BYTES)
        return false;
    memory_trim();
    keeper->idle_bytes = memory_idle();
    keeper->given++;
    return true;
}
