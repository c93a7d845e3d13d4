/* The simulator, played: the company's own rules hold for a month of seeded work; the same seed is
 * the same history; and a company whose rules are wrong is caught.
 */
#include "common/t.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/json.h"
#include "base/limits.h"
#include "unit/unit.h"

static struct t_daemon *d; /* for its directory and its way to run the program; it stays idle */

static void setup(void)
{
    d = t_daemon_start(NULL);
}

static void teardown(void)
{
    t_daemon_free(d);
}

/* Runs `sim run` with these words; its result, whatever the exit code. */
static struct rd_value sim(int *code, const char *policy, const char *months, const char *cases,
                           const char *seed)
{
    const char *args[] = { "sim",  "run",     "-o",  "json",   "--policy", policy, "--months",
                           months, "--cases", cases, "--seed", seed,       NULL };
    const char *output;
    struct rd_value result;
    struct rd_error error = RD_ERROR_NONE;
    *code = t_program(d, args, &output);
    const char *json = strstr(output, "{\n  \"seed\""); /* behind what was logged */
    ck_assert_msg(json != NULL, "exit code %d: %s", *code, output);
    const char *end = strstr(json, "\n}");
    ck_assert_msg(end != NULL, "%s", output);
    enum rd_status status = rd_json_parse(&d->arena, json, (size_t)(end + 2 - json),
                                          RD_MESSAGE_DEPTH_MAX, &result, &error);
    ck_assert_msg(status == RD_OK, "%s: %s", error.text, json);
    return result;
}

static void assert_held(struct rd_value result, int code)
{
    ck_assert_msg(code == 0 && t_int(result, "breaches") == 0, "exit code %d: %s", code,
                  t_show(t_at(result, "first_breaches")));
    /* nothing is proved by a run in which nothing happened */
    static const char *const checks[] = {
        "rings once",     "states followed",          "limits armed",
        "clocks running", "nothing rings at the end", "four eyes"
    };
    struct rd_value made = t_at(result, "checks");
    for (size_t i = 0; i < sizeof checks / sizeof *checks; i++)
        ck_assert_msg(rd_map_int(&made, checks[i], 0) > 20, "too few of '%s': %s", checks[i],
                      t_show(made));
    ck_assert_int_gt(t_int(result, "rings"), 100);
}

START_TEST(test_a_month_holds_and_a_seed_is_a_history)
{
    int code;
    struct rd_value first = sim(&code, ".", "1", "400", "5");
    assert_held(first, code);
    struct rd_value again = sim(&code, ".", "1", "400", "5");
    assert_held(again, code);
    ck_assert_str_eq(t_text(first, "hash"), t_text(again, "hash"));
    ck_assert_int_eq(t_int(first, "entries"), t_int(again, "entries"));
    struct rd_value other = sim(&code, ".", "1", "400", "6");
    assert_held(other, code);
    ck_assert_str_ne(t_text(first, "hash"), t_text(other, "hash"));
}
END_TEST

/* A quarter, as many cases as a middle-sized company has: `make test-long`. */
START_TEST(test_a_quarter_holds)
{
    int code;
    if (!unit_is_long())
        return;
    struct rd_value first = sim(&code, ".", "3", "20000", "1");
    assert_held(first, code);
    struct rd_value again = sim(&code, ".", "3", "20000", "1");
    ck_assert_str_eq(t_text(first, "hash"), t_text(again, "hash"));
}
END_TEST

static void write_file(const char *dir, const char *name, const char *text)
{
    const char *path = rd_arena_printf(&d->arena, "%s/%s", dir, name);
    FILE *file = fopen(path, "w");
    ck_assert_msg(file != NULL, "%s", path);
    ck_assert_int_ge(fputs(text, file), 0);
    ck_assert_int_eq(fclose(file), 0);
}

static const char company[] =
    "return {\n"
    "  company { name = 'small', zone = 'Asia/Shanghai', languages = { 'en' } },\n"
    "  organisation {\n"
    "    roles = { { 'clerk', en = 'Clerk' } }, units = { 'hq' },\n"
    "    accounts = { { 'a', unit = 'hq', roles = { 'clerk' } }, { 'b', unit = 'hq', roles = { "
    "'clerk' } } },\n"
    "  },\n"
    "  authority { { { 'payment.ask', 'payment.pay', 'payment.read' }, from = 'clerk' } },\n"
    "}\n";

static const char payment[] =
    "return {\n"
    "  record 'payment' { owner = 'asker', fields = { asker = account, payer = account, amount = "
    "money { required = true } } },\n"
    "  form 'payment' { of = 'payment', fields = { 'amount' }, required = { 'amount' } },\n"
    "  workflow 'payment' {\n"
    "    version = 1, initial = 'asked', open = { event = 'ask', form = 'payment', run = 'ask' },\n"
    "    invariants = { 'paid_by_another' },\n"
    "    states = {\n"
    "      asked = { on = { pay = { go = 'paid', by = 'payer' } }, after = { '30 days', go = "
    "'paid' } },\n"
    "      paid = { final = true },\n"
    "    },\n"
    "    guards = { paid_by_another = function(f) return f.payer == nil or f.payer ~= f.asker, "
    "'who asked has paid' end },\n"
    "    actions = { ask = function(f) return set { asker = f.actor.account } end },\n"
    "  },\n"
    "}\n";

/* Nobody wrote that the asker may not pay: the simulation finds the one who does. */
START_TEST(test_a_company_without_four_eyes_is_caught)
{
    int code;
    const char *dir = rd_arena_printf(&d->arena, "%s/small", d->dir);
    ck_assert_int_eq(mkdir(dir, 0700), 0);
    ck_assert_int_eq(mkdir(rd_arena_printf(&d->arena, "%s/rules", dir), 0700), 0);
    ck_assert_int_eq(mkdir(rd_arena_printf(&d->arena, "%s/scripts", dir), 0700), 0);
    write_file(dir, "rules/company.lua", company);
    write_file(dir, "scripts/payment.lua", payment);
    struct rd_value result = sim(&code, dir, "1", "50", "1");
    ck_assert_int_eq(code, 1);
    ck_assert_int_gt(t_int(result, "breaches"), 0);
    const char *first = t_text(result, "first_breaches.0");
    ck_assert_msg(strstr(first, "the invariant 'paid_by_another' does not hold") &&
                      strstr(first, "who asked has paid") && strstr(first, "payment.pay"),
                  "%s", first);
}
END_TEST

START_TEST(test_bad_words_are_said)
{
    static const struct {
        const char *words[8];
        const char *says;
    } bad[] = {
        { { "sim", "run", "--months", "0", NULL }, "--months lies between 1 and 120" },
        { { "sim", "run", "--cases", "0", NULL }, "--cases lies between 1 and" },
        { { "sim", "run", "--start", "2026-13-01", NULL }, "--start takes a day" },
        { { "sim", "run", "--start", "2026-02-30", NULL }, "--start takes a day" },
        { { "sim", "run", "--seed", "x", NULL }, "--seed" },
        { { "sim", "run", "--policy", "/nonexistent", NULL }, "/nonexistent" },
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        const char *output;
        ck_assert_int_eq(t_program(d, bad[i].words, &output), 2);
        ck_assert_msg(strstr(output, bad[i].says) != NULL, "%zu: %s", i, output);
    }
    const char *args[] = { "sim", "run", "--data", rd_arena_printf(&d->arena, "%s/data", d->dir),
                           NULL };
    const char *output;
    ck_assert_int_ne(t_program(d, args, &output), 0); /* the daemon's own directory */
    ck_assert_msg(strstr(output, "holds data already") != NULL, "%s", output);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("sim");
    TCase *tests = tcase_create("sim");
    tcase_set_timeout(tests, unit_is_long() ? 900 : T_TIMEOUT_S);
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, test_a_month_holds_and_a_seed_is_a_history);
    tcase_add_test(tests, test_a_quarter_holds);
    tcase_add_test(tests, test_a_company_without_four_eyes_is_caught);
    tcase_add_test(tests, test_bad_words_are_said);
    suite_add_tcase(suite, tests);
    return unit_run(suite);
}
