/* JSON-RPC 2.0: one line in, requests for the kernel; their results, one line out. Knows no socket
 * and no thread. */
#ifndef RD_SERVER_RPC_H
#define RD_SERVER_RPC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "kernel/kernel.h"

/* One request of a message. */
struct rd_call {
    struct rd_value id; /* a text, an integer, or null */
    bool notification;  /* it has no id: there is no reply, whatever happens */
    bool runs;          /* false: `request.status` and `error` are the answer already */
    struct rd_request request;
};

struct rd_message {
    bool batch;            /* the replies leave as one list */
    struct rd_call *calls; /* in the arena */
    uint32_t count;
    uint32_t runs; /* calls that the kernel is to run */
};

/* Reads a line. Never fails: what is wrong with it becomes a call that is answered already. The
 * peer (its account borrowed) goes into every request. */
void rd_rpc_read(struct rd_arena *arena, const char *line, size_t len, const struct rd_peer *peer,
                 struct rd_message *out);
/* A message of one call of our own. */
void rd_rpc_make(struct rd_arena *arena, const char *method, const struct rd_value *params,
                 const struct rd_peer *peer, struct rd_message *out);
/* A message that was not even read, answered with an error and the id null. */
void rd_rpc_refuse(struct rd_arena *arena, enum rd_status status, const char *text,
                   struct rd_message *out);
/* Answers the calls that would run with RD_BUSY instead, and when to come again: none runs any
 * more. `why`: a sentence, NULL: the server's. */
void rd_rpc_refuse_busy(struct rd_arena *arena, uint32_t retry_ms, const char *why,
                        struct rd_message *message);
/* Whether the message is one call of this method that is to run. */
bool rd_rpc_is_call(const struct rd_message *message, const char *method);

/* Appends the reply's line; nothing where all calls are notifications. What is no error of the
 * peer's is logged in full and sent as internal_error without it. */
void rd_rpc_write(struct rd_buf *out, const struct rd_message *message);
/* Appends a notification's line. */
void rd_rpc_write_event(struct rd_buf *out, const char *method, const struct rd_value *params);

#endif
