/* Rules that change while the house is open: reloaded whole between two requests, or refused with
 * the reasons while the old ones go on. */
#include "flow/procedure.h"

#include <signal.h>
#include <string.h>

#include "common/company.h"
#include "unit/unit.h"

#define LIMIT "tier = \"ordinary\", limit = \"100.00\""
#define VERIFY "{'ground': 'sufficient', 'demand': 'reasonable'}"

static char company[UNIT_DIR_MAX];
static struct t_daemon *d;

static void setup(void)
{
    unit_dir_make(company);
    t_company_copy(company);
    d = t_daemon_start(&(struct t_options){ .policy = company });
}

static void teardown(void)
{
    t_daemon_free(d);
    unit_dir_remove(company);
}

static void may_refund(const char *limit)
{
    struct rd_value answer = t_call(d, "decision.evaluate",
                                    "{'name': 'remedy.limit', 'input': {'remedy': 'refund', "
                                    "'role': 'handler', 'tier': 'ordinary'}}");
    ck_assert_str_eq(t_text(answer, "output.limit"), limit);
}

START_TEST(test_a_good_change_is_in_force_at_once)
{
    const char *id = p_with_department(d);
    may_refund("100.00");
    t_company_edit(company, "rules/remedies.lua", LIMIT, "tier = \"ordinary\", limit = \"150.00\"");
    may_refund("100.00"); /* not before somebody says so */
    struct rd_value reply = t_call(d, "policy.reload", "{}");
    ck_assert_int_eq(t_int(reply, "generation"), 2);
    ck_assert(t_bool(reply, "changed"));
    may_refund("150.00");
    struct rd_value granted = p_act(d, "ben", id, "grant", "{'remedy':'refund','amount':'150.00'}");
    ck_assert_str_eq(t_text(granted, "state"), "processing");
    struct rd_value history = t_call(d, "case.history", "{'id': '%s'}", id);
    ck_assert_int_eq(t_int(history, "entries.2.policy"), 1);
    ck_assert_int_eq(t_int(history, "entries.3.policy"), 2);
    int64_t seq = p_seq(d);
    ck_assert(!t_bool(t_call(d, "policy.reload", "{}"), "changed"));
    ck_assert_int_eq(p_seq(d), seq);
    t_daemon_kill(d);
    t_daemon_again(d);
    may_refund("150.00");
    ck_assert_int_eq(t_int(t_call(d, "server.info", "{}"), "policy"), 2);
}
END_TEST

START_TEST(test_a_bad_change_is_refused_with_its_findings)
{
    const char *id = p_with_department(d);
    t_company_edit(company, "rules/remedies.lua", LIMIT, "teir = \"ordinary\", limit = \"150.00\"");
    t_company_edit(company, "scripts/complaint.lua", "explained = { ", "explaind = { ");
    int64_t seq = p_seq(d);
    struct rd_error error = t_refused(d, "policy_refused", "policy.reload", "{}");
    ck_assert_uint_ge(t_count(*error.detail, "findings"), 1);
    const char *findings = p_json(d, t_at(*error.detail, "findings"));
    ck_assert_msg(strstr(findings, "teir") != NULL, "%s", findings);
    ck_assert_msg(strstr(error.text, "generation 1 goes on") != NULL, "%s", error.text);
    struct rd_value first = t_at(*error.detail, "findings.0");
    ck_assert_int_gt(t_int(first, "line"), 0);
    ck_assert_int_eq(p_seq(d), seq);
    may_refund("100.00");
    p_step(d, "ben", id, "grant", "{'remedy': 'refund', 'amount': '100.01'}", "passed_up");
    t_daemon_stop(d);
    t_daemon_again(d); /* a restart with the bad directory goes on with the stored generation */
    may_refund("100.00");
    ck_assert_int_eq(t_int(t_call(d, "server.info", "{}"), "policy"), 1);
    ck_assert_ptr_nonnull(strstr(t_daemon_log(d), "teir"));
    p_step(d, "wang", id, "grant", "{'remedy': 'refund', 'amount': '100.01'}", "processing");
}
END_TEST

START_TEST(test_a_change_that_would_strand_cases_is_refused)
{
    const char *id = p_with_department(d);
    p_step(d, "ben", id, "ask", "{'question': 'Which?'}", "with_customer");
    t_company_edit(company, "scripts/complaint.lua", "form = \"question\", go = \"with_customer\"",
                   "form = \"question\", go = \"waiting\"");
    t_company_edit(company, "scripts/complaint.lua", "with_customer = {\n", "waiting = {\n");
    struct rd_error error = t_refused(d, "policy_refused", "policy.reload", "{}");
    ck_assert_msg(strstr(error.text, "no state 'with_customer' of 'complaint', where 1 record") !=
                      NULL,
                  "%s", error.text);
    p_step(d, "ben", id, "answered", "{'answer': 'This'}", "with_department");
    ck_assert_int_eq(t_int(t_call(d, "policy.reload", "{}"), "generation"), 2);
    p_step(d, "ben", id, "ask", "{'question': 'Which?'}", "waiting");
}
END_TEST

START_TEST(test_a_signal_reloads_as_well)
{
    t_company_edit(company, "rules/remedies.lua", LIMIT, "tier = \"ordinary\", limit = \"170.00\"");
    ck_assert_int_eq(kill(d->pid, SIGHUP), 0);
    t_daemon_await_log(d, "generation 2 is in force");
    may_refund("170.00");
    t_company_edit(company, "rules/remedies.lua", "limit = \"170.00\"", "limit = \"lots\"");
    ck_assert_int_eq(kill(d->pid, SIGHUP), 0);
    t_daemon_await_log(d, "generation 2 goes on");
    may_refund("170.00");
}
END_TEST

START_TEST(test_who_may_reload)
{
    t_refused(d, "not_allowed", "policy.reload", "{'as': 'ben'}"); /* the machine asks as ben */
    t_daemon_free(d);
    d = t_daemon_start(&(struct t_options){ .policy = company, .tcp = true });
    struct rd_client *tcp = t_connect(d, t_daemon_tcp(d));
    t_refused_on(d, tcp, "not_logged_in", "policy.reload", "{}");
    const char *token = t_text(t_call(d, "account.token", "{'account': 'chen'}"), "token");
    t_call_on(d, tcp, "session.login", "{'token': '%s'}", token);
    t_refused_on(d, tcp, "not_allowed", "policy.reload", "{}");
    t_refused_on(d, tcp, "not_allowed", "clock.advance", "{'by': '1 hour'}");
    t_refused_on(d, tcp, "not_allowed", "account.token", "{'account': 'chen'}");
    token = t_text(t_call(d, "account.token", "{'account': 'admin'}"), "token");
    t_call_on(d, tcp, "session.login", "{'token': '%s'}", token);
    t_call_on(d, tcp, "policy.reload", "{}");
    rd_client_close(tcp);
}
END_TEST

START_TEST(test_open_cases_are_planned_anew)
{
    const char *id = p_received(d); /* four hours to verify */
    ck_assert_str_eq(p_due(d, id, "received"), "2026-03-02T06:00:00Z");
    t_company_edit(company, "rules/limits.lua", "urgency = \"normal\", limit = \"4 hours\"",
                   "urgency = \"normal\", limit = \"2 hours\"");
    t_call(d, "policy.reload", "{}");
    ck_assert_str_eq(p_due(d, id, "received"), "2026-03-02T03:00:00Z"); /* from the same start */
    const char *later = p_received(d);
    ck_assert_str_eq(p_due(d, later, "received"), "2026-03-02T03:00:00Z");
    p_clock(d, "2026-03-02 14:00");
    ck_assert_int_eq(t_int(p_get(d, later), "escalation"), 1);
    ck_assert_int_eq(t_int(p_get(d, id), "escalation"), 1);
}
END_TEST

START_TEST(test_what_is_above_and_has_no_way_up_is_refused)
{
    t_company_edit(company, "rules/authority.lua",
                   "{ \"complaint.turn_down\", from = \"supervisor\",     reach = \"unit\",",
                   "{ \"complaint.turn_down\", from = \"supervisor\", reach = \"unit\", "
                   "up_to = \"remedy.limit\",");
    t_call(d, "policy.reload", "{}");
    const char *id = p_with_department(d);
    p_step(d, "ben", id, "grant", "{'remedy': 'refund', 'amount': '2000.01'}", "passed_up");
    struct rd_error above =
        p_refused(d, "above_authority", "li_na", id, "turn_down", "{'reason': 'No'}");
    ck_assert_str_eq(t_text(*above.detail, "amount"), "2000.01");
    ck_assert_str_eq(t_text(*above.detail, "limit"), "2000.00");
    ck_assert_str_eq(t_text(*above.detail, "needs"), "head_of_department");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("procedure_policy");
    TCase *tcase = tcase_create("policy");
    tcase_set_timeout(tcase, T_TIMEOUT_S);
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, test_a_good_change_is_in_force_at_once);
    tcase_add_test(tcase, test_a_bad_change_is_refused_with_its_findings);
    tcase_add_test(tcase, test_a_change_that_would_strand_cases_is_refused);
    tcase_add_test(tcase, test_a_signal_reloads_as_well);
    tcase_add_test(tcase, test_who_may_reload);
    tcase_add_test(tcase, test_what_is_above_and_has_no_way_up_is_refused);
    tcase_add_test(tcase, test_open_cases_are_planned_anew);
    suite_add_tcase(suite, tcase);
    return unit_run(suite);
}
