/* Framing: where one message ends and the next begins.
 *
 *   buf  [ taken ▒▒▒▒ | line \n line \n part of a li░░░░ ]
 *                     ^at                  ^scanned
 *
 * A line that grows beyond the limit is reported as soon as that is certain and is never kept:
 * until its end is seen, bytes are dropped as they arrive, so that a peer can make us hold one
 * line's worth of memory and no more. What was scanned for a line end once is not scanned again, so
 * that a line that drips in by single bytes costs no square.
 */
#include "server/frame.h"

#include <string.h>

/* A buffer that became larger than this is given back once it is empty: idle sessions hold next to
 * nothing. */
#define FRAME_KEPT_BYTES 4096

void rd_frame_init(struct rd_frame *frame, size_t line_bytes_max)
{
    *frame = (struct rd_frame){ .line_bytes_max = line_bytes_max };
    rd_buf_init(&frame->buf);
}

void rd_frame_fini(struct rd_frame *frame)
{
    rd_buf_fini(&frame->buf);
    *frame = (struct rd_frame){ 0 };
}

static void frame_forget(struct rd_frame *frame)
{
    if (frame->buf.cap > FRAME_KEPT_BYTES)
        rd_buf_fini(&frame->buf);
    else
        rd_buf_clear(&frame->buf);
    frame->at = frame->scanned = 0;
}

void rd_frame_feed(struct rd_frame *frame, const char *bytes, size_t len)
{
    if (frame->skipping) {
        const char *end = memchr(bytes, '\n', len);
        if (!end)
            return;
        len -= (size_t)(end + 1 - bytes);
        bytes = end + 1;
        frame->skipping = false;
    }
    if (frame->at == frame->buf.len && frame->buf.len > 0)
        frame_forget(frame);
    if (frame->at > 0) {
        rd_buf_drop(&frame->buf, frame->at);
        frame->scanned -= frame->at;
        frame->at = 0;
    }
    rd_buf_append(&frame->buf, bytes, len);
}

/* The end of the line that begins at `at`, or NULL. */
static const char *frame_find_end(struct rd_frame *frame)
{
    if (frame->scanned < frame->at)
        frame->scanned = frame->at;
    if (frame->scanned == frame->buf.len)
        return NULL;
    const char *from = frame->buf.data + frame->scanned;
    const char *end = memchr(from, '\n', frame->buf.len - frame->scanned);
    frame->scanned = end ? (size_t)(end - frame->buf.data) : frame->buf.len;
    return end;
}

enum rd_frame_event rd_frame_next(struct rd_frame *frame, const char **line, size_t *len)
{
    for (;;) {
        const char *end = frame_find_end(frame);
        if (!end) {
            /* one byte more than the limit may be the \r of an end that is still under way */
            if (frame->buf.len - frame->at <= frame->line_bytes_max + 1) {
                if (frame->at == frame->buf.len)
                    frame_forget(frame);
                return RD_FRAME_MORE;
            }
            frame_forget(frame);
            frame->skipping = true;
            return RD_FRAME_LARGE;
        }
        const char *begin = frame->buf.data + frame->at;
        size_t bytes = (size_t)(end - begin);
        frame->at = frame->scanned = (size_t)(end + 1 - frame->buf.data);
        if (bytes > 0 && begin[bytes - 1] == '\r')
            bytes--;
        if (bytes == 0)
            continue;
        if (bytes > frame->line_bytes_max)
            return RD_FRAME_LARGE;
        *line = begin;
        *len = bytes;
        return RD_FRAME_LINE;
    }
}
