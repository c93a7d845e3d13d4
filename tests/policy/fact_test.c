/* The words behind a workflow's facts: down to the normal form, and what an administrator gets
 * wrong. */
#include "policy/rig.h"

static struct rig rig;

static void teardown(void)
{
    rig_end(&rig);
}

/* A workflow whose facts are this text, in its line 2. */
static void load(const char *facts)
{
    static char text[4096];
    snprintf(text, sizeof text,
             "return { decision \"d\" { input = { a = integer, b = boolean }, output = { o = text "
             "}, hit = "
             "\"first\", rows = { { o = \"x\" } } }, workflow \"ticket\" { version = 1, initial = "
             "\"a\", open = { event = \"o\" },\n"
             "  facts = { %s },\n"
             "  states = { a = { on = { go = \"b\" }, after = { \"1 day\", go = \"b\" } }, b = { "
             "final = true } } } }",
             facts);
    rig_load(&rig, true, "rules/x.lua", text);
}

struct good {
    const char *facts, *json;
};

static const struct good GOOD[] = {
    { "n = count \"ticket\" { same = { department = \"actor.unit\" }, where = { "
      "state = { \"a\", \"b\" }, amount = \"1.00\" }, in_this = \"quarter\" }",
      "[{\"in_this\":\"quarter\",\"kind\":\"count\",\"line\":2,\"name\":\"n\",\"same\":[{\"name\":"
      "\"department\",\"path\":\"actor.unit\"}],"
      "\"type\":\"ticket\",\"where\":[{\"name\":\"state\",\"values\":[\"a\",\"b\"]},{\"name\":"
      "\"amount\",\"values\":[\"1.00\"]}]}]" },
    { "d = draw \"callback.second\"",
      "[{\"kind\":\"draw\",\"label\":\"callback.second\",\"line\":2,\"name\":\"d\"}]" },
    { "h = in_hours \"hotline\"",
      "[{\"calendar\":\"hotline\",\"kind\":\"in_hours\",\"line\":2,\"name\":\"h\"}]" },
    { "h = in_hours { calendar = \"subject\" }",
      "[{\"kind\":\"in_hours\",\"line\":2,\"name\":\"h\",\"path\":\"subject\"}]" },
    { "x = decide \"d\" { given = { a = 5, b = true } }",
      "[{\"decision\":\"d\",\"given\":{\"a\":5,\"b\":true},\"kind\":\"decide\",\"line\":2,\"name\":"
      "\"x\",\"with\":{}}]" },
};

START_TEST(facts_become_their_normal_form)
{
    const struct good *good = &GOOD[_i];
    load(good->facts);
    ck_assert_msg(rig.status == RD_OK, "%s", rig_findings(&rig));
    rig_expect(&rig, "workflows.0.facts", good->json);
}
END_TEST

struct bad {
    const char *facts, *findings;
};

#define AT "rules/x.lua:2: workflow 'ticket', fact "

static const struct bad BAD[] = {
    { "n = count \"ticket\"", AT "'n': which records? same or where must say it" },
    { "n = count \"ticket\" {}", AT "'n': which records? same or where must say it" },
    { "n = count \"ticket\" { same = 5 }", AT "'n': 'same' must be a table { ... }, not a number" },
    { "n = count \"ticket\" { same = { 5 } }", AT "'n': 'same' must be a text, not a number" },
    { "n = count \"ticket\" { same = { department = 5 } }",
      AT "'n': 'department' must be a text, not a number" },
    { "n = count \"ticket\" { same = { \"department\", department = \"subject\" } }",
      AT "'n': 'same': the field 'department' is given twice" },
    { "n = count \"ticket\" { same = \"department\", where = { amount = {} } }",
      AT "'n': 'where': 'amount' has no value" },
    { "n = count \"ticket\" { same = \"department\", where = { amount = { { } } } }",
      AT "'n': 'amount' must be a value, not a table" },
    { "n = count \"ticket\" { same = \"department\", where = { \"a\" } }",
      AT "'n': 'where': a text has no name in front of it" },
    { "n = count \"ticket\" { same = \"department\", in_last = \"1 day\", in_this = \"day\" }",
      AT "'n': in_last and in_this exclude each other" },
    { "n = count \"ticket\" { same = \"department\", in_this = \"yaer\" }",
      AT "'n': 'in_this': no such value 'yaer'; there are day, month, quarter, year" },
    { "n = count \"ticket\" { same = \"department\", at_mots = 5 }",
      AT "'n': unknown key 'at_mots'; did you mean 'at_most'?" },
    { "n = sum \"ticket\" { same = \"department\" }", AT "'n': missing key 'field'" },
    { "n = sum \"ticket\" { field = \"amount\", same = \"department\", at_most = 5 }",
      AT "'n': unknown key 'at_most'" },
    { "d = draw", AT "'d': draw must be a text, not nothing" },
    { "d = draw \"a b\"",
      AT "'d': draw: 'a b' is no name (letters, digits, _ and dots, 64 bytes at most)" },
    { "d = draw \"a\" \"b\"", AT "'d': what stands behind 'draw' must be a table { ... }, not a "
                                 "text" },
    { "d = draw \"a\" { seed = 5 }", AT "'d': unknown key 'seed'" },
    { "h = in_hours {}", AT "'h': missing key 'calendar'" },
    { "h = in_hours \"two words\"",
      AT "'h': in_hours: 'two words' is no name (letters, digits and _, 64 bytes at most)" },
    { "h = in_hours \"hotline\" {}", AT "'h': too many things behind 'in_hours'" },
    { "x = decide \"d\" { given = { a = {} } }", AT "'x': 'a' must be a value, not a table" },
};

START_TEST(what_is_wrong_is_said)
{
    load(BAD[_i].facts);
    ck_assert_int_ne(rig.status, RD_OK);
    ck_assert_str_eq(rig_findings(&rig), BAD[_i].findings);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("fact");
    TCase *tcase = tcase_create("words");
    tcase_add_checked_fixture(tcase, NULL, teardown);
    tcase_add_loop_test(tcase, facts_become_their_normal_form, 0, sizeof GOOD / sizeof *GOOD);
    tcase_add_loop_test(tcase, what_is_wrong_is_said, 0, sizeof BAD / sizeof *BAD);
    suite_add_tcase(suite, tcase);
    return unit_run(suite);
}
