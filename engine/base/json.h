/* JSON: bytes to value and back. */
#ifndef RD_BASE_JSON_H
#define RD_BASE_JSON_H

#include "base/buf.h"
#include "base/error.h"
#include "base/value.h"

/* One JSON text (any value at the top) into the arena. Refused, with the position in the message:
 * text that is not JSON or not UTF-8, keys that occur twice, NUL in texts, integers beyond 64 bits
 * (RD_PARSE_ERROR); nesting beyond `depth_max` (RD_TOO_DEEP). */
enum rd_status rd_json_parse(struct rd_arena *arena, const char *bytes, size_t len, int depth_max,
                             struct rd_value *out, struct rd_error *error) RD_MUST_CHECK;
/* Appends the compact form, on one line, non-ASCII as UTF-8, reals so that they read back exactly;
 * NaN and the infinities, which JSON does not have, become null.
 */
void rd_json_write(struct rd_buf *buf, const struct rd_value *value);
/* Appends the form for people: two spaces a level. */
void rd_json_write_pretty(struct rd_buf *buf, const struct rd_value *value);

#endif
