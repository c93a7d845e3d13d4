/* A watch on the machine's clock. Time of the kernel never goes back: set back, the clock is waited
 * for; set ahead, what is due rings. Both are right as rules and wrong as facts if the clock was
 * wrong, and neither can be undone, so somebody should be told at once.
 */
#include "kernel/watch.h"

#include "base/clock.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/text.h"
#include "kernel/inside.h"

static long long watch_s(int64_t ms)
{
    return (long long)((ms < 0 ? -ms : ms) / 1000);
}

/* By how much the clock went more than time did. */
static void watch_jump(struct rd_clock_watch *watch, int64_t wall_ms, int64_t mono_ns)
{
    int64_t jump_ms = (wall_ms - watch->wall_ms) - (mono_ns - watch->mono_ns) / 1000000;
    bool before = watch->mono_ns > 0;
    watch->wall_ms = wall_ms;
    watch->mono_ns = mono_ns;
    if (before && (jump_ms > RD_CLOCK_JUMP_MS || jump_ms < -RD_CLOCK_JUMP_MS))
        rd_log(RD_LOG_WARN, "kernel", "the machine's clock was set %s by %lld s, or it slept",
               jump_ms > 0 ? "ahead" : "back", watch_s(jump_ms));
}

void rd_clock_watch(struct rd_kernel *kernel)
{
    struct rd_clock_watch *watch = &kernel->clock_watch;
    char until[RD_TIME_TEXT_MAX];
    if (kernel->clock_manual)
        return;
    int64_t wall_ms = rd_clock_wall_ms();
    watch_jump(watch, wall_ms, kernel->turn.began_ns);
    bool behind = kernel->last_ms - wall_ms > RD_CLOCK_JUMP_MS;
    if (behind == watch->behind)
        return;
    watch->behind = behind;
    rd_time_write(kernel->last_ms, until);
    if (behind)
        rd_log(
            RD_LOG_ERROR, "kernel",
            "the machine's clock is %lld s behind the newest entry: time stands still at %s until "
            "it has come as far, and no deadline after that rings",
            watch_s(kernel->last_ms - wall_ms), until);
    else
        rd_log(RD_LOG_INFO, "kernel", "the machine's clock has come as far as %s: time goes on",
               until);
}
