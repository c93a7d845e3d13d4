/* Framing: a stream of bytes in, lines out. */
#ifndef RD_SERVER_FRAME_H
#define RD_SERVER_FRAME_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

struct rd_frame {
    struct rd_buf buf;
    size_t line_bytes_max;
    size_t at;      /* where the next line begins */
    size_t scanned; /* no line end between `at` and here */
    bool skipping;  /* inside an oversized line: nothing is kept until its end */
};

enum rd_frame_event {
    RD_FRAME_MORE, /* no complete line: feed */
    RD_FRAME_LINE, /* a line, without its end */
    RD_FRAME_LARGE /* a line longer than the limit began; told once, its bytes are thrown away */
};

/* In the caller's storage; lines beyond line_bytes_max are thrown away. */
void rd_frame_init(struct rd_frame *frame, size_t line_bytes_max);
void rd_frame_fini(struct rd_frame *frame);
/* Takes what has been read. Only after this may memory move; lines handed out before are gone. */
void rd_frame_feed(struct rd_frame *frame, const char *bytes, size_t len);
/* The next line that is not empty; valid until the next feed. Ends are \n or \r\n. */
enum rd_frame_event rd_frame_next(struct rd_frame *frame, const char **line, size_t *len);

#endif
