/* A growing byte buffer. */
#ifndef RD_BASE_BUF_H
#define RD_BASE_BUF_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/assert.h"

struct rd_buf {
    char *data; /* owned; NULL while cap is 0 */
    size_t len;
    size_t cap;
};

/* An empty buffer in the caller's storage; it takes no memory yet. fini gives all back. */
void rd_buf_init(struct rd_buf *buf);
void rd_buf_fini(struct rd_buf *buf);
/* Empties the buffer but keeps its memory. */
void rd_buf_clear(struct rd_buf *buf);
/* Makes room for `more` bytes behind len and returns where they go; len does not move. */
static inline char *rd_buf_reserve(struct rd_buf *buf, size_t more);
/* Put bytes, a text, a letter, a number, a printf behind what is there. */
static inline void rd_buf_append(struct rd_buf *buf, const void *bytes, size_t len);
static inline void rd_buf_text(struct rd_buf *buf, const char *text);
static inline void rd_buf_char(struct rd_buf *buf, char c);
void rd_buf_uint(struct rd_buf *buf, uint64_t number);
/* The number's last `width` digits. */
void rd_buf_digits(struct rd_buf *buf, uint64_t number, int width);
void rd_buf_printf(struct rd_buf *buf, const char *format, ...) RD_PRINTF(2, 3);
/* Drops the first `len` bytes, moving the rest to the front. */
void rd_buf_drop(struct rd_buf *buf, size_t len);

/* The short ones are called for every letter and number of a reply, so they are here; growing,
 * which is rare, is not. */
void rd_buf_grow(struct rd_buf *buf, size_t more);

static inline char *rd_buf_reserve(struct rd_buf *buf, size_t more)
{
    if (buf->cap - buf->len < more || !buf->data)
        rd_buf_grow(buf, more);
    return buf->data + buf->len;
}

static inline void rd_buf_append(struct rd_buf *buf, const void *bytes, size_t len)
{
    if (len == 0)
        return;
    memcpy(rd_buf_reserve(buf, len), bytes, len);
    buf->len += len;
}

static inline void rd_buf_text(struct rd_buf *buf, const char *text)
{
    rd_buf_append(buf, text, strlen(text));
}

static inline void rd_buf_char(struct rd_buf *buf, char c)
{
    *rd_buf_reserve(buf, 1) = c;
    buf->len++;
}

#endif
