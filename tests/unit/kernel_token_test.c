/* Tokens: how long, what for, whose; who is told what where one is not good; and that nobody fills
 * the journal by trying. */
#include "unit/kernel_rig.h"

#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/limits.h"
#include "common/company.h"

static struct kernel_rig rig;
static char key[RD_TOKEN_KEY_TEXT];

static void setup(void)
{
    rig_open(&rig);
}

static void teardown(void)
{
    rig_close(&rig);
}

static void console(void)
{
    rig.as = NULL;
    rig.peer = (struct rd_peer){ .door = RD_DOOR_INSIDE };
}

/* Logs in by the token: the rig's peer is then its account, as a session would have it. */
static struct rd_value log_in(struct rd_value made)
{
    const char *token = t_text(made, "token");
    rig.as = NULL;
    rig.peer = (struct rd_peer){ .door = RD_DOOR_TCP, .address = "192.0.2.7" };
    struct rd_value in = rig_ok(&rig, "session.login", "{'token': '%s'}", token);
    rd_token_key(token, key);
    rig.peer.account = t_text(in, "account");
    rig.peer.token = key;
    return in;
}

static uint64_t newest_seq(void)
{
    console();
    return (uint64_t)t_int(rig_ok(&rig, "server.info", "{}"), "seq");
}

START_TEST(a_token_is_shown_once_and_kept_nowhere)
{
    struct rd_value made =
        rig_ok(&rig, "account.token", "{'account': 'ben', 'label': 'till 4', 'days': 2}");
    const char *token = t_text(made, "token");
    ck_assert_uint_eq(strlen(token), strlen("redress_") + 43);
    ck_assert_str_eq(t_text(made, "expires_at"), "2026-03-04T01:00:00Z");
    struct rd_value tokens = rig_ok(&rig, "account.tokens", "{}"), one = t_at(tokens, "tokens.0");
    ck_assert_str_eq(t_text(one, "id"), t_text(made, "id"));
    ck_assert_str_eq(t_text(one, "account"), "ben");
    ck_assert_str_eq(t_text(one, "label"), "till 4");
    ck_assert_str_eq(t_text(one, "made_by"), "administrator");
    ck_assert_str_eq(t_text(one, "state"), "good");
    ck_assert_int_eq(t_at(one, "used_at").kind, RD_NULL);
    ck_assert_ptr_null(strstr(t_show(tokens), token));
    struct rd_value feed = rig_ok(&rig, "feed.read", "{'since': 0}");
    ck_assert_ptr_null(strstr(t_show(feed), token));
    /* no two are alike */
    made = rig_ok(&rig, "account.token", "{'account': 'ben'}");
    ck_assert_str_ne(t_text(made, "token"), token);
    ck_assert_str_eq(t_text(made, "expires_at"), "2026-05-31T01:00:00Z"); /* 90 days */
    ck_assert_uint_eq(t_count(rig_ok(&rig, "account.tokens", "{'account': 'ben'}"), "tokens"), 2);
    ck_assert_uint_eq(t_count(rig_ok(&rig, "account.tokens", "{'account': 'sun'}"), "tokens"), 0);
    rig_expect_rebuild_equal(&rig);
    ck_assert_uint_eq(t_count(rig_ok(&rig, "account.tokens", "{}"), "tokens"), 2);
}
END_TEST

START_TEST(what_can_not_be_meant_is_refused)
{
    rig_no(&rig, "not_found", "/account", "account.token", "{'account': 'gone'}");
    rig_no(&rig, "invalid_params", "/days", "account.token", "{'account': 'ben', 'days': -1}");
    rig_no(&rig, "invalid_params", "/days", "account.token", "{'account': 'ben', 'days': 3651}");
    rig_no(&rig, "invalid_params", "/days", "account.token", "{'account': 'ben', 'days': '9'}");
    rig_no(&rig, "invalid_params", "/expires", "account.token",
           "{'account': 'ben', 'expires': 'soon'}");
    rig_no(&rig, "invalid_params", "/expires", "account.token",
           "{'account': 'ben', 'expires': '2026-03-02T09:00:00+08:00'}");
    rig_no(&rig, "invalid_params", "/expires", "account.token",
           "{'account': 'ben', 'expires': '2027-03-02T09:00:00+08:00', 'days': 3}");
    rig_no(&rig, "invalid_params", "/scopes", "account.token", "{'account': 'ben', 'scopes': []}");
    rig_no(&rig, "invalid_params", "/scopes/1", "account.token",
           "{'account': 'ben', 'scopes': ['read', 4]}");
    static const char *const NOT[] = { "",         "*",      "write", "case.",        "case.lst",
                                       "job.opne", "jobs.*", ".*",    "account.tok*", "case.*.x" };
    for (size_t i = 0; i < sizeof NOT / sizeof *NOT; i++)
        rig_no(&rig, "invalid_params", "/scopes/0", "account.token",
               "{'account': 'ben', 'scopes': ['%s']}", NOT[i]);
    struct rd_buf many;
    rd_buf_init(&many);
    for (int i = 0; i <= RD_TOKEN_SCOPES_MAX; i++)
        rd_buf_printf(&many, "%s'read'", i ? ", " : "");
    rd_buf_char(&many, '\0');
    rig_no(&rig, "invalid_params", "/scopes", "account.token", "{'account': 'ben', 'scopes': [%s]}",
           many.data);
    rd_buf_fini(&many);
    rig_no(&rig, "invalid_params", "/label", "account.token",
           "{'account': 'ben', 'label': '%129d'}", 1);
    rig_no(&rig, "invalid_params", "/id", "account.revoke", "{}");
    rig_no(&rig, "invalid_params", "/id", "account.revoke", "{'id': 'x', 'account': 'ben'}");
    rig_no(&rig, "not_found", "/id", "account.revoke", "{'id': ''}");
    rig_no(&rig, "not_found", "/id", "account.revoke", "{'id': '0123456789abcdef'}");
    rig_no(&rig, "not_found", "/id", "account.revoke", "{'id': '0123456789ABCDEF'}");
    rig_no(&rig, "bad_cursor", "/cursor", "account.tokens", "{'cursor': 'zz'}");
    rig_no(&rig, "invalid_params", "/limit", "account.tokens", "{'limit': 0}");
    ck_assert_uint_eq(t_count(rig_ok(&rig, "account.tokens", "{}"), "tokens"), 0);
}
END_TEST

START_TEST(who_may_not_make_tokens_may_not_see_or_end_them)
{
    rig.peer = (struct rd_peer){ .door = RD_DOOR_UNIX, .uid = 4001 };
    rig_no(&rig, "not_allowed", NULL, "account.token", "{'account': 'ben'}");
    rig_no(&rig, "not_allowed", NULL, "account.tokens", "{'account': 'ben'}");
    rig_no(&rig, "not_allowed", NULL, "account.revoke", "{'account': 'ben'}");
    rig.peer = (struct rd_peer){ .door = RD_DOOR_TCP };
    rig_no(&rig, "not_logged_in", NULL, "account.tokens", "{}");
}
END_TEST

START_TEST(a_token_ends_with_its_time)
{
    struct rd_value made = rig_ok(&rig, "account.token", "{'account': 'ben', 'days': 1}");
    log_in(made);
    rig_ok(&rig, "case.list", "{'type': 'job'}");
    console();
    rig_advance(&rig, "1 day");
    rig.peer = (struct rd_peer){ .door = RD_DOOR_TCP, .account = "ben", .token = key };
    rig_no(&rig, "not_logged_in", NULL, "case.list", "{'type': 'job'}"); /* logged in as he is */
    ck_assert_ptr_nonnull(strstr(rig.error.text, "2026-03-03T01:00:00Z"));
    rig_no(&rig, "not_logged_in", NULL, "session.login", "{'token': '%s'}", t_text(made, "token"));
    console();
    ck_assert_str_eq(t_text(rig_ok(&rig, "account.tokens", "{}"), "tokens.0.state"), "expired");
    /* and one for ever has none */
    made = rig_ok(&rig, "account.token", "{'account': 'ben', 'days': 0}");
    ck_assert_int_eq(t_at(made, "expires_at").kind, RD_NULL);
    rig_advance(&rig, "4000 days");
    log_in(made);
}
END_TEST

START_TEST(a_revoked_token_ends_at_once_also_where_it_is_logged_in)
{
    struct rd_value made = rig_ok(&rig, "account.token", "{'account': 'ben'}");
    rig_ok(&rig, "account.token", "{'account': 'ben'}");
    struct rd_value other = rig_ok(&rig, "account.token", "{'account': 'sun'}");
    log_in(made);
    rig_ok(&rig, "case.list", "{'type': 'job'}");
    struct rd_peer in = rig.peer;
    console();
    struct rd_value ended = rig_ok(&rig, "account.revoke", "{'id': '%s'}", t_text(made, "id"));
    ck_assert_int_eq(t_int(ended, "revoked"), 1);
    rig.peer = in;
    rig_no(&rig, "not_logged_in", NULL, "case.list", "{'type': 'job'}");
    ck_assert_str_eq(rig.error.text, "the token was revoked");
    rig_no(&rig, "not_logged_in", NULL, "session.login", "{'token': '%s'}", t_text(made, "token"));
    /* on the Unix socket he does not fall back to what his uid may */
    in.door = RD_DOOR_UNIX;
    in.uid = 0;
    rig.peer = in;
    rig_no(&rig, "not_logged_in", NULL, "case.list", "{'type': 'job'}");
    console();
    rig_no(&rig, "not_found", "/id", "account.revoke", "{'id': '%s'}", t_text(made, "id"));
    ended = rig_ok(&rig, "account.revoke", "{'account': 'ben'}");
    ck_assert_int_eq(t_int(ended, "revoked"), 1);
    ended = rig_ok(&rig, "account.revoke", "{'account': 'ben'}");
    ck_assert_int_eq(t_int(ended, "revoked"), 0);
    rig_expect_rebuild_equal(&rig);
    log_in(other);
}
END_TEST

/* An account that the rules no longer have, and have again: what was given out before is no good.
 */
START_TEST(tokens_do_not_outlast_an_account_of_the_policy)
{
    static const char NON[] = "      { 'non', unit = 'gz', roles = { 'nobody' } },\n";
    struct rd_value gone = rig_ok(&rig, "account.token", "{'account': 'non'}"),
                    stays = rig_ok(&rig, "account.token", "{'account': 'ben'}");
    t_company_edit(rig.policy, "rules/company.lua", NON, "");
    rig_ok(&rig, "policy.reload", "{}");
    ck_assert_uint_eq(t_count(rig_ok(&rig, "account.tokens", "{}"), "tokens"), 1);
    t_company_edit(rig.policy, "rules/company.lua", "      { 'ben',",
                   rd_arena_printf(&rig.arena, "%s      { 'ben',", NON));
    rig_ok(&rig, "policy.reload", "{}");
    rig.peer = (struct rd_peer){ .door = RD_DOOR_TCP, .address = "192.0.2.7" };
    rig_no(&rig, "not_logged_in", NULL, "session.login", "{'token': '%s'}", t_text(gone, "token"));
    log_in(stays);
    console();
    rig_expect_rebuild_equal(&rig);
}
END_TEST

START_TEST(another_accounts_token_is_no_help)
{
    struct rd_value made = rig_ok(&rig, "account.token", "{'account': 'sun'}");
    log_in(made);
    rig.peer.account = "max";
    rig_no(&rig, "not_logged_in", NULL, "case.list", "{'type': 'job'}");
}
END_TEST

START_TEST(last_use_is_known_to_the_hour_and_costs_no_more)
{
    struct rd_value made = rig_ok(&rig, "account.token", "{'account': 'ben'}");
    uint64_t before = newest_seq();
    for (int i = 0; i < 50; i++)
        log_in(made);
    ck_assert_uint_eq(newest_seq(), before + 1);
    ck_assert_str_eq(t_text(rig_ok(&rig, "account.tokens", "{}"), "tokens.0.used_at"),
                     "2026-03-02T01:00:00Z");
    rig_advance(&rig, "1 hour");
    before = newest_seq();
    log_in(made);
    ck_assert_uint_eq(newest_seq(), before + 1);
    ck_assert_str_eq(t_text(rig_ok(&rig, "account.tokens", "{}"), "tokens.0.used_at"),
                     "2026-03-02T02:00:00Z");
    rig_expect_rebuild_equal(&rig);
}
END_TEST

START_TEST(tokens_come_in_pages)
{
    for (int i = 0; i < 25; i++)
        rig_ok(&rig, "account.token", "{'account': '%s'}", i % 2 ? "ben" : "sun");
    size_t seen = 0;
    const char *cursor = NULL;
    do {
        struct rd_value page =
            cursor ? rig_ok(&rig, "account.tokens", "{'limit': 10, 'cursor': '%s'}", cursor)
                   : rig_ok(&rig, "account.tokens", "{'limit': 10}");
        seen += t_count(page, "tokens");
        cursor = t_at(page, "cursor").kind == RD_TEXT ? t_text(page, "cursor") : NULL;
    } while (cursor);
    ck_assert_uint_eq(seen, 25);
    ck_assert_int_eq(t_int(rig_ok(&rig, "account.revoke", "{'account': 'ben'}"), "revoked"), 12);
}
END_TEST

/* ---- what for ---- */

static void log_in_for(const char *scopes)
{
    console();
    log_in(rig_ok(&rig, "account.token", "{'account': 'ben', 'scopes': [%s]}", scopes));
}

START_TEST(a_token_to_read_writes_nothing)
{
    const char *id = rig_job(&rig, "x");
    log_in_for("'read'");
    rig_ok(&rig, "case.list", "{'type': 'job'}");
    rig_ok(&rig, "case.get", "{'id': '%s'}", id);
    rig_ok(&rig, "feed.read", "{'since': 0}");
    static const char *const WRITES[] = {
        "case.open",
        "{'type': 'job', 'data': {'subject': 'y'}}",
        "case.act",
        "{'id': '1-1', 'event': 'work'}",
    };
    for (size_t i = 0; i < sizeof WRITES / sizeof *WRITES; i += 2)
        rig_no(&rig, "out_of_scope", NULL, WRITES[i], "%s", WRITES[i + 1]);
    rig_no(&rig, "out_of_scope", NULL, "account.token", "{'account': 'ben'}");
    /* nor does it give a right that the account has not */
    rig_no(&rig, "not_allowed", NULL, "account.tokens", "{}");
}
END_TEST

START_TEST(a_token_for_commands_sends_these_and_reads_nothing)
{
    const char *id = rig_job(&rig, "x");
    log_in_for("'job.open', 'job.work'");
    rig_ok(&rig, "case.open", "{'type': 'job', 'data': {'subject': 'y'}}");
    rig_ok(&rig, "case.act", "{'id': '%s', 'event': 'work'}", id);
    rig_no(&rig, "out_of_scope", NULL, "case.act", "{'id': '%s', 'event': 'done'}", id);
    ck_assert_str_eq(rig.error.text, "the token was not made for job.done");
    rig_no(&rig, "out_of_scope", NULL, "case.get", "{'id': '%s'}", id);
    rig_no(&rig, "out_of_scope", NULL, "case.list", "{'type': 'job'}");
    rig_no(&rig, "out_of_scope", NULL, "record.create",
           "{'type': 'person', 'data': {'name': 'Eva'}}");
    log_in_for("'job.*'");
    rig_ok(&rig, "case.act", "{'id': '%s', 'event': 'done'}", id);
    rig_no(&rig, "out_of_scope", NULL, "case.get", "{'id': '%s'}", id);
    log_in_for("'person.create'");
    struct rd_value person =
        rig_ok(&rig, "record.create", "{'type': 'person', 'data': {'name': 'Eva', 'unit': 'gz'}}");
    rig_no(&rig, "out_of_scope", NULL, "record.update", "{'id': '%s', 'set': {'name': 'Ann'}}",
           t_text(person, "id"));
    rig_no(&rig, "out_of_scope", NULL, "case.open", "{'type': 'job', 'data': {'subject': 'y'}}");
    log_in_for("'case.*'");
    rig_ok(&rig, "case.open", "{'type': 'job', 'data': {'subject': 'y'}}");
    rig_ok(&rig, "case.get", "{'id': '%s'}", id);
    rig_no(&rig, "out_of_scope", NULL, "record.create",
           "{'type': 'person', 'data': {'name': 'Eva'}}");
    log_in_for("'feed.subscribe'"); /* and with it the pages of what it follows */
    rig_ok(&rig, "feed.subscribe", "{}");
    rig_ok(&rig, "feed.read", "{'since': 0}");
}
END_TEST

/* Every method there is, and every one that there will be: a token for one thing opens no other. */
START_TEST(no_method_is_open_to_a_token_for_something_else)
{
    size_t count, shut = 0;
    const struct rd_method *methods = rd_kernel_methods(&count);
    log_in_for("'schedule.list'");
    for (size_t i = 0; i < count; i++) {
        struct rd_value params = rd_map();
        if (strcmp(rd_kernel_method_operation(&methods[i]), "schedule.list") == 0 ||
            methods[i].authority == RD_METHOD_OPEN)
            continue;
        for (const struct rd_method_param *p = methods[i].params; p->name; p++)
            if (p->required)
                rd_map_set(&rig.arena, &params, p->name,
                           strstr(p->schema, "integer")  ? rd_int(0)
                           : strstr(p->schema, "object") ? rd_map()
                           : strstr(p->schema, "array")  ? rd_list()
                                                         : rd_text("x"));
        rig_call(&rig, methods[i].name, params);
        ck_assert_msg(rig.status == RD_OUT_OF_SCOPE, "%s: %s", methods[i].name, rig.error.text);
        shut++;
    }
    ck_assert_uint_gt(shut, 30);
}
END_TEST

/* ---- trying ---- */

/* How many entries of these refusals there are in the journal. */
static size_t entries_refused(uint64_t since, const char *command)
{
    size_t found = 0;
    bool more = true;
    console();
    while (more) {
        struct rd_value page =
            rig_ok(&rig, "feed.read", "{'since': %llu}", (unsigned long long)since);
        struct rd_value events = t_at(page, "events");
        for (uint32_t i = 0; i < events.count; i++)
            found += strcmp(rd_map_text(&events.items[i], "command", ""), command) == 0 &&
                     rd_map_get(&events.items[i], "refused") != NULL;
        more = t_int(page, "next") > (int64_t)since;
        since = (uint64_t)t_int(page, "next");
    }
    return found;
}

START_TEST(failed_log_ins_are_journalled_and_cannot_fill_it)
{
    uint64_t before = newest_seq();
    rig.peer = (struct rd_peer){ .door = RD_DOOR_TCP, .address = "198.51.100.9" };
    for (int i = 0; i < 500; i++)
        rig_no(&rig, "not_logged_in", NULL, "session.login", "{'token': 'guess %d'}", i);
    ck_assert_uint_eq(entries_refused(before, "session.login"), RD_LOGIN_FAILURES_TOLD);
    rig_advance(&rig, "1 hour");
    before = newest_seq();
    rig.peer = (struct rd_peer){ .door = RD_DOOR_TCP, .address = "198.51.100.9" };
    for (int i = 0; i < 10; i++)
        rig_no(&rig, "not_logged_in", NULL, "session.login", "{'token': 'again %d'}", i);
    ck_assert_uint_eq(entries_refused(before, "session.login"), 10);
    rig_expect_rebuild_equal(&rig);
}
END_TEST

START_TEST(refusals_are_journalled_and_cannot_fill_it)
{
    const char *id = rig_job(&rig, "x");
    uint64_t before = newest_seq();
    rig.as = "non";
    for (int i = 0; i < RD_REFUSALS_TOLD + 50; i++)
        rig_no(&rig, "not_allowed", NULL, "case.open", "{'type': 'job', 'data': {}}");
    ck_assert_uint_eq(entries_refused(before, "job.open"), RD_REFUSALS_TOLD);
    /* another's are another's */
    before = newest_seq();
    rig.as = "ann";
    rig_no(&rig, "not_allowed", NULL, "case.act", "{'id': '%s', 'event': 'work'}", id);
    ck_assert_uint_eq(entries_refused(before, "job.work"), 1);
    rig_advance(&rig, "1 minute");
    before = newest_seq();
    rig.as = "non";
    rig_no(&rig, "not_allowed", NULL, "case.open", "{'type': 'job', 'data': {}}");
    ck_assert_uint_eq(entries_refused(before, "job.open"), 1);
    rig_expect_rebuild_equal(&rig);
}
END_TEST

START_TEST(who_tries_the_operators_methods_is_written_down)
{
    uint64_t before = newest_seq();
    rig.peer = (struct rd_peer){ .door = RD_DOOR_UNIX, .uid = 4001 };
    rig_no(&rig, "not_allowed", NULL, "account.token", "{'account': 'max'}");
    rig_no(&rig, "not_allowed", NULL, "account.revoke", "{'account': 'max'}");
    rig_no(&rig, "not_allowed", NULL, "account.tokens", "{}"); /* this would change nothing */
    ck_assert_uint_eq(entries_refused(before, "account.token"), 1);
    ck_assert_uint_eq(entries_refused(before, "account.revoke"), 1);
    ck_assert_uint_eq(newest_seq(), before + 2);
    log_in_for("'read'");
    before = newest_seq();
    rig.peer = (struct rd_peer){ .door = RD_DOOR_TCP, .account = "ben", .token = key };
    rig_no(&rig, "out_of_scope", NULL, "policy.reload", "{}");
    ck_assert_uint_eq(entries_refused(before, "policy.reload"), 1);
    rig_expect_rebuild_equal(&rig);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("kernel_token");
    TCase *tcase = tcase_create("token");
    tcase_set_timeout(tcase, T_TIMEOUT_S);
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, a_token_is_shown_once_and_kept_nowhere);
    tcase_add_test(tcase, what_can_not_be_meant_is_refused);
    tcase_add_test(tcase, who_may_not_make_tokens_may_not_see_or_end_them);
    tcase_add_test(tcase, a_token_ends_with_its_time);
    tcase_add_test(tcase, a_revoked_token_ends_at_once_also_where_it_is_logged_in);
    tcase_add_test(tcase, tokens_do_not_outlast_an_account_of_the_policy);
    tcase_add_test(tcase, another_accounts_token_is_no_help);
    tcase_add_test(tcase, last_use_is_known_to_the_hour_and_costs_no_more);
    tcase_add_test(tcase, tokens_come_in_pages);
    tcase_add_test(tcase, a_token_to_read_writes_nothing);
    tcase_add_test(tcase, a_token_for_commands_sends_these_and_reads_nothing);
    tcase_add_test(tcase, no_method_is_open_to_a_token_for_something_else);
    tcase_add_test(tcase, failed_log_ins_are_journalled_and_cannot_fill_it);
    tcase_add_test(tcase, refusals_are_journalled_and_cannot_fill_it);
    tcase_add_test(tcase, who_tries_the_operators_methods_is_written_down);
    suite_add_tcase(suite, tcase);
    return unit_run(suite);
}
