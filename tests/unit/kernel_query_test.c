/* Readings: one record as it is or was, its history, why; the feed and the outbox. */
#include "base/buf.h"
#include "base/limits.h"
#include "common/company.h"
#include "kernel/past.h"
#include "unit/kernel_rig.h"

static struct kernel_rig rig;

static void setup(void)
{
    rig_open(&rig);
}

static void teardown(void)
{
    rig_close(&rig);
}

START_TEST(as_it_was)
{
    const char *id = rig_job(&rig, "x");
    rig_advance(&rig, "1 hours");
    rig_act(&rig, id, "work");
    rig_advance(&rig, "1 hours");
    rig_act(&rig, id, "wait");
    struct rd_value was =
        rig_ok(&rig, "case.get", "{'id': '%s', 'as_of': '2026-03-02T01:00:00Z'}", id);
    ck_assert_str_eq(t_text(was, "state"), "new");
    ck_assert_int_eq(t_int(was, "version"), 1);
    ck_assert_uint_eq(t_count(was, "deadlines"), 2);
    was = rig_ok(&rig, "case.get", "{'id': '%s', 'as_of': '2026-03-02T02:59:59Z'}", id);
    ck_assert_str_eq(t_text(was, "state"), "working");
    was = rig_ok(&rig, "case.get", "{'id': '%s', 'as_of': '2027-01-01T00:00:00Z'}", id);
    struct rd_value is = rig_ok(&rig, "case.get", "{'id': '%s'}", id);
    struct rd_value was_data = t_at(was, "data"), is_data = t_at(is, "data");
    ck_assert_msg(rd_value_equal(&was_data, &is_data), "%s\n%s", t_show(was), t_show(is));
    ck_assert_int_eq(t_int(was, "version"), t_int(is, "version"));
    ck_assert_uint_eq(t_count(was, "deadlines"), t_count(is, "deadlines"));
    ck_assert_int_eq(t_int(is, "deadlines.0.used_ms") > 0,
                     1); /* of the moment: only as it is now */
    rig_no(&rig, "not_found", NULL, "case.get", "{'id': '%s', 'as_of': '2026-03-02T00:59:59Z'}",
           id);
    rig_no(&rig, "invalid_params", "/as_of", "case.get", "{'id': '%s', 'as_of': 'then'}", id);
    rig_no(&rig, "not_found", "/id", "case.get", "{'id': '2-2'}");
    rig_no(&rig, "not_found", "/id", "case.get", "{'id': '99-1'}");
    rig_no(&rig, "not_found", "/id", "case.get", "{'id': ''}");
}
END_TEST

static const char *then_of(const char *id, const char *when)
{
    return rig_show(
        &rig, t_at(rig_ok(&rig, "case.get", "{'id': '%s', 'as_of': '%s', 'then': true}", id, when),
                   "then"));
}

START_TEST(as_it_was_and_who_could_see_it)
{
    const char *id = rig_job(&rig, "x");
    rig_advance(&rig, "1 hours");
    rig_act(&rig, id, "work");
    rig_advance(&rig, "1 hours");
    rig_act(&rig, id, "done");
    struct rd_value was =
        rig_ok(&rig, "case.get", "{'id': '%s', 'as_of': '2026-03-02T02:30:00Z', 'then': true}", id);
    ck_assert_str_eq(t_text(was, "state"), "working");
    ck_assert_int_eq(t_int(was, "then.policy"), 1);
    ck_assert(t_bool(was, "then.same_rules"));
    /* max reads all, ben and ann those of their unit; sun is of another one */
    const char *seen = rig_show(&rig, t_at(was, "then.seen_by"));
    ck_assert_msg(strstr(seen, "\"ann\"") != NULL, "%s", seen);
    ck_assert_ptr_nonnull(strstr(seen, "\"ben\""));
    ck_assert_ptr_nonnull(strstr(seen, "\"max\""));
    ck_assert_ptr_null(strstr(seen, "\"sun\""));
    ck_assert_ptr_null(strstr(seen, "\"non\""));
    ck_assert_str_eq(t_text(was, "then.seen_by.rules"), "then");
    ck_assert_str_eq(t_text(was, "then.seen_by.staff"), "then");
    ck_assert_str_eq(t_text(was, "then.today.state"), "working");
    ck_assert_str_eq(t_text(was, "then.proof.rebuilt"), t_text(was, "then.proof.recorded"));
    ck_assert(t_bool(was, "then.proof.equal"));
    ck_assert_str_ne(t_text(was, "then.proof.hash"), t_text(was, "then.proof.recorded"));
    /* as it is now: the very record */
    struct rd_value is =
        rig_ok(&rig, "case.get", "{'id': '%s', 'as_of': '2026-03-02T03:00:00Z', 'then': true}", id);
    ck_assert_str_eq(t_text(is, "then.proof.hash"), t_text(is, "then.proof.recorded"));
    rig_no(&rig, "invalid_params", "/then", "case.get", "{'id': '%s', 'then': true}", id);
    /* one who acts: today's rules say what he could do in the state of then, not of now */
    rig.peer = (struct rd_peer){ .door = RD_DOOR_TCP, .account = "ben" };
    const char *then = then_of(id, "2026-03-02T02:30:00Z");
    ck_assert_ptr_nonnull(strstr(then, "{\"event\":\"wait\""));
    ck_assert_ptr_nonnull(strstr(then, "\"seen_by\":null")); /* he may not read the staff */
    ck_assert_ptr_null(strstr(then_of(id, "2026-03-02T03:00:00Z"), "{\"event\":\"wait\""));
    rig.peer.account = "sun";
    rig_no(&rig, "not_found", NULL, "case.get",
           "{'id': '%s', 'as_of': '2026-03-02T02:30:00Z', 'then': true}", id);
}
END_TEST

START_TEST(rules_of_then_and_of_now)
{
    const char *id = rig_job(&rig, "x");
    rig_advance(&rig, "1 hours");
    t_company_edit(rig.policy, "rules/company.lua",
                   "from = 'staff', reach = 'unit' },\n    { { 'job.open'",
                   "from = 'boss' },\n    { { 'job.open'");
    rig_edit(&rig, "new = { on = { work = 'working' }", "new = { on = { begin = 'working' }");
    t_company_edit(rig.policy, "rules/company.lua", "'job.work', ", "'job.work', 'job.begin', ");
    rig_ok(&rig, "policy.activate", "{}");
    struct rd_value was =
        rig_ok(&rig, "case.get", "{'id': '%s', 'as_of': '2026-03-02T01:30:00Z', 'then': true}", id);
    ck_assert_int_eq(t_int(was, "then.policy"), 1);
    ck_assert(!t_bool(was, "then.same_rules"));
    ck_assert_str_eq(t_text(was, "then.seen_by.rules"), "then");
    ck_assert_str_eq(t_text(was, "then.seen_by.staff"), "then");
    const char *seen = rig_show(&rig, t_at(was, "then.seen_by.accounts"));
    ck_assert_str_eq(seen, "[\"adm\",\"ann\",\"ben\",\"max\"]"); /* ann was of the unit */
    seen = rig_show(&rig, t_at(was, "then.today.seen_by.accounts"));
    ck_assert_str_eq(seen, "[\"adm\",\"max\"]");
    const char *then = rig_show(&rig, t_at(was, "then.today"));
    ck_assert_ptr_nonnull(strstr(then, "\"event\":\"begin\""));
    ck_assert_ptr_null(strstr(then, "\"event\":\"work\""));
    rig_advance(&rig, "1 hours");
    was =
        rig_ok(&rig, "case.get", "{'id': '%s', 'as_of': '2026-03-02T03:00:00Z', 'then': true}", id);
    ck_assert_int_eq(t_int(was, "then.policy"), 2);
    ck_assert(t_bool(was, "then.same_rules"));
    ck_assert(t_bool(was, "then.proof.equal"));
}
END_TEST

/* Rules of then are loaded once, and go when others are looked at; an activation between does not
 * make them wrong. */
START_TEST(rules_of_then_stay_loaded)
{
    const char *id = rig_job(&rig, "x"), *whens[RD_PAST_POLICIES_MAX + 2], *first;
    const char *hash = t_text(rig_ok(&rig, "policy.info", "{}"), "hash");
    size_t bytes;
    for (int i = 0; i < RD_PAST_POLICIES_MAX + 2; i++) {
        rig_advance(&rig, "1 hours");
        whens[i] = rd_arena_printf(&rig.arena, "2026-03-02T%02d:30:00Z", i + 1);
        rig_edit(&rig,
                 i ? rd_arena_printf(&rig.arena, "'%d hours', go = 'late'", i + 49)
                   : "'4 hours', go = 'late'",
                 rd_arena_printf(&rig.arena, "'%d hours', go = 'late'", i + 50));
        rig_ok(&rig, "policy.activate", "{}");
    }
    ck_assert_uint_eq(rd_past_count(rig.kernel, &bytes), 0);
    ck_assert_uint_eq(bytes, 0);
    first = then_of(id, whens[0]);
    ck_assert_ptr_nonnull(strstr(first, "\"rules\":\"then\""));
    ck_assert_uint_eq(rd_past_count(rig.kernel, &bytes), 1);
    ck_assert_uint_gt(bytes, 10000);
    struct rd_policy *kept = rd_past_kept(rig.kernel, hash);
    ck_assert_ptr_nonnull(kept);
    ck_assert_str_eq(then_of(id, whens[0]), first);
    ck_assert_ptr_eq(rd_past_kept(rig.kernel, hash), kept);
    for (int i = 1; i < RD_PAST_POLICIES_MAX; i++)
        ck_assert_ptr_nonnull(strstr(then_of(id, whens[i]), "\"rules\":\"then\""));
    ck_assert_uint_eq(rd_past_count(rig.kernel, &bytes), RD_PAST_POLICIES_MAX);
    ck_assert_str_eq(then_of(id, whens[0]), first); /* looked at: the others are older now */
    (void)then_of(id, whens[RD_PAST_POLICIES_MAX]);
    ck_assert_uint_eq(rd_past_count(rig.kernel, &bytes), RD_PAST_POLICIES_MAX);
    ck_assert_ptr_eq(rd_past_kept(rig.kernel, hash), kept);
    for (int i = 1; i <= RD_PAST_POLICIES_MAX; i++)
        (void)then_of(id, whens[i]);
    ck_assert_ptr_null(rd_past_kept(rig.kernel, hash));
}
END_TEST

START_TEST(rules_of_then_outlast_an_activation)
{
    const char *id = rig_job(&rig, "x");
    rig_advance(&rig, "1 hours");
    t_company_edit(rig.policy, "rules/company.lua",
                   "from = 'staff', reach = 'unit' },\n    { { 'job.open'",
                   "from = 'boss' },\n    { { 'job.open'");
    rig_ok(&rig, "policy.activate", "{}");
    const char *then = "2026-03-02T01:30:00Z", *seen = "\"accounts\":[\"adm\",\"ann\",\"ben\",";
    ck_assert_ptr_nonnull(strstr(then_of(id, then), seen));
    rig_ok(&rig, "policy.rollback", "{}"); /* the kept ones are in force again, */
    ck_assert_ptr_nonnull(strstr(then_of(id, then), seen));
    rig_edit(&rig, "'4 hours', go = 'late'", "'9 hours', go = 'late'");
    rig_ok(&rig, "policy.activate", "{}"); /* and again not */
    size_t bytes;
    ck_assert_uint_eq(rd_past_count(rig.kernel, &bytes), 1);
    ck_assert_ptr_nonnull(strstr(then_of(id, then), seen));
    ck_assert_uint_eq(rd_past_count(rig.kernel, &bytes), 1);
}
END_TEST

/* People say the number that stands on the letter. */
START_TEST(a_number_is_as_good_as_an_id)
{
    const char *id = rig_job(&rig, "x");
    struct rd_value is = rig_ok(&rig, "case.get", "{'id': 'J-2026-001'}");
    ck_assert_str_eq(t_text(is, "id"), id);
    is = rig_act(&rig, "J-2026-001", "work");
    ck_assert_str_eq(t_text(is, "id"), id);
    ck_assert_uint_eq(t_count(rig_ok(&rig, "case.history", "{'id': 'J-2026-001'}"), "entries"), 2);
    ck_assert_str_eq(t_text(rig_ok(&rig, "case.explain", "{'id': 'J-2026-001'}"), "command"),
                     "job.work");
    ck_assert_str_eq(t_text(rig_ok(&rig, "case.actions", "{'id': 'J-2026-001'}"), "id"), id);
    static const char *const NONE[] = { "J-2026-002", "j-2026-001", "J-2026-001 ", "1:J-2026-001" };
    for (size_t i = 0; i < 4; i++) {
        rig_no(&rig, "not_found", "/id", "case.get", "{'id': '%s'}", NONE[i]);
        rig_no(&rig, "not_found", "/id", "case.act", "{'id': '%s', 'event': 'wait'}", NONE[i]);
    }
    rig.as = "sun"; /* who may not read it is told that it is not there, as with the id */
    rig_no(&rig, "not_found", "/id", "case.get", "{'id': 'J-2026-001'}");
    rig_no(&rig, "not_found", "/id", "case.act", "{'id': 'J-2026-001', 'event': 'wait'}");
    rig_expect_rebuild_equal(&rig);
}
END_TEST

START_TEST(a_number_of_two_records_is_refused)
{
    rig_stop(&rig);
    rig_edit(&rig, "number = 'J-{year}-{000}'", "number = 'P-{0000}'");
    ck_assert_int_eq(rig_start(&rig, true), RD_OK);
    const char *id = rig_job(&rig, "x");
    rig_ok(&rig, "case.get", "{'id': 'P-0001'}");
    rig.as = "adm";
    rig_ok(&rig, "record.create", "{'type': 'person', 'data': {'name': 'P'}}");
    rig.as = "ben";
    rig_no(&rig, "invalid_params", "/id", "case.get", "{'id': 'P-0001'}");
    ck_assert_str_eq(rig.error.text, "more than one record has the number 'P-0001': give its id");
    rig_no(&rig, "invalid_params", "/id", "case.act", "{'id': 'P-0001', 'event': 'work'}");
    rig_act(&rig, id, "work");
}
END_TEST

START_TEST(a_type_that_is_none_gets_the_nearest_guess)
{
    static const char *const METHODS[] = { "case.open", "record.create", "case.list" };
    for (size_t i = 0; i < 3; i++) {
        rig_no(&rig, "invalid_params", "/type", METHODS[i], "{'type': 'persn'%s}",
               i < 2 ? ", 'data': {}" : "");
        ck_assert_str_eq(rig.error.text, "there is no record type 'persn'; did you mean 'person'?");
    }
}
END_TEST

START_TEST(history_tells_each_version)
{
    const char *id = rig_job(&rig, "x");
    rig_act(&rig, id, "work");
    rig_act(&rig, id, "wait");
    struct rd_value history = rig_ok(&rig, "case.history", "{'id': '%s'}", id);
    ck_assert_uint_eq(t_count(history, "entries"), 3);
    ck_assert(!t_bool(history, "more"));
    ck_assert_str_eq(t_text(history, "entries.0.command"), "job.open");
    ck_assert_str_eq(t_text(history, "entries.0.form.subject"), "x");
    ck_assert_str_eq(t_text(history, "entries.2.state"), "waiting");
    ck_assert_int_eq(t_int(history, "entries.2.version"), 3);
    history = rig_ok(&rig, "case.history", "{'id': '%s', 'since_version': 2}", id);
    ck_assert_uint_eq(t_count(history, "entries"), 1);
    static const char *const beyond[] = { "3", "4294967295", "4294967296", "9223372036854775807" };
    for (size_t i = 0; i < 4; i++) {
        history = rig_ok(&rig, "case.history", "{'id': '%s', 'since_version': %s}", id, beyond[i]);
        ck_assert_uint_eq(t_count(history, "entries"), 0);
        ck_assert(!t_bool(history, "more"));
    }
    history = rig_ok(&rig, "case.history", "{'id': '%s', 'since_version': -7}", id);
    ck_assert_uint_eq(t_count(history, "entries"), 3);
}
END_TEST

START_TEST(large_versions_do_not_exhaust_the_memory)
{
    struct rd_buf note;
    rd_buf_init(&note);
    for (int i = 0; i < 8; i++) {
        rd_buf_text(&note, i ? ",'" : "'");
        memset(rd_buf_reserve(&note, 50000), 'a', 50000);
        note.len += 50000;
        rd_buf_char(&note, '\'');
    }
    rd_buf_char(&note, '\0');
    rig.as = "adm";
    struct rd_value p = rig_ok(&rig, "record.create", "{'type': 'person', 'data': {'name': 'P'}}");
    const char *id = t_text(p, "id");
    for (int i = 0; i < 100; i++) {
        /* the text is the test's own: its arena must not fill up either */
        struct rd_arena kept = rig.arena;
        rd_arena_init(&rig.arena);
        rig_ok(&rig, "record.update",
               "{'id': '%s', 'set': {'score': %d, 'tags': ['%d',%s]}, 'idempotency_key': 'k%d'}",
               id, i, i, note.data, i);
        rd_arena_fini(&rig.arena);
        rig.arena = kept;
    }
    struct rd_value history = rig_ok(&rig, "case.history", "{'id': '%s'}", id);
    ck_assert(t_bool(history, "more"));
    ck_assert_uint_ge(t_count(history, "entries"), 2);
    struct rd_value was =
        rig_ok(&rig, "case.get", "{'id': '%s', 'as_of': '2027-01-01T00:00:00Z'}", id);
    ck_assert_int_eq(t_int(was, "data.score"), 99);
    ck_assert_uint_eq(t_count(was, "data.tags"), 9);
    was = rig_ok(&rig, "record.update",
                 "{'id': '%s', 'set': {'score': 50, 'tags': ['50',%s]}, 'idempotency_key': 'k50'}",
                 id, note.data);
    ck_assert_int_eq(t_int(was, "version"), 52); /* the reply of then */
    rd_buf_fini(&note);
}
END_TEST

START_TEST(explain_is_of_this_record_only)
{
    const char *id = rig_job(&rig, "x"), *other = rig_job(&rig, "y");
    struct rd_value why = rig_ok(&rig, "case.explain", "{'id': '%s'}", id);
    int64_t seq = t_int(why, "seq");
    ck_assert_str_eq(t_text(why, "decisions.0.outcome"), "allowed");
    rig_ok(&rig, "case.explain", "{'id': '%s', 'seq': %lld}", id, (long long)seq);
    rig_no(&rig, "not_found", "/seq", "case.explain", "{'id': '%s', 'seq': %lld}", other,
           (long long)seq);
    static const char *const none[] = { "0", "-1", "9223372036854775807" };
    for (size_t i = 0; i < 3; i++)
        rig_no(&rig, "not_found", "/seq", "case.explain", "{'id': '%s', 'seq': %s}", id, none[i]);
}
END_TEST

/* A task of the boss reports to a job of sz: what sz learns of a command on a record that it may
 * not read. */
START_TEST(a_command_elsewhere_tells_no_more_than_its_effect)
{
    rig.as = "sun";
    struct rd_value job = rig_ok(&rig, "case.open", "{'type': 'job', 'data': {'subject': 'x'}}");
    const char *id = t_text(job, "id");
    rig.as = "max";
    struct rd_value task =
        rig_ok(&rig, "case.open", "{'type': 'task', 'data': {'job': '%s', 'title': 'hush'}}", id);
    rig_ok(&rig, "case.act", "{'id': '%s', 'event': 'finish'}", t_text(task, "id"));
    struct rd_value why = rig_ok(&rig, "case.explain", "{'id': '%s'}", id);
    ck_assert_uint_gt(t_count(why, "decisions"), 0); /* he may read both */
    ck_assert_uint_gt(t_count(why, "facts"), 0);
    rig.as = "sun";
    rig_no(&rig, "not_found", "/id", "case.explain", "{'id': '%s'}", t_text(task, "id"));
    why = rig_ok(&rig, "case.explain", "{'id': '%s'}", id);
    ck_assert_int_eq(t_int(why, "changed.tasks"), 1);
    ck_assert_uint_eq(t_count(why, "decisions"), 0);
    ck_assert_uint_eq(t_count(why, "facts"), 0);
    struct rd_value history = rig_ok(&rig, "case.history", "{'id': '%s'}", id);
    ck_assert_uint_eq(t_count(history, "entries"), 2);
    ck_assert_uint_eq(t_count(history, "entries.1.decisions"), 0);
    struct rd_value page = rig_ok(&rig, "feed.read", "{'since': 0}");
    ck_assert_uint_eq(t_count(page, "events"), 2); /* his job was opened, and has changed */
    ck_assert(!t_has(page, "events.1.id"));
    ck_assert(!t_has(page, "events.1.command"));
    ck_assert_uint_eq(t_count(page, "events.1.records"), 1);
    ck_assert_str_eq(t_text(page, "events.1.records.0.id"), id);
    ck_assert_ptr_null(strstr(rig_show(&rig, page), t_text(task, "id")));
}
END_TEST

START_TEST(the_feed_is_in_order_and_resumes)
{
    for (int i = 0; i < 5; i++)
        rig_job(&rig, "x");
    rig.as = "ben";
    int64_t seq = t_int(rig_ok(&rig, "server.info", "{}"), "seq"), next = 0;
    size_t seen = 0;
    while (next < seq) {
        struct rd_value page =
            rig_ok(&rig, "feed.read", "{'since': %lld, 'limit': 2}", (long long)next);
        seen += t_count(page, "events");
        ck_assert_int_gt(t_int(page, "next"), next);
        next = t_int(page, "next");
        ck_assert_int_eq(t_int(page, "durable"), seq);
    }
    ck_assert_uint_eq(seen, 5);
    rig_no(&rig, "invalid_params", "/limit", "feed.read", "{'since': 0, 'limit': 0}");
    rig_no(&rig, "invalid_params", "/limit", "feed.read", "{'since': 0, 'limit': %d}",
           RD_FEED_PAGE_MAX + 1);
    rig_no(&rig, "invalid_params", "/since", "feed.read", "{'since': -1}");
    rig_no(&rig, "invalid_params", "/since", "feed.read", "{}");
    ck_assert_uint_eq(t_count(rig_ok(&rig, "feed.read", "{'since': 999}"), "events"), 0);
    rig_no(&rig, "invalid_params", "/since", "feed.subscribe", "{'since': 999}");
    rig_no(&rig, "invalid_params", "/since", "feed.subscribe", "{'since': -1}");
    ck_assert_int_eq(t_int(rig_ok(&rig, "feed.subscribe", "{}"), "since"), seq);
    rig.as = "imp";
    rig_no(&rig, "not_allowed", NULL, "feed.read", "{'since': 0}");
}
END_TEST

START_TEST(notices_are_for_those_who_may_read_of_them)
{
    const char *id = rig_job(&rig, "hush");
    rig_advance(&rig, "6 hours"); /* late: the boss is told */
    rig.as = NULL;
    struct rd_value notices = rig_ok(&rig, "notice.list", "{}");
    ck_assert_uint_eq(t_count(notices, "notices"), 1);
    ck_assert_str_eq(t_text(notices, "notices.0.id"), id);
    ck_assert_str_eq(t_text(notices, "notices.0.to.0"), "max");
    ck_assert_str_eq(t_text(notices, "notices.0.text"), "J-2026-001 new hush {nothing}");
    ck_assert(!t_bool(notices, "more"));
    rig.as = "max";
    ck_assert_uint_eq(t_count(rig_ok(&rig, "notice.list", "{}"), "notices"), 1);
    rig.as = "ben"; /* not told, but reads the job */
    ck_assert_uint_eq(t_count(rig_ok(&rig, "notice.list", "{}"), "notices"), 1);
    rig.as = "sun";
    notices = rig_ok(&rig, "notice.list", "{}");
    ck_assert_uint_eq(t_count(notices, "notices"), 0);
    ck_assert_int_eq(t_int(notices, "next"), 1); /* passed over, not asked for again */
    rig.as = NULL;
    ck_assert_uint_eq(t_count(rig_ok(&rig, "notice.list", "{'account': 'ben'}"), "notices"), 0);
    ck_assert_uint_eq(
        t_count(rig_ok(&rig, "notice.list", "{'since': 9223372036854775807}"), "notices"), 0);
    rig_no(&rig, "invalid_params", "/limit", "notice.list", "{'since': -1}");
    rig_no(&rig, "invalid_params", "/limit", "notice.list", "{'limit': 1001}");
}
END_TEST

START_TEST(decisions_are_asked_by_the_table_of_their_inputs)
{
    rig.as = "ann";
    struct rd_value answer =
        rig_ok(&rig, "decision.evaluate", "{'name': 'grant.limit', 'input': {'role': 'boss'}}");
    ck_assert_str_eq(t_text(answer, "output.limit"), "1000.00");
    ck_assert_str_eq(t_text(answer, "rules.0.rule"), "grant.limit/row 2");
    rig_no(&rig, "not_found", "/name", "decision.evaluate", "{'name': 'grant.limi', 'input': {}}");
    ck_assert_ptr_nonnull(strstr(rig.error.text, "did you mean 'grant.limit'"));
    rig_no(&rig, "bad_form", "/input/role", "decision.evaluate",
           "{'name': 'grant.limit', 'input': {'role': 'king'}}");
    rig_no(&rig, "bad_form", "/input/rule", "decision.evaluate",
           "{'name': 'grant.limit', 'input': {'rule': 'boss'}}");
    rig.as = "imp";
    rig_no(&rig, "not_allowed", NULL, "decision.evaluate",
           "{'name': 'grant.limit', 'input': {'role': 'boss'}}");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("kernel_query");
    TCase *tcase = tcase_create("query");
    tcase_set_timeout(tcase, T_TIMEOUT_S);
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, as_it_was);
    tcase_add_test(tcase, as_it_was_and_who_could_see_it);
    tcase_add_test(tcase, rules_of_then_and_of_now);
    tcase_add_test(tcase, rules_of_then_stay_loaded);
    tcase_add_test(tcase, rules_of_then_outlast_an_activation);
    tcase_add_test(tcase, a_number_is_as_good_as_an_id);
    tcase_add_test(tcase, a_number_of_two_records_is_refused);
    tcase_add_test(tcase, a_type_that_is_none_gets_the_nearest_guess);
    tcase_add_test(tcase, history_tells_each_version);
    tcase_add_test(tcase, large_versions_do_not_exhaust_the_memory);
    tcase_add_test(tcase, explain_is_of_this_record_only);
    tcase_add_test(tcase, a_command_elsewhere_tells_no_more_than_its_effect);
    tcase_add_test(tcase, the_feed_is_in_order_and_resumes);
    tcase_add_test(tcase, notices_are_for_those_who_may_read_of_them);
    tcase_add_test(tcase, decisions_are_asked_by_the_table_of_their_inputs);
    suite_add_tcase(suite, tcase);
    return unit_run(suite);
}
