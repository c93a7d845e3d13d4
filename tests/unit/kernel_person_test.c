/* Personal texts: in no byte of the data directory but sealed, in every reply as they are; and when
 * a person is erased they are gone from records, history and what is made anew from the journal,
 * while the chain still fits. */
#include <dirent.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/sealed.h"
#include "common/company.h"
#include "store/journal.h"
#include "store/keys.h"
#include "unit/kernel_rig.h"

/* None of them is the begin of another; all are longer than what an index shows of a text. */
static const char *const PLANTS[] = { "Planted Name", "0086138000011", "Planted Story",
                                      "Planted Aside", "Planted Second" };

static const char PERSON_TEXT[] =
    "return {\n"
    "  record 'client' { number = 'K-{0000}', owner = 'keeper', unit = 'unit', fields = {\n"
    "    name = text { personal = true, required = true, indexed = true, normal = 'name' },\n"
    "    phone = text { personal = true, unique = true, normal = 'phone' },\n"
    "    grade = text { indexed = true }, keeper = account, unit = unit } },\n"
    "  record 'affair' { number = 'A-{0000}', owner = 'keeper', unit = 'unit', person = 'client',\n"
    "    fields = { client = reference 'client' { indexed = true },\n"
    "      story = text { personal = true }, title = text, keeper = account, unit = unit } },\n"
    "  form 'telling' { of = 'affair', fields = { 'story', 'title',\n"
    "    { 'aside', text { personal = true } }, { 'remark', text { max = 50 } } } },\n"
    "  form 'begin' { of = 'affair', fields = { 'client', 'story', 'title' } },\n"
    "  workflow 'affair' { version = 1, initial = 'open',\n"
    "    facts = { called = field 'client.name' },\n"
    "    open = { event = 'begin', form = 'begin', run = { 'mine' } },\n"
    "    states = { open = { rests = 'x', on = { tell = { form = 'telling', run = { 'greet' } },\n"
    "        judge = { { when = 'is_known', go = 'open' }, { go = 'open' } }, crash = { run = { "
    "'crash' } },\n"
    "        bar = { go = 'open' }, move = { form = 'begin', go = 'open' }, shut = 'shut' } },\n"
    "      shut = { final = true } },\n"
    "    guards = { is_known = function(f) return f.called == 'nobody', 'not ' .. (f.called or "
    "'?')\n"
    "        end,\n"
    "      is_barred = function(f) return f.called ~= nil, nil, 'it is of ' .. f.called end },\n"
    "    actions = { mine = function(f) return set { keeper = f.actor.account, unit = f.actor.unit "
    "}\n"
    "        end,\n"
    "      greet = function(f) return { tell { 'ben', text = 'Dear ' .. (f.called or '?') },\n"
    "        tell { 'ben', template = 'affair.words' } } end,\n"
    "      crash = function(f) return f.called .. f.nothing_at_all.x end } },\n"
    "  template 'affair.words' { of = 'affair', title = { en = 'Words', zh = '信' },\n"
    "    en = 'Our own words for {client.name}, {story}: {form.aside}, {title}, {actor.name}.',\n"
    "    zh = '致{client.name},{story}:{form.aside},{title},{actor.name}。' },\n"
    "  template 'errand.words' { of = 'errand', title = { en = 'Words', zh = '信' },\n"
    "    en = 'Another word to {buyer.name}.', zh = '再致{buyer.name}。' },\n"
    "  record 'matter' { number = 'M-{0000}', owner = 'keeper', unit = 'unit', fields = {\n"
    "    buyer = reference 'client' { indexed = true },\n"
    "    payer = reference 'client' { indexed = true }, keeper = account, unit = unit } },\n"
    "  form 'raise' { of = 'matter', fields = { 'buyer', 'payer' } },\n"
    "  workflow 'matter' { version = 1, initial = 'open',\n"
    "    open = { event = 'raise', form = 'raise', run = { 'mine' } },\n"
    "    states = { open = { rests = 'x', on = { shut = 'shut' } }, shut = { final = true } },\n"
    "    actions = { mine = function(f) return set { keeper = f.actor.account, unit = f.actor.unit "
    "}\n"
    "        end } },\n"
    "  record 'errand' { number = 'E-{0000}', owner = 'keeper', unit = 'unit', fields = {\n"
    "    buyer = reference 'client', keeper = account, unit = unit } },\n"
    "  form 'send' { of = 'errand', fields = { 'buyer' } },\n"
    "  workflow 'errand' { version = 1, initial = 'open',\n"
    "    open = { event = 'send', form = 'send', run = { 'mine', 'call' } },\n"
    "    states = { open = { rests = 'x', on = { shut = 'shut' } }, shut = { final = true } },\n"
    "    actions = { mine = function(f) return set { keeper = f.actor.account, unit = f.actor.unit "
    "}\n"
    "        end,\n"
    "      call = function() return { tell { 'ben', text = 'Call {buyer.name}' },\n"
    "        tell { 'ben', template = 'errand.words' } } end } },\n"
    "  authority {\n"
    "    { { 'client.*', 'affair.read', 'affair.begin', 'affair.tell', 'affair.judge',\n"
    "        'affair.crash', 'affair.move', 'affair.shut', 'errand.*', 'matter.*' }, from = { "
    "'staff', "
    "'administrator' } "
    "},\n"
    "    { 'affair.bar', from = 'boss', unless = { 'is_barred' } },\n"
    "    { 'person.erase', from = { 'staff', 'boss' } },\n"
    "  },\n"
    "}\n";

static struct kernel_rig rig;
static const char *client, *affair;

static const char *client_of(const char *name, const char *phone)
{
    return t_text(rig_ok(&rig, "record.create",
                         "{'type': 'client', 'data': {'name': '%s', 'phone': '%s', 'grade': 'a', "
                         "'keeper': 'ben', 'unit': 'gz'}}",
                         name, phone),
                  "id");
}

static const char *affair_of(const char *of, const char *story)
{
    return t_text(rig_ok(&rig, "case.open",
                         "{'type': 'affair', 'data': {%s%s%s 'story': '%s', 'title': 'open'}}",
                         of ? "'client': '" : "", of ? of : "", of ? "'," : "", story),
                  "id");
}

static void person_open(const char *from, const char *to)
{
    rig_make(&rig);
    t_company_write(rig.policy, "scripts/person.lua", PERSON_TEXT);
    if (from)
        t_company_edit(rig.policy, "scripts/person.lua", from, to);
    rig_start(&rig, false);
}

static void setup(void)
{
    person_open(NULL, NULL);
    ck_assert_msg(rig.status == RD_OK, "%s: %s", rig.error.text,
                  rig.findings.first ? rig.findings.first->text : "");
    rig.as = "ben";
    client = client_of("Planted Name", "+86 138-0000-11");
    affair = affair_of(client, "Planted Story");
    rig_ok(&rig, "case.act",
           "{'id': '%s', 'event': 'tell', 'form': {'story': 'Planted Second', 'aside': 'Planted "
           "Aside', 'remark': 'seen'}}",
           affair);
}

static void teardown(void)
{
    rig_close(&rig);
}

/* ---- what lies on the disk ---- */

static bool file_has(const char *path, const char *what, size_t len)
{
    struct stat info;
    int fd = open(path, O_RDONLY);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(fstat(fd, &info), 0);
    char *bytes = malloc((size_t)info.st_size + 1);
    ck_assert_int_eq(read(fd, bytes, (size_t)info.st_size), info.st_size);
    bool has = memmem(bytes, (size_t)info.st_size, what, len) != NULL;
    free(bytes);
    close(fd);
    return has;
}

/* Whether any file below holds these bytes. */
static bool disk_has(const char *dir, const char *what)
{
    struct dirent **entries;
    bool has = false;
    int count = scandir(dir, &entries, NULL, alphasort);
    ck_assert_int_ge(count, 0);
    for (int i = 0; i < count; i++) {
        char path[2 * UNIT_DIR_MAX];
        struct stat info;
        snprintf(path, sizeof path, "%s/%s", dir, entries[i]->d_name);
        ck_assert_int_eq(lstat(path, &info), 0);
        if (S_ISDIR(info.st_mode) && entries[i]->d_name[0] != '.')
            has = has || disk_has(path, what);
        else if (S_ISREG(info.st_mode))
            has = has || file_has(path, what, strlen(what));
        free(entries[i]);
    }
    free(entries);
    return has;
}

static void expect_nothing_on_disk(void)
{
    rig_stop(&rig);
    for (size_t i = 0; i < sizeof PLANTS / sizeof *PLANTS; i++)
        ck_assert_msg(!disk_has(rig.data, PLANTS[i]), "the disk has '%s'", PLANTS[i]);
    ck_assert(disk_has(rig.data, "seen")); /* what is not personal is found: the search works */
    ck_assert(disk_has(rig.data, "Our own words for ")); /* of a letter what is personal alone */
    ck_assert_int_eq(rig_start(&rig, false), RD_OK);
}

/* ---- what is replied ---- */

/* Everything that is told of a record. */
static const char *told(const char *id)
{
    static char all[1 << 16];
    const char *get = rig_show(&rig, rig_ok(&rig, "case.get", "{'id': '%s'}", id)),
               *history = rig_show(&rig, rig_ok(&rig, "case.history", "{'id': '%s'}", id)),
               *first = rig_show(&rig, rig_ok(&rig, "case.get",
                                              "{'id': '%s', 'as_of': '2026-03-02T01:00:01Z'}", id)),
               *feed = rig_show(&rig, rig_ok(&rig, "feed.read", "{'since': 0, 'limit': 256}")),
               *notices = rig_show(&rig, rig_ok(&rig, "notice.list", "{}"));
    ck_assert_int_lt(
        snprintf(all, sizeof all, "%s\n%s\n%s\n%s\n%s", get, history, first, feed, notices),
        (int)sizeof all);
    return all;
}

static void expect_all_told(void)
{
    ck_assert_ptr_nonnull(strstr(told(client), "Planted Name"));
    ck_assert_ptr_nonnull(strstr(told(client), "138-0000-11"));
    ck_assert_ptr_nonnull(strstr(told(affair), "Planted Story"));
    ck_assert_ptr_nonnull(strstr(told(affair), "Planted Second"));
    ck_assert_ptr_nonnull(strstr(told(affair), "Planted Aside"));
    ck_assert_ptr_nonnull(strstr(told(affair), "Dear Planted Name"));
    ck_assert_ptr_nonnull(strstr(told(affair), "Our own words for Planted Name, Planted Second: "
                                               "Planted Aside, open, "));
}

static void expect_nothing_told(void)
{
    const char *texts[] = { rig_show(&rig, rig_json(&rig, "{}")), told(client), told(affair) };
    for (size_t t = 1; t < 3; t++)
        for (size_t i = 0; i < sizeof PLANTS / sizeof *PLANTS; i++)
            ck_assert_msg(!strstr(told(t == 1 ? client : affair), PLANTS[i]), "'%s' is told: %s",
                          PLANTS[i], texts[t]);
    ck_assert_ptr_nonnull(strstr(told(affair), RD_SEALED_ERASED));
    ck_assert_ptr_null(strstr(told(affair), "Our own words"));
    ck_assert_ptr_nonnull(strstr(told(affair), "seen"));
}

static size_t found(const char *field, const char *value)
{
    return t_count(
        rig_ok(&rig, "case.list", "{'type': 'client', 'where': {'%s': '%s'}}", field, value),
        "cases");
}

static void shut(void)
{
    rig_ok(&rig, "case.act", "{'id': '%s', 'event': 'shut'}", affair);
}

static void expect_chain(void)
{
    char journal[UNIT_DIR_MAX + 32];
    struct rd_journal_verdict verdict;
    struct rd_error error = RD_ERROR_NONE;
    snprintf(journal, sizeof journal, "%s/journal", rig.data);
    ck_assert_msg(rd_journal_verify(journal, NULL, NULL, &verdict, &error) == RD_OK, "%s",
                  error.text);
    ck_assert_uint_gt(verdict.entries, 3);
}

START_TEST(what_is_personal_is_replied_and_searched_and_never_lies_in_the_clear)
{
    expect_all_told();
    ck_assert_uint_eq(found("name", "planted name"), 1);
    ck_assert_uint_eq(found("phone", "+86138000011"), 1);
    rig_no(&rig, "already_exists", "/data/phone", "record.create",
           "{'type': 'client', 'data': {'name': 'x', 'phone': '0086138000011'}}");
    expect_nothing_on_disk();
    expect_all_told();
    ck_assert_uint_eq(found("name", "planted name"), 1);
    rig_expect_rebuild_equal(&rig);
    expect_all_told();
    ck_assert_uint_eq(found("phone", "+86138000011"), 1);
}
END_TEST

START_TEST(reasons_and_refusals_that_repeat_it_are_sealed_too)
{
    struct rd_value why =
        rig_ok(&rig, "case.why", "{'id': '%s', 'event': 'judge', 'form': {}}", affair);
    (void)why;
    ck_assert_ptr_nonnull(
        strstr(rig_show(&rig, rig_ok(&rig, "case.act", "{'id': '%s', 'event': 'judge'}", affair)),
               "not Planted Name"));
    rig_call(&rig, "case.act", rig_json(&rig, "{'id': '%s', 'event': 'crash'}", affair));
    ck_assert_int_eq(rig.status, RD_POLICY_FAULT);
    rig.as = "max";
    rig_no(&rig, "not_allowed", NULL, "case.act", "{'id': '%s', 'event': 'bar'}", affair);
    rig.as = "ann";
    rig_call(&rig, "case.act",
             rig_json(&rig, "{'id': '%s', 'event': 'crash', 'form': {'aside': 'Planted Aside'}}",
                      affair));
    rig.as = "ben";
    rig_ok(&rig, "case.act", "{'id': '%s', 'event': 'tell', 'form': {'remark': 'seen'}}", affair);
    expect_nothing_on_disk();
    rig_expect_rebuild_equal(&rig);
}
END_TEST

START_TEST(an_erased_person_is_gone_and_the_chain_fits)
{
    unsigned char before[32], after[32];
    shut();
    struct rd_value dry = rig_ok(&rig, "person.erase", "{'id': '%s', 'dry_run': true}", client);
    ck_assert_int_eq(t_int(dry, "records"), 1);
    rig_digest(&rig, before);
    expect_all_told();
    struct rd_value did =
        rig_ok(&rig, "person.erase", "{'id': '%s', 'why': 'he asked for it'}", client);
    ck_assert_str_eq(t_text(did, "did"), "erased");
    expect_nothing_told();
    ck_assert_uint_eq(found("name", "planted name"), 0);
    ck_assert_uint_eq(found("phone", "+86138000011"), 0);
    rig_digest(&rig, after);
    expect_chain();
    rig_expect_rebuild_equal(&rig);
    expect_nothing_told();
    ck_assert_uint_eq(found("grade", "a"), 1);
    ck_assert_uint_eq(
        t_count(rig_ok(&rig, "case.list", "{'type': 'affair', 'where': {'client': '%s'}}", client),
                "cases"),
        1);
    /* made anew, the store has not even the begins that indexes show */
    rig_stop(&rig);
    ck_assert(!disk_has(rig.data, "planted"));
    ck_assert(!disk_has(rig.data, "Planted"));
    ck_assert_int_eq(rig_start(&rig, false), RD_OK);
    struct rd_value list = rig_ok(&rig, "person.list", "{}");
    ck_assert_uint_eq(t_count(list, "erased"), 1);
    ck_assert_str_eq(t_text(list, "erased.0.person"), client);
    ck_assert_uint_eq(t_count(list, "waiting"), 0);
}
END_TEST

START_TEST(others_stay_as_they_are)
{
    const char *other = client_of("Somebody Else", "777"), *theirs = affair_of(other, "Their own");
    struct rd_value third =
        rig_ok(&rig, "record.create", "{'type': 'client', 'data': {'name': 'Without Phone'}}");
    shut();
    rig_ok(&rig, "person.erase", "{'id': '%s'}", client);
    rig_ok(&rig, "person.erase", "{'id': '%s'}", t_text(third, "id"));
    rig_expect_rebuild_equal(&rig);
    ck_assert_uint_eq(found("name", "somebody else"), 1);
    ck_assert_ptr_nonnull(strstr(told(theirs), "Their own"));
    ck_assert_uint_eq(found("phone", "777"), 1);
    rig_ok(&rig, "record.create",
           "{'type': 'client', 'data': {'name': 'Planted Name', 'phone': '0086138000011'}}");
    ck_assert_uint_eq(found("name", "planted name"), 1);
    rig_expect_rebuild_equal(&rig);
}
END_TEST

START_TEST(what_is_refused)
{
    rig_no(&rig, "person_in_use", "/id", "person.erase", "{'id': '%s'}", client);
    ck_assert_str_eq(t_text(*rig.error.detail, "open.0"), "A-0001");
    rig_no(&rig, "invalid_params", "/id", "person.erase", "{'id': '%s'}", affair);
    shut();
    rig_no(&rig, "invalid_params", "/id", "person.erase", "{'id': '%s'}", rig_job(&rig, "x"));
    rig_no(&rig, "not_found", "/id", "person.erase", "{'id': '9-9'}");
    rig_no(&rig, "invalid_params", "/id", "person.erase", "{}");
    rig_no(&rig, "invalid_params", "/id", "person.erase", "{'id': 5}");
    rig_no(&rig, "invalid_params", "/why", "person.erase", "{'id': '%s', 'why': 7}", client);
    rig_no(&rig, "not_allowed", NULL, "person.confirm", "{'id': '%s'}", client); /* no row asks */
    rig.as = "imp";
    rig_no(&rig, "not_allowed", NULL, "person.erase", "{'id': '%s'}", client);
    rig_no(&rig, "not_allowed", NULL, "person.list", "{}");
    rig.as = "ben";
    rig_ok(&rig, "person.erase", "{'id': '%s'}", client);
    rig_no(&rig, "erased", "/id", "person.erase", "{'id': '%s'}", client);
}
END_TEST

START_TEST(nothing_personal_is_written_of_him_again)
{
    shut();
    rig_ok(&rig, "person.erase", "{'id': '%s'}", client);
    for (int dry = 0; dry < 2; dry++) {
        const char *say = dry ? ", 'dry_run': true" : "";
        rig_no(&rig, "erased", NULL, "record.update", "{'id': '%s', 'set': {'name': 'Back'}%s}",
               client, say);
        rig_no(&rig, "erased", NULL, "case.open",
               "{'type': 'affair', 'data': {'client': '%s', 'story': 'Back'}%s}", client, say);
    }
    rig_ok(&rig, "record.update", "{'id': '%s', 'set': {'grade': 'b'}}", client);
    const char *late =
        t_text(rig_ok(&rig, "case.open",
                      "{'type': 'affair', 'data': {'client': '%s', 'title': 'c'}}", client),
               "id");
    rig_no(&rig, "erased", NULL, "case.act",
           "{'id': '%s', 'event': 'tell', 'form': {'aside': 'Back'}}", late);
    rig_expect_rebuild_equal(&rig);
    expect_nothing_told();
}
END_TEST

START_TEST(a_case_of_nobody_is_a_person_of_its_own)
{
    const char *alone = affair_of(NULL, "Planted Story");
    rig_ok(&rig, "case.act", "{'id': '%s', 'event': 'shut'}", alone);
    rig_ok(&rig, "person.erase", "{'id': '%s'}", alone);
    ck_assert_ptr_null(
        strstr(rig_show(&rig, rig_ok(&rig, "case.history", "{'id': '%s'}", alone)), "Planted"));
    expect_all_told();
    rig_expect_rebuild_equal(&rig);
}
END_TEST

START_TEST(a_case_that_was_nobodys_before_goes_with_its_person)
{
    const char *late = affair_of(NULL, "Planted Story");
    rig_ok(&rig, "case.act", "{'id': '%s', 'event': 'move', 'form': {'client': '%s'}}", late,
           client);
    rig_ok(&rig, "case.act", "{'id': '%s', 'event': 'shut'}", late);
    shut();
    ck_assert_int_eq(t_int(rig_ok(&rig, "person.erase", "{'id': '%s'}", client), "records"), 2);
    ck_assert_ptr_null(
        strstr(rig_show(&rig, rig_ok(&rig, "case.get", "{'id': '%s'}", late)), "Planted"));
    rig_expect_rebuild_equal(&rig);
    expect_nothing_told();
}
END_TEST

/* Puts keys back as they were: a copy alone leaves destroyed what was destroyed. */
static void keys_back(const char *from)
{
    char path[UNIT_DIR_MAX + 32];
    struct rd_error error = RD_ERROR_NONE;
    snprintf(path, sizeof path, "%s/" RD_KEYS_DIR, rig.data);
    unit_dir_remove(path);
    ck_assert_msg(rd_keys_copy(from, rig.data, &error) == RD_OK, "%s", error.text);
}

/* The store has the entry, the keys are there still: the next start destroys them. */
START_TEST(a_start_ends_what_was_begun)
{
    unsigned char key[RD_SEAL_KEY_BYTES];
    char path[UNIT_DIR_MAX + 32];
    shut();
    rig_stop(&rig);
    snprintf(path, sizeof path, "%s/copy", rig.dir);
    struct rd_error error = RD_ERROR_NONE;
    ck_assert_int_eq(mkdir(path, 0700), 0);
    ck_assert_int_eq(rd_keys_copy(rig.data, path, &error), RD_OK);
    ck_assert_int_eq(rig_start(&rig, false), RD_OK);
    rig_ok(&rig, "person.erase", "{'id': '%s'}", client);
    rig_stop(&rig);
    keys_back(path); /* as if it had been killed */
    struct rd_keys *keys = rd_keys_new(rig.data);
    uint64_t person = (uint64_t)strtoull(client, NULL, 10) << 48 | 1;
    ck_assert_int_eq(rd_keys_find(keys, person, key), RD_SEAL_KEY_FOUND);
    rd_keys_free(keys);
    ck_assert_int_eq(rig_start(&rig, false), RD_OK);
    keys = rd_keys_new(rig.data);
    ck_assert_int_eq(rd_keys_find(keys, person, key), RD_SEAL_KEY_ERASED);
    rd_keys_free(keys);
    expect_nothing_told();
    rig_stop(&rig);
    keys_back(path);
    ck_assert_int_eq(rig_start(&rig, true), RD_OK); /* and made anew with the key: the same */
    expect_nothing_told();
    rig_expect_rebuild_equal(&rig);
}
END_TEST

/* A letter of a record that tells of nobody, with another record's personal field in it. */
START_TEST(a_letter_goes_with_whose_name_it_shows)
{
    const char *errand = t_text(
        rig_ok(&rig, "case.open", "{'type': 'errand', 'data': {'buyer': '%s'}}", client), "id");
    ck_assert_ptr_nonnull(strstr(told(errand), "Call Planted Name"));
    ck_assert_ptr_nonnull(strstr(told(errand), "Another word to Planted Name."));
    expect_nothing_on_disk();
    shut();
    rig_ok(&rig, "person.erase", "{'id': '%s'}", client);
    ck_assert_ptr_null(strstr(told(errand), "Planted Name"));
    expect_chain();
    rig_expect_rebuild_equal(&rig);
}
END_TEST

static bool warned(const char *code)
{
    struct rd_value health = rig_ok(&rig, "server.health", "{}");
    ck_assert(t_bool(health, "ready")); /* a warning takes no work away */
    return strstr(rig_show(&rig, health), code) != NULL;
}

/* Without their folder nothing is sealed with other keys, and all of it comes back with it. */
START_TEST(who_was_there_before_gets_no_other_key_where_keys_are_missing)
{
    char keys[UNIT_DIR_MAX + 32], away[UNIT_DIR_MAX + 32];
    snprintf(keys, sizeof keys, "%s/" RD_KEYS_DIR, rig.data);
    snprintf(away, sizeof away, "%s/away", rig.dir);
    ck_assert(!warned("keys_missing"));
    rig_stop(&rig);
    ck_assert_int_eq(mkdir(away, 0700), 0);
    ck_assert_int_eq(rd_keys_copy(rig.data, away, &rig.error), RD_OK);
    unit_dir_remove(keys);
    ck_assert_int_eq(rig_start(&rig, false), RD_OK);
    ck_assert(warned("keys_missing"));
    rig.as = NULL;
    ck_assert_ptr_nonnull(strstr(rig_show(&rig, rig_ok(&rig, "server.metrics", "{}")),
                                 "redress_keys_missing_records 2"));
    rig.as = "ben";
    ck_assert_ptr_nonnull(strstr(told(client), RD_SEALED_AWAY));
    rig_no(&rig, "key_missing", NULL, "case.act",
           "{'id': '%s', 'event': 'tell', 'form': {'story': 'A second key'}}", affair);
    rig_no(&rig, "key_missing", NULL, "record.update",
           "{'id': '%s', 'set': {'name': 'A second key'}}", client);
    rig_ok(&rig, "record.update", "{'id': '%s', 'set': {'grade': 'b'}}", client);
    const char *other = client_of("Somebody New", "0086138000099"); /* who is new is served */
    affair_of(other, "A new story");
    ck_assert_ptr_nonnull(strstr(told(other), "Somebody New"));
    rig_stop(&rig);
    struct rd_keys *now = rd_keys_new(rig.data);
    unsigned char key[RD_SEAL_KEY_BYTES];
    uint64_t person = (uint64_t)strtoull(client, NULL, 10) << 48 | 1;
    ck_assert_int_eq(rd_keys_find(now, person, key), RD_SEAL_KEY_NONE);
    ck_assert_int_eq(rd_keys_find(now, person + 1, key), RD_SEAL_KEY_FOUND);
    struct rd_keys *then = rd_keys_new(away);
    ck_assert_int_eq(rd_keys_find(then, person, key), RD_SEAL_KEY_FOUND);
    ck_assert_int_eq(rd_keys_mend(now, person, key, &rig.error), RD_OK);
    rd_keys_free(now);
    rd_keys_free(then);
    ck_assert_int_eq(rig_start(&rig, true), RD_OK);
    ck_assert(!warned("keys_missing"));
    expect_all_told();
    ck_assert_ptr_nonnull(strstr(told(other), "Somebody New"));
    ck_assert_uint_eq(found("phone", "0086138000011"), 1);
    rig_expect_rebuild_equal(&rig);
}
END_TEST

/* A case that names him and has nothing personal of its own: whoever works on it needs to know of
 * whom it is all the same. */
START_TEST(a_case_that_only_names_him_is_about_him)
{
    struct rd_value matter =
        rig_ok(&rig, "case.open", "{'type': 'matter', 'data': {'buyer': '%s', 'payer': '%s'}}",
               client, client);
    shut();
    rig_no(&rig, "person_in_use", "/id", "person.erase", "{'id': '%s'}", client);
    ck_assert_uint_eq(t_count(*rig.error.detail, "open"), 1); /* once, though it names him twice */
    ck_assert_str_eq(t_text(*rig.error.detail, "open.0"), "M-0001");
    rig_no(&rig, "person_in_use", "/id", "person.erase", "{'id': '%s', 'dry_run': true}", client);
    rig_ok(&rig, "case.act", "{'id': '%s', 'event': 'shut'}", t_text(matter, "id"));
    struct rd_value did = rig_ok(&rig, "person.erase", "{'id': '%s'}", client);
    ck_assert_int_eq(t_int(did, "records"), 1); /* the affair; the matter has nothing of his */
    rig_expect_rebuild_equal(&rig);
}
END_TEST

static void log_in(const char *account)
{
    rig.as = NULL;
    rig.peer = (struct rd_peer){ .door = RD_DOOR_TCP, .account = account };
}

START_TEST(two_persons_where_the_rules_ask)
{
    rig_close(&rig);
    person_open("    { 'person.erase',",
                "    { 'person.confirm', from = { 'boss', 'staff' } },\n    { 'person.erase',");
    ck_assert_int_eq(rig.status, RD_OK);
    log_in("ben");
    client = client_of("Planted Name", "+86 138-0000-11");
    affair = affair_of(client, "Planted Story");
    rig_no(&rig, "person_in_use", NULL, "person.erase", "{'id': '%s'}", client);
    shut();
    rig_ok(&rig, "person.erase", "{'id': '%s', 'dry_run': true}", client);
    rig_no(&rig, "not_found", "/id", "person.confirm", "{'id': '%s'}", client);
    struct rd_value did = rig_ok(&rig, "person.erase", "{'id': '%s', 'why': 'asked'}", client);
    ck_assert_str_eq(t_text(did, "did"), "proposed");
    ck_assert_ptr_nonnull(strstr(told(affair), "Planted Story"));
    rig_no(&rig, "in_progress", "/id", "person.erase", "{'id': '%s'}", client);
    rig_no(&rig, "four_eyes", NULL, "person.confirm", "{'id': '%s'}", client);
    struct rd_value feed = rig_ok(&rig, "feed.read", "{'since': 0}");
    const struct rd_value *events = rd_map_get(&feed, "events"),
                          *last = &events->items[events->count - 1];
    ck_assert_str_eq(rd_map_text(last, "command", ""), "person.confirm");
    ck_assert_str_eq(rd_map_text(last, "refused", ""), "four_eyes");
    rig_expect_rebuild_equal(&rig);
    struct rd_value list = rig_ok(&rig, "person.list", "{}");
    ck_assert_str_eq(t_text(list, "waiting.0.by"), "ben");
    ck_assert_str_eq(t_text(list, "waiting.0.why"), "asked");
    log_in("max");
    rig_ok(&rig, "person.confirm", "{'id': '%s', 'dry_run': true}", client);
    ck_assert_ptr_nonnull(strstr(told(affair), "Planted Story"));
    ck_assert_str_eq(t_text(rig_ok(&rig, "person.confirm", "{'id': '%s'}", client), "did"),
                     "erased");
    ck_assert_ptr_null(strstr(told(affair), "Planted Story"));
    ck_assert_uint_eq(t_count(rig_ok(&rig, "person.list", "{}"), "waiting"), 0);
    rig_expect_rebuild_equal(&rig);
    const char *second = client_of("Somebody", "5");
    rig_ok(&rig, "person.erase", "{'id': '%s'}", second);
    rig.peer = (struct rd_peer){ .door = RD_DOOR_INSIDE };
    rig_advance(&rig, "80 hours");
    log_in("ben");
    rig_no(&rig, "not_found", "/id", "person.confirm", "{'id': '%s'}", second);
    rig_ok(&rig, "person.erase", "{'id': '%s'}", second); /* again, by another one */
    log_in("max");
    rig_ok(&rig, "person.confirm", "{'id': '%s'}", second);
    rig_expect_rebuild_equal(&rig);
}
END_TEST

START_TEST(rules_that_mark_wrongly_are_refused)
{
    static const char *const TRIES[][3] = {
        { "client = reference 'client' { indexed = true }", "client = reference 'client'",
          "needs indexed = true" },
        { "story = text { personal = true }", "story = text { personal = true, indexed = true }",
          "is personal and indexed" },
        { "grade = text { indexed = true }", "grade = integer { personal = true }",
          "only a text is personal" },
        { "person = 'client'", "person = 'title'", "is no reference field" },
        { "unit = 'unit', person = 'client',", "unit = 'unit', person = 'peer',",
          "is no reference field" },
    };
    for (size_t i = 0; i < sizeof TRIES / sizeof *TRIES; i++) {
        rig_close(&rig);
        person_open(TRIES[i][0], TRIES[i][1]);
        ck_assert_int_ne(rig.status, RD_OK);
        const struct rd_finding *finding = rig.findings.first;
        while (finding && !strstr(finding->text, TRIES[i][2]))
            finding = finding->next;
        ck_assert_msg(finding != NULL, "%zu: %s", i,
                      rig.findings.first ? rig.findings.first->text : "no finding");
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("kernel_person");
    TCase *tcase = tcase_create("person");
    tcase_set_timeout(tcase, T_TIMEOUT_S);
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, what_is_personal_is_replied_and_searched_and_never_lies_in_the_clear);
    tcase_add_test(tcase, reasons_and_refusals_that_repeat_it_are_sealed_too);
    tcase_add_test(tcase, an_erased_person_is_gone_and_the_chain_fits);
    tcase_add_test(tcase, others_stay_as_they_are);
    tcase_add_test(tcase, what_is_refused);
    tcase_add_test(tcase, a_case_that_only_names_him_is_about_him);
    tcase_add_test(tcase, nothing_personal_is_written_of_him_again);
    tcase_add_test(tcase, a_case_of_nobody_is_a_person_of_its_own);
    tcase_add_test(tcase, a_case_that_was_nobodys_before_goes_with_its_person);
    tcase_add_test(tcase, a_start_ends_what_was_begun);
    tcase_add_test(tcase, a_letter_goes_with_whose_name_it_shows);
    tcase_add_test(tcase, who_was_there_before_gets_no_other_key_where_keys_are_missing);
    tcase_add_test(tcase, two_persons_where_the_rules_ask);
    tcase_add_test(tcase, rules_that_mark_wrongly_are_refused);
    suite_add_tcase(suite, tcase);
    return unit_run(suite);
}
