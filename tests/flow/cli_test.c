/* The command line: exit codes as documented, JSON that parses, guesses for what is misspelled. */
#include "common/t.h"

#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "common/company.h"
#include "unit/unit.h"

#define ARGS_MAX 24

static struct t_daemon *d;

static void setup(void)
{
    d = t_daemon_start(NULL);
}

static void teardown(void)
{
    t_daemon_free(d);
}

static const char *output; /* of the last run */

/* Runs a line of words, with --connect where `client`; the exit code. */
static int run(bool client, const char *line)
{
    const char *args[ARGS_MAX + 3];
    size_t count = 0;
    char *words = rd_arena_copy(&d->arena, line, strlen(line));
    char *at = NULL;
    for (char *word = strtok_r(words, " ", &at); word; word = strtok_r(NULL, " ", &at)) {
        ck_assert_uint_lt(count, ARGS_MAX);
        args[count++] = word;
    }
    if (client) {
        args[count++] = "--connect";
        args[count++] = d->address;
    }
    args[count] = NULL;
    return t_program(d, args, &output);
}

static void exits(int code, bool client, const char *line)
{
    int got = run(client, line);
    ck_assert_msg(got == code, "redress %s: exit %d, expected %d:\n%s", line, got, code, output);
}

static void says(const char *text)
{
    ck_assert_msg(strstr(output, text) != NULL, "'%s' is missing in:\n%s", text, output);
}

static void is_json(bool client, const char *line)
{
    struct rd_value value;
    struct rd_error error = RD_ERROR_NONE;
    exits(0, client, rd_arena_printf(&d->arena, "%s -o json", line));
    enum rd_status status = rd_json_parse(&d->arena, output, strlen(output), 32, &value, &error);
    ck_assert_msg(status == RD_OK, "redress %s -o json: %s:\n%s", line, error.text, output);
}

/* A customer and his complaint: 3-1 and 2-1 here, but asked, not assumed. */
static const char *complaint(void)
{
    const char *li = t_text(t_call(d, "record.create",
                                   "{'type': 'customer', 'as': 'ben', 'data': {'name': 'Li', "
                                   "'handler': 'ben', 'unit': 'gz'}}"),
                            "id");
    return t_text(t_call(d, "case.open",
                         "{'type': 'complaint', 'as': 'ben', 'data': {'customer': '%s', 'channel': "
                         "'hotline', 'problem': 'billing', 'summary': 'Twice'}}",
                         li),
                  "id");
}

#define LINE(...) rd_arena_printf(&d->arena, __VA_ARGS__)

START_TEST(test_exit_codes)
{
    const char *id = complaint();
    exits(0, true, LINE("case show %s", id));
    says("CP-2026-000001");
    exits(2, true, LINE("case act %s verify ground=enough --as ben", id));
    says("/form/ground");
    exits(3, false, "server info --connect unix:/nonexistent/socket");
    exits(4, true, LINE("case act %s verify ground=sufficient demand=reasonable --as kf1", id));
    says("rules/authority.lua:");
    exits(5, true, "case show 2-999999");
    exits(6, true, LINE("case act %s archive --as dang", id));
    exits(6, true, LINE("case act %s withdraw --as ben --if-version 7", id));
}
END_TEST

/* What is told is told as one reads it: no JSON among it; cases go by their number, too. */
START_TEST(test_people_read_no_json)
{
    (void)complaint();
    exits(0, true, "case actions CP-2026-000001 --as ben");
    says("state received  version 1");
    exits(2, true, "case open complaint channel=hotline --as ben");
    says("  faults:\n    /data/customer is required\n    /data/problem is required\n");
    exits(2, true, "case act CP-2026-000001 verify ground=enough demand=reasonable --as ben");
    ck_assert_ptr_null(strstr(output, "faults")); /* the one fault is the sentence itself */
    exits(6, true, "case act CP-2026-000001 transfer --as ben");
    says("  accepts: verify, ");
    exits(4, true, "case act CP-2026-000001 verify ground=sufficient demand=reasonable --as kf1");
    says("  reach unit  reason none of these roles\n");
    ck_assert_ptr_null(strchr(output, '{'));
    exits(0, true, "case list complaint problem=quality");
    says("there is none, or none that one may see");
    exits(0, true, "staff list");
    says("  g1     handler\n");
    ck_assert_ptr_null(strchr(output, '['));
}
END_TEST

START_TEST(test_checked_and_found_failing)
{
    const char *dir = LINE("%s/company", d->dir);
    t_company_copy(dir);
    exits(0, false, LINE("policy check %s", dir));
    t_company_edit(dir, "scripts/complaint.lua", "initial = \"received\"", "initial = \"receivd\"");
    exits(1, false, LINE("policy check %s", dir));
    says("scripts/complaint.lua:");
    says("did you mean 'received'");
}
END_TEST

START_TEST(test_wrong_words_get_the_nearest_guess)
{
    exits(2, false, "srve");
    says("did you mean 'serve'");
    exits(2, false, "case opeen complaint");
    says("did you mean 'case open'");
    exits(2, false, "case list complaint --limt 3");
    says("--limit");
    exits(2, false, "case list complaint --limit many");
    exits(2, false, "case");
    exits(2, false, "case open");
    exits(2, false, "case show 2-1 2-2");
    exits(2, false, "play --twice");
    exits(2, false, "serve --clock-start 2026-03-02T09:00:00Z");
    exits(2, true, "case list complaint -o xml");
}
END_TEST

/* Every command of the reference page has a help, and it is about this command. */
START_TEST(test_every_command_has_a_help)
{
    exits(0, false, "reference commands");
    const char *page = output;
    int seen = 0;
    for (const char *at = page; (at = strstr(at, "\n## redress ")) != NULL; seen++) {
        at += strlen("\n## redress ");
        const char *name = rd_arena_copy(&d->arena, at, strcspn(at, "\n"));
        exits(0, false, LINE("%s --help", name));
        says(LINE("usage: redress %s", name));
        exits(0, false, LINE("help %s", name));
        says(LINE("usage: redress %s", name));
    }
    ck_assert_int_gt(seen, 30);
    exits(0, false, "help");
    exits(0, false, "--help");
    exits(0, false, "case --help");
    exits(0, false, "--version");
    says("redress ");
}
END_TEST

START_TEST(test_json_parses)
{
    const char *id = complaint();
    static const char *const plain[] = {
        "server info",
        "policy info",
        "notice list",
        "case list complaint",
        "case list customer --all",
        "record create customer name=Wu --as ben",
        "account token ben",
    };
    for (size_t i = 0; i < sizeof(plain) / sizeof(*plain); i++)
        is_json(true, plain[i]);
    is_json(true, LINE("case act %s verify ground=sufficient demand=reasonable --as ben", id));
    is_json(true, LINE("case show %s", id));
    is_json(true, LINE("case history %s", id));
    is_json(true, LINE("case actions %s --as ben", id));
    is_json(true, LINE("case explain %s", id));
    is_json(true, LINE("case act %s transfer department=finance --as ben --dry-run", id));
    is_json(true, "clock advance --to 2026-03-10T09:00:00+08:00");
    is_json(true, "decide remedy.limit remedy=refund role=handler tier=key");
    is_json(true, "feed tail --since 0 --count 1");
    is_json(false, "policy check .");
    is_json(false, LINE("audit verify --data %s/data", d->dir));
    t_daemon_stop(d);
    is_json(false, LINE("store stat --data %s/data", d->dir));
    is_json(false, LINE("store rebuild --data %s/data", d->dir));
}
END_TEST

START_TEST(test_what_people_see)
{
    const char *id = complaint();
    exits(0, true, "case list complaint --field summary");
    says("CP-2026-000001");
    says("Twice");
    exits(0, true, LINE("case actions %s --as ben", id));
    says("verify");
    says("ground*");
    exits(0, true, LINE("case actions %s --as kf1", id));
    says("may not");
    says("none of the roles");
    exits(0, true, LINE("case history %s", id));
    says("complaint.receive");
    says("ben (administrator)"); /* the name is not who it was */
    exits(0, true, LINE("case explain %s", id));
    says("complaint.receive by ben");
    says("rules/tiers.lua:");
    exits(0, true, "clock advance --to 2026-03-06T09:00:00+08:00");
    exits(0, true, "notice list --to li_na");
    says("scripts/complaint.lua:");
    exits(0, true, "feed tail --end"); /* from the first on, and ends */
    says("policy.activate");
    says("ben (administrator)  complaint.receive");
    exits(0, true, "feed tail --end --since 999999");
    exits(0, true, "feed tail --since 0 --count 3");
    says("complaint.receive");
    exits(0, true, "decide remedy.limit remedy=refund role=handler tier=key");
    says("500.00");
    says("rules/remedies.lua:");
    exits(0, true, "call server.info");
    exits(2, true, "call server.inof");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("cli");
    TCase *tcase = tcase_create("cli");
    tcase_set_timeout(tcase, T_TIMEOUT_S);
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, test_exit_codes);
    tcase_add_test(tcase, test_people_read_no_json);
    tcase_add_test(tcase, test_checked_and_found_failing);
    tcase_add_test(tcase, test_wrong_words_get_the_nearest_guess);
    tcase_add_test(tcase, test_every_command_has_a_help);
    tcase_add_test(tcase, test_json_parses);
    tcase_add_test(tcase, test_what_people_see);
    suite_add_tcase(suite, tcase);
    return unit_run(suite);
}
