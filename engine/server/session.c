/* One connection: bytes to lines, lines to jobs, answered jobs to bytes, in the order in which they
 * came.
 *
 *   read ─▶ frame ─▶ [job]─[job]─[job] ─▶ out ─▶ socket
 *            ▲ pump     the queue of this session; the head leaves when it is done
 *
 * Back-pressure: what is read turns into work only while little enough is unanswered and unsent;
 * otherwise reading stops, the peer's own writes stop in turn, and nothing grows. It goes on when
 * half of it has gone. What the kernel could not get to in time is refused as busy (pace.h). A
 * log-in holds back what came behind it, so that a peer may send its log-in and its requests in one
 * breath.
 *
 * The session counts nothing but itself: jobs that are with the kernel when it closes are let go
 * (`job->session = NULL`) and come back to nobody. It is freed in the close callback of its one
 * handle and nowhere else.
 */
#include "server/session.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <uv.h>

#include "base/limits.h"
#include "base/log.h"
#include "server/address.h"
#include "server/frame.h"
#include "server/server.h"

struct rd_session {
    union {
        uv_handle_t handle;
        uv_stream_t stream;
        uv_pipe_t pipe;
        uv_tcp_t tcp;
    } uv;
    struct rd_server *server;
    struct rd_session *next, *prev; /* all sessions */
    struct rd_session *next_dirty;
    uint64_t serial; /* for the log */
    enum rd_door door;
    uint32_t uid;
    char account[RD_NAME_BYTES_MAX + 1]; /* empty: not logged in */
    char token[RD_TOKEN_KEY_TEXT];       /* by which he did */
    char address[RD_ADDRESS_TEXT_MAX];   /* empty: this machine's own socket */

    struct rd_frame frame;
    struct rd_job *first, *last; /* in order of arrival, answered or not */
    uint32_t in_flight;          /* requests in those */
    size_t in_flight_bytes;
    struct rd_buf out;     /* gathers */
    struct rd_buf writing; /* is being written, untouched until then */
    uv_write_t write;
    struct rd_feed feed;
    uint32_t login_failures;
    bool reading, paused, log_in_pending, starved, is_dirty, is_writing;
    bool ending; /* takes nothing more, closes when all is answered and sent */
    bool closing;
};

struct rd_session *rd_session_next(struct rd_session *session)
{
    return session->next;
}

struct rd_session *rd_session_next_dirty(struct rd_session *session)
{
    return session->next_dirty;
}

struct rd_server *rd_session_server(struct rd_session *session)
{
    return session->server;
}

struct rd_feed *rd_session_feed(struct rd_session *session)
{
    return &session->feed;
}

struct rd_peer rd_session_peer(struct rd_session *session, struct rd_arena *arena)
{
    struct rd_peer peer = { .door = session->door, .uid = session->uid };
    if (session->account[0]) {
        peer.account = rd_arena_copy(arena, session->account, strlen(session->account));
        peer.token = rd_arena_copy(arena, session->token, strlen(session->token));
    }
    if (session->address[0])
        peer.address = rd_arena_copy(arena, session->address, strlen(session->address));
    return peer;
}

static size_t session_unsent(const struct rd_session *session)
{
    return session->out.len + uv_stream_get_write_queue_size(&session->uv.stream);
}

bool rd_session_has_room(const struct rd_session *session)
{
    return !session->closing && !session->ending &&
           session_unsent(session) <= RD_SESSION_OUT_SOFT_BYTES;
}

struct rd_buf *rd_session_out(struct rd_session *session)
{
    RD_ASSERT(!session->closing);
    if (!session->is_dirty) {
        session->is_dirty = true;
        session->next_dirty = session->server->dirty;
        session->server->dirty = session;
    }
    return &session->out;
}

/* ---- the end ---- */

static void session_link(struct rd_session *session)
{
    struct rd_server *server = session->server;
    session->next = server->sessions;
    if (session->next)
        session->next->prev = session;
    server->sessions = session;
    server->session_count++;
}

static void session_unlink(struct rd_session *session)
{
    struct rd_server *server = session->server;
    if (session->prev)
        session->prev->next = session->next;
    else
        server->sessions = session->next;
    if (session->next)
        session->next->prev = session->prev;
    server->session_count--;
}

static void session_on_close(uv_handle_t *handle)
{
    struct rd_session *session = handle->data;
    struct rd_server *server = session->server;
    RD_ASSERT(!session->is_dirty && !session->first);
    session_unlink(session);
    rd_frame_fini(&session->frame);
    rd_buf_fini(&session->out);
    rd_buf_fini(&session->writing);
    free(session);
    rd_server_check_end(server);
}

/* Requests of this session that are not answered yet: so many more, or fewer. */
static void session_count(struct rd_session *session, int64_t more)
{
    struct rd_server *server = session->server;
    server->sessions_busy -= session->in_flight > 0;
    session->in_flight = (uint32_t)(session->in_flight + more);
    server->sessions_busy += session->in_flight > 0;
}

/* Answered jobs are given back; those that are with the kernel come back to nobody. */
static void session_let_go(struct rd_session *session)
{
    while (session->first) {
        struct rd_job *job = session->first;
        session->first = job->behind;
        if (job->done)
            rd_job_put(&session->server->pool, job);
        else
            job->session = NULL;
    }
    session->last = NULL;
    session_count(session, -(int64_t)session->in_flight);
    session->in_flight_bytes = 0;
}

void rd_session_close(struct rd_session *session, const char *reason)
{
    if (session->closing)
        return;
    rd_log(reason ? RD_LOG_WARN : RD_LOG_DEBUG, "session", "session %llu closes%s%s",
           (unsigned long long)session->serial, reason ? ": " : "", reason ? reason : "");
    session->closing = true;
    rd_feed_end(session);
    session_let_go(session);
    uv_close(&session->uv.handle, session_on_close);
}

/* Closes where it is ending and nothing is left. */
static void session_check_end(struct rd_session *session)
{
    if (session->ending && !session->closing && !session->first && session_unsent(session) == 0 &&
        session->starved)
        rd_session_close(session, NULL);
}

/* ---- sending ---- */

static void session_advance(struct rd_session *session);

static void session_on_written(uv_write_t *write, int status)
{
    struct rd_session *session = write->data;
    session->is_writing = false;
    if (session->writing.cap > RD_READ_BYTES)
        rd_buf_fini(&session->writing); /* a large reply does not stay for ever */
    rd_buf_clear(&session->writing);
    if (session->closing)
        return;
    if (status < 0) {
        rd_session_close(session, NULL);
        return;
    }
    if (session->out.len > 0)
        (void)rd_session_out(session); /* goes out at the end of this turn */
    session_advance(session);
}

/* Hands the rest to the loop, which writes as the peer reads. */
static void session_write(struct rd_session *session)
{
    struct rd_buf full = session->out;
    session->out = session->writing;
    session->writing = full;
    session->write.data = session;
    uv_buf_t bytes = uv_buf_init(session->writing.data, (unsigned)session->writing.len);
    int failed = uv_write(&session->write, &session->uv.stream, &bytes, 1, session_on_written);
    if (failed)
        rd_session_close(session, NULL);
    else
        session->is_writing = true;
}

void rd_session_flush(struct rd_session *session)
{
    session->is_dirty = false;
    if (session->closing || session->is_writing)
        return;
    if (session->out.len > 0) {
        uv_buf_t bytes = uv_buf_init(session->out.data, (unsigned)session->out.len);
        int sent = uv_try_write(&session->uv.stream, &bytes, 1);
        if (sent < 0 && sent != UV_EAGAIN) {
            rd_session_close(session, NULL);
            return;
        }
        rd_buf_drop(&session->out, sent > 0 ? (size_t)sent : 0);
        if (session->out.len > 0)
            session_write(session);
        else if (session->out.cap > RD_READ_BYTES)
            rd_buf_fini(&session->out);
    }
    session_advance(session);
}

/* Who guesses is not answered for ever. */
static void session_failed(struct rd_session *session)
{
    if (++session->login_failures < RD_LOGIN_FAILURES_MAX)
        return;
    rd_log(RD_LOG_WARN, "session", "session %llu: %u failed log-ins or proofs, it is closed",
           (unsigned long long)session->serial, session->login_failures);
    session->ending = true;
    session->starved = true;
}

/* A wrong proof of a customer is a guess, like a wrong token. */
static void session_note_proof(struct rd_session *session, const struct rd_call *call)
{
    const struct rd_request *request = &call->request;
    if (call->runs && request->status == RD_NOT_FOUND &&
        strcmp(request->method, "case.progress") == 0 &&
        rd_map_text(request->params, "proof", NULL))
        session_failed(session);
}

/* Counts log-ins, remembers the account; what waited behind it may go on. */
static void session_note_login(struct rd_session *session, const struct rd_request *request)
{
    session->log_in_pending = false;
    const char *account = rd_map_text(&request->result, "account", "");
    if (request->status == RD_OK && *account && strlen(account) <= RD_NAME_BYTES_MAX) {
        memcpy(session->account, account, strlen(account) + 1);
        rd_token_key(rd_map_text(request->params, "token", ""), session->token);
        return;
    }
    session_failed(session);
}

static void session_reply(struct rd_session *session, struct rd_job *job)
{
    rd_rpc_write(rd_session_out(session), &job->message);
    if (job->is_login)
        session_note_login(session, &job->message.calls[0].request);
    for (uint32_t i = 0; i < job->message.count; i++) {
        session_note_proof(session, &job->message.calls[i]);
        rd_feed_notice(session, &job->message.calls[i]);
    }
    session_count(session, -(int64_t)job->message.count);
    session->in_flight_bytes -= job->bytes;
}

/* Turns the answered head of the queue into bytes. */
static void session_emit(struct rd_session *session)
{
    while (session->first && session->first->done) {
        struct rd_job *job = session->first;
        session->first = job->behind;
        if (!session->first)
            session->last = NULL;
        session_reply(session, job);
        rd_job_put(&session->server->pool, job);
    }
    if (session_unsent(session) > RD_SESSION_OUT_HARD_BYTES)
        rd_session_close(session, "the peer does not take its replies, and too many wait for it");
}

/* ---- taking in ---- */

/* Whether another message may be taken, with the way back at half of each limit. */
static bool session_may_take(struct rd_session *session)
{
    uint32_t requests_max = session->server->in_flight_max;
    size_t bytes_max = RD_UNANSWERED_SESSION_BYTES;
    size_t unsent_max = RD_SESSION_OUT_SOFT_BYTES;
    size_t unsent = session_unsent(session);
    if (session->paused)
        session->paused = session->in_flight > requests_max / 2 ||
                          session->in_flight_bytes > bytes_max / 2 || unsent > unsent_max / 2;
    else
        session->paused = session->in_flight >= requests_max ||
                          session->in_flight_bytes >= bytes_max || unsent >= unsent_max;
    return !session->paused && !session->log_in_pending && !session->closing;
}

static void session_enqueue(struct rd_session *session, struct rd_job *job)
{
    struct rd_server *server = session->server;
    if (job->message.runs > 0 && !rd_server_has_room(server, job, session->in_flight))
        rd_rpc_refuse_busy(&job->arena, &job->message);
    job->session = session;
    job->bytes = job->arena.total;
    job->is_login = rd_rpc_is_call(&job->message, "session.login");
    session->log_in_pending = job->is_login;
    session_count(session, job->message.count);
    session->in_flight_bytes += job->bytes;
    if (session->last)
        session->last->behind = job;
    else
        session->first = job;
    session->last = job;
    if (job->message.runs > 0) {
        rd_server_submit(server, job);
    } else {
        job->done = true;
        session_emit(session);
    }
}

static void session_take_line(struct rd_session *session, const char *line, size_t len)
{
    struct rd_job *job = rd_job_get(&session->server->pool, RD_JOB_MESSAGE);
    struct rd_peer peer = rd_session_peer(session, &job->arena);
    rd_rpc_read(&job->arena, line, len, &peer, &job->message);
    rd_feed_answer(&job->message);
    session_enqueue(session, job);
}

static void session_take_large(struct rd_session *session)
{
    struct rd_job *job = rd_job_get(&session->server->pool, RD_JOB_MESSAGE);
    const char *text = rd_arena_printf(&job->arena, "the message is larger than %zu bytes",
                                       session->server->message_bytes_max);
    rd_rpc_refuse(&job->arena, RD_MESSAGE_TOO_LARGE, text, &job->message);
    session_enqueue(session, job);
}

/* Turns lines into jobs as long as that is allowed. */
static void session_pump(struct rd_session *session)
{
    while (session_may_take(session) && !(session->ending && session->starved)) {
        const char *line;
        size_t len;
        switch (rd_frame_next(&session->frame, &line, &len)) {
        case RD_FRAME_MORE:
            session->starved = true;
            return;
        case RD_FRAME_LARGE:
            session_take_large(session);
            break;
        case RD_FRAME_LINE:
            session_take_line(session, line, len);
            break;
        }
    }
}

static void session_on_alloc(uv_handle_t *handle, size_t suggested, uv_buf_t *out)
{
    (void)suggested;
    struct rd_session *session = handle->data;
    /* the callback that follows takes everything out again: one buffer serves all sessions */
    *out = uv_buf_init(session->server->read_buffer, RD_READ_BYTES);
}

static void session_on_read(uv_stream_t *stream, ssize_t len, const uv_buf_t *bytes)
{
    struct rd_session *session = stream->data;
    if (len > 0) {
        rd_frame_feed(&session->frame, bytes->base, (size_t)len);
        session->starved = false;
    } else if (len == UV_EOF) {
        session->ending = true; /* a peer may end its half and still want its replies */
        rd_feed_end(session);
    } else if (len < 0) {
        rd_session_close(session, NULL);
        return;
    }
    session_advance(session);
}

static void session_regulate(struct rd_session *session)
{
    bool want = !session->ending && session_may_take(session);
    if (session->closing || want == session->reading)
        return;
    if (want && uv_read_start(&session->uv.stream, session_on_alloc, session_on_read) != 0) {
        rd_session_close(session, NULL);
        return;
    }
    if (!want)
        uv_read_stop(&session->uv.stream);
    session->reading = want;
}

/* Whatever has changed: takes what may be taken, reads or stops reading, follows the feed, closes
 * at the end. */
static void session_advance(struct rd_session *session)
{
    if (session->closing)
        return;
    session_pump(session);
    session_regulate(session);
    rd_feed_pull(session);
    session_check_end(session);
}

void rd_session_answered(struct rd_session *session, struct rd_job *job)
{
    job->done = true;
    if (session->first != job)
        return;
    session_emit(session);
    session_advance(session);
}

void rd_session_drain(struct rd_session *session)
{
    session->ending = true;
    session_advance(session);
}

/* ---- the beginning ---- */

static bool session_init_handle(struct rd_session *session, uv_stream_t *listener)
{
    uv_loop_t *loop = &session->server->loop;
    int failed = session->door == RD_DOOR_UNIX ? uv_pipe_init(loop, &session->uv.pipe, 0)
                                               : uv_tcp_init(loop, &session->uv.tcp);
    RD_ASSERT(failed == 0);
    session->uv.handle.data = session;
    return uv_accept(listener, &session->uv.stream) == 0;
}

/* The machine at the other end, without the port, which says nothing about who it is. */
static bool session_address(struct rd_session *session)
{
    struct sockaddr_storage peer;
    int size = (int)sizeof peer;
    return uv_tcp_getpeername(&session->uv.tcp, (struct sockaddr *)&peer, &size) == 0 &&
           uv_ip_name((struct sockaddr *)&peer, session->address, sizeof session->address) == 0;
}

/* Who is at the other end of a Unix socket is the kernel's word, not the peer's. */
static bool session_identify(struct rd_session *session)
{
    struct ucred peer;
    socklen_t size = sizeof(peer);
    uv_os_fd_t fd;
    if (session->door != RD_DOOR_UNIX)
        return session_address(session) && uv_tcp_nodelay(&session->uv.tcp, 1) == 0;
    if (uv_fileno(&session->uv.handle, &fd) != 0 ||
        getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0)
        return false;
    session->uid = (uint32_t)peer.uid;
    return true;
}

/* One too many: it is told so, and may come again. */
static void session_turn_away(struct rd_session *session)
{
    struct rd_job *job = rd_job_get(&session->server->pool, RD_JOB_MESSAGE);
    rd_rpc_refuse(&job->arena, RD_INTERNAL_ERROR, "", &job->message);
    job->message.calls[0].runs = true;
    rd_rpc_refuse_busy(&job->arena, &job->message);
    rd_rpc_write(rd_session_out(session), &job->message);
    rd_job_put(&session->server->pool, job);
    session->ending = true;
    session->starved = true;
}

void rd_session_accept(struct rd_server *server, uv_stream_t *listener, enum rd_door door)
{
    struct rd_session *session = calloc(1, sizeof(*session));
    RD_ASSERT(session != NULL);
    session->server = server;
    session->door = door;
    session->uid = UINT32_MAX; /* nobody, in case anyone looks before or instead of identifying */
    session->serial = ++server->session_serial;
    session->starved = true;
    rd_frame_init(&session->frame, server->message_bytes_max);
    rd_buf_init(&session->out);
    rd_buf_init(&session->writing);
    bool accepted = session_init_handle(session, listener);
    session_link(session);
    if (!accepted || !session_identify(session)) {
        rd_session_close(session, "the connection was gone before it was accepted");
        return;
    }
    rd_log(RD_LOG_DEBUG, "session", "session %llu opens at the %s door, uid %u",
           (unsigned long long)session->serial, door == RD_DOOR_UNIX ? "unix" : "tcp",
           session->uid);
    if (server->session_count > server->sessions_max)
        session_turn_away(session);
    session_advance(session);
}
