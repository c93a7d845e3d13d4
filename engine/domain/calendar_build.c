/* Building a business calendar from the policy's normal form: checked, copied, and summed up once.
 *
 * The order is: zone, week, single days, then whether hours overlap across midnight (only now every
 * neighbour is known), then the days on which the zone's clock jumps during working hours, then the
 * sums. Nothing of the policy's tree is kept. Whatever is wrong is told with the file and line that
 * the policy wrote; a calendar that could stop a clock for ever is refused.
 */
#include "domain/calendar.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/assert.h"
#include "base/text.h"
#include "domain/calendar_inside.h"

/* The longest range of local days that one jump of a clock touches: a day skipped whole, and the
 * night shift before it. */
#define BUILD_JUMP_DAYS_MAX 4

struct calendar_build {
    struct rd_calendar *calendar;
    const struct rd_value *spec;
    struct rd_error *error;
};

static const char *const build_weekdays[CALENDAR_WEEK_DAYS] = {
    "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday",
};

/* ---- saying no ---- */

/* The place is the entry's own file and line where it has them, else the calendar's. */
static enum rd_status build_refuse(const struct calendar_build *build, const struct rd_value *entry,
                                   const char *format, ...) RD_PRINTF(3, 4);

static enum rd_status build_refuse(const struct calendar_build *build, const struct rd_value *entry,
                                   const char *format, ...)
{
    char text[RD_ERROR_TEXT_MAX / 2];
    char where[128];
    va_list args;

    va_start(args, format);
    vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    snprintf(where, sizeof(where), "%s:%lld",
             rd_map_text(entry, "file", rd_map_text(build->spec, "file", "?")),
             (long long)rd_map_int(entry, "line", rd_map_int(build->spec, "line", 0)));
    return rd_error_at(build->error, RD_POLICY_FAULT, where, "calendar '%s': %s",
                       rd_map_text(build->spec, "name", "?"), text);
}

/* ---- hours ---- */

static bool build_int(const struct rd_value *map, const char *key, int64_t min, int64_t max,
                      int32_t *out)
{
    const struct rd_value *value = rd_map_get(map, key);

    if (!rd_value_is(value, RD_INT) || value->integer < min || value->integer > max)
        return false;
    *out = (int32_t)value->integer;
    return true;
}

static enum rd_status build_span(const struct calendar_build *build, const struct rd_value *entry,
                                 struct calendar_span *out)
{
    if (!build_int(entry, "from", 0, CALENDAR_DAY_MINUTES - 1, &out->from) ||
        !build_int(entry, "to", 0, 2 * CALENDAR_DAY_MINUTES, &out->to))
        return build_refuse(build, entry,
                            "working hours begin from 00:00 to 23:59 and end within a day");
    if (out->to <= out->from)
        return build_refuse(build, entry,
                            "working hours from %02d:%02d to %02d:%02d are empty; write 24:00 and "
                            "more for past midnight",
                            out->from / 60, out->from % 60, out->to / 60, out->to % 60);
    if (out->to - out->from > CALENDAR_DAY_MINUTES)
        return build_refuse(build, entry, "working hours are longer than a day");
    return RD_OK;
}

static int build_span_order(const void *a, const void *b)
{
    const struct calendar_span *x = a;
    const struct calendar_span *y = b;

    return (x->from > y->from) - (x->from < y->from);
}

/* Sorts the spans of one day and copies them into the calendar. `day` names the day in a refusal.
 */
static enum rd_status build_hours(const struct calendar_build *build, const struct rd_value *entry,
                                  const char *day, struct calendar_span *spans, size_t count,
                                  struct calendar_hours *out)
{
    *out = (struct calendar_hours){ 0 };
    if (count == 0)
        return RD_OK;
    qsort(spans, count, sizeof(*spans), build_span_order);
    for (size_t i = 1; i < count; i++)
        if (spans[i].from < spans[i - 1].to)
            return build_refuse(build, entry,
                                "working hours of %s overlap: %02d:%02d-%02d:%02d and "
                                "%02d:%02d-%02d:%02d",
                                day, spans[i - 1].from / 60, spans[i - 1].from % 60,
                                spans[i - 1].to / 60, spans[i - 1].to % 60, spans[i].from / 60,
                                spans[i].from % 60, spans[i].to / 60, spans[i].to % 60);
    out->spans = (const struct calendar_span *)rd_arena_copy(&build->calendar->arena, spans,
                                                             count * sizeof(*spans));
    out->count = count;
    return RD_OK;
}

/* ---- the week ---- */

struct build_week {
    struct calendar_span spans[CALENDAR_WEEK_DAYS][RD_CALENDAR_SPANS_MAX];
    size_t counts[CALENDAR_WEEK_DAYS];
};

static enum rd_status build_week_entry(const struct calendar_build *build,
                                       const struct rd_value *entry, struct build_week *week)
{
    const struct rd_value *days = rd_map_list(entry, "days");
    struct calendar_span span;
    enum rd_status status = build_span(build, entry, &span);

    if (status != RD_OK)
        return status;
    if (days->count == 0)
        return build_refuse(build, entry, "working hours of no day of the week");
    for (uint32_t i = 0; i < days->count; i++) {
        const struct rd_value *day = &days->items[i];

        if (!rd_value_is(day, RD_INT) || day->integer < 1 || day->integer > CALENDAR_WEEK_DAYS)
            return build_refuse(build, entry, "days of the week are 1 (Monday) to 7 (Sunday)");
        int at = (int)day->integer - 1;

        if (week->counts[at] == RD_CALENDAR_SPANS_MAX)
            return build_refuse(build, entry, "%s has more than %d working intervals",
                                build_weekdays[at], RD_CALENDAR_SPANS_MAX);
        week->spans[at][week->counts[at]++] = span;
    }
    return RD_OK;
}

static enum rd_status build_week(const struct calendar_build *build)
{
    const struct rd_value *entries = rd_map_list(build->spec, "week");
    struct build_week week = { .counts = { 0 } };
    enum rd_status status = RD_OK;

    for (uint32_t i = 0; status == RD_OK && i < entries->count; i++)
        status = build_week_entry(build, &entries->items[i], &week);
    for (int day = 0; status == RD_OK && day < CALENDAR_WEEK_DAYS; day++)
        status = build_hours(build, NULL, build_weekdays[day], week.spans[day], week.counts[day],
                             &build->calendar->week[day]);
    return status;
}

/* A clock that never rests works all seven days, so that its days can be counted like any other's.
 */
static enum rd_status build_always(const struct calendar_build *build)
{
    struct calendar_span all_day = { .from = 0, .to = CALENDAR_DAY_MINUTES };
    enum rd_status status = RD_OK;

    if (rd_map_list(build->spec, "week")->count > 0 || rd_map_list(build->spec, "days")->count > 0)
        return build_refuse(build, NULL, "runs always, so it has no week and no days of its own");
    build->calendar->always = true;
    for (int day = 0; status == RD_OK && day < CALENDAR_WEEK_DAYS; day++)
        status =
            build_hours(build, NULL, build_weekdays[day], &all_day, 1, &build->calendar->week[day]);
    return status;
}

static enum rd_status build_pattern_sums(const struct calendar_build *build)
{
    struct rd_calendar *calendar = build->calendar;

    for (int day = 0; day < CALENDAR_WEEK_DAYS; day++) {
        const struct calendar_hours *hours = &calendar->week[day];

        for (size_t i = 0; i < hours->count; i++)
            calendar->own[CALENDAR_MS][day] +=
                (hours->spans[i].to - hours->spans[i].from) * CALENDAR_MINUTE_MS;
        calendar->own[CALENDAR_DAYS][day] = hours->count > 0;
        for (int unit = 0; unit < CALENDAR_UNITS; unit++)
            calendar->before[unit][day + 1] =
                calendar->before[unit][day] + calendar->own[unit][day];
    }
    if (calendar->before[CALENDAR_MS][CALENDAR_WEEK_DAYS] == 0)
        return build_refuse(build, NULL,
                            "has no working time in its week; no clock would ever run");
    return RD_OK;
}

/* ---- single days ---- */

static enum rd_status build_day_hours(const struct calendar_build *build,
                                      const struct rd_value *entry, const char *date,
                                      struct calendar_hours *out)
{
    const struct rd_value *list = rd_map_list(entry, "hours");
    struct calendar_span spans[RD_CALENDAR_SPANS_MAX];

    if (list->count == 0)
        return build_refuse(build, entry, "%s has no hours; write off = true", date);
    if (list->count > RD_CALENDAR_SPANS_MAX)
        return build_refuse(build, entry, "%s has more than %d working intervals", date,
                            RD_CALENDAR_SPANS_MAX);
    for (uint32_t i = 0; i < list->count; i++) {
        enum rd_status status = build_span(build, &list->items[i], &spans[i]);

        if (status != RD_OK)
            return status;
    }
    return build_hours(build, entry, date, spans, list->count, out);
}

static enum rd_status build_day_like(const struct calendar_build *build,
                                     const struct rd_value *entry, const char *date,
                                     struct calendar_hours *out)
{
    int32_t like = 0;

    if (!build_int(entry, "like", 1, CALENDAR_WEEK_DAYS, &like))
        return build_refuse(build, entry, "%s can be like 1 (a Monday) to 7 (a Sunday)", date);
    *out = build->calendar->week[like - 1];
    if (out->count == 0)
        return build_refuse(build, entry, "%s is like a %s, which has no working hours", date,
                            build_weekdays[like - 1]);
    return RD_OK;
}

static enum rd_status build_day(const struct calendar_build *build, const struct rd_value *entry,
                                struct calendar_odd *out)
{
    const char *date = rd_map_text(entry, "date", "");
    bool off = rd_map_bool(entry, "off", false);
    bool like = rd_map_get(entry, "like") != NULL;
    bool hours = rd_map_get(entry, "hours") != NULL;

    *out = (struct calendar_odd){ 0 };
    if (!rd_date_read(date, &out->day))
        return build_refuse(build, entry, "'%.40s' is no date such as 2026-10-01", date);
    if (out->day < rd_date_days(RD_CALENDAR_YEAR_MIN, 1, 1) ||
        out->day >= rd_date_days(RD_CALENDAR_YEAR_MAX + 1, 1, 1))
        return build_refuse(build, entry, "%s is not within the years %d to %d", date,
                            RD_CALENDAR_YEAR_MIN, RD_CALENDAR_YEAR_MAX);
    if (off + like + hours != 1)
        return build_refuse(build, entry, "%s needs exactly one of off, like and hours", date);
    if (like)
        return build_day_like(build, entry, date, &out->hours);
    return hours ? build_day_hours(build, entry, date, &out->hours) : RD_OK;
}

static int build_odd_order(const void *a, const void *b)
{
    const struct calendar_odd *x = a;
    const struct calendar_odd *y = b;

    return (x->day > y->day) - (x->day < y->day);
}

static void build_date_write(int64_t day, char out[16])
{
    char text[RD_TIME_TEXT_MAX];

    rd_time_write(day * CALENDAR_DAY_MS, text);
    snprintf(out, 16, "%.10s", text);
}

/* `room` is for the days on which the clock jumps, which come later. */
static enum rd_status build_days(const struct calendar_build *build, size_t room)
{
    struct rd_calendar *calendar = build->calendar;
    const struct rd_value *entries = rd_map_list(build->spec, "days");
    char date[16];

    if (entries->count > RD_CALENDAR_DAYS_MAX)
        return build_refuse(build, NULL, "has more than %d days of its own", RD_CALENDAR_DAYS_MAX);
    calendar->odd =
        rd_arena_zalloc(&calendar->arena, entries->count + room + 1, sizeof(*calendar->odd));
    for (uint32_t i = 0; i < entries->count; i++) {
        enum rd_status status =
            build_day(build, &entries->items[i], &calendar->odd[calendar->odd_count]);

        if (status != RD_OK)
            return status;
        calendar->odd_count++;
    }
    qsort(calendar->odd, calendar->odd_count, sizeof(*calendar->odd), build_odd_order);
    for (size_t i = 1; i < calendar->odd_count; i++)
        if (calendar->odd[i].day == calendar->odd[i - 1].day) {
            build_date_write(calendar->odd[i].day, date);
            return build_refuse(build, NULL, "%s is given twice", date);
        }
    return RD_OK;
}

/* ---- across midnight ---- */

static bool build_runs_into(const struct calendar_hours *eve, const struct calendar_hours *day)
{
    return eve->count > 0 && day->count > 0 &&
           eve->spans[eve->count - 1].to - CALENDAR_DAY_MINUTES > day->spans[0].from;
}

static enum rd_status build_midnights(const struct calendar_build *build)
{
    const struct rd_calendar *calendar = build->calendar;
    char date[16];

    for (int day = 0; day < CALENDAR_WEEK_DAYS; day++) {
        int next = (day + 1) % CALENDAR_WEEK_DAYS;

        if (build_runs_into(&calendar->week[day], &calendar->week[next]))
            return build_refuse(build, NULL, "working hours of %s run into those of %s",
                                build_weekdays[day], build_weekdays[next]);
    }
    for (size_t i = 0; i < calendar->odd_count; i++)
        for (int64_t day = calendar->odd[i].day - 1; day <= calendar->odd[i].day; day++)
            if (build_runs_into(rd_calendar_hours(calendar, day),
                                rd_calendar_hours(calendar, day + 1))) {
                build_date_write(day, date);
                return build_refuse(build, NULL,
                                    "working hours of %s run into those of the next day", date);
            }
    return RD_OK;
}

/* ---- where the clock jumps ---- */

static int64_t build_true_ms(const struct rd_calendar *calendar, const struct calendar_hours *hours,
                             int64_t day)
{
    int64_t sum_ms = 0;

    for (size_t i = 0; i < hours->count; i++)
        sum_ms += rd_calendar_reach_ms(calendar, day, hours->spans[i].to) -
                  rd_calendar_reach_ms(calendar, day, hours->spans[i].from);
    return sum_ms;
}

static size_t build_jump_count(const struct rd_zone *zone, int64_t from_ms, int64_t to_ms)
{
    size_t count = 0;

    while (rd_zone_next_ms(zone, from_ms, &from_ms) && from_ms < to_ms)
        count++;
    return count;
}

/* Adds the days whose working time is not what the pattern says, because the clock jumps in it. */
static void build_jumps(struct rd_calendar *calendar, int64_t at_ms, int64_t to_ms)
{
    size_t named = calendar->odd_count;
    int64_t next_day = INT64_MIN;

    while (rd_zone_next_ms(calendar->zone, at_ms, &at_ms) && at_ms < to_ms) {
        int64_t before = rd_calendar_day(calendar, at_ms - 1);
        int64_t after = rd_calendar_day(calendar, at_ms);
        int64_t day = (before < after ? before : after) - 1;
        int64_t last = before < after ? after : before;

        RD_ASSERT(last - day < BUILD_JUMP_DAYS_MAX);
        for (day = day < next_day ? next_day : day; day <= last; day++) {
            const struct calendar_hours *hours = &calendar->week[calendar_weekday(day)];
            struct calendar_odd key = { .day = day, .hours = *hours };

            next_day = day + 1;
            if (build_true_ms(calendar, hours, day) !=
                    calendar->own[CALENDAR_MS][calendar_weekday(day)] &&
                !bsearch(&key, calendar->odd, named, sizeof(key), build_odd_order))
                calendar->odd[calendar->odd_count++] = key;
        }
    }
    qsort(calendar->odd, calendar->odd_count, sizeof(*calendar->odd), build_odd_order);
}

static void build_sums(struct rd_calendar *calendar)
{
    for (size_t i = 0; i < calendar->odd_count; i++) {
        struct calendar_odd *odd = &calendar->odd[i];
        int weekday = calendar_weekday(odd->day);

        odd->own[CALENDAR_MS] = build_true_ms(calendar, &odd->hours, odd->day);
        RD_ASSERT(odd->own[CALENDAR_MS] >= 0);
        /* A day that the clock jumps over as a whole (Apia, 2011-12-30) is no working day. */
        odd->own[CALENDAR_DAYS] = odd->own[CALENDAR_MS] > 0;
        for (int unit = 0; unit < CALENDAR_UNITS; unit++) {
            odd->shift[unit] = i > 0 ? calendar->odd[i - 1].shift[unit] : 0;
            odd->shift[unit] += odd->own[unit] - calendar->own[unit][weekday];
        }
    }
    /* All shifts stand now, so the sums can be asked for. */
    for (size_t i = 0; i < calendar->odd_count; i++)
        for (int unit = 0; unit < CALENDAR_UNITS; unit++)
            calendar->odd[i].before[unit] =
                rd_calendar_before(calendar, (enum calendar_unit)unit, calendar->odd[i].day);
}

/* ---- years, zone, all of it ---- */

static enum rd_status build_years(const struct calendar_build *build)
{
    struct rd_calendar *calendar = build->calendar;
    const struct rd_value *years = rd_map_list(build->spec, "years");
    bool known[CALENDAR_YEARS] = { false };

    calendar->keeps_holidays = years->count > 0 && !calendar->always;
    for (uint32_t i = 0; i < years->count; i++) {
        const struct rd_value *year = &years->items[i];

        if (!rd_value_is(year, RD_INT) || year->integer < RD_CALENDAR_YEAR_MIN ||
            year->integer > RD_CALENDAR_YEAR_MAX)
            return build_refuse(build, NULL, "years with known holidays are within %d to %d",
                                RD_CALENDAR_YEAR_MIN, RD_CALENDAR_YEAR_MAX);
        known[year->integer - RD_CALENDAR_YEAR_MIN] = true;
    }
    for (int i = 0; i < CALENDAR_YEARS; i++)
        calendar->known_before[i + 1] = (uint16_t)(calendar->known_before[i] + known[i]);
    return RD_OK;
}

static enum rd_status build_zone(const struct calendar_build *build)
{
    struct rd_error cause = RD_ERROR_NONE;
    const char *name = rd_map_text(build->spec, "zone", NULL);

    if (!name)
        return build_refuse(build, NULL, "needs a zone, such as \"Asia/Shanghai\"");

    enum rd_status status = rd_zone_open(name, &build->calendar->zone, &cause);

    if (status == RD_NOT_FOUND || status == RD_CORRUPT)
        return build_refuse(build, NULL, "%.400s", cause.text);
    if (status != RD_OK)
        return rd_error_set(build->error, status, "%s", cause.text);
    return RD_OK;
}

static enum rd_status build_all(const struct calendar_build *build)
{
    struct rd_calendar *calendar = build->calendar;
    int64_t from_ms = rd_date_days(RD_CALENDAR_YEAR_MIN, 1, 1) * CALENDAR_DAY_MS;
    int64_t to_ms = rd_date_days(RD_CALENDAR_YEAR_MAX + 1, 1, 1) * CALENDAR_DAY_MS;
    enum rd_status status = build_zone(build);

    if (status == RD_OK)
        status =
            rd_map_bool(build->spec, "always", false) ? build_always(build) : build_week(build);
    if (status == RD_OK)
        status = build_pattern_sums(build);
    if (status == RD_OK)
        status = build_days(build,
                            BUILD_JUMP_DAYS_MAX * build_jump_count(calendar->zone, from_ms, to_ms));
    if (status == RD_OK)
        status = build_midnights(build);
    if (status == RD_OK)
        status = build_years(build);
    if (status != RD_OK)
        return status;
    build_jumps(calendar, from_ms, to_ms);
    build_sums(calendar);
    return RD_OK;
}

enum rd_status rd_calendar_new(const struct rd_value *spec, struct rd_calendar **out,
                               struct rd_error *error)
{
    struct rd_calendar *calendar = calloc(1, sizeof(*calendar));
    struct calendar_build build = { .calendar = calendar, .spec = spec, .error = error };

    RD_ASSERT(calendar);
    *out = NULL;
    rd_arena_init(&calendar->arena);
    calendar->name = rd_arena_printf(&calendar->arena, "%s", rd_map_text(spec, "name", ""));

    enum rd_status status = build_all(&build);

    if (status != RD_OK) {
        rd_calendar_free(calendar);
        return status;
    }
    *out = calendar;
    return RD_OK;
}

void rd_calendar_free(struct rd_calendar *calendar)
{
    if (!calendar)
        return;
    rd_zone_close(calendar->zone);
    rd_arena_fini(&calendar->arena);
    free(calendar);
}
