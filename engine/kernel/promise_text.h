/* Promises as text: what was read from an admin's file (or found in the journal) is written again,
 * as Lua reads it. */
#ifndef RD_KERNEL_PROMISE_TEXT_H
#define RD_KERNEL_PROMISE_TEXT_H

#include "base/buf.h"
#include "base/value.h"

/* Text in quotes. */
void rd_promise_quote(struct rd_buf *out, const char *text, size_t len);
/* Plain data: texts, numbers, yes or no, lists and maps of them. */
void rd_promise_put(struct rd_buf *out, const struct rd_value *value);
/* One step, of the normal form of a test; `expect` is what it expects, as Lua, NULL: nothing. */
void rd_promise_put_step(struct rd_buf *out, const struct rd_value *step, const char *expect);
/* The beginning of a promise, "{ at ..., given ..., steps = {", and what it does up to and with one
 * step (counted as in struct rd_promise), of the normal form of a test. What the steps expected is
 * left out; one that had to be refused still has to. The first line says which test it is. */
void rd_promise_put_way(struct rd_buf *out, const struct rd_value *test, int32_t last);

#endif
