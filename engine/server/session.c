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
#include "server/session_inside.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"

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
    return session->out.len + session->wire.len +
           uv_stream_get_write_queue_size(&session->uv.stream);
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

/* Whom the gate meters: nobody who has the machine. An address is spelled as no account is. */
#define SESSION_CALLER_MAX (RD_NAME_BYTES_MAX + 16)
static struct rd_gate_caller session_caller(const struct rd_session *session,
                                            char account[SESSION_CALLER_MAX])
{
    struct rd_gate_caller caller = { .address = session->place[0] ? session->place : NULL };
    if (session->door == RD_DOOR_UNIX && (session->uid == 0 || session->uid == geteuid()))
        return caller;
    if (session->account[0])
        snprintf(account, SESSION_CALLER_MAX, "account %s", session->account);
    else if (session->door == RD_DOOR_UNIX)
        snprintf(account, SESSION_CALLER_MAX, "uid %u", session->uid);
    else
        return caller;
    caller.account = account;
    return caller;
}

uint8_t rd_session_lane(const struct rd_session *session)
{
    return session->lane;
}

void session_find_lane(struct rd_session *session)
{
    char account[SESSION_CALLER_MAX] = "machine";
    struct rd_gate_caller caller = session_caller(session, account);
    const char *who = caller.account ? caller.account : caller.address ? caller.address : account;
    /* who shares a lane with another takes turns with him */
    session->lane = (uint8_t)(1 + rd_text_spread(who) % (RD_LANES - 1));
}

/* ---- the end ---- */

void session_link(struct rd_session *session)
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
    rd_buf_fini(&session->wire);
    rd_tls_free(session->tls);
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
    session->in_flight_bytes = session->waits_bytes = 0;
}

/* Warnings about one address' connections are so many, and the next one says how many were not. */
static void session_warn(const struct rd_session *session, const char *what, const char *why)
{
    uint64_t untold = 0;
    char more[64] = "";
    bool tells = rd_gate_tells(&session->server->gate, session->place, rd_clock_mono_ns(), &untold);
    if (untold > 0)
        snprintf(more, sizeof(more), " (%llu like it were not logged)", (unsigned long long)untold);
    rd_log(tells ? RD_LOG_WARN : RD_LOG_DEBUG, "session", "session %llu %s: %s%s",
           (unsigned long long)session->serial, what, why, more);
}

void rd_session_close(struct rd_session *session, const char *reason)
{
    if (session->closing)
        return;
    if (reason)
        session_warn(session, "closes", reason);
    else
        rd_log(RD_LOG_DEBUG, "session", "session %llu closes", (unsigned long long)session->serial);
    session->closing = true;
    session_weigh(session);
    rd_feed_end(session);
    session_let_go(session);
    uv_close(&session->uv.handle, session_on_close);
}

/* The peer has gone, or its socket has failed: nobody's fault here, and told to who looks for it.
 */
static void session_gone(struct rd_session *session, const char *doing, int failed)
{
    if (!session->closing)
        rd_log(RD_LOG_DEBUG, "session", "session %llu: %s: %s", (unsigned long long)session->serial,
               doing, uv_strerror(failed));
    rd_session_close(session, NULL);
}

/* Takes nothing more, and closes as soon as the peer has been told why: in a reply to nothing, like
 * any refusal of what was not even read. */
static void session_dismiss(struct rd_session *session, const char *why)
{
    struct rd_job *job = rd_job_get(&session->server->pool, RD_JOB_MESSAGE);
    session_warn(session, "is dismissed", why);
    rd_rpc_refuse(&job->arena, RD_NOT_LOGGED_IN, why, &job->message);
    rd_rpc_write(rd_session_out(session), &job->message);
    rd_job_put(&session->server->pool, job);
    session->ending = true;
    session->starved = true;
}

/* Closes where it is ending and nothing is left. */
static void session_check_end(struct rd_session *session)
{
    if (!session->ending || session->closing || session->first || session_unsent(session) > 0 ||
        !session->starved)
        return;
    if (session->tls && rd_tls_end(session->tls, &session->wire))
        (void)rd_session_out(session); /* nobody may end it in our name */
    else
        rd_session_close(session, NULL);
}

/* ---- sending ---- */

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
        session_gone(session, "sending", status);
        return;
    }
    if (session->out.len > 0 || session->wire.len > 0)
        (void)rd_session_out(session); /* goes out at the end of this turn */
    session_advance(session);
}

/* Hands the rest to the loop, which writes as the peer reads. */
static void session_write(struct rd_session *session, struct rd_buf *sending)
{
    struct rd_buf full = *sending;
    *sending = session->writing;
    session->writing = full;
    session->write.data = session;
    uv_buf_t bytes = uv_buf_init(session->writing.data, (unsigned)session->writing.len);
    int failed = uv_write(&session->write, &session->uv.stream, &bytes, 1, session_on_written);
    if (failed)
        session_gone(session, "sending", failed);
    else
        session->is_writing = true;
}

/* What goes to the socket: `out` as it is, or what is made of it. */
static struct rd_buf *session_sending(struct rd_session *session)
{
    struct rd_error error = RD_ERROR_NONE;
    if (!session->tls)
        return &session->out;
    if (session->out.len == 0 || !rd_tls_is_open(session->tls))
        return &session->wire;
    if (rd_tls_give(session->tls, session->out.data, session->out.len, &session->wire, &error) !=
        RD_OK) {
        rd_session_close(session, error.text);
        return &session->wire;
    }
    if (session->out.cap > RD_READ_BYTES)
        rd_buf_fini(&session->out);
    rd_buf_clear(&session->out);
    return &session->wire;
}

void rd_session_flush(struct rd_session *session)
{
    session->is_dirty = false;
    if (session->closing)
        return;
    if (session->is_writing) { /* what has gathered meanwhile waits here: of a feed, a good deal */
        session_weigh(session);
        return;
    }
    struct rd_buf *sending = session_sending(session);
    if (session->closing)
        return;
    if (sending->len > 0) {
        uv_buf_t bytes = uv_buf_init(sending->data, (unsigned)sending->len);
        int sent = uv_try_write(&session->uv.stream, &bytes, 1);
        if (sent < 0 && sent != UV_EAGAIN) {
            session_gone(session, "sending", sent);
            return;
        }
        rd_buf_drop(sending, sent > 0 ? (size_t)sent : 0);
        if (sending->len > 0)
            session_write(session, sending);
        else if (sending->cap > RD_READ_BYTES)
            rd_buf_fini(sending);
    }
    session_advance(session);
}

/* Who guesses is not answered for ever. */
static void session_failed(struct rd_session *session)
{
    if (++session->login_failures == RD_LOGIN_FAILURES_MAX)
        session_dismiss(session, "too many failed log-ins or proofs: the connection is closed");
}

/* What he has sent behind his last guess is not answered: each may be one more. */
static bool session_is_given_up(const struct rd_session *session)
{
    return session->login_failures >= RD_LOGIN_FAILURES_MAX;
}

/* A wrong proof of a customer is a guess, like a wrong token. */
static bool session_is_guess(const struct rd_job *job, const struct rd_call *call)
{
    const struct rd_request *request = &call->request;
    if (job->is_login)
        return request->status == RD_NOT_LOGGED_IN;
    return call->runs && request->status == RD_NOT_FOUND &&
           strcmp(request->method, "case.progress") == 0 &&
           rd_map_text(request->params, "proof", NULL);
}

static int64_t session_guess_hold_ns(struct rd_session *session, int64_t now_ns)
{
    char account[SESSION_CALLER_MAX];
    struct rd_gate_caller caller = session_caller(session, account);
    return rd_gate_guess_hold_ns(&session->server->gate, &caller, now_ns);
}

/* Whether the answer of the head stays here for a while: it tells a guesser that he was wrong. */
static bool session_holds(struct rd_session *session, const struct rd_job *job)
{
    int64_t hold_ns = 0;
    if (session->held_until_ns)
        return true;
    if (session->released || session->server->draining)
        return false; /* who has closed his half waits as well */
    for (uint32_t i = 0; i < job->message.count; i++)
        if (session_is_guess(job, &job->message.calls[i]))
            hold_ns = session_guess_hold_ns(session, rd_clock_mono_ns());
    if (hold_ns == 0)
        return false;
    session->held_until_ns = rd_clock_mono_ns() + hold_ns;
    rd_server_watch(session->server);
    return true;
}

/* Counts log-ins, remembers the account; what waited behind it may go on. */
static void session_note_login(struct rd_session *session, const struct rd_request *request)
{
    session->log_in_pending = false;
    const char *account = rd_map_text(&request->result, "account", "");
    if (request->status == RD_OK && *account && strlen(account) <= RD_NAME_BYTES_MAX) {
        memcpy(session->account, account, strlen(account) + 1);
        session->login_by_ns = 0;
        session->frame.line_bytes_max = session->server->message_bytes_max;
        session_find_lane(session);
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
        if (!job->is_login && session_is_guess(job, &job->message.calls[i]))
            session_failed(session);
        rd_feed_notice(session, &job->message.calls[i]);
    }
    session_count(session, -(int64_t)job->message.count);
    session->in_flight_bytes -= job->bytes;
    session->waits_bytes -= job->waits_bytes;
}

/* Turns the answered head of the queue into bytes. */
static void session_emit(struct rd_session *session)
{
    while (session->first && session->first->done && !session_holds(session, session->first)) {
        struct rd_job *job = session->first;
        session->released = false;
        session->first = job->behind;
        if (!session->first)
            session->last = NULL;
        session_reply(session, job);
        rd_job_put(&session->server->pool, job);
        if (session_is_given_up(session))
            session_let_go(session);
    }
    if (session_unsent(session) > RD_SESSION_OUT_HARD_BYTES)
        rd_session_close(session, "the peer does not take its replies, and too many wait for it");
}

/* ---- taking in ---- */

/* Whether another message may be taken, with the way back at half of each limit. */
static bool session_may_take(struct rd_session *session)
{
    bool stranger = session_is_stranger(session);
    uint32_t requests_max = stranger ? 1 : session->server->in_flight_max;
    size_t bytes_max = RD_UNANSWERED_SESSION_BYTES;
    size_t unsent_max = stranger ? RD_STRANGER_OUT_BYTES : RD_SESSION_OUT_SOFT_BYTES;
    size_t unsent = session_unsent(session);
    if (session->paused)
        session->paused = session->in_flight > requests_max / 2 ||
                          session->in_flight_bytes > bytes_max / 2 || unsent > unsent_max / 2;
    else
        session->paused = session->in_flight >= requests_max ||
                          session->in_flight_bytes >= bytes_max || unsent >= unsent_max;
    return !session->paused && !session->log_in_pending && !session->closing;
}

/* Too many of his account or address in too short a time are busy, whatever else there is to do. */
static bool session_within_rate(struct rd_session *session, struct rd_job *job)
{
    char account[SESSION_CALLER_MAX];
    const char *what;
    struct rd_gate *gate = &session->server->gate;
    struct rd_gate_caller caller = session_caller(session, account);
    if (!caller.account && !caller.address)
        return true;
    uint32_t cost = job->message.runs * (session_is_stranger(session) ? RD_STRANGER_WEIGHT : 1);
    uint32_t wait_ms = rd_gate_wait_ms(gate, &caller, cost, rd_clock_mono_ns(), &what);
    if (wait_ms == 0)
        return true;
    const char *why =
        rd_arena_printf(&job->arena, "more than %u requests a second of one %s",
                        what[1] == 'c' ? gate->account_rate : gate->address_rate, what);
    rd_rpc_refuse_busy(&job->arena, wait_ms, why, &job->message);
    return false;
}

static void session_enqueue(struct rd_session *session, struct rd_job *job)
{
    struct rd_server *server = session->server;
    uint32_t runs = job->message.runs;
    if (job->message.runs > 0 && session_within_rate(session, job) &&
        !rd_server_has_room(server, job, session->in_flight))
        rd_rpc_refuse_busy(&job->arena, RD_BUSY_RETRY_MS, NULL, &job->message);
    server->busy += runs - job->message.runs;
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
    job->lane = session->lane;
    rd_rpc_read(&job->arena, line, len, &peer, &job->message);
    if (job->message.batch && session_is_stranger(session))
        rd_rpc_refuse(&job->arena, RD_NOT_LOGGED_IN, "log in first: batches are for those who have",
                      &job->message);
    rd_feed_answer(&job->message);
    session_enqueue(session, job);
}

static void session_take_large(struct rd_session *session)
{
    struct rd_job *job = rd_job_get(&session->server->pool, RD_JOB_MESSAGE);
    const char *text = rd_arena_printf(&job->arena, "the message is larger than %zu bytes%s",
                                       session->frame.line_bytes_max,
                                       session_is_stranger(session) ? ": log in first" : "");
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

static void session_half_over(struct rd_session *session)
{
    session->ending = true; /* a peer may end its half and still want its replies */
    rd_feed_end(session);
}

/* Bytes of the wire; false where that was the end of the session. */
static bool session_take(struct rd_session *session, const char *bytes, size_t len)
{
    struct rd_error error = RD_ERROR_NONE;
    struct rd_buf *plain = &session->server->tls_plain;
    session->starved = false;
    if (!session->tls) {
        rd_frame_feed(&session->frame, bytes, len);
        return true;
    }
    rd_buf_clear(plain);
    enum rd_status status = rd_tls_take(session->tls, bytes, len, plain, &session->wire, &error);
    if (plain->len > 0)
        rd_frame_feed(&session->frame, plain->data, plain->len);
    if (session->wire.len > 0)
        (void)rd_session_out(session);
    if (status == RD_END) {
        session_half_over(session);
    } else if (status != RD_OK) {
        uv_buf_t why = uv_buf_init(session->wire.data, (unsigned)session->wire.len);
        if (!session->is_writing && why.len > 0)
            (void)uv_try_write(&session->uv.stream, &why, 1); /* as far as he listens */
        rd_session_close(session, error.text);
        return false;
    }
    return true;
}

static void session_on_read(uv_stream_t *stream, ssize_t len, const uv_buf_t *bytes)
{
    struct rd_session *session = stream->data;
    if (len > 0) {
        if (!session_take(session, bytes->base, (size_t)len))
            return;
    } else if (len == UV_EOF) {
        session_half_over(session);
    } else if (len < 0) {
        session_gone(session, "reading", (int)len);
        return;
    }
    session_advance(session);
}

static void session_regulate(struct rd_session *session)
{
    bool want = !session->ending && session_may_take(session);
    if (session->closing || want == session->reading)
        return;
    int failed = want ? uv_read_start(&session->uv.stream, session_on_alloc, session_on_read) : 0;
    if (failed) {
        session_gone(session, "reading", failed);
        return;
    }
    if (!want)
        uv_read_stop(&session->uv.stream);
    session->reading = want;
}

void session_advance(struct rd_session *session)
{
    if (session->closing)
        return;
    session_pump(session);
    session_regulate(session);
    rd_feed_pull(session);
    session_check_end(session);
    session_weigh(session);
}

void rd_session_answered(struct rd_session *session, struct rd_job *job)
{
    job->done = true;
    if (session->first == job) {
        session_emit(session);
        session_advance(session);
        return;
    }
    session->waits_bytes += job->waits_bytes = job->arena.total;
    session_weigh(session);
}

/* Nobody has logged in. Who does not even take that does not keep his place. */
static void session_late(struct rd_session *session, int64_t now_ns)
{
    if (session->ending) {
        rd_session_close(session, "the peer does not take why it is dismissed");
        return;
    }
    session->login_by_ns = now_ns + RD_DISMISS_MS * 1000000ll;
    session_dismiss(session, "nobody logged in in time: the connection is closed");
    session_advance(session);
}

bool rd_session_watch(struct rd_session *session, int64_t now_ns)
{
    if (session->closing)
        return false;
    if (session->held_until_ns && now_ns >= session->held_until_ns) {
        session->held_until_ns = 0;
        session->released = true;
        session_emit(session);
        session_advance(session);
    }
    if (session->closing)
        return false;
    if (session->login_by_ns && now_ns >= session->login_by_ns && !session->first)
        session_late(session, now_ns);
    return !session->closing && (session->held_until_ns || session->login_by_ns);
}

void rd_session_drain(struct rd_session *session)
{
    session->ending = true;
    session->held_until_ns = 0; /* nobody waits for a guesser */
    session_emit(session);
    session_advance(session);
}
