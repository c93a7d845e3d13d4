/* What customers are told and shown, over the real socket with the company's own rules: the receipt
 * with its date, how the case stands for whoever proves who he is, the door that closes on
 * guessers, advice and letters from the command line, and a finding when nobody answers. */
#include "common/t.h"

#include <string.h>

#include "base/limits.h"
#include "unit/unit.h"

static struct t_daemon *d;
static const char *number, *id;

static void setup(void)
{
    d = t_daemon_start(&(struct t_options){ .tcp = true });
    struct rd_value li =
        t_call(d, "record.create",
               "{'as': 'ben', 'type': 'customer', 'data': {'name': 'Li Wei', 'phone': "
               "'13800000001'}}");
    struct rd_value opened = t_call(
        d, "case.open",
        "{'as': 'ben', 'type': 'complaint', 'data': {'customer': '%s', 'channel': 'hotline', "
        "'problem': 'billing', 'symptom': 'charged_twice', 'summary': 'INTERNAL WORDS'}}",
        t_text(li, "id"));
    number = t_text(opened, "number");
    id = t_text(opened, "id");
}

static void teardown(void)
{
    t_daemon_free(d);
}

/* An account of another unit, on a connection of its own: he may read no case of gz. */
static struct rd_client *other_unit(void)
{
    struct rd_value token = t_call(d, "account.token", "{'account': 'sun'}");
    struct rd_client *client = t_connect(d, t_daemon_tcp(d));
    t_call_on(d, client, "session.login", "{'token': '%s'}", t_text(token, "token"));
    return client;
}

START_TEST(test_a_customer_asks_how_it_stands)
{
    struct rd_client *client = other_unit();
    struct rd_value it =
        t_call_on(d, client, "case.progress",
                  "{'number': '%s', 'proof': '+86 138 0000 0001', 'language': 'en'}", number);
    ck_assert_str_eq(t_text(it, "number"), number);
    ck_assert_str_eq(t_text(it, "state"), "Received");
    ck_assert(t_has(it, "promised_by"));
    ck_assert_uint_eq(t_count(it, "sent"), 1);
    ck_assert_ptr_nonnull(strstr(t_text(it, "sent.0.text"), number));
    ck_assert_ptr_null(strstr(t_show(it), "INTERNAL"));
    ck_assert_ptr_null(strstr(t_show(it), "13800000001"));
    t_call(d, "case.act",
           "{'as': 'ben', 'id': '%s', 'event': 'verify', 'form': {'ground': 'insufficient', "
           "'demand': 'reasonable', 'findings': 'You were charged once'}}",
           id);
    it = t_call_on(d, client, "case.progress", "{'number': '%s', 'proof': '13800000001'}", number);
    ck_assert_str_eq(t_text(it, "state"), "已解释说明");
    ck_assert_ptr_nonnull(strstr(t_text(it, "sent.1.text"), "You were charged once"));
    rd_client_close(client);
}
END_TEST

/* Wrong proofs are counted for the session, as wrong tokens are. */
START_TEST(test_a_session_that_guesses_is_closed)
{
    struct rd_client *client = other_unit();
    struct rd_error error = RD_ERROR_NONE;
    for (int i = 0; i < RD_LOGIN_FAILURES_MAX; i++) {
        if (i == 2) /* a right one in between forgives nothing */
            t_call_on(d, client, "case.progress", "{'number': '%s', 'proof': '13800000001'}",
                      number);
        t_refused_on(d, client, "not_found", "case.progress", "{'number': '%s', 'proof': '%d'}",
                     number, i);
    }
    const char *line;
    size_t len;
    ck_assert_int_eq(rd_client_read_line(client, &d->arena, &line, &len, &error), RD_OK);
    ck_assert_msg(strstr(line, "\"id\":null") && strstr(line, "too many failed"), "%s", line);
    ck_assert_int_eq(rd_client_read_line(client, &d->arena, &line, &len, &error), RD_END);
    t_daemon_await_log(d, "failed log-ins or proofs");
    rd_client_close(client);
    client = other_unit(); /* others are not hurt by it */
    t_call_on(d, client, "case.progress", "{'number': '%s', 'proof': '13800000001'}", number);
    rd_client_close(client);
}
END_TEST

/* Without a proof nothing is guessed: a number that is not there costs nothing. */
START_TEST(test_a_question_without_a_proof_is_no_guess)
{
    struct rd_client *client = other_unit();
    for (int i = 0; i < 2 * RD_LOGIN_FAILURES_MAX; i++)
        t_refused_on(d, client, "not_found", "case.progress", "{'number': 'CP-2026-9%05d'}", i);
    t_call_on(d, client, "case.progress", "{'number': '%s', 'proof': '13800000001'}", number);
    rd_client_close(client);
}
END_TEST

static const char *program(const char *const *args)
{
    const char *output;
    ck_assert_msg(t_program(d, args, &output) == 0, "%s", output);
    return output;
}

START_TEST(test_staff_work_from_the_command_line)
{
    const char *address = d->address;
    const char *shown =
        program((const char *const[]){ "case", "progress", number, "--connect", address, "--as",
                                       "ben", "--language", "en", NULL });
    ck_assert_ptr_nonnull(strstr(shown, "Received"));
    ck_assert_ptr_nonnull(strstr(shown, "尊敬的Li Wei"));
    shown = program((const char *const[]){ "case", "guidance", id, "--connect", address, "--as",
                                           "ben", "--language", "en", NULL });
    ck_assert_ptr_nonnull(strstr(shown, "complaint.guidance/charged_twice"));
    ck_assert_ptr_nonnull(strstr(shown, "rules/guidance.lua:"));
    ck_assert_ptr_nonnull(strstr(shown, "refund the second"));
    shown = program((const char *const[]){ "template", "render", "complaint.question", id,
                                           "question=Which card?", "--connect", address, "--as",
                                           "ben", "--language", "en", NULL });
    ck_assert_ptr_nonnull(strstr(shown, "Which card?"));
    ck_assert_ptr_nonnull(strstr(shown, "Question to the customer"));
    /* what was typed in can't repaint the screen of whoever reads it */
    shown = program((const char *const[]){ "template", "render", "complaint.question", id,
                                           "question=\033[2JWhich\ncard?", "--connect", address,
                                           "--as", "ben", "--language", "en", NULL });
    ck_assert_ptr_nonnull(strstr(shown, " [2JWhich\ncard?"));
    ck_assert_ptr_null(strchr(shown, '\033'));
}
END_TEST

/* Each template of the company can be filled in, in both languages, and leaves no brace behind. */
START_TEST(test_every_letter_of_the_company_can_be_written)
{
    static const char *const LETTERS[] = {
        "complaint.received",  "complaint.staged_answer", "complaint.remedy",
        "complaint.result",    "complaint.apology",       "complaint.closed_without_answer",
        "complaint.withdrawn", "complaint.reopened",
    };
    static const char *const LANGUAGES[] = { "en", "zh" };
    for (size_t i = 0; i < sizeof LETTERS / sizeof *LETTERS; i++)
        for (size_t k = 0; k < 2; k++) {
            struct rd_value done =
                t_call(d, "template.render",
                       "{'as': 'ben', 'template': '%s', 'id': '%s', 'language': '%s'}", LETTERS[i],
                       id, LANGUAGES[k]);
            ck_assert_str_eq(t_text(done, "language"), LANGUAGES[k]);
            ck_assert_ptr_nonnull(strstr(t_text(done, "text"), number));
            ck_assert_ptr_null(strchr(t_text(done, "text"), '{'));
        }
}
END_TEST

START_TEST(test_a_complaint_left_alone_has_names_on_it)
{
    t_advance(d, "4 days");
    struct rd_value findings =
        t_call(d, "case.list", "{'as': 'chen', 'type': 'finding', 'where': {'person': 'ben'}}");
    ck_assert_uint_eq(t_count(findings, "cases"), 1);
    ck_assert_str_eq(t_text(findings, "cases.0.data.rule"), "careless_handling");
    ck_assert_str_eq(t_text(findings, "cases.0.data.source"), id);
    ck_assert_str_eq(t_text(findings, "cases.0.state"), "proposed");
    struct rd_value own = t_call(d, "case.list", "{'as': 'ben', 'type': 'finding'}");
    ck_assert_uint_eq(t_count(own, "cases"), 1); /* his own file, and nobody else's */
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("answers");
    TCase *tcase = tcase_create("answers");
    tcase_set_timeout(tcase, T_TIMEOUT_S);
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, test_a_customer_asks_how_it_stands);
    tcase_add_test(tcase, test_a_session_that_guesses_is_closed);
    tcase_add_test(tcase, test_a_question_without_a_proof_is_no_guess);
    tcase_add_test(tcase, test_staff_work_from_the_command_line);
    tcase_add_test(tcase, test_every_letter_of_the_company_can_be_written);
    tcase_add_test(tcase, test_a_complaint_left_alone_has_names_on_it);
    suite_add_tcase(suite, tcase);
    return unit_run(suite);
}
