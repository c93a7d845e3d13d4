/* What peers make us hold: bytes of messages that have not ended, and of replies that are not
 * taken, or wait for one before them.
 *
 * Each session has bounds of its own (limits.h), but there are thousands of them. All of them
 * together have one as well. Beyond it the one that holds the most is closed, and the next, until
 * there is room: who takes his replies holds little for long, so it is not he. Who has not said who
 * he is can hold next to nothing from the beginning.
 */
#include "server/session_inside.h"

#include "base/log.h"

bool session_is_stranger(const struct rd_session *session)
{
    return session->door == RD_DOOR_TCP && !session->account[0];
}

static size_t session_holding(const struct rd_session *session)
{
    return session->closing ? 0
                            : session->frame.buf.cap + session->out.cap + session->writing.cap +
                                  session->wire.cap + session->waits_bytes;
}

static struct rd_session *session_largest(const struct rd_server *server)
{
    struct rd_session *largest = NULL;
    for (struct rd_session *at = server->sessions; at; at = at->next)
        if (!at->closing && (!largest || at->held_bytes > largest->held_bytes))
            largest = at;
    return largest;
}

void session_weigh(struct rd_session *session)
{
    struct rd_server *server = session->server;
    size_t holding = session_holding(session);
    if (holding == session->held_bytes)
        return;
    server->held_bytes = server->held_bytes - session->held_bytes + holding;
    session->held_bytes = holding;
    if (server->held_bytes > RD_SESSIONS_HELD_BYTES)
        rd_session_close(session_largest(server),
                         "no other holds as much memory, and all of them together too much");
}
