/* What the files of the calendar's room share: building (calendar_week.c, calendar_build.c) and
 * asking (calendar.c). Nobody else includes it.
 *
 * Time is kept as whole weeks of a pattern plus the odd days: those that the policy names, and
 * those on which the zone's clock jumps during working hours. Seasons have patterns of their own;
 * they cut the time line into stretches, of which a calendar without seasons has one. Two things
 * are counted the same way, working milliseconds and working days:
 *
 *   before(day) = whole weeks up to `day`  +  offset of its stretch  +  shift of the last odd day
 *
 * A look into the odd days gives the sum before a day, another the day in which a sum is reached.
 * For the first one a table says where the odd days of each block of days begin; the second one
 * starts at the day from which on is counted, since most ends are near. Neither costs more where
 * there are more holidays.
 */
#ifndef RD_DOMAIN_CALENDAR_INSIDE_H
#define RD_DOMAIN_CALENDAR_INSIDE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/limits.h"
#include "domain/calendar.h"
#include "domain/zone.h"

#define CALENDAR_MINUTE_MS 60000LL
#define CALENDAR_DAY_MINUTES 1440
#define CALENDAR_DAY_MS 86400000LL
#define CALENDAR_WEEK_DAYS 7
#define CALENDAR_BLOCK_DAYS 32
#define CALENDAR_YEARS (RD_CALENDAR_YEAR_MAX - RD_CALENDAR_YEAR_MIN + 1)

/* What is counted. */
enum calendar_unit { CALENDAR_MS, CALENDAR_DAYS, CALENDAR_UNITS };

/* Working from minute `from` of the local day to minute `to`, which may lie after midnight. */
struct calendar_span {
    int32_t from;
    int32_t to;
};

/* The spans of one day, ascending; none on a day off. */
struct calendar_hours {
    const struct calendar_span *spans;
    size_t count;
};

/* A week of hours, Monday first, and its sums. */
struct calendar_week {
    struct calendar_hours days[CALENDAR_WEEK_DAYS];
    int64_t own[CALENDAR_UNITS][CALENDAR_WEEK_DAYS];
    int64_t before[CALENDAR_UNITS][CALENDAR_WEEK_DAYS + 1];
};

/* From day `first` up to the next stretch's, `week` repeats. The first stretch and the last one are
 * the year-round week's. */
struct calendar_stretch {
    int64_t first;
    const struct calendar_week *week;
    int64_t before[CALENDAR_UNITS]; /* of all patterns before `first`; of the first stretch: none */
    int64_t offset[CALENDAR_UNITS]; /* what that is ahead of, had `week` always been in force */
};

/* A day that is not as the week has it. Days are counted from 1970-01-01. */
struct calendar_odd {
    int64_t day;
    struct calendar_hours hours;
    const char *title; /* why; or NULL */
    int32_t like;      /* works like this day of the week, 1 = Monday; 0: by hours of its own */
    bool named;        /* by the policy, not because the clock jumps */
    int64_t own[CALENDAR_UNITS];    /* of this day */
    int64_t before[CALENDAR_UNITS]; /* of all days before it */
    int64_t shift[CALENDAR_UNITS];  /* how far all days to here are ahead of the pattern */
};

struct rd_calendar {
    struct rd_arena arena;
    struct rd_zone *zone;
    const char *name;
    bool always;
    struct calendar_week week; /* all year round */
    struct calendar_stretch *stretches;
    size_t stretch_count;     /* 1 at least */
    struct calendar_odd *odd; /* ascending days */
    size_t odd_count;
    /* How many odd days lie before each block of days, the first one beginning with the first odd
     * day, and one more at the end; NULL while building. */
    uint32_t *odd_blocks;
    size_t odd_block_count;
    bool keeps_holidays;                       /* whether years below are known or not matters */
    uint16_t known_before[CALENDAR_YEARS + 1]; /* years with known holidays before YEAR_MIN + i */
};

/* 0 = Monday. */
static inline int calendar_weekday(int64_t day)
{
    int64_t weekday = (day + 3) % CALENDAR_WEEK_DAYS;

    return (int)(weekday < 0 ? weekday + CALENDAR_WEEK_DAYS : weekday);
}

/* The local day of an instant, and the instant at which a minute of a local day is reached. */
int64_t rd_calendar_day(const struct rd_calendar *calendar, int64_t at_ms);
int64_t rd_calendar_reach_ms(const struct rd_calendar *calendar, int64_t day, int32_t minute);
/* The pattern in force on a day. */
const struct calendar_week *rd_calendar_week(const struct rd_calendar *calendar, int64_t day);
/* The hours of a day, odd or not. */
const struct calendar_hours *rd_calendar_hours(const struct rd_calendar *calendar, int64_t day);
/* The same sum for one week repeated for ever. */
int64_t rd_calendar_pattern_before(const struct calendar_week *week, enum calendar_unit unit,
                                   int64_t day);
/* Sum of a unit over all days before `day`, counted from a Monday in 1969; may be negative. */
int64_t rd_calendar_before(const struct rd_calendar *calendar, enum calendar_unit unit,
                           int64_t day);

/* ---- building ---- */

struct calendar_build {
    struct rd_calendar *calendar;
    const struct rd_value *spec;
    struct rd_error *error;
};

/* A refusal; the place is the entry's own file and line where it has them, else the calendar's. */
enum rd_status rd_calendar_refuse(const struct calendar_build *build, const struct rd_value *entry,
                                  const char *format, ...) RD_PRINTF(3, 4);
/* An integer member within bounds. */
bool rd_calendar_read_int(const struct rd_value *map, const char *key, int64_t min, int64_t max,
                          int32_t *out);
enum rd_status rd_calendar_read_span(const struct calendar_build *build,
                                     const struct rd_value *entry,
                                     struct calendar_span *out) RD_MUST_CHECK;
/* Sorts the spans of one day and copies them into the calendar. `day` names it in a refusal. */
enum rd_status rd_calendar_keep_hours(const struct calendar_build *build,
                                      const struct rd_value *entry, const char *day,
                                      struct calendar_span *spans, size_t count,
                                      struct calendar_hours *out) RD_MUST_CHECK;
/* "Monday" for 0, and so on. */
const char *rd_calendar_weekday_name(int weekday);
/* "2026-10-01" */
void rd_calendar_write_date(int64_t day, char out[16]);
bool rd_calendar_runs_into(const struct calendar_hours *eve, const struct calendar_hours *day);
/* The week, the seasons, and the stretches that they make. */
enum rd_status rd_calendar_build_weeks(const struct calendar_build *build) RD_MUST_CHECK;

#endif
