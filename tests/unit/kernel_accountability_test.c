/* Accountability: who answers for what, once per rule, source and person, in the same entry as what
 * happened; and what a bad rule is told at load. */
#include "unit/answers_rig.h"

#include <string.h>

#include "common/company.h"

static struct kernel_rig rig;
static const char *ann, *id;

static void opened(const char *head)
{
    rig.as = "ben";
    ann = answers_client(&rig, "13800000001", NULL);
    id = t_text(rig_ok(&rig, "case.open",
                       "{'type': 'case', 'data': {'client': '%s', 'colour': 'red'%s%s%s}}", ann,
                       head ? ", 'head': '" : "", head ? head : "", head ? "'" : ""),
                "id");
}

static void setup(void)
{
    answers_open(&rig, NULL, NULL);
    ck_assert_msg(rig.status == RD_OK, "%s", rig.error.text);
}

static void teardown(void)
{
    rig_close(&rig);
}

static struct rd_value verdicts(void)
{
    rig.as = "max";
    struct rd_value list = rig_ok(&rig, "case.list", "{'type': 'verdict', 'order': 'id'}");
    return *rd_map_list(&list, "cases");
}

/* The verdict of a rule against a person; fails where there is none, or more than one. */
static struct rd_value verdict(const char *rule, const char *person)
{
    struct rd_value all = verdicts(), found = rd_null();
    for (uint32_t i = 0; i < all.count; i++)
        if (strcmp(t_text(all.items[i], "data.rule"), rule) == 0 &&
            strcmp(t_text(all.items[i], "data.person"), person) == 0) {
            ck_assert_msg(found.kind == RD_NULL, "twice: %s", rig_show(&rig, all));
            found = all.items[i];
        }
    ck_assert_msg(found.kind != RD_NULL, "%s, %s: none in %s", rule, person, rig_show(&rig, all));
    return found;
}

/* The newest entry of a record. */
static const char *explained(const char *record)
{
    rig.as = NULL;
    return rig_show(&rig, rig_ok(&rig, "case.explain", "{'id': '%s'}", record));
}

START_TEST(the_second_escalation_calls_handler_head_and_leader_to_account)
{
    opened("ann");
    rig_advance(&rig, "3 hours");
    ck_assert_uint_eq(verdicts().count, 0);
    rig_advance(&rig, "3 hours"); /* 4 business hours: one escalation */
    ck_assert_uint_eq(verdicts().count, 1);
    rig_advance(&rig, "1 days"); /* the second one: handler, boss (above), head */
    ck_assert_uint_eq(verdicts().count, 4);
    struct rd_value ben = verdict("careless", "ben");
    ck_assert_str_eq(t_text(ben, "data.kind"), "direct");
    ck_assert_str_eq(t_text(ben, "data.ground"), "Handled carelessly");
    ck_assert_str_eq(t_text(ben, "data.consequence"), "review");
    ck_assert_str_eq(t_text(ben, "data.confirm_by"), "boss");
    ck_assert_str_eq(t_text(ben, "data.appeal_within"), "5 days");
    ck_assert_str_eq(t_text(ben, "data.source"), id);
    ck_assert_str_eq(t_text(ben, "data.unit"), "gz");
    ck_assert_str_eq(t_text(ben, "state"), "open");
    ck_assert_int_eq(t_int(ben, "data.seen"), 1); /* opened through its own chart */
    ck_assert_str_eq(t_text(verdict("careless", "max"), "data.kind"), "direct");
    ck_assert_str_eq(t_text(verdict("careless", "ann"), "data.kind"), "leadership");
    rig_expect_rebuild_equal(&rig);
}
END_TEST

START_TEST(once_per_rule_source_and_person)
{
    opened(NULL);
    rig_advance(&rig, "9 days"); /* limits ring: 4, 6, 7 hours and the whole case's */
    verdict("late", "ben");
    verdict("careless", "ben");
    verdict("careless", "max");
    ck_assert_uint_eq(verdicts().count, 3);
    ck_assert_ptr_nonnull(strstr(explained(id), "ben answers already"));
    ck_assert_ptr_nonnull(strstr(explained(id), "the field is empty")); /* nobody leads */
    const char *first = id;
    opened(NULL); /* another case is another matter */
    rig_advance(&rig, "9 days");
    ck_assert_uint_eq(verdicts().count, 6);
    ck_assert_str_ne(first, id);
}
END_TEST

START_TEST(it_is_the_same_entry_as_what_happened)
{
    opened(NULL);
    rig.as = "ben";
    rig_ok(&rig, "case.act", "{'id': '%s', 'event': 'close', 'form': {'result': 'x'}}", id);
    struct rd_value done = rig_ok(&rig, "case.act", "{'id': '%s', 'event': 'reopen'}", id);
    /* the action has handed the case to sun, who therefore answers; leading and doing are one man
     */
    struct rd_value sun = verdict("again", "sun");
    ck_assert_uint_eq(verdicts().count, 1);
    ck_assert_str_eq(t_text(sun, "data.kind"), "direct");
    rig.as = NULL;
    struct rd_value history = rig_ok(&rig, "case.history", "{'id': '%s'}", t_text(sun, "id"));
    ck_assert_uint_eq(t_count(history, "entries"), 1);
    ck_assert_int_eq(t_int(history, "entries.0.seq"), t_int(done, "seq"));
    const char *why = rig_show(&rig, t_at(done, "decisions"));
    ck_assert_ptr_nonnull(strstr(why, "accountability/again"));
    ck_assert_ptr_nonnull(strstr(why, "sun answers"));
    ck_assert_ptr_nonnull(strstr(why, "scripts/answers.lua:"));
}
END_TEST

START_TEST(a_dry_run_calls_nobody_to_account)
{
    opened(NULL);
    rig.as = "ben";
    rig_ok(&rig, "case.act", "{'id': '%s', 'event': 'close', 'form': {'result': 'x'}}", id);
    rig_ok(&rig, "case.act", "{'id': '%s', 'event': 'reopen', 'dry_run': true}", id);
    ck_assert_uint_eq(verdicts().count, 0);
}
END_TEST

START_TEST(where_the_guard_is_false_nobody_answers)
{
    rig_close(&rig);
    answers_open(&rig, "on = 'case.reopen', answers",
                 "on = 'case.reopen', when = 'again', answers");
    opened(NULL);
    rig.as = "ben";
    rig_ok(&rig, "case.act", "{'id': '%s', 'event': 'close', 'form': {'result': 'x'}}", id);
    struct rd_value done = rig_ok(&rig, "case.act", "{'id': '%s', 'event': 'reopen'}", id);
    ck_assert_uint_eq(verdicts().count, 0);
    ck_assert_ptr_nonnull(strstr(rig_show(&rig, t_at(done, "decisions")), "not yet"));
    rig.as = "ben"; /* the second time it is true */
    rig_ok(&rig, "case.act", "{'id': '%s', 'event': 'back'}", id);
    rig_ok(&rig, "case.act", "{'id': '%s', 'event': 'close', 'form': {'result': 'x'}}", id);
    rig_ok(&rig, "case.act", "{'id': '%s', 'event': 'reopen'}", id);
    ck_assert_uint_eq(verdicts().count, 1);
}
END_TEST

/* What he did stays his: the finding names him, and the entry says that he is not here any more. */
START_TEST(whoever_has_left_answers_all_the_same)
{
    opened(NULL);
    t_company_edit(
        rig.policy, "rules/company.lua",
        "      { 'ben', unit = 'gz', group = 'g1', roles = { 'handler' }, uid = 4001 },\n", "");
    rig.as = NULL;
    rig_ok(&rig, "policy.reload", "{}");
    rig_advance(&rig, "6 hours");
    ck_assert_str_eq(t_text(verdict("late", "ben"), "data.unit"), "gz");
    ck_assert_ptr_nonnull(strstr(explained(id), "has left"));
}
END_TEST

/* What the case was judged to deserve; an empty field deserves nothing. */
START_TEST(a_consequence_may_be_what_the_record_says)
{
    rig_close(&rig);
    answers_open(
        &rig,
        "on = 'case.reopen', answers = 'handler', leads = 'handler',\n      consequence = "
        "'warning'",
        "on = 'case.reopen', answers = 'handler', leads = 'handler',\n      consequence = 'note'");
    opened(NULL);
    rig.as = "ben";
    rig_ok(&rig, "case.act", "{'id': '%s', 'event': 'close', 'form': {'result': 'x'}}", id);
    struct rd_value done = rig_ok(&rig, "case.act", "{'id': '%s', 'event': 'reopen'}", id);
    ck_assert_ptr_nonnull(strstr(rig_show(&rig, t_at(done, "decisions")), "note is empty"));
    ck_assert_uint_eq(verdicts().count, 0);
    rig.as = "ben";
    id = answers_case(&rig, ann); /* its note says something */
    rig_ok(&rig, "case.act", "{'id': '%s', 'event': 'close', 'form': {'result': 'x'}}", id);
    rig.as = "ben";
    rig_ok(&rig, "case.act", "{'id': '%s', 'event': 'reopen'}", id);
    ck_assert_str_eq(t_text(verdict("again", "sun"), "data.consequence"), "NOTENOTE");
}
END_TEST

/* A verdict's own opening is an event as well, and may be watched: to a bounded depth. */
START_TEST(verdicts_may_lead_to_verdicts)
{
    rig_close(&rig);
    answers_open(
        &rig, "    { id = 'again', title = 'Again', on = 'case.reopen'",
        "    { id = 'of_verdict', title = 'Verdict', on = 'verdict.propose', answers = 'boss',\n"
        "      consequence = 'w', confirm_by = 'boss', appeal_within = '5 days', start = 'verdict' "
        "},\n"
        "    { id = 'again', title = 'Again', on = 'case.reopen'");
    opened(NULL);
    rig.as = "ben";
    rig_ok(&rig, "case.act", "{'id': '%s', 'event': 'close', 'form': {'result': 'x'}}", id);
    rig_no(&rig, "policy_fault", NULL, "case.act", "{'id': '%s', 'event': 'reopen'}", id);
    ck_assert_ptr_nonnull(strstr(rig.error.text, "deep"));
    ck_assert_uint_eq(verdicts().count, 0); /* nothing half-done */
    rig.as = "ben";
    ck_assert_str_eq(t_text(rig_ok(&rig, "case.get", "{'id': '%s'}", id), "state"), "closed");
}
END_TEST

START_TEST(a_guard_that_fails_refuses_the_command)
{
    rig_close(&rig);
    answers_open(&rig, "on = 'case.reopen', answers",
                 "on = 'case.reopen', when = 'broken', answers");
    opened("max");
    rig.as = "ben";
    rig_ok(&rig, "case.act", "{'id': '%s', 'event': 'close', 'form': {'result': 'x'}}", id);
    rig_no(&rig, "policy_fault", NULL, "case.act", "{'id': '%s', 'event': 'reopen'}", id);
    ck_assert_uint_eq(verdicts().count, 0);
}
END_TEST

/* Nobody is called to account by an import of what was long ago. */
START_TEST(the_imported_past_is_left_alone)
{
    const char *client = answers_client(&rig, "13800000001", NULL);
    rig.as = NULL;
    rig_ok(&rig, "import.apply",
           "{'session': 's', 'rows': [{'key': 'a', 'at': '2026-02-02T01:00:00Z', 'type': 'case', "
           "'open': {'client': '%s'}}]}",
           client);
    for (int i = 0; i < 20; i++)
        if (t_bool(rig_ok(&rig, "import.finish", "{'session': 's'}"), "done"))
            break;
    ck_assert_uint_eq(verdicts().count, 0);
}
END_TEST

START_TEST(bad_rules_are_refused_at_load)
{
    answers_refused("on = 'case.escalated'", "on = 'cse.escalated'",
                    "accountability 'careless': on: no workflow 'cse'; did you mean 'case'?");
    answers_refused(
        "on = 'case.reopen'", "on = 'case.reopn'",
        "accountability 'again': on: no event 'case.reopn'; an event of the workflow, or "
        "'escalated' or 'late'");
    answers_refused("on = 'case.reopen'", "on = 'case'",
                    "accountability 'again': on: no event 'case'; an event of the workflow, or "
                    "'escalated' or 'late'");
    answers_refused("when = 'twice'", "when = 'twise'",
                    "accountability 'careless': when: no guard 'twise'; did you mean 'twice'?");
    answers_refused(
        "answers = { 'handler', 'boss' }", "answers = { 'handler', 'bos' }",
        "accountability 'careless': answers: no role and no account field of the record "
        "is called 'bos'; did you mean 'boss'?");
    answers_refused(
        "leads = { 'head' }", "leads = { 'colour' }",
        "accountability 'careless': leads: no role and no account field of the record is "
        "called 'colour'");
    answers_refused(
        "confirm_by = 'boss', appeal_within = '5 days', start = 'verdict' },\n"
        "    { id = 'late'",
        "confirm_by = 'bos', appeal_within = '5 moons', start = 'verdict' },\n"
        "    { id = 'late'",
        "accountability 'careless': confirm_by: no role 'bos'; did you mean 'boss'?\n"
        "accountability 'careless': appeal_within: the duration '5 moons' has no unit 'moons'; "
        "there are "
        "seconds, minutes, hours, days, weeks, months, years, business minutes, hours and days\n"
        "accountability 'careless': confirm_by: no such choice 'bos'; did you mean "
        "'boss'?");
    answers_refused("    indexes = { { 'rule', 'source', 'person' } } },", "    },",
                    "record 'verdict': accountability 'careless' starts it: it needs indexes = { { "
                    "\"rule\", \"source\", \"person\" } }\n"
                    "record 'verdict': accountability 'late' starts it: it needs indexes = { { "
                    "\"rule\", \"source\", \"person\" } }\n"
                    "record 'verdict': accountability 'again' starts it: it needs indexes = { { "
                    "\"rule\", \"source\", \"person\" } }");
    answers_refused(
        "{ id = 'late',", "{ id = 'careless',",
        "rule 'careless' is declared twice; the first one is at scripts/answers.lua:68");
    answers_refused(
        "answers = 'handler', leads = 'handler',", "",
        "accountability, rule 'again': nobody answers: say answers = { ... }, leads = { "
        "... } or both");
    answers_refused("title = 'Again', on", "titl = 'Again', on",
                    "accountability, rule 'again': unknown key 'titl'; did you mean 'title'?");
    answers_refused("{ id = 'again', title", "{ title", "accountability, rule: missing key 'id'");
}
END_TEST

START_TEST(the_record_that_is_started_must_fit)
{
    answers_refused(
        "kind = one_of { 'direct', 'leadership' }, source = text, unit",
        "kind = one_of { 'own', 'leadership' }, source = integer, unit",
        "record 'verdict': accountability 'careless' starts it: it needs a field 'source' "
        "of type text\n"
        "record 'verdict': accountability 'late' starts it: it needs a field 'source' of "
        "type text\n"
        "record 'verdict': accountability 'again' starts it: it needs a field 'source' of "
        "type text");
    answers_refused("kind = one_of { 'direct', 'leadership' }, source = text, unit",
                    "kind = one_of { 'own', 'leadership' }, source = text, unit",
                    "accountability 'careless': kind: no such choice 'direct'\n"
                    "accountability 'careless': kind: no such choice 'direct'\n"
                    "accountability 'late': kind: no such choice 'direct'\n"
                    "accountability 'again': kind: no such choice 'direct'");
    answers_refused(
        "on = 'case.late', when = 'not twice', answers = 'handler',\n"
        "      consequence = 'warning', confirm_by = 'boss', appeal_within = '5 days', "
        "start = 'verdict' }",
        "on = 'case.late', when = 'not twice', answers = 'handler',\n"
        "      consequence = 'warning', confirm_by = 'boss', appeal_within = '5 days' }",
        "accountability 'late': start: no record 'finding'");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("kernel_accountability");
    TCase *tcase = tcase_create("accountability");
    tcase_set_timeout(tcase, T_TIMEOUT_S);
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, the_second_escalation_calls_handler_head_and_leader_to_account);
    tcase_add_test(tcase, once_per_rule_source_and_person);
    tcase_add_test(tcase, it_is_the_same_entry_as_what_happened);
    tcase_add_test(tcase, a_dry_run_calls_nobody_to_account);
    tcase_add_test(tcase, where_the_guard_is_false_nobody_answers);
    tcase_add_test(tcase, whoever_has_left_answers_all_the_same);
    tcase_add_test(tcase, a_consequence_may_be_what_the_record_says);
    tcase_add_test(tcase, verdicts_may_lead_to_verdicts);
    tcase_add_test(tcase, a_guard_that_fails_refuses_the_command);
    tcase_add_test(tcase, the_imported_past_is_left_alone);
    tcase_add_test(tcase, bad_rules_are_refused_at_load);
    tcase_add_test(tcase, the_record_that_is_started_must_fit);
    suite_add_tcase(suite, tcase);
    return unit_run(suite);
}
