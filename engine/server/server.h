/* What the rooms of this floor share on the loop thread. Not for other floors: they see daemon.h.
 */
#ifndef RD_SERVER_SERVER_H
#define RD_SERVER_SERVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <uv.h>

#include "base/limits.h"
#include "base/memory.h"
#include "server/gate.h"
#include "server/job.h"
#include "server/notify.h"
#include "server/pace.h"
#include "server/tls.h"
#include "server/worker.h"

#define RD_READ_BYTES (64u * 1024)

struct rd_listener;
struct rd_session;

struct rd_server {
    uv_loop_t loop;
    struct rd_worker worker;
    uv_async_t bell;
    uv_prepare_t
        before_wait; /* both make a turn: nothing gathered is left lying while the loop sleeps */
    uv_check_t after_wait;
    uv_signal_t signals[3];
    uv_timer_t drain_timer, watchdog_timer;
    uv_timer_t watch_timer; /* while a session holds an answer back or has not logged in */
    uv_timer_t memory_timer;
    struct rd_memory_keeper memory;
    struct rd_notify notify;

    struct rd_follow *follow; /* NULL: follows nobody */
    struct rd_listener *listeners;
    struct rd_session *sessions;
    struct rd_session *followers; /* sessions that have subscribed to the feed */
    struct rd_session *dirty;     /* sessions with something to send in this turn */
    size_t session_count, sessions_max;
    size_t held_bytes;       /* of their buffers, and of replies that wait */
    uint32_t login_within_s; /* how long a TCP peer may be nobody; 0: for ever */
    uint64_t session_serial;

    struct rd_job_pool pool;
    struct rd_jobs pending; /* handed to the kernel thread at the end of the turn */
    size_t under_way;       /* requests with the kernel, pending ones included */
    size_t under_way_bytes;
    uint64_t busy;                   /* requests that were told to come again, so far */
    size_t lane_under_way[RD_LANES]; /* of these, by whose they are, */
    size_t lanes_busy;               /* and of how many lanes there are any */
    size_t sessions_busy;            /* sessions of which requests are not answered yet */
    struct rd_pace pace;
    struct rd_gate gate;
    struct rd_tls_keys *tls_keys; /* NULL: no door is sealed */
    struct rd_buf tls_plain;      /* what a read of a sealed connection meant; empty between */
    uint64_t durable_seq;

    uint32_t in_flight_max;
    size_t message_bytes_max;
    bool draining;
    bool stopping; /* the kernel thread was told to end */
    bool reloading;
    bool reload_again; /* SIGHUP came meanwhile */
    bool pinged;       /* the watchdog's question is with the kernel thread */
    char read_buffer[RD_READ_BYTES];
};

/* Whether there is room for these requests of a session that has `own` unanswered: else the answer
 * is busy. */
bool rd_server_has_room(const struct rd_server *server, const struct rd_job *job, size_t own);
/* Takes the job; it comes back to rd_session_answered (MESSAGE), rd_feed_answered (FEED) or the
 * daemon itself. */
void rd_server_submit(struct rd_server *server, struct rd_job *job);
/* Hands over what is pending and sends what is to be sent. */
void rd_server_turn(struct rd_server *server);
/* A session has something that comes with time: from now on rd_session_watch is asked. */
void rd_server_watch(struct rd_server *server);
/* Something ended: goes on with stopping where nothing is left to wait for. */
void rd_server_check_end(struct rd_server *server);

#endif
