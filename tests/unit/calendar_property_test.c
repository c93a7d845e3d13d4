/* Business calendars against a slow oracle that walks minute by minute.
 *
 * The oracle knows of the zone only what the local clock shows. While it walks it keeps the latest
 * local time shown so far; the clock runs while that time lies in one of the day's hours. A clock
 * that is set back thus changes nothing until it has caught up, a clock that jumps ahead takes all
 * openings and closings on its way. Calendars, starts and durations are random, seeded.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/text.h"
#include "domain/calendar.h"
#include "domain/record.h"
#include "domain/zone.h"
#include "unit.h"

#define MINUTE_MS 60000LL
#define DAY_MINUTES 1440
#define DAY_MS (DAY_MINUTES * MINUTE_MS)
#define SPANS_MAX 4
#define WINDOW_DAYS 420
#define WINDOW_MINUTES (WINDOW_DAYS * DAY_MINUTES)
#define CALENDARS 100
#define CALENDARS_LONG 2000 /* with REDRESS_LONG=1: 2,000 x 1,000 rounds of five checks */
#define CASES 1000
#define PAUSES_MAX 4

static const char *const zones[] = {
    "Asia/Shanghai",     "America/New_York", "Australia/Lord_Howe", "Europe/Dublin",
    "America/Sao_Paulo", "Pacific/Apia",     "America/St_Johns",    "Africa/Casablanca",
    "Asia/Tehran",       "America/Havana",
};

/* Check writes a message to its parent at each assertion, too dear for millions: only failures
 * tell. */
#define EXPECT(a, op, b)                                                                           \
    do {                                                                                           \
        long long x_ = (a);                                                                        \
        long long y_ = (b);                                                                        \
        if (!(x_ op y_))                                                                           \
            ck_abort_msg("%s " #op " %s does not hold: %lld, %lld", #a, #b, x_, y_);               \
    } while (0)

struct span {
    int from;
    int to;
};

struct day {
    struct span spans[SPANS_MAX];
    int count;
};

#define SEASONS_MAX 2

/* A week of its own from and up to with these days of the year, as month * 100 + day. */
struct season {
    int from;
    int to;
    struct day week[7];
};

/* A random calendar, and what the oracle found out about it. Days and minutes are counted from the
 * window's first. */
struct toy {
    const char *zone_name;
    struct rd_zone *zone;
    struct rd_calendar *calendar;
    unsigned seed;
    int64_t first_day;
    struct day week[7];
    struct season seasons[SEASONS_MAX];
    int season_count;
    struct day days[WINDOW_DAYS + 2];   /* as they are */
    bool named[WINDOW_DAYS + 2];        /* not as the week says */
    int32_t worked[WINDOW_MINUTES + 1]; /* minutes worked before a minute of the window */
    int32_t day_worked[WINDOW_DAYS + 2];
    int64_t day_close_ms[WINDOW_DAYS + 2];
};

static int pick(struct toy *toy, int from, int to)
{
    return from + (int)((unsigned)rand_r(&toy->seed) % (unsigned)(to - from + 1));
}

/* ---- making one ---- */

/* Ascending spans within [low, high], sometimes touching each other. */
static void random_day(struct toy *toy, int low, int high, struct day *out)
{
    int wanted = pick(toy, 1, SPANS_MAX);
    int at = low;

    out->count = 0;
    while (out->count < wanted && at < high && at < DAY_MINUTES) {
        int from = pick(toy, 0, 3) == 0 ? at : pick(toy, at, at + (high - at) / 2);
        int to = pick(toy, from + 1, from + 1 + (high - from) / 2);

        if (from >= DAY_MINUTES || to > high)
            break;
        out->spans[out->count++] = (struct span){ from, to };
        at = to;
    }
    if (out->count == 0)
        out->spans[out->count++] = (struct span){ low, low + 60 };
}

static void random_shape(struct toy *toy, int *low, int *high)
{
    switch (pick(toy, 0, 3)) {
    case 0: /* by day */
        *low = 7 * 60;
        *high = 20 * 60;
        break;
    case 1: /* past midnight */
        *low = 5 * 60;
        *high = 29 * 60;
        break;
    default: /* where clocks are set */
        *low = 0;
        *high = DAY_MINUTES;
        break;
    }
}

static void write_spans(struct rd_buf *out, const struct day *day)
{
    for (int i = 0; i < day->count; i++)
        rd_buf_printf(out, "%s{\"from\":%d,\"to\":%d}", i > 0 ? "," : "", day->spans[i].from,
                      day->spans[i].to);
}

static void write_week(struct rd_buf *out, const struct day week[7])
{
    const char *comma = "";

    for (int weekday = 0; weekday < 7; weekday++)
        for (int i = 0; i < week[weekday].count; i++) {
            rd_buf_printf(out, "%s{\"days\":[%d],\"from\":%d,\"to\":%d}", comma, weekday + 1,
                          week[weekday].spans[i].from, week[weekday].spans[i].to);
            comma = ",";
        }
}

static void write_seasons(struct rd_buf *out, const struct toy *toy)
{
    for (int i = 0; i < toy->season_count; i++) {
        const struct season *season = &toy->seasons[i];

        rd_buf_printf(out, "%s{\"from\":\"%02d-%02d\",\"to\":\"%02d-%02d\",\"week\":[",
                      i > 0 ? "," : "", season->from / 100, season->from % 100, season->to / 100,
                      season->to % 100);
        write_week(out, season->week);
        rd_buf_text(out, "]}");
    }
}

static void write_days(struct rd_buf *out, const struct toy *toy)
{
    const char *comma = "";

    for (int day = 0; day < WINDOW_DAYS + 2; day++) {
        char date[RD_TIME_TEXT_MAX];

        if (!toy->named[day])
            continue;
        rd_time_write((toy->first_day + day) * DAY_MS, date);
        rd_buf_printf(out, "%s{\"date\":\"%.10s\",", comma, date);
        if (toy->days[day].count == 0) {
            rd_buf_text(out, "\"off\":true}");
        } else {
            rd_buf_text(out, "\"hours\":[");
            write_spans(out, &toy->days[day]);
            rd_buf_text(out, "]}");
        }
        comma = ",";
    }
}

static void build_calendar(struct toy *toy)
{
    struct rd_arena arena;
    struct rd_value spec;
    struct rd_buf text;
    struct rd_error error = RD_ERROR_NONE;

    rd_arena_init(&arena);
    rd_buf_init(&text);
    rd_buf_printf(&text, "{\"name\":\"toy\",\"zone\":\"%s\",\"week\":[", toy->zone_name);
    write_week(&text, toy->week);
    rd_buf_text(&text, "],\"seasons\":[");
    write_seasons(&text, toy);
    rd_buf_text(&text, "],\"days\":[");
    write_days(&text, toy);
    rd_buf_text(&text, "]}");
    ck_assert_int_eq(rd_json_parse(&arena, text.data, text.len, 16, &spec, &error), RD_OK);
    ck_assert_msg(rd_calendar_new(&spec, &toy->calendar, &error) == RD_OK, "%s", error.text);
    rd_buf_fini(&text);
    rd_arena_fini(&arena);
}

static int weekday_of(int64_t day)
{
    return (int)(((day + 3) % 7 + 7) % 7);
}

static void random_week(struct toy *toy, int low, int high, struct day week[7])
{
    for (int weekday = 0; weekday < 7; weekday++)
        if (weekday == 0 || pick(toy, 0, 3) > 0)
            random_day(toy, low, high, &week[weekday]);
}

static int month_day(int64_t day)
{
    int year = 0;
    int month = 0;
    int number = 0;

    rd_date_civil(day, &year, &month, &number);
    return month * 100 + number;
}

/* A day of a leap year; often February 29. */
static int random_month_day(struct toy *toy, int from, int to)
{
    int day = pick(toy, 0, 2) == 0 && from <= 59 && 59 <= to ? 59 : pick(toy, from, to);

    return month_day(rd_date_days(2000, 1, 1) + day);
}

/* None, or two apart from each other, the second one perhaps over New Year, one perhaps closed. */
static void random_seasons(struct toy *toy, int low, int high)
{
    bool over_new_year = pick(toy, 0, 1) == 0;

    if (pick(toy, 0, 2) == 0)
        return;
    toy->season_count = SEASONS_MAX;
    toy->seasons[0].from = random_month_day(toy, 50, 100);
    toy->seasons[0].to = random_month_day(toy, 101, 200);
    toy->seasons[1].from = random_month_day(toy, over_new_year ? 300 : 201, 330);
    toy->seasons[1].to = random_month_day(toy, over_new_year ? 0 : 331, over_new_year ? 49 : 365);
    if (pick(toy, 0, 3) == 0) { /* February alone, however long it is */
        toy->seasons[0].from = 201;
        toy->seasons[0].to = 229;
        toy->seasons[1].from = 301;
        toy->seasons[1].to = 301 + pick(toy, 0, 30);
    }
    random_week(toy, low, high, toy->seasons[0].week);
    if (pick(toy, 0, 3) > 0)
        random_week(toy, low, high, toy->seasons[1].week);
}

/* The days of the year compare as numbers: the 29th of February, where it is missing, lies between
 * the 28th and the 1st. */
static const struct day *week_of(const struct toy *toy, int64_t day)
{
    int at = month_day(day);

    for (int i = 0; i < toy->season_count; i++) {
        const struct season *season = &toy->seasons[i];
        bool behind = season->from <= at;
        bool before = at <= season->to;

        if (season->from <= season->to ? behind && before : behind || before)
            return season->week;
    }
    return toy->week;
}

static void random_calendar(struct toy *toy)
{
    int low = 0;
    int high = 0;
    int named_in = pick(toy, 2, 40); /* one day in so many is named */

    random_shape(toy, &low, &high);
    toy->first_day = rd_date_days(pick(toy, 2009, 2011), pick(toy, 1, 12), 1);
    random_week(toy, low, high, toy->week);
    random_seasons(toy, low, high);
    for (int day = 0; day < WINDOW_DAYS + 2; day++) {
        toy->days[day] = week_of(toy, toy->first_day + day)[weekday_of(toy->first_day + day)];
        if (pick(toy, 1, named_in) > 1)
            continue;
        toy->named[day] = true;
        toy->days[day].count = 0;
        if (pick(toy, 0, 1) == 0)
            random_day(toy, low, high, &toy->days[day]);
    }
    ck_assert_int_eq(rd_zone_open(toy->zone_name, &toy->zone, NULL), RD_OK);
    build_calendar(toy);
}

/* ---- the oracle ---- */

static bool runs(const struct toy *toy, int64_t day, int minute)
{
    for (int i = 0; day >= 0 && i < toy->days[day].count; i++)
        if (toy->days[day].spans[i].from <= minute && minute < toy->days[day].spans[i].to)
            return true;
    return false;
}

/* The window's minute 0 is its first day's midnight as if that were UTC: more than a day may be
 * lacking at its edges. */
static void walk(struct toy *toy)
{
    int64_t window_ms = toy->first_day * DAY_MS;
    int64_t latest = INT64_MIN; /* the latest local minute so far, from the window's first day */

    for (int m = 0; m < WINDOW_MINUTES; m++) {
        int64_t at_ms = window_ms + m * MINUTE_MS;
        int64_t shown = (rd_zone_local_ms(toy->zone, at_ms) - window_ms) / MINUTE_MS;

        latest = shown > latest ? shown : latest;
        toy->worked[m + 1] = toy->worked[m];
        for (int64_t day = latest / DAY_MINUTES; day >= latest / DAY_MINUTES - 1; day--) {
            if (!runs(toy, day, (int)(latest - day * DAY_MINUTES)))
                continue;
            toy->worked[m + 1]++;
            toy->day_worked[day]++;
            toy->day_close_ms[day] = at_ms + MINUTE_MS;
        }
        EXPECT(toy->worked[m + 1] - toy->worked[m], <=, 1);
    }
}

static int64_t oracle_worked_ms(const struct toy *toy, int64_t at_ms)
{
    int64_t since_ms = at_ms - toy->first_day * DAY_MS;
    int64_t m = since_ms / MINUTE_MS;
    int64_t part_ms = toy->worked[m + 1] > toy->worked[m] ? since_ms % MINUTE_MS : 0;

    return toy->worked[m] * MINUTE_MS + part_ms;
}

/* -1 where the window ends first. */
static int64_t oracle_add_ms(const struct toy *toy, int64_t start_ms, int64_t n_ms)
{
    int64_t sum_ms = oracle_worked_ms(toy, start_ms) + n_ms;
    int low = 0;
    int high = WINDOW_MINUTES;

    if (n_ms == 0)
        return start_ms;
    if (toy->worked[WINDOW_MINUTES] * MINUTE_MS < sum_ms)
        return -1;
    while (low < high) {
        int middle = (low + high) / 2;

        if (toy->worked[middle + 1] * MINUTE_MS >= sum_ms)
            high = middle;
        else
            low = middle + 1;
    }
    return toy->first_day * DAY_MS + low * MINUTE_MS + sum_ms - toy->worked[low] * MINUTE_MS;
}

static int64_t oracle_day(const struct toy *toy, int64_t at_ms)
{
    return rd_zone_local_ms(toy->zone, at_ms) / DAY_MS - toy->first_day;
}

/* ---- comparing ---- */

static int64_t random_ms(struct toy *toy)
{
    int64_t at_ms = (toy->first_day + 2) * DAY_MS +
                    (int64_t)pick(toy, 0, (WINDOW_DAYS - 30) * DAY_MINUTES) * MINUTE_MS;

    return pick(toy, 0, 2) == 0 ? at_ms + pick(toy, 0, 59999) : at_ms;
}

/* Half of the starts lie around a change of the clock, where there is one. */
static int64_t start_ms(struct toy *toy)
{
    int64_t change_ms = 0;
    int64_t at_ms = random_ms(toy);
    int64_t end_ms = (toy->first_day + WINDOW_DAYS - 30) * DAY_MS;

    if (pick(toy, 0, 1) == 0 || !rd_zone_next_ms(toy->zone, at_ms, &change_ms) ||
        change_ms > end_ms)
        return at_ms;
    return change_ms + pick(toy, -1600, 1600) * MINUTE_MS / pick(toy, 1, 10) / 1000 * 1000;
}

static int64_t add_ms(const struct toy *toy, enum rd_duration_kind kind, int64_t from_ms, int64_t n)
{
    struct rd_duration duration = { .kind = kind, .n = n };

    return rd_calendar_add(toy->calendar, from_ms, &duration, NULL);
}

static void check_time(struct toy *toy)
{
    int64_t a_ms = start_ms(toy);
    int64_t b_ms = start_ms(toy);
    int64_t n_ms = pick(toy, 0, pick(toy, 0, 3) == 0 ? 6000 : 400) * MINUTE_MS;
    int64_t expected_ms = oracle_add_ms(toy, a_ms, n_ms);
    int64_t end_ms = add_ms(toy, RD_DURATION_BUSINESS_TIME, a_ms, n_ms);
    int64_t apart_ms = oracle_worked_ms(toy, b_ms) - oracle_worked_ms(toy, a_ms);
    int64_t m = a_ms / MINUTE_MS - toy->first_day * DAY_MINUTES;

    if (expected_ms >= 0)
        EXPECT(end_ms, ==, expected_ms);
    EXPECT(rd_calendar_between_ms(toy->calendar, a_ms, b_ms, NULL), ==, b_ms > a_ms ? apart_ms : 0);
    EXPECT(rd_calendar_is_open(toy->calendar, a_ms), ==, toy->worked[m + 1] > toy->worked[m]);
    /* what was added lies between */
    EXPECT(end_ms, >=, a_ms);
    EXPECT(rd_calendar_between_ms(toy->calendar, a_ms, end_ms, NULL), ==, n_ms);
}

static void check_laws(struct toy *toy)
{
    int64_t a_ms = start_ms(toy);
    int64_t b_ms = start_ms(toy);
    int64_t c_ms = start_ms(toy);
    int64_t n_ms = pick(toy, 0, 2000) * MINUTE_MS + pick(toy, 0, 999);
    int64_t more_ms = pick(toy, 0, 2000) * MINUTE_MS;
    int64_t once_ms = add_ms(toy, RD_DURATION_BUSINESS_TIME, a_ms, n_ms + more_ms);
    int64_t twice_ms = add_ms(toy, RD_DURATION_BUSINESS_TIME,
                              add_ms(toy, RD_DURATION_BUSINESS_TIME, a_ms, n_ms), more_ms);
    int64_t low_ms = a_ms < b_ms ? a_ms : b_ms;
    int64_t high_ms = a_ms < b_ms ? b_ms : a_ms;

    /* two parts are the whole: a deadline stopped and resumed at once ends where it would have
     * ended */
    EXPECT(once_ms, ==, twice_ms);
    /* a later start never ends earlier, a longer one never ends earlier */
    EXPECT(add_ms(toy, RD_DURATION_BUSINESS_TIME, low_ms, n_ms), <=,
           add_ms(toy, RD_DURATION_BUSINESS_TIME, high_ms, n_ms));
    EXPECT(add_ms(toy, RD_DURATION_BUSINESS_TIME, a_ms, n_ms), <=, once_ms);
    /* an interval cut in two */
    if (low_ms <= c_ms && c_ms <= high_ms)
        EXPECT(rd_calendar_between_ms(toy->calendar, low_ms, high_ms, NULL), ==,
               rd_calendar_between_ms(toy->calendar, low_ms, c_ms, NULL) +
                   rd_calendar_between_ms(toy->calendar, c_ms, high_ms, NULL));
}

/* A clock that is stopped at p and resumed at q ends when the stretches together are used up. */
static void check_pause(struct toy *toy)
{
    int64_t a_ms = start_ms(toy);
    int64_t n_ms = pick(toy, 1, 2000) * MINUTE_MS;
    int64_t p_ms = a_ms + pick(toy, 0, 4000) * MINUTE_MS;
    int64_t q_ms = p_ms + pick(toy, 0, 4000) * MINUTE_MS;
    int64_t used_ms = rd_calendar_between_ms(toy->calendar, a_ms, p_ms, NULL);

    if (used_ms > n_ms)
        return;
    int64_t end_ms = add_ms(toy, RD_DURATION_BUSINESS_TIME, q_ms, n_ms - used_ms);
    int64_t plain_ms = add_ms(toy, RD_DURATION_BUSINESS_TIME, a_ms, n_ms);

    EXPECT(end_ms, >=, plain_ms > q_ms ? plain_ms : q_ms);
    EXPECT(used_ms + rd_calendar_between_ms(toy->calendar, q_ms, end_ms, NULL), ==, n_ms);
}

/* A deadline's ledger with several pauses: it is due where the stretches in between, as the oracle
 * counts them, add up to the limit. Stopping and going on at once changes nothing. */
static void check_ledger(struct toy *toy)
{
    struct rd_pause pauses[PAUSES_MAX];
    struct rd_deadline row = { .started_ms = start_ms(toy), .pauses = pauses };
    int64_t left_ms = pick(toy, 1, 3000) * MINUTE_MS, from_ms = row.started_ms;
    struct rd_duration limit = { .kind = RD_DURATION_BUSINESS_TIME, .n = left_ms };
    int count = pick(toy, 1, PAUSES_MAX);
    bool at_once = pick(toy, 0, 3) == 0, open = pick(toy, 0, 3) == 0;

    while (row.pause_count < (size_t)count) {
        int64_t stop_ms = from_ms + pick(toy, 0, 1500) * MINUTE_MS + pick(toy, 0, 999);
        int64_t go_ms = stop_ms + (at_once ? 0 : pick(toy, 0, 4000) * MINUTE_MS);

        if (go_ms >= (toy->first_day + WINDOW_DAYS - 2) * DAY_MS)
            break;
        int64_t used_ms = oracle_worked_ms(toy, stop_ms) - oracle_worked_ms(toy, from_ms);
        if (used_ms >= left_ms) /* it rang before */
            break;
        left_ms -= used_ms;
        pauses[row.pause_count++] = (struct rd_pause){ stop_ms, go_ms, NULL };
        from_ms = go_ms;
    }
    if (open && row.pause_count > 0) { /* it stands still now */
        pauses[row.pause_count - 1].to_ms = INT64_MAX;
        rd_deadline_plan(&row, &limit, toy->calendar);
        EXPECT(row.running, ==, false);
        EXPECT(row.left_ms, ==, left_ms);
        return;
    }
    int64_t expected_ms = oracle_add_ms(toy, from_ms, left_ms);
    rd_deadline_plan(&row, &limit, toy->calendar);
    EXPECT(row.running, ==, true);
    if (expected_ms >= 0)
        EXPECT(row.due_ms, ==, expected_ms);
    if (at_once)
        EXPECT(row.due_ms, ==, rd_calendar_add(toy->calendar, row.started_ms, &limit, NULL));
    EXPECT(rd_deadline_used_ms(&row, toy->calendar, row.due_ms), ==, limit.n);
}

static void check_days(struct toy *toy)
{
    int64_t a_ms = start_ms(toy);
    int64_t b_ms = start_ms(toy);
    int64_t day = oracle_day(toy, a_ms);
    int64_t last = day;
    int n = pick(toy, 1, 15);
    int64_t between = 0;

    for (int left = n; left > 0;)
        if (++last >= WINDOW_DAYS - 1)
            return;
        else if (toy->day_worked[last] > 0)
            left--;
    int64_t time_ms = rd_zone_local_ms(toy->zone, a_ms) - (toy->first_day + day) * DAY_MS;
    int64_t end_ms = rd_zone_utc_ms(toy->zone, (toy->first_day + last) * DAY_MS + time_ms);

    EXPECT(add_ms(toy, RD_DURATION_BUSINESS_DAYS, a_ms, n), ==, end_ms > a_ms ? end_ms : a_ms);
    EXPECT(add_ms(toy, RD_DURATION_CLOSE_OF_DAY, a_ms, n), ==, toy->day_close_ms[last]);
    for (int64_t d = day + 1; d <= oracle_day(toy, b_ms); d++)
        between += toy->day_worked[d] > 0;
    EXPECT(rd_calendar_between_days(toy->calendar, a_ms, b_ms, NULL), ==, between);
}

START_TEST(agrees_with_a_walk)
{
    struct toy *toy = calloc(1, sizeof(*toy));

    ck_assert_ptr_nonnull(toy);
    toy->seed = (unsigned)_i * 2654435761u + 1;
    toy->zone_name = zones[(size_t)_i % (sizeof(zones) / sizeof(zones[0]))];
    random_calendar(toy);
    walk(toy);
    for (int i = 0; i < CASES; i++) {
        check_time(toy);
        check_laws(toy);
        check_pause(toy);
        check_ledger(toy);
        check_days(toy);
    }
    rd_calendar_free(toy->calendar);
    rd_zone_close(toy->zone);
    free(toy);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("calendar_property");
    TCase *oracle = tcase_create("oracle");
    int calendars = unit_is_long() ? CALENDARS_LONG : CALENDARS;

    tcase_set_timeout(oracle, 60);
    tcase_add_loop_test(oracle, agrees_with_a_walk, 0, calendars);
    suite_add_tcase(suite, oracle);
    return unit_run(suite);
}
