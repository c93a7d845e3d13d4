/* What entries keep of why: never more than their bound, whatever rules say and read; what decided
 * is kept, what led nowhere goes first; and whoever reads entries lives with what was kept.
 */
#include <stdlib.h>
#include <string.h>

#include "base/pack.h"
#include "kernel/inside.h"
#include "kernel/promise.h"
#include "policy/policy.h"
#include "unit/backtest_rig.h"

#define GUARDS 40
#define EVENTS 60
#define LONG_BYTES 50000

static struct kernel_rig rig;

static void setup(void)
{
    rig_make(&rig);
}

static void teardown(void)
{
    rig_close(&rig);
}

static void start(void)
{
    ck_assert_msg(rig_start(&rig, false) == RD_OK, "%s: %s", rig.error.text,
                  rig.findings.last ? rig.findings.last->text : "");
}

/* Forty guards are asked for `done`, each says at length why it does not hold; the one with that
 * number holds. The row behind them all leads to the same state. */
static void guards_make(int holds)
{
    struct rd_arena *arena = &rig.arena;
    const char *rows = "", *guards = "";
    for (int i = 0; i < GUARDS; i++) {
        rows = rd_arena_printf(arena, "%s{ go = 'closed', when = 'g%d' }, ", rows, i);
        guards = rd_arena_printf(
            arena,
            "%sg%d = function(f) return f.n == %d, ('since it is so, '):rep(20) .. f.n end, ",
            guards, i, i == holds ? 0 : 1000 + i);
    }
    rig_edit(&rig, "wait = 'waiting', done = 'closed'",
             rd_arena_printf(arena, "wait = 'waiting', done = { %s { go = 'closed' } }", rows));
    rig_edit(&rig, "guards = { is_secret",
             rd_arena_printf(arena, "guards = { %s is_secret", guards));
}

/* `work` is for a job whose subject is short, and is decided by reading it. */
static void subject_is_read(void)
{
    rig_edit(&rig, "new = { on = { work = 'working' }",
             "new = { on = { work = { { go = 'working', when = 'read' }, { go = 'late' } } }");
    rig_edit(&rig, "guards = { is_secret",
             "guards = { read = function(f) return f.tasks == nil and #f.subject > 10 and "
             "f.n == 0, 'short' end, is_secret");
}

static const char *long_subject(void)
{
    char *subject = rd_arena_zalloc(&rig.arena, LONG_BYTES + 1, 1);
    memset(subject, 'x', LONG_BYTES);
    return subject;
}

static uint64_t last_seq(void)
{
    return rd_journal_last_seq(rd_vault_journal(rig.kernel->vault));
}

static struct rd_command_entry entry_at(uint64_t seq)
{
    struct rd_command_entry entry;
    struct rd_entry raw;
    ck_assert_int_eq(rd_vault_find(rig.kernel->vault, seq, &rig.arena, &raw, &rig.error), RD_OK);
    ck_assert_int_eq(rd_entry_unpack(raw.payload, raw.len, &rig.kernel->catalogue.names, &rig.arena,
                                     &entry, &rig.error),
                     RD_OK);
    return entry;
}

static size_t packed(const struct rd_value *value)
{
    struct rd_buf buf;
    rd_buf_init(&buf);
    if (value->kind != RD_NULL)
        rd_pack_write_named(&buf, value, &rig.kernel->catalogue.names);
    size_t len = buf.len;
    rd_buf_fini(&buf);
    return len;
}

/* That an entry is within its bound, has each fact once, and no reason that is too long. */
static void expect_bounded(const struct rd_command_entry *entry)
{
    size_t records = 0, bytes = packed(&entry->facts) + packed(&entry->decisions);
    for (uint32_t i = 0; i < entry->effects.count; i++)
        records += entry->effects.items[i].items[0].integer == RD_EFFECT_RECORD;
    ck_assert_uint_le(bytes, RD_EXPLANATION_BYTES_MAX * (records ? records : 1));
    for (uint32_t i = 0; entry->facts.kind == RD_MAP && i < entry->facts.count; i++)
        for (uint32_t k = 0; k < i; k++)
            ck_assert_str_ne(entry->facts.pairs[i].key, entry->facts.pairs[k].key);
    for (uint32_t i = 0; entry->decisions.kind == RD_LIST && i < entry->decisions.count; i++)
        ck_assert_uint_le(entry->decisions.items[i].items[3].count,
                          RD_EXPLANATION_REASON_BYTES_MAX + strlen("…"));
}

/* The row of that rule; NULL. */
static const struct rd_value *row_of(const struct rd_command_entry *entry, const char *rule)
{
    for (uint32_t i = 0; i < entry->decisions.count; i++)
        if (strcmp(entry->decisions.items[i].items[0].text, rule) == 0)
            return &entry->decisions.items[i];
    return NULL;
}

static const char *outcome_of(const struct rd_command_entry *entry, const char *rule)
{
    const struct rd_value *row = row_of(entry, rule);
    return row ? row->items[2].text : "not kept";
}

static bool says(struct rd_value result, const char *what)
{
    return strstr(rig_show(&rig, t_at(result, "sentences")), what) != NULL;
}

START_TEST(the_guard_that_led_to_it_is_kept_wherever_it_stood)
{
    const int holds = _i;
    guards_make(holds);
    start();
    const char *job = rig_job(&rig, "x");
    rig_act(&rig, job, "work");
    struct rd_value done = rig_act(&rig, job, "done");
    struct rd_command_entry entry = entry_at(last_seq());
    expect_bounded(&entry);
    ck_assert_str_eq(outcome_of(&entry, "job.done"), "closed");
    ck_assert_str_eq(outcome_of(&entry, rd_arena_printf(&rig.arena, "g%d", holds)), "true");
    ck_assert_str_eq(entry.decisions.items[0].items[2].text, "allowed");
    long kept = entry.decisions.count - 1, gone = strtol(outcome_of(&entry, "more"), NULL, 10);
    bool all = rd_said_cut(&entry.decisions);
    ck_assert(all == (holds > 2)); /* three long reasons are too many */
    if (all)                       /* authority, the guards up to it, and the transition */
        ck_assert_int_eq(kept + gone, holds + 3);
    struct rd_value why = rig_ok(&rig, "case.explain", "{'id': '%s'}", job);
    ck_assert_str_eq(rig_show(&rig, t_at(done, "decisions")),
                     rig_show(&rig, t_at(why, "decisions")));
    ck_assert(!all || says(why, "more rules had their say; which ones was not kept."));
    rig_expect_rebuild_equal(&rig);
}
END_TEST

START_TEST(a_long_fact_makes_room_and_is_counted)
{
    subject_is_read();
    start();
    const char *job = rig_job(&rig, long_subject());
    struct rd_value done = rig_act(&rig, job, "work");
    ck_assert_str_eq(t_text(done, "state"), "working");
    struct rd_command_entry entry = entry_at(last_seq());
    expect_bounded(&entry);
    ck_assert_ptr_null(rd_map_get(&entry.facts, "subject"));
    ck_assert_ptr_nonnull(rd_map_get(&entry.facts, "n"));
    ck_assert_str_eq(outcome_of(&entry, "more"), "1 more facts");
    ck_assert_str_eq(outcome_of(&entry, "read"), "true");
    struct rd_value why = rig_ok(&rig, "case.explain", "{'id': '%s'}", job);
    ck_assert(says(why, "1 more facts were read; which ones was not kept."));
    why = rig_ok(&rig, "case.explain", "{'id': '%s', 'language': 'zh'}", job);
    ck_assert(says(why, "另读取了 1 项事实,未予保存。"));
    rig_expect_rebuild_equal(&rig);
}
END_TEST

/* A refusal is an entry as well, and its guard says why. */
START_TEST(what_is_refused_is_bounded_and_names_the_guard)
{
    rig_edit(&rig, "is_secret = function(f) return f.secret == true, 'it is no secret' end",
             "is_secret = function(f) return #f.subject > 10 and f.amount ~= nil and f.n == 0, "
             "('because it is, '):rep(100) end");
    start();
    const char *job = rig_job(&rig, long_subject());
    rig_act(&rig, job, "work");
    rig.as = "ben";
    rig_no(&rig, "not_allowed", NULL, "case.act",
           "{'id': '%s', 'event': 'grant', 'form': {'amount': '1.00'}}", job);
    struct rd_command_entry entry = entry_at(last_seq());
    ck_assert_ptr_nonnull(entry.refused);
    expect_bounded(&entry);
    ck_assert_ptr_null(rd_map_get(&entry.facts, "subject"));
    ck_assert_ptr_nonnull(rd_map_get(&entry.facts, "n"));
    const struct rd_value *row = row_of(&entry, "is_secret");
    ck_assert_ptr_nonnull(row);
    ck_assert_str_eq(row->items[2].text, "true");
    rig.as = NULL;
    rig_expect_rebuild_equal(&rig);
}
END_TEST

/* Sixty events in one plan, and a guard that says something else each time. */
START_TEST(what_decided_goes_last_and_the_bound_stands)
{
    rig_edit(&rig, "poke = { run = 'poke_peer' }", "poke = { run = 'poke_many' }");
    rig_edit(&rig, "take = function(f)",
             "poke_many = function(f) local list = {} for i = 1, 60 do list[i] = send "
             "'task_done' { to = f.id } end return list end,\n take = function(f)");
    rig_edit(&rig, "task_done = { run = 'count_task' }",
             "task_done = { { run = 'remind', when = 'is_long' }, { run = 'count_task' } }");
    rig_edit(&rig, "guards = { is_secret",
             "guards = { is_long = function(f) return false, (f.tasks or 0) .. "
             "(' and so on'):rep(30) end, is_secret");
    start();
    const char *job = rig_job(&rig, "x");
    rig_act(&rig, job, "work");
    rig_act(&rig, job, "poke");
    struct rd_command_entry entry = entry_at(last_seq());
    expect_bounded(&entry);
    ck_assert(rd_said_cut(&entry.decisions));
    ck_assert_str_eq(entry.decisions.items[0].items[2].text, "allowed");
    ck_assert_str_eq(outcome_of(&entry, "job.poke"), "(stays)");
    ck_assert_str_eq(outcome_of(&entry, "job.task_done"), "(stays)");
    ck_assert_str_eq(outcome_of(&entry, "poke_many"), "not kept"); /* effects tell */
    rig_expect_rebuild_equal(&rig);
}
END_TEST

/* An event that sends sixty others and then fails: by which right it began and how it ended are
 * kept, and of what was decided in between as much as there is room for. */
START_TEST(how_it_began_and_ended_is_kept)
{
    struct rd_arena *arena = &rig.arena;
    const char *events = "", *sent = "";
    for (int i = 0; i < EVENTS; i++) {
        events = rd_arena_printf(arena, "%se%d = { run = 'forget' }, ", events, i);
        sent = rd_arena_printf(arena, "%ssend 'e%d' { to = f.id }, ", sent, i);
    }
    rig_edit(&rig, "always = { task_done",
             rd_arena_printf(arena, "always = { %s task_done", events));
    rig_edit(
        &rig, "return send 'poke' { to = f.peer }",
        rd_arena_printf(arena,
                        "return { start 'task' { job = f.id }, start 'task' { job = f.id }, %s "
                        "send 'burst' { to = f.id } }",
                        sent));
    start();
    const char *job = rig_job(&rig, "x");
    rig_act(&rig, job, "work");
    rig.as = "ben";
    rig_no(&rig, "policy_fault", NULL, "case.act", "{'id': '%s', 'event': 'poke'}", job);
    struct rd_command_entry entry = entry_at(last_seq());
    ck_assert_ptr_nonnull(entry.refused);
    expect_bounded(&entry);
    ck_assert(rd_said_cut(&entry.decisions));
    const struct rd_value *rows = entry.decisions.items;
    ck_assert_uint_gt(entry.decisions.count, EVENTS / 2);
    ck_assert_str_eq(rows[0].items[2].text, "allowed");
    ck_assert_str_eq(rows[entry.decisions.count - 2].items[0].text, "broken");
    ck_assert_str_eq(outcome_of(&entry, "job.e0"), "(stays)");
    rig.as = NULL;
    rig_expect_rebuild_equal(&rig);
}
END_TEST

START_TEST(whatever_happens_is_within_the_bound)
{
    guards_make(30);
    start();
    rig_history(&rig);
    for (uint64_t seq = 1; seq <= last_seq(); seq++) {
        struct rd_command_entry entry = entry_at(seq);
        expect_bounded(&entry);
    }
}
END_TEST

/* A symbol without a number is spelled out, where all numbers are given away. */
START_TEST(names_without_numbers_are_counted_as_they_are_spelled)
{
    guards_make(20);
    start();
    struct rd_names *names = &rig.kernel->catalogue.names;
    const char *job = rig_job(&rig, "x");
    rig_act(&rig, job, "work");
    uint32_t count = names->count;
    for (uint32_t i = 0; names->count < RD_SYMBOLS_MAX; i++) {
        const char *text = rd_arena_printf(&rig.arena, "filled %u", i);
        const char *symbol = rd_symbol_kept(names->symbols, text, strlen(text));
        ck_assert_uint_ne(rd_names_give(names, symbol), 0);
    }
    struct rd_value why = rig_act(&rig, job, "done");
    struct rd_command_entry entry = entry_at(last_seq());
    expect_bounded(&entry);
    ck_assert_str_eq(outcome_of(&entry, "job.done"), "closed");
    ck_assert_str_eq(outcome_of(&entry, "g20"), "true");
    ck_assert_int_eq(t_count(why, "decisions"), entry.decisions.count);
    ck_assert_uint_gt(names->count, count);
}
END_TEST

static struct rd_value backtest(bool full)
{
    struct rd_value result;
    enum rd_status status =
        rig_backtest(&rig, (struct rd_backtest_options){ .cases_max = 20, .full = full }, &result);
    ck_assert_msg(status == RD_OK, "%s", rig.error.text);
    return result;
}

static const char *some_jobs(void)
{
    const char *job = NULL;
    for (int i = 0; i < 3; i++) {
        job = rig_job(&rig, i ? "x" : long_subject());
        rig_act(&rig, job, "work");
        rig_act(&rig, job, "done");
    }
    return job;
}

START_TEST(the_same_rules_differ_in_nothing_from_what_was_kept)
{
    guards_make(25);
    start();
    some_jobs();
    struct rd_value result = backtest(_i);
    ck_assert_msg(t_int(result, "differences") == 0, "%s", t_show(result));
    ck_assert_int_gt(t_int(result, "asked"), 8);
}
END_TEST

/* The guard that led there does not hold any more: told by it, though most was not kept. */
START_TEST(other_rules_differ_in_what_was_kept)
{
    guards_make(25);
    start();
    some_jobs();
    rig_edit(&rig, "return f.n == 0, ('since", "return f.n == 7, ('since");
    struct rd_value result = backtest(false);
    ck_assert_msg(t_int(result, "differences") == 3, "%s", t_show(result));
    ck_assert_msg(t_find(t_at(result, "rules"), "name", "g25").kind == RD_MAP, "%s",
                  t_show(result));
}
END_TEST

START_TEST(a_case_whose_reasons_were_cut_is_captured_and_looked_back_at)
{
    struct rd_policy_source *sources, *all;
    struct rd_promise_report report;
    size_t count;
    guards_make(25);
    start();
    const char *job = some_jobs();
    struct rd_value captured = rig_ok(&rig, "case.capture", "{'id': '%s'}", job);
    const char *text = t_text(captured, "text");
    ck_assert_int_eq(rd_policy_read_dir(&rig.arena, rig.policy, &sources, &count, &rig.error),
                     RD_OK);
    all = rd_arena_zalloc(&rig.arena, count + 1, sizeof *all);
    memcpy(all, sources, count * sizeof *all);
    all[count] = (struct rd_policy_source){ "scripts/t_test.lua", text, strlen(text) };
    ck_assert_msg(
        rd_promises_run(all, count + 1, NULL, NULL, NULL, &rig.arena, &report, &rig.error) == RD_OK,
        "%s\n%s", rig.error.text, text);
    ck_assert_uint_eq(report.run, 1);
    ck_assert_msg(!report.promises[0].why, "%s\n%s", report.promises[0].why, text);
    struct rd_value then =
        rig_ok(&rig, "case.get", "{'id': '%s', 'as_of': '2026-03-02T09:00:00+08:00'}", job);
    ck_assert_str_eq(t_text(then, "state"), "closed");
    struct rd_value history = rig_ok(&rig, "case.history", "{'id': '%s'}", job);
    ck_assert(strstr(rig_show(&rig, history), "more rows"));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("kernel_said");
    TCase *tcase = tcase_create("said");
    tcase_set_timeout(tcase, T_TIMEOUT_S);
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_loop_test(tcase, the_guard_that_led_to_it_is_kept_wherever_it_stood, 0, GUARDS);
    tcase_add_test(tcase, a_long_fact_makes_room_and_is_counted);
    tcase_add_test(tcase, what_is_refused_is_bounded_and_names_the_guard);
    tcase_add_test(tcase, what_decided_goes_last_and_the_bound_stands);
    tcase_add_test(tcase, how_it_began_and_ended_is_kept);
    tcase_add_test(tcase, whatever_happens_is_within_the_bound);
    tcase_add_test(tcase, names_without_numbers_are_counted_as_they_are_spelled);
    tcase_add_loop_test(tcase, the_same_rules_differ_in_nothing_from_what_was_kept, 0, 2);
    tcase_add_test(tcase, other_rules_differ_in_what_was_kept);
    tcase_add_test(tcase, a_case_whose_reasons_were_cut_is_captured_and_looked_back_at);
    suite_add_tcase(suite, tcase);
    return unit_run(suite);
}
