/* Rules that run away, eat memory or fall over: the command is refused as policy_fault and
 * journalled, nothing is changed, and the house goes on.
 */
#include <stdlib.h>
#include <string.h>

#include "fault/load.h"
#include "fault/shop.h"
#include "unit/unit.h"

#define MEMORY_KIB_MAX (512 * 1024) /* more than the cap of one Lua heap, less than two */

static char shop[UNIT_DIR_MAX];
static struct t_daemon *d;
static const char *id;

static void setup(void)
{
    unit_dir_make(shop);
    f_shop_write(shop, "3 hours", "2 hours", "1 hour", "1 day");
    d = t_daemon_start(&(struct t_options){ .policy = shop });
    id = t_text(t_call(d, "case.open", "{'type': 'ticket', 'as': 'ann', 'data': {'kind': 'a'}}"),
                "id");
}

static void teardown(void)
{
    t_daemon_free(d);
    unit_dir_remove(shop);
}

static int64_t number(const char *member)
{
    return t_int(t_call(d, "server.info", "{}"), member);
}

/* The event fails as a fault of the policy, with a place in it, and leaves only its own trace. */
static void assert_fault(const char *event)
{
    int64_t seq = number("seq"), faults = number("policy_faults");
    struct rd_error error = t_refused(d, "policy_fault", "case.act",
                                      "{'id': '%s', 'as': 'ann', 'event': '%s'}", id, event);
    ck_assert_msg(strstr(error.text, "rules/shop.lua:") || strstr(error.where, "rules/shop.lua:"),
                  "%s: no place: %s (%s)", event, error.text, error.where);
    ck_assert_int_eq(number("seq"), seq + 1);
    ck_assert_int_eq(number("policy_faults"), faults + 1);
    struct rd_value ticket = t_call(d, "case.get", "{'id': '%s'}", id);
    ck_assert_int_eq(t_int(ticket, "version"), 1);
    ck_assert_str_eq(t_text(ticket, "state"), "waiting");
    struct rd_value page = t_call(d, "feed.read", "{'since': %lld}", (long long)seq);
    ck_assert_str_eq(t_text(page, "events.0.refused"), "policy_fault");
    ck_assert_str_eq(t_text(page, "events.0.actor"), "ann");
    ck_assert_uint_eq(t_count(page, "events.0.records"), 0);
    struct rd_value why =
        t_call(d, "case.explain", "{'id': '%s', 'seq': %lld}", id, (long long)seq + 1);
    ck_assert_str_eq(t_text(why, "refused"), "policy_fault");
    ck_assert_int_gt((int)strlen(t_text(why, "reason")), 0);
}

START_TEST(test_a_guard_without_end)
{
    for (int i = 0; i < 5; i++)
        assert_fault("spin");
    t_call(d, "case.act", "{'id': '%s', 'as': 'ann', 'event': 'close'}", id);
}
END_TEST

START_TEST(test_a_guard_that_eats_memory)
{
    for (int i = 0; i < 5; i++)
        assert_fault("eat");
    ck_assert_int_lt(t_daemon_memory_kib(d), MEMORY_KIB_MAX);
    t_call(d, "case.act", "{'id': '%s', 'as': 'ann', 'event': 'close'}", id);
}
END_TEST

START_TEST(test_a_guard_that_falls_over)
{
    assert_fault("fall");
    t_call(d, "case.act", "{'id': '%s', 'as': 'ann', 'event': 'note', 'form': {'note': 'x'}}", id);
}
END_TEST

START_TEST(test_a_fault_is_tried_again_with_its_key)
{
    for (int i = 0; i < 2; i++)
        t_refused(d, "policy_fault", "case.act",
                  "{'id': '%s', 'as': 'ann', 'event': 'spin', 'idempotency_key': 'k'}", id);
}
END_TEST

/* Others get their answers between the runaways. */
START_TEST(test_others_are_answered_meanwhile)
{
    struct rd_client *runaway = t_connect(d, NULL);
    struct rd_value params = t_json(d, "{'id': '%s', 'as': 'ann', 'event': 'spin'}", id);
    struct rd_error error = RD_ERROR_NONE;
    struct rd_value result;
    int64_t number_of;
    for (int i = 0; i < 20; i++)
        rd_client_send(runaway, "case.act", &params);
    ck_assert_int_eq(rd_client_flush(runaway, &error), RD_OK);
    for (int i = 0; i < 20; i++)
        t_call(d, "case.open", "{'type': 'ticket', 'as': 'ann', 'data': {'kind': 'b'}}");
    for (int i = 0; i < 20; i++) {
        enum rd_status status = rd_client_receive(runaway, &d->arena, &number_of, &result, &error);
        ck_assert_msg(status == RD_POLICY_FAULT, "%s: %s", rd_status_name(status), error.text);
    }
    rd_client_close(runaway);
    ck_assert_int_eq(number("policy_faults"), 20);
    struct rd_value list = t_call(d, "case.list", "{'type': 'ticket'}");
    ck_assert_uint_eq(t_count(list, "cases"), 21);
}
END_TEST

/* A deadline whose rule fails rings once, without its effects, and does not hold up the others. */
START_TEST(test_a_deadline_whose_rule_fails)
{
    t_call(d, "case.act", "{'id': '%s', 'as': 'ann', 'event': 'doom'}", id);
    t_advance(d, "1 hour");
    ck_assert_int_eq(number("policy_faults"), 1);
    struct rd_value ticket = t_call(d, "case.get", "{'id': '%s'}", id);
    ck_assert_str_eq(t_text(ticket, "state"), "doomed");
    ck_assert(!t_has(ticket, "data.note"));
    ck_assert_uint_eq(t_count(ticket, "deadlines"), 1);
    t_advance(d, "30 minutes");
    ck_assert_int_eq(number("policy_faults"), 1);
    t_daemon_kill(d);
    t_daemon_again(d);
    t_call(d, "clock.advance", "{'to': '2026-03-02T11:00:00+08:00'}");
    ticket = t_call(d, "case.get", "{'id': '%s'}", id);
    ck_assert_str_eq(t_text(ticket, "state"), "done");
    ck_assert_int_eq(number("policy_faults"), 0); /* since the start */
    ck_assert_uint_eq(t_count(ticket, "deadlines"), 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("script");
    TCase *tcase = tcase_create("script");
    tcase_set_timeout(tcase, T_TIMEOUT_S);
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, test_a_guard_without_end);
    tcase_add_test(tcase, test_a_guard_that_eats_memory);
    tcase_add_test(tcase, test_a_guard_that_falls_over);
    tcase_add_test(tcase, test_a_fault_is_tried_again_with_its_key);
    tcase_add_test(tcase, test_others_are_answered_meanwhile);
    tcase_add_test(tcase, test_a_deadline_whose_rule_fails);
    suite_add_tcase(suite, tcase);
    return unit_run(suite);
}
