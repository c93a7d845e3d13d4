/* Deadlines: they ring at their time, in order, once; pauses; what must not block the others. */
#include <string.h>

#include "base/limits.h"
#include "base/text.h"
#include "unit/kernel_rig.h"

static struct kernel_rig rig;

static void setup(void)
{
    rig_open(&rig);
}

static void teardown(void)
{
    rig_close(&rig);
}

static struct rd_value ring_get(const char *id)
{
    return rig_ok(&rig, "case.get", "{'id': '%s'}", id);
}

static const char *ring_due(struct rd_value job, const char *name)
{
    return t_text(t_find(t_at(job, "deadlines"), "name", name), "due");
}

START_TEST(rings_at_its_time_as_the_system)
{
    const char *id = rig_job(&rig, "x");
    rig_ok(&rig, "clock.advance", "{'to': '2026-03-02T05:59:59Z'}");
    ck_assert_str_eq(t_text(ring_get(id), "state"), "new");
    struct rd_value moved = rig_ok(&rig, "clock.advance", "{'by': '1 seconds'}");
    ck_assert_int_eq(t_int(moved, "rung"), 1);
    ck_assert_str_eq(t_text(moved, "now"), "2026-03-02T06:00:00Z");
    struct rd_value job = ring_get(id), why = rig_ok(&rig, "case.explain", "{'id': '%s'}", id);
    ck_assert_str_eq(t_text(job, "state"), "late");
    ck_assert_int_eq(t_int(job, "escalation"), 1);
    ck_assert_str_eq(t_text(job, "updated_at"), "2026-03-02T06:00:00Z");
    ck_assert_str_eq(t_text(why, "actor"), "system");
    ck_assert_str_eq(t_text(why, "command"), "ring");
    ck_assert_str_eq(t_text(why, "decisions.0.rule"), "new");
    rig_expect_rebuild_equal(&rig);
}
END_TEST

START_TEST(a_pause_keeps_what_was_left)
{
    const char *id = rig_job(&rig, "x");
    rig_act(&rig, id, "work"); /* Monday 9:00; due with 5 hours: 15:00 */
    ck_assert_str_eq(ring_due(ring_get(id), "working"), "2026-03-02T07:00:00Z");
    rig_act(&rig, id, "remind");
    ck_assert_str_eq(ring_due(ring_get(id), "reminder"), "2026-03-02T03:00:00Z");
    rig_advance(&rig, "1 hours");
    struct rd_value job = rig_act(&rig, id, "wait"); /* 10:00 */
    struct rd_value within = t_find(t_at(job, "deadlines"), "name", "within");
    ck_assert(!t_bool(within, "running"));
    ck_assert(!t_has(within, "due"));
    ck_assert_int_eq(t_int(within, "left_ms"), (10 * 8 - 1) * RIG_HOUR_MS);
    ck_assert_str_eq(t_text(within, "pauses.0.by"), "waiting, by ben");
    struct rd_value reminder = t_find(t_at(job, "deadlines"), "name", "reminder");
    ck_assert_int_eq(t_int(reminder, "left_ms"), RIG_HOUR_MS);
    rig_advance(&rig, "1 days");
    ck_assert_int_eq(t_int(ring_get(id), "data.n"), 0); /* it did not ring meanwhile */
    job = rig_act(&rig, id, "resume");                  /* Tuesday 10:00 */
    ck_assert_str_eq(ring_due(job, "reminder"), "2026-03-03T03:00:00Z");
    ck_assert_str_eq(ring_due(job, "within"), "2026-03-17T01:00:00Z");
    rig_advance(&rig, "1 hours");
    ck_assert_int_eq(t_int(ring_get(id), "data.n"), 1);
    rig_expect_rebuild_equal(&rig);
}
END_TEST

START_TEST(deadlines_of_actions_start_again_and_stop)
{
    const char *id = rig_job(&rig, "x");
    rig_act(&rig, id, "work");
    rig_act(&rig, id, "remind");
    rig_advance(&rig, "3 hours"); /* 2 business hours, then 1 each time: 11:00, 12:00 */
    ck_assert_int_eq(t_int(ring_get(id), "data.n"), 2);
    rig_act(&rig, id, "forget");
    rig_advance(&rig, "1 days");
    ck_assert_int_eq(t_int(ring_get(id), "data.n"), 2);
    rig_act(&rig, id, "done");
    struct rd_value moved = rig_ok(&rig, "clock.advance", "{'by': '1 years'}");
    ck_assert_int_eq(t_int(moved, "rung"), 0); /* a final state stops them all */
}
END_TEST

START_TEST(overdue_ones_ring_in_order_and_time_never_goes_back)
{
    rig.as = "ben";
    struct rd_value job =
        rig_ok(&rig, "case.open",
               "{'type': 'job', 'data': {'subject': 'x'}, 'at': '2026-02-23T09:00:00+08:00'}");
    const char *id = t_text(job, "id");
    rig.as = NULL;
    rig_ok(&rig, "clock.advance", "{'to': '2026-03-02T01:00:00Z'}"); /* no time passes */
    job = ring_get(id);
    ck_assert_str_eq(t_text(job, "state"), "late");
    ck_assert_str_eq(t_text(job, "updated_at"), "2026-03-02T01:00:00Z");
    struct rd_value history = rig_ok(&rig, "case.history", "{'id': '%s'}", id);
    const char *before = "";
    for (size_t i = 0; i < t_count(history, "entries"); i++) {
        const char *at = t_text(t_at(history, rd_arena_printf(&rig.arena, "entries.%zu", i)), "at");
        ck_assert_int_le(strcmp(before, at), 0);
        before = at;
    }
}
END_TEST

START_TEST(more_than_a_slice_rings_in_one_advance)
{
    for (int i = 0; i < RD_RING_SLICE_MAX + 10; i++)
        rig_job(&rig, "x");
    struct rd_value moved = rig_ok(&rig, "clock.advance", "{'by': '6 hours'}");
    ck_assert_int_eq(t_int(moved, "rung"), RD_RING_SLICE_MAX + 10);
    ck_assert_int_eq(t_int(rig_ok(&rig, "server.info", "{}"), "deadlines_rung"),
                     RD_RING_SLICE_MAX + 10);
    rig_expect_rebuild_equal(&rig);
}
END_TEST

START_TEST(a_failing_rule_rings_once_and_blocks_nobody)
{
    rig_edit(&rig, "after = { { '5 hours', escalate = true }",
             "after = { { '5 hours', run = 'broken' }");
    rig_ok(&rig, "policy.reload", "{}");
    const char *bad = rig_job(&rig, "x"), *good = rig_job(&rig, "y");
    rig_act(&rig, bad, "work");
    rig_advance(&rig, "1 days");
    struct rd_value job = ring_get(bad);
    ck_assert_str_eq(t_text(job, "state"), "working");
    ck_assert_uint_eq(t_count(job, "deadlines"), 2); /* the failing one is gone */
    struct rd_value why = rig_ok(&rig, "case.explain", "{'id': '%s'}", bad);
    ck_assert_str_eq(t_text(why, "decisions.0.outcome"), "rang, but its rule failed");
    ck_assert_str_eq(t_text(ring_get(good), "state"), "late");
    ck_assert_int_eq(t_int(rig_ok(&rig, "server.info", "{}"), "policy_faults"), 1);
    rig_expect_rebuild_equal(&rig);
}
END_TEST

START_TEST(a_clock_that_runs_in_circles_is_stopped)
{
    rig_edit(&rig, "f.n < 5 and deadline 'reminder' { '1 business hours', event = 'rang' } or nil",
             "deadline 'reminder' { '0 business hours', event = 'rang' }");
    rig_ok(&rig, "policy.reload", "{}");
    const char *id = rig_job(&rig, "x");
    rig_act(&rig, id, "work");
    rig_act(&rig, id, "remind");
    rig_no(&rig, "limit_exceeded", NULL, "clock.advance", "{'by': '3 hours'}");
    ck_assert_int_ge(t_int(ring_get(id), "data.n"), RD_ADVANCE_RINGS_MAX - 10);
}
END_TEST

START_TEST(the_clock_is_moved_by_words_that_make_sense)
{
    rig_no(&rig, "invalid_params", "", "clock.advance", "{}");
    rig_no(&rig, "invalid_params", "", "clock.advance",
           "{'by': '1 hours', 'to': '2026-03-02T06:00:00Z'}");
    rig_no(&rig, "invalid_params", "/by", "clock.advance", "{'by': 'a while'}");
    rig_no(&rig, "invalid_params", "/by", "clock.advance", "{'by': '-1 hours'}");
    rig_no(&rig, "invalid_params", "/to", "clock.advance", "{'to': 'noon'}");
    rig_no(&rig, "out_of_order", NULL, "clock.advance", "{'to': '2026-03-02T00:59:59Z'}");
    /* to the end of the calendar, and beyond */
    const char *id = rig_job(&rig, "x");
    rig_act(&rig, id, "work");
    rig_act(&rig, id, "wait");
    rig_ok(&rig, "clock.advance", "{'to': '9999-12-31T23:59:59Z'}");
    for (int i = 0; i < 5; i++)
        rig_ok(&rig, "clock.advance", "{'by': '200 years'}");
    rig_job(&rig, "far");
    ck_assert_str_eq(t_text(ring_get(id), "state"), "closed");
    rig_expect_rebuild_equal(&rig);
}
END_TEST

START_TEST(a_clock_of_the_machine_is_not_moved)
{
    rig_stop(&rig);
    rig.clock_real = true;
    ck_assert_int_eq(rig_start(&rig, false), RD_OK);
    rig_no(&rig, "clock_not_manual", NULL, "clock.advance", "{'by': '1 hours'}");
    rig_no(&rig, "invalid_params", "/until", "clock.advance", "{'until': '1 hours'}");
    /* what is overdue rings with the next run, whatever it is about */
    rig.as = "ben";
    struct rd_value job =
        rig_ok(&rig, "case.open",
               "{'type': 'job', 'data': {'subject': 'x'}, 'at': '2026-02-23T09:00:00+08:00'}");
    job = ring_get(t_text(job, "id"));
    ck_assert_str_eq(t_text(job, "state"), "late");
    ck_assert_int_ge(rd_kernel_wake_at(rig.kernel), rd_kernel_now_ms(rig.kernel) - 1000);
}
END_TEST

/* What is asked before and behind each batch is remembered, but never beyond a write. */
static int64_t ring_earliest(struct rd_value job)
{
    struct rd_value rows = t_at(job, "deadlines");
    int64_t earliest = INT64_MAX;
    for (uint32_t i = 0; i < rows.count; i++) {
        int64_t due_ms;
        if (!t_bool(rows.items[i], "running"))
            continue;
        ck_assert(rd_time_read(t_text(rows.items[i], "due"), &due_ms));
        earliest = due_ms < earliest ? due_ms : earliest;
    }
    return earliest;
}

/* Started, and done with what opening has begun. */
static void ring_start(void)
{
    ck_assert_int_eq(rig_start(&rig, false), RD_OK);
    for (int i = 0; i < 10 && rd_kernel_wake_at(rig.kernel) == 0; i++) /* what opening has begun */
        (void)rig_ok(&rig, "server.info", "{}");
}

/* Nothing is due before the time that is told, and what is armed brings it nearer. */
START_TEST(the_next_one_is_known_after_every_write)
{
    static const char *const events[] = { "work", "remind", "forget", "wait", "resume", "done" };
    rig_stop(&rig);
    rig.clock_real = true;
    ring_start();
    ck_assert_int_eq(rd_kernel_wake_at(rig.kernel), INT64_MAX);
    const char *id = rig_job(&rig, "x");
    struct rd_value job = ring_get(id);
    ck_assert_int_lt(ring_earliest(job), INT64_MAX);
    ck_assert_int_eq(rd_kernel_wake_at(rig.kernel), ring_earliest(job));
    for (size_t i = 0; i < sizeof events / sizeof *events; i++) {
        job = rig_act(&rig, id, events[i]);
        ck_assert_int_le(rd_kernel_wake_at(rig.kernel), ring_earliest(job));
        ck_assert_int_gt(rd_kernel_wake_at(rig.kernel), rd_kernel_now_ms(rig.kernel));
    }
    rig_stop(&rig); /* whoever does not know looks */
    ring_start();
    ck_assert_int_eq(rd_kernel_wake_at(rig.kernel), INT64_MAX);
}
END_TEST

#define RING_LONG_BATCH 512

/* Many commands at one stroke take longer than anybody may have to wait. */
START_TEST(a_long_batch_does_not_make_them_late)
{
    static struct rd_request requests[RING_LONG_BATCH], *batch[RING_LONG_BATCH];
    rig_stop(&rig);
    rig.clock_real = true;
    ck_assert_int_eq(rig_start(&rig, false), RD_OK);
    uint64_t before = rd_kernel_durable_seq(rig.kernel);
    struct rd_value past = rig_json(&rig, "{'type': 'job', 'as': 'ben', 'data': {'subject': 'x'}, "
                                          "'at': '2026-02-23T09:00:00+08:00'}"),
                    now = rig_json(&rig, "{'type': 'job', 'as': 'ben', 'data': {'subject': 'y'}}");
    for (size_t i = 0; i < RING_LONG_BATCH; i++) {
        requests[i] = (struct rd_request){ .arena = &rig.arena,
                                           .method = "case.open",
                                           .params = i ? &now : &past,
                                           .peer = { .door = RD_DOOR_INSIDE } };
        batch[i] = &requests[i];
    }
    rd_kernel_run(rig.kernel, batch, RING_LONG_BATCH);
    for (size_t i = 0; i < RING_LONG_BATCH; i++)
        ck_assert_int_eq(requests[i].status, RD_OK);
    int64_t from = (int64_t)before, rang = 0, end = (int64_t)rd_kernel_durable_seq(rig.kernel);
    while (from < end && rang == 0) {
        struct rd_value page = rig_ok(&rig, "feed.read", "{'since': %lld}", (long long)from),
                        events = t_at(page, "events");
        for (uint32_t i = 0; i < events.count && rang == 0; i++)
            if (strcmp(t_text(events.items[i], "command"), "ring") == 0)
                rang = t_int(events.items[i], "seq");
        from = t_int(page, "next");
    }
    ck_assert_int_gt(rang, (int64_t)before + 1);
    ck_assert_int_lt(rang, (int64_t)before + RING_LONG_BATCH);
    rig_expect_rebuild_equal(&rig);
}
END_TEST

START_TEST(how_long_until_a_time)
{
    int64_t now_ms = rd_kernel_now_ms(rig.kernel);
    ck_assert_int_eq(rd_kernel_until_ns(rig.kernel, now_ms, 9000000), 0);
    ck_assert_int_eq(rd_kernel_until_ns(rig.kernel, 0, 9000000), 0);
    ck_assert_int_eq(rd_kernel_until_ns(rig.kernel, now_ms + 5, 9000000), 5000000);
    ck_assert_int_eq(rd_kernel_until_ns(rig.kernel, now_ms + 10, 9000000), 9000000);
    ck_assert_int_eq(rd_kernel_until_ns(rig.kernel, INT64_MAX, 9000000), 9000000);
    rig_stop(&rig);
    rig.clock_real = true;
    ck_assert_int_eq(rig_start(&rig, false), RD_OK);
    /* less than the whole milliseconds, unless the clock is just at one's beginning, ten times */
    int64_t least = INT64_MAX;
    for (int i = 0; i < 10; i++) {
        int64_t ns =
            rd_kernel_until_ns(rig.kernel, rd_kernel_now_ms(rig.kernel) + 1000, 2000000000);
        ck_assert_int_le(ns, 1000000000);
        least = ns < least ? ns : least;
    }
    ck_assert_int_lt(least, 1000000000);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("kernel_ring");
    TCase *tcase = tcase_create("ring");
    tcase_set_timeout(tcase, T_TIMEOUT_S);
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, rings_at_its_time_as_the_system);
    tcase_add_test(tcase, a_pause_keeps_what_was_left);
    tcase_add_test(tcase, deadlines_of_actions_start_again_and_stop);
    tcase_add_test(tcase, overdue_ones_ring_in_order_and_time_never_goes_back);
    tcase_add_test(tcase, more_than_a_slice_rings_in_one_advance);
    tcase_add_test(tcase, a_failing_rule_rings_once_and_blocks_nobody);
    tcase_add_test(tcase, a_clock_that_runs_in_circles_is_stopped);
    tcase_add_test(tcase, the_clock_is_moved_by_words_that_make_sense);
    tcase_add_test(tcase, a_clock_of_the_machine_is_not_moved);
    tcase_add_test(tcase, a_long_batch_does_not_make_them_late);
    tcase_add_test(tcase, how_long_until_a_time);
    tcase_add_test(tcase, the_next_one_is_known_after_every_write);
    suite_add_tcase(suite, tcase);
    return unit_run(suite);
}
