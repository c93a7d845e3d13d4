/* Building a business calendar from the policy's normal form: checked, copied, and summed up once.
 *
 * The order is: zone, week and seasons (calendar_week.c), single days, then whether hours overlap
 * across midnight (only now every neighbour is known), then the days on which the zone's clock
 * jumps during working hours, then the sums. Nothing of the policy's tree is kept. Whatever is
 * wrong is told with the file and line that the policy wrote; a calendar that could stop a clock
 * for ever is refused.
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

/* ---- saying no ---- */

enum rd_status rd_calendar_refuse(const struct calendar_build *build, const struct rd_value *entry,
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

/* ---- single days ---- */

static enum rd_status build_day_hours(const struct calendar_build *build,
                                      const struct rd_value *entry, const char *date,
                                      struct calendar_hours *out)
{
    const struct rd_value *list = rd_map_list(entry, "hours");
    struct calendar_span spans[RD_CALENDAR_SPANS_MAX];

    if (list->count == 0)
        return rd_calendar_refuse(build, entry, "%s has no hours; write off = true", date);
    if (list->count > RD_CALENDAR_SPANS_MAX)
        return rd_calendar_refuse(build, entry, "%s has more than %d working intervals", date,
                                  RD_CALENDAR_SPANS_MAX);
    for (uint32_t i = 0; i < list->count; i++) {
        enum rd_status status = rd_calendar_read_span(build, &list->items[i], &spans[i]);

        if (status != RD_OK)
            return status;
    }
    return rd_calendar_keep_hours(build, entry, date, spans, list->count, out);
}

static enum rd_status build_day_like(const struct calendar_build *build,
                                     const struct rd_value *entry, const char *date,
                                     struct calendar_odd *out)
{
    int32_t like = 0;

    if (!rd_calendar_read_int(entry, "like", 1, CALENDAR_WEEK_DAYS, &like))
        return rd_calendar_refuse(build, entry, "%s can be like 1 (a Monday) to 7 (a Sunday)",
                                  date);
    out->like = like;
    out->hours = rd_calendar_week(build->calendar, out->day)->days[like - 1];
    if (out->hours.count == 0)
        return rd_calendar_refuse(build, entry, "%s is like a %s, which has no working hours", date,
                                  rd_calendar_weekday_name(like - 1));
    return RD_OK;
}

static enum rd_status build_day(const struct calendar_build *build, const struct rd_value *entry,
                                struct calendar_odd *out)
{
    const char *date = rd_map_text(entry, "date", "");
    bool off = rd_map_bool(entry, "off", false);
    bool like = rd_map_get(entry, "like") != NULL;
    bool hours = rd_map_get(entry, "hours") != NULL;

    const char *title = rd_map_text(entry, "title", NULL);

    *out = (struct calendar_odd){ .named = true };
    if (title)
        out->title = rd_arena_printf(&build->calendar->arena, "%s", title);
    if (!rd_date_read(date, &out->day))
        return rd_calendar_refuse(build, entry, "'%.40s' is no date such as 2026-10-01", date);
    if (out->day < rd_date_days(RD_CALENDAR_YEAR_MIN, 1, 1) ||
        out->day >= rd_date_days(RD_CALENDAR_YEAR_MAX + 1, 1, 1))
        return rd_calendar_refuse(build, entry, "%s is not within the years %d to %d", date,
                                  RD_CALENDAR_YEAR_MIN, RD_CALENDAR_YEAR_MAX);
    if (off + like + hours != 1)
        return rd_calendar_refuse(build, entry, "%s needs exactly one of off, like and hours",
                                  date);
    if (like)
        return build_day_like(build, entry, date, out);
    return hours ? build_day_hours(build, entry, date, &out->hours) : RD_OK;
}

static int build_odd_order(const void *a, const void *b)
{
    const struct calendar_odd *x = a;
    const struct calendar_odd *y = b;

    return (x->day > y->day) - (x->day < y->day);
}

void rd_calendar_write_date(int64_t day, char out[16])
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
        return rd_calendar_refuse(build, NULL, "has more than %d days of its own",
                                  RD_CALENDAR_DAYS_MAX);
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
            rd_calendar_write_date(calendar->odd[i].day, date);
            return rd_calendar_refuse(build, NULL, "%s is given twice", date);
        }
    return RD_OK;
}

/* ---- across midnight ---- */

bool rd_calendar_runs_into(const struct calendar_hours *eve, const struct calendar_hours *day)
{
    return eve->count > 0 && day->count > 0 &&
           eve->spans[eve->count - 1].to - CALENDAR_DAY_MINUTES > day->spans[0].from;
}

/* The hours of `day` end before those of the next day begin. */
static enum rd_status build_midnight(const struct calendar_build *build, int64_t day)
{
    char date[16];

    if (!rd_calendar_runs_into(rd_calendar_hours(build->calendar, day),
                               rd_calendar_hours(build->calendar, day + 1)))
        return RD_OK;
    rd_calendar_write_date(day, date);
    return rd_calendar_refuse(build, NULL, "working hours of %s run into those of the next day",
                              date);
}

static enum rd_status build_midnights(const struct calendar_build *build)
{
    const struct rd_calendar *calendar = build->calendar;
    enum rd_status status = RD_OK;

    for (size_t i = 1; status == RD_OK && i < calendar->stretch_count; i++)
        status = build_midnight(build, calendar->stretches[i].first - 1);
    for (size_t i = 0; status == RD_OK && i < calendar->odd_count; i++) {
        status = build_midnight(build, calendar->odd[i].day - 1);
        if (status == RD_OK)
            status = build_midnight(build, calendar->odd[i].day);
    }
    return status;
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
            const struct calendar_week *week = rd_calendar_week(calendar, day);
            const struct calendar_hours *hours = &week->days[calendar_weekday(day)];
            struct calendar_odd key = { .day = day, .hours = *hours };

            next_day = day + 1;
            if (build_true_ms(calendar, hours, day) !=
                    week->own[CALENDAR_MS][calendar_weekday(day)] &&
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
        const struct calendar_week *week = rd_calendar_week(calendar, odd->day);
        int weekday = calendar_weekday(odd->day);

        odd->own[CALENDAR_MS] = build_true_ms(calendar, &odd->hours, odd->day);
        RD_ASSERT(odd->own[CALENDAR_MS] >= 0);
        /* A day that the clock jumps over as a whole (Apia, 2011-12-30) is no working day. */
        odd->own[CALENDAR_DAYS] = odd->own[CALENDAR_MS] > 0;
        for (int unit = 0; unit < CALENDAR_UNITS; unit++) {
            odd->shift[unit] = i > 0 ? calendar->odd[i - 1].shift[unit] : 0;
            odd->shift[unit] += odd->own[unit] - week->own[unit][weekday];
        }
    }
    /* All shifts stand now, so the sums can be asked for. */
    for (size_t i = 0; i < calendar->odd_count; i++)
        for (int unit = 0; unit < CALENDAR_UNITS; unit++)
            calendar->odd[i].before[unit] =
                rd_calendar_before(calendar, (enum calendar_unit)unit, calendar->odd[i].day);
}

/* The table of how many odd days lie before each block of days. */
static void build_blocks(struct rd_calendar *calendar)
{
    size_t next = 0;

    if (calendar->odd_count == 0)
        return;
    int64_t first = calendar->odd[0].day;
    int64_t last = calendar->odd[calendar->odd_count - 1].day;
    size_t count = (size_t)((last - first) / CALENDAR_BLOCK_DAYS) + 1;

    calendar->odd_blocks =
        rd_arena_zalloc(&calendar->arena, count + 1, sizeof(*calendar->odd_blocks));
    for (size_t block = 0; block <= count; block++) {
        int64_t begins = first + (int64_t)block * CALENDAR_BLOCK_DAYS;

        while (next < calendar->odd_count && calendar->odd[next].day < begins)
            next++;
        calendar->odd_blocks[block] = (uint32_t)next;
    }
    RD_ASSERT(next == calendar->odd_count);
    calendar->odd_block_count = count;
}

/* ---- years, zone, all of it ---- */

static enum rd_status build_years(const struct calendar_build *build)
{
    struct rd_calendar *calendar = build->calendar;
    const struct rd_value *years = rd_map_list(build->spec, "years");
    bool known[CALENDAR_YEARS] = { false };

    calendar->keeps_holidays =
        !calendar->always && rd_map_bool(build->spec, "keeps_holidays", years->count > 0);
    for (uint32_t i = 0; i < years->count; i++) {
        const struct rd_value *year = &years->items[i];

        if (!rd_value_is(year, RD_INT) || year->integer < RD_CALENDAR_YEAR_MIN ||
            year->integer > RD_CALENDAR_YEAR_MAX)
            return rd_calendar_refuse(build, NULL, "years with known holidays are within %d to %d",
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
        return rd_calendar_refuse(build, NULL, "needs a zone, such as \"Asia/Shanghai\"");

    enum rd_status status = rd_zone_open(name, &build->calendar->zone, &cause);

    if (status == RD_NOT_FOUND || status == RD_CORRUPT)
        return rd_calendar_refuse(build, NULL, "%.400s", cause.text);
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
        status = rd_calendar_build_weeks(build);
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
    build_blocks(calendar);
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
    calendar->name = rd_map_text(spec, "name", "");

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
