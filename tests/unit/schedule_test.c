/* When schedules come: dates of the rule, days off, times that a clock skips, and the ends of
 * counted rules. Dates are checked against a plain walk from the beginning of the rule. */
#include "domain/schedule.h"

#include <libical/ical.h>

#include "base/text.h"
#include "domain/model.h"
#include "domain/zone.h"
#include "unit/unit.h"

static struct rd_arena arena;
static struct rd_zone *zone;
static struct rd_calendar *weekdays;

static void setup(void)
{
    struct rd_error error = RD_ERROR_NONE;
    rd_arena_init(&arena);
    ck_assert_int_eq(rd_zone_open("Asia/Shanghai", &zone, &error), RD_OK);
}

static void teardown(void)
{
    rd_calendar_free(weekdays);
    weekdays = NULL;
    rd_zone_close(zone);
    rd_arena_fini(&arena);
}

/* Monday to Friday; `off` (a date) is a day off, and so are the 20 days behind it where `long_off`.
 */
static void calendar_make(const char *off, int days)
{
    struct rd_value spec = rd_map(), week = rd_list(), span = rd_map(), list = rd_list(),
                    hours = rd_list();
    struct rd_error error = RD_ERROR_NONE;
    int64_t first;
    for (int i = 1; i <= 5; i++)
        rd_list_add(&arena, &list, rd_int(i));
    rd_map_add(&arena, &span, "days", list);
    rd_map_add(&arena, &span, "from", rd_int(540));
    rd_map_add(&arena, &span, "to", rd_int(1080));
    rd_list_add(&arena, &week, span);
    ck_assert(rd_date_read(off, &first));
    for (int i = 0; i < days; i++) {
        struct rd_value day = rd_map();
        int y, m, d;
        rd_date_civil(first + i, &y, &m, &d);
        rd_map_add(&arena, &day, "date",
                   rd_text(rd_arena_printf(&arena, "%04d-%02d-%02d", y, m, d)));
        rd_map_add(&arena, &day, "off", rd_bool(true));
        rd_list_add(&arena, &hours, day);
    }
    rd_map_add(&arena, &spec, "name", rd_text("weekdays"));
    rd_map_add(&arena, &spec, "zone", rd_text(rd_zone_name(zone)));
    rd_map_add(&arena, &spec, "week", week);
    rd_map_add(&arena, &spec, "days", hours);
    ck_assert_msg(rd_calendar_new(&spec, &weekdays, &error) == RD_OK, "%s", error.text);
}

static struct rd_schedule schedule_of(const char *rule, const char *from, int at_minute)
{
    struct rd_schedule schedule = { .name = "s",
                                    .rule = rule,
                                    .at_minute = at_minute,
                                    .zone = zone,
                                    .on = weekdays,
                                    .from_given = true };
    ck_assert(rd_date_read(from, &schedule.from_day));
    return schedule;
}

/* "2026-03-06 09:00" of the zone. */
static int64_t local(const char *text)
{
    int64_t day;
    int hour, minute;
    ck_assert(rd_date_read(rd_arena_copy(&arena, text, 10), &day));
    ck_assert_int_eq(sscanf(text + 11, "%d:%d", &hour, &minute), 2);
    return rd_zone_utc_ms(zone, day * 86400000 + (hour * 60 + minute) * 60000);
}

static void expect_next(const struct rd_schedule *schedule, const char *after, const char *next)
{
    char got[RD_TIME_TEXT_MAX] = "never";
    int64_t at_ms = rd_schedule_next(schedule, local(after));
    if (at_ms != INT64_MAX) {
        rd_time_write(rd_zone_local_ms(zone, at_ms), got);
        got[10] = ' ';
        got[16] = 0;
    }
    ck_assert_msg(strcmp(got, next) == 0, "%s after %s: expected %s, got %s", schedule->rule, after,
                  next, got);
}

START_TEST(a_rule_comes_on_its_days)
{
    struct rd_schedule monthly = schedule_of("FREQ=MONTHLY;BYDAY=1MO", "2000-01-01", 540);
    expect_next(&monthly, "2026-03-01 00:00", "2026-03-02 09:00");
    expect_next(&monthly, "2026-03-02 08:59", "2026-03-02 09:00");
    expect_next(&monthly, "2026-03-02 09:00", "2026-04-06 09:00"); /* strictly after */
    struct rd_schedule daily = schedule_of("FREQ=DAILY", "2000-01-01", 18 * 60 + 10);
    expect_next(&daily, "2026-05-08 18:00", "2026-05-08 18:10");
    expect_next(&daily, "2026-05-08 18:10", "2026-05-09 18:10");
    struct rd_schedule last =
        schedule_of("FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1", "2000-01-01", 0);
    expect_next(&last, "2026-05-20 12:00", "2026-05-29 00:00");
    struct rd_schedule leap = schedule_of("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29", "2000-01-01", 1);
    expect_next(&leap, "2096-03-01 00:00", "2104-02-29 00:01");
}
END_TEST

START_TEST(what_is_counted_is_counted_from_the_first_day)
{
    struct rd_schedule third = schedule_of("FREQ=DAILY;INTERVAL=3", "2026-01-01", 540);
    expect_next(&third, "2026-01-01 09:00", "2026-01-04 09:00");
    expect_next(&third, "2026-12-30 00:00", "2026-12-30 09:00"); /* 363 days = 121 * 3 */
    struct rd_schedule five = schedule_of("FREQ=DAILY;COUNT=5", "2026-01-01", 540);
    expect_next(&five, "2025-06-01 00:00", "2026-01-01 09:00");
    expect_next(&five, "2026-01-04 09:00", "2026-01-05 09:00");
    expect_next(&five, "2026-01-05 09:00", "never");
    struct rd_schedule until =
        schedule_of("FREQ=WEEKLY;BYDAY=MO;UNTIL=20260119", "2026-01-01", 540);
    expect_next(&until, "2026-01-12 09:00", "2026-01-19 09:00");
    expect_next(&until, "2026-01-19 09:00", "never");
}
END_TEST

START_TEST(a_day_off_moves_it_and_what_meets_is_one)
{
    calendar_make("2026-05-01", 5); /* Friday to Tuesday */
    struct rd_schedule daily = schedule_of("FREQ=DAILY", "2000-01-01", 540);
    int64_t last = 0;
    expect_next(&daily, "2026-04-30 09:00", "2026-05-06 09:00");
    expect_next(&daily, "2026-05-03 12:00", "2026-05-06 09:00");
    expect_next(&daily, "2026-05-06 09:00", "2026-05-07 09:00");
    ck_assert_uint_eq(rd_schedule_count(&daily, local("2026-04-29 09:00"),
                                        local("2026-05-07 09:00"), SIZE_MAX, &last),
                      3);
    ck_assert_int_eq(last, local("2026-05-07 09:00"));
    struct rd_schedule first = schedule_of("FREQ=MONTHLY;BYMONTHDAY=1", "2000-01-01", 540);
    expect_next(&first, "2026-04-10 00:00", "2026-05-06 09:00");
    expect_next(&first, "2026-05-06 08:59", "2026-05-06 09:00"); /* already moved, still to come */
    expect_next(&first, "2026-05-06 09:00", "2026-06-01 09:00");
}
END_TEST

START_TEST(a_long_closure_loses_nothing_up_to_its_limit)
{
    calendar_make("2026-01-01", RD_SCHEDULE_SHIFT_DAYS_MAX);
    struct rd_schedule once = schedule_of("FREQ=DAILY;COUNT=1", "2026-01-01", 540);
    expect_next(&once, "2025-12-01 00:00", "2027-02-05 09:00"); /* 400 days on */
    expect_next(&once, "2027-02-04 09:00", "2027-02-05 09:00");
    teardown();
    setup();
    calendar_make("2026-01-01", RD_SCHEDULE_SHIFT_DAYS_MAX + 5);
    struct rd_schedule lost = schedule_of("FREQ=DAILY;COUNT=1", "2026-01-01", 540);
    expect_next(&lost, "2025-12-01 00:00", "never");
}
END_TEST

START_TEST(counting_stops_at_its_maximum)
{
    struct rd_schedule daily = schedule_of("FREQ=DAILY", "2000-01-01", 0);
    int64_t last = 0;
    ck_assert_uint_eq(
        rd_schedule_count(&daily, local("2026-01-01 00:00"), local("2026-12-31 00:00"), 10, &last),
        10);
    ck_assert_int_eq(last, local("2026-01-11 00:00"));
    last = 5;
    ck_assert_uint_eq(
        rd_schedule_count(&daily, local("2026-01-01 00:00"), local("2026-01-01 23:59"), 10, &last),
        0);
    ck_assert_int_eq(last, 5);
}
END_TEST

/* London 2026: 01:00 to 02:00 of 29 March is left out, of 25 October it comes twice. */
START_TEST(a_time_that_the_clock_skips_or_repeats_comes_once)
{
    struct rd_error error = RD_ERROR_NONE;
    rd_zone_close(zone);
    ck_assert_int_eq(rd_zone_open("Europe/London", &zone, &error), RD_OK);
    struct rd_schedule night = schedule_of("FREQ=DAILY", "2000-01-01", 90);
    expect_next(&night, "2026-03-28 01:30", "2026-03-29 02:30");
    expect_next(&night, "2026-03-29 02:30", "2026-03-30 01:30");
    int64_t first = rd_schedule_next(&night, local("2026-10-24 12:00")), last = 0;
    ck_assert_int_eq(rd_zone_offset_s(zone, first), 3600); /* the first of the two */
    ck_assert_uint_eq(rd_schedule_count(&night, first, first + 24 * 3600000, SIZE_MAX, &last), 0);
    ck_assert_int_eq(rd_schedule_next(&night, first), first + 25 * 3600000);
}
END_TEST

static const char *const RULES[] = {
    "FREQ=DAILY",
    "FREQ=DAILY;INTERVAL=3",
    "FREQ=DAILY;BYMONTH=2,3;BYMONTHDAY=1,15,-1",
    "FREQ=WEEKLY;BYDAY=MO,WE",
    "FREQ=WEEKLY;INTERVAL=2;BYDAY=SU;WKST=SU",
    "FREQ=WEEKLY;INTERVAL=5;BYDAY=TU,SA",
    "FREQ=MONTHLY;BYDAY=1MO",
    "FREQ=MONTHLY;BYDAY=-1FR,2TU",
    "FREQ=MONTHLY;INTERVAL=3;BYMONTHDAY=-1",
    "FREQ=MONTHLY;INTERVAL=5;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=1,-1",
    "FREQ=MONTHLY;BYMONTHDAY=31",
    "FREQ=YEARLY;BYMONTH=1,7;BYMONTHDAY=10",
    "FREQ=YEARLY;INTERVAL=2;BYMONTH=11;BYDAY=4TH",
    "FREQ=YEARLY;BYYEARDAY=1,100,-1",
    "FREQ=YEARLY;BYDAY=20MO",
    "FREQ=YEARLY",
    "FREQ=YEARLY;INTERVAL=3;BYMONTH=2;BYMONTHDAY=29",
    "FREQ=YEARLY;BYMONTH=5;BYDAY=-1SU,1MO;BYSETPOS=1",
    "FREQ=MONTHLY",
    "FREQ=WEEKLY;INTERVAL=4",
    "FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13",
    "FREQ=DAILY;INTERVAL=2;BYDAY=MO,FR",
};

/* Beginning in the middle gives the same dates as walking there from the rule's first day. */
START_TEST(beginning_in_the_middle_is_the_same)
{
    struct rd_schedule schedule = schedule_of(RULES[_i], "2001-03-01", 600);
    struct icalrecurrencetype rule = icalrecurrencetype_from_string(RULES[_i]);
    icalrecur_iterator *dates = icalrecur_iterator_new(rule, icaltime_from_string("20010301"));
    int64_t after = local("2001-02-28 00:00");
    ck_assert_ptr_nonnull(dates);
    for (int n = 0; n < 400; n++) {
        struct icaltimetype date = icalrecur_iterator_next(dates);
        if (icaltime_is_null_time(date) || date.year > 2060)
            break;
        int64_t day = rd_date_days(date.year, date.month, date.day);
        int64_t wanted = rd_zone_utc_ms(zone, day * 86400000 + 600 * 60000);
        int64_t got = rd_schedule_next(&schedule, after);
        ck_assert_msg(got == wanted, "%s: %04d-%02d-%02d was wanted", RULES[_i], date.year,
                      date.month, date.day);
        for (int part = 1; part < 8; part++)
            ck_assert_int_eq(rd_schedule_next(&schedule, after + (wanted - after) / 8 * part),
                             wanted);
        after = wanted;
    }
    icalrecur_iterator_free(dates);
}
END_TEST

START_TEST(schedules_with_the_same_times_are_told_from_others)
{
    struct rd_schedule a = schedule_of("FREQ=DAILY", "2000-01-01", 540), b = a;
    ck_assert(rd_schedule_same_times(&a, &b));
    b.at_minute++;
    ck_assert(!rd_schedule_same_times(&a, &b));
    b = schedule_of("FREQ=WEEKLY;BYDAY=MO", "2000-01-01", 540);
    ck_assert(!rd_schedule_same_times(&a, &b));
    b = schedule_of("FREQ=DAILY", "2000-01-02", 540);
    ck_assert(!rd_schedule_same_times(&a, &b));
    calendar_make("2026-01-01", 1);
    b = schedule_of("FREQ=DAILY", "2000-01-01", 540);
    ck_assert(!rd_schedule_same_times(&a, &b));
    ck_assert_str_eq(rd_missed_name(RD_MISSED_ONCE), "once");
    ck_assert_str_eq(rd_missed_name(RD_MISSED_EACH), "each");
    ck_assert_str_eq(rd_missed_name(RD_MISSED_SKIP), "skip");
}
END_TEST

START_TEST(the_next_opening)
{
    calendar_make("2026-05-01", 5);
    ck_assert_int_eq(rd_calendar_opens_ms(weekdays, local("2026-04-30 08:59")),
                     local("2026-04-30 09:00"));
    ck_assert_int_eq(rd_calendar_opens_ms(weekdays, local("2026-04-30 09:00")),
                     local("2026-04-30 09:00"));
    ck_assert_int_eq(rd_calendar_opens_ms(weekdays, local("2026-04-30 18:00") - 1),
                     local("2026-04-30 18:00") - 1);
    ck_assert_int_eq(rd_calendar_opens_ms(weekdays, local("2026-04-30 18:00")),
                     local("2026-05-06 09:00"));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("schedule");
    TCase *tests = tcase_create("schedule");
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, a_rule_comes_on_its_days);
    tcase_add_test(tests, what_is_counted_is_counted_from_the_first_day);
    tcase_add_test(tests, a_day_off_moves_it_and_what_meets_is_one);
    tcase_add_test(tests, a_long_closure_loses_nothing_up_to_its_limit);
    tcase_add_test(tests, counting_stops_at_its_maximum);
    tcase_add_test(tests, a_time_that_the_clock_skips_or_repeats_comes_once);
    tcase_add_loop_test(tests, beginning_in_the_middle_is_the_same, 0,
                        sizeof RULES / sizeof *RULES);
    tcase_add_test(tests, schedules_with_the_same_times_are_told_from_others);
    tcase_add_test(tests, the_next_opening);
    tcase_set_timeout(tests, 20);
    suite_add_tcase(suite, tests);
    return unit_run(suite);
}
