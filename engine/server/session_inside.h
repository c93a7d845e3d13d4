/* What the files of the sessions' room share; nobody else includes it. */
#ifndef RD_SERVER_SESSION_INSIDE_H
#define RD_SERVER_SESSION_INSIDE_H

#include <uv.h>

#include "base/limits.h"
#include "server/address.h"
#include "server/frame.h"
#include "server/server.h"
#include "server/session.h"

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
    uint8_t lane;                        /* whose its jobs are, as far as taking turns goes */
    char account[RD_NAME_BYTES_MAX + 1]; /* empty: not logged in */
    char token[RD_TOKEN_KEY_TEXT];       /* by which he did */
    char address[RD_ADDRESS_TEXT_MAX];   /* empty: this machine's own socket */
    char place[RD_ADDRESS_TEXT_MAX];     /* the same, or its whole network: whom the gate knows */

    struct rd_frame frame;
    struct rd_job *first, *last; /* in order of arrival, answered or not */
    uint32_t in_flight;          /* requests in those */
    size_t in_flight_bytes;
    size_t waits_bytes;    /* of those that are answered behind one that is not, or is held back */
    struct rd_buf out;     /* gathers */
    struct rd_buf writing; /* is being written, untouched until then */
    uv_write_t write;
    struct rd_tls *tls; /* NULL: what is sent is sent as it is */
    struct rd_buf wire; /* with it: `out`, sealed */
    size_t held_bytes;  /* of its buffers and what waits, as counted in the server's */
    struct rd_feed feed;
    uint32_t login_failures;
    int64_t held_until_ns; /* the head of the queue is answered, but not before then; 0: at once */
    int64_t login_by_ns;   /* TCP: logged in by then, or closed; 0: no need */
    bool released;         /* what was held back may leave */
    bool reading, paused, log_in_pending, starved, is_dirty, is_writing;
    bool ending; /* takes nothing more, closes when all is answered and sent */
    bool closing;
};

/* Whether he may ask for little, since nobody knows him: a TCP peer that has not logged in. */
bool session_is_stranger(const struct rd_session *session);

/* Who comes is known now, or is another. */
void session_find_lane(struct rd_session *session);

/* Its own part of what all hold has changed: where that is too much, the largest one is closed. */
void session_weigh(struct rd_session *session);

/* Joins it to the server's. */
void session_link(struct rd_session *session);
/* Whatever has changed: takes what may be taken, reads or stops reading, follows the feed, closes
 * at the end. */
void session_advance(struct rd_session *session);

#endif
