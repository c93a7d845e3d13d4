/* Overload: twice as many requests as the daemon can do, whether replies come or not.
 *
 * The capacity is measured first, in a closed loop on the same daemon. What was acknowledged is
 * written down by sequence and case; at the end the daemon is killed as it stands, started again,
 * and its feed read: an acknowledged event that is not in it is lost, and fails the command.
 */
#include "cli/bench_overload.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/limits.h"
#include "server/client.h"

#define OVERLOAD_FACTOR 2
#define OVERLOAD_CAPACITY_S 2.0
#define OVERLOAD_LOOK_NS 100000000ll

struct overload_ack {
    uint64_t seq;
    char record[24];
};

struct overload {
    struct rd_bench_overload_numbers *numbers;
    struct rd_arrive arrive;
    struct overload_ack *acks;
    size_t ack_cap;
};

static void overload_accepted(void *context, const struct rd_wire_place *place, const char *text,
                              size_t len)
{
    struct overload *over = context;
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

static enum rd_status overload_run(struct overload *over, const struct rd_bench_daemon *daemon,
                                   double seconds, struct rd_error *error)
{
    struct rd_bench_overload_numbers *numbers = over->numbers;
    struct rd_bench_usage usage;
    int64_t from_ns = rd_clock_mono_ns(), now_ns = from_ns, looked_ns = 0;
    int64_t until_ns = from_ns + (int64_t)(seconds * 1e9);
    enum rd_status status = RD_OK;
    for (; status == RD_OK && now_ns < until_ns; now_ns = rd_clock_mono_ns()) {
        status = rd_arrive_step(&over->arrive, error);
        if (now_ns - looked_ns < OVERLOAD_LOOK_NS)
            continue;
        looked_ns = now_ns;
        rd_bench_daemon_usage(daemon, &usage);
        if (usage.anon_bytes > numbers->anon_max)
            numbers->anon_max = usage.anon_bytes;
    }
    numbers->seconds = (double)(now_ns - from_ns) / 1e9;
    return status == RD_OK ? rd_arrive_end(&over->arrive, error) : status;
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

static enum rd_status overload_all(struct overload *over, const struct rd_bench_overload *options,
                                   struct rd_bench_daemon *daemon, struct rd_error *error)
{
    struct rd_bench_overload_numbers *numbers = over->numbers;
    struct rd_bench_usage before = { 0 };
    over->arrive.rate = numbers->capacity * OVERLOAD_FACTOR;
    enum rd_status status =
        rd_arrive_open(&over->arrive, daemon->address, options->connections, error);
    if (status == RD_OK)
        status = rd_bench_daemon_ask(daemon, &before, error);
    if (status != RD_OK)
        return status;
    uint64_t since = before.seq;
    rd_bench_daemon_usage(daemon, &before);
    numbers->anon_before = numbers->anon_max = before.anon_bytes;
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
    over->arrive.numbers = &numbers->arrivals;
    over->arrive.accepted = overload_accepted;
    over->arrive.context = over;
    enum rd_status status =
        rd_arrive_capacity(daemon, OVERLOAD_CAPACITY_S, &numbers->capacity, error);
    if (status == RD_OK) {
        status = overload_all(over, options, daemon, error);
        rd_arrive_close(&over->arrive);
    }
    free(over->acks);
    free(over);
    return status;
}
