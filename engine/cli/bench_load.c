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
 * counted and told. Latency is from before the write to after the read. What has come on all
 * connections is read first and answered then, so that the daemon is not woken for each.
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

struct load_text {
    const char *text;
    size_t len;
};

struct load_place {
    int step;
    int64_t sent_ns;
    char record[LOAD_ID_MAX];
    size_t record_len;
    struct load_text open; /* the whole first request */
    struct load_text act;  /* what every later one begins with: up to the record's id */
};

struct load_line {
    int fd;
    bool waits;    /* for room to write */
    bool is_ready; /* in the list of lines with something to send */
    struct load_line *next_ready;
    struct rd_buf in, out; /* in: the beginning of a reply whose end has not come */
    struct load_place *places;
    size_t *stamps; /* places whose requests lie in `out` and have no time yet */
    size_t unstamped;
};

struct load {
    const struct rd_bench_load *options;
    struct rd_bench_numbers *numbers;
    struct rd_arena arena;
    struct load_line *lines;
    struct load_text acts[RD_BENCH_STEPS];   /* what stands behind the record's id */
    struct load_text states[RD_BENCH_STEPS]; /* of the reply */
    struct load_line *ready;
    int epoll;
    size_t under_way;
    bool counting, ending;
    char read_buffer[LOAD_READ_BYTES];
};

/* ---- requests ---- */

static void load_put(struct rd_buf *out, struct load_text text)
{
    rd_buf_append(out, text.text, text.len);
}

/* The place's next request, put behind what the connection is to send. */
static void load_send(struct load *load, struct load_line *line, size_t n)
{
    struct load_place *place = &line->places[n];
    if (place->step == 0) {
        load_put(&line->out, place->open);
    } else {
        load_put(&line->out, place->act);
        rd_buf_append(&line->out, place->record, place->record_len);
        load_put(&line->out, load->acts[place->step]);
    }
    line->stamps[line->unstamped++] = n;
    load->under_way++;
    if (line->is_ready)
        return;
    line->is_ready = true;
    line->next_ready = load->ready;
    load->ready = line;
}

/* Requests count from here: from before they are written. */
static void load_stamp(struct load_line *line, int64_t now_ns)
{
    while (line->unstamped > 0)
        line->places[line->stamps[--line->unstamped]].sent_ns = now_ns;
}

static enum rd_status load_flush(struct load *load, struct load_line *line, struct rd_error *error)
{
    size_t done = 0;
    while (done < line->out.len) {
        ssize_t put = send(line->fd, line->out.data + done, line->out.len - done,
                           MSG_NOSIGNAL | MSG_DONTWAIT);
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

/* Everything that the replies just read have led to, each connection with one write. */
static enum rd_status load_flush_ready(struct load *load, struct rd_error *error)
{
    enum rd_status status = RD_OK;
    while (load->ready && status == RD_OK) {
        struct load_line *line = load->ready;
        load->ready = line->next_ready;
        line->is_ready = false;
        load_stamp(line, rd_clock_mono_ns());
        status = load_flush(load, line, error);
    }
    return status;
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
static bool load_reply_fits(const struct load *load, struct load_place *place, const char *at,
                            const char *end)
{
    const struct load_text *state = &load->states[place->step];
    if (!load_begins(&at, end, ",\"result\":{\"id\":\""))
        return false;
    const char *quote = memchr(at, '"', (size_t)(end - at));
    size_t len = quote ? (size_t)(quote - at) : LOAD_ID_MAX;
    if (len >= LOAD_ID_MAX)
        return false;
    if (place->step == 0) {
        memcpy(place->record, at, len);
        place->record_len = len;
    } else if (len != place->record_len || memcmp(place->record, at, len) != 0) {
        return false;
    }
    size_t head = (size_t)(end - quote) < LOAD_HEAD_BYTES ? (size_t)(end - quote) : LOAD_HEAD_BYTES;
    return memmem(quote, head, state->text, state->len) != NULL;
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
    if (!load_reply_fits(load, place, at, end)) {
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
        load_send(load, line, (size_t)n);
    return RD_OK;
}

/* The replies that are whole; `*taken` bytes were theirs. */
static enum rd_status load_replies(struct load *load, struct load_line *line, const char *bytes,
                                   size_t len, size_t *taken, struct rd_error *error)
{
    int64_t now_ns = rd_clock_mono_ns();
    const char *newline;
    enum rd_status status = RD_OK;
    *taken = 0;
    while (status == RD_OK && (newline = memchr(bytes + *taken, '\n', len - *taken)) != NULL) {
        size_t reply = (size_t)(newline - bytes) - *taken;
        status = load_reply(load, line, bytes + *taken, reply, now_ns, error);
        *taken += reply + 1;
    }
    return status;
}

static enum rd_status load_read(struct load *load, struct load_line *line, struct rd_error *error)
{
    size_t taken;
    ssize_t got = recv(line->fd, load->read_buffer, LOAD_READ_BYTES, MSG_DONTWAIT);
    if (got < 0 && (errno == EAGAIN || errno == EINTR))
        return RD_OK;
    if (got <= 0)
        return rd_error_set(error, RD_NO_SERVER, "the daemon closed a connection under load");
    if (line->in.len == 0) {
        enum rd_status status =
            load_replies(load, line, load->read_buffer, (size_t)got, &taken, error);
        rd_buf_append(&line->in, load->read_buffer + taken, (size_t)got - taken);
        return status;
    }
    rd_buf_append(&line->in, load->read_buffer, (size_t)got);
    enum rd_status status = load_replies(load, line, line->in.data, line->in.len, &taken, error);
    rd_buf_drop(&line->in, taken);
    return status;
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
        if (status == RD_OK)
            status = load_flush_ready(load, error);
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

static struct load_text load_text(const char *text)
{
    return (struct load_text){ .text = text, .len = strlen(text) };
}

/* The pieces that requests are put together from, and what replies must hold. */
static void load_prepare_steps(struct load *load)
{
    for (int i = 0; i < RD_BENCH_STEPS; i++) {
        const struct rd_bench_step *step = &rd_bench_steps[i];
        load->states[i] = load_text(rd_arena_printf(&load->arena, "\"state\":\"%s\"", step->state));
        if (step->event)
            load->acts[i] = load_text(rd_arena_printf(
                &load->arena, "\",\"as\":\"" RD_BENCH_ACTOR "\",\"event\":\"%s\",\"form\":%s}}\n",
                step->event, step->form));
    }
}

static void load_prepare_place(struct load *load, struct load_place *place, size_t n,
                               const char *complaint)
{
    place->open = load_text(rd_arena_printf(
        &load->arena,
        "{\"jsonrpc\":\"2.0\",\"id\":%zu,\"method\":\"case.open\",\"params\":{\"type\":"
        "\"complaint\",\"as\":\"" RD_BENCH_ACTOR "\",\"data\":%s}}\n",
        n, complaint));
    place->act = load_text(rd_arena_printf(
        &load->arena,
        "{\"jsonrpc\":\"2.0\",\"id\":%zu,\"method\":\"case.act\",\"params\":{\"id\":\"", n));
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
            load_prepare_place(load, &load->lines[i / depth].places[i % depth], i % depth,
                               rd_bench_complaint(&load->arena, rd_map_text(&result, "id", ""), i));
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
        line->stamps = rd_arena_zalloc(&load->arena, load->options->depth, sizeof(*line->stamps));
    }
    load->epoll = epoll_create1(EPOLL_CLOEXEC);
    if (load->epoll < 0)
        return rd_error_errno(error, RD_IO, errno, "epoll_create");
    load_prepare_steps(load);
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

/* How far the journal is, and with how many flushes. The generator waits meanwhile: ask outside of
 * what is measured. */
static enum rd_status load_ask(struct load *load, const struct rd_bench_daemon *daemon,
                               struct rd_bench_usage *usage, struct rd_error *error)
{
    struct rd_client *client;
    struct rd_value info;
    enum rd_status status = rd_client_open(daemon->address, &client, error);
    if (status != RD_OK)
        return status;
    status = rd_client_call(client, &load->arena, "server.info", NULL, &info, error);
    if (status == RD_OK) {
        usage->seq = (uint64_t)rd_map_int(&info, "seq", 0);
        usage->flushes = (uint64_t)rd_map_int(&info, "flushes", 0);
    }
    rd_client_close(client);
    return status;
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
            load_send(load, &load->lines[i], n);
        status = load_flush_ready(load, error);
    }
    if (status == RD_OK)
        status = load_until(load, start_ns + (int64_t)(options->warm_up_s * 1e9), error);
    rd_bench_daemon_usage(daemon, &numbers->before);
    if (status == RD_OK)
        status = load_ask(load, daemon, &numbers->before, error);
    start_ns = rd_clock_mono_ns();
    load->counting = true;
    if (status == RD_OK)
        status = load_until(load, start_ns + (int64_t)(options->seconds * 1e9), error);
    load->counting = false;
    numbers->seconds = (double)(rd_clock_mono_ns() - start_ns) / 1e9;
    rd_bench_daemon_usage(daemon, &numbers->after);
    if (status == RD_OK)
        status = load_ask(load, daemon, &numbers->after, error);
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
