/* The word ledger and the fact balance: what they become, and the exact sentences where they are
 * used badly. */
#include "domain/model.h"
#include "policy/rig.h"

static struct rig rig;

static void teardown(void)
{
    rig_end(&rig);
}

static const char GOOD[] =
    "return {\n"
    "  choices \"causes\" { \"refund\", { \"gift\", en = \"Gift\", zh = \"赠送\" } },\n"
    "  ledger \"credit\" { title = \"Credit\", of = \"ticket\", kinds = causes, number = "
    "\"LE-{000}\" },\n"
    "  ledger \"debit\" { of = \"ticket\", kinds = \"causes\" },\n"
    "}\n";

START_TEST(a_ledger_becomes_a_record)
{
    rig_load(&rig, true, "rules/x.lua", GOOD);
    ck_assert_msg(rig.status == RD_OK, "%s\n%s", rig.error.text, rig_findings(&rig));
    rig_expect(&rig, "ledgers",
               "[{\"file\":\"rules/x.lua\",\"items\":[\"refund\",\"gift\"],\"line\":3,\"name\":"
               "\"credit\",\"number\":\"LE-{000}\",\"of\":\"ticket\",\"title\":{\"en\":\"Credit\","
               "\"zh\":\"Credit\"}},"
               "{\"file\":\"rules/x.lua\",\"items\":[\"refund\",\"gift\"],\"line\":4,\"name\":"
               "\"debit\",\"of\":\"ticket\"}]");
    const struct rd_model *model = rd_policy_model(rig.policy);
    const struct rd_record_type *type = rd_model_type(model, "credit");
    ck_assert_ptr_nonnull(type);
    ck_assert_ptr_nonnull(type->ledger);
    ck_assert_str_eq(type->number, "LE-{000}");
    ck_assert_uint_eq(type->field_count, 7);
    for (size_t i = 0; i < type->field_count; i++) { /* people read them: both languages */
        ck_assert_ptr_nonnull(rd_map_get(&type->fields[i].title, "en"));
        ck_assert_ptr_nonnull(rd_map_get(&type->fields[i].title, "zh"));
    }
}
END_TEST

#define CAUSES "choices \"causes\" { \"refund\" }, "
#define LEDGER CAUSES "ledger \"credit\" { of = \"ticket\", kinds = causes }, "
#define FACT(fact)                                                                                 \
    "return { " LEDGER "\n  workflow \"ticket\" { version = 1, initial = \"a\", open = { event = " \
    "\"open\" },\n  facts = { f = " fact " },\n"                                                   \
    "  states = { a = { final = true } } } }"

static const struct bad {
    const char *text, *findings;
} BAD[] = {
    { "return { " CAUSES "ledger \"credit\" { kinds = causes } }",
      "rules/x.lua:1: ledger 'credit': missing key 'of'" },
    { "return ledger \"credit\" { of = \"ticket\" }",
      "rules/x.lua:1: ledger 'credit': missing key 'kinds'" },
    { "return { " CAUSES "ledger \"credit\" { of = \"ticket\", kind = causes } }",
      "rules/x.lua:1: ledger 'credit': unknown key 'kind'; did you mean 'kinds'?" },
    { "return { " CAUSES "ledger \"credit\" { of = \"ticket\", kinds = cause } }",
      "rules/x.lua:1: ledger 'credit': 'kinds': there are no choices 'cause'; did you mean "
      "'causes'?" },
    { "return { " CAUSES "ledger \"credit\" { of = \"ticket\", kinds = 3 } }",
      "rules/x.lua:1: ledger 'credit': 'kinds' must be the name of choices, not a number" },
    { "return { " CAUSES "ledger \"credit\" { of = \"tickets\", kinds = causes } }",
      "rules/x.lua:1: record 'credit': field 'account': no record 'tickets'" },
    { "return { " LEDGER "ledger \"debit\" { of = \"credit\", kinds = causes } }",
      "rules/x.lua:1: ledger 'debit': of: 'credit' is a ledger itself; name the record whose "
      "accounts are kept" },
    { "return { " CAUSES "ledger \"ticket\" { of = \"ticket\", kinds = causes } }",
      "rules/x.lua:1: record 'ticket' is declared twice; the first one is at rules/company.lua:5" },
    { "return { " CAUSES "ledger { of = \"ticket\", kinds = causes } }",
      "rules/x.lua:1: ledger needs a name behind it: ledger \"NAME\" { ... }" },
    { "return { " LEDGER "authority { { \"credit.create\", from = \"staff\" } } }",
      "rules/x.lua:1: authority: no command 'credit.create'; did you mean 'credit.read'?" },
    { "return { " LEDGER "authority { { \"credit.update\", from = \"staff\" } } }",
      "rules/x.lua:1: authority: no command 'credit.update'" },
    { FACT("balance \"credits\" { of = \"parent\" }"),
      "rules/x.lua:3: fact 'f': no ledger 'credits'; did you mean 'credit'?" },
    { FACT("balance \"ticket\" { of = \"parent\" }"),
      "rules/x.lua:3: fact 'f': no ledger 'ticket'" },
    { FACT("balance \"credit\" { of = \"handler\" }"),
      "rules/x.lua:3: fact 'f': of: 'handler' is no reference to 'ticket', whose accounts ledger "
      "'credit' keeps" },
    { FACT("balance \"credit\" {}"),
      "rules/x.lua:3: workflow 'ticket', fact 'f': missing key 'of'" },
    { FACT("balance \"credit\" { off = \"parent\" }"),
      "rules/x.lua:3: workflow 'ticket', fact 'f': unknown key 'off'; did you mean 'of'?" },
    { "return { " LEDGER
      "schedule \"s\" { rule = \"FREQ=DAILY\", at = \"09:00\", start = \"credit\" } }",
      "rules/x.lua:1: schedule 's': start: entries of ledger 'credit' are posted by rules; nothing "
      "starts one" },
};

START_TEST(bad_words_get_their_sentence)
{
    rig_load(&rig, true, "rules/x.lua", BAD[_i].text);
    ck_assert_str_eq(rig_findings(&rig), BAD[_i].findings);
    ck_assert_int_ne(rig.status, RD_OK);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("ledger words");
    TCase *tests = tcase_create("ledger words");
    tcase_add_checked_fixture(tests, NULL, teardown);
    tcase_add_test(tests, a_ledger_becomes_a_record);
    tcase_add_loop_test(tests, bad_words_get_their_sentence, 0, sizeof BAD / sizeof *BAD);
    suite_add_tcase(suite, tests);
    return unit_run(suite);
}
