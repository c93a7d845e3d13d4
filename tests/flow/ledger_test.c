/* Money over the real socket: paid once although the daemon is killed and the command repeated, and
 * shown and proved by the program. */
#include "common/t.h"
#include "unit/unit.h"

#include <stdlib.h>
#include <string.h>

static struct t_daemon *d;
static const char *customer, *complaint;

static void act(const char *as, const char *event, const char *form)
{
    t_call(d, "case.act", "{'id': '%s', 'as': '%s', 'event': '%s', 'form': {%s}}", complaint, as,
           event, form);
}

static void setup(void)
{
    d = t_daemon_start(NULL);
    customer = t_text(
        t_call(d, "case.open", "{'type': 'customer', 'as': 'ben', 'data': {'name': 'Li Wei'}}"),
        "id");
    complaint =
        t_text(t_call(d, "case.open",
                      "{'type': 'complaint', 'as': 'ben', 'data': {'customer': '%s', 'channel': "
                      "'hotline', 'problem': 'billing', 'summary': 'Charged twice'}}",
                      customer),
               "id");
    act("ben", "verify", "'ground': 'sufficient', 'demand': 'reasonable'");
    act("ben", "transfer", "'department': 'finance'");
    act("ben", "grant", "'remedy': 'refund', 'amount': '80.00'");
}

static void teardown(void)
{
    t_daemon_free(d);
}

static struct rd_value account(const char *as)
{
    return t_call(d, "ledger.get", "{'ledger': 'customer_credit', 'account': '%s', 'as': '%s'}",
                  customer, as);
}

START_TEST(a_payment_survives_a_kill_and_is_not_repeated)
{
    static const char CLOSE[] = "{'id': '%s', 'as': 'ben', 'event': 'close', 'form': {'result': "
                                "'Paid back'}, 'idempotency_key': 'close-1'}";
    int64_t seq = t_int(t_call(d, "case.act", CLOSE, complaint), "seq");
    t_daemon_kill(d);
    t_daemon_again(d);
    ck_assert_int_eq(t_int(t_call(d, "case.act", CLOSE, complaint), "seq"), seq);
    ck_assert_str_eq(t_text(account("ben"), "balance"), "80.00");
    ck_assert_int_eq(t_int(account("ben"), "total"), 1);
    ck_assert_str_eq(t_text(account("ben"), "entries.0.source"), complaint);
    ck_assert_str_eq(t_text(account("ben"), "entries.0.key"), "CP-2026-000001/0");
    t_refused(d, "not_found", "ledger.get",
              "{'ledger': 'customer_credit', 'account': '%s', 'as': 'sun'}", customer);
    t_refused(d, "not_allowed", "ledger.verify", "{'ledger': 'customer_credit', 'as': 'ben'}");
}
END_TEST

START_TEST(the_program_shows_and_proves)
{
    const char *output;
    char connect[700];
    snprintf(connect, sizeof connect, "--connect=%s", d->address);
    act("ben", "close", "'result': 'Paid back'");
    const char *show[] = { "ledger", "show", "customer_credit", customer, connect, NULL };
    ck_assert_int_eq(t_program(d, show, &output), 0);
    ck_assert_msg(strstr(output, "80.00, 1 entries") != NULL, "%s", output);
    ck_assert_msg(strstr(output, "CP-2026-000001/0") != NULL, "%s", output);
    const char *verify[] = { "ledger", "verify", "customer_credit", connect, NULL };
    ck_assert_int_eq(t_program(d, verify, &output), 0);
    ck_assert_msg(strstr(output, "1 accounts, 1 entries, 0 faults") != NULL, "%s", output);
    const char *wrong[] = { "ledger", "verify", "customer_credits", connect, NULL };
    ck_assert_int_ne(t_program(d, wrong, &output), 0);
    ck_assert_msg(strstr(output, "did you mean 'customer_credit'?") != NULL, "%s", output);
    const char *json[] = { "ledger", "show", "customer_credit", customer, connect, "-o",
                           "json",   NULL };
    ck_assert_int_eq(t_program(d, json, &output), 0);
    ck_assert_msg(strstr(output, "\"balance\"") != NULL, "%s", output);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("flow ledger");
    TCase *tests = tcase_create("flow ledger");
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, a_payment_survives_a_kill_and_is_not_repeated);
    tcase_add_test(tests, the_program_shows_and_proves);
    tcase_set_timeout(tests, T_TIMEOUT_S);
    suite_add_tcase(suite, tests);
    return unit_run(suite);
}
