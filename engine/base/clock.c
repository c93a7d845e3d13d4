/* The clock: the one file that reads time.
 *
 * Everything else is handed its times, so that tests, the simulator and replays may bring their
 * own. It must never be called below a decision: facts carry the time of their command.
 */
#include "base/clock.h"

#include <time.h>

#include "base/assert.h"

int64_t rd_clock_wall_ms(void)
{
    return rd_clock_wall_ns() / 1000000;
}

int64_t rd_clock_wall_ns(void)
{
    struct timespec now;
    int failed = clock_gettime(CLOCK_REALTIME, &now);
    RD_ASSERT(failed == 0);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

int64_t rd_clock_mono_ns(void)
{
    struct timespec now;
    int failed = clock_gettime(CLOCK_MONOTONIC, &now);
    RD_ASSERT(failed == 0);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

int64_t rd_clock_thread_ns(void)
{
    struct timespec used;
    int failed = clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used);
    RD_ASSERT(failed == 0);
    return (int64_t)used.tv_sec * 1000000000 + used.tv_nsec;
}

int64_t rd_clock_process_ns(pid_t pid)
{
    clockid_t clock;
    struct timespec used;
    if (clock_getcpuclockid(pid, &clock) != 0 || clock_gettime(clock, &used) != 0)
        return 0;
    return used.tv_sec * 1000000000ll + used.tv_nsec;
}
