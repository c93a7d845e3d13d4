/* The procedure and time, on the manual clock over a real socket: limits that ring and climb, who
 * is told, what stands still, and cases that are opened at an earlier time. */
#include "flow/procedure.h"

#include <string.h>

#include "unit/unit.h"

static struct t_daemon *d;

static void setup(void)
{
    d = t_daemon_start(NULL);
}

static void teardown(void)
{
    t_daemon_free(d);
}

static const char *received_on_friday(void)
{
    p_clock(d, "2026-03-06 16:00");
    return t_text(p_open(d, "kf1", p_customer(d, "Li Wei")), "id");
}

START_TEST(test_overdue_climbs_but_not_over_the_weekend)
{
    const char *id = received_on_friday();
    ck_assert_str_eq(p_due(d, id, "received"), "2026-03-09T03:00:00Z"); /* Monday, 11:00 */
    p_clock(d, "2026-03-09 10:59");
    ck_assert_int_eq(t_int(p_get(d, id), "escalation"), 0);
    ck_assert_int_eq(p_told(d, id, "li_na"), 0);
    p_clock(d, "2026-03-09 11:00");
    struct rd_value record = p_get(d, id);
    ck_assert_int_eq(t_int(record, "escalation"), 1);
    ck_assert_int_eq(t_int(record, "version"), 2);
    ck_assert_str_eq(t_text(record, "state"), "received");
    ck_assert_str_eq(t_text(record, "updated_at"), "2026-03-09T03:00:00Z");
    ck_assert_int_eq(p_told(d, id, "li_na"), 1);
    ck_assert_int_eq(p_told(d, id, "wang"), 0);
    ck_assert_str_eq(p_due(d, id, "received"), "none"); /* a deadline rings once */
}
END_TEST

START_TEST(test_then_the_head_then_the_branch)
{
    const char *id = received_on_friday();
    p_clock(d, "2026-03-12 15:59");
    ck_assert_int_eq(p_told(d, id, "wang"), 0);
    p_clock(d, "2026-03-12 16:00");
    ck_assert_int_eq(p_told(d, id, "wang"), 1);
    ck_assert_int_eq(t_int(p_get(d, id), "escalation"), 2);
    p_clock(d, "2026-03-20 16:00"); /* ten business days */
    ck_assert_int_eq(p_told(d, id, "zhao"), 1);
    ck_assert_int_eq(p_told(d, id, "chen"), 0);
    ck_assert_str_eq(p_due(d, id, "headquarters"), "2026-03-25T08:00:00Z"); /* three more */
    struct rd_value history = t_call(d, "case.history", "{'id': '%s'}", id);
    static const char *const at[] = { "2026-03-06T08:00:00Z", "2026-03-09T03:00:00Z",
                                      "2026-03-12T08:00:00Z", "2026-03-20T08:00:00Z" };
    ck_assert_uint_eq(t_count(history, "entries"), 4);
    for (size_t i = 0; i < 4; i++) { /* each at the time at which it was due */
        struct rd_value entry = t_at(history, "entries").items[i];
        ck_assert_str_eq(t_text(entry, "at"), at[i]);
        ck_assert_str_eq(t_text(entry, "actor"), i == 0 ? "kf1" : "system");
        ck_assert_str_eq(t_text(entry, "command"), i == 0 ? "complaint.receive" : "ring");
    }
    p_clock(d, "2026-03-25 16:00");
    ck_assert_int_eq(p_told(d, id, "chen"), 1);
    ck_assert_uint_eq(t_count(p_get(d, id), "deadlines"), 0);
}
END_TEST

START_TEST(test_who_is_in_time_is_not_escalated)
{
    const char *id = received_on_friday();
    p_clock(d, "2026-03-09 10:59");
    p_step(d, "ben", id, "verify", "{'ground':'sufficient','demand':'reasonable'}", "verified");
    p_clock(d, "2026-03-09 12:00");
    ck_assert_int_eq(t_int(p_get(d, id), "escalation"), 0);
    ck_assert_str_eq(p_due(d, id, "received"), "none");
    ck_assert_str_eq(p_due(d, id, "verified"), "2026-03-11T02:59:00Z");
}
END_TEST

START_TEST(test_the_clock_stands_still_while_the_customer_is_asked)
{
    const char *id = p_with_department(d); /* Monday, 09:00 */
    ck_assert_str_eq(p_due(d, id, "within"), "2026-03-16T01:00:00Z");
    p_clock(d, "2026-03-03 09:00");
    p_step(d, "ben", id, "ask", "{'question': 'Which account?'}", "with_customer");
    ck_assert_str_eq(p_due(d, id, "within"), "paused");
    ck_assert_str_eq(p_due(d, id, "with_customer"),
                     "2026-03-13T01:00:00Z"); /* ten days, all count */
    p_clock(d, "2026-03-10 09:00");           /* five business days later */
    ck_assert_int_eq(t_int(p_get(d, id), "escalation"), 0);
    p_step(d, "ben", id, "answered", "{'answer': 'The second one'}", "with_department");
    ck_assert_str_eq(p_due(d, id, "within"), "2026-03-23T01:00:00Z");
    struct rd_value within = t_find(t_at(p_get(d, id), "deadlines"), "name", "within");
    ck_assert_uint_eq(t_count(within, "pauses"), 1); /* the ledger says from when to when */
    ck_assert_str_eq(t_text(within, "pauses.0.from"), "2026-03-03T01:00:00Z");
    ck_assert_str_eq(t_text(within, "pauses.0.to"), "2026-03-10T01:00:00Z");
    ck_assert_str_eq(p_due(d, id, "with_customer"), "none");
}
END_TEST

START_TEST(test_no_answer_in_ten_days_closes_the_case)
{
    const char *id = p_with_department(d);
    p_step(d, "ben", id, "ask", "{'question': 'Which account?'}", "with_customer");
    t_advance(d, "9 days");
    ck_assert_str_eq(p_state(d, id), "with_customer");
    int told = p_told(d, id, "ben");
    t_advance(d, "1 day");
    ck_assert_str_eq(p_state(d, id), "closed");
    ck_assert_int_eq(p_told(d, id, "ben"), told + 1);
}
END_TEST

START_TEST(test_a_chain_of_deadlines_in_one_leap)
{
    const char *id = p_with_department(d);
    p_step(d, "ben", id, "ask", "{'question': 'Which account?'}", "with_customer");
    t_advance(d, "60 days"); /* closed after ten, archived thirty days behind that */
    struct rd_value end = p_get(d, id);
    ck_assert_str_eq(t_text(end, "state"), "archived");
    ck_assert_str_eq(t_text(end, "updated_at"), "2026-04-11T01:00:00Z");
}
END_TEST

START_TEST(test_the_clock_does_not_go_back)
{
    t_refused(d, "out_of_order", "clock.advance", "{'to': '2026-03-01T00:00:00Z'}");
    t_refused(d, "invalid_params", "clock.advance", "{}");
    t_refused(d, "invalid_params", "clock.advance", "{'by': 'soon'}");
    t_refused(d, "invalid_params", "clock.advance",
              "{'by': '1 hour', 'to': '2026-04-01T00:00:00Z'}");
    ck_assert_str_eq(t_text(t_call(d, "server.info", "{}"), "clock.now"), "2026-03-02T01:00:00Z");
}
END_TEST

static struct rd_value open_at(const char *customer, const char *at)
{
    return t_call(d, "case.open",
                  "{'type': 'complaint', 'as': 'ben', 'at': '%s', 'data': {'customer': '%s', "
                  "'channel': 'letter', 'problem': 'billing', 'summary': 'Charged twice'}}",
                  at, customer);
}

START_TEST(test_opened_at_an_earlier_time)
{
    const char *customer = p_customer(d, "Li Wei");
    struct rd_value opened = open_at(customer, "2026-02-27T16:00:00+08:00"); /* the Friday before */
    const char *id = t_text(opened, "id");
    ck_assert_str_eq(t_text(opened, "opened_at"), "2026-02-27T08:00:00Z");
    ck_assert_str_eq(p_due(d, id, "received"), "2026-02-28T03:00:00Z"); /* a Saturday, worked */
    t_refused(d, "out_of_order", "case.open",
              "{'type': 'complaint', 'at': '2026-03-02T09:00:01+08:00', 'data': {}}");
    t_refused(d, "invalid_params", "case.open",
              "{'type': 'complaint', 'at': 'yesterday', 'data': {}}");
    ck_assert_int_eq(t_int(p_get(d, id), "escalation"),
                     0); /* what is overdue rings when time moves */
    p_clock(d, "2026-03-02 09:01");
    ck_assert_int_eq(t_int(p_get(d, id), "escalation"), 1);
}
END_TEST

START_TEST(test_only_an_administrator_opens_at_an_earlier_time)
{
    t_daemon_free(d);
    d = t_daemon_start(&(struct t_options){ .tcp = true });
    const char *customer = p_customer(d, "Li Wei");
    const char *token = t_text(t_call(d, "account.token", "{'account': 'ben'}"), "token");
    struct rd_client *ben = t_connect(d, t_daemon_tcp(d));
    t_call_on(d, ben, "session.login", "{'token': '%s'}", token);
    t_refused_on(d, ben, "not_allowed", "case.open",
                 "{'type': 'complaint', 'at': '2026-02-27T16:00:00+08:00', 'data': {'customer': "
                 "'%s', 'channel': 'letter', 'problem': 'billing', 'summary': 'Twice'}}",
                 customer);
    rd_client_close(ben);
}
END_TEST

START_TEST(test_a_restart_goes_on_in_time)
{
    const char *id = received_on_friday();
    p_clock(d, "2026-03-09 11:00");
    t_daemon_stop(d);
    t_daemon_again(d);
    ck_assert_str_eq(t_text(t_call(d, "server.info", "{}"), "clock.now"), "2026-03-09T03:00:00Z");
    ck_assert_int_eq(p_told(d, id, "li_na"), 1);
    p_clock(d, "2026-03-12 16:00");
    ck_assert_int_eq(t_int(p_get(d, id), "escalation"), 2);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("procedure_time");
    TCase *tcase = tcase_create("time");
    tcase_set_timeout(tcase, T_TIMEOUT_S);
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, test_overdue_climbs_but_not_over_the_weekend);
    tcase_add_test(tcase, test_then_the_head_then_the_branch);
    tcase_add_test(tcase, test_who_is_in_time_is_not_escalated);
    tcase_add_test(tcase, test_the_clock_stands_still_while_the_customer_is_asked);
    tcase_add_test(tcase, test_no_answer_in_ten_days_closes_the_case);
    tcase_add_test(tcase, test_a_chain_of_deadlines_in_one_leap);
    tcase_add_test(tcase, test_the_clock_does_not_go_back);
    tcase_add_test(tcase, test_opened_at_an_earlier_time);
    tcase_add_test(tcase, test_only_an_administrator_opens_at_an_earlier_time);
    tcase_add_test(tcase, test_a_restart_goes_on_in_time);
    suite_add_tcase(suite, tcase);
    return unit_run(suite);
}
