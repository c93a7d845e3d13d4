/* Durations: what each text means, and how each wrong one is refused. */
#include <stdint.h>
#include <string.h>

#include "domain/calendar.h"
#include "unit.h"

#define SECOND 1000LL
#define MINUTE (60 * SECOND)
#define HOUR (60 * MINUTE)

struct good {
    const char *text;
    bool on_business_clock;
    enum rd_duration_kind kind;
    int64_t n;
    int32_t months;
    bool from_next_day;
};

static const struct good goods[] = {
    { "4 hours", false, RD_DURATION_ELAPSED, 4 * HOUR, 0, false },
    { "4 hours", true, RD_DURATION_BUSINESS_TIME, 4 * HOUR, 0, false },
    { "1 hour", false, RD_DURATION_ELAPSED, HOUR, 0, false },
    { "90 minutes", false, RD_DURATION_ELAPSED, 90 * MINUTE, 0, false },
    { "1 minute", true, RD_DURATION_BUSINESS_TIME, MINUTE, 0, false },
    { "30 seconds", false, RD_DURATION_ELAPSED, 30 * SECOND, 0, false },
    { "1 second", true, RD_DURATION_BUSINESS_TIME, SECOND, 0, false },
    { "0 minutes", false, RD_DURATION_ELAPSED, 0, 0, false },
    { "007 seconds", false, RD_DURATION_ELAPSED, 7 * SECOND, 0, false },
    { "4 business hours", false, RD_DURATION_BUSINESS_TIME, 4 * HOUR, 0, false },
    { "4 business hours", true, RD_DURATION_BUSINESS_TIME, 4 * HOUR, 0, false },
    { "1 business minute", false, RD_DURATION_BUSINESS_TIME, MINUTE, 0, false },
    { "2 business seconds", false, RD_DURATION_BUSINESS_TIME, 2 * SECOND, 0, false },
    { "1 hour 30 minutes", false, RD_DURATION_ELAPSED, 90 * MINUTE, 0, false },
    { "1 business hour 30 minutes", true, RD_DURATION_BUSINESS_TIME, 90 * MINUTE, 0, false },
    { "1 business hour 30 business minutes 1 business second", false, RD_DURATION_BUSINESS_TIME,
      90 * MINUTE + SECOND, 0, false },
    { "  1  hour   30 minutes ", false, RD_DURATION_ELAPSED, 90 * MINUTE, 0, false },
    { "5 business days", true, RD_DURATION_BUSINESS_DAYS, 5, 0, false },
    { "1 business day", false, RD_DURATION_BUSINESS_DAYS, 1, 0, false },
    { "1 business day 2 business days", false, RD_DURATION_BUSINESS_DAYS, 3, 0, false },
    { "by close of 2 business days", true, RD_DURATION_CLOSE_OF_DAY, 2, 0, false },
    { "by close of 1 business day", false, RD_DURATION_CLOSE_OF_DAY, 1, 0, false },
    { "by close of 0 business days", false, RD_DURATION_CLOSE_OF_DAY, 0, 0, false },
    { "10 days", true, RD_DURATION_CALENDAR, 10, 0, false },
    { "10 days", false, RD_DURATION_CALENDAR, 10, 0, false },
    { "1 day", false, RD_DURATION_CALENDAR, 1, 0, false },
    { "2 weeks", false, RD_DURATION_CALENDAR, 14, 0, false },
    { "1 week 1 day", false, RD_DURATION_CALENDAR, 8, 0, false },
    { "1 month", false, RD_DURATION_CALENDAR, 0, 1, false },
    { "1 year 2 months 3 weeks 4 days", true, RD_DURATION_CALENDAR, 25, 14, false },
    { "200 years", false, RD_DURATION_CALENDAR, 0, 2400, false },
    { "73200 days", false, RD_DURATION_CALENDAR, 73200, 0, false },
    { "73200 business days", false, RD_DURATION_BUSINESS_DAYS, 73200, 0, false },
    { "6324480000 seconds", false, RD_DURATION_ELAPSED, 1756800 * HOUR, 0, false },
    { "1756800 hours", false, RD_DURATION_ELAPSED, 1756800 * HOUR, 0, false },
    { "5 business days from the next day", true, RD_DURATION_BUSINESS_DAYS, 5, 0, true },
    { "10 days from the next day", true, RD_DURATION_CALENDAR, 10, 0, true },
    { "4 hours from the next day", true, RD_DURATION_BUSINESS_TIME, 4 * HOUR, 0, true },
    { "4 hours from the next day", false, RD_DURATION_ELAPSED, 4 * HOUR, 0, true },
    { "by close of 2 business days from the next day", true, RD_DURATION_CLOSE_OF_DAY, 2, 0, true },
};

START_TEST(is_understood)
{
    const struct good *good = &goods[_i];
    struct rd_duration duration;
    struct rd_error error = RD_ERROR_NONE;

    ck_assert_msg(rd_duration_parse(good->text, good->on_business_clock, &duration, &error) ==
                      RD_OK,
                  "%s: %s", good->text, error.text);
    ck_assert_int_eq(duration.kind, good->kind);
    ck_assert_int_eq(duration.n, good->n);
    ck_assert_int_eq(duration.months, good->months);
    ck_assert_int_eq(duration.from_next_day, good->from_next_day);
}
END_TEST

static const char mixed[] = "mixes units that do not add up: running time, business time, "
                            "business days and calendar days are kept apart";
static const char too_long[] = "is longer than 200 years";

/* What follows "the duration 'TEXT' ". */
static const struct {
    const char *text;
    const char *why;
} bads[] = {
    { "", "ends before it says how long" },
    { "   ", "ends before it says how long" },
    { "by close of", "ends before it says how long" },
    { "4", "has a number without a unit, such as 'hours' or 'days'" },
    { "4 business", "has a number without a unit, such as 'hours' or 'days'" },
    { "1 hour 30", "has a number without a unit, such as 'hours' or 'days'" },
    { "-4 hours", "is negative" },
    { "1 hour -30 minutes", "is negative" },
    { "1.5 hours", "is no whole number; write '1 hour 30 minutes'" },
    { "four hours", "has 'four' where a number is expected, as in '4 hours' or '2 business days'" },
    { "4hours", "has '4hours' where a number is expected, as in '4 hours' or '2 business days'" },
    { "hours", "has 'hours' where a number is expected, as in '4 hours' or '2 business days'" },
    { "1 hour and 30 minutes",
      "has 'and' where a number is expected, as in '4 hours' or '2 business days'" },
    { "1 day after",
      "has 'after' where a number is expected, as in '4 hours' or '2 business days'" },
    { "4 hous", "has no unit 'hous'; did you mean 'hours'?" },
    { "4 Hours", "has no unit 'Hours'; did you mean 'hours'?" },
    { "2 bussiness days", "has no unit 'bussiness'; did you mean 'business'?" },
    { "2 business dais", "has no unit 'dais'; did you mean 'days'?" },
    { "4 fortnights", "has no unit 'fortnights'; there are seconds, minutes, hours, days, weeks, "
                      "months, years, business minutes, hours and days" },
    { "2 business weeks", "counts in business weeks, months or years; there are none" },
    { "2 business months", "counts in business weeks, months or years; there are none" },
    { "1 business year", "counts in business weeks, months or years; there are none" },
    { "1 month 4 hours", mixed },
    { "1 day 4 hours", mixed },
    { "1 business day 4 business hours", mixed },
    { "1 business day 1 day", mixed },
    { "1 business hour 30 minutes", mixed },
    { "by 2 business days", "begins with 'by' but not with 'by close of'" },
    { "by close 2 business days", "begins with 'by' but not with 'by close of'" },
    { "by close of 2 days", "closes with something else than business days" },
    { "by close of 2 hours", "closes with something else than business days" },
    { "2 days from", "may only end with 'from the next day'" },
    { "2 days from the next", "may only end with 'from the next day'" },
    { "2 days from the next week", "may only end with 'from the next day'" },
    { "2 days from the next day 1 day", "may only end with 'from the next day'" },
    { "from the next day",
      "has 'from' where a number is expected, as in '4 hours' or '2 business days'" },
    { "201 years", too_long },
    { "200 years 1 month", too_long },
    { "73201 days", too_long },
    { "73201 business days", too_long },
    { "73200 days 1 day", too_long },
    { "999999999 hours", too_long },
    { "6324480001 seconds", too_long },
    { "99999999999999999999 hours", too_long },
};

START_TEST(is_refused)
{
    struct rd_duration duration = { .n = 1 };
    struct rd_error error = RD_ERROR_NONE;
    char expected[RD_ERROR_TEXT_MAX];

    snprintf(expected, sizeof(expected), "the duration '%s' %s", bads[_i].text, bads[_i].why);
    ck_assert_int_eq(rd_duration_parse(bads[_i].text, false, &duration, &error), RD_POLICY_FAULT);
    ck_assert_str_eq(error.text, expected);
    ck_assert_int_eq(error.status, RD_POLICY_FAULT);
    /* nothing half-understood is left behind */
    ck_assert_int_eq(duration.n, 0);
}
END_TEST

START_TEST(long_words_are_cut)
{
    char text[4096];
    struct rd_duration duration;
    struct rd_error error = RD_ERROR_NONE;

    memset(text, 'x', sizeof(text));
    memcpy(text, "4 ", 2);
    text[sizeof(text) - 1] = '\0';
    ck_assert_int_eq(rd_duration_parse(text, false, &duration, &error), RD_POLICY_FAULT);
    ck_assert_uint_lt(strlen(error.text), 400);
    /* and an unasked error does no harm */
    ck_assert_int_eq(rd_duration_parse(text, false, &duration, NULL), RD_POLICY_FAULT);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("duration");
    TCase *parse = tcase_create("parse");

    tcase_add_loop_test(parse, is_understood, 0, (int)(sizeof(goods) / sizeof(goods[0])));
    tcase_add_loop_test(parse, is_refused, 0, (int)(sizeof(bads) / sizeof(bads[0])));
    tcase_add_test(parse, long_words_are_cut);
    suite_add_tcase(suite, parse);
    return unit_run(suite);
}
