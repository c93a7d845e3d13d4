/* Cases that keep an earlier workflow, in back-tests: they are asked what they keep, and the rules
 * that are in force find their own history again across a change of generations.
 */
#include "unit/backtest_rig.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "common/company.h"

static struct kernel_rig rig;

static void setup(void)
{
    rig_open(&rig);
}

static void teardown(void)
{
    rig_close(&rig);
}

static void settle(void)
{
    while (rd_kernel_wake_at(rig.kernel) == 0)
        rd_kernel_run(rig.kernel, NULL, 0);
}

static void activate(void)
{
    rig_ok(&rig, "policy.activate", "{}");
    settle();
}

static void open_cases(const char *word)
{
    rig_edit(
        &rig, "initial = 'new', clock = 'office',",
        rd_arena_printf(&rig.arena, "initial = 'new', clock = 'office', open_cases = '%s',", word));
    activate();
}

/* Another workflow: `done` leads to a state that is new, limits are longer, another table of money,
 * and a function that counts otherwise. */
static void change(void)
{
    rig_edit(
        &rig, "      granted = {",
        "      checking = { on = { passed = 'closed' }, after = { '1 day', go = 'closed' } },\n"
        "      granted = {");
    rig_edit(&rig, "done = 'closed', poke", "done = 'checking', poke");
    rig_edit(&rig, "after = { { '5 hours'", "after = { { '6 hours'");
    rig_edit(&rig, "within = { '10 business days'", "within = { '20 business days'");
    rig_edit(&rig, "tasks = (f.tasks or 0) + 1", "tasks = (f.tasks or 0) + 100");
    t_company_edit(rig.policy, "rules/company.lua", "'job.work', ", "'job.work', 'job.passed', ");
    t_company_edit(rig.policy, "rules/company.lua", "limit = '100.00'", "limit = '50.00'");
}

static void grant(const char *id, const char *amount)
{
    rig_ok(&rig, "case.act",
           "{'id': '%s', 'event': 'grant', 'form': {'amount': '%s'}, 'as': 'ben'}", id, amount);
}

/* Jobs are begun, one of them is worked on. */
static void begin(const char *ids[3])
{
    for (size_t i = 0; i < 3; i++)
        ids[i] = rig_job(&rig, "old");
    rig_act(&rig, ids[0], "work");
    rig_act(&rig, ids[0], "split");
}

/* They go on, with others beside them; deadlines ring in all of their states. */
static void go_on(const char *ids[3])
{
    const char *new = rig_job(&rig, "new");
    rig_act(&rig, new, "work");
    rig_act(&rig, ids[1], "work");
    rig_act(&rig, ids[0], "remind");
    rig_advance(&rig, "3 hours");
    rig_act(&rig, ids[0], "wait");
    rig_act(&rig, new, "wait");
    rig_act(&rig, ids[0], "resume");
    rig_act(&rig, new, "resume");
    grant(ids[1], "45.00");
    grant(new, "40.00");
    rig_advance(&rig, "2 days"); /* the third is late, and tasks are over */
    rig_act(&rig, ids[0], "done");
    rig_act(&rig, ids[1], "done");
    rig_act(&rig, ids[2], "work");
    rig_act(&rig, new, "done");
    rig_advance(&rig, "30 days");
}

/* The moment behind everything so far, as --since takes it; the next entry is later. */
static const char *now(void)
{
    char text[RD_TIME_TEXT_MAX];
    rig_advance(&rig, "1 minute");
    rd_time_write(rd_kernel_now_ms(rig.kernel), text);
    return rd_arena_copy(&rig.arena, text, strlen(text));
}

static struct rd_value backtest(struct rd_backtest_options options)
{
    struct rd_value result;
    options.cases_max = 20;
    enum rd_status status = rig_backtest(&rig, options, &result);
    ck_assert_msg(status == RD_OK, "%s", rig.error.text);
    return result;
}

static void expect_same(struct rd_value result)
{
    ck_assert_msg(t_int(result, "differences") == 0 && t_count(result, "apart") == 0 &&
                      t_count(result, "rules") == 0 && t_int(result, "asked") > 5,
                  "%s", t_show(result));
    if (t_has(result, "full"))
        ck_assert_msg(t_int(result, "full.same") == t_int(result, "full.cases") &&
                          t_int(result, "full.extra") == 0 && t_int(result, "full.cases") > 0 &&
                          t_int(result, "full.rings.was") == t_int(result, "full.rings.is"),
                      "%s", t_show(result));
}

/* The rules in force, on what happened since they are in force: quick, as they stand there and as
 * if they had come into force then, and full. */
static void expect_identity(const char *since, int kept)
{
    struct rd_value result = backtest((struct rd_backtest_options){ .since = since });
    expect_same(result);
    ck_assert_msg((t_int(result, "kept") > 0) == (kept > 0), "%s", t_show(result));
    expect_same(backtest((struct rd_backtest_options){ .since = since, .activated = true }));
    expect_same(backtest((struct rd_backtest_options){ .since = since, .full = true }));
}

START_TEST(rules_find_their_own_history_beside_cases_that_are_pinned)
{
    const char *ids[3];
    open_cases("pin");
    begin(ids);
    change();
    activate();
    const char *since = now();
    go_on(ids);
    expect_identity(since, 1);
}
END_TEST

START_TEST(rules_find_their_own_history_beside_cases_that_follow_later)
{
    const char *ids[3];
    open_cases("next_state");
    begin(ids);
    change();
    activate();
    const char *since = now();
    go_on(ids);
    expect_identity(since, 1);
}
END_TEST

START_TEST(several_generations_are_kept_at_once)
{
    const char *first[3], *second[3];
    open_cases("pin");
    begin(first);
    change();
    activate();
    begin(second);
    rig_edit(&rig, "after = { { '6 hours'", "after = { { '7 hours'");
    activate();
    const char *since = now();
    go_on(first);
    go_on(second);
    expect_identity(since, 1);
    rig_ok(&rig, "policy.rollback", "{'to': 2}"); /* the second's cases go by what comes back */
    settle();
    const char *third[3];
    since = now();
    begin(third);
    go_on(third);
    rig_edit(&rig, "after = { { '7 hours'", "after = { { '6 hours'");
    rig_edit(&rig, "after = { { '6 hours'", "after = { { '5 hours'");
    rig_edit(
        &rig,
        "      checking = { on = { passed = 'closed' }, after = { '1 day', go = 'closed' } },\n"
        "      granted = {",
        "      granted = {");
    rig_edit(&rig, "done = 'checking', poke", "done = 'closed', poke");
    rig_edit(&rig, "within = { '20 business days'", "within = { '10 business days'");
    rig_edit(&rig, "tasks = (f.tasks or 0) + 100", "tasks = (f.tasks or 0) + 1");
    t_company_edit(rig.policy, "rules/company.lua", "'job.work', 'job.passed', ", "'job.work', ");
    t_company_edit(rig.policy, "rules/company.lua", "limit = '50.00'", "limit = '100.00'");
    expect_identity(since, 0);
}
END_TEST

/* What all say of the whole history: each entry is held against the rules of its day, those of
 * pinned cases too. A candidate that changes nothing but a power is told of it for both. */
START_TEST(what_the_rules_of_the_day_gave_is_known_of_kept_cases_too)
{
    const char *ids[3];
    open_cases("pin");
    begin(ids);
    change();
    activate();
    const char *since = now();
    go_on(ids);
    t_company_edit(rig.policy, "rules/company.lua", "'job.work', 'job.passed', ", "'job.passed', ");
    t_company_edit(rig.policy, "rules/company.lua", "    { 'job.grant', from",
                   "    { 'job.work', from = 'boss' },\n    { 'job.grant', from");
    struct rd_value result = backtest((struct rd_backtest_options){ .since = since });
    ck_assert_int_eq(t_count(result, "apart"), 0);
    ck_assert_int_eq(t_int(result, "refused"), 3); /* a new one and two old ones */
    result = backtest((struct rd_backtest_options){ .full = false });
    ck_assert_msg(t_count(result, "apart") == 0, "%s", t_show(result));
    ck_assert_int_eq(t_int(result, "refused"), 4);
}
END_TEST

/* A candidate's own way is asked of the cases that go by the rules which it replaces; those that
 * keep an earlier one stay with it. */
START_TEST(a_candidate_decides_what_it_would_come_to_decide)
{
    const char *ids[3];
    open_cases("pin");
    begin(ids);
    change();
    activate();
    const char *since = now();
    go_on(ids);
    rig_edit(&rig, "granted = { on = { done = 'closed'", "granted = { on = { done = 'working'");
    struct rd_value result = backtest((struct rd_backtest_options){ .since = since });
    ck_assert_int_gt(t_int(result, "kept"), 5);
    ck_assert_int_eq(t_int(result, "path"), 1);
    ck_assert_int_eq(t_count(result, "apart"), 0);
    ck_assert_str_eq(t_text(result, "cases.0.command"), "job.done");
    rig_edit(&rig, "open_cases = 'pin'", "open_cases = 'follow'"); /* then it is asked of all */
    result = backtest((struct rd_backtest_options){ .since = since });
    ck_assert_int_eq(t_int(result, "kept"), 0);
    ck_assert_int_gt(t_int(result, "path"), 1);
}
END_TEST

/* As if it had been activated then: what is open keeps the workflow of the rules that were in force
 * until then. */
START_TEST(a_candidate_that_comes_into_force_leaves_open_cases_alone)
{
    const char *ids[3];
    open_cases("pin");
    begin(ids);
    const char *since = now();
    go_on(ids);
    struct rd_value none;
    ck_assert_int_eq(rig_backtest(&rig, (struct rd_backtest_options){ .activated = true }, &none),
                     RD_INVALID_PARAMS); /* when? */
    rig_edit(&rig, "done = 'closed', poke", "done = 'waiting', poke");
    rig_edit(&rig, "granted = { on = { done = 'closed'", "granted = { on = { done = 'working'");
    struct rd_value result = backtest((struct rd_backtest_options){ .since = since });
    ck_assert_int_eq(t_int(result, "kept"), 0);
    ck_assert_int_eq(t_int(result, "path"), 3);
    result = backtest((struct rd_backtest_options){ .since = since, .activated = true });
    ck_assert_int_gt(t_int(result, "kept"), 5);
    ck_assert_int_eq(t_int(result, "path"), 1);
    ck_assert_int_eq(t_count(result, "apart"), 0);
}
END_TEST

/* Its records no longer have what an old workflow sets: such a candidate could not be activated. */
START_TEST(a_candidate_beside_which_a_kept_workflow_can_not_stand)
{
    const char *ids[3];
    open_cases("pin");
    begin(ids);
    change();
    activate();
    const char *since = now();
    go_on(ids);
    rig_edit(&rig, "count_task = function(f) return set { tasks = (f.tasks or 0) + 100 }",
             "count_task = function(f) return set { n = 1 }");
    t_company_edit(rig.policy, "rules/company.lua", "calendar 'office'", "calendar 'bureau'");
    rig_edit(&rig, "clock = 'office'", "clock = 'bureau'");
    struct rd_value result = backtest((struct rd_backtest_options){ .since = since });
    ck_assert_msg(t_count(result, "apart") == 1 &&
                      strstr(t_text(result, "apart.0.name"), "an earlier workflow"),
                  "%s", t_show(result));
    ck_assert_int_gt(t_int(result, "asked"), 3);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("kernel_kept");
    TCase *tcase = tcase_create("kept");
    tcase_set_timeout(tcase, T_TIMEOUT_S);
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, rules_find_their_own_history_beside_cases_that_are_pinned);
    tcase_add_test(tcase, rules_find_their_own_history_beside_cases_that_follow_later);
    tcase_add_test(tcase, several_generations_are_kept_at_once);
    tcase_add_test(tcase, what_the_rules_of_the_day_gave_is_known_of_kept_cases_too);
    tcase_add_test(tcase, a_candidate_decides_what_it_would_come_to_decide);
    tcase_add_test(tcase, a_candidate_that_comes_into_force_leaves_open_cases_alone);
    tcase_add_test(tcase, a_candidate_beside_which_a_kept_workflow_can_not_stand);
    suite_add_tcase(suite, tcase);
    return unit_run(suite);
}
