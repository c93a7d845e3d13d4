/* What deadlines cost others, and how late they ring: many of them due at one instant or within
 * some seconds, and all of them planned anew, while one client reads and one writes, each with one
 * request under way.
 *
 *   filled ─▶ daemon ready ─▶ quiet ─▶ the instant ─▶ all have rung ─▶ [policy.reload ─▶
 * re-planned] the clients go on all the while; a third connection asks how far the journal is
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
#include "cli/dirs.h"
#include "domain/type.h"
#include "server/client.h"

#define TIMERS_LOOK_NS 100000000ll    /* between two questions for the journal's end */
#define TIMERS_STILL_NS 20000000000ll /* nothing has rung for so long: it will not come */
#define TIMERS_CASES 1000000
#define TIMERS_CASES_MAX 20000000
#define TIMERS_SPREAD_S_MAX 3600

enum timers_client { TIMERS_READ, TIMERS_WRITE, TIMERS_WATCH, TIMERS_RELOAD, TIMERS_CLIENTS };

struct timers_line {
    struct rd_client *client;
    int64_t sent_ns; /* 0: nothing is under way */
};

/* One request that was answered. They are kept, since the feed tells only afterwards which of them
 * were under way while something rang: quiet ones behind the end would flatter the percentiles. */
struct timers_sample {
    int64_t sent_ns, took_ns;
    enum timers_client who;
};

/* One stretch of the measuring: how long requests took. */
struct timers_phase {
    struct rd_hist hists[2]; /* of the reading and of the writing client */
    struct timers_sample *samples;
    size_t count, cap;
    uint64_t since; /* the journal's end at its beginning */
};

struct timers {
    struct rd_cli *cli;
    struct rd_timers_store store;
    struct rd_bench_daemon daemon;
    struct timers_line lines[TIMERS_CLIENTS];
    struct rd_arena arena; /* of one request or reply */
    struct timers_phase quiet, rings, replan, *now;
    struct rd_hist lag;
    uint64_t *rung; /* the cases that rang, in the order of the feed */
    uint64_t rung_count, rung_cap, replanned;
    uint64_t early; /* of those: before they were due */
    int64_t last_ring_ms, replan_done_ms, reload_ms, reload_ns;
    size_t turn;              /* of the cases that are read */
    uint64_t writes, durable; /* answered; the journal's end when last asked, and then: */
    uint64_t durable_writes;
    int64_t due_ns, looked_ns;
    bool ending, reload;
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
    static const char *const methods[] = { "case.get", "case.act", "feed.read", "policy.reload" };
    struct timers_line *line = &timers->lines[who];
    struct rd_value params = rd_map(), form = rd_map();
    struct rd_arena *arena = &timers->arena;
    rd_arena_reset(arena);
    if (who == TIMERS_READ || who == TIMERS_WRITE)
        rd_map_add(arena, &params, "as", rd_text(RD_BENCH_ACTOR));
    if (who == TIMERS_READ) {
        rd_map_add(arena, &params, "id",
                   rd_text(timers->store.seen[timers->turn++ % timers->store.seen_count]));
    } else if (who == TIMERS_WRITE) {
        rd_map_add(
            arena, &form, "note",
            rd_text(rd_arena_printf(arena, "note %llu", (unsigned long long)timers->writes)));
        rd_map_add(arena, &params, "id", rd_text(timers->store.seen[0]));
        rd_map_add(arena, &params, "event", rd_text("note"));
        rd_map_add(arena, &params, "form", form);
    } else if (who == TIMERS_WATCH) {
        rd_map_add(arena, &params, "since", rd_int((int64_t)timers->durable));
        rd_map_add(arena, &params, "limit", rd_int(1));
        timers->looked_ns = rd_clock_mono_ns();
        timers->durable_writes = timers->writes;
    }
    line->sent_ns = rd_clock_mono_ns();
    rd_client_send(line->client, methods[who], &params);
}

static void timers_keep(struct timers_phase *phase, struct timers_sample sample)
{
    if (phase->count == phase->cap) {
        phase->cap = phase->cap ? phase->cap * 2 : 1024;
        phase->samples = realloc(phase->samples, phase->cap * sizeof *phase->samples);
        RD_ASSERT(phase->samples);
    }
    phase->samples[phase->count++] = sample;
}

/* Counts those that were under way before that time of the wall clock. */
static void timers_tally(struct timers_phase *phase, int64_t until_ms)
{
    int64_t until_ns = rd_clock_mono_ns() - (rd_clock_wall_ms() - until_ms) * 1000000;
    for (size_t i = 0; i < phase->count; i++)
        if (phase->samples[i].sent_ns <= until_ns)
            rd_hist_add(&phase->hists[phase->samples[i].who], (uint64_t)phase->samples[i].took_ns);
    free(phase->samples);
    phase->samples = NULL;
    phase->count = phase->cap = 0;
}

static enum rd_status timers_reply(struct timers *timers, enum timers_client who,
                                   struct rd_error *error)
{
    struct timers_line *line = &timers->lines[who];
    struct rd_value result;
    int64_t id;
    rd_arena_reset(&timers->arena);
    enum rd_status status = rd_client_receive(line->client, &timers->arena, &id, &result, error);
    int64_t now_ns = rd_clock_mono_ns();
    if (status != RD_OK) {
        error->detail = NULL; /* lives in an arena that is used again */
        return status;
    }
    if (timers->now == &timers->quiet && now_ns >= timers->due_ns)
        timers->now = &timers->rings;
    if (who == TIMERS_READ || who == TIMERS_WRITE)
        timers_keep(timers->now,
                    (struct timers_sample){ line->sent_ns, now_ns - line->sent_ns, who });
    if (who == TIMERS_RELOAD)
        timers->reload_ns = now_ns - line->sent_ns;
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
        bool may = i == TIMERS_RELOAD  ? timers->reload
                   : i == TIMERS_WATCH ? rd_clock_mono_ns() - timers->looked_ns > TIMERS_LOOK_NS
                                       : true;
        polls[i] = (struct pollfd){ .fd = rd_client_fd(line->client), .events = POLLIN };
        if (line->sent_ns != 0 || timers->ending || !may)
            continue;
        if (i == TIMERS_RELOAD)
            timers->reload = false;
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

/* Until the journal has so many entries more since the phase began than the writing client made. */
static enum rd_status timers_until(struct timers *timers, uint64_t since, uint64_t entries,
                                   struct rd_error *error)
{
    uint64_t writes_before = timers->writes, seen = 0;
    int64_t moved_ns = rd_clock_mono_ns();
    enum rd_status status = RD_OK;
    timers->durable_writes = timers->writes;
    timers->ending = false;
    while (status == RD_OK && seen < entries) {
        status = timers_turn(timers, error);
        uint64_t all = timers->durable > since ? timers->durable - since : 0;
        uint64_t written = timers->durable_writes - writes_before;
        uint64_t now = all > written ? all - written : 0;
        if (timers->lines[TIMERS_WATCH].sent_ns == 0 && now > seen) {
            seen = now;
            moved_ns = rd_clock_mono_ns();
        } else if (status == RD_OK && rd_clock_mono_ns() - moved_ns > TIMERS_STILL_NS &&
                   rd_clock_mono_ns() - timers->due_ns > TIMERS_STILL_NS) {
            status = rd_error_set(error, RD_CHECK_FAILED,
                                  "nothing rings any more: %llu of %llu entries came",
                                  (unsigned long long)seen, (unsigned long long)entries);
        }
    }
    timers->ending = true;
    for (int i = 0; i < TIMERS_CLIENTS && status == RD_OK; i++)
        while (status == RD_OK && timers->lines[i].sent_ns != 0)
            status = timers_turn(timers, error);
    return status;
}

/* ---- the feed, afterwards ---- */

static int timers_order(const void *a, const void *b)
{
    uint64_t left = *(const uint64_t *)a, right = *(const uint64_t *)b;
    return (left > right) - (left < right);
}

/* How late it rang, by the time of its entry against its own due time. */
static int64_t timers_lag_ms(const struct rd_timers_store *store, struct rd_id id, int64_t at_ms)
{
    const uint64_t *found =
        bsearch(&id.value, store->due_ids, store->due, sizeof *store->due_ids, timers_order);
    return at_ms - rd_timers_due_ms(store, found ? (uint64_t)(found - store->due_ids) : 0);
}

static void timers_rang(struct timers *timers, struct rd_id id, int64_t at_ms)
{
    if (timers->rung_count == timers->rung_cap) {
        timers->rung_cap = timers->rung_cap ? timers->rung_cap * 2 : 1024;
        timers->rung = realloc(timers->rung, timers->rung_cap * sizeof *timers->rung);
        RD_ASSERT(timers->rung);
    }
    timers->rung[timers->rung_count++] = id.value;
    int64_t lag_ms = timers_lag_ms(&timers->store, id, at_ms);
    timers->early += lag_ms < 0;
    rd_hist_add(&timers->lag, lag_ms > 0 ? (uint64_t)lag_ms * 1000000 : 0);
    if (at_ms > timers->last_ring_ms)
        timers->last_ring_ms = at_ms;
}

static bool timers_event(struct timers *timers, const struct rd_value *event)
{
    const char *command = rd_map_text(event, "command", "");
    struct rd_id id;
    int64_t at_ms;
    if (!rd_time_read(rd_map_text(event, "at", ""), &at_ms))
        return false;
    if (strcmp(command, "ring") == 0) {
        if (!rd_id_read(rd_map_text(event, "id", ""), &id))
            return false;
        timers_rang(timers, id, at_ms);
    }
    timers->replanned += strcmp(command, "replan") == 0;
    if (strcmp(command, "replan.done") == 0)
        timers->replan_done_ms = at_ms;
    return true;
}

/* Reads the feed from behind `since` to its end. */
static enum rd_status timers_scan(struct timers *timers, uint64_t since, struct rd_error *error)
{
    struct rd_client *client = timers->lines[TIMERS_WATCH].client;
    uint64_t durable = since + 1;
    enum rd_status status = RD_OK;
    while (status == RD_OK && since < durable) {
        struct rd_value params = rd_map(), result;
        rd_arena_reset(&timers->arena);
        rd_map_add(&timers->arena, &params, "since", rd_int((int64_t)since));
        status = rd_client_call(client, &timers->arena, "feed.read", &params, &result, error);
        error->detail = NULL;
        const struct rd_value *events = status == RD_OK ? rd_map_list(&result, "events") : NULL;
        for (uint32_t i = 0; events && i < events->count && status == RD_OK; i++)
            if (!timers_event(timers, &events->items[i]))
                status = rd_error_set(error, RD_CHECK_FAILED, "the feed holds a strange entry");
        if (status == RD_OK) {
            since = (uint64_t)rd_map_int(&result, "next", 0);
            durable = (uint64_t)rd_map_int(&result, "durable", 0);
        }
    }
    timers->durable = durable;
    return status;
}

/* ---- results ---- */

static struct rd_value timers_times(struct timers *timers, const struct rd_hist *hist)
{
    struct rd_value map = rd_map();
    timers_put(timers, &map, "count", rd_int((int64_t)hist->count));
    timers_put(timers, &map, "p50", timers_real((double)rd_hist_quantile(hist, 0.5) / 1e6));
    timers_put(timers, &map, "p99", timers_real((double)rd_hist_quantile(hist, 0.99) / 1e6));
    timers_put(timers, &map, "p999", timers_real((double)rd_hist_quantile(hist, 0.999) / 1e6));
    timers_put(timers, &map, "max", timers_real((double)hist->max / 1e6));
    return map;
}

static void timers_put_phase(struct timers *timers, struct rd_value *map,
                             const struct timers_phase *phase)
{
    timers_put(timers, map, "read_ms", timers_times(timers, &phase->hists[TIMERS_READ]));
    timers_put(timers, map, "write_ms", timers_times(timers, &phase->hists[TIMERS_WRITE]));
}

/* Each deadline that was due against what rang: how many never did, did again, or were not due. */
static void timers_match(struct timers *timers, struct rd_value *map)
{
    const uint64_t *due = timers->store.due_ids;
    uint64_t due_count = timers->store.due, missing = 0, again = 0, strange = 0, at = 0;
    if (timers->rung_count > 0)
        qsort(timers->rung, timers->rung_count, sizeof *timers->rung, timers_order);
    for (uint64_t i = 0; i < timers->rung_count; i++) {
        if (i > 0 && timers->rung[i] == timers->rung[i - 1]) {
            again++;
            continue;
        }
        for (; at < due_count && due[at] < timers->rung[i]; at++)
            missing++;
        if (at < due_count && due[at] == timers->rung[i])
            at++;
        else
            strange++;
    }
    missing += due_count - at;
    strange += timers->early;
    timers_put(timers, map, "rung", rd_int((int64_t)timers->rung_count));
    timers_put(timers, map, "missing", rd_int((int64_t)missing));
    timers_put(timers, map, "again", rd_int((int64_t)again));
    timers_put(timers, map, "strange", rd_int((int64_t)strange));
}

static struct rd_value timers_rings_map(struct timers *timers)
{
    struct rd_value map = rd_map();
    double seconds = (double)(timers->last_ring_ms - timers->store.due_ms) / 1e3;
    timers_match(timers, &map);
    timers_put(timers, &map, "seconds", timers_real(seconds));
    timers_put(timers, &map, "rings_per_s",
               seconds > 0 ? timers_real((double)timers->rung_count / seconds) : rd_null());
    timers_put(timers, &map, "lag_ms", timers_times(timers, &timers->lag));
    timers_put_phase(timers, &map, &timers->rings);
    return map;
}

static struct rd_value timers_replan_map(struct timers *timers)
{
    struct rd_value map = rd_map();
    double seconds = (double)(timers->replan_done_ms - timers->reload_ms) / 1e3;
    timers_put(timers, &map, "moved", rd_int((int64_t)timers->replanned));
    timers_put(timers, &map, "seconds", timers_real(seconds));
    timers_put(timers, &map, "moved_per_s",
               seconds > 0 ? timers_real((double)timers->replanned / seconds) : rd_null());
    timers_put(timers, &map, "reload_ms", timers_real((double)timers->reload_ns / 1e6));
    timers_put_phase(timers, &map, &timers->replan);
    return map;
}

/* ---- the run ---- */

static enum rd_status timers_rings(struct timers *timers, struct rd_error *error)
{
    struct rd_timers_store *store = &timers->store;
    timers_say("clients run; waiting for the instant");
    timers->now = &timers->quiet;
    timers->due_ns = rd_clock_mono_ns() + (store->due_ms - rd_clock_wall_ms()) * 1000000;
    timers->durable = timers->rings.since = store->last_seq;
    enum rd_status status = timers_until(timers, timers->rings.since, store->due, error);
    if (status == RD_OK)
        status = timers_scan(timers, timers->rings.since, error);
    timers_tally(&timers->quiet, store->due_ms);
    timers_tally(&timers->rings, timers->last_ring_ms);
    return status;
}

static enum rd_status timers_replan(struct timers *timers, struct rd_error *error)
{
    timers_say("planning anew");
    enum rd_status status = rd_timers_policy_write(&timers->store, true, error);
    if (status != RD_OK)
        return status;
    timers->now = &timers->replan;
    timers->replan.since = timers->durable;
    timers->reload = true;
    timers->reload_ms = rd_clock_wall_ms();
    /* one more for the activation, and one that says it is done */
    status = timers_until(timers, timers->replan.since, timers->store.cases - timers->store.due + 2,
                          error);
    if (status == RD_OK)
        status = timers_scan(timers, timers->replan.since, error);
    timers_tally(&timers->replan, timers->replan_done_ms);
    if (status == RD_OK && timers->replan_done_ms == 0)
        return rd_error_set(error, RD_CHECK_FAILED, "the feed does not say that all is planned");
    return status;
}

static enum rd_status timers_drive(struct timers *timers, bool replan, struct rd_value *result,
                                   struct rd_error *error)
{
    struct rd_value quiet = rd_map();
    enum rd_status status =
        rd_bench_daemon_start(&timers->daemon, timers->store.dir, timers->store.policy, error);
    int64_t ahead_ms = timers->store.due_ms - rd_clock_wall_ms();
    for (int i = 0; i < TIMERS_CLIENTS && status == RD_OK; i++)
        status = rd_client_open(timers->daemon.address, &timers->lines[i].client, error);
    if (status == RD_OK)
        status = timers_rings(timers, error);
    if (status != RD_OK)
        return status;
    timers_put(timers, result, "ready_ms",
               timers_real((double)(timers->daemon.ready_ns - timers->daemon.started_ns) / 1e6));
    timers_put(timers, result, "ahead_ms", rd_int(ahead_ms));
    timers_put_phase(timers, &quiet, &timers->quiet);
    timers_put(timers, result, "quiet", quiet);
    timers_put(timers, result, "rings", timers_rings_map(timers));
    if (replan && (status = timers_replan(timers, error)) == RD_OK)
        timers_put(timers, result, "replan", timers_replan_map(timers));
    return status;
}

static enum rd_status timers_check(const struct timers *timers, const struct rd_value *result,
                                   struct rd_error *error)
{
    const struct rd_value *rings = rd_map_get(result, "rings"),
                          *replan = rd_map_get(result, "replan");
    uint64_t open = timers->store.cases - timers->store.due;
    if (rd_map_int(rings, "missing", 0) || rd_map_int(rings, "again", 0) ||
        rd_map_int(rings, "strange", 0))
        return rd_error_set(error, RD_CHECK_FAILED,
                            "not every deadline rang once: %lld did not, %lld again, %lld too soon",
                            (long long)rd_map_int(rings, "missing", 0),
                            (long long)rd_map_int(rings, "again", 0),
                            (long long)rd_map_int(rings, "strange", 0));
    if (replan && timers->replanned != open)
        return rd_error_set(error, RD_CHECK_FAILED, "%llu of %llu deadlines moved",
                            (unsigned long long)timers->replanned, (unsigned long long)open);
    return RD_OK;
}

static enum rd_status timers_go(struct timers *timers, struct rd_value *result,
                                struct rd_error *error)
{
    struct rd_timers_store *store = &timers->store;
    struct rd_arena *arena = &timers->cli->arena;
    double flush_us = 0;
    char now[RD_TIME_TEXT_MAX];
    rd_time_write(rd_clock_wall_ms(), now);
    store->policy = rd_arena_printf(arena, "%s/policy", store->dir);
    enum rd_status status = rd_bench_flush_us(store->dir, &flush_us, error);
    if (status == RD_OK)
        status = rd_timers_policy_write(store, false, error);
    if (status == RD_OK)
        status = rd_timers_fill(store, error);
    timers_put(timers, result, "bench", rd_text("timers"));
    timers_put(timers, result, "version", rd_text(RD_VERSION));
    timers_put(timers, result, "at", rd_text_copy(arena, now, strlen(now)));
    timers_put(timers, result, "cores", rd_int(sysconf(_SC_NPROCESSORS_ONLN)));
    timers_put(timers, result, "flush_us", timers_real(flush_us));
    timers_put(timers, result, "cases", rd_int((int64_t)store->cases));
    timers_put(timers, result, "due", rd_int((int64_t)store->due));
    timers_put(timers, result, "spread_s", rd_int(store->spread_ms / 1000));
    timers_put(timers, result, "fill_s", timers_real(store->seconds));
    if (status == RD_OK)
        status = timers_drive(timers, rd_args_flag(&timers->cli->args, "replan"), result, error);
    for (int i = 0; i < TIMERS_CLIENTS; i++)
        rd_client_close(timers->lines[i].client);
    if (status == RD_OK)
        status = rd_bench_daemon_stop(&timers->daemon, error);
    rd_bench_daemon_kill(&timers->daemon);
    return status;
}

static enum rd_status timers_read_args(struct timers *timers, struct rd_error *error)
{
    const struct rd_args *args = &timers->cli->args;
    int64_t cases = rd_args_given(args, "cases") ? rd_args_number(args, "cases", 0) : TIMERS_CASES;
    int64_t due = rd_args_number(args, "due", 0), spread = rd_args_number(args, "spread", 0);
    if (cases < 2 || cases > TIMERS_CASES_MAX)
        return rd_error_set(error, RD_USAGE, "--cases takes 2 to %d here", TIMERS_CASES_MAX);
    if (due < 1 || due >= cases)
        return rd_error_set(error, RD_USAGE, "--due takes 1 to less than --cases");
    if (spread < 0 || spread > TIMERS_SPREAD_S_MAX)
        return rd_error_set(error, RD_USAGE, "--spread takes 0 to %d", TIMERS_SPREAD_S_MAX);
    timers->store.cases = (uint64_t)cases;
    timers->store.spread_ms = spread * 1000;
    timers->store.due = (uint64_t)due;
    return RD_OK;
}

enum rd_status rd_bench_timers(struct rd_cli *cli, struct rd_error *error)
{
    struct timers *timers = calloc(1, sizeof *timers);
    struct rd_value result = rd_map();
    RD_ASSERT(timers);
    timers->cli = cli;
    rd_arena_init(&timers->arena);
    enum rd_status status = timers_read_args(timers, error);
    if (status == RD_OK)
        status = rd_dirs_make_new(
            &cli->arena, rd_arena_printf(&cli->arena, "%s/timers", rd_args_text(&cli->args, "dir")),
            &timers->store.dir, error);
    if (status == RD_OK) {
        status = timers_go(timers, &result, error);
        if (!rd_args_flag(&cli->args, "keep"))
            rd_dirs_remove(timers->store.dir);
    }
    if (status == RD_OK) {
        if (cli->json)
            rd_cli_print_json(cli, &result);
        else
            rd_timers_print(cli, &result);
        status = timers_check(timers, &result, error);
    }
    rd_arena_fini(&timers->arena);
    free(timers->store.due_ids);
    free(timers->rung);
    for (size_t i = 0; i < 3; i++)
        free((struct timers_phase *const[]){ &timers->quiet, &timers->rings, &timers->replan }[i]
                 ->samples);
    free(timers);
    return status;
}
