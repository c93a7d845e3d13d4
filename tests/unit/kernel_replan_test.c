/* Planning deadlines anew: after an activation, across a crash, and when a linked record changes.
 */
#include "unit/kernel_rig.h"

#include <string.h>

#include "base/limits.h"

static struct kernel_rig rig;

static void setup(void)
{
    rig_open(&rig);
}

static void teardown(void)
{
    rig_close(&rig);
}

static const char *due(const char *id, const char *name)
{
    struct rd_value job = rig_ok(&rig, "case.get", "{'id': '%s'}", id);
    for (size_t i = 0; i < t_count(job, "deadlines"); i++) {
        struct rd_value row = t_at(job, rd_arena_printf(&rig.arena, "deadlines.%zu", i));
        if (strcmp(t_text(row, "name"), name) == 0)
            return t_text(row, "due");
    }
    return "none";
}

START_TEST(a_new_limit_counts_from_the_old_start)
{
    const char *id = rig_job(&rig, "x");
    ck_assert_str_eq(due(id, "within"), "2026-03-16T01:00:00Z");
    rig_advance(&rig, "1 hours");
    rig_stop(&rig);
    rig_edit(&rig, "'10 business days'", "'5 business days'");
    ck_assert_int_eq(rig_start(&rig, false), RD_OK);
    rig_ok(&rig, "server.info", "{}"); /* a batch, behind which the slice runs */
    ck_assert_str_eq(due(id, "within"), "2026-03-09T01:00:00Z");
    struct rd_value why = rig_ok(&rig, "case.explain", "{'id': '%s'}", id);
    ck_assert_str_eq(t_text(why, "command"), "replan");
    ck_assert_str_eq(t_text(why, "actor"), "system");
    ck_assert_str_eq(t_text(why, "deadlines.0.limit"), "5 business days");
    rig_expect_rebuild_equal(&rig);
}
END_TEST

START_TEST(what_a_pause_left_stays_left)
{
    const char *id = rig_job(&rig, "x");
    rig_act(&rig, id, "work");
    rig_advance(&rig, "2 hours");
    rig_act(&rig, id, "wait");
    rig_advance(&rig, "2 days");
    rig_stop(&rig);
    rig_edit(&rig, "'10 business days'", "'5 business days'");
    ck_assert_int_eq(rig_start(&rig, false), RD_OK);
    rig_ok(&rig, "server.info", "{}");
    struct rd_value job = rig_ok(&rig, "case.get", "{'id': '%s'}", id);
    struct rd_value within = t_at(job, "deadlines.0");
    if (strcmp(t_text(within, "name"), "within") != 0)
        within = t_at(job, "deadlines.1");
    /* five days of eight hours, less the two that were used before the pause */
    ck_assert_int_eq(t_int(within, "left_ms"), (5 * 8 - 2) * RIG_HOUR_MS);
    ck_assert_int_eq(t_int(within, "used_ms"), 2 * RIG_HOUR_MS);
}
END_TEST

START_TEST(a_crash_in_between_does_no_harm)
{
    const char *first = rig_job(&rig, "x");
    for (int i = 0; i < 300; i++)
        rig_job(&rig, "more");
    const char *last = rig_job(&rig, "y");
    rig_stop(&rig);
    rig_edit(&rig, "'10 business days'", "'5 business days'");
    ck_assert_int_eq(rig_start(&rig, false), RD_OK); /* activated; no batch, so no slice yet */
    rig_ok(&rig, "server.info", "{}");
    ck_assert_str_eq(due(first, "within"), "2026-03-09T01:00:00Z");
    ck_assert_str_eq(due(last, "within"), "2026-03-16T01:00:00Z"); /* its slice is still to come */
    rig_stop(&rig);
    ck_assert_int_eq(rig_start(&rig, false), RD_OK);
    for (int i = 0; i < 302 / RD_REPLAN_SLICE_MAX + 1; i++)
        rig_ok(&rig, "server.info", "{}");
    ck_assert_str_eq(due(last, "within"), "2026-03-09T01:00:00Z");
    ck_assert_int_eq(rd_kernel_wake_at(rig.kernel) > 0, 1); /* nothing left to do at once */
    rig_expect_rebuild_equal(&rig);
}
END_TEST

START_TEST(a_preview_tells_and_changes_nothing)
{
    unsigned char before[32], after[32];
    const char *id = rig_job(&rig, "x");
    for (int i = 0; i < 600; i++)
        rig_job(&rig, "more");
    rig_digest(&rig, before);
    struct rd_value same = rig_ok(&rig, "policy.preview", "{}");
    ck_assert_int_eq(t_int(same, "moved"), 0);
    rig_edit(&rig, "'10 business days'", "'5 business days'");
    struct rd_value first = rig_ok(&rig, "policy.preview", "{}");
    ck_assert_int_eq(t_int(first, "records"), RD_PREVIEW_SLICE_MAX);
    struct rd_value rest =
        rig_ok(&rig, "policy.preview", "{'cursor': '%s'}", t_text(first, "cursor"));
    ck_assert_int_eq(t_int(first, "moved") + t_int(rest, "moved"), 601);
    ck_assert_int_eq(t_int(rest, "earlier"), t_int(rest, "moved"));
    ck_assert_int_eq(t_int(rest, "later") + t_int(rest, "failed"), 0);
    ck_assert_int_eq(t_int(rest, "most_earlier_ms"), 7 * 24 * RIG_HOUR_MS);
    ck_assert_str_eq(t_text(first, "examples.0.was"), "2026-03-16T01:00:00Z");
    ck_assert_str_eq(t_text(first, "examples.0.due"), "2026-03-09T01:00:00Z");
    rig_digest(&rig, after);
    ck_assert_mem_eq(before, after, sizeof before);
    rig_no(&rig, "bad_cursor", "/cursor", "policy.preview", "{'cursor': 'x'}");
    rig_edit(&rig, "'5 business days'", "'5 busyness days'");
    rig_no(&rig, "policy_refused", NULL, "policy.preview", "{}");
    rig_edit(&rig, "'5 busyness days'", "'5 business days'");
    rig_ok(&rig, "policy.reload", "{}");
    rig_ok(&rig, "server.info", "{}");
    ck_assert_str_eq(due(id, "within"), "2026-03-09T01:00:00Z");
}
END_TEST

/* The policy with `from` changed to `to` comes into force, and `batches` slices run. */
static void turn_to(const char *from, const char *to, int batches)
{
    rig_stop(&rig);
    rig_edit(&rig, from, to);
    ck_assert_int_eq(rig_start(&rig, false), RD_OK);
    for (int i = 0; i < batches; i++)
        rig_ok(&rig, "server.info", "{}");
}

static const char *const THREE_DAYS = "{ '3 days', escalate = true } }",
                         *const AND_FOUR =
                             "{ '3 days', escalate = true }, { '4 days', escalate = true } }";

START_TEST(a_limit_that_a_state_gains_counts_from_when_it_was_entered)
{
    const char *id = rig_job(&rig, "x"), *other = rig_job(&rig, "not there");
    rig_advance(&rig, "1 hours");
    rig_act(&rig, id, "work");
    rig_advance(&rig, "6 hours"); /* the first of the state's limits rings, and the case stays */
    rig_advance(&rig, "1 days");
    ck_assert_str_eq(due(id, "working"), "none");
    turn_to(THREE_DAYS, AND_FOUR, 1);
    ck_assert_str_eq(due(id, "working.3"), "2026-03-06T02:00:00Z");
    ck_assert_str_eq(due(id, "working.2"), "2026-03-05T02:00:00Z");
    ck_assert_str_eq(due(id, "working"), "none"); /* it rang: not a second time */
    ck_assert_str_eq(due(other, "working.3"), "none");
    struct rd_value why = rig_ok(&rig, "case.explain", "{'id': '%s'}", id);
    ck_assert_str_eq(t_text(why, "command"), "replan");
    ck_assert_uint_eq(t_count(why, "decisions"), 1);
    ck_assert_str_eq(t_text(why, "decisions.0.rule"), "working.3");
    ck_assert_str_eq(t_text(why, "decisions.0.outcome"), "begun late");
    ck_assert_str_eq(t_text(why, "decisions.0.reason"),
                     "new in this policy, counted from 2026-03-02T02:00:00Z");
    ck_assert_uint_eq(t_count(why, "deadlines"), 1);
    rig_expect_rebuild_equal(&rig);
}
END_TEST

START_TEST(a_case_without_any_deadline_gains_one_too)
{
    const char *id = rig_job(&rig, "x");
    rig_act(&rig, id, "work");
    rig_ok(&rig, "case.act",
           "{'id': '%s', 'event': 'grant', 'form': {'amount': '5.00'}, 'as': 'ben'}", id);
    rig_advance(&rig, "20 days");
    struct rd_value job = rig_ok(&rig, "case.get", "{'id': '%s'}", id);
    ck_assert_str_eq(t_text(job, "state"), "granted");
    ck_assert_uint_eq(t_count(job, "deadlines"), 0);
    turn_to("reopen = 'working' } }", "reopen = 'working' }, after = { '10 days', go = 'late' } }",
            1);
    /* it would have been due long ago, so it rings as soon as anything does */
    ck_assert_str_eq(due(id, "granted"), "2026-03-12T01:00:00Z");
    ck_assert_str_eq(due(id, "within"), "none"); /* it rang */
    rig_expect_rebuild_equal(&rig);
    rig_advance(&rig, "1 minutes");
    job = rig_ok(&rig, "case.get", "{'id': '%s'}", id);
    ck_assert_str_eq(t_text(job, "state"), "late");
}
END_TEST

static const char *const WHOLE = "    within = { '10 business days', escalate = true, tell = { "
                                 "'owner', text = '{number} whole' } },\n";

START_TEST(a_limit_that_is_taken_away_is_disarmed_and_comes_back_with_its_pauses)
{
    const char *id = rig_job(&rig, "x"), *closed = rig_job(&rig, "y");
    rig_act(&rig, closed, "work");
    rig_act(&rig, closed, "done");
    rig_act(&rig, id, "work");
    rig_advance(&rig, "2 hours");
    rig_act(&rig, id, "wait");
    rig_advance(&rig, "2 days");
    rig_act(&rig, id, "resume");
    struct rd_value was = rig_ok(&rig, "case.get", "{'id': '%s'}", id);
    const char *before = due(id, "within");
    ck_assert_str_ne(before, "none");
    turn_to(WHOLE, "", 1);
    ck_assert_str_eq(due(id, "within"), "none");
    struct rd_value why = rig_ok(&rig, "case.explain", "{'id': '%s'}", id);
    ck_assert_str_eq(t_text(why, "stopped.0"), "within");
    ck_assert_str_eq(t_text(why, "decisions.0.outcome"), "taken away");
    rig_expect_rebuild_equal(&rig);
    turn_to("    facts = {", rd_arena_printf(&rig.arena, "%s    facts = {", WHOLE), 1);
    ck_assert_str_eq(due(id, "within"), before);
    ck_assert_str_eq(due(closed, "within"), "none");
    struct rd_value is = rig_ok(&rig, "case.get", "{'id': '%s'}", id);
    for (size_t i = 0; i < t_count(is, "deadlines"); i++)
        for (size_t k = 0; k < t_count(was, "deadlines"); k++) {
            struct rd_value now = t_at(is, rd_arena_printf(&rig.arena, "deadlines.%zu", i)),
                            then = t_at(was, rd_arena_printf(&rig.arena, "deadlines.%zu", k));
            if (strcmp(t_text(now, "name"), "within") != 0 ||
                strcmp(t_text(then, "name"), "within") != 0)
                continue;
            ck_assert_str_eq(rig_show(&rig, t_at(now, "pauses")),
                             rig_show(&rig, t_at(then, "pauses")));
            ck_assert_int_eq(t_int(now, "used_ms"), t_int(then, "used_ms"));
        }
    rig_expect_rebuild_equal(&rig);
}
END_TEST

START_TEST(a_paused_case_gains_a_stopped_limit)
{
    turn_to(WHOLE, "", 1);
    const char *id = rig_job(&rig, "x");
    rig_act(&rig, id, "work");
    rig_advance(&rig, "2 hours");
    rig_act(&rig, id, "wait");
    rig_advance(&rig, "1 days");
    turn_to("    facts = {", rd_arena_printf(&rig.arena, "%s    facts = {", WHOLE), 1);
    struct rd_value job = rig_ok(&rig, "case.get", "{'id': '%s'}", id);
    struct rd_value within = t_at(job, "deadlines.0");
    if (strcmp(t_text(within, "name"), "within") != 0)
        within = t_at(job, "deadlines.1");
    ck_assert_str_eq(t_text(within, "name"), "within");
    ck_assert(!t_bool(within, "running"));
    ck_assert_int_eq(t_int(within, "used_ms"), 2 * RIG_HOUR_MS);
    ck_assert_int_eq(t_int(within, "left_ms"), (10 * 8 - 2) * RIG_HOUR_MS);
    ck_assert_str_eq(t_text(within, "pauses.0.by"), "waiting, by ben");
}
END_TEST

START_TEST(a_preview_counts_what_begins_and_ends)
{
    const char *id = rig_job(&rig, "x");
    rig_act(&rig, id, "work");
    rig_job(&rig, "new");
    rig_advance(&rig, "5 days");
    rig_edit(&rig, THREE_DAYS, AND_FOUR);
    rig_edit(&rig, WHOLE, "");
    struct rd_value told = rig_ok(&rig, "policy.preview", "{}");
    ck_assert_int_eq(t_int(told, "records"), 2);
    ck_assert_int_eq(t_int(told, "begun"), 1);
    ck_assert_int_eq(t_int(told, "overdue"), 1);
    ck_assert_int_eq(t_int(told, "ended"), 2);
    ck_assert_int_eq(t_int(told, "moved"), 0);
    ck_assert_str_eq(t_text(told, "examples.0.name"), "working.3");
    ck_assert_str_eq(t_text(told, "examples.0.due"), "2026-03-06T01:00:00Z");
    ck_assert_str_eq(due(id, "working.3"), "none");
    ck_assert_str_ne(due(id, "within"), "none");
}
END_TEST

START_TEST(long_histories_are_read_in_slices_and_not_for_ever)
{
    const char *longest = rig_job(&rig, "x"), *middle = rig_job(&rig, "y"),
               *last = rig_job(&rig, "z");
    rig_act(&rig, middle, "work");
    rig_act(&rig, last, "work");
    rig_act(&rig, longest, "work");
    for (int i = 0; i < RD_REARM_VERSIONS_MAX; i++)
        rig_act(&rig, longest, "forget");
    for (int i = 0; i < RD_REARM_VERSIONS_MAX - 2; i++)
        rig_act(&rig, middle, "forget");
    rig_advance(&rig, "1 hours");
    rig_job(&rig, "an entry, by which the clock is known after the restart");
    turn_to(THREE_DAYS, AND_FOUR, 0);
    /* each question is a batch, and behind it comes a slice */
    ck_assert_str_eq(due(longest, "working.3"), "none");
    ck_assert_str_eq(due(middle, "working.3"), "none");
    ck_assert_str_eq(due(last, "working.3"), "none");
    ck_assert_str_eq(due(longest, "working.3"), "2026-03-06T02:00:00Z"); /* from now */
    ck_assert_str_eq(due(middle, "working.3"), "2026-03-06T01:00:00Z");
    ck_assert_str_eq(due(last, "working.3"), "2026-03-06T01:00:00Z");
    struct rd_value why = rig_ok(&rig, "case.explain", "{'id': '%s'}", longest);
    ck_assert_str_eq(t_text(why, "decisions.0.reason"),
                     "new in this policy; a history too long to read, counted from "
                     "2026-03-02T02:00:00Z");
}
END_TEST

START_TEST(an_activation_before_the_end_goes_on_with_what_was_gained)
{
    const char *last = NULL;
    for (int i = 0; i < 2 * RD_REPLAN_SLICE_MAX; i++) {
        last = rig_job(&rig, "x");
        rig_act(&rig, last, "work");
    }
    turn_to(THREE_DAYS, AND_FOUR, 0);
    turn_to("'10 business days'", "'5 business days'", 3);
    ck_assert_str_eq(due(last, "working.3"), "2026-03-06T01:00:00Z");
    ck_assert_str_eq(due(last, "within"), "2026-03-09T01:00:00Z");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("kernel_replan");
    TCase *tcase = tcase_create("replan");
    tcase_set_timeout(tcase, 60);
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, a_new_limit_counts_from_the_old_start);
    tcase_add_test(tcase, what_a_pause_left_stays_left);
    tcase_add_test(tcase, a_crash_in_between_does_no_harm);
    tcase_add_test(tcase, a_preview_tells_and_changes_nothing);
    tcase_add_test(tcase, a_limit_that_a_state_gains_counts_from_when_it_was_entered);
    tcase_add_test(tcase, a_case_without_any_deadline_gains_one_too);
    tcase_add_test(tcase, a_limit_that_is_taken_away_is_disarmed_and_comes_back_with_its_pauses);
    tcase_add_test(tcase, a_paused_case_gains_a_stopped_limit);
    tcase_add_test(tcase, a_preview_counts_what_begins_and_ends);
    tcase_add_test(tcase, long_histories_are_read_in_slices_and_not_for_ever);
    tcase_add_test(tcase, an_activation_before_the_end_goes_on_with_what_was_gained);
    suite_add_tcase(suite, tcase);
    return unit_run(suite);
}
