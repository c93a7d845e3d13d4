/* Proving: for each claim a policy of which it is true, one of which it is not, and one where a
 * function decides. What matters most: nothing is called proved because a function hid it. */
#include "policy/prove.h"

#include "policy/rig.h"

static const char COMPANY[] =
    "return {\n"
    "  company { name = 'c', zone = 'UTC', currency = 'EUR' },\n"
    "  calendar 'always' { always = true },\n"
    "  organisation { roles = { 'low', { 'high', is = { 'low' } }, 'boss' }, units = { 'hq' } },\n"
    "  record 'job' { owner = 'asker', fields = { asker = account, checker = account, text = "
    "text,\n"
    "    colour = one_of { 'red', 'blue' }, amount = money, other = reference 'job' } },\n"
    "  form 'ask' { of = 'job', fields = { 'text', 'amount' } },\n"
    "  form 'check' { of = 'job', fields = { 'colour' }, required = { 'colour' } },\n"
    "  form 'names' { of = 'job', fields = { 'asker' } },\n"
    "}\n";

/* The workflow's usual parts; a test says what differs. */
struct parts {
    const char *authority, *head, *states, *always, *guards, *actions, *rules;
};

static const struct parts USUAL = {
    .authority = "{ 'job.ask', from = 'low' }, { 'job.check', from = 'high', other_than = { "
                 "'asker' } },",
    .head = "apart = { { 'asker', 'checker' } },",
    .states = "open = { on = { check = { form = 'check', by = 'checker', go = 'done' } },\n"
              "  after = { '1 hour', tell = 'boss' } }, done = { final = true },",
    .always = "",
    .guards = "",
    .actions = "note = function(f) return set { asker = f.actor.account } end,",
    .rules = "",
};

static struct rig rig;
static struct rd_proofs proofs;
static const struct rd_value *stood; /* what promises have shown; NULL */

static void teardown(void)
{
    stood = NULL;
    rig_end(&rig);
}

static void prove(const struct parts *parts)
{
    rig_begin(&rig);
    char *script = rd_arena_printf(
        &rig.arena,
        "return { authority { %s },\nworkflow 'job' { version = 1, initial = 'open', clock = "
        "'always', %s\nopen = { event = 'ask', form = 'ask', run = { 'note' } },\nstates = { %s "
        "},\nalways = { %s },\nguards = { %s },\nactions = { %s } },\n%s }\n",
        parts->authority, parts->head, parts->states, parts->always, parts->guards, parts->actions,
        parts->rules);
    struct rd_policy_source sources[] = { rig_source("rules/company.lua", COMPANY),
                                          rig_source("scripts/job.lua", script) };
    rig.status = rd_policy_load(sources, 2, NULL, &rig.findings, &rig.policy, &rig.error);
    ck_assert_msg(rig.status == RD_OK, "%s\n%s", rig_findings(&rig), script);
    rd_policy_prove(rig.policy, sources, 2, stood, &rig.arena, &proofs);
}

static const struct rd_proof *find(enum rd_claim claim, const char *subject)
{
    for (const struct rd_proof *proof = proofs.first; proof; proof = proof->next)
        if (proof->claim == claim && strcmp(proof->subject, subject) == 0)
            return proof;
    ck_abort_msg("no claim '%s' about '%s'", rd_claim_word(claim), subject);
    return NULL;
}

static void expect(enum rd_claim claim, const char *subject, enum rd_verdict verdict,
                   const char *text)
{
    const struct rd_proof *proof = find(claim, subject);
    ck_assert_msg(proof->verdict == verdict, "%s %s: %s: %s", subject, rd_claim_word(claim),
                  rd_verdict_word(proof->verdict), proof->text ? proof->text : "");
    ck_assert_msg(!text || (proof->text && strstr(proof->text, text)), "%s: no '%s' in '%s'",
                  subject, text, proof->text);
}

#define APART "job: asker, checker"

START_TEST(all_that_is_usual_is_proved)
{
    prove(&USUAL);
    ck_assert_uint_eq(proofs.counts[RD_REFUTED], 0);
    ck_assert_uint_eq(proofs.counts[RD_UNKNOWN], 0);
    expect(RD_CLAIM_APART, APART, RD_PROVED, NULL);
    expect(RD_CLAIM_REACHABLE, "job.done", RD_PROVED, NULL);
    expect(RD_CLAIM_WAY_OUT, "job.open", RD_PROVED, NULL);
    expect(RD_CLAIM_WATCHED, "job.open", RD_PROVED, NULL);
    expect(RD_CLAIM_CASCADES, "policy", RD_PROVED, NULL);
}
END_TEST

/* ---- four eyes ---- */

struct apart_case {
    const char *what;
    size_t part; /* offsetof in struct parts */
    const char *text;
    enum rd_verdict verdict;
    const char *says;
};

#define PART(member) offsetof(struct parts, member)
#define CHECKS "open = { on = { check = { form = 'check', by = 'checker', go = 'done' }"
#define REST "}, after = { '1 hour', tell = 'boss' } }, done = { final = true },"

static const struct apart_case apart_cases[] = {
    { "the row says nothing", PART(authority),
      "{ 'job.ask', from = 'low' }, { 'job.check', from = 'high' },", RD_REFUTED,
      "ask by one person, as low" },
    { "a second row for another role says nothing", PART(authority),
      "{ 'job.ask', from = 'low' }, { 'job.check', from = 'high', other_than = { 'asker' } }, { "
      "'job.check', from = 'boss' },",
      RD_REFUTED, "as boss" },
    { "a second row that is never used says nothing", PART(authority),
      "{ 'job.ask', from = 'low' }, { 'job.check', from = 'low', other_than = { 'asker' } }, { "
      "'job.check', from = 'high', reach = 'own' },",
      RD_PROVED, NULL },
    { "the field can be written by a form", PART(states),
      CHECKS ", name = { form = 'names' } " REST, RD_PROVED, NULL }, /* nobody may send it */
    { "a guard alone keeps them apart", PART(authority),
      "{ 'job.ask', from = 'low' }, { 'job.check', from = 'high', unless = { 'is_asker' } },",
      RD_UNKNOWN, "guard 'is_asker'" },
    { "an action may write whom it likes", PART(states),
      "open = { on = { check = { form = 'check', by = 'checker', run = { 'swap' }, go = 'done' "
      "} " REST,
      RD_UNKNOWN, "action 'swap'" },
    { "an action may do anything", PART(states),
      "open = { on = { check = { form = 'check', by = 'checker', run = { 'hand' }, go = 'done' "
      "} " REST,
      RD_UNKNOWN, "action 'hand'" },
    { "a member is computed", PART(states),
      "open = { on = { check = { form = 'check', by = 'checker', run = { 'computed' }, go = 'done' "
      "} " REST,
      RD_UNKNOWN, "action 'computed'" },
    { "who acts is written by an action", PART(states),
      "open = { on = { check = { form = 'check', run = { 'checks' }, go = 'done' } " REST,
      RD_PROVED, NULL },
    { "an event that a rule sends asks nobody", PART(states),
      CHECKS ", poke = { run = { 'poke' } } " REST, RD_UNKNOWN, "action 'poke'" },
    { "the field is emptied before", PART(states),
      "open = { on = { check = { form = 'check', by = 'checker', go = 'again' } }, after = { '1 "
      "hour', tell = 'boss' } },\nagain = { on = { back = { run = { 'forget' }, go = 'open' }, "
      "check = { by = 'checker', go = 'done' } " REST,
      RD_PROVED, NULL },
    { "the field is emptied perhaps", PART(states),
      "open = { on = { check = { form = 'check', by = 'checker', go = 'again' } }, after = { '1 "
      "hour', tell = 'boss' } },\nagain = { on = { back = { run = { 'forget_one' }, go = 'named' "
      "} }, after = { '1 hour', tell = 'boss' } },\nnamed = { on = { claim = { by = 'asker', go "
      "= 'done' } " REST,
      RD_REFUTED, "claim by one person" },
};

START_TEST(who_is_kept_apart_from_whom)
{
    const struct apart_case *is = &apart_cases[_i];
    struct parts parts = USUAL;
    parts.guards = "is_asker = function(f) return f.asker == f.actor.account end,";
    parts.actions =
        "note = function(f) return set { asker = f.actor.account } end,\n"
        "checks = function(f) return set { checker = f.actor.account } end,\n"
        "swap = function(f) return set { asker = f.checker } end,\n"
        "hand = function(f) return { { effect = 'set', data = { asker = f.checker } } } end,\n"
        "computed = function(f) local t = { data = { asker = f.checker } }\n"
        "  t['eff' .. 'ect'] = 'set' return { t } end,\n"
        "poke = function(f) return send 'check' { to = f.other } end,\n"
        "forget = function(f) return set { asker = empty, checker = empty } end,\n"
        "forget_one = function(f) return { set { asker = empty }, tell { 'boss', text = 'x' } } "
        "end,";
    static const char *const more[] = { "back", "claim", "poke" };
    char authority[600], event[16];
    int len = snprintf(authority, sizeof authority, "%s", USUAL.authority);
    for (size_t i = 0; i < 3; i++) {
        snprintf(event, sizeof event, "%s = {", more[i]);
        if (strstr(is->text, event))
            len += snprintf(authority + len, sizeof authority - (size_t)len,
                            " { 'job.%s', from = 'low' },", more[i]);
    }
    parts.authority = authority;
    *(const char **)(void *)((char *)&parts + is->part) = is->text;
    prove(&parts);
    expect(RD_CLAIM_APART, APART, is->verdict, is->says);
}
END_TEST

START_TEST(what_no_row_holds_apart_and_nobody_declared_is_no_claim)
{
    struct parts parts = USUAL;
    parts.head = "";
    parts.authority = "{ { 'job.ask', 'job.check' }, from = 'low' },";
    prove(&parts);
    for (const struct rd_proof *proof = proofs.first; proof; proof = proof->next)
        ck_assert_int_ne(proof->claim, RD_CLAIM_APART);
}
END_TEST

/* ---- charts ---- */

START_TEST(a_state_behind_a_guard_is_asked_of_the_guard)
{
    struct parts parts = USUAL;
    parts.states = "open = { on = { check = { form = 'check', by = 'checker',\n"
                   "  { go = 'done', when = 'is_red' }, { go = 'kept', when = 'is_known' }, { go = "
                   "'lost' } } }, after = { '1 hour', tell = 'boss' } },\n"
                   "done = { final = true }, kept = { final = true }, lost = { final = true },";
    parts.guards = "is_red = function(f) return f.form.colour == 'red' end,\n"
                   "is_known = function(f) return f.form.colour ~= nil end,";
    prove(&parts);
    expect(RD_CLAIM_REACHABLE, "job.done", RD_PROVED, NULL);
    expect(RD_CLAIM_REACHABLE, "job.kept", RD_PROVED, NULL);
    expect(RD_CLAIM_REACHABLE, "job.lost", RD_REFUTED, "can never be entered");
}
END_TEST

START_TEST(a_guard_that_reads_more_than_the_form_leaves_it_open)
{
    static const char *const guards[] = {
        "is_red = function(f) return f.text == 'red' end,",
        "is_red = function(f) return f.form['colour'] == 'red' end,",
        "is_red = function(f) for _, v in pairs(f.form) do return v == 'red' end end,",
        "is_red = function(f) local g = f return g.form.colour == 'red' end,",
        "is_red = function(f) return f.now > 5 and f.form.colour == 'red' end,",
    };
    struct parts parts = USUAL;
    parts.states = "open = { on = { check = { form = 'check', by = 'checker',\n"
                   "  { go = 'done', when = 'is_red' }, { go = 'kept' } } }, after = { '1 hour', "
                   "tell = 'boss' } },\ndone = { final = true }, kept = { final = true },";
    parts.guards = guards[_i];
    prove(&parts);
    expect(RD_CLAIM_REACHABLE, "job.done", RD_UNKNOWN, "guard 'is_red' (scripts/job.lua:");
}
END_TEST

/* What a promise has shown needs no proof; of other states and other claims it says nothing. */
START_TEST(a_state_in_which_a_promise_found_a_record)
{
    struct parts parts = USUAL;
    struct rd_value shown = rd_map();
    struct rd_arena arena;
    rd_arena_init(&arena);
    rd_map_set(&arena, &shown, "job.done", rd_text("scripts/job_test.lua:7"));
    parts.states = "open = { on = { check = { form = 'check', by = 'checker',\n"
                   "  { go = 'done', when = 'is_late' }, { go = 'kept', when = 'is_late' }, {} } "
                   "}, after = { '1 hour', tell = 'boss' } },\n"
                   "done = { final = true }, kept = { final = true },";
    parts.guards = "is_late = function(f) return f.now > 5 end,";
    stood = &shown;
    prove(&parts);
    expect(RD_CLAIM_REACHABLE, "job.done", RD_PROVED, "scripts/job_test.lua:7");
    expect(RD_CLAIM_REACHABLE, "job.kept", RD_UNKNOWN, "guard 'is_late'");
    expect(RD_CLAIM_WAY_OUT, "job.open", RD_UNKNOWN, NULL);
    rd_arena_fini(&arena);
}
END_TEST

START_TEST(a_state_that_only_an_event_leads_to_that_nobody_may_send)
{
    struct parts parts = USUAL;
    parts.states = "open = { on = { check = { form = 'check', by = 'checker', go = 'done' },\n"
                   "  lose = { go = 'lost' }, drop = { internal = true, go = 'dropped' } }, after "
                   "= { '1 hour', tell = 'boss' } },\n"
                   "done = { final = true }, lost = { final = true }, dropped = { final = true },";
    prove(&parts);
    expect(RD_CLAIM_REACHABLE, "job.lost", RD_REFUTED, "nobody may");
    expect(RD_CLAIM_REACHABLE, "job.dropped", RD_REFUTED, NULL);
    expect(RD_CLAIM_MAY, "job.lose", RD_REFUTED, "nobody may");
    expect(RD_CLAIM_SENT, "job.drop", RD_REFUTED, "no action");
}
END_TEST

START_TEST(a_way_out_that_nobody_may_take_is_none)
{
    struct parts parts = USUAL;
    parts.states =
        "open = { on = { check = { form = 'check', by = 'checker', go = 'stuck' } }, after = { '1 "
        "hour', tell = 'boss' } },\nstuck = { on = { leave = { go = 'done' } }, after = { '1 "
        "hour', tell = 'boss' } }, done = { final = true },";
    prove(&parts);
    expect(RD_CLAIM_WAY_OUT, "job.stuck", RD_REFUTED, "never comes to an end");
    expect(RD_CLAIM_WAY_OUT, "job.open", RD_REFUTED, NULL);
    rig_end(&rig);
    parts.authority = "{ { 'job.ask', 'job.check' }, from = 'low' }, { 'job.leave', from = 'low', "
                      "unless = { 'not_now' } },";
    parts.guards = "not_now = function(f) return f.text == 'x' end,";
    prove(&parts);
    expect(RD_CLAIM_WAY_OUT, "job.stuck", RD_UNKNOWN, "guard 'not_now'");
}
END_TEST

START_TEST(a_limit_that_does_nothing_watches_nothing)
{
    struct parts parts = USUAL;
    parts.states = "open = { on = { check = { form = 'check', by = 'checker', go = 'done' } }, "
                   "after = { '1 hour' } }, done = { final = true },";
    prove(&parts);
    expect(RD_CLAIM_WATCHED, "job.open", RD_REFUTED, "for ever");
    rig_end(&rig);
    parts = USUAL;
    parts.actions =
        "note = function(f) return { set { asker = f.actor.account }, stop 'open' } end,";
    prove(&parts);
    expect(RD_CLAIM_WATCHED, "job.open", RD_UNKNOWN, "action 'note'");
    rig_end(&rig);
    parts.actions =
        "note = function(f) return { set { asker = f.actor.account }, stop 'else' } end,";
    prove(&parts);
    expect(RD_CLAIM_WATCHED, "job.open", RD_PROVED, NULL);
}
END_TEST

START_TEST(a_later_limit_that_rings_earlier)
{
    struct parts parts = USUAL;
    parts.states = "open = { on = { check = { form = 'check', by = 'checker', go = 'done' } }, "
                   "after = { { 'late', tell = 'boss' }, { '2 hours', tell = 'boss' } } }, done = "
                   "{ final = true },";
    parts.rules = "decision 'late' { input = { colour = one_of { 'red', 'blue' } }, output = { "
                  "limit = duration }, hit = 'first',\n rows = { { colour = 'red', limit = '3 "
                  "hours' }, { limit = '1 hour' } } },";
    prove(&parts);
    expect(RD_CLAIM_IN_ORDER, "job.open.2", RD_REFUTED, "colour = red: 2 hours");
}
END_TEST

/* ---- cascades ---- */

START_TEST(what_goes_round)
{
    static const struct {
        const char *action;
        enum rd_verdict verdict;
        const char *says;
    } cases[] = {
        { "again = function(f) return send 'again' { to = f.id } end,", RD_REFUTED,
          "goes round for ever: job.again" },
        { "again = function(f) return f.other and send 'again' { to = f.other } or nil end,",
          RD_UNKNOWN, "may go round: job.again -> (action 'again', scripts/job.lua:" },
        { "again = function(f) local s = send return s 'again' { to = f.id } end,", RD_UNKNOWN,
          "action 'again'" },
        { "again = function(f) return send 'check' { to = f.id } end,", RD_PROVED, NULL },
        { "again = function(f) return each 'job' { where = { text = 'x' }, send = 'check' } end,",
          RD_PROVED, NULL },
    };
    struct parts parts = USUAL;
    parts.always = "again = { run = { 'again' } },";
    parts.authority = "{ { 'job.ask', 'job.check', 'job.again' }, from = 'low' },";
    char actions[400];
    snprintf(actions, sizeof actions, "%s\n%s", USUAL.actions, cases[_i].action);
    parts.actions = actions;
    prove(&parts);
    enum rd_verdict verdict = cases[_i].verdict;
    expect(RD_CLAIM_CASCADES, verdict == RD_PROVED ? "policy" : "job.again", verdict,
           cases[_i].says);
}
END_TEST

/* ---- tables ---- */

static void prove_table(const char *rules)
{
    struct parts parts = USUAL;
    parts.rules = rules;
    prove(&parts);
}

START_TEST(tables_with_a_gap_and_without)
{
    prove_table(
        "decision 't' { input = { n = integer { required = true } }, output = { x = text "
        "}, hit = 'unique', rows = { { n = '< 10', x = 'a' }, { n = '> 10', x = 'b' } } },");
    expect(RD_CLAIM_COMPLETE, "t", RD_REFUTED, "n = 10");
    expect(RD_CLAIM_SINGLE, "t", RD_PROVED, NULL);
    ck_assert_ptr_nonnull(strstr(find(RD_CLAIM_COMPLETE, "t")->test, "decide \"t\" { n = 10 }"));
    rig_end(&rig);
    prove_table("decision 't' { input = { n = integer }, output = { x = text }, hit = 'unique', "
                "rows = { { n = '< 10', x = 'a' }, { n = '>= 10', x = 'b' } } },");
    expect(RD_CLAIM_COMPLETE, "t", RD_PROVED, NULL);
    expect(RD_CLAIM_ALIVE, "t", RD_PROVED, NULL);
}
END_TEST

START_TEST(a_row_that_two_others_hide_together)
{
    prove_table(
        "decision 't' { input = { n = integer { required = true } }, output = { x = text "
        "}, hit = 'first', rows = { { n = '< 10', x = 'a' }, { n = '>= 10', x = 'b' }, { id "
        "= 'late', n = '5..15', x = 'c' } } },");
    expect(RD_CLAIM_ALIVE, "t", RD_REFUTED, "row 3 ('late')");
}
END_TEST

START_TEST(a_table_that_is_too_large_is_unknown)
{
    struct rd_buf buf;
    rd_buf_init(&buf);
    rd_buf_text(&buf, "decision 't' { input = { a = integer, b = integer, c = integer }, output = "
                      "{ x = text }, hit = 'first', rows = {");
    for (int i = 0; i < 80; i++)
        rd_buf_printf(&buf, "{ a = %d, b = %d, c = %d, x = 'y' },", i * 2, i * 2, i * 2);
    rd_buf_text(&buf, "}, otherwise = { x = 'z' } },");
    rd_buf_char(&buf, '\0');
    prove_table(buf.data);
    rd_buf_fini(&buf);
    expect(RD_CLAIM_ALIVE, "t", RD_UNKNOWN, "more than 200000");
    expect(RD_CLAIM_COMPLETE, "t", RD_UNKNOWN, NULL);
}
END_TEST

START_TEST(who_stands_higher_may_not_do_less)
{
    static const char TABLE[] =
        "decision 'power' { input = { role = one_of { 'low', 'high', 'boss' }, colour = one_of { "
        "'red', 'blue' } }, output = { limit = money }, hit = 'first', rows = { { role = 'low', "
        "colour = 'red', limit = '100.00' }, { role = 'low', limit = '50.00' }, { role = 'high', "
        "limit = '%s' } }, otherwise = { limit = '0.00' } },";
    char rules[600];
    struct parts parts = USUAL;
    parts.authority = "{ 'job.ask', from = 'low', up_to = 'power' }, { 'job.check', from = 'high', "
                      "other_than = { 'asker' } },";
    snprintf(rules, sizeof rules, TABLE, "80.00");
    parts.rules = rules;
    prove(&parts);
    expect(RD_CLAIM_MONOTONE, "power", RD_REFUTED,
           "80.00, though 'low', which is less, has 100.00");
    rig_end(&rig);
    snprintf(rules, sizeof rules, TABLE, "100.00");
    prove(&parts);
    expect(RD_CLAIM_MONOTONE, "power", RD_PROVED, NULL);
}
END_TEST

START_TEST(a_row_of_authority_behind_a_wider_one)
{
    struct parts parts = USUAL;
    parts.authority = "{ 'job.ask', from = 'low' }, { 'job.check', from = 'low', other_than = { "
                      "'asker' } }, { 'job.check', from = 'high', reach = 'unit' },";
    prove(&parts);
    size_t refuted = 0;
    for (const struct rd_proof *proof = proofs.first; proof; proof = proof->next)
        refuted += proof->claim == RD_CLAIM_ROWS_USED && proof->verdict == RD_REFUTED;
    ck_assert_uint_eq(refuted, 1);
}
END_TEST

START_TEST(one_row_of_two_that_forgets_the_four_eyes)
{
    struct parts parts = USUAL;
    parts.head = "";
    parts.authority = "{ 'job.ask', from = 'low' }, { 'job.check', from = 'high', other_than = { "
                      "'asker' } }, { 'job.check', from = 'boss' },";
    prove(&parts);
    expect(RD_CLAIM_SAME_EYES, "job.check", RD_REFUTED,
           "scripts/job.lua:1 asks for another person");
    rig_end(&rig);
    parts.authority = "{ 'job.ask', from = 'low' }, { 'job.check', from = 'high', other_than = { "
                      "'asker' } }, { 'job.check', from = 'boss', reach = 'own' },";
    prove(&parts);
    expect(RD_CLAIM_SAME_EYES, "job.check", RD_PROVED, NULL);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("prove");
    TCase *tcase = tcase_create("claims");
    tcase_add_checked_fixture(tcase, NULL, teardown);
    tcase_set_timeout(tcase, 120);
    tcase_add_test(tcase, all_that_is_usual_is_proved);
    tcase_add_loop_test(tcase, who_is_kept_apart_from_whom, 0,
                        (int)(sizeof apart_cases / sizeof *apart_cases));
    tcase_add_test(tcase, what_no_row_holds_apart_and_nobody_declared_is_no_claim);
    tcase_add_test(tcase, a_state_behind_a_guard_is_asked_of_the_guard);
    tcase_add_loop_test(tcase, a_guard_that_reads_more_than_the_form_leaves_it_open, 0, 5);
    tcase_add_test(tcase, a_state_in_which_a_promise_found_a_record);
    tcase_add_test(tcase, a_state_that_only_an_event_leads_to_that_nobody_may_send);
    tcase_add_test(tcase, a_way_out_that_nobody_may_take_is_none);
    tcase_add_test(tcase, a_limit_that_does_nothing_watches_nothing);
    tcase_add_test(tcase, a_later_limit_that_rings_earlier);
    tcase_add_loop_test(tcase, what_goes_round, 0, 5);
    tcase_add_test(tcase, tables_with_a_gap_and_without);
    tcase_add_test(tcase, a_row_that_two_others_hide_together);
    tcase_add_test(tcase, a_table_that_is_too_large_is_unknown);
    tcase_add_test(tcase, who_stands_higher_may_not_do_less);
    tcase_add_test(tcase, a_row_of_authority_behind_a_wider_one);
    tcase_add_test(tcase, one_row_of_two_that_forgets_the_four_eyes);
    suite_add_tcase(suite, tcase);
    return unit_run(suite);
}
