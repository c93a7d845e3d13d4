/* What deadlines cost others: many of them due at one instant, and all of them planned anew, while
 * one client reads and one writes, each with one request under way.
 *
 *   filled ─▶ daemon ready ─▶ quiet ─▶ the instant ─▶ all have rung ─▶ [policy.reload ─▶ re-planned]
 *             the clients go on all the while; a third connection asks how far the journal is
 *
 * That all have rung is known by counting: the journal has as many entries more as deadlines were
 * due and writes were answered. The count proves nothing by itself, so the feed is read afterwards
 * and every ring is held against the list of those that were due. Nothing is read from the feed
 * while it is measured.
 */
#include "cli/bench_timers.h"

#include <errno.h>
#include <math.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/limits.h"
#include "base/text.h"
#include "cli/bench.h"
#include "cli/bench_timers_print.h"
#include "cli/dirs.h"
#include "domain/type.h"
#include "server/client.h"

#define TIMERS_LOOK_NS 100000000ll   /* between two questions for the journal's end */
#define TIMERS_STILL_NS 20000000000ll /* nothing has rung for so long: it will not come */
#define TIMERS_CASES 1000000
#define TIMERS_CASES_MAX 20000000
#define TIMERS_TARGET_MS 20.0

enum timers_client { TIMERS_READ, TIMERS_WRITE, TIMERS_WATCH, TIMERS_CLIENTS };

struct timers_line {
    struct rd_client *client;
    int64_t sent_ns; /* 0: nothing is under way */
    struct rd_hist *hist;
};

struct timers {
    struct rd_cli *cli;
    struct rd_timers_store store;
    struct rd_bench_daemon daemon;
    struct timers_line lines[TIMERS_CLIENTS];
    struct rd_arena arena; /* of one request or reply */
    struct rd_hist quiet[2], rings[2], replan[2], lag;
    size_t turn;              /* of the cases that are read */
    uint64_t writes, durable; /* answered since the filling; the journal's end when last asked */
    int64_t due_ns, looked_ns;
    bool ending;
};

static void timers_say(const char *what)
{
    if (isatty(STDERR_FILENO))
        fprintf(stderr, "%s\n", what);
}

static void timers_put(struct timers *timers, struct rd_value *map, const char *name,
                       struct rd_value value)
{
    rd_map_set(&timers->cli->arena, map, name, value);
}

/* Three digits behind the point are more than these numbers have. */
static struct rd_value timers_real(double value)
{
    return rd_real(round(value * 1e3) / 1e3);
}

/* ---- clients ---- */

static void timers_send(struct timers *timers, enum timers_client who)
{
    static const char *const methods[] = { "case.get", "case.act", "feed.read" };
    struct timers_line *line = &timers->lines[who];
    struct rd_value params = rd_map(), form = rd_map();
    struct rd_arena *arena = &timers->arena;
    rd_arena_reset(arena);
    if (who != TIMERS_WATCH)
        rd_map_add(arena, &params, "as", rd_text(RD_BENCH_ACTOR));
    if (who == TIMERS_READ) {
        rd_map_add(arena, &params, "id",
                   rd_text(timers->store.seen[timers->turn++ % timers->store.seen_count]));
    } else if (who == TIMERS_WRITE) {
        rd_map_add(arena, &form, "note",
                   rd_text(rd_arena_printf(arena, "note %llu", (unsigned long long)timers->writes)));
        rd_map_add(arena, &params, "id", rd_text(timers->store.seen[0]));
        rd_map_add(arena, &params, "event", rd_text("note"));
        rd_map_add(arena, &params, "form", form);
    } else {
        rd_map_add(arena, &params, "since", rd_int((int64_t)timers->durable));
        rd_map_add(arena, &params, "limit", rd_int(1));
        timers->looked_ns = rd_clock_mono_ns();
    }
    line->sent_ns = rd_clock_mono_ns();
    rd_client_send(line->client, methods[who], &params);
}

static enum rd_status timers_reply(struct timers *timers, enum timers_client who,
                                   struct rd_error *error)
{
    struct timers_line *line = &timers->lines[who];
    struct rd_value result;
    int64_t id;
    rd_arena_reset(&timers->arena);
    enum rd_status status =
        rd_client_receive(line->client, &timers->arena, &id, &result, error);
    int64_t now_ns = rd_clock_mono_ns();
    if (status != RD_OK) {
        error->detail = NULL; /* lives in an arena that is used again */
        return status;
    }
    if (line->hist)
        rd_hist_add(&line->hist[now_ns >= timers->due_ns], (uint64_t)(now_ns - line->sent_ns));
    line->sent_ns = 0;
    if (who == TIMERS_WRITE)
        timers->writes++;
    if (who == TIMERS_WATCH)
        timers->durable = (uint64_t)rd_map_int(&result, "durable", 0);
    return RD_OK;
}

/* Sends whatever may be sent, and takes what has come. */
static enum rd_status timers_turn(struct timers *timers, struct rd_error *error)
{
    struct pollfd polls[TIMERS_CLIENTS];
    enum rd_status status = RD_OK;
    for (int i = 0; i < TIMERS_CLIENTS && status == RD_OK; i++) {
        struct timers_line *line = &timers->lines[i];
        bool may = i != TIMERS_WATCH || rd_clock_mono_ns() - timers->looked_ns > TIMERS_LOOK_NS;
        polls[i] = (struct pollfd){ .fd = rd_client_fd(line->client), .events = POLLIN };
        if (line->sent_ns != 0 || timers->ending || !may)
            continue;
        timers_send(timers, (enum timers_client)i);
        status = rd_client_flush(line->client, error);
    }
    if (status == RD_OK && poll(polls, TIMERS_CLIENTS, 100) < 0 && errno != EINTR)
        status = rd_error_errno(error, RD_IO, errno, "poll");
    for (int i = 0; i < TIMERS_CLIENTS && status == RD_OK; i++)
        if (polls[i].revents)
            status = timers_reply(timers, (enum timers_client)i, error);
    return status;
}
