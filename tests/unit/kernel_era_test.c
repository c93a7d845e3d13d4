/* Cases that keep the workflow which they began under, or follow at their next state. */
#include <stdio.h>
#include <string.h>

#include "base/pack.h"
#include "common/company.h"
#include "kernel/inside.h"
#include "store/tables.h"
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

static void settle(void)
{
    while (rd_kernel_wake_at(rig.kernel) == 0)
        rd_kernel_run(rig.kernel, NULL, 0);
}

/* Says what becomes of open cases, from the very first generation on. */
static void open_cases(const char *word)
{
    rig_edit(&rig, "initial = 'new', clock = 'office',",
             strcmp(word, "pin") == 0
                 ? "initial = 'new', clock = 'office', open_cases = 'pin',"
                 : "initial = 'new', clock = 'office', open_cases = 'next_state',");
    rig_ok(&rig, "policy.activate", "{}");
    settle();
}

/* Another workflow: `done` leads to a state that is new, the first limit is longer, and `take` says
 * another number. */
static void change(void)
{
    rig_edit(
        &rig, "      granted = {",
        "      checking = { on = { passed = 'closed' }, after = { '1 day', go = 'closed' } },\n"
        "      granted = {");
    rig_edit(&rig, "done = 'closed', poke", "done = 'checking', poke");
    rig_edit(&rig, "after = { { '5 hours'", "after = { { '6 hours'");
    rig_edit(&rig, "within = { '10 business days'", "within = { '20 business days'");
    rig_edit(&rig, "tasks = (f.tasks or 0) + 1", "tasks = (f.tasks or 0) + 100");
    t_company_edit(rig.policy, "rules/company.lua", "'job.work', ", "'job.work', 'job.passed', ");
    rig_ok(&rig, "policy.activate", "{}");
    settle();
}

static const char *state(const char *id)
{
    return t_text(rig_ok(&rig, "case.get", "{'id': '%s'}", id), "state");
}

static bool shows(const char *id, const char *text)
{
    return strstr(rig_show(&rig, rig_ok(&rig, "case.get", "{'id': '%s'}", id)), text) != NULL;
}

/* The case's other task is over: `count_task` of its own generation. */
static int64_t counted(const char *id)
{
    rig_act(&rig, id, "split");
    struct rd_value tasks =
        rig_ok(&rig, "case.list", "{'type': 'task', 'where': {'job': '%s', 'state': 'open'}}", id);
    rig_act(&rig, t_text(tasks, "cases.0.id"), "finish");
    return t_int(rig_ok(&rig, "case.get", "{'id': '%s'}", id), "data.tasks");
}

START_TEST(a_pinned_case_goes_its_way_to_the_end)
{
    open_cases("pin");
    const char *old = rig_job(&rig, "old");
    rig_act(&rig, old, "work");
    change();
    const char *new = rig_job(&rig, "new");
    rig_act(&rig, new, "work");
    ck_assert(shows(old, "\"5 hours\"") && shows(old, "\"10 business days\""));
    ck_assert(shows(new, "\"6 hours\"") && shows(new, "\"20 business days\""));
    ck_assert_int_eq(counted(old), 1); /* functions are those of then */
    ck_assert_int_eq(counted(new), 100);
    struct rd_value why = rig_ok(&rig, "case.explain", "{'id': '%s'}", old);
    ck_assert_ptr_nonnull(strstr(rig_show(&rig, why), "scripts/job.lua@2:"));
    rig_act(&rig, old, "done");
    rig_act(&rig, new, "done");
    ck_assert_str_eq(state(old), "closed");
    ck_assert_str_eq(state(new), "checking");
    rig_act(&rig, new, "passed");
    rig_expect_rebuild_equal(&rig);
}
END_TEST

START_TEST(a_start_knows_who_keeps_what)
{
    open_cases("pin");
    const char *old = rig_job(&rig, "old");
    change();
    const char *middle = rig_job(&rig, "middle");
    rig_edit(&rig, "{ '6 hours'", "{ '7 hours'");
    rig_ok(&rig, "policy.activate", "{}");
    const char *new = rig_job(&rig, "new");
    rig_stop(&rig);
    ck_assert_int_eq(rig_start(&rig, false), RD_OK);
    settle();
    const char *ids[] = { old, middle, new };
    for (size_t i = 0; i < 3; i++)
        rig_act(&rig, ids[i], "work");
    ck_assert(shows(old, "\"5 hours\""));
    ck_assert(shows(middle, "\"6 hours\""));
    ck_assert(shows(new, "\"7 hours\""));
    rig_expect_rebuild_equal(&rig);
    rig_act(&rig, old, "done");
    ck_assert_str_eq(state(old), "closed");
}
END_TEST

/* One letter of a stored generation's texts is another one. */
static void damage_generation(int number, const char *text)
{
    struct rd_store *store;
    struct rd_arena arena;
    struct rd_buf bytes;
    struct rd_value row;
    const void *at;
    size_t len;
    unsigned char key[4];
    rig.error = RD_ERROR_NONE;
    rd_arena_init(&arena);
    rd_buf_init(&bytes);
    rd_key_put_u32(key, (uint32_t)number);
    ck_assert_int_eq(
        rd_store_open(rd_arena_printf(&rig.arena, "%s/store", rig.data), NULL, &store, &rig.error),
        RD_OK);
    ck_assert_int_eq(rd_store_get(store, RD_TABLE_POLICY, key, &at, &len, &rig.error), RD_OK);
    ck_assert_int_eq(rd_pack_read(&arena, at, len, &row, &rig.error), RD_OK);
    char *found = strstr((char *)rd_map_text(&row.items[3], "scripts/job.lua", ""), text);
    ck_assert_ptr_nonnull(found);
    found[0]++;
    rd_pack_write(&bytes, &row);
    ck_assert_int_eq(rd_store_put(store, RD_TABLE_POLICY, key, bytes.data, bytes.len, &rig.error),
                     RD_OK);
    ck_assert_int_eq(rd_store_commit(store, &rig.error), RD_OK);
    rd_store_close(store);
    rd_buf_fini(&bytes);
    rd_arena_fini(&arena);
}

START_TEST(a_damaged_generation_decides_nothing)
{
    open_cases("pin");
    const char *old = rig_job(&rig, "old");
    change();
    rig_stop(&rig);
    damage_generation(2, "5 hours"); /* it would be another limit, and no error at all */
    ck_assert_int_eq(rig_start(&rig, false), RD_CORRUPT);
    ck_assert_ptr_nonnull(strstr(rig.error.text, "generation 2"));
    ck_assert_ptr_nonnull(strstr(rig.error.text, "store rebuild"));
    ck_assert_int_eq(rig_start(&rig, true), RD_OK);
    settle();
    rig_act(&rig, old, "work");
    ck_assert(shows(old, "\"5 hours\""));
}
END_TEST

/* Once all cases of a generation have ended, nothing asks its rules any more. */
START_TEST(a_damaged_generation_that_nobody_needs_is_no_reason_to_stand_still)
{
    open_cases("pin");
    const char *old = rig_job(&rig, "old");
    rig_act(&rig, old, "work");
    change();
    const char *middle = rig_job(&rig, "middle");
    rig_edit(&rig, "{ '6 hours'", "{ '7 hours'");
    rig_ok(&rig, "policy.activate", "{}");
    settle();
    rig_act(&rig, old, "done");
    rig_stop(&rig);
    damage_generation(2, "5 hours");
    ck_assert_msg(rig_start(&rig, false) == RD_OK, "%s", rig.error.text);
    ck_assert_uint_eq(rig.kernel->eras_lost, 1);
    settle();
    ck_assert_str_eq(state(old), "closed");
    rig_act(&rig, middle, "work"); /* of the generation between, which is sound */
    ck_assert(shows(middle, "\"6 hours\""));
    const char *new = rig_job(&rig, "new");
    rig_act(&rig, new, "work");
    ck_assert(shows(new, "\"7 hours\""));
    rig_edit(&rig, "{ '7 hours'", "{ '8 hours'"); /* which forgets it */
    rig_ok(&rig, "policy.activate", "{}");
    settle();
    ck_assert(shows(new, "\"7 hours\"") && shows(middle, "\"6 hours\""));
    rig_stop(&rig);
    ck_assert_int_eq(rig_start(&rig, false), RD_OK);
    ck_assert_uint_eq(rig.kernel->eras_lost, 0);
    settle();
    rig_act(&rig, new, "done");
    ck_assert_str_eq(state(new), "checking");
}
END_TEST

/* The one between is damaged, an older one has cases still. */
START_TEST(a_damaged_generation_between_others_stays_away)
{
    open_cases("pin");
    const char *old = rig_job(&rig, "old");
    change();
    const char *middle = rig_job(&rig, "middle");
    rig_edit(&rig, "{ '6 hours'", "{ '7 hours'");
    rig_ok(&rig, "policy.activate", "{}");
    settle();
    rig_stop(&rig);
    damage_generation(3, "6 hours");
    ck_assert_int_eq(rig_start(&rig, false), RD_CORRUPT); /* the middle one is open */
    ck_assert_ptr_nonnull(strstr(rig.error.text, "generation 3"));
    ck_assert_int_eq(rig_start(&rig, true), RD_OK);
    settle();
    rig_act(&rig, middle, "work");
    rig_act(&rig, middle, "drop");
    rig_stop(&rig);
    damage_generation(3, "6 hours");
    ck_assert_int_eq(rig_start(&rig, false), RD_OK);
    ck_assert_uint_eq(rig.kernel->eras_lost, 1);
    settle();
    rig_edit(&rig, "{ '7 hours'", "{ '8 hours'");
    rig_ok(&rig, "policy.activate", "{}");
    settle();
    rig_act(&rig, old, "work");
    ck_assert(shows(old, "\"5 hours\""));
    ck_assert_str_eq(state(middle), "closed");
    rig_stop(&rig);
    ck_assert_int_eq(rig_start(&rig, true), RD_OK); /* which mends the damage, too */
    ck_assert_uint_eq(rig.kernel->eras_lost, 0);
    settle();
    ck_assert(shows(old, "\"5 hours\""));
    rig_expect_rebuild_equal(&rig);
}
END_TEST

START_TEST(a_case_follows_at_its_next_state)
{
    open_cases("next_state");
    const char *id = rig_job(&rig, "old");
    rig_act(&rig, id, "work");
    change();
    ck_assert(shows(id, "\"5 hours\"") && shows(id, "\"10 business days\""));
    ck_assert_int_eq(counted(id), 1); /* it stays where it is */
    rig_act(&rig, id, "wait");
    ck_assert(shows(id, "\"20 business days\"") && shows(id, "\"running\":false"));
    struct rd_value why = rig_ok(&rig, "case.explain", "{'id': '%s'}", id);
    rig_act(&rig, id, "resume");
    ck_assert(shows(id, "\"6 hours\""));
    ck_assert_ptr_nonnull(strstr(rig_show(&rig, why), "from generation 2 to 3 at its next state"));
    ck_assert(!shows(id, "follows:"));
    ck_assert_ptr_null(
        strstr(rig_show(&rig, rig_ok(&rig, "case.history", "{'id': '%s'}", id)), "follows:"));
    rig_stop(&rig); /* it is known for good */
    ck_assert_int_eq(rig_start(&rig, false), RD_OK);
    ck_assert_int_eq(counted(id), 101);
    rig_act(&rig, id, "done");
    ck_assert_str_eq(state(id), "checking");
    rig_expect_rebuild_equal(&rig);
}
END_TEST

START_TEST(a_case_follows_as_soon_as_there_is_a_place_for_it)
{
    open_cases("next_state");
    const char *id = rig_job(&rig, "x");
    rig_act(&rig, id, "work");
    rig_edit(&rig,
             "      waiting = { pause = true, on = { resume = 'working' }, after = { '30 days', go "
             "= 'closed' } },\n",
             "");
    rig_edit(&rig, "wait = 'waiting', ", "");
    rig_edit(&rig, "after = { { '5 hours'", "after = { { '6 hours'");
    t_company_edit(rig.policy, "rules/company.lua", "'job.wait', 'job.resume', ", "");
    rig_ok(&rig, "policy.activate", "{}");
    rig_act(&rig, id, "wait"); /* which only the older workflow has, and the power to do it */
    ck_assert_str_eq(state(id), "waiting");
    ck_assert(!shows(id, "\"6 hours\""));
    rig_act(&rig, id, "resume");
    ck_assert(shows(id, "\"6 hours\""));
    rig_no(&rig, "invalid_params", NULL, "case.act", "{'id': '%s', 'event': 'wait', 'as': 'ben'}",
           id);
    rig_expect_rebuild_equal(&rig);
}
END_TEST

START_TEST(what_was_taken_back_acts_no_more)
{
    open_cases("pin");
    const char *first = rig_job(&rig, "first");
    change();
    const char *second = rig_job(&rig, "second");
    rig_ok(&rig, "policy.rollback", "{'to': 2}");
    settle();
    const char *third = rig_job(&rig, "third");
    const char *ids[] = { first, second, third };
    for (size_t i = 0; i < 3; i++) {
        rig_act(&rig, ids[i], "work");
        ck_assert(shows(ids[i], "\"5 hours\"") && shows(ids[i], "\"10 business days\""));
        rig_act(&rig, ids[i], "done");
        ck_assert_str_eq(state(ids[i]), "closed");
    }
    rig_expect_rebuild_equal(&rig);
}
END_TEST

START_TEST(all_follow_where_the_workflow_says_so)
{
    open_cases("pin");
    const char *id = rig_job(&rig, "x");
    change();
    ck_assert(!shows(id, "\"20 business days\""));
    rig_edit(&rig, "open_cases = 'pin'", "open_cases = 'follow'");
    rig_ok(&rig, "policy.activate", "{}");
    settle();
    ck_assert(shows(id, "\"20 business days\""));
    rig_act(&rig, id, "work");
    rig_act(&rig, id, "done");
    ck_assert_str_eq(state(id), "checking");
    rig_expect_rebuild_equal(&rig);
}
END_TEST

START_TEST(an_activation_that_changes_nothing_of_it_begins_no_era)
{
    open_cases("pin");
    const char *id = rig_job(&rig, "x");
    t_company_edit(rig.policy, "rules/company.lua", "otherwise = { limit = '0.00' }",
                   "otherwise = { limit = '1.00' }"); /* a power, not the way */
    rig_ok(&rig, "policy.activate", "{}");
    rig_act(&rig, id, "work");
    ck_assert_ptr_null(
        strstr(rig_show(&rig, rig_ok(&rig, "case.explain", "{'id': '%s'}", id)), "lua@"));
    /* and eras are forgotten with the last case that is open in them: as many as there may be */
    for (int i = 0; i < 2 * RD_PINNED_POLICIES_MAX; i++) {
        char from[64], to[64];
        snprintf(from, sizeof from, "after = { { '%d hours'", 5 + i);
        snprintf(to, sizeof to, "after = { { '%d hours'", 6 + i);
        rig_edit(&rig, from, to);
        rig_ok(&rig, "policy.activate", "{}");
        rig_act(&rig, id, "done");
        id = rig_job(&rig, "y");
        rig_act(&rig, id, "work");
    }
    rig_expect_rebuild_equal(&rig);
}
END_TEST

START_TEST(there_is_an_end_to_what_is_kept)
{
    open_cases("pin");
    for (int i = 0; i <= RD_PINNED_POLICIES_MAX; i++) {
        char from[64], to[64];
        rig_job(&rig, "x");
        snprintf(from, sizeof from, "after = { { '%d hours'", 5 + i);
        snprintf(to, sizeof to, "after = { { '%d hours'", 6 + i);
        rig_edit(&rig, from, to);
        if (i < RD_PINNED_POLICIES_MAX)
            rig_ok(&rig, "policy.activate", "{}");
    }
    rig_no(&rig, "limit_exceeded", NULL, "policy.activate", "{}");
    rig_edit(&rig, "open_cases = 'pin'", "open_cases = 'follow'");
    rig_ok(&rig, "policy.activate", "{}");
    rig_expect_rebuild_equal(&rig);
}
END_TEST

START_TEST(what_a_kept_workflow_needs_can_not_be_taken_away)
{
    open_cases("pin");
    const char *id = rig_job(&rig, "x");
    rig_edit(&rig, "    seen = integer, sum = money,", "    sum = money,");
    rig_edit(&rig, "judge = function(f) return { set { seen = f.alike, sum = f.total },",
             "judge = function(f) return { set { sum = f.total },");
    rig_edit(&rig,
             "    subject = text { required = true, indexed = true, max = 60000 }, amount = "
             "money,\n    owner = account,",
             "    subject = text { required = true, indexed = true, max = 60000 },\n    owner = "
             "account,");
    rig_edit(&rig, "fields = { 'subject', 'amount', 'peer'", "fields = { 'subject', 'peer'");
    rig_edit(&rig, "fields = { 'amount' }, required = { 'amount' }",
             "fields = { 'subject' }, required = { 'subject' }");
    rig_edit(&rig, "      total = sum 'job' { field = 'amount', same = { 'subject', 'unit' } },\n",
             "");
    rig_edit(&rig, "set { sum = f.total }", "set { tasks = 1 }");
    t_company_edit(rig.policy, "rules/company.lua", "up_to = 'grant.limit',\n", "");
    rig_no(&rig, "policy_refused", NULL, "policy.activate", "{}");
    ck_assert_ptr_nonnull(strstr(rig.error.text, "@2"));
    rig_act(&rig, id, "work");
    ck_assert_int_eq(t_int(rig_ok(&rig, "policy.info", "{}"), "generation"), 2);
}
END_TEST

/* A guard that stands elsewhere now is the one of its name all the same: powers and accountability
 * name it once for all cases. */
START_TEST(powers_are_those_of_now)
{
    open_cases("pin");
    struct rd_value open = rig_ok(&rig, "case.open",
                                  "{'type': 'job', 'data': {'subject': 'x', 'secret': true}, "
                                  "'as': 'ben'}");
    const char *id = t_text(open, "id");
    rig_edit(&rig, "    guards = { is_secret",
             "    guards = { aaa = function(f) return false end,\n      is_secret");
    rig_edit(&rig, "after = { { '5 hours'", "after = { { '6 hours'");
    t_company_edit(rig.policy, "rules/company.lua", "limit = '100.00'", "limit = '10.00'");
    t_company_edit(rig.policy, "rules/company.lua",
                   "    { 'job.grant', from = 'handler', reach = 'unit', up_to = 'grant.limit',\n"
                   "      unless = { 'is_secret' } },\n",
                   "    { 'job.grant', from = 'handler', reach = 'unit', up_to = 'grant.limit',\n"
                   "      unless = { 'aaa', 'is_secret' } },\n");
    rig_ok(&rig, "policy.activate", "{}");
    rig_act(&rig, id, "work");
    ck_assert(shows(id, "\"5 hours\""));
    rig_no(&rig, "not_allowed", NULL, "case.act",
           "{'id': '%s', 'event': 'grant', 'form': {'amount': '1.00'}, 'as': 'ben'}", id);
    const char *plain = rig_job(&rig, "y");
    rig_act(&rig, plain, "work");
    rig_ok(&rig, "case.act",
           "{'id': '%s', 'event': 'grant', 'form': {'amount': '50.00'}, 'as': 'ben'}", plain);
    ck_assert_str_eq(state(plain), "new"); /* above his power of now */
}
END_TEST

START_TEST(a_preview_leaves_alone_what_is_kept)
{
    open_cases("pin");
    rig_job(&rig, "x");
    rig_edit(&rig, "within = { '10 business days'", "within = { '20 business days'");
    ck_assert_int_eq(t_int(rig_ok(&rig, "policy.preview", "{}"), "moved"), 0);
    rig_edit(&rig, "open_cases = 'pin'", "open_cases = 'follow'");
    ck_assert_int_eq(t_int(rig_ok(&rig, "policy.preview", "{}"), "moved"), 1);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("kernel_era");
    TCase *tcase = tcase_create("era");
    tcase_set_timeout(tcase, T_TIMEOUT_S);
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, a_pinned_case_goes_its_way_to_the_end);
    tcase_add_test(tcase, a_start_knows_who_keeps_what);
    tcase_add_test(tcase, a_damaged_generation_decides_nothing);
    tcase_add_test(tcase, a_damaged_generation_that_nobody_needs_is_no_reason_to_stand_still);
    tcase_add_test(tcase, a_damaged_generation_between_others_stays_away);
    tcase_add_test(tcase, a_case_follows_at_its_next_state);
    tcase_add_test(tcase, a_case_follows_as_soon_as_there_is_a_place_for_it);
    tcase_add_test(tcase, what_was_taken_back_acts_no_more);
    tcase_add_test(tcase, all_follow_where_the_workflow_says_so);
    tcase_add_test(tcase, an_activation_that_changes_nothing_of_it_begins_no_era);
    tcase_add_test(tcase, there_is_an_end_to_what_is_kept);
    tcase_add_test(tcase, what_a_kept_workflow_needs_can_not_be_taken_away);
    tcase_add_test(tcase, powers_are_those_of_now);
    tcase_add_test(tcase, a_preview_leaves_alone_what_is_kept);
    suite_add_tcase(suite, tcase);
    return unit_run(suite);
}
