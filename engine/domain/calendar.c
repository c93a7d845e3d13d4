/* Asking a business calendar: when does the clock run, when is a duration used up, how much time or
 * how many days lie between.
 *
 * A calendar is immutable; any number of threads may ask it. All sums are looked up
 * (calendar_inside.h), so that 200 business days cost what 2 do. Only the day of the start and the
 * day of the end are looked into.
 *
 * Openings and closings are meant as "the first instant at which the local clock has reached this
 * time": that order is the same as the order of the instants, also where a clock jumps over an
 * opening or shows it twice. Each convention is written down, with where it comes from, in
 * docs/reference/time.md.
 */
#include "domain/calendar.h"

#include "base/assert.h"
#include "base/text.h"
#include "domain/calendar_inside.h"

static int64_t calendar_floor(int64_t n, int64_t by)
{
    return n >= 0 ? n / by : -((by - 1 - n) / by);
}

/* ---- days and sums ---- */

int64_t rd_calendar_day(const struct rd_calendar *calendar, int64_t at_ms)
{
    return calendar_floor(rd_zone_local_ms(calendar->zone, at_ms), CALENDAR_DAY_MS);
}

int64_t rd_calendar_reach_ms(const struct rd_calendar *calendar, int64_t day, int32_t minute)
{
    return rd_zone_reach_ms(calendar->zone, day * CALENDAR_DAY_MS + minute * CALENDAR_MINUTE_MS);
}

/* How many odd days are before `day`. */
static size_t calendar_odd_before(const struct rd_calendar *calendar, int64_t day)
{
    size_t low = 0;
    size_t count = calendar->odd_count;

    if (count == 0 || day <= calendar->odd[0].day)
        return 0;
    if (calendar->odd_blocks) {
        size_t block = (size_t)((day - calendar->odd[0].day) / CALENDAR_BLOCK_DAYS);

        if (block >= calendar->odd_block_count)
            return count;
        low = calendar->odd_blocks[block];
        count = calendar->odd_blocks[block + 1] - low;
    }
    while (count > 0) {
        size_t half = count / 2;

        if (calendar->odd[low + half].day < day) {
            low += half + 1;
            count -= half + 1;
        } else {
            count = half;
        }
    }
    return low;
}

/* The stretch of a day. */
static const struct calendar_stretch *calendar_stretch_of(const struct rd_calendar *calendar,
                                                          int64_t day)
{
    size_t low = 0;
    size_t count = calendar->stretch_count;

    while (count > 1) {
        size_t half = count / 2;

        if (calendar->stretches[low + half].first <= day) {
            low += half;
            count -= half;
        } else {
            count = half;
        }
    }
    return &calendar->stretches[low];
}

const struct calendar_week *rd_calendar_week(const struct rd_calendar *calendar, int64_t day)
{
    return calendar_stretch_of(calendar, day)->week;
}

const struct calendar_hours *rd_calendar_hours(const struct rd_calendar *calendar, int64_t day)
{
    size_t i = calendar_odd_before(calendar, day);

    if (i < calendar->odd_count && calendar->odd[i].day == day)
        return &calendar->odd[i].hours;
    return &rd_calendar_week(calendar, day)->days[calendar_weekday(day)];
}

int64_t rd_calendar_pattern_before(const struct calendar_week *week, enum calendar_unit unit,
                                   int64_t day)
{
    int weekday = calendar_weekday(day);
    int64_t weeks = (day + 3 - weekday) / CALENDAR_WEEK_DAYS;

    return weeks * week->before[unit][CALENDAR_WEEK_DAYS] + week->before[unit][weekday];
}

int64_t rd_calendar_before(const struct rd_calendar *calendar, enum calendar_unit unit, int64_t day)
{
    const struct calendar_stretch *stretch = calendar_stretch_of(calendar, day);
    size_t i = calendar_odd_before(calendar, day);
    int64_t shift = i > 0 ? calendar->odd[i - 1].shift[unit] : 0;

    return rd_calendar_pattern_before(stretch->week, unit, day) + stretch->offset[unit] + shift;
}

/* The last stretch that begins below `sum`: it reaches it. */
static const struct calendar_stretch *calendar_stretch_below(const struct rd_calendar *calendar,
                                                             enum calendar_unit unit, int64_t sum)
{
    size_t low = 0;
    size_t count = calendar->stretch_count;

    while (count > 1) {
        size_t half = count / 2;

        if (calendar->stretches[low + half].before[unit] < sum) {
            low += half;
            count -= half;
        } else {
            count = half;
        }
    }
    return &calendar->stretches[low];
}

/* The first day by whose end the patterns alone have counted to `sum`. */
static int64_t calendar_pattern_seek(const struct rd_calendar *calendar, enum calendar_unit unit,
                                     int64_t sum)
{
    const struct calendar_stretch *stretch = calendar_stretch_below(calendar, unit, sum);
    const int64_t *before = stretch->week->before[unit];
    int64_t weeks = calendar_floor(sum - stretch->offset[unit] - 1, before[CALENDAR_WEEK_DAYS]);
    int64_t rest = sum - stretch->offset[unit] - weeks * before[CALENDAR_WEEK_DAYS];
    int weekday = 0;

    while (before[weekday + 1] < rest)
        weekday++;
    return weeks * CALENDAR_WEEK_DAYS + weekday - 3;
}

/* How many odd days begin below a sum, of which at least `low` do. */
static size_t calendar_odd_below(const struct rd_calendar *calendar, enum calendar_unit unit,
                                 int64_t sum, size_t low)
{
    size_t step = 1;

    while (low + step <= calendar->odd_count && calendar->odd[low + step - 1].before[unit] < sum) {
        low += step;
        step *= 2;
    }

    size_t rest = calendar->odd_count - low;
    size_t count = step - 1 < rest ? step - 1 : rest;

    while (count > 0) {
        size_t half = count / 2;

        if (calendar->odd[low + half].before[unit] < sum) {
            low += half + 1;
            count -= half + 1;
        } else {
            count = half;
        }
    }
    return low;
}

/* The first day by whose end `sum` is reached, which is not before `day`. Either the last odd day
 * that begins below the sum reaches it, or a day of the pattern behind it does. */
static int64_t calendar_seek(const struct rd_calendar *calendar, enum calendar_unit unit,
                             int64_t sum, int64_t day)
{
    size_t below = calendar_odd_below(calendar, unit, sum, calendar_odd_before(calendar, day));

    if (below == 0)
        return calendar_pattern_seek(calendar, unit, sum);

    const struct calendar_odd *last = &calendar->odd[below - 1];

    if (last->before[unit] + last->own[unit] >= sum)
        return last->day;
    return calendar_pattern_seek(calendar, unit, sum - last->shift[unit]);
}

/* ---- working time ---- */

/* The day whose hours may be running: the local day, or the one after it while a clock set back
 * over midnight repeats. */
static int64_t calendar_work_day(const struct rd_calendar *calendar, int64_t at_ms)
{
    int64_t day = rd_calendar_day(calendar, at_ms);

    return rd_calendar_reach_ms(calendar, day + 1, 0) <= at_ms ? day + 1 : day;
}

static bool calendar_past_midnight(const struct calendar_hours *hours)
{
    return hours->count > 0 && hours->spans[hours->count - 1].to > CALENDAR_DAY_MINUTES;
}

/* Working time of one day's hours before an instant. */
static int64_t calendar_part_ms(const struct rd_calendar *calendar,
                                const struct calendar_hours *hours, int64_t day, int64_t at_ms)
{
    int64_t sum_ms = 0;

    for (size_t i = 0; i < hours->count; i++) {
        int64_t from_ms = rd_calendar_reach_ms(calendar, day, hours->spans[i].from);

        if (from_ms >= at_ms)
            break;
        int64_t to_ms = rd_calendar_reach_ms(calendar, day, hours->spans[i].to);

        sum_ms += (to_ms < at_ms ? to_ms : at_ms) - from_ms;
    }
    return sum_ms;
}

/* All working time before an instant. */
static int64_t calendar_worked_ms(const struct rd_calendar *calendar, int64_t at_ms)
{
    int64_t day = calendar_work_day(calendar, at_ms);
    const struct calendar_hours *eve = rd_calendar_hours(calendar, day - 1);
    int64_t today_ms = calendar_part_ms(calendar, rd_calendar_hours(calendar, day), day, at_ms);

    if (!calendar_past_midnight(eve))
        return rd_calendar_before(calendar, CALENDAR_MS, day) + today_ms;
    return rd_calendar_before(calendar, CALENDAR_MS, day - 1) +
           calendar_part_ms(calendar, eve, day - 1, at_ms) + today_ms;
}

static int64_t calendar_add_time(const struct rd_calendar *calendar, int64_t start_ms, int64_t n_ms)
{
    if (n_ms == 0 || calendar->always)
        return start_ms + n_ms;

    int64_t sum_ms = calendar_worked_ms(calendar, start_ms) + n_ms;
    int64_t day =
        calendar_seek(calendar, CALENDAR_MS, sum_ms, rd_calendar_day(calendar, start_ms) - 1);
    const struct calendar_hours *hours = rd_calendar_hours(calendar, day);
    int64_t rest_ms = sum_ms - rd_calendar_before(calendar, CALENDAR_MS, day);
    int64_t to_ms = start_ms;

    for (size_t i = 0; i < hours->count; i++) {
        int64_t from_ms = rd_calendar_reach_ms(calendar, day, hours->spans[i].from);

        to_ms = rd_calendar_reach_ms(calendar, day, hours->spans[i].to);
        if (rest_ms <= to_ms - from_ms)
            return from_ms + rest_ms;
        rest_ms -= to_ms - from_ms;
    }
    /* Only outside of the kept years, where a day on which the clock jumps is counted as any other.
     */
    return to_ms;
}

/* ---- days ---- */

/* The n-th working day after `day`. */
static int64_t calendar_nth_day(const struct rd_calendar *calendar, int64_t day, int64_t n)
{
    return calendar_seek(calendar, CALENDAR_DAYS,
                         rd_calendar_before(calendar, CALENDAR_DAYS, day + 1) + n, day + 1);
}

static bool calendar_is_work_day(const struct rd_calendar *calendar, int64_t day)
{
    return rd_calendar_before(calendar, CALENDAR_DAYS, day + 1) >
           rd_calendar_before(calendar, CALENDAR_DAYS, day);
}

static int64_t calendar_close_ms(const struct rd_calendar *calendar, int64_t day)
{
    const struct calendar_hours *hours = rd_calendar_hours(calendar, day);

    RD_ASSERT(hours->count > 0);
    return rd_calendar_reach_ms(calendar, day, hours->spans[hours->count - 1].to);
}

static int64_t calendar_add_close(const struct rd_calendar *calendar, int64_t start_ms,
                                  const struct rd_duration *duration)
{
    int64_t day = rd_calendar_day(calendar, start_ms);

    if (duration->n > 0)
        return calendar_close_ms(calendar, calendar_nth_day(calendar, day, duration->n));
    if (!duration->from_next_day && calendar_is_work_day(calendar, day) &&
        calendar_close_ms(calendar, day) > start_ms)
        return calendar_close_ms(calendar, day);
    return calendar_close_ms(calendar, calendar_nth_day(calendar, day, 1));
}

static int calendar_month_days(int year, int month)
{
    int64_t next = month == 12 ? rd_date_days(year + 1, 1, 1) : rd_date_days(year, month + 1, 1);

    return (int)(next - rd_date_days(year, month, 1));
}

/* Months before days; a day that the month does not have becomes its last. */
static int64_t calendar_shift_day(int64_t day, const struct rd_duration *duration)
{
    int year = 0;
    int month = 0;
    int month_day = 0;

    rd_date_civil(day, &year, &month, &month_day);
    month += duration->months - 1;
    year += month / 12;
    month = month % 12 + 1;

    int last = calendar_month_days(year, month);

    return rd_date_days(year, month, month_day < last ? month_day : last) + duration->n;
}

/* The end of a duration that counts days: on its last day at the time of the start, or when that
 * day is over. */
static int64_t calendar_add_days(const struct rd_calendar *calendar, int64_t start_ms,
                                 const struct rd_duration *duration)
{
    int64_t local_ms = rd_zone_local_ms(calendar->zone, start_ms);
    int64_t day = calendar_floor(local_ms, CALENDAR_DAY_MS);
    int64_t time_ms = local_ms - day * CALENDAR_DAY_MS;
    int64_t last = day;

    if (duration->kind == RD_DURATION_CALENDAR)
        last = calendar_shift_day(day, duration);
    else if (duration->n > 0)
        last = calendar_nth_day(calendar, day, duration->n);

    if (duration->from_next_day)
        return rd_calendar_reach_ms(calendar, last + 1, 0);
    if (last == day)
        return start_ms;
    return rd_zone_utc_ms(calendar->zone, last * CALENDAR_DAY_MS + time_ms);
}

static int64_t calendar_midnight_after(const struct rd_calendar *calendar, int64_t at_ms)
{
    int64_t midnight_ms = rd_calendar_reach_ms(calendar, rd_calendar_day(calendar, at_ms) + 1, 0);

    if (midnight_ms > at_ms)
        return midnight_ms;
    /* The clock was set back over midnight just now, and comes to it again. */
    return at_ms + CALENDAR_DAY_MS -
           (rd_zone_local_ms(calendar->zone, at_ms) -
            rd_calendar_day(calendar, at_ms) * CALENDAR_DAY_MS);
}

/* ---- which years are known ---- */

static int calendar_year(const struct rd_calendar *calendar, int64_t at_ms)
{
    int year = 0;
    int month = 0;
    int day = 0;

    rd_date_civil(rd_calendar_day(calendar, at_ms), &year, &month, &day);
    return year;
}

static bool calendar_is_provisional(const struct rd_calendar *calendar, int64_t a_ms, int64_t b_ms)
{
    if (!calendar->keeps_holidays || b_ms <= a_ms)
        return false;

    int first = calendar_year(calendar, a_ms);
    int last = calendar_year(calendar, b_ms - 1);

    if (first < RD_CALENDAR_YEAR_MIN || last > RD_CALENDAR_YEAR_MAX)
        return true;
    return calendar->known_before[last + 1 - RD_CALENDAR_YEAR_MIN] -
               calendar->known_before[first - RD_CALENDAR_YEAR_MIN] !=
           last + 1 - first;
}

static void calendar_tell(const struct rd_calendar *calendar, int64_t a_ms, int64_t b_ms,
                          bool *provisional)
{
    if (provisional)
        *provisional = calendar_is_provisional(calendar, a_ms, b_ms);
}

/* ---- the doors ---- */

const char *rd_calendar_name(const struct rd_calendar *calendar)
{
    return calendar->name;
}

const struct rd_zone *rd_calendar_zone(const struct rd_calendar *calendar)
{
    return calendar->zone;
}

int64_t rd_calendar_add(const struct rd_calendar *calendar, int64_t start_ms,
                        const struct rd_duration *duration, bool *provisional)
{
    int64_t end_ms = start_ms;
    int64_t from_ms = start_ms;
    bool by_holidays = true;

    RD_ASSERT(duration->n >= 0 && duration->months >= 0);
    if (duration->from_next_day)
        from_ms = calendar_midnight_after(calendar, start_ms);
    switch (duration->kind) {
    case RD_DURATION_ELAPSED:
        end_ms = from_ms + duration->n;
        by_holidays = false;
        break;
    case RD_DURATION_BUSINESS_TIME:
        end_ms = calendar_add_time(calendar, from_ms, duration->n);
        break;
    case RD_DURATION_BUSINESS_DAYS:
        end_ms = calendar_add_days(calendar, start_ms, duration);
        break;
    case RD_DURATION_CLOSE_OF_DAY:
        end_ms = calendar_add_close(calendar, start_ms, duration);
        break;
    case RD_DURATION_CALENDAR:
        end_ms = calendar_add_days(calendar, start_ms, duration);
        by_holidays = false;
        break;
    }
    /* Clocks are set back: the end may be the first of two equal local times, and the start the
     * second. */
    if (end_ms < start_ms)
        end_ms = start_ms;
    calendar_tell(calendar, start_ms, by_holidays ? end_ms : start_ms, provisional);
    return end_ms;
}

int64_t rd_calendar_between_ms(const struct rd_calendar *calendar, int64_t a_ms, int64_t b_ms,
                               bool *provisional)
{
    calendar_tell(calendar, a_ms, b_ms, provisional);
    if (b_ms <= a_ms)
        return 0;
    if (calendar->always)
        return b_ms - a_ms;
    return calendar_worked_ms(calendar, b_ms) - calendar_worked_ms(calendar, a_ms);
}

int64_t rd_calendar_between_days(const struct rd_calendar *calendar, int64_t a_ms, int64_t b_ms,
                                 bool *provisional)
{
    int64_t a_day = rd_calendar_day(calendar, a_ms);
    int64_t b_day = rd_calendar_day(calendar, b_ms);

    calendar_tell(calendar, a_ms, b_ms, provisional);
    if (b_day <= a_day)
        return 0;
    return rd_calendar_before(calendar, CALENDAR_DAYS, b_day + 1) -
           rd_calendar_before(calendar, CALENDAR_DAYS, a_day + 1);
}

static bool calendar_is_within(const struct rd_calendar *calendar, int64_t day, int64_t at_ms)
{
    const struct calendar_hours *hours = rd_calendar_hours(calendar, day);

    for (size_t i = 0; i < hours->count; i++)
        if (rd_calendar_reach_ms(calendar, day, hours->spans[i].from) <= at_ms &&
            at_ms < rd_calendar_reach_ms(calendar, day, hours->spans[i].to))
            return true;
    return false;
}

void rd_calendar_look(const struct rd_calendar *calendar, int64_t day, struct rd_calendar_look *out)
{
    const struct calendar_hours *hours = rd_calendar_hours(calendar, day);
    size_t i = calendar_odd_before(calendar, day);
    bool odd = i < calendar->odd_count && calendar->odd[i].day == day && calendar->odd[i].named;

    *out =
        (struct rd_calendar_look){ .works = calendar_is_work_day(calendar, day),
                                   .named = odd,
                                   .like = odd ? calendar->odd[i].like : 0,
                                   .title = odd ? calendar->odd[i].title : NULL,
                                   .span_count = hours->count,
                                   .work_ms = rd_calendar_before(calendar, CALENDAR_MS, day + 1) -
                                              rd_calendar_before(calendar, CALENDAR_MS, day) };
    for (size_t n = 0; n < hours->count; n++) {
        out->from_minute[n] = hours->spans[n].from;
        out->to_minute[n] = hours->spans[n].to;
    }
}

bool rd_calendar_knows_year(const struct rd_calendar *calendar, int year)
{
    if (!calendar->keeps_holidays)
        return true;
    if (year < RD_CALENDAR_YEAR_MIN || year > RD_CALENDAR_YEAR_MAX)
        return false;
    return calendar->known_before[year + 1 - RD_CALENDAR_YEAR_MIN] >
           calendar->known_before[year - RD_CALENDAR_YEAR_MIN];
}

bool rd_calendar_is_open(const struct rd_calendar *calendar, int64_t at_ms)
{
    if (calendar->always)
        return true;

    int64_t day = calendar_work_day(calendar, at_ms);

    return calendar_is_within(calendar, day, at_ms) || calendar_is_within(calendar, day - 1, at_ms);
}

int64_t rd_calendar_opens_ms(const struct rd_calendar *calendar, int64_t at_ms)
{
    /* the first millisecond that runs from here on ends one millisecond after it begins */
    const struct rd_duration first = { .kind = RD_DURATION_BUSINESS_TIME, .n = 1 };

    return rd_calendar_is_open(calendar, at_ms)
               ? at_ms
               : rd_calendar_add(calendar, at_ms, &first, NULL) - 1;
}
