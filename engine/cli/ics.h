/* Days off out of an iCalendar file (RFC 5545), on local dates only. */
#ifndef RD_CLI_ICS_H
#define RD_CLI_ICS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"

struct rd_ics_day {
    int64_t day; /* since 1970-01-01 */
    bool works;  /* a make-up working day, not a day off */
    const char *title;
};

struct rd_ics {
    struct rd_ics_day *days; /* ascending, each day once */
    size_t count;
    const char **problems; /* sentences about events that could not be used, or only in part */
    size_t problem_count;
};

/* Reads all-day events. `year` 0: the years in which the file has events that do not repeat without
 * end. Everything is made in the arena. RD_BAD_FORM: no iCalendar file, or repeats only and no year
 * given; RD_LIMIT_EXCEEDED: nested too deep, too many events or days. */
enum rd_status rd_ics_read(struct rd_arena *arena, const char *text, size_t len, int year,
                           struct rd_ics *out, struct rd_error *error) RD_MUST_CHECK;

#endif
