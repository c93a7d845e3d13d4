/* Stored bytes: values as MessagePack. The same value always gives the same bytes. */
#ifndef RD_BASE_PACK_H
#define RD_BASE_PACK_H

#include "base/buf.h"
#include "base/error.h"
#include "base/names.h"
#include "base/value.h"

/* Values nest this deep at most (the wire allows 32, entries put a few levels around). */
#define RD_PACK_DEPTH_MAX 128

/* Appends the bytes of a value; deeper nesting than RD_PACK_DEPTH_MAX is a bug of the caller. */
void rd_pack_write(struct rd_buf *buf, const struct rd_value *value);
/* One value from exactly `len` bytes; the bytes are copied into the arena once. RD_CORRUPT where
 * the bytes are anything else. */
enum rd_status rd_pack_read(struct rd_arena *arena, const void *bytes, size_t len,
                            struct rd_value *out, struct rd_error *error) RD_MUST_CHECK;

/* The same, with symbols written by their numbers (NULL: none has one). One that has no number is
 * spelled out. */
void rd_pack_write_named(struct rd_buf *buf, const struct rd_value *value,
                         const struct rd_names *names);
/* The same; one that has no number gets the next, which the caller must see journalled. */
void rd_pack_write_naming(struct rd_buf *buf, const struct rd_value *value, struct rd_names *names);
/* Numbers are read back as the symbols; RD_CORRUPT where one was never given. */
enum rd_status rd_pack_read_named(struct rd_arena *arena, const void *bytes, size_t len,
                                  const struct rd_names *names, struct rd_value *out,
                                  struct rd_error *error) RD_MUST_CHECK;
/* The same of a list of `count` names, whole numbers of no sign, words and nothings, straight from
 * the bytes into the caller's storage: nothing is copied. False where they are anything else, which
 * the reader above looks at. */
bool rd_pack_read_row(const void *bytes, size_t len, const struct rd_names *names,
                      struct rd_value *items, uint32_t count) RD_MUST_CHECK;
/* The first value of several that lie one behind the other; how many bytes it takes. */
enum rd_status rd_pack_read_first(struct rd_arena *arena, const void *bytes, size_t len,
                                  struct rd_value *out, size_t *used,
                                  struct rd_error *error) RD_MUST_CHECK;

#endif
