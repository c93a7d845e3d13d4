/* Schedules in a kernel: at their time, in their turn, once each, whatever stops in between; and
 * people who are told in contact hours. */
#include "base/clock.h"
#include "base/limits.h"
#include "common/company.h"
#include "domain/model.h"
#include "policy/policy.h"
#include "unit/kernel_rig.h"

#define DAY_MS 86400000ll

static struct kernel_rig rig;

static void setup(void)
{
    rig_make(&rig);
}

static void teardown(void)
{
    rig_close(&rig);
}

static void schedules(const char *text)
{
    t_company_write(rig.policy, "rules/schedules.lua", text);
}

static void start(void)
{
    ck_assert_msg(rig_start(&rig, false) == RD_OK, "%s", rig.error.text);
}

/* A kernel on the rig's directory whose clock is the system's, or a manual one that begins so many
 * days ago. */
static void start_ago(int days)
{
    struct rd_kernel_options options = {
        .data_dir = rig.data,
        .policy_dir = rig.policy,
        .segment_bytes = 1024 * 1024,
        .clock_manual = days > 0,
        .clock_start_ms = rd_clock_wall_ms() - days * DAY_MS,
    };
    rd_findings_init(&rig.findings, &rig.arena);
    enum rd_status status =
        rd_kernel_open(&options, &rig.findings, &rig.kernel, &rig.start, &rig.error);
    ck_assert_msg(status == RD_OK, "%s", rig.error.text);
}

/* A daily schedule whose time of the day is twelve hours from now, so that midnight and the minute
 * do not matter while the test runs. */
static void daily(const char *missed)
{
    int minute = (int)((rd_clock_wall_ms() / 60000 + 8 * 60 + 12 * 60) % 1440);
    schedules(rd_arena_printf(&rig.arena,
                              "return schedule 'tick' { rule = 'FREQ=DAILY', at = '%02d:%02d',\n"
                              "  start = 'task', data = { title = 'tick' }, missed = '%s' }",
                              minute / 60, minute % 60, missed));
}

static size_t tasks(void)
{
    return t_count(rig_ok(&rig, "case.list", "{'type': 'task', 'limit': 1000}"), "cases");
}

static struct rd_value schedule(void)
{
    return t_at(rig_ok(&rig, "schedule.list", "{}"), "schedules.0");
}

START_TEST(comes_in_its_turn_among_the_deadlines)
{
    schedules(
        "return schedule 'tick' { title = { en = 'Tick', zh = '报时' }, rule = 'FREQ=DAILY',\n"
        "  at = '13:30', start = 'task', data = { title = 'tick' }, owner = 'desk' }");
    start();
    rig_job(&rig, "x"); /* rings at 14:00 */
    struct rd_value moved = rig_ok(&rig, "clock.advance", "{'to': '2026-03-02T05:29:59Z'}");
    ck_assert_int_eq(t_int(moved, "started"), 0);
    moved = rig_ok(&rig, "clock.advance", "{'to': '2026-03-02T10:00:00Z'}");
    ck_assert_int_eq(t_int(moved, "started"), 1);
    ck_assert_int_eq(t_int(moved, "rung"), 1);
    struct rd_value feed = rig_ok(&rig, "feed.read", "{'since': 2}");
    ck_assert_str_eq(t_text(feed, "events.0.command"), "schedule.tick");
    ck_assert_str_eq(t_text(feed, "events.0.at"), "2026-03-02T05:30:00Z");
    ck_assert_str_eq(t_text(feed, "events.0.actor"), "system");
    ck_assert_str_eq(t_text(feed, "events.0.decisions.0.reason"), "of 2026-03-02T05:30:00Z");
    ck_assert_str_eq(t_text(feed, "events.1.command"), "ring");
    ck_assert_str_eq(t_text(feed, "events.1.at"), "2026-03-02T06:00:00Z");
    struct rd_value shown = schedule();
    ck_assert_str_eq(t_text(shown, "name"), "tick");
    ck_assert_str_eq(t_text(shown, "title.zh"), "报时");
    ck_assert_str_eq(t_text(shown, "at"), "13:30");
    ck_assert_str_eq(t_text(shown, "start"), "task");
    ck_assert_str_eq(t_text(shown, "owner"), "desk");
    ck_assert_str_eq(t_text(shown, "last"), "2026-03-02T05:30:00Z");
    ck_assert_str_eq(t_text(shown, "next"), "2026-03-03T05:30:00Z");
    struct rd_value task = rig_ok(&rig, "case.list", "{'type': 'task'}");
    ck_assert_str_eq(t_text(task, "cases.0.data.title"), "tick");
    ck_assert_str_eq(t_text(task, "cases.0.data.level"), "low"); /* defaults are filled in */
    ck_assert_str_eq(t_text(task, "cases.0.state"), "open");
    rig_advance(&rig, "3 days");
    ck_assert_uint_eq(tasks(), 4); /* a manual clock misses none */
    rig_expect_rebuild_equal(&rig);
    ck_assert_str_eq(t_text(schedule(), "last"), "2026-03-05T05:30:00Z");
    rig_advance(&rig, "1 hour");
    ck_assert_uint_eq(tasks(), 4);
}
END_TEST

START_TEST(begins_with_its_activation)
{
    schedules("return schedule 'tick' { rule = 'FREQ=DAILY', at = '08:00', from = '2020-01-01',\n"
              "  start = 'task' }");
    start(); /* at 9:00 */
    ck_assert(t_at(schedule(), "last").kind == RD_NULL);
    ck_assert_str_eq(t_text(schedule(), "next"), "2026-03-03T00:00:00Z");
    rig_advance(&rig, "1 day");
    ck_assert_uint_eq(tasks(), 1);
    /* other times: it begins anew, now */
    schedules("return schedule 'tick' { rule = 'FREQ=DAILY', at = '08:30', start = 'task' }");
    rig_ok(&rig, "policy.reload", "{}");
    ck_assert_str_eq(t_text(schedule(), "last"), "2026-03-03T00:00:00Z");
    ck_assert_str_eq(t_text(schedule(), "next"), "2026-03-04T00:30:00Z");
    /* gone for two days and back: those days are not made up for */
    schedules("return choices 'unused' { 'a' }");
    rig_ok(&rig, "policy.reload", "{}");
    ck_assert_uint_eq(t_count(rig_ok(&rig, "schedule.list", "{}"), "schedules"), 0);
    rig_advance(&rig, "2 days");
    schedules("return schedule 'tick' { rule = 'FREQ=DAILY', at = '08:30', start = 'task' }");
    rig_ok(&rig, "policy.reload", "{}");
    ck_assert_str_eq(t_text(schedule(), "next"), "2026-03-06T00:30:00Z");
    /* another title is no other time */
    schedules("return schedule 'tick' { title = 'T', rule = 'FREQ=DAILY', at = '08:30', start = "
              "'task' }");
    rig_advance(&rig, "1 day");
    rig_ok(&rig, "policy.reload", "{}");
    ck_assert_str_eq(t_text(schedule(), "last"), "2026-03-06T00:30:00Z");
    ck_assert_uint_eq(tasks(), 2);
    rig_expect_rebuild_equal(&rig);
}
END_TEST

static const struct {
    const char *missed;
    size_t tasks;
    const char *outcome, *reason;
} STOPS[] = {
    { "once", 1, "started", "it stands for 9 missed before it" },
    { "each", 10, "started", "of 20" },
    { "skip", 0, "passed over", "10 missed, up to " },
};

START_TEST(after_a_stop_the_rule_says_what_is_made_up_for)
{
    daily(STOPS[_i].missed);
    start_ago(10);
    rig_stop(&rig);
    start_ago(0);
    ck_assert_int_le(rd_kernel_wake_at(rig.kernel), rd_clock_wall_ms());
    for (int i = 0; i < 20 && rd_kernel_wake_at(rig.kernel) <= rd_clock_wall_ms(); i++)
        (void)rig_ok(&rig, "server.info", "{}"); /* a batch, and what is due: a slice of it */
    ck_assert_uint_eq(tasks(), STOPS[_i].tasks);
    ck_assert_int_gt(rd_kernel_wake_at(rig.kernel), rd_clock_wall_ms());
    (void)rig_ok(&rig, "server.info", "{}");
    ck_assert_uint_eq(tasks(), STOPS[_i].tasks);
    struct rd_value feed = rig_ok(&rig, "feed.read", "{'since': 1}");
    ck_assert_str_eq(t_text(feed, "events.0.decisions.0.outcome"), STOPS[_i].outcome);
    const char *reason = t_text(feed, "events.0.decisions.0.reason");
    ck_assert_msg(strstr(reason, STOPS[_i].reason), "%s", reason);
    unsigned char live[32], rebuilt[32];
    rig_digest(&rig, live);
    rig_stop(&rig);
    rig.clock_real = true;
    ck_assert_int_eq(rig_start(&rig, true), RD_OK);
    rig_digest(&rig, rebuilt);
    ck_assert_mem_eq(live, rebuilt, sizeof live);
    (void)rig_ok(&rig, "server.info", "{}");
    ck_assert_uint_eq(tasks(), STOPS[_i].tasks);
}
END_TEST

/* More than one batch may fire are missed; the machine dies between two batches. */
START_TEST(a_crash_between_two_slices_repeats_none_and_loses_none)
{
    const int missed = RD_RING_SLICE_MAX + 40;
    char command[4 * UNIT_DIR_MAX];
    snprintf(command, sizeof command, "cp -r '%s' '%s/copy'", rig.data, rig.dir);
    daily("each");
    start_ago(missed);
    rig_stop(&rig);
    start_ago(0);
    (void)rig_ok(&rig, "server.info", "{}");
    ck_assert_int_eq(system(command), 0); /* as it lies on the disk after the first slice */
    rig_stop(&rig);
    snprintf(rig.data, sizeof rig.data, "%s/copy", rig.dir);
    start_ago(0);
    size_t fired = tasks(); /* a slice, or less where the machine is slow */
    ck_assert(fired > 0 && fired <= RD_RING_SLICE_MAX);
    for (int i = 0; i < missed && tasks() < (size_t)missed; i++)
        (void)rig_ok(&rig, "server.info", "{}");
    (void)rig_ok(&rig, "server.info", "{}");
    ck_assert_uint_eq(tasks(), (size_t)missed);
    (void)rig_ok(&rig, "server.info", "{}");
    ck_assert_uint_eq(tasks(), (size_t)missed);
}
END_TEST

START_TEST(rules_that_fail_do_not_fail_for_ever)
{
    schedules("return { schedule 'same' { rule = 'FREQ=DAILY', at = '10:00', start = 'task',\n"
              "    data = { once = 'same' } },\n"
              "  schedule 'other' { rule = 'FREQ=DAILY', at = '10:00', start = 'person',\n"
              "    data = { name = 'p', worth = '12.00' } } }");
    start();
    rig_advance(&rig, "3 days");
    ck_assert_uint_eq(tasks(), 1);
    ck_assert_uint_eq(t_count(rig_ok(&rig, "case.list", "{'type': 'person'}"), "cases"), 3);
    struct rd_value same =
        t_find(t_at(rig_ok(&rig, "schedule.list", "{}"), "schedules"), "name", "same");
    ck_assert_str_eq(t_text(same, "last"), "2026-03-02T02:00:00Z");
    ck_assert_str_eq(t_text(same, "next"), "2026-03-05T02:00:00Z");
    rig_expect_rebuild_equal(&rig);
}
END_TEST

START_TEST(who_may_see_the_schedules)
{
    schedules("return schedule 'tick' { rule = 'FREQ=DAILY', at = '08:00', start = 'task' }");
    start();
    rig.as = "ben";
    rig_no(&rig, "not_allowed", NULL, "schedule.list", "{}");
}
END_TEST

START_TEST(people_are_told_in_contact_hours)
{
    t_company_edit(rig.policy, "rules/company.lua", "currency = 'CNY' }",
                   "currency = 'CNY', contact = 'early' },\n"
                   "  calendar 'early' { week = { { days = 'Monday..Sunday', hours = "
                   "'06:00-08:00' } } }");
    rig_edit(&rig, "text = '{number} whole' }", "text = '{number} whole', at_once = true }");
    start();
    const char *id = rig_job(&rig, "x");
    rig_advance(&rig, "5 hours");
    struct rd_value notice = t_at(rig_ok(&rig, "notice.list", "{}"), "notices.0");
    ck_assert_str_eq(t_text(notice, "at"), "2026-03-02T06:00:00Z");
    ck_assert_str_eq(t_text(notice, "deliver_at"), "2026-03-02T22:00:00Z");
    ck_assert_str_eq(t_text(notice, "why"), "outside early");
    rig_act(&rig, id, "work");
    rig_act(&rig, id, "split"); /* an action's */
    struct rd_value told = rig_ok(&rig, "notice.list", "{'since': 1}");
    ck_assert_str_eq(t_text(told, "notices.0.why"), "outside early");
    ck_assert_str_eq(t_text(told, "notices.0.deliver_at"), "2026-03-02T22:00:00Z");
    rig_ok(&rig, "clock.advance", "{'to': '2026-03-02T22:00:00Z'}");
    rig_act(&rig, id, "split"); /* 06:00: open */
    told = rig_ok(&rig, "notice.list", "{'since': 2}");
    ck_assert_str_eq(t_text(told, "notices.0.deliver_at"), "2026-03-02T22:00:00Z");
    ck_assert(!t_has(told, "notices.0.why"));
    rig_advance(&rig, "20 days"); /* the whole case's limit is urgent */
    told = rig_ok(&rig, "notice.list", "{'since': 3}");
    struct rd_value whole = rd_null();
    const struct rd_value list = t_at(told, "notices");
    for (uint32_t i = 0; i < list.count; i++)
        if (strstr(t_text(list.items[i], "text"), "whole"))
            whole = list.items[i];
    ck_assert_str_eq(t_text(whole, "deliver_at"), t_text(whole, "at"));
    ck_assert(!t_has(whole, "why"));
    rig_expect_rebuild_equal(&rig);
}
END_TEST

/* The version of the zone data is in the entry of whatever was decided by it: when a schedule came,
 * when people are told, when a deadline is due. */
START_TEST(what_was_decided_by_a_zone_names_the_version_of_its_data)
{
    schedules("return schedule 'tick' { rule = 'FREQ=DAILY', at = '13:30', start = 'task' }");
    t_company_edit(rig.policy, "rules/company.lua", "currency = 'CNY' }",
                   "currency = 'CNY', contact = 'early' },\n"
                   "  calendar 'early' { week = { { days = 'Monday..Sunday', hours = "
                   "'06:00-08:00' } } }");
    start();
    const char *version =
        t_text(rig_ok(&rig, "calendar.add",
                      "{'calendar': 'office', 'start': '2026-03-02T09:00', 'duration': '1 hours'}"),
               "zone_version");
    ck_assert_str_ne(version, "");
    const char *id = rig_job(&rig, "x");
    rig_advance(&rig, "5 hours"); /* the schedule comes, and people are told of a ring */
    struct rd_value feed = rig_ok(&rig, "feed.read", "{'since': 2}");
    ck_assert_str_eq(t_text(feed, "events.0.command"), "schedule.tick");
    struct rd_value why = rig_ok(&rig, "case.explain", "{'id': '%s'}", t_text(feed, "events.0.id"));
    ck_assert_str_eq(t_text(why, "facts.zone_version"), version);
    why = rig_ok(&rig, "case.explain", "{'id': '%s'}", id);
    ck_assert_str_eq(t_text(why, "command"), "ring");
    ck_assert_str_eq(t_text(why, "facts.zone_version"), version);
    ck_assert_str_eq(t_text(why, "deadlines.0.zone_version"), version);
    rig_expect_rebuild_equal(&rig);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("kernel schedule");
    TCase *tests = tcase_create("kernel schedule");
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, comes_in_its_turn_among_the_deadlines);
    tcase_add_test(tests, begins_with_its_activation);
    tcase_add_loop_test(tests, after_a_stop_the_rule_says_what_is_made_up_for, 0,
                        sizeof STOPS / sizeof *STOPS);
    tcase_add_test(tests, a_crash_between_two_slices_repeats_none_and_loses_none);
    tcase_add_test(tests, rules_that_fail_do_not_fail_for_ever);
    tcase_add_test(tests, who_may_see_the_schedules);
    tcase_add_test(tests, people_are_told_in_contact_hours);
    tcase_add_test(tests, what_was_decided_by_a_zone_names_the_version_of_its_data);
    tcase_set_timeout(tests, 60);
    suite_add_tcase(suite, tests);
    return unit_run(suite);
}
