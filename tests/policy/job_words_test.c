/* The words of jobs, derived fields and normal forms, used wrongly: each sentence in full, but for
 * the names that several rows share. */
#include "policy/rig.h"

static struct rig rig;

static void teardown(void)
{
    rig_end(&rig);
}

#define DECISION                                                                                   \
    "decision \"d\" { input = { amount = money }, output = { level = one_of { \"a\", \"b\" } },\n" \
    "  hit = \"first\", rows = { { level = \"a\" } } },\n"
#define TWO                                                                                        \
    "decision \"two\" { input = { amount = money }, output = { level = text, why = text },\n"      \
    "  hit = \"first\", rows = { { level = \"a\", why = \"b\" } } },\n"
#define CHART                                                                                      \
    "workflow \"r\" { version = 1, initial = \"s\", open = { event = \"open\" },\n"                \
    "  states = { s = { on = { go = \"t\", fill = { form = \"f\" } }, after = { \"1 day\", go = "  \
    "\"t\" } }, t = { final = true } } },\n"                                                       \
    "form \"f\" { of = \"r\", fields = { \"amount\" } },\n"
/* A record with one more field. */
#define RECORD(field)                                                                              \
    "record \"r\" { fields = { amount = money, n = integer,\n  x = " field " } },\n"
#define SCHEDULE(rest) "return schedule \"s\" { rule = \"FREQ=DAILY\", at = \"09:00\",\n" rest " }"

static const struct {
    const char *text, *finding;
} BAD[] = {
    { "return record \"r\" { fields = { x = text { normal = \"phon\" } } }",
      "rules/x.lua:1: record 'r', field 'x': 'normal': no such value 'phon'; did you mean "
      "'phone'?" },
    { "return record \"r\" { fields = { x = integer { normal = \"code\" } } }",
      "rules/x.lua:1: field 'x': only a text has a normal form" },
    { "return record \"r\" { fields = { x = text { changed = \"go\" } } }",
      "rules/x.lua:1: field 'x': output and changed need derived" },
    { "return {" DECISION RECORD("one_of { \"a\" } { derived = \"e.f.g\" }") "}",
      "rules/x.lua:4: record 'r': field 'x': derived: no decision 'e.f.g'" },
    { "return {" DECISION RECORD("text { derived = \"d\" }") "}",
      "rules/x.lua:4: record 'r': field 'x': decision 'd' gives a choice, not a text" },
    { "return {" TWO RECORD("text { derived = \"two\" }") "}",
      "rules/x.lua:4: record 'r': field 'x': decision 'two' has several outputs: say output = "
      "\"level\"" },
    { "return {" TWO RECORD("text { derived = \"two\", output = \"whyy\" }") "}",
      "rules/x.lua:4: record 'r': field 'x': decision 'two' has no output 'whyy'; did you mean "
      "'why'?" },
    { "return {" DECISION RECORD(
          "one_of { \"a\", \"b\" } { derived = \"d\", required = true }") "}",
      "rules/x.lua:4: record 'r': field 'x': it is derived: it can't be required, nor have a "
      "default" },
    { "return {" DECISION RECORD(
          "one_of { \"a\", \"b\" } { derived = \"d\", changed = \"go\" }") "}",
      "rules/x.lua:4: record 'r': field 'x': changed: no state of workflow 'r' accepts an event "
      "'go'" },
    { "return {" DECISION CHART RECORD(
          "one_of { \"a\", \"b\" } { derived = \"d\", changed = \"fill\" }") "}",
      "rules/x.lua:7: record 'r': field 'x': changed: event 'fill' has a form, which nobody would "
      "fill in" },
    { "return { " DECISION "record \"r\" { fields = { amont = money,\n"
      "  x = one_of { \"a\", \"b\" } { derived = \"d\" } } } }",
      "rules/x.lua:4: record 'r': field 'x': decision 'd' asks for 'amount', which is no field of "
      "the record and no fact of its workflow; did you mean 'amont'?" },
    { "return { " DECISION "record \"r\" { fields = { amount = text,\n"
      "  x = one_of { \"a\", \"b\" } { derived = \"d\" } } } }",
      "rules/x.lua:4: record 'r': field 'x': decision 'd' wants 'amount' as money; here it is "
      "text" },
    { "return { decision \"d\" { input = { x = integer }, output = { y = integer }, hit = "
      "\"first\", rows = { { y = 1 } } },\n"
      "record \"r\" { fields = { x = integer { derived = \"d\" } } } }",
      "rules/x.lua:2: record 'r': field 'x': it is derived from itself in the end: a circle" },
    { "return {" DECISION RECORD(
          "one_of { \"a\", \"b\" } { derived = \"d\" }") "form \"f\" { of = \"r\", fields = { "
                                                         "\"x\" } } }",
      "rules/x.lua:5: form 'f': 'x' is derived by 'd': it is never typed in" },
    { "return {" DECISION "form \"f\" { fields = { x = one_of { \"a\", \"b\" } { derived = \"d\" } "
      "} } }",
      "rules/x.lua:3: form 'f': field 'x': only a record's fields are derived" },
    { "return { " CHART "record \"r\" { fields = { amount = money } },\n"
      "workflow \"ticket\" { version = 1, initial = \"s\", open = { event = \"open\", fields = "
      "true, form = \"f\" },\n  states = { s = { final = true } } } }",
      "rules/x.lua:5: workflow 'ticket', open: either form or fields, not both" },
    { SCHEDULE(""), "rules/x.lua:1: schedule 's': missing key 'start', or each" },
    { SCHEDULE("each = \"ticket\""), "rules/x.lua:2: schedule 's': each: each 'ticket': say either "
                                     "send = EVENT or start = RECORD" },
    { SCHEDULE("each = \"tiket\", start = \"ticket\""),
      "rules/x.lua:2: schedule 's': each: each: no record 'tiket'; did you mean 'ticket'?" },
    { SCHEDULE("start = \"ticket\", send = \"go\""),
      "rules/x.lua:2: schedule 's': 'send' needs each = RECORD" },
    { SCHEDULE("each = \"ticket\", start = \"ticket\", same = {}"),
      "rules/x.lua:2: schedule 's': 'same' names nothing" },
    { SCHEDULE("each = \"ticket\", start = \"ticket\", link = \"subject\""),
      "rules/x.lua:2: schedule 's': each: link: 'subject' of 'ticket' is no reference to "
      "'ticket'" },
    { SCHEDULE("each = \"ticket\", start = \"ticket\", where = { amount = \"x\" }"),
      "rules/x.lua:2: schedule 's': each: where: 'amount' must be an amount such as \"100.00\"" },
};

START_TEST(what_is_wrong_is_said)
{
    rig_load(&rig, true, "rules/x.lua", BAD[_i].text);
    const char *findings = rig_findings(&rig);
    ck_assert_msg(strstr(findings, BAD[_i].finding), "%s\ngives\n%s\nnot\n%s", BAD[_i].text,
                  findings, BAD[_i].finding);
    ck_assert_int_ne(rig.status, RD_OK);
}
END_TEST

START_TEST(used_rightly_they_are_taken)
{
    rig_load(&rig, true, "rules/x.lua",
             "return {" DECISION CHART RECORD(
                 "one_of { \"a\", \"b\" } { derived = \"d\", changed = \"go\", indexed = true "
                 "}") "record \"p\" { fields = { phone = text { normal = \"phone\", unique = "
                      "true } } },"
                      "schedule \"s\" { rule = \"FREQ=DAILY\", at = \"09:00\", each = \"r\",\n"
                      "  where = { state = { \"s\", \"t\" }, amount = \"1.00\" }, send = "
                      "\"go\" } }");
    ck_assert_msg(rig.status == RD_OK, "%s\n%s", rig.error.text, rig_findings(&rig));
    rig_expect(&rig, "schedules.0.each.send", "\"go\"");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("job_words");
    TCase *tcase = tcase_create("words");
    tcase_set_timeout(tcase, 60);
    tcase_add_checked_fixture(tcase, NULL, teardown);
    tcase_add_loop_test(tcase, what_is_wrong_is_said, 0, (int)(sizeof BAD / sizeof *BAD));
    tcase_add_test(tcase, used_rightly_they_are_taken);
    suite_add_tcase(suite, tcase);
    return unit_run(suite);
}
