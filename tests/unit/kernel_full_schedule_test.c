/* Full back-tests of schedules and jobs: those that only the candidate has come and run in its
 * world, those that it has not do not, and what people would have been asked then is not known.
 */
#include "unit/backtest_rig.h"

#include <string.h>

#include "common/company.h"
#include "policy/policy.h"

static struct kernel_rig rig;
static struct rd_policy *lent; /* to a kernel; NULL */

static void setup(void)
{
    rig_make(&rig);
}

static void teardown(void)
{
    rig_close(&rig);
    rd_policy_free(lent);
    lent = NULL;
}

/* The company's schedules from here on. */
static void schedules(const char *text)
{
    t_company_write(rig.policy, "rules/schedules.lua", text);
}

static void start(void)
{
    ck_assert_msg(rig_start(&rig, false) == RD_OK, "%s", rig.error.text);
}

/* The same with rules that nobody stores. */
static void start_lent(void)
{
    struct rd_policy_source *sources;
    size_t count;
    rd_findings_init(&rig.findings, &rig.arena);
    ck_assert_int_eq(rd_policy_read_dir(&rig.arena, rig.policy, &sources, &count, &rig.error),
                     RD_OK);
    ck_assert_int_eq(rd_policy_load(sources, count, NULL, &rig.findings, &lent, &rig.error), RD_OK);
    const struct rd_kernel_options options = { .data_dir = rig.data,
                                               .policy = lent,
                                               .segment_bytes = 1024 * 1024,
                                               .clock_manual = true,
                                               .clock_start_ms = RIG_START_MS };
    ck_assert_msg(rd_kernel_open(&options, &rig.findings, &rig.kernel, &rig.start, &rig.error) ==
                      RD_OK,
                  "%s", rig.error.text);
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

static void expect(struct rd_value result, const char *member, int value)
{
    ck_assert_msg(t_int(t_at(result, "full"), member) == value, "%s is not %d: %s", member, value,
                  t_show(result));
}

static void expect_both(struct rd_value result, const char *kind, int was, int is)
{
    expect(result, rd_arena_printf(&rig.arena, "%s.was", kind), was);
    expect(result, rd_arena_printf(&rig.arena, "%s.is", kind), is);
}

/* Nothing differs, nothing is left open. */
static void expect_same(struct rd_value result)
{
    static const char *const none[] = { "changed", "undetermined", "moved",   "gone",
                                        "extra",   "unasked",      "openings" };
    ck_assert_msg(t_int(result, "differences") == 0 && t_count(result, "apart") == 0, "%s",
                  t_show(result));
    for (size_t i = 0; i < sizeof none / sizeof *none; i++)
        expect(result, none[i], 0);
    static const char *const both[] = { "rings", "schedules", "jobs" };
    for (size_t i = 0; i < sizeof both / sizeof *both; i++)
        expect(result, rd_arena_printf(&rig.arena, "%s.is", both[i]),
               (int)t_int(result, rd_arena_printf(&rig.arena, "full.%s.was", both[i])));
}

static const char *const TICK = "return { schedule 'tick' { rule = 'FREQ=DAILY', at = '13:30',\n"
                                "  start = 'task', data = { title = 'tick' } } }";
static const char *const TOCK = "return { schedule 'tick' { rule = 'FREQ=DAILY', at = '15:00',\n"
                                "  start = 'task', data = { title = 'tick' } } }";
static const char *const SWEEP = "return { schedule 'sweep' { rule = 'FREQ=DAILY', at = '18:00',\n"
                                 "  each = 'job', where = { state = 'waiting' }, send = 'drop' } }";
static const char *const NONE = "return {}";

/* A back-test goes as far as the newest entry of its history. */
static void so_far(const char *by)
{
    rig_advance(&rig, by);
    rig_job(&rig, "so far");
}

static const char *waiting(const char *subject)
{
    const char *id = rig_job(&rig, subject);
    rig_act(&rig, id, "work");
    rig_act(&rig, id, "wait");
    return id;
}

/* ---- schedules ---- */

START_TEST(the_same_schedules_and_jobs_are_the_same)
{
    schedules("return { schedule 'tick' { rule = 'FREQ=DAILY', at = '13:30', start = 'task' },\n"
              "  schedule 'sweep' { rule = 'FREQ=DAILY', at = '18:00', each = 'job',\n"
              "    where = { state = 'waiting' }, send = 'drop' },\n"
              "  schedule 'file' { rule = 'FREQ=DAILY', at = '17:00', each = 'job',\n"
              "    where = { state = 'closed' }, start = 'task', link = 'job' } }");
    start();
    for (int i = 0; i < 3; i++)
        (void)waiting("x");
    rig_advance(&rig, "3 days");
    struct rd_value result = full();
    expect_same(result);
    expect_both(result, "schedules", 9, 9);
    expect_both(result, "jobs", 6, 6);
    ck_assert_int_gt(t_int(result, "full.cases"), 8);
    struct rd_value quick;
    ck_assert_int_eq(rig_backtest(&rig, (struct rd_backtest_options){ .cases_max = 5 }, &quick),
                     RD_OK);
    ck_assert_msg(t_int(quick, "differences") == 0 && t_count(quick, "apart") == 0, "%s",
                  t_show(quick));
}
END_TEST

START_TEST(a_schedule_that_only_the_candidate_has_comes)
{
    start();
    rig_job(&rig, "x");
    so_far("2 days");
    schedules(TICK);
    struct rd_value result = full();
    expect_both(result, "schedules", 0, 2);
    expect(result, "extra", 2);
    expect(result, "same", 2);
    expect(result, "undetermined", 0);
    struct rd_value row = t_find(t_at(result, "rules"), "name", "schedule.tick");
    ck_assert_int_eq(t_int(row, "is"), 2);
    ck_assert_int_eq(t_int(t_find(t_at(result, "commands"), "name", "schedule.tick"), "asked"), 2);
    ck_assert_str_eq(t_text(result, "full.reasons.0.name"), /* the first one's, on the second day */
                     "a deadline would ring while people are asked something else than they were");
    ck_assert_int_eq(t_int(result, "full.reasons.0.count"), 1);
}
END_TEST

START_TEST(a_schedule_that_the_candidate_has_not_does_not_come)
{
    schedules(TICK);
    start();
    rig_advance(&rig, "3 days");
    schedules(NONE);
    struct rd_value result = full();
    expect_both(result, "schedules", 3, 0);
    expect(result, "gone", 3);
    expect(result, "cases", 3);
    expect(result, "extra", 0);
    ck_assert_int_eq(t_int(result, "refused"), 3);
    ck_assert_uint_eq(t_count(result, "apart"), 0);
    struct rd_value row = t_find(t_at(result, "rules"), "name", "schedule.tick");
    ck_assert_int_eq(t_int(row, "was"), 3);
}
END_TEST

START_TEST(a_schedule_at_another_time_opens_the_like_of_it)
{
    schedules(TICK);
    start();
    so_far("3 days"); /* from 09:00 to 09:00 */
    schedules(TOCK);
    struct rd_value result = full();
    expect_both(result, "schedules", 3, 3);
    expect(result, "moved", 3);
    expect(result, "gone", 0);
    expect(result, "extra", 0);
    schedules("return { schedule 'tick' { rule = 'FREQ=WEEKLY;BYDAY=TU', at = '13:30',\n"
              "  start = 'task', data = { title = 'tick' } } }");
    struct rd_value rarer = full(); /* that on Tuesday is the record's own */
    expect_both(rarer, "schedules", 3, 1);
    expect(rarer, "same", 2);
    expect(rarer, "gone", 2);
    expect(rarer, "moved", 0);
    schedules("return { schedule 'tick' { rule = 'FREQ=DAILY', at = '13:30', from = '2020-01-01',\n"
              "  start = 'task', data = { title = 'tick' } } }");
    expect_same(full()); /* other words for the same instants */
}
END_TEST

START_TEST(a_schedule_begins_when_the_candidate_does)
{
    start();
    rig_job(&rig, "x");
    so_far("4 days");
    schedules(TICK);
    struct rd_value since = full_of((struct rd_backtest_options){ .since = "2026-03-05" });
    expect_both(since, "schedules", 0, 1);
    struct rd_value until = full_of((struct rd_backtest_options){ .until = "2026-03-04" });
    expect_both(until, "schedules", 0, 2);
    struct rd_value other = full_of((struct rd_backtest_options){ .type = "job" });
    expect_both(other, "schedules", 0, 0); /* tasks are not run again */
    struct rd_value tasks = full_of((struct rd_backtest_options){ .type = "task" });
    expect_both(tasks, "schedules", 0, 4);
}
END_TEST

/* Which occurrences were theirs is not known: none is made up. */
START_TEST(where_the_rules_of_the_day_are_not_stored_nothing_comes_of_itself)
{
    schedules(NONE);
    start_lent();
    rig_job(&rig, "x");
    so_far("2 days");
    schedules(TICK);
    struct rd_value unknown = full();
    expect_both(unknown, "schedules", 0, 0);
    ck_assert_uint_eq(t_count(unknown, "apart"), 1);
    ck_assert_ptr_nonnull(strstr(t_text(unknown, "apart.0.name"), "schedules"));
}
END_TEST

/* Nobody filed it then: it is made of what the candidate's world has at that time. */
START_TEST(a_report_that_only_the_candidate_files_is_made)
{
    t_company_write(rig.policy, "scripts/filed.lua",
                    "return { record 'filed' { fields = { report = text { required = true },\n"
                    "    period = text { required = true }, content = text { required = true,\n"
                    "    max = 60000 } } },\n"
                    "  authority { { 'filed.read', from = 'administrator' } },\n"
                    "  report 'jobs' { of = 'job', sections = { { by = 'state',\n"
                    "    measures = { jobs = count } } } } }");
    start();
    rig_job(&rig, "x");
    so_far("35 days");
    schedules("return { schedule 'monthly' { rule = 'FREQ=MONTHLY;BYMONTHDAY=5', at = '08:00',\n"
              "  start = 'filed', report = 'jobs' } }");
    struct rd_value result = full();
    expect_both(result, "schedules", 0, 2);
    expect(result, "same", 2); /* what is filed has no workflow: it is no case */
    expect(result, "extra", 0);
    struct rd_value row = t_find(t_at(result, "rules"), "name", "schedule.monthly");
    ck_assert_int_eq(t_int(row, "is"), 2);
    rig_ok(&rig, "policy.activate", "{'tests': false}");
    so_far("31 days");
    expect_same(full_of((struct rd_backtest_options){ .since = "2026-04-07" }));
}
END_TEST

/* What the record's next generation brings or takes away does not move the candidate's. */
START_TEST(activations_in_the_history_are_not_the_candidates)
{
    start();
    rig_advance(&rig, "2 days");
    schedules(TICK);
    rig_ok(&rig, "policy.activate", "{'tests': false}");
    rig_advance(&rig, "2 days");
    struct rd_value from_the_first = full();
    expect_both(from_the_first, "schedules", 2, 4);
    expect(from_the_first, "extra", 2);
    expect(from_the_first, "same", 2);
    struct rd_value since = full_of((struct rd_backtest_options){ .since = "2026-03-05" });
    expect_same(since);
    schedules(TOCK);
    rig_ok(&rig, "policy.activate", "{'tests': false}");
    so_far("1 day");
    struct rd_value moved = full();
    expect_both(moved, "schedules", 3, 5);
    expect(moved, "moved", 2);
    expect(moved, "same", 2);
    expect(moved, "extra", 2);
}
END_TEST

/* ---- jobs ---- */

START_TEST(a_job_that_only_the_candidate_begins_is_run)
{
    start();
    const char *swept = waiting("x");
    so_far("1 day"); /* that one is not waiting */
    rig_act(&rig, swept, "resume");
    rig_act(&rig, swept, "done");
    schedules(SWEEP);
    struct rd_value result = full();
    expect_both(result, "schedules", 0, 1);
    expect_both(result, "jobs", 0, 1);
    expect(result, "changed", 1);
    expect(result, "same", 1);
    expect(result, "undetermined", 0);
    expect(result, "unasked", 2); /* it had been closed: nobody is asked */
    ck_assert_str_eq(t_text(result, "full.paths.0.name"), "job: waiting -> closed");
    ck_assert_int_eq(t_int(t_find(t_at(result, "commands"), "name", "job"), "effect"), 1);
    ck_assert_int_eq(t_int(t_find(t_at(result, "rules"), "name", "job"), "is"), 1);
}
END_TEST

START_TEST(a_job_of_a_command_that_only_the_candidate_begins_is_run)
{
    start();
    (void)waiting("x");
    (void)waiting("y");
    const char *id = rig_job(&rig, "z");
    rig_act(&rig, id, "work");
    rig_act(&rig, id, "judge");
    rig_edit(&rig, "return { set { seen = f.alike, sum = f.total },",
             "return { each 'job' { where = { state = 'waiting' }, send = 'drop' },\n"
             "        set { seen = f.alike, sum = f.total },");
    struct rd_value result = full();
    expect_both(result, "jobs", 0, 1);
    expect(result, "changed", 2);
    expect(result, "same", 1);
    ck_assert_int_eq(t_int(result, "full.paths.0.count"), 2);
}
END_TEST

START_TEST(a_job_that_the_candidate_does_not_begin_is_not_run)
{
    schedules(SWEEP);
    start();
    (void)waiting("x");
    (void)waiting("y");
    rig_advance(&rig, "1 day");
    rig_job(&rig, "so far");
    schedules(NONE);
    struct rd_value result = full();
    expect_both(result, "schedules", 1, 0);
    expect_both(result, "jobs", 1, 0);
    expect(result, "same", 1);
    expect(result, "undetermined", 2); /* somebody may resume them now */
    ck_assert_str_eq(t_text(result, "full.paths.0.name"), "job: closed -> waiting");
    ck_assert_uint_eq(t_count(result, "apart"), 0);
}
END_TEST

START_TEST(a_job_about_other_records_is_another_job)
{
    schedules(SWEEP);
    start();
    (void)waiting("x");
    const char *id = rig_job(&rig, "y");
    rig_act(&rig, id, "work");
    rig_advance(&rig, "1 day");
    schedules("return { schedule 'sweep' { rule = 'FREQ=DAILY', at = '18:00',\n"
              "  each = 'job', where = { state = 'working' }, send = 'drop' } }");
    struct rd_value result = full();
    expect_both(result, "jobs", 1, 1);
    expect_both(result, "schedules", 1, 1);
    expect(result, "changed", 1);      /* the one is closed */
    expect(result, "undetermined", 1); /* the other one waits for somebody */
}
END_TEST

static const char *const SEVENS = "return { schedule 'sweep' { rule = 'FREQ=DAILY', at = '18:00',\n"
                                  "  each = 'job', where = { n = 7 }, send = 'drop' } }";

/* The same job, which comes to a case in one world, and not in the other. */
START_TEST(a_job_of_both_comes_to_what_goes_another_way)
{
    schedules(SEVENS);
    start();
    const char *id = rig_job(&rig, "x");
    rig_act(&rig, id, "work");
    rig_act(&rig, id, "judge");
    so_far("1 day");
    rig_edit(&rig, "set { seen = f.alike,", "set { n = 7, seen = f.alike,");
    struct rd_value more = full();
    expect_both(more, "jobs", 1, 1);
    expect(more, "changed", 1);
    expect(more, "same", 1);
    ck_assert_str_eq(t_text(more, "full.paths.0.name"), "job: working -> closed");
}
END_TEST

START_TEST(a_job_of_both_does_not_come_to_what_goes_another_way)
{
    rig_edit(&rig, "set { seen = f.alike,", "set { n = 7, seen = f.alike,");
    schedules(SEVENS);
    start();
    const char *id = rig_job(&rig, "x");
    rig_act(&rig, id, "work");
    rig_act(&rig, id, "judge");
    rig_advance(&rig, "10 hours");
    rig_edit(&rig, "set { n = 7, seen = f.alike,", "set { seen = f.alike,");
    struct rd_value less = full(); /* it goes on: somebody may do something about it */
    expect_both(less, "jobs", 1, 1);
    expect(less, "undetermined", 1);
    ck_assert_str_eq(t_text(less, "full.paths.0.name"), "job: closed -> working");
    ck_assert_uint_eq(t_count(less, "apart"), 0);
}
END_TEST

START_TEST(a_job_stops_a_case_that_asks_people)
{
    start();
    const char *id = rig_job(&rig, "x");
    rig_act(&rig, id, "work");
    rig_act(&rig, id, "done");
    so_far("1 day");
    rig_edit(&rig, "done = 'closed', poke", "done = 'waiting', poke");
    schedules(SWEEP);
    struct rd_value result = full();
    expect_both(result, "jobs", 0, 1);
    expect(result, "changed", 0);
    expect(result, "undetermined", 1); /* it waits, and somebody might have resumed it */
    ck_assert_ptr_nonnull(strstr(t_text(result, "full.reasons.0.name"), "a job would come"));
}
END_TEST

START_TEST(a_job_that_starts_records_of_its_own_kind_ends)
{
    start();
    const char *id = rig_job(&rig, "x");
    rig_act(&rig, id, "work");
    rig_act(&rig, id, "split");
    so_far("12 hours");
    schedules("return { schedule 'more' { rule = 'FREQ=WEEKLY;BYDAY=MO', at = '18:00',\n"
              "  each = 'task', start = 'task', data = { title = 'again' } } }");
    struct rd_value result = full();
    expect_both(result, "jobs", 0, 1);
    expect(result, "extra", 1);
    expect(result, "same", 3);
}
END_TEST

/* A rule that fails is written down, as it would be, and nothing comes of it. */
START_TEST(a_job_whose_rule_fails_changes_nothing)
{
    start();
    const char *id = rig_job(&rig, "x");
    rig_act(&rig, id, "work");
    so_far("1 day");
    schedules("return { schedule 'bad' { rule = 'FREQ=DAILY', at = '18:00',\n"
              "  each = 'job', where = { state = 'working' }, send = 'burst' } }");
    struct rd_value result = full();
    expect_both(result, "jobs", 0, 1);
    expect(result, "same", 2);
    expect(result, "changed", 0);
    ck_assert_int_eq(t_int(t_find(t_at(result, "rules"), "name", "job"), "is"), 1);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("kernel_full_schedule");
    TCase *tcase = tcase_create("full_schedule");
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_set_timeout(tcase, 120);
    tcase_add_test(tcase, the_same_schedules_and_jobs_are_the_same);
    tcase_add_test(tcase, a_schedule_that_only_the_candidate_has_comes);
    tcase_add_test(tcase, a_schedule_that_the_candidate_has_not_does_not_come);
    tcase_add_test(tcase, a_schedule_at_another_time_opens_the_like_of_it);
    tcase_add_test(tcase, a_schedule_begins_when_the_candidate_does);
    tcase_add_test(tcase, where_the_rules_of_the_day_are_not_stored_nothing_comes_of_itself);
    tcase_add_test(tcase, a_report_that_only_the_candidate_files_is_made);
    tcase_add_test(tcase, activations_in_the_history_are_not_the_candidates);
    tcase_add_test(tcase, a_job_that_only_the_candidate_begins_is_run);
    tcase_add_test(tcase, a_job_of_a_command_that_only_the_candidate_begins_is_run);
    tcase_add_test(tcase, a_job_that_the_candidate_does_not_begin_is_not_run);
    tcase_add_test(tcase, a_job_about_other_records_is_another_job);
    tcase_add_test(tcase, a_job_of_both_comes_to_what_goes_another_way);
    tcase_add_test(tcase, a_job_of_both_does_not_come_to_what_goes_another_way);
    tcase_add_test(tcase, a_job_stops_a_case_that_asks_people);
    tcase_add_test(tcase, a_job_that_starts_records_of_its_own_kind_ends);
    tcase_add_test(tcase, a_job_whose_rule_fails_changes_nothing);
    suite_add_tcase(suite, tcase);
    return unit_run(suite);
}
