/* The bench's end of the wire.
 *
 * The generator runs on the same cores as the daemon, so it does as little as it honestly can:
 * requests are put together from prepared pieces, and of a reply it reads the beginning only: the
 * id, that it is a result, the case's id and its state. The request's id on the wire is the place's
 * number. What has come on all connections is read first and answered then, one write a connection,
 * so that the daemon is not woken for each. A request's time begins before that write.
 */
#include "cli/bench_wire.h"

#include <errno.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/limits.h"
#include "server/address.h"
#include "server/client.h"

#define WIRE_EVENTS_MAX 256
#define WIRE_HEAD_BYTES 320 /* of a reply, in which id and state stand */

/* ---- requests ---- */

static void wire_put(struct rd_buf *out, struct rd_wire_text text)
{
    rd_buf_append(out, text.text, text.len);
}

void rd_wire_send(struct rd_wire *wire, struct rd_wire_place *place)
{
    struct rd_wire_line *line = place->line;
    if (place->step == 0) {
        wire_put(&line->out, place->open);
    } else {
        wire_put(&line->out, place->act);
        rd_buf_append(&line->out, place->record, place->record_len);
        wire_put(&line->out, wire->acts[place->step]);
    }
    line->stamps[line->unstamped++] = place->n;
    wire->under_way++;
    if (line->is_ready)
        return;
    line->is_ready = true;
    line->next_ready = wire->ready;
    wire->ready = line;
}

/* Requests count from here: from before they are written. */
static void wire_stamp(struct rd_wire_line *line, int64_t now_ns)
{
    while (line->unstamped > 0)
        line->places[line->stamps[--line->unstamped]].sent_ns = now_ns;
}

static enum rd_status wire_write(struct rd_wire *wire, struct rd_wire_line *line,
                                 struct rd_error *error)
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
    if (epoll_ctl(wire->epoll, EPOLL_CTL_MOD, line->fd, &event) != 0)
        return rd_error_errno(error, RD_IO, errno, "epoll_ctl");
    return RD_OK;
}

enum rd_status rd_wire_flush(struct rd_wire *wire, struct rd_error *error)
{
    enum rd_status status = RD_OK;
    while (wire->ready && status == RD_OK) {
        struct rd_wire_line *line = wire->ready;
        wire->ready = line->next_ready;
        line->is_ready = false;
        wire_stamp(line, rd_clock_mono_ns());
        status = wire_write(wire, line, error);
    }
    return status;
}

/* ---- replies ---- */

static bool wire_begins(const char **at, const char *end, const char *with)
{
    size_t len = strlen(with);
    if ((size_t)(end - *at) < len || memcmp(*at, with, len) != 0)
        return false;
    *at += len;
    return true;
}

/* The number of the place that a reply is for, with `at` behind it; or -1. */
static long wire_reply_place(const struct rd_wire *wire, const char **at, const char *end)
{
    size_t n = 0;
    if (!wire_begins(at, end, "{\"jsonrpc\":\"2.0\",\"id\":") || *at == end || **at < '0' ||
        **at > '9')
        return -1;
    for (; *at < end && **at >= '0' && **at <= '9' && n < wire->depth; (*at)++)
        n = n * 10 + (size_t)(**at - '0');
    return n < wire->depth ? (long)n : -1;
}

/* Whether the rest of the reply is the result that the place waits for. */
static bool wire_reply_fits(const struct rd_wire *wire, struct rd_wire_place *place, const char *at,
                            const char *end)
{
    const struct rd_wire_text *state = &wire->states[place->step];
    if (!wire_begins(&at, end, ",\"result\":{\"id\":\""))
        return false;
    const char *quote = memchr(at, '"', (size_t)(end - at));
    size_t len = quote ? (size_t)(quote - at) : RD_WIRE_ID_MAX;
    if (len >= RD_WIRE_ID_MAX)
        return false;
    if (place->step == 0) {
        memcpy(place->record, at, len);
        place->record_len = len;
    } else if (len != place->record_len || memcmp(place->record, at, len) != 0) {
        return false;
    }
    size_t head = (size_t)(end - quote) < WIRE_HEAD_BYTES ? (size_t)(end - quote) : WIRE_HEAD_BYTES;
    return memmem(quote, head, state->text, state->len) != NULL;
}

static enum rd_status wire_reply(struct rd_wire *wire, struct rd_wire_line *line, const char *text,
                                 size_t len, int64_t now_ns, struct rd_error *error)
{
    const char *at = text, *end = text + len;
    long n = wire_reply_place(wire, &at, end);
    if (n < 0)
        return rd_error_set(error, RD_CHECK_FAILED, "no reply to any request: %.*s",
                            len < 300 ? (int)len : 300, text);
    struct rd_wire_place *place = &line->places[n];
    wire->under_way--;
    wire->reply(wire->context, place, wire_reply_fits(wire, place, at, end), text, len, now_ns);
    return RD_OK;
}

/* The replies that are whole; `*taken` bytes were theirs. */
static enum rd_status wire_replies(struct rd_wire *wire, struct rd_wire_line *line,
                                   const char *bytes, size_t len, size_t *taken,
                                   struct rd_error *error)
{
    int64_t now_ns = rd_clock_mono_ns();
    const char *newline;
    enum rd_status status = RD_OK;
    *taken = 0;
    while (status == RD_OK && (newline = memchr(bytes + *taken, '\n', len - *taken)) != NULL) {
        size_t reply = (size_t)(newline - bytes) - *taken;
        status = wire_reply(wire, line, bytes + *taken, reply, now_ns, error);
        *taken += reply + 1;
    }
    return status;
}

static enum rd_status wire_read(struct rd_wire *wire, struct rd_wire_line *line,
                                struct rd_error *error)
{
    size_t taken;
    ssize_t got = recv(line->fd, wire->read_buffer, RD_WIRE_READ_BYTES, MSG_DONTWAIT);
    if (got < 0 && (errno == EAGAIN || errno == EINTR))
        return RD_OK;
    if (got <= 0)
        return rd_error_set(error, RD_NO_SERVER, "the daemon closed a connection under load");
    if (line->in.len == 0) {
        enum rd_status status =
            wire_replies(wire, line, wire->read_buffer, (size_t)got, &taken, error);
        rd_buf_append(&line->in, wire->read_buffer + taken, (size_t)got - taken);
        return status;
    }
    rd_buf_append(&line->in, wire->read_buffer, (size_t)got);
    enum rd_status status = wire_replies(wire, line, line->in.data, line->in.len, &taken, error);
    rd_buf_drop(&line->in, taken);
    return status;
}

enum rd_status rd_wire_wait(struct rd_wire *wire, int timeout_ms, bool *came,
                            struct rd_error *error)
{
    struct epoll_event events[WIRE_EVENTS_MAX];
    enum rd_status status = RD_OK;
    int count = epoll_wait(wire->epoll, events, WIRE_EVENTS_MAX, timeout_ms);
    if (came)
        *came = count != 0;
    if (count < 0 && errno != EINTR)
        return rd_error_errno(error, RD_IO, errno, "epoll_wait");
    for (int i = 0; i < count && status == RD_OK; i++) {
        struct rd_wire_line *line = events[i].data.ptr;
        if (events[i].events & EPOLLOUT)
            status = wire_write(wire, line, error);
        if (status == RD_OK && events[i].events & (EPOLLIN | EPOLLHUP | EPOLLERR))
            status = wire_read(wire, line, error);
    }
    return status == RD_OK ? rd_wire_flush(wire, error) : status;
}

/* ---- the beginning and the end ---- */

static enum rd_status wire_connect(struct rd_wire *wire, struct rd_wire_line *line,
                                   const char *address, struct rd_error *error)
{
    struct rd_address to;
    enum rd_status status = rd_address_parse(address, &to, error);
    if (status != RD_OK)
        return status;
    line->fd = socket(to.socket.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (line->fd < 0 || connect(line->fd, (const struct sockaddr *)&to.socket, to.len) != 0)
        return rd_error_errno(error, RD_NO_SERVER, errno, "can't connect to %s", address);
    struct epoll_event event = { .events = EPOLLIN, .data.ptr = line };
    if (epoll_ctl(wire->epoll, EPOLL_CTL_ADD, line->fd, &event) != 0)
        return rd_error_errno(error, RD_IO, errno, "epoll_ctl");
    return RD_OK;
}

static struct rd_wire_text wire_text(const char *text)
{
    return (struct rd_wire_text){ .text = text, .len = strlen(text) };
}

/* The pieces that requests are put together from, and what replies must hold. */
static void wire_prepare_steps(struct rd_wire *wire)
{
    for (int i = 0; i < RD_BENCH_STEPS; i++) {
        const struct rd_bench_step *step = &rd_bench_steps[i];
        wire->states[i] = wire_text(rd_arena_printf(&wire->arena, "\"state\":\"%s\"", step->state));
        if (step->event)
            wire->acts[i] = wire_text(rd_arena_printf(
                &wire->arena, "\",\"as\":\"" RD_BENCH_ACTOR "\",\"event\":\"%s\",\"form\":%s}}\n",
                step->event, step->form));
    }
}

static void wire_prepare_place(struct rd_wire *wire, struct rd_wire_place *place,
                               const char *complaint)
{
    place->open = wire_text(rd_arena_printf(
        &wire->arena,
        "{\"jsonrpc\":\"2.0\",\"id\":%zu,\"method\":\"case.open\",\"params\":{\"type\":"
        "\"complaint\",\"as\":\"" RD_BENCH_ACTOR "\",\"data\":%s}}\n",
        place->n, complaint));
    place->act = wire_text(rd_arena_printf(
        &wire->arena,
        "{\"jsonrpc\":\"2.0\",\"id\":%zu,\"method\":\"case.act\",\"params\":{\"id\":\"", place->n));
}

/* The id of a new customer, in the arena. */
static enum rd_status wire_customer(struct rd_wire *wire, struct rd_client *client, size_t n,
                                    const char **id, struct rd_error *error)
{
    struct rd_value params, result;
    const char *text = rd_arena_printf(
        &wire->arena, "{\"type\":\"customer\",\"as\":\"" RD_BENCH_ACTOR "\",\"data\":%s}",
        rd_bench_customer(&wire->arena, n));
    enum rd_status status =
        rd_json_parse(&wire->arena, text, strlen(text), RD_MESSAGE_DEPTH_MAX, &params, error);
    if (status == RD_OK)
        status = rd_client_call(client, &wire->arena, "record.create", &params, &result, error);
    *id = status == RD_OK ? rd_map_text(&result, "id", "") : "";
    return status;
}

/* Customers, and the places' first requests. */
static enum rd_status wire_prepare(struct rd_wire *wire, const char *address, size_t customers,
                                   struct rd_error *error)
{
    struct rd_client *client;
    const char **ids = rd_arena_zalloc(&wire->arena, customers, sizeof(*ids));
    enum rd_status status = rd_client_open(address, &client, error);
    if (status != RD_OK)
        return status;
    for (size_t i = 0; i < customers && status == RD_OK; i++)
        status = wire_customer(wire, client, i, &ids[i], error);
    rd_client_close(client);
    for (size_t i = 0; i < wire->connections * wire->depth && status == RD_OK; i++) {
        struct rd_wire_line *line = &wire->lines[i / wire->depth];
        struct rd_wire_place *place = &line->places[i % wire->depth];
        place->line = line;
        place->n = i % wire->depth;
        wire_prepare_place(wire, place, rd_bench_complaint(&wire->arena, ids[i % customers], i));
    }
    return status;
}

enum rd_status rd_wire_open(struct rd_wire *wire, const char *address, size_t customers,
                            struct rd_error *error)
{
    size_t count = wire->connections;
    wire->epoll = -1;
    rd_arena_init(&wire->arena);
    wire->lines = rd_arena_zalloc(&wire->arena, count, sizeof(*wire->lines));
    for (size_t i = 0; i < count; i++) {
        struct rd_wire_line *line = &wire->lines[i];
        line->fd = -1;
        rd_buf_init(&line->in);
        rd_buf_init(&line->out);
        line->places = rd_arena_zalloc(&wire->arena, wire->depth, sizeof(*line->places));
        line->stamps = rd_arena_zalloc(&wire->arena, wire->depth, sizeof(*line->stamps));
    }
    wire->epoll = epoll_create1(EPOLL_CLOEXEC);
    if (wire->epoll < 0)
        return rd_error_errno(error, RD_IO, errno, "epoll_create");
    wire_prepare_steps(wire);
    enum rd_status status = wire_prepare(wire, address, customers, error);
    for (size_t i = 0; i < count && status == RD_OK; i++)
        status = wire_connect(wire, &wire->lines[i], address, error);
    return status;
}

void rd_wire_close(struct rd_wire *wire)
{
    for (size_t i = 0; wire->lines && i < wire->connections; i++) {
        if (wire->lines[i].fd >= 0)
            close(wire->lines[i].fd);
        rd_buf_fini(&wire->lines[i].in);
        rd_buf_fini(&wire->lines[i].out);
    }
    if (wire->epoll >= 0)
        close(wire->epoll);
    rd_arena_fini(&wire->arena);
}
