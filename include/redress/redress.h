/* The embedding API: an engine inside another process: open, call, idle, close. No sockets, no
 * threads of its own.
 *
 * One thread at a time uses an engine. A process may hold several, each with a data directory of
 * its own, which only one process opens at a time. Every string is UTF-8 with a NUL behind it.
 */
#ifndef REDRESS_REDRESS_H
#define REDRESS_REDRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "redress/status.h"

struct rd_engine;

struct rd_engine_options {
    const char *data_dir;   /* made where missing */
    const char *policy_dir; /* holds rules/ and scripts/; NULL: the generation that the data
                               directory has */
    bool clock_manual;      /* time moves by the method clock.advance only */
    int64_t clock_start_ms; /* UTC ms; with clock_manual on an empty data directory; 0: now */
};

/* Opens and recovers. On failure *out is NULL and `why` (why_len bytes, may be NULL) holds the
 * reason, with every finding of a refused policy on a line of its own. RD_IN_USE, RD_CORRUPT,
 * RD_POLICY_REFUSED, RD_BAD_CONFIG, RD_IO, RD_STORAGE_FULL. */
enum rd_status rd_engine_open(const struct rd_engine_options *options, struct rd_engine **out,
                              char *why, size_t why_len);

/* Calls one method of docs/reference/methods.md with its parameters as a JSON object (len bytes),
 * as the administrator (a parameter `as` names another account). What it wrote is durable when this
 * returns. The reply is the result, or on any other status than RD_OK the error object {code,
 * message, data}, as JSON on one line; it belongs to the engine and is valid until the next call.
 * Due deadlines ring in passing, a bounded number a call. */
enum rd_status rd_engine_call(struct rd_engine *engine, const char *method, const char *params,
                              size_t len, const char **reply);

/* Nothing to do just now: commits, prepares files. Returns the UTC ms at which a deadline wants to
 * ring (then call rd_engine_ring), INT64_MAX for none. */
int64_t rd_engine_idle(struct rd_engine *engine);
/* Rings what is due, a bounded slice; true where more is due. */
bool rd_engine_ring(struct rd_engine *engine);

/* Flushes, commits, closes. NULL is fine. */
void rd_engine_close(struct rd_engine *engine);

#endif
