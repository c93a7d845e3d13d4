/* Ledgers in a kernel: posted once and only once, taken back by a counter-entry, never changed; the
 * balance is the sum of the entries whatever happened. */
#include <inttypes.h>
#include <stdlib.h>

#include "base/limits.h"
#include "common/company.h"
#include "domain/ledger.h"
#include "kernel/inside.h"
#include "unit/kernel_rig.h"

static struct kernel_rig rig;

static const char PAY_TEXT[] =
    "return {\n"
    "  choices 'causes' { 'refund', 'gift' },\n"
    "  ledger 'credit' { title = { en = 'Credit', zh = '往来' }, of = 'person', kinds = causes,\n"
    "    number = 'LE-{year}-{0000}' },\n"
    "  record 'claim' { number = 'C-{0000}', unit = 'unit', fields = {\n"
    "    person = reference 'person' { required = true }, amount = money, key = text,\n"
    "    cause = causes { default = 'refund' }, note = text, how = text, unit = unit,\n"
    "    seen = money, added = money, size = integer } },\n"
    "  form 'claiming' { of = 'claim', fields = { 'person', 'amount', 'key' },\n"
    "    required = { 'person' } },\n"
    "  form 'paying' { of = 'claim', fields = { 'person', 'amount', 'key', 'cause', 'note', "
    "'how',\n"
    "    'size' } },\n"
    "  workflow 'claim' { version = 1, initial = 'open',\n"
    "    open = { event = 'claim', form = 'claiming', run = 'take' },\n"
    "    facts = { has = balance 'credit' { of = 'person' },\n"
    "      total = sum 'credit' { field = 'amount', same = { account = 'person' } } },\n"
    "    states = {\n"
    "      open = { on = { pay = { form = 'paying', run = { 'pay', 'look' } },\n"
    "          pay_twice = { form = 'paying', run = { 'pay', 'pay', 'look' } },\n"
    "          pay_many = { form = 'paying', run = 'pay_many' },\n"
    "          undo = { form = 'paying', run = { 'undo', 'look' } },\n"
    "          pay_and_undo = { form = 'paying', run = { 'pay', 'undo', 'look' } },\n"
    "          wrong = { form = 'paying', run = 'wrong' }, late = { run = 'later' },\n"
    "          due = { run = { 'pay', 'look' } } },\n"
    "        after = { '300 days', go = 'done' } },\n"
    "      done = { final = true } },\n"
    "    actions = {\n"
    "      take = function(f) return set { unit = f.actor.unit } end,\n"
    "      look = function(f) return set { seen = f.has, added = f.total } end,\n"
    "      pay = function(f) return post 'credit' { to = f.person, amount = f.amount,\n"
    "        key = f.key, kind = f.cause, note = f.note } end,\n"
    "      pay_many = function(f) local list = {}\n"
    "        for i = 1, f.size do list[i] = post 'credit' { to = f.person, amount = f.amount,\n"
    "          key = f.key .. '-' .. i, kind = 'gift' } end return list end,\n"
    "      undo = function(f) return reverse 'credit' { key = f.key, note = f.note } end,\n"
    "      later = function(f) return deadline 'pay' { '1 hour', event = 'due' } end,\n"
    "      wrong = function(f)\n"
    "        local e = { to = f.person, amount = f.amount, key = f.key, kind = 'refund' }\n"
    "        if f.how == 'ledger' then return post 'debit' (e) end\n"
    "        if f.how == 'reverse' then return reverse 'debit' { key = 'x' } end\n"
    "        if f.how == 'start' then return start 'credit' { account = f.person } end\n"
    "        if f.how == 'each' then return each 'person' { start = 'credit' } end\n"
    "        if f.how == 'send' then return send 'pay' { to = f.size } end\n"
    "        if f.how == 'to' then e.to = f.id end\n"
    "        if f.how == 'no to' then e.to = nil end\n"
    "        if f.how == 'text to' then e.to = 'li' end\n"
    "        if f.how == 'no key' then e.key = nil end\n"
    "        if f.how == 'key' then e.key = 7 end\n"
    "        if f.how == 'empty key' then e.key = '' end\n"
    "        if f.how == 'kind' then e.kind = 'theft' end\n"
    "        if f.how == 'no kind' then e.kind = nil end\n"
    "        if f.how == 'no amount' then e.amount = nil end\n"
    "        if f.how == 'amount' then e.amount = '1.00' end\n"
    "        if f.how == 'unlimited' then e.amount = 9223372036854775807 end\n"
    "        return post 'credit' (e) end } },\n"
    "  authority { { { 'claim.claim', 'claim.pay', 'claim.pay_twice', 'claim.pay_many',\n"
    "      'claim.undo', 'claim.pay_and_undo', 'claim.wrong', 'claim.late', 'claim.read' },\n"
    "      from = 'staff' },\n"
    "    { 'credit.read', from = 'staff', reach = 'unit' },\n"
    "    { { 'credit.read', 'ledger.verify' }, from = 'boss' } },\n"
    "}\n";

static char person[RD_ID_TEXT_MAX], claim[RD_ID_TEXT_MAX];

static const char *person_new(const char *as, const char *unit)
{
    rig.as = as;
    return t_text(rig_ok(&rig, "record.create",
                         "{'type': 'person', 'data': {'name': 'Li', 'unit': '%s'}}", unit),
                  "id");
}

static const char *claim_new(const char *of)
{
    rig.as = "ben";
    return t_text(rig_ok(&rig, "case.open", "{'type': 'claim', 'data': {'person': '%s'}}", of),
                  "id");
}

static void setup(void)
{
    rig_make(&rig);
    t_company_write(rig.policy, "scripts/pay.lua", PAY_TEXT);
    ck_assert_msg(rig_start(&rig, false) == RD_OK, "%s", rig.error.text);
    snprintf(person, sizeof person, "%s", person_new("ben", "gz"));
    snprintf(claim, sizeof claim, "%s", claim_new(person));
}

static void teardown(void)
{
    rig_close(&rig);
}

static struct rd_value act(const char *id, const char *event, const char *key, const char *amount)
{
    return rig_ok(&rig, "case.act",
                  "{'id': '%s', 'event': '%s', 'form': {'key': '%s', 'amount': '%s'}}", id, event,
                  key, amount);
}

static struct rd_value ledger(void)
{
    return rig_ok(&rig, "ledger.get", "{'ledger': 'credit', 'account': '%s'}", person);
}

static void expect_balance(const char *balance, int64_t entries)
{
    ck_assert_str_eq(t_text(ledger(), "balance"), balance);
    ck_assert_int_eq(t_int(ledger(), "total"), entries);
    ck_assert_uint_eq(t_count(ledger(), "entries"), (size_t)entries);
}

/* The proof finds nothing wrong; how many entries it went through. */
static int64_t verified(void)
{
    const char *as = rig.as;
    int64_t entries = 0;
    struct rd_value slice = rd_null();
    rig.as = "max";
    do {
        slice = t_has(slice, "cursor")
                    ? rig_ok(&rig, "ledger.verify", "{'ledger': 'credit', 'cursor': '%s'}",
                             t_text(slice, "cursor"))
                    : rig_ok(&rig, "ledger.verify", "{'ledger': 'credit'}");
        ck_assert_msg(t_count(slice, "faults") == 0, "%s", t_show(slice));
        ck_assert_int_le(t_int(slice, "entries"), RD_LEDGER_VERIFY_SLICE);
        entries += t_int(slice, "entries");
    } while (t_has(slice, "cursor"));
    rig.as = as;
    return entries;
}

static bool decided(struct rd_value reply, const char *outcome)
{
    struct rd_value list = t_at(reply, "decisions");
    for (uint32_t i = 0; i < list.count; i++)
        if (strstr(t_text(list.items[i], "outcome"), outcome))
            return true;
    return false;
}

START_TEST(an_entry_says_all_there_is_to_say)
{
    struct rd_value paid = act(claim, "pay", "k1", "100.00");
    ck_assert_msg(decided(paid, "posted 100.00"), "%s", t_show(paid));
    ck_assert_str_eq(t_text(paid, "data.seen"), "100.00"); /* the plan in hand counts */
    ck_assert_str_eq(t_text(paid, "data.added"), "100.00");
    struct rd_value entry = t_at(ledger(), "entries.0");
    ck_assert_str_eq(t_text(entry, "number"), "LE-2026-0001");
    ck_assert_str_eq(t_text(entry, "amount"), "100.00");
    ck_assert_str_eq(t_text(entry, "kind"), "refund");
    ck_assert_str_eq(t_text(entry, "key"), "k1");
    ck_assert_str_eq(t_text(entry, "source"), claim);
    ck_assert_str_eq(t_text(entry, "by"), "ben");
    ck_assert(!t_has(entry, "reverses"));
    ck_assert_str_eq(t_text(ledger(), "title.zh"), "往来");
    struct rd_value record = rig_ok(&rig, "case.get", "{'id': '%s'}", t_text(entry, "id"));
    ck_assert_str_eq(t_text(record, "type"), "credit");
    ck_assert_str_eq(t_text(record, "data.account"), person);
    struct rd_value why = rig_ok(&rig, "case.explain", "{'id': '%s'}", claim);
    ck_assert_msg(decided(why, "posted 100.00"), "%s", t_show(why));
    rig_expect_rebuild_equal(&rig);
}
END_TEST

START_TEST(the_same_again_is_nothing_new)
{
    act(claim, "pay", "k1", "100.00");
    struct rd_value again = act(claim, "pay", "k1", "100.00");
    ck_assert_msg(decided(again, "nothing posted"), "%s", t_show(again));
    expect_balance("100.00", 1);
    struct rd_value twice = act(claim, "pay_twice", "k2", "0.01"); /* in one plan */
    ck_assert_msg(decided(twice, "nothing posted"), "%s", t_show(twice));
    ck_assert_str_eq(t_text(twice, "data.seen"), "100.01");
    ck_assert_str_eq(t_text(twice, "data.added"), "100.01");
    expect_balance("100.01", 2);
    rig_expect_rebuild_equal(&rig);
    expect_balance("100.01", 2);
}
END_TEST

START_TEST(a_repeated_command_posts_once)
{
    static const char PAY[] = "{'id': '%s', 'event': 'pay', 'form': {'key': 'k', 'amount': "
                              "'5.00'}, 'idempotency_key': 'once'}";
    int64_t seq = t_int(rig_ok(&rig, "case.act", PAY, claim), "seq");
    ck_assert_int_eq(t_int(rig_ok(&rig, "case.act", PAY, claim), "seq"), seq);
    expect_balance("5.00", 1);
    rig_stop(&rig);
    ck_assert_int_eq(rig_start(&rig, false), RD_OK);
    ck_assert_int_eq(t_int(rig_ok(&rig, "case.act", PAY, claim), "seq"), seq);
    expect_balance("5.00", 1);
    rig_ok(&rig, "case.act",
           "{'id': '%s', 'event': 'pay', 'form': {'key': 'd', 'amount': '7.00'}, 'dry_run': true}",
           claim);
    expect_balance("5.00", 1);
}
END_TEST

#define REFUSED(form) "{'id': '%s', 'event': 'pay', 'form': {" form "}}"

START_TEST(a_key_stands_for_one_posting)
{
    act(claim, "pay", "k1", "100.00");
    const char *other = claim_new(person), *sun = person_new("sun", "gz");
    rig.as = "ben";
    rig_no(&rig, "already_posted", "scripts/pay.lua:30", "case.act",
           REFUSED("'key': 'k1', 'amount': '100.01'"), claim);
    ck_assert_msg(strstr(rig.error.text, "key 'k1' of ledger credit stands for 100.00 in entry ") ==
                      rig.error.text,
                  "%s", rig.error.text);
    rig_no(&rig, "already_posted", NULL, "case.act",
           REFUSED("'key': 'k1', 'amount': '100.00', 'cause': 'gift'"), claim);
    rig_no(&rig, "already_posted", NULL, "case.act",
           REFUSED("'key': 'k1', 'amount': '100.00', 'person': '%s'"), claim, sun);
    rig_no(&rig, "already_posted", NULL, "case.act", REFUSED("'key': 'k1', 'amount': '100.00'"),
           other); /* another record's rule */
    rig_ok(&rig, "case.act",
           REFUSED("'key': 'k1', 'amount': '100.00', 'cause': 'refund', 'person': '%s', "
                   "'note': 'a remark is no content'"),
           claim, person);
    expect_balance("100.00", 1);
    rig.as = "sun"; /* who may not read the account is not told what is on it */
    rig_no(&rig, "not_found", "/account", "ledger.get", "{'ledger': 'credit', 'account': '%s'}",
           person);
    rig_no(&rig, "already_posted", NULL, "case.act", REFUSED("'key': 'k1', 'amount': '9.00'"),
           claim);
    ck_assert_str_eq(rig.error.text, "key 'k1' of ledger credit stands for another posting already;"
                                     " post something else under a key of its own");
    struct rd_value paid = rig_ok(&rig, "case.act",
                                  "{'id': '%s', 'event': 'pay', 'dry_run': true, 'form': {'key': "
                                  "'k2', 'amount': '7.00'}}",
                                  claim);
    ck_assert(decided(paid, "posted 7.00") && !strstr(t_show(t_at(paid, "decisions")), "107"));
    rig.as = "ben";
    int64_t seq = t_int(rig_ok(&rig, "server.info", "{}"), "seq");
    rig_no(&rig, "already_posted", NULL, "case.act", REFUSED("'key': 'k1', 'amount': '9.00'"),
           claim);
    ck_assert_int_eq(t_int(rig_ok(&rig, "server.info", "{}"), "seq"), seq + 1); /* it is told */
    rig_expect_rebuild_equal(&rig);
}
END_TEST

START_TEST(a_posting_is_taken_back_once)
{
    act(claim, "pay", "k1", "100.00");
    act(claim, "pay", "k2", "-30.00");
    struct rd_value undone = act(claim, "undo", "k1", "1.00");
    ck_assert_msg(decided(undone, "reversed -100.00"), "%s", t_show(undone));
    ck_assert_str_eq(t_text(undone, "data.seen"), "-30.00");
    expect_balance("-30.00", 3);
    struct rd_value counter = t_at(ledger(), "entries.2");
    ck_assert_str_eq(t_text(counter, "amount"), "-100.00");
    ck_assert_str_eq(t_text(counter, "key"), "reversal:k1");
    ck_assert_str_eq(t_text(counter, "kind"), "refund");
    ck_assert_str_eq(t_text(counter, "reverses"), t_text(t_at(ledger(), "entries.0"), "id"));
    rig_no(&rig, "not_posted", "scripts/pay.lua:35", "case.act",
           "{'id': '%s', 'event': 'undo', 'form': {'key': 'k1'}}", claim);
    rig_no(&rig, "not_posted", NULL, "case.act",
           "{'id': '%s', 'event': 'undo', 'form': {'key': 'k9'}}", claim);
    rig_no(&rig, "policy_fault", NULL, "case.act",
           "{'id': '%s', 'event': 'undo', 'form': {'key': 'reversal:k1'}}", claim);
    rig_no(&rig, "already_posted", NULL, "case.act", REFUSED("'key': 'k1', 'amount': '100.00'"),
           claim); /* it is gone: anew under another key */
    act(claim, "undo", "k2", "1.00");
    expect_balance("0.00", 4);
    struct rd_value both = act(claim, "pay_and_undo", "k3", "8.00"); /* in one plan */
    ck_assert_str_eq(t_text(both, "data.seen"), "0.00");
    expect_balance("0.00", 6);
    ck_assert_int_eq(verified(), 6);
    rig_expect_rebuild_equal(&rig);
}
END_TEST

START_TEST(balances_that_do_not_fit_are_refused)
{
    act(claim, "pay", "most", "92233720368547758.06"); /* one more would mean "unlimited" */
    rig_no(&rig, "limit_exceeded", NULL, "case.act", REFUSED("'key': 'k', 'amount': '0.01'"),
           claim);
    ck_assert_str_eq(rig.error.text, "the balance of credit would not fit an amount");
    rig_no(&rig, "limit_exceeded", NULL, "case.act",
           "{'id': '%s', 'event': 'pay_many', 'form': {'key': 'm', 'amount': "
           "'92233720368547758.06', 'size': 2}}",
           claim);
    expect_balance("92233720368547758.06", 1);
    act(claim, "undo", "most", "1.00");
    act(claim, "pay", "least", "-92233720368547758.06");
    rig_no(&rig, "limit_exceeded", NULL, "case.act",
           REFUSED("'key': 'k', 'amount': '-92233720368547758.06'"), claim);
    expect_balance("-92233720368547758.06", 3);
    ck_assert_int_eq(verified(), 3);
    rig_expect_rebuild_equal(&rig);
}
END_TEST

START_TEST(only_rules_write_entries)
{
    act(claim, "pay", "k1", "100.00");
    const char *entry = t_text(t_at(ledger(), "entries.0"), "id");
    rig.as = NULL; /* not even the administrator */
    rig_no(&rig, "not_allowed", "/type", "record.create",
           "{'type': 'credit', 'data': {'account': '%s', 'amount': '1.00', 'kind': 'gift', "
           "'key': 'x'}}",
           person);
    rig_no(&rig, "not_allowed", "/id", "record.update", "{'id': '%s', 'set': {'amount': '1.00'}}",
           entry);
    rig_no(&rig, "invalid_params", "/type", "case.open", "{'type': 'credit', 'data': {}}");
    rig_no(&rig, "invalid_params", "/event", "case.act", "{'id': '%s', 'event': 'pay'}", entry);
    struct rd_value imported =
        rig_ok(&rig, "import.apply",
               "{'session': 's', 'rows': [{'key': '1', 'at': '2026-03-01T00:00:00Z', 'type': "
               "'credit', 'open': {'account': '%s', 'amount': '1.00'}}]}",
               person);
    ck_assert_msg(strstr(t_show(imported), "there is no workflow 'credit'") != NULL, "%s",
                  t_show(imported));
    expect_balance("100.00", 1);
}
END_TEST

static const struct {
    const char *how, *name, *text;
} WRONG[] = {
    { "ledger", "policy_fault", "action 'wrong': post: there is no ledger debit" },
    { "reverse", "policy_fault", "action 'wrong': reverse: there is no ledger debit" },
    { "start", "policy_fault",
      "action 'wrong': start: entries of a ledger are posted: post credit" },
    { "each", "policy_fault",
      "start: entries of ledger 'credit' are posted by rules; nothing starts one" },
    { "to", "policy_fault", "action 'wrong': post: `to` leads to no record of person" },
    { "no to", "policy_fault", "post: to = nothing: whose account is it?" },
    { "text to", "policy_fault",
      "action 'wrong': post: `to` must be the id of a record of person" },
    { "no key", "policy_fault", "post: key = nothing: which posting is it?" },
    { "key", "policy_fault",
      "action 'wrong': post: `key` must be a text that tells this posting from all others" },
    { "empty key", "policy_fault",
      "action 'wrong': post: `key` must be a text that tells this posting from all others" },
    { "kind", "policy_fault", "action 'wrong': post: kind must be one of refund, gift" },
    { "no kind", "policy_fault",
      "action 'wrong': post: `kind` says what it is for; it is missing" },
    { "no amount", "policy_fault",
      "action 'wrong': post: `amount` must be an amount that is not nothing and not unlimited" },
    { "amount", "policy_fault", "action 'wrong': post: amount must be" },
    { "unlimited", "policy_fault",
      "action 'wrong': post: `amount` must be an amount that is not nothing and not unlimited" },
};

START_TEST(rules_that_post_badly_are_faults)
{
    rig_no(&rig, WRONG[_i].name, NULL, "case.act",
           "{'id': '%s', 'event': 'wrong', 'form': {'how': '%s', 'key': 'k', 'amount': '1.00'}}",
           claim, WRONG[_i].how);
    ck_assert_msg(strstr(rig.error.text, WRONG[_i].text) != NULL, "%s", rig.error.text);
    ck_assert_msg(strncmp(rig.error.text, "scripts/pay.lua:", 16) == 0, "%s", rig.error.text);
    expect_balance("0.00", 0);
}
END_TEST

START_TEST(amounts_of_nothing_and_long_keys_are_faults)
{
    char key[RD_LEDGER_KEY_MAX + 1];
    size_t most = RD_LEDGER_KEY_MAX - strlen(RD_LEDGER_REVERSAL);
    memset(key, 'k', sizeof key);
    key[most + 1] = 0;
    rig_no(&rig, "policy_fault", NULL, "case.act", REFUSED("'key': 'k', 'amount': '0.00'"), claim);
    rig_no(&rig, "policy_fault", NULL, "case.act", REFUSED("'key': '%s', 'amount': '1.00'"), claim,
           key);
    key[most] = 0;
    act(claim, "pay", key, "1.00");
    act(claim, "undo", key, "1.00");
    expect_balance("0.00", 2);
}
END_TEST

START_TEST(entries_are_read_by_whom_their_account_belongs_to)
{
    act(claim, "pay", "k1", "100.00");
    const char *entry = t_text(t_at(ledger(), "entries.0"), "id");
    rig.as = "ann"; /* the account's unit */
    expect_balance("100.00", 1);
    rig_ok(&rig, "case.get", "{'id': '%s'}", entry);
    ck_assert_uint_eq(t_count(rig_ok(&rig, "case.list", "{'type': 'credit'}"), "cases"), 1);
    rig_no(&rig, "not_allowed", NULL, "ledger.verify", "{'ledger': 'credit'}");
    rig.as = "sun"; /* another unit: there is nothing */
    rig_no(&rig, "not_found", "/account", "ledger.get", "{'ledger': 'credit', 'account': '%s'}",
           person);
    rig_no(&rig, "not_found", "/id", "case.get", "{'id': '%s'}", entry);
    ck_assert_uint_eq(t_count(rig_ok(&rig, "case.list", "{'type': 'credit'}"), "cases"), 0);
    rig.as = "non"; /* no row at all */
    rig_no(&rig, "not_found", "/account", "ledger.get", "{'ledger': 'credit', 'account': '%s'}",
           person);
    rig.as = "max";
    expect_balance("100.00", 1);
    rig_no(&rig, "invalid_params", "/ledger", "ledger.get",
           "{'ledger': 'credits', 'account': '%s'}", person);
    ck_assert_str_eq(rig.error.text, "there is no ledger 'credits'; did you mean 'credit'?");
    rig_no(&rig, "invalid_params", "/ledger", "ledger.verify", "{'ledger': 'person'}");
    rig_no(&rig, "not_found", "/account", "ledger.get", "{'ledger': 'credit', 'account': '%s'}",
           claim); /* no person */
    rig_no(&rig, "not_found", "/account", "ledger.get", "{'ledger': 'credit', 'account': 'x'}");
    struct rd_value by_id =
        rig_ok(&rig, "ledger.get", "{'ledger': 'credit', 'account': '%s'}", person);
    struct rd_value by_number =
        rig_ok(&rig, "ledger.get", "{'ledger': 'credit', 'account': '%s'}", "P-0001");
    ck_assert_str_eq(rig_show(&rig, by_number), rig_show(&rig, by_id));
    rig_no(&rig, "invalid_params", "/account", "ledger.get", "{'ledger': 'credit', 'account': 3}");
    rig_no(&rig, "invalid_params", "/limit", "ledger.get",
           "{'ledger': 'credit', 'account': '%s', 'limit': 0}", person);
}
END_TEST

START_TEST(entries_come_in_pages)
{
    rig_ok(&rig, "case.act",
           "{'id': '%s', 'event': 'pay_many', 'form': {'key': 'm', 'amount': '1.00', 'size': 5}}",
           claim);
    const char *other = person_new("ben", "gz");
    struct rd_value page =
        rig_ok(&rig, "ledger.get", "{'ledger': 'credit', 'account': '%s', 'limit': 2}", person);
    const char *first = t_text(page, "cursor");
    size_t seen = 0;
    ck_assert_str_eq(t_text(page, "entries.0.key"), "m-1");
    for (;;) {
        seen += t_count(page, "entries");
        if (!t_has(page, "cursor"))
            break;
        page = rig_ok(&rig, "ledger.get",
                      "{'ledger': 'credit', 'account': '%s', 'limit': 2, 'cursor': '%s'}", person,
                      t_text(page, "cursor"));
    }
    ck_assert_uint_eq(seen, 5);
    ck_assert_str_eq(t_text(page, "entries.0.key"), "m-5");
    rig_no(&rig, "bad_cursor", "/cursor", "ledger.get",
           "{'ledger': 'credit', 'account': '%s', 'cursor': '%s'}", other, first);
    rig_no(&rig, "bad_cursor", "/cursor", "ledger.get",
           "{'ledger': 'credit', 'account': '%s', 'cursor': 'zz'}", person);
    rig.as = "max";
    rig_no(&rig, "bad_cursor", "/cursor", "ledger.verify", "{'ledger': 'credit', 'cursor': '%s'}",
           first);
}
END_TEST

static struct rd_id id_of(const char *text)
{
    struct rd_id id;
    ck_assert(rd_id_read(text, &id));
    return id;
}

static void balance_set(const char *account, int64_t minor, int64_t entries)
{
    struct rd_error error = RD_ERROR_NONE;
    struct rd_balance balance = { minor, entries };
    const struct rd_ledger *of = rd_ledger_find(rig.kernel->model, "credit");
    enum rd_status status = rd_balance_write(
        rig.kernel->store, rd_type_number(rig.kernel, of->type), id_of(account), &balance, &error);
    ck_assert_msg(status == RD_OK, "%s", error.text);
}

START_TEST(a_page_of_long_notes_is_shorter)
{
    enum { ENTRIES = 160, NOTE = 60000 };
    char *note = rd_arena_alloc(&rig.arena, NOTE + 1);
    memset(note, 'n', NOTE);
    note[NOTE] = 0;
    for (int i = 0; i < ENTRIES; i++)
        rig_ok(&rig, "case.act",
               "{'id': '%s', 'event': 'pay', 'form': {'key': 'n%d', 'amount': '1.00', 'note': "
               "'%s'}}",
               claim, i, note);
    struct rd_value page =
        rig_ok(&rig, "ledger.get", "{'ledger': 'credit', 'account': '%s', 'limit': 1000}", person);
    size_t first = t_count(page, "entries");
    ck_assert_uint_lt(first, ENTRIES);
    ck_assert_uint_gt(first, RD_REPLY_ARENA_BYTES / (2 * NOTE));
    page = rig_ok(&rig, "ledger.get",
                  "{'ledger': 'credit', 'account': '%s', 'limit': 1000, 'cursor': '%s'}", person,
                  t_text(page, "cursor"));
    ck_assert_uint_eq(first + t_count(page, "entries"), ENTRIES);
    ck_assert(!t_has(page, "cursor"));
}
END_TEST

START_TEST(a_balance_that_is_not_the_sum_is_found)
{
    act(claim, "pay", "k1", "100.00");
    const char *empty = person_new("ben", "gz"), *far = person_new("ben", "gz");
    act(claim_new(far), "pay", "k2", "1.00");
    ck_assert_int_eq(verified(), 2);
    balance_set(person, 10001, 1);
    balance_set(empty, 5, 1);
    balance_set(far, 100, 2);
    rig.as = "max";
    struct rd_value proof = rig_ok(&rig, "ledger.verify", "{'ledger': 'credit'}");
    ck_assert_int_eq(t_int(proof, "accounts"), 2);
    ck_assert_uint_eq(t_count(proof, "faults"), 3);
    ck_assert_str_eq(t_text(t_find(t_at(proof, "faults"), "account", person), "fault"),
                     "kept: 100.01 in 1 entries; the entries are 1 and make 100.00");
    ck_assert_str_eq(t_text(t_find(t_at(proof, "faults"), "account", empty), "fault"),
                     "a balance is kept, and there is no entry");
    ck_assert_str_eq(t_text(t_find(t_at(proof, "faults"), "account", far), "fault"),
                     "kept: 1.00 in 2 entries; the entries are 1 and make 1.00");
}
END_TEST

START_TEST(the_proof_goes_in_slices_while_others_post)
{
    const char *key = "'form': {'key': 'm%d', 'amount': '0.01', 'size': 60}";
    for (int i = 0; i < 20; i++) /* 1200 entries on one account */
        rig_ok(&rig, "case.act", "{'id': '%s', 'event': 'pay_many', %s}", claim,
               rd_arena_printf(&rig.arena, key, i));
    rig.as = "max";
    struct rd_value slice = rig_ok(&rig, "ledger.verify", "{'ledger': 'credit'}");
    ck_assert_int_eq(t_int(slice, "entries"), RD_LEDGER_VERIFY_SLICE);
    ck_assert_uint_eq(t_count(slice, "faults"), 0);
    const char *cursor = t_text(slice, "cursor");
    slice = rig_ok(&rig, "ledger.verify", "{'ledger': 'credit', 'cursor': '%s'}", cursor);
    rig.as = "ben";
    act(claim, "pay", "late",
        "3.00"); /* the account in hand is another one now: it is begun anew */
    rig.as = "max";
    int64_t entries = 0;
    do {
        slice = rig_ok(&rig, "ledger.verify", "{'ledger': 'credit', 'cursor': '%s'}",
                       t_text(slice, "cursor"));
        entries += t_int(slice, "entries");
        ck_assert_msg(t_count(slice, "faults") == 0, "%s", t_show(slice));
    } while (t_has(slice, "cursor"));
    ck_assert_int_eq(entries, 1201);
    ck_assert_int_eq(t_int(slice, "accounts"), 1);
    rig.as = "ben";
    ck_assert_str_eq(t_text(ledger(), "balance"), "15.00");
}
END_TEST

START_TEST(a_timer_posts_once_too)
{
    act(claim, "pay", "k1", "1.00");
    rig_ok(&rig, "case.act", "{'id': '%s', 'event': 'late'}", claim);
    rig.as = NULL;
    rig_advance(&rig, "2 hours"); /* 'due' posts what the record holds: the same again */
    rig.as = "ben";
    expect_balance("1.00", 1);
    rig_ok(&rig, "case.act",
           "{'id': '%s', 'event': 'wrong', 'form': {'how': 'no', 'key': 'k2', 'amount': '2.00'}}",
           claim);
    rig_ok(&rig, "case.act", "{'id': '%s', 'event': 'late'}", claim);
    rig.as = NULL;
    rig_advance(&rig, "2 hours");
    rig.as = "ben";
    expect_balance("3.00", 2);
    rig_expect_rebuild_equal(&rig);
}
END_TEST

/* ---- random histories against a model ---- */

#define PEOPLE 4
#define KEYS 24

struct posted {
    int person; /* -1: nothing under this key */
    int64_t minor;
    const char *cause;
    bool reversed;
};

struct history {
    char people[PEOPLE][RD_ID_TEXT_MAX], claims[PEOPLE][RD_ID_TEXT_MAX];
    struct posted keys[KEYS];
    int64_t balance[PEOPLE], entries[PEOPLE];
};

static const char *history_post(struct history *h, int who, int key, int64_t minor,
                                const char *cause)
{
    struct posted *p = &h->keys[key];
    if (p->person < 0) {
        *p = (struct posted){ who, minor, cause, false };
        h->balance[who] += minor;
        h->entries[who]++;
        return "ok";
    }
    bool same = p->person == who && p->minor == minor && p->cause == cause && !p->reversed;
    return same ? "ok" : "already_posted";
}

static const char *history_undo(struct history *h, int key)
{
    struct posted *p = &h->keys[key];
    if (p->person < 0 || p->reversed)
        return "not_posted";
    p->reversed = true;
    h->balance[p->person] -= p->minor;
    h->entries[p->person]++;
    return "ok";
}

static void history_step(struct history *h, unsigned *seed)
{
    static const char *const CAUSES[] = { "refund", "gift" };
    int who = rand_r(seed) % PEOPLE, key = rand_r(seed) % KEYS;
    int64_t minor = 1 + rand_r(seed) % 3;
    const char *cause = CAUSES[rand_r(seed) % 2];
    bool undo = rand_r(seed) % 3 == 0;
    if (rand_r(seed) % 2)
        minor = -minor;
    const char *wanted = undo ? history_undo(h, key) : history_post(h, who, key, minor, cause);
    char money[RD_MONEY_TEXT_MAX];
    rd_money_write(minor, money);
    rig_call(&rig, "case.act",
             rig_json(&rig,
                      "{'id': '%s', 'event': '%s', 'form': {'key': 'k%d', 'amount': '%s', "
                      "'cause': '%s'}}",
                      h->claims[who], undo ? "undo" : "pay", key, money, cause));
    ck_assert_msg(strcmp(rd_status_name(rig.status), wanted) == 0, "wanted %s: %s: %s", wanted,
                  rd_status_name(rig.status), rig.error.text);
}

START_TEST(whatever_happens_the_balance_is_the_sum)
{
    struct history h = { 0 };
    unsigned seed = 4711u + (unsigned)_i;
    int64_t total = 0;
    for (int i = 0; i < KEYS; i++)
        h.keys[i].person = -1;
    for (int i = 0; i < PEOPLE; i++) {
        snprintf(h.people[i], sizeof h.people[i], "%s", person_new("ben", "gz"));
        snprintf(h.claims[i], sizeof h.claims[i], "%s", claim_new(h.people[i]));
    }
    for (int step = 0; step < 120; step++) {
        history_step(&h, &seed);
        if (step == 60) { /* in between it stops, and goes on from what is on the disk */
            rig_stop(&rig);
            ck_assert_int_eq(rig_start(&rig, false), RD_OK);
        }
    }
    for (int i = 0; i < PEOPLE; i++) {
        char money[RD_MONEY_TEXT_MAX];
        struct rd_value got =
            rig_ok(&rig, "ledger.get", "{'ledger': 'credit', 'account': '%s'}", h.people[i]);
        rd_money_write(h.balance[i], money);
        ck_assert_str_eq(t_text(got, "balance"), money);
        ck_assert_int_eq(t_int(got, "total"), h.entries[i]);
        total += h.entries[i];
    }
    ck_assert_int_eq(verified(), total);
    rig_expect_rebuild_equal(&rig);
    ck_assert_int_eq(verified(), total);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("kernel ledger");
    TCase *tests = tcase_create("kernel ledger");
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, an_entry_says_all_there_is_to_say);
    tcase_add_test(tests, the_same_again_is_nothing_new);
    tcase_add_test(tests, a_repeated_command_posts_once);
    tcase_add_test(tests, a_key_stands_for_one_posting);
    tcase_add_test(tests, a_posting_is_taken_back_once);
    tcase_add_test(tests, balances_that_do_not_fit_are_refused);
    tcase_add_test(tests, only_rules_write_entries);
    tcase_add_loop_test(tests, rules_that_post_badly_are_faults, 0, sizeof WRONG / sizeof *WRONG);
    tcase_add_test(tests, amounts_of_nothing_and_long_keys_are_faults);
    tcase_add_test(tests, entries_are_read_by_whom_their_account_belongs_to);
    tcase_add_test(tests, entries_come_in_pages);
    tcase_add_test(tests, a_page_of_long_notes_is_shorter);
    tcase_add_test(tests, a_balance_that_is_not_the_sum_is_found);
    tcase_add_test(tests, the_proof_goes_in_slices_while_others_post);
    tcase_add_test(tests, a_timer_posts_once_too);
    tcase_add_loop_test(tests, whatever_happens_the_balance_is_the_sum, 0, 4);
    tcase_set_timeout(tests, 120);
    suite_add_tcase(suite, tests);
    return unit_run(suite);
}
