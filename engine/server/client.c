/* The client: one blocking socket, a buffer for what goes out and one for what came in.
 *
 * Lines are taken as they arrive. A call may meet notifications on its way to its reply; they are
 * put aside, as lines, for whoever asks for events later. Which status a refusal stands for is
 * found by the name in `error.data`, because names are what is stable between versions.
 */
#include "server/client.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/json.h"
#include "server/address.h"
#include "server/tls.h"

#define CLIENT_READ_BYTES (64u * 1024)
#define CLIENT_SEALED_BYTES (32u * 1024)
#define CLIENT_HANDSHAKE_NS 30000000000ll
#define CLIENT_DEPTH_MAX 128

/* A notification that came while something else was awaited. */
struct client_aside {
    struct client_aside *next;
    size_t len;
    char line[];
};

struct rd_client {
    int fd;
    int64_t timeout_ms; /* 0: none */
    int64_t last_id;
    struct rd_buf out, in;
    struct rd_tls *tls; /* NULL: bytes are sent as they are */
    struct rd_buf wire; /* with it: what is to be sent, sealed */
    size_t at;          /* where the next line in `in` begins */
    size_t scanned;
    struct client_aside *first, *last;
};

enum rd_status rd_client_open(const char *address, struct rd_client **out, struct rd_error *error)
{
    return rd_client_open_trusting(address, NULL, out, error);
}

static enum rd_status client_shake_hands(struct rd_client *client, const char *ca_file,
                                         const char *name, struct rd_error *error);

enum rd_status rd_client_open_trusting(const char *address, const char *ca_file,
                                       struct rd_client **out, struct rd_error *error)
{
    return rd_client_open_within(address, ca_file, 0, out, error);
}

/* The system's connect waits as long as a send may. */
static bool client_connect(int fd, const struct rd_address *to, int64_t timeout_ms)
{
    struct timeval most = { .tv_sec = timeout_ms / 1000, .tv_usec = timeout_ms % 1000 * 1000 };
    return setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &most, sizeof most) == 0 &&
           connect(fd, (const struct sockaddr *)&to->socket, to->len) == 0;
}

enum rd_status rd_client_open_within(const char *address, const char *ca_file, int64_t timeout_ms,
                                     struct rd_client **out, struct rd_error *error)
{
    struct rd_address to;
    char name[RD_ADDRESS_TEXT_MAX];
    *out = NULL;
    enum rd_status status = rd_address_find(address, &to, name, error);
    if (status != RD_OK)
        return status;
    int fd = socket(to.socket.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return rd_error_errno(error, RD_IO, errno, "making a socket");
    if (!client_connect(fd, &to, timeout_ms)) {
        status = rd_error_errno(error, RD_NO_SERVER, errno == EINPROGRESS ? ETIMEDOUT : errno,
                                "no server answers at %s", address);
        close(fd);
        return status;
    }
    struct rd_client *client = calloc(1, sizeof(*client));
    RD_ASSERT(client != NULL);
    client->fd = fd;
    client->timeout_ms = timeout_ms;
    if (to.tls)
        status = client_shake_hands(client, ca_file, name, error);
    if (status == RD_OK)
        *out = client;
    else
        rd_client_close(client);
    return status;
}

void rd_client_close(struct rd_client *client)
{
    if (!client)
        return;
    close(client->fd);
    while (client->first) {
        struct client_aside *aside = client->first;
        client->first = aside->next;
        free(aside);
    }
    rd_buf_fini(&client->out);
    rd_buf_fini(&client->in);
    rd_buf_fini(&client->wire);
    rd_tls_free(client->tls);
    free(client);
}

void rd_client_set_timeout(struct rd_client *client, int64_t timeout_ms)
{
    client->timeout_ms = timeout_ms;
}

int rd_client_fd(const struct rd_client *client)
{
    return client->fd;
}

/* ---- bytes ---- */

/* Waits until the socket is ready or the time (by the steady clock; INT64_MAX: none) is over. */
static enum rd_status client_wait(struct rd_client *client, short events, int64_t until_ns,
                                  short *ready, struct rd_error *error)
{
    for (;;) {
        int wait_ms = -1;
        if (until_ns != INT64_MAX) {
            int64_t left_ns = until_ns - rd_clock_mono_ns();
            wait_ms = left_ns > 0 ? (int)((left_ns + 999999) / 1000000) : 0;
        }
        struct pollfd pollfd = { .fd = client->fd, .events = events };
        int count = poll(&pollfd, 1, wait_ms);
        if (count > 0) {
            *ready = pollfd.revents;
            return RD_OK;
        }
        if (count == 0)
            return rd_error_set(error, RD_IN_PROGRESS, "no answer within %lld ms",
                                (long long)client->timeout_ms);
        if (errno != EINTR)
            return rd_error_errno(error, RD_IO, errno, "waiting for the server");
    }
}

static int64_t client_until_ns(const struct rd_client *client)
{
    return client->timeout_ms > 0 ? rd_clock_mono_ns() + client->timeout_ms * 1000000 : INT64_MAX;
}

/* What came last is still to be read, where the end comes with it. */
static enum rd_status client_unseal(struct rd_client *client, const char *sealed, size_t len,
                                    struct rd_error *error)
{
    size_t had = client->in.len;
    enum rd_status status =
        rd_tls_take(client->tls, sealed, len, &client->in, &client->wire, error);
    if (status != RD_END || client->in.len > had)
        return status == RD_END ? RD_OK : status;
    return rd_error_set(error, RD_END, "the server closed the connection");
}

/* Reads what there is. RD_END: the server has closed. */
static enum rd_status client_fill(struct rd_client *client, struct rd_error *error)
{
    if (client->at > 0) {
        rd_buf_drop(&client->in, client->at);
        client->scanned -= client->at;
        client->at = 0;
    }
    char sealed[CLIENT_SEALED_BYTES];
    char *room = client->tls ? sealed : rd_buf_reserve(&client->in, CLIENT_READ_BYTES);
    size_t most = client->tls ? sizeof sealed : CLIENT_READ_BYTES;
    ssize_t len = recv(client->fd, room, most, MSG_DONTWAIT);
    if (len > 0 && client->tls)
        return client_unseal(client, sealed, (size_t)len, error);
    if (len > 0)
        client->in.len += (size_t)len;
    else if (len == 0 || errno == ECONNRESET)
        return rd_error_set(error, RD_END, "the server closed the connection");
    else if (errno != EAGAIN && errno != EINTR)
        return rd_error_errno(error, RD_NO_SERVER, errno, "reading from the server");
    return RD_OK;
}

/* Sends what it can; where that is nothing, waits, and takes in what arrives meanwhile, so that two
 * full buffers cannot block each other. */
static enum rd_status client_send_some(struct rd_client *client, const char *bytes, size_t len,
                                       int64_t until_ns, size_t *sent, struct rd_error *error)
{
    ssize_t went = send(client->fd, bytes, len, MSG_NOSIGNAL | MSG_DONTWAIT);
    *sent = went > 0 ? (size_t)went : 0;
    if (went > 0)
        return RD_OK;
    if (errno != EAGAIN && errno != EINTR)
        return rd_error_errno(error, RD_NO_SERVER, errno, "sending to the server");
    short ready;
    enum rd_status status = client_wait(client, POLLIN | POLLOUT, until_ns, &ready, error);
    if (status == RD_OK && (ready & POLLIN) && !(ready & POLLOUT))
        status = client_fill(client, error);
    return status == RD_END ? rd_error_set(error, RD_NO_SERVER, "the server closed the connection")
                            : status;
}

/* Sends what is sealed; more may join it while that goes on. */
static enum rd_status client_send_wire(struct rd_client *client, struct rd_error *error)
{
    int64_t until_ns = client_until_ns(client);
    enum rd_status status = RD_OK;
    while (status == RD_OK && client->wire.len > 0) {
        size_t sent;
        status =
            client_send_some(client, client->wire.data, client->wire.len, until_ns, &sent, error);
        rd_buf_drop(&client->wire, sent);
    }
    return status;
}

static enum rd_status client_send_all(struct rd_client *client, const char *bytes, size_t len,
                                      struct rd_error *error)
{
    int64_t until_ns = client_until_ns(client);
    enum rd_status status = RD_OK;
    if (client->tls) {
        status = rd_tls_give(client->tls, bytes, len, &client->wire, error);
        return status == RD_OK ? client_send_wire(client, error) : status;
    }
    while (status == RD_OK && len > 0) {
        size_t sent;
        status = client_send_some(client, bytes, len, until_ns, &sent, error);
        bytes += sent;
        len -= sent;
    }
    return status;
}

/* Until both ends know each other. */
static enum rd_status client_shake_hands(struct rd_client *client, const char *ca_file,
                                         const char *name, struct rd_error *error)
{
    enum rd_status status = rd_tls_connect(ca_file, name, &client->tls, &client->wire, error);
    int64_t until_ns =
        client->timeout_ms > 0 ? client_until_ns(client) : rd_clock_mono_ns() + CLIENT_HANDSHAKE_NS;
    while (status == RD_OK && !rd_tls_is_open(client->tls)) {
        short ready;
        status = client_send_wire(client, error);
        if (status == RD_OK)
            status = client_wait(client, POLLIN, until_ns, &ready, error);
        if (status == RD_OK)
            status = client_fill(client, error);
    }
    if (status == RD_OK)
        return client_send_wire(client, error);
    struct rd_error ignored = RD_ERROR_NONE;
    if (client->tls && client_send_wire(client, &ignored) != RD_OK) /* why, if he listens */
        rd_buf_clear(&client->wire);
    if (status == RD_BAD_CONFIG || !error)
        return status;
    const struct rd_error why = *error;
    return rd_error_set(error, RD_NO_SERVER, "no sealed connection to %s: %s", name, why.text);
}

enum rd_status rd_client_flush(struct rd_client *client, struct rd_error *error)
{
    if (client->out.len == 0)
        return RD_OK;
    enum rd_status status = client_send_all(client, client->out.data, client->out.len, error);
    rd_buf_clear(&client->out);
    return status;
}

enum rd_status rd_client_send_raw(struct rd_client *client, const void *bytes, size_t len,
                                  struct rd_error *error)
{
    enum rd_status status = rd_client_flush(client, error);
    return status == RD_OK ? client_send_all(client, bytes, len, error) : status;
}

enum rd_status rd_client_finish(struct rd_client *client, struct rd_error *error)
{
    enum rd_status status = rd_client_flush(client, error);
    if (status == RD_OK && client->tls && rd_tls_end(client->tls, &client->wire))
        status = client_send_wire(client, error);
    if (status == RD_OK && shutdown(client->fd, SHUT_WR) != 0)
        return rd_error_errno(error, RD_NO_SERVER, errno, "ending the connection");
    return status;
}

/* ---- lines ---- */

/* The next line, borrowed until the next one is asked for. */
static enum rd_status client_next_line(struct rd_client *client, const char **line, size_t *len,
                                       struct rd_error *error)
{
    int64_t until_ns = client_until_ns(client);
    enum rd_status status = rd_client_flush(client, error);
    while (status == RD_OK) {
        size_t left = client->in.len - client->scanned;
        const char *end = left ? memchr(client->in.data + client->scanned, '\n', left) : NULL;
        if (end) {
            *line = client->in.data + client->at;
            *len = (size_t)(end - *line);
            client->at = client->scanned = (size_t)(end + 1 - client->in.data);
            return RD_OK;
        }
        client->scanned = client->in.len;
        short ready;
        status = client_wait(client, POLLIN, until_ns, &ready, error);
        if (status == RD_OK)
            status = client_fill(client, error);
        if (status == RD_OK && client->wire.len > 0)
            status = client_send_wire(client, error); /* what the other end of TLS wants to know */
    }
    return status;
}

enum rd_status rd_client_read_line(struct rd_client *client, struct rd_arena *arena,
                                   const char **line, size_t *len, struct rd_error *error)
{
    const char *found;
    enum rd_status status = client_next_line(client, &found, len, error);
    if (status == RD_OK)
        *line = rd_arena_copy(arena, found, *len);
    return status;
}

static void client_put_aside(struct rd_client *client, const char *line, size_t len)
{
    struct client_aside *aside = malloc(sizeof(*aside) + len);
    RD_ASSERT(aside != NULL);
    aside->next = NULL;
    aside->len = len;
    memcpy(aside->line, line, len);
    if (client->last)
        client->last->next = aside;
    else
        client->first = aside;
    client->last = aside;
}

/* ---- messages ---- */

int64_t rd_client_send(struct rd_client *client, const char *method, const struct rd_value *params)
{
    struct rd_value name = rd_text(method);
    int64_t id = ++client->last_id;
    rd_buf_printf(&client->out, "{\"jsonrpc\":\"2.0\",\"id\":%lld,\"method\":", (long long)id);
    rd_json_write(&client->out, &name);
    if (params) {
        rd_buf_text(&client->out, ",\"params\":");
        rd_json_write(&client->out, params);
    }
    rd_buf_text(&client->out, "}\n");
    return id;
}

static enum rd_status client_status_of(const char *name)
{
    for (int status = 0; status < RD_STATUS_COUNT; status++)
        if (strcmp(rd_status_name((enum rd_status)status), name) == 0)
            return (enum rd_status)status;
    return RD_INTERNAL_ERROR;
}

static enum rd_status client_refused(const struct rd_value *refusal, struct rd_error *error)
{
    const struct rd_value *data = rd_map_get(refusal, "data");
    enum rd_status status = client_status_of(rd_map_text(data, "name", "internal_error"));
    if (status == RD_OK)
        status = RD_INTERNAL_ERROR;
    rd_error_at(error, status, rd_map_text(data, "where", ""), "%s",
                rd_map_text(refusal, "message", rd_status_text(status)));
    if (error)
        error->detail = data;
    return status;
}

/* The next message that is a reply; notifications are put aside. */
static enum rd_status client_next_reply(struct rd_client *client, struct rd_arena *arena,
                                        struct rd_value *message, struct rd_error *error)
{
    for (;;) {
        const char *line;
        size_t len;
        enum rd_status status = client_next_line(client, &line, &len, error);
        if (status == RD_END)
            return rd_error_set(error, RD_NO_SERVER, "the server closed the connection");
        if (status == RD_OK)
            status = rd_json_parse(arena, line, len, CLIENT_DEPTH_MAX, message, error);
        if (status != RD_OK)
            return status;
        if (!rd_map_get(message, "method"))
            return RD_OK;
        client_put_aside(client, line, len);
    }
}

enum rd_status rd_client_receive(struct rd_client *client, struct rd_arena *arena, int64_t *id,
                                 struct rd_value *result, struct rd_error *error)
{
    struct rd_value message;
    *id = -1;
    *result = rd_null();
    enum rd_status status = client_next_reply(client, arena, &message, error);
    if (status != RD_OK)
        return status;
    *id = rd_map_int(&message, "id", 0);
    const struct rd_value *refusal = rd_map_get(&message, "error");
    if (refusal)
        return client_refused(refusal, error);
    const struct rd_value *got = rd_map_get(&message, "result");
    if (!got)
        return rd_error_set(error, RD_INTERNAL_ERROR, "the server's reply is no JSON-RPC reply");
    *result = *got;
    return RD_OK;
}

enum rd_status rd_client_call(struct rd_client *client, struct rd_arena *arena, const char *method,
                              const struct rd_value *params, struct rd_value *result,
                              struct rd_error *error)
{
    int64_t id = rd_client_send(client, method, params);
    int64_t got;
    enum rd_status status;
    do /* a reply that an earlier call did not wait for is not this one's */
        status = rd_client_receive(client, arena, &got, result, error);
    while (got >= 0 && got < id && got > 0);
    if (got > id)
        return rd_error_set(error, RD_INTERNAL_ERROR, "the server answered another request");
    return status;
}

static bool client_is_event(const struct rd_value *message, const char *method)
{
    const char *name = rd_map_text(message, "method", NULL);
    return name && (!method || strcmp(name, method) == 0);
}

/* Looks through what was put aside. */
static enum rd_status client_take_aside(struct rd_client *client, struct rd_arena *arena,
                                        const char *method, struct rd_value *message,
                                        struct rd_error *error)
{
    struct client_aside *before = NULL;
    for (struct client_aside *aside = client->first; aside; before = aside, aside = aside->next) {
        enum rd_status status =
            rd_json_parse(arena, aside->line, aside->len, CLIENT_DEPTH_MAX, message, error);
        if (status != RD_OK)
            return status;
        if (!client_is_event(message, method))
            continue;
        *(before ? &before->next : &client->first) = aside->next;
        if (client->last == aside)
            client->last = before;
        free(aside);
        return RD_OK;
    }
    return RD_END;
}

enum rd_status rd_client_event(struct rd_client *client, struct rd_arena *arena, const char *method,
                               struct rd_value *params, struct rd_error *error)
{
    struct rd_value message;
    enum rd_status status = client_take_aside(client, arena, method, &message, error);
    while (status == RD_END) {
        const char *line;
        size_t len;
        status = client_next_line(client, &line, &len, error);
        if (status == RD_END)
            return rd_error_set(error, RD_NO_SERVER, "the server closed the connection");
        if (status == RD_OK)
            status = rd_json_parse(arena, line, len, CLIENT_DEPTH_MAX, &message, error);
        if (status == RD_OK && !client_is_event(&message, method)) {
            if (client_is_event(&message, NULL))
                client_put_aside(client, line, len);
            status = RD_END; /* a reply that nobody waits for is passed over */
        }
    }
    const struct rd_value *found = status == RD_OK ? rd_map_get(&message, "params") : NULL;
    *params = found ? *found : rd_map();
    return status;
}
