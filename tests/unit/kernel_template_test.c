/* Templates: what is told by them, in whose language, when the words are filled in; what a bad one
 * is told at load; and having one filled in by hand. */
#include "unit/answers_rig.h"

#include <string.h>

#include "base/limits.h"

static struct kernel_rig rig;

static void setup(void)
{
    answers_open(&rig, NULL, NULL);
    ck_assert_msg(rig.status == RD_OK, "%s", rig.error.text);
}

static void teardown(void)
{
    rig_close(&rig);
}

static const char *client_of(const char *id)
{
    return rd_arena_printf(&rig.arena, "client:%s", id);
}

/* The clock of the whole case starts behind the action that tells of it: Monday 09:00 and three
 * business days. */
START_TEST(a_receipt_promises_a_time_that_is_planned_later)
{
    const char *ann = answers_client(&rig, "13800000001", NULL);
    answers_case(&rig, ann);
    ck_assert_str_eq(answers_told(&rig, client_of(ann)),
                     "Dear Ann Lee, K-2026-001 (Red) is received on 2026-03-02; answer by "
                     "2026-03-05 09:00. ben");
    rig_expect_rebuild_equal(&rig);
}
END_TEST

START_TEST(each_reads_his_own_language)
{
    const char *ann = answers_client(&rig, "13800000001", "zh");
    const char *id = answers_case(&rig, ann);
    ck_assert_str_eq(answers_told(&rig, client_of(ann)),
                     "尊敬的Ann Lee:K-2026-001(红)已受理,2026-03-02;2026-03-05 09:00前答复。ben");
    uint32_t before = answers_notices(&rig).count;
    rig_advance(&rig,
                "8 hours"); /* the limit tells the client and the owner, who read differently */
    ck_assert_uint_eq(answers_notices(&rig).count, before + 2);
    ck_assert_ptr_nonnull(strstr(answers_told(&rig, client_of(ann)), "超时"));
    rig_act(&rig, id, "check");
    rig_expect_rebuild_equal(&rig);
}
END_TEST

START_TEST(values_are_told_as_people_read_them)
{
    const char *ann = answers_client(&rig, "13800000001", "zh");
    const char *id = answers_case(&rig, ann);
    rig.as = "ben";
    rig_ok(&rig, "case.act",
           "{'id': '%s', 'event': 'close', 'form': {'result': 'all {well}', 'paid': '12.50', "
           "'done': true, 'met': '2026-03-02T01:30:00Z', 'tags': ['red', 'blue']}}",
           id);
    ck_assert_str_eq(answers_told(&rig, client_of(ann)),
                     "all {well}|12.50|是|2026-03-02 09:30|红, 蓝|ben|gz|C-001");
    ck_assert_str_eq(answers_told(&rig, "ben"),
                     "all {well}|12.50|yes|2026-03-02 09:30|Red, Blue|ben|gz|C-001");
}
END_TEST

START_TEST(a_question_takes_its_words_from_the_form)
{
    const char *ann = answers_client(&rig, "13800000001", NULL);
    const char *id = answers_case(&rig, ann);
    rig.as = "ben";
    rig_ok(&rig, "case.act", "{'id': '%s', 'event': 'ask', 'form': {'question': 'which one?'}}",
           id);
    ck_assert_str_eq(answers_told(&rig, client_of(ann)), "Please tell us: which one? ()");
}
END_TEST

START_TEST(a_template_is_filled_in_by_hand)
{
    const char *ann = answers_client(&rig, "13800000001", NULL);
    const char *id = answers_case(&rig, ann);
    rig.as = "ben";
    uint32_t notices = answers_notices(&rig).count;
    struct rd_value done = rig_ok(
        &rig, "template.render", "{'template': 'case.received', 'id': '%s', 'language': 'zh'}", id);
    ck_assert_str_eq(t_text(done, "title"), "受理");
    ck_assert_str_eq(t_text(done, "language"), "zh");
    ck_assert_ptr_nonnull(strstr(t_text(done, "text"), "2026-03-05 09:00前"));
    done = rig_ok(&rig, "template.render",
                  "{'template': 'case.question', 'id': '%s', 'form': {'question': 'why', 'by_day': "
                  "'2026-03-09'}}",
                  id);
    ck_assert_str_eq(t_text(done, "text"), "Please tell us: why (2026-03-09)");
    ck_assert_uint_eq(answers_notices(&rig).count, notices); /* nobody was told */
}
END_TEST

START_TEST(filling_in_by_hand_is_refused)
{
    const char *ann = answers_client(&rig, "13800000001", NULL);
    const char *id = answers_case(&rig, ann);
    rig.as = "ben";
    rig_no(&rig, "not_found", "/template", "template.render",
           "{'template': 'case.recieved', 'id': '%s'}", id);
    ck_assert_str_eq(rig.error.text,
                     "there is no template 'case.recieved'; did you mean 'case.received'?");
    rig_no(&rig, "invalid_params", "/template", "template.render",
           "{'template': 'client.hello', 'id': '%s'}", id);
    ck_assert_str_eq(rig.error.text,
                     "template 'client.hello' speaks of a client, and this is a case");
    rig_no(&rig, "invalid_params", "/language", "template.render",
           "{'template': 'case.late', 'id': '%s', 'language': 'fr'}", id);
    rig_no(&rig, "invalid_params", "/template", "template.render", "{'template': 7, 'id': '%s'}",
           id);
    rig_no(&rig, "bad_form", "/form/question", "template.render",
           "{'template': 'case.question', 'id': '%s'}", id);
    rig_no(&rig, "bad_form", "/form/by_day", "template.render",
           "{'template': 'case.question', 'id': '%s', 'form': {'question': 'x', 'by_day': 'soon'}}",
           id);
    rig_no(&rig, "bad_form", "/form/x", "template.render",
           "{'template': 'case.late', 'id': '%s', 'form': {'x': 'y'}}", id);
    rig.as = "sun"; /* another unit: it is not there for him */
    rig_no(&rig, "not_found", "/id", "template.render", "{'template': 'case.late', 'id': '%s'}",
           id);
}
END_TEST

/* Whoever fills in a letter must be allowed to read what it tells. */
START_TEST(a_letter_tells_no_more_than_its_writer_may_read)
{
    const char *ann = answers_client(&rig, "13800000001", NULL);
    const char *id = answers_case(&rig, ann);
    rig.as = "adm"; /* may read cases, but not clients */
    rig_no(&rig, "not_allowed", NULL, "template.render",
           "{'template': 'case.received', 'id': '%s'}", id);
    ck_assert_str_eq(rig.error.text,
                     "template 'case.received' tells 'client.name', which adm may not read");
    rig_ok(&rig, "template.render", "{'template': 'case.late', 'id': '%s'}", id);
}
END_TEST

START_TEST(what_somebody_typed_in_brings_out_no_secret)
{
    rig_close(&rig);
    answers_open(&rig, "receipt = function(f) return tell { 'client', template = 'case.received' }",
                 "receipt = function(f) return tell { 'owner', text = f.note }");
    const char *client = answers_client(&rig, "13800138000", "en");
    rig.as = "ben";
    rig_ok(&rig, "case.open",
           "{'type': 'case', 'data': {'client': '%s', 'note': 'I am {client.name}: {client.vow} "
           "{note} {{note}} {'}}",
           client);
    rig.as = NULL;
    ck_assert_str_eq(
        answers_told(&rig, "ben"),
        "I am Ann Lee: {client.vow} I am {client.name}: {client.vow} {note} {{note}} { "
        "{{note}} {");
}
END_TEST

START_TEST(a_text_that_grows_too_long_is_refused_whole)
{
    const char *ann = answers_client(&rig, "13800000001", NULL);
    const char *id = answers_case(&rig, ann);
    char *long_text = rd_arena_zalloc(&rig.arena, RD_TEXT_FIELD_BYTES_MAX + 1, 1);
    uint32_t notices = answers_notices(&rig).count;
    memset(long_text, 'x', RD_TEXT_FIELD_BYTES_MAX);
    rig.as = "ben";
    rig_no(&rig, "limit_exceeded", NULL, "case.act",
           "{'id': '%s', 'event': 'close', 'form': {'result': '%s'}}", id, long_text);
    ck_assert_str_eq(t_text(rig_ok(&rig, "case.get", "{'id': '%s'}", id), "state"), "received");
    ck_assert_uint_eq(answers_notices(&rig).count, notices);
}
END_TEST

START_TEST(what_is_wrong_when_it_is_told_is_a_policy_fault)
{
    rig_close(&rig);
    answers_open(&rig,
                 "receipt = function(f) return tell { 'client', template = 'case.received' } end",
                 "receipt = function(f) return tell { 'client', template = 'case.question' } end");
    const char *ann = answers_client(&rig, "13800000001", NULL);
    rig.as = "ben";
    rig_no(&rig, "policy_fault", NULL, "case.open", "{'type': 'case', 'data': {'client': '%s'}}",
           ann);
    ck_assert_str_eq(rig.error.text,
                     "template 'case.question' needs form.question, which the form of this event "
                     "does not have");
    rig_close(&rig);
    answers_open(&rig,
                 "receipt = function(f) return tell { 'client', template = 'case.received' } end",
                 "receipt = function(f) return tell { 'client', template = 'case.receivd' } end");
    ann = answers_client(&rig, "13800000001", NULL);
    rig.as = "ben";
    rig_no(&rig, "policy_fault", NULL, "case.open", "{'type': 'case', 'data': {'client': '%s'}}",
           ann);
    ck_assert_ptr_nonnull(strstr(rig.error.text, "action 'receipt': tell: there is no template "
                                                 "'case.receivd'; did you mean 'case.received'?"));
    rig_close(&rig);
    answers_open(&rig,
                 "receipt = function(f) return tell { 'client', template = 'case.received' } end",
                 "receipt = function(f) return tell { 'client', template = 'client.hello' } end");
    ann = answers_client(&rig, "13800000001", NULL);
    rig.as = "ben";
    rig_no(&rig, "policy_fault", NULL, "case.open", "{'type': 'case', 'data': {'client': '%s'}}",
           ann);
    ck_assert_ptr_nonnull(
        strstr(rig.error.text, "template 'client.hello' speaks of 'client', not of 'case'"));
}
END_TEST

START_TEST(bad_templates_are_refused_at_load)
{
    answers_refused("Hello {name}", "Hello {nam}",
                    "template 'client.hello': the text 'en' has an unknown placeholder 'nam'; did "
                    "you mean 'name'?\n"
                    "template 'client.hello': 'name' stands in the text 'zh' but not in 'en'");
    answers_refused("{client.name}, {number} (", "{client.nam}, {number} (",
                    "template 'case.received': the text 'en' has an unknown placeholder "
                    "'client.nam'; did you mean 'client.name'?\n"
                    "template 'case.received': 'client.name' stands in the text 'zh' but not in "
                    "'en'");
    answers_refused("'Hello {name}', zh = '您好{name}'", "'Hello {name}', zh = '您好'",
                    "template 'client.hello': 'name' stands in the text 'en' but not in 'zh'");
    answers_refused(
        "en = 'Hello {name}', zh = '您好{name}'", "en = 'Hello {vow}', zh = '您好{vow}'",
        "template 'client.hello': 'vow' is top_secret: it must not stand in a text that "
        "is sent\n"
        "template 'client.hello': 'vow' is top_secret: it must not stand in a text that "
        "is sent");
    answers_refused("en = 'Hello {name}', zh = '您好{name}'", "en = 'Hello {name}'",
                    "template 'client.hello': no text in 'zh', a language of the company");
    answers_refused(
        "template 'client.hello' { of = 'client', en = 'Hello {name}', zh = '您好{name}' }",
        "template 'client.hello' { of = 'clint', en = 'a', zh = 'b' }",
        "template 'client.hello': of: no record 'clint'; did you mean 'client'?");
    answers_refused("en = '{number} is late: {due.within}', zh = '{number}超时:{due.within}'",
                    "en = '{due.withn}', zh = '{due.withn}'",
                    "template 'case.late': the text 'en' has an unknown placeholder 'due.withn'\n"
                    "template 'case.late': the text 'zh' has an unknown placeholder 'due.withn'");
    answers_refused("'owner', template = 'case.late' }", "'owner', template = 'case.lat' }",
                    "received: tell: no template 'case.lat'; did you mean 'case.late'?");
    answers_refused("'owner', template = 'case.late' }", "'owner', template = 'client.hello' }",
                    "received: tell: template 'client.hello' speaks of 'client', not of 'case'");
    answers_refused(
        "'owner', template = 'case.late' }", "'owner', template = 'case.question' }",
        "received: tell: template 'case.question' needs form.question, but a limit has "
        "no form\n"
        "received: tell: template 'case.question' needs form.by_day, but a limit has no "
        "form");
    answers_refused("'owner', template = 'case.late' }",
                    "'owner', template = 'case.late', text = 'x' }",
                    "workflow 'case', state 'received', after: tell: either text or template, not "
                    "both");
    answers_refused("en = 'Hello {name}', zh = '您好{name}'", "title = 'x'",
                    "template 'client.hello': no text: say en = \"...\", zh = \"...\" or both");
}
END_TEST

START_TEST(a_text_has_a_limit)
{
    struct kernel_rig other;
    rig_make(&other);
    char *text = rd_arena_zalloc(&other.arena, 16 * 1024 + 200, 1);
    strcpy(text, "en = '");
    memset(text + 6, 'x', 16 * 1024 + 1);
    strcat(text, "', zh = 'x'");
    rig_stop(&other);
    answers_refused("en = 'Hello {name}', zh = '您好{name}'", text,
                    "template 'client.hello': the text 'en' has 16385 bytes; 16384 is the limit");
    unit_dir_remove(other.dir);
    rd_arena_fini(&other.arena);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("kernel_template");
    TCase *tcase = tcase_create("template");
    tcase_set_timeout(tcase, T_TIMEOUT_S);
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, a_receipt_promises_a_time_that_is_planned_later);
    tcase_add_test(tcase, each_reads_his_own_language);
    tcase_add_test(tcase, values_are_told_as_people_read_them);
    tcase_add_test(tcase, a_question_takes_its_words_from_the_form);
    tcase_add_test(tcase, a_template_is_filled_in_by_hand);
    tcase_add_test(tcase, filling_in_by_hand_is_refused);
    tcase_add_test(tcase, a_letter_tells_no_more_than_its_writer_may_read);
    tcase_add_test(tcase, what_somebody_typed_in_brings_out_no_secret);
    tcase_add_test(tcase, a_text_that_grows_too_long_is_refused_whole);
    tcase_add_test(tcase, what_is_wrong_when_it_is_told_is_a_policy_fault);
    tcase_add_test(tcase, bad_templates_are_refused_at_load);
    tcase_add_test(tcase, a_text_has_a_limit);
    suite_add_tcase(suite, tcase);
    return unit_run(suite);
}
