/* Holidays out of iCalendar files: what is taken, what is told, and files that mean harm. */
#include "cli/ics.h"

#include <stdint.h>
#include <string.h>

#include "base/buf.h"
#include "base/limits.h"
#include "base/text.h"
#include "unit.h"

static struct rd_arena arena;
static struct rd_ics ics;
static struct rd_error error;

static void setup(void)
{
    rd_arena_init(&arena);
    error = RD_ERROR_NONE;
}

static void teardown(void)
{
    rd_arena_fini(&arena);
}

static enum rd_status read_whole(const char *text, int year)
{
    return rd_ics_read(&arena, text, strlen(text), year, &ics, &error);
}

/* Events, each "BEGIN:VEVENT ... END:VEVENT" without its frame, in a calendar. */
static void read_events(const char *const *events, size_t count, int year)
{
    struct rd_buf text;

    rd_buf_init(&text);
    rd_buf_text(&text, "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//test//EN\r\n");
    for (size_t i = 0; i < count; i++)
        rd_buf_printf(&text, "BEGIN:VEVENT\r\nUID:%zu\r\n%sEND:VEVENT\r\n", i, events[i]);
    rd_buf_text(&text, "END:VCALENDAR\r\n");
    enum rd_status status = rd_ics_read(&arena, text.data, text.len, year, &ics, &error);

    rd_buf_fini(&text);
    ck_assert_msg(status == RD_OK, "%s", error.text);
}

/* "2026-10-01 A|2026-10-02+ B": worked days have a plus. */
static const char *days(void)
{
    const char *all = "";

    for (size_t i = 0; i < ics.count; i++) {
        char date[RD_TIME_TEXT_MAX];

        rd_time_write(ics.days[i].day * 86400000, date);
        all = rd_arena_printf(&arena, "%s%s%.10s%s %s", all, i > 0 ? "|" : "", date,
                              ics.days[i].works ? "+" : "", ics.days[i].title);
    }
    return all;
}

static const char *problems(void)
{
    const char *all = "";

    for (size_t i = 0; i < ics.problem_count; i++)
        all = rd_arena_printf(&arena, "%s%s%s", all, i > 0 ? "|" : "", ics.problems[i]);
    return all;
}

#define DAY(date) "DTSTART;VALUE=DATE:" date "\r\n"
#define END(date) "DTEND;VALUE=DATE:" date "\r\n"
#define NAME(text) "SUMMARY:" text "\r\n"
#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

/* One event alone. */
static const struct {
    const char *event;
    int year;
    const char *days;
    const char *problems;
} rows[] = {
    { DAY("20261001") NAME("A"), 0, "2026-10-01 A", "" },
    { DAY("20261001") END("20261003") NAME("A"), 0, "2026-10-01 A|2026-10-02 A", "" },
    { DAY("20261001") END("20261001") NAME("A"), 0, "2026-10-01 A", "" },
    { DAY("20261001") "DURATION:P2D\r\n" NAME("A"), 0, "2026-10-01 A|2026-10-02 A", "" },
    { DAY("20261001"), 0, "2026-10-01 ", "" },
    { DAY("20261231") END("20270102") NAME("A"), 2027, "2027-01-01 A", "" },
    { DAY("20261001") NAME("A") "STATUS:CANCELLED\r\n", 0, "", "" },
    { DAY("20261001") NAME("two\\nlines\\, and more"), 0, "2026-10-01 two lines, and more", "" },
    { DAY("20261001") NAME("folded\r\n  text"), 0, "2026-10-01 folded text", "" },
    /* worked days */
    { DAY("20261010") NAME("国庆节（班）"), 0, "2026-10-10+ 国庆节（班）", "" },
    { DAY("20261010") NAME("补班"), 0, "2026-10-10+ 补班", "" },
    { DAY("20261010") NAME("x") "X-APPLE-SPECIAL-DAY:ALTERNATE-WORKDAY\r\n", 0, "2026-10-10+ x",
      "" },
    { DAY("20261001") NAME("国庆节") "X-APPLE-SPECIAL-DAY:WORK-HOLIDAY\r\n", 0, "2026-10-01 国庆节",
      "" },
    /* rules */
    { DAY("20200101") NAME("A") "RRULE:FREQ=YEARLY\r\n", 2026, "2026-01-01 A", "" },
    { DAY("20200101") NAME("A") "RRULE:FREQ=YEARLY;UNTIL=20211231\r\n", 0,
      "2020-01-01 A|2021-01-01 A", "" },
    { DAY("20200101") NAME("A") "RRULE:FREQ=YEARLY;COUNT=2\r\n", 0, "2020-01-01 A|2021-01-01 A",
      "" },
    { DAY("20200101") NAME("A") "RRULE:FREQ=YEARLY;UNTIL=20211231\r\n", 2026, "", "" },
    { DAY("20200907") NAME("Labor Day") "RRULE:FREQ=YEARLY;BYMONTH=9;BYDAY=1MO\r\n", 2026,
      "2026-09-07 Labor Day", "" },
    { DAY("20201231") END("20210102") NAME("A") "RRULE:FREQ=YEARLY\r\n", 2026,
      "2026-01-01 A|2026-12-31 A", "" },
    { DAY("20200229") NAME("A") "RRULE:FREQ=YEARLY\r\n", 2028, "2028-02-29 A", "" },
    { DAY("20200101") NAME("A") "RRULE:FREQ=YEARLY\r\nEXDATE;VALUE=DATE:20260101\r\n"
                                "RDATE;VALUE=DATE:20260102\r\n",
      2026, "2026-01-02 A", "" },
    { DAY("20200101") NAME("A") "RRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30\r\n", 2026, "",
      "event 1, 'A', repeats by a rule that can't be read" },
    { DAY("20200101") NAME("A") "RRULE:FREQ=YEARLY;INTERVAL=30000\r\n", 2026, "", "" },
    /* what is told */
    { DAY("20200101") NAME("A") "RRULE:FREQ=WEEKLY\r\n", 2026, "",
      "event 1, 'A', repeats otherwise than yearly" },
    { DAY("20200101") NAME("A") "RRULE:FREQ=SECONDLY\r\n", 2026, "",
      "event 1, 'A', repeats otherwise than yearly" },
    { DAY("20200101") NAME("A") "RRULE:FREQ=YEARLY\r\nRRULE:FREQ=YEARLY;BYMONTH=2\r\n", 2026, "",
      "event 1, 'A', repeats by several rules" },
    { "DTSTART:20261001T080000Z\r\n" NAME("A"), 0, "",
      "event 1, 'A', begins at a time of day; only whole days are taken" },
    { "DTSTART;TZID=Asia/Shanghai:20261001T080000\r\n" NAME("A"), 0, "",
      "event 1, 'A', begins at a time of day; only whole days are taken" },
    { NAME("A"), 0, "", "event 1, 'A', begins on no date" },
    { DAY("20260230") NAME("A"), 0, "", "event 1, 'A', begins on no date" },
    { DAY("18991231") NAME("A"), 0, "", "event 1, 'A', lies outside of the years 1900 to 2200" },
    { DAY("22010101") NAME("A"), 0, "", "event 1, 'A', lies outside of the years 1900 to 2200" },
    { DAY("20261001") END("20260930") NAME("A"), 0, "", "event 1, 'A', ends before it begins" },
    { DAY("20261001") END("20281001") NAME("A"), 0, "", "event 1, 'A', is longer than a year" },
    { DAY("20261001") "DURATION:P9999999D\r\n" NAME("A"), 0, "",
      "event 1, 'A', is longer than a year" },
};

START_TEST(one_event)
{
    const char *const list[] = { rows[_i].event };

    read_events(list, 1, rows[_i].year);
    ck_assert_str_eq(days(), rows[_i].days);
    ck_assert_str_eq(problems(), rows[_i].problems);
}
END_TEST

START_TEST(days_are_sorted_and_once)
{
    const char *const list[] = {
        DAY("20261002") NAME("B"),    DAY("20261001") END("20261003") NAME("A"),
        DAY("20261002") NAME("B"),    DAY("20261002") NAME("补班"),
        DAY("20261010") NAME("补班"),
    };

    read_events(list, COUNT(list), 0);
    ck_assert_int_eq(ics.count, 3);
    ck_assert_int_eq(ics.days[0].day, rd_date_days(2026, 10, 1));
    ck_assert_ptr_nonnull(strstr(ics.days[1].title, "A"));
    ck_assert_ptr_nonnull(strstr(ics.days[1].title, "B"));
    ck_assert(!ics.days[1].works);
    ck_assert(ics.days[2].works);
    ck_assert_int_eq(ics.problem_count, 1);
    ck_assert_ptr_nonnull(strstr(problems(), "is worked, but the day is off by another event"));
}
END_TEST

START_TEST(several_calendars_in_one_file)
{
    ck_assert_int_eq(
        read_whole("BEGIN:VCALENDAR\nBEGIN:VEVENT\n" DAY(
                       "20261001") "END:VEVENT\n"
                                   "END:VCALENDAR\nBEGIN:VCALENDAR\nBEGIN:VEVENT\n" DAY(
                                       "20261002") "END:VEVENT\nEND:VCALENDAR\n",
                   0),
        RD_OK);
    ck_assert_str_eq(days(), "2026-10-01 |2026-10-02 ");
}
END_TEST

static const struct {
    const char *text;
    enum rd_status status;
    const char *said;
} refusals[] = {
    { "", RD_BAD_FORM, "the file is no iCalendar file" },
    { "hello\nworld\n", RD_BAD_FORM, "the file is no iCalendar file" },
    { "BEGIN:VEVENT\n" DAY("20261001") "END:VEVENT\n", RD_BAD_FORM,
      "the file holds no calendar (VCALENDAR)" },
    { "BEGIN:VCALENDAR\nEND:VCALENDAR\nEND:VEVENT\n", RD_BAD_FORM,
      "the file has an END without its BEGIN" },
    { "BEGIN:VCALENDAR\nX:\xff\nEND:VCALENDAR\n", RD_BAD_FORM, "the file is not UTF-8 text" },
    { "BEGIN:VCALENDAR\nBEGIN:VEVENT\n" DAY("20200101") "RRULE:FREQ=YEARLY\nEND:VEVENT\n"
                                                        "END:VCALENDAR\n",
      RD_BAD_FORM, "all events of the file repeat without end: say --year" },
};

START_TEST(is_refused)
{
    ck_assert_int_eq(read_whole(refusals[_i].text, 0), refusals[_i].status);
    ck_assert_str_eq(error.text, refusals[_i].said);
}
END_TEST

START_TEST(nul_is_refused)
{
    static const char text[] = "BEGIN:VCALENDAR\nEND:VCALENDAR\n\0x";

    ck_assert_int_eq(rd_ics_read(&arena, text, sizeof(text) - 1, 0, &ics, &error), RD_BAD_FORM);
}
END_TEST

/* Cut anywhere, or with a byte changed anywhere, a file is read or refused. */
START_TEST(damage)
{
    static const char whole[] =
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VEVENT\r\nUID:1\r\n" DAY("20261001")
            END("20261003") NAME("A") "RRULE:FREQ=YEARLY;BYDAY=1MO,-1SU;BYMONTH=1,2;UNTIL=20301231"
                                      "\r\nEXDATE;VALUE=DATE:20261001,20261002\r\nEND:VEVENT\r\n"
                                      "END:VCALENDAR\r\n";
    char text[sizeof(whole)];
    unsigned seed = 7;

    for (size_t len = 0; len < sizeof(whole); len++) {
        memcpy(text, whole, len);
        text[len] = '\0';
        enum rd_status status = rd_ics_read(&arena, text, len, 2026, &ics, &error);

        ck_assert(status == RD_OK || status == RD_BAD_FORM);
        rd_arena_reset(&arena);
    }
    for (int i = 0; i < 3000; i++) {
        memcpy(text, whole, sizeof(whole));
        for (int n = 0; n < 3; n++)
            text[(size_t)rand_r(&seed) % (sizeof(whole) - 1)] =
                (char)(0x20 + (unsigned)rand_r(&seed) % 0x5f);
        enum rd_status status = rd_ics_read(&arena, text, sizeof(whole) - 1, 2026, &ics, &error);

        ck_assert(status == RD_OK || status == RD_BAD_FORM);
        rd_arena_reset(&arena);
    }
}
END_TEST

START_TEST(depth_has_a_limit)
{
    for (int over = 0; over <= 1; over++) {
        struct rd_buf text;

        rd_buf_init(&text);
        rd_buf_text(&text, "BEGIN:VCALENDAR\n");
        for (int i = 1; i < RD_ICS_DEPTH_MAX + over; i++)
            rd_buf_text(&text, "begin:VEVENT\n");
        for (int i = 1; i < RD_ICS_DEPTH_MAX + over; i++)
            rd_buf_text(&text, "end:VEVENT\n");
        rd_buf_text(&text, "END:VCALENDAR\n");
        enum rd_status status = rd_ics_read(&arena, text.data, text.len, 0, &ics, &error);

        ck_assert_int_eq(status, over ? RD_LIMIT_EXCEEDED : RD_OK);
        rd_buf_fini(&text);
    }
}
END_TEST

static enum rd_status many(int count, const char *event)
{
    struct rd_buf text;

    rd_buf_init(&text);
    rd_buf_text(&text, "BEGIN:VCALENDAR\n");
    for (int i = 0; i < count; i++)
        rd_buf_printf(&text, "BEGIN:VEVENT\n%sEND:VEVENT\n", event);
    rd_buf_text(&text, "END:VCALENDAR\n");
    enum rd_status status = rd_ics_read(&arena, text.data, text.len, 0, &ics, &error);

    rd_buf_fini(&text);
    return status;
}

START_TEST(numbers_have_limits)
{
    ck_assert_int_eq(many(RD_ICS_EVENTS_MAX, DAY("20261001")), RD_OK);
    ck_assert_int_eq(ics.count, 1);
    ck_assert_int_eq(many(RD_ICS_EVENTS_MAX + 1, DAY("20261001")), RD_LIMIT_EXCEEDED);
    ck_assert_str_eq(error.text, "the file has more than 10000 events");
    ck_assert_int_eq(many(RD_CALENDAR_DAYS_MAX / 365 + 1, DAY("20260101") END("20270101")),
                     RD_LIMIT_EXCEEDED);
    ck_assert_str_eq(error.text, "the file has more than 20000 days");
    /* a rule that would go on and on stops at its turns */
    ck_assert_int_eq(many(1, DAY("19000101") "RRULE:FREQ=YEARLY;BYDAY=MO,TU,WE,TH,FR,SA,SU;"
                                             "UNTIL=20361231\n"),
                     RD_OK);
    ck_assert_int_eq(ics.count, RD_ICS_TURNS_MAX);
    ck_assert_str_eq(problems(), "event 1, '', repeats too often; the rest is left out");
}
END_TEST

START_TEST(titles_are_cut_between_letters)
{
    char event[1024] = DAY("20261001") "SUMMARY:x";

    for (int i = 0; i < 100; i++)
        strcat(event, "国");
    strcat(event, "\r\n");
    const char *const list[] = { event };

    read_events(list, 1, 0);
    ck_assert_uint_eq(strlen(ics.days[0].title), 118);
    ck_assert(rd_text_is_utf8(ics.days[0].title, 118));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("ics");
    TCase *tcase = tcase_create("all");

    tcase_set_timeout(tcase, 60);
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_loop_test(tcase, one_event, 0, (int)COUNT(rows));
    tcase_add_loop_test(tcase, is_refused, 0, (int)COUNT(refusals));
    tcase_add_test(tcase, days_are_sorted_and_once);
    tcase_add_test(tcase, several_calendars_in_one_file);
    tcase_add_test(tcase, nul_is_refused);
    tcase_add_test(tcase, damage);
    tcase_add_test(tcase, depth_has_a_limit);
    tcase_add_test(tcase, numbers_have_limits);
    tcase_add_test(tcase, titles_are_cut_between_letters);
    suite_add_tcase(suite, tcase);
    return unit_run(suite);
}
