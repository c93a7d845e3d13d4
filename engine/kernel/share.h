/* How much of the thread's time long reads (reports) may take between two runs of commands.
 *
 *   commands ran ─▶ a share of their time is granted, saved up until it is worth a slice
 *   none ran     ─▶ short slices for a moment (the next request may be on its way), then long ones
 *
 * Pure: it is told the time and asks no watch.
 */
#ifndef RD_KERNEL_SHARE_H
#define RD_KERNEL_SHARE_H

#include <stddef.h>
#include <stdint.h>

struct rd_share {
    int64_t saved_ns; /* granted and not spent; below 0: spent ahead */
    int64_t asked_ns; /* when commands ran last */
};

/* How long may be read behind a run of `commands` commands, which took `busy_ns` and ended at
 * `now_ns`; 0: not now. At most RD_REPORT_SLICE_NS. */
int64_t rd_share_grant(struct rd_share *share, size_t commands, int64_t busy_ns, int64_t now_ns);
/* It took so long, which may be more than was granted. */
void rd_share_spend(struct rd_share *share, int64_t took_ns);

#endif
