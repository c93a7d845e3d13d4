/* Loading beside the work: commands go on, what is loaded comes into force between two of them. */
#include <stdlib.h>

#include "base/limits.h"
#include "common/company.h"
#include "kernel/loading.h"
#include "store/faults.h"
#include "unit/kernel_rig.h"

static struct kernel_rig rig;
static int version; /* of the job's chart in the directory */
static struct rd_arena arenas[RD_LOADINGS_MAX + 1];
static struct rd_request requests[RD_LOADINGS_MAX + 1], *all[RD_LOADINGS_MAX + 1];

static void setup(void)
{
    rig_open(&rig);
    version = 1;
    for (size_t i = 0; i <= RD_LOADINGS_MAX; i++)
        rd_arena_init(&arenas[i]);
}

static void teardown(void)
{
    rig_close(&rig);
    for (size_t i = 0; i <= RD_LOADINGS_MAX; i++)
        rd_arena_fini(&arenas[i]);
}

static struct rd_request *ask(size_t i, const char *method)
{
    rd_arena_reset(&arenas[i]);
    requests[i] = (struct rd_request){ .arena = &arenas[i], .method = method, .peer = rig.peer };
    all[i] = &requests[i];
    return all[i];
}

static void run_until_answered(const struct rd_request *request)
{
    while (request->waits) {
        rd_loading_wait(rig.kernel);
        rd_kernel_run(rig.kernel, NULL, 0);
    }
}

static int64_t generation(void)
{
    return t_int(rig_ok(&rig, "policy.info", "{}"), "generation");
}

/* The job's chart is another one: the next generation. */
static void another_policy(void)
{
    char from[64], to[64];
    snprintf(from, sizeof from, "version = %d, initial = 'new'", version);
    snprintf(to, sizeof to, "version = %d, initial = 'new'", ++version);
    rig_edit(&rig, from, to);
}

/* A file that takes about a tenth of a second to read. */
static void slow_policy(void)
{
    t_company_write(rig.policy, "rules/slow.lua",
                    "local n = 0\nfor i = 1, 10000000 do n = n + i end\n"
                    "return choices 'slow' { 'a' }\n");
}

START_TEST(commands_go_on_while_a_policy_is_loaded)
{
    struct rd_request *reload = ask(0, "policy.reload");
    int meanwhile = 0;
    slow_policy();
    another_policy();
    rd_kernel_run(rig.kernel, all, 1);
    while (reload->waits) {
        ck_assert_int_eq(generation(), 1); /* it runs before what is loaded is looked at */
        if (meanwhile == 500) { /* as many as one list tells: others have the processor */
            rd_kernel_run(rig.kernel, NULL, 0);
            continue;
        }
        rig_job(&rig, "meanwhile");
        meanwhile++;
    }
    ck_assert_int_gt(meanwhile, 1);
    ck_assert_int_eq(reload->status, RD_OK);
    ck_assert(t_bool(reload->result, "changed"));
    ck_assert_int_eq(t_int(reload->result, "generation"), 2);
    ck_assert_int_eq(generation(), 2);
    ck_assert_uint_eq(t_count(rig_ok(&rig, "case.list", "{'type': 'job', 'limit': 1000}"), "cases"),
                      (size_t)meanwhile);
    rig_expect_rebuild_equal(&rig);
}
END_TEST

START_TEST(it_says_when_it_wants_to_be_looked_at)
{
    struct rd_request *reload = ask(0, "policy.reload");
    rd_kernel_run(rig.kernel, NULL, 0); /* whether there are jobs is looked up */
    ck_assert_int_eq(rd_kernel_wake_at(rig.kernel), INT64_MAX); /* the clock stands still */
    slow_policy();
    rd_kernel_run(rig.kernel, all, 1);
    ck_assert(reload->waits);
    int64_t now_ms = rd_kernel_now_ms(rig.kernel);
    ck_assert_int_eq(rd_kernel_wake_at(rig.kernel), now_ms + RD_LOADING_LOOK_MS);
    rd_loading_wait(rig.kernel);
    ck_assert_int_eq(rd_kernel_wake_at(rig.kernel), 0);
    rd_kernel_run(rig.kernel, NULL, 0);
    ck_assert(!reload->waits);
    rd_kernel_run(rig.kernel, NULL, 0); /* deadlines are planned anew */
    ck_assert_int_eq(rd_kernel_wake_at(rig.kernel), INT64_MAX);
}
END_TEST

/* Whether open cases fit is asked in slices that write nothing and answer nobody: who took them for
 * vain would rest for RD_KERNEL_RETRY_MS behind each. */
START_TEST(slices_that_look_at_open_cases_are_not_in_vain)
{
    int slices = 0;
    struct rd_value why = rig_json(&rig, "{'why': 'because'}");
    for (int i = 0; i < 3 * RD_FIT_SLICE_MAX; i++)
        rig_job(&rig, "x");
    another_policy();
    struct rd_request *activate = ask(0, "policy.activate");
    activate->params = &why;
    ck_assert(!rd_kernel_reads(rig.kernel));
    rd_kernel_run(rig.kernel, all, 1);
    rd_loading_wait(rig.kernel);
    while (activate->waits) {
        ck_assert(rd_kernel_reads(rig.kernel));
        ck_assert_int_eq(rd_kernel_wake_at(rig.kernel), 0);
        rd_kernel_run(rig.kernel, NULL, 0);
        slices++;
    }
    ck_assert_int_eq(activate->status, RD_OK);
    ck_assert_int_ge(slices, 3);
    ck_assert(!rd_kernel_reads(rig.kernel));
}
END_TEST

START_TEST(a_refused_policy_is_told_later_and_nothing_changes)
{
    unsigned char before[32], after[32];
    struct rd_request *reload = ask(0, "policy.reload");
    rig_digest(&rig, before);
    slow_policy();
    rig_edit(&rig, "work = 'working' },\n        after = { '4 hours'",
             "work = 'wroking' },\n        after = { '4 hours'");
    rd_kernel_run(rig.kernel, all, 1);
    ck_assert(reload->waits);
    run_until_answered(reload);
    ck_assert_int_eq(reload->status, RD_POLICY_REFUSED);
    ck_assert_ptr_nonnull(strstr(reload->error.text, "no state 'wroking'"));
    ck_assert_uint_ge(t_count(*reload->error.detail, "findings"), 1);
    ck_assert_int_eq(generation(), 1);
    rig_digest(&rig, after);
    ck_assert_mem_eq(before, after, sizeof before);
}
END_TEST

START_TEST(one_after_the_other_and_the_second_finds_nothing_new)
{
    ask(0, "policy.reload");
    ask(1, "policy.reload");
    another_policy();
    rd_kernel_run(rig.kernel, all, 2);
    run_until_answered(&requests[1]);
    ck_assert(!requests[0].waits);
    ck_assert(t_bool(requests[0].result, "changed"));
    ck_assert_int_eq(requests[1].status, RD_OK);
    ck_assert(!t_bool(requests[1].result, "changed"));
    ck_assert_int_eq(generation(), 2);
}
END_TEST

/* The directory is read when it is the request's turn: what came in between counts. */
START_TEST(a_second_one_reads_what_is_there_by_then)
{
    ask(0, "policy.reload");
    ask(1, "policy.reload");
    another_policy();
    rd_kernel_run(rig.kernel, all, 2);
    rd_loading_wait(rig.kernel);
    another_policy();
    run_until_answered(&requests[1]);
    ck_assert_int_eq(t_int(requests[0].result, "generation"), 2);
    ck_assert_int_eq(t_int(requests[1].result, "generation"), 3);
    rig_expect_rebuild_equal(&rig);
}
END_TEST

START_TEST(no_more_than_so_many_wait)
{
    for (size_t i = 0; i <= RD_LOADINGS_MAX; i++)
        ask(i, i % 2 ? "policy.preview" : "policy.reload");
    slow_policy();
    rd_kernel_run(rig.kernel, all, RD_LOADINGS_MAX + 1);
    ck_assert(!requests[RD_LOADINGS_MAX].waits);
    ck_assert_int_eq(requests[RD_LOADINGS_MAX].status, RD_BUSY);
    ck_assert_str_eq(requests[RD_LOADINGS_MAX].error.text,
                     "16 requests wait for the policy directory to be read already; try again "
                     "later");
    run_until_answered(&requests[RD_LOADINGS_MAX - 1]);
    for (size_t i = 0; i < RD_LOADINGS_MAX; i++)
        ck_assert_int_eq(requests[i].status, RD_OK);
    rig_ok(&rig, "policy.reload", "{}"); /* there is room again */
}
END_TEST

/* Who may is asked twice: before anything is read, and by the generation that is in force then. */
START_TEST(a_right_that_is_lost_meanwhile_counts_no_more)
{
    t_company_edit(rig.policy, "rules/company.lua", "{ { 'policy.reload', 'account.token' }, ",
                   "{ { 'account.token' }, ");
    ask(0, "policy.reload");
    ask(1, "policy.reload")->peer = (struct rd_peer){ .door = RD_DOOR_TCP, .account = "adm" };
    ask(2, "policy.reload")->peer = (struct rd_peer){ .door = RD_DOOR_TCP, .account = "ben" };
    rd_kernel_run(rig.kernel, all, 3);
    ck_assert(!requests[2].waits);
    ck_assert_int_eq(requests[2].status, RD_NOT_ALLOWED);
    run_until_answered(&requests[1]);
    ck_assert_int_eq(requests[0].status, RD_OK);
    ck_assert_int_eq(requests[1].status, RD_NOT_ALLOWED);
}
END_TEST

START_TEST(a_preview_is_loaded_beside_as_well)
{
    for (int i = 0; i < RD_PREVIEW_SLICE_MAX + 10; i++)
        rig_job(&rig, "x");
    struct rd_request *preview = ask(0, "policy.preview");
    slow_policy();
    rig_edit(&rig, "'10 business days'", "'5 business days'");
    rd_kernel_run(rig.kernel, all, 1);
    ck_assert(preview->waits);
    run_until_answered(preview);
    ck_assert_int_eq(t_int(preview->result, "moved"), RD_PREVIEW_SLICE_MAX);
    /* the next page needs no load: the candidate is there, whatever the directory has by now */
    struct rd_value cursor = rig_json(&rig, "{'cursor': '%s'}", t_text(preview->result, "cursor"));
    rig_edit(&rig, "'5 business days'", "'7 business days'");
    ask(0, "policy.preview")->params = &cursor;
    rd_kernel_run(rig.kernel, all, 1);
    ck_assert(!preview->waits);
    ck_assert_int_eq(t_int(preview->result, "moved"), 10);
    ck_assert_int_eq(t_int(preview->result, "most_earlier_ms"), 7 * 24 * RIG_HOUR_MS);
    /* an activation forgets the candidate: the page after it loads what is there */
    rig_ok(&rig, "policy.reload", "{}");
    ask(0, "policy.preview")->params = &cursor;
    rd_kernel_run(rig.kernel, all, 1);
    ck_assert(preview->waits);
    run_until_answered(preview);
    ck_assert_int_eq(preview->status, RD_OK);
}
END_TEST

START_TEST(a_close_waits_for_the_thread_and_tells_who_waits)
{
    ask(0, "policy.reload");
    ask(1, "policy.preview");
    slow_policy();
    another_policy();
    rd_kernel_run(rig.kernel, all, 2);
    ck_assert(requests[0].waits && requests[1].waits);
    rig_stop(&rig);
    for (size_t i = 0; i < 2; i++) {
        ck_assert(!requests[i].waits);
        ck_assert_int_eq(requests[i].status, RD_SHUTTING_DOWN);
        ck_assert_str_eq(requests[i].error.text, "the server stops before the policy was loaded");
    }
    struct rd_kernel_options stored = { .data_dir = rig.data, .clock_manual = true };
    ck_assert_int_eq(rd_kernel_open(&stored, &rig.findings, &rig.kernel, &rig.start, &rig.error),
                     RD_OK);
    ck_assert_int_eq(generation(), 1); /* nothing of it was kept */
    rig_stop(&rig);
    ck_assert_int_eq(rig_start(&rig, false), RD_OK);
    ck_assert_int_eq(generation(), 2); /* a start reads the directory */
}
END_TEST

/* The entry is flushed before the reply leaves, and a reply that could not be kept does not say
 * so. */
START_TEST(a_full_disk_at_the_activation_is_told)
{
    if (!rd_faults_on())
        return;
    struct rd_request *reload = ask(0, "policy.reload");
    another_policy();
    rd_kernel_run(rig.kernel, all, 1);
    rd_loading_wait(rig.kernel);
    setenv("RD_FAULT", "journal_enospc:0:1", 1);
    rd_kernel_run(rig.kernel, NULL, 0);
    unsetenv("RD_FAULT");
    ck_assert(!reload->waits);
    ck_assert_int_eq(reload->status, RD_STORAGE_FULL);
    ck_assert_int_eq(generation(), 1);
    ck_assert(t_bool(rig_ok(&rig, "policy.reload", "{}"), "changed"));
    rig_expect_rebuild_equal(&rig);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("kernel_loading");
    TCase *tcase = tcase_create("loading");
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_set_timeout(tcase, T_TIMEOUT_S);
    tcase_add_test(tcase, commands_go_on_while_a_policy_is_loaded);
    tcase_add_test(tcase, it_says_when_it_wants_to_be_looked_at);
    tcase_add_test(tcase, slices_that_look_at_open_cases_are_not_in_vain);
    tcase_add_test(tcase, a_refused_policy_is_told_later_and_nothing_changes);
    tcase_add_test(tcase, one_after_the_other_and_the_second_finds_nothing_new);
    tcase_add_test(tcase, a_second_one_reads_what_is_there_by_then);
    tcase_add_test(tcase, no_more_than_so_many_wait);
    tcase_add_test(tcase, a_right_that_is_lost_meanwhile_counts_no_more);
    tcase_add_test(tcase, a_preview_is_loaded_beside_as_well);
    tcase_add_test(tcase, a_close_waits_for_the_thread_and_tells_who_waits);
    tcase_add_test(tcase, a_full_disk_at_the_activation_is_told);
    suite_add_tcase(suite, tcase);
    return unit_run(suite);
}
