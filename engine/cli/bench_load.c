/* The load: one thread, N connections, each with D places; a place works on one complaint after the
 * other, in a closed loop: its next request leaves when the reply to the one before has been
 * checked.
 *
 *   place:  open ─▶ verify ─▶ transfer ─▶ grant ─▶ close ─▶ open ...
 *
 * The request's id on the wire is the place's number.
 *
 * The generator runs on the same cores as the daemon, so it does as little as it honestly can:
 * requests are put together from prepared pieces, and of a reply it reads the beginning only: the
 * id, that it is a result, the case's id and its state. A reply that is anything else is an error,
 * counted and told. Latency is from before the write to after the read.
 */
#include "cli/bench.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/limits.h"
#include "server/address.h"
#include "server/client.h"

#define LOAD_EVENTS_MAX 256
#define LOAD_READ_BYTES 65536
#define LOAD_HEAD_BYTES 320 /* of a reply, in which id and state stand */
#define LOAD_SILENT_MS 10000
#define LOAD_ID_MAX 64

struct load_place {
    int step;
    int64_t sent_ns;
    char record[LOAD_ID_MAX];
    const char *open; /* the whole first request */
};

struct load_line {
    int fd;
    bool waits; /* for room to write */
    struct rd_buf in, out;
    struct load_place *places;
};

struct load {
    const struct rd_bench_load *options;
    struct rd_bench_numbers *numbers;
    struct rd_arena arena;
    struct load_line *lines;
    int epoll;
    size_t under_way;
    bool counting, ending;
    char read_buffer[LOAD_READ_BYTES];
};

/* ---- requests ---- */

static void load_send(struct load *load, struct load_line *line, size_t n, int64_t now_ns)
{
    struct load_place *place = &line->places[n];
    const struct rd_bench_step *step = &rd_bench_steps[place->step];
    if (place->step == 0) {
        rd_buf_text(&line->out, place->open);
    } else {
        rd_buf_printf(
            &line->out,
            "{\"jsonrpc\":\"2.0\",\"id\":%zu,\"method\":\"case.act\",\"params\":{\"id\":\"%s\","
            "\"as\":\"" RD_BENCH_ACTOR "\",\"event\":\"%s\",\"form\":%s}}\n",
            n, place->record, step->event, step->form);
    }
    place->sent_ns = now_ns;
    load->under_way++;
}

static enum rd_status load_flush(struct load *load, struct load_line *line, struct rd_error *error)
{
    size_t done = 0;
    while (done < line->out.len) {
        ssize_t put = send(line->fd, line->out.data + done, line->out.len - done, MSG_NOSIGNAL);
        if (put < 0 && errno == EINTR)
            continue;
        if (put < 0 && errno == EAGAIN)
            break;
        if (put < 0)
            return rd_error_errno(error, RD_NO_SERVER, errno, "the daemon takes nothing more");
        done += (size_t)put;
    }
    rd_buf_drop(&line->out, done);
    if (line->waits == (line->out.len > 0))
        return RD_OK;
    line->waits = line->out.len > 0;
    struct epoll_event event = { .events = EPOLLIN | (line->waits ? EPOLLOUT : 0),
                                 .data.ptr = line };
    if (epoll_ctl(load->epoll, EPOLL_CTL_MOD, line->fd, &event) != 0)
        return rd_error_errno(error, RD_IO, errno, "epoll_ctl");
    return RD_OK;
}

/* ---- replies ---- */

static bool load_begins(const char **at, const char *end, const char *with)
{
    size_t len = strlen(with);
    if ((size_t)(end - *at) < len || memcmp(*at, with, len) != 0)
        return false;
    *at += len;
    return true;
}

/* The number of the place that a reply is for, with `at` behind it; or -1. */
static long load_reply_place(const struct load *load, const char **at, const char *end)
{
    size_t n = 0;
    if (!load_begins(at, end, "{\"jsonrpc\":\"2.0\",\"id\":") || *at == end || **at < '0' ||
        **at > '9')
        return -1;
    for (; *at < end && **at >= '0' && **at <= '9' && n < load->options->depth; (*at)++)
        n = n * 10 + (size_t)(**at - '0');
    return n < load->options->depth ? (long)n : -1;
}

/* Whether the rest of the reply is the result that the place waits for. */
static bool load_reply_fits(struct load_place *place, const char *at, const char *end)
{
    char state[64];
    if (!load_begins(&at, end, ",\"result\":{\"id\":\""))
        return false;
    const char *quote = memchr(at, '"', (size_t)(end - at));
    if (!quote || quote - at >= LOAD_ID_MAX)
        return false;
    if (place->step == 0) {
        memcpy(place->record, at, (size_t)(quote - at));
        place->record[quote - at] = '\0';
    } else if (strncmp(place->record, at, (size_t)(quote - at)) != 0) {
        return false;
    }
    int len = snprintf(state, sizeof(state), "\"state\":\"%s\"", rd_bench_steps[place->step].state);
    size_t head = (size_t)(end - quote) < LOAD_HEAD_BYTES ? (size_t)(end - quote) : LOAD_HEAD_BYTES;
    return memmem(quote, head, state, (size_t)len) != NULL;
}

static enum rd_status load_reply(struct load *load, struct load_line *line, const char *text,
                                 size_t len, int64_t now_ns, struct rd_error *error)
{
    struct rd_bench_numbers *numbers = load->numbers;
    const char *at = text, *end = text + len;
    long n = load_reply_place(load, &at, end);
    if (n < 0)
        return rd_error_set(error, RD_CHECK_FAILED, "no reply to any request: %.*s",
                            len < 300 ? (int)len : 300, text);
    struct load_place *place = &line->places[n];
    load->under_way--;
    if (!load_reply_fits(place, at, end)) {
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
        load_send(load, line, (size_t)n, now_ns);
    return RD_OK;
}

static enum rd_status load_read(struct load *load, struct load_line *line, struct rd_error *error)
{
    ssize_t got = recv(line->fd, load->read_buffer, LOAD_READ_BYTES, 0);
    if (got < 0 && (errno == EAGAIN || errno == EINTR))
        return RD_OK;
    if (got <= 0)
        return rd_error_set(error, RD_NO_SERVER, "the daemon closed a connection under load");
    int64_t now_ns = rd_clock_mono_ns();
    rd_buf_append(&line->in, load->read_buffer, (size_t)got);
    size_t from = 0;
    char *newline;
    enum rd_status status = RD_OK;
    while (status == RD_OK &&
           (newline = memchr(line->in.data + from, '\n', line->in.len - from)) != NULL) {
        size_t len = (size_t)(newline - line->in.data) - from;
        status = load_reply(load, line, line->in.data + from, len, now_ns, error);
        from += len + 1;
    }
    rd_buf_drop(&line->in, from);
    return status == RD_OK ? load_flush(load, line, error) : status;
}

/* ---- one run ---- */

/* Runs until a time, or (ending) until nothing is under way. */
static enum rd_status load_until(struct load *load, int64_t until_ns, struct rd_error *error)
{
    struct epoll_event events[LOAD_EVENTS_MAX];
    enum rd_status status = RD_OK;
    while (status == RD_OK &&
           (load->ending ? load->under_way > 0 : rd_clock_mono_ns() < until_ns)) {
        int count = epoll_wait(load->epoll, events, LOAD_EVENTS_MAX, LOAD_SILENT_MS);
        if (count < 0 && errno != EINTR)
            return rd_error_errno(error, RD_IO, errno, "epoll_wait");
        if (count == 0)
            return rd_error_set(error, RD_CHECK_FAILED, "no reply came for %d s: %zu are missing",
                                LOAD_SILENT_MS / 1000, load->under_way);
        for (int i = 0; i < count && status == RD_OK; i++) {
            struct load_line *line = events[i].data.ptr;
            if (events[i].events & EPOLLOUT)
                status = load_flush(load, line, error);
            if (status == RD_OK && events[i].events & (EPOLLIN | EPOLLHUP | EPOLLERR))
                status = load_read(load, line, error);
        }
    }
    return status;
}

static enum rd_status load_connect(struct load *load, struct load_line *line, const char *address,
                                   struct rd_error *error)
{
    struct rd_address to;
    enum rd_status status = rd_address_parse(address, &to, error);
    if (status != RD_OK)
        return status;
    line->fd = socket(to.socket.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (line->fd < 0 || connect(line->fd, (const struct sockaddr *)&to.socket, to.len) != 0)
        return rd_error_errno(error, RD_NO_SERVER, errno, "can't connect to %s", address);
    struct epoll_event event = { .events = EPOLLIN, .data.ptr = line };
    if (epoll_ctl(load->epoll, EPOLL_CTL_ADD, line->fd, &event) != 0)
        return rd_error_errno(error, RD_IO, errno, "epoll_ctl");
    return RD_OK;
}

/* A customer for each place, and the place's first request. */
static enum rd_status load_prepare(struct load *load, const char *address, struct rd_error *error)
{
    size_t depth = load->options->depth;
    struct rd_client *client;
    enum rd_status status = rd_client_open(address, &client, error);
    if (status != RD_OK)
        return status;
    for (size_t i = 0; i < load->options->connections * depth && status == RD_OK; i++) {
        struct rd_value params, result;
        const char *text = rd_arena_printf(
            &load->arena, "{\"type\":\"customer\",\"as\":\"" RD_BENCH_ACTOR "\",\"data\":%s}",
            rd_bench_customer(&load->arena, i));
        status =
            rd_json_parse(&load->arena, text, strlen(text), RD_MESSAGE_DEPTH_MAX, &params, error);
        if (status == RD_OK)
            status = rd_client_call(client, &load->arena, "record.create", &params, &result, error);
        if (status == RD_OK)
            load->lines[i / depth].places[i % depth].open = rd_arena_printf(
                &load->arena,
                "{\"jsonrpc\":\"2.0\",\"id\":%zu,\"method\":\"case.open\",\"params\":{\"type\":"
                "\"complaint\",\"as\":\"" RD_BENCH_ACTOR "\",\"data\":%s}}\n",
                i % depth, rd_bench_complaint(&load->arena, rd_map_text(&result, "id", ""), i));
    }
    rd_client_close(client);
    return status;
}

static enum rd_status load_open(struct load *load, const char *address, struct rd_error *error)
{
    size_t count = load->options->connections;
    load->lines = rd_arena_zalloc(&load->arena, count, sizeof(*load->lines));
    for (size_t i = 0; i < count; i++) {
        struct load_line *line = &load->lines[i];
        line->fd = -1;
        rd_buf_init(&line->in);
        rd_buf_init(&line->out);
        line->places = rd_arena_zalloc(&load->arena, load->options->depth, sizeof(*line->places));
    }
    load->epoll = epoll_create1(EPOLL_CLOEXEC);
    if (load->epoll < 0)
        return rd_error_errno(error, RD_IO, errno, "epoll_create");
    enum rd_status status = load_prepare(load, address, error);
    for (size_t i = 0; i < count && status == RD_OK; i++)
        status = load_connect(load, &load->lines[i], address, error);
    return status;
}

static void load_close(struct load *load)
{
    for (size_t i = 0; load->lines && i < load->options->connections; i++) {
        if (load->lines[i].fd >= 0)
            close(load->lines[i].fd);
        rd_buf_fini(&load->lines[i].in);
        rd_buf_fini(&load->lines[i].out);
    }
    if (load->epoll >= 0)
        close(load->epoll);
    rd_arena_fini(&load->arena);
}

/* Warm-up, the measured time, and the end: all replies, or the daemon's. */
static enum rd_status load_go(struct load *load, struct rd_bench_daemon *daemon,
                              struct rd_error *error)
{
    const struct rd_bench_load *options = load->options;
    struct rd_bench_numbers *numbers = load->numbers;
    enum rd_status status = RD_OK;
    int64_t start_ns = rd_clock_mono_ns();
    for (size_t i = 0; i < options->connections && status == RD_OK; i++) {
        for (size_t n = 0; n < options->depth; n++)
            load_send(load, &load->lines[i], n, rd_clock_mono_ns());
        status = load_flush(load, &load->lines[i], error);
    }
    if (status == RD_OK)
        status = load_until(load, start_ns + (int64_t)(options->warm_up_s * 1e9), error);
    start_ns = rd_clock_mono_ns();
    rd_bench_daemon_usage(daemon, &numbers->before);
    load->counting = true;
    if (status == RD_OK)
        status = load_until(load, start_ns + (int64_t)(options->seconds * 1e9), error);
    load->counting = false;
    numbers->seconds = (double)(rd_clock_mono_ns() - start_ns) / 1e9;
    rd_bench_daemon_usage(daemon, &numbers->after);
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
    load->epoll = -1;
    rd_arena_init(&load->arena);
    enum rd_status status = load_open(load, daemon->address, error);
    if (status == RD_OK)
        status = load_go(load, daemon, error);
    load_close(load);
    free(load);
    for (int i = 0; i < RD_BENCH_STEPS; i++)
        rd_hist_merge(&numbers->all, &numbers->kinds[i]);
    return status;
}
