/* The pace: the bound of the queue in time instead of in number.
 *
 *   requests under way ─▶ x what each takes ─▶ the wait of the one that comes now
 *
 * A queue that is bounded by number alone is too long for a slow machine and too short for a fast
 * one. So what a request takes is measured while the kernel is kept busy, and who comes when the
 * wait would be RD_QUEUE_WAIT_MS is told to come again instead of being kept waiting. The smallest
 * bound is RD_QUEUE_REQUESTS_MIN: a machine that is very slow for a moment (a disk that hangs, a
 * sanitizer) refuses nobody whom it could serve.
 *
 * Fair: beyond the bound a session may still have its share of it, so that one that sends thousands
 * at once does not shut the others out, and so may a lane (daemon.c), whose sessions share one.
 * What that lets in is a few times the bound at the most, and never more than RD_KERNEL_QUEUE_MAX.
 */
#include "server/pace.h"

#include "base/limits.h"

#define PACE_STRETCH_NS 10000000ll
#define PACE_FULL 64  /* so many left over: the kernel was kept busy */
#define PACE_WEIGHT 4 /* of a new stretch: a quarter */

void rd_pace_init(struct rd_pace *pace)
{
    *pace = (struct rd_pace){ .room_max = RD_KERNEL_QUEUE_MAX };
}

/* A stretch has ended: what it says, smoothed. */
static void pace_learn(struct rd_pace *pace, int64_t took_ns)
{
    int64_t each_ns = took_ns / (int64_t)pace->done;
    if (each_ns < 1)
        each_ns = 1;
    if (pace->each_ns > 0)
        each_ns = pace->each_ns + (each_ns - pace->each_ns) / PACE_WEIGHT;
    pace->each_ns = each_ns > 0 ? each_ns : 1;
    int64_t room = RD_QUEUE_WAIT_MS * 1000000ll / pace->each_ns;
    if (room < RD_QUEUE_REQUESTS_MIN)
        room = RD_QUEUE_REQUESTS_MIN;
    pace->room_max = room < RD_KERNEL_QUEUE_MAX ? (size_t)room : RD_KERNEL_QUEUE_MAX;
}

void rd_pace_note(struct rd_pace *pace, size_t count, size_t left, int64_t now_ns)
{
    bool full = left >= PACE_FULL;
    int64_t took_ns = now_ns - pace->from_ns;
    pace->done += count;
    if (full && pace->from_ns > 0 && (took_ns < PACE_STRETCH_NS || pace->done == 0))
        return;
    if (full && pace->from_ns > 0)
        pace_learn(pace, took_ns);
    pace->from_ns = full ? now_ns : 0;
    pace->done = 0;
}

bool rd_pace_admits(const struct rd_pace *pace, size_t more, size_t under_way, size_t own,
                    size_t sessions)
{
    if (under_way + more <= pace->room_max)
        return true;
    if (under_way + more > RD_KERNEL_QUEUE_MAX)
        return false;
    return sessions <= 1 || own + more <= pace->room_max / sessions;
}

size_t rd_pace_stroke(uint64_t under_way)
{
    uint64_t half = under_way / 2;
    half = half < 2 * RD_BATCH_SERVED_MIN ? half : 2 * RD_BATCH_SERVED_MIN;
    return half > RD_BATCH_SERVED_MIN ? (size_t)half : RD_BATCH_SERVED_MIN;
}
