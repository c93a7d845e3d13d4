/* Business calendars: when a clock runs, and what a duration on it means. Built from the policy
 * once, immutable after: any number of threads may ask one.
 *
 * A calendar has a zone, a week of working intervals, and single days that differ (holidays,
 * working weekends, half days). Day sums are precomputed, so that adding 15 business days costs the
 * same with or without holidays on the way. Each convention (start outside of hours, end at closing
 * time, zero, clocks that are set, ends of months) is in docs/reference/time.md.
 */
#ifndef RD_DOMAIN_CALENDAR_H
#define RD_DOMAIN_CALENDAR_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/limits.h"
#include "base/value.h"

/* Five kinds of durations that are never mixed. */
enum rd_duration_kind {
    /* "90 minutes", "4 hours" on a clock without hours: running time; n = ms */
    RD_DURATION_ELAPSED,
    /* "4 business hours": n = ms of working time */
    RD_DURATION_BUSINESS_TIME,
    /* "5 business days": same local time of the n-th working day after */
    RD_DURATION_BUSINESS_DAYS,
    /* "by close of 2 business days": end of the last interval of that day; n = days */
    RD_DURATION_CLOSE_OF_DAY,
    /* "10 days", "2 weeks", "1 month": local dates, same local time; n = days, and months */
    RD_DURATION_CALENDAR,
};

struct rd_duration {
    enum rd_duration_kind kind;
    int64_t n;      /* ms or days, as the kind says; never negative */
    int32_t months; /* CALENDAR only; added before days */
    /* "... from the next day": time runs from the local midnight after the start; days end when the
     * last of them is over, not at the time of the start */
    bool from_next_day;
};

/* Parses the policy's text: "N UNIT" with UNIT second(s), minute(s), hour(s), day(s), week(s),
 * month(s), year(s), business second(s), business minute(s), business hour(s), business day(s); "by
 * close of N business day(s)"; any of them + " from the next day"; sums of units of one kind ("1
 * hour 30 minutes"). Seconds, minutes and hours without "business" are read on the clock that the
 * rule stands on: `on_business_clock` makes them BUSINESS_TIME, else ELAPSED. Days and longer
 * without "business" are CALENDAR. Negative, unknown, mixed, or longer than RD_DURATION_YEARS_MAX:
 * RD_POLICY_FAULT, with the nearest unit. */
enum rd_status rd_duration_parse(const char *text, bool on_business_clock, struct rd_duration *out,
                                 struct rd_error *error) RD_MUST_CHECK;

struct rd_calendar;
struct rd_zone;

/* Builds a calendar from its normal form (arena-lived or not, nothing is borrowed):
 *   { name = "service_hours", zone = "Asia/Shanghai", file = "rules/calendars.lua", line = 3,
 *     always = false,  -- true: runs day and night, no week and no days
 *     week = { { days = {1,2,3,4,5}, from = 540, to = 720 }, ... },
 *                      -- 1 = Monday; minutes of the local day, to > 1440 = past midnight
 *     seasons = { { from = "06-01", to = "09-30", week = { ... } } },
 *                      -- instead of the week from and up to with these days, each year; from after
 *                         to: over New Year; a week without hours: closed
 *     days = { { date = "2026-10-01", off = true, title = "国庆节" },
 *              { date = "2026-10-10", like = 5 },   -- works as a Friday
 *              { date = "2026-12-24", hours = { { from = 540, to = 720 } } } },
 *     years = { 2024, 2025, 2026 },
 *                      -- whose holidays are known; empty: no holidays kept, never provisional
 *     keeps_holidays = true }
 *                      -- holidays are kept although no year of them is known
 * Entries of week and days may carry a `file` and `line` of their own; a refusal then names those.
 * Refused (RD_POLICY_FAULT, where = file:line): unknown zone, overlapping or empty intervals (also
 * across midnight, at a season's border too), seasons that overlap, a date given twice, a
 * year-round week without working time, more than limits.h allows. */
enum rd_status rd_calendar_new(const struct rd_value *spec, struct rd_calendar **out,
                               struct rd_error *error) RD_MUST_CHECK;
/* NULL is none. */
void rd_calendar_free(struct rd_calendar *calendar);
const char *rd_calendar_name(const struct rd_calendar *calendar);
/* Its zone; borrowed. */
const struct rd_zone *rd_calendar_zone(const struct rd_calendar *calendar);

/* The instant at which `duration`, begun at `start_ms`, is used up. Never before start_ms.
 * `provisional` (may be NULL) is set to whether the way runs through a year whose holidays are not
 * known, and the answer depends on holidays at all. */
int64_t rd_calendar_add(const struct rd_calendar *calendar, int64_t start_ms,
                        const struct rd_duration *duration, bool *provisional);
/* Working milliseconds in [a, b); 0 where b <= a. */
int64_t rd_calendar_between_ms(const struct rd_calendar *calendar, int64_t a_ms, int64_t b_ms,
                               bool *provisional);
/* Working days after a's local day up to and with b's; negative never: 0 where b's day is not after
 * a's. */
int64_t rd_calendar_between_days(const struct rd_calendar *calendar, int64_t a_ms, int64_t b_ms,
                                 bool *provisional);
/* What one local day (since 1970-01-01) is like. */
struct rd_calendar_look {
    bool works;
    bool named;        /* the policy names this day: off, made up, or with hours of its own */
    int like;          /* worked like this day of the week, 1 = Monday; 0: not said */
    const char *title; /* why it differs; or NULL. Borrowed. */
    int64_t work_ms;
    size_t span_count;
    int32_t from_minute[RD_CALENDAR_SPANS_MAX]; /* of the local day */
    int32_t to_minute[RD_CALENDAR_SPANS_MAX];   /* may lie past midnight */
};
void rd_calendar_look(const struct rd_calendar *calendar, int64_t day,
                      struct rd_calendar_look *out);
/* Whether the year's holidays are known, or none are kept. */
bool rd_calendar_knows_year(const struct rd_calendar *calendar, int year);
/* Whether the clock runs at this instant. */
bool rd_calendar_is_open(const struct rd_calendar *calendar, int64_t at_ms);
/* The first instant, not before `at_ms`, at which the clock runs. */
int64_t rd_calendar_opens_ms(const struct rd_calendar *calendar, int64_t at_ms);

#endif
