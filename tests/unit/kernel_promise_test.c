/* The promise runner: that steps do what they say, and above all that a promise which does not hold
 * is found broken, with the sentence that says why. */
#include <string.h>

#include "common/t.h"
#include "kernel/promise.h"
#include "unit/kernel_rig.h"

static struct rd_arena arena;
static struct rd_value stood; /* of the last play */

static void setup(void)
{
    rd_arena_init(&arena);
}

static void teardown(void)
{
    rd_arena_fini(&arena);
}

/* Plays one promise of the rig's company: NULL where it is kept, otherwise why not. */
static const char *play(const char *steps)
{
    const char *test =
        rd_arena_printf(&arena,
                        "return test 't' { given = { person 'p' { by = 'ben', name = 'Li' },\n"
                        "  job 'j' { by = 'ben', subject = 'x' } }, steps = {\n%s } }\n",
                        steps);
    struct rd_policy_source sources[] = {
        { "rules/company.lua", RIG_COMPANY_TEXT, strlen(RIG_COMPANY_TEXT) },
        { "scripts/job.lua", RIG_JOB_TEXT, strlen(RIG_JOB_TEXT) },
        { "scripts/t_test.lua", test, strlen(test) },
    };
    struct rd_promise_report report;
    struct rd_error error = RD_ERROR_NONE;
    enum rd_status status = rd_promises_run(sources, 3, NULL, NULL, NULL, &arena, &report, &error);
    ck_assert_msg(status == RD_OK, "%s", error.text);
    ck_assert_uint_eq(report.run, 1);
    stood = report.stood;
    return report.promises[0].why;
}

static void kept(const char *steps)
{
    const char *why = play(steps);
    ck_assert_msg(why == NULL, "%s", why);
}

static void broken(const char *steps, const char *sentence)
{
    const char *why = play(steps);
    ck_assert_msg(why && strstr(why, sentence), "'%s', not: %s", sentence, why ? why : "(kept)");
}

START_TEST(a_record_is_seen_by_who_may)
{
    kept("{ see 'p' { by = 'ben' }, expect = allowed }, see { by = 'max' },"
         "{ see 'p' { by = 'sun' }, expect = refused 'not_found' },"
         "{ see 'j' { by = 'ann' }, expect = { state = 'new', data = { subject = 'x' } } }");
    broken("{ see 'p' { by = 'sun' } }", "it was refused: not_found");
    broken("{ see 'p' { by = 'ben' }, expect = refused }", "expected a refusal; it went through");
    broken("{ see 'q' { by = 'ben' } }", "the test opened no record 'q'");
}
END_TEST

/* Where records were found, not where they only might have gone. */
START_TEST(what_promises_show_is_kept)
{
    kept("{ on = 'j', expect = in_state 'new' }");
    ck_assert_str_eq(rd_map_text(&stood, "job.new", ""), "scripts/t_test.lua:1");
    ck_assert_uint_eq(stood.count, 1);
    kept("{ ask 'policy.reload' { by = 'ben' }, expect = refused 'not_allowed' }");
    ck_assert_uint_eq(stood.count, 1); /* the record that was given, still new */
    broken("{ on = 'j', expect = in_state 'late' }", "expected state 'late'");
    ck_assert_ptr_null(rd_map_get(&stood, "job.late"));
}
END_TEST

START_TEST(a_method_is_asked)
{
    kept("{ ask 'case.list' { by = 'ben', type = 'job' }, expect = { cases = 1 } },"
         "{ ask 'case.list' { by = 'sun', type = 'job' }, expect = { cases = 0 } },"
         "{ ask 'case.get' { by = 'ben', id = 'j' }, expect = { state = 'new' } },"
         "{ ask 'policy.reload' { by = 'ben' }, expect = refused 'not_allowed' },"
         "{ ask 'policy.reload' { by = 'adm' }, expect = refused 'policy_refused' },"
         "ask 'server.info' {}");
    broken("{ ask 'case.list' { by = 'ben', type = 'job' }, expect = { cases = 2 } }",
           "expected the answer to ben cases = 2, got 1");
    broken("{ ask 'case.get' { by = 'ben', id = 'j' }, expect = { state = 'late' } }",
           "expected the answer to ben state = \"late\", got \"new\"");
    kept("{ ask 'case.actions' { by = 'ben', id = 'j' }, expect = { may = { 'work' } } }");
    broken("{ ask 'case.actions' { by = 'ben', id = 'j' }, expect = { may = { 'work', 'rest' } } }",
           "expected the answer to ben may = [\"work\",\"rest\"], got [\"work\"]");
    broken("{ ask 'case.get' { by = 'ben', id = 'j' }, expect = { nothing = 1 } }", "got nothing");
    broken("{ ask 'case.gett' {} }", "there is no method 'case.gett'; did you mean 'case.get'?");
    broken("{ ask 'case.list' { by = 'nobody_at_all', type = 'job' } }", "not_logged_in");
}
END_TEST

/* Only what was visited counts as visited. */
START_TEST(who_asks_visits_the_row)
{
    const char *test = "return test 't' { steps = { { ask 'policy.info' { by = 'ben' } } } }";
    struct rd_policy_source sources[] = {
        { "rules/company.lua", RIG_COMPANY_TEXT, strlen(RIG_COMPANY_TEXT) },
        { "scripts/job.lua", RIG_JOB_TEXT, strlen(RIG_JOB_TEXT) },
        { "scripts/t_test.lua", test, strlen(test) },
    };
    struct rd_promise_report report;
    struct rd_error error = RD_ERROR_NONE;
    ck_assert_int_eq(rd_promises_run(sources, 3, NULL, NULL, NULL, &arena, &report, &error), RD_OK);
    ck_assert_uint_eq(report.kept, 1);
    ck_assert_uint_eq(report.visited, 1);
    for (size_t i = 0; i < report.spots - report.visited; i++)
        ck_assert_ptr_null(strstr(report.missed[i].text, "authority row feed.subscribe"));
}
END_TEST

/* That an invariant is false is nothing that a promise could visit: it would be broken. */
START_TEST(invariants_are_not_asked_to_fail)
{
    static const char where[] = "initial = 'new', clock = 'office',";
    const char *at = strstr(RIG_JOB_TEXT, where);
    const char *job =
        rd_arena_printf(&arena, "%.*s%s invariants = { 'is_secret' },%s", (int)(at - RIG_JOB_TEXT),
                        RIG_JOB_TEXT, where, at + strlen(where));
    const char *test = "return test 't' { given = { job 'j' { by = 'ben', subject = 'x' } }, "
                       "steps = { { expect = allowed } } }";
    struct rd_policy_source sources[] = {
        { "rules/company.lua", RIG_COMPANY_TEXT, strlen(RIG_COMPANY_TEXT) },
        { "scripts/job.lua", RIG_JOB_TEXT, strlen(RIG_JOB_TEXT) },
        { "scripts/t_test.lua", test, strlen(test) },
    };
    struct rd_promise_report plain, certain;
    struct rd_error error = RD_ERROR_NONE;
    ck_assert_int_eq(rd_promises_run(sources, 3, NULL, NULL, NULL, &arena, &plain, &error), RD_OK);
    ck_assert_uint_eq(plain.kept, 1);
    sources[1] = (struct rd_policy_source){ "scripts/job.lua", job, strlen(job) };
    ck_assert_int_eq(rd_promises_run(sources, 3, NULL, NULL, NULL, &arena, &certain, &error),
                     RD_OK);
    ck_assert_uint_eq(certain.spots, plain.spots - 1);
    ck_assert_uint_eq(certain.kept, 0);
    ck_assert_ptr_nonnull(strstr(certain.promises[0].why, "policy_fault"));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("kernel promises");
    TCase *tcase = tcase_create("promises");
    tcase_set_timeout(tcase, T_TIMEOUT_S);
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, a_record_is_seen_by_who_may);
    tcase_add_test(tcase, what_promises_show_is_kept);
    tcase_add_test(tcase, a_method_is_asked);
    tcase_add_test(tcase, who_asks_visits_the_row);
    tcase_add_test(tcase, invariants_are_not_asked_to_fail);
    suite_add_tcase(suite, tcase);
    return unit_run(suite);
}
