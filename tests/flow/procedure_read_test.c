/* What one reads of the procedure over a real socket: lists to their end, records as they were,
 * histories, reasons, and what one may do now. */
#include "flow/procedure.h"

#include <stdlib.h>
#include <string.h>

#include "unit/unit.h"

#define VERIFY "{'ground': 'sufficient', 'demand': 'reasonable'}"

static struct t_daemon *d;

static void setup(void)
{
    d = t_daemon_start(NULL);
}

static void teardown(void)
{
    t_daemon_free(d);
}

/* ---- lists ---- */

#define PEOPLE 37

static const char *people[PEOPLE];

/* Customers with tiers of years 0, 1, 2; ids ascend. */
static void enter_people(void)
{
    for (int i = 0; i < PEOPLE; i++)
        people[i] = t_text(t_call(d, "record.create",
                                  "{'type': 'customer', 'as': 'ben', 'data': {'name': 'P%02d', "
                                  "'status': '%s', 'last_contact': '2026-01-%02d'}}",
                                  i, i % 3 ? "customer" : "likely", 28 - i % 28),
                           "id");
}

static int person(const char *id)
{
    for (int i = 0; i < PEOPLE; i++)
        if (strcmp(people[i], id) == 0)
            return i;
    return -1;
}

/* Follows the list to its end, counting each person; `between` (may be NULL) runs behind each page.
 * Returns how many pages there were. */
static int follow(const char *members, int limit, int seen[PEOPLE], void (*between)(int page))
{
    const char *cursor = NULL;
    int pages = 0;
    memset(seen, 0, PEOPLE * sizeof *seen);
    do {
        const char *from = cursor ? rd_arena_printf(&d->arena, ", 'cursor': '%s'", cursor) : "";
        struct rd_value page =
            t_call(d, "case.list", "{'type': 'customer', 'limit': %d%s%s}", limit, members, from);
        const struct rd_value *cases = rd_map_list(&page, "cases");
        ck_assert_uint_le(cases->count, (unsigned)limit);
        for (uint32_t i = 0; i < cases->count; i++) {
            int at = person(t_text(cases->items[i], "id"));
            if (at >= 0)
                seen[at]++;
        }
        cursor = rd_map_text(&page, "cursor", NULL);
        if (between)
            between(pages);
        ck_assert_int_lt(++pages, 200);
    } while (cursor);
    return pages;
}

static void assert_all_once(const int seen[PEOPLE], bool only_likely)
{
    for (int i = 0; i < PEOPLE; i++)
        ck_assert_msg(seen[i] == (!only_likely || i % 3 == 0), "person %d was listed %d times", i,
                      seen[i]);
}

START_TEST(test_a_list_followed_to_its_end_has_everybody_once)
{
    int seen[PEOPLE];
    static const char *const orders[] = { "", ", 'order': 'id'", ", 'order': '-id'" };
    enter_people();
    for (size_t o = 0; o < sizeof orders / sizeof *orders; o++)
        for (int limit = 1; limit <= 40; limit += 6) {
            int pages = follow(orders[o], limit, seen, NULL);
            assert_all_once(seen, false);
            ck_assert_int_le(pages, PEOPLE / limit + 1);
            follow(rd_arena_printf(&d->arena, "%s, 'where': {'status': 'likely'}", orders[o]),
                   limit, seen, NULL);
            assert_all_once(seen, true);
        }
}
END_TEST

/* Somebody changes, and somebody new comes. */
static void change(int page)
{
    t_call(d, "record.update", "{'id': '%s', 'as': 'admin', 'set': {'company': 'C%d'}}",
           people[page * 7 % PEOPLE], page);
    t_call(d, "record.create", "{'type': 'customer', 'as': 'ben', 'data': {'name': 'N%d'}}", page);
}

START_TEST(test_a_list_holds_while_records_change)
{
    int seen[PEOPLE];
    enter_people();
    follow("", 5, seen, change);
    assert_all_once(seen, false);
    follow(", 'order': '-id'", 5, seen, change);
    assert_all_once(seen, false);
    follow(", 'where': {'status': 'likely'}", 2, seen, change);
    assert_all_once(seen, true);
}
END_TEST

START_TEST(test_a_list_by_state)
{
    const char *customer = p_customer(d, "Li Wei"), *ids[6];
    for (int i = 0; i < 6; i++)
        ids[i] = t_text(p_open(d, "ben", customer), "id");
    p_step(d, "ben", ids[1], "verify", VERIFY, "verified");
    p_step(d, "ben", ids[4], "verify", VERIFY, "verified");
    struct rd_value list = t_call(
        d, "case.list", "{'type': 'complaint', 'where': {'state': 'verified'}, 'order': '-id'}");
    ck_assert_uint_eq(t_count(list, "cases"), 2);
    ck_assert_str_eq(t_text(list, "cases.0.id"), ids[4]);
    ck_assert_str_eq(t_text(list, "cases.1.id"), ids[1]);
    list = t_call(d, "case.list",
                  "{'type': 'complaint', 'where': {'state': 'received', 'customer': '%s', "
                  "'channel': 'hotline'}}",
                  customer);
    ck_assert_uint_eq(t_count(list, "cases"), 4);
    list = t_call(d, "case.list", "{'type': 'complaint', 'where': {'state': 'archived'}}");
    ck_assert_uint_eq(t_count(list, "cases"), 0);
    p_step(d, "ben", ids[1], "withdraw", "{}", "withdrawn");
    list = t_call(d, "case.list", "{'type': 'complaint', 'where': {'state': 'verified'}}");
    ck_assert_uint_eq(t_count(list, "cases"), 1);
}
END_TEST

START_TEST(test_lists_that_are_refused)
{
    enter_people();
    struct rd_value page = t_call(d, "case.list", "{'type': 'customer', 'limit': 3}");
    const char *cursor = t_text(page, "cursor");
    t_refused(d, "bad_cursor", "case.list", "{'type': 'article', 'cursor': '%s'}", cursor);
    t_refused(d, "bad_cursor", "case.list", "{'type': 'customer', 'cursor': 'zz'}");
    t_refused(d, "bad_cursor", "case.list", "{'type': 'customer', 'cursor': ''}");
    t_refused(d, "bad_cursor", "case.list",
              "{'type': 'customer', 'where': {'status': 'likely'}, 'cursor': '%s'}", cursor);
    t_refused(d, "not_indexed", "case.list", "{'type': 'customer', 'order': 'position'}");
    struct rd_error error =
        t_refused(d, "invalid_params", "case.list", "{'type':'customer','where':{'nam':'x'}}");
    ck_assert_str_eq(error.where, "/where/nam");
    ck_assert_msg(strstr(error.text, "did you mean 'name'") != NULL, "%s", error.text);
    t_refused(d, "invalid_params", "case.list", "{'type': 'customer', 'limit': 0}");
    t_refused(d, "invalid_params", "case.list", "{'type': 'customer', 'limit': 1001}");
    t_refused(d, "invalid_params", "case.list", "{'type': 'custome'}");
}
END_TEST

/* ---- one record ---- */

START_TEST(test_as_it_was)
{
    const char *id = p_received(d);
    p_clock(d, "2026-03-02 10:00");
    p_step(d, "ben", id, "verify", VERIFY, "verified");
    p_clock(d, "2026-03-02 11:00");
    p_step(d, "ben", id, "transfer", "{'department': 'finance', 'handler': 'mei'}",
           "with_department");
    p_clock(d, "2026-03-05 09:00"); /* the step is overdue since the 4th, 11:00 */
    static const struct {
        const char *at, *state, *handler;
        int64_t version, escalation;
    } was[] = {
        { "2026-03-02T09:00:00+08:00", "received", "ben", 1, 0 },
        { "2026-03-02T09:59:59+08:00", "received", "ben", 1, 0 },
        { "2026-03-02T10:00:00+08:00", "verified", "ben", 2, 0 },
        { "2026-03-02T11:00:00+08:00", "with_department", "mei", 3, 0 },
        { "2026-03-04T10:59:59+08:00", "with_department", "mei", 3, 0 },
        { "2026-03-04T11:00:00+08:00", "with_department", "mei", 4, 1 },
    };
    for (size_t i = 0; i < sizeof was / sizeof *was; i++) {
        struct rd_value then = t_call(d, "case.get", "{'id': '%s', 'as_of': '%s'}", id, was[i].at);
        ck_assert_str_eq(t_text(then, "state"), was[i].state);
        ck_assert_str_eq(t_text(then, "data.handler"), was[i].handler);
        ck_assert_int_eq(t_int(then, "version"), was[i].version);
        ck_assert_int_eq(t_int(then, "escalation"), was[i].escalation);
    }
    t_refused(d, "not_found", "case.get", "{'id': '%s', 'as_of': '2026-03-01T00:00:00Z'}", id);
    t_refused(d, "invalid_params", "case.get", "{'id': '%s', 'as_of': 'monday'}", id);
    struct rd_value now = t_at(t_call(d, "case.list", "{'type': 'complaint'}"), "cases.0");
    struct rd_value then =
        t_call(d, "case.get", "{'id': '%s', 'as_of': '2026-03-05T09:00:00+08:00'}", id);
    ck_assert_str_eq(p_json(d, then), p_json(d, now)); /* the journal and the store say the same */
}
END_TEST

START_TEST(test_the_history_is_whole)
{
    const char *id = p_with_department(d);
    p_step(d, "ben", id, "grant", "{'remedy': 'refund', 'amount': '100.01', 'note': 'Please'}",
           "passed_up");
    struct rd_value history = t_call(d, "case.history", "{'id': '%s'}", id);
    static const char *const commands[] = { "complaint.receive", "complaint.verify",
                                            "complaint.transfer", "complaint.grant" };
    static const char *const states[] = { "received", "verified", "with_department", "passed_up" };
    ck_assert_uint_eq(t_count(history, "entries"), 4);
    ck_assert(!t_bool(history, "more"));
    for (int i = 0; i < 4; i++) {
        struct rd_value entry = t_at(history, "entries").items[i];
        ck_assert_int_eq(t_int(entry, "version"), i + 1);
        ck_assert_str_eq(t_text(entry, "command"), commands[i]);
        ck_assert_str_eq(t_text(entry, "state"), states[i]);
        ck_assert_str_eq(t_text(entry, "actor"), "ben");
        ck_assert_str_eq(t_text(entry, "behind"), "administrator");
        ck_assert_int_eq(t_int(entry, "policy"), 1);
    }
    struct rd_value grant = t_at(history, "entries").items[3];
    ck_assert_str_eq(t_text(grant, "form.note"), "Please");
    ck_assert_str_eq(t_text(grant, "form.amount"), "100.01");
    ck_assert_str_eq(t_text(grant, "changed.proposer"), "ben");
    history = t_call(d, "case.history", "{'id': '%s', 'since_version': 3}", id);
    ck_assert_uint_eq(t_count(history, "entries"), 1);
}
END_TEST

START_TEST(test_an_entry_is_explained_with_its_rules_and_lines)
{
    const char *id = p_with_department(d);
    struct rd_value up = p_act(d, "ben", id, "grant", "{'remedy':'refund','amount':'100.01'}");
    struct rd_value why = t_call(d, "case.explain", "{'id': '%s'}", id);
    ck_assert_int_eq(t_int(why, "seq"), t_int(up, "seq"));
    ck_assert_str_eq(p_json(d, t_at(why, "decisions")), p_json(d, t_at(up, "decisions")));
    struct rd_value limit =
        t_find(t_at(why, "decisions"), "rule", "remedy.limit/refund_handler_ordinary");
    ck_assert_int_eq(strncmp(t_text(limit, "line"), "rules/remedies.lua:", 19), 0);
    ck_assert_str_eq(t_text(limit, "outcome"), "limit = 100.00");
    ck_assert_str_eq(t_text(limit, "reason"), "100.01 is above, needs supervisor");
    struct rd_value taken = t_find(t_at(why, "decisions"), "rule", "complaint.grant");
    ck_assert_str_eq(t_text(taken, "outcome"), "passed_up");
    ck_assert_int_eq(strncmp(t_text(taken, "line"), "scripts/complaint.lua:", 22), 0);
    t_refused(d, "not_found", "case.explain", "{'id': '%s', 'seq': 1}", id); /* the policy's */
    t_refused(d, "not_found", "case.explain", "{'id': '%s', 'seq': 99999}", id);
}
END_TEST

static bool offers(struct rd_value actions, const char *list, const char *event)
{
    const struct rd_value *items = rd_map_list(&actions, list);
    for (uint32_t i = 0; i < items->count; i++)
        if (strcmp(rd_map_text(&items->items[i], "event", ""), event) == 0)
            return true;
    return false;
}

START_TEST(test_what_one_may_do_now)
{
    const char *id = p_received(d);
    struct rd_value ben = t_call(d, "case.actions", "{'id': '%s', 'as': 'ben'}", id);
    ck_assert_str_eq(t_text(ben, "state"), "received");
    ck_assert(offers(ben, "may", "verify") && offers(ben, "may", "withdraw"));
    ck_assert(offers(ben, "may", "hand_over") && offers(ben, "may", "amend"));
    ck_assert(offers(ben, "may_not", "open_fast_track")); /* a supervisor does that */
    struct rd_value verify = t_find(t_at(ben, "may"), "event", "verify");
    struct rd_value fields = t_at(verify, "form.fields");
    ck_assert_uint_eq(t_count(fields, ""), 4); /* with the symptom, for the knowledge base */
    ck_assert(t_bool(t_find(fields, "name", "ground"), "required"));
    ck_assert(!t_bool(t_find(fields, "name", "findings"), "required"));
    struct rd_value desk = t_call(d, "case.actions", "{'id': '%s', 'as': 'kf1'}", id);
    ck_assert(offers(desk, "may", "withdraw") && offers(desk, "may_not", "verify"));
    struct rd_value no = t_find(t_at(desk, "may_not"), "event", "verify");
    ck_assert_str_eq(t_text(no, "error"), "not_allowed");
    ck_assert_int_gt((int)strlen(t_text(no, "reason")), 0);
    ck_assert_int_eq(p_seq(d), t_int(t_call(d, "case.explain", "{'id': '%s'}", id), "seq"));
    p_step(d, "kf1", id, "withdraw", "{}", "withdrawn");
    ben = t_call(d, "case.actions", "{'id': '%s', 'as': 'ben'}", id);
    ck_assert_uint_eq(t_count(ben, "may"), 0);
}
END_TEST

START_TEST(test_actions_of_a_record_without_a_chart)
{
    const char *article = t_text(
        t_call(d, "record.create",
               "{'type': 'article', 'as': 'li_na', 'data': {'heading': 'H', 'problem': 'billing', "
               "'symptom': 'S', 'advice': 'A'}}"),
        "id");
    struct rd_value actions = t_call(d, "case.actions", "{'id': '%s', 'as': 'ben'}", article);
    ck_assert_uint_eq(t_count(actions, "may"), 0);
    ck_assert_uint_eq(t_count(actions, "may_not"), 0);
}
END_TEST

START_TEST(test_a_decision_is_asked)
{
    struct rd_value answer = t_call(d, "decision.evaluate",
                                    "{'name': 'remedy.limit', 'input': {'remedy': 'refund', "
                                    "'role': 'handler', 'tier': 'key'}}");
    ck_assert_str_eq(t_text(answer, "output.limit"), "500.00");
    ck_assert_str_eq(t_text(answer, "rules.0.rule"), "remedy.limit/refund_handler_key");
    struct rd_error error =
        t_refused(d, "not_found", "decision.evaluate", "{'name': 'remedy.limits', 'input': {}}");
    ck_assert_msg(strstr(error.text, "remedy.limit") != NULL, "%s", error.text);
    t_refused(d, "bad_form", "decision.evaluate",
              "{'name': 'remedy.limit', 'input': {'remedy': 'money'}}");
    t_refused(d, "not_allowed", "decision.evaluate",
              "{'name': 'remedy.limit', 'input': {}, 'as': 'backup'}");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("procedure_read");
    TCase *tcase = tcase_create("read");
    tcase_set_timeout(tcase, T_TIMEOUT_S);
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, test_a_list_followed_to_its_end_has_everybody_once);
    tcase_add_test(tcase, test_a_list_holds_while_records_change);
    tcase_add_test(tcase, test_a_list_by_state);
    tcase_add_test(tcase, test_lists_that_are_refused);
    tcase_add_test(tcase, test_as_it_was);
    tcase_add_test(tcase, test_the_history_is_whole);
    tcase_add_test(tcase, test_an_entry_is_explained_with_its_rules_and_lines);
    tcase_add_test(tcase, test_what_one_may_do_now);
    tcase_add_test(tcase, test_actions_of_a_record_without_a_chart);
    tcase_add_test(tcase, test_a_decision_is_asked);
    suite_add_tcase(suite, tcase);
    return unit_run(suite);
}
