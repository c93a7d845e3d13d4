/* How a connection begins: who is at the other end, whether there is room for him, and how long he
 * has to say who he is.
 */
#include "server/session_inside.h"

#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/clock.h"
#include "base/log.h"

/* A peer that is gone without a word is asked for after so long, and given up when it does not
 * answer: it does not keep its place for ever. */
#define SESSION_KEEP_ALIVE_S 60

static bool session_init_handle(struct rd_session *session, uv_stream_t *listener)
{
    uv_loop_t *loop = &session->server->loop;
    int failed = session->door == RD_DOOR_UNIX ? uv_pipe_init(loop, &session->uv.pipe, 0)
                                               : uv_tcp_init(loop, &session->uv.tcp);
    RD_ASSERT(failed == 0);
    session->uv.handle.data = session;
    return uv_accept(listener, &session->uv.stream) == 0;
}

/* The machine at the other end, without the port, which says nothing about who it is. A network of
 * IPv6 is one place: who has one has all of its 2^64 addresses. */
static bool session_address(struct rd_session *session)
{
    struct sockaddr_storage peer;
    int size = (int)sizeof peer;
    if (uv_tcp_getpeername(&session->uv.tcp, (struct sockaddr *)&peer, &size) != 0 ||
        uv_ip_name((struct sockaddr *)&peer, session->address, sizeof session->address) != 0)
        return false;
    struct in6_addr *six = &((struct sockaddr_in6 *)&peer)->sin6_addr;
    if (peer.ss_family == AF_INET6 && !IN6_IS_ADDR_V4MAPPED(six))
        memset(six->s6_addr + 8, 0, 8);
    return uv_ip_name((struct sockaddr *)&peer, session->place, sizeof session->place) == 0;
}

/* Who is at the other end of a Unix socket is the kernel's word, not the peer's. */
static bool session_identify(struct rd_session *session)
{
    struct ucred peer;
    socklen_t size = sizeof(peer);
    uv_os_fd_t fd;
    if (session->door != RD_DOOR_UNIX)
        return session_address(session) && uv_tcp_nodelay(&session->uv.tcp, 1) == 0 &&
               uv_tcp_keepalive(&session->uv.tcp, 1, SESSION_KEEP_ALIVE_S) == 0;
    if (uv_fileno(&session->uv.handle, &fd) != 0 ||
        getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0)
        return false;
    session->uid = (uint32_t)peer.uid;
    return true;
}

/* Whether so many come from there that the others might not get in. */
static bool session_is_crowd(const struct rd_session *session)
{
    size_t count = 0, most = session->server->sessions_max * 3 / 4;
    if (!session->place[0] || session->server->session_count <= most)
        return false;
    for (const struct rd_session *at = session->server->sessions; at; at = at->next)
        count += strcmp(at->place, session->place) == 0;
    return count > most;
}

/* One too many: it is told so, and may come again. */
static void session_turn_away(struct rd_session *session)
{
    if (session->tls) { /* there is no way to tell him before he has been heard */
        rd_session_close(session, "there are too many");
        return;
    }
    struct rd_job *job = rd_job_get(&session->server->pool, RD_JOB_MESSAGE);
    rd_rpc_refuse(&job->arena, RD_INTERNAL_ERROR, "", &job->message);
    job->message.calls[0].runs = true;
    rd_rpc_refuse_busy(&job->arena, RD_BUSY_RETRY_MS, NULL, &job->message);
    rd_rpc_write(rd_session_out(session), &job->message);
    rd_job_put(&session->server->pool, job);
    session->ending = true;
    session->starved = true;
}

static size_t session_line_bytes(const struct rd_session *session)
{
    size_t most = session->server->message_bytes_max;
    return session_is_stranger(session) && most > RD_STRANGER_LINE_BYTES ? RD_STRANGER_LINE_BYTES
                                                                         : most;
}

/* To begin a sealed connection costs us more than him. */
static bool session_is_hasty(struct rd_session *session)
{
    const char *what;
    struct rd_gate_caller caller = { .address = session->place };
    return session->tls && rd_gate_wait_ms(&session->server->gate, &caller, RD_HANDSHAKE_WEIGHT,
                                           rd_clock_mono_ns(), &what) > 0;
}

void rd_session_accept(struct rd_server *server, uv_stream_t *listener, enum rd_door door, bool tls)
{
    struct rd_session *session = calloc(1, sizeof(*session));
    RD_ASSERT(session != NULL);
    session->server = server;
    session->door = door;
    session->uid = UINT32_MAX; /* nobody, in case anyone looks before or instead of identifying */
    session->serial = ++server->session_serial;
    session->starved = true;
    rd_frame_init(&session->frame, session_line_bytes(session));
    rd_buf_init(&session->out);
    rd_buf_init(&session->writing);
    rd_buf_init(&session->wire);
    session->tls = tls ? rd_tls_accept(server->tls_keys) : NULL;
    bool accepted = session_init_handle(session, listener);
    session_link(session);
    if (!accepted || !session_identify(session)) {
        rd_session_close(session, "the connection was gone before it was accepted");
        return;
    }
    session_find_lane(session);
    rd_log(RD_LOG_DEBUG, "session", "session %llu opens at the %s door, uid %u",
           (unsigned long long)session->serial,
           door == RD_DOOR_UNIX ? "unix"
           : tls                ? "tls"
                                : "tcp",
           session->uid);
    if (server->session_count > server->sessions_max || session_is_crowd(session)) {
        session_turn_away(session);
    } else if (session_is_hasty(session)) {
        rd_session_close(session, "too many begin at once behind its address");
    } else if (door == RD_DOOR_TCP && server->login_within_s > 0) {
        session->login_by_ns = rd_clock_mono_ns() + server->login_within_s * 1000000000ll;
        rd_server_watch(server);
    }
    session_advance(session);
}
