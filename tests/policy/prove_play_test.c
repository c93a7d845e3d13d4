/* Refuted four eyes come with a promise: it is broken by the policy that is refuted, kept by the
 * one that is not, and none is shown of a way that nobody here could play. */
#include "base/limits.h"
#include "policy/prove_rig.h"
#include "policy/rig.h"

static struct rd_arena arena;

static void setup(void)
{
    rd_arena_init(&arena);
}

static void teardown(void)
{
    rd_arena_fini(&arena);
}

static const struct rd_proof *prove(const struct rd_policy_source *sources, size_t count,
                                    const char *subject)
{
    return prove_rig_proof(&arena, sources, count, RD_CLAIM_APART, subject);
}

static bool keeps(const struct rd_policy_source *sources, size_t count, const char *promise)
{
    return prove_rig_keeps(&arena, sources, count, promise, NULL);
}

/* ---- the shipped rules ---- */

/* The same without the first `other_than = { "applicant" }` behind `behind` in the authority. */
static struct rd_policy_source *without_four_eyes(const struct rd_policy_source *sources,
                                                  size_t count, const char *behind)
{
    return prove_rig_edit(&arena, sources, count, "rules/authority.lua", behind,
                          ", other_than = { \"applicant\" }", "");
}

START_TEST(a_row_that_loses_its_four_eyes_breaks_the_promise_and_the_shipped_one_keeps_it)
{
    size_t count;
    const struct rd_policy_source *good = prove_rig_shipped(&arena, &count);
    const struct rd_policy_source *bad =
        without_four_eyes(good, count, "{ { \"customer_change.approve\"");
    const struct rd_proof *proof = prove(bad, count, "customer_change: applicant, decider");
    ck_assert_int_eq(proof->verdict, RD_REFUTED);
    ck_assert_ptr_nonnull(proof->test);
    ck_assert_ptr_nonnull(strstr(proof->test, "act \"approve\" { on = \"it\", by = \"chen\""));
    ck_assert(!keeps(bad, count, proof->test));
    ck_assert(keeps(good, count, proof->test));
}
END_TEST

/* A handler and marketing director in one person may come, but nobody is both today. */
START_TEST(who_is_nobody_here_plays_nothing)
{
    size_t count;
    const struct rd_policy_source *good = prove_rig_shipped(&arena, &count);
    const struct rd_proof *proof =
        prove(without_four_eyes(good, count, "{ { \"payment_terms.grant\""), count,
              "payment_terms: applicant, decider");
    ck_assert_int_eq(proof->verdict, RD_REFUTED);
    ck_assert_uint_eq(proof->play_count, 0);
    ck_assert_ptr_null(proof->test);
}
END_TEST

/* ---- a small one ---- */

static const char COMPANY[] =
    "return {\n"
    "  company { name = 'c', zone = 'UTC', currency = 'EUR' },\n"
    "  calendar 'always' { always = true },\n"
    "  organisation { roles = { 'low', { 'high', is = { 'low' } } }, units = { 'hq' },\n"
    "    accounts = { { 'ann', unit = 'hq', roles = { 'low' } }, { 'bob', unit = 'hq', roles = { "
    "'high' } } } },\n"
    "  record 'thing' { fields = { name = text { required = true }, at = unit { required = true } "
    "} },\n"
    "  record 'job' { fields = { asker = account, checker = account, thing = reference 'thing',\n"
    "    colour = one_of { 'red', 'blue' }, cost = money, count = integer { min = 3 },\n"
    "    words = text { min = 5 }, essay = text { min = 300, max = 900 }, sure = boolean,\n"
    "    day = date, moment = instant, time = duration, tags = list_of(text) } },\n"
    "}\n";

struct small {
    const char *required; /* of the form 'ask' */
    const char *check;    /* the rest of the authority row of 'job.check' */
    const char *open;     /* of the workflow: who is written where */
    const char *state;    /* of `open`: its event 'check' and more */
    const char *guard;    /* of the invariant */
};

static struct rd_policy_source *small(const struct small *is)
{
    struct rd_policy_source *sources = rd_arena_zalloc(&arena, 2, sizeof *sources);
    sources[0] = rig_source("rules/company.lua", COMPANY);
    sources[1] = rig_source(
        "scripts/job.lua",
        rd_arena_printf(
            &arena,
            "return { form 'ask' { of = 'job', fields = { %s }, required = { %s } },\n"
            "authority { { 'job.ask', from = 'low' }, { 'job.check', from = 'high'%s },\n"
            "  { 'thing.create', from = 'low' }, { { 'thing.read', 'job.read' }, from = 'low' } "
            "},\n"
            "workflow 'job' { version = 1, initial = 'open', clock = 'always',\n"
            "  apart = { { 'asker', 'checker' } }, invariants = { 'fine' },\n"
            "  open = { event = 'ask', form = 'ask'%s },\n"
            "  states = { open = { on = { check = { %s } }, after = { '1 hour', tell = 'high' } "
            "},\n"
            "    done = { final = true } },\n"
            "  guards = { fine = function(f) return %s end },\n"
            "  actions = { note = function(f) return set { asker = f.actor.account } end } } }\n",
            is->required, is->required, is->check, is->open, is->state, is->guard));
    return sources;
}

static const struct small USUAL = { .required = "'colour'",
                                    .check = "",
                                    .open = ", run = { 'note' }",
                                    .state = "by = 'checker', go = 'done'",
                                    .guard = "f.id ~= nil" };

#define EVERYTHING                                                                                 \
    "'thing', 'colour', 'cost', 'count', 'words', 'sure', 'day', 'moment', 'time', 'tags'"

static const struct {
    const char *what;
    const char *required, *guard, *open;
    const char *shows; /* in the promise; NULL: there is none */
} cases[] = {
    { "as it is", NULL, NULL, NULL, "by = \"bob\", colour = \"red\"" },
    { "a form with fields of all kinds", EVERYTHING, NULL, NULL, "thing = \"the_thing\"" },
    { "what is referred to is given before", EVERYTHING, NULL, NULL, "at = \"hq\"" },
    { "an invariant in the way", NULL, "f.asker == nil or f.asker ~= f.checker", NULL,
      "by = \"bob\"" },
    { "a form names the person", "'asker'", NULL, "", "asker = \"bob\"" },
    { "a text that is not guessed", "'essay'", NULL, NULL, NULL },
    { "an invariant that nothing keeps", NULL, "false", NULL, NULL },
};

static void case_of(int number, struct small *out)
{
    *out = USUAL;
    if (cases[number].required)
        out->required = cases[number].required;
    if (cases[number].guard)
        out->guard = cases[number].guard;
    if (cases[number].open)
        out->open = cases[number].open;
}

START_TEST(what_is_played_is_broken_there_and_kept_where_the_row_says_so)
{
    struct small is;
    case_of(_i, &is);
    const struct rd_policy_source *bad = small(&is);
    const struct rd_proof *proof = prove(bad, 2, "job: asker, checker");
    ck_assert_msg(proof->verdict == RD_REFUTED, "%s: %s", cases[_i].what, proof->text);
    ck_assert_uint_gt(proof->play_count, 0);
    ck_assert_uint_le(proof->play_count, RD_PROVE_PLAYS_MAX);
    if (!cases[_i].shows) {
        ck_assert_msg(!proof->test, "%s: %s", cases[_i].what, proof->test);
        return;
    }
    ck_assert_msg(proof->test && strstr(proof->test, cases[_i].shows), "%s: no '%s' in %s",
                  cases[_i].what, cases[_i].shows,
                  proof->test ? proof->test : proof->plays[0].text);
    ck_assert(!keeps(bad, 2, proof->test));
    is.check = ", other_than = { 'asker' }";
    const struct rd_policy_source *good = small(&is);
    ck_assert_int_eq(prove(good, 2, "job: asker, checker")->verdict, RD_PROVED);
    ck_assert(keeps(good, 2, proof->test));
}
END_TEST

START_TEST(a_way_by_a_limit_is_told_and_not_played)
{
    struct small is = USUAL;
    is.state = "go = 'done' } }, after = { '2 hours', go = 'late' } },\n"
               "late = { on = { check = { by = 'checker', go = 'done'";
    const struct rd_proof *proof = prove(small(&is), 2, "job: asker, checker");
    ck_assert_int_eq(proof->verdict, RD_REFUTED);
    ck_assert_ptr_nonnull(strstr(proof->text, "limit 'open'"));
    ck_assert_uint_eq(proof->play_count, 0);
    ck_assert_ptr_null(proof->test);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("prove_play");
    TCase *tcase = tcase_create("plays");
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_set_timeout(tcase, 120);
    tcase_add_test(tcase,
                   a_row_that_loses_its_four_eyes_breaks_the_promise_and_the_shipped_one_keeps_it);
    tcase_add_test(tcase, who_is_nobody_here_plays_nothing);
    tcase_add_loop_test(tcase, what_is_played_is_broken_there_and_kept_where_the_row_says_so, 0,
                        (int)(sizeof cases / sizeof *cases));
    tcase_add_test(tcase, a_way_by_a_limit_is_told_and_not_played);
    suite_add_tcase(suite, tcase);
    return unit_run(suite);
}
