/* Back-tests on a small company: the same rules give 0 differences on everything that the kernel
 * journals; a changed rule gives just the differences that it makes, by rule and line; what nobody
 * recorded is counted apart; the history is only read.
 */
#include "unit/backtest_rig.h"

#include <stdio.h>
#include <string.h>

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

static enum rd_status backtest(struct rd_backtest_options options, struct rd_value *result)
{
    return rig_backtest(&rig, options, result);
}

static struct rd_value quick(void)
{
    struct rd_value result;
    enum rd_status status = backtest((struct rd_backtest_options){ .cases_max = 20 }, &result);
    ck_assert_msg(status == RD_OK, "%s", rig.error.text);
    return result;
}

static const char *granted(const char *as, const char *amount, bool fails)
{
    return rig_granted(&rig, as, amount, fails);
}

static void expect_same(struct rd_value result)
{
    ck_assert_msg(t_int(result, "differences") == 0 && t_count(result, "apart") == 0 &&
                      t_count(result, "rules") == 0 && t_count(result, "cases") == 0,
                  "%s", t_show(result));
}

START_TEST(the_same_rules_on_their_own_history_differ_in_nothing)
{
    rig_history(&rig);
    struct rd_value result = quick();
    expect_same(result);
    ck_assert_int_gt(t_int(result, "asked"), 40);
    ck_assert_int_gt(t_int(t_find(t_at(result, "commands"), "name", "ring"), "asked"), 5);
    ck_assert_int_gt(t_int(t_find(t_at(result, "commands"), "name", "person.update"), "asked"), 0);
    ck_assert_int_eq(t_int(t_find(t_at(result, "money"), "name", "job.grant"), "was_count"), 1);
    ck_assert_str_eq(t_text(t_find(t_at(result, "money"), "name", "job.grant"), "was"), "99.00");
}
END_TEST

START_TEST(where_a_rule_stands_is_no_difference)
{
    rig_history(&rig);
    rig_edit(&rig, "  record 'job'", "\n\n  record 'job'");
    expect_same(quick());
}
END_TEST

START_TEST(the_history_is_only_read)
{
    unsigned char before[32], after[32];
    rig_history(&rig);
    rig_digest(&rig, before);
    rig_edit(&rig, "'4 hours', go = 'late'", "'5 hours', go = 'late'");
    ck_assert_int_gt(t_int(quick(), "differences"), 0);
    rig_digest(&rig, after);
    ck_assert_mem_eq(before, after, 32);
    rig_edit(&rig, "'5 hours', go = 'late'", "'4 hours', go = 'late'");
    rig_expect_rebuild_equal(&rig);
}
END_TEST

START_TEST(a_lower_limit_sends_up_what_was_granted)
{
    granted("ben", "40.00", false);
    const char *id = granted("ben", "90.00", false);
    t_company_edit(rig.policy, "rules/company.lua", "'handler', limit = '100.00'",
                   "'handler', limit = '50.00'");
    struct rd_value result = quick();
    ck_assert_int_eq(t_int(result, "path"), 1);
    ck_assert_int_eq(t_int(result, "answer"), 1); /* the other one is within both limits */
    ck_assert_int_eq(t_int(result, "differences"), 2);
    ck_assert_int_eq(t_int(result, "cases_changed"), 1);
    struct rd_value money = t_find(t_at(result, "money"), "name", "job.grant");
    ck_assert_str_eq(t_text(money, "was"), "130.00");
    ck_assert_str_eq(t_text(money, "is"), "40.00");
    ck_assert_str_eq(t_text(money, "more"), "-90.00");
    struct rd_value one = t_at(result, "cases.0");
    ck_assert_str_eq(t_text(one, "id"), id);
    ck_assert_str_eq(t_text(one, "was.outcome"), "limit = 100.00");
    ck_assert_str_eq(t_text(one, "is.outcome"), "limit = 50.00");
    ck_assert_str_eq(t_text(one, "was.state"), "granted");
    ck_assert_str_eq(t_text(one, "is.state"), "new");
    ck_assert_ptr_nonnull(strstr(t_text(one, "is.line"), "rules/company.lua:"));
    ck_assert_int_eq(t_int(t_find(t_at(result, "rules"), "name", "grant.limit"), "was"), 2);
}
END_TEST

START_TEST(who_may_is_asked_again)
{
    granted("ben", "40.00", false);
    t_company_edit(rig.policy, "rules/company.lua", "{ 'job.grant', from = 'handler'",
                   "{ 'job.grant', from = 'boss'");
    struct rd_value result = quick();
    ck_assert_int_eq(t_int(result, "refused"), 1);
    ck_assert_str_eq(t_text(result, "cases.0.is.refused"), "not_allowed");
    ck_assert_str_eq(t_text(t_find(t_at(result, "money"), "name", "job.grant"), "is"), "0.00");
}
END_TEST

START_TEST(what_was_refused_without_its_form_is_counted_apart)
{
    const char *id = rig_job(&rig, "g");
    rig_act(&rig, id, "work");
    rig.as = "ann"; /* may read it, has no row for it */
    rig_no(&rig, "not_allowed", NULL, "case.act",
           "{'id': '%s', 'event': 'grant', 'form': {'amount': '1.00'}}", id);
    rig.as = NULL;
    expect_same(quick());
    t_company_edit(rig.policy, "rules/company.lua", "{ 'job.grant', from = 'handler'",
                   "{ 'job.grant', from = 'staff'");
    struct rd_value result = quick();
    ck_assert_int_eq(t_int(result, "allowed"), 0);
    ck_assert_int_eq(t_count(result, "apart"), 1);
    ck_assert_int_eq(t_int(result, "apart.0.count"), 1);
}
END_TEST

/* Refused before anybody looked at what was asked for: its entry has no command at all. */
START_TEST(what_has_no_command_is_the_engines_own)
{
    struct rd_value result;
    rig.peer = (struct rd_peer){ .door = RD_DOOR_TCP, .account = "ben" };
    rig_no(&rig, "not_allowed", "/at", "case.open",
           "{'type': 'job', 'data': {'subject': 'x'}, 'at': '2026-03-02T00:30:00Z'}");
    rig.peer = (struct rd_peer){ .door = RD_DOOR_INSIDE };
    rig_job(&rig, "x");
    result = quick();
    expect_same(result);
    ck_assert_int_eq(t_int(result, "asked"), 1);
    enum rd_status status =
        backtest((struct rd_backtest_options){ .cases_max = 20, .type = "job" }, &result);
    ck_assert_msg(status == RD_OK, "%s", rig.error.text);
    expect_same(result);
    ck_assert_int_eq(t_int(result, "asked"), 1);
}
END_TEST

START_TEST(deadlines_are_told_by_what_happened_then)
{
    rig_job(&rig, "kept"); /* 09:00 on a Monday, limit 4 hours: 14:00 */
    const char *late = rig_job(&rig, "late");
    rig_advance(&rig, "2 hours");
    rig_act(&rig, "J-2026-001", "work");
    rig_advance(&rig, "4 hours"); /* 15:00 */
    rig_act(&rig, late, "work");
    rig_edit(&rig, "'4 hours', go = 'late'", "'90 minutes', go = 'late'");
    struct rd_value shorter = quick();
    ck_assert_int_eq(t_int(shorter, "deadlines.earlier"), 2);
    ck_assert_int_eq(t_int(shorter, "deadlines.broken"), 1);
    ck_assert_int_eq(t_int(shorter, "deadlines.saved"), 0);
    rig_edit(&rig, "'90 minutes', go = 'late'", "'7 hours', go = 'late'");
    struct rd_value longer = quick();
    ck_assert_int_eq(t_int(longer, "deadlines.later"), 2);
    ck_assert_int_eq(t_int(longer, "deadlines.broken"), 0);
    /* the ring took the case to another state: what Ben would have done in this one is not known */
    ck_assert_int_eq(t_int(longer, "deadlines.saved"), 0);
    ck_assert_int_eq(t_int(longer, "deadlines.open"), 1);
}
END_TEST

START_TEST(a_deadline_that_only_told_may_be_saved)
{
    const char *id = rig_job(&rig, "told");
    rig_act(&rig, id, "work"); /* 09:00; limit 5 hours: 15:00, which tells and goes nowhere */
    rig_advance(&rig, "7 hours");
    rig_act(&rig, id, "done");
    rig_edit(&rig, "{ { '5 hours', escalate = true }", "{ { '8 hours', escalate = true }");
    struct rd_value result = quick();
    ck_assert_int_eq(t_int(result, "deadlines.later"), 1);
    ck_assert_int_eq(t_int(result, "deadlines.saved"), 1);
    ck_assert_int_eq(t_int(result, "deadlines.open"), 0);
}
END_TEST

START_TEST(facts_that_nobody_recorded_are_said_and_counted_apart)
{
    granted("ben", "40.00", false);
    rig_edit(&rig, "seen = integer,", "seen = integer, region = text,");
    expect_same(quick()); /* nobody reads it */
    rig_edit(&rig, "function(f) return f.secret == true, 'it is no secret' end",
             "function(f) return f.region == nil, 'somewhere' end");
    struct rd_value result = quick();
    ck_assert_int_eq(t_int(result, "differences"), 0);
    ck_assert_int_eq(t_int(result, "apart.0.count"), 1);
    ck_assert_str_eq(t_text(result, "wanted.0.name"), "region");
    ck_assert_int_eq(t_int(result, "wanted.0.count"), 1);
}
END_TEST

START_TEST(counts_over_what_had_no_index_then_are_made_from_the_history)
{
    for (int i = 0; i < 3; i++) {
        const char *id = rig_job(&rig, i < 2 ? "a" : "b");
        rig_act(&rig, id, "work");
        rig_act(&rig, id, "judge");
    }
    rig_edit(&rig, "alike = count 'job' { same = { 'subject', 'unit' }, in_last = '24 hours' }",
             "alike = count 'job' { same = { 'owner' }, in_last = '24 hours' }");
    rig_edit(&rig, "indexes = { { 'subject', 'unit' } }",
             "indexes = { { 'subject', 'unit' }, { 'owner' } }");
    struct rd_value result = quick();
    /* 1, 2, 1 of the same subject; 1, 2, 3 of the same owner: only the last one differs */
    ck_assert_int_eq(t_int(result, "effect"), 1);
    ck_assert_int_eq(t_count(result, "apart"), 0);
}
END_TEST

START_TEST(a_history_of_several_generations_is_asked_under_each)
{
    granted("ben", "40.00", false);
    t_company_edit(rig.policy, "rules/company.lua", "'handler', limit = '100.00'",
                   "'handler', limit = '200.00'");
    rig_edit(&rig, "indexes = { { 'subject', 'unit' } }",
             "indexes = { { 'subject', 'unit' }, { 'owner' } }");
    rig_stop(&rig);
    ck_assert_int_eq(rig_start(&rig, false), RD_OK);
    granted("ben", "150.00", false);
    struct rd_value result = quick(); /* the first grant: an answer of the rules before */
    ck_assert_int_eq(t_int(result, "differences"), 1);
    ck_assert_int_eq(t_int(result, "answer"), 1);
    t_company_edit(rig.policy, "rules/company.lua", "'handler', limit = '200.00'",
                   "'handler', limit = '30.00'");
    result = quick();
    ck_assert_int_eq(t_int(result, "path"), 2);
    ck_assert_int_eq(t_count(result, "apart"), 0);
    ck_assert_str_eq(t_text(result, "cases.0.was.outcome"),
                     "limit = 200.00"); /* more money first */
    ck_assert_str_eq(t_text(result, "cases.1.was.outcome"), "limit = 100.00");
}
END_TEST

START_TEST(what_was_taken_back_is_asked_under_the_rules_of_its_time)
{
    const char *limit = "'handler', limit = '100.00'", *more = "'handler', limit = '200.00'";
    granted("ben", "40.00", false);
    t_company_edit(rig.policy, "rules/company.lua", limit, more);
    rig_ok(&rig, "policy.activate", "{'tests': false}");
    granted("ben", "150.00", false);
    rig_ok(&rig, "policy.rollback", "{}");
    granted("ben", "90.00", false);
    t_company_edit(rig.policy, "rules/company.lua", more, limit);
    struct rd_value result = quick();
    ck_assert_int_eq(t_int(result, "differences"), 1);
    ck_assert_int_eq(t_int(result, "path"), 1); /* the one of the generation between */
    ck_assert_int_eq(t_count(result, "apart"), 0);
    ck_assert_str_eq(t_text(result, "cases.0.was.outcome"), "limit = 200.00");
}
END_TEST

START_TEST(cases_that_were_moved_are_asked_where_they_are)
{
    const char *id = rig_job(&rig, "m");
    rig_act(&rig, id, "work");
    rig_act(&rig, id, "wait");
    t_company_edit(rig.policy, "scripts/job.lua", "waiting = {", "resting = {");
    t_company_edit(rig.policy, "scripts/job.lua", "wait = 'waiting'", "wait = 'resting'");
    rig_ok(&rig, "policy.activate", "{'tests': false, 'moved': {'job': {'waiting': 'resting'}}}");
    rig_advance(&rig, "1 hour"); /* the move is a job */
    rig_act(&rig, id, "resume");
    struct rd_value result = quick();
    /* before, there was no such state: going there differs, and nothing else does */
    ck_assert_msg(t_int(result, "differences") == 1 && t_int(result, "path") == 1 &&
                      t_count(result, "apart") == 0,
                  "%s", t_show(result));
}
END_TEST

START_TEST(only_the_times_and_the_type_that_are_asked_for)
{
    struct rd_value result;
    rig_history(&rig);
    ck_assert_int_eq(backtest((struct rd_backtest_options){ .type = "person" }, &result), RD_OK);
    ck_assert_int_eq(t_int(result, "asked"), 2);
    ck_assert_int_eq(backtest((struct rd_backtest_options){ .until = "2026-03-02" }, &result),
                     RD_OK);
    int64_t imported = t_int(result, "asked");
    ck_assert_int_gt(imported, 1); /* they are of January */
    ck_assert_int_eq(backtest((struct rd_backtest_options){ .since = "2026-03-02" }, &result),
                     RD_OK);
    ck_assert_int_eq(t_int(result, "asked") + imported, t_int(quick(), "asked"));
}
END_TEST

static bool stop_at_once(void *context, uint64_t done, uint64_t all)
{
    ck_assert(done <= all);
    ++*(int *)context;
    return false;
}

START_TEST(what_cannot_be_asked_is_refused)
{
    struct rd_value result;
    int calls = 0;
    for (int i = 0; i < 300; i++)
        rig_job(&rig, "x");
    ck_assert_int_eq(backtest((struct rd_backtest_options){ .since = "yesterday" }, &result),
                     RD_INVALID_PARAMS);
    ck_assert_int_eq(backtest((struct rd_backtest_options){ .until = "2026-13-01" }, &result),
                     RD_INVALID_PARAMS);
    ck_assert_int_eq(backtest((struct rd_backtest_options){ .until = "2026-02-30" }, &result),
                     RD_INVALID_PARAMS);
    ck_assert_int_eq(backtest((struct rd_backtest_options){ .type = "nothing" }, &result),
                     RD_INVALID_PARAMS);
    struct rd_backtest_options backwards = { .since = "2026-03-05", .until = "2026-03-05" };
    ck_assert_int_eq(backtest(backwards, &result), RD_INVALID_PARAMS);
    backwards.until = "2026-03-01T08:00:00Z";
    ck_assert_int_eq(backtest(backwards, &result), RD_INVALID_PARAMS);
    backwards.full = true;
    ck_assert_int_eq(backtest(backwards, &result), RD_INVALID_PARAMS);
    ck_assert_int_eq(backtest((struct rd_backtest_options){ .journal_dir = rig.policy }, &result),
                     RD_NOT_FOUND);
    ck_assert_int_eq(
        backtest((struct rd_backtest_options){ .progress = stop_at_once, .context = &calls },
                 &result),
        RD_CANCELLED);
    ck_assert_int_eq(calls, 1);
    rig_edit(&rig, "go = 'late'", "go = 'lade'");
    ck_assert_int_eq(backtest((struct rd_backtest_options){ .cases_max = 1 }, &result),
                     RD_CHECK_FAILED);
}
END_TEST

START_TEST(the_cases_shown_are_the_weightiest)
{
    for (int i = 0; i < 9; i++)
        granted("ben", rd_arena_printf(&rig.arena, "%d.00", 51 + 5 * (i * 4 % 9)), false);
    t_company_edit(rig.policy, "rules/company.lua", "'handler', limit = '100.00'",
                   "'handler', limit = '50.00'");
    struct rd_value result;
    ck_assert_int_eq(backtest((struct rd_backtest_options){ .cases_max = 2 }, &result), RD_OK);
    ck_assert_int_eq(t_int(result, "cases_changed"), 9);
    ck_assert_int_eq(t_count(result, "cases"), 2);
    ck_assert_int_eq(t_int(result, "cases.0.weight") - t_int(result, "cases.1.weight"), 500);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("kernel_backtest");
    TCase *tcase = tcase_create("quick");
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_set_timeout(tcase, 120);
    tcase_add_test(tcase, the_same_rules_on_their_own_history_differ_in_nothing);
    tcase_add_test(tcase, where_a_rule_stands_is_no_difference);
    tcase_add_test(tcase, the_history_is_only_read);
    tcase_add_test(tcase, a_lower_limit_sends_up_what_was_granted);
    tcase_add_test(tcase, who_may_is_asked_again);
    tcase_add_test(tcase, what_was_refused_without_its_form_is_counted_apart);
    tcase_add_test(tcase, what_has_no_command_is_the_engines_own);
    tcase_add_test(tcase, deadlines_are_told_by_what_happened_then);
    tcase_add_test(tcase, a_deadline_that_only_told_may_be_saved);
    tcase_add_test(tcase, facts_that_nobody_recorded_are_said_and_counted_apart);
    tcase_add_test(tcase, counts_over_what_had_no_index_then_are_made_from_the_history);
    tcase_add_test(tcase, a_history_of_several_generations_is_asked_under_each);
    tcase_add_test(tcase, what_was_taken_back_is_asked_under_the_rules_of_its_time);
    tcase_add_test(tcase, cases_that_were_moved_are_asked_where_they_are);
    tcase_add_test(tcase, only_the_times_and_the_type_that_are_asked_for);
    tcase_add_test(tcase, what_cannot_be_asked_is_refused);
    tcase_add_test(tcase, the_cases_shown_are_the_weightiest);
    suite_add_tcase(suite, tcase);
    return unit_run(suite);
}
