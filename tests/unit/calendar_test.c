/* Business calendars: one example at least for each convention in docs/reference/time.md. */
#include <stdint.h>
#include <string.h>

#include "base/json.h"
#include "base/text.h"
#include "domain/calendar.h"
#include "domain/zone.h"
#include "unit.h"

#define OFFICE                                                                                     \
    "\"name\":\"office\",\"file\":\"rules/calendars.lua\",\"line\":3,"                             \
    "\"week\":[{\"days\":[1,2,3,4,5],\"from\":540,\"to\":720},"                                    \
    "{\"days\":[1,2,3,4,5],\"from\":780,\"to\":1080}]"
#define SHANGHAI "\"zone\":\"Asia/Shanghai\","
#define NIGHTS "\"name\":\"nights\",\"week\":[{\"days\":[1,2,3,4,5],\"from\":1320,\"to\":1800}]"
#define ALWAYS "\"name\":\"always\",\"always\":true"

static struct rd_arena arena;
static struct rd_calendar *calendar;
static struct rd_zone *zone;

static enum rd_status build(const char *json, struct rd_error *error)
{
    struct rd_value spec;

    ck_assert_msg(rd_json_parse(&arena, json, strlen(json), 16, &spec, error) == RD_OK, "%s: %s",
                  json, error->text);
    return rd_calendar_new(&spec, &calendar, error);
}

/* The calendar and the zone that the following steps use. */
static void use(const char *json)
{
    struct rd_value spec;
    struct rd_error error = RD_ERROR_NONE;

    rd_calendar_free(calendar);
    rd_zone_close(zone);
    ck_assert_msg(build(json, &error) == RD_OK, "%s", error.text);
    ck_assert_int_eq(rd_json_parse(&arena, json, strlen(json), 16, &spec, &error), RD_OK);
    ck_assert_int_eq(rd_zone_open(rd_map_text(&spec, "zone", ""), &zone, &error), RD_OK);
}

static void setup(void)
{
    rd_arena_init(&arena);
    calendar = NULL;
    zone = NULL;
}

static void teardown(void)
{
    rd_calendar_free(calendar);
    rd_zone_close(zone);
    rd_arena_fini(&arena);
}

/* "2026-03-06 16:00" of the calendar's zone; with a Z behind it an instant. */
static int64_t at(const char *text)
{
    char rfc[40];
    int64_t at_ms = 0;
    size_t len = strlen(text);
    bool utc = text[len - 1] == 'Z';

    snprintf(rfc, sizeof(rfc), "%.10sT%.5s%sZ", text, text + 11, len > 17 ? "" : ":00");
    if (len > 17)
        snprintf(rfc, sizeof(rfc), "%.10sT%.*sZ", text, (int)len - 11, text + 11);
    ck_assert_msg(rd_time_read(rfc, &at_ms), "%s", rfc);
    return utc ? at_ms : rd_zone_utc_ms(zone, at_ms);
}

static int64_t ends(const char *start, const char *text, bool *provisional)
{
    struct rd_duration duration;
    struct rd_error error = RD_ERROR_NONE;

    ck_assert_msg(rd_duration_parse(text, false, &duration, &error) == RD_OK, "%s", error.text);
    return rd_calendar_add(calendar, at(start), &duration, provisional);
}

static void check_end(const char *start, const char *duration, const char *expected)
{
    char found[RD_TIME_TEXT_MAX];
    int64_t end_ms = ends(start, duration, NULL);

    rd_time_write(rd_zone_local_ms(zone, end_ms), found);
    ck_assert_msg(end_ms == at(expected), "%s + %s: %s expected, but %s (local)", start, duration,
                  expected, found);
}

static int64_t minutes(const char *a, const char *b)
{
    int64_t ms = rd_calendar_between_ms(calendar, at(a), at(b), NULL);

    ck_assert_int_eq(ms % 60000, 0);
    return ms / 60000;
}

/* ---- business time ---- */

START_TEST(over_the_weekend)
{
    use("{" SHANGHAI OFFICE "}");
    ck_assert_str_eq(rd_calendar_name(calendar), "office");
    check_end("2026-03-06 16:00", "4 business hours", "2026-03-09 11:00");
    check_end("2026-03-06 16:00", "40 business hours", "2026-03-13 16:00");
    check_end("2026-03-06 16:00", "240 business minutes", "2026-03-09 11:00");
    ck_assert_int_eq(minutes("2026-03-06 16:00", "2026-03-09 11:00"), 240);
}
END_TEST

START_TEST(start_outside_of_hours)
{
    use("{" SHANGHAI OFFICE "}");
    check_end("2026-03-07 10:00", "1 business hour", "2026-03-09 10:00");
    check_end("2026-03-06 18:00", "1 business hour", "2026-03-09 10:00");
    check_end("2026-03-06 03:00", "1 business hour", "2026-03-06 10:00");
    check_end("2026-03-06 12:30", "1 business hour", "2026-03-06 14:00");
    check_end("2026-03-06 11:30", "1 business hour", "2026-03-06 13:30");
}
END_TEST

START_TEST(ends_exactly_at_closing_time)
{
    use("{" SHANGHAI OFFICE "}");
    check_end("2026-03-06 14:00", "4 business hours", "2026-03-06 18:00");
    check_end("2026-03-06 09:00", "3 business hours", "2026-03-06 12:00");
    check_end("2026-03-06 09:00", "8 business hours", "2026-03-06 18:00");
    check_end("2026-03-06 14:00", "14401 business seconds", "2026-03-09 09:00:01");
}
END_TEST

START_TEST(nothing_takes_no_time)
{
    use("{" SHANGHAI OFFICE "}");
    check_end("2026-03-07 10:00", "0 business hours", "2026-03-07 10:00");
    check_end("2026-03-07 10:00", "0 business days", "2026-03-07 10:00");
    check_end("2026-03-07 10:00", "0 days", "2026-03-07 10:00");
    check_end("2026-03-07 10:00", "0 hours", "2026-03-07 10:00");
}
END_TEST

START_TEST(backwards_is_nothing)
{
    use("{" SHANGHAI OFFICE "}");
    ck_assert_int_eq(minutes("2026-03-06 16:00", "2026-03-06 16:00"), 0);
    ck_assert_int_eq(minutes("2026-03-06 16:00", "2026-03-06 10:00"), 0);
    ck_assert_int_eq(
        rd_calendar_between_days(calendar, at("2026-03-06 16:00"), at("2026-03-05 10:00"), NULL),
        0);
}
END_TEST

START_TEST(is_open_from_opening_to_before_closing)
{
    use("{" SHANGHAI OFFICE "}");
    ck_assert(!rd_calendar_is_open(calendar, at("2026-03-06 09:00") - 1));
    ck_assert(rd_calendar_is_open(calendar, at("2026-03-06 09:00")));
    ck_assert(rd_calendar_is_open(calendar, at("2026-03-06 12:00") - 1));
    ck_assert(!rd_calendar_is_open(calendar, at("2026-03-06 12:00")));
    ck_assert(!rd_calendar_is_open(calendar, at("2026-03-07 10:00")));
}
END_TEST

START_TEST(past_midnight)
{
    use("{" SHANGHAI NIGHTS "}");
    ck_assert(rd_calendar_is_open(calendar, at("2026-03-07 05:59"))); /* Friday's night */
    ck_assert(!rd_calendar_is_open(calendar, at("2026-03-07 06:00")));
    ck_assert(!rd_calendar_is_open(calendar, at("2026-03-08 02:00")));
    check_end("2026-03-06 23:00", "8 business hours", "2026-03-09 23:00");
    check_end("2026-03-07 05:00", "1 business hour", "2026-03-07 06:00");
    check_end("2026-03-06 12:00", "by close of 1 business day", "2026-03-10 06:00");
    check_end("2026-03-06 12:00", "by close of 0 business days", "2026-03-07 06:00");
    ck_assert_int_eq(minutes("2026-03-06 12:00", "2026-03-07 12:00"), 480);
}
END_TEST

START_TEST(holidays_and_working_weekends)
{
    use("{" SHANGHAI OFFICE ",\"days\":[{\"date\":\"2026-10-10\",\"like\":5},"
        "{\"date\":\"2026-10-01\",\"off\":true},{\"date\":\"2026-10-02\",\"off\":true},"
        "{\"date\":\"2026-09-30\",\"hours\":[{\"from\":540,\"to\":720}]}]}");
    check_end("2026-09-30 11:00", "2 business hours", "2026-10-05 10:00");
    check_end("2026-09-30 11:00", "2 business days", "2026-10-06 11:00");
    check_end("2026-09-29 11:00", "by close of 1 business day", "2026-09-30 12:00");
    check_end("2026-10-09 17:00", "2 business hours", "2026-10-10 10:00");
    check_end("2026-10-09 17:00", "1 business day", "2026-10-10 17:00");
    check_end("2026-10-09 17:00", "2 business days", "2026-10-12 17:00");
    ck_assert_int_eq(minutes("2026-09-30 00:00", "2026-10-11 00:00"), 180 + 6 * 480);
    ck_assert_int_eq(
        rd_calendar_between_days(calendar, at("2026-09-29 23:00"), at("2026-10-11 01:00"), NULL),
        7);
}
END_TEST

/* ---- days ---- */

START_TEST(business_days)
{
    use("{" SHANGHAI OFFICE "}");
    check_end("2026-03-06 16:00", "1 business day", "2026-03-09 16:00");
    check_end("2026-03-06 16:00", "5 business days", "2026-03-13 16:00");
    check_end("2026-03-06 16:00", "15 business days", "2026-03-27 16:00");
    check_end("2026-03-07 23:30", "1 business day", "2026-03-09 23:30"); /* a Saturday night */
    check_end("2026-03-06 16:00", "by close of 1 business day", "2026-03-09 18:00");
    check_end("2026-03-06 20:00", "by close of 2 business days", "2026-03-10 18:00");
    check_end("2026-03-06 16:00", "by close of 0 business days", "2026-03-06 18:00");
    check_end("2026-03-06 18:00", "by close of 0 business days", "2026-03-09 18:00");
    check_end("2026-03-07 10:00", "by close of 0 business days", "2026-03-09 18:00");
}
END_TEST

START_TEST(from_the_next_day)
{
    use("{" SHANGHAI OFFICE "}");
    check_end("2026-03-06 16:00", "5 business days from the next day", "2026-03-14 00:00");
    check_end("2026-03-09 16:00", "5 business days from the next day", "2026-03-17 00:00");
    check_end("2026-03-06 16:00", "10 days from the next day", "2026-03-17 00:00");
    check_end("2026-01-30 16:00", "1 month from the next day", "2026-03-01 00:00");
    check_end("2026-01-15 16:00", "1 month from the next day", "2026-02-16 00:00");
    check_end("2026-03-05 16:00", "2 business hours from the next day", "2026-03-06 11:00");
    check_end("2026-03-05 16:00", "36 hours from the next day", "2026-03-07 12:00");
    check_end("2026-03-06 16:00", "by close of 2 business days from the next day",
              "2026-03-10 18:00");
    check_end("2026-03-09 08:00", "by close of 0 business days from the next day",
              "2026-03-10 18:00");
    check_end("2026-03-09 08:00", "0 business days from the next day", "2026-03-10 00:00");
    check_end("2026-03-09 00:00", "0 hours from the next day", "2026-03-10 00:00");
}
END_TEST

START_TEST(months_end_where_the_month_ends)
{
    use("{" SHANGHAI OFFICE "}");
    check_end("2026-01-31 10:00", "1 month", "2026-02-28 10:00");
    check_end("2028-01-31 10:00", "1 month", "2028-02-29 10:00");
    check_end("2026-01-31 10:00", "2 months", "2026-03-31 10:00");
    check_end("2026-12-31 10:00", "2 months", "2027-02-28 10:00");
    check_end("2028-02-29 10:00", "1 year", "2029-02-28 10:00");
    check_end("2026-01-31 10:00", "1 month 1 day", "2026-03-01 10:00"); /* months before days */
    check_end("2026-11-30 10:00", "1 month", "2026-12-30 10:00");
    check_end("2026-12-15 10:00", "12 months", "2027-12-15 10:00");
    check_end("2026-03-06 16:00", "10 days", "2026-03-16 16:00");
    check_end("2026-03-06 16:00", "2 weeks", "2026-03-20 16:00");
}
END_TEST

/* ---- clocks that are set ---- */

START_TEST(clocks_are_set)
{
    use("{\"zone\":\"America/New_York\"," OFFICE "}");
    /* 9 to 12 stays 9 to 12 whatever the offset: clocks are set on Sunday */
    check_end("2026-03-06 16:00", "4 business hours", "2026-03-09 11:00");
    /* the same local time is 23 hours later, 24 hours are another local time */
    check_end("2026-03-07 10:00", "1 day", "2026-03-08 10:00");
    check_end("2026-03-07 10:00", "24 hours", "2026-03-08 11:00");
    /* a time that does not exist is moved forward by the gap; of a doubled one the first is meant
     */
    check_end("2026-03-07 02:30", "1 day", "2026-03-08 03:30");
    check_end("2026-10-31 01:30", "1 day", "2026-11-01 05:30Z");
    /* the start is the second 01:30: the same local time lies before it, but no end does */
    check_end("2026-11-01 06:30Z", "0 days from the next day", "2026-11-02 00:00");
    check_end("2026-11-01 06:30Z", "1 day", "2026-11-02 01:30");
}
END_TEST

START_TEST(hours_across_a_jump_have_their_true_length)
{
    use("{\"zone\":\"America/New_York\",\"name\":\"shifts\","
        "\"week\":[{\"days\":[1,2,3,4,5,6,7],\"from\":0,\"to\":360}]}");
    ck_assert_int_eq(minutes("2026-03-08 00:00", "2026-03-08 12:00"), 300);
    ck_assert_int_eq(minutes("2026-11-01 00:00", "2026-11-01 12:00"), 420);
    check_end("2026-03-08 00:00", "5 business hours", "2026-03-08 06:00");
    check_end("2026-11-01 00:00", "7 business hours", "2026-11-01 06:00");
    check_end("2026-03-07 00:00", "17 business hours", "2026-03-09 06:00");

    /* opening and closing in the gap are the moment of the jump */
    use("{\"zone\":\"America/New_York\",\"name\":\"gap\","
        "\"week\":[{\"days\":[7],\"from\":150,\"to\":210}]}");
    ck_assert_int_eq(minutes("2026-03-08 00:00", "2026-03-08 12:00"), 30);
    check_end("2026-03-08 00:00", "30 business minutes", "2026-03-08 03:30");

    /* of a doubled closing time the first is meant */
    use("{\"zone\":\"America/New_York\",\"name\":\"doubled\","
        "\"week\":[{\"days\":[7],\"from\":60,\"to\":90}]}");
    ck_assert_int_eq(minutes("2026-11-01 00:00", "2026-11-01 12:00"), 30);
    ck_assert(rd_calendar_is_open(calendar, at("2026-11-01 05:15Z")));
    ck_assert(!rd_calendar_is_open(calendar, at("2026-11-01 06:15Z")));

    /* all in the gap: that day is no working day */
    use("{\"zone\":\"America/New_York\",\"name\":\"gone\","
        "\"week\":[{\"days\":[7],\"from\":120,\"to\":180}]}");
    check_end("2026-03-01 12:00", "1 business day", "2026-03-15 12:00");
    check_end("2026-03-01 12:00", "1 business hour", "2026-03-15 03:00");
}
END_TEST

START_TEST(a_day_that_never_was)
{
    use("{\"zone\":\"Pacific/Apia\"," OFFICE "}");
    check_end("2011-12-29 16:00", "1 business day", "2012-01-02 16:00"); /* no Friday the 30th */
    check_end("2011-12-29 16:00", "4 business hours", "2012-01-02 11:00");
    check_end("2011-12-29 16:00", "1 day", "2011-12-31 16:00"); /* moved forward by the gap */
    ck_assert_int_eq(
        rd_calendar_between_days(calendar, at("2011-12-28 12:00"), at("2012-01-02 12:00"), NULL),
        2);
}
END_TEST

START_TEST(set_back_over_midnight)
{
    /* 2010-11-07 00:01 became 2010-11-06 23:01: Sunday's hours have begun and run on in Saturday's
     * last hour */
    use("{\"zone\":\"America/St_Johns\",\"name\":\"sundays\","
        "\"week\":[{\"days\":[7],\"from\":0,\"to\":60}]}");
    ck_assert(!rd_calendar_is_open(calendar, at("2010-11-07 02:29Z")));
    ck_assert(rd_calendar_is_open(calendar, at("2010-11-07 02:30Z")));
    ck_assert(rd_calendar_is_open(calendar, at("2010-11-07 03:00Z"))); /* again 23:30 */
    ck_assert_int_eq(minutes("2010-11-07 02:00Z", "2010-11-07 06:00Z"), 120);
    check_end("2010-11-07 03:00Z", "90 business minutes", "2010-11-07 04:30Z");
    /* midnight comes twice: the next after the second 23:30 is the second */
    check_end("2010-11-07 03:00Z", "0 hours from the next day", "2010-11-07 03:30Z");
}
END_TEST

/* ---- always ---- */

START_TEST(day_and_night)
{
    use("{\"zone\":\"America/New_York\"," ALWAYS "}");
    check_end("2026-03-07 10:00", "24 business hours", "2026-03-08 11:00");
    check_end("2026-03-07 10:00", "1 business day", "2026-03-08 10:00");
    check_end("2026-03-07 10:00", "by close of 1 business day", "2026-03-09 00:00");
    check_end("2026-03-07 10:00", "by close of 0 business days", "2026-03-08 00:00");
    ck_assert(rd_calendar_is_open(calendar, at("2026-03-08 03:00")));
    ck_assert_int_eq(minutes("2026-03-08 00:00", "2026-03-09 00:00"), 23 * 60);
    ck_assert_int_eq(
        rd_calendar_between_days(calendar, at("2026-03-06 10:00"), at("2026-03-09 09:00"), NULL),
        3);
}
END_TEST

/* ---- provisional ---- */

START_TEST(unknown_years_are_provisional)
{
    static const struct {
        const char *start;
        const char *duration;
        bool provisional;
    } cases[] = {
        { "2026-12-31 16:00", "2 business hours", false },
        { "2026-12-31 16:00", "3 business hours", true },
        { "2026-12-30 16:00", "1 business day", false },
        { "2026-12-31 16:00", "1 business day", true },
        { "2026-12-30 16:00", "1 business day from the next day", false }, /* ends with the year */
        { "2026-12-31 16:00", "by close of 1 business day", true },
        { "2026-12-31 16:00", "by close of 0 business days", false },
        { "2026-12-31 16:00", "10 days", false }, /* holidays do not matter to it */
        { "2026-12-31 16:00", "10 hours", false },
        { "2027-06-01 10:00", "1 business hour", true },
        { "2027-06-01 10:00", "0 business hours", false },
        { "2025-06-02 10:00", "1 business hour", true },
        { "2025-12-31 17:00", "200 business hours", true },
        { "1899-06-01 10:00", "1 business hour", true },
        { "2201-06-01 10:00", "1 business hour", true },
    };
    bool provisional = true;

    use("{" SHANGHAI OFFICE ",\"years\":[2024,2026]}");
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        provisional = !cases[i].provisional;
        ends(cases[i].start, cases[i].duration, &provisional);
        ck_assert_msg(provisional == cases[i].provisional, "%s + %s", cases[i].start,
                      cases[i].duration);
    }
    rd_calendar_between_ms(calendar, at("2026-12-01 10:00"), at("2027-01-01 00:00"), &provisional);
    ck_assert(!provisional);
    rd_calendar_between_ms(calendar, at("2026-12-01 10:00"), at("2027-01-02 00:00"), &provisional);
    ck_assert(provisional);
    rd_calendar_between_days(calendar, at("2026-12-01 10:00"), at("2026-12-02 10:00"),
                             &provisional);
    ck_assert(!provisional);
    /* no holidays kept: never */
    use("{" SHANGHAI OFFICE "}");
    ends("2027-06-01 10:00", "1 business hour", &provisional);
    ck_assert(!provisional);
}
END_TEST

/* Outside of the years that are kept, answers are those of the plain week, and never before the
 * start. */
START_TEST(far_years)
{
    use("{\"zone\":\"America/New_York\",\"name\":\"shifts\","
        "\"week\":[{\"days\":[1,2,3,4,5,6,7],\"from\":0,\"to\":360}]}");
    for (int64_t ms = at("2300-01-01 00:00"); ms < at("2302-01-01 00:00"); ms += 7654321) {
        struct rd_duration duration = { .kind = RD_DURATION_BUSINESS_TIME, .n = 3600000 };
        int64_t end_ms = rd_calendar_add(calendar, ms, &duration, NULL);

        ck_assert_int_ge(end_ms, ms);
        ck_assert_int_le(end_ms, ms + 26 * 3600000);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("calendar");
    TCase *conventions = tcase_create("conventions");

    tcase_set_timeout(conventions, 30);
    tcase_add_checked_fixture(conventions, setup, teardown);
    tcase_add_test(conventions, over_the_weekend);
    tcase_add_test(conventions, start_outside_of_hours);
    tcase_add_test(conventions, ends_exactly_at_closing_time);
    tcase_add_test(conventions, nothing_takes_no_time);
    tcase_add_test(conventions, backwards_is_nothing);
    tcase_add_test(conventions, is_open_from_opening_to_before_closing);
    tcase_add_test(conventions, past_midnight);
    tcase_add_test(conventions, holidays_and_working_weekends);
    tcase_add_test(conventions, business_days);
    tcase_add_test(conventions, from_the_next_day);
    tcase_add_test(conventions, months_end_where_the_month_ends);
    tcase_add_test(conventions, clocks_are_set);
    tcase_add_test(conventions, hours_across_a_jump_have_their_true_length);
    tcase_add_test(conventions, a_day_that_never_was);
    tcase_add_test(conventions, set_back_over_midnight);
    tcase_add_test(conventions, day_and_night);
    tcase_add_test(conventions, unknown_years_are_provisional);
    tcase_add_test(conventions, far_years);
    suite_add_tcase(suite, conventions);
    return unit_run(suite);
}
