/* The weeks of a business calendar: the hours of each day of the week, all year round and season by
 * season, and the stretches of time in which each of these weeks repeats.
 *
 *    year-round      06-01   season    09-30  year-round            06-01
 *   ──────────────────┼──────────────────┼───────────────────────────┼─────▶
 *   stretch 0         stretch 1          stretch 2                   stretch 3
 *
 * Seasons are worked out for all years for which holidays are kept, so that asking needs no
 * arithmetic of dates. A season that begins on 02-29 begins on March 1 in common years, one that
 * ends on it ends on February 28.
 */
#include "domain/calendar.h"

#include <stdio.h>
#include <string.h>
#include <stdlib.h>

#include "base/assert.h"
#include "base/text.h"
#include "domain/calendar_inside.h"

/* Any leap year: a season's days are compared in it. */
#define WEEK_LEAP_YEAR 2000
#define WEEK_YEAR_DAYS 366

const char *rd_calendar_weekday_name(int weekday)
{
    static const char *const names[CALENDAR_WEEK_DAYS] = {
        "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday",
    };

    return names[weekday];
}

/* ---- hours ---- */

bool rd_calendar_read_int(const struct rd_value *map, const char *key, int64_t min, int64_t max,
                          int32_t *out)
{
    const struct rd_value *value = rd_map_get(map, key);

    if (!rd_value_is(value, RD_INT) || value->integer < min || value->integer > max)
        return false;
    *out = (int32_t)value->integer;
    return true;
}

enum rd_status rd_calendar_read_span(const struct calendar_build *build,
                                     const struct rd_value *entry, struct calendar_span *out)
{
    if (!rd_calendar_read_int(entry, "from", 0, CALENDAR_DAY_MINUTES - 1, &out->from) ||
        !rd_calendar_read_int(entry, "to", 0, 2 * CALENDAR_DAY_MINUTES, &out->to))
        return rd_calendar_refuse(build, entry,
                                  "working hours begin from 00:00 to 23:59 and end within a day");
    if (out->to <= out->from)
        return rd_calendar_refuse(
            build, entry,
            "working hours from %02d:%02d to %02d:%02d are empty; write 24:00 and "
            "more for past midnight",
            out->from / 60, out->from % 60, out->to / 60, out->to % 60);
    if (out->to - out->from > CALENDAR_DAY_MINUTES)
        return rd_calendar_refuse(build, entry, "working hours are longer than a day");
    return RD_OK;
}

static int week_span_order(const void *a, const void *b)
{
    const struct calendar_span *x = a;
    const struct calendar_span *y = b;

    return (x->from > y->from) - (x->from < y->from);
}

enum rd_status rd_calendar_keep_hours(const struct calendar_build *build,
                                      const struct rd_value *entry, const char *day,
                                      struct calendar_span *spans, size_t count,
                                      struct calendar_hours *out)
{
    *out = (struct calendar_hours){ 0 };
    if (count == 0)
        return RD_OK;
    qsort(spans, count, sizeof(*spans), week_span_order);
    for (size_t i = 1; i < count; i++)
        if (spans[i].from < spans[i - 1].to)
            return rd_calendar_refuse(build, entry,
                                      "working hours of %s overlap: %02d:%02d-%02d:%02d and "
                                      "%02d:%02d-%02d:%02d",
                                      day, spans[i - 1].from / 60, spans[i - 1].from % 60,
                                      spans[i - 1].to / 60, spans[i - 1].to % 60,
                                      spans[i].from / 60, spans[i].from % 60, spans[i].to / 60,
                                      spans[i].to % 60);
    struct calendar_span *kept = rd_arena_alloc(&build->calendar->arena, count * sizeof(*spans));
    memcpy(kept, spans, count * sizeof(*spans));
    out->spans = kept;
    out->count = count;
    return RD_OK;
}

/* ---- one week ---- */

struct week_spans {
    struct calendar_span spans[CALENDAR_WEEK_DAYS][RD_CALENDAR_SPANS_MAX];
    size_t counts[CALENDAR_WEEK_DAYS];
};

static enum rd_status week_entry(const struct calendar_build *build, const struct rd_value *entry,
                                 struct week_spans *week)
{
    const struct rd_value *days = rd_map_list(entry, "days");
    struct calendar_span span;
    enum rd_status status = rd_calendar_read_span(build, entry, &span);

    if (status != RD_OK)
        return status;
    if (days->count == 0)
        return rd_calendar_refuse(build, entry, "working hours of no day of the week");
    for (uint32_t i = 0; i < days->count; i++) {
        const struct rd_value *day = &days->items[i];

        if (!rd_value_is(day, RD_INT) || day->integer < 1 || day->integer > CALENDAR_WEEK_DAYS)
            return rd_calendar_refuse(build, entry,
                                      "days of the week are 1 (Monday) to 7 (Sunday)");
        int at = (int)day->integer - 1;

        if (week->counts[at] == RD_CALENDAR_SPANS_MAX)
            return rd_calendar_refuse(build, entry, "%s has more than %d working intervals",
                                      rd_calendar_weekday_name(at), RD_CALENDAR_SPANS_MAX);
        week->spans[at][week->counts[at]++] = span;
    }
    return RD_OK;
}

static void week_sum(struct calendar_week *week)
{
    for (int day = 0; day < CALENDAR_WEEK_DAYS; day++) {
        const struct calendar_hours *hours = &week->days[day];

        for (size_t i = 0; i < hours->count; i++)
            week->own[CALENDAR_MS][day] +=
                (hours->spans[i].to - hours->spans[i].from) * CALENDAR_MINUTE_MS;
        week->own[CALENDAR_DAYS][day] = hours->count > 0;
        for (int unit = 0; unit < CALENDAR_UNITS; unit++)
            week->before[unit][day + 1] = week->before[unit][day] + week->own[unit][day];
    }
}

/* Sunday's hours run into Monday's as well. */
static enum rd_status week_midnights(const struct calendar_build *build,
                                     const struct calendar_week *week, const char *when)
{
    for (int day = 0; day < CALENDAR_WEEK_DAYS; day++) {
        int next = (day + 1) % CALENDAR_WEEK_DAYS;

        if (rd_calendar_runs_into(&week->days[day], &week->days[next]))
            return rd_calendar_refuse(build, NULL, "working hours of %s run into those of %s%s",
                                      rd_calendar_weekday_name(day), rd_calendar_weekday_name(next),
                                      when);
    }
    return RD_OK;
}

/* `holder` has the list "week"; `when` is said behind a day's name, as " (06-01 to 09-30)". */
static enum rd_status week_build(const struct calendar_build *build, const struct rd_value *holder,
                                 const char *when, struct calendar_week *out)
{
    const struct rd_value *entries = rd_map_list(holder, "week");
    struct week_spans week = { .counts = { 0 } };
    enum rd_status status = RD_OK;

    for (uint32_t i = 0; status == RD_OK && i < entries->count; i++)
        status = week_entry(build, &entries->items[i], &week);
    for (int day = 0; status == RD_OK && day < CALENDAR_WEEK_DAYS; day++) {
        char name[64];

        snprintf(name, sizeof(name), "%s%s", rd_calendar_weekday_name(day), when);
        status = rd_calendar_keep_hours(build, NULL, name, week.spans[day], week.counts[day],
                                        &out->days[day]);
    }
    if (status != RD_OK)
        return status;
    week_sum(out);
    return week_midnights(build, out, when);
}

/* A clock that never rests works all seven days, so that its days can be counted like any other's.
 */
static enum rd_status week_build_always(const struct calendar_build *build,
                                        struct calendar_week *out)
{
    struct calendar_span all_day = { .from = 0, .to = CALENDAR_DAY_MINUTES };
    enum rd_status status = RD_OK;

    if (rd_map_list(build->spec, "week")->count > 0 ||
        rd_map_list(build->spec, "days")->count > 0 ||
        rd_map_list(build->spec, "seasons")->count > 0)
        return rd_calendar_refuse(build, NULL,
                                  "runs always, so it has no week and no days of its own");
    build->calendar->always = true;
    for (int day = 0; status == RD_OK && day < CALENDAR_WEEK_DAYS; day++)
        status = rd_calendar_keep_hours(build, NULL, rd_calendar_weekday_name(day), &all_day, 1,
                                        &out->days[day]);
    week_sum(out);
    return status;
}

/* ---- seasons ---- */

struct week_season {
    int from_month, from_day, to_month, to_day;
    const struct calendar_week *week;
};

/* One year's turn of a season. */
struct week_turn {
    int64_t first;
    int64_t last;
    const struct calendar_week *week;
};

static int week_day_of_year(int month, int day)
{
    return (int)(rd_date_days(WEEK_LEAP_YEAR, month, day) - rd_date_days(WEEK_LEAP_YEAR, 1, 1));
}

/* "06-01" */
static bool week_month_day(const char *text, int *month, int *day)
{
    char date[16];
    int64_t days = 0;
    int year = 0;

    if (snprintf(date, sizeof(date), "%d-%s", WEEK_LEAP_YEAR, text) != 10 ||
        !rd_date_read(date, &days))
        return false;
    rd_date_civil(days, &year, month, day);
    return true;
}

/* The day itself, or the one that stands for February 29 in a common year. */
static int64_t week_date(int year, int month, int day, bool is_last)
{
    bool leaps = rd_date_days(year, 3, 1) - rd_date_days(year, 2, 1) == 29;

    if (month == 2 && day == 29 && !leaps)
        return is_last ? rd_date_days(year, 2, 28) : rd_date_days(year, 3, 1);
    return rd_date_days(year, month, day);
}

static bool week_season_wraps(const struct week_season *season)
{
    return week_day_of_year(season->from_month, season->from_day) >
           week_day_of_year(season->to_month, season->to_day);
}

static enum rd_status week_mark(const struct calendar_build *build, const struct rd_value *entry,
                                const struct week_season *season, bool taken[WEEK_YEAR_DAYS])
{
    int at = week_day_of_year(season->from_month, season->from_day);
    int last = week_day_of_year(season->to_month, season->to_day);

    for (;; at = (at + 1) % WEEK_YEAR_DAYS) {
        if (taken[at])
            return rd_calendar_refuse(build, entry, "the season from %s to %s overlaps another one",
                                      rd_map_text(entry, "from", ""), rd_map_text(entry, "to", ""));
        taken[at] = true;
        if (at == last)
            return RD_OK;
    }
}

static enum rd_status week_season(const struct calendar_build *build, const struct rd_value *entry,
                                  bool taken[WEEK_YEAR_DAYS], struct week_season *out)
{
    const char *from = rd_map_text(entry, "from", "");
    const char *to = rd_map_text(entry, "to", "");
    struct calendar_week *week = rd_arena_zalloc(&build->calendar->arena, 1, sizeof(*week));
    char when[40];

    if (!week_month_day(from, &out->from_month, &out->from_day) ||
        !week_month_day(to, &out->to_month, &out->to_day))
        return rd_calendar_refuse(build, entry,
                                  "a season runs from and to days such as 06-01, not '%.20s' to "
                                  "'%.20s'",
                                  from, to);
    enum rd_status status = week_mark(build, entry, out, taken);

    if (status != RD_OK)
        return status;
    snprintf(when, sizeof(when), " (%.5s to %.5s)", from, to);
    out->week = week;
    return week_build(build, entry, when, week);
}

/* The season's turns of all kept years, cut at the first and the last of them. */
static size_t week_turns(const struct week_season *season, struct week_turn *turns)
{
    int64_t first_day = rd_date_days(RD_CALENDAR_YEAR_MIN, 1, 1);
    int64_t last_day = rd_date_days(RD_CALENDAR_YEAR_MAX, 12, 31);
    int wraps = week_season_wraps(season);
    size_t count = 0;

    for (int year = RD_CALENDAR_YEAR_MIN - 1; year <= RD_CALENDAR_YEAR_MAX; year++) {
        int64_t first = week_date(year, season->from_month, season->from_day, false);
        int64_t last = week_date(year + wraps, season->to_month, season->to_day, true);

        first = first < first_day ? first_day : first;
        last = last > last_day ? last_day : last;
        if (first <= last)
            turns[count++] = (struct week_turn){ first, last, season->week };
    }
    return count;
}

static int week_turn_order(const void *a, const void *b)
{
    const struct week_turn *x = a;
    const struct week_turn *y = b;

    return (x->first > y->first) - (x->first < y->first);
}

/* ---- stretches ---- */

static void week_stretch(struct rd_calendar *calendar, int64_t first,
                         const struct calendar_week *week)
{
    struct calendar_stretch *stretch = &calendar->stretches[calendar->stretch_count];

    *stretch = (struct calendar_stretch){ .first = first, .week = week };
    for (int unit = 0; calendar->stretch_count > 0 && unit < CALENDAR_UNITS; unit++) {
        enum calendar_unit counted = (enum calendar_unit)unit;

        stretch->before[unit] =
            rd_calendar_pattern_before(stretch[-1].week, counted, first) + stretch[-1].offset[unit];
        stretch->offset[unit] =
            stretch->before[unit] - rd_calendar_pattern_before(week, counted, first);
    }
    calendar->stretch_count++;
}

static void week_stretches(struct rd_calendar *calendar, struct week_turn *turns, size_t count)
{
    if (count > 0)
        qsort(turns, count, sizeof(*turns), week_turn_order);
    calendar->stretches =
        rd_arena_zalloc(&calendar->arena, 2 * count + 1, sizeof(*calendar->stretches));
    week_stretch(calendar, INT64_MIN, &calendar->week);
    for (size_t i = 0; i < count; i++) {
        RD_ASSERT(i == 0 || turns[i - 1].last < turns[i].first);
        week_stretch(calendar, turns[i].first, turns[i].week);
        if (i + 1 == count || turns[i].last + 1 < turns[i + 1].first)
            week_stretch(calendar, turns[i].last + 1, &calendar->week);
    }
}

static enum rd_status week_seasons(const struct calendar_build *build)
{
    const struct rd_value *entries = rd_map_list(build->spec, "seasons");
    struct rd_arena *arena = &build->calendar->arena;
    bool taken[WEEK_YEAR_DAYS] = { false };
    size_t count = 0;

    if (entries->count > RD_CALENDAR_SEASONS_MAX)
        return rd_calendar_refuse(build, NULL, "has more than %d seasons", RD_CALENDAR_SEASONS_MAX);
    struct week_turn *turns =
        rd_arena_zalloc(arena, (size_t)entries->count * (CALENDAR_YEARS + 1) + 1, sizeof(*turns));

    for (uint32_t i = 0; i < entries->count; i++) {
        struct week_season season;
        enum rd_status status = week_season(build, &entries->items[i], taken, &season);

        if (status != RD_OK)
            return status;
        count += week_turns(&season, turns + count);
    }
    week_stretches(build->calendar, turns, count);
    return RD_OK;
}

enum rd_status rd_calendar_build_weeks(const struct calendar_build *build)
{
    struct calendar_week *week = &build->calendar->week;
    enum rd_status status = rd_map_bool(build->spec, "always", false)
                                ? week_build_always(build, week)
                                : week_build(build, build->spec, "", week);

    if (status != RD_OK)
        return status;
    if (week->before[CALENDAR_MS][CALENDAR_WEEK_DAYS] == 0)
        return rd_calendar_refuse(build, NULL,
                                  "has no working time in its week; no clock would ever run");
    return week_seasons(build);
}
