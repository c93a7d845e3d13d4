/* A case becomes a test: kept by the rules that it went by, broken by others, and nobody in it. */
#include <string.h>

#include "common/company.h"
#include "kernel/promise.h"
#include "policy/policy.h"
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

/* A job about a person, worked on, waited for, rung, granted and done. */
static const char *some_case(void)
{
    rig.as = "ben";
    struct rd_value person = rig_ok(
        &rig, "record.create",
        "{'type': 'person', 'data': {'name': 'Wu Planted', 'phone': '13900001111', 'unit': 'gz'}}");
    struct rd_value job =
        rig_ok(&rig, "case.open",
               "{'type': 'job', 'data': {'subject': 'Planted \\\\ words\\n', 'amount': '7.50', "
               "'person': '%s'}}",
               t_text(person, "id"));
    const char *id = t_text(job, "id");
    rig.as = NULL;
    rig_advance(&rig, "5 hours"); /* it is late */
    rig_act(&rig, id, "work");
    rig_act(&rig, id, "split");
    rig_advance(&rig, "10 minutes");
    rig.as = "ben";
    rig_ok(&rig, "case.act", "{'id': '%s', 'event': 'grant', 'form': {'amount': '99.00'}}", id);
    rig.as = NULL;
    rig_act(&rig, id, "done");
    return id;
}

/* Plays the test by these rules: NULL where it is kept. */
static const char *play(const char *text, const char *limit)
{
    const char *company = RIG_COMPANY_TEXT, *at = strstr(company, "limit = '100.00'");
    const char *edited = rd_arena_printf(&rig.arena, "%.*slimit = '%s'%s", (int)(at - company),
                                         company, limit, at + strlen("limit = '100.00'"));
    struct rd_policy_source sources[] = {
        { "rules/company.lua", edited, strlen(edited) },
        { "scripts/job.lua", RIG_JOB_TEXT, strlen(RIG_JOB_TEXT) },
        { "scripts/t_test.lua", text, strlen(text) },
    };
    struct rd_promise_report report;
    struct rd_error error = RD_ERROR_NONE;
    enum rd_status status =
        rd_promises_run(sources, 3, NULL, NULL, NULL, &rig.arena, &report, &error);
    ck_assert_msg(status == RD_OK, "%s\n%s", error.text, text);
    ck_assert_uint_eq(report.run, 1);
    return report.promises[0].why;
}

START_TEST(a_case_is_kept_by_its_rules_and_broken_by_others)
{
    struct rd_value captured = rig_ok(&rig, "case.capture", "{'id': '%s'}", some_case());
    const char *text = t_text(captured, "text");
    const char *why = play(text, "100.00");
    ck_assert_msg(!why, "%s\n%s", why, text);
    ck_assert_int_eq(t_int(captured, "left_out"), 0);
    why = play(text, "98.00"); /* ben could not have granted it */
    ck_assert_ptr_nonnull(why);
    ck_assert_ptr_nonnull(strstr(why, "expected state 'granted'"));
}
END_TEST

/* It goes by rules that are in force no more: its promise is theirs, and says so. */
START_TEST(a_case_that_keeps_an_earlier_workflow_is_captured_as_it_went)
{
    rig_edit(&rig, "initial = 'new', clock = 'office',",
             "initial = 'new', clock = 'office', open_cases = 'pin',");
    rig_ok(&rig, "policy.activate", "{}");
    const char *id = rig_job(&rig, "x");
    rig_act(&rig, id, "work");
    rig_edit(&rig,
             "      waiting = { pause = true, on = { resume = 'working' }, after = { '30 days', go "
             "= 'closed' } },\n",
             "");
    rig_edit(&rig, "wait = 'waiting', ", "");
    t_company_edit(rig.policy, "rules/company.lua", "'job.wait', 'job.resume', ", "");
    rig_ok(&rig, "policy.activate", "{}");
    rig_act(&rig, id, "wait"); /* which the rules in force do not know */
    rig_act(&rig, id, "resume");
    rig_act(&rig, id, "done");
    struct rd_value captured = rig_ok(&rig, "case.capture", "{'id': '%s'}", id);
    const char *text = t_text(captured, "text");
    const char *why = play(text, "100.00");
    ck_assert_msg(!why && t_int(captured, "left_out") == 0, "%s\n%s", why ? why : "", text);
    ck_assert_int_eq(t_int(captured, "generation"), 2);
    ck_assert_ptr_nonnull(strstr(text, "keeps the workflow of generation 2"));
    captured = rig_ok(&rig, "case.capture", "{'id': '%s'}", rig_job(&rig, "new"));
    ck_assert(!t_has(captured, "generation"));
}
END_TEST

START_TEST(nobody_is_in_it)
{
    const char *id = some_case();
    const char *text = t_text(rig_ok(&rig, "case.capture", "{'id': '%s'}", id), "text");
    ck_assert_ptr_null(strstr(text, "Planted"));
    ck_assert_ptr_null(strstr(text, "13900001111"));
    ck_assert_ptr_nonnull(strstr(text, "phone = \"00000000"));
    ck_assert_ptr_nonnull(strstr(text, "amount = \"99.00\"")); /* what was decided on stays */
}
END_TEST

/* What is before the first day of promises is told some years of weeks later. */
START_TEST(an_old_case_is_moved_by_whole_weeks)
{
    rig_stop(&rig);
    snprintf(rig.data, sizeof rig.data, "%s/old", rig.dir);
    struct rd_kernel_options options = { .data_dir = rig.data,
                                         .policy_dir = rig.policy,
                                         .clock_manual = true,
                                         .clock_start_ms = RIG_START_MS - 700 * 24 * RIG_HOUR_MS };
    ck_assert_int_eq(rd_kernel_open(&options, &rig.findings, &rig.kernel, &rig.start, &rig.error),
                     RD_OK);
    struct rd_value captured = rig_ok(&rig, "case.capture", "{'id': '%s'}", some_case());
    const char *text = t_text(captured, "text");
    ck_assert_ptr_nonnull(strstr(text, "104 weeks later"));
    const char *why = play(text, "100.00");
    ck_assert_msg(!why, "%s\n%s", why, text);
}
END_TEST

START_TEST(what_is_no_case_or_not_ones_own_is_refused)
{
    const char *id = some_case();
    rig.as = "ben";
    rig_no(&rig, "invalid_params", "/id", "case.capture", "{'id': '1-1'}");
    rig_no(&rig, "not_found", "/id", "case.capture", "{'id': '7-99'}");
    rig_no(&rig, "invalid_params", "/id", "case.capture", "{}");
    rig.as = "sun";
    rig_no(&rig, "not_found", "/id", "case.capture", "{'id': '%s'}", id);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("kernel_capture");
    TCase *tcase = tcase_create("capture");
    tcase_set_timeout(tcase, T_TIMEOUT_S);
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, a_case_is_kept_by_its_rules_and_broken_by_others);
    tcase_add_test(tcase, a_case_that_keeps_an_earlier_workflow_is_captured_as_it_went);
    tcase_add_test(tcase, nobody_is_in_it);
    tcase_add_test(tcase, an_old_case_is_moved_by_whole_weeks);
    tcase_add_test(tcase, what_is_no_case_or_not_ones_own_is_refused);
    suite_add_tcase(suite, tcase);
    return unit_run(suite);
}
