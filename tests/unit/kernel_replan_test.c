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
    suite_add_tcase(suite, tcase);
    return unit_run(suite);
}
