/* The identity test: the company's own rules, asked again on their own history, give 0 differences
 * and leave nothing apart: on months of simulated work, and on what came in by imports. And the
 * program's side of it.
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

static struct t_daemon *d; /* for its directory and its way to run the program */

static void setup(void)
{
    d = t_daemon_start(&(struct t_options){ .clock_real = true });
}

static void teardown(void)
{
    t_daemon_free(d);
}

static struct rd_value json_of(const char *output)
{
    const char *from = strchr(output, '{'), *to = strrchr(output, '}');
    struct rd_value value = rd_null();
    struct rd_error error = RD_ERROR_NONE;
    ck_assert_msg(from && to && from < to, "no JSON: %s", output);
    enum rd_status status = rd_json_parse(&d->arena, from, (size_t)(to - from) + 1,
                                          RD_MESSAGE_DEPTH_MAX, &value, &error);
    ck_assert_msg(status == RD_OK, "%s: %s", error.text, output);
    return value;
}

static struct rd_value backtest(const char *policy, const char *data, bool full)
{
    const char *args[] = { "policy", "backtest", policy, "--data",
                           data,     "-o",       "json", full ? "--full" : NULL,
                           NULL };
    const char *output;
    int code = t_program(d, args, &output);
    ck_assert_msg(code == 0, "exit code %d: %s", code, output);
    return json_of(output);
}

static void expect_same(struct rd_value result, int64_t asked)
{
    ck_assert_msg(t_int(result, "differences") == 0 && t_count(result, "apart") == 0 &&
                      t_count(result, "wanted") == 0,
                  "%s", t_show(result));
    ck_assert_int_gt(t_int(result, "asked"), asked); /* nothing is proved by asking nothing */
}

/* The same, and each case from its opening to its end. */
static void expect_whole(struct rd_value result, int64_t asked, int64_t cases)
{
    expect_same(result, asked);
    ck_assert_msg(t_int(result, "full.same") == t_int(result, "full.cases") &&
                      t_int(result, "full.extra") == 0 && t_int(result, "full.unasked") == 0 &&
                      t_int(result, "full.rings.was") == t_int(result, "full.rings.is"),
                  "%s", t_show(t_at(result, "full")));
    ck_assert_int_gt(t_int(result, "full.cases"), cases);
    ck_assert_int_gt(t_int(result, "full.rings.was"), 0);
}

static const char *simulated(const char *months, const char *cases)
{
    const char *data = rd_arena_printf(&d->arena, "%s/sim", d->dir), *output;
    const char *args[] = { "sim",     "run", "--data", data, "--months", months,
                           "--cases", cases, "--seed", "7",  NULL };
    int code = t_program(d, args, &output);
    ck_assert_msg(code == 0, "exit code %d: %s", code, output);
    return data;
}

START_TEST(months_of_work_are_decided_again_as_they_were)
{
    const char *data = simulated("3", "500");
    expect_same(backtest(".", data, false), 5000);
    expect_whole(backtest(".", data, true), 5000, 1000);
}
END_TEST

/* A daemon that was begun with a shadow finds the simulated history behind the entry that the
 * shadow began with: months of work come to it at once. */
START_TEST(a_shadow_of_the_same_rules_differs_in_nothing)
{
    const char *output;
    const char *begin[] = { "policy", "shadow", ".", "--connect", d->address, NULL };
    ck_assert_msg(t_program(d, begin, &output) == 0, "%s", output);
    int64_t from = t_int(t_call(d, "policy.shadow_status", "{}"), "from");
    t_daemon_stop(d);
    const char *data = simulated("2", "300");
    ck_assert_int_eq(system(rd_arena_printf(&d->arena,
                                            "mv %s/data/shadow.json %s/ && rm -r %s/data && "
                                            "mv %s %s/data",
                                            d->dir, data, d->dir, data, d->dir)),
                     0);
    t_daemon_again(d);
    struct rd_value now = t_call(d, "policy.shadow_status", "{}");
    for (int i = 0; i < 1200 && !(t_has(now, "result") && t_int(now, "behind") == 0); i++) {
        usleep(100000);
        now = t_call(d, "policy.shadow_status", "{}");
    }
    ck_assert_int_eq(t_int(now, "from"), from);
    expect_same(t_at(now, "result"), 2000);
}
END_TEST

static void import(const char *mapping, const char *source)
{
    const char *dir = getenv("REDRESS_SHARED"), *output;
    const char *path = rd_arena_printf(&d->arena, "%s/data/%s", dir ? dir : "../shared", source);
    const char *args[] = { "import",
                           "--connect",
                           d->address,
                           "--mapping",
                           mapping,
                           "--errors",
                           rd_arena_printf(&d->arena, "%s/errors.csv", d->dir),
                           path,
                           NULL };
    int code = t_program(d, args, &output);
    ck_assert_msg(code == 0, "exit code %d: %s", code, output);
}

START_TEST(imports_are_decided_again_while_the_daemon_goes_on)
{
    const char *dir = getenv("REDRESS_SHARED");
    if (access(rd_arena_printf(&d->arena, "%s/data", dir ? dir : "../shared"), R_OK) != 0) {
        printf("SKIPPED: the shared data are not there (REDRESS_SHARED names their folder)\n");
        return;
    }
    import("scripts/import/incidents.lua", "incidents/incident_events.csv");
    import("scripts/import/complaints.lua", "complaints/cfpb_2013-08.csv");
    import("scripts/import/complaints.lua", "complaints/cfpb_2016-09_in_progress.csv");
    const char *data = rd_arena_printf(&d->arena, "%s/data", d->dir);
    expect_same(backtest(".", data, false), 10000);
    expect_whole(backtest(".", data, true), 10000, 3000);
    t_call(d, "server.info", "{}"); /* it holds the directory, and goes on */
}
END_TEST

START_TEST(a_changed_limit_is_told_in_words)
{
    const char *data = simulated("1", "500"), *output;
    const char *policy = rd_arena_printf(&d->arena, "%s/policy", d->dir);
    ck_assert_int_eq(
        system(rd_arena_printf(&d->arena, "mkdir %s && cp -r rules scripts %s", policy, policy)),
        0);
    t_company_edit(policy, "rules/remedies.lua",
                   "role = \"supervisor\",          limit = \"2000.00\"",
                   "role = \"supervisor\",          limit = \"1.00\"");
    t_company_edit(policy, "rules/remedies.lua",
                   "role = \"head_of_department\",  limit = \"10000.00\"",
                   "role = \"head_of_department\",  limit = \"1.00\"");
    t_company_edit(policy, "rules/remedies.lua",
                   "role = \"branch_manager\",      limit = \"100000.00\"",
                   "role = \"branch_manager\",      limit = \"1.00\"");
    const char *args[] = { "policy", "backtest", policy, "--data", data, NULL };
    ck_assert_int_eq(t_program(d, args, &output), 0);
    static const char *const says[] = { "asked again",      "remedy.limit",
                                        "complaint.grant",  "rules/remedies.lua:12",
                                        "Cases to look at", "would be" };
    for (size_t i = 0; i < sizeof says / sizeof *says; i++)
        ck_assert_msg(strstr(output, says[i]) != NULL, "'%s' is missing: %s", says[i], output);
    const char *whole[] = { "policy", "backtest", policy, "--data", data, "--full", NULL };
    ck_assert_int_eq(t_program(d, whole, &output), 0);
    static const char *const tells[] = { "each run again as a whole", "go the same way",
                                         "Where the ways part",       "complaint: processing -> ",
                                         "complaint.grant",           "rules/remedies.lua:12" };
    for (size_t i = 0; i < sizeof tells / sizeof *tells; i++)
        ck_assert_msg(strstr(output, tells[i]) != NULL, "'%s' is missing: %s", tells[i], output);
    const char *page[] = { "policy", "backtest", policy, "--data", data,
                           "--full", "-o",       "html", NULL };
    ck_assert_int_eq(t_program(d, page, &output), 0);
    ck_assert_ptr_nonnull(strstr(output, "整案重演"));
    const char *wrong[] = { "policy", "backtest", ".", "--data", policy, NULL };
    ck_assert_int_eq(t_program(d, wrong, &output), 5); /* no data directory */
    const char *since[] = { "policy", "backtest", ".", "--data", data, "--since", "soon", NULL };
    ck_assert_int_eq(t_program(d, since, &output), 2);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("backtest");
    TCase *tcase = tcase_create("identity");
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_set_timeout(tcase, 600);
    tcase_add_test(tcase, months_of_work_are_decided_again_as_they_were);
    tcase_add_test(tcase, a_shadow_of_the_same_rules_differs_in_nothing);
    tcase_add_test(tcase, imports_are_decided_again_while_the_daemon_goes_on);
    tcase_add_test(tcase, a_changed_limit_is_told_in_words);
    suite_add_tcase(suite, tcase);
    return unit_run(suite);
}
