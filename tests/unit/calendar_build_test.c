/* Building business calendars: each refusal with its exact sentence and place, and each limit. */
#include <stdint.h>
#include <string.h>

#include "base/json.h"
#include "base/limits.h"
#include "base/text.h"
#include "domain/calendar.h"
#include "unit.h"

#define OFFICE                                                                                     \
    "\"name\":\"office\",\"week\":[{\"days\":[1,2,3,4,5],\"from\":540,\"to\":720},"                \
    "{\"days\":[1,2,3,4,5],\"from\":780,\"to\":1080}]"
#define SHANGHAI "\"zone\":\"Asia/Shanghai\","
#define NIGHTS "\"name\":\"nights\",\"week\":[{\"days\":[1,2,3,4,5],\"from\":1320,\"to\":1800}]"

static struct rd_arena arena;
static struct rd_calendar *calendar;

static enum rd_status build(const char *json, struct rd_error *error)
{
    struct rd_value spec;

    ck_assert_msg(rd_json_parse(&arena, json, strlen(json), 16, &spec, error) == RD_OK, "%s: %s",
                  json, error->text);
    return rd_calendar_new(&spec, &calendar, error);
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

/* The calendar's members behind its name, file and line; what is said behind "calendar 'c': ". */
static const struct {
    const char *members;
    const char *said;
} refusals[] = {
    { "\"always\":true", "needs a zone, such as \"Asia/Shanghai\"" },
    { "\"zone\":\"Asia/Shangai\",\"always\":true",
      "no time zone 'Asia/Shangai'; did you mean 'Asia/Shanghai'?" },
    { SHANGHAI "\"week\":[]", "has no working time in its week; no clock would ever run" },
    { SHANGHAI "\"days\":[{\"date\":\"2026-01-01\",\"hours\":[{\"from\":1,\"to\":2}]}]",
      "has no working time in its week; no clock would ever run" },
    { SHANGHAI "\"always\":true,\"week\":[{\"days\":[1],\"from\":1,\"to\":2}]",
      "runs always, so it has no week and no days of its own" },
    { SHANGHAI "\"always\":true,\"days\":[{\"date\":\"2026-01-01\",\"off\":true}]",
      "runs always, so it has no week and no days of its own" },
    { SHANGHAI "\"week\":[{\"days\":[1],\"from\":540,\"to\":540}]",
      "working hours from 09:00 to 09:00 are empty; write 24:00 and more for past midnight" },
    { SHANGHAI "\"week\":[{\"days\":[1],\"from\":1320,\"to\":360}]",
      "working hours from 22:00 to 06:00 are empty; write 24:00 and more for past midnight" },
    { SHANGHAI "\"week\":[{\"days\":[1],\"from\":1,\"to\":1442}]",
      "working hours are longer than a day" },
    { SHANGHAI "\"week\":[{\"days\":[1],\"from\":1440,\"to\":1500}]",
      "working hours begin from 00:00 to 23:59 and end within a day" },
    { SHANGHAI "\"week\":[{\"days\":[1],\"from\":-1,\"to\":60}]",
      "working hours begin from 00:00 to 23:59 and end within a day" },
    { SHANGHAI "\"week\":[{\"days\":[1],\"from\":\"9\",\"to\":60}]",
      "working hours begin from 00:00 to 23:59 and end within a day" },
    { SHANGHAI "\"week\":[{\"days\":[1],\"from\":540}]",
      "working hours begin from 00:00 to 23:59 and end within a day" },
    { SHANGHAI "\"week\":[{\"days\":[],\"from\":540,\"to\":600}]",
      "working hours of no day of the week" },
    { SHANGHAI "\"week\":[{\"days\":[0],\"from\":540,\"to\":600}]",
      "days of the week are 1 (Monday) to 7 (Sunday)" },
    { SHANGHAI "\"week\":[{\"days\":[8],\"from\":540,\"to\":600}]",
      "days of the week are 1 (Monday) to 7 (Sunday)" },
    { SHANGHAI "\"week\":[{\"days\":[1,2],\"from\":660,\"to\":780},"
               "{\"days\":[2],\"from\":540,\"to\":661}]",
      "working hours of Tuesday overlap: 09:00-11:01 and 11:00-13:00" },
    { SHANGHAI "\"week\":[{\"days\":[1],\"from\":540,\"to\":600},"
               "{\"days\":[7],\"from\":1320,\"to\":1981}]",
      "working hours of Sunday run into those of Monday" },
    { SHANGHAI NIGHTS ",\"days\":[{\"date\":\"2026-03-07\",\"hours\":[{\"from\":359,\"to\":400}]}]",
      "working hours of 2026-03-06 run into those of the next day" },
    { SHANGHAI "\"week\":[{\"days\":[1],\"from\":60,\"to\":600}],"
               "\"days\":[{\"date\":\"2026-03-08\",\"hours\":[{\"from\":1400,\"to\":1501}]}]",
      "working hours of 2026-03-08 run into those of the next day" },
    { SHANGHAI OFFICE ",\"days\":[{\"date\":\"2026-02-30\",\"off\":true}]",
      "'2026-02-30' is no date such as 2026-10-01" },
    { SHANGHAI OFFICE ",\"days\":[{\"off\":true}]", "'' is no date such as 2026-10-01" },
    { SHANGHAI OFFICE ",\"days\":[{\"date\":\"1899-12-31\",\"off\":true}]",
      "1899-12-31 is not within the years 1900 to 2200" },
    { SHANGHAI OFFICE ",\"days\":[{\"date\":\"2201-01-01\",\"off\":true}]",
      "2201-01-01 is not within the years 1900 to 2200" },
    { SHANGHAI OFFICE ",\"days\":[{\"date\":\"2026-01-01\"}]",
      "2026-01-01 needs exactly one of off, like and hours" },
    { SHANGHAI OFFICE ",\"days\":[{\"date\":\"2026-01-01\",\"off\":true,\"like\":1}]",
      "2026-01-01 needs exactly one of off, like and hours" },
    { SHANGHAI OFFICE ",\"days\":[{\"date\":\"2026-01-01\",\"like\":8}]",
      "2026-01-01 can be like 1 (a Monday) to 7 (a Sunday)" },
    { SHANGHAI OFFICE ",\"days\":[{\"date\":\"2026-01-04\",\"like\":6}]",
      "2026-01-04 is like a Saturday, which has no working hours" },
    { SHANGHAI OFFICE ",\"days\":[{\"date\":\"2026-01-01\",\"hours\":[]}]",
      "2026-01-01 has no hours; write off = true" },
    { SHANGHAI OFFICE ",\"days\":[{\"date\":\"2026-01-01\",\"hours\":[{\"from\":2,\"to\":1}]}]",
      "working hours from 00:02 to 00:01 are empty; write 24:00 and more for past midnight" },
    { SHANGHAI OFFICE ",\"days\":[{\"date\":\"2026-01-01\",\"hours\":[{\"from\":2,\"to\":5},"
                      "{\"from\":4,\"to\":6}]}]",
      "working hours of 2026-01-01 overlap: 00:02-00:05 and 00:04-00:06" },
    { SHANGHAI OFFICE
      ",\"days\":[{\"date\":\"2026-01-02\",\"off\":true},"
      "{\"date\":\"2026-01-01\",\"off\":true},{\"date\":\"2026-01-02\",\"like\":1}]",
      "2026-01-02 is given twice" },
    { SHANGHAI OFFICE ",\"years\":[2026,1899]",
      "years with known holidays are within 1900 to 2200" },
    { SHANGHAI OFFICE ",\"years\":[\"2026\"]",
      "years with known holidays are within 1900 to 2200" },
};

START_TEST(is_refused)
{
    char json[2048];
    char said[RD_ERROR_TEXT_MAX];
    struct rd_error error = RD_ERROR_NONE;
    const char *members = refusals[_i].members;
    /* the shared pieces bring a name of their own */
    const char *name = strstr(members, "office")   ? "office"
                       : strstr(members, "nights") ? "nights"
                                                   : "c";

    snprintf(json, sizeof(json), "{%s\"file\":\"rules/calendars.lua\",\"line\":3,%s}",
             strcmp(name, "c") == 0 ? "\"name\":\"c\"," : "", members);
    snprintf(said, sizeof(said), "calendar '%s': %s", name, refusals[_i].said);
    ck_assert_int_eq(build(json, &error), RD_POLICY_FAULT);
    ck_assert_ptr_null(calendar);
    ck_assert_str_eq(error.text, said);
    ck_assert_str_eq(error.where, "rules/calendars.lua:3");
}
END_TEST

START_TEST(a_damaged_zone_is_told)
{
    char dir[UNIT_DIR_MAX];
    char path[UNIT_DIR_MAX + 16];
    struct rd_error error = RD_ERROR_NONE;

    unit_dir_make(dir);
    snprintf(path, sizeof(path), "%s/Torn", dir);
    FILE *file = fopen(path, "w");

    ck_assert_ptr_nonnull(file);
    fputs("TZif2", file);
    fclose(file);
    setenv("TZDIR", dir, 1);
    ck_assert_int_eq(build("{\"name\":\"c\",\"zone\":\"Torn\",\"always\":true}", &error),
                     RD_POLICY_FAULT);
    unsetenv("TZDIR");
    ck_assert_ptr_nonnull(strstr(error.text, "is damaged"));
    ck_assert_str_eq(error.where, "?:0");
    unit_dir_remove(dir);
}
END_TEST

START_TEST(nobody_may_want_the_error)
{
    struct rd_value spec = rd_map();

    ck_assert_int_eq(rd_calendar_new(&spec, &calendar, NULL), RD_POLICY_FAULT);
    ck_assert_ptr_null(calendar);
}
END_TEST

START_TEST(an_entry_may_tell_its_own_place)
{
    struct rd_error error = RD_ERROR_NONE;

    ck_assert_int_eq(build("{" SHANGHAI OFFICE ",\"days\":[{\"date\":\"x\",\"off\":true,"
                           "\"file\":\"rules/holidays/cn_2026.lua\",\"line\":7}]}",
                           &error),
                     RD_POLICY_FAULT);
    ck_assert_str_eq(error.where, "rules/holidays/cn_2026.lua:7");
}
END_TEST

static void append_spans(struct rd_buf *json, const char *days, int count)
{
    for (int i = 0; i < count; i++)
        rd_buf_printf(json, "%s{%s\"from\":%d,\"to\":%d}", i > 0 ? "," : "", days, 2 * i,
                      2 * i + 1);
}

static void check_limit(struct rd_buf *json, const char *said)
{
    struct rd_error error = RD_ERROR_NONE;

    rd_buf_append(json, "", 1);
    if (!said) {
        ck_assert_msg(build(json->data, &error) == RD_OK, "%s", error.text);
        rd_calendar_free(calendar);
    } else {
        ck_assert_int_eq(build(json->data, &error), RD_POLICY_FAULT);
        ck_assert_str_eq(error.text, said);
    }
    calendar = NULL;
    rd_buf_fini(json);
}

START_TEST(limits)
{
    struct rd_buf json;

    for (int over = 0; over <= 1; over++) {
        rd_buf_init(&json);
        rd_buf_text(&json, "{\"name\":\"c\"," SHANGHAI "\"week\":[");
        append_spans(&json, "\"days\":[1],", RD_CALENDAR_SPANS_MAX + over);
        rd_buf_text(&json, "]}");
        check_limit(&json, over ? "calendar 'c': Monday has more than 32 working intervals" : NULL);

        rd_buf_init(&json);
        rd_buf_text(&json, "{" SHANGHAI OFFICE ",\"days\":[{\"date\":\"2026-01-01\",\"hours\":[");
        append_spans(&json, "", RD_CALENDAR_SPANS_MAX + over);
        rd_buf_text(&json, "]}]}");
        check_limit(&json, over ? "calendar 'office': 2026-01-01 has more than 32 working intervals"
                                : NULL);

        rd_buf_init(&json);
        rd_buf_text(&json, "{" SHANGHAI OFFICE ",\"days\":[");
        for (int64_t i = 0; i < RD_CALENDAR_DAYS_MAX + over; i++) {
            char date[RD_TIME_TEXT_MAX];

            rd_time_write(i * 86400000, date);
            rd_buf_printf(&json, "%s{\"date\":\"%.10s\",\"off\":true}", i > 0 ? "," : "", date);
        }
        rd_buf_text(&json, "]}");
        check_limit(&json, over ? "calendar 'office': has more than 20000 days of its own" : NULL);
    }
    rd_calendar_free(NULL);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("calendar_build");
    TCase *refused = tcase_create("refused");

    tcase_set_timeout(refused, 30);
    tcase_add_checked_fixture(refused, setup, teardown);
    tcase_add_loop_test(refused, is_refused, 0, (int)(sizeof(refusals) / sizeof(refusals[0])));
    tcase_add_test(refused, an_entry_may_tell_its_own_place);
    tcase_add_test(refused, a_damaged_zone_is_told);
    tcase_add_test(refused, nobody_may_want_the_error);
    tcase_add_test(refused, limits);
    suite_add_tcase(suite, refused);
    return unit_run(suite);
}
