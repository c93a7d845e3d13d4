/* Full back-tests on a small company: under the rules of the day the whole history happens again;
 * under others the cases go on from what these decide, with their own timers, until people would
 * have been asked something else.
 */
#include "unit/backtest_rig.h"

#include <stdio.h>
#include <string.h>

#include "common/company.h"
#include "kernel/backtest_inside.h"

static struct kernel_rig rig;

static void setup(void)
{
    rig_open(&rig);
}

static void teardown(void)
{
    rig_close(&rig);
}

static struct rd_value full_of(struct rd_backtest_options options)
{
    struct rd_value result;
    options.full = true;
    options.cases_max = 20;
    enum rd_status status = rig_backtest(&rig, options, &result);
    ck_assert_msg(status == RD_OK, "%s", rig.error.text);
    return result;
}

static struct rd_value full(void)
{
    return full_of((struct rd_backtest_options){ .full = true });
}

static void expect_same(struct rd_value result)
{
    ck_assert_msg(t_int(result, "differences") == 0 && t_count(result, "apart") == 0 &&
                      t_count(result, "rules") == 0 && t_count(result, "cases") == 0 &&
                      t_int(result, "full.same") == t_int(result, "full.cases") &&
                      t_int(result, "full.extra") == 0 && t_int(result, "full.unasked") == 0 &&
                      t_int(result, "full.rings.was") == t_int(result, "full.rings.is"),
                  "%s", t_show(result));
}

START_TEST(the_same_rules_make_the_same_history)
{
    rig_history(&rig);
    struct rd_value result = full();
    expect_same(result);
    ck_assert_int_gt(t_int(result, "asked"), 40);
    ck_assert_int_gt(t_int(result, "full.cases"), 4);
    ck_assert_int_gt(t_int(result, "full.rings.was"), 5);
}
END_TEST

static const char *counted(struct rd_value result)
{
    return t_show(t_at(result, "full"));
}

static void expect_cases(struct rd_value result, int same, int changed, int undetermined)
{
    ck_assert_msg(t_int(result, "full.same") == same && t_int(result, "full.changed") == changed &&
                      t_int(result, "full.undetermined") == undetermined &&
                      t_int(result, "full.cases") == same + changed + undetermined,
                  "%s", counted(result));
}

static void expect_why(struct rd_value result, const char *why)
{
    ck_assert_msg(t_count(t_at(result, "full"), "reasons") == 1 &&
                      strstr(t_text(result, "full.reasons.0.name"), why),
                  "%s", counted(result));
}

START_TEST(a_case_stops_where_its_deadline_would_ask_for_people)
{
    rig_granted(&rig, "ben", "40.00", false);
    const char *id = rig_granted(&rig, "ben", "90.00", false);
    rig_advance(&rig, "2 days");
    rig_job(&rig, "so far goes the history");
    t_company_edit(rig.policy, "rules/company.lua", "'handler', limit = '100.00'",
                   "'handler', limit = '50.00'");
    struct rd_value result = full();
    expect_cases(result, 2, 0, 1); /* it waits for a boss, whom nobody asked */
    expect_why(result, "a deadline would ring");
    ck_assert_str_eq(t_text(result, "full.paths.0.name"), "job: granted -> new");
    ck_assert_str_eq(t_text(t_find(t_at(result, "money"), "name", "job.grant"), "more"), "-90.00");
    ck_assert_str_eq(t_text(result, "cases.0.id"), id);
    ck_assert_str_eq(t_text(result, "cases.0.is.outcome"), "limit = 50.00");
    ck_assert_str_eq(t_text(result, "cases.0.ended"), "undetermined");
    ck_assert_str_eq(t_text(result, "cases.0.ended_was"), "granted");
    ck_assert(!t_has(result, "cases.0.ended_is"));
}
END_TEST

START_TEST(a_case_that_waits_for_people_at_the_end_is_not_known)
{
    rig_granted(&rig, "ben", "90.00", false);
    t_company_edit(rig.policy, "rules/company.lua", "'handler', limit = '100.00'",
                   "'handler', limit = '50.00'");
    struct rd_value result = full();
    expect_cases(result, 0, 0, 1);
    expect_why(result, "the history ends");
}
END_TEST

START_TEST(who_would_be_refused_would_have_done_something_else)
{
    const char *id = rig_granted(&rig, "ben", "40.00", false);
    rig_act(&rig, id, "done");
    t_company_edit(rig.policy, "rules/company.lua", "{ 'job.grant', from = 'handler'",
                   "{ 'job.grant', from = 'boss'");
    struct rd_value result = full();
    expect_cases(result, 0, 0, 1);
    expect_why(result, "would have been refused");
    ck_assert_int_eq(t_int(result, "refused"), 1);
    struct rd_value money = t_find(t_at(result, "money"), "name", "job.grant");
    ck_assert_str_eq(t_text(money, "open"), "40.00"); /* neither granted nor not */
    ck_assert_str_eq(t_text(money, "was"), "0.00");
    ck_assert_str_eq(t_text(money, "is"), "0.00");
}
END_TEST

START_TEST(an_earlier_deadline_rings_and_the_case_stops_at_the_next_person)
{
    rig_job(&rig, "one"); /* 09:00, limit 4 hours */
    rig_advance(&rig, "2 hours");
    rig_act(&rig, "J-2026-001", "work");
    rig_act(&rig, "J-2026-001", "done");
    rig_edit(&rig, "'4 hours', go = 'late'", "'90 minutes', go = 'late'");
    struct rd_value result = full();
    expect_cases(result, 0, 0, 1);
    expect_why(result, "in a state in which the case would not have been");
    ck_assert_str_eq(t_text(result, "full.paths.0.name"), "job: new -> late");
    ck_assert_int_eq(t_int(result, "deadlines.earlier"), 1);
    ck_assert_int_eq(t_int(result, "deadlines.broken"), 1);
    ck_assert_int_eq(t_int(result, "full.rings.is"), t_int(result, "full.rings.was") + 1);
}
END_TEST

START_TEST(a_deadline_that_only_tells_is_kept_or_broken_and_the_case_goes_on)
{
    const char *id = rig_job(&rig, "told");
    rig_act(&rig, id, "work"); /* 09:00; limit 5 hours: 15:00, which tells and goes nowhere */
    rig_advance(&rig, "7 hours");
    rig_act(&rig, id, "done");
    rig_edit(&rig, "{ { '5 hours', escalate = true }", "{ { '8 hours', escalate = true }");
    struct rd_value later = full();
    expect_cases(later, 0, 1, 0); /* it was escalated, and would not be */
    ck_assert_int_eq(t_int(later, "deadlines.saved"), 1);
    ck_assert_int_eq(t_int(later, "deadlines.broken"), 0);
    ck_assert_int_eq(t_int(later, "deadlines.open"), 0);
    ck_assert_str_eq(t_text(later, "cases.0.ended"), "changed");
    ck_assert_str_eq(t_text(later, "cases.0.ended_is"), "closed");
    rig_edit(&rig, "{ { '8 hours', escalate = true }", "{ { '2 hours', escalate = true }");
    struct rd_value both = full(); /* it rings in both, at different times */
    expect_cases(both, 1, 0, 0);
    ck_assert_int_eq(t_int(both, "deadlines.saved") + t_int(both, "deadlines.broken"), 0);
    ck_assert_int_eq(t_int(both, "deadlines.earlier"), 1);
}
END_TEST

START_TEST(a_deadline_that_was_kept_would_be_broken)
{
    const char *id = rig_job(&rig, "kept");
    rig_act(&rig, id, "work");
    rig_advance(&rig, "3 hours");
    rig_act(&rig, id, "done");
    rig_edit(&rig, "{ { '5 hours', escalate = true }", "{ { '2 hours', escalate = true }");
    struct rd_value result = full();
    expect_cases(result, 0, 1, 0);
    ck_assert_int_eq(t_int(result, "deadlines.broken"), 1);
    ck_assert_int_eq(t_int(result, "full.rings.is"), 1);
    ck_assert_int_eq(t_int(result, "full.rings.was"), 0);
}
END_TEST

START_TEST(where_a_case_would_have_ended_nobody_is_asked)
{
    const char *id = rig_job(&rig, "x");
    rig_act(&rig, id, "work");
    rig_act(&rig, id, "wait");
    rig_advance(&rig, "1 hour");
    rig_act(&rig, id, "resume");
    rig_act(&rig, id, "done");
    rig_edit(&rig, "wait = 'waiting'", "wait = 'closed'");
    rig_edit(&rig, "poke = { run", "sleep = 'waiting', poke = { run"); /* it must be reached */
    struct rd_value result = full();
    expect_cases(result, 0, 1, 0);
    ck_assert_int_eq(t_int(result, "full.unasked"), 2); /* resume, done */
    ck_assert_str_eq(t_text(result, "full.paths.0.name"), "job: waiting -> closed");
}
END_TEST

START_TEST(a_state_that_asks_nobody_goes_on_by_itself)
{
    rig_granted(&rig, "ben", "40.00", false);
    rig_advance(&rig, "3 hours");
    rig_job(&rig, "so far goes the history");
    rig_edit(&rig, "go = 'granted', above", "go = 'cooling', above");
    rig_edit(&rig, "done = 'closed', poke", "give = 'granted', done = 'closed', poke");
    rig_edit(&rig, "      closed = { final",
             "      cooling = { after = { '1 hour', go = 'closed' } },\n      closed = { final");
    struct rd_value result = full();
    expect_cases(result, 1, 1, 0);
    ck_assert_int_eq(t_int(result, "full.rings.is"), 1);
    ck_assert_str_eq(t_text(result, "cases.0.ended_was"), "granted");
    ck_assert_str_eq(t_text(result, "cases.0.ended_is"), "closed");
}
END_TEST

START_TEST(what_only_the_candidate_opens_is_counted_and_not_answered_for)
{
    const char *id = rig_job(&rig, "x");
    rig_act(&rig, id, "work");
    rig_advance(&rig, "3 days"); /* working rings at 5 hours and at 3 days */
    rig_edit(&rig, "{ { '5 hours', escalate = true }",
             "{ { '5 hours', escalate = true, run = { 'split' } }");
    struct rd_value result = full();
    ck_assert_int_eq(t_int(result, "full.extra"), 1);
    expect_cases(result, 1, 0, 0);               /* of the job itself nothing is another */
    expect_why(result, "a deadline would ring"); /* the task's, which nobody did anything about */
}
END_TEST

START_TEST(what_is_opened_at_another_time_is_one_case)
{
    rig_edit(&rig, "{ { '5 hours', escalate = true }",
             "{ { '5 hours', escalate = true, run = { 'split' } }");
    rig_stop(&rig);
    ck_assert_int_eq(rig_start(&rig, false), RD_OK);
    const char *id = rig_job(&rig, "x");
    rig_act(&rig, id, "work");
    rig_advance(&rig, "3 days");
    rig_edit(&rig, "{ { '5 hours', escalate = true", "{ { '2 hours', escalate = true");
    struct rd_value result = full();
    ck_assert_int_eq(t_int(result, "full.moved"), 1);
    ck_assert_int_eq(t_int(result, "full.gone") + t_int(result, "full.extra"), 0);
    ck_assert_int_eq(t_int(result, "full.cases"), 2);
}
END_TEST

START_TEST(what_the_candidate_does_not_open_is_gone_and_so_is_what_came_of_it)
{
    const char *id = rig_job(&rig, "x");
    rig_act(&rig, id, "work");
    rig_act(&rig, id, "split");
    const char *task = t_text(t_at(rig_ok(&rig, "case.list", "{'type': 'task'}"), "cases.0"), "id");
    rig_act(&rig, task, "finish"); /* tells the job */
    rig_act(&rig, id, "done");
    rig_edit(&rig, "return { start 'task' { job = f.id, title = f.subject, link = 'part' },",
             "return {");
    struct rd_value result = full();
    ck_assert_int_eq(t_int(result, "full.gone"), 1);
    ck_assert_int_eq(t_int(result, "full.changed"), 1); /* the job did not count a task */
    ck_assert_int_eq(t_int(result, "full.undetermined"), 0);
    ck_assert_int_eq(t_int(result, "full.unasked"), 1);
}
END_TEST

/* Older journals have refusals that do not say what was asked for. */
START_TEST(what_has_no_command_grants_nothing)
{
    struct rd_tallies tallies;
    struct rd_command_entry entry = { .refused = "four_eyes", .record = { 1 } };
    rd_tallies_init(&tallies, rig.kernel, 0, 0);
    ck_assert_ptr_null(rd_tallies_amount(&tallies, &entry));
    rd_tallies_money_open(&tallies, &entry);
    ck_assert_uint_eq(tallies.money.count, 0);
    rd_tallies_fini(&tallies);
}
END_TEST

START_TEST(cases_are_run_again_as_a_whole_or_not_at_all)
{
    rig_granted(&rig, "ben", "90.00", false);
    rig_advance(&rig, "1 day");
    const char *id = rig_granted(&rig, "ben", "80.00", false);
    t_company_edit(rig.policy, "rules/company.lua", "'handler', limit = '100.00'",
                   "'handler', limit = '50.00'");
    struct rd_value since = full_of((struct rd_backtest_options){ .since = "2026-03-03" });
    ck_assert_int_eq(t_int(since, "full.cases"), 1);
    ck_assert_int_eq(t_int(since, "path"), 1);
    ck_assert_str_eq(t_text(since, "cases.0.id"), id);
    struct rd_value until = full_of((struct rd_backtest_options){ .until = "2026-03-03" });
    ck_assert_int_eq(t_int(until, "full.cases"), 1);
    ck_assert_int_eq(t_int(until, "path"), 1);
    struct rd_value none = full_of((struct rd_backtest_options){ .type = "task" });
    ck_assert_int_eq(t_int(none, "full.cases"), 0);
    ck_assert_int_eq(t_int(none, "asked"), 0);
}
END_TEST

START_TEST(a_history_of_several_generations_is_run_under_one)
{
    rig_history(&rig);
    t_company_edit(rig.policy, "rules/company.lua", "'handler', limit = '100.00'",
                   "'handler', limit = '200.00'");
    rig_edit(&rig, "'4 hours', go = 'late'", "'6 hours', go = 'late'");
    rig_ok(&rig, "policy.activate", "{'tests': false}");
    rig_granted(&rig, "ben", "150.00", false);
    rig_advance(&rig, "20 days");
    struct rd_value result = full();
    ck_assert_int_gt(t_int(result, "differences"), 0);
    ck_assert_int_eq(t_int(result, "full.cases"),
                     t_int(result, "full.same") + t_int(result, "full.changed") +
                         t_int(result, "full.undetermined") + t_int(result, "full.moved") +
                         t_int(result, "full.gone"));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("kernel_full");
    TCase *tcase = tcase_create("full");
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_set_timeout(tcase, 120);
    tcase_add_test(tcase, the_same_rules_make_the_same_history);
    tcase_add_test(tcase, a_case_stops_where_its_deadline_would_ask_for_people);
    tcase_add_test(tcase, a_case_that_waits_for_people_at_the_end_is_not_known);
    tcase_add_test(tcase, who_would_be_refused_would_have_done_something_else);
    tcase_add_test(tcase, an_earlier_deadline_rings_and_the_case_stops_at_the_next_person);
    tcase_add_test(tcase, a_deadline_that_only_tells_is_kept_or_broken_and_the_case_goes_on);
    tcase_add_test(tcase, a_deadline_that_was_kept_would_be_broken);
    tcase_add_test(tcase, where_a_case_would_have_ended_nobody_is_asked);
    tcase_add_test(tcase, a_state_that_asks_nobody_goes_on_by_itself);
    tcase_add_test(tcase, what_only_the_candidate_opens_is_counted_and_not_answered_for);
    tcase_add_test(tcase, what_is_opened_at_another_time_is_one_case);
    tcase_add_test(tcase, what_the_candidate_does_not_open_is_gone_and_so_is_what_came_of_it);
    tcase_add_test(tcase, what_has_no_command_grants_nothing);
    tcase_add_test(tcase, cases_are_run_again_as_a_whole_or_not_at_all);
    tcase_add_test(tcase, a_history_of_several_generations_is_run_under_one);
    suite_add_tcase(suite, tcase);
    return unit_run(suite);
}
