/* Turns: counts what they spent, and tells of the long ones. It must never be a reason for a long
 * turn itself: two readings of the clock a part, and no more than a line in a second. What the
 * system knows of the thread tells whether it worked, waited for the disk, or was not let run: the
 * last is another program's load and nothing of ours.
 */
#include "base/turn.h"

#include <string.h>
#include <sys/resource.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/limits.h"
#include "base/log.h"

#define TURN_MS_NS 1000000ll

static void turn_usage(int64_t *cpu_us, int64_t *taken)
{
    struct rusage usage = { 0 };
    (void)getrusage(RUSAGE_THREAD, &usage);
    *cpu_us = (int64_t)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1000000 +
              usage.ru_utime.tv_usec + usage.ru_stime.tv_usec;
    *taken = usage.ru_nivcsw;
}

void rd_turn_begin(struct rd_turn *turn)
{
    memset(turn->spent_ns, 0, sizeof turn->spent_ns);
    turn->commands = 0;
    turn_usage(&turn->began_cpu_us, &turn->began_taken);
    turn->began_ns = rd_clock_mono_ns();
}

void rd_turn_add(struct rd_turn *turn, enum rd_turn_part part, int64_t since_ns)
{
    if (turn)
        turn->spent_ns[part] += rd_clock_mono_ns() - since_ns;
}

static void turn_tell(const struct rd_turn *turn, int64_t took_ns)
{
    static const char *const names[RD_TURN_PARTS] = {
#define TURN_NAME(name, text) [RD_TURN_##name] = text,
        RD_TURN_PART_MAP(TURN_NAME)
#undef TURN_NAME
    };
    struct rd_buf text;
    int64_t cpu_us, taken;
    turn_usage(&cpu_us, &taken);
    rd_buf_init(&text);
    for (size_t i = 0; i < RD_TURN_PARTS; i++)
        if (turn->spent_ns[i] >= TURN_MS_NS / 10)
            rd_buf_printf(&text, "%s%s %.1f", text.len ? ", " : "", names[i],
                          (double)turn->spent_ns[i] / TURN_MS_NS);
    rd_log(
        RD_LOG_WARN, "kernel",
        "a turn of %llu commands took %.1f ms (%s), %.1f of them on the processor, which was taken "
        "from it %lld times; %llu more since the last line, the longest "
        "%.1f ms",
        (unsigned long long)turn->commands, (double)took_ns / TURN_MS_NS,
        text.len ? text.data : "nothing of note", (double)(cpu_us - turn->began_cpu_us) / 1e3,
        (long long)(taken - turn->began_taken), (unsigned long long)turn->untold,
        (double)turn->untold_ns / TURN_MS_NS);
    rd_buf_fini(&text);
}

void rd_turn_end(struct rd_turn *turn)
{
    int64_t now_ns = rd_clock_mono_ns(), took_ns = now_ns - turn->began_ns;
    if (turn->quiet || took_ns < RD_TURN_LONG_MS * TURN_MS_NS)
        return;
    if (turn->told_ns && now_ns - turn->told_ns < RD_TURN_TELL_MS * TURN_MS_NS &&
        took_ns < 2 * turn->told_took_ns) {
        turn->untold++;
        turn->untold_ns = took_ns > turn->untold_ns ? took_ns : turn->untold_ns;
        return;
    }
    turn_tell(turn, took_ns);
    turn->told_ns = now_ns;
    turn->told_took_ns = took_ns;
    turn->untold = 0;
    turn->untold_ns = 0;
}
