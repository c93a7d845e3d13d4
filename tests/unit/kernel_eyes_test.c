/* Four eyes against an attacker: people with every role and two accounts each, who try everything
 * in any order, by chance from a seed: under their own names, as the administrator of the machine,
 * standing in for each other, with persons, roles and deputies changed in between, through imports,
 * timers, jobs over many records and events that one record sends another. Whoever had a hand in a
 * step never has one in the next; who that was, the test knows by itself (struct hand), and asks
 * the engine only on whose behalf something was allowed.
 *
 * With REDRESS_LONG a million steps and more; REDRESS_STEPS: as many as that, from each seed.
 */
#include "unit/kernel_rig.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "common/company.h"

#define STEPS 6000
#define STEPS_LONG 340000 /* from each of three seeds */
#define PAPERS_MAX 200000
#define RECENT 40
#define ADMINISTRATOR 8
#define ACCOUNTS 9
#define NOBODY (-1)
#define KEYS 200

/* Accounts, by number; the last is whoever has the machine. */
static const char *const LOGINS[ACCOUNTS] = { "eva", "eva2", "bob",  "bob2",         "kim",
                                              "tom", "adm",  "adm2", "administrator" };
/* What is written beside each as its person; 0: nothing, which is somebody of his own. */
static int persons[ACCOUNTS] = { 1, 1, 2, 2, 3, 0, 4, 4, 0 };
static const char *const PERSONS[] = { "", "Eva", "Bob", "Kim", "Adm", "Nix" };
static char staff_ids[ACCOUNTS][32];

static struct kernel_rig rig;
static uint64_t seed;

/* Which accounts had a hand in the steps of one paper, as bits. */
struct hand {
    uint32_t by, second, third;
};

struct paper {
    char id[24];
    struct hand hand;
    bool live;
};

static struct paper *papers;
static size_t paper_count;
static size_t keys[KEYS]; /* of the import: the paper's place + 1 */

static struct {
    unsigned tried, done, four_eyes, written, reviewed, signed_off, sent, copied, imported, late;
} tally;

static const char RULES[] =
    "return {\n"
    "  company { name = 'c', zone = 'Asia/Shanghai', currency = 'CNY' },\n"
    "  calendar 'office' { always = true },\n"
    "  organisation { roles = { 'staff', 'boss', 'administrator' }, units = { 'hq', 'gz' },\n"
    "    staff = { record = 'employee', account = 'login', unit = 'unit', roles = 'roles',\n"
    "      person = 'person', working = { 'employed' }, deputy = 'deputy',\n"
    "      deputy_until = 'ends' } },\n"
    "  record 'employee' { unit = 'unit', fields = { login = text { unique = true,\n"
    "      required = true }, unit = unit, roles = list_of(roles), person = text,\n"
    "    deputy = account, ends = instant } },\n"
    "  form 'change' { of = 'employee', fields = { 'unit', 'roles', 'person', 'deputy', 'ends' } "
    "},\n"
    "  workflow 'employee' { version = 1, initial = 'employed', open = { event = 'hire' },\n"
    "    states = { employed = { on = { change = { form = 'change' }, leave = 'gone' } },\n"
    "      gone = { on = { back = 'employed' } } } },\n"
    "  record 'paper' { unit = 'unit', fields = { by = account, second = account,\n"
    "    third = account, unit = unit, peer = reference 'paper', team = text { indexed = true },\n"
    "    note = text } },\n"
    "  record 'slip' { fields = { by = account, second = account, third = account } },\n"
    "  form 'writing' { of = 'paper', fields = { 'unit', 'peer', 'team' } },\n"
    "  form 'noting' { of = 'paper', fields = { 'peer', 'note', 'unit' } },\n"
    "  workflow 'paper' { version = 1, initial = 'written',\n"
    "    open = { event = 'write', form = 'writing', run = { 'mine' } },\n"
    "    states = {\n"
    "      written = { on = { review = { go = 'reviewed', by = 'second' } } },\n"
    "      reviewed = { on = { sign = { go = 'filed', by = 'third' }, back = 'written' } },\n"
    "      filed = { final = true } },\n"
    "    always = { note = { form = 'noting' }, pass = { run = 'pass' }, press = { run = 'press' "
    "},\n"
    "      later = { run = 'later' }, sweep = { run = 'sweep' }, copy = { run = 'copy' } },\n"
    "    actions = {\n"
    "      mine = function(f) return set { by = f.actor.account } end,\n"
    "      pass = function(f) return f.peer and send 'review' { to = f.peer } end,\n"
    "      press = function(f) return f.peer and send 'sign' { to = f.peer } end,\n"
    "      later = function(f) return { deadline 'r' { '10 minutes', event = 'review' },\n"
    "        deadline 's' { '20 minutes', event = 'sign' } } end,\n"
    "      sweep = function(f) return each 'paper' { same = { team = f.team }, send = 'review' }\n"
    "        end,\n"
    "      copy = function(f) return start 'slip' { by = f.by, second = f.second } end } },\n"
    "  workflow 'slip' { version = 1, initial = 'made', open = { event = 'make' },\n"
    "    states = { made = { on = { sign = { go = 'filed', by = 'third' } } },\n"
    "      filed = { final = true } } },\n"
    "  authority {\n"
    "    { 'employee.*', from = { 'administrator' } }, { 'import.run', from = 'staff' },\n"
    "    { { 'paper.read', 'slip.read', 'staff.read', 'employee.read' }, from = 'staff' },\n"
    "    { { 'paper.write', 'paper.back', 'paper.note', 'paper.pass', 'paper.press',\n"
    "      'paper.later', 'paper.sweep', 'paper.copy' }, from = 'staff' },\n"
    "    { 'paper.review', from = 'staff', reach = 'unit', other_than = { 'by' } },\n"
    "    { 'paper.review', from = 'boss', other_than = { 'by' } },\n"
    "    { 'paper.sign', from = 'boss', other_than = { 'by', 'second' } },\n"
    "    { 'slip.sign', from = 'staff', other_than = { 'by', 'second' } },\n"
    "  },\n"
    "}\n";

static unsigned pick(unsigned n)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return (unsigned)((seed >> 33) % n);
}

/* ---- who somebody is, as the test knows it ---- */

/* All accounts that are the same person now as one of these. */
static uint32_t persons_of(uint32_t accounts)
{
    uint32_t all = accounts;
    for (int a = 0; a < ACCOUNTS; a++)
        for (int b = 0; b < ACCOUNTS; b++)
            if (accounts & (1u << a) && persons[a] != 0 && persons[a] == persons[b])
                all |= 1u << b;
    return all;
}

static int account_of(const char *login)
{
    for (int a = 0; a < ACCOUNTS; a++)
        if (strcmp(LOGINS[a], login) == 0)
            return a;
    return NOBODY;
}

/* Who asks, and who is behind him. */
struct asker {
    int account;
    uint32_t accounts;
};

static struct asker ask(void)
{
    static struct rd_peer machine = { .door = RD_DOOR_UNIX };
    struct asker asker = { .account = (int)pick(ADMINISTRATOR) };
    machine.uid = geteuid();
    rig.as = NULL;
    asker.accounts = 1u << asker.account;
    if (pick(3) > 0) {
        rig.peer = (struct rd_peer){ .door = RD_DOOR_TCP, .account = LOGINS[asker.account] };
        return asker;
    }
    rig.peer = machine;
    rig.as = LOGINS[asker.account];
    asker.accounts |= 1u << ADMINISTRATOR;
    return asker;
}

static struct rd_value try(const char *method, struct rd_value params)
{
    struct rd_value result = rig_call(&rig, method, params);
    tally.tried++;
    tally.done += rig.status == RD_OK;
    tally.four_eyes += rig.status == RD_FOUR_EYES;
    ck_assert_msg(rig.status == RD_OK || rig.status != RD_INTERNAL_ERROR, "%s: %s", method,
                  rig.error.text);
    return result;
}

/* On whose behalf it was allowed, by the reply ("allowed", "for eva"). */
static uint32_t behalf_in(struct rd_value reply)
{
    const struct rd_value *decisions = rd_map_get(&reply, "decisions");
    uint32_t found = 0;
    for (uint32_t i = 0; decisions && i < decisions->count; i++) {
        const char *reason = rd_map_text(&decisions->items[i], "reason", NULL);
        int account = reason && strncmp(reason, "for ", 4) == 0 ? account_of(reason + 4) : NOBODY;
        if (account != NOBODY)
            found |= 1u << account;
    }
    return found;
}

/* ---- what was done ---- */

/* A record as the program itself reads it; the status is the rig's. */
static struct rd_value look_inside(const char *id)
{
    struct rd_peer peer = rig.peer;
    const char *as = rig.as;
    rig.peer = (struct rd_peer){ .door = RD_DOOR_INSIDE };
    rig.as = NULL;
    struct rd_value found = rig_call(&rig, "case.get", rig_json(&rig, "{'id': '%s'}", id));
    rig.peer = peer;
    rig.as = as;
    return found;
}

/* Rules that do it by a timer or a job are nobody; they may have done it just before the asker. */
static bool did_rules(const struct paper *paper, const char *field)
{
    struct rd_value found = look_inside(paper->id);
    return rig.status == RD_OK && t_has(found, field) &&
           strcmp(t_text(found, field), "system") == 0;
}

/* What a person did before them is undone. */
static void forget_what_rules_did(struct paper *paper)
{
    if (did_rules(paper, "data.second"))
        paper->hand.second = 0;
}

static void expect_other(const struct paper *paper, uint32_t before, uint32_t now, const char *what)
{
    ck_assert_msg((persons_of(before) & persons_of(now)) == 0,
                  "%s of %s went through: hands 0x%x before, 0x%x now (bit n: account n)", what,
                  paper->id, persons_of(before), persons_of(now));
}

static void did_review(struct paper *paper, uint32_t hands)
{
    if (did_rules(paper, "data.second"))
        return;
    expect_other(paper, paper->hand.by, hands, "review");
    paper->hand.second = persons_of(hands);
    paper->live = true;
    tally.reviewed++;
}

static void did_sign(struct paper *paper, uint32_t hands)
{
    if (did_rules(paper, "data.third"))
        return;
    forget_what_rules_did(paper);
    expect_other(paper, paper->hand.by | paper->hand.second, hands, "sign");
    paper->hand.third = persons_of(hands);
    tally.signed_off++;
}

static struct paper *paper_any(void)
{
    size_t recent = paper_count < RECENT ? paper_count : RECENT;
    return recent ? &papers[paper_count - 1 - pick((unsigned)recent)] : NULL;
}

static struct paper *paper_by_id(const char *id)
{
    for (size_t i = paper_count; i > 0; i--)
        if (strcmp(papers[i - 1].id, id) == 0)
            return &papers[i - 1];
    return NULL;
}

static void paper_add(const char *id, struct hand hand, bool live)
{
    ck_assert_uint_lt(paper_count, PAPERS_MAX);
    struct paper *paper = &papers[paper_count++];
    snprintf(paper->id, sizeof paper->id, "%s", id);
    paper->hand = hand;
    paper->live = live;
    tally.written++;
}

static const char *peer_id(void)
{
    struct paper *paper = paper_any();
    return paper && paper->id[0] == '2' ? paper->id : "2-1";
}

/* What was made last, of this type: the one with the highest number. */
static bool paper_newest(const char *type, struct hand hand, bool live)
{
    static unsigned last[2] = { 0, 0 };
    bool slip = strcmp(type, "slip") == 0;
    char id[24];
    for (unsigned n = last[slip] + 1;; n++) {
        snprintf(id, sizeof id, "%d-%u", slip ? 3 : 2, n);
        (void)look_inside(id);
        if (rig.status != RD_OK)
            break;
        last[slip] = n;
    }
    snprintf(id, sizeof id, "%d-%u", slip ? 3 : 2, last[slip]);
    if (paper_by_id(id))
        return false;
    paper_add(id, hand, live);
    return true;
}

/* ---- steps ---- */

static void step_write(void)
{
    struct asker asker = ask();
    struct rd_value paper = try(
        "case.open",
        rig_json(&rig, "{'type': 'paper', 'data': {'team': 't%u', 'unit': '%s'%s}}", pick(4),
                 pick(2) ? "hq" : "gz",
                 paper_count && pick(2) ? rd_arena_printf(&rig.arena, ", 'peer': '%s'", peer_id())
                                        : ""));
    if (rig.status == RD_OK)
        paper_add(t_text(paper, "id"), (struct hand){ .by = persons_of(asker.accounts) }, true);
}

static void step_act(const char *event)
{
    struct paper *paper = paper_any();
    struct asker asker = ask();
    if (!paper)
        return;
    const char *extra = pick(12) == 0 ? ", 'idempotency_key': 'same'" : "";
    struct rd_value reply =
        try("case.act", rig_json(&rig, "{'id': '%s', 'event': '%s'%s}", paper->id, event, extra));
    if (rig.status != RD_OK)
        return;
    uint32_t hands = asker.accounts | behalf_in(reply);
    if (*extra && strcmp(t_text(reply, "id"), paper->id) != 0)
        return; /* the reply to what was asked under this key before */
    paper->live = true;
    if (strcmp(event, "review") == 0)
        did_review(paper, hands);
    else if (strcmp(event, "sign") == 0)
        did_sign(paper, hands);
}

/* A paper's event that sends another paper one: it is as if the asker had done that himself. */
static void step_send(void)
{
    struct paper *paper = paper_any();
    struct asker asker = ask();
    bool review = pick(2);
    if (!paper || paper->id[0] != '2')
        return;
    const char *peer = peer_id();
    rig_call(
        &rig, "case.act",
        rig_json(&rig, "{'id': '%s', 'event': 'note', 'form': {'peer': '%s'}}", paper->id, peer));
    paper->live |= rig.status == RD_OK;
    if (rig.status != RD_OK)
        return;
    struct rd_value before = look_inside(peer);
    const char *state = rig.status == RD_OK ? t_text(before, "state") : "";
    try("case.act",
        rig_json(&rig, "{'id': '%s', 'event': '%s'}", paper->id, review ? "pass" : "press"));
    struct paper *target = paper_by_id(peer);
    if (rig.status != RD_OK || !target || strcmp(state, review ? "written" : "reviewed") != 0)
        return;
    tally.sent++;
    if (review)
        did_review(target, asker.accounts);
    else
        did_sign(target, asker.accounts);
}

/* A copy on another record takes the hands along. */
static void step_copy(void)
{
    struct paper *paper = paper_any();
    (void)ask();
    if (!paper || paper->id[0] != '2')
        return;
    try("case.act", rig_json(&rig, "{'id': '%s', 'event': 'copy'}", paper->id));
    paper->live |= rig.status == RD_OK;
    if (rig.status != RD_OK)
        return;
    forget_what_rules_did(paper);
    tally.copied += paper_newest("slip", paper->hand, true);
}

static void step_staff(void)
{
    int who = (int)pick(ADMINISTRATOR), other = (int)pick(ADMINISTRATOR);
    int person = (int)pick(sizeof PERSONS / sizeof *PERSONS);
    (void)ask();
    unsigned what = pick(4);
    const char *id = staff_ids[who];
    if (what == 0) {
        try("case.act",
            rig_json(&rig, "{'id': '%s', 'event': 'change', 'form': {'person': %s%s%s}}", id,
                     person ? "'" : "", person ? PERSONS[person] : "null", person ? "'" : ""));
        if (rig.status == RD_OK)
            persons[who] = person;
    } else if (what == 1) {
        try("case.act", rig_json(&rig,
                                 "{'id': '%s', 'event': 'change', 'form': {'deputy': '%s',"
                                 " 'ends': '2030-01-01T00:00:00Z'}}",
                                 id, LOGINS[other]));
    } else if (what == 2) {
        try("case.act", rig_json(&rig, "{'id': '%s', 'event': 'change', 'form': {'roles': %s}}", id,
                                 pick(4) ? "['staff', 'boss', 'administrator']"
                                         : "['administrator', 'staff']"));
    } else {
        try("case.act",
            rig_json(&rig, "{'id': '%s', 'event': '%s'}", id, pick(3) ? "back" : "leave"));
    }
}

/* Imported papers, and events that an import sends to papers which have gone on live. */
static void import_event(struct asker asker, unsigned key)
{
    static unsigned serial;
    struct paper *paper = &papers[keys[key] - 1];
    bool review = pick(2);
    char now[RD_TIME_TEXT_MAX];
    rd_time_write(rd_kernel_now_ms(rig.kernel), now);
    struct rd_value found =
        try("import.apply", rig_json(&rig,
                                     "{'session': 's', 'rows': [{'key': 'k%u', 'id': '%u', 'at':"
                                     " '%s', 'event': '%s'}]}",
                                     key, serial++, now, review ? "review" : "sign"));
    if (rig.status != RD_OK)
        return;
    if (strcmp(t_text(found, "results.0.status"), "done") != 0) {
        tally.four_eyes += strstr(t_show(found), "four_eyes") != NULL;
        return;
    }
    if (!paper->live && review)
        paper->hand.second = persons_of(asker.accounts); /* what was, is imported as it was */
    else if (!paper->live)
        paper->hand.third = persons_of(asker.accounts);
    else if (review)
        did_review(paper, asker.accounts);
    else
        did_sign(paper, asker.accounts);
    tally.late += paper->live;
}

static void step_import(void)
{
    struct asker asker = ask();
    unsigned key = pick(KEYS);
    if (keys[key]) {
        import_event(asker, key);
        return;
    }
    struct rd_value found =
        try("import.apply", rig_json(&rig,
                                     "{'session': 's', 'rows': [{'key': 'k%u', 'at':"
                                     " '2026-03-02T09:00:00+08:00', 'type': 'paper',"
                                     " 'open': {'team': 't0'}}]}",
                                     key));
    if (rig.status != RD_OK || strcmp(t_text(found, "results.0.status"), "done") != 0)
        return;
    tally.imported++;
    if (paper_newest("paper", (struct hand){ .by = persons_of(asker.accounts) }, false))
        keys[key] = paper_count;
}

static void step_advance(void)
{
    rig.peer = (struct rd_peer){ .door = RD_DOOR_INSIDE };
    rig.as = NULL;
    try("clock.advance", rig_json(&rig, "{'by': '%u minutes'}", 1 + pick(15)));
}

/* Every method there is, with what it might take of a paper: none of them may bring it further. */
static void step_any_method(void)
{
    static const char *const METHODS[] = { "record.update", "record.create",    "case.get",
                                           "case.actions",  "case.explain",     "import.finish",
                                           "record.erase",  "record.delete",    "job.cancel",
                                           "case.history",  "decision.evaluate" };
    struct paper *paper = paper_any();
    (void)ask();
    if (!paper)
        return;
    const char *method = METHODS[pick(sizeof METHODS / sizeof *METHODS)];
    struct rd_value params =
        strcmp(method, "record.update") == 0
            ? rig_json(&rig, "{'id': '%s', 'set': {'by': '%s', 'second': null}}", paper->id,
                       LOGINS[pick(ADMINISTRATOR)])
        : strcmp(method, "record.create") == 0
            ? rig_json(&rig, "{'type': 'paper', 'data': {'by': '%s', 'second': '%s'}}",
                       LOGINS[pick(ADMINISTRATOR)], LOGINS[pick(ADMINISTRATOR)])
        : strcmp(method, "import.finish") == 0 ? rig_json(&rig, "{'session': 's'}")
                                               : rig_json(&rig, "{'id': '%s'}", paper->id);
    try(method, params);
    if (rig.status == RD_OK)
        ck_assert_msg(strncmp(method, "record.", 7) != 0, "%s of a case went through", method);
}

static void step(void)
{
    unsigned dice = pick(100);
    if (dice < 16)
        step_write();
    else if (dice < 40)
        step_act("review");
    else if (dice < 60)
        step_act("sign");
    else if (dice < 64)
        step_act("back");
    else if (dice < 67)
        step_act("later");
    else if (dice < 69)
        step_act("sweep");
    else if (dice < 76)
        step_send();
    else if (dice < 79)
        step_copy();
    else if (dice < 88)
        step_staff();
    else if (dice < 92)
        step_import();
    else if (dice < 95)
        step_advance();
    else
        step_any_method();
}

/* ---- setting up ---- */

static void hire_all(void)
{
    for (int a = 0; a < ADMINISTRATOR; a++) {
        struct rd_value hired =
            rig_ok(&rig, "case.open",
                   "{'type': 'employee', 'data': {'login': '%s', 'unit': '%s',"
                   " 'roles': ['staff', 'boss', 'administrator']%s%s%s}}",
                   LOGINS[a], a % 2 ? "hq" : "gz", persons[a] ? ", 'person': '" : "",
                   PERSONS[persons[a]], persons[a] ? "'" : "");
        snprintf(staff_ids[a], sizeof staff_ids[a], "%s", t_text(hired, "id"));
    }
}

static void setup(void)
{
    rig_make(&rig);
    t_company_write(rig.policy, "rules/company.lua", RULES);
    t_company_write(rig.policy, "scripts/job.lua", "return {}\n");
    bool opened = rig_start(&rig, false) == RD_OK;
    const struct rd_finding *first = rig.findings.first;
    ck_assert_msg(opened, "%s: %s:%d: %s", rig.error.text, first ? first->file : "",
                  first ? first->line : 0, first ? first->text : "");
    papers = calloc(PAPERS_MAX, sizeof *papers);
    ck_assert_ptr_nonnull(papers);
    hire_all();
}

static void teardown(void)
{
    free(papers);
    rig.peer = (struct rd_peer){ .door = RD_DOOR_INSIDE };
    rig_close(&rig);
}

static unsigned steps_wanted(void)
{
    const char *text = getenv("REDRESS_STEPS");
    if (text)
        return (unsigned)strtoul(text, NULL, 10);
    return unit_is_long() ? STEPS_LONG : STEPS;
}

START_TEST(nobody_gets_one_through)
{
    unsigned steps = steps_wanted();
    seed = 0x9e3779b97f4a7c15ull + (uint64_t)_i * 7919;
    for (unsigned i = 0; i < steps; i++) {
        struct rd_arena kept = rig.arena;
        rd_arena_init(&rig.arena);
        step();
        rd_arena_fini(&rig.arena);
        rig.arena = kept;
        if (i % 512 == 0)
            rd_kernel_idle(rig.kernel);
    }
    printf("%u calls, %u done, %u refused by four eyes: %u papers, %u reviews, %u signatures, %u "
           "sent by a record, %u copied, %u imported, %u imported onto live ones\n",
           tally.tried, tally.done, tally.four_eyes, tally.written, tally.reviewed,
           tally.signed_off, tally.sent, tally.copied, tally.imported, tally.late);
    /* and the attacker did get somewhere: what is right goes through */
    ck_assert_uint_gt(tally.four_eyes, steps / 50);
    ck_assert_uint_gt(tally.reviewed, steps / 400);
    ck_assert_uint_gt(tally.signed_off, steps / 1000);
    ck_assert_uint_gt(tally.sent, steps / 2000);
    ck_assert_uint_gt(tally.copied, steps / 1000);
    ck_assert_uint_gt(tally.imported, 3);
    ck_assert_uint_gt(tally.late, 0);
    rig.peer = (struct rd_peer){ .door = RD_DOOR_INSIDE };
    rig.as = NULL;
    if (steps <= STEPS)
        rig_expect_rebuild_equal(&rig);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("kernel_eyes");
    TCase *tcase = tcase_create("attacker");
    tcase_set_timeout(tcase, 3600);
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_loop_test(tcase, nobody_gets_one_through, 0, 3);
    suite_add_tcase(suite, tcase);
    return unit_run(suite);
}
