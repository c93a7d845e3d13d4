/* The share of long reads. See share.h; the numbers are in limits.h. */
#include "kernel/share.h"

#include "base/limits.h"

int64_t rd_share_grant(struct rd_share *share, size_t commands, int64_t busy_ns, int64_t now_ns)
{
    if (commands > 0) {
        share->asked_ns = now_ns;
        share->saved_ns += busy_ns / RD_REPORT_SHARE;
        if (share->saved_ns > RD_REPORT_SLICE_NS)
            share->saved_ns = RD_REPORT_SLICE_NS;
        return share->saved_ns < RD_REPORT_SLICE_NS_MIN ? 0 : share->saved_ns;
    }
    return now_ns - share->asked_ns < RD_REPORT_QUIET_NS ? RD_REPORT_SLICE_NS_MIN
                                                         : RD_REPORT_SLICE_NS;
}

void rd_share_spend(struct rd_share *share, int64_t took_ns)
{
    share->saved_ns -= took_ns;
}
