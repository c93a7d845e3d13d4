/* What is secret is in no reply, no error and no line of the log, whatever is asked by whom: values
 * are planted, every method of the table is called with all that it takes, and everything that
 * comes back is searched for them. And case.disclose: by whom, until when, and what it leaves
 * behind.
 */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "common/company.h"
#include "common/every.h"
#include "unit/kernel_rig.h"

/* The planted values: as a text, an amount, and a choice nobody else would write. */
static const char *const PLANTS[] = { "PLANTED-HUSH", "7654.32", "765432", "PLANTED-ONLY-FORM",
                                      "PLANTED-LINKED" };

static const char SECRECY_TEXT[] =
    "return {\n"
    "  choices 'levels' { 'secret', 'confidential', 'top_secret' },\n"
    "  record 'dossier' { number = 'D-{0000}', owner = 'keeper', unit = 'unit', fields = {\n"
    "    plain = text { indexed = true }, hush = text { secrecy = 'top_secret', indexed = true },\n"
    "    worth = money { secrecy = 'confidential', indexed = true },\n"
    "    phone = text { secrecy = 'secret', unique = true }, keeper = account,\n"
    "    unit = unit { indexed = true }, grade = text, friend = reference 'dossier' } },\n"
    "  record 'follower' { owner = 'keeper', unit = 'unit', fields = {\n"
    "    dossier = reference 'dossier' { indexed = true }, keeper = account, unit = unit,\n"
    "    grade = text, total = money, hush = text } },\n"
    "  record 'pass' { number = 'S-{0000}', owner = 'who', unit = 'unit', fields = {\n"
    "    of = reference 'dossier' { indexed = true }, who = account, level = levels,\n"
    "    until_at = instant, unit = unit } },\n"
    "  form 'entering' { of = 'dossier', fields = { 'plain', 'hush', 'worth', 'phone', 'friend',\n"
    "    { 'whisper', text { secrecy = 'secret' } } } },\n"
    "  decision 'dossier.grade' { input = { hush = text, dear = money },\n"
    "    output = { grade = text }, hit = 'first',\n"
    "    rows = { { dear = '>= 1000.00', grade = 'high' }, { grade = 'low' } } },\n"
    "  workflow 'dossier' { version = 1, initial = 'open', guidance = 'dossier.advice',\n"
    "    public = { proof = 'phone', fields = { 'plain' } },\n"
    "    facts = { copy = field 'friend.hush', friends = field 'friend.worth',\n"
    "      graded = decide 'dossier.grade' { with = { dear = 'worth' } } },\n"
    "    open = { event = 'enter', form = 'entering', run = { 'settle' } },\n"
    "    states = { open = { rests = 'x', public = { en = 'Here', zh = '已收' }, on = {\n"
    "      look = { { when = 'is_hushed', go = 'open' }, { run = { 'note' } } },\n"
    "      bar = { go = 'open' }, crash = { run = { 'crash' } }, wrong = { run = { 'wrong' } },\n"
    "      update = { fields = true }, close = 'shut' } }, shut = { final = true } },\n"
    "    guards = { is_hushed = function(f) return f.copy == 'x', 'it is ' .. (f.copy or ''),\n"
    "        'it is ' .. (f.hush or '') end,\n"
    "      is_barred = function(f) return f.hush ~= nil, nil, 'because of ' .. (f.hush or '') end "
    "},\n"
    "    actions = { settle = function(f) return set { keeper = f.actor.account, unit = "
    "f.actor.unit,\n"
    "        grade = f.graded } end,\n"
    "      note = function(f) if f.friends then return set { plain = 'seen' } end end,\n"
    "      crash = function(f) return f.hush .. f.nothing_at_all.x end,\n"
    "      wrong = function(f) return set { keeper = 5, hush = f.worth } end } },\n"
    "  workflow 'follower' { version = 1, initial = 'on',\n"
    "    facts = { their = field 'dossier.hush',\n"
    "      all = sum 'dossier' { field = 'worth', same = { 'unit' } } },\n"
    "    open = { event = 'follow', fields = true, run = { 'take' } },\n"
    "    states = { on = { rests = 'x', on = { again = { run = { 'take' } }, poke = { run = { "
    "'poke' } },\n"
    "      off = 'off' } },\n"
    "      off = { final = true } },\n"
    "    actions = { take = function(f) return set { keeper = f.actor.account, unit = "
    "f.actor.unit,\n"
    "      grade = (f.their and f.all) and 'yes' or 'no' } end,\n"
    "      poke = function(f) return send 'look' { to = f.dossier } end } },\n"
    "  workflow 'pass' { version = 1, initial = 'asked',\n"
    "    discloses = { what = { 'of' }, to = 'who', level = 'level', ends = 'until_at',\n"
    "      state = 'given' },\n"
    "    open = { event = 'ask', fields = true, run = { 'mine' } },\n"
    "    states = { asked = { rests = 'x', on = { give = 'given' } },\n"
    "      given = { rests = 'x', on = { take = 'taken' } }, taken = { final = true } },\n"
    "    actions = { mine = function(f) return set { who = f.who or f.actor.account, unit = "
    "f.actor.unit,\n"
    "      until_at = f.until_at or f.now + 3600000 } end } },\n"
    "  template 'dossier.letter' { of = 'dossier', en = 'Of {plain}', zh = '{plain}' },\n"
    "  decision 'dossier.advice' { input = { hush = text }, output = { symptom = text,\n"
    "    advice_en = text, advice_zh = text }, hit = 'first', rows = {\n"
    "    { symptom = 's', advice_en = 'look', advice_zh = '看' } } },\n"
    "  view 'dossiers' { of = 'dossier', where = { unit = 'gz' }, columns = { 'plain', 'grade' } "
    "},\n"
    "  report 'dossiers' { of = 'dossier', sections = { { by = { 'grade' }, measures = { all = "
    "{ count = true } } } } },\n"
    "  authority {\n"
    "    { { 'dossier.*', 'follower.*', 'pass.*' }, from = 'staff', reach = 'unit' },\n"
    "    { { 'dossier.enter', 'follower.follow', 'pass.ask' }, from = 'staff' },\n"
    "    { { 'dossier.read', 'follower.read', 'pass.read' }, from = 'boss' },\n"
    "    { 'dossier.bar', from = 'boss', unless = { 'is_barred' } },\n"
    "    { { 'dossier.top_secret' }, from = 'boss', reach = 'all' },\n"
    "    { { 'job.list', 'schedule.list', 'staff.read', 'store.stat', 'ledger.verify' },\n"
    "      from = 'staff' },\n"
    "  },\n"
    "}\n";

static struct kernel_rig rig;
static const char *dossier, *other, *follower, *pass, *person;
static int log_file;

static void secrecy_open(const char *from, const char *to)
{
    rig_make(&rig);
    t_company_write(rig.policy, "scripts/secrecy.lua", SECRECY_TEXT);
    if (from)
        t_company_edit(rig.policy, "scripts/secrecy.lua", from, to);
    rig_start(&rig, false);
}

static const char *secrecy_dossier(const char *hush, const char *phone, const char *friend)
{
    return t_text(
        rig_ok(&rig, "case.open",
               "{'type': 'dossier', 'data': {'plain': 'open', 'hush': '%s', 'worth': '7654.32', "
               "'phone': '%s', 'whisper': 'PLANTED-ONLY-FORM'%s%s%s}}",
               hush, phone, friend ? ", 'friend': '" : "", friend ? friend : "", friend ? "'" : ""),
        "id");
}

static void setup(void)
{
    char path[UNIT_DIR_MAX + 16];
    secrecy_open(NULL, NULL);
    ck_assert_msg(rig.status == RD_OK, "%s: %s", rig.error.text,
                  rig.findings.first ? rig.findings.first->text : "");
    snprintf(path, sizeof path, "%s/log", rig.dir);
    log_file = open(path, O_RDWR | O_CREAT | O_TRUNC, 0600);
    ck_assert_int_ge(log_file, 0);
    ck_assert_int_ge(dup2(log_file, 2), 0);
    rig.as = "ben";
    other = secrecy_dossier("PLANTED-LINKED", "1", NULL);
    dossier = secrecy_dossier("PLANTED-HUSH", "2", other);
    follower = t_text(
        rig_ok(&rig, "case.open", "{'type': 'follower', 'data': {'dossier': '%s'}}", dossier),
        "id");
    pass = t_text(rig_ok(&rig, "case.open",
                         "{'type': 'pass', 'data': {'of': '%s', 'level': 'secret'}}", dossier),
                  "id");
    rig_ok(&rig, "case.act", "{'id': '%s', 'event': 'look'}", dossier);
    rig_ok(&rig, "case.act", "{'id': '%s', 'event': 'poke'}", follower);
    rig.as = NULL;
}

static void teardown(void)
{
    rig_close(&rig);
    close(log_file);
}

static const char *leak_of(const char *text)
{
    for (size_t i = 0; text && i < sizeof PLANTS / sizeof *PLANTS; i++)
        if (strstr(text, PLANTS[i]))
            return PLANTS[i];
    return NULL;
}

static void expect_clean(const char *method, struct rd_value params, struct rd_value result)
{
    const char *texts[] = { rig_show(&rig, result), rig.error.text, rig.error.where,
                            rig.error.detail ? rig_show(&rig, *rig.error.detail) : NULL };
    for (size_t i = 0; i < 4; i++)
        ck_assert_msg(!leak_of(texts[i]), "%s as %s %s tells '%s': %s", method,
                      rig.as ? rig.as : "administrator", rig_show(&rig, params), leak_of(texts[i]),
                      texts[i]);
}

static void expect_clean_log(void)
{
    char bytes[1 << 16];
    ck_assert_int_ge(lseek(log_file, 0, SEEK_SET), 0);
    ssize_t got = read(log_file, bytes, sizeof bytes - 1);
    ck_assert_int_ge(got, 0);
    bytes[got] = 0;
    ck_assert_msg(!leak_of(bytes), "the log tells: %s", bytes);
}

/* ---- every method, with everything that it takes ---- */

static uint64_t seed = 42;
static unsigned draw(unsigned of)
{
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    return (unsigned)(seed >> 33) % of;
}

/* None of it holds a planted value. */
static const struct every_pool POOLS[] = {
    { "type", "'dossier', 'follower', 'pass', 'person'" },
    { "event", "'look', 'bar', 'crash', 'wrong', 'update', 'again', 'close', 'give', 'none'" },
    { "where", "{}, {'unit': 'gz'}, {'hush': 'x'}, {'worth': {'from': '1.00'}}, "
               "{'hush': {'contains': 'P'}}, {'hush': {'except': null}}" },
    { "order", "'id', '-hush', 'worth', 'hush'" },
    { "clock.advance.by", "'1 minutes'" },
    { "by", "'state', 'hush', 'worth', 'grade', 'month'" },
    { "form", "{}, {'hush': 'x'}, {'worth': 'x'}, {'plain': 'y'}" },
    { "set", "{'plain': 'z'}, {'phone': '1'}, {'worth': 'no'}, {'note': 'n'}" },
    { "record.create.type", "'person', 'person', 'dossier'" },
    { "data", "{}, {'phone': '1'}, {'name': 'x'}" },
    { "name", "'dossier.grade', 'grant.limit'" },
    { "input", "{'role': 'boss'}, {'hush': 'x', 'dear': '5000.00'}" },
    { "view", "'dossiers'" },
    { "report", "'dossiers'" },
    { "account", "'ben', 'max'" },
    { "rows", "[], [{'key': 'k', 'at': '2026-03-01T00:00:00Z', 'type': 'dossier', "
              "'open': {'worth': 'no'}}]" },
    { "since", "0, 2" },
    { "session", "'s'" },
    { "days", "1, 0" },
    { "expires", "'2027-01-01T00:00:00Z', null" },
    { "scopes", "['read'], null" },
    { "unit", "'gz'" },
    { "if_version", "1, 2, null" },
    { "idempotency_key", "'one', null" },
    { "fields", "['hush'], ['plain']" },
    { "seq", "1, 2, 9" },
    { "as_of", "'2026-03-02T02:00:00Z', null" },
    { "at", "'2026-03-02T01:00:00Z', null" },
    { "number", "'D-0001', 'D-0002', null" },
    { "proof", "'2', 'x'" },
    { "moved", "{}, null" },
    { "proposal", "1" },
    { "token", "'redress_none'" },
    { "group", "'g1'" },
    { "template", "'dossier.letter'" },
    { 0 },
};

static const struct every_never NEVER[] = {
    { "backup.create", "not tried" },
    { "case.disclose", "not tried" },
    { "journal.read", "not tried" },
    { "ledger.get", "this company has no ledger" },
    { "ledger.verify", "this company has no ledger" },
    { "person.confirm", "nothing personal is in this company" },
    { "person.erase", "nothing personal is in this company" },
    { "policy.confirm", "one person is enough here" },
    { "policy.withdraw", "one person is enough here" },
    { "session.login", "whose token that is nobody knows" },
    { "standby.fence", "the epochs that are tried are none behind this server's" },
    { "standby.promote", "this server follows nobody" },
    { 0 },
};

static bool give(const char *method, const char *param, struct rd_value *out)
{
    const char *const ids[] = { dossier, other, follower, pass, "D-0001", "D-0002", person };
    if (strcmp(param, "id") == 0 && strcmp(method, "account.revoke") != 0)
        *out = rd_text(strcmp(method, "record.update") == 0 ? person : ids[draw(7)]);
    else if (strcmp(method, "backup.create") == 0 && strcmp(param, "to") == 0)
        *out = rd_text("/nowhere");
    else
        return false;
    return true;
}

/* case.disclose is what secrets are told by. A backup is the data directory, and journal.read,
 * which needs the same authority, the journal in it as it is: who may have them has all that is
 * there. */
static bool tells_all(const char *method)
{
    static const char *const all[] = { "backup.create", "case.disclose", "journal.read" };
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        if (strcmp(all[i], method) == 0)
            return true;
    return false;
}

START_TEST(no_method_tells_what_is_secret)
{
    static const char *const who[] = { NULL, "ann", "ben", "sun", "max", "adm" };
    struct every every;
    size_t answered = 0;
    rig.as = "adm";
    person =
        t_text(rig_ok(&rig, "record.create", "{'type': 'person', 'data': {'name': 'x'}}"), "id");
    every_init(&every, &rig.arena, POOLS, give, draw);
    for (size_t m = 0; m < every.count; m++) {
        every.tried[m] += tells_all(every.methods[m].name);
        for (int i = 0; i < 60 && !tells_all(every.methods[m].name); i++) {
            struct rd_value params = every_params(&every, m);
            rig.as = who[draw(6)];
            struct rd_value result = rig_call(&rig, every.methods[m].name, params);
            every_called(&every, m, rig.status == RD_OK);
            expect_clean(every.methods[m].name, params, result);
            answered += rig.status == RD_OK;
        }
    }
    every_expect_done(&every, NEVER);
    ck_assert_uint_gt(answered, 400);
    expect_clean_log();
}
END_TEST

/* That the search above would find it: it is in the store, and the one reply has it. */
START_TEST(what_is_withheld_is_there)
{
    rig.as = "max";
    struct rd_value it = rig_ok(&rig, "case.disclose", "{'id': '%s'}", dossier);
    ck_assert_str_eq(t_text(it, "disclosed.hush"), "PLANTED-HUSH");
    ck_assert_str_eq(t_text(it, "disclosed.worth"), "7654.32");
    ck_assert_ptr_nonnull(leak_of(rig_show(&rig, it)));
    rig.as = "ben";
    it = rig_ok(&rig, "case.get", "{'id': '%s'}", dossier);
    ck_assert_str_eq(t_text(it, "withheld.hush"), "top_secret");
    ck_assert_str_eq(t_text(it, "withheld.worth"), "confidential");
    ck_assert_ptr_null(rd_map_get(rd_map_get(&it, "data"), "hush"));
    ck_assert_str_eq(t_text(it, "data.grade"), "high"); /* the rule's own statement is none */
}
END_TEST

/* An account has the raw journal by a row for backups only, of which this company has none. */
START_TEST(raw_entries_are_for_who_makes_backups)
{
    rig.as = NULL;
    struct rd_value page = rig_ok(&rig, "journal.read", "{'since': 0}");
    ck_assert_uint_gt(rd_map_list(&page, "entries")->count, 5);
    rig.peer = (struct rd_peer){ .door = RD_DOOR_UNIX, .uid = 4001 };
    rig_no(&rig, "not_allowed", NULL, "journal.read", "{'since': 0}");
    rig_no(&rig, "not_allowed", NULL, "backup.create", "{'to': '/tmp/none'}");
}
END_TEST

START_TEST(nothing_is_found_ordered_or_counted_by_a_secret)
{
    rig.as = "max"; /* not even by whom it is disclosed to */
    rig_no(&rig, "secret", "/where/hush", "case.list",
           "{'type': 'dossier', 'where': {'hush': 'PLANTED-HUSH'}}");
    rig_no(&rig, "secret", "/where/hush", "case.list",
           "{'type': 'dossier', 'scan': true, 'where': {'hush': {'contains': 'P'}}}");
    rig_no(&rig, "secret", "/where/worth", "report.cases",
           "{'type': 'dossier', 'by': 'state', 'where': {'worth': {'from': '1.00'}}}");
    rig_no(&rig, "secret", "/order", "case.list", "{'type': 'dossier', 'order': '-worth'}");
    rig_no(&rig, "secret", "/by", "report.cases", "{'type': 'dossier', 'by': 'hush'}");
}
END_TEST

START_TEST(what_a_guard_or_a_failing_action_says_is_withheld)
{
    rig.as = "max";
    rig_no(&rig, "not_allowed", NULL, "case.act", "{'id': '%s', 'event': 'bar'}", dossier);
    ck_assert_ptr_nonnull(strstr(rig.error.text, "withheld"));
    rig.as = "ben";
    rig_no(&rig, "policy_fault", NULL, "case.act", "{'id': '%s', 'event': 'crash'}", dossier);
    ck_assert_ptr_nonnull(strstr(rig.error.text, "'crash' failed; it reads what is secret"));
    rig_no(&rig, "policy_fault", NULL, "case.act", "{'id': '%s', 'event': 'wrong'}", dossier);
    ck_assert_ptr_nonnull(strstr(rig.error.text, "'wrong' failed; it reads what is secret"));
    expect_clean_log();
}
END_TEST

/* ---- case.disclose ---- */

START_TEST(a_disclosure_is_for_one_account_one_level_and_a_time)
{
    rig.as = "ben";
    rig_no(&rig, "secret", "/fields", "case.disclose", "{'id': '%s'}", dossier);
    rig_ok(&rig, "case.act", "{'id': '%s', 'event': 'give'}", pass);
    struct rd_value it = rig_ok(&rig, "case.disclose", "{'id': '%s'}", dossier);
    ck_assert_str_eq(t_text(it, "disclosed.phone"), "2");
    ck_assert_ptr_null(rd_map_get(rd_map_get(&it, "disclosed"), "worth"));
    ck_assert_str_eq(t_text(it, "decisions.0.rule"), "S-0001");
    rig_no(&rig, "secret", "/fields", "case.disclose", "{'id': '%s', 'fields': ['worth']}",
           dossier);
    rig_no(&rig, "secret", "/fields", "case.disclose", "{'id': '%s', 'fields': ['phone', 'hush']}",
           dossier);
    rig_no(&rig, "secret", NULL, "case.disclose", "{'id': '%s'}", other);
    rig.as = "ann"; /* reads the dossier, and has no pass */
    rig_no(&rig, "secret", NULL, "case.disclose", "{'id': '%s'}", dossier);
    rig.as = "sun"; /* does not even read it */
    rig_no(&rig, "not_found", "/id", "case.disclose", "{'id': '%s'}", dossier);
    rig.as = NULL; /* whose machine it is has no pass either */
    rig_no(&rig, "secret", NULL, "case.disclose", "{'id': '%s'}", dossier);
    rig.as = "ben";
    rig_advance(&rig, "59 minutes");
    rig_ok(&rig, "case.disclose", "{'id': '%s'}", dossier);
    rig_advance(&rig, "1 minute");
    rig_no(&rig, "secret", NULL, "case.disclose", "{'id': '%s'}", dossier);
}
END_TEST

START_TEST(a_disclosure_taken_back_discloses_nothing)
{
    rig.as = "ben";
    rig_ok(&rig, "case.act", "{'id': '%s', 'event': 'give'}", pass);
    rig_ok(&rig, "case.disclose", "{'id': '%s'}", dossier);
    rig_ok(&rig, "case.act", "{'id': '%s', 'event': 'take'}", pass);
    rig_no(&rig, "secret", NULL, "case.disclose", "{'id': '%s'}", dossier);
}
END_TEST

START_TEST(bad_requests_are_told)
{
    rig.as = "max";
    rig_no(&rig, "invalid_params", "/fields/0", "case.disclose",
           "{'id': '%s', 'fields': ['plain']}", dossier);
    rig_no(&rig, "invalid_params", "/fields/1", "case.disclose",
           "{'id': '%s', 'fields': ['hush', 5]}", dossier);
    rig_no(&rig, "invalid_params", "/id", "case.disclose", "{'id': '%s'}", follower);
    rig_no(&rig, "not_found", "/id", "case.disclose", "{'id': '9-9'}");
    rig_no(&rig, "invalid_params", "/fields", "case.disclose", "{'id': '%s', 'fields': 'hush'}",
           dossier);
}
END_TEST

/* Who saw what is in the journal, and refusals are; a rebuild knows no difference. */
START_TEST(each_disclosure_leaves_an_entry)
{
    rig.as = "max";
    struct rd_value it = rig_ok(&rig, "case.disclose", "{'id': '%s', 'fields': ['hush']}", dossier);
    struct rd_value entry = rig_ok(&rig, "case.explain", "{'id': '%s', 'seq': %lld}", dossier,
                                   (long long)t_int(it, "seq"));
    ck_assert_str_eq(t_text(entry, "command"), "dossier.disclose");
    ck_assert_str_eq(t_text(entry, "actor"), "max");
    ck_assert_str_eq(t_text(entry, "behind"), "administrator");
    ck_assert_str_eq(t_text(entry, "form.disclosed.0"), "hush");
    ck_assert_str_eq(t_text(entry, "decisions.0.reason"), "hush");
    expect_clean("case.explain", rd_map(), entry);
    rig.as = "ann";
    rig_no(&rig, "secret", NULL, "case.disclose", "{'id': '%s'}", dossier);
    entry = rig_ok(&rig, "case.explain", "{'id': '%s', 'seq': %lld}", dossier,
                   (long long)t_int(it, "seq") + 1);
    ck_assert_str_eq(t_text(entry, "refused"), "secret");
    rig.as = NULL;
    rig_expect_rebuild_equal(&rig);
}
END_TEST

/* ---- what the check refuses ---- */

static void expect_refused(const char *from, const char *to, const char *finding)
{
    rig_close(&rig);
    secrecy_open(from, to);
    bool found = false;
    const char *all = "";
    for (const struct rd_finding *f = rig.findings.first; f; f = f->next) {
        found |= strstr(f->text, finding) != NULL;
        all = rd_arena_printf(&rig.arena, "%s\n%s", all, f->text);
    }
    ck_assert_msg(rig.status == RD_POLICY_REFUSED && found, "'%s' not among: %s", finding, all);
}

START_TEST(a_policy_that_would_tell_is_refused)
{
    expect_refused("columns = { 'plain', 'grade' }", "columns = { 'plain', 'hush' }",
                   "'hush' is top_secret: it is disclosed, never listed");
    expect_refused("columns = { 'plain', 'grade' }", "order = 'worth', columns = { 'plain' }",
                   "'worth' is confidential: nothing is ordered by it");
    expect_refused("where = { unit = 'gz' }", "where = { unit = 'gz', hush = 'x' }",
                   "it is top_secret: nothing is searched by it");
    expect_refused("by = { 'grade' }", "by = { 'hush' }",
                   "'hush' is top_secret: nothing is counted by it");
    expect_refused("all = { count = true }", "dear = { sum = 'worth' }",
                   "'worth' is confidential: nothing is counted by it");
    expect_refused("state = 'given'", "state = 'gave'", "discloses: state: no state 'gave'");
    expect_refused("to = 'who'", "to = 'unit'", "discloses: to: 'unit' is unit, not account");
    expect_refused("what = { 'of' }", "what = { 'off' }",
                   "discloses: what: record 'pass' has no field 'off'");
    expect_refused("choices 'levels' { 'secret',", "choices 'levels' { 'low',",
                   "level: 'low' is no level");
    expect_refused("reference 'dossier' { indexed = true }, who", "reference 'dossier' {}, who",
                   "what: 'of' needs indexed = true");
    expect_refused("{ 'dossier.top_secret' }", "{ 'follower.secret' }",
                   "no command 'follower.secret'");
}
END_TEST

/* What an action would copy into the open is refused when the rules are checked; what it says of a
 * secret is not. */
static const struct flow_case {
    const char *action, *finding; /* NULL: it is fine */
} FLOWS[] = {
    { "return set { plain = f.hush }", "'hush' is top_secret, and 'plain' of dossier is open" },
    { "return set { plain = 'x' .. f.hush:upper() }", "'hush' is top_secret" },
    { "return set { plain = text_of(f.worth) }", "'worth' is confidential" },
    { "return set { hush = f.worth, plain = f.grade }", NULL },
    { "return set { worth = f.hush }", "'worth' of dossier is confidential: what is copied" },
    { "local a = f.hush local b = a .. '!' return set { plain = b }", "'b' is top_secret" },
    { "local b = 'x' local a = 1 for i = 1, 2 do a = b b = f.hush end return set { plain = a }",
      "'a' is top_secret" },
    { "local t = {} t.x = f.hush return set { plain = t.x }", "'t' is top_secret" },
    { "local t = {} table.insert(t, f.hush) return set { plain = t[1] }", "'t' is top_secret" },
    { "local a if f.grade then a = f.hush end return set { plain = a }", "'a' is top_secret" },
    { "return set { plain = (f.hush == 'x') and 'yes' or 'no' }", NULL },
    { "return set { plain = f.hush and 'yes' or 'no' }", NULL },
    { "return set { plain = f.grade and f.hush }", "'hush' is top_secret" },
    { "return set { plain = f.hush or 'none' }", "'hush' is top_secret" },
    { "local big = f.worth > f.worth if not f.hush then return end return set { plain = big and "
      "'y' "
      "or 'n' }",
      NULL },
    { "return tell { 'keeper', text = 'It is ' .. f.hush }", "what is told is open" },
    { "return start 'follower' { grade = f.hush }", "'grade' of follower is open" },
    { "return start 'follower' { hush = f.plain, data = { grade = f.hush } }",
      "'grade' of follower is open" },
    { "return send 'update' { to = f.friend, form = { plain = f.hush } }",
      "'plain' of update is open" },
    { "return send 'update' { to = f.friend, form = { hush = f.hush, worth = f.worth } }", NULL },
    { "return each 'dossier' { same = { plain = f.hush }, send = 'look' }",
      "'plain' of dossier is open" },
    { "return set { plain = f.copy }", "'copy' is top_secret" },
    { "return set { plain = f.form.whisper }", "'whisper' is secret" },
    { "local form = f.form return set { plain = form.whisper }", "'whisper' is secret" },
    { "local form = f.form return set { plain = form.plain }", NULL },
    { "local g = f return set { plain = g.hush, hush = f.hush }", "'g' is top_secret" },
    { "return set(f.hush and { plain = f.hush })", "is open" },
};

START_TEST(what_is_copied_keeps_its_level)
{
    const struct flow_case *it = &FLOWS[_i];
    const char *to = rd_arena_printf(&rig.arena, "note = function(f) %s end,\n", it->action);
    char kept[512];
    snprintf(kept, sizeof kept, "%s", to);
    rig_close(&rig);
    rig_make(&rig);
    t_company_write(rig.policy, "scripts/secrecy.lua", SECRECY_TEXT);
    t_company_edit(rig.policy, "scripts/secrecy.lua",
                   "note = function(f) if f.friends then return set { plain = 'seen' } end end,\n",
                   kept);
    rig_start(&rig, false);
    const char *all = "";
    for (const struct rd_finding *found = rig.findings.first; found; found = found->next)
        if (found->error)
            all = rd_arena_printf(&rig.arena, "%s%s:%d: %s\n", all, found->file, found->line,
                                  found->text);
    ck_assert_msg(it->finding ? strstr(all, it->finding) != NULL : !*all, "%s: %s", it->action,
                  all);
    ck_assert_msg(!it->finding || strstr(all, "scripts/secrecy.lua:"), "%s", all);
    ck_assert_int_eq(rig.status, it->finding ? RD_POLICY_REFUSED : RD_OK);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("kernel_secrecy");
    TCase *tcase = tcase_create("secrecy");
    tcase_set_timeout(tcase, T_TIMEOUT_S);
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, no_method_tells_what_is_secret);
    tcase_add_test(tcase, what_is_withheld_is_there);
    tcase_add_test(tcase, raw_entries_are_for_who_makes_backups);
    tcase_add_test(tcase, nothing_is_found_ordered_or_counted_by_a_secret);
    tcase_add_test(tcase, what_a_guard_or_a_failing_action_says_is_withheld);
    tcase_add_test(tcase, a_disclosure_is_for_one_account_one_level_and_a_time);
    tcase_add_test(tcase, a_disclosure_taken_back_discloses_nothing);
    tcase_add_test(tcase, bad_requests_are_told);
    tcase_add_test(tcase, each_disclosure_leaves_an_entry);
    tcase_add_test(tcase, a_policy_that_would_tell_is_refused);
    tcase_add_loop_test(tcase, what_is_copied_keeps_its_level, 0,
                        (int)(sizeof FLOWS / sizeof *FLOWS));
    suite_add_tcase(suite, tcase);
    return unit_run(suite);
}
