/* Subscribers: a session that follows the journal. Loop thread only. */
#ifndef RD_SERVER_FEED_H
#define RD_SERVER_FEED_H

#include <stdbool.h>
#include <stdint.h>

#include "base/limits.h"
#include "server/job.h"

struct rd_server;
struct rd_session;

struct rd_feed {
    bool on; /* and in the server's list of followers */
    struct rd_session *next, *prev;
    struct rd_job *page; /* is with the kernel; NULL: none */
    uint64_t since;      /* everything up to here has been sent, or is not for this peer */
    char as[RD_NAME_BYTES_MAX + 1]; /* the account that the subscriber asked to act as; or empty */
    uint64_t empty_at;              /* the durable sequence when there was nothing behind `since` */
};

/* Looks at an answered call that is about to be replied to: feed.subscribe begins, feed.unsubscribe
 * ends. */
void rd_feed_notice(struct rd_session *session, const struct rd_call *call);
/* Answers the calls of feed.unsubscribe: following is the door's own state, the kernel knows
 * nothing of it. */
void rd_feed_answer(struct rd_message *message);
/* Follows no more; harmless where it does not. */
void rd_feed_end(struct rd_session *session);
/* Asks for the next page where the session follows, is behind, and has room. Harmless at any time.
 */
void rd_feed_pull(struct rd_session *session);
/* The durable sequence has moved: pulls for all that follow. */
void rd_feed_pull_all(struct rd_server *server);
/* A page came back: its events are sent. */
void rd_feed_answered(struct rd_session *session, struct rd_job *job);

#endif
