/* What a customer is shown of his case, and what staff are advised: nothing else leaks, wrong
 * proofs are all alike, advice comes with its rule and line. */
#include "unit/answers_rig.h"

#include <string.h>

static struct kernel_rig rig;
static const char *ann, *id;

static void setup(void)
{
    answers_open(&rig, NULL, NULL);
    ck_assert_msg(rig.status == RD_OK, "%s", rig.error.text);
    ann = answers_client(&rig, "+86 138-0000-0001", NULL);
    id = answers_case(&rig, ann);
}

static void teardown(void)
{
    rig_close(&rig);
}

/* As the web site asks: an account that may read no case. */
static struct rd_value shown(const char *more)
{
    rig.as = "imp";
    return rig_ok(&rig, "case.progress", "{'number': 'K-2026-001', 'proof': '13800000001'%s}",
                  more);
}

START_TEST(it_is_found_by_number_and_proof)
{
    struct rd_value it = shown("");
    ck_assert_str_eq(t_text(it, "number"), "K-2026-001");
    ck_assert_str_eq(t_text(it, "state"), "We have it");
    ck_assert_str_eq(t_text(it, "since"), "2026-03-02T01:00:00Z");
    ck_assert_str_eq(t_text(it, "promised_by"), "2026-03-05T01:00:00Z");
    ck_assert_uint_eq(t_count(it, "sent"), 1);
    ck_assert_ptr_nonnull(strstr(t_text(it, "sent.0.text"), "Dear Ann Lee"));
    ck_assert_uint_eq(t_count(it, "fields"), 1);
    ck_assert_str_eq(t_text(it, "fields.0.label"), "Colour");
    ck_assert_str_eq(t_text(it, "fields.0.value"), "Red");
    it = shown(", 'language': 'zh'");
    ck_assert_str_eq(t_text(it, "state"), "已收到");
    ck_assert_str_eq(t_text(it, "fields.0.label"), "颜色");
    it = rig_ok(&rig, "case.progress", "{'id': '%s', 'proof': '0086 138 0000 0001'}", id);
    ck_assert_str_eq(t_text(it, "number"), "K-2026-001");
}
END_TEST

/* Every other field holds a word that must not come out, and so do states, notes and notices. */
START_TEST(nothing_but_what_is_public_comes_out)
{
    static const char *const SECRETS[] = {
        "VOWVOW",   "NOTENOTE", "13800000001", "138-0000",          "secret", "秘密", "99.99",
        "checking", "handler",  "max",         "K-2026-001 is late"
    };
    rig.as = "ben";
    rig_act(&rig, id, "check");
    rig_ok(&rig, "case.act",
           "{'id': '%s', 'event': 'close', 'form': {'result': 'repaired', 'paid': '99.99', "
           "'done': true}}",
           id);
    rig_advance(&rig, "1 hour");
    struct rd_value it = shown("");
    const char *text = rig_show(&rig, it);
    ck_assert_ptr_nonnull(strstr(text, "repaired"));
    for (size_t i = 0; i < sizeof SECRETS / sizeof *SECRETS; i++)
        if (strcmp(SECRETS[i], "99.99") != 0) /* that was in his own letter */
            ck_assert_msg(!strstr(text, SECRETS[i]), "'%s' is shown: %s", SECRETS[i], text);
    for (uint32_t i = 0; i < it.count; i++) {
        static const char *const MEMBERS[] = { "number", "state", "since",   "promised_by",
                                               "fields", "sent",  "language" };
        size_t k = 0;
        while (k < 7 && strcmp(MEMBERS[k], it.pairs[i].key) != 0)
            k++;
        ck_assert_msg(k < 7, "a member '%s'", it.pairs[i].key);
    }
    ck_assert_uint_eq(t_count(it, "fields"), 2); /* result and colour, and nothing else */
}
END_TEST

START_TEST(a_state_without_a_label_keeps_the_one_before)
{
    rig_advance(&rig, "1 hour");
    rig_act(&rig, id, "check");
    struct rd_value it = shown("");
    ck_assert_str_eq(t_text(it, "state"), "We have it");
    ck_assert_str_eq(t_text(it, "since"), "2026-03-02T01:00:00Z");
    rig_advance(&rig, "1 hour");
    rig_act(&rig, id, "work");
    rig_advance(&rig, "1 hour");
    rig_act(&rig, id, "check");
    rig_act(&rig, id, "work");
    it = shown("");
    ck_assert_str_eq(t_text(it, "state"), "We work on it");
    ck_assert_str_eq(t_text(it, "since"), "2026-03-02T03:00:00Z");
}
END_TEST

START_TEST(a_clock_that_stands_still_promises_nothing)
{
    rig.as = "ben";
    rig_ok(&rig, "case.act", "{'id': '%s', 'event': 'ask', 'form': {'question': 'q?'}}", id);
    struct rd_value it = shown("");
    ck_assert_str_eq(t_text(it, "state"), "We wait for you");
    ck_assert_str_eq(rig_show(&rig, t_at(it, "promised_by")), "null");
    ck_assert_str_eq(t_text(it, "sent.1.text"), "Please tell us: q? ()");
}
END_TEST

/* A wrong proof, none, a number that is not there, no authority: the same answer to the letter. */
START_TEST(all_wrong_questions_have_one_answer)
{
    static const char *const ASKED[] = {
        "{'number': 'K-2026-001', 'proof': '13800000002'}",
        "{'number': 'K-2026-001'}",
        "{'number': 'K-2026-001', 'proof': ''}",
        "{'number': 'K-2026-001', 'proof': ' - '}",
        "{'number': 'K-2026-999', 'proof': '13800000001'}",
        "{'number': 'C-001', 'proof': '13800000001'}",
        "{'number': '', 'proof': '13800000001'}",
        "{'id': '1-1', 'proof': '13800000001'}",
        "{'id': 'nonsense', 'proof': '13800000001'}",
    };
    rig.as = "imp";
    for (size_t i = 0; i < sizeof ASKED / sizeof *ASKED; i++) {
        rig_no(&rig, "not_found", "", "case.progress", "%s", ASKED[i]);
        ck_assert_str_eq(rig.error.text, "there is no case with this number and this proof");
        ck_assert_ptr_null(rig.error.detail);
    }
    rig.as = "sun"; /* staff of another unit, without an authority row: the right proof is no use */
    rig_no(&rig, "not_found", "", "case.progress",
           "{'number': 'K-2026-001', 'proof': '13800000001'}");
    ck_assert_str_eq(rig.error.text, "there is no case with this number and this proof");
}
END_TEST

START_TEST(whoever_may_read_the_case_needs_no_proof)
{
    rig.as = "ben";
    struct rd_value it = rig_ok(&rig, "case.progress", "{'number': 'K-2026-001'}");
    ck_assert_str_eq(t_text(it, "state"), "We have it");
}
END_TEST

/* The letters name the customer. Nor does a proof that he tries tell him whether it is right. */
START_TEST(who_may_not_read_the_customer_is_not_shown_his_letters)
{
    rig.as = "adm";
    rig_no(&rig, "not_found", "/id", "case.get", "{'id': '%s'}", ann);
    struct rd_value it = rig_ok(&rig, "case.progress", "{'number': 'K-2026-001'}"), with;
    ck_assert_str_eq(t_text(it, "state"), "We have it");
    ck_assert_uint_eq(t_count(it, "sent"), 1);
    ck_assert_str_eq(rig_show(&rig, t_at(it, "sent.0.text")), "null");
    const char *text = rig_show(&rig, it);
    with = rig_ok(&rig, "case.progress", "{'number': 'K-2026-001', 'proof': '13800000001'}");
    ck_assert_str_eq(rig_show(&rig, with), text);
    with = rig_ok(&rig, "case.progress", "{'number': 'K-2026-001', 'proof': '13800000002'}");
    ck_assert_str_eq(rig_show(&rig, with), text);
    rig.as = "ben";
    it = rig_ok(&rig, "case.progress", "{'number': 'K-2026-001'}");
    ck_assert_ptr_nonnull(strstr(t_text(it, "sent.0.text"), "Dear Ann Lee"));
}
END_TEST

START_TEST(a_case_whose_customer_has_no_proof_is_shown_to_nobody)
{
    rig.as = "ben";
    rig_ok(&rig, "record.update", "{'id': '%s', 'set': {'phone': null}}", ann);
    rig.as = "imp";
    rig_no(&rig, "not_found", "", "case.progress", "{'number': 'K-2026-001', 'proof': ''}");
    rig_no(&rig, "not_found", "", "case.progress", "{'number': 'K-2026-001'}");
}
END_TEST

START_TEST(bad_parameters_are_told)
{
    rig.as = "imp";
    rig_no(&rig, "invalid_params", "", "case.progress", "{}");
    rig_no(&rig, "invalid_params", "", "case.progress", "{'number': 'K-2026-001', 'id': '%s'}", id);
    rig_no(&rig, "invalid_params", "/language", "case.progress",
           "{'number': 'K-2026-001', 'language': 'xx'}");
    rig_no(&rig, "invalid_params", "/proof", "case.progress",
           "{'number': 'K-2026-001', 'proof': 5}");
    rig_no(&rig, "invalid_params", "/nmber", "case.progress", "{'nmber': 'K-2026-001'}");
}
END_TEST

START_TEST(it_is_found_after_a_rebuild)
{
    rig_expect_rebuild_equal(&rig);
    ck_assert_str_eq(t_text(shown(""), "state"), "We have it");
}
END_TEST

START_TEST(bad_public_parts_are_refused_at_load)
{
    answers_refused("proof = 'client.phone'", "proof = 'client.fone'",
                    "workflow 'case', public: proof: record 'client' has no field 'fone'");
    answers_refused("proof = 'client.phone'", "proof = 'colour.phone'",
                    "workflow 'case', public: proof: 'colour' is no reference to another record");
    answers_refused("proof = 'client.phone'", "proof = 'paid'",
                    "workflow 'case', public: proof: 'paid' is money, not text");
    answers_refused("fields = { 'number', 'result', 'colour' } }",
                    "fields = { 'reslt', 'client' } }",
                    "workflow 'case', public: fields: record 'case' has no field 'reslt'; did you "
                    "mean 'result'?\n"
                    "workflow 'case', public: fields: 'client' is a reference: customers are shown "
                    "values, not records");
    answers_refused(
        "    public = { proof = 'client.phone', fields = { 'number', 'result', 'colour' } },\n", "",
        "workflow 'case', state 'received': public has no effect: the workflow itself "
        "has no public = { proof = ..., fields = ... }\n"
        "workflow 'case', state 'working': public has no effect: the workflow itself "
        "has no public = { proof = ..., fields = ... }\n"
        "workflow 'case', state 'asked': public has no effect: the workflow itself has "
        "no public = { proof = ..., fields = ... }\n"
        "workflow 'case', state 'closed': public has no effect: the workflow itself has "
        "no public = { proof = ..., fields = ... }");
    answers_refused(" public = { en = 'We have it', zh = '已收到' },", "",
                    "workflow 'case', state 'received': the initial state needs public = { ... }: "
                    "what is a customer shown at first?");
    answers_refused("public = { proof = 'client.phone', fields", "public = { fields",
                    "workflow 'case', public: missing key 'proof'");
    answers_refused("result = text { en = 'Result'",
                    "result = text { secrecy = 'secret', en = 'Result'",
                    "workflow 'case', public: fields: 'result' is secret: customers must not be "
                    "shown it\n"
                    "template 'case.result': 'result' is secret: it must not stand in a text that "
                    "is sent\n"
                    "template 'case.result': 'result' is secret: it must not stand in a text that "
                    "is sent");
}
END_TEST

/* ---- guidance ---- */

START_TEST(advice_comes_with_rule_and_line)
{
    rig.as = "ben";
    struct rd_value it = rig_ok(&rig, "case.guidance", "{'id': '%s'}", id);
    ck_assert_str_eq(t_text(it, "decision"), "case.advice");
    ck_assert_uint_eq(t_count(it, "guidance"), 1);
    ck_assert_str_eq(t_text(it, "guidance.0.rule"), "case.advice/red");
    ck_assert_ptr_nonnull(strstr(t_text(it, "guidance.0.line"), "scripts/answers.lua:"));
    ck_assert_str_eq(t_text(it, "guidance.0.title"), "Red things");
    ck_assert_str_eq(t_text(it, "guidance.0.symptom"), "s1");
    ck_assert_str_eq(t_text(it, "guidance.0.advice"), "cool it");
    ck_assert(!t_has(it, "guidance.0.advice_zh"));
    it = rig_ok(&rig, "case.guidance", "{'id': '%s', 'language': 'zh'}", id);
    ck_assert_str_eq(t_text(it, "guidance.0.advice"), "降温");
    rig_act(&rig, id, "check");
    rig_act(&rig, id, "work");
    rig_act(&rig, id, "redo");
    it = rig_ok(&rig, "case.guidance", "{'id': '%s'}", id);
    ck_assert_uint_eq(t_count(it, "guidance"), 2);
    ck_assert_str_eq(t_text(it, "guidance.1.advice"), "ask more");
}
END_TEST

START_TEST(where_no_row_fits_there_is_the_fallback)
{
    rig.as = "ben";
    struct rd_value other = rig_ok(
        &rig, "case.open", "{'type': 'case', 'data': {'client': '%s', 'colour': 'blue'}}", ann);
    struct rd_value it = rig_ok(&rig, "case.guidance", "{'id': '%s'}", t_text(other, "id"));
    ck_assert_uint_eq(t_count(it, "guidance"), 1);
    ck_assert_str_eq(t_text(it, "guidance.0.rule"), "case.advice/otherwise");
    ck_assert_str_eq(t_text(it, "guidance.0.advice"), "look");
}
END_TEST

START_TEST(advice_is_for_those_who_may_read_the_case)
{
    rig.as = "sun";
    rig_no(&rig, "not_found", "/id", "case.guidance", "{'id': '%s'}", id);
    rig.as = "ben";
    rig_no(&rig, "not_found", NULL, "case.guidance", "{'id': '%s'}", ann);
    ck_assert_str_eq(rig.error.text,
                     "the rules give no guidance for a client: workflow 'client' has "
                     "no guidance = \"DECISION\"");
    rig_no(&rig, "invalid_params", "/language", "case.guidance", "{'id': '%s', 'language': ''}",
           id);
    answers_refused("guidance = 'case.advice'", "guidance = 'case.advise'",
                    "workflow 'case': guidance: no decision 'case.advise'; did you mean "
                    "'case.advice'?");
    answers_refused("input = { colour = colours, again = integer, alike = integer }",
                    "input = { colour = colours, again = integer, alik = integer }",
                    "workflow 'case': guidance: 'case.advice' asks for 'alik', which is neither a "
                    "field nor a fact of 'case'");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("kernel_progress");
    TCase *tcase = tcase_create("progress");
    tcase_set_timeout(tcase, T_TIMEOUT_S);
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, it_is_found_by_number_and_proof);
    tcase_add_test(tcase, nothing_but_what_is_public_comes_out);
    tcase_add_test(tcase, a_state_without_a_label_keeps_the_one_before);
    tcase_add_test(tcase, a_clock_that_stands_still_promises_nothing);
    tcase_add_test(tcase, all_wrong_questions_have_one_answer);
    tcase_add_test(tcase, whoever_may_read_the_case_needs_no_proof);
    tcase_add_test(tcase, who_may_not_read_the_customer_is_not_shown_his_letters);
    tcase_add_test(tcase, a_case_whose_customer_has_no_proof_is_shown_to_nobody);
    tcase_add_test(tcase, bad_parameters_are_told);
    tcase_add_test(tcase, it_is_found_after_a_rebuild);
    tcase_add_test(tcase, bad_public_parts_are_refused_at_load);
    tcase_add_test(tcase, advice_comes_with_rule_and_line);
    tcase_add_test(tcase, where_no_row_fits_there_is_the_fallback);
    tcase_add_test(tcase, advice_is_for_those_who_may_read_the_case);
    suite_add_tcase(suite, tcase);
    return unit_run(suite);
}
