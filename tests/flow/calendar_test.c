/* Business calendars through their doors: the daemon's methods, the command line with and without a
 * daemon, and holiday files made from iCalendar ones. */
#include "common/t.h"

#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "common/company.h"
#include "unit/unit.h"

static struct t_daemon *d;
static const char *output;

static void setup(void)
{
    d = t_daemon_start(NULL);
}

static void teardown(void)
{
    t_daemon_free(d);
}

#define RUN(...) run((const char *const[]){ __VA_ARGS__, NULL })

static int run(const char *const *args)
{
    return t_program(d, args, &output);
}

static void says(const char *text)
{
    ck_assert_msg(strstr(output, text) != NULL, "'%s' is missing in:\n%s", text, output);
}

static struct rd_value as_json(void)
{
    struct rd_value value;
    struct rd_error error = RD_ERROR_NONE;
    enum rd_status status = rd_json_parse(&d->arena, output, strlen(output), 16, &value, &error);
    ck_assert_msg(status == RD_OK, "%s in:\n%s", error.text, output);
    return value;
}

/* ---- methods ---- */

static struct rd_value add(const char *calendar, const char *start, const char *duration)
{
    return t_call(d, "calendar.add", "{'calendar': '%s', 'start': '%s', 'duration': '%s'}",
                  calendar, start, duration);
}

START_TEST(durations_are_added)
{
    static const struct {
        const char *calendar, *start, *duration, *local, *kind;
    } rows[] = {
        { "service_hours", "2026-03-06 16:00", "4 hours", "2026-03-09 11:00", "business time" },
        { "service_hours", "2026-03-06T08:00:00Z", "4 hours", "2026-03-09 11:00", "business time" },
        { "service_hours", "2026-03-06T16:00", "2 business days", "2026-03-10 16:00",
          "business days" },
        { "service_hours", "2026-03-06 16:00:30", "by close of 1 business day", "2026-03-09 18:00",
          "close of a business day" },
        { "service_hours", "2026-01-31", "1 month", "2026-02-28 00:00", "calendar days" },
        { "hotline", "2026-03-06 16:00:30", "4 hours", "2026-03-06 20:00:30", "business time" },
        { "uk_office", "2026-04-02 17:00", "1 hour", "2026-04-07 09:30", "business time" },
        /* the start's own offset, not the calendar's: 09:00 in New York */
        { "us_office", "2026-07-02T14:00:00+01:00", "8 hours", "2026-07-02 17:00",
          "business time" },
        { "us_office", "2026-07-02T14:00:00+01:00", "9 hours", "2026-07-06 10:00",
          "business time" },
        /* a local time that the clock jumps over: London, 01:30 is 02:30 */
        { "uk_office", "2026-03-29 01:30", "0 hours", "2026-03-29 02:30", "business time" },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct rd_value result = add(rows[i].calendar, rows[i].start, rows[i].duration);
        ck_assert_str_eq(t_text(result, "local"), rows[i].local);
        ck_assert_str_eq(t_text(result, "kind"), rows[i].kind);
        ck_assert_str_eq(t_text(result, "clock"), rows[i].calendar);
        ck_assert(!t_bool(result, "provisional"));
        ck_assert_str_ne(t_text(result, "zone_version"), "");
    }
    struct rd_value result = add("service_hours", "2026-12-31 16:00", "1 business day");
    ck_assert(t_bool(result, "provisional"));
    ck_assert_str_eq(t_text(result, "due"), "2027-01-01T08:00:00Z");
    ck_assert_str_eq(t_text(result, "start"), "2026-12-31T08:00:00Z");
    ck_assert_str_eq(t_text(result, "zone"), "Asia/Shanghai");
}
END_TEST

static struct rd_value between(const char *a, const char *b, const char *unit)
{
    return t_call(d, "calendar.between",
                  "{'calendar': 'service_hours', 'a': '%s', 'b': '%s', 'unit': '%s'}", a, b, unit);
}

START_TEST(times_are_apart)
{
    ck_assert_int_eq(
        t_int(between("2026-03-06 16:00", "2026-03-09 11:00", "business-hours"), "value"), 4);
    ck_assert_int_eq(
        t_int(between("2026-03-06 16:00", "2026-03-09 11:00", "business-minutes"), "value"), 240);
    ck_assert_int_eq(t_int(between("2026-03-06 16:00", "2026-03-09 11:00", "hours"), "value"), 67);
    ck_assert_int_eq(t_int(between("2026-03-06 16:00", "2026-03-09 11:00", "minutes"), "value"),
                     67 * 60);
    ck_assert_int_eq(t_int(between("2026-03-06 23:59", "2026-03-09 00:00", "days"), "value"), 3);
    /* the day of the start does not count, the end's does */
    ck_assert_int_eq(
        t_int(between("2026-09-30 09:00", "2026-10-10 00:00", "business-days"), "value"), 3);
    ck_assert_int_eq(
        t_int(between("2026-09-30 09:00", "2026-09-30 18:00", "business-days"), "value"), 0);
    struct rd_value half =
        t_at(between("2026-03-06 16:00", "2026-03-06 17:30", "business-hours"), "value");
    ck_assert_int_eq(half.kind, RD_REAL);
    ck_assert(half.real > 1.4999 && half.real < 1.5001);
    ck_assert(t_bool(between("2026-12-31", "2027-01-08", "business-days"), "provisional"));
    ck_assert(!t_bool(between("2026-12-31", "2027-01-08", "days"), "provisional"));
}
END_TEST

START_TEST(a_month_is_shown)
{
    struct rd_value month =
        t_call(d, "calendar.show", "{'calendar': 'service_hours', 'month': '2026-10'}");
    ck_assert_uint_eq(t_count(month, "days"), 31);
    ck_assert_int_eq(t_int(month, "working_days"), 18);
    ck_assert_int_eq(t_int(month, "working_minutes"), 18 * 8 * 60);
    ck_assert_str_eq(t_text(month, "days.0.kind"), "holiday");
    ck_assert_str_eq(t_text(month, "days.0.title"), "国庆节");
    ck_assert_int_eq(t_int(month, "days.0.weekday"), 4);
    ck_assert_str_eq(t_text(month, "days.7.kind"), "work");
    ck_assert_str_eq(t_text(month, "days.7.hours.1.to"), "18:00");
    ck_assert_str_eq(t_text(month, "days.9.kind"), "made_up");
    ck_assert_int_eq(t_int(month, "days.9.like"), 5);
    ck_assert_str_eq(t_text(month, "days.10.kind"), "off");
    ck_assert_str_eq(t_text(month, "language"), "zh");
    ck_assert(!t_bool(month, "provisional"));
    month = t_call(d, "calendar.show", "{'calendar': 'uk_office', 'month': '2028-02'}");
    ck_assert_uint_eq(t_count(month, "days"), 29);
    ck_assert(t_bool(month, "provisional"));
}
END_TEST

START_TEST(bad_input_is_told)
{
    static const struct {
        const char *name, *method, *params, *where, *text;
    } rows[] = {
        { "not_found", "calendar.add",
          "{'calendar': 'service_huors', 'start': '2026-03-06', 'duration': '4 hours'}",
          "/calendar", "there is no calendar 'service_huors'; did you mean 'service_hours'?" },
        { "invalid_params", "calendar.add",
          "{'calendar': 'hotline', 'start': 'today', 'duration': '4 hours'}", "/start",
          "start must be a time such as 2026-03-06T16:00:00+08:00, or \"2026-03-06 16:00\" as it "
          "is "
          "in Asia/Shanghai, not 'today'" },
        { "invalid_params", "calendar.add",
          "{'calendar': 'hotline', 'start': '2026-02-30', 'duration': '4 hours'}", "/start", NULL },
        { "invalid_params", "calendar.add",
          "{'calendar': 'hotline', 'start': '2026-03-06x16:00', 'duration': '4 hours'}", "/start",
          NULL },
        { "invalid_params", "calendar.add",
          "{'calendar': 'hotline', 'start': '1899-12-31', 'duration': '4 hours'}", "/start",
          "start: calendars are kept from 1900 to 2200, not for the year 1899" },
        { "invalid_params", "calendar.add",
          "{'calendar': 'hotline', 'start': '2201-01-01', 'duration': '4 hours'}", "/start",
          "start: calendars are kept from 1900 to 2200, not for the year 2201" },
        { "invalid_params", "calendar.add",
          "{'calendar': 'hotline', 'start': '2026-03-06', 'duration': '-4 hours'}", "/duration",
          "the duration '-4 hours' is negative" },
        { "invalid_params", "calendar.add",
          "{'calendar': 'hotline', 'start': '2026-03-06', 'duration': '4 houres'}", "/duration",
          "the duration '4 houres' has no unit 'houres'; did you mean 'hours'?" },
        { "invalid_params", "calendar.add", "{'calendar': 'hotline', 'start': '2026-03-06'}",
          "/duration", NULL },
        { "invalid_params", "calendar.between",
          "{'calendar': 'hotline', 'a': '2026-03-06', 'b': '2026-03-05', 'unit': 'days'}", "/b",
          "b must not lie before a" },
        { "invalid_params", "calendar.between",
          "{'calendar': 'hotline', 'a': '2026-03-06', 'b': '2026-03-07', 'unit': 'bussiness-days'}",
          "/unit",
          "unit is business-hours, business-minutes, business-days, hours, minutes or days, not "
          "'bussiness-days'; did you mean 'business-days'?" },
        { "not_found", "calendar.show", "{'calendar': 'x', 'month': '2026-10'}", "/calendar",
          NULL },
        { "invalid_params", "calendar.show", "{'calendar': 'hotline', 'month': '2026-13'}",
          "/month", "month must be one such as 2026-10, not '2026-13'" },
        { "invalid_params", "calendar.show", "{'calendar': 'hotline', 'month': '2026-10-01'}",
          "/month", NULL },
        { "invalid_params", "calendar.show", "{'calendar': 'hotline', 'month': '2201-01'}",
          "/month", "month: calendars are kept from 1900 to 2200, not for the year 2201" },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct rd_error error = t_refused(d, rows[i].name, rows[i].method, "%s", rows[i].params);
        ck_assert_str_eq(error.where, rows[i].where);
        if (rows[i].text)
            ck_assert_str_eq(error.text, rows[i].text);
    }
}
END_TEST

/* ---- the command line ---- */

START_TEST(with_and_without_a_daemon)
{
    for (int daemon = 0; daemon <= 1; daemon++) {
        const char *option = daemon ? "--connect" : "--rules";
        const char *value = daemon ? d->address : ".";
        ck_assert_int_eq(RUN("calendar", "add", "service_hours", "2026-03-06 16:00", "4 hours",
                             "-o", "json", option, value),
                         0);
        ck_assert_str_eq(t_text(as_json(), "local"), "2026-03-09 11:00");
        ck_assert_int_eq(RUN("calendar", "between", "service_hours", "2026-09-30", "2026-10-10",
                             "--unit", "business-days", "-o", "json", option, value),
                         0);
        ck_assert_int_eq(t_int(as_json(), "value"), 3);
        ck_assert_int_eq(RUN("calendar", "show", "service_hours", "2026-10", option, value), 0);
        says("周一");
        says("10 班 8:00");
        says("2026-10-01..07  休  国庆节");
        says("2026-10-10      班  按周五上班,09:00-12:00 13:00-18:00");
        says("工作日 18 天,144:00 小时");
        ck_assert_int_eq(RUN("calendar", "show", "service_huors", "2026-10", option, value), 5);
        says("did you mean 'service_hours'?");
    }
}
END_TEST

START_TEST(tables_for_people)
{
    ck_assert_int_eq(
        RUN("calendar", "add", "service_hours", "2026-12-31 16:00", "2 hours", "--rules", "."), 0);
    says("2026-12-31 18:00");
    ck_assert_ptr_null(strstr(output, "provisional"));
    ck_assert_int_eq(
        RUN("calendar", "add", "service_hours", "2026-12-31 16:00", "3 hours", "--rules", "."), 0);
    says("provisional  yes: not all holidays on the way are known yet");
    ck_assert_int_eq(
        RUN("calendar", "show", "uk_office", "2026-12", "--language", "en", "--rules", "."), 0);
    says("28 off");
    says("2026-12-25  off  Christmas Day");
    says("2026-12-28  off  Boxing Day (substitute day)");
    says("21 working days, 178:30 hours");
    ck_assert_int_eq(
        RUN("calendar", "show", "service_hours", "2027-02", "--language", "en", "--rules", "."), 0);
    says("provisional: the holidays of this year are not known yet");
    ck_assert_int_eq(RUN("calendar", "between", "service_hours", "2026-03-06", "2026-03-07",
                         "--unit", "fortnights", "--rules", "."),
                     2);
    ck_assert_int_eq(RUN("calendar", "add", "service_hours", "2026-03-06", "--rules", "."), 2);
}
END_TEST

START_TEST(speed_is_measured)
{
    ck_assert_int_eq(RUN("bench", "calendar", "--policy", ".", "-o", "json"), 0);
    struct rd_value result = as_json();
    ck_assert_uint_eq(t_count(result, "runs"), 4);
    ck_assert_str_eq(t_text(result, "runs.0.calendar"), "service_hours");
    ck_assert_str_eq(t_text(result, "runs.3.duration"), "40 business hours");
    ck_assert_int_gt(t_int(result, "runs.3.adds_per_s"), 0);
}
END_TEST

/* ---- iCalendar files ---- */

#define EVENT(begin, end, name)                                                                    \
    "BEGIN:VEVENT\r\nDTSTART;VALUE=DATE:" begin "\r\nDTEND;VALUE=DATE:" end "\r\nSUMMARY:" name    \
    "\r\nEND:VEVENT\r\n"

static const char cn_ics[] =
    "BEGIN:VCALENDAR\r\nVERSION:2.0\r\n" EVENT("20271001", "20271008", "国庆节")
        EVENT("20271009", "20271010", "国庆节（班）") EVENT("20270101", "20270102", "元旦")
            EVENT("20281001", "20281002", "He said \\\"no\\\" \\\\ \"yes\"") "END:VCALENDAR\r\n";

START_TEST(a_holiday_file_is_made)
{
    char company[UNIT_DIR_MAX];
    unit_dir_make(company);
    t_company_copy(company);
    const char *ics = rd_arena_printf(&d->arena, "%s/cn.ics", company);
    t_company_write(company, "cn.ics", cn_ics);
    ck_assert_int_eq(RUN("calendar", "import", ics, "--name", "cn", "--year", "2027"), 0);
    ck_assert_str_eq(output, "return holidays \"cn\" {\n"
                             "  year = 2027,\n"
                             "  source = \"cn.ics\",\n"
                             "  off = {\n"
                             "    { \"2027-01-01\", \"2027-01-01\", \"元旦\" },\n"
                             "    { \"2027-10-01\", \"2027-10-07\", \"国庆节\" },\n"
                             "  },\n"
                             "  work = { \"2027-10-09\" },\n"
                             "}\n");
    /* both years as files; the loader takes them, and the year is known */
    const char *dir = rd_arena_printf(&d->arena, "%s/rules/holidays", company);
    ck_assert_int_eq(RUN("calendar", "import", ics, "--name", "cn", "--dir", dir), 0);
    says("cn_2027.lua: 9 days");
    says("cn_2028.lua: 1 days");
    ck_assert_int_eq(RUN("policy", "check", company), 0);
    ck_assert_int_eq(
        RUN("calendar", "show", "service_hours", "2027-10", "--rules", company, "-o", "json"), 0);
    ck_assert(!t_bool(as_json(), "provisional"));
    ck_assert_str_eq(t_text(as_json(), "days.8.kind"), "made_up");
    ck_assert_int_eq(
        RUN("calendar", "show", "service_hours", "2028-10", "--rules", company, "-o", "json"), 0);
    ck_assert_str_eq(t_text(as_json(), "days.0.title"), "He said \"no\" \\ \"yes\"");
    /* never over a file that is there */
    ck_assert_int_eq(RUN("calendar", "import", ics, "--name", "cn", "--dir", dir), 1);
    says("File exists");
    unit_dir_remove(company);
}
END_TEST

START_TEST(what_is_left_out_is_told)
{
    char company[UNIT_DIR_MAX];
    unit_dir_make(company);
    t_company_copy(company);
    const char *ics = rd_arena_printf(&d->arena, "%s/x.ics", company);
    t_company_write(company, "x.ics",
                    "BEGIN:VCALENDAR\r\n" EVENT(
                        "20270101", "20270102",
                        "A") "BEGIN:VEVENT\r\nDTSTART:"
                             "20270102T080000Z\r\nSUMMARY:B\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n");
    ck_assert_int_eq(RUN("calendar", "import", ics), 1);
    says("event 2, 'B', begins at a time of day; only whole days are taken");
    says("{ \"2027-01-01\", \"2027-01-01\", \"A\" }");
    ck_assert_int_eq(RUN("calendar", "import", ics, "--year", "2030"), 5);
    says("has no days off in that year");
    ck_assert_int_eq(RUN("calendar", "import", ics, "--year", "1800"), 2);
    ck_assert_int_eq(RUN("calendar", "import", ics, "--name", "../x"), 2);
    ck_assert_int_eq(RUN("calendar", "import", "no-such.ics"), 5);
    t_company_write(company, "x.ics", "BEGIN:VCALENDAR\r\n");
    ck_assert_int_ne(RUN("calendar", "import", ics), 0);
    unit_dir_remove(company);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("calendar");
    TCase *tcase = tcase_create("doors");
    tcase_set_timeout(tcase, T_TIMEOUT_S);
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, durations_are_added);
    tcase_add_test(tcase, times_are_apart);
    tcase_add_test(tcase, a_month_is_shown);
    tcase_add_test(tcase, bad_input_is_told);
    tcase_add_test(tcase, with_and_without_a_daemon);
    tcase_add_test(tcase, tables_for_people);
    tcase_add_test(tcase, speed_is_measured);
    tcase_add_test(tcase, a_holiday_file_is_made);
    tcase_add_test(tcase, what_is_left_out_is_told);
    suite_add_tcase(suite, tcase);
    return unit_run(suite);
}
