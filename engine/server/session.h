/* One connection. Loop thread only. */
#ifndef RD_SERVER_SESSION_H
#define RD_SERVER_SESSION_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "kernel/kernel.h"
#include "server/feed.h"
#include "server/job.h"

struct rd_server;
struct rd_session;
struct uv_stream_s;

/* Takes a connection from the listening stream. The session frees itself when its socket has been
 * closed. */
void rd_session_accept(struct rd_server *server, struct uv_stream_s *listener, enum rd_door door,
                       bool tls);
/* The job of this session has been run. */
void rd_session_answered(struct rd_session *session, struct rd_job *job);
/* Sends what has gathered: one write. Takes it from the list of dirty sessions. */
void rd_session_flush(struct rd_session *session);
/* Reads no more, answers what has been read, closes. */
void rd_session_drain(struct rd_session *session);
/* What comes with time: an answer that was held back leaves, who did not log in is closed. Whether
 * there is more of that to come. */
bool rd_session_watch(struct rd_session *session, int64_t now_ns);
/* Closes now. `reason` is for the log; NULL: nothing special. */
void rd_session_close(struct rd_session *session, const char *reason);

/* The next session of the server's list, and of the list of those with something to write; NULL at
 * the end. */
struct rd_session *rd_session_next(struct rd_session *session);
struct rd_session *rd_session_next_dirty(struct rd_session *session);

/* For the feed. */
struct rd_server *rd_session_server(struct rd_session *session);
/* Whose its jobs are, as far as taking turns goes. */
uint8_t rd_session_lane(const struct rd_session *session);
struct rd_feed *rd_session_feed(struct rd_session *session);
/* Who asks, with texts copied into the arena. */
struct rd_peer rd_session_peer(struct rd_session *session, struct rd_arena *arena);
/* Whether unsent bytes are below the soft limit. */
bool rd_session_has_room(const struct rd_session *session);
/* Where to append lines to be sent in this turn. */
struct rd_buf *rd_session_out(struct rd_session *session);

#endif
