/* Arrivals at a fixed rate.
 *
 *   clock ─▶ due by now ─▶ a place that is free ─▶ request
 *                            ▲ done │ busy: rests for as long as it was told
 *                            └──────┘
 */
#include "cli/bench_arrive.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"

#define ARRIVE_CUSTOMERS 256
#define ARRIVE_PLACES 8192 /* over all connections */
#define ARRIVE_SILENT_MS 10000
#define ARRIVE_WARM_UP_S 1.0
#define ARRIVE_CAPACITY_LINES 8
/* Fewer in all than RD_QUEUE_REQUESTS_MIN: none is refused, whatever else asks meanwhile. */
#define ARRIVE_CAPACITY_DEPTH 24

/* ---- places ---- */

static void arrive_put(struct rd_arrive_queue *queue, struct rd_wire_place *place)
{
    place->next = NULL;
    if (queue->last)
        queue->last->next = place;
    else
        queue->first = place;
    queue->last = place;
}

/* A place that may send, or NULL. */
static struct rd_wire_place *arrive_take(struct rd_arrive *arrive, int64_t now_ns)
{
    struct rd_arrive_queue *queue = &arrive->free;
    if (arrive->resting.first && arrive->resting.first->rests_until_ns <= now_ns)
        queue = &arrive->resting;
    struct rd_wire_place *place = queue->first;
    if (!place)
        return NULL;
    queue->first = place->next;
    if (!queue->first)
        queue->last = NULL;
    return place;
}

/* ---- replies ---- */

/* `{"code":...,"data":{"name":"busy","retry_after_ms":100}}` */
static bool arrive_is_busy(struct rd_arrive *arrive, struct rd_wire_place *place, const char *text,
                           size_t len, int64_t now_ns)
{
    if (!memmem(text, len, "\"name\":\"busy\"", 13))
        return false;
    const char *at = memmem(text, len, "\"retry_after_ms\":", 17);
    int64_t rest_ms = at ? strtoll(at + 17, NULL, 10) : 0;
    arrive->numbers->without_retry += rest_ms <= 0;
    place->rests_until_ns = now_ns + rest_ms * 1000000;
    return true;
}

static void arrive_reply(void *context, struct rd_wire_place *place, bool fits, const char *text,
                         size_t len, int64_t now_ns)
{
    struct rd_arrive *arrive = context;
    struct rd_arrivals *numbers = arrive->numbers;
    uint64_t took_ns = (uint64_t)(now_ns - place->sent_ns);
    struct rd_arrive_queue *queue = &arrive->free;
    if (fits) {
        numbers->accepted++;
        rd_hist_add(&numbers->latency, took_ns);
        if (arrive->accepted)
            arrive->accepted(arrive->context, place, text, len);
        place->step = (place->step + 1) % RD_BENCH_STEPS;
    } else if (arrive_is_busy(arrive, place, text, len, now_ns)) {
        numbers->busy++;
        rd_hist_add(&numbers->refusal, took_ns);
        queue = &arrive->resting;
    } else {
        if (numbers->errors++ == 0)
            snprintf(numbers->first_error, sizeof(numbers->first_error), "%s: %.*s",
                     rd_bench_steps[place->step].name, len < 400 ? (int)len : 400, text);
        place->step = 0;
    }
    arrive_put(queue, place);
}

/* ---- arrivals ---- */

enum rd_status rd_arrive_open(struct rd_arrive *arrive, const char *address, size_t connections,
                              struct rd_error *error)
{
    arrive->wire.connections = connections;
    arrive->wire.depth = ARRIVE_PLACES / connections + 1;
    arrive->wire.reply = arrive_reply;
    arrive->wire.context = arrive;
    enum rd_status status = rd_wire_open(&arrive->wire, address, ARRIVE_CUSTOMERS, error);
    if (status != RD_OK)
        return status;
    for (size_t n = 0; n < arrive->wire.depth; n++) /* neighbours go to different connections */
        for (size_t i = 0; i < arrive->wire.connections; i++)
            arrive_put(&arrive->free, &arrive->wire.lines[i].places[n]);
    return RD_OK;
}

enum rd_status rd_arrive_step(struct rd_arrive *arrive, struct rd_error *error)
{
    struct rd_arrivals *numbers = arrive->numbers;
    int64_t now_ns = rd_clock_mono_ns();
    if (arrive->from_ns == 0)
        arrive->from_ns = now_ns;
    uint64_t due = (uint64_t)((double)(now_ns - arrive->from_ns) / 1e9 * arrive->rate);
    for (; arrive->arrived < due; arrive->arrived++) {
        struct rd_wire_place *place = arrive_take(arrive, now_ns);
        if (place)
            rd_wire_send(&arrive->wire, place);
        numbers->offered += place != NULL;
        numbers->skipped += place == NULL;
    }
    enum rd_status status = rd_wire_flush(&arrive->wire, error);
    return status == RD_OK ? rd_wire_wait(&arrive->wire, 1, NULL, error) : status;
}

enum rd_status rd_arrive_end(struct rd_arrive *arrive, struct rd_error *error)
{
    enum rd_status status = RD_OK;
    for (bool came = true; status == RD_OK && arrive->wire.under_way > 0 && came;)
        status = rd_wire_wait(&arrive->wire, ARRIVE_SILENT_MS, &came, error);
    if (status == RD_OK && arrive->wire.under_way > 0)
        status = rd_error_set(error, RD_CHECK_FAILED, "%zu requests were never answered",
                              arrive->wire.under_way);
    return status;
}

void rd_arrive_close(struct rd_arrive *arrive)
{
    rd_wire_close(&arrive->wire);
}

enum rd_status rd_arrive_capacity(struct rd_bench_daemon *daemon, double seconds, double *rate,
                                  struct rd_error *error)
{
    struct rd_bench_load load = { .connections = ARRIVE_CAPACITY_LINES,
                                  .depth = ARRIVE_CAPACITY_DEPTH,
                                  .warm_up_s = ARRIVE_WARM_UP_S,
                                  .seconds = seconds };
    struct rd_bench_numbers *numbers = calloc(1, sizeof(*numbers));
    RD_ASSERT(numbers);
    enum rd_status status = rd_bench_load_run(&load, daemon, numbers, error);
    if (status == RD_OK && numbers->errors > 0)
        status = rd_error_set(error, RD_CHECK_FAILED, "%s", numbers->first_error);
    *rate = numbers->seconds > 0 ? (double)numbers->all.count / numbers->seconds : 0;
    free(numbers);
    return status;
}
