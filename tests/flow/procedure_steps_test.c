/* The procedure of a complaint over a real socket, event by event: the whole way, the short way,
 * the ways out, the ways back, and who may go them. */
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

START_TEST(test_a_complaint_goes_the_whole_way)
{
    struct rd_value opened = p_open(d, "kf1", p_customer(d, "Li Wei"));
    const char *id = t_text(opened, "id");
    ck_assert_str_eq(t_text(opened, "number"), "CP-2026-000001");
    ck_assert_str_eq(t_text(opened, "type"), "complaint");
    ck_assert_str_eq(t_text(opened, "state"), "received");
    ck_assert_int_eq(t_int(opened, "version"), 1);
    ck_assert_str_eq(t_text(opened, "data.handler"), "kf1");
    ck_assert_str_eq(t_text(opened, "data.unit"), "gz");
    ck_assert_str_eq(t_text(opened, "data.customer_tier"), "ordinary");
    ck_assert_str_eq(t_text(opened, "opened_by"), "kf1");
    ck_assert_str_eq(t_text(opened, "opened_at"), "2026-03-02T01:00:00Z");
    ck_assert_ptr_nonnull(p_outcome(opened, "customer.tier/everyone_else"));
    p_step(d, "ben", id, "verify",
           "{'ground': 'sufficient', 'demand': 'reasonable', 'findings': 'Two runs'}", "verified");
    p_step(d, "ben", id, "transfer", "{'department': 'finance', 'handler': 'mei'}",
           "with_department");
    p_step(d, "mei", id, "ask", "{'question': 'Which account?'}", "with_customer");
    p_step(d, "mei", id, "answered", "{'answer': 'The second one'}", "with_department");
    p_step(d, "mei", id, "investigate",
           "{'cause': 'Two runs of one file', 'cause_kind': 'person', 'responsible': 'kf1'}",
           "investigated");
    p_step(d, "kf1", t_text(p_get(d, id), "data.correction"), "report",
           "{'correction': 'The second file is locked'}", "done");
    p_step(d, "mei", id, "propose",
           "{'remedy': 'refund', 'amount': '80.00', 'plan': 'Pay it back'}", "proposed");
    p_step(d, "mei", id, "propose",
           "{'remedy': 'refund', 'amount': '90.00', 'plan': 'Pay it back, and ten'}", "proposed");
    p_step(d, "li_na", id, "send_back", "{'reason': 'Too much'}", "investigated");
    p_step(d, "mei", id, "propose",
           "{'remedy': 'refund', 'amount': '80.00', 'plan': 'Pay it back'}", "proposed");
    p_step(d, "li_na", id, "choose", "{'instructions': 'Today, with a call'}", "chosen");
    p_step(d, "wang", id, "grant", "{'remedy': 'refund', 'amount': '80.00'}", "processing");
    p_step(d, "mei", id, "feed_back", "{'result': '80.00 paid back'}", "fed_back");
    p_step(d, "hf1", id, "follow_up", "{'satisfied': true}", "followed_up");
    p_step(d, "mei", id, "summarise", "{'assessment': 'Good', 'measures': 'Check for doubles'}",
           "summarised");
    p_step(d, "dang", id, "archive", "{}", "archived");
    struct rd_value end = p_get(d, id);
    ck_assert_int_eq(t_int(end, "version"), 17);
    ck_assert_uint_eq(t_count(end, "deadlines"), 0);
    ck_assert_str_eq(t_text(end, "data.amount"), "80.00");
    ck_assert_str_eq(t_text(end, "data.proposer"), "mei");
    ck_assert_str_eq(t_text(end, "data.chooser"), "li_na");
    ck_assert_str_eq(t_text(end, "data.granter"), "wang");
    ck_assert(t_bool(end, "data.satisfied"));
    ck_assert(!t_has(end, "data.findings")); /* of the form only: in the journal */
    p_refused(d, "wrong_state", "ben", id, "withdraw", "{}");
}
END_TEST

START_TEST(test_a_simple_case_takes_five_steps)
{
    const char *id = p_with_department(d);
    struct rd_value granted = p_act(d, "ben", id, "grant", "{'remedy':'refund','amount':'100.00'}");
    ck_assert_str_eq(t_text(granted, "state"), "processing");
    ck_assert_str_eq(p_outcome(granted, "remedy.limit/refund_handler_ordinary"), "limit = 100.00");
    p_step(d, "ben", id, "close", "{'result': 'Paid back'}", "closed");
    ck_assert_str_eq(p_due(d, id, "closed"), "2026-04-01T01:00:00Z"); /* thirty days */
    p_clock(d, "2026-04-01 08:59");
    ck_assert_str_eq(p_state(d, id), "closed");
    p_clock(d, "2026-04-01 09:00");
    ck_assert_str_eq(p_state(d, id), "archived");
    p_refused(d, "wrong_state", "kf1", id, "reopen", "{}");
}
END_TEST

START_TEST(test_what_is_not_upheld_is_explained)
{
    static const char *const forms[] = {
        "{'ground': 'insufficient', 'demand': 'reasonable'}",
        "{'ground': 'sufficient', 'demand': 'unreasonable'}",
    };
    const char *id = NULL;
    for (size_t i = 0; i < 2; i++) {
        id = p_received(d);
        p_step(d, "ben", id, "verify", forms[i], "explained");
        ck_assert_str_eq(p_due(d, id, "within"), "paused");
    }
    p_step(d, "kf1", id, "reopen", "{'remark': 'Brought the receipt'}", "received");
    ck_assert_int_eq(t_int(p_get(d, id), "data.reopened"), 1);
    ck_assert_str_ne(p_due(d, id, "within"), "paused");
    p_step(d, "ben", id, "verify", "{'ground': 'sufficient', 'demand': 'reasonable'}", "verified");
}
END_TEST

START_TEST(test_what_is_explained_is_filed_thirty_days_later)
{
    const char *id = p_received(d);
    p_step(d, "ben", id, "verify", "{'ground':'insufficient','demand':'reasonable'}", "explained");
    t_advance(d, "30 days");
    ck_assert_str_eq(p_state(d, id), "archived");
}
END_TEST

START_TEST(test_withdrawn_from_every_state_that_allows_it)
{
    const char *received = p_received(d);
    const char *department = p_with_department(d);
    p_step(d, "kf1", received, "withdraw", "{'remark': 'My mistake'}", "withdrawn");
    p_step(d, "kf1", department, "withdraw", "{}", "withdrawn");
    ck_assert_uint_eq(t_count(p_get(d, department), "deadlines"), 0);
    p_refused(d, "wrong_state", "ben", received, "verify",
              "{'ground': 'sufficient', 'demand': 'reasonable'}");
    const char *processing = p_with_department(d);
    p_step(d, "ben", processing, "grant", "{'remedy':'apology','amount':'0.00'}", "processing");
    p_refused(d, "wrong_state", "ben", processing, "withdraw", "{}");
}
END_TEST

START_TEST(test_reopened_by_the_customer_and_by_the_callback)
{
    const char *id = p_with_department(d);
    p_step(d, "ben", id, "grant", "{'remedy': 'refund', 'amount': '10.00'}", "processing");
    p_step(d, "ben", id, "feed_back", "{'result': '10.00 paid back'}", "fed_back");
    p_step(d, "hf1", id, "follow_up", "{'satisfied': false}", "with_department");
    ck_assert_int_eq(t_int(p_get(d, id), "data.reopened"), 1);
    ck_assert_str_eq(p_due(d, id, "with_department"), "2026-03-04T01:00:00Z"); /* anew */
    p_step(d, "ben", id, "grant", "{'remedy': 'refund', 'amount': '90.00'}", "processing");
    p_step(d, "ben", id, "close", "{'result': '90.00 paid back'}", "closed");
    p_step(d, "hf1", id, "follow_up", "{'satisfied': true}", "closed");
    p_step(d, "kf1", id, "reopen", "{'remark': 'Nothing came'}", "with_department");
    struct rd_value record = p_get(d, id);
    ck_assert_int_eq(t_int(record, "data.reopened"), 2);
    ck_assert(!t_has(record, "data.proposer"));
}
END_TEST

START_TEST(test_what_is_above_goes_up_until_somebody_may)
{
    const char *id = p_with_department(d);
    struct rd_value up = p_act(d, "ben", id, "grant", "{'remedy':'refund','amount':'2000.01'}");
    ck_assert_str_eq(t_text(up, "state"), "passed_up");
    ck_assert_str_eq(t_text(up, "data.proposer"), "ben");
    ck_assert_str_eq(p_outcome(up, "remedy.limit/refund_handler_ordinary"), "limit = 100.00");
    p_refused(d, "not_allowed", "ben", id, "grant", "{'remedy': 'refund', 'amount': '50.00'}");
    p_step(d, "li_na", id, "grant", "{'remedy': 'refund', 'amount': '2000.01'}", "passed_up");
    p_step(d, "wang", id, "grant", "{'remedy': 'refund', 'amount': '2000.01'}", "processing");
    ck_assert_str_eq(t_text(p_get(d, id), "data.granter"), "wang");
    const char *most = p_with_department(d);
    p_step(d, "ben", most, "grant", "{'remedy': 'refund', 'amount': '2000.01'}", "passed_up");
    /* sending it back needs no power over the amount; the department then begins anew */
    p_step(d, "li_na", most, "turn_down", "{'reason': 'Far too much'}", "with_department");
    p_step(d, "ben", most, "grant", "{'remedy': 'refund', 'amount': '50.00'}", "processing");
    const char *down = p_with_department(d);
    p_step(d, "ben", down, "grant", "{'remedy': 'gift', 'amount': '400.00'}", "passed_up");
    p_step(d, "li_na", down, "turn_down", "{'reason': 'Too much'}", "with_department");
}
END_TEST

START_TEST(test_four_eyes)
{
    const char *id = p_with_department(d);
    p_step(d, "ben", id, "investigate", "{'cause': 'Two runs', 'cause_kind': 'team'}",
           "investigated");
    p_step(d, "li_na", id, "propose", "{'remedy':'refund','amount':'80.00','plan':'Pay it back'}",
           "proposed");
    struct rd_error own =
        p_refused(d, "not_allowed", "li_na", id, "choose", "{'instructions':'x'}");
    ck_assert_msg(strstr(own.where, "rules/authority.lua:") != NULL, "where: %s", own.where);
    ck_assert_msg(strstr(own.text, "actor_is_proposer") != NULL, "%s", own.text);
    struct rd_error role = p_refused(d, "not_allowed", "mei", id, "choose", "{'instructions':'x'}");
    ck_assert_uint_eq(t_count(*role.detail, "rows"), 2); /* what it would take */
    ck_assert_str_eq(t_text(*role.detail, "rows.0.from.0"), "supervisor");
    p_step(d, "wang", id, "choose", "{'instructions': 'Do it'}", "chosen");
    p_refused(d, "not_allowed", "li_na", id, "grant", "{'remedy': 'refund', 'amount': '80.00'}");
    p_step(d, "ben", id, "grant", "{'remedy': 'refund', 'amount': '80.00'}", "processing");
}
END_TEST

START_TEST(test_five_of_a_kind_in_a_day_raise_one_alarm)
{
    const char *customer = p_customer(d, "Li Wei");
    const char *ids[7];
    for (int i = 0; i < 7; i++) {
        ids[i] = t_text(p_open(d, "ben", customer), "id");
        p_step(d, "ben", ids[i], "verify", "{'ground': 'sufficient', 'demand': 'reasonable'}",
               "verified");
        if (i == 1)
            p_clock(d, "2026-03-03 09:01"); /* a day ago: these two do not count */
    }
    for (int i = 0; i < 6; i++)
        p_step(d, "ben", ids[i], "transfer", "{'department': 'logistics'}", "with_department");
    ck_assert_uint_eq(t_count(t_call(d, "case.list", "{'type': 'mass_alarm'}"), "cases"), 0);
    struct rd_value fifth = p_act(d, "ben", ids[6], "transfer", "{'department': 'logistics'}");
    ck_assert_str_eq(t_text(fifth, "state"), "with_department");
    struct rd_value alarms = t_call(d, "case.list", "{'type': 'mass_alarm'}");
    ck_assert_uint_eq(t_count(alarms, "cases"), 1);
    ck_assert_str_eq(t_text(alarms, "cases.0.number"), "MA-2026-0001");
    ck_assert_str_eq(t_text(alarms, "cases.0.data.department"), "logistics");
    ck_assert_int_eq(t_int(alarms, "cases.0.data.complaints"), 5);
    const char *alarm = t_text(alarms, "cases.0.id");
    struct rd_value first = t_at(t_call(d, "case.history", "{'id': '%s'}", alarm), "entries");
    ck_assert_int_eq(t_int(first.items[0], "seq"), t_int(fifth, "seq")); /* the same entry */
    ck_assert_int_eq(p_told(d, alarm, "wang"), 1);
    const char *again = t_text(p_open(d, "ben", customer), "id");
    p_step(d, "ben", again, "verify", "{'ground':'sufficient','demand':'reasonable'}", "verified");
    p_step(d, "ben", again, "transfer", "{'department': 'logistics'}", "with_department");
    ck_assert_str_eq(t_text(p_get(d, again), "data.alarm"), alarm); /* the new one joins it */
    ck_assert_str_eq(t_text(p_get(d, ids[0]), "data.alarm"),
                     alarm); /* the old ones were drawn in */
    alarms = t_call(d, "case.list", "{'type': 'mass_alarm'}");
    ck_assert_uint_eq(t_count(alarms, "cases"), 1);
    p_step(d, "wang", alarm, "acknowledge", "{}", "acknowledged");
    p_step(d, "wang", alarm, "close", "{'measures': 'A second delivery run'}", "closed");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("procedure_steps");
    TCase *tcase = tcase_create("steps");
    tcase_set_timeout(tcase, T_TIMEOUT_S);
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, test_a_complaint_goes_the_whole_way);
    tcase_add_test(tcase, test_a_simple_case_takes_five_steps);
    tcase_add_test(tcase, test_what_is_not_upheld_is_explained);
    tcase_add_test(tcase, test_what_is_explained_is_filed_thirty_days_later);
    tcase_add_test(tcase, test_withdrawn_from_every_state_that_allows_it);
    tcase_add_test(tcase, test_reopened_by_the_customer_and_by_the_callback);
    tcase_add_test(tcase, test_what_is_above_goes_up_until_somebody_may);
    tcase_add_test(tcase, test_four_eyes);
    tcase_add_test(tcase, test_five_of_a_kind_in_a_day_raise_one_alarm);
    suite_add_tcase(suite, tcase);
    return unit_run(suite);
}
