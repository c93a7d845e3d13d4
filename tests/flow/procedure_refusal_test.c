/* What the procedure refuses over a real socket, and what must not change by it: versions, repeated
 * requests, states, forms, reach, trials (dry_run), unique values. */
#include "flow/procedure.h"

#include <string.h>

#include "unit/unit.h"

#define VERIFY "{'ground': 'sufficient', 'demand': 'reasonable'}"

static struct t_daemon *d;
static const char *customer, *id; /* Li Wei, and a complaint of hers at version 1 */
static int64_t seq;

static void setup(void)
{
    d = t_daemon_start(NULL);
    customer = p_customer(d, "Li Wei");
    id = t_text(p_open(d, "ben", customer), "id");
    seq = p_seq(d);
}

static void teardown(void)
{
    t_daemon_free(d);
}

/* Nothing was written, and the complaint is as it was. */
static void assert_untouched(void)
{
    ck_assert_int_eq(p_seq(d), seq);
    ck_assert_int_eq(t_int(p_get(d, id), "version"), 1);
    ck_assert_str_eq(p_state(d, id), "received");
}

START_TEST(test_stale_version)
{
    struct rd_error error = t_refused(d, "stale_version", "case.act",
                                      "{'id': '%s', 'as': 'ben', 'event': 'verify', 'if_version': "
                                      "2, 'form': " VERIFY "}",
                                      id);
    ck_assert_int_eq(t_int(*error.detail, "version"), 1);
    ck_assert_str_eq(error.where, "/if_version");
    assert_untouched();
    struct rd_value reply = t_call(d, "case.act",
                                   "{'id': '%s', 'as': 'ben', 'event': 'verify', 'if_version': 1, "
                                   "'form': " VERIFY "}",
                                   id);
    ck_assert_int_eq(t_int(reply, "version"), 2);
    ck_assert_int_eq(t_int(reply, "seq"), seq + 1);
    t_refused(d, "stale_version", "record.update",
              "{'id': '%s', 'set': {'name': 'Li'}, 'if_version': 9}", customer);
}
END_TEST

/* The request as one line, sent twice and more; the reply lines must be the same bytes. */
static const char *raw(const char *method, const char *params)
{
    struct rd_value value =
        t_json(d, "{'jsonrpc': '2.0', 'id': 7, 'method': '%s', 'params': %s}", method, params);
    const char *line = p_json(d, value);
    size_t len;
    struct rd_error error = RD_ERROR_NONE;
    struct rd_client *client = t_connect(d, NULL);
    const char *reply;
    ck_assert_int_eq(rd_client_send_raw(client, line, strlen(line), &error), RD_OK);
    ck_assert_int_eq(rd_client_send_raw(client, "\n", 1, &error), RD_OK);
    ck_assert_msg(rd_client_read_line(client, &d->arena, &reply, &len, &error) == RD_OK, "%s",
                  error.text);
    rd_client_close(client);
    return reply;
}

START_TEST(test_a_repeat_gets_the_same_reply_and_one_entry)
{
    const struct {
        const char *method, *params;
    } requests[] = {
        { "record.create", "{'type': 'customer', 'as': 'ben', 'idempotency_key': 'a', 'data': "
                           "{'name': 'Qi', 'vip': true, 'phone': '1'}}" },
        { "record.update", rd_arena_printf(&d->arena,
                                           "{'id': '%s', 'as': 'admin', 'idempotency_key': 'b', "
                                           "'set': {'company': 'Li & Co', 'phone': null}}",
                                           customer) },
        { "case.open", rd_arena_printf(&d->arena,
                                       "{'type': 'complaint', 'as': 'kf1', 'idempotency_key': 'c', "
                                       "'data': {'customer': '%s', 'channel': 'letter', 'problem': "
                                       "'privacy', 'summary': '\\u6295', 'press': true}}",
                                       customer) },
        { "case.act", rd_arena_printf(&d->arena,
                                      "{'id': '%s', 'as': 'ben', 'event': 'verify', "
                                      "'idempotency_key': 'd', 'form': " VERIFY "}",
                                      id) },
        { "case.act", rd_arena_printf(&d->arena,
                                      "{'id': '%s', 'as': 'ben', 'event': 'transfer', "
                                      "'idempotency_key': 'e', 'form': {'department': 'sales'}}",
                                      id) },
        { "case.act",
          rd_arena_printf(&d->arena,
                          "{'id': '%s', 'as': 'ben', 'event': 'ask', 'idempotency_key': "
                          "'f', 'form': {'question': 'Which?'}}",
                          id) },
    };
    const char *first[6];
    for (int i = 0; i < 6; i++) {
        first[i] = raw(requests[i].method, requests[i].params);
        ck_assert_msg(strstr(first[i], "\"result\"") != NULL, "%s", first[i]);
        ck_assert_str_eq(raw(requests[i].method, requests[i].params), first[i]);
        ck_assert_int_eq(p_seq(d), ++seq);
    }
    p_step(d, "ben", id, "answered", "{'answer': 'The first'}", "with_department");
    for (int i = 0; i < 6; i++) /* also when the record has gone on since */
        ck_assert_str_eq(raw(requests[i].method, requests[i].params), first[i]);
    t_daemon_kill(d);
    t_daemon_again(d);
    for (int i = 0; i < 6; i++) /* and across a crash */
        ck_assert_str_eq(raw(requests[i].method, requests[i].params), first[i]);
    ck_assert_int_eq(p_seq(d), seq + 1);
}
END_TEST

START_TEST(test_a_key_belongs_to_one_request_of_one_actor)
{
    t_call(d, "record.update",
           "{'id': '%s', 'as': 'ben', 'idempotency_key': 'k', 'set': {'company': 'A'}}", customer);
    seq = p_seq(d);
    t_refused(d, "idempotency_conflict", "record.update",
              "{'id': '%s', 'as': 'ben', 'idempotency_key': 'k', 'set': {'company': 'B'}}",
              customer);
    t_refused(d, "idempotency_conflict", "case.act",
              "{'id': '%s', 'as': 'ben', 'idempotency_key': 'k', 'event': 'withdraw'}", id);
    assert_untouched();
    t_call(d, "record.update",
           "{'id': '%s', 'as': 'mei', 'idempotency_key': 'k', 'set': {'company': 'B'}}", customer);
    ck_assert_int_eq(p_seq(d), seq + 1);
    t_refused(d, "invalid_params", "record.update",
              "{'id': '%s', 'as': 'ben', 'idempotency_key': '', 'set': {}}", customer);
}
END_TEST

START_TEST(test_a_refused_request_may_be_tried_again_with_its_key)
{
    for (int i = 0; i < 2; i++)
        t_refused(d, "wrong_state", "case.act",
                  "{'id': '%s', 'as': 'ben', 'event': 'transfer', 'idempotency_key': 'k', 'form': "
                  "{'department': 'sales'}}",
                  id);
    assert_untouched();
    p_step(d, "ben", id, "verify", VERIFY, "verified");
    t_call(d, "case.act",
           "{'id': '%s', 'as': 'ben', 'event': 'transfer', 'idempotency_key': 'k', 'form': "
           "{'department': 'sales'}}",
           id);
    ck_assert_str_eq(p_state(d, id), "with_department");
}
END_TEST

START_TEST(test_wrong_state_says_what_is_accepted)
{
    struct rd_error error = p_refused(d, "wrong_state", "ben", id, "transfer", "{}");
    ck_assert_str_eq(t_text(*error.detail, "state"), "received");
    ck_assert_str_eq(t_text(*error.detail, "accepts.0"), "verify");
    ck_assert_str_eq(t_text(*error.detail, "accepts.1"), "withdraw");
    ck_assert(strstr(p_json(d, *error.detail), "stage_due") == NULL); /* only clocks send this */
    ck_assert_msg(strncmp(error.where, "scripts/complaint.lua:", 22) == 0, "%s", error.where);
    error = p_refused(d, "invalid_params", "ben", id, "verfy", "{}");
    ck_assert_msg(strstr(error.text, "did you mean 'verify'") != NULL, "%s", error.text);
    assert_untouched();
}
END_TEST

static bool has_fault(const struct rd_error *error, const char *pointer)
{
    const struct rd_value *faults = rd_map_list(error->detail, "faults");
    for (uint32_t i = 0; i < faults->count; i++)
        for (uint32_t k = 0; k < faults->items[i].count; k++)
            if (faults->items[i].pairs[k].value.kind == RD_TEXT &&
                strcmp(faults->items[i].pairs[k].value.text, pointer) == 0)
                return true;
    return false;
}

START_TEST(test_bad_form_names_every_fault_by_its_pointer)
{
    struct rd_error error = t_refused(
        d, "bad_form", "case.open",
        "{'type': 'complaint', 'as': 'ben', 'data': {'customer': '1-999', 'channel': 'smoke', "
        "'summary': 7, 'occurred_on': '2026-02-30', 'injury': 'yes', 'sumary': 'x'}}");
    static const char *const pointers[] = { "/data/customer", "/data/channel",     "/data/problem",
                                            "/data/summary",  "/data/occurred_on", "/data/injury",
                                            "/data/sumary" };
    for (size_t i = 0; i < sizeof pointers / sizeof *pointers; i++)
        ck_assert_msg(has_fault(&error, pointers[i]), "no %s in %s", pointers[i],
                      t_show(*error.detail));
    ck_assert_uint_eq(t_count(*error.detail, "faults"), 7);
    error = p_refused(d, "bad_form", "ben", id, "verify", "{'ground': 'enough'}");
    ck_assert(has_fault(&error, "/form/ground") && has_fault(&error, "/form/demand"));
    error = t_refused(d, "bad_form", "record.create",
                      "{'type': 'customer', 'as': 'ben', 'data': {'name': '', 'years': -1, "
                      "'revenue_year': '1.001', 'handler': 'nobody'}}");
    static const char *const of_customer[] = { "/data/name", "/data/years", "/data/revenue_year",
                                               "/data/handler" };
    for (size_t i = 0; i < sizeof of_customer / sizeof *of_customer; i++)
        ck_assert_msg(has_fault(&error, of_customer[i]), "no %s in %s", of_customer[i],
                      t_show(*error.detail));
    assert_untouched();
}
END_TEST

START_TEST(test_what_one_may_not_read_is_not_there)
{
    const struct {
        const char *method, *more;
    } calls[] = { { "case.get", "" },
                  { "case.history", "" },
                  { "case.explain", "" },
                  { "case.actions", "" },
                  { "case.act", ", 'event': 'verify', 'form': " VERIFY } };
    for (size_t i = 0; i < sizeof calls / sizeof *calls; i++) {
        struct rd_error hidden = t_refused(d, "not_found", calls[i].method,
                                           "{'id': '%s', 'as': 'sun'%s}", id, calls[i].more);
        struct rd_error missing = t_refused(d, "not_found", calls[i].method,
                                            "{'id': '4-999999', 'as': 'sun'%s}", calls[i].more);
        ck_assert_str_eq(hidden.where, missing.where); /* nothing tells the two apart */
        ck_assert_uint_eq(strcspn(hidden.text, "'"), strcspn(missing.text, "'"));
        ck_assert_int_eq(strncmp(hidden.text, missing.text, strcspn(hidden.text, "'")), 0);
        t_refused(d, "not_found", calls[i].method, "{'id': 'x', 'as': 'sun'%s}", calls[i].more);
    }
    struct rd_value list = t_call(d, "case.list", "{'type': 'complaint', 'as': 'sun'}");
    ck_assert_uint_eq(t_count(list, "cases"), 0);
    list = t_call(d, "case.list", "{'type': 'complaint', 'as': 'mei'}");
    ck_assert_uint_eq(t_count(list, "cases"), 1);
    assert_untouched();
}
END_TEST

START_TEST(test_not_allowed_is_journalled_and_changes_nothing)
{
    struct rd_error error = p_refused(d, "not_allowed", "kf1", id, "verify", VERIFY);
    ck_assert_ptr_nonnull(error.detail);
    ck_assert_int_eq(p_seq(d), seq + 1); /* a refusal that matters */
    ck_assert_int_eq(t_int(p_get(d, id), "version"), 1);
    struct rd_value why =
        t_call(d, "case.explain", "{'id': '%s', 'seq': %lld}", id, (long long)seq + 1);
    ck_assert_str_eq(t_text(why, "refused"), "not_allowed");
    ck_assert_str_eq(t_text(why, "actor"), "kf1");
    ck_assert_str_eq(t_text(why, "behind"), "administrator");
}
END_TEST

START_TEST(test_a_trial_changes_nothing)
{
    struct rd_value trial = t_call(
        d, "case.act",
        "{'id': '%s', 'as': 'ben', 'event': 'verify', 'dry_run': true, 'form': " VERIFY "}", id);
    ck_assert_str_eq(t_text(trial, "state"), "verified");
    ck_assert(t_bool(trial, "dry_run"));
    ck_assert(!t_has(trial, "seq"));
    ck_assert_int_eq(t_int(trial, "version"), 2);
    trial = t_call(d, "case.open",
                   "{'type': 'complaint', 'as': 'ben', 'dry_run': true, 'data': {'customer': '%s', "
                   "'channel': 'hotline', 'problem': 'billing', 'summary': 'x'}}",
                   customer);
    t_refused(d, "not_found", "case.get", "{'id': '%s'}", t_text(trial, "id"));
    t_call(d, "record.create",
           "{'type': 'customer', 'as': 'ben', 'dry_run': true, 'data': {'name': 'Wu'}}");
    t_call(d, "record.update", "{'id': '%s', 'as': 'ben', 'dry_run': true, 'set': {'name': 'Wu'}}",
           customer);
    t_refused(d, "not_allowed", "case.act",
              "{'id': '%s', 'as': 'kf1', 'event': 'verify', 'dry_run': true, 'form': " VERIFY "}",
              id);
    ck_assert_str_eq(t_text(p_get(d, customer), "data.name"), "Li Wei");
    ck_assert_str_eq(t_text(p_open(d, "ben", customer), "number"), "CP-2026-000002");
    seq++;
    assert_untouched();
}
END_TEST

START_TEST(test_a_phone_is_one_customers)
{
    t_call(d, "record.update", "{'id': '%s', 'as': 'ben', 'set': {'phone': '139'}}", customer);
    struct rd_error error =
        t_refused(d, "already_exists", "record.create",
                  "{'type': 'customer', 'as': 'ben', 'data': {'name': 'Wu', 'phone': '139'}}");
    ck_assert_str_eq(error.where, "/data/phone");
    const char *wu =
        t_text(t_call(d, "record.create",
                      "{'type': 'customer', 'as': 'ben', 'data': {'name': 'Wu', 'phone': '138'}}"),
               "id");
    t_refused(d, "already_exists", "record.update",
              "{'id': '%s', 'as': 'admin', 'set': {'phone': '139'}}", wu);
    t_call(d, "record.update", "{'id': '%s', 'as': 'ben', 'set': {'phone': '139'}}", customer);
    t_call(d, "record.update", "{'id': '%s', 'as': 'ben', 'set': {'phone': null}}", customer);
    t_call(d, "record.update", "{'id': '%s', 'as': 'admin', 'set': {'phone': '139'}}", wu);
    ck_assert_str_eq(t_text(p_get(d, wu), "data.phone"), "139");
    ck_assert(!t_has(p_get(d, customer), "data.phone"));
}
END_TEST

START_TEST(test_a_record_is_updated)
{
    struct rd_value reply =
        t_call(d, "record.update",
               "{'id': '%s', 'as': 'ben', 'if_version': 1, 'set': {'company': 'Li & Co', "
               "'revenue_year': '1000000.00', 'last_contact': '2026-03-01'}}",
               customer);
    ck_assert_int_eq(t_int(reply, "version"), 2);
    ck_assert_str_eq(t_text(reply, "data.revenue_year"), "1000000.00");
    ck_assert_str_eq(t_text(p_open(d, "ben", customer), "data.customer_tier"), "key");
    t_refused(d, "bad_form", "record.update", "{'id': '%s', 'as': 'ben', 'set': {'name': null}}",
              customer);
    t_refused(d, "not_allowed", "record.update",
              "{'id': '%s', 'as': 'kf1', 'set': {'company': 'x'}}", customer);
    t_refused(d, "invalid_params", "record.update", "{'id': '%s', 'set': {'summary': 'x'}}", id);
    t_refused(d, "invalid_params", "case.open", "{'type': 'article', 'data': {}}");
    t_refused(d, "invalid_params", "record.create", "{'type': 'complaint', 'data': {}}");
    t_refused(d, "invalid_params", "record.create", "{'type': 'costumer', 'data': {}}");
    ck_assert_int_eq(t_int(p_get(d, customer), "version"), 2);
}
END_TEST

START_TEST(test_as_is_for_administrators_on_the_unix_socket)
{
    t_daemon_free(d);
    d = t_daemon_start(&(struct t_options){ .tcp = true });
    customer = p_customer(d, "Li Wei");
    id = t_text(p_open(d, "ben", customer), "id");
    struct rd_client *tcp = t_connect(d, t_daemon_tcp(d));
    t_refused_on(d, tcp, "not_logged_in", "case.get", "{'id': '%s'}", id);
    static const char *const accounts[] = { "ben", "admin", "chen" };
    for (int i = 0; i < 3; i++) {
        const char *token =
            t_text(t_call(d, "account.token", "{'account': '%s'}", accounts[i]), "token");
        t_call_on(d, tcp, "session.login", "{'token': '%s'}", token);
        t_refused_on(d, tcp, "not_allowed", "case.act",
                     "{'id': '%s', 'as': 'mei', 'event': 'verify', 'form': " VERIFY "}", id);
    }
    rd_client_close(tcp);
    ck_assert_str_eq(p_state(d, id), "received");
    t_refused(d, "invalid_params", "case.get", "{'id': '%s', 'as': 'nobody'}", id);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("procedure_refusal");
    TCase *tcase = tcase_create("refusal");
    tcase_set_timeout(tcase, T_TIMEOUT_S);
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, test_stale_version);
    tcase_add_test(tcase, test_a_repeat_gets_the_same_reply_and_one_entry);
    tcase_add_test(tcase, test_a_key_belongs_to_one_request_of_one_actor);
    tcase_add_test(tcase, test_a_refused_request_may_be_tried_again_with_its_key);
    tcase_add_test(tcase, test_wrong_state_says_what_is_accepted);
    tcase_add_test(tcase, test_bad_form_names_every_fault_by_its_pointer);
    tcase_add_test(tcase, test_what_one_may_not_read_is_not_there);
    tcase_add_test(tcase, test_not_allowed_is_journalled_and_changes_nothing);
    tcase_add_test(tcase, test_a_trial_changes_nothing);
    tcase_add_test(tcase, test_a_phone_is_one_customers);
    tcase_add_test(tcase, test_a_record_is_updated);
    tcase_add_test(tcase, test_as_is_for_administrators_on_the_unix_socket);
    suite_add_tcase(suite, tcase);
    return unit_run(suite);
}
