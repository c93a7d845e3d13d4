/* The byte buffer: what is written piece by piece and read in one go (lines, entries, pages).
 *
 * Grows by doubling and never shrinks: owners that live long clear it and use it again. No memory
 * left is an abort; how large a buffer may become is its owner's business (limits.h).
 */
#include "base/buf.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

#define BUF_FIRST_BYTES 256

void rd_buf_init(struct rd_buf *buf)
{
    *buf = (struct rd_buf){ 0 };
}

void rd_buf_fini(struct rd_buf *buf)
{
    free(buf->data);
    rd_buf_init(buf);
}

void rd_buf_clear(struct rd_buf *buf)
{
    buf->len = 0;
}

void rd_buf_grow(struct rd_buf *buf, size_t more)
{
    RD_ASSERT(more <= SIZE_MAX / 4 && buf->len <= SIZE_MAX / 4);
    size_t need = buf->len + more;
    size_t cap = buf->cap < BUF_FIRST_BYTES ? BUF_FIRST_BYTES : buf->cap;
    while (cap < need)
        cap *= 2;
    char *data = realloc(buf->data, cap);
    RD_ASSERT(data != NULL);
    buf->data = data;
    buf->cap = cap;
}

void rd_buf_uint(struct rd_buf *buf, uint64_t number)
{
    char *at = rd_buf_reserve(buf, RD_UINT_TEXT_MAX);
    buf->len += (size_t)(rd_text_put_uint(at, number) - at);
}

void rd_buf_digits(struct rd_buf *buf, uint64_t number, int width)
{
    rd_text_put_digits(rd_buf_reserve(buf, (size_t)width), number, width);
    buf->len += (size_t)width;
}

void rd_buf_printf(struct rd_buf *buf, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    va_list again;
    va_copy(again, args);
    rd_buf_reserve(buf, 1);
    int len = vsnprintf(buf->data + buf->len, buf->cap - buf->len, format, args);
    RD_ASSERT(len >= 0);
    if ((size_t)len >= buf->cap - buf->len) {
        char *at = rd_buf_reserve(buf, (size_t)len + 1);
        int second = vsnprintf(at, (size_t)len + 1, format, again);
        RD_ASSERT(second == len);
    }
    buf->len += (size_t)len;
    va_end(again);
    va_end(args);
}

void rd_buf_drop(struct rd_buf *buf, size_t len)
{
    RD_ASSERT(len <= buf->len);
    buf->len -= len;
    if (len > 0 && buf->len > 0)
        memmove(buf->data, buf->data + len, buf->len);
}
