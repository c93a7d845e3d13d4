/* The follower: fetches what another server journals and hands it to the own kernel, on a thread of
 * its own, until the standby is promoted or the server stops. See kernel/standby.c.
 *
 *   other server ◀── journal.read ── thread ── bell ─▶ loop ─▶ standby.take ─▶ kernel thread
 *                                       ▲                                        │
 *                                       └────────────── answer ◀─────────────────┘
 */
#ifndef RD_SERVER_FOLLOW_H
#define RD_SERVER_FOLLOW_H

#include <uv.h>

#include "base/error.h"

struct rd_follow;
struct rd_server;
struct rd_job;

/* Whom to follow; all borrowed until the stop. */
struct rd_follow_options {
    /* An address ("unix:PATH", "tcp:...", "tls:..."), or the other's data directory: its socket
     * there, and where nobody answers there, at a promotion, its journal's files. */
    const char *from;
    const char *token;   /* logs in; NULL */
    const char *ca_file; /* who vouches for the host behind "tls:" (PEM); NULL: the system's */
};

/* RD_BAD_CONFIG where `ca_file` can't be read, or there is nothing that it could vouch for. */
enum rd_status rd_follow_start(struct rd_server *server, const struct rd_follow_options *options,
                               struct rd_follow **out, struct rd_error *error) RD_MUST_CHECK;
/* The loop's: standby.take has been answered (the job stays the caller's). */
void rd_follow_answered(struct rd_follow *follow, struct rd_job *job);
/* Ends the thread and closes its handle on the loop, which must still run; frees. NULL is fine. */
void rd_follow_stop(struct rd_follow *follow);

#endif
