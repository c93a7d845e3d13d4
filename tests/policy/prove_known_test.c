/* Refuted cases that become promises because the admins' own promises have gone their way: what is
 * shown is broken by the policy that is refuted and kept by the one that is not; the words that it
 * ends in mean what they say; and what is written is what was read. */
#include "kernel/promise_text.h"
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

/* ---- a small company ---- */

static const char COMPANY[] =
    "return {\n"
    "  company { name = 'c', zone = 'UTC', currency = 'EUR' },\n"
    "  calendar 'always' { always = true },\n"
    "  organisation { roles = { 'low' }, units = { 'hq' },\n"
    "    accounts = { { 'ann', unit = 'hq', roles = { 'low' } } } },\n"
    "  record 'thing' { fields = { name = text } },\n"
    "  record 'job' { fields = { name = text { required = true }, sort = one_of { 'quick', 'slow' "
    "} "
    "} },\n"
    "  decision 'first' { input = { sort = one_of { 'quick', 'slow' } }, output = { limit = "
    "duration },\n"
    "    hit = 'unique', rows = { { id = 'q', sort = 'quick', limit = '2 hours' },\n"
    "      { id = 's', sort = 'slow', limit = '2 days' } } },\n"
    "  decision 'second' { input = { sort = one_of { 'quick', 'slow' } }, output = { limit = "
    "duration },\n"
    "    hit = 'unique', rows = { { id = 'q', sort = 'quick', limit = '4 hours' },\n"
    "      { id = 's', sort = 'slow', limit = '4 days' } } },\n"
    "  authority { { '*', from = 'low' } },\n"
    "}\n";

static const char JOB[] =
    "return { form 'ask' { of = 'job', fields = { 'name', 'sort' }, required = { 'name', 'sort' } "
    "},\n"
    "workflow 'job' { version = 1, initial = 'waiting', clock = 'always',\n"
    "  open = { event = 'ask', form = 'ask' },\n"
    "  states = {\n"
    "    waiting = { on = { take = 'in_hand', lend = 'lent', note = { run = { 'note' } } },\n"
    "      after = { { 'first', tell = 'low' }, { 'second', escalate = true } } },\n"
    "    in_hand = { on = { finish = 'done', hold = 'held', still = { run = { 'still' } },\n"
    "      push = { run = { 'push' } }, nudge = { internal = true } },\n"
    "      after = { '1 day', escalate = true } },\n"
    "    held = { pause = true, on = { go_on = 'in_hand' }, after = { '5 days', go = 'in_hand' } "
    "},\n"
    "    lent = { on = { look = 'looked_for' }, after = { '1 day', tell = 'low' } },\n"
    "    looked_for = { on = { find = 'waiting', lose = 'lent' }, after = { '1 day', tell = 'low' "
    "} "
    "},\n"
    "    done = { final = true } },\n"
    "  actions = { note = function(f) return set { name = 'noted' } end,\n"
    "    push = function(f) return send 'nudge' { to = f.id } end,\n"
    "    still = function(f) return stop 'in_hand' end } } }\n";

static const char PROMISES[] =
    "test 'a quick one' { given = { job 'q' { by = 'ann', name = 'Q', sort = 'quick' } }, steps = "
    "{ "
    "{ expect = in_state 'waiting' } } }\n"
    "test 'a slow one' { given = { job 'j' { by = 'ann', name = 'A', sort = 'slow' } }, steps = {\n"
    "  { act 'take' { on = 'q', by = 'ann' }, expect = refused },\n"
    "  { act 'find' { on = 'j', by = 'ann' }, expect = refused 'wrong_state' },\n"
    "  { act 'note' { on = 'j', by = 'ann' }, expect = { data = { name = 'noted' } } },\n"
    "  { act 'take' { on = 'j', by = 'ann' }, expect = in_state 'in_hand' },\n"
    "  { after = '25 hours', expect = escalated }, act 'hold' { by = 'ann' },\n"
    "  { after = '6 days', expect = in_state 'in_hand' } } }\n"
    "return test 'a lent one' { given = { job 'j' { by = 'ann', name = 'A', sort = 'quick' } },\n"
    "  steps = { act 'lend' { on = 'j', by = 'ann' }, act 'look' { on = 'j', by = 'ann' },\n"
    "    { act 'find' { on = 'j', by = 'ann' }, expect = in_state 'waiting' } } }\n";

enum { SOURCES = 3 };

static struct rd_policy_source *company(void)
{
    struct rd_policy_source *sources = rd_arena_zalloc(&arena, SOURCES, sizeof *sources);
    sources[0] = rig_source("rules/company.lua", COMPANY);
    sources[1] = rig_source("scripts/job.lua", JOB);
    sources[2] = rig_source("scripts/job_test.lua", PROMISES);
    return sources;
}

/* With `to` for the first `from`; NULL: as it is. */
static struct rd_policy_source *changed(const struct rd_policy_source *sources, const char *path,
                                        const char *from, const char *to)
{
    return prove_rig_edit(&arena, sources, SOURCES, path, from, from, to);
}

/* ---- what is shown ---- */

static const struct {
    const char *path, *from, *to; /* what goes wrong */
    enum rd_claim claim;
    const char *subject, *shows, *why;
} cases[] = {
    { "scripts/job.lua", ",\n      after = { '1 day', escalate = true } }", " }", RD_CLAIM_WATCHED,
      "job.in_hand", "{ act \"take\" { on = \"j\", by = \"ann\" } },\n    { expect = watched }",
      "expected that it is watched; in 'in_hand'" },
    /* it does nothing when it rings */
    { "scripts/job.lua", "after = { '1 day', escalate = true }", "after = { '1 day' }",
      RD_CLAIM_WATCHED, "job.in_hand", "{ expect = watched }", "no limit runs" },
    { "scripts/job.lua",
      ",\n      after = { { 'first', tell = 'low' }, { 'second', escalate = true } }", "",
      RD_CLAIM_WATCHED, "job.waiting", "steps = {\n    { expect = watched }", "in 'waiting'" },
    { "scripts/job.lua", "find = 'waiting'", "find = 'lent'", RD_CLAIM_WAY_OUT, "job.lent",
      "{ act \"lend\" { on = \"j\", by = \"ann\" } },\n    { expect = way_out }",
      "expected a way out; from 'lent'" },
    { "scripts/job.lua", "find = 'waiting'", "find = 'lent'", RD_CLAIM_WAY_OUT, "job.looked_for",
      "act \"look\"", "from 'looked_for'" },
    /* who could find it has lost his right */
    { "rules/company.lua", "{ '*', from = 'low' }",
      "{ { 'job.ask', 'job.read', 'job.take', 'job.note', 'job.lend', 'job.look', 'job.lose' }, "
      "from = 'low' }",
      RD_CLAIM_WAY_OUT, "job.lent", "{ expect = way_out }", "no event that somebody may send" },
    /* nobody may take it any more: what was to come, and what it was to lead to */
    { "rules/company.lua", "{ '*', from = 'low' }",
      "{ { 'job.ask', 'job.read', 'job.note', 'job.lend', 'job.look', 'job.lose', 'job.find' }, "
      "from = 'low' }",
      RD_CLAIM_MAY, "job.take", "  steps = {\n    { expect = can_come \"take\" },",
      "expected that 'take' can come; in 'waiting' nobody may send it, and no rule does" },
    { "rules/company.lua", "{ '*', from = 'low' }",
      "{ { 'job.ask', 'job.read', 'job.note', 'job.lend', 'job.look', 'job.lose', 'job.find' }, "
      "from = 'low' }",
      RD_CLAIM_REACHABLE, "job.held", "  steps = {\n    { expect = reachable \"held\" },",
      "expected a way to 'held'; from 'waiting' no event" },
    { "scripts/job.lua", "run = { 'push' }", "run = { 'note' }", RD_CLAIM_SENT, "job.nudge",
      "{ act \"take\" { on = \"j\", by = \"ann\" } },\n    { expect = can_come \"nudge\" },",
      "in 'in_hand' nobody may send it, and no rule does" },
    /* the promise that is shortest goes the way of the other row */
    { "rules/company.lua", "limit = '4 days'", "limit = '1 day'", RD_CLAIM_IN_ORDER,
      "job.waiting.2", "sort = \"slow\"",
      "'waiting.2' is due 2026-03-03 09:00, before 'waiting' at 2026-03-04 09:00" },
    { "scripts/job.lua", "return set { name = 'noted' }", "return send 'note' { to = f.id }",
      RD_CLAIM_CASCADES, "job.note", "expect = refused },\n    { act \"note\"",
      "events send events more than" },
    { "scripts/job.lua", "return set { name = 'noted' }", "return send 'note' { to = f.id }",
      RD_CLAIM_JOBS, "job.note", "{ act \"note\" { on = \"j\", by = \"ann\" } },\n  },\n}",
      "events send events more than" },
};

START_TEST(what_is_shown_is_broken_there_and_kept_by_the_rules_as_they_were)
{
    const struct rd_policy_source *good = company(), *bad = changed(good, cases[_i].path,
                                                                    cases[_i].from, cases[_i].to);
    const char *why;
    const struct rd_proof *proof =
        prove_rig_proof(&arena, bad, SOURCES, cases[_i].claim, cases[_i].subject);
    ck_assert_int_eq(proof->verdict, RD_REFUTED);
    ck_assert_msg(proof->test && strstr(proof->test, cases[_i].shows), "no '%s' in %s",
                  cases[_i].shows, proof->test ? proof->test : "nothing");
    ck_assert_ptr_nonnull(strstr(proof->test, "{ -- its way is that of scripts/job_test.lua:"));
    ck_assert(!prove_rig_keeps(&arena, bad, SOURCES, proof->test, &why));
    ck_assert_msg(strstr(why, cases[_i].why), "%s", why);
    ck_assert_msg(prove_rig_keeps(&arena, good, SOURCES, proof->test, &why), "%s", why);
}
END_TEST

/* Nobody has been there: what is refuted is told, and not shown. */
START_TEST(where_no_promise_goes_nothing_is_shown)
{
    static const char NONE[] =
        "return test 'a thing' { steps = { thing 't' { by = 'ann', name = 'T' "
        "}, { decide 'first' { sort = 'slow' }, expect = { limit = '2 days' "
        "} } } }";
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct rd_policy_source *bad =
            changed(company(), cases[i].path, cases[i].from, cases[i].to);
        bad[2].text = NONE;
        bad[2].len = strlen(NONE);
        const struct rd_proof *proof =
            prove_rig_proof(&arena, bad, SOURCES, cases[i].claim, cases[i].subject);
        ck_assert_int_eq(proof->verdict, RD_REFUTED);
        ck_assert_msg(!proof->test, "%zu: %s", i, proof->test);
    }
}
END_TEST

/* Another state that is not watched has been visited; this one only by a promise that is broken
 * before. */
START_TEST(a_promise_that_does_not_get_there_shows_nothing)
{
    static const char FAILS[] =
        "return test 'fails' { given = { job 'j' { by = 'ann', name = 'A', sort = 'slow' } }, "
        "steps = { { on = 'j', expect = in_state 'done' }, act 'take' { on = 'j', by = 'ann' } } }";
    struct rd_policy_source *bad = changed(company(), cases[0].path, cases[0].from, cases[0].to);
    bad[2].text = FAILS;
    bad[2].len = strlen(FAILS);
    const struct rd_proof *proof =
        prove_rig_proof(&arena, bad, SOURCES, RD_CLAIM_WATCHED, "job.in_hand");
    ck_assert_int_eq(proof->verdict, RD_REFUTED);
    ck_assert_ptr_null(proof->test);
}
END_TEST

/* ---- who must not, and may ---- */

static const char EYES_COMPANY[] =
    "return {\n"
    "  company { name = 'c', zone = 'UTC', currency = 'EUR' },\n"
    "  calendar 'always' { always = true },\n"
    "  organisation { roles = { 'low', 'high' }, units = { 'hq' }, accounts = {\n"
    "    { 'ann', unit = 'hq', roles = { 'low' } }, { 'bob', unit = 'hq', roles = { 'high' } } } "
    "},\n"
    "  record 'job' { fields = { name = text, taker = account } },\n"
    "  form 'finishing' { of = 'job', fields = { 'name' }, required = { 'name' } },\n"
    "  authority { { 'job.finish', from = 'low', other_than = 'taker' }, { 'job.finish', from = "
    "'high', other_than = 'taker' },\n"
    "    { { 'job.ask', 'job.read', 'job.take' }, from = { 'low', 'high' } } },\n"
    "  workflow 'job' { version = 1, initial = 'waiting', clock = 'always', open = { event = 'ask' "
    "},\n"
    "    states = { waiting = { on = { take = { go = 'in_hand', by = 'taker' } }, after = { '1 "
    "day', tell = 'low' } },\n"
    "      in_hand = { on = { finish = { form = 'finishing', go = 'done' } }, after = { '1 day', "
    "tell = 'low' } },\n"
    "      done = { final = true } } },\n"
    "}\n";

/* Of the three who act, one stands in the field and has the row that says less. */
static const char EYES_PROMISES[] =
    "test 'a' { given = { job 'x' { by = 'ann' } }, steps = { act 'take' { by = 'ann' },\n"
    "  { act 'finish' { by = 'bob', name = 'a \"b\"' }, expect = in_state 'done' } } }\n"
    "return test 'b' { given = { job 'x' { by = 'ann' }, job 'y' { by = 'ann' } }, steps = {\n"
    "  act 'take' { on = 'x', by = 'bob' },\n"
    "  { at = '2026-03-02 11:00', act 'finish' { on = 'x', by = 'ann', name = 'n' } } } }\n";

static struct rd_policy_source *eyes_company(void)
{
    struct rd_policy_source *sources = rd_arena_zalloc(&arena, 2, sizeof *sources);
    sources[0] = rig_source("rules/company.lua", EYES_COMPANY);
    sources[1] = rig_source("scripts/job_test.lua", EYES_PROMISES);
    return sources;
}

START_TEST(who_must_not_does_it_where_a_row_says_less)
{
    const char *why;
    const struct rd_policy_source *good = eyes_company(),
                                  *bad =
                                      prove_rig_edit(&arena, good, 2, "rules/company.lua",
                                                     "from = 'high'", ", other_than = 'taker'", "");
    const struct rd_proof *proof =
        prove_rig_proof(&arena, bad, 2, RD_CLAIM_SAME_EYES, "job.finish");
    ck_assert_int_eq(proof->verdict, RD_REFUTED);
    ck_assert_msg(proof->test &&
                      strstr(proof->test,
                             "    { act \"take\" { on = \"x\", by = \"bob\" } },\n"
                             "    { on = \"x\", expect = { data = { taker = \"bob\" } } },\n"
                             "    { at = \"2026-03-02 11:00\", act \"finish\" { on = \"x\", by = "
                             "\"bob\", name = \"n\" }, expect = refused \"four_eyes\" },\n"),
                  "%s", proof->test);
    ck_assert(!prove_rig_keeps(&arena, bad, 2, proof->test, &why));
    ck_assert_ptr_nonnull(strstr(why, "expected a refusal four_eyes; it went through"));
    ck_assert_msg(prove_rig_keeps(&arena, good, 2, proof->test, &why), "%s", why);
}
END_TEST

/* Whoever could do it never stands in the field: a guess that is wrong is not shown. */
START_TEST(where_nobody_must_not_nothing_is_shown)
{
    struct rd_policy_source *bad = prove_rig_edit(&arena, eyes_company(), 2, "rules/company.lua",
                                                  "from = 'high'", ", other_than = 'taker'", "");
    bad[1].text = rd_arena_join(&arena, "return test 'a' { given = { job 'x' { by = 'ann' } }, ",
                                "steps = { act 'take' { by = 'ann' }, { act 'finish' { by = 'bob' ",
                                "}, expect = refused } } }");
    bad[1].len = strlen(bad[1].text);
    const struct rd_proof *proof =
        prove_rig_proof(&arena, bad, 2, RD_CLAIM_SAME_EYES, "job.finish");
    ck_assert_int_eq(proof->verdict, RD_REFUTED);
    ck_assert_msg(!proof->test, "%s", proof->test);
}
END_TEST

/* ---- dead rows ---- */

#define WIDE(limit) "hit = 'first', rows = { { id = 'all', limit = '" limit "' }, { id = 'q',"

static const struct {
    const char *first, *slow; /* what stands for the beginning of the table, and of its last row */
    const char *shows, *tells;
} dead[] = {
    { WIDE("1 hour"), "id = 's'",
      "test \"first: row 3 answers\" {\n  steps = { { decide \"first\" { sort = \"slow\" }, expect "
      "= { "
      "rule = \"s\" } } }",
      "such as sort = slow: row 1 ('all')" },
    /* without a name it is told by its answer, */
    { WIDE("1 hour"), "title = 'x'", "expect = { limit = \"2 days\" }", "row 3 ('row 3')" },
    /* where that is another one */
    { WIDE("2 days"), "title = 'x'", NULL, "such as sort = slow" },
};

START_TEST(a_dead_row_comes_with_an_input_that_was_to_be_its_own)
{
    const char *why;
    const struct rd_policy_source *good = company(),
                                  *bad = changed(good, "rules/company.lua",
                                                 "hit = 'unique', rows = { { id = 'q',",
                                                 dead[_i].first);
    bad = changed(bad, "rules/company.lua", "id = 's'", dead[_i].slow);
    const struct rd_proof *proof = prove_rig_proof(&arena, bad, SOURCES, RD_CLAIM_ALIVE, "first");
    ck_assert_int_eq(proof->verdict, RD_REFUTED);
    ck_assert_msg(strstr(proof->text, dead[_i].tells), "%s", proof->text);
    if (!dead[_i].shows) {
        ck_assert_ptr_null(proof->test);
        return;
    }
    ck_assert_msg(proof->test && strstr(proof->test, dead[_i].shows), "%s", proof->test);
    ck_assert(!prove_rig_keeps(&arena, bad, SOURCES, proof->test, &why));
    ck_assert_msg(prove_rig_keeps(&arena, good, SOURCES, proof->test, &why), "%s", why);
}
END_TEST

/* ---- the shipped rules ---- */

#define PAYMENT "scripts/payment_terms.lua"

static const struct {
    const char *path, *behind, *from, *to;
    const char *place,
        *more; /* what the change needs besides, in front of something; NULL: nothing */
    enum rd_claim claim;
    const char *subject;
} shipped[] = {
    { "scripts/complaint.lua", "followed_up = {",
      "after = { \"complaint.summary_limit\", escalate = true, tell = { \"supervisor\", text = "
      "\"{number} is to be summarised. {number}待总结。\" } },",
      "", NULL, NULL, RD_CLAIM_WATCHED, "complaint.followed_up" },
    { PAYMENT, "withdraw = {",
      "go = \"withdrawn\", title = { en = \"Withdraw\", zh = \"撤回\" } },",
      "go = \"away\" }, drop = { internal = true, go = \"withdrawn\" },", "      granted   = {",
      "      away = { after = { \"1 day\", go = \"back\" } },\n"
      "      back = { after = { \"1 day\", go = \"away\" } },\n",
      RD_CLAIM_WAY_OUT, "payment_terms.away" },
    { "rules/ladders.lua", "payment_terms.decision", "4 business days", "1 business day", NULL,
      NULL, RD_CLAIM_IN_ORDER, "payment_terms.asked_for.2" },
    { "rules/authority.lua", "suggestion.decline\" }, from = \"supervisor\"",
      ", other_than = { \"author\" }", "", NULL, NULL, RD_CLAIM_SAME_EYES, "suggestion.adopt" },
    { "rules/authority.lua", "{ \"credit_change.extend\"",
      "{ \"credit_change.extend\", from = \"marketing_director\", other_than = { \"applicant\", "
      "\"reviewer\" }, unless = { \"is_extended\" } },",
      "", NULL, NULL, RD_CLAIM_MAY, "credit_change.extend" },
    { PAYMENT, "withdraw = {", "go = \"withdrawn\",",
      "go = \"withdrawn\", run = { \"again\" } }, again = { internal = true, run = { \"again\" },",
      "      note_applicant = function",
      "      again = function(f) return send \"again\" { to = f.id } end,\n", RD_CLAIM_CASCADES,
      "payment_terms.again" },
};

static struct rd_policy_source *gone_wrong(const struct rd_policy_source *sources, size_t count,
                                           int number)
{
    struct rd_policy_source *out =
        prove_rig_edit(&arena, sources, count, shipped[number].path, shipped[number].behind,
                       shipped[number].from, shipped[number].to);
    const char *place = shipped[number].place;
    return place ? prove_rig_edit(&arena, out, count, shipped[number].path, place, place,
                                  rd_arena_join(&arena, shipped[number].more, place))
                 : out;
}

START_TEST(the_shipped_promises_show_what_goes_wrong_with_the_shipped_rules)
{
    size_t count;
    const char *why;
    const struct rd_policy_source *good = prove_rig_shipped(&arena, &count),
                                  *bad = gone_wrong(good, count, _i);
    const struct rd_proof *proof =
        prove_rig_proof(&arena, bad, count, shipped[_i].claim, shipped[_i].subject);
    ck_assert_int_eq(proof->verdict, RD_REFUTED);
    ck_assert_ptr_nonnull(proof->test);
    ck_assert(!prove_rig_keeps(&arena, bad, count, proof->test, &why));
    ck_assert_msg(prove_rig_keeps(&arena, good, count, proof->test, &why), "%s", why);
}
END_TEST

/* ---- the words ---- */

#define GIVEN                                                                                      \
    "given = { job 'j' { by = 'ann', name = 'A', sort = 'slow' }, thing 't' { by = 'ann' } }"
#define ACT(event) "act '" event "' { on = 'j', by = 'ann' }, "

static const struct {
    const char *from, *to; /* in the workflow; NULL: as it is */
    const char *steps;
    const char *why; /* NULL: it is kept */
} words[] = {
    { NULL, NULL, "{ expect = { watched, way_out, limits_in_order } }", NULL },
    { NULL, NULL, ACT("take") "{ expect = watched }", NULL },
    { NULL, NULL, ACT("take") ACT("still") "{ expect = { way_out, limits_in_order } }", NULL },
    { NULL, NULL, ACT("take") ACT("still") "{ expect = watched }",
      "expected that it is watched; in 'in_hand' no limit runs" },
    { NULL, NULL, ACT("take") "{ after = '25 hours', expect = watched }",
      "in 'in_hand' no limit runs" },
    { NULL, NULL, ACT("take") ACT("finish") "{ expect = { watched, way_out, limits_in_order } }",
      NULL },
    { NULL, NULL, ACT("lend") ACT("look") "{ expect = { watched, way_out } }", NULL },
    { NULL, NULL, "{ after = '3 days', expect = { watched, limits_in_order } }", NULL },
    { NULL, NULL, "{ see 't' { by = 'ann' }, expect = { watched, way_out, limits_in_order } }",
      NULL },
    /* the case as a whole is watched, and closed at last, but not while it stands still */
    { "initial =", "within = { '9 days', go = 'done' }, initial =",
      ACT("take") ACT("still") "{ expect = { watched, way_out } }", NULL },
    { "find = 'waiting'", "find = 'lent'", ACT("lend") "{ expect = way_out }",
      "expected a way out; from 'lent' no event" },
    { "looked_for = { on = { find = 'waiting'",
      "looked_for = { on = { find = { internal = true, go = 'waiting' }",
      ACT("lend") "{ expect = way_out }", "from 'lent' no event" }, /* nothing sends it */
    { "looked_for = { on = { find = 'waiting'",
      "looked_for = { on = { nudge = { internal = true, go = 'waiting' }",
      ACT("lend") "{ expect = { way_out, reachable 'done' } }", NULL },
    { NULL, NULL, "{ expect = { reachable 'waiting', reachable 'done', can_come 'take' } }", NULL },
    { NULL, NULL, "{ expect = can_come 'finish' }",
      "expected that 'finish' can come; the record does not take it where it stands" },
    { NULL, NULL, "{ expect = can_come 'ask' }", "does not take it" },
    { NULL, NULL, "{ expect = reachable 'nowhere' }",
      "expected a way to 'nowhere', which is no state of this record's workflow" },
    { NULL, NULL, "{ see 't' { by = 'ann' }, expect = reachable 'done' }", "which is no state" },
    { NULL, NULL, ACT("take") ACT("finish") "{ expect = reachable 'done' }", NULL },
    { NULL, NULL, ACT("take") ACT("finish") "{ expect = reachable 'waiting' }",
      "expected a way to 'waiting'; from 'done'" },
    { NULL, NULL, ACT("take") "{ expect = { can_come 'nudge', reachable 'waiting' } }",
      "expected a way to 'waiting'; from 'in_hand'" },
    /* by a limit that runs, and not by one that was stopped */
    { "after = { '1 day', escalate = true } }", "after = { '1 day', go = 'lent' } }",
      ACT("take") "{ expect = reachable 'lent' }", NULL },
    { "after = { '1 day', escalate = true } }", "after = { '1 day', go = 'lent' } }",
      ACT("take") ACT("still") "{ expect = reachable 'lent' }", "expected a way to 'lent'" },
    { "'second', escalate", "'1 hour', escalate", "{ expect = limits_in_order }",
      "expected limits in order; 'waiting.2' is due 2026-03-02 10:00, before 'waiting' at "
      "2026-03-04 09:00" },
    /* what has rung comes in no order */
    { "'second', escalate", "'1 hour', escalate", "{ after = '2 hours', expect = limits_in_order }",
      NULL },
};

START_TEST(the_words_mean_what_they_say)
{
    const struct rd_policy_source *sources = company();
    const char *why;
    if (words[_i].from)
        sources = changed(sources, "scripts/job.lua", words[_i].from, words[_i].to);
    bool kept = prove_rig_keeps(
        &arena, sources, SOURCES,
        rd_arena_join(&arena, "return test 't' { " GIVEN ", steps = { ", words[_i].steps, " } }"),
        &why);
    if (words[_i].why)
        ck_assert_msg(!kept && strstr(why, words[_i].why), "%s", kept ? "kept" : why);
    else
        ck_assert_msg(kept, "%s", why);
}
END_TEST

/* ---- what is written ---- */

static const char EVERYTHING[] =
    "return test 'all' { at = '2026-05-06 10:00', given = { job 'j' { by = 'ann', name = [[a "
    "\"b\"\n"
    "\\c]], sort = 'slow' }, thing {} }, steps = {\n"
    "  { at = '2026-05-06 11:00', expect = in_state 'waiting' }, { after = '1 hour', on = 'j' },\n"
    "  { act 'take' { on = 'j', by = 'ann' }, expect = { error = 'not_allowed' } },\n"
    "  { act 'note' {}, after = '2 minutes', expect = needs 'low' },\n"
    "  { update = thing 't' { by = 'ann', name = 'x' } }, { update 't' { name = 'y' } },\n"
    "  { open = job { by = 'ann', name = 'B', ['no name'] = true } }, job 'k' { name = 'C' },\n"
    "  { see 'j' { by = 'ann' } }, see {}, { ask 'case.list' { by = 'ann', type = 'job', limit = "
    "3, "
    "half = 0.5, far = -7, no = false, list = { 'a', { b = 1 } }, empty = {} } },\n"
    "  { decide 'first' { sort = 'slow' }, expect = { limit = 'x' } } } }\n";

/* What is compared of a step: not where it stands, and of what is expected only that it is refused.
 */
static struct rd_value essence(const struct rd_value *of)
{
    struct rd_value out = *of;
    if (of->kind == RD_LIST) {
        out = rd_list();
        for (uint32_t i = 0; i < of->count; i++)
            rd_list_add(&arena, &out, essence(&of->items[i]));
    } else if (of->kind == RD_MAP) {
        out = rd_map();
        for (uint32_t i = 0; i < of->count; i++)
            if (!strstr("line title file expect", of->pairs[i].key) &&
                !(strcmp(of->pairs[i].key, "type") == 0 && rd_map_text(of, "on", NULL)))
                rd_map_set(&arena, &out, of->pairs[i].key, essence(&of->pairs[i].value));
    }
    return out;
}

static const char *tests_of(const char *promise, struct rd_value *test)
{
    struct rig rig;
    struct rd_policy_source *sources = company();
    rig_begin(&rig);
    sources[2] = rig_source("scripts/job_test.lua", promise);
    rig.status = rd_policy_load(sources, SOURCES, NULL, &rig.findings, &rig.policy, &rig.error);
    ck_assert_msg(rig.status == RD_OK, "%s\n%s", rig_findings(&rig), promise);
    *test = rd_value_copy(&arena, rig_at(&rig, "tests.0"));
    struct rd_value is = essence(test);
    const char *json = rig_json(&rig, &is);
    json = rd_arena_copy(&arena, json, strlen(json));
    rig_end(&rig);
    return json;
}

START_TEST(what_is_written_is_what_was_read)
{
    struct rd_value test, again;
    struct rd_buf out;
    const char *read = tests_of(EVERYTHING, &test);
    rd_buf_init(&out);
    rd_buf_text(&out, "return test 'all' ");
    int32_t last = (int32_t)rd_map_list(&test, "steps")->count - 1;
    rd_promise_put_way(&out, &test, last);
    rd_buf_text(&out, "  },\n}\n");
    const char *written = rd_arena_copy(&arena, out.data, out.len);
    rd_buf_fini(&out);
    ck_assert_str_eq(tests_of(written, &again), read);
    const struct rd_value *steps = rd_map_list(&again, "steps");
    for (uint32_t i = 0; i < steps->count; i++) {
        const struct rd_value *expect = rd_map_list(&steps->items[i], "expect");
        ck_assert_uint_eq(expect->count, i == 2 || i == 3);
        if (expect->count)
            ck_assert_str_eq(rd_map_text(&expect->items[0], "what", ""), "error");
    }
}
END_TEST

START_TEST(a_way_ends_where_it_is_cut)
{
    struct rd_value test;
    struct rd_buf out;
    tests_of(EVERYTHING, &test);
    rd_buf_init(&out);
    rd_promise_put_way(&out, &test, -1); /* behind the first record that is given */
    ck_assert_ptr_nonnull(strstr((char *)rd_arena_copy(&arena, out.data, out.len), "job \"j\""));
    ck_assert_ptr_null(strstr((char *)rd_arena_copy(&arena, out.data, out.len), "thing"));
    ck_assert_ptr_null(strstr((char *)rd_arena_copy(&arena, out.data, out.len), "11:00"));
    rd_buf_fini(&out);
    rd_buf_init(&out);
    rd_promise_put_way(&out, &test, 0);
    ck_assert_ptr_nonnull(strstr((char *)rd_arena_copy(&arena, out.data, out.len), "thing"));
    ck_assert_ptr_nonnull(strstr((char *)rd_arena_copy(&arena, out.data, out.len), "11:00"));
    ck_assert_ptr_null(strstr((char *)rd_arena_copy(&arena, out.data, out.len), "1 hour"));
    rd_buf_fini(&out);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("prove_known");
    TCase *tcase = tcase_create("known");
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_set_timeout(tcase, 240);
    tcase_add_loop_test(tcase, what_is_shown_is_broken_there_and_kept_by_the_rules_as_they_were, 0,
                        (int)(sizeof cases / sizeof *cases));
    tcase_add_test(tcase, where_no_promise_goes_nothing_is_shown);
    tcase_add_test(tcase, a_promise_that_does_not_get_there_shows_nothing);
    tcase_add_test(tcase, who_must_not_does_it_where_a_row_says_less);
    tcase_add_test(tcase, where_nobody_must_not_nothing_is_shown);
    tcase_add_loop_test(tcase, a_dead_row_comes_with_an_input_that_was_to_be_its_own, 0,
                        (int)(sizeof dead / sizeof *dead));
    tcase_add_loop_test(tcase, the_shipped_promises_show_what_goes_wrong_with_the_shipped_rules, 0,
                        (int)(sizeof shipped / sizeof *shipped));
    tcase_add_loop_test(tcase, the_words_mean_what_they_say, 0,
                        (int)(sizeof words / sizeof *words));
    tcase_add_test(tcase, what_is_written_is_what_was_read);
    tcase_add_test(tcase, a_way_ends_where_it_is_cut);
    suite_add_tcase(suite, tcase);
    return unit_run(suite);
}
