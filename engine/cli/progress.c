/* The bar:  importing [############........]  61%  8,622 / 14,132 rows  12,400/s  0:12 left
 *
 * Drawn by whoever does the work, between two pieces of it; there is no thread and no signal. Only
 * to a terminal: a log file full of bars helps nobody.
 */
#include "cli/progress.h"

#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"

#define PROGRESS_CELLS 24
#define PROGRESS_EVERY_NS 100000000ll

void rd_progress_start(struct rd_progress *progress, FILE *to, const char *label, const char *unit)
{
    *progress = (struct rd_progress){ .label = label, .unit = unit };
    if (to && isatty(fileno(to)))
        progress->to = to;
    progress->started_ns = rd_clock_mono_ns();
}

static void progress_count(struct rd_buf *out, uint64_t count, bool bytes)
{
    if (bytes) {
        rd_buf_printf(out, "%.1f", (double)count / (1024.0 * 1024.0));
        return;
    }
    char digits[24];
    int len = snprintf(digits, sizeof(digits), "%" PRIu64, count);
    for (int i = 0; i < len; i++) {
        if (i > 0 && (len - i) % 3 == 0)
            rd_buf_char(out, ',');
        rd_buf_char(out, digits[i]);
    }
}

static void progress_cells(struct rd_buf *out, uint64_t done, uint64_t all)
{
    double part = (double)done / (double)all;
    int full = (int)(part * PROGRESS_CELLS);
    rd_buf_text(out, " [");
    for (int i = 0; i < PROGRESS_CELLS; i++)
        rd_buf_char(out, i < full ? '#' : '.');
    rd_buf_printf(out, "] %3d%%", (int)(part * 100));
}

void rd_progress_line(struct rd_buf *out, const char *label, const char *unit, uint64_t done,
                      uint64_t all, int64_t elapsed_ns)
{
    bool bytes = strcmp(unit, "bytes") == 0;
    double seconds = (double)elapsed_ns / 1e9;
    double rate = seconds > 0 ? (double)done / seconds : 0;
    if (all > 0 && done > all)
        done = all;
    rd_buf_text(out, label);
    if (all > 0)
        progress_cells(out, done, all);
    rd_buf_text(out, "  ");
    progress_count(out, done, bytes);
    if (all > 0) {
        rd_buf_text(out, " / ");
        progress_count(out, all, bytes);
    }
    rd_buf_printf(out, " %s", bytes ? "MiB" : unit);
    if (rate >= 1) {
        rd_buf_text(out, "  ");
        progress_count(out, (uint64_t)rate, bytes);
        rd_buf_text(out, "/s");
    }
    if (all > 0 && rate > 0 && seconds >= 1) {
        uint64_t left_s = (uint64_t)((double)(all - done) / rate);
        rd_buf_printf(out, "  %" PRIu64 ":%02" PRIu64 " left", left_s / 60, left_s % 60);
    }
}

void rd_progress_set(struct rd_progress *progress, uint64_t done, uint64_t all)
{
    if (!progress->to)
        return;
    int64_t now_ns = rd_clock_mono_ns();
    if (progress->drawn && now_ns - progress->drawn_ns < PROGRESS_EVERY_NS)
        return;
    struct rd_buf line;
    rd_buf_init(&line);
    rd_buf_text(&line, "\r\033[K");
    rd_progress_line(&line, progress->label, progress->unit, done, all,
                     now_ns - progress->started_ns);
    fwrite(line.data, 1, line.len, progress->to);
    fflush(progress->to);
    rd_buf_fini(&line);
    progress->drawn = true;
    progress->drawn_ns = now_ns;
}

void rd_progress_end(struct rd_progress *progress)
{
    if (progress->to && progress->drawn) {
        fputs("\r\033[K", progress->to);
        fflush(progress->to);
    }
    progress->drawn = false;
}
