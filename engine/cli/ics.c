/* Days off out of an iCalendar file.
 *
 * libical takes the file apart and counts recurrences; only dates are asked of it, never times of
 * day or zones. A holiday file is made by somebody else, so nothing of it is trusted: size, depth,
 * number of events, length of an event and turns of a rule have their limits, and each event that
 * is left out is told with the reason.
 *
 * Which days are worked instead of off is no matter of the standard. Two ways are known: the
 * property X-APPLE-SPECIAL-DAY, and the words that Chinese calendars put into the summary.
 */
#include "cli/ics.h"

#include <libical/ical.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/limits.h"
#include "base/text.h"

#define ICS_TITLE_BYTES_MAX 120

struct ics_read {
    struct rd_arena *arena;
    struct rd_ics *out;
    struct rd_error *error;
    size_t day_cap, problem_cap;
    int year;     /* 0: all */
    bool repeats; /* an event was left out, because it repeats and no year is given */
    int event;    /* its number, from 1 */
    const char *title;
};

/* ---- keeping ---- */

static enum rd_status ics_problem(struct ics_read *ics, const char *why)
{
    struct rd_ics *out = ics->out;
    if (out->problem_count == ics->problem_cap) {
        size_t cap = ics->problem_cap ? 2 * ics->problem_cap : 16;
        const char **more = rd_arena_zalloc(ics->arena, cap, sizeof *more);
        if (out->problem_count)
            memcpy(more, out->problems, out->problem_count * sizeof *more);
        out->problems = more;
        ics->problem_cap = cap;
    }
    out->problems[out->problem_count++] =
        rd_arena_printf(ics->arena, "event %d, '%s', %s", ics->event, ics->title, why);
    return RD_OK;
}

static enum rd_status ics_keep(struct ics_read *ics, int64_t day, bool works)
{
    struct rd_ics *out = ics->out;
    if (out->count == RD_CALENDAR_DAYS_MAX)
        return rd_error_set(ics->error, RD_LIMIT_EXCEEDED, "the file has more than %d days",
                            RD_CALENDAR_DAYS_MAX);
    if (out->count == ics->day_cap) {
        size_t cap = ics->day_cap ? 2 * ics->day_cap : 64;
        struct rd_ics_day *more = rd_arena_zalloc(ics->arena, cap, sizeof *more);
        if (out->count)
            memcpy(more, out->days, out->count * sizeof *more);
        out->days = more;
        ics->day_cap = cap;
    }
    out->days[out->count++] = (struct rd_ics_day){ day, works, ics->title };
    return RD_OK;
}

/* ---- one event ---- */

/* One line, no control letters, cut between letters where it is long. */
static const char *ics_title(struct ics_read *ics, icalcomponent *event)
{
    const char *text = icalcomponent_get_summary(event);
    size_t len = text ? strlen(text) : 0;
    if (len > ICS_TITLE_BYTES_MAX) {
        len = ICS_TITLE_BYTES_MAX;
        while (len > 0 && ((unsigned char)text[len] & 0xc0) == 0x80)
            len--;
    }
    char *title = rd_arena_copy(ics->arena, text ? text : "", len);
    for (size_t i = 0; i < len; i++)
        if ((unsigned char)title[i] < 0x20 || title[i] == 0x7f)
            title[i] = ' ';
    return title;
}

static bool ics_works(icalcomponent *event, const char *title)
{
    static const char *const words[] = { "（班）", "(班)", "补班", "调休上班" };
    for (icalproperty *property = icalcomponent_get_first_property(event, ICAL_X_PROPERTY);
         property; property = icalcomponent_get_next_property(event, ICAL_X_PROPERTY)) {
        const char *name = icalproperty_get_x_name(property);
        const char *value = icalproperty_get_x(property);
        if (name && value && strcasecmp(name, "X-APPLE-SPECIAL-DAY") == 0)
            return strcasecmp(value, "ALTERNATE-WORKDAY") == 0;
    }
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strstr(title, words[i]))
            return true;
    return false;
}

/* libical lets February 30 pass. */
static bool ics_day(struct icaltimetype time, int64_t *day)
{
    int year = 0, month = 0, month_day = 0;
    if (icaltime_is_null_time(time) || time.year < RD_CALENDAR_YEAR_MIN ||
        time.year > RD_CALENDAR_YEAR_MAX || time.month < 1 || time.month > 12 || time.day < 1 ||
        time.day > 31)
        return false;
    *day = rd_date_days(time.year, time.month, time.day);
    rd_date_civil(*day, &year, &month, &month_day);
    return month == time.month && month_day == time.day;
}

/* Keeps the days of one turn of the event, those of the wanted year. */
static enum rd_status ics_turn(struct ics_read *ics, int64_t first, int64_t length, bool works)
{
    enum rd_status status = RD_OK;
    for (int64_t day = first; status == RD_OK && day < first + length; day++) {
        int year = 0, month = 0, month_day = 0;
        rd_date_civil(day, &year, &month, &month_day);
        if (ics->year == 0 ? year <= RD_CALENDAR_YEAR_MAX : year == ics->year)
            status = ics_keep(ics, day, works);
    }
    return status;
}

static bool ics_excluded(icalcomponent *event, int64_t first)
{
    int64_t day = 0;
    for (icalproperty *property = icalcomponent_get_first_property(event, ICAL_EXDATE_PROPERTY);
         property; property = icalcomponent_get_next_property(event, ICAL_EXDATE_PROPERTY))
        if (ics_day(icalproperty_get_exdate(property), &day) && day == first)
            return true;
    return false;
}

/* The turns of a yearly rule up to the wanted year's end. An event of New Year's Eve may reach into
 * the year. */
static enum rd_status ics_rule(struct ics_read *ics, icalcomponent *event,
                               struct icalrecurrencetype rule, struct icaltimetype start,
                               int64_t length, bool works)
{
    icalrecur_iterator *turns = icalrecur_iterator_new(rule, start);
    enum rd_status status = RD_OK;
    int64_t first = 0;
    int last_year = ics->year ? ics->year : RD_CALENDAR_YEAR_MAX;
    if (!turns)
        return ics_problem(ics, "repeats by a rule that can't be read");
    for (int i = 0; status == RD_OK; i++) {
        struct icaltimetype turn = icalrecur_iterator_next(turns);
        if (!ics_day(turn, &first) || turn.year > last_year)
            break;
        if (i == RD_ICS_TURNS_MAX) {
            status = ics_problem(ics, "repeats too often; the rest is left out");
            break;
        }
        if (!ics_excluded(event, first))
            status = ics_turn(ics, first, length, works);
    }
    icalrecur_iterator_free(turns);
    return status;
}

static enum rd_status ics_extra_dates(struct ics_read *ics, icalcomponent *event, int64_t length,
                                      bool works)
{
    enum rd_status status = RD_OK;
    int64_t day = 0;
    for (icalproperty *property = icalcomponent_get_first_property(event, ICAL_RDATE_PROPERTY);
         status == RD_OK && property;
         property = icalcomponent_get_next_property(event, ICAL_RDATE_PROPERTY))
        if (ics_day(icalproperty_get_rdate(property).time, &day))
            status = ics_turn(ics, day, length, works);
        else
            status = ics_problem(ics, "has an additional date that is none");
    return status;
}

/* How many days the event takes; 0 after telling why it takes none. The end is not included. */
static int64_t ics_length(struct ics_read *ics, icalcomponent *event, int64_t first)
{
    icalproperty *end = icalcomponent_get_first_property(event, ICAL_DTEND_PROPERTY);
    icalproperty *duration = icalcomponent_get_first_property(event, ICAL_DURATION_PROPERTY);
    int64_t last = first + 1;
    const char *why = NULL;
    if (end && !ics_day(icalproperty_get_dtend(end), &last))
        why = "ends on no date";
    else if (!end && duration)
        last = first + icaldurationtype_as_int(icalproperty_get_duration(duration)) / 86400;
    /* Some programs write the last day itself where there is only one. */
    if (last == first)
        last = first + 1;
    if (!why && last < first)
        why = "ends before it begins";
    if (!why && last - first > RD_ICS_EVENT_DAYS_MAX)
        why = "is longer than a year";
    if (why)
        (void)ics_problem(ics, why);
    return why ? 0 : last - first;
}

static enum rd_status ics_repeating(struct ics_read *ics, icalcomponent *event,
                                    icalproperty *property, struct icaltimetype start,
                                    int64_t length, bool works)
{
    struct icalrecurrencetype rule = icalproperty_get_rrule(property);
    if (rule.freq != ICAL_YEARLY_RECURRENCE)
        return ics_problem(ics, "repeats otherwise than yearly");
    if (icalcomponent_get_next_property(event, ICAL_RRULE_PROPERTY))
        return ics_problem(ics, "repeats by several rules");
    if (ics->year == 0 && rule.count == 0 && icaltime_is_null_time(rule.until)) {
        ics->repeats = true;
        return ics_problem(ics, "repeats without end: say --year");
    }
    return ics_rule(ics, event, rule, start, length, works);
}

static enum rd_status ics_event(struct ics_read *ics, icalcomponent *event)
{
    icalproperty *begins = icalcomponent_get_first_property(event, ICAL_DTSTART_PROPERTY);
    struct icaltimetype start = begins ? icalproperty_get_dtstart(begins) : icaltime_null_time();
    int64_t first = 0;
    ics->title = ics_title(ics, event);
    if (icalcomponent_get_status(event) == ICAL_STATUS_CANCELLED)
        return RD_OK;
    if (!begins || !icaltime_is_valid_time(start) || icaltime_is_null_time(start))
        return ics_problem(ics, "begins on no date");
    if (!start.is_date)
        return ics_problem(ics, "begins at a time of day; only whole days are taken");
    if (start.year < RD_CALENDAR_YEAR_MIN || start.year > RD_CALENDAR_YEAR_MAX)
        return ics_problem(ics, "lies outside of the years 1900 to 2200");
    if (!ics_day(start, &first))
        return ics_problem(ics, "begins on no date");
    int64_t length = ics_length(ics, event, first);
    if (length == 0)
        return RD_OK;
    bool works = ics_works(event, ics->title);
    icalproperty *rule = icalcomponent_get_first_property(event, ICAL_RRULE_PROPERTY);
    enum rd_status status = rule ? ics_repeating(ics, event, rule, start, length, works)
                            : ics_excluded(event, first) ? RD_OK
                                                         : ics_turn(ics, first, length, works);
    return status == RD_OK ? ics_extra_dates(ics, event, length, works) : status;
}

/* ---- the whole file ---- */

static enum rd_status ics_events(struct ics_read *ics, icalcomponent *calendar)
{
    enum rd_status status = RD_OK;
    for (icalcomponent *event = icalcomponent_get_first_component(calendar, ICAL_VEVENT_COMPONENT);
         status == RD_OK && event;
         event = icalcomponent_get_next_component(calendar, ICAL_VEVENT_COMPONENT)) {
        if (++ics->event > RD_ICS_EVENTS_MAX)
            return rd_error_set(ics->error, RD_LIMIT_EXCEEDED, "the file has more than %d events",
                                RD_ICS_EVENTS_MAX);
        status = ics_event(ics, event);
    }
    return status;
}

static enum rd_status ics_calendars(struct ics_read *ics, icalcomponent *root)
{
    enum rd_status status = RD_OK;
    if (icalcomponent_isa(root) == ICAL_VCALENDAR_COMPONENT)
        return ics_events(ics, root);
    /* Several calendars in one file hang under a root of libical's own. */
    icalcompiter at = icalcomponent_begin_component(root, ICAL_VCALENDAR_COMPONENT);
    if (!icalcompiter_deref(&at))
        return rd_error_set(ics->error, RD_BAD_FORM, "the file holds no calendar (VCALENDAR)");
    for (icalcomponent *one = icalcompiter_deref(&at); status == RD_OK && one;
         one = icalcompiter_next(&at))
        status = ics_events(ics, one);
    return status;
}

static int ics_order(const void *a, const void *b)
{
    const struct rd_ics_day *x = a, *y = b;
    if (x->day != y->day)
        return (x->day > y->day) - (x->day < y->day);
    return x->works - y->works; /* days off first: they win */
}

/* Each day once: several reasons are joined, a day both off and worked is off, and told. */
static void ics_merge(struct ics_read *ics)
{
    struct rd_ics *out = ics->out;
    size_t kept = 0;
    if (out->count > 1)
        qsort(out->days, out->count, sizeof *out->days, ics_order);
    for (size_t i = 0; i < out->count; i++) {
        struct rd_ics_day *last = kept > 0 ? &out->days[kept - 1] : NULL;
        const struct rd_ics_day *day = &out->days[i];
        if (!last || last->day != day->day) {
            out->days[kept++] = *day;
            continue;
        }
        ics->title = day->title;
        if (last->works != day->works)
            (void)ics_problem(ics, "is worked, but the day is off by another event");
        else if (!strstr(last->title, day->title) && strlen(last->title) < ICS_TITLE_BYTES_MAX)
            last->title = rd_arena_printf(ics->arena, "%s, %s", last->title, day->title);
    }
    out->count = kept;
}

/* Looks at the BEGINs and ENDs before libical does: taking a file apart that nests deeper than any
 * calendar would recurse, and of an END too many it complains on standard error. */
static enum rd_status ics_check_frames(const char *text, struct rd_error *error)
{
    int depth = 0;
    for (const char *line = text; line; line = strchr(line, '\n')) {
        line += *line == '\n';
        if (strncasecmp(line, "BEGIN:", 6) == 0)
            depth++;
        if (strncasecmp(line, "END:", 4) == 0)
            depth--;
        if (depth < 0)
            return rd_error_set(error, RD_BAD_FORM, "the file has an END without its BEGIN");
        if (depth > RD_ICS_DEPTH_MAX)
            return rd_error_set(error, RD_LIMIT_EXCEEDED,
                                "the file nests components deeper than %d levels",
                                RD_ICS_DEPTH_MAX);
    }
    return RD_OK;
}

enum rd_status rd_ics_read(struct rd_arena *arena, const char *text, size_t len, int year,
                           struct rd_ics *out, struct rd_error *error)
{
    struct ics_read ics = { .arena = arena, .out = out, .error = error, .year = year };
    *out = (struct rd_ics){ 0 };
    if (memchr(text, '\0', len) || !rd_text_is_utf8(text, len))
        return rd_error_set(error, RD_BAD_FORM, "the file is not UTF-8 text");
    text = rd_arena_copy(arena, text, len); /* with a NUL behind it */
    enum rd_status status = ics_check_frames(text, error);
    if (status != RD_OK)
        return status;
    icalerror_set_errors_are_fatal(false);
    icalerror_clear_errno();
    icalcomponent *root = icalparser_parse_string(text);
    if (!root)
        return rd_error_set(error, RD_BAD_FORM, "the file is no iCalendar file");
    status = ics_calendars(&ics, root);
    icalcomponent_free(root);
    icalmemory_free_ring();
    if (status == RD_OK)
        ics_merge(&ics);
    if (status == RD_OK && out->count == 0 && ics.repeats)
        return rd_error_set(error, RD_BAD_FORM,
                            "all events of the file repeat without end: say --year");
    return status;
}
