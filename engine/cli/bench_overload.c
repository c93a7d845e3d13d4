/* Overload: twice as many requests as the daemon can do, whether replies come or not.
 *
 *   clock ─▶ arrivals at a fixed rate ─▶ a place that is free ─▶ request
 *                                          ▲ done │ busy: rests for as long as it was told
 *                                          └──────┘
 *
 * The capacity is measured first, in a closed loop on the same daemon. What was acknowledged is
 * written down by sequence and case; at the end the daemon is killed as it stands, started again,
 * and its feed read: an acknowledged event that is not in it is lost, and fails the command.
 */
#include "cli/bench.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/limits.h"
#include "cli/bench_wire.h"
#include "server/client.h"

#define OVERLOAD_FACTOR 2
#define OVERLOAD_CUSTOMERS 256
#define OVERLOAD_PLACES 8192 /* over all connections */
#define OVERLOAD_LOOK_NS 100000000ll
#define OVERLOAD_SILENT_MS 10000
#define OVERLOAD_CAPACITY_S 2.0
#define OVERLOAD_CAPACITY_LINES 8
#define OVERLOAD_CAPACITY_DEPTH 32

struct overload_ack {
    uint64_t seq;
    char record[24];
};

struct overload_queue {
    struct rd_wire_place *first, *last;
};

struct overload {
    struct rd_bench_overload_numbers *numbers;
    struct rd_wire wire;
    struct overload_queue free;    /* the one that has been so for longest first */
    struct overload_queue resting; /* refused; in the order of their coming back */
    struct overload_ack *acks;
    size_t ack_cap;
};

/* ---- places ---- */

static void overload_put(struct overload_queue *queue, struct rd_wire_place *place)
{
    place->next = NULL;
    if (queue->last)
        queue->last->next = place;
    else
        queue->first = place;
    queue->last = place;
}

/* A place that may send, or NULL. */
static struct rd_wire_place *overload_take(struct overload *over, int64_t now_ns)
{
    struct overload_queue *queue = &over->free;
    if (over->resting.first && over->resting.first->rests_until_ns <= now_ns)
        queue = &over->resting;
    struct rd_wire_place *place = queue->first;
    if (!place)
        return NULL;
    queue->first = place->next;
    if (!queue->first)
        queue->last = NULL;
    return place;
}

/* ---- replies ---- */

static void overload_acknowledged(struct overload *over, const struct rd_wire_place *place,
                                  const char *text, size_t len)
{
    struct rd_bench_overload_numbers *numbers = over->numbers;
    if (numbers->acknowledged == over->ack_cap) {
        over->ack_cap = over->ack_cap ? over->ack_cap * 2 : 65536;
        over->acks = realloc(over->acks, over->ack_cap * sizeof(*over->acks));
        RD_ASSERT(over->acks);
    }
    struct overload_ack *ack = &over->acks[numbers->acknowledged++];
    const char *at = memmem(text, len, "\"seq\":", 6);
    ack->seq = at ? strtoull(at + 6, NULL, 10) : 0;
    snprintf(ack->record, sizeof(ack->record), "%.*s", (int)place->record_len, place->record);
}

/* `{"code":...,"data":{"name":"busy","retry_after_ms":100}}` */
static bool overload_is_busy(struct overload *over, struct rd_wire_place *place, const char *text,
                             size_t len, int64_t now_ns)
{
    if (!memmem(text, len, "\"name\":\"busy\"", 13))
        return false;
    const char *at = memmem(text, len, "\"retry_after_ms\":", 17);
    int64_t rest_ms = at ? strtoll(at + 17, NULL, 10) : 0;
    over->numbers->without_retry += rest_ms <= 0;
    place->rests_until_ns = now_ns + rest_ms * 1000000;
    return true;
}

static void overload_reply(void *context, struct rd_wire_place *place, bool fits, const char *text,
                           size_t len, int64_t now_ns)
{
    struct overload *over = context;
    struct rd_bench_overload_numbers *numbers = over->numbers;
    uint64_t took_ns = (uint64_t)(now_ns - place->sent_ns);
    struct overload_queue *queue = &over->free;
    if (fits) {
        numbers->accepted++;
        rd_hist_add(&numbers->latency, took_ns);
        overload_acknowledged(over, place, text, len);
        place->step = (place->step + 1) % RD_BENCH_STEPS;
    } else if (overload_is_busy(over, place, text, len, now_ns)) {
        numbers->busy++;
        rd_hist_add(&numbers->refusal, took_ns);
        queue = &over->resting;
    } else {
        if (numbers->errors++ == 0)
            snprintf(numbers->first_error, sizeof(numbers->first_error), "%s: %.*s",
                     rd_bench_steps[place->step].name, len < 400 ? (int)len : 400, text);
        place->step = 0;
    }
    overload_put(queue, place);
}

/* ---- arrivals ---- */

/* As many as are due by now. */
static void overload_arrive(struct overload *over, int64_t from_ns, int64_t now_ns, double rate)
{
    struct rd_bench_overload_numbers *numbers = over->numbers;
    uint64_t due = (uint64_t)((double)(now_ns - from_ns) / 1e9 * rate);
    while (numbers->offered + numbers->skipped < due) {
        struct rd_wire_place *place = overload_take(over, now_ns);
        if (place) {
            rd_wire_send(&over->wire, place);
            numbers->offered++;
        } else {
            numbers->skipped++;
        }
    }
}

static enum rd_status overload_run(struct overload *over, const struct rd_bench_daemon *daemon,
                                   double seconds, struct rd_error *error)
{
    struct rd_bench_overload_numbers *numbers = over->numbers;
    struct rd_bench_usage usage;
    int64_t from_ns = rd_clock_mono_ns(), now_ns = from_ns, looked_ns = 0;
    int64_t until_ns = from_ns + (int64_t)(seconds * 1e9);
    enum rd_status status = RD_OK;
    for (; status == RD_OK && now_ns < until_ns; now_ns = rd_clock_mono_ns()) {
        overload_arrive(over, from_ns, now_ns, numbers->capacity * OVERLOAD_FACTOR);
        status = rd_wire_flush(&over->wire, error);
        if (status == RD_OK)
            status = rd_wire_wait(&over->wire, 1, NULL, error);
        if (now_ns - looked_ns < OVERLOAD_LOOK_NS)
            continue;
        looked_ns = now_ns;
        rd_bench_daemon_usage(daemon, &usage);
        if (usage.anon_bytes > numbers->anon_max)
            numbers->anon_max = usage.anon_bytes;
    }
    numbers->seconds = (double)(now_ns - from_ns) / 1e9;
    for (bool came = true; status == RD_OK && over->wire.under_way > 0 && came;)
        status = rd_wire_wait(&over->wire, OVERLOAD_SILENT_MS, &came, error);
    if (status == RD_OK && over->wire.under_way > 0)
        status = rd_error_set(error, RD_CHECK_FAILED, "%zu requests were never answered",
                              over->wire.under_way);
    return status;
}

/* ---- what the journal holds ---- */

static int overload_compare(const void *a, const void *b)
{
    const struct overload_ack *one = a, *other = b;
    return (one->seq > other->seq) - (one->seq < other->seq);
}

/* Takes the events of a page off the list: `*next` of it have been found or are lost. */
static void overload_hold(struct overload *over, const struct rd_value *events, size_t *next)
{
    struct rd_bench_overload_numbers *numbers = over->numbers;
    for (uint32_t i = 0; i < events->count; i++) {
        const struct rd_value *event = &events->items[i];
        uint64_t seq = (uint64_t)rd_map_int(event, "seq", 0);
        while (*next < numbers->acknowledged && over->acks[*next].seq < seq) {
            numbers->lost++;
            (*next)++;
        }
        if (*next == numbers->acknowledged || over->acks[*next].seq != seq)
            continue;
        numbers->lost += strcmp(over->acks[*next].record, rd_map_text(event, "id", "")) != 0;
        (*next)++;
    }
}

/* Reads the feed behind `since` to its end. */
static enum rd_status overload_verify(struct overload *over, const char *address, uint64_t since,
                                      struct rd_error *error)
{
    struct rd_bench_overload_numbers *numbers = over->numbers;
    struct rd_client *client;
    struct rd_arena arena;
    size_t next = 0;
    enum rd_status status = rd_client_open(address, &client, error);
    if (status != RD_OK)
        return status;
    if (numbers->acknowledged > 0)
        qsort(over->acks, numbers->acknowledged, sizeof(*over->acks), overload_compare);
    rd_arena_init(&arena);
    for (bool more = true; more && status == RD_OK;) {
        struct rd_value params = rd_map(), page;
        rd_map_add(&arena, &params, "since", rd_int((int64_t)since));
        rd_map_add(&arena, &params, "limit", rd_int(RD_FEED_PAGE_MAX));
        status = rd_client_call(client, &arena, "feed.read", &params, &page, error);
        if (status != RD_OK)
            break;
        overload_hold(over, rd_map_list(&page, "events"), &next);
        uint64_t to = (uint64_t)rd_map_int(&page, "next", 0);
        more = to > since;
        since = to;
        rd_arena_reset(&arena);
    }
    numbers->lost += numbers->acknowledged - next;
    rd_arena_fini(&arena);
    rd_client_close(client);
    return status;
}

/* ---- together ---- */

static enum rd_status overload_capacity(struct rd_bench_daemon *daemon, double *rate,
                                        struct rd_error *error)
{
    struct rd_bench_load load = { .connections = OVERLOAD_CAPACITY_LINES,
                                  .depth = OVERLOAD_CAPACITY_DEPTH,
                                  .warm_up_s = OVERLOAD_CAPACITY_S / 2,
                                  .seconds = OVERLOAD_CAPACITY_S };
    struct rd_bench_numbers *numbers = calloc(1, sizeof(*numbers));
    RD_ASSERT(numbers);
    enum rd_status status = rd_bench_load_run(&load, daemon, numbers, error);
    if (status == RD_OK && numbers->errors > 0)
        status = rd_error_set(error, RD_CHECK_FAILED, "%s", numbers->first_error);
    *rate = numbers->seconds > 0 ? (double)numbers->all.count / numbers->seconds : 0;
    free(numbers);
    return status;
}

static enum rd_status overload_all(struct overload *over, const struct rd_bench_overload *options,
                                   struct rd_bench_daemon *daemon, struct rd_error *error)
{
    struct rd_bench_overload_numbers *numbers = over->numbers;
    struct rd_bench_usage before = { 0 };
    enum rd_status status = rd_wire_open(&over->wire, daemon->address, OVERLOAD_CUSTOMERS, error);
    if (status == RD_OK)
        status = rd_bench_daemon_ask(daemon, &before, error);
    if (status != RD_OK)
        return status;
    uint64_t since = before.seq;
    rd_bench_daemon_usage(daemon, &before);
    numbers->anon_before = numbers->anon_max = before.anon_bytes;
    for (size_t n = 0; n < over->wire.depth; n++) /* neighbours go to different connections */
        for (size_t i = 0; i < over->wire.connections; i++)
            overload_put(&over->free, &over->wire.lines[i].places[n]);
    status = overload_run(over, daemon, options->seconds, error);
    rd_bench_daemon_kill(daemon);
    const char *dir = daemon->dir, *policy = daemon->policy;
    if (status == RD_OK)
        status = rd_bench_daemon_start(daemon, dir, policy, error);
    return status == RD_OK ? overload_verify(over, daemon->address, since, error) : status;
}

enum rd_status rd_bench_overload_run(const struct rd_bench_overload *options,
                                     struct rd_bench_daemon *daemon,
                                     struct rd_bench_overload_numbers *numbers,
                                     struct rd_error *error)
{
    struct overload *over = calloc(1, sizeof(*over));
    RD_ASSERT(over);
    memset(numbers, 0, sizeof(*numbers));
    over->numbers = numbers;
    over->wire.connections = options->connections;
    over->wire.depth = OVERLOAD_PLACES / options->connections + 1;
    over->wire.reply = overload_reply;
    over->wire.context = over;
    enum rd_status status = overload_capacity(daemon, &numbers->capacity, error);
    if (status == RD_OK) {
        status = overload_all(over, options, daemon, error);
        rd_wire_close(&over->wire);
    }
    free(over->acks);
    free(over);
    return status;
}
