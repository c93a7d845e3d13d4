/* Simulations that are fitted to a history: what is told of a history that is known to the hour is
 * right to the hour; changes of people, of arrivals and of a limit show where they must, and
 * nowhere else; a company's own months are forecast within bounds; what an import can't tell is
 * said.
 */
#include "common/company.h"
#include "common/t.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/json.h"
#include "base/limits.h"
#include "unit/unit.h"

static struct t_daemon *d;

static const char company[] =
    "return {\n"
    "  company { name = 'small', zone = 'Asia/Shanghai', languages = { 'en' } },\n"
    "  organisation {\n"
    "    roles = { { 'clerk', en = 'Clerk' }, { 'boss', en = 'Boss' } }, units = { 'hq' },\n"
    "    accounts = { { 'a', unit = 'hq', roles = { 'clerk' } }, { 'b', unit = 'hq', roles = { "
    "'clerk' } } },\n"
    "  },\n"
    "  authority { { { 'payment.ask', 'payment.pay', 'payment.read' }, from = 'clerk' } },\n"
    "}\n";

static const char payment[] =
    "return {\n"
    "  record 'payment' { owner = 'asker', fields = { asker = account, payer = account, channel = "
    "one_of { 'phone', 'letter' } { required = true }, note = text { max = 200 } } },\n"
    "  form 'payment' { of = 'payment', fields = { 'channel', 'note' } },\n"
    "  workflow 'payment' {\n"
    "    version = 1, initial = 'asked', open = { event = 'ask', form = 'payment', run = 'ask' },\n"
    "    states = {\n"
    "      asked = { on = { pay = { go = 'paid', by = 'payer' } }, after = { '4 hours', go = "
    "'late' } },\n"
    "      late = { on = { pay = { go = 'paid', by = 'payer' } }, rests = 'it is late already' },\n"
    "      paid = { final = true },\n"
    "    },\n"
    "    actions = { ask = function(f) return set { asker = f.actor.account } end },\n"
    "  },\n"
    "}\n";

static const char *path_of(const char *name)
{
    return rd_arena_printf(&d->arena, "%s/%s", d->dir, name);
}

static void small_company(const char *dir)
{
    t_company_write(dir, "rules/company.lua", company);
    t_company_write(dir, "scripts/payment.lua", payment);
}

static void teardown(void)
{
    t_daemon_free(d);
    d = NULL;
}

/* ---- running it ---- */

static int run(const char *const *words, const char **output)
{
    const char *args[32] = { "sim", "run" };
    size_t count = 2;
    for (; *words; words++)
        args[count++] = *words;
    ck_assert_uint_lt(count, 32);
    return t_program(d, args, output);
}

/* The forecast; `words` end with NULL. Its exit code is 0. */
static struct rd_value forecast(const char *const *words)
{
    const char *all[32], *output;
    size_t count = 0;
    struct rd_value result;
    struct rd_error error = RD_ERROR_NONE;
    for (; *words; words++)
        all[count++] = *words;
    all[count++] = "-o";
    all[count++] = "json";
    all[count] = NULL;
    int code = run(all, &output);
    const char *json = strstr(output, "{\n  \"seed\""); /* behind what was logged */
    ck_assert_msg(code == 0 && json != NULL, "exit code %d: %s", code, output);
    const char *end = strstr(json, "\n}");
    ck_assert_msg(end != NULL, "%s", output);
    enum rd_status status = rd_json_parse(&d->arena, json, (size_t)(end + 2 - json),
                                          RD_MESSAGE_DEPTH_MAX, &result, &error);
    ck_assert_msg(status == RD_OK, "%s: %s", error.text, json);
    return result;
}

static const struct rd_value *row_of(const struct rd_value *result, const char *list,
                                     const char *key, const char *is, const char *key2,
                                     const char *is2)
{
    const struct rd_value *rows = rd_map_list(result, list);
    for (uint32_t i = 0; i < rows->count; i++)
        if (strcmp(rd_map_text(&rows->items[i], key, ""), is) == 0 &&
            (!key2 || strcmp(rd_map_text(&rows->items[i], key2, ""), is2) == 0))
            return &rows->items[i];
    ck_abort_msg("no %s in %s: %s", is, list, t_show(*result));
    return NULL;
}

static const struct rd_value *limit_of(const struct rd_value *result, const char *type,
                                       const char *name)
{
    return row_of(result, "limits", "type", type, "limit", name);
}

static void assert_rate(const struct rd_value *limit, const char *side, int64_t rang, int64_t ended)
{
    const struct rd_value *rate = rd_map_get(limit, side);
    ck_assert_msg(rate && rd_map_int(rate, "rang", -1) == rang &&
                      rd_map_int(rate, "ended", -1) == ended,
                  "%s: %lld of %lld were expected: %s", side, (long long)rang, (long long)ended,
                  t_show(*limit));
}

static double number(const struct rd_value *map, const char *key)
{
    const struct rd_value *value = map ? rd_map_get(map, key) : NULL;
    ck_assert_msg(rd_value_is(value, RD_REAL), "no number %s: %s", key, map ? t_show(*map) : "-");
    return value->real;
}

static bool has_note(const struct rd_value *result, const char *code)
{
    const struct rd_value *notes = rd_map_list(result, "notes");
    for (uint32_t i = 0; i < notes->count; i++)
        if (strcmp(rd_map_text(&notes->items[i], "code", ""), code) == 0)
            return true;
    return false;
}

/* ---- ten Mondays: asked at half past nine, paid two hours later ---- */

#define MONDAYS 10

static void setup_mondays(void)
{
    char dir[UNIT_DIR_MAX];
    unit_dir_make(dir);
    small_company(dir);
    d = t_daemon_start(&(struct t_options){ .policy = dir });
    small_company(path_of("policy"));
    unit_dir_remove(dir);
    for (int week = 0; week < MONDAYS; week++) {
        int day = 2 + 7 * week, month = 3;
        for (; day > (month == 4 ? 30 : 31); month++)
            day -= month == 4 ? 30 : 31;
        t_call(d, "clock.advance", "{'to': '2026-%02d-%02dT09:30:00+08:00'}", month, day);
        struct rd_value made =
            t_call(d, "case.open",
                   "{'type': 'payment', 'as': 'a', 'data': {'channel': 'letter', "
                   "'note': 'private words'}}");
        t_call(d, "clock.advance", "{'to': '2026-%02d-%02dT11:30:00+08:00'}", month, day);
        t_call(d, "case.act", "{'id': '%s', 'event': 'pay', 'as': 'b'}", t_text(made, "id"));
    }
}

#define FROM_HISTORY "--from-history", path_of("data"), "--policy", path_of("policy")

START_TEST(test_a_history_is_told_to_the_hour)
{
    const char *words[] = { FROM_HISTORY, "--months", "1", "--seed", "4", NULL };
    struct rd_value result = forecast(words); /* beside the daemon that holds the directory */
    ck_assert_int_eq(t_int(result, "history.opened"), MONDAYS);
    ck_assert_int_eq(t_int(result, "history.acts"), MONDAYS);
    ck_assert_str_eq(t_text(result, "history.from"), "2026-03-02");
    ck_assert_str_eq(t_text(result, "history.until"), "2026-05-05");
    ck_assert_str_eq(t_text(result, "history.last_month"), "2026-04-05");
    struct rd_value kinds = t_at(result, "days.kinds"), hours = t_at(result, "days.hours");
    for (uint32_t i = 0; i < 7; i++)
        ck_assert_double_eq(number(&kinds.items[i], "opened"), i == 0 ? 1.0 : 0.0);
    for (uint32_t i = 0; i < 24; i++)
        ck_assert_int_eq(hours.items[i].integer, i == 9 ? MONDAYS : 0);
    const struct rd_value *pay = row_of(&result, "handling", "event", "pay", "role", "clerk");
    ck_assert_int_eq(rd_map_int(pay, "acts", 0), MONDAYS);
    ck_assert_double_eq(number(pay, "median_hours"), 2.0);
    const struct rd_value *clerk = row_of(&result, "people", "role", "clerk", NULL, NULL);
    ck_assert_int_eq(rd_map_int(clerk, "in_rules", 0), 2);
    ck_assert_double_eq(rd_map_list(clerk, "at_work")->items[0].real, 1.0);
    ck_assert_double_eq(rd_map_list(clerk, "at_work")->items[1].real, 0.0);
    const struct rd_value *asked = limit_of(&result, "payment", "asked");
    assert_rate(asked, "was", 0, 5); /* the Mondays from 6 April to 4 May */
    assert_rate(asked, "played", 0, 5);
    assert_rate(asked, "expected", 0, 4);
    ck_assert_double_eq(number(asked, "error"), 0.0);
    const struct rd_value *opened = row_of(&result, "arrivals", "type", "payment", NULL, NULL);
    ck_assert_int_eq(rd_map_int(opened, "expected", 0), 4);
    ck_assert(rd_map_bool(rd_map_get(&result, "fit_error"), "own_rules", false));
    ck_assert_ptr_null(strstr(t_show(result), "private"));
    const char *other[] = { FROM_HISTORY, "--months", "1", "--seed", "5", NULL };
    struct rd_value by_chance = forecast(other), again = forecast(words);
    ck_assert_str_eq(t_text(result, "expected.hash"), t_text(again, "expected.hash"));
    ck_assert_str_ne(t_text(result, "expected.hash"), t_text(by_chance, "expected.hash"));
}
END_TEST

START_TEST(test_fewer_people_show_where_they_work)
{
    const char *none[] = { FROM_HISTORY, "--months", "1", "--staff", "clerk -1 monday", NULL };
    struct rd_value result = forecast(none);
    const struct rd_value *asked = limit_of(&result, "payment", "asked");
    assert_rate(asked, "expected", 0, 4);
    assert_rate(asked, "what_if", 4, 4);
    ck_assert_int_eq(t_int(result, "what_if.acts"), 0);
    ck_assert_int_gt(t_int(result, "expected.acts"), 0);
    /* on days on which they do nothing, nothing changes: the very same history comes of it */
    const char *sundays[] = { FROM_HISTORY, "--months", "1", "--staff", "all -2 Sundays", NULL };
    const char *output;
    ck_assert_int_eq(run(sundays, &output), 2); /* days are written small */
    ck_assert_msg(strstr(output, "--staff takes a role") != NULL, "%s", output);
    sundays[7] = "all -2 sundays,wednesday";
    result = forecast(sundays);
    ck_assert_str_eq(t_text(result, "what_if.hash"), t_text(result, "expected.hash"));
}
END_TEST

START_TEST(test_more_cases_come_where_they_are_said_to)
{
    const char *words[] = { FROM_HISTORY, "--months", "1", "--arrivals", "payment +100% mondays",
                            NULL };
    struct rd_value result = forecast(words);
    const struct rd_value *opened = row_of(&result, "arrivals", "type", "payment", NULL, NULL);
    ck_assert_int_eq(rd_map_int(opened, "expected", 0), 4);
    ck_assert_int_eq(rd_map_int(opened, "what_if", 0), 8);
    words[7] = "all -100%";
    result = forecast(words);
    opened = row_of(&result, "arrivals", "type", "payment", NULL, NULL);
    ck_assert_int_eq(rd_map_int(opened, "what_if", -1), 0);
}
END_TEST

/* People pay after two hours: a limit of one will ring, and the last month, which is played under
 * its own rules, is none the wiser. */
START_TEST(test_another_policy_has_other_limits)
{
    t_company_edit(path_of("policy"), "scripts/payment.lua", "'4 hours'", "'1 hour'");
    const char *words[] = { FROM_HISTORY, "--months", "1", "--data", path_of("kept"), NULL };
    struct rd_value result = forecast(words);
    const struct rd_value *asked = limit_of(&result, "payment", "asked");
    assert_rate(asked, "was", 0, 5);
    assert_rate(asked, "played", 0, 5);
    assert_rate(asked, "expected", 4, 4);
    /* what was opened is as it was opened, but for people's own words */
    const char *args[] = { "audit", "verify", "--data", path_of("kept"), NULL }, *output;
    ck_assert_msg(t_program(d, args, &output) == 0, "%s", output);
    ck_assert_int_eq(
        system(rd_arena_printf(&d->arena, "grep -rqa 'private words' %s", path_of("kept"))), 256);
    ck_assert_int_eq(
        system(rd_arena_printf(&d->arena, "grep -rqa 'private words' %s", path_of("data"))), 0);
}
END_TEST

START_TEST(test_too_little_history_has_no_fit_error)
{
    const char *words[] = { FROM_HISTORY, "--months", "1", "--until", "2026-04-01", NULL };
    struct rd_value result = forecast(words);
    ck_assert(has_note(&result, "too_short"));
    ck_assert_int_eq(t_at(result, "fit_error").kind, RD_NULL);
    ck_assert_int_eq(t_int(result, "history.opened"), 5);
    const char *since[] = { FROM_HISTORY, "--months", "1", "--since", "2026-03-10", NULL };
    result = forecast(since);
    ck_assert_int_eq(t_int(result, "history.opened"), 8);
    const char *table[] = { FROM_HISTORY, "--months", "1", NULL }, *output;
    ck_assert_int_eq(run(table, &output), 0);
    static const char *const says[] = { "时限超时率", "Fit error of the last month 上月拟合误差",
                                        "日均在岗人数", "办理时长" };
    for (size_t i = 0; i < sizeof says / sizeof *says; i++)
        ck_assert_msg(strstr(output, says[i]) != NULL, "'%s' is missing: %.2000s", says[i], output);
}
END_TEST

static size_t count_of(const char *text, const char *word)
{
    size_t count = 0;
    for (const char *at = text; (at = strstr(at, word)); at++)
        count++;
    return count;
}

/* One page, with the fit error, in both languages, and bars as long as the shares are. */
START_TEST(test_a_forecast_is_a_page_with_charts)
{
    const char *words[] = { FROM_HISTORY,      "--months", "1",    "--staff",
                            "clerk -1 monday", "-o",       "html", NULL },
               *output;
    t_company_edit(path_of("policy"), "scripts/payment.lua", "asked = { on",
                   "asked = { title = 'Pay <b>&', on");
    ck_assert_int_eq(run(words, &output), 0);
    static const char *const says[] = {
        "<!doctype html>",    "default-src 'none'",       "上月拟合误差",
        "时限超时率",         "<b>0.0</b> points of fit", "</html>",
        "Pay &lt;b&gt;&amp;",
    };
    for (size_t i = 0; i < sizeof says / sizeof *says; i++)
        ck_assert_msg(strstr(output, says[i]) != NULL, "'%s' is missing: %.2000s", says[i], output);
    /* the limit 'asked': nothing rang and nothing will; with nobody left on Mondays all would */
    ck_assert_msg(strstr(output, "<td class=n>0.0</td><td class=n>100.0</td>") != NULL, "%.2000s",
                  output);
    ck_assert_msg(strstr(output, "<rect class=b3 y=28 width=240.0") != NULL, "%.2000s", output);
    ck_assert_uint_eq(count_of(output, "<h1>"), 1);
    ck_assert_uint_eq(count_of(output, "<table>"), count_of(output, "</table>"));
    ck_assert_uint_eq(count_of(output, "<script"), 0);
    ck_assert_uint_eq(count_of(output, "<b>&"), 0);
    const char *alone[] = { "--policy", path_of("policy"), "-o", "html", NULL };
    ck_assert_int_eq(run(alone, &output), 2);
    ck_assert_msg(strstr(output, "-o html goes with --from-history") != NULL, "%s", output);
    const char *other[] = { "--policy", path_of("policy"), "-o", "pdf", NULL };
    ck_assert_int_eq(run(other, &output), 2);
}
END_TEST

START_TEST(test_bad_words_are_said)
{
    const struct {
        const char *words[8];
        int code;
        const char *says;
    } bad[] = {
        { { "--from-history", "/nonexistent", NULL }, 5, "/nonexistent" },
        { { FROM_HISTORY, "--cases", "5", NULL }, 2, "--cases does not go with --from-history" },
        { { FROM_HISTORY, "--since", "soon", NULL }, 2, "--since takes a day" },
        { { FROM_HISTORY, "--until", "2026-13-01", NULL }, 2, "--until takes a day" },
        { { FROM_HISTORY, "--until", "2026-02-30", NULL }, 2, "--until takes a day" },
        { { FROM_HISTORY, "--start", "monday", NULL }, 2, "--start takes a day" },
        { { FROM_HISTORY, "--since", "2026-06-01", NULL }, 2, "nobody" },
        { { FROM_HISTORY, "--until", "2026-03-01", NULL }, 2, "nobody" },
        { { FROM_HISTORY, "--staff", "cleaner -2", NULL }, 2, "no role 'cleaner'" },
        { { FROM_HISTORY, "--staff", "clerk 2", NULL }, 2, "--staff takes a role" },
        { { FROM_HISTORY, "--staff", "clerk -", NULL }, 2, "--staff takes a role" },
        { { FROM_HISTORY, "--staff", "clerk -2 someday", NULL }, 2, "--staff takes a role" },
        { { FROM_HISTORY, "--staff", "clerk -99999999999", NULL }, 2, "--staff takes a role" },
        { { FROM_HISTORY, "--staff", "", NULL }, 2, "--staff takes a role" },
        { { FROM_HISTORY, "--arrivals", "payment +20", NULL }, 2, "--arrivals takes a workflow" },
        { { FROM_HISTORY, "--arrivals", "payment -101%", NULL }, 2, "--arrivals takes a workflow" },
        { { FROM_HISTORY, "--arrivals", "letter +20%", NULL }, 2, "no workflow 'letter'" },
        { { "--staff", "clerk -2", NULL }, 2, "--staff goes with --from-history" },
        { { "--since", "2026-03-02", NULL }, 2, "--since goes with --from-history" },
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        const char *output;
        int code = run(bad[i].words, &output);
        ck_assert_msg(code == bad[i].code && strstr(output, bad[i].says) != NULL,
                      "%zu: exit code %d: %s", i, code, output);
    }
}
END_TEST

/* ---- a company's own months, and what came in by imports ---- */

static void setup_real(void)
{
    d = t_daemon_start(&(struct t_options){ .clock_real = true });
}

START_TEST(test_months_of_work_are_forecast)
{
    const char *made[] = { "--data", path_of("sim"), "--months", "3", "--cases",
                           "300",    "--seed",       "7",        NULL };
    const char *output;
    int code = run(made, &output);
    ck_assert_msg(code == 0, "exit code %d: %s", code, output);
    const char *words[] = { "--from-history", path_of("sim"), "--months", "1", "--seed", "3",
                            "--staff",        "all -10000",   NULL };
    struct rd_value result = forecast(words);
    words[6] = NULL; /* what if is played beside what is expected, and changes nothing of it */
    struct rd_value again = forecast(words);
    ck_assert_str_eq(t_text(result, "expected.hash"), t_text(again, "expected.hash"));
    ck_assert_str_eq(t_text(result, "played.hash"), t_text(again, "played.hash"));
    ck_assert_str_eq(t_show(t_at(result, "fit_error")), t_show(t_at(again, "fit_error")));
    /* the company is played by the hours of its people and its weekends */
    struct rd_value hours = t_at(result, "days.hours"), kinds = t_at(result, "days.kinds");
    ck_assert_int_gt(hours.items[10].integer, 4 * hours.items[3].integer);
    ck_assert(number(&kinds.items[0], "opened") > number(&kinds.items[6], "opened"));
    /* bounds wide enough for any rules; what is really meant is in the documents */
    ck_assert(number(rd_map_get(&result, "fit_error"), "points") < 25.0);
    const struct rd_value *received = limit_of(&result, "complaint", "received");
    ck_assert_int_gt(rd_map_int(rd_map_get(received, "was"), "ended", 0), 20);
    ck_assert_int_gt(rd_map_int(rd_map_get(received, "played"), "ended", 0), 20);
    ck_assert(number(received, "error") < 30.0 && number(received, "error") > -30.0);
    ck_assert_int_gt(t_int(result, "expected.as_their_twin"), 1000);
    ck_assert_int_eq(t_int(result, "what_if.as_their_twin"), 0); /* nobody is left */
    ck_assert_double_eq(number(rd_map_get(received, "what_if"), "rate"), 100.0);
}
END_TEST

static void import(const char *mapping, const char *source)
{
    const char *dir = getenv("REDRESS_SHARED"), *output;
    const char *path = rd_arena_printf(&d->arena, "%s/data/%s", dir ? dir : "../shared", source);
    const char *args[] = { "import",   "--connect",           d->address, "--mapping", mapping,
                           "--errors", path_of("errors.csv"), path,       NULL };
    int code = t_program(d, args, &output);
    ck_assert_msg(code == 0, "exit code %d: %s", code, output);
}

START_TEST(test_imports_say_what_they_can_not_tell)
{
    const char *dir = getenv("REDRESS_SHARED");
    if (access(rd_arena_printf(&d->arena, "%s/data", dir ? dir : "../shared"), R_OK) != 0) {
        printf("SKIPPED: the shared data are not there (REDRESS_SHARED names their folder)\n");
        return;
    }
    import("scripts/import/incidents.lua", "incidents/incident_events.csv");
    const char *words[] = {
        "--from-history", path_of("data"), "--until", "2016-06-01", "--months", "1", NULL
    };
    struct rd_value result = forecast(words);
    ck_assert(has_note(&result, "imported"));
    ck_assert(!has_note(&result, "no_hours"));
    const struct rd_value *opened = row_of(&result, "arrivals", "type", "incident", NULL, NULL);
    ck_assert_int_gt(rd_map_int(opened, "was", 0), 100);
    ck_assert_int_gt(rd_map_int(opened, "expected", 0), 100);
    ck_assert_int_gt(t_int(result, "played.as_their_twin"), 1000);
    import("scripts/import/complaints.lua", "complaints/cfpb_2013-08.csv");
    words[3] = "2013-12-01";
    result = forecast(words);
    ck_assert(has_note(&result, "imported"));
    ck_assert(has_note(&result, "no_hours")); /* its dates are days */
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("history");
    TCase *mondays = tcase_create("mondays"), *real = tcase_create("real");
    tcase_set_timeout(mondays, T_TIMEOUT_S);
    tcase_add_checked_fixture(mondays, setup_mondays, teardown);
    tcase_add_test(mondays, test_a_history_is_told_to_the_hour);
    tcase_add_test(mondays, test_fewer_people_show_where_they_work);
    tcase_add_test(mondays, test_more_cases_come_where_they_are_said_to);
    tcase_add_test(mondays, test_another_policy_has_other_limits);
    tcase_add_test(mondays, test_too_little_history_has_no_fit_error);
    tcase_add_test(mondays, test_a_forecast_is_a_page_with_charts);
    tcase_add_test(mondays, test_bad_words_are_said);
    suite_add_tcase(suite, mondays);
    tcase_set_timeout(real, 600);
    tcase_add_checked_fixture(real, setup_real, teardown);
    tcase_add_test(real, test_months_of_work_are_forecast);
    tcase_add_test(real, test_imports_say_what_they_can_not_tell);
    suite_add_tcase(suite, real);
    return unit_run(suite);
}
