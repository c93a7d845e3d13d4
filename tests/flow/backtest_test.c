/* The daemon back-tests its own history beside its work: begun, looked at, broken off; who may; and
 * what it says of rules that do not load.
 */
#include "common/company.h"
#include "common/t.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "unit/unit.h"

static struct t_daemon *d;
static char policy[UNIT_DIR_MAX];

static void setup(void)
{
    char command[UNIT_DIR_MAX + 64];
    unit_dir_make(policy);
    snprintf(command, sizeof command, "cp -r rules scripts %s/", policy);
    ck_assert_int_eq(system(command), 0);
    d = t_daemon_start(&(struct t_options){ .policy = policy, .tcp = true });
    for (int i = 0; i < 20; i++)
        t_call(d, "record.create", "{'type': 'customer', 'data': {'name': 'Li %d'}}", i);
}

static void teardown(void)
{
    t_daemon_free(d);
    unit_dir_remove(policy);
}

static struct rd_value ended(void)
{
    struct rd_value status = t_call(d, "policy.backtest_status", "{}");
    for (int i = 0; i < 600 && strcmp(t_text(status, "state"), "running") == 0; i++) {
        usleep(100000);
        status = t_call(d, "policy.backtest_status", "{}");
    }
    return status;
}

static bool scratch_is_there(void)
{
    return access(rd_arena_printf(&d->arena, "%s/data/backtest", d->dir), F_OK) == 0;
}

START_TEST(the_daemon_asks_its_own_history_again)
{
    ck_assert_str_eq(t_text(t_call(d, "policy.backtest_status", "{}"), "state"), "none");
    t_call(d, "policy.backtest", "{}");
    t_call(d, "record.create", "{'type': 'customer', 'data': {'name': 'meanwhile'}}");
    struct rd_value status = ended();
    ck_assert_msg(strcmp(t_text(status, "state"), "done") == 0, "%s", t_show(status));
    ck_assert_int_eq(t_int(status, "result.differences"), 0);
    ck_assert_int_ge(t_int(status, "result.asked"), 20);
    ck_assert(!scratch_is_there());
    /* its rules as they are now, not those in force */
    t_company_edit(policy, "rules/authority.lua", "\"customer.create\"", "\"customer.update\"");
    t_call(d, "policy.backtest", "{'type': 'customer', 'cases': 3}");
    status = ended();
    ck_assert_msg(strcmp(t_text(status, "state"), "done") == 0, "%s", t_show(status));
    ck_assert_int_ge(t_int(status, "result.refused"), 20);
    ck_assert_int_eq(t_count(status, "result.cases"), 3);
}
END_TEST

START_TEST(the_daemon_runs_whole_cases_again)
{
    struct rd_value li =
        t_call(d, "record.create", "{'as': 'ben', 'type': 'customer', 'data': {'name': 'Li'}}");
    t_call(d, "case.open",
           "{'as': 'ben', 'type': 'complaint', 'data': {'customer': '%s', 'channel': 'hotline', "
           "'problem': 'billing', 'summary': 'Twice'}}",
           t_text(li, "id"));
    t_call(d, "policy.backtest", "{'full': true}");
    struct rd_value status = ended();
    ck_assert_msg(strcmp(t_text(status, "state"), "done") == 0, "%s", t_show(status));
    ck_assert_int_eq(t_int(status, "result.differences"), 0);
    ck_assert_int_ge(t_int(status, "result.asked"), 20);
    ck_assert_int_eq(t_int(status, "result.full.cases"), t_int(status, "result.full.same"));
    ck_assert_int_gt(t_int(status, "result.full.cases"), 0);
    ck_assert(!scratch_is_there());
    const char *output;
    const char *args[] = { "policy", "backtest", "--job", "--full", "--connect", d->address, NULL };
    ck_assert_int_eq(t_program(d, args, &output), 0);
    ck_assert_msg(strstr(output, "each run again as a whole") != NULL, "%s", output);
}
END_TEST

START_TEST(what_cannot_be_asked_is_said)
{
    t_refused(d, "invalid_params", "policy.backtest", "{'full': 'yes'}");
    t_refused(d, "invalid_params", "policy.backtest", "{'activated': 'yes'}");
    t_refused(d, "invalid_params", "policy.backtest", "{'cases': 1001}");
    t_refused(d, "invalid_params", "policy.backtest", "{'cases': 'many'}");
    t_refused(d, "invalid_params", "policy.backtest", "{'since': 5}");
    t_refused(d, "invalid_params", "policy.backtest", "{'sinse': '2026-03-01'}");
    static const char *const wrong[] = { "{'since': 'soon'}", "{'type': 'nothing'}" };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        t_call(d, "policy.backtest", "%s", wrong[i]);
        struct rd_value status = ended();
        ck_assert_str_eq(t_text(status, "state"), "failed");
        ck_assert_str_eq(t_text(status, "error.name"), "invalid_params");
    }
    t_company_edit(policy, "rules/remedies.lua", "hit = \"unique\"", "hit = \"uniqe\"");
    t_call(d, "policy.backtest", "{}");
    struct rd_value status = ended();
    ck_assert_str_eq(t_text(status, "error.name"), "check_failed");
    ck_assert_ptr_nonnull(strstr(t_text(status, "error.findings.0"), "rules/remedies.lua:"));
    ck_assert(!scratch_is_there());
}
END_TEST

START_TEST(it_is_broken_off)
{
    for (int i = 0; i < 2000; i++)
        t_call(d, "record.create", "{'type': 'customer', 'data': {'name': 'Wu %d'}}", i);
    t_call(d, "policy.backtest", "{}");
    t_refused(d, "in_progress", "policy.backtest", "{}");
    t_call(d, "policy.backtest_cancel", "{}");
    ck_assert_str_eq(t_text(ended(), "state"), "cancelled");
    ck_assert(!scratch_is_there());
    t_call(d, "policy.backtest", "{}");
    t_daemon_stop(d); /* does not wait for its end */
    t_daemon_again(d);
    ck_assert_str_eq(t_text(t_call(d, "policy.backtest_status", "{}"), "state"), "none");
    t_call(d, "policy.backtest", "{'full': true}");
    t_daemon_kill(d); /* what it leaves is in nobody's way */
    t_daemon_again(d);
    t_call(d, "policy.backtest", "{}");
    ck_assert_str_eq(t_text(ended(), "state"), "done");
    ck_assert(!scratch_is_there());
}
END_TEST

START_TEST(only_administrators_may)
{
    static const char *const methods[] = { "policy.backtest", "policy.backtest_status",
                                           "policy.backtest_cancel" };
    t_for_administrators(d, methods, 3);
}
END_TEST

START_TEST(the_program_waits_for_it)
{
    const char *output;
    const char *page[] = { "policy",   "backtest", "--job", "--connect",
                           d->address, "-o",       "html",  NULL };
    ck_assert_msg(t_program(d, page, &output) == 0, "%s", output);
    static const char *const says[] = { "<!doctype html>", "default-src 'none'", "<svg",
                                        "</html>" };
    for (size_t i = 0; i < sizeof says / sizeof *says; i++)
        ck_assert_msg(strstr(output, says[i]) != NULL, "'%s' is missing: %s", says[i], output);
    ck_assert_ptr_null(strstr(output, "<script"));
    const char *cancel[] = { "policy", "backtest", "--cancel", "--connect", d->address, NULL };
    ck_assert_msg(t_program(d, cancel, &output) == 0, "%s", output);
    const char *since[] = { "policy",   "backtest", "--job", "--connect",
                            d->address, "--since",  "soon",  NULL };
    ck_assert_int_eq(t_program(d, since, &output), 1);
    ck_assert_ptr_nonnull(strstr(output, "not 'soon'"));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("backtest");
    TCase *tcase = tcase_create("job");
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_set_timeout(tcase, T_TIMEOUT_S);
    tcase_add_test(tcase, the_daemon_asks_its_own_history_again);
    tcase_add_test(tcase, the_daemon_runs_whole_cases_again);
    tcase_add_test(tcase, what_cannot_be_asked_is_said);
    tcase_add_test(tcase, it_is_broken_off);
    tcase_add_test(tcase, only_administrators_may);
    tcase_add_test(tcase, the_program_waits_for_it);
    suite_add_tcase(suite, tcase);
    return unit_run(suite);
}
