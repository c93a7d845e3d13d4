/* A watch on the machine's clock. */
#ifndef RD_KERNEL_WATCH_H
#define RD_KERNEL_WATCH_H

#include <stdbool.h>
#include <stdint.h>

struct rd_kernel;

/* What the clock said at the turn before. */
struct rd_clock_watch {
    int64_t wall_ms, mono_ns;
    bool behind; /* the newest entry's time: told */
};

/* With each turn: tells the log when the clock was set, and while it is behind the newest entry. */
void rd_clock_watch(struct rd_kernel *kernel);

#endif
