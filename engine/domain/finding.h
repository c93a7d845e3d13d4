/* Findings: what a check of a policy has to say, each with its place. */
#ifndef RD_DOMAIN_FINDING_H
#define RD_DOMAIN_FINDING_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"

struct rd_finding {
    const char *file; /* in the arena of the list */
    int line;         /* 0: the whole file */
    bool error;       /* false: a warning */
    const char *text;
    struct rd_finding *next;
};

struct rd_findings {
    struct rd_arena *arena; /* the caller's; findings live in it */
    struct rd_finding *first, *last;
    size_t errors, warnings;
};

/* An empty list in the caller's storage; its findings will live in the arena. */
void rd_findings_init(struct rd_findings *findings, struct rd_arena *arena);
/* Adds an error (or warning). Beyond 1,000 they are only counted. */
void rd_finding_error(struct rd_findings *findings, const char *file, int line, const char *format,
                      ...) RD_PRINTF(4, 5);
void rd_finding_warning(struct rd_findings *findings, const char *file, int line,
                        const char *format, ...) RD_PRINTF(4, 5);

#endif
