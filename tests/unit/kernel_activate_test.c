/* Generations: activated whole or not at all, stored with the journal, swapped between commands. */
#include <sys/stat.h>
#include <unistd.h>

#include "common/company.h"
#include "kernel/loading.h"
#include "policy/policy.h"
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

static int64_t activate_generation(void)
{
    return t_int(rig_ok(&rig, "policy.info", "{}"), "generation");
}

START_TEST(an_unchanged_policy_is_no_new_generation)
{
    struct rd_value same = rig_ok(&rig, "policy.reload", "{}");
    ck_assert(!t_bool(same, "changed"));
    ck_assert_int_eq(activate_generation(), 1);
    rig_stop(&rig);
    ck_assert_int_eq(rig_start(&rig, false), RD_OK);
    ck_assert_int_eq(activate_generation(), 1);
    ck_assert_uint_eq(rig.start.replayed, 0);
}
END_TEST

/* As `sim run --data` leaves it: a data directory that a daemon can open without that policy. */
START_TEST(a_borrowed_policy_is_kept_with_its_sources)
{
    struct rd_policy_source *sources;
    struct rd_policy *policy = NULL;
    size_t count;
    rig_close(&rig);
    rig_make(&rig);
    rd_findings_init(&rig.findings, &rig.arena);
    ck_assert_int_eq(rd_policy_read_dir(&rig.arena, rig.policy, &sources, &count, &rig.error),
                     RD_OK);
    ck_assert_int_eq(rd_policy_load(sources, count, NULL, &rig.findings, &policy, &rig.error),
                     RD_OK);
    struct rd_kernel_options options = { .data_dir = rig.data,
                                         .policy = policy,
                                         .policy_sources = sources,
                                         .policy_source_count = count,
                                         .clock_manual = true,
                                         .clock_start_ms = RIG_START_MS };
    ck_assert_int_eq(rd_kernel_open(&options, &rig.findings, &rig.kernel, &rig.start, &rig.error),
                     RD_OK);
    rig_job(&rig, "a");
    rig_stop(&rig);
    rd_policy_free(policy);
    options.policy = NULL;
    enum rd_status status =
        rd_kernel_open(&options, &rig.findings, &rig.kernel, &rig.start, &rig.error);
    ck_assert_msg(status == RD_OK, "%s", rig.error.text);
    ck_assert_int_eq(activate_generation(), 1);
    rig_job(&rig, "b");
}
END_TEST

/* The file's number; 0 where there is none. A file that is believed is not written anew. */
static uint64_t kept_file(void)
{
    char path[sizeof rig.data + 16];
    struct stat info;
    snprintf(path, sizeof path, "%s/policy.kept", rig.data);
    return stat(path, &info) == 0 ? (uint64_t)info.st_ino : 0;
}

static void kept_file_damage(bool cut)
{
    char path[sizeof rig.data + 16];
    snprintf(path, sizeof path, "%s/policy.kept", rig.data);
    FILE *file = fopen(path, cut ? "w" : "r+");
    ck_assert_ptr_nonnull(file);
    ck_assert_int_eq(fseek(file, cut ? 0 : 1000, SEEK_SET), 0);
    ck_assert_int_gt(fputs("damage", file), 0);
    ck_assert_int_eq(fclose(file), 0);
}

static void kept_restart(void)
{
    rig_stop(&rig);
    ck_assert_int_eq(rig_start(&rig, false), RD_OK);
    rig_act(&rig, rig_job(&rig, "x"), "work");
    ck_assert_int_eq(activate_generation(), 1);
}

START_TEST(what_was_judged_is_kept_for_the_next_start)
{
    ck_assert_uint_eq(kept_file(), 0);
    kept_restart();
    uint64_t first = kept_file();
    ck_assert_uint_ne(first, 0);
    kept_restart();
    ck_assert_uint_eq(kept_file(), first);
    for (int cut = 0; cut < 2; cut++) {
        kept_file_damage(cut);
        kept_restart();
        ck_assert_uint_ne(kept_file(), first);
        first = kept_file();
        kept_restart();
        ck_assert_uint_eq(kept_file(), first);
    }
    /* of another generation it is not believed */
    rig_edit(&rig, "work = 'working' },\n        after = { '4 hours'",
             "work = 'working' },\n        after = { '5 hours'");
    rig_ok(&rig, "policy.reload", "{}");
    rig_stop(&rig);
    ck_assert_int_eq(rig_start(&rig, false), RD_OK);
    ck_assert_int_eq(activate_generation(), 2);
    ck_assert_uint_ne(kept_file(), first);
    rig_expect_rebuild_equal(&rig);
}
END_TEST

/* One that somebody else could have written, or that lies elsewhere, is not believed: it is judged
 * anew. */
START_TEST(what_others_may_write_is_not_believed)
{
    char path[sizeof rig.data + 32], other[sizeof rig.data + 32];
    struct stat info;
    snprintf(path, sizeof path, "%s/policy.kept", rig.data);
    snprintf(other, sizeof other, "%s/policy.other", rig.data);
    kept_restart();
    for (int way = 0; way < 4; way++) {
        uint64_t first = kept_file();
        if (way < 2)
            ck_assert_int_eq(chmod(path, way ? 0602 : 0620), 0);
        else if (way == 2)
            ck_assert_int_eq(link(path, other), 0);
        else
            ck_assert(rename(path, other) == 0 && symlink(other, path) == 0);
        kept_restart();
        ck_assert_uint_ne(kept_file(), first);
        ck_assert_int_eq(lstat(path, &info), 0);
        ck_assert(S_ISREG(info.st_mode) && (info.st_mode & 0777) == 0600 && info.st_nlink == 1);
        (void)unlink(other);
    }
}
END_TEST

/* A file that can't be written is no reason not to start. */
START_TEST(a_start_does_without_what_was_kept)
{
    char path[sizeof rig.data + 32];
    snprintf(path, sizeof path, "%s/policy.kept.new", rig.data);
    ck_assert_int_eq(mkdir(path, 0700), 0);
    kept_restart();
    ck_assert_uint_eq(kept_file(), 0);
    kept_restart();
}
END_TEST

START_TEST(a_bad_policy_is_refused_and_the_old_one_goes_on)
{
    rig_edit(&rig, "work = 'working' },\n        after = { '4 hours'",
             "work = 'wroking' },\n        after = { '4 hours'");
    rig_no(&rig, "policy_refused", NULL, "policy.reload", "{}");
    ck_assert_ptr_nonnull(strstr(rig.error.text, "no state 'wroking'"));
    ck_assert_ptr_nonnull(strstr(rig.error.text, "generation 1 goes on"));
    ck_assert_uint_ge(t_count(*rig.error.detail, "findings"), 1);
    ck_assert_int_eq(activate_generation(), 1);
    rig_job(&rig, "x");
    /* also at a start */
    rig_stop(&rig);
    ck_assert_int_eq(rig_start(&rig, false), RD_OK);
    ck_assert(rig.start.policy_refused);
    ck_assert_int_eq(activate_generation(), 1);
    rig_job(&rig, "y");
    /* and on an empty store there is nothing to go on with */
    rig_stop(&rig);
    snprintf(rig.data, sizeof rig.data, "%s/other", rig.dir);
    ck_assert_int_eq(rig_start(&rig, false), RD_POLICY_REFUSED);
}
END_TEST

START_TEST(cases_are_not_stranded)
{
    const char *id = rig_job(&rig, "x");
    rig_act(&rig, id, "work");
    rig_act(&rig, id, "wait");
    const char *state =
        "      waiting = { pause = true, on = { resume = 'working' }, after = { '30 "
        "days', go = 'closed' } },\n";
    rig_edit(&rig, state, "");
    rig_edit(&rig, "wait = 'waiting', ", "");
    t_company_edit(rig.policy, "rules/company.lua", "'job.wait', 'job.resume', ", "");
    rig_no(&rig, "policy_refused", NULL, "policy.reload", "{}");
    ck_assert_ptr_nonnull(strstr(rig.error.text, "no state 'waiting' of 'job', where 1 records"));
    rig_stop(&rig);
    ck_assert_int_eq(rig_start(&rig, false), RD_OK); /* a start refuses it as well */
    ck_assert(rig.start.policy_refused);
    rig_act(&rig, id, "resume");
    rig_ok(&rig, "policy.reload", "{}");
    ck_assert_int_eq(activate_generation(), 2);
    rig_expect_rebuild_equal(&rig);
}
END_TEST

START_TEST(a_new_index_covers_what_is_there)
{
    for (int i = 0; i < 20; i++) {
        const char *id = rig_job(&rig, "x");
        if (i % 2)
            rig_act(&rig, id, "work");
    }
    rig_no(&rig, "not_indexed", NULL, "case.list", "{'type': 'job', 'order': 'n'}");
    rig_edit(&rig, "n = integer { default = 0 }", "n = integer { default = 0, indexed = true }");
    rig_ok(&rig, "policy.reload", "{}");
    ck_assert_uint_eq(t_count(rig_ok(&rig, "case.list", "{'type': 'job', 'order': 'n'}"), "cases"),
                      20);
    ck_assert_uint_eq(
        t_count(rig_ok(&rig, "case.list", "{'type': 'job', 'where': {'n': 0}}"), "cases"), 20);
    /* gone from the policy and back: it is kept up to date meanwhile */
    rig_edit(&rig, "n = integer { default = 0, indexed = true }", "n = integer { default = 0 }");
    rig_ok(&rig, "policy.reload", "{}");
    rig_job(&rig, "y");
    rig_edit(&rig, "n = integer { default = 0 }", "n = integer { default = 0, indexed = true }");
    rig_ok(&rig, "policy.reload", "{}");
    ck_assert_uint_eq(t_count(rig_ok(&rig, "case.list", "{'type': 'job', 'order': '-n'}"), "cases"),
                      21);
    rig_expect_rebuild_equal(&rig);
}
END_TEST

START_TEST(fields_that_are_gone_are_still_shown)
{
    rig.as = "adm";
    struct rd_value p =
        rig_ok(&rig, "record.create", "{'type': 'person', 'data': {'name': 'P', 'note': 'old'}}");
    rig.as = NULL;
    t_company_edit(rig.policy, "rules/company.lua", ", note = text }", " }");
    t_company_edit(rig.policy, "rules/company.lua",
                   "score = integer { indexed = true, min = -1000000 }",
                   "score = text { indexed = true }");
    rig_ok(&rig, "policy.reload", "{}");
    p = rig_ok(&rig, "case.get", "{'id': '%s'}", t_text(p, "id"));
    ck_assert_str_eq(t_text(p, "data.note"), "old");
    rig_no(&rig, "invalid_params", "/where/note", "case.list",
           "{'type': 'person', 'where': {'note': 'old'}}");
    rig_ok(&rig, "case.list", "{'type': 'person', 'where': {'score': {'from': 'a'}}}");
    rig_expect_rebuild_equal(&rig);
}
END_TEST

START_TEST(a_value_whose_type_changed_is_compared_and_shown)
{
    rig.as = "adm";
    rig_ok(&rig, "record.create", "{'type': 'person', 'data': {'name': 'P', 'score': 5}}");
    rig.as = NULL;
    t_company_edit(rig.policy, "rules/company.lua",
                   "score = integer { indexed = true, min = -1000000 }",
                   "score = text { indexed = true }");
    rig_ok(&rig, "policy.reload", "{}");
    rig_ok(&rig, "case.list", "{'type': 'person', 'where': {'score': {'from': 'a', 'to': 'b'}}}");
    struct rd_value page = rig_ok(&rig, "case.list", "{'type': 'person'}");
    ck_assert_int_eq(t_int(page, "cases.0.data.score"), 5);
    rig_ok(&rig, "report.cases", "{'type': 'person', 'by': 'score'}");
}
END_TEST

/* Replies of a batch are written when the generation that they speak of is gone. */
START_TEST(replies_outlive_the_generation_of_their_batch)
{
    struct rd_value none = rd_map(),
                    open = rig_json(&rig, "{'type': 'job', 'as': 'ben', 'data': "
                                          "{'subject': 'x'}}"),
                    wrong =
                        rig_json(&rig, "{'type': 'job', 'as': 'non', 'data': {'subject': 'x'}}");
    static const char *const methods[] = { "policy.info", "case.open", "case.open", "policy.reload",
                                           "policy.info" };
    const struct rd_value *params[] = { &none, &open, &wrong, &none, &none };
    struct rd_request requests[5], *all[5];
    rig_edit(&rig, "version = 1, initial = 'new'", "version = 2, initial = 'new'");
    for (int i = 0; i < 5; i++) {
        requests[i] = (struct rd_request){
            .arena = &rig.arena, .method = methods[i], .params = params[i], .peer = rig.peer
        };
        all[i] = &requests[i];
    }
    rd_kernel_run(rig.kernel, all, 4);
    rd_loading_wait(rig.kernel);
    rd_kernel_run(rig.kernel, NULL, 0);
    rd_kernel_run(rig.kernel, &all[4], 1);
    struct rd_symbols *symbols = rd_kernel_symbols(rig.kernel);
    rig_stop(&rig); /* and when the kernel is */
    ck_assert_int_eq(requests[0].status, RD_OK);
    ck_assert_ptr_nonnull(strstr(rig_show(&rig, requests[0].result), "\"working\""));
    ck_assert_ptr_nonnull(strstr(rig_show(&rig, requests[1].result), "\"new\""));
    ck_assert_int_eq(requests[2].status, RD_NOT_ALLOWED);
    ck_assert_ptr_nonnull(strstr(rig_show(&rig, *requests[2].error.detail), "staff"));
    ck_assert_int_eq(requests[3].status, RD_OK);
    ck_assert_int_eq(t_int(requests[4].result, "generation"), 2);
    rd_symbols_unref(symbols);
}
END_TEST

START_TEST(an_account_may_activate_and_is_named)
{
    rig_edit(&rig, "version = 1, initial = 'new'", "version = 2, initial = 'new'");
    rig.peer = (struct rd_peer){ .door = RD_DOOR_TCP, .account = "adm" };
    rig_ok(&rig, "policy.reload", "{}");
    rig.peer.account = "ben";
    rig_no(&rig, "not_allowed", NULL, "policy.reload", "{}");
}
END_TEST

START_TEST(starts_without_the_directory)
{
    rig_job(&rig, "x");
    rig_stop(&rig);
    struct rd_kernel_options options = { .data_dir = rig.data, .clock_manual = true };
    enum rd_status status =
        rd_kernel_open(&options, &rig.findings, &rig.kernel, &rig.start, &rig.error);
    ck_assert_msg(status == RD_OK, "%s", rig.error.text);
    rig_job(&rig, "y");
    rig_no(&rig, "policy_refused", NULL, "policy.reload", "{}");
    rig_stop(&rig);
    snprintf(rig.data, sizeof rig.data, "%s/other", rig.dir);
    status = rd_kernel_open(&options, &rig.findings, &rig.kernel, &rig.start, &rig.error);
    ck_assert_int_eq(status, RD_NOT_FOUND);
    rig.kernel = NULL;
}
END_TEST

START_TEST(a_borrowed_policy_is_not_freed_and_can_be_come_back_to)
{
    struct rd_policy_source sources[] = {
        { "rules/company.lua", RIG_COMPANY_TEXT, strlen(RIG_COMPANY_TEXT) },
        { "scripts/job.lua", RIG_JOB_TEXT, strlen(RIG_JOB_TEXT) },
    };
    struct rd_policy *policy = NULL;
    ck_assert_int_eq(rd_policy_load(sources, 2, NULL, &rig.findings, &policy, &rig.error), RD_OK);
    rig_stop(&rig);
    struct rd_kernel_options options = {
        .data_dir = rig.data, .policy = policy, .policy_dir = rig.policy, .clock_manual = true
    };
    snprintf(rig.data, sizeof rig.data, "%s/borrowed", rig.dir);
    for (int i = 0; i < 2; i++) {
        enum rd_status status =
            rd_kernel_open(&options, &rig.findings, &rig.kernel, &rig.start, &rig.error);
        ck_assert_msg(status == RD_OK, "%s", rig.error.text);
        ck_assert_int_eq(activate_generation(), 1);
        rig_job(&rig, "x");
        rig_stop(&rig);
    }
    ck_assert_int_eq(rd_kernel_open(&options, &rig.findings, &rig.kernel, &rig.start, &rig.error),
                     RD_OK);
    rig_edit(&rig, "version = 1, initial = 'new'", "version = 2, initial = 'new'");
    rig_ok(&rig, "policy.reload", "{}"); /* from now on it is the kernel's own */
    rig_edit(&rig, "version = 2, initial = 'new'", "version = 3, initial = 'new'");
    rig_ok(&rig, "policy.reload", "{}");
    rig_job(&rig, "x");
    rig_stop(&rig);
    rd_policy_free(policy);
}
END_TEST

/* What is stored must be readable again: bytes that are no text never get so far. */
START_TEST(sources_that_are_no_text_are_refused)
{
    t_company_write(rig.policy, "rules/bad.lua", "-- \xff\xfe\nreturn {}\n");
    rig_no(&rig, "policy_refused", NULL, "policy.reload", "{}");
    ck_assert_int_eq(activate_generation(), 1);
    rig_expect_rebuild_equal(&rig);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("kernel_activate");
    TCase *tcase = tcase_create("activate");
    tcase_set_timeout(tcase, T_TIMEOUT_S);
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, an_unchanged_policy_is_no_new_generation);
    tcase_add_test(tcase, a_borrowed_policy_is_kept_with_its_sources);
    tcase_add_test(tcase, what_was_judged_is_kept_for_the_next_start);
    tcase_add_test(tcase, what_others_may_write_is_not_believed);
    tcase_add_test(tcase, a_start_does_without_what_was_kept);
    tcase_add_test(tcase, a_bad_policy_is_refused_and_the_old_one_goes_on);
    tcase_add_test(tcase, cases_are_not_stranded);
    tcase_add_test(tcase, a_new_index_covers_what_is_there);
    tcase_add_test(tcase, fields_that_are_gone_are_still_shown);
    tcase_add_test(tcase, a_value_whose_type_changed_is_compared_and_shown);
    tcase_add_test(tcase, replies_outlive_the_generation_of_their_batch);
    tcase_add_test(tcase, an_account_may_activate_and_is_named);
    tcase_add_test(tcase, starts_without_the_directory);
    tcase_add_test(tcase, a_borrowed_policy_is_not_freed_and_can_be_come_back_to);
    tcase_add_test(tcase, sources_that_are_no_text_are_refused);
    suite_add_tcase(suite, tcase);
    return unit_run(suite);
}
