/* Generations as a whole: what an activation takes over, whom it would strand, and the way back. */
#include <string.h>

#include "common/company.h"
#include "kernel/loading.h"
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

#define WAITING                                                                                    \
    "      waiting = { pause = true, on = { resume = 'working' }, after = { '30 days', go = "      \
    "'closed' } },\n"

/* The same company, in which a job can't wait any more; `moved` or "". */
static void without_waiting(const char *moved)
{
    rig_edit(&rig, WAITING, "");
    rig_edit(&rig, "wait = 'waiting', ", "");
    t_company_edit(rig.policy, "rules/company.lua", "'job.wait', 'job.resume', ", "");
    if (*moved)
        rig_edit(&rig, "initial = 'new', clock = 'office',", moved);
}

static const char *waiting_job(void)
{
    const char *id = rig_job(&rig, "x");
    rig_act(&rig, id, "work");
    rig_act(&rig, id, "wait");
    return id;
}

static int64_t generation(void)
{
    struct rd_peer asks = rig.peer;
    rig.peer = (struct rd_peer){ .door = RD_DOOR_INSIDE };
    int64_t number = t_int(rig_ok(&rig, "policy.info", "{}"), "generation");
    rig.peer = asks;
    return number;
}

/* Until nothing is left to be planned anew. */
static void settle(void)
{
    while (rd_kernel_wake_at(rig.kernel) == 0)
        rd_kernel_run(rig.kernel, NULL, 0);
}

START_TEST(a_refusal_names_the_stranded_and_says_what_to_write)
{
    const char *id = waiting_job();
    const char *number = t_text(rig_ok(&rig, "case.get", "{'id': '%s'}", id), "number");
    without_waiting("");
    rig_no(&rig, "policy_refused", NULL, "policy.activate", "{}");
    ck_assert_ptr_nonnull(strstr(rig.error.text, "version 1 has no state 'waiting' of 'job', where "
                                                 "1 records are"));
    ck_assert_ptr_nonnull(strstr(rig.error.text, number));
    ck_assert_ptr_nonnull(strstr(rig.error.text, "add moved = { waiting = \"...\" }"));
    ck_assert_int_eq(generation(), 1);
    rig_act(&rig, id, "resume");
}
END_TEST

START_TEST(moved_cases_are_found_where_they_went_at_once_and_by_all)
{
    const char *id = waiting_job();
    without_waiting("initial = 'new', clock = 'office', moved = { waiting = 'working' },");
    struct rd_value dry = rig_ok(&rig, "policy.activate", "{'dry_run': true}");
    ck_assert_int_eq(t_int(dry, "moves.0.records"), 1);
    ck_assert_str_eq(t_text(dry, "moves.0.to"), "working");
    ck_assert_int_eq(generation(), 1);
    rig_ok(&rig, "policy.activate", "{'why': 'nobody waits'}");
    ck_assert_int_eq(generation(), 2);
    ck_assert_str_eq(t_text(rig_ok(&rig, "case.get", "{'id': '%s'}", id), "state"), "working");
    settle();
    struct rd_value now = rig_ok(&rig, "case.get", "{'id': '%s'}", id);
    ck_assert_str_eq(t_text(now, "state"), "working");
    ck_assert_uint_eq(
        t_count(rig_ok(&rig, "case.list", "{'type': 'job', 'where': {'state': 'working'}}"),
                "cases"),
        1);
    /* the limits of the new state run, and the whole case's go on */
    ck_assert_ptr_nonnull(strstr(rig_show(&rig, now), "\"working\""));
    ck_assert_ptr_nonnull(strstr(rig_show(&rig, now), "\"within\""));
    ck_assert_ptr_null(strstr(rig_show(&rig, now), "\"paused\":true"));
    ck_assert_ptr_null(strstr(rig_show(&rig, now), "30 days"));
    ck_assert_ptr_nonnull(strstr(rig_show(&rig, now), "5 hours"));
    ck_assert_ptr_nonnull(strstr(rig_show(&rig, rig_ok(&rig, "case.explain", "{'id': '%s'}", id)),
                                 "waiting -> working"));
    rig_act(&rig, id, "done");
    rig_expect_rebuild_equal(&rig);
}
END_TEST

START_TEST(a_moved_case_may_be_acted_on_before_planning_has_come_to_it)
{
    const char *id = waiting_job(), *other = waiting_job();
    struct rd_value act = rig_json(&rig, "{'id': '%s', 'event': 'done', 'as': 'ben'}", id),
                    none = rd_map();
    struct rd_request requests[2] = {
        { .arena = &rig.arena, .method = "policy.activate", .params = &none, .peer = rig.peer },
        { .arena = &rig.arena, .method = "case.act", .params = &act, .peer = rig.peer },
    };
    struct rd_request *first = &requests[0], *second = &requests[1];
    without_waiting("initial = 'new', clock = 'office', moved = { waiting = 'working' },");
    rd_kernel_run(rig.kernel, &first, 1);
    while (first->waits) {
        rd_loading_wait(rig.kernel);
        rd_kernel_run(rig.kernel, NULL, 0);
    }
    ck_assert_int_eq(first->status, RD_OK);
    rd_kernel_run(rig.kernel, &second, 1);
    ck_assert_msg(second->status == RD_OK, "%s", second->error.text);
    settle();
    ck_assert_str_eq(t_text(rig_ok(&rig, "case.get", "{'id': '%s'}", id), "state"), "closed");
    ck_assert_str_eq(t_text(rig_ok(&rig, "case.get", "{'id': '%s'}", other), "state"), "working");
    rig_expect_rebuild_equal(&rig);
}
END_TEST

START_TEST(a_stop_in_between_strands_nobody)
{
    const char *id = waiting_job();
    without_waiting("initial = 'new', clock = 'office', moved = { waiting = 'working' },");
    rig_stop(&rig);
    ck_assert_int_eq(rig_start(&rig, false), RD_OK); /* activates, and stops before it is planned */
    ck_assert_int_eq(generation(), 2);
    rig_stop(&rig);
    ck_assert_int_eq(rig_start(&rig, false), RD_OK);
    ck_assert_str_eq(t_text(rig_ok(&rig, "case.get", "{'id': '%s'}", id), "state"), "working");
    settle();
    rig_act(&rig, id, "done");
    rig_expect_rebuild_equal(&rig);
}
END_TEST

START_TEST(a_move_must_make_sense)
{
    without_waiting("initial = 'new', clock = 'office', moved = { waiting = 'wroking' },");
    rig_no(&rig, "policy_refused", NULL, "policy.activate", "{}");
    ck_assert_ptr_nonnull(
        strstr(rig.error.text, "moved: no state 'wroking'; did you mean 'working'?"));
    rig_edit(&rig, "waiting = 'wroking'", "new = 'working'");
    rig_no(&rig, "policy_refused", NULL, "policy.activate", "{}");
    ck_assert_ptr_nonnull(strstr(rig.error.text, "there still is a state 'new'"));
    rig_edit(&rig, "new = 'working' }", "waiting = 5 }");
    rig_no(&rig, "policy_refused", NULL, "policy.activate", "{}");
}
END_TEST

START_TEST(a_rollback_is_a_new_number_with_the_old_rules)
{
    const char *id = rig_job(&rig, "x");
    rig_edit(&rig, "work = 'working' },\n        after = { '4 hours'",
             "work = 'working' },\n        after = { '5 hours'");
    rig_ok(&rig, "policy.activate", "{'why': 'an hour more'}");
    settle();
    struct rd_value later = rig_ok(&rig, "case.get", "{'id': '%s'}", id);
    struct rd_value dry = rig_ok(&rig, "policy.rollback", "{'dry_run': true}");
    ck_assert(t_bool(dry, "changed"));
    ck_assert_int_eq(generation(), 2);
    struct rd_value back = rig_ok(&rig, "policy.rollback", "{'why': 'too long'}");
    ck_assert_int_eq(t_int(back, "generation"), 3);
    settle();
    struct rd_value now = rig_ok(&rig, "case.get", "{'id': '%s'}", id);
    ck_assert_ptr_nonnull(strstr(rig_show(&rig, later), "\"5 hours\""));
    ck_assert_ptr_nonnull(strstr(rig_show(&rig, now), "\"4 hours\""));
    struct rd_value list = rig_ok(&rig, "policy.list", "{}");
    ck_assert_uint_eq(t_count(list, "generations"), 3);
    ck_assert(t_bool(list, "generations.0.in_force"));
    ck_assert_int_eq(t_int(list, "generations.0.back_to"), 1);
    ck_assert_str_eq(t_text(list, "generations.0.why"), "too long");
    ck_assert_str_eq(t_text(list, "generations.1.why"), "an hour more");
    ck_assert_str_eq(t_text(list, "generations.0.hash"), t_text(list, "generations.2.hash"));
    ck_assert_str_eq(t_text(list, "generations.2.by"), "system");
    /* the last other one is generation 2 again */
    ck_assert_int_eq(t_int(rig_ok(&rig, "policy.rollback", "{}"), "generation"), 4);
    ck_assert_ptr_nonnull(
        strstr(rig_show(&rig, rig_ok(&rig, "policy.list", "{'limit': 1}")), "\"back_to\":2"));
    struct rd_value page = rig_ok(&rig, "policy.list", "{'limit': 1, 'before': 3}");
    ck_assert_int_eq(t_int(page, "generations.0.generation"), 2);
    ck_assert(t_bool(page, "more"));
    settle();
    rig_expect_rebuild_equal(&rig);
}
END_TEST

START_TEST(a_rollback_says_where_new_states_go)
{
    rig_edit(&rig, "      granted = {",
             "      checking = { on = { done = 'closed' }, after = { '1 day', go = 'closed' } },\n"
             "      granted = {");
    rig_edit(&rig, "done = 'closed', poke", "done = 'checking', poke");
    rig_ok(&rig, "policy.activate", "{}");
    const char *id = rig_job(&rig, "x");
    rig_act(&rig, id, "work");
    rig_act(&rig, id, "done");
    rig_no(&rig, "policy_refused", NULL, "policy.rollback", "{}");
    ck_assert_ptr_nonnull(strstr(rig.error.text, "no state 'checking'"));
    rig_no(&rig, "invalid_params", "/moved/job/checking", "policy.rollback",
           "{'moved': {'job': {'checking': 'nowhere'}}}");
    rig_no(&rig, "invalid_params", "/moved/jab", "policy.rollback",
           "{'moved': {'jab': {'checking': 'working'}}}");
    rig_no(&rig, "invalid_params", "/moved/job", "policy.rollback",
           "{'moved': {'job': 'working'}}");
    rig_no(&rig, "invalid_params", "/moved/job/new", "policy.rollback",
           "{'moved': {'job': {'new': 'working'}}}");
    rig_ok(&rig, "policy.rollback", "{'moved': {'job': {'checking': 'working'}}}");
    /* what was said then is known after a start, too, and what the directory has still was taken
     * back: it needs somebody to say that it is wanted again */
    rig_stop(&rig);
    ck_assert_int_eq(rig_start(&rig, false), RD_OK);
    ck_assert_int_eq(generation(), 3);
    ck_assert_str_eq(t_text(rig_ok(&rig, "case.get", "{'id': '%s'}", id), "state"), "working");
    settle();
    rig_act(&rig, id, "done");
    rig_expect_rebuild_equal(&rig);
    ck_assert_int_eq(generation(), 3);
    rig_ok(&rig, "policy.activate", "{}");
    ck_assert_int_eq(generation(), 4);
    rig_stop(&rig);
    ck_assert_int_eq(rig_start(&rig, false), RD_OK);
    ck_assert_int_eq(generation(), 4);
}
END_TEST

START_TEST(a_rollback_to_nowhere_is_refused)
{
    rig_no(&rig, "not_found", NULL, "policy.rollback", "{}");
    rig_no(&rig, "not_found", "/to", "policy.rollback", "{'to': 2}");
    rig_no(&rig, "not_found", "/to", "policy.rollback", "{'to': -1}");
    rig_no(&rig, "not_found", "/to", "policy.rollback", "{'to': 99999999999}");
    ck_assert(!t_bool(rig_ok(&rig, "policy.rollback", "{'to': 1}"), "changed"));
    rig_no(&rig, "invalid_params", "/why", "policy.rollback", "{'to': 1, 'why': '%01001d'}", 0);
    rig_no(&rig, "invalid_params", "/limit", "policy.list", "{'limit': 0}");
    rig_no(&rig, "invalid_params", "/limit", "policy.list", "{'limit': 101}");
    rig_no(&rig, "invalid_params", "/before", "policy.list", "{'before': 0}");
    rig.peer = (struct rd_peer){ .door = RD_DOOR_TCP, .account = "ben" };
    rig_no(&rig, "not_allowed", NULL, "policy.rollback", "{}");
    rig_no(&rig, "not_allowed", NULL, "policy.activate", "{}");
    rig_ok(&rig, "policy.list", "{}");
    rig.peer.account = "non";
    rig_no(&rig, "not_allowed", NULL, "policy.list", "{}");
    ck_assert_int_eq(rig.status, RD_NOT_ALLOWED);
}
END_TEST

START_TEST(a_broken_promise_refuses)
{
    t_company_write(rig.policy, "rules/job_test.lua",
                    "return { test 'a handler stops at fifty' { steps = { { decide 'grant.limit' "
                    "{ role = 'handler' }, expect = { limit = '50.00' } } } } }\n");
    rig_no(&rig, "policy_refused", NULL, "policy.activate", "{}");
    ck_assert_msg(strstr(rig.error.text, "a promise is broken: a handler stops at fifty"), "%s",
                  rig.error.text);
    ck_assert_int_eq(generation(), 1);
    rig_ok(&rig, "policy.activate", "{'tests': false}");
    ck_assert_int_eq(generation(), 2);
}
END_TEST

/* Rules may take a right away; what they must not do is leave a case to nobody. */
START_TEST(a_case_that_nobody_may_go_on_with_refuses)
{
    const char *id = rig_job(&rig, "x");
    const char *number = t_text(rig_ok(&rig, "case.get", "{'id': '%s'}", id), "number");
    t_company_edit(rig.policy, "rules/company.lua", "{ 'handler', is = { 'staff' } }",
                   "{ 'handler', is = { 'staff' } }, 'inspector'");
    t_company_edit(rig.policy, "rules/company.lua", "'task.finish' }, from = 'handler'",
                   "'task.finish' }, from = 'inspector'");
    rig_no(&rig, "policy_refused", NULL, "policy.activate", "{}");
    ck_assert_msg(strstr(rig.error.text, "nobody of the organisation may take any event in state "
                                         "'new' of 'job', where"),
                  "%s", rig.error.text);
    ck_assert_ptr_nonnull(strstr(rig.error.text, number));
    ck_assert_int_eq(generation(), 1);
    /* somebody, but of a unit that the row's reach does not lead from */
    t_company_edit(rig.policy, "rules/company.lua",
                   "{ 'sun', unit = 'sz', group = 'g1', roles = { "
                   "'handler' }",
                   "{ 'sun', unit = 'sz', group = 'g1', roles = { 'handler', 'inspector' }");
    rig_no(&rig, "policy_refused", NULL, "policy.activate", "{}");
    t_company_edit(rig.policy, "rules/company.lua", "{ 'ann', unit = 'gz', roles = { 'staff' }",
                   "{ 'ann', unit = 'gz', roles = { 'staff', 'inspector' }");
    rig_ok(&rig, "policy.activate", "{}");
    rig_expect_rebuild_equal(&rig);
}
END_TEST

START_TEST(an_approval_needs_another_person_still)
{
    const char *id = rig_job(&rig, "x");
    rig_act(&rig, id, "work");
    /* who owns it must not be who drops it: ben owns it, and is the only handler of gz */
    t_company_edit(rig.policy, "rules/company.lua", "'job.judge', 'job.drop', 'task.finish' }",
                   "'job.judge', 'task.finish' }");
    t_company_edit(rig.policy, "rules/company.lua", "    { 'job.grant', from",
                   "    { 'job.drop', from = 'boss', other_than = { 'owner' } },\n"
                   "    { 'job.grant', from");
    rig_ok(&rig, "policy.activate", "{}"); /* max, who is a boss of all, may */
    t_company_edit(rig.policy, "rules/company.lua", "{ 'max', unit = 'hq', roles = { 'boss' } }",
                   "{ 'max', unit = 'hq', roles = { 'boss' }, person = 'ben' }");
    t_company_edit(rig.policy, "rules/company.lua",
                   "group = 'g1', roles = { 'handler' }, uid = 4001",
                   "group = 'g1', roles = { 'handler' }, person = 'ben', uid = 4001");
    rig_no(&rig, "policy_refused", NULL, "policy.activate", "{}");
    ck_assert_msg(strstr(rig.error.text, "nobody of the organisation may 'job.drop'"), "%s",
                  rig.error.text);
    ck_assert_int_eq(generation(), 2);
}
END_TEST

/* ---- a second person ---- */

/* From now on max, a boss, confirms what adm, or another one, proposes. */
static void ask_for_a_second(void)
{
    t_company_edit(rig.policy, "rules/company.lua",
                   "    { { 'policy.reload', 'account.token' }, from = 'administrator' },\n",
                   "    { { 'policy.reload', 'account.token' }, from = 'administrator' },\n"
                   "    { 'policy.confirm', from = { 'boss', 'administrator' } },\n");
    rig_ok(&rig, "policy.activate", "{}");
    settle();
}

static void log_in(const char *account)
{
    rig.peer = (struct rd_peer){ .door = RD_DOOR_TCP, .account = account };
}

static void log_out(void)
{
    rig.peer = (struct rd_peer){ .door = RD_DOOR_INSIDE };
}

static void an_hour_more(void)
{
    rig_edit(&rig, "work = 'working' },\n        after = { '4 hours'",
             "work = 'working' },\n        after = { '5 hours'");
}

START_TEST(two_persons_bring_rules_into_force)
{
    const char *id = rig_job(&rig, "x");
    ask_for_a_second();
    an_hour_more();
    log_in("adm");
    struct rd_value dry = rig_ok(&rig, "policy.activate", "{'dry_run': true}");
    ck_assert_ptr_nonnull(strstr(rig_show(&rig, dry), "\"proposed\":null"));
    struct rd_value made = rig_ok(&rig, "policy.activate", "{'why': 'an hour more'}");
    ck_assert(!t_bool(made, "changed"));
    ck_assert_int_eq(t_int(made, "proposed.proposal"), 1);
    ck_assert_str_eq(t_text(made, "proposed.by"), "adm");
    ck_assert_str_eq(t_text(made, "proposed.why"), "an hour more");
    ck_assert_uint_eq(t_count(made, "proposed.files"), 1);
    ck_assert_str_eq(t_text(made, "proposed.files.0.change"), "changed");
    ck_assert_int_eq(generation(), 2);
    rig_no(&rig, "four_eyes", NULL, "policy.confirm", "{'proposal': 1}");
    rig_no(&rig, "in_progress", NULL, "policy.activate", "{}");
    rig_no(&rig, "in_progress", NULL, "policy.reload", "{}");
    log_in("ben");
    rig_no(&rig, "not_allowed", NULL, "policy.confirm", "{'proposal': 1}");
    log_in("max");
    rig_no(&rig, "not_found", "/proposal", "policy.confirm", "{'proposal': 2}");
    rig_no(&rig, "not_found", "/proposal", "policy.confirm", "{'proposal': 0}");
    ck_assert(
        t_bool(rig_ok(&rig, "policy.confirm", "{'proposal': 1, 'dry_run': true}"), "changed"));
    ck_assert_int_eq(generation(), 2);
    /* what is confirmed is what was proposed, not what the directory has by now */
    t_company_write(rig.policy, "rules/broken.lua", "this is not Lua");
    struct rd_value done = rig_ok(&rig, "policy.confirm", "{'proposal': 1}");
    ck_assert_int_eq(t_int(done, "generation"), 3);
    ck_assert_str_eq(t_text(done, "hash"), t_text(made, "proposed.hash"));
    rig_no(&rig, "not_found", "/proposal", "policy.confirm", "{'proposal': 1}");
    log_out();
    settle();
    ck_assert_ptr_nonnull(
        strstr(rig_show(&rig, rig_ok(&rig, "case.get", "{'id': '%s'}", id)), "\"5 hours\""));
    struct rd_value list = rig_ok(&rig, "policy.list", "{}");
    ck_assert_str_eq(t_text(list, "generations.0.by"), "max");
    ck_assert_str_eq(t_text(list, "generations.0.proposed_by"), "adm");
    ck_assert_str_eq(t_text(list, "generations.0.why"), "an hour more");
    ck_assert_ptr_nonnull(strstr(rig_show(&rig, list), "\"proposed\":null"));
    rig_expect_rebuild_equal(&rig);
}
END_TEST

START_TEST(a_rollback_needs_a_second_too_and_its_moves_are_confirmed_with_it)
{
    ask_for_a_second();
    rig_edit(&rig, "      granted = {",
             "      checking = { on = { done = 'closed' }, after = { '1 day', go = 'closed' } },\n"
             "      granted = {");
    rig_edit(&rig, "done = 'closed', poke", "done = 'checking', poke");
    log_in("adm");
    rig_ok(&rig, "policy.reload", "{}");
    log_in("max");
    rig_ok(&rig, "policy.confirm", "{'proposal': 1}");
    log_out();
    const char *id = rig_job(&rig, "x");
    rig_act(&rig, id, "work");
    rig_act(&rig, id, "done");
    log_in("adm");
    rig_no(&rig, "policy_refused", NULL, "policy.rollback", "{}");
    rig_ok(&rig, "policy.rollback", "{'moved': {'job': {'checking': 'working'}}}");
    log_in("max");
    ck_assert_int_eq(t_int(rig_ok(&rig, "policy.confirm", "{'proposal': 2}"), "generation"), 4);
    log_out();
    ck_assert_str_eq(t_text(rig_ok(&rig, "case.get", "{'id': '%s'}", id), "state"), "working");
    ck_assert_int_eq(t_int(rig_ok(&rig, "policy.list", "{}"), "generations.0.back_to"), 2);
    settle();
    rig_expect_rebuild_equal(&rig);
}
END_TEST

/* Who has the machine is one person: without an account, by a signal, and logged in as somebody. */
START_TEST(the_machine_is_one_person)
{
    ask_for_a_second();
    an_hour_more();
    rig_ok(&rig, "policy.reload", "{}");
    ck_assert_str_eq(t_text(rig_ok(&rig, "policy.list", "{}"), "proposed.by"), "administrator");
    rig_no(&rig, "four_eyes", NULL, "policy.confirm", "{'proposal': 1}");
    rig.peer = (struct rd_peer){ .door = RD_DOOR_UNIX, .uid = 0, .account = "max" };
    rig_no(&rig, "four_eyes", NULL, "policy.confirm", "{'proposal': 1}");
    ck_assert_ptr_nonnull(strstr(rig.error.text, "administrator"));
    log_in("max");
    rig_ok(&rig, "policy.confirm", "{'proposal': 1}");
    /* the other way round */
    log_out();
    rig_edit(&rig, "work = 'working' },\n        after = { '5 hours'",
             "work = 'working' },\n        after = { '6 hours'");
    rig.peer = (struct rd_peer){ .door = RD_DOOR_UNIX, .uid = 0, .account = "adm" };
    struct rd_value made = rig_ok(&rig, "policy.activate", "{}");
    ck_assert_str_eq(t_text(made, "proposed.behind"), "administrator");
    log_out();
    rig_no(&rig, "four_eyes", NULL, "policy.confirm", "{'proposal': 2}");
    log_in("adm");
    rig_no(&rig, "four_eyes", NULL, "policy.confirm", "{'proposal': 2}");
    log_in("max");
    rig_ok(&rig, "policy.confirm", "{'proposal': 2}");
}
END_TEST

/* `as` gives the account's rights and no more, and whoever has the machine stays behind it. */
START_TEST(for_an_account_it_is_by_its_rights)
{
    ask_for_a_second();
    an_hour_more();
    rig.peer = (struct rd_peer){ .door = RD_DOOR_UNIX, .uid = 0 };
    static const char *const reloads[] = {
        "policy.activate",        "policy.reload",          "policy.rollback", "policy.backtest",
        "policy.backtest_status", "policy.backtest_cancel", "policy.preview",  "policy.shadow",
        "policy.shadow_status",   "policy.shadow_stop",
    };
    for (size_t i = 0; i < sizeof reloads / sizeof *reloads; i++) {
        rig_no(&rig, "not_allowed", NULL, reloads[i], "{'as': 'ben'}");
        rig_no(&rig, "invalid_params", "/as", reloads[i], "{'as': 'nobody'}");
        rig_no(&rig, "invalid_params", "/as", reloads[i], "{'as': 7}");
    }
    struct rd_value made = rig_ok(&rig, "policy.activate", "{'as': 'adm', 'why': 'more'}");
    ck_assert_str_eq(t_text(made, "proposed.by"), "adm");
    ck_assert_str_eq(t_text(made, "proposed.behind"), "administrator");
    /* in whatever name: it is the same person at the machine */
    rig_no(&rig, "four_eyes", NULL, "policy.confirm", "{'proposal': 1}");
    rig_no(&rig, "four_eyes", NULL, "policy.confirm", "{'proposal': 1, 'as': 'max'}");
    rig_no(&rig, "not_allowed", NULL, "policy.confirm", "{'proposal': 1, 'as': 'ben'}");
    rig_no(&rig, "not_allowed", NULL, "policy.withdraw", "{'proposal': 1, 'as': 'ben'}");
    ck_assert_int_eq(generation(), 2);
    log_in("max"); /* over the network nobody may */
    rig_no(&rig, "not_allowed", "/as", "policy.confirm", "{'proposal': 1, 'as': 'adm'}");
    rig_ok(&rig, "policy.confirm", "{'proposal': 1}");
    ck_assert_int_eq(generation(), 3);
    log_in("adm");
    rig_ok(&rig, "policy.rollback", "{}");
    rig.peer = (struct rd_peer){ .door = RD_DOOR_UNIX, .uid = 0 };
    rig_ok(&rig, "policy.confirm", "{'proposal': 2, 'as': 'max'}"); /* two persons did it */
    struct rd_value list = rig_ok(&rig, "policy.list", "{}");
    ck_assert_str_eq(t_text(list, "generations.0.by"), "max");
    ck_assert_str_eq(t_text(list, "generations.0.behind"), "administrator");
    ck_assert_str_eq(t_text(list, "generations.0.proposed_by"), "adm");
    rig_ok(&rig, "policy.activate", "{'as': 'adm'}");
    rig_ok(&rig, "policy.withdraw", "{'proposal': 3, 'as': 'max'}");
    log_out();
    settle();
    rig_expect_rebuild_equal(&rig);
}
END_TEST

START_TEST(two_accounts_are_one_person)
{
    t_company_edit(rig.policy, "rules/company.lua", "{ 'adm', unit = 'hq', roles",
                   "{ 'adm', person = 'kim', unit = 'hq', roles");
    t_company_edit(rig.policy, "rules/company.lua", "{ 'max', unit = 'hq', roles",
                   "{ 'max', person = 'kim', unit = 'hq', roles");
    ask_for_a_second();
    an_hour_more();
    log_in("adm");
    rig_ok(&rig, "policy.activate", "{}");
    log_in("max");
    rig_no(&rig, "four_eyes", NULL, "policy.confirm", "{'proposal': 1}");
    log_out();
    rig_ok(&rig, "policy.confirm", "{'proposal': 1}"); /* the machine is another one */
    ck_assert_int_eq(generation(), 3);
}
END_TEST

START_TEST(a_proposal_is_withdrawn_or_runs_out)
{
    ask_for_a_second();
    an_hour_more();
    log_in("adm");
    rig_ok(&rig, "policy.activate", "{}");
    log_in("ben");
    rig_no(&rig, "not_allowed", NULL, "policy.withdraw", "{'proposal': 1}");
    log_in("max");
    rig_no(&rig, "not_found", "/proposal", "policy.withdraw", "{'proposal': 7}");
    rig_ok(&rig, "policy.withdraw", "{'proposal': 1, 'why': 'not now'}");
    rig_no(&rig, "not_found", "/proposal", "policy.withdraw", "{'proposal': 1}");
    rig_no(&rig, "not_found", "/proposal", "policy.confirm", "{'proposal': 1}");
    log_in("adm");
    ck_assert_int_eq(t_int(rig_ok(&rig, "policy.activate", "{}"), "proposed.proposal"), 2);
    log_out();
    rig_advance(&rig, "72 hours");
    ck_assert(t_bool(rig_ok(&rig, "policy.list", "{}"), "proposed.over"));
    log_in("max");
    rig_no(&rig, "not_found", "/proposal", "policy.confirm", "{'proposal': 2}");
    ck_assert_ptr_nonnull(strstr(rig.error.text, "waited too long"));
    log_in("adm");
    ck_assert_int_eq(t_int(rig_ok(&rig, "policy.activate", "{}"), "proposed.proposal"), 3);
    log_out();
    ck_assert_int_eq(generation(), 2);
    rig_expect_rebuild_equal(&rig);
}
END_TEST

START_TEST(a_start_brings_nothing_in_without_a_second)
{
    ask_for_a_second();
    an_hour_more();
    rig_stop(&rig);
    ck_assert_int_eq(rig_start(&rig, false), RD_OK);
    ck_assert_int_eq(generation(), 2);
    log_in("adm");
    rig_ok(&rig, "policy.activate", "{}");
    log_out();
    rig_stop(&rig); /* it waits over a start */
    ck_assert_int_eq(rig_start(&rig, false), RD_OK);
    ck_assert_int_eq(generation(), 2);
    log_in("max");
    rig_ok(&rig, "policy.confirm", "{'proposal': 1}");
    log_out();
    ck_assert_int_eq(generation(), 3);
    rig_stop(&rig);
    ck_assert_int_eq(rig_start(&rig, false), RD_OK);
    ck_assert_int_eq(generation(), 3);
    settle();
    rig_expect_rebuild_equal(&rig);
}
END_TEST

/* The row itself goes the same way: nobody takes it out alone. */
START_TEST(taking_the_second_person_out_needs_one)
{
    ask_for_a_second();
    t_company_edit(rig.policy, "rules/company.lua",
                   "    { 'policy.confirm', from = { 'boss', 'administrator' } },\n", "");
    ck_assert_int_eq(t_int(rig_ok(&rig, "policy.reload", "{}"), "proposed.proposal"), 1);
    log_in("max");
    rig_ok(&rig, "policy.confirm", "{'proposal': 1}");
    log_out();
    an_hour_more();
    ck_assert(t_bool(rig_ok(&rig, "policy.reload", "{}"), "changed"));
    ck_assert_int_eq(generation(), 4);
    rig_no(&rig, "not_found", "/proposal", "policy.confirm", "{'proposal': 1}");
}
END_TEST

/* A second person is asked for by name, and not by a row for everything. */
START_TEST(a_row_for_all_does_not_ask)
{
    t_company_edit(rig.policy, "rules/company.lua",
                   "    { { 'policy.reload', 'account.token' }, from = 'administrator' },\n",
                   "    { { 'policy.*', '*' }, from = 'administrator' },\n");
    rig_ok(&rig, "policy.reload", "{}");
    an_hour_more();
    ck_assert(t_bool(rig_ok(&rig, "policy.reload", "{}"), "changed"));
    ck_assert_int_eq(generation(), 3);
}
END_TEST

START_TEST(rules_that_lock_everybody_out_are_refused)
{
    t_company_edit(rig.policy, "rules/company.lua",
                   "    { { 'policy.reload', 'account.token' }, from = 'administrator' },\n",
                   "    { { 'policy.reload', 'policy.confirm' }, from = 'administrator' },\n");
    t_company_edit(rig.policy, "rules/company.lua",
                   "      { 'adm', unit = 'hq', roles = { 'administrator' } },\n", "");
    rig_no(&rig, "policy_refused", NULL, "policy.reload", "{}");
    ck_assert_msg(strstr(rig.error.text, "nobody but the machine's administrator"), "%s",
                  rig.error.text);
}
END_TEST

/* A load that is asked for and never answered is forgotten with what it had begun. */
START_TEST(an_end_in_the_middle_leaves_nothing)
{
    struct rd_value none = rd_map();
    struct rd_request request = {
        .arena = &rig.arena, .method = "policy.rollback", .params = &none, .peer = rig.peer
    };
    struct rd_request *one = &request;
    rig_edit(&rig, "version = 1, initial = 'new'", "version = 2, initial = 'new'");
    rig_ok(&rig, "policy.activate", "{}");
    rd_kernel_run(rig.kernel, &one, 1);
    ck_assert(request.waits);
    rig_stop(&rig);
    ck_assert_int_eq(request.status, RD_SHUTTING_DOWN);
    ck_assert_int_eq(rig_start(&rig, false), RD_OK);
    ck_assert_int_eq(generation(), 2);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("kernel_generation");
    TCase *tcase = tcase_create("generation");
    tcase_set_timeout(tcase, T_TIMEOUT_S);
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, two_persons_bring_rules_into_force);
    tcase_add_test(tcase, a_rollback_needs_a_second_too_and_its_moves_are_confirmed_with_it);
    tcase_add_test(tcase, the_machine_is_one_person);
    tcase_add_test(tcase, for_an_account_it_is_by_its_rights);
    tcase_add_test(tcase, two_accounts_are_one_person);
    tcase_add_test(tcase, a_proposal_is_withdrawn_or_runs_out);
    tcase_add_test(tcase, a_start_brings_nothing_in_without_a_second);
    tcase_add_test(tcase, taking_the_second_person_out_needs_one);
    tcase_add_test(tcase, a_row_for_all_does_not_ask);
    tcase_add_test(tcase, rules_that_lock_everybody_out_are_refused);
    tcase_add_test(tcase, a_refusal_names_the_stranded_and_says_what_to_write);
    tcase_add_test(tcase, moved_cases_are_found_where_they_went_at_once_and_by_all);
    tcase_add_test(tcase, a_moved_case_may_be_acted_on_before_planning_has_come_to_it);
    tcase_add_test(tcase, a_stop_in_between_strands_nobody);
    tcase_add_test(tcase, a_move_must_make_sense);
    tcase_add_test(tcase, a_rollback_is_a_new_number_with_the_old_rules);
    tcase_add_test(tcase, a_rollback_says_where_new_states_go);
    tcase_add_test(tcase, a_rollback_to_nowhere_is_refused);
    tcase_add_test(tcase, a_broken_promise_refuses);
    tcase_add_test(tcase, a_case_that_nobody_may_go_on_with_refuses);
    tcase_add_test(tcase, an_approval_needs_another_person_still);
    tcase_add_test(tcase, an_end_in_the_middle_leaves_nothing);
    suite_add_tcase(suite, tcase);
    return unit_run(suite);
}
