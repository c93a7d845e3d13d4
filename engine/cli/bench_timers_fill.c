/* The store that `redress bench timers` measures: tickets of a very small company, each with one
 * deadline, so that a ring is one entry and nothing else.
 *
 * The clock of the filling is a manual one, which stands still while the tickets that are to ring
 * are opened: so all of them are due at one instant; or it moves on by so much that they are due
 * one after the other. Their limit is one day and the clock stands one day before that; how far
 * ahead it must lie is foretold from the rate at which the other tickets, opened first, went in.
 */
#include "cli/bench_timers.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/limits.h"
#include "base/text.h"
#include "cli/bench.h"
#include "cli/dirs.h"
#include "cli/progress.h"
#include "domain/type.h"
#include "kernel/kernel.h"

#define FILL_BATCH 512
#define FILL_DAY_MS (24 * 3600 * 1000ll)
#define FILL_HOUR_MS (3600 * 1000ll)
#define FILL_AHEAD_MS 4000 /* for the end of the filling and the start of the daemon */

static const char POLICY[] =
    "return {\n"
    "  company { name = \"bench\", zone = \"Asia/Shanghai\", currency = \"CNY\" },\n"
    "  calendar \"work\" { week = { { days = \"Monday..%s\",\n"
    "    hours = { \"09:00-12:00\", \"13:00-18:00\" } } } },\n"
    "  organisation { roles = { \"clerk\" }, units = { \"hq\" },\n"
    "    accounts = { { \"" RD_BENCH_ACTOR "\", unit = \"hq\", roles = { \"clerk\" } } } },\n"
    "  authority { { { \"ticket.open\", \"ticket.read\", \"ticket.note\" }, from = \"clerk\" } },\n"
    "  choices \"kinds\" { \"soon\", \"far\" },\n"
    "  decision \"wait\" { title = \"How long\", owner = \"bench\", input = { kind = kinds },\n"
    "    output = { limit = duration }, hit = \"unique\", rows = {\n"
    "      { id = \"soon\", kind = \"soon\", limit = \"1 day\" },\n"
    "      { id = \"far\", kind = \"far\", limit = \"30 business days\" } } },\n"
    "  record \"ticket\" { number = \"T-{000000}\",\n"
    "    fields = { kind = kinds { required = true }, note = text } },\n"
    "  form \"ticket\" { of = \"ticket\", fields = { \"kind\" }, required = { \"kind\" } },\n"
    "  form \"note\" { of = \"ticket\", fields = { \"note\" } },\n"
    "  workflow \"ticket\" { version = 1, initial = \"waiting\", clock = \"work\",\n"
    "    open = { event = \"open\", form = \"ticket\" },\n"
    "    states = {\n"
    "      waiting = { on = { note = { form = \"note\" } }, after = { \"wait\", go = \"late\" } "
    "},\n"
    "      late = { final = true },\n"
    "    },\n"
    "  },\n"
    "}\n";

struct fill {
    struct rd_timers_store *store;
    struct rd_kernel *kernel;
    struct rd_arena kept, arena; /* arena: of a batch */
    struct rd_progress progress;
    uint64_t done, rung; /* opened so far; those of them that will ring */
    struct rd_request requests[FILL_BATCH];
    struct rd_value params;
    int64_t due_ms; /* of the tickets that are opened now; 0: weeks later */
};

enum rd_status rd_timers_policy_write(const struct rd_timers_store *store, bool saturdays,
                                      struct rd_error *error)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/rules", store->policy);
    enum rd_status status = rd_dirs_make(path, error);
    if (status != RD_OK)
        return status;
    snprintf(path, sizeof path, "%s/rules/bench.lua", store->policy);
    FILE *file = fopen(path, "w");
    bool failed = !file || fprintf(file, POLICY, saturdays ? "Saturday" : "Friday") < 0;
    if (file && fclose(file) != 0)
        failed = true;
    return failed ? rd_error_errno(error, RD_IO, errno, "can't write %s", path) : RD_OK;
}

/* Keeps what the measuring will ask for. */
static void fill_note(struct fill *fill, const char *id, bool soon)
{
    struct rd_timers_store *store = fill->store;
    struct rd_id number;
    bool read = rd_id_read(id, &number);
    RD_ASSERT(read);
    if (soon)
        store->due_ids[fill->rung++] = number.value;
    else if (store->seen_count < RD_TIMERS_SEEN_MAX)
        snprintf(store->seen[store->seen_count++], sizeof store->seen[0], "%s", id);
}

static void fill_request(struct fill *fill, size_t at, const char *method,
                         const struct rd_value *params)
{
    fill->requests[at] = (struct rd_request){ .arena = &fill->arena,
                                              .method = method,
                                              .params = params,
                                              .peer = { .door = RD_DOOR_INSIDE } };
}

/* Moves the clock to one day before `due_ms`. */
static void fill_advance(struct fill *fill, size_t at, int64_t due_ms)
{
    struct rd_value *params = rd_arena_zalloc(&fill->arena, 1, sizeof *params);
    char text[RD_TIME_TEXT_MAX];
    rd_time_write(due_ms - FILL_DAY_MS, text);
    *params = rd_map();
    rd_map_add(&fill->arena, params, "to", rd_text_copy(&fill->arena, text, strlen(text)));
    fill_request(fill, at, "clock.advance", params);
    fill->due_ms = due_ms;
}

/* As many of the `left` tickets as fit, and the moves of the clock between them. */
static size_t fill_batch(struct fill *fill, uint64_t left, bool soon, size_t *tickets)
{
    size_t count = 0;
    for (*tickets = 0; *tickets < left && count < FILL_BATCH - 1; ++*tickets) {
        int64_t due_ms = soon ? rd_timers_due_ms(fill->store, fill->rung + *tickets) : 0;
        if (due_ms != fill->due_ms)
            fill_advance(fill, count++, due_ms);
        fill_request(fill, count++, "case.open", &fill->params);
    }
    return count;
}

static enum rd_status fill_open(struct fill *fill, uint64_t cases, bool soon,
                                struct rd_error *error)
{
    enum rd_status status = RD_OK;
    for (uint64_t left = cases; left > 0 && status == RD_OK;) {
        size_t tickets, count = fill_batch(fill, left, soon, &tickets);
        status = rd_bench_batch(fill->kernel, fill->requests, count, error);
        for (size_t i = 0; i < count && status == RD_OK; i++) {
            const char *id = rd_map_text(&fill->requests[i].result, "id", NULL);
            if (id)
                fill_note(fill, id, soon);
        }
        rd_arena_reset(&fill->arena);
        left -= tickets;
        fill->done += tickets;
        rd_progress_set(&fill->progress, fill->done, fill->store->cases);
    }
    return status;
}

int64_t rd_timers_due_ms(const struct rd_timers_store *store, uint64_t at)
{
    return store->due_ms + (int64_t)((double)store->spread_ms * (double)at / (double)store->due);
}

static void fill_kind(struct fill *fill, const char *kind)
{
    struct rd_value data = rd_map();
    fill->params = rd_map();
    rd_map_add(&fill->kept, &data, "kind", rd_text(kind));
    rd_map_add(&fill->kept, &fill->params, "type", rd_text("ticket"));
    rd_map_add(&fill->kept, &fill->params, "as", rd_text(RD_BENCH_ACTOR));
    rd_map_add(&fill->kept, &fill->params, "data", data);
}

/* The instant at which the rest will be due. A moved clock is a request more, and what is moved
 * often is flushed in smaller batches. */
static void fill_aim(struct fill *fill, int64_t began_ns)
{
    struct rd_timers_store *store = fill->store;
    double ms_each = (double)(rd_clock_mono_ns() - began_ns) / 1e6 / (double)fill->done;
    store->due_ms = rd_clock_wall_ms() +
                    (int64_t)((store->spread_ms ? 3.0 : 1.5) * ms_each * (double)store->due) +
                    FILL_AHEAD_MS;
}

static enum rd_status fill_all(struct fill *fill, struct rd_error *error)
{
    struct rd_timers_store *store = fill->store;
    int64_t began_ns = rd_clock_mono_ns();
    rd_progress_start(&fill->progress, stderr, "filling", "cases");
    fill_kind(fill, "far");
    enum rd_status status = fill_open(fill, store->cases - store->due, false, error);
    if (status == RD_OK) {
        fill_aim(fill, began_ns);
        fill_kind(fill, "soon");
        status = fill_open(fill, store->due, true, error);
    }
    rd_progress_end(&fill->progress);
    store->last_seq = rd_kernel_durable_seq(fill->kernel);
    store->seconds = (double)(rd_clock_mono_ns() - began_ns) / 1e9;
    return status;
}

enum rd_status rd_timers_fill(struct rd_timers_store *store, struct rd_error *error)
{
    struct fill *fill = calloc(1, sizeof *fill);
    RD_ASSERT(fill && store->due < store->cases);
    fill->store = store;
    store->due_ids = calloc(store->due + 1, sizeof *store->due_ids);
    RD_ASSERT(store->due_ids);
    rd_arena_init(&fill->kept);
    rd_arena_init(&fill->arena);
    struct rd_findings findings;
    rd_findings_init(&findings, &fill->kept);
    struct rd_kernel_options options = {
        .data_dir = rd_arena_printf(&fill->kept, "%s/data", store->dir),
        .policy_dir = store->policy,
        .clock_manual = true,
        .clock_start_ms = rd_clock_wall_ms() - FILL_DAY_MS - FILL_HOUR_MS,
    };
    struct rd_kernel_start start;
    enum rd_status status = rd_kernel_open(&options, &findings, &fill->kernel, &start, error);
    if (status == RD_OK) {
        status = fill_all(fill, error);
        rd_kernel_close(fill->kernel);
    }
    rd_arena_fini(&fill->arena);
    rd_arena_fini(&fill->kept);
    free(fill);
    return status;
}
