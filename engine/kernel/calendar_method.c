/* Asking the calendars in force: when a duration ends, what lies between two times, what a month is
 * like. Nothing is written, and nothing of any record is read: an account is all that it takes.
 *
 * Times come in as RFC 3339, or as the calendar's own zone has them on its wall ("2026-03-06
 * 16:00"); of those that do not exist or exist twice docs/reference/time.md says what is meant.
 */
#include <string.h>

#include "base/text.h"
#include "domain/calendar.h"
#include "domain/zone.h"
#include "kernel/inside.h"

#define CALENDAR_DAY_MS 86400000LL
#define CALENDAR_MINUTE_MS 60000LL
#define CALENDAR_HOUR_MS 3600000LL

static enum rd_status calendar_find(struct rd_kernel *kernel, struct rd_request *request,
                                    const struct rd_calendar **out)
{
    const struct rd_model *model = kernel->model;
    const char *name = rd_map_text(request->params, "calendar", "");

    *out = rd_model_calendar(model, name);
    if (*out)
        return RD_OK;
    const char **names =
        rd_arena_alloc(request->arena, (model->calendar_count + 1) * sizeof *names);
    for (size_t i = 0; i < model->calendar_count; i++)
        names[i] = rd_calendar_name(model->calendars[i]);
    return rd_error_at(&request->error, RD_NOT_FOUND, "/calendar", "there is no calendar '%s'%s",
                       name, rd_model_guess(request->arena, name, names, model->calendar_count));
}

/* ---- times ---- */

/* "2026-03-06", with " 16:00" or " 16:00:30" or the same behind a T: as if it were UTC. */
static bool calendar_read_local(const char *text, int64_t *local_ms)
{
    char whole[RD_TIME_TEXT_MAX];
    size_t len = strlen(text);
    static const char rest[] = "T00:00:00Z";

    if (len != 10 && len != 16 && len != 19)
        return false;
    memcpy(whole, text, len);
    memcpy(whole + len, rest + (len - 10), sizeof rest - (len - 10));
    if (len > 10 && whole[10] != ' ' && whole[10] != 'T')
        return false;
    whole[10] = 'T';
    return rd_time_read(whole, local_ms);
}

static enum rd_status calendar_read_time(struct rd_request *request, const char *member,
                                         const struct rd_zone *zone, int64_t *out_ms)
{
    const char *text = rd_map_text(request->params, member, "");
    const char *where = rd_arena_printf(request->arena, "/%s", member);
    int64_t local_ms = 0;
    int year = 0, month = 0, day = 0;

    if (calendar_read_local(text, &local_ms))
        *out_ms = rd_zone_utc_ms(zone, local_ms);
    else if (!rd_time_read(text, out_ms))
        return rd_error_at(&request->error, RD_INVALID_PARAMS, where,
                           "%s must be a time such as 2026-03-06T16:00:00+08:00, or \"2026-03-06 "
                           "16:00\" as it is in %s, not '%.40s'",
                           member, rd_zone_name(zone), text);
    local_ms = rd_zone_local_ms(zone, *out_ms);
    rd_date_civil((local_ms - (local_ms < 0 ? CALENDAR_DAY_MS - 1 : 0)) / CALENDAR_DAY_MS, &year,
                  &month, &day);
    if (year < RD_CALENDAR_YEAR_MIN || year > RD_CALENDAR_YEAR_MAX)
        return rd_error_at(&request->error, RD_INVALID_PARAMS, where,
                           "%s: calendars are kept from %d to %d, not for the year %d", member,
                           RD_CALENDAR_YEAR_MIN, RD_CALENDAR_YEAR_MAX, year);
    return RD_OK;
}

/* "2026-03-09 11:00", seconds only where there are any. */
static struct rd_value calendar_show_local(const struct rd_zone *zone, int64_t at_ms,
                                           struct rd_arena *arena)
{
    char text[RD_TIME_TEXT_MAX];
    int64_t local_ms = rd_zone_local_ms(zone, at_ms);

    rd_time_write(local_ms, text);
    text[10] = ' ';
    text[strcspn(text, "Z")] = '\0';
    if (strcmp(text + 16, ":00") == 0)
        text[16] = '\0';
    return rd_text_copy(arena, text, strlen(text));
}

/* What every answer says: by which calendar, zone and zone data, and whether that may still change.
 */
static void calendar_put_basis(struct rd_request *request, const struct rd_calendar *calendar,
                               bool provisional)
{
    const struct rd_zone *zone = rd_calendar_zone(calendar);
    struct rd_arena *arena = request->arena;
    const char *name = rd_calendar_name(calendar);

    rd_map_add(arena, &request->result, "provisional", rd_bool(provisional));
    rd_map_add(arena, &request->result, "clock", rd_text_copy(arena, name, strlen(name)));
    rd_map_add(arena, &request->result, "zone",
               rd_text(rd_arena_printf(arena, "%s", rd_zone_name(zone))));
    rd_map_add(arena, &request->result, "zone_version",
               rd_text(rd_arena_printf(arena, "%s", rd_zone_version(zone))));
}

/* ---- calendar.add ---- */

static const char *calendar_kind_name(enum rd_duration_kind kind)
{
    switch (kind) {
    case RD_DURATION_ELAPSED:
        return "elapsed time";
    case RD_DURATION_BUSINESS_TIME:
        return "business time";
    case RD_DURATION_BUSINESS_DAYS:
        return "business days";
    case RD_DURATION_CLOSE_OF_DAY:
        return "close of a business day";
    case RD_DURATION_CALENDAR:
        return "calendar days";
    }
    return "";
}

enum rd_status rd_method_calendar_add(struct rd_kernel *kernel, struct rd_request *request)
{
    struct rd_arena *arena = request->arena;
    const struct rd_calendar *calendar;
    struct rd_duration duration;
    struct rd_error why = RD_ERROR_NONE;
    int64_t start_ms = 0;
    bool provisional = false;
    enum rd_status status = calendar_find(kernel, request, &calendar);

    if (status == RD_OK)
        status = calendar_read_time(request, "start", rd_calendar_zone(calendar), &start_ms);
    if (status != RD_OK)
        return status;
    /* As a rule reads it that stands on this clock: "4 hours" are business hours. */
    if (rd_duration_parse(rd_map_text(request->params, "duration", ""), true, &duration, &why) !=
        RD_OK)
        return rd_error_at(&request->error, RD_INVALID_PARAMS, "/duration", "%s", why.text);

    int64_t due_ms = rd_calendar_add(calendar, start_ms, &duration, &provisional);

    request->result = rd_map();
    rd_map_add(arena, &request->result, "due", rd_show_time(due_ms, arena));
    rd_map_add(arena, &request->result, "local",
               calendar_show_local(rd_calendar_zone(calendar), due_ms, arena));
    rd_map_add(arena, &request->result, "start", rd_show_time(start_ms, arena));
    rd_map_add(arena, &request->result, "kind", rd_text(calendar_kind_name(duration.kind)));
    calendar_put_basis(request, calendar, provisional);
    return RD_OK;
}

/* ---- calendar.between ---- */

struct calendar_unit_row {
    const char *name;
    bool business;
    int64_t size_ms; /* 0: days are counted */
};

static const struct calendar_unit_row calendar_units[] = {
    { "business-hours", true, CALENDAR_HOUR_MS },
    { "business-minutes", true, CALENDAR_MINUTE_MS },
    { "business-days", true, 0 },
    { "hours", false, CALENDAR_HOUR_MS },
    { "minutes", false, CALENDAR_MINUTE_MS },
    { "days", false, 0 },
};

#define CALENDAR_UNIT_COUNT (sizeof calendar_units / sizeof *calendar_units)

static enum rd_status calendar_unit_find(struct rd_request *request,
                                         const struct calendar_unit_row **out)
{
    const char *name = rd_map_text(request->params, "unit", "");
    const char *names[CALENDAR_UNIT_COUNT];

    *out = NULL;
    for (size_t i = 0; i < CALENDAR_UNIT_COUNT; i++) {
        names[i] = calendar_units[i].name;
        if (strcmp(names[i], name) != 0)
            continue;
        *out = &calendar_units[i];
        return RD_OK;
    }
    return rd_error_at(&request->error, RD_INVALID_PARAMS, "/unit",
                       "unit is business-hours, business-minutes, business-days, hours, minutes or "
                       "days, not '%.40s'%s",
                       name, rd_model_guess(request->arena, name, names, CALENDAR_UNIT_COUNT));
}

/* A whole number where it is one. */
static struct rd_value calendar_quotient(int64_t ms, int64_t size_ms)
{
    return ms % size_ms == 0 ? rd_int(ms / size_ms) : rd_real((double)ms / (double)size_ms);
}

static int64_t calendar_local_day(const struct rd_zone *zone, int64_t at_ms)
{
    int64_t local_ms = rd_zone_local_ms(zone, at_ms);

    return (local_ms - (local_ms < 0 ? CALENDAR_DAY_MS - 1 : 0)) / CALENDAR_DAY_MS;
}

static struct rd_value calendar_count(const struct rd_calendar *calendar,
                                      const struct calendar_unit_row *unit, int64_t a_ms,
                                      int64_t b_ms, bool *provisional)
{
    const struct rd_zone *zone = rd_calendar_zone(calendar);

    if (unit->business && unit->size_ms == 0)
        return rd_int(rd_calendar_between_days(calendar, a_ms, b_ms, provisional));
    if (unit->business)
        return calendar_quotient(rd_calendar_between_ms(calendar, a_ms, b_ms, provisional),
                                 unit->size_ms);
    if (unit->size_ms == 0)
        return rd_int(calendar_local_day(zone, b_ms) - calendar_local_day(zone, a_ms));
    return calendar_quotient(b_ms - a_ms, unit->size_ms);
}

enum rd_status rd_method_calendar_between(struct rd_kernel *kernel, struct rd_request *request)
{
    struct rd_arena *arena = request->arena;
    const struct rd_calendar *calendar;
    const struct calendar_unit_row *unit;
    int64_t a_ms = 0, b_ms = 0;
    bool provisional = false;
    enum rd_status status = calendar_find(kernel, request, &calendar);

    if (status == RD_OK)
        status = calendar_unit_find(request, &unit);
    if (status == RD_OK)
        status = calendar_read_time(request, "a", rd_calendar_zone(calendar), &a_ms);
    if (status == RD_OK)
        status = calendar_read_time(request, "b", rd_calendar_zone(calendar), &b_ms);
    if (status != RD_OK)
        return status;
    if (b_ms < a_ms)
        return rd_error_at(&request->error, RD_INVALID_PARAMS, "/b", "b must not lie before a");
    request->result = rd_map();
    rd_map_add(arena, &request->result, "value",
               calendar_count(calendar, unit, a_ms, b_ms, &provisional));
    rd_map_add(arena, &request->result, "unit", rd_text(unit->name));
    rd_map_add(arena, &request->result, "a", rd_show_time(a_ms, arena));
    rd_map_add(arena, &request->result, "b", rd_show_time(b_ms, arena));
    calendar_put_basis(request, calendar, provisional);
    return RD_OK;
}

/* ---- calendar.show ---- */

static struct rd_value calendar_show_hours(const struct rd_calendar_look *look,
                                           struct rd_arena *arena)
{
    struct rd_value list = rd_list();

    for (size_t i = 0; i < look->span_count; i++) {
        struct rd_value span = rd_map();
        int from = look->from_minute[i], to = look->to_minute[i];

        rd_map_add(arena, &span, "from",
                   rd_text(rd_arena_printf(arena, "%02d:%02d", from / 60, from % 60)));
        rd_map_add(arena, &span, "to",
                   rd_text(rd_arena_printf(arena, "%02d:%02d", to / 60, to % 60)));
        rd_list_add(arena, &list, span);
    }
    return list;
}

/* "off" and "work" are as the week has them, the others are named by the policy. */
static const char *calendar_day_kind(const struct rd_calendar_look *look)
{
    if (!look->named)
        return look->works ? "work" : "off";
    if (look->like > 0)
        return "made_up";
    return look->span_count > 0 ? "own_hours" : "holiday";
}

static struct rd_value calendar_show_day(const struct rd_calendar *calendar, int64_t day,
                                         struct rd_arena *arena, int64_t sums[2])
{
    struct rd_calendar_look look;
    struct rd_value out = rd_map();
    char date[RD_TIME_TEXT_MAX];

    rd_calendar_look(calendar, day, &look);
    rd_time_write(day * CALENDAR_DAY_MS, date);
    rd_map_add(arena, &out, "date", rd_text_copy(arena, date, 10));
    rd_map_add(arena, &out, "weekday", rd_int(((day + 3) % 7 + 7) % 7 + 1));
    rd_map_add(arena, &out, "kind", rd_text(calendar_day_kind(&look)));
    rd_map_add(arena, &out, "minutes", rd_int(look.work_ms / CALENDAR_MINUTE_MS));
    rd_map_add(arena, &out, "hours", calendar_show_hours(&look, arena));
    if (look.like > 0)
        rd_map_add(arena, &out, "like", rd_int(look.like));
    if (look.title)
        rd_map_add(arena, &out, "title", rd_text_copy(arena, look.title, strlen(look.title)));
    sums[0] += look.works;
    sums[1] += look.work_ms;
    return out;
}

static enum rd_status calendar_read_month(struct rd_request *request, int *year, int64_t *first,
                                          int64_t *end)
{
    const char *text = rd_map_text(request->params, "month", "");
    int month = 0, day = 0;

    if (strlen(text) != 7 || !rd_date_read(rd_arena_printf(request->arena, "%s-01", text), first))
        return rd_error_at(&request->error, RD_INVALID_PARAMS, "/month",
                           "month must be one such as 2026-10, not '%.40s'", text);
    rd_date_civil(*first, year, &month, &day);
    if (*year < RD_CALENDAR_YEAR_MIN || *year > RD_CALENDAR_YEAR_MAX)
        return rd_error_at(&request->error, RD_INVALID_PARAMS, "/month",
                           "month: calendars are kept from %d to %d, not for the year %d",
                           RD_CALENDAR_YEAR_MIN, RD_CALENDAR_YEAR_MAX, *year);
    *end = month == 12 ? rd_date_days(*year + 1, 1, 1) : rd_date_days(*year, month + 1, 1);
    return RD_OK;
}

enum rd_status rd_method_calendar_show(struct rd_kernel *kernel, struct rd_request *request)
{
    struct rd_arena *arena = request->arena;
    const struct rd_calendar *calendar;
    struct rd_value days = rd_list();
    int64_t first = 0, end = 0, sums[2] = { 0, 0 };
    int year = 0;
    enum rd_status status = calendar_find(kernel, request, &calendar);

    if (status == RD_OK)
        status = calendar_read_month(request, &year, &first, &end);
    if (status != RD_OK)
        return status;
    for (int64_t day = first; day < end; day++)
        rd_list_add(arena, &days, calendar_show_day(calendar, day, arena, sums));
    request->result = rd_map();
    rd_map_add(arena, &request->result, "month",
               rd_text(rd_arena_printf(arena, "%s", rd_map_text(request->params, "month", ""))));
    rd_map_add(arena, &request->result, "working_days", rd_int(sums[0]));
    rd_map_add(arena, &request->result, "working_minutes", rd_int(sums[1] / CALENDAR_MINUTE_MS));
    rd_map_add(arena, &request->result, "language",
               rd_text(rd_arena_printf(arena, "%s", kernel->model->language)));
    calendar_put_basis(request, calendar, !rd_calendar_knows_year(calendar, year));
    rd_map_add(arena, &request->result, "days", days);
    return RD_OK;
}
