/* What entries say: a fixed history, and every fact, decision and change of it as it stood when it
 * was written down. How facts are found, remembered and written may change from one release to the
 * next; what an entry says of the same command on the same rules may not.
 *
 * The expectation is kernel_entries.txt, a line an entry. Where it is meant to change:
 * REDRESS_GOLDEN=write build/dev/tests/unit_kernel_entries_test, and read the difference.
 */
#include "unit/kernel_rig.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "common/company.h"

#define ENTRIES_FILE "tests/unit/kernel_entries.txt"

static struct kernel_rig rig;
static struct rd_buf said;

/* Every way in which a command comes by a value, and every way in which it is told why not. */
static const char CLAIM[] =
    "return {\n"
    "  choices 'grades' { 'key', 'plain' },\n"
    "  record 'firm' { number = 'F-{000}', fields = { name = text { required = true },\n"
    "    revenue = money { default = '0.00' }, keeper = account,\n"
    "    grade = grades { derived = 'firm.grade', indexed = true } } },\n"
    "  record 'claim' { number = 'C-{year}-{000}', owner = 'owner', unit = 'unit', fields = {\n"
    "    subject = text { required = true, indexed = true }, amount = money,\n"
    "    firm = reference 'firm' { indexed = true }, owner = account { indexed = true }, unit = "
    "unit,\n"
    "    proposer = account, granter = account, urgency = text, seen = integer { default = 0 },\n"
    "    advice = list_of(text), weight = integer, note = text } },\n"
    "  form 'file' { of = 'claim', fields = { 'subject', 'amount', 'firm', { 'tone', text } },\n"
    "    required = { 'subject' } },\n"
    "  form 'weigh' { of = 'claim', fields = { 'amount', { 'tone', text } } },\n"
    "  decision 'firm.grade' { input = { revenue = money }, output = { grade = grades },\n"
    "    hit = 'first', rows = { { id = 'big', revenue = '>= 1000.00', grade = 'key' } },\n"
    "    otherwise = { grade = 'plain' } },\n"
    "  decision 'urgency' { input = { grade = grades, alike = integer, tone = text },\n"
    "    output = { level = text, hours = integer }, hit = 'first', rows = {\n"
    "      { id = 'loud', tone = 'loud', level = 'high', hours = 1 },\n"
    "      { id = 'key', grade = 'key', level = 'high', hours = 2 },\n"
    "      { id = 'again', alike = '>= 2', level = 'middle', hours = 8 } } },\n"
    "  decision 'step' { input = { level = text, grade = grades }, output = { limit = duration },\n"
    "    hit = 'first', rows = { { id = 'fast', level = 'high', limit = '1 hour' },\n"
    "      { id = 'key', grade = 'key', limit = '1 day' }, { id = 'rest', limit = '3 days' } } },\n"
    "  decision 'advice' { input = { amount = money, seen = integer }, output = { text = text },\n"
    "    hit = 'collect', rows = { { amount = '>= 10.00', text = 'look twice' },\n"
    "      { seen = '>= 1', text = 'seen before' }, { seen = '>= 3', text = 'tired' } } },\n"
    "  decision 'weight' { input = { a = integer, b = text }, output = { sum = integer },\n"
    "    hit = 'collect', aggregate = 'sum', rows = { { a = '>= 0', sum = 2 },\n"
    "      { b = 'gz', sum = 5 }, { b = 'not gz', sum = 7 } } },\n"
    "  decision 'claim.power' { input = { role = one_of { 'staff', 'handler', 'boss',\n"
    "      'administrator', 'importer', 'nobody' }, grade = grades }, output = { limit = money },\n"
    "    hit = 'first', rows = { { id = 'key', role = 'handler', grade = 'key', limit = '500.00' "
    "},\n"
    "      { id = 'plain', role = 'handler', limit = '100.00' },\n"
    "      { role = 'boss', limit = '1000.00' } }, otherwise = { limit = '0.00' } },\n"
    "  authority {\n"
    "    { { 'firm.create', 'firm.update', 'firm.read', 'claim.read', 'firm.refer' },\n"
    "      from = 'staff' },\n"
    "    { { 'claim.file', 'claim.propose', 'claim.weigh', 'claim.drop' }, from = 'staff' },\n"
    "    { 'claim.grant', from = 'handler', reach = 'unit', up_to = 'claim.power',\n"
    "      other_than = { 'proposer' }, unless = { 'is_mute' },\n"
    "      ceilings = { given = 'claim.power' } } },\n"
    "  workflow 'claim' { version = 1, initial = 'filed', clock = 'office',\n"
    "    open = { event = 'file', form = 'file', run = { 'take' } },\n"
    "    within = { '20 business days', escalate = true },\n"
    "    facts = {\n"
    "      grade = decide 'firm.grade' { of = 'firm' }, keeper = field 'firm.keeper',\n"
    "      alike = count 'claim' { same = { 'subject' }, in_last = '24 hours' },\n"
    "      mine = count 'claim' { same = { owner = 'actor.account' } },\n"
    "      given = sum 'claim' { field = 'amount', same = { 'subject' },\n"
    "        where = { state = { 'granted' } } },\n"
    "      level = decide 'urgency' { output = 'level', with = { tone = 'form.tone' } },\n"
    "      hours = decide 'urgency' { output = 'hours', given = { tone = 'loud' } },\n"
    "      advised = decide 'advice' {},\n"
    "      weighed = decide 'weight' { with = { a = 'alike', b = 'actor.unit' } },\n"
    "      open_now = in_hours 'office' },\n"
    "    states = {\n"
    "      filed = { entry = { 'judge' }, on = { propose = { go = 'proposed', by = 'proposer' },\n"
    "          weigh = { form = 'weigh', run = { 'again', 'judge' } } },\n"
    "        after = { { 'step', escalate = true,\n"
    "          tell = { 'owner', text = '{number} {state}' } } } },\n"
    "      proposed = { on = { grant = { { when = 'has_amount', go = 'granted', run = 'judge' },\n"
    "          { go = 'filed' } , by = 'granter', above = { go = 'filed', run = 'again' } } },\n"
    "        after = { '5 days', go = 'filed' } },\n"
    "      granted = { final = true }, dropped = { final = true } },\n"
    "    always = { drop = 'dropped' },\n"
    "    guards = { has_amount = function(f) return f.amount ~= nil, 'nothing is asked' end,\n"
    "      is_mute = function(f) return f.subject == 'mute', nil, 'it says nothing' end },\n"
    "    actions = {\n"
    "      take = function(f) return set { owner = f.keeper or f.actor.account,\n"
    "        unit = f.actor.unit } end,\n"
    "      again = function(f) return set { seen = f.seen + 1 } end,\n"
    "      judge = function(f) return { set { urgency = f.level or 'low', advice = f.advised,\n"
    "        weight = f.weighed }, tell { 'owner', text = tostring(f.alike) .. '/' ..\n"
    "        tostring(f.mine) .. (f.open_now and ' open' or ' shut') .. (f.hours or 0) } } end } "
    "},\n"
    "}\n";

static void setup(void)
{
    rig_make(&rig);
    t_company_write(rig.policy, "scripts/claim.lua", CLAIM);
    enum rd_status status = rig_start(&rig, false);
    const char *why = "";
    for (const struct rd_finding *at = rig.findings.first; at; at = at->next)
        if (at->error)
            why = rd_arena_printf(&rig.arena, "%s\n%d: %s", why, at->line, at->text);
    ck_assert_msg(status == RD_OK, "%s%s", rig.error.text, why);
    rd_buf_init(&said);
}

static void teardown(void)
{
    rd_buf_fini(&said);
    rig_close(&rig);
}

/* What the record's newest entry says; its sentences are made of it at reading (kernel_why_test).
 */
static void say(const char *id)
{
    const char *as = rig.as;
    rig.as = "max";
    struct rd_value entry = rig_ok(&rig, "case.explain", "{'id': '%s'}", id);
    ck_assert(rd_map_remove(&entry, "sentences"));
    rd_buf_text(&said, rig_show(&rig, entry));
    rd_buf_char(&said, '\n');
    rig.as = as;
}

static void act(const char *as, const char *id, const char *event, const char *form)
{
    rig.as = as;
    struct rd_value params =
        rig_json(&rig, "{'id': '%s', 'event': '%s', 'form': %s}", id, event, form);
    (void)rig_call(&rig, "case.act", params);
    rd_buf_printf(&said, "-- %s %s %s: %s\n", as, event, form,
                  rig.status == RD_OK ? "ok" : rig.error.text);
    if (rig.status == RD_OK)
        say(id);
}

static const char *file(const char *as, const char *data)
{
    rig.as = as;
    const char *id = t_text(rig_ok(&rig, "case.open", "{'type': 'claim', 'data': %s}", data), "id");
    rd_buf_printf(&said, "-- %s files %s\n", as, data);
    say(id);
    return id;
}

static void history(void)
{
    rig.as = "ben";
    const char *firm = t_text(rig_ok(&rig, "record.create",
                                     "{'type': 'firm', 'data': {'name': 'Acme', 'keeper': 'sun'}}"),
                              "id");
    say(firm);
    const char *one = file("ben", "{'subject': 'late', 'amount': '50.00', 'tone': 'loud'}");
    const char *two =
        file("ben",
             t_show(rig_json(&rig, "{'subject': 'late', 'amount': '120.00', 'firm': '%s'}", firm)));
    act("ben", two, "weigh", "{'amount': '130.00'}");
    act("ben", two, "weigh", "{'tone': 'loud'}");
    act("ben", two, "propose", "null");
    act("ben", two, "grant", "null"); /* four eyes */
    act("sun", two, "grant", "null"); /* out of reach */
    act("max", one, "drop", "null");
    rig.as = "ben"; /* the firm grows: its claims' limits are others */
    (void)rig_ok(&rig, "record.update", "{'id': '%s', 'set': {'revenue': '2000.00'}}", firm);
    say(firm);
    act("max", two, "grant", "null");
    const char *three = file("ann", "{'subject': 'mute', 'amount': '10.00'}");
    act("ann", three, "propose", "null");
    act("ben", three, "grant", "null"); /* unless */
    const char *four = file("ann", "{'subject': 'late', 'amount': '5000.00'}");
    act("ann", four, "propose", "null");
    act("ben", four, "grant", "null"); /* above */
    act("ann", four, "weigh", "{'amount': '20.00'}");
    rig_advance(&rig, "30 hours");
    say(four);
    act("ann", four, "propose", "null");
    act("ben", four, "grant", "null");
    const char *five = file("ann", "{'subject': 'empty'}");
    act("ann", five, "propose", "null");
    act("ben", five, "grant", "null"); /* the guard's other row */
}

/* Which zone data this machine has is not what an entry says of its rules. */
static void forget_zone(void)
{
    static const char KEY[] = "\"zone_version\":\"";
    for (char *at = said.data; (at = strstr(at, KEY)); at++) {
        char *from = at + strlen(KEY), *to = strchr(from, '"');
        memmove(from, to, strlen(to) + 1);
    }
    said.len = strlen(said.data);
}

static void compare(void)
{
    char text[1 << 16];
    if (getenv("REDRESS_GOLDEN")) {
        FILE *out = fopen(ENTRIES_FILE, "w");
        ck_assert(out && fwrite(said.data, 1, said.len, out) == said.len && fclose(out) == 0);
        return;
    }
    FILE *in = fopen(ENTRIES_FILE, "r");
    ck_assert_msg(in != NULL, "no %s", ENTRIES_FILE);
    const char *at = said.data, *end = said.data + said.len;
    for (size_t line = 1; fgets(text, sizeof text, in); line++) {
        size_t len = strlen(text);
        ck_assert_msg((size_t)(end - at) >= len && memcmp(at, text, len) == 0,
                      "%s:%zu: should be\n%sbut is\n%.*s", ENTRIES_FILE, line, text,
                      (int)(strcspn(at, "\n")), at);
        at += len;
    }
    ck_assert_msg(at == end, "there is more:\n%.*s", (int)(end - at), at);
    (void)fclose(in);
}

START_TEST(test_entries_say_what_they_always_said)
{
    history();
    rig.as = "max";
    rd_buf_text(&said, rig_show(&rig, rig_ok(&rig, "notice.list", "{}")));
    rd_buf_text(&said, "\n");
    rd_buf_char(&said, '\0');
    forget_zone();
    compare();
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("kernel_entries");
    TCase *tcase = tcase_create("entries");
    tcase_set_timeout(tcase, 60);
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, test_entries_say_what_they_always_said);
    suite_add_tcase(suite, tcase);
    return unit_run(suite);
}
