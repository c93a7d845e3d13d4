/* When a schedule comes: libical expands the rule into local dates, and no more than that. Times of
 * the day, zones and days off are the calendar's and the zone's, which were proved right.
 *
 *   rule ─▶ local dates ─▶ (day off: the next working day) ─▶ + `at` in the zone ─▶ instants
 *
 * Moving keeps the order, so walking the dates walks the instants; those that are equal are one. A
 * walk begins shortly before the instant that it asks about, not at the beginning of the schedule,
 * unless the rule counts (COUNT), which limits its length as well.
 */
#include "domain/schedule.h"

#include <libical/ical.h>
#include <string.h>

#include "base/text.h"
#include "domain/model.h"
#include "domain/zone.h"

#define SCHEDULE_DAY_MS 86400000ll
#define SCHEDULE_MINUTE_MS 60000ll

const char *rd_missed_name(enum rd_missed missed)
{
    switch (missed) {
    case RD_MISSED_ONCE:
        return "once";
    case RD_MISSED_EACH:
        return "each";
    case RD_MISSED_SKIP:
        return "skip";
    }
    return "once";
}

/* ---- walking the dates ---- */

struct schedule_walk {
    const struct rd_schedule *schedule;
    icalrecur_iterator *dates;
    int64_t after_ms; /* only what is later is of interest */
    size_t left;      /* dates that may still be looked at */
};

static struct icaltimetype schedule_date(int64_t days)
{
    struct icaltimetype date = { .is_date = 1 }; /* the library's null date has odd hours */
    rd_date_civil(days, &date.year, &date.month, &date.day);
    return date;
}

static bool schedule_works(const struct rd_schedule *schedule, int64_t day)
{
    struct rd_calendar_look look;
    rd_calendar_look(schedule->on, day, &look);
    return look.works;
}

/* Dates before this one have been moved to days before `after` at most. */
static int64_t schedule_first_date(const struct rd_schedule *schedule, int64_t after_ms)
{
    int64_t local = rd_zone_local_ms(schedule->zone, after_ms);
    int64_t day = local / SCHEDULE_DAY_MS - (local % SCHEDULE_DAY_MS < 0) - 1;
    for (int i = 0; schedule->on && i < RD_SCHEDULE_SHIFT_DAYS_MAX; i++) {
        if (schedule_works(schedule, day - 1))
            break;
        day--;
    }
    return day;
}

static void walk_start(struct schedule_walk *walk, const struct rd_schedule *schedule,
                       int64_t after_ms)
{
    struct icalrecurrencetype rule = icalrecurrencetype_from_string(schedule->rule);
    int64_t first = schedule_first_date(schedule, after_ms);
    *walk = (struct schedule_walk){ .schedule = schedule,
                                    .dates = icalrecur_iterator_new(
                                        rule, schedule_date(schedule->from_day)),
                                    .after_ms = after_ms,
                                    .left = RD_SCHEDULE_DATES_MAX };
    if (walk->dates && rule.count == 0 && first > schedule->from_day)
        icalrecur_iterator_set_start(walk->dates, schedule_date(first));
}

static void walk_end(struct schedule_walk *walk)
{
    if (walk->dates)
        icalrecur_iterator_free(walk->dates);
}

/* The instant of a date; INT64_MIN where no working day follows within reach. */
static int64_t schedule_instant(const struct rd_schedule *schedule, int64_t day)
{
    for (int i = 0; schedule->on && !schedule_works(schedule, day); i++, day++)
        if (i == RD_SCHEDULE_SHIFT_DAYS_MAX)
            return INT64_MIN;
    return rd_zone_utc_ms(schedule->zone,
                          day * SCHEDULE_DAY_MS + schedule->at_minute * SCHEDULE_MINUTE_MS);
}

/* The next instant of the walk; INT64_MAX at its end. */
static int64_t walk_next(struct schedule_walk *walk)
{
    while (walk->dates && walk->left-- > 0) {
        struct icaltimetype date = icalrecur_iterator_next(walk->dates);
        if (icaltime_is_null_time(date) || date.year > RD_CALENDAR_YEAR_MAX)
            break;
        int64_t at_ms =
            schedule_instant(walk->schedule, rd_date_days(date.year, date.month, date.day));
        if (at_ms > walk->after_ms) {
            walk->after_ms = at_ms;
            return at_ms;
        }
    }
    return INT64_MAX;
}

int64_t rd_schedule_next(const struct rd_schedule *schedule, int64_t after_ms)
{
    struct schedule_walk walk;
    walk_start(&walk, schedule, after_ms);
    int64_t next_ms = walk_next(&walk);
    walk_end(&walk);
    return next_ms;
}

size_t rd_schedule_count(const struct rd_schedule *schedule, int64_t after_ms, int64_t until_ms,
                         size_t max, int64_t *last_ms)
{
    struct schedule_walk walk;
    size_t count = 0;
    walk_start(&walk, schedule, after_ms);
    for (int64_t at_ms; count < max && (at_ms = walk_next(&walk)) <= until_ms; count++)
        *last_ms = at_ms;
    walk_end(&walk);
    return count;
}

bool rd_schedule_same_times(const struct rd_schedule *a, const struct rd_schedule *b)
{
    const char *on_a = a->on ? rd_calendar_name(a->on) : "",
               *on_b = b->on ? rd_calendar_name(b->on) : "";
    return strcmp(a->rule, b->rule) == 0 && a->from_day == b->from_day &&
           a->at_minute == b->at_minute &&
           strcmp(rd_zone_name(a->zone), rd_zone_name(b->zone)) == 0 && strcmp(on_a, on_b) == 0;
}

void rd_schedules_free(struct rd_model *model)
{
    for (size_t i = 0; i < model->schedule_count; i++)
        if (model->schedules[i].zone_own)
            rd_zone_close(model->schedules[i].zone);
}
