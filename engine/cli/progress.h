/* A bar for long work: on a terminal only, on standard error, with rate and time left. */
#ifndef RD_CLI_PROGRESS_H
#define RD_CLI_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "base/buf.h"

struct rd_progress {
    FILE *to; /* NULL: nobody watches */
    const char *label, *unit;
    int64_t started_ns, drawn_ns;
    bool drawn;
};

/* Begins; `to` is looked at once: no terminal, no bar. Label and unit ("rows") are borrowed. */
void rd_progress_start(struct rd_progress *progress, FILE *to, const char *label, const char *unit);
/* So much is done; `all` of 0 is unknown. Draws ten times a second at most. */
void rd_progress_set(struct rd_progress *progress, uint64_t done, uint64_t all);
/* Wipes the bar: whatever is printed next begins on a clean line. */
void rd_progress_end(struct rd_progress *progress);
/* The line itself, without the return to its beginning; `unit` "bytes" is shown in MiB. */
void rd_progress_line(struct rd_buf *out, const char *label, const char *unit, uint64_t done,
                      uint64_t all, int64_t elapsed_ns);

#endif
