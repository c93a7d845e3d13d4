/* A growing byte buffer. */
#ifndef RD_BASE_BUF_H
#define RD_BASE_BUF_H

#include <stddef.h>

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
char *rd_buf_reserve(struct rd_buf *buf, size_t more);
/* Put bytes, a text, a letter, a printf behind what is there. */
void rd_buf_append(struct rd_buf *buf, const void *bytes, size_t len);
void rd_buf_text(struct rd_buf *buf, const char *text);
void rd_buf_char(struct rd_buf *buf, char c);
void rd_buf_printf(struct rd_buf *buf, const char *format, ...) RD_PRINTF(2, 3);
/* Drops the first `len` bytes, moving the rest to the front. */
void rd_buf_drop(struct rd_buf *buf, size_t len);

#endif
