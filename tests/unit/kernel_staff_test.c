/* Staff as records: who is an account, who stands in for whom, four eyes, absence, whose turn. */
#include "base/limits.h"
#include "common/company.h"
#include "kernel/inside.h"
#include "store/faults.h"
#include "unit/kernel_rig.h"
#include "unit/staff_company.h"

static struct kernel_rig rig;

static void setup(void)
{
    rig_make(&rig);
    t_company_write(rig.policy, "rules/staff.lua", STAFF_TEXT);
    t_company_edit(rig.policy, "rules/company.lua", "{ 'non', unit = 'gz', roles = { 'nobody' } }",
                   "{ 'non', unit = 'gz', roles = { 'nobody' } },\n"
                   "      { 'ben2', unit = 'sz', roles = { 'boss' }, person = 'Ben' }");
    bool opened = rig_start(&rig, false) == RD_OK;
    const struct rd_finding *first = rig.findings.first;
    ck_assert_msg(opened, "%s: %s:%d: %s", rig.error.text, first ? first->file : "",
                  first ? first->line : 0, first ? first->text : "");
}

static void teardown(void)
{
    rig_close(&rig);
}

/* Hires somebody as the administrator; the record's id. */
static const char *hire(const char *login, const char *unit, const char *role, const char *more)
{
    rig.as = NULL;
    struct rd_value hired =
        rig_ok(&rig, "case.open",
               "{'type': 'employee', 'data': {'login': '%s', 'unit': '%s', 'roles': ['%s']%s}}",
               login, unit, role, more);
    return t_text(hired, "id");
}

static void change(const char *id, const char *set)
{
    rig.as = NULL;
    rig_ok(&rig, "case.act", "{'id': '%s', 'event': 'change', 'form': {%s}}", id, set);
}

static struct rd_value write_paper(const char *as, const char *form)
{
    rig.as = as;
    return rig_ok(&rig, "case.open", "{'type': 'paper', 'data': {%s}}", form);
}

static struct rd_value act(const char *as, const char *id, const char *event)
{
    rig.as = as;
    return rig_ok(&rig, "case.act", "{'id': '%s', 'event': '%s'}", id, event);
}

static void act_no(const char *as, const char *error, const char *id, const char *event)
{
    rig.as = as;
    rig_no(&rig, error, NULL, "case.act", "{'id': '%s', 'event': '%s'}", id, event);
}

/* ---- who is an account ---- */

/* Who could read a paper then: those who were staff then, as they were. */
START_TEST(who_could_see_it_is_told_of_the_staff_of_then)
{
    const char *eva = hire("eva", "gz", "handler", "");
    const char *paper = t_text(write_paper("eva", "'unit': 'gz'"), "id");
    rig.as = NULL;
    rig_advance(&rig, "1 hours");
    change(eva, "'roles': ['nobody'], 'unit': 'sz'");
    hire("kim", "gz", "handler", "");
    rig_advance(&rig, "1 hours");
    static const char *const times[] = { "2026-03-02T01:30:00Z", "2026-03-02T02:30:00Z" };
    for (size_t i = 0; i < 2; i++) {
        struct rd_value was =
            rig_ok(&rig, "case.get", "{'id': '%s', 'as_of': '%s', 'then': true}", paper, times[i]);
        const char *then = t_show(t_at(was, "then.seen_by.accounts")),
                   *today = t_show(t_at(was, "then.today.seen_by.accounts"));
        ck_assert_str_eq(t_text(was, "then.seen_by.staff"), "then");
        ck_assert_msg((strstr(then, "eva") != NULL) == (i == 0), "%s", then);
        ck_assert_msg((strstr(then, "kim") != NULL) == (i == 1), "%s", then);
        ck_assert_msg(!strstr(today, "eva") && strstr(today, "kim"), "%s", today);
    }
}
END_TEST

START_TEST(a_record_is_an_account)
{
    const char *id = hire("eva", "gz", "handler", ", 'name': 'Eva Lin'");
    struct rd_value paper = write_paper("eva", "'unit': 'gz'");
    ck_assert_str_eq(t_text(paper, "data.by"), "eva");
    rig.as = "eva";
    struct rd_value shown = rig_ok(&rig, "staff.show", "{'account': 'eva'}");
    ck_assert_str_eq(t_text(shown, "name"), "Eva Lin");
    ck_assert_str_eq(t_text(shown, "unit"), "gz");
    ck_assert_str_eq(t_text(shown, "id"), id);
    ck_assert_uint_eq(t_count(shown, "roles_held"), 2); /* a handler is staff */
    /* what she may follows her record at once */
    change(id, "'roles': ['nobody']");
    rig.as = "eva";
    rig_no(&rig, "not_allowed", NULL, "case.open", "{'type': 'paper', 'data': {}}");
    change(id, "'roles': ['boss'], 'unit': 'hq'");
    act("eva", t_text(paper, "id"), "file");
}
END_TEST

START_TEST(who_has_left_is_nobody_but_a_name)
{
    const char *id = hire("eva", "gz", "handler", "");
    struct rd_value paper = write_paper("eva", "'who': 'eva'");
    rig.as = NULL;
    rig_ok(&rig, "case.act", "{'id': '%s', 'event': 'leave'}", id);
    rig.as = "eva";
    rig_no(&rig, "invalid_params", "/as", "staff.show", "{'account': 'ben'}");
    ck_assert_str_eq(rig.error.text, "'eva' has left: the account is closed");
    rig.as = NULL;
    rig_no(&rig, "not_found", "/account", "account.token", "{'account': 'eva'}");
    rig.peer = (struct rd_peer){ .door = RD_DOOR_TCP, .account = "eva" };
    rig_no(&rig, "not_logged_in", NULL, "staff.show", "{'account': 'ben'}");
    ck_assert_str_eq(rig.error.text, "'eva' has left: the account is closed");
    rig.peer = (struct rd_peer){ .door = RD_DOOR_INSIDE };
    /* no form of today names her; what was hers is still her unit's */
    rig.as = "ben";
    rig_no(&rig, "bad_form", "/data/who", "case.open", "{'type': 'paper', 'data': {'who': 'eva'}}");
    ck_assert_str_eq(rig.error.text, "/data/who has left: the account is closed");
    rig_ok(&rig, "case.get", "{'id': '%s'}", t_text(paper, "id"));
    rig.as = "sun";
    rig_no(&rig, "not_found", NULL, "case.get", "{'id': '%s'}", t_text(paper, "id"));
    rig.as = "ben";
    ck_assert(t_bool(rig_ok(&rig, "staff.show", "{'account': 'eva'}"), "left"));
    /* ... until she comes back */
    rig.as = NULL;
    rig_ok(&rig, "case.act", "{'id': '%s', 'event': 'back'}", id);
    write_paper("eva", "");
}
END_TEST

START_TEST(a_token_ends_with_the_account)
{
    const char *id = hire("eva", "gz", "handler", "");
    struct rd_value token = rig_ok(&rig, "account.token", "{'account': 'eva'}");
    const char *text = t_text(token, "token");
    rig.peer = (struct rd_peer){ .door = RD_DOOR_TCP };
    struct rd_value in = rig_ok(&rig, "session.login", "{'token': '%s'}", text);
    ck_assert_str_eq(t_text(in, "account"), "eva");
    rig.peer = (struct rd_peer){ .door = RD_DOOR_INSIDE };
    rig_ok(&rig, "account.token", "{'account': 'ben'}");
    rig_ok(&rig, "case.act", "{'id': '%s', 'event': 'leave'}", id);
    rig.peer = (struct rd_peer){ .door = RD_DOOR_TCP };
    rig_no(&rig, "not_logged_in", NULL, "session.login", "{'token': '%s'}", text);
    /* for good: who comes back is given a new one */
    rig.peer = (struct rd_peer){ .door = RD_DOOR_INSIDE };
    struct rd_value left = rig_ok(&rig, "account.tokens", "{}");
    ck_assert_uint_eq(t_count(left, "tokens"), 1);
    ck_assert_str_eq(t_text(left, "tokens.0.account"), "ben");
    rig_ok(&rig, "case.act", "{'id': '%s', 'event': 'back'}", id);
    rig.peer = (struct rd_peer){ .door = RD_DOOR_TCP };
    rig_no(&rig, "not_logged_in", NULL, "session.login", "{'token': '%s'}", text);
    rig.peer = (struct rd_peer){ .door = RD_DOOR_INSIDE };
    token = rig_ok(&rig, "account.token", "{'account': 'eva'}");
    rig.peer = (struct rd_peer){ .door = RD_DOOR_TCP };
    rig_ok(&rig, "session.login", "{'token': '%s'}", t_text(token, "token"));
    rig.peer = (struct rd_peer){ .door = RD_DOOR_INSIDE };
    rig_expect_rebuild_equal(&rig);
}
END_TEST

START_TEST(logins_are_names_of_their_own)
{
    static const struct {
        const char *login, *why;
    } BAD[] = {
        { "ben", "login 'ben' is an account of rules/organisation.lua already" },
        { "system", "login 'system' is the engine's own; choose another" },
        { "handler", "login 'handler' is the name of a role; choose another" },
        { "a b", "login 'a b' is no name (letters, digits and _, 64 bytes at most)" },
        { "7up", "login '7up' is no name (letters, digits and _, 64 bytes at most)" },
        { "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
          "login 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa' is no name "
          "(letters, digits and _, 64 bytes at most)" },
    };
    for (size_t i = 0; i < sizeof BAD / sizeof *BAD; i++) {
        rig_no(&rig, "bad_form", "/data/login", "case.open",
               "{'type': 'employee', 'data': {'login': '%s'}}", BAD[i].login);
        ck_assert_str_eq(rig.error.text, BAD[i].why);
    }
    const char *id = hire("eva", "gz", "handler", "");
    rig_no(&rig, "already_exists", NULL, "case.open",
           "{'type': 'employee', 'data': {'login': 'eva'}}");
    rig_no(&rig, "bad_form", "/data/login", "case.act",
           "{'id': '%s', 'event': 'change', 'form': {'login': 'eve'}}", id);
    ck_assert_str_eq(rig.error.text, "login 'eve' does not change: old entries name it");
    /* the other way round: a policy that lists the login cannot be activated */
    t_company_edit(rig.policy, "rules/company.lua", "{ 'imp', unit",
                   "{ 'eva', unit = 'hq', roles = { 'boss' } },\n      { 'imp', unit");
    rig_no(&rig, "policy_refused", NULL, "policy.reload", "{}");
    ck_assert_ptr_nonnull(
        strstr(rig.error.text, "account 'eva' is a staff record already: it cannot be both"));
    write_paper("eva", ""); /* the one in force goes on */
}
END_TEST

/* Records may be older than the rule that makes them accounts: whoever could write one then must
 * not be the policy's administrator by it now. */
START_TEST(an_account_of_the_policy_is_no_records)
{
    rig_stop(&rig);
    rig_close(&rig);
    rig_make(&rig);
    t_company_write(rig.policy, "rules/staff.lua", STAFF_TEXT);
    t_company_edit(
        rig.policy, "rules/staff.lua",
        "organisation { staff = { record = 'employee', account = 'login', name = 'name',\n"
        "    unit = 'unit', group = 'team', roles = 'roles', person = 'person',\n"
        "    working = { 'employed' }, away_until = 'away', deputy = 'deputy',\n"
        "    deputy_until = 'ends' } },",
        "");
    ck_assert_msg(rig_start(&rig, false) == RD_OK, "%s", rig.error.text);
    hire("ben", "sz", "boss", "");
    rig_stop(&rig);
    t_company_write(rig.policy, "rules/staff.lua", STAFF_TEXT);
    ck_assert_msg(rig_start(&rig, false) == RD_OK, "%s", rig.error.text);
    rig.as = NULL;
    ck_assert_str_eq(t_text(rig_ok(&rig, "staff.show", "{'account': 'ben'}"), "unit"), "gz");
}
END_TEST

START_TEST(the_book_is_read_again)
{
    const char *id = hire("eva", "gz", "handler", "");
    for (int i = 0; i < 200; i++)
        hire(rd_arena_printf(&rig.arena, "p%03d", i), i % 2 ? "gz" : "sz", "handler", "");
    rig_ok(&rig, "case.act", "{'id': '%s', 'event': 'leave'}", id);
    rig_expect_rebuild_equal(&rig);
    rig.as = "p007";
    struct rd_value list = rig_ok(&rig, "staff.list", "{'unit': 'gz', 'limit': 60}");
    ck_assert_uint_eq(t_count(list, "staff"), 60);
    ck_assert_str_eq(t_text(list, "staff.0.account"), "ann");
    list = rig_ok(&rig, "staff.list", "{'unit': 'gz', 'limit': 60, 'cursor': '%s'}",
                  t_text(list, "cursor"));
    ck_assert_uint_eq(t_count(list, "staff"), 43); /* ann, ben, non and 100 others; not eva */
    list = rig_ok(&rig, "staff.list", "{'role': 'boss'}");
    ck_assert_uint_eq(t_count(list, "staff"), 2);
    list = rig_ok(&rig, "staff.list", "{'group': 'g1', 'left': true}");
    ck_assert_uint_eq(t_count(list, "staff"), 2);
    rig_no(&rig, "invalid_params", "/unit", "staff.list", "{'unit': 'x'}");
    rig_no(&rig, "invalid_params", "/role", "staff.list", "{'role': 'x'}");
    rig_no(&rig, "invalid_params", "/limit", "staff.list", "{'limit': 1001}");
    rig_no(&rig, "not_found", "/account", "staff.show", "{'account': 'x'}");
    rig.as = "non";
    rig_no(&rig, "not_allowed", NULL, "staff.list", "{}");
}
END_TEST

/* What was not written never was: neither an account, nor the end of one. */
START_TEST(a_full_disk_changes_no_account)
{
    static const char *const FAULTS[] = { "journal_enospc:0:1" };
    if (!rd_faults_on())
        return;
    const char *id = hire("eva", "gz", "handler", "");
    for (size_t i = 0; i < sizeof FAULTS / sizeof *FAULTS; i++) {
        setenv("RD_FAULT", FAULTS[i], 1);
        rig_no(&rig, "storage_full", NULL, "case.open",
               "{'type': 'employee', 'data': {'login': 'tom', 'roles': ['handler']}}");
        unsetenv("RD_FAULT");
        rig_ok(&rig, "case.act", "{'id': '%s', 'event': 'change', 'form': {'name': 'E%zu'}}", id,
               i);
        setenv("RD_FAULT", FAULTS[i], 1);
        rig_no(&rig, "storage_full", NULL, "case.act", "{'id': '%s', 'event': 'leave'}", id);
        unsetenv("RD_FAULT");
        rig_no(&rig, "not_found", "/account", "staff.show", "{'account': 'tom'}");
        ck_assert(!t_bool(rig_ok(&rig, "staff.show", "{'account': 'eva'}"), "left"));
    }
    hire("tom", "gz", "handler", "");
    rig_ok(&rig, "case.act", "{'id': '%s', 'event': 'leave'}", id);
    ck_assert(t_bool(rig_ok(&rig, "staff.show", "{'account': 'eva'}"), "left"));
    rig_expect_rebuild_equal(&rig);
}
END_TEST

/* ---- standing in ---- */

START_TEST(a_delegation_begins_and_ends)
{
    const char *id = hire("eva", "sz", "handler", "");
    struct rd_value paper = write_paper("ann", "'unit': 'sz'");
    const char *there = t_text(paper, "id");
    act_no("ben", "not_found", there, "review"); /* another unit's */
    change(id, "'deputy': 'ben', 'ends': '2026-03-03T01:00:00Z'");
    rig.as = "ben";
    rig_ok(&rig, "case.get", "{'id': '%s'}", there);
    struct rd_value actions = rig_ok(&rig, "case.actions", "{'id': '%s'}", there);
    ck_assert_ptr_nonnull(strstr(t_show(actions), "\"event\":\"review\""));
    rig_advance(&rig, "23 hours");
    act("ben", there, "review");
    rig.as = NULL;
    struct rd_value history = rig_ok(&rig, "case.history", "{'id': '%s'}", there);
    ck_assert_str_eq(t_text(history, "entries.1.actor"), "ben");
    ck_assert_str_eq(t_text(history, "entries.1.for"), "eva");
    ck_assert_str_eq(t_text(history, "entries.1.behind"), "administrator");
    ck_assert_str_eq(t_text(history, "entries.1.changed.second"), "ben");
    ck_assert_ptr_nonnull(strstr(t_show(history), "\"reason\":\"for eva\""));
    rig.as = "ben";
    struct rd_value shown = rig_ok(&rig, "staff.show", "{'account': 'ben'}");
    ck_assert_uint_eq(t_count(shown, "stands_in_for"), 1);
    /* his own right comes first */
    paper = write_paper("ann", "'unit': 'gz'");
    act("ben", t_text(paper, "id"), "review");
    history = rig_ok(&rig, "case.history", "{'id': '%s'}", t_text(paper, "id"));
    ck_assert_ptr_null(strstr(t_show(history), "\"for\""));
    /* at the second that it ends, it is over */
    paper = write_paper("ann", "'unit': 'sz'");
    rig_advance(&rig, "1 hours");
    act_no("ben", "not_found", t_text(paper, "id"), "review");
    rig_expect_rebuild_equal(&rig);
}
END_TEST

START_TEST(who_has_left_delegates_nothing)
{
    const char *id =
        hire("eva", "sz", "handler", ", 'deputy': 'ben', 'ends': '2027-01-01T00:00:00Z'");
    struct rd_value paper = write_paper("ann", "'unit': 'sz'");
    rig.as = NULL;
    rig_ok(&rig, "case.act", "{'id': '%s', 'event': 'leave'}", id);
    act_no("ben", "not_found", t_text(paper, "id"), "review");
}
END_TEST

START_TEST(a_deputy_grants_what_the_other_may)
{
    const char *id = hire("eva", "hq", "boss", "");
    const char *small = t_text(write_paper("ann", "'unit': 'gz'"), "id");
    rig.as = "ben";
    rig_no(&rig, "above_authority", NULL, "case.act",
           "{'id': '%s', 'event': 'grant', 'form': {'amount': '100.01'}}", small);
    change(id, "'deputy': 'ben', 'ends': '2026-03-03T01:00:00Z'");
    rig.as = "ben";
    rig_no(&rig, "above_authority", NULL, "case.act",
           "{'id': '%s', 'event': 'grant', 'form': {'amount': '1000.01'}}", small);
    rig_ok(&rig, "case.act", "{'id': '%s', 'event': 'grant', 'form': {'amount': '1000.00'}}",
           small);
    struct rd_value history = rig_ok(&rig, "case.history", "{'id': '%s'}", small);
    ck_assert_str_eq(t_text(history, "entries.1.for"), "eva");
    /* within his own limit he needs nobody */
    small = t_text(write_paper("ann", "'unit': 'gz'"), "id");
    rig.as = "ben";
    rig_ok(&rig, "case.act", "{'id': '%s', 'event': 'grant', 'form': {'amount': '100.00'}}", small);
    history = rig_ok(&rig, "case.history", "{'id': '%s'}", small);
    ck_assert_ptr_null(strstr(t_show(history), "\"for\""));
    /* what eva wrote, he grants by neither right above his own */
    small = t_text(write_paper("eva", "'unit': 'gz'"), "id");
    rig.as = "ben";
    rig_no(&rig, "above_authority", NULL, "case.act",
           "{'id': '%s', 'event': 'grant', 'form': {'amount': '500.00'}}", small);
}
END_TEST

/* Whose right it is, is known before anything is done by it; what was gathered for a guard before
 * that is gathered anew. */
START_TEST(facts_know_by_whose_right)
{
    const char *eva = hire("eva", "gz", "boss", "");
    write_paper("ann", "'unit': 'gz', 'who': 'ben'");
    const char *id = t_text(write_paper("ann", "'unit': 'gz', 'who': 'ben'"), "id");
    change(eva, "'deputy': 'ben', 'ends': '2026-03-03T01:00:00Z'");
    rig.as = "ben";
    struct rd_value done = rig_ok(
        &rig, "case.act", "{'id': '%s', 'event': 'spend', 'form': {'amount': '100.00'}}", id);
    ck_assert_str_eq(t_text(done, "data.team"), "ben2");
    done = rig_ok(&rig, "case.act", "{'id': '%s', 'event': 'spend', 'form': {'amount': '100.01'}}",
                  id);
    ck_assert_str_eq(t_text(done, "data.team"), "eva0");
    rig.as = NULL;
    struct rd_value history = rig_ok(&rig, "case.history", "{'id': '%s'}", id);
    ck_assert_int_eq(t_int(history, "entries.2.facts.of_right"), 0);
    rig_expect_rebuild_equal(&rig);
}
END_TEST

/* Whose right it is, his limit it is: a higher role of the deputy's own, whose row does not reach
 * the record, lifts nothing. */
START_TEST(a_deputy_grants_no_more_than_the_one_whose_right_it_is)
{
    const char *id = hire("eva", "sz", "handler", "");
    const char *there = t_text(write_paper("ann", "'unit': 'sz'"), "id");
    rig_stop(&rig);
    t_company_edit(rig.policy, "rules/staff.lua", "{ 'paper.grant', from = 'boss',",
                   "{ 'paper.grant', from = 'boss', reach = 'own',");
    ck_assert_int_eq(rig_start(&rig, false), RD_OK);
    change(id, "'deputy': 'max', 'ends': '2026-03-03T01:00:00Z'");
    rig.as = "max";
    rig_no(&rig, "above_authority", NULL, "case.act",
           "{'id': '%s', 'event': 'grant', 'form': {'amount': '100.01'}}", there);
    ck_assert_ptr_nonnull(strstr(rig.error.text, "above the limit of 100.00"));
    rig_ok(&rig, "case.act", "{'id': '%s', 'event': 'grant', 'form': {'amount': '100.00'}}", there);
}
END_TEST

START_TEST(what_is_opened_has_its_limit_too)
{
    rig_stop(&rig);
    t_company_edit(rig.policy, "rules/staff.lua", "'paper.ring' }, from = 'staff' },",
                   "'paper.ring' }, from = 'staff' },\n"
                   "    { 'paper.write_sum', from = 'handler', up_to = 'grant.limit' },");
    t_company_edit(rig.policy, "rules/staff.lua", "event = 'write'", "event = 'write_sum'");
    t_company_edit(rig.policy, "rules/staff.lua", "{ 'paper.write', ", "{ ");
    ck_assert_msg(rig_start(&rig, false) == RD_OK, "%s", rig.error.text);
    rig.as = "ben";
    rig_no(&rig, "above_authority", NULL, "case.open",
           "{'type': 'paper', 'data': {'amount': '100.01'}}");
    write_paper("ben", "'amount': '100.00'");
    write_paper("max", "'amount': '1000.00'");
    rig.as = "max";
    rig_no(&rig, "above_authority", NULL, "case.open",
           "{'type': 'paper', 'data': {'amount': '1000.01'}}");
}
END_TEST

START_TEST(a_deputy_is_somebody_else_and_not_of_too_many)
{
    const char *id = hire("eva", "gz", "handler", ", 'person': 'Ben'");
    rig_no(&rig, "bad_form", "/data/deputy", "case.act",
           "{'id': '%s', 'event': 'change', 'form': {'deputy': 'eva'}}", id);
    ck_assert_str_eq(rig.error.text, "deputy 'eva' is the same person");
    rig_no(&rig, "bad_form", "/data/deputy", "case.act",
           "{'id': '%s', 'event': 'change', 'form': {'deputy': 'ben2'}}", id);
    rig_no(&rig, "bad_form", "/form/deputy", "case.act",
           "{'id': '%s', 'event': 'change', 'form': {'deputy': 'nobody_at_all'}}", id);
    const char *last = NULL;
    for (int i = 0; i < RD_DELEGATORS_MAX; i++)
        last = hire(rd_arena_printf(&rig.arena, "q%d", i), "sz", "handler",
                    ", 'deputy': 'ben', 'ends': '2026-03-03T01:00:00Z'");
    rig_no(&rig, "bad_form", "/data/deputy", "case.act",
           "{'id': '%s', 'event': 'change', 'form': {'deputy': 'ben'}}", id);
    ck_assert_str_eq(rig.error.text, "deputy 'ben' stands in for too many already");
    change(last, "'ends': '2026-03-04T01:00:00Z'"); /* he is one of them already */
    rig_advance(&rig, "24 hours");
    change(id, "'deputy': 'ben'"); /* the others are over, but for one */
    /* a delegation that is over, to somebody who is busy again, keeps nobody from leaving */
    const char *over =
        hire("ida", "sz", "handler", ", 'deputy': 'ben', 'ends': '2026-03-03T02:00:00Z'");
    rig_advance(&rig, "24 hours");
    for (int i = 0; i < RD_DELEGATORS_MAX; i++)
        hire(rd_arena_printf(&rig.arena, "r%c", 'a' + i), "sz", "handler",
             ", 'deputy': 'ben', 'ends': '2026-03-09T01:00:00Z'");
    change(over, "'name': 'Ida'");
    rig_no(&rig, "bad_form", "/data/deputy", "case.act",
           "{'id': '%s', 'event': 'change', 'form': {'ends': '2026-03-09T01:00:00Z'}}", over);
    rig_ok(&rig, "case.act", "{'id': '%s', 'event': 'leave'}", over);
}
END_TEST

/* ---- four eyes ---- */

START_TEST(four_eyes_are_persons)
{
    const char *eva = hire("eva", "gz", "handler", ", 'person': 'Eva'");
    hire("eva2", "gz", "boss", ", 'person': 'Eva'");
    const char *id = t_text(write_paper("eva", "'unit': 'gz'"), "id");
    act_no("eva", "four_eyes", id, "review");
    ck_assert_str_eq(rig.error.where, "rules/staff.lua:47");
    act_no("eva2", "four_eyes", id, "review"); /* the other account of the same person */
    ck_assert_str_eq(rig.error.text, "eva2 may not: the by, eva, is the same person");
    /* ben, as long as he stands in for nobody */
    act("ben", id, "review");
    act_no("eva2", "four_eyes", id, "sign");
    act_no("ben2", "not_found", id, "sign"); /* sz does not read it */
    change(eva, "'deputy': 'max', 'ends': '2026-03-03T01:00:00Z'");
    act("max", id, "sign"); /* by his own right, not hers */
    /* by the right of the one who wrote it, nobody may */
    id = t_text(write_paper("eva", "'unit': 'gz'"), "id");
    change(eva, "'deputy': 'sun', 'ends': '2026-03-03T01:00:00Z'");
    act_no("sun", "four_eyes", id, "review");
    ck_assert_str_eq(rig.error.text, "sun (by eva) may not: the by, eva, is the same person");
    /* the refusal is in the journal */
    rig.as = NULL;
    struct rd_value why = rig_ok(&rig, "feed.read", "{'since': 0, 'limit': 256}");
    ck_assert_ptr_nonnull(strstr(rig_show(&rig, why), "four_eyes"));
}
END_TEST

START_TEST(four_eyes_see_who_is_behind)
{
    hire("eva", "gz", "handler", ", 'person': 'Adm'");
    const char *id = t_text(write_paper("eva", "'unit': 'gz'"), "id");
    /* a record's form cannot write him out of it */
    rig.as = "ben";
    const char *mine = t_text(write_paper("ben", "'unit': 'gz'"), "id");
    rig_no(&rig, "four_eyes", NULL, "case.act",
           "{'id': '%s', 'event': 'grant', 'form': {'amount': '1.00', 'by': 'ann'}}", mine);
    /* root's own uid has the account `adm` in a policy that says so */
    t_company_edit(rig.policy, "rules/company.lua",
                   "{ 'adm', unit = 'hq', roles = { 'administrator' } }",
                   "{ 'adm', unit = 'hq', roles = { 'administrator' }, uid = 0, person = 'Adm' }");
    rig.as = NULL;
    rig_ok(&rig, "policy.reload", "{}");
    rig.peer = (struct rd_peer){ .door = RD_DOOR_UNIX, .uid = 0 };
    act_no("ben", "four_eyes", id, "review");
    ck_assert_str_eq(rig.error.text, "ben (by adm) may not: the by, eva, is the same person");
    /* and who was behind when it was done */
    id = t_text(write_paper("ann", "'unit': 'gz'"), "id");
    act_no("ben", "four_eyes", id, "review");
    ck_assert_str_eq(
        rig.error.text,
        "ben (by adm) may not: the by, ann, behind whom stands adm, is the same person");
}
END_TEST

/* Whoever has the machine is one person, in however many names he comes. */
START_TEST(four_eyes_see_one_administrator_in_two_names)
{
    rig.peer = (struct rd_peer){ .door = RD_DOOR_UNIX, .uid = 0 };
    const char *id = t_text(write_paper("ann", "'unit': 'gz'"), "id");
    act_no("ben", "four_eyes", id, "review");
    ck_assert_str_eq(rig.error.text, "ben (by administrator) may not: the by, ann, behind whom "
                                     "stands administrator, is the same person");
    /* a token that he has made himself is no second person either */
    rig.as = NULL;
    struct rd_value made = rig_ok(&rig, "account.token", "{'account': 'ben'}");
    char key[RD_TOKEN_KEY_TEXT];
    rd_token_key(t_text(made, "token"), key);
    rig.peer.account = "ben";
    rig.peer.token = key;
    rig_no(&rig, "four_eyes", NULL, "case.act", "{'id': '%s', 'event': 'review'}", id);
    rig_no(&rig, "not_allowed", NULL, "store.stat", "{}"); /* he is ben now */
    /* whom he has not played has two eyes of his own */
    rig.peer = (struct rd_peer){ .door = RD_DOOR_UNIX, .uid = 4001 };
    rig_ok(&rig, "case.act", "{'id': '%s', 'event': 'review'}", id);
}
END_TEST

/* ben reviews what eva may review: she had her hand in it, under whatever name she comes. */
START_TEST(four_eyes_see_for_whom_it_was_done)
{
    const char *eva = hire("eva", "sz", "boss", ", 'person': 'Eva'");
    hire("eva2", "sz", "boss", ", 'person': 'Eva'");
    hire("kim", "sz", "boss", "");
    const char *id = t_text(write_paper("ann", "'unit': 'sz'"), "id");
    change(eva, "'deputy': 'ben', 'ends': '2026-03-03T01:00:00Z'");
    struct rd_value shown = act("ben", id, "review");
    ck_assert_str_eq(t_text(shown, "data.second"), "ben");
    ck_assert_ptr_null(strstr(t_show(shown), "with:")); /* nobody reads it; the entry tells it */
    act_no("eva", "four_eyes", id, "sign");
    ck_assert_str_eq(rig.error.text,
                     "eva may not: the second, ben, behind whom stands eva, is the same person");
    act_no("eva2", "four_eyes", id, "sign");
    ck_assert_str_eq(rig.error.text,
                     "eva2 may not: the second, ben, behind whom stands eva, is the same person");
    rig.as = NULL;
    ck_assert_ptr_null(strstr(t_show(rig_ok(&rig, "case.history", "{'id': '%s'}", id)), "with:"));
    rig_expect_rebuild_equal(&rig);
    rig_stop(&rig);
    ck_assert_int_eq(rig_start(&rig, true), RD_OK); /* made anew from the journal */
    act_no("eva", "four_eyes", id, "sign");
    act("kim", id, "sign");
}
END_TEST

/* What is copied takes along who else it was; what another does anew does not. */
START_TEST(four_eyes_follow_what_is_copied)
{
    const char *eva = hire("eva", "sz", "boss", "");
    const char *id = t_text(write_paper("ann", "'unit': 'sz'"), "id");
    change(eva, "'deputy': 'ben', 'ends': '2026-03-03T01:00:00Z'");
    act("ben", id, "review");
    act("sun", id, "note");
    act_no("eva", "four_eyes", id, "seal");
    act("sun", id, "touch"); /* it was sun in the end */
    act("eva", id, "sign");
    rig_expect_rebuild_equal(&rig);
}
END_TEST

/* The name is there already: that he did it for her this time is told beside it. */
START_TEST(four_eyes_see_the_second_time)
{
    const char *eva = hire("eva", "gz", "boss", ""), *tom = hire("tom", "gz", "handler", "");
    const char *id = t_text(write_paper("ann", "'unit': 'gz'"), "id"),
               *other = t_text(write_paper("ann", "'unit': 'gz'"), "id");
    act("tom", id, "review");
    act("tom", other, "review");
    change(tom, "'unit': 'sz'");
    change(eva, "'deputy': 'tom', 'ends': '2026-03-03T01:00:00Z'");
    act("eva", other, "sign");
    act("tom", id, "touch");
    act_no("eva", "four_eyes", id, "sign");
    rig_expect_rebuild_equal(&rig);
}
END_TEST

/* The right is hers because the amount is above his: what the form says of him is then hers too. */
START_TEST(four_eyes_see_a_limit_that_was_hers)
{
    const char *eva = hire("eva", "gz", "boss", "");
    const char *id = t_text(write_paper("ann", "'unit': 'gz'"), "id");
    change(eva, "'deputy': 'ben', 'ends': '2026-03-03T01:00:00Z'");
    rig.as = "ben";
    rig_ok(&rig, "case.act",
           "{'id': '%s', 'event': 'grant', 'form': {'amount': '1000.00', 'second': 'ben'}}", id);
    act_no("eva", "four_eyes", id, "sign");
}
END_TEST

/* ---- absence ---- */

static const char *told(const char *id)
{
    struct rd_value notices;
    rig.as = NULL;
    notices = rig_ok(&rig, "notice.list", "{'limit': 1000}");
    size_t count = t_count(notices, "notices");
    (void)id;
    return rig_show(&rig, t_at(notices, rd_arena_printf(&rig.arena, "notices.%zu.to", count - 1)));
}

START_TEST(who_is_away_is_not_told)
{
    const char *eva = hire("eva", "sz", "handler", ""), *tom = hire("tom", "sz", "handler", "");
    const char *id = t_text(write_paper("ann", "'unit': 'sz'"), "id");
    rig.as = "sun";
    act("sun", id, "ring");
    ck_assert_str_eq(told(id), "[\"eva\",\"sun\",\"tom\"]");
    change(eva, "'away': '2026-03-05T01:00:00Z'");
    act("sun", id, "ring");
    ck_assert_str_eq(told(id), "[\"sun\",\"tom\"]");
    /* in gz's neighbour there is nobody else than those two */
    const char *un = hire("una", "hq", "handler", ", 'away': '2026-03-05T01:00:00Z'");
    id = t_text(write_paper("max", "'unit': 'hq'"), "id");
    rig.as = NULL;
    /* away, and nobody stands in: whoever has the role elsewhere */
    act("max", id, "ring");
    ck_assert_str_eq(told(id), "[\"ben\",\"sun\",\"tom\"]");
    change(un, "'deputy': 'ann', 'ends': '2026-03-05T01:00:00Z'");
    act("max", id, "ring");
    ck_assert_str_eq(told(id), "[\"ann\"]");
    /* a deputy who is away himself does not help */
    change(un, "'deputy': 'eva'");
    act("max", id, "ring");
    ck_assert_str_eq(told(id), "[\"ben\",\"sun\",\"tom\"]");
    (void)tom;
    rig_advance(&rig, "3 days");
    act("max", id, "ring");
    ck_assert_str_eq(told(id), "[\"una\"]");
}
END_TEST

START_TEST(nobody_is_there_and_nothing_is_lost)
{
    t_company_edit(rig.policy, "rules/company.lua", "'administrator', 'importer', 'nobody' },",
                   "'administrator', 'importer', 'nobody', 'clerk' },");
    t_company_edit(rig.policy, "rules/staff.lua", "tell { 'handler', text = 'x' }",
                   "tell { 'clerk', text = 'x' }");
    t_company_edit(rig.policy, "rules/company.lua", "'importer', 'nobody' } }, output",
                   "'importer', 'nobody', 'clerk' } }, output");
    rig_ok(&rig, "policy.reload", "{}");
    hire("eva", "sz", "clerk", ", 'away': '2026-03-05T01:00:00Z'");
    const char *id = t_text(write_paper("ann", "'unit': 'sz'"), "id");
    act("ann", id, "ring");
    ck_assert_str_eq(told(id), "[\"eva\"]");
}
END_TEST

START_TEST(a_role_stands_for_so_many)
{
    for (int i = 0; i < RD_ADDRESSEES_MAX; i++)
        hire(rd_arena_printf(&rig.arena, "h%04d", i), "sz", "handler", "");
    const char *id = t_text(write_paper("ann", "'unit': 'sz'"), "id");
    act("sun", id, "ring"); /* with sun himself they are one too many: the last by name is cut */
    rig.as = NULL;
    struct rd_value notices = rig_ok(&rig, "notice.list", "{}");
    ck_assert_uint_eq(t_count(notices, "notices.0.to"), RD_ADDRESSEES_MAX);
    ck_assert_str_eq(t_text(notices, "notices.0.to.999"), "h0999");
}
END_TEST

/* ---- whose turn ---- */

static const char *picked(const char *as, const char *id, const char *event)
{
    struct rd_value paper = act(as, id, event);
    struct rd_value data = t_at(paper, "data");
    return rd_map_text(&data, "pick", "");
}

START_TEST(the_least_busy_is_picked)
{
    const char *eva = hire("eva", "gz", "handler", "");
    const char *one = t_text(write_paper("ann", "'unit': 'gz'"), "id"),
               *two = t_text(write_paper("ann", "'unit': 'gz'"), "id"),
               *three = t_text(write_paper("ann", "'unit': 'gz'"), "id");
    ck_assert_str_eq(picked("ann", one, "hand"), "ben"); /* ties: by name */
    ck_assert_str_eq(picked("ann", one, "hand"), "ben"); /* what is handed on burdens nobody */
    ck_assert_str_eq(picked("ann", two, "hand"), "eva");
    ck_assert_str_eq(picked("ann", three, "hand"), "ben");
    act("ann", one, "file");
    act("ann", three, "file"); /* what is closed does not count */
    const char *four = t_text(write_paper("ann", "'unit': 'gz'"), "id");
    ck_assert_str_eq(picked("ann", four, "hand"), "ben");
    /* away, and gone */
    act("ann", four, "file");
    change(eva, "'away': '2026-03-05T01:00:00Z'");
    ck_assert_str_eq(picked("ann", two, "hand"), "ben");
    rig_expect_rebuild_equal(&rig); /* the counts are made anew */
    const char *five = t_text(write_paper("ann", "'unit': 'gz'"), "id");
    change(eva, "'away': '2026-03-01T01:00:00Z'");
    ck_assert_str_eq(picked("ann", five, "hand"), "eva");
    rig.as = NULL;
    struct rd_value history = rig_ok(&rig, "case.history", "{'id': '%s'}", five);
    ck_assert_str_eq(t_text(history, "entries.1.facts.next"), "eva");
    ck_assert_str_eq(t_text(history, "entries.1.facts.unit"), "gz");
}
END_TEST

static void reload_with(const char *from, const char *to)
{
    rig.as = NULL; /* whoever has the machine */
    t_company_edit(rig.policy, "rules/staff.lua", from, to);
    ck_assert(t_bool(rig_ok(&rig, "policy.reload", "{}"), "changed"));
}

/* A new generation goes on with the count, unless it says otherwise what is open and whose. */
START_TEST(the_count_goes_on_under_another_generation)
{
    hire("eva", "gz", "handler", "");
    const char *papers[5];
    for (int i = 0; i < 5; i++)
        papers[i] = t_text(write_paper("ann", "'unit': 'gz'"), "id");
    ck_assert_str_eq(picked("ann", papers[0], "hand"), "ben");
    reload_with("'paper' { version = 1", "'paper' { version = 2");
    ck_assert_str_eq(picked("ann", papers[1], "hand"), "eva");
    ck_assert_str_eq(picked("ann", papers[2], "hand"), "ben");
    act("eva", papers[0], "review");
    /* two of ben's and one of eva's: but what is reviewed is no longer open */
    t_company_edit(rig.policy, "rules/staff.lua", "ring = { run = 'ring' }, file = 'filed' } }",
                   "ring = { run = 'ring' }, file = 'filed', sign = 'filed' } }");
    reload_with("reviewed = { on = { sign = 'filed', file = 'filed' } }",
                "reviewed = { final = true }");
    ck_assert_str_eq(picked("ann", papers[3], "hand"), "ben");
    /* two of ben's again: but what ann wrote is now hers */
    reload_with("owner = 'who'", "owner = 'by'");
    ck_assert_str_eq(picked("ann", papers[4], "hand"), "ben");
    rig_expect_rebuild_equal(&rig);
}
END_TEST

/* The journal of a program that did not count: the first start on it does. */
START_TEST(an_older_journal_is_counted_once)
{
    struct rd_value effects = rig_json(&rig, "[[15, 'paper', null, []]]");
    struct rd_command_entry entry = { .at_ms = rd_kernel_now_ms(rig.kernel),
                                      .actor = "system",
                                      .command = "test",
                                      .form = rd_null(),
                                      .facts = rd_null(),
                                      .decisions = rd_null(),
                                      .effects = effects };
    uint64_t seq, begun;
    hire("eva", "gz", "handler", "");
    const char *one = t_text(write_paper("ann", "'unit': 'gz', 'who': 'ben'"), "id"),
               *two = t_text(write_paper("ann", "'unit': 'gz'"), "id");
    ck_assert_int_eq(rd_entry_write(rig.kernel, &entry, &seq, &rig.error), RD_OK);
    ck_assert_int_eq(rd_tally_of(&rig.kernel->apply.tallies, 5, "ben"), 0);
    for (int i = 0; i < 2; i++) {
        rig_stop(&rig);
        ck_assert_int_eq(rig_start(&rig, false), RD_OK);
        begun = rig.start.last_seq;
        ck_assert_uint_eq(begun, seq + (uint64_t)i); /* of the second start: one more */
    }
    ck_assert_str_eq(picked("ann", two, "hand"), "eva");
    act("ann", one, "file");
    rig_expect_rebuild_equal(&rig);
}
END_TEST

/* What found no room counts for nobody. */
START_TEST(a_full_disk_burdens_nobody)
{
    if (!rd_faults_on())
        return;
    hire("eva", "gz", "handler", "");
    for (int i = 0; i < 6; i++) {
        const char *id = t_text(write_paper("ann", "'unit': 'gz'"), "id");
        rd_kernel_idle(rig.kernel); /* commits: nothing is applied again when it is taken back */
        setenv("RD_FAULT", rd_arena_printf(&rig.arena, "journal_enospc:0:%d", i + 1), 1);
        rig_no(&rig, "storage_full", NULL, "case.open",
               "{'type': 'paper', 'data': {'unit': 'gz', 'who': 'ben'}}");
        unsetenv("RD_FAULT");
        ck_assert_str_eq(picked("ann", id, "hand"), "ben");
        act("ann", id, "file");
    }
    rig_expect_rebuild_equal(&rig);
}
END_TEST

START_TEST(picked_from_above_or_from_nobody)
{
    const char *id = t_text(write_paper("ann", "'unit': 'hq'"), "id");
    ck_assert_str_eq(picked("max", id, "hand"), ""); /* nobody at the top, and none above it */
    hire("eva", "hq", "handler", "");
    ck_assert_str_eq(picked("max", id, "hand"), "eva");
    id = t_text(write_paper("ann", "'unit': 'gz', 'team': 'g1'"), "id");
    ck_assert_str_eq(picked("ann", id, "hand_team"), "ben");
    ck_assert_str_eq(picked("ann", id, "hand_role"), ""); /* no role is said */
    id = t_text(write_paper("ann", "'unit': 'gz', 'role': 'boss'"), "id");
    ck_assert_str_eq(picked("ann", id, "hand_role"), "ben2");
    ck_assert_str_eq(picked("ann", id, "hand_team"), "");
    id = t_text(write_paper("ann", "'unit': 'gz', 'role': 'bos'"), "id");
    act_no("ann", "policy_fault", id, "hand_role");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("kernel_staff");
    TCase *tests = tcase_create("staff");
    tcase_set_timeout(tests, 120);
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, a_record_is_an_account);
    tcase_add_test(tests, who_could_see_it_is_told_of_the_staff_of_then);
    tcase_add_test(tests, who_has_left_is_nobody_but_a_name);
    tcase_add_test(tests, a_token_ends_with_the_account);
    tcase_add_test(tests, logins_are_names_of_their_own);
    tcase_add_test(tests, an_account_of_the_policy_is_no_records);
    tcase_add_test(tests, the_book_is_read_again);
    tcase_add_test(tests, a_full_disk_changes_no_account);
    tcase_add_test(tests, a_delegation_begins_and_ends);
    tcase_add_test(tests, who_has_left_delegates_nothing);
    tcase_add_test(tests, a_deputy_grants_what_the_other_may);
    tcase_add_test(tests, facts_know_by_whose_right);
    tcase_add_test(tests, a_deputy_grants_no_more_than_the_one_whose_right_it_is);
    tcase_add_test(tests, what_is_opened_has_its_limit_too);
    tcase_add_test(tests, a_deputy_is_somebody_else_and_not_of_too_many);
    tcase_add_test(tests, four_eyes_are_persons);
    tcase_add_test(tests, four_eyes_see_who_is_behind);
    tcase_add_test(tests, four_eyes_see_one_administrator_in_two_names);
    tcase_add_test(tests, four_eyes_see_for_whom_it_was_done);
    tcase_add_test(tests, four_eyes_follow_what_is_copied);
    tcase_add_test(tests, four_eyes_see_the_second_time);
    tcase_add_test(tests, four_eyes_see_a_limit_that_was_hers);
    tcase_add_test(tests, who_is_away_is_not_told);
    tcase_add_test(tests, nobody_is_there_and_nothing_is_lost);
    tcase_add_test(tests, a_role_stands_for_so_many);
    tcase_add_test(tests, the_least_busy_is_picked);
    tcase_add_test(tests, the_count_goes_on_under_another_generation);
    tcase_add_test(tests, an_older_journal_is_counted_once);
    tcase_add_test(tests, a_full_disk_burdens_nobody);
    tcase_add_test(tests, picked_from_above_or_from_nobody);
    suite_add_tcase(suite, tests);
    return unit_run(suite);
}
