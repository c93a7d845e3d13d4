/* Commands on records: open, act, create, update: authority, forms, versions, keys, cascades and
 * their limits. */
#include "base/buf.h"
#include "base/limits.h"
#include "unit/kernel_rig.h"

static struct kernel_rig rig;

static void setup(void)
{
    rig_open(&rig);
    rig.as = "ben";
}

static void teardown(void)
{
    rig_close(&rig);
}

START_TEST(opens_with_number_state_and_clocks)
{
    struct rd_value job = rig_ok(&rig, "case.open",
                                 "{'type': 'job', 'data': {'subject': 'x', 'remark': 'only in the "
                                 "journal'}}");
    ck_assert_str_eq(t_text(job, "number"), "J-2026-001");
    ck_assert_str_eq(t_text(job, "state"), "new");
    ck_assert_int_eq(t_int(job, "version"), 1);
    ck_assert_str_eq(t_text(job, "data.owner"), "ben");
    ck_assert_int_eq(t_int(job, "data.n"), 0); /* the default */
    ck_assert(!t_has(job, "data.remark"));
    /* 9:00 and 4 office hours with the noon break; 10 business days */
    struct rd_value due = t_find(t_at(job, "deadlines"), "name", "new");
    ck_assert_str_eq(t_text(due, "due"), "2026-03-02T06:00:00Z");
    due = t_find(t_at(job, "deadlines"), "name", "within");
    ck_assert_str_eq(t_text(due, "due"), "2026-03-16T01:00:00Z");
    job = rig_ok(&rig, "case.open", "{'type': 'job', 'data': {'subject': 'y'}}");
    ck_assert_str_eq(t_text(job, "number"), "J-2026-002");
}
END_TEST

START_TEST(open_refuses_by_name_and_place)
{
    rig_no(&rig, "invalid_params", "/type", "case.open", "{'type': 'jab', 'data': {}}");
    rig_no(&rig, "invalid_params", "/type", "case.open", "{'type': 'person', 'data': {}}");
    rig_no(&rig, "bad_form", "/data/subject", "case.open", "{'type': 'job', 'data': {}}");
    rig_no(&rig, "bad_form", "/data/subjekt", "case.open",
           "{'type': 'job', 'data': {'subjekt': 'x', 'subject': 'x'}}");
    ck_assert_ptr_nonnull(strstr(rig.error.text, "did you mean 'subject'"));
    rig_no(&rig, "bad_form", "/data/amount", "case.open",
           "{'type': 'job', 'data': {'subject': 'x', 'amount': '1.234'}}");
    rig_no(&rig, "bad_form", "/data/amount", "case.open",
           "{'type': 'job', 'data': {'subject': 'x', 'amount': 'unlimited'}}");
    rig_no(&rig, "bad_form", "/data/peer", "case.open",
           "{'type': 'job', 'data': {'subject': 'x', 'peer': '9-9'}}");
    /* every fault at once */
    rig_no(&rig, "bad_form", NULL, "case.open", "{'type': 'job', 'data': {'amount': 5, 'bad': 1}}");
    ck_assert_uint_eq(t_count(*rig.error.detail, "faults"), 3);
    /* but a message of nothing else does not make a reply of several times its size */
    struct rd_buf many;
    rd_buf_init(&many);
    for (int i = 0; i < 4 * RD_FIELDS_MAX; i++)
        rd_buf_printf(&many, "%s'bad%d': 1", i ? ", " : "", i);
    rig_no(&rig, "bad_form", NULL, "case.open", "{'type': 'job', 'data': {%s}}", many.data);
    size_t told = t_count(*rig.error.detail, "faults");
    ck_assert_uint_ge(told, 100);
    ck_assert_uint_le(told, 2 * RD_FIELDS_MAX);
    rd_buf_fini(&many);
}
END_TEST

START_TEST(an_earlier_time_is_for_administrators)
{
    struct rd_value job =
        rig_ok(&rig, "case.open",
               "{'type': 'job', 'data': {'subject': 'x'}, 'at': '2026-02-27T09:00:00+08:00'}");
    ck_assert_str_eq(t_text(job, "opened_at"), "2026-02-27T01:00:00Z");
    /* the clock goes on from now, not from then */
    rig_stop(&rig);
    ck_assert_int_eq(rig_start(&rig, false), RD_OK);
    ck_assert_int_ge(rd_kernel_now_ms(rig.kernel), RIG_START_MS);
    rig_no(&rig, "out_of_order", "/at", "case.open",
           "{'type': 'job', 'data': {'subject': 'x'}, 'at': '2027-01-01T00:00:00Z'}");
    rig_no(&rig, "invalid_params", "/at", "case.open",
           "{'type': 'job', 'data': {'subject': 'x'}, 'at': 'soon'}");
    rig.as = NULL;
    rig.peer = (struct rd_peer){ .door = RD_DOOR_TCP, .account = "ben" };
    rig_no(&rig, "not_allowed", "/at", "case.open",
           "{'type': 'job', 'data': {'subject': 'x'}, 'at': '2026-02-27T09:00:00+08:00'}");
}
END_TEST

START_TEST(who_may_not_read_finds_nothing)
{
    const char *id = rig_job(&rig, "x");
    const char *texts[] = { NULL, NULL };
    rig.as = "sun"; /* a handler, but of sz */
    rig_no(&rig, "not_found", "/id", "case.act", "{'id': '%s', 'event': 'work'}", id);
    texts[0] = rd_arena_copy(&rig.arena, rig.error.text, strlen(rig.error.text));
    rig_no(&rig, "not_found", "/id", "case.act", "{'id': '2-99', 'event': 'work'}");
    texts[1] = rig.error.text;
    /* the same but for the id: nobody learns which ids there are */
    ck_assert_int_eq(strcspn(texts[0], "'"), strcspn(texts[1], "'"));
    rig_no(&rig, "not_found", "/id", "case.get", "{'id': '%s'}", id);
    rig_no(&rig, "not_found", "/id", "case.history", "{'id': '%s'}", id);
    rig_no(&rig, "not_found", "/id", "case.explain", "{'id': '%s'}", id);
    rig_no(&rig, "not_found", "/id", "case.actions", "{'id': '%s'}", id);
    rig_no(&rig, "bad_form", "/data/peer", "case.open",
           "{'type': 'job', 'data': {'subject': 'x', 'peer': '%s'}}", id);
    rig.as = "ann"; /* reads, but is no handler */
    rig_no(&rig, "not_allowed", NULL, "case.act", "{'id': '%s', 'event': 'work'}", id);
    ck_assert_uint_ge(t_count(*rig.error.detail, "rows"), 1);
    rig.as = "non";
    rig_no(&rig, "not_allowed", NULL, "case.open", "{'type': 'job', 'data': {'subject': 'x'}}");
}
END_TEST

START_TEST(as_is_for_administrators_of_the_machine)
{
    rig.as = NULL;
    rig.peer = (struct rd_peer){ .door = RD_DOOR_TCP, .account = "adm" };
    rig_no(&rig, "not_allowed", "/as", "case.open",
           "{'type': 'job', 'data': {'subject': 'x'}, 'as': 'ben'}");
    rig.peer = (struct rd_peer){ .door = RD_DOOR_UNIX, .uid = 4001 };
    rig_no(&rig, "not_allowed", "/as", "case.open",
           "{'type': 'job', 'data': {'subject': 'x'}, 'as': 'max'}");
    rig.peer.uid = 4711;
    rig_no(&rig, "not_logged_in", NULL, "case.list", "{'type': 'job'}");
    rig.peer = (struct rd_peer){ .door = RD_DOOR_TCP };
    rig_no(&rig, "not_logged_in", NULL, "case.list", "{'type': 'job'}");
    rig.peer.account = "gone";
    rig_no(&rig, "not_logged_in", NULL, "case.list", "{'type': 'job'}");
    rig.peer = (struct rd_peer){ .door = RD_DOOR_INSIDE };
    rig_no(&rig, "invalid_params", "/as", "case.list", "{'type': 'job', 'as': 'system'}");
    /* both names are in the entry */
    struct rd_value job =
        rig_ok(&rig, "case.open", "{'type': 'job', 'data': {'subject': 'x'}, 'as': 'ben'}");
    struct rd_value why = rig_ok(&rig, "case.explain", "{'id': '%s'}", t_text(job, "id"));
    ck_assert_str_eq(t_text(why, "actor"), "ben");
    ck_assert_str_eq(t_text(why, "behind"), "administrator");
    /* the administrator of the machine has no role of the company */
    rig_no(&rig, "not_allowed", NULL, "case.open", "{'type': 'job', 'data': {'subject': 'x'}}");
    /* acting as an account, one has that account's reach and no more */
    rig.as = "sun";
    rig_no(&rig, "not_found", "/id", "case.get", "{'id': '%s'}", t_text(job, "id"));
}
END_TEST

START_TEST(events_are_known_accepted_and_current)
{
    const char *id = rig_job(&rig, "x");
    rig_no(&rig, "not_found", "/id", "case.act", "{'id': 'x', 'event': 'work'}");
    rig_no(&rig, "invalid_params", "/event", "case.act", "{'id': '%s', 'event': 'works'}", id);
    ck_assert_ptr_nonnull(strstr(rig.error.text, "did you mean 'work'"));
    rig_no(&rig, "wrong_state", NULL, "case.act", "{'id': '%s', 'event': 'resume'}", id);
    ck_assert_str_eq(t_text(*rig.error.detail, "state"), "new");
    ck_assert_str_eq(t_text(*rig.error.detail, "accepts.0"), "work");
    rig_no(&rig, "wrong_state", NULL, "case.act", "{'id': '%s', 'event': 'drop'}", id);
    rig_no(&rig, "wrong_state", NULL, "case.act", "{'id': '%s', 'event': 'open'}", id);
    rig_no(&rig, "stale_version", "/if_version", "case.act",
           "{'id': '%s', 'event': 'work', 'if_version': 2}", id);
    ck_assert_int_eq(t_int(*rig.error.detail, "version"), 1);
    rig_no(&rig, "bad_form", "/form/what", "case.act",
           "{'id': '%s', 'event': 'work', 'form': {'what': 1}}", id);
    struct rd_value job =
        rig_ok(&rig, "case.act", "{'id': '%s', 'event': 'work', 'if_version': 1}", id);
    ck_assert_str_eq(t_text(job, "state"), "working");
    ck_assert_int_eq(t_int(job, "version"), 2);
    ck_assert_uint_eq(t_count(job, "deadlines"), 3); /* two of the state, one of the case */
    rig_act(&rig, id, "done");
    rig_no(&rig, "wrong_state", NULL, "case.act", "{'id': '%s', 'event': 'rang'}", id);
    ck_assert_uint_eq(t_count(rig_ok(&rig, "case.get", "{'id': '%s'}", id), "deadlines"), 0);
    rig_no(&rig, "invalid_params", "/id", "record.update", "{'id': '%s', 'set': {}}", id);
}
END_TEST

START_TEST(a_key_gives_the_same_reply_and_one_entry)
{
    const char *params = "{'type': 'job', 'data': {'subject': 'k'}, 'idempotency_key': 'a'}";
    struct rd_value first = rig_ok(&rig, "case.open", "%s", params);
    rig_act(&rig, t_text(first, "id"), "work");
    struct rd_value again = rig_ok(&rig, "case.open", "%s", params);
    ck_assert_msg(rd_value_equal(&first, &again), "%s\n%s", t_show(first), t_show(again));
    rig_no(&rig, "idempotency_conflict", "/idempotency_key", "case.open",
           "{'type': 'job', 'data': {'subject': 'other'}, 'idempotency_key': 'a'}");
    rig_no(&rig, "idempotency_conflict", "/idempotency_key", "case.act",
           "{'id': '%s', 'event': 'wait', 'idempotency_key': 'a'}", t_text(first, "id"));
    rig.as = "max"; /* another's key is another key */
    struct rd_value other = rig_ok(&rig, "case.open", "%s", params);
    ck_assert_str_ne(t_text(first, "id"), t_text(other, "id"));
    rig.as = "ben";
    rig_no(&rig, "invalid_params", "/idempotency_key", "case.open",
           "{'type': 'job', 'data': {'subject': 'k'}, 'idempotency_key': ''}");
    rig_no(&rig, "invalid_params", "/idempotency_key", "case.open",
           "{'type': 'job', 'data': {'subject': 'k'}, 'idempotency_key': 'import:x'}");
    char key[RD_IDEMPOTENCY_KEY_BYTES_MAX + 2];
    memset(key, 'k', sizeof key);
    key[sizeof key - 1] = '\0';
    rig_no(&rig, "invalid_params", "/idempotency_key", "case.open",
           "{'type': 'job', 'data': {'subject': 'k'}, 'idempotency_key': '%s'}", key);
    rig_ok(&rig, "case.open", "{'type': 'job', 'data': {'subject': 'k'}, 'idempotency_key': '%s'}",
           key + 1);
    rig_ok(&rig, "case.open",
           "{'type': 'job', 'data': {'subject': 'k'}, 'idempotency_key': null, 'at': null}");
    /* a refusal may be tried again with its key */
    rig_no(&rig, "bad_form", NULL, "case.open",
           "{'type': 'job', 'data': {}, 'idempotency_key': 'b'}");
    rig_ok(&rig, "case.open", "{'type': 'job', 'data': {'subject': 'k'}, 'idempotency_key': 'b'}");
}
END_TEST

START_TEST(keys_are_forgotten_after_their_time)
{
    const char *params = "{'type': 'job', 'data': {'subject': 'k'}, 'idempotency_key': 'a'}";
    struct rd_value first = rig_ok(&rig, "case.open", "%s", params);
    rig_advance(&rig, "8 days");
    /* two other keys sweep it away */
    for (int i = 0; i < 2; i++)
        rig_ok(&rig, "case.open",
               "{'type': 'job', 'data': {'subject': 'k'}, 'idempotency_key': 'k%d'}", i);
    struct rd_value again = rig_ok(&rig, "case.open", "%s", params);
    ck_assert_str_ne(t_text(first, "id"), t_text(again, "id"));
}
END_TEST

START_TEST(a_dry_run_changes_nothing)
{
    unsigned char before[32], after[32];
    const char *id = rig_job(&rig, "x");
    rig_act(&rig, id, "work");
    rig_digest(&rig, before);
    struct rd_value job =
        rig_ok(&rig, "case.act", "{'id': '%s', 'event': 'split', 'dry_run': true}", id);
    ck_assert(t_bool(job, "dry_run"));
    ck_assert(!t_has(job, "seq"));
    ck_assert_int_eq(t_int(job, "version"), 3);
    rig_ok(&rig, "case.open",
           "{'type': 'job', 'data': {'subject': 'x'}, 'dry_run': true, 'idempotency_key': 'd'}");
    rig_no(&rig, "policy_fault", NULL, "case.act",
           "{'id': '%s', 'event': 'broken', 'dry_run': true}", id);
    rig.as = "ann";
    rig_no(&rig, "not_allowed", NULL, "case.act", "{'id': '%s', 'event': 'wait', 'dry_run': true}",
           id);
    rig.as = "ben";
    rig_digest(&rig, after);
    ck_assert_mem_eq(before, after, sizeof before);
    /* the key was not used up */
    rig_ok(&rig, "case.open", "{'type': 'job', 'data': {'subject': 'x'}, 'idempotency_key': 'd'}");
}
END_TEST

START_TEST(amounts_go_up_to_the_limit_of_the_role)
{
    const char *id = rig_job(&rig, "x");
    rig_act(&rig, id, "work");
    struct rd_value job = rig_ok(
        &rig, "case.act", "{'id': '%s', 'event': 'grant', 'form': {'amount': '100.01'}}", id);
    ck_assert_str_eq(t_text(job, "state"), "new"); /* above: the row for it */
    ck_assert_str_eq(t_text(t_find(t_at(job, "decisions"), "rule", "grant.limit/row 1"), "reason"),
                     "100.01 is above, needs boss");
    rig_act(&rig, id, "work");
    job = rig_ok(&rig, "case.act", "{'id': '%s', 'event': 'grant', 'form': {'amount': '100.00'}}",
                 id);
    ck_assert_str_eq(t_text(job, "state"), "granted");
    id = rig_job(&rig, "y");
    rig_act(&rig, id, "work");
    rig_no(&rig, "bad_form", "/form/amount", "case.act", "{'id': '%s', 'event': 'grant'}", id);
}
END_TEST

START_TEST(unless_refuses_with_its_line)
{
    struct rd_value job =
        rig_ok(&rig, "case.open", "{'type': 'job', 'data': {'subject': 'x', 'secret': true}}");
    const char *id = t_text(job, "id");
    rig_act(&rig, id, "work");
    rig_no(&rig, "not_allowed", NULL, "case.act",
           "{'id': '%s', 'event': 'grant', 'form': {'amount': '1.00'}}", id);
    ck_assert_ptr_nonnull(strstr(rig.error.where, "rules/company.lua:"));
    /* the refusal is in the journal, with its reason */
    struct rd_value page = rig_ok(&rig, "feed.read", "{'since': %lld}",
                                  (long long)t_int(rig_ok(&rig, "server.info", "{}"), "seq") - 1);
    ck_assert_str_eq(t_text(page, "events.0.refused"), "not_allowed");
}
END_TEST

START_TEST(what_may_i_do)
{
    const char *id = rig_job(&rig, "x");
    rig_act(&rig, id, "work");
    struct rd_value may = rig_ok(&rig, "case.actions", "{'id': '%s'}", id);
    ck_assert_str_eq(t_text(t_find(t_at(may, "may"), "event", "grant"), "form.name"), "granting");
    ck_assert_str_eq(t_text(t_find(t_at(may, "may_not"), "event", "task_done"), "error"),
                     "not_allowed");
    rig.as = "ann";
    may = rig_ok(&rig, "case.actions", "{'id': '%s'}", id);
    ck_assert_uint_eq(t_count(may, "may"), 0);
    rig.as = NULL;
    struct rd_value person =
        rig_ok(&rig, "record.create", "{'type': 'person', 'data': {'name': 'P'}, 'as': 'ben'}");
    may = rig_ok(&rig, "case.actions", "{'id': '%s'}", t_text(person, "id"));
    ck_assert(!t_has(may, "state"));
    ck_assert_uint_eq(t_count(may, "may"), 0);
}
END_TEST

START_TEST(internal_events_are_nobodys_choice)
{
    rig_edit(&rig, "rang = { run = 'count_ring' }",
             "rang = { internal = true, run = 'count_ring' }");
    rig.as = NULL;
    rig_ok(&rig, "policy.reload", "{}");
    const char *id = rig_job(&rig, "x");
    rig_act(&rig, id, "work");
    rig.as = "ben";
    struct rd_value may = rig_ok(&rig, "case.actions", "{'id': '%s'}", id);
    for (size_t i = 0; i < t_count(may, "may_not"); i++)
        ck_assert_str_ne(t_text(may, rd_arena_printf(&rig.arena, "may_not.%zu.event", i)), "rang");
    rig_no(&rig, "not_allowed", NULL, "case.act", "{'id': '%s', 'event': 'rang'}", id);
    ck_assert_ptr_nonnull(strstr(rig.error.text, "'job.rang' is internal"));
    rig_act(&rig, id, "remind");
    rig.as = NULL;
    rig_advance(&rig, "2 hours"); /* the deadline may send it */
    ck_assert_int_eq(t_int(rig_ok(&rig, "case.get", "{'id': '%s'}", id), "data.n"), 1);
}
END_TEST

START_TEST(records_are_created_and_updated)
{
    rig_no(&rig, "invalid_params", "/type", "record.create", "{'type': 'job', 'data': {}}");
    rig_no(&rig, "bad_form", "/data/name", "record.create", "{'type': 'person', 'data': {}}");
    rig_no(&rig, "bad_form", "/data/keeper", "record.create",
           "{'type': 'person', 'data': {'name': 'P', 'keeper': 'nobody'}}");
    rig_no(&rig, "bad_form", "/data/unit", "record.create",
           "{'type': 'person', 'data': {'name': 'P', 'unit': 'xx'}}");
    struct rd_value p =
        rig_ok(&rig, "record.create",
               "{'type': 'person', 'data': {'name': 'P', 'phone': '1', 'unit': 'gz', 'score': 3}}");
    ck_assert_str_eq(t_text(p, "number"), "P-0001");
    ck_assert_str_eq(t_text(p, "data.kind"), "plain");
    ck_assert(!t_has(p, "state"));
    const char *id = t_text(p, "id");
    rig_no(&rig, "already_exists", "/data/phone", "record.create",
           "{'type': 'person', 'data': {'name': 'Q', 'phone': '1'}}");
    rig_no(&rig, "bad_form", "/data/friends", "record.create",
           "{'type': 'person', 'data': {'name': 'Q', 'friends': ['1-77']}}");
    rig_ok(&rig, "record.create", "{'type': 'person', 'data': {'name': 'Q', 'friends': ['%s']}}",
           id);
    rig_no(&rig, "bad_form", "/set/name", "record.update", "{'id': '%s', 'set': {'name': ''}}", id);
    p = rig_ok(&rig, "record.update", "{'id': '%s', 'set': {'score': null, 'phone': '2'}}", id);
    ck_assert(!t_has(p, "data.score"));
    ck_assert_int_eq(t_int(p, "version"), 2);
    rig_ok(&rig, "record.create", "{'type': 'person', 'data': {'name': 'R', 'phone': '1'}}");
    rig_no(&rig, "stale_version", "/if_version", "record.update",
           "{'id': '%s', 'set': {'score': 1}, 'if_version': 1}", id);
    rig_no(&rig, "invalid_params", "/event", "case.act", "{'id': '%s', 'event': 'work'}", id);
    rig_expect_rebuild_equal(&rig);
}
END_TEST

START_TEST(cascades_start_link_send_and_tell)
{
    const char *id = rig_job(&rig, "x");
    rig_act(&rig, id, "work");
    rig_act(&rig, id, "split");
    rig.as = NULL;
    struct rd_value task = t_at(rig_ok(&rig, "case.list", "{'type': 'task'}"), "cases.0");
    ck_assert_str_eq(t_text(task, "data.job"), id);
    ck_assert_str_eq(t_text(task, "data.level"), "low"); /* started records have their defaults */
    ck_assert_str_eq(t_text(task, "state"), "open");
    struct rd_value notices = rig_ok(&rig, "notice.list", "{}");
    ck_assert_str_eq(t_text(notices, "notices.0.text"), "J-2026-001 split");
    ck_assert_str_eq(t_text(notices, "notices.0.to.0"), "ben");
    ck_assert_uint_eq(t_count(notices, "notices.0.to"), 1); /* each one once */
    rig_act(&rig, t_text(task, "id"), "finish");
    struct rd_value job = rig_ok(&rig, "case.get", "{'id': '%s'}", id);
    ck_assert_int_eq(t_int(job, "data.tasks"), 1);
    rig_expect_rebuild_equal(&rig);
}
END_TEST

START_TEST(cascades_are_bounded)
{
    unsigned char before[32], after[32];
    const char *last = NULL;
    for (int i = 0; i <= RD_CASCADE_DEPTH_MAX; i++) {
        struct rd_value job =
            rig_ok(&rig, "case.open",
                   last ? "{'type': 'job', 'data': {'subject': 'x', 'peer': '%s'}}"
                        : "{'type': 'job', 'data': {'subject': 'x%s'}}",
                   last ? last : "");
        last = t_text(job, "id");
        if (i > 0)
            rig_act(&rig, last, "work");
    }
    /* the first is in state new and does not take it: the chain ends there, eight deep */
    rig_act(&rig, last, "poke");
    struct rd_value one_more =
        rig_ok(&rig, "case.open", "{'type': 'job', 'data': {'subject': 'x', 'peer': '%s'}}", last);
    rig_act(&rig, t_text(one_more, "id"), "work");
    rig_no(&rig, "policy_fault", NULL, "case.act", "{'id': '%s', 'event': 'poke'}",
           t_text(one_more, "id"));
    ck_assert_ptr_nonnull(strstr(rig.error.text, "more than 8 deep"));

    struct rd_value big =
        rig_ok(&rig, "case.open", "{'type': 'job', 'data': {'subject': 'x', 'size': %d}}",
               RD_CASCADE_RECORDS_MAX - 1);
    rig_act(&rig, t_text(big, "id"), "work");
    rig_act(&rig, t_text(big, "id"), "many");
    big = rig_ok(&rig, "case.open", "{'type': 'job', 'data': {'subject': 'x', 'size': %d}}",
                 RD_CASCADE_RECORDS_MAX);
    rig_act(&rig, t_text(big, "id"), "work");
    rig_digest(&rig, before);
    rig_no(&rig, "limit_exceeded", NULL, "case.act", "{'id': '%s', 'event': 'many'}",
           t_text(big, "id"));
    rig_digest(&rig, after);
    ck_assert_mem_eq(before, after, sizeof before);
    big = rig_ok(&rig, "case.open", "{'type': 'job', 'data': {'subject': 'x', 'size': %d}}",
                 RD_PLAN_EFFECTS_MAX);
    rig_act(&rig, t_text(big, "id"), "work");
    rig_act(&rig, t_text(big, "id"), "flood");
    big = rig_ok(&rig, "case.open", "{'type': 'job', 'data': {'subject': 'x', 'size': %d}}",
                 RD_PLAN_EFFECTS_MAX + 1);
    rig_act(&rig, t_text(big, "id"), "work");
    rig_no(&rig, "policy_fault", NULL, "case.act", "{'id': '%s', 'event': 'flood'}",
           t_text(big, "id"));
}
END_TEST

START_TEST(unique_also_within_one_plan)
{
    const char *id = rig_job(&rig, "x");
    rig_act(&rig, id, "work");
    rig_no(&rig, "already_exists", NULL, "case.act", "{'id': '%s', 'event': 'twins'}", id);
}
END_TEST

START_TEST(facts_count_and_sum_what_is_alike)
{
    for (int i = 0; i < 3; i++)
        rig_ok(&rig, "case.open", "{'type': 'job', 'data': {'subject': 'same', 'amount': '1.50'}}");
    rig_ok(&rig, "case.open", "{'type': 'job', 'data': {'subject': 'else', 'amount': '9.00'}}");
    rig_advance(&rig, "25 hours");
    struct rd_value person =
        rig_ok(&rig, "record.create", "{'type': 'person', 'data': {'name': 'Li', 'unit': 'gz'}}");
    struct rd_value job =
        rig_ok(&rig, "case.open",
               "{'type': 'job', 'data': {'subject': 'same', 'amount': '2.00', 'person': '%s'}}",
               t_text(person, "id"));
    rig_act(&rig, t_text(job, "id"), "work");
    job = rig_act(&rig, t_text(job, "id"), "judge");
    ck_assert_int_eq(t_int(job, "data.seen"), 1); /* itself: the others are older than a day */
    ck_assert_str_eq(t_text(job, "data.sum"), "6.50");
    rig.as = NULL;
    struct rd_value notices = rig_ok(&rig, "notice.list", "{'account': 'ben'}");
    size_t count = t_count(notices, "notices");
    ck_assert_str_eq(
        t_text(t_at(notices, rd_arena_printf(&rig.arena, "notices.%zu", count - 1)), "text"), "Li");
}
END_TEST

START_TEST(an_entry_that_is_too_large_is_refused)
{
    struct rd_buf tags;
    unsigned char before[32], after[32];
    rd_buf_init(&tags);
    for (int i = 0; i < 20; i++) {
        rd_buf_text(&tags, i ? ",'" : "'");
        memset(rd_buf_reserve(&tags, 60000), 'a', 60000);
        tags.len += 60000;
        rd_buf_char(&tags, '\'');
    }
    rd_buf_char(&tags, '\0');
    rig_digest(&rig, before);
    /* segments of 1 MiB take entries of half of that */
    rig_no(&rig, "limit_exceeded", NULL, "record.create",
           "{'type': 'person', 'data': {'name': 'P', 'tags': [%s]}}", tags.data);
    rig_digest(&rig, after);
    ck_assert_mem_eq(before, after, sizeof before);
    rig_ok(&rig, "record.create", "{'type': 'person', 'data': {'name': 'P'}}");
    rd_buf_fini(&tags);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("kernel_case");
    TCase *tcase = tcase_create("case");
    tcase_set_timeout(tcase, T_TIMEOUT_S);
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, opens_with_number_state_and_clocks);
    tcase_add_test(tcase, open_refuses_by_name_and_place);
    tcase_add_test(tcase, an_earlier_time_is_for_administrators);
    tcase_add_test(tcase, who_may_not_read_finds_nothing);
    tcase_add_test(tcase, as_is_for_administrators_of_the_machine);
    tcase_add_test(tcase, events_are_known_accepted_and_current);
    tcase_add_test(tcase, a_key_gives_the_same_reply_and_one_entry);
    tcase_add_test(tcase, keys_are_forgotten_after_their_time);
    tcase_add_test(tcase, a_dry_run_changes_nothing);
    tcase_add_test(tcase, amounts_go_up_to_the_limit_of_the_role);
    tcase_add_test(tcase, unless_refuses_with_its_line);
    tcase_add_test(tcase, what_may_i_do);
    tcase_add_test(tcase, internal_events_are_nobodys_choice);
    tcase_add_test(tcase, records_are_created_and_updated);
    tcase_add_test(tcase, cascades_start_link_send_and_tell);
    tcase_add_test(tcase, cascades_are_bounded);
    tcase_add_test(tcase, unique_also_within_one_plan);
    tcase_add_test(tcase, facts_count_and_sum_what_is_alike);
    tcase_add_test(tcase, an_entry_that_is_too_large_is_refused);
    suite_add_tcase(suite, tcase);
    return unit_run(suite);
}
