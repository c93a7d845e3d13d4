/* What the two files of the calendar's room share: building (calendar_build.c) and asking
 * (calendar.c). Nobody else includes it.
 *
 * Time is kept as whole weeks of the pattern plus the odd days: those that the policy names, and
 * those on which the zone's clock jumps during working hours. Two things are
 * counted the same way, working milliseconds and working days:
 *
 *   before(day) = pattern up to `day`  +  shift of the last odd day before it
 *
 * One binary search over the odd days gives the sum before a day, another the day in which a sum is
 * reached.
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

/* A day that is not as the week has it. Days are counted from 1970-01-01. */
struct calendar_odd {
    int64_t day;
    struct calendar_hours hours;
    int64_t own[CALENDAR_UNITS];    /* of this day */
    int64_t before[CALENDAR_UNITS]; /* of all days before it */
    int64_t shift[CALENDAR_UNITS];  /* how far all days to here are ahead of the pattern */
};

struct rd_calendar {
    struct rd_arena arena;
    struct rd_zone *zone;
    const char *name;
    bool always;
    struct calendar_hours week[CALENDAR_WEEK_DAYS]; /* Monday first */
    int64_t own[CALENDAR_UNITS][CALENDAR_WEEK_DAYS];
    int64_t before[CALENDAR_UNITS][CALENDAR_WEEK_DAYS + 1];
    struct calendar_odd *odd; /* ascending days */
    size_t odd_count;
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
/* The hours of a day, odd or not. */
const struct calendar_hours *rd_calendar_hours(const struct rd_calendar *calendar, int64_t day);
/* Sum of a unit over all days before `day`, counted from a Monday in 1969; may be negative. */
int64_t rd_calendar_before(const struct rd_calendar *calendar, enum calendar_unit unit,
                           int64_t day);

#endif
