/* Stored bytes: values as MessagePack. The same value always gives the same bytes. */
#ifndef RD_BASE_PACK_H
#define RD_BASE_PACK_H

#include "base/buf.h"
#include "base/error.h"
#include "base/value.h"

/* Values nest this deep at most (the wire allows 32, entries put a few levels around). */
#define RD_PACK_DEPTH_MAX 128

/* Appends the bytes of a value; deeper nesting than RD_PACK_DEPTH_MAX is a bug of the caller. */
void rd_pack_write(struct rd_buf *buf, const struct rd_value *value);
/* One value from exactly `len` bytes; texts are copied into the arena. RD_CORRUPT where the bytes
 * are anything else. */
enum rd_status rd_pack_read(struct rd_arena *arena, const void *bytes, size_t len,
                            struct rd_value *out, struct rd_error *error) RD_MUST_CHECK;

#endif
