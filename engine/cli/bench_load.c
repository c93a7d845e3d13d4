/* The load: one thread, N connections, each with D places; a place works on one complaint after the
 * other, in a closed loop: its next request leaves when the reply to the one before has been
 * checked.
 *
 *   place:  open ─▶ verify ─▶ transfer ─▶ grant ─▶ close ─▶ open ...
 *
 * A reply that is anything but what the place waits for is an error, counted and told. Latency is
 * from before the write to after the read.
 */
#include "cli/bench.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "cli/bench_wire.h"
#include "server/client.h"

#define LOAD_SILENT_MS 10000

struct load {
    const struct rd_bench_load *options;
    struct rd_bench_numbers *numbers;
    struct rd_wire wire;
    bool counting, ending;
};

static void load_reply(void *context, struct rd_wire_place *place, bool fits, const char *text,
                       size_t len, int64_t now_ns)
{
    struct load *load = context;
    struct rd_bench_numbers *numbers = load->numbers;
    if (!fits) {
        if (numbers->errors++ == 0)
            snprintf(numbers->first_error, sizeof(numbers->first_error), "%s: %.*s",
                     rd_bench_steps[place->step].name, len < 400 ? (int)len : 400, text);
        place->step = 0;
    } else {
        numbers->opened += place->step == 0;
        if (load->counting)
            rd_hist_add(&numbers->kinds[place->step], (uint64_t)(now_ns - place->sent_ns));
        place->step = (place->step + 1) % RD_BENCH_STEPS;
    }
    if (!load->ending)
        rd_wire_send(&load->wire, place);
}

/* Runs until a time, or (ending) until nothing is under way. */
static enum rd_status load_until(struct load *load, int64_t until_ns, struct rd_error *error)
{
    enum rd_status status = RD_OK;
    while (status == RD_OK &&
           (load->ending ? load->wire.under_way > 0 : rd_clock_mono_ns() < until_ns)) {
        bool came;
        status = rd_wire_wait(&load->wire, LOAD_SILENT_MS, &came, error);
        if (status == RD_OK && !came)
            return rd_error_set(error, RD_CHECK_FAILED, "no reply came for %d s: %zu are missing",
                                LOAD_SILENT_MS / 1000, load->wire.under_way);
    }
    return status;
}

enum rd_status rd_bench_daemon_ask(const struct rd_bench_daemon *daemon,
                                   struct rd_bench_usage *usage, struct rd_error *error)
{
    struct rd_client *client;
    struct rd_arena arena;
    struct rd_value info;
    enum rd_status status = rd_client_open(daemon->address, &client, error);
    if (status != RD_OK)
        return status;
    rd_arena_init(&arena);
    status = rd_client_call(client, &arena, "server.info", NULL, &info, error);
    if (status == RD_OK) {
        usage->seq = (uint64_t)rd_map_int(&info, "seq", 0);
        usage->flushes = (uint64_t)rd_map_int(&info, "flushes", 0);
    }
    rd_arena_fini(&arena);
    rd_client_close(client);
    return status;
}

/* The first request of every place. */
static enum rd_status load_begin(struct load *load, struct rd_error *error)
{
    for (size_t i = 0; i < load->wire.connections; i++)
        for (size_t n = 0; n < load->wire.depth; n++)
            rd_wire_send(&load->wire, &load->wire.lines[i].places[n]);
    return rd_wire_flush(&load->wire, error);
}

/* Warm-up, the measured time, and the end: all replies, or the daemon's. */
static enum rd_status load_go(struct load *load, struct rd_bench_daemon *daemon,
                              struct rd_error *error)
{
    const struct rd_bench_load *options = load->options;
    struct rd_bench_numbers *numbers = load->numbers;
    int64_t start_ns = rd_clock_mono_ns();
    enum rd_status status = load_begin(load, error);
    if (status == RD_OK)
        status = load_until(load, start_ns + (int64_t)(options->warm_up_s * 1e9), error);
    rd_bench_daemon_usage(daemon, &numbers->before);
    if (status == RD_OK)
        status = rd_bench_daemon_ask(daemon, &numbers->before, error);
    start_ns = rd_clock_mono_ns();
    load->counting = true;
    if (status == RD_OK)
        status = load_until(load, start_ns + (int64_t)(options->seconds * 1e9), error);
    load->counting = false;
    numbers->seconds = (double)(rd_clock_mono_ns() - start_ns) / 1e9;
    rd_bench_daemon_usage(daemon, &numbers->after);
    if (status == RD_OK)
        status = rd_bench_daemon_ask(daemon, &numbers->after, error);
    if (status == RD_OK && options->kill) {
        rd_bench_daemon_kill(daemon);
        return RD_OK;
    }
    load->ending = true;
    return status == RD_OK ? load_until(load, 0, error) : status;
}

enum rd_status rd_bench_load_run(const struct rd_bench_load *options,
                                 struct rd_bench_daemon *daemon, struct rd_bench_numbers *numbers,
                                 struct rd_error *error)
{
    struct load *load = calloc(1, sizeof(*load));
    RD_ASSERT(load);
    memset(numbers, 0, sizeof(*numbers));
    load->options = options;
    load->numbers = numbers;
    load->wire.connections = options->connections;
    load->wire.depth = options->depth;
    load->wire.reply = load_reply;
    load->wire.context = load;
    enum rd_status status =
        rd_wire_open(&load->wire, daemon->address, options->connections * options->depth, error);
    if (status == RD_OK)
        status = load_go(load, daemon, error);
    rd_wire_close(&load->wire);
    free(load);
    for (int i = 0; i < RD_BENCH_STEPS; i++)
        rd_hist_merge(&numbers->all, &numbers->kinds[i]);
    return status;
}
