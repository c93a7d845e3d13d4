/* The holiday files and calendars that are shipped, against the rules that they follow: recomputed
 * here for the United Kingdom and the United States, counted for China. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "domain/calendar.h"
#include "domain/model.h"
#include "policy/rig.h"

#define YEARS_FIRST 2024
#define YEARS_LAST 2026
#define DAYS_MAX 40

static struct rig rig;

static void setup(void)
{
    struct rd_policy_source *sources;
    size_t count;

    rig_begin(&rig);
    ck_assert_int_eq(rd_policy_read_dir(&rig.arena, ".", &sources, &count, &rig.error), RD_OK);
    rig.status = rd_policy_load(sources, count, NULL, &rig.findings, &rig.policy, &rig.error);
    ck_assert_msg(rig.status == RD_OK, "%s", rig_findings(&rig));
}

static void teardown(void)
{
    rig_end(&rig);
}

static const struct rd_calendar *calendar_of(const char *name)
{
    const struct rd_calendar *calendar = rd_model_calendar(rd_policy_model(rig.policy), name);

    ck_assert_msg(calendar != NULL, "no calendar '%s'", name);
    return calendar;
}

/* ---- the rules ---- */

/* 1 = Monday. */
static int weekday(int64_t day)
{
    return (int)((day + 3) % 7) + 1;
}

/* The n-th such weekday of a month; n = -1: the last. */
static int64_t nth(int year, int month, int wanted, int n)
{
    int64_t day =
        n > 0 ? rd_date_days(year, month, 1)
              : (month == 12 ? rd_date_days(year + 1, 1, 1) : rd_date_days(year, month + 1, 1)) - 1;

    while (weekday(day) != wanted)
        day += n > 0 ? 1 : -1;
    return n > 0 ? day + 7 * (n - 1) : day;
}

/* Easter Sunday: the anonymous Gregorian computus (Meeus, Astronomical Algorithms, chapter 8). */
static int64_t easter(int year)
{
    int a = year % 19, b = year / 100, c = year % 100, d = b / 4, e = b % 4, f = (b + 8) / 25;
    int g = (b - f + 1) / 3, h = (19 * a + b - d - g + 15) % 30, i = c / 4, k = c % 4;
    int l = (32 + 2 * e + 2 * i - h - k) % 7, m = (a + 11 * h + 22 * l) / 451;
    int month = (h + l - 7 * m + 114) / 31, day = (h + l - 7 * m + 114) % 31 + 1;

    return rd_date_days(year, month, day);
}

/* Of a day on a weekend the Monday behind it is off. */
static int64_t substitute(int64_t day)
{
    return weekday(day) < 6 ? day : day + 8 - weekday(day);
}

static size_t uk_days(int year, int64_t days[DAYS_MAX])
{
    int64_t christmas = rd_date_days(year, 12, 25);
    int64_t boxing = christmas + 1;
    size_t count = 0;

    days[count++] = substitute(rd_date_days(year, 1, 1));
    days[count++] = easter(year) - 2;
    days[count++] = easter(year) + 1;
    days[count++] = nth(year, 5, 1, 1);
    days[count++] = nth(year, 5, 1, -1);
    days[count++] = nth(year, 8, 1, -1);
    days[count++] = substitute(christmas);
    /* Where Christmas Day has taken the Monday, Boxing Day gets the Tuesday. */
    days[count] = substitute(boxing) + (substitute(boxing) == days[count - 1]);
    count++;
    return count;
}

/* 5 U.S.C. 6103(b): Saturday's is observed on Friday, Sunday's on Monday. */
static int64_t observed(int64_t day)
{
    return weekday(day) == 6 ? day - 1 : weekday(day) == 7 ? day + 1 : day;
}

static size_t us_days(int year, int64_t days[DAYS_MAX])
{
    size_t count = 0;

    days[count++] = observed(rd_date_days(year, 1, 1));
    days[count++] = nth(year, 1, 1, 3);
    days[count++] = nth(year, 2, 1, 3);
    days[count++] = nth(year, 5, 1, -1);
    days[count++] = observed(rd_date_days(year, 6, 19));
    days[count++] = observed(rd_date_days(year, 7, 4));
    days[count++] = nth(year, 9, 1, 1);
    days[count++] = nth(year, 10, 1, 2);
    days[count++] = observed(rd_date_days(year, 11, 11));
    days[count++] = nth(year, 11, 4, 4);
    days[count++] = observed(rd_date_days(year, 12, 25));
    return count;
}

static bool has(const int64_t *days, size_t count, int64_t day)
{
    for (size_t i = 0; i < count; i++)
        if (days[i] == day)
            return true;
    return false;
}

static void check_days(const char *name, size_t (*rule)(int year, int64_t days[DAYS_MAX]))
{
    const struct rd_calendar *calendar = calendar_of(name);

    for (int year = YEARS_FIRST; year <= YEARS_LAST; year++) {
        int64_t days[DAYS_MAX];
        size_t count = rule(year, days);
        size_t named = 0;

        ck_assert(rd_calendar_knows_year(calendar, year));
        for (int64_t day = rd_date_days(year, 1, 1); day < rd_date_days(year + 1, 1, 1); day++) {
            struct rd_calendar_look look;
            char date[RD_TIME_TEXT_MAX];

            rd_time_write(day * 86400000, date);
            rd_calendar_look(calendar, day, &look);
            named += look.named;
            ck_assert_msg(look.named == has(days, count, day), "%s: %.10s", name, date);
            ck_assert_msg(look.works == (weekday(day) < 6 && !look.named), "%s: %.10s", name, date);
            ck_assert(!look.named || (look.title && weekday(day) < 6));
        }
        ck_assert_uint_eq(named, count);
    }
    ck_assert(!rd_calendar_knows_year(calendar, YEARS_FIRST - 1));
    ck_assert(!rd_calendar_knows_year(calendar, YEARS_LAST + 1));
}

START_TEST(england_and_wales)
{
    check_days("uk_office", uk_days);
}
END_TEST

START_TEST(united_states)
{
    check_days("us_office", us_days);
}
END_TEST

START_TEST(china)
{
    static const int working_days[] = { 249, 251, 250, 250, 250, 249, 250, 250, 249, 250,
                                        249, 250, 250, 249, 250, 249, 249, 251, 248, 248 };
    const struct rd_calendar *calendar = calendar_of("service_hours");
    struct rd_calendar_look look;

    for (int year = 2007; year <= 2026; year++) {
        int works = 0;

        ck_assert(rd_calendar_knows_year(calendar, year));
        for (int64_t day = rd_date_days(year, 1, 1); day < rd_date_days(year + 1, 1, 1); day++) {
            rd_calendar_look(calendar, day, &look);
            works += look.works;
        }
        ck_assert_msg(works == working_days[year - 2007], "%d: %d", year, works);
    }
    ck_assert(!rd_calendar_knows_year(calendar, 2027));
    /* announced as a working day, and a Monday: a day like any other */
    rd_calendar_look(calendar, rd_date_days(2020, 2, 3), &look);
    ck_assert(look.works && !look.named);
}
END_TEST

START_TEST(nothing_is_warned_of)
{
    for (const struct rd_finding *finding = rig.findings.first; finding; finding = finding->next)
        ck_assert_msg(!strstr(finding->file, "holidays") && !strstr(finding->file, "calendars"),
                      "%s:%d: %s", finding->file, finding->line, finding->text);
}
END_TEST

START_TEST(office_hours)
{
    struct rd_calendar_look look;

    rd_calendar_look(calendar_of("uk_office"), rd_date_days(2026, 3, 30), &look);
    ck_assert_int_eq(look.span_count, 1);
    ck_assert_int_eq(look.from_minute[0], 9 * 60);
    ck_assert_int_eq(look.to_minute[0], 17 * 60 + 30);
    rd_calendar_look(calendar_of("us_office"), rd_date_days(2026, 3, 9), &look);
    ck_assert_int_eq(look.to_minute[0], 17 * 60);
    rd_calendar_look(calendar_of("hotline"), rd_date_days(2026, 10, 1), &look);
    ck_assert_int_eq(look.work_ms, 86400000);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("holidays");
    TCase *tcase = tcase_create("all");

    tcase_set_timeout(tcase, 60);
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, england_and_wales);
    tcase_add_test(tcase, united_states);
    tcase_add_test(tcase, china);
    tcase_add_test(tcase, nothing_is_warned_of);
    tcase_add_test(tcase, office_hours);
    suite_add_tcase(suite, tcase);
    return unit_run(suite);
}
