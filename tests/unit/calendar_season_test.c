/* Seasons of business calendars: one example for each line of docs/reference/time.md about them,
 * and each refusal with its sentence. */
#include <stdint.h>
#include <string.h>

#include "base/json.h"
#include "base/limits.h"
#include "base/text.h"
#include "domain/calendar.h"
#include "unit.h"

#define HEAD "{\"name\":\"c\",\"zone\":\"Etc/GMT-8\"," /* fixed: 8 hours ahead */
/* Monday to Friday 9 to 17, in summer 8 to 12 and on Saturdays too. */
#define WEEK "\"week\":[{\"days\":[1,2,3,4,5],\"from\":540,\"to\":1020}]"
#define SUMMER "\"week\":[{\"days\":[1,2,3,4,5,6],\"from\":480,\"to\":720}]"
#define OFFICE HEAD WEEK ",\"seasons\":[{\"from\":\"06-01\",\"to\":\"09-30\"," SUMMER "}]"

static struct rd_arena arena;
static struct rd_calendar *calendar;

static enum rd_status build(const char *json, struct rd_error *error)
{
    struct rd_value spec;

    ck_assert_msg(rd_json_parse(&arena, json, strlen(json), 16, &spec, error) == RD_OK, "%s: %s",
                  json, error->text);
    return rd_calendar_new(&spec, &calendar, error);
}

static void made(const char *json)
{
    struct rd_error error = RD_ERROR_NONE;

    ck_assert_msg(build(json, &error) == RD_OK, "%s", error.text);
}

static void setup(void)
{
    rd_arena_init(&arena);
    calendar = NULL;
}

static void teardown(void)
{
    rd_calendar_free(calendar);
    rd_arena_fini(&arena);
}

/* "2026-05-29 16:00" in that zone. */
static int64_t at(const char *text)
{
    char whole[32];
    int64_t ms = 0;

    snprintf(whole, sizeof(whole), "%.10sT%s:00+08:00", text, text + 11);
    ck_assert_msg(rd_time_read(whole, &ms), "%s", text);
    return ms;
}

static void ends(const char *start, const char *duration, const char *end)
{
    struct rd_duration parsed;
    char got[RD_TIME_TEXT_MAX];

    ck_assert_int_eq(rd_duration_parse(duration, true, &parsed, NULL), RD_OK);
    rd_time_write(rd_calendar_add(calendar, at(start), &parsed, NULL) + 8 * 3600000, got);
    got[10] = ' ';
    got[16] = '\0';
    ck_assert_str_eq(got, end);
}

START_TEST(a_season_has_its_own_week)
{
    made(OFFICE "}");
    /* into it and out of it again */
    ends("2026-05-29 16:00", "2 hours", "2026-06-01 09:00");
    ends("2026-05-29 16:00", "2 business days", "2026-06-02 16:00");
    ends("2026-06-05 11:00", "2 hours", "2026-06-06 09:00");
    ends("2026-09-30 11:00", "2 hours", "2026-10-01 10:00");
    ends("2026-09-25 10:00", "by close of 1 business day", "2026-09-26 12:00");
    ends("2026-10-02 10:00", "by close of 1 business day", "2026-10-05 17:00");
    /* over a whole one: 22 days of May from the 1st, 104 of the season, the rest */
    ck_assert_int_eq(
        rd_calendar_between_ms(calendar, at("2026-05-31 00:00"), at("2026-10-01 00:00"), NULL),
        105 * 4 * 3600000LL);
    ck_assert_int_eq(
        rd_calendar_between_days(calendar, at("2026-05-31 00:00"), at("2026-09-30 12:00"), NULL),
        105);
    ck_assert(!rd_calendar_is_open(calendar, at("2026-06-01 14:00")));
    ck_assert(rd_calendar_is_open(calendar, at("2026-10-01 14:00")));
}
END_TEST

START_TEST(it_comes_each_year_that_is_kept)
{
    made(OFFICE "}");
    for (int year = RD_CALENDAR_YEAR_MIN; year <= RD_CALENDAR_YEAR_MAX; year++) {
        struct rd_calendar_look look;

        rd_calendar_look(calendar, rd_date_days(year, 5, 31), &look);
        ck_assert_int_ne(look.work_ms, 4 * 3600000);
        for (int64_t day = rd_date_days(year, 6, 1); day < rd_date_days(year, 6, 8); day++) {
            rd_calendar_look(calendar, day, &look);
            ck_assert_int_eq(look.work_ms,
                             (day + 3) % 7 == 6 || (day + 3) % 7 == -1 ? 0 : 4 * 3600000);
        }
    }
    /* behind them the plain week counts */
    ends("2201-06-01 09:00", "8 hours", "2201-06-01 17:00");
    ends("1899-06-01 09:00", "8 hours", "1899-06-01 17:00");
}
END_TEST

START_TEST(over_new_year)
{
    made(HEAD WEEK ",\"seasons\":[{\"from\":\"12-24\",\"to\":\"01-02\",\"week\":[]},"
                   "{\"from\":\"01-03\",\"to\":\"01-31\"," SUMMER "}]}");
    /* closed from Christmas Eve on; the next season follows at once */
    ends("2026-12-23 16:00", "2 hours", "2027-01-04 09:00");
    ends("2026-12-24 09:00", "0 hours", "2026-12-24 09:00");
    ends("2026-12-23 16:00", "1 business day", "2027-01-04 16:00");
    ends("2027-01-30 11:00", "2 hours", "2027-02-01 10:00");
    /* cut at the first and the last kept day */
    ends("1900-01-01 08:00", "1 hour", "1900-01-03 09:00");
    ends("2200-12-31 08:00", "1 hour", "2201-01-01 10:00");
}
END_TEST

START_TEST(the_leap_day_is_a_border)
{
    made(HEAD WEEK ",\"seasons\":[{\"from\":\"02-01\",\"to\":\"02-29\",\"week\":[]}]}");
    ends("2024-01-31 16:00", "2 hours", "2024-03-01 10:00");
    ends("2025-01-31 16:00", "2 hours", "2025-03-03 10:00");
    rd_calendar_free(calendar);
    made(HEAD WEEK ",\"seasons\":[{\"from\":\"02-29\",\"to\":\"03-31\",\"week\":[]}]}");
    ends("2024-02-28 16:00", "2 hours", "2024-04-01 10:00");
    ends("2025-02-28 16:00", "2 hours", "2025-04-01 10:00");
    ends("1900-02-28 16:00", "2 hours", "1900-04-02 10:00"); /* no leap year */
    rd_calendar_free(calendar);
    made(HEAD WEEK ",\"seasons\":[{\"from\":\"02-29\",\"to\":\"02-29\",\"week\":[]}]}");
    ends("2024-02-28 16:00", "2 hours", "2024-03-01 10:00");
    ends("2023-02-28 16:00", "2 hours", "2023-03-01 10:00");
}
END_TEST

START_TEST(past_midnight_at_a_border)
{
    /* nights of 22 to 6 in winter; days from 6 on in summer: what began in May ends in June */
    made(HEAD "\"week\":[{\"days\":[1,2,3,4,5,6,7],\"from\":1320,\"to\":1800}],"
              "\"seasons\":[{\"from\":\"06-01\",\"to\":\"08-31\","
              "\"week\":[{\"days\":[1,2,3,4,5,6,7],\"from\":360,\"to\":600}]}]}");
    ends("2026-05-31 23:00", "7 hours", "2026-06-01 06:00");
    ends("2026-05-31 23:00", "8 hours", "2026-06-01 07:00");
    ends("2026-08-31 09:00", "2 hours", "2026-09-01 23:00");
    ends("2026-05-30 23:00", "by close of 1 business day", "2026-06-01 06:00");
}
END_TEST

START_TEST(single_days_stand_above_it)
{
    struct rd_calendar_look look;

    made(OFFICE ",\"days\":[{\"date\":\"2026-06-01\",\"off\":true,\"title\":\"Moved\"},"
                "{\"date\":\"2026-06-07\",\"like\":6},"
                "{\"date\":\"2026-12-05\",\"like\":5},"
                "{\"date\":\"2026-06-02\",\"hours\":[{\"from\":600,\"to\":660}]}]}");
    ends("2026-05-29 16:00", "2 hours", "2026-06-02 11:00");
    /* worked like a day of the season, or of the year-round week */
    rd_calendar_look(calendar, rd_date_days(2026, 6, 7), &look);
    ck_assert_int_eq(look.work_ms, 4 * 3600000);
    ck_assert_int_eq(look.like, 6);
    rd_calendar_look(calendar, rd_date_days(2026, 12, 5), &look);
    ck_assert_int_eq(look.work_ms, 8 * 3600000);
    rd_calendar_look(calendar, rd_date_days(2026, 6, 1), &look);
    ck_assert(look.named && !look.works);
    ck_assert_str_eq(look.title, "Moved");
    ck_assert_uint_eq(look.span_count, 0);
    rd_calendar_look(calendar, rd_date_days(2026, 6, 3), &look);
    ck_assert(!look.named && look.works);
    ck_assert_ptr_null(look.title);
    ck_assert_int_eq(look.from_minute[0], 480);
    ck_assert_int_eq(look.to_minute[0], 720);
}
END_TEST

START_TEST(known_years)
{
    made(OFFICE ",\"years\":[2025,2026]}");
    ck_assert(rd_calendar_knows_year(calendar, 2026));
    ck_assert(!rd_calendar_knows_year(calendar, 2027));
    ck_assert(!rd_calendar_knows_year(calendar, 1899));
    ck_assert(!rd_calendar_knows_year(calendar, 2201));
    rd_calendar_free(calendar);
    made(OFFICE "}");
    ck_assert(rd_calendar_knows_year(calendar, 2027));
    rd_calendar_free(calendar);
    /* kept, and not one year is known */
    made(OFFICE ",\"years\":[],\"keeps_holidays\":true}");
    ck_assert(!rd_calendar_knows_year(calendar, 2026));
}
END_TEST

static const struct {
    const char *members;
    const char *said;
} refusals[] = {
    { WEEK ",\"seasons\":[{\"from\":\"6-01\",\"to\":\"09-30\",\"week\":[]}]",
      "a season runs from and to days such as 06-01, not '6-01' to '09-30'" },
    { WEEK ",\"seasons\":[{\"from\":\"06-01\",\"to\":\"06-31\",\"week\":[]}]",
      "a season runs from and to days such as 06-01, not '06-01' to '06-31'" },
    { WEEK ",\"seasons\":[{\"to\":\"06-30\",\"week\":[]}]",
      "a season runs from and to days such as 06-01, not '' to '06-30'" },
    { WEEK ",\"seasons\":[{\"from\":\"06-01\",\"to\":\"06-30\",\"week\":[]},"
           "{\"from\":\"06-30\",\"to\":\"07-30\",\"week\":[]}]",
      "the season from 06-30 to 07-30 overlaps another one" },
    { WEEK ",\"seasons\":[{\"from\":\"11-01\",\"to\":\"02-28\",\"week\":[]},"
           "{\"from\":\"01-01\",\"to\":\"01-02\",\"week\":[]}]",
      "the season from 01-01 to 01-02 overlaps another one" },
    { WEEK ",\"seasons\":[{\"from\":\"06-01\",\"to\":\"06-30\",\"week\":["
           "{\"days\":[1],\"from\":60,\"to\":120},{\"days\":[1],\"from\":119,\"to\":180}]}]",
      "working hours of Monday (06-01 to 06-30) overlap: 01:00-02:00 and 01:59-03:00" },
    { WEEK ",\"seasons\":[{\"from\":\"06-01\",\"to\":\"06-30\",\"week\":["
           "{\"days\":[1],\"from\":1320,\"to\":1500},{\"days\":[2],\"from\":59,\"to\":180}]}]",
      "working hours of Monday run into those of Tuesday (06-01 to 06-30)" },
    /* May 31 is a Sunday in 1903 first */
    { "\"week\":[{\"days\":[7],\"from\":1320,\"to\":1800}],"
      "\"seasons\":[{\"from\":\"06-01\",\"to\":\"06-30\",\"week\":["
      "{\"days\":[1],\"from\":300,\"to\":360}]}]",
      "working hours of 1903-05-31 run into those of the next day" },
    { "\"week\":[],\"seasons\":[{\"from\":\"06-01\",\"to\":\"06-30\"," SUMMER "}]",
      "has no working time in its week; no clock would ever run" },
    { "\"always\":true,\"seasons\":[{\"from\":\"06-01\",\"to\":\"06-30\"," SUMMER "}]",
      "runs always, so it has no week and no days of its own" },
    { WEEK ",\"seasons\":[{\"from\":\"06-01\",\"to\":\"06-30\",\"week\":[]}],"
           "\"days\":[{\"date\":\"2026-06-06\",\"like\":5}]",
      "2026-06-06 is like a Friday, which has no working hours" },
};

START_TEST(is_refused)
{
    struct rd_error error = RD_ERROR_NONE;
    char *json = rd_arena_printf(&arena, HEAD "%s}", refusals[_i].members);

    ck_assert_int_eq(build(json, &error), RD_POLICY_FAULT);
    ck_assert_str_eq(error.text, rd_arena_printf(&arena, "calendar 'c': %s", refusals[_i].said));
}
END_TEST

START_TEST(limit)
{
    struct rd_error error = RD_ERROR_NONE;

    for (int over = 0; over <= 1; over++) {
        char *json = rd_arena_printf(&arena, HEAD WEEK ",\"seasons\":[");

        for (int i = 0; i < RD_CALENDAR_SEASONS_MAX + over; i++)
            json =
                rd_arena_printf(&arena, "%s%s{\"from\":\"01-%02d\",\"to\":\"01-%02d\",\"week\":[]}",
                                json, i > 0 ? "," : "", i + 1, i + 1);
        json = rd_arena_printf(&arena, "%s]}", json);
        ck_assert_int_eq(build(json, &error), over ? RD_POLICY_FAULT : RD_OK);
        if (over)
            ck_assert_str_eq(error.text, "calendar 'c': has more than 12 seasons");
        rd_calendar_free(calendar);
        calendar = NULL;
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("calendar_season");
    TCase *tcase = tcase_create("all");

    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, a_season_has_its_own_week);
    tcase_add_test(tcase, it_comes_each_year_that_is_kept);
    tcase_add_test(tcase, over_new_year);
    tcase_add_test(tcase, the_leap_day_is_a_border);
    tcase_add_test(tcase, past_midnight_at_a_border);
    tcase_add_test(tcase, single_days_stand_above_it);
    tcase_add_test(tcase, known_years);
    tcase_add_loop_test(tcase, is_refused, 0, (int)(sizeof(refusals) / sizeof(refusals[0])));
    tcase_add_test(tcase, limit);
    suite_add_tcase(suite, tcase);
    return unit_run(suite);
}
