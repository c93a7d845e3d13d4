/* Why, why not, and the nearest yes: in sentences, and true. */
#include <stdlib.h>
#include <string.h>

#include "common/company.h"
#include "unit/kernel_rig.h"

static struct kernel_rig rig;
static const char *job;

static void setup(void)
{
    rig_make(&rig);
    rig_edit(&rig, "go = 'granted', above = { go = 'new' } }", "go = 'granted' }");
    t_company_edit(rig.policy, "rules/company.lua", "zone = 'Asia/Shanghai',",
                   "zone = 'Asia/Shanghai', languages = { 'en', 'zh' },");
    t_company_edit(rig.policy, "rules/company.lua", "{ 'ann', unit = 'gz', roles = { 'staff' } }",
                   "{ 'ann', unit = 'gz', roles = { 'staff' } }, { 'eve', unit = 'gz', roles = { "
                   "'boss' } }");
    ck_assert_msg(rig_start(&rig, false) == RD_OK, "%s", rig.error.text);
    job = rig_job(&rig, "x");
    rig_act(&rig, job, "work");
    rig.as = "ben";
}

static void teardown(void)
{
    rig_close(&rig);
}

static bool says(struct rd_value result, const char *what)
{
    bool found = strstr(rig_show(&rig, t_at(result, "sentences")), what) != NULL;
    if (!found)
        fprintf(stderr, "no '%s' in %s\n", what, rig_show(&rig, t_at(result, "sentences")));
    return found;
}

START_TEST(an_amount_above_names_the_limit_its_line_and_both_ways_out)
{
    struct rd_value why = rig_ok(
        &rig, "case.why", "{'id': '%s', 'event': 'grant', 'form': {'amount': '180.00'}}", job);
    ck_assert(!t_bool(why, "allowed"));
    ck_assert_str_eq(t_text(why, "refused"), "above_authority");
    ck_assert_str_eq(t_text(why, "nearest.0.kind"), "amount");
    ck_assert_str_eq(t_text(why, "nearest.0.amount"), "100.00");
    ck_assert_str_eq(t_text(why, "nearest.1.kind"), "role");
    ck_assert_str_eq(t_text(why, "nearest.1.roles.0"), "boss");
    ck_assert(says(why, "gives the limit 100.00: 180.00 is above, it needs the role boss "
                        "(rules/company.lua:"));
    ck_assert(says(why, "The nearest yes: 100.00 may be granted at once, or boss may do it."));
    why = rig_ok(&rig, "case.why",
                 "{'id': '%s', 'event': 'grant', 'form': {'amount': '180.00'}, 'language': 'zh'}",
                 job);
    ck_assert(says(why, "给出限额 100.00:180.00 超出限额,须由 boss 办理(rules/company.lua:"));
    ck_assert(says(why, "最近的可行办法:100.00 可即时办理,或 boss 可以办理。"));
    /* and it is true */
    rig_ok(&rig, "case.act", "{'id': '%s', 'event': 'grant', 'form': {'amount': '100.00'}}", job);
}
END_TEST

/* Forty guards that say no at length, and the last row: what is kept of them is within its bound,
 * says how much there was, and still has the authority and the transition. */
START_TEST(what_is_too_much_to_be_kept_says_how_much_it_was)
{
    struct rd_arena *arena = &rig.arena;
    const char *rows = "", *guards = "";
    for (int i = 0; i < 40; i++) {
        rows = rd_arena_printf(arena, "%s{ go = 'closed', when = 'g%d' }, ", rows, i);
        guards = rd_arena_printf(arena,
                                 "%sg%d = function(f) return f.amount == '%d.00', "
                                 "('because of this, '):rep(20) end, ",
                                 guards, i, i + 1000);
    }
    rig_edit(&rig, "wait = 'waiting', done = 'closed'",
             rd_arena_printf(arena, "wait = 'waiting', done = { %s { go = 'closed' } }", rows));
    rig_edit(&rig, "guards = { is_secret",
             rd_arena_printf(arena, "guards = { %s is_secret", guards));
    rig.as = NULL;
    rig_ok(&rig, "policy.reload", "{}");
    rig.as = "ben";
    struct rd_value done = rig_act(&rig, job, "done");
    struct rd_value why = rig_ok(&rig, "case.explain", "{'id': '%s'}", job);
    uint32_t count = (uint32_t)t_count(why, "decisions");
    ck_assert_uint_lt(count, 15);
    const char *last = rd_arena_printf(arena, "decisions.%u", count - 1);
    ck_assert_str_eq(t_text(t_at(why, last), "rule"), "more");
    ck_assert(strtol(t_text(t_at(why, last), "outcome"), NULL, 10) + count - 1 >= 42);
    ck_assert(strstr(rig_show(&rig, t_at(why, "decisions")), "job.done"));
    ck_assert(!strstr(rig_show(&rig, why), "because of this, because of this, because of this, "
                                           "because of this, because of this, because of this, "
                                           "because of this, because of this, because of this, "
                                           "because of this, because of this, because of this, "
                                           "because of this"));
    ck_assert(says(why, "more rules had their say; which ones was not kept."));
    ck_assert_str_eq(rig_show(&rig, t_at(done, "decisions")),
                     rig_show(&rig, t_at(why, "decisions")));
    rig_expect_rebuild_equal(&rig);
}
END_TEST

START_TEST(what_goes_up_names_what_would_not)
{
    rig.as = NULL;
    rig_edit(&rig, "go = 'granted' }", "go = 'granted', above = { go = 'new' } }");
    rig_ok(&rig, "policy.reload", "{}");
    rig.as = "ben";
    struct rd_value why = rig_ok(
        &rig, "case.why", "{'id': '%s', 'event': 'grant', 'form': {'amount': '180.00'}}", job);
    ck_assert(t_bool(why, "allowed"));
    ck_assert_str_eq(t_text(why, "state"), "new");
    ck_assert_str_eq(t_text(why, "nearest.0.amount"), "100.00");
    ck_assert(says(why, "The nearest yes: 100.00 may be granted at once."));
}
END_TEST

START_TEST(what_is_above_everybody_says_so)
{
    struct rd_value why = rig_ok(
        &rig, "case.why", "{'id': '%s', 'event': 'grant', 'form': {'amount': '5000.00'}}", job);
    ck_assert_uint_eq(t_count(why, "nearest"), 1); /* one's own limit; no role */
    ck_assert_str_eq(t_text(why, "nearest.0.kind"), "amount");
    rig.as = "ann";
    why = rig_ok(&rig, "case.why", "{'id': '%s', 'event': 'grant', 'form': {'amount': '5000.00'}}",
                 job);
    ck_assert_str_eq(t_text(why, "refused"), "not_allowed");
    ck_assert_uint_eq(t_count(why, "nearest"), 0);
    ck_assert(says(why, "Nobody may do it as things stand."));
}
END_TEST

START_TEST(who_may_not_is_told_who_may)
{
    rig.as = "ann";
    struct rd_value why = rig_ok(&rig, "case.why", "{'id': '%s', 'event': 'done'}", job);
    ck_assert_str_eq(t_text(why, "refused"), "not_allowed");
    ck_assert_str_eq(t_text(why, "nearest.0.roles.0"), "handler");
    ck_assert(says(why, "ann (in fact administrator) was refused: "));
    rig.as = "ben";
    why = rig_ok(&rig, "case.why", "{'id': '%s', 'event': 'done'}", job);
    ck_assert(t_bool(why, "allowed"));
    ck_assert_str_eq(t_text(why, "state"), "closed");
    ck_assert(says(why, "leads to \\\"closed\\\""));
    ck_assert_uint_eq(t_count(why, "nearest"), 0);
    ck_assert_ptr_null(strstr(rig_show(&rig, why), "earest yes"));
}
END_TEST

START_TEST(a_wrong_state_and_a_wrong_form_name_the_right_ones)
{
    struct rd_value why = rig_ok(&rig, "case.why", "{'id': '%s', 'event': 'resume'}", job);
    ck_assert_str_eq(t_text(why, "refused"), "wrong_state");
    ck_assert_str_eq(t_text(why, "nearest.0.states.0"), "waiting");
    ck_assert(says(why, "it can be done in waiting"));
    why = rig_ok(&rig, "case.why", "{'id': '%s', 'event': 'grant'}", job);
    ck_assert_str_eq(t_text(why, "refused"), "bad_form");
    ck_assert_str_eq(t_text(why, "nearest.0.fields.0"), "amount");
    why =
        rig_ok(&rig, "case.why", "{'id': '%s', 'event': 'grant', 'form': {'amount': 'much'}}", job);
    ck_assert_str_eq(t_text(why, "nearest.0.fields.0"), "amount");
}
END_TEST

START_TEST(two_eyes_of_one_person_are_told_of_another)
{
    t_company_edit(rig.policy, "rules/company.lua", "'job.judge', 'job.drop', 'task.finish' }",
                   "'job.judge', 'task.finish' }");
    t_company_edit(rig.policy, "rules/company.lua", "    { 'job.grant', from",
                   "    { 'job.drop', from = 'handler', reach = 'unit', other_than = { 'owner' } "
                   "},\n    { 'job.grant', from");
    rig.as = NULL;
    rig_ok(&rig, "policy.reload", "{}");
    rig.as = "ben";
    struct rd_value why = rig_ok(&rig, "case.why", "{'id': '%s', 'event': 'drop'}", job);
    ck_assert_str_eq(t_text(why, "refused"), "four_eyes");
    ck_assert_str_eq(t_text(why, "nearest.0.roles.0"), "boss");
    ck_assert(says(why, "two steps need two persons"));
}
END_TEST

START_TEST(asking_changes_nothing)
{
    unsigned char before[32], after[32];
    rig_digest(&rig, before);
    int64_t seq = t_int(rig_ok(&rig, "server.info", "{}"), "seq");
    rig_ok(&rig, "case.why", "{'id': '%s', 'event': 'grant', 'form': {'amount': '180.00'}}", job);
    rig_ok(&rig, "case.why", "{'id': '%s', 'event': 'done'}", job);
    rig_digest(&rig, after);
    ck_assert_mem_eq(before, after, sizeof before);
    ck_assert_int_eq(t_int(rig_ok(&rig, "server.info", "{}"), "seq"), seq);
}
END_TEST

START_TEST(who_may_not_read_is_told_nothing)
{
    rig_no(&rig, "not_found", "/id", "case.why", "{'id': 'J-1999-001', 'event': 'done'}");
    rig_no(&rig, "invalid_params", "/language", "case.why",
           "{'id': '%s', 'event': 'done', 'language': 'xx'}", job);
    rig_no(&rig, "invalid_params", "/event", "case.why", "{'id': '%s'}", job);
    rig_no(&rig, "invalid_params", "/language", "case.explain", "{'id': '%s', 'language': 'xx'}",
           job);
    rig.as = "sun"; /* of another unit */
    rig_no(&rig, "not_found", "/id", "case.why", "{'id': '%s', 'event': 'done'}", job);
}
END_TEST

START_TEST(entries_are_told_in_both_languages)
{
    struct rd_value told = rig_ok(&rig, "case.explain", "{'id': '%s'}", job);
    ck_assert(says(told, "2026-03-02 09:00: ben (in fact administrator): "));
    ck_assert(says(told, "allows it (rules/company.lua:"));
    ck_assert(says(told, "leads to \\\"working\\\" (scripts/job.lua:"));
    told = rig_ok(&rig, "case.explain", "{'id': '%s', 'language': 'zh'}", job);
    ck_assert(says(told, "2026-03-02 09:00,ben(实为administrator)办理“"));
    ck_assert(says(told, "案件状态:“working”。"));
    rig_no(&rig, "above_authority", NULL, "case.act",
           "{'id': '%s', 'event': 'grant', 'form': {'amount': '180.00'}}", job);
    int64_t seq = t_int(rig_ok(&rig, "server.info", "{}"), "seq");
    told = rig_ok(&rig, "case.explain", "{'id': '%s', 'seq': %lld, 'language': 'zh'}", job,
                  (long long)seq);
    ck_assert(says(told, "被拒绝"));
    ck_assert(says(told, "拒绝原因:金额超出权限"));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("kernel_why");
    TCase *tcase = tcase_create("why");
    tcase_set_timeout(tcase, T_TIMEOUT_S);
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, an_amount_above_names_the_limit_its_line_and_both_ways_out);
    tcase_add_test(tcase, what_is_too_much_to_be_kept_says_how_much_it_was);
    tcase_add_test(tcase, what_goes_up_names_what_would_not);
    tcase_add_test(tcase, what_is_above_everybody_says_so);
    tcase_add_test(tcase, who_may_not_is_told_who_may);
    tcase_add_test(tcase, a_wrong_state_and_a_wrong_form_name_the_right_ones);
    tcase_add_test(tcase, two_eyes_of_one_person_are_told_of_another);
    tcase_add_test(tcase, asking_changes_nothing);
    tcase_add_test(tcase, who_may_not_read_is_told_nothing);
    tcase_add_test(tcase, entries_are_told_in_both_languages);
    suite_add_tcase(suite, tcase);
    return unit_run(suite);
}
