/* Whoever opens a case as nobody is nowhere: the same suggestion is handed in by several authors,
 * to a kernel each, and no byte of the journal may differ but the hash of the code that was drawn.
 * The store is what the journal makes it (rebuilt, it is equal), and a backup is the journal.
 * Replies to those who may read it and the log are searched for the author.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/company.h"
#include "kernel/backtest.h"
#include "kernel/inside.h"
#include "policy/policy.h"
#include "unit/kernel_rig.h"

static const char TEXT[] =
    "return {\n"
    "  record 'hint' { number = 'H-{0000}', owner = 'author', unit = 'unit', fields = {\n"
    "    unsigned = boolean { required = true }, text = text, author = account,\n"
    "    unit = unit { required = true, indexed = true }, stamp = text,\n"
    "    receipt = text { secrecy = 'secret' }, answer = text, about = reference 'person' } },\n"
    "  record 'echo' { unit = 'unit', fields = { unit = unit, hint = reference 'hint', who = text, "
    "unsigned = boolean } },\n"
    "  form 'hinting' { of = 'hint', fields = { 'unsigned', 'text', 'unit' },\n"
    "    required = { 'unsigned', 'unit' } },\n"
    "  form 'answering' { of = 'hint', fields = { 'answer' } },\n"
    "  workflow 'hint' { version = 1, initial = 'new',\n"
    "    public = { proof = 'receipt', fields = { 'number', 'answer' } },\n"
    "    open = { event = 'drop', form = 'hinting', anonymous = 'unsigned', receipt = 'receipt',\n"
    "      run = { 'stamp', 'say', 'echo' } },\n"
    "    states = { new = { public = { en = 'New', zh = '新' },\n"
    "      after = { '1 hour', tell = { 'boss', text = 'late {number} {actor}' } },\n"
    "      on = { answer = { form = 'answering', go = 'done' }, break_it = 'done',\n"
    "        make = { run = { 'make' } } } },\n"
    "      done = { public = { en = 'Done', zh = '完' }, final = true } },\n"
    "    guards = { is_never = function(f) return false end },\n"
    "    actions = {\n"
    "      stamp = function(f) local r = {} for k in pairs(f.actor.roles or {}) do r[#r + 1] = k "
    "end\n"
    "        if f.text == 'CRASH' then return f.nothing.x end\n"
    "        return set { stamp = f.actor.account .. ' ' .. f.actor.name .. ' ' .. (f.actor.unit "
    "or "
    "'no unit') .. #r } end,\n"
    "      say = function(f) return tell { 'boss', text = '{number} by {actor}' } end,\n"
    "      echo = function(f) return start 'echo' { unit = f.unit, who = f.actor.account } end,\n"
    "      make = function(f) return start 'hint' { unit = f.unit, unsigned = true } end } },\n"
    "  workflow 'echo' { version = 1, initial = 'on', open = { event = 'sound', fields = true },\n"
    "    states = { on = { rests = 'x', on = { off = 'off' } }, off = { final = true } } },\n"
    "  authority {\n"
    "    { { 'hint.drop', 'hint.progress' }, from = 'staff' },\n"
    "    { { 'hint.answer', 'hint.break_it', 'hint.make' }, from = 'boss' },\n"
    "    { { 'hint.read', 'echo.read' }, from = { 'boss', 'administrator' } },\n"
    "    { 'hint.read', from = 'staff', reach = 'own' },\n"
    "    { 'echo.sound', from = 'boss' }, { 'echo.off', from = 'boss' },\n"
    "  },\n"
    "}\n";

static struct kernel_rig rig;
static int log_file;

/* The author is called what nothing else is. */
#define AUTHOR "zzplant"

static void open_rig(const char *from, const char *to)
{
    char path[UNIT_DIR_MAX + 16];
    rig_make(&rig);
    t_company_write(rig.policy, "scripts/hint.lua", TEXT);
    t_company_edit(rig.policy, "rules/company.lua", "{ 'non',",
                   "{ '" AUTHOR "', name = 'Zz Titled', unit = 'gz', roles = { 'handler' } },\n"
                   "{ 'non',");
    if (from)
        t_company_edit(rig.policy, "scripts/hint.lua", from, to);
    snprintf(path, sizeof path, "%s/log", rig.dir);
    log_file = open(path, O_RDWR | O_CREAT | O_TRUNC, 0600);
    ck_assert_int_ge(log_file, 0);
    ck_assert_int_ge(dup2(log_file, 2), 0);
    rig_start(&rig, false);
}

static void setup(void)
{
    open_rig(NULL, NULL);
    ck_assert_msg(rig.status == RD_OK, "%s: %s", rig.error.text,
                  rig.findings.first ? rig.findings.first->text : "");
}

static void teardown(void)
{
    rig_close(&rig);
    close(log_file);
}

static struct rd_value drop(const char *as, const char *text)
{
    rig.as = as;
    struct rd_value it =
        rig_ok(&rig, "case.open",
               "{'type': 'hint', 'data': {'unsigned': true, 'unit': 'gz', 'text': '%s'}}", text);
    rig.as = NULL;
    return it;
}

/* ---- nothing tells two authors apart ---- */

#define ENTRIES_MAX 16
#define HASH_TEXT 32

struct trail {
    unsigned char *bytes[ENTRIES_MAX];
    size_t len[ENTRIES_MAX], count;
};

static uint64_t last_seq(void)
{
    return rd_journal_last_seq(rd_vault_journal(rig.kernel->vault));
}

static void trail_take(uint64_t behind, struct trail *out)
{
    struct rd_entry raw;
    for (uint64_t seq = behind + 1; seq <= last_seq(); seq++, out->count++) {
        ck_assert_uint_lt(out->count, ENTRIES_MAX);
        ck_assert_int_eq(rd_vault_find(rig.kernel->vault, seq, &rig.arena, &raw, &rig.error),
                         RD_OK);
        out->bytes[out->count] = malloc(raw.len + 1);
        ck_assert_ptr_nonnull(out->bytes[out->count]);
        memcpy(out->bytes[out->count], raw.payload, raw.len);
        out->len[out->count] = raw.len;
    }
}

/* One suggestion, and an hour later its deadline: what the journal has of it. */
static struct trail trail_of(const char *as)
{
    struct trail trail = { .count = 0 };
    uint64_t before = last_seq();
    drop(as, "The lift");
    rig_advance(&rig, "1 hour");
    trail_take(before, &trail);
    return trail;
}

/* All bytes that differ lie where the hash of the code is. */
static void expect_same(const unsigned char *a, const unsigned char *b, size_t len)
{
    size_t first = len, last = 0;
    for (size_t i = 0; i < len; i++)
        if (a[i] != b[i]) {
            first = first < i ? first : i;
            last = i;
        }
    ck_assert_msg(first == len || last - first < HASH_TEXT, "bytes %zu to %zu of %zu differ", first,
                  last, len);
}

START_TEST(no_byte_of_the_journal_tells_one_author_from_another)
{
    /* another unit, another role, and the one who has the machine */
    static const char *const others[] = { "sun", "max", "ann" };
    struct trail first = trail_of(AUTHOR);
    ck_assert_uint_gt(first.count, 1);
    for (size_t i = 0; i < 3; i++) {
        teardown();
        setup();
        struct trail other = trail_of(others[i]);
        ck_assert_uint_eq(first.count, other.count);
        for (size_t e = 0; e < first.count; e++) {
            ck_assert_uint_eq(first.len[e], other.len[e]);
            expect_same(first.bytes[e], other.bytes[e], first.len[e]);
            free(other.bytes[e]);
        }
    }
    for (size_t e = 0; e < first.count; e++)
        free(first.bytes[e]);
}
END_TEST

/* That the comparison would see it: signed, the same is told apart. */
START_TEST(who_signs_is_told_from_another)
{
    uint64_t before = last_seq();
    rig.as = AUTHOR;
    struct rd_value it =
        rig_ok(&rig, "case.open", "{'type': 'hint', 'data': {'unsigned': false, 'unit': 'gz'}}");
    ck_assert_str_eq(t_text(it, "opened_by"), AUTHOR);
    ck_assert_ptr_null(rd_map_get(&it, "receipt"));
    struct rd_value seen = rig_ok(&rig, "case.get", "{'id': '%s'}", t_text(it, "id"));
    ck_assert_ptr_nonnull(strstr(t_text(seen, "data.stamp"), AUTHOR));
    struct trail trail = { .count = 0 };
    trail_take(before, &trail);
    ck_assert_uint_ge(trail.count, 1);
    for (size_t e = 0; e < trail.count; e++)
        free(trail.bytes[e]);
}
END_TEST

/* ---- replies and the log ---- */

static void expect_clean_reply(const char *method, const char *params)
{
    struct rd_value it = rig_ok(&rig, method, "%s", params);
    ck_assert_msg(!strstr(rig_show(&rig, it), AUTHOR) && !strstr(rig_show(&rig, it), "Titled"),
                  "%s tells: %s", method, rig_show(&rig, it));
}

START_TEST(nobody_is_told_who_it_was)
{
    uint64_t before = last_seq();
    const char *id = t_text(drop(AUTHOR, "The lift"), "id");
    static const char *const methods[] = { "case.get",     "case.history",  "case.explain",
                                           "case.actions", "case.progress", "case.capture" };
    rig_advance(&rig, "1 hour");
    static const char *const readers[] = { "max", "adm", NULL };
    for (size_t r = 0; r < 3; r++) {
        rig.as = readers[r];
        for (size_t m = 0; rig.as && m < sizeof methods / sizeof *methods; m++)
            expect_clean_reply(methods[m], rd_arena_printf(&rig.arena, "{'id': '%s'}", id));
        if (rig.as)
            expect_clean_reply("case.list", "{'type': 'hint'}");
        if (rig.as && rig.as[0] == 'a')
            continue;
        expect_clean_reply("feed.read", rd_arena_printf(&rig.arena, "{'since': %llu}",
                                                        (unsigned long long)before));
        expect_clean_reply("notice.list", "{}");
    }
    rig.as = "max";
    ck_assert_str_eq(t_text(rig_ok(&rig, "case.get", "{'id': '%s'}", id), "opened_by"),
                     "anonymous");
    ck_assert_str_eq(t_text(rig_ok(&rig, "case.get", "{'id': '%s'}", id), "data.stamp"),
                     "anonymous anonymous no unit0");
    rig.as = AUTHOR; /* it is not his any more */
    rig_no(&rig, "not_found", "/id", "case.get", "{'id': '%s'}", id);
    rig.as = NULL;
    rig_expect_rebuild_equal(&rig);
}
END_TEST

static void expect_clean_log(void)
{
    char bytes[1 << 16];
    ck_assert_int_ge(lseek(log_file, 0, SEEK_SET), 0);
    ssize_t got = read(log_file, bytes, sizeof bytes - 1);
    ck_assert_int_gt(got, 0);
    bytes[got] = 0;
    ck_assert_msg(!strstr(bytes, AUTHOR), "the log tells: %s", bytes);
    ck_assert_ptr_nonnull(strstr(bytes, "policy fault in hint.drop by anonymous"));
}

START_TEST(what_is_refused_leaves_no_name_either)
{
    uint64_t before = last_seq();
    rig.as = "non";
    rig_no(&rig, "not_allowed", NULL, "case.open",
           "{'type': 'hint', 'data': {'unsigned': true, 'unit': 'gz'}}");
    ck_assert_uint_eq(last_seq(), before); /* not even that he tried */
    rig_no(&rig, "not_allowed", NULL, "case.open",
           "{'type': 'hint', 'data': {'unsigned': false, 'unit': 'gz'}}");
    ck_assert_uint_eq(last_seq(), before + 1); /* who signs is journalled as ever */
    rig.as = AUTHOR;
    rig_no(&rig, "policy_fault", NULL, "case.open",
           "{'type': 'hint', 'data': {'unsigned': true, 'unit': 'gz', 'text': 'CRASH'}}");
    rig.as = "max";
    expect_clean_reply("feed.read",
                       rd_arena_printf(&rig.arena, "{'since': %llu}", (unsigned long long)before));
    expect_clean_log();
}
END_TEST

START_TEST(what_would_name_him_is_refused)
{
    uint64_t before = last_seq();
    rig.as = AUTHOR;
    rig_no(&rig, "invalid_params", "/idempotency_key", "case.open",
           "{'type': 'hint', 'idempotency_key': 'k', 'data': {'unsigned': true, 'unit': 'gz'}}");
    rig_no(&rig, "invalid_params", "/at", "case.open",
           "{'type': 'hint', 'at': '2026-03-01T00:00:00Z', 'data': {'unsigned': true, 'unit': "
           "'gz'}}");
    /* in doubt he is not named, and what he sent is refused */
    rig_no(&rig, "bad_form", NULL, "case.open", "{'type': 'hint', 'data': {'unit': 'gz'}}");
    rig_no(&rig, "bad_form", NULL, "case.open",
           "{'type': 'hint', 'data': {'unsigned': 'maybe', 'unit': 'gz'}}");
    rig_no(&rig, "bad_form", NULL, "case.open",
           "{'type': 'hint', 'data': {'unsigned': true, 'unit': 'gz', 'receipt': 'mine'}}");
    rig.as = NULL; /* who is no administrator may not name a time, and is not told of either */
    struct rd_peer inside = rig.peer;
    rig.peer = (struct rd_peer){ .door = RD_DOOR_TCP, .account = AUTHOR };
    rig_no(&rig, "not_allowed", "/at", "case.open",
           "{'type': 'hint', 'at': '2026-03-01T00:00:00Z', 'data': {'unsigned': true, 'unit': "
           "'gz'}}");
    rig.peer = inside;
    rig.as = "imp";
    ck_assert_uint_eq(last_seq(), before);
    struct rd_value it = rig_call(
        &rig, "import.apply",
        rig_json(&rig, "{'session': 's', 'rows': [{'key': 'k', 'at': '2026-03-01T00:00:00Z', "
                       "'type': 'hint', 'open': {'unsigned': true, 'unit': 'gz'}}]}"));
    ck_assert_ptr_nonnull(strstr(rig_show(&rig, it), "what is anonymous is not imported"));
    rig.as = "max";
    it = rig_ok(&rig, "report.cases", "{'type': 'hint', 'by': 'state'}");
    ck_assert_uint_eq(t_at(it, "counts").count, 0);
}
END_TEST

/* A rule can't make a record that claims to be anonymous in the entry of somebody. */
START_TEST(no_rule_makes_one_of_somebody)
{
    const char *id = t_text(drop(AUTHOR, "x"), "id");
    rig.as = "max";
    rig_no(&rig, "policy_fault", NULL, "case.act", "{'id': '%s', 'event': 'make'}", id);
    ck_assert_ptr_nonnull(strstr(rig.error.text, "says it is anonymous"));
}
END_TEST

/* ---- the code ---- */

START_TEST(the_author_asks_with_his_code)
{
    struct rd_value it = drop(AUTHOR, "x"), other = drop("ann", "y");
    const char *code = t_text(it, "receipt"), *id = t_text(it, "id");
    ck_assert_uint_eq(strlen(code), 39);
    ck_assert_str_ne(code, t_text(other, "receipt"));
    rig.as = "max";
    rig_ok(&rig, "case.act", "{'id': '%s', 'event': 'answer', 'form': {'answer': 'Thanks'}}", id);
    rig.as = AUTHOR;
    it = rig_ok(&rig, "case.progress", "{'number': 'H-0001', 'proof': '%s', 'language': 'en'}",
                code);
    ck_assert_str_eq(t_text(it, "state"), "Done");
    ck_assert_str_eq(t_text(it, "fields.0.value"), "Thanks");
    rig.as = "sun"; /* whoever has the code, in capitals and without dashes */
    char bare[40], *at = bare;
    for (const char *c = code; *c; c++)
        if (*c != '-')
            *at++ = *c >= 'a' ? (char)(*c - 32) : *c;
    *at = 0;
    rig_ok(&rig, "case.progress", "{'number': 'H-0001', 'proof': '%s'}", bare);
    rig_no(&rig, "not_found", NULL, "case.progress", "{'number': 'H-0002', 'proof': '%s'}", code);
    rig_no(&rig, "not_found", NULL, "case.progress", "{'number': 'H-0001', 'proof': ''}");
    rig_no(&rig, "not_found", NULL, "case.progress", "{'number': 'H-0001'}");
    rig_no(&rig, "not_found", NULL, "case.progress", "{'number': 'H-0001', 'proof': '%s'}",
           t_text(other, "receipt"));
    rig.as = "max"; /* the code is nowhere, and its hash opens nothing */
    it = rig_ok(&rig, "case.get", "{'id': '%s'}", id);
    ck_assert_str_eq(t_text(it, "withheld.receipt"), "secret");
    ck_assert_ptr_null(strstr(rig_show(&rig, it), code));
}
END_TEST

START_TEST(a_dry_run_gives_no_code)
{
    uint64_t before = last_seq();
    rig.as = AUTHOR;
    struct rd_value it =
        rig_ok(&rig, "case.open",
               "{'type': 'hint', 'dry_run': true, 'data': {'unsigned': true, 'unit': 'gz'}}");
    ck_assert_ptr_null(rd_map_get(&it, "receipt"));
    ck_assert_ptr_null(strstr(rig_show(&rig, it), AUTHOR));
    ck_assert_uint_eq(last_seq(), before);
}
END_TEST

/* ---- asked again ---- */

START_TEST(asked_again_it_comes_out_the_same)
{
    struct rd_backtest_options options = { .cases_max = 20 };
    struct rd_policy_source *sources;
    struct rd_findings findings;
    struct rd_value result;
    char scratch[UNIT_DIR_MAX];
    uint64_t before = last_seq();
    rig.as = NULL;
    drop(AUTHOR, "x");
    rig.as = AUTHOR;
    rig_no(&rig, "policy_fault", NULL, "case.open",
           "{'type': 'hint', 'data': {'unsigned': true, 'unit': 'gz', 'text': 'CRASH'}}");
    rig.as = NULL;
    rig_advance(&rig, "1 hour");
    unit_dir_make(scratch);
    rd_findings_init(&findings, &rig.arena);
    rig.error = RD_ERROR_NONE;
    ck_assert_int_eq(
        rd_policy_read_dir(&rig.arena, rig.policy, &sources, &options.source_count, &rig.error),
        RD_OK);
    options.sources = sources;
    options.journal_dir = rd_arena_printf(&rig.arena, "%s/journal", rig.data);
    options.scratch_dir = scratch;
    ck_assert_int_eq(rd_backtest_run(&options, &rig.arena, &result, &findings, &rig.error), RD_OK);
    unit_dir_remove(scratch);
    ck_assert_msg(t_int(result, "differences") == 0 && t_count(result, "apart") == 0, "%s",
                  rig_show(&rig, result));
    ck_assert_msg(t_int(t_find(t_at(result, "commands"), "name", "hint.drop"), "asked") == 2, "%s",
                  rig_show(&rig, result));
    ck_assert_uint_gt(last_seq(), before);
}
END_TEST

START_TEST(a_captured_one_is_opened_by_the_first_who_may)
{
    const char *id = t_text(drop(AUTHOR, "x"), "id");
    rig.as = "max";
    const char *text = t_text(rig_ok(&rig, "case.capture", "{'id': '%s'}", id), "text");
    ck_assert_msg(strstr(text, "by = \"ann\"") && !strstr(text, "by = \"anonymous\""), "%s", text);
}
END_TEST

/* ---- what the check refuses ---- */

static void expect_refused(const char *from, const char *to, const char *finding)
{
    teardown();
    open_rig(from, to);
    bool found = false;
    const char *all = "";
    for (const struct rd_finding *f = rig.findings.first; f; f = f->next) {
        found |= strstr(f->text, finding) != NULL;
        all = rd_arena_printf(&rig.arena, "%s\n%s", all, f->text);
    }
    ck_assert_msg(rig.status == RD_POLICY_REFUSED && found, "'%s' not among: %s", finding, all);
}

START_TEST(a_policy_that_would_name_him_is_refused)
{
    expect_refused("'unsigned', receipt = 'receipt',", "'unsigned',", "belong together");
    expect_refused("anonymous = 'unsigned',", "anonymous = 'text',", "'text' is text, not boolean");
    expect_refused("receipt = 'receipt',", "receipt = 'answers',", "has no field 'answers'");
    expect_refused("required = { 'unsigned', 'unit' }", "required = { 'unit' }",
                   "must be a required field of the opening form");
    expect_refused("receipt = text { secrecy = 'secret' }", "receipt = text", "needs a secrecy");
    expect_refused("{ 'unsigned', 'text', 'unit' }", "{ 'unsigned', 'receipt', 'unit' }",
                   "take it out of the form");
    expect_refused("{ 'unsigned', 'text', 'unit' }", "{ 'unsigned', 'about', 'unit' }",
                   "'about' is a reference");
}
END_TEST

/* A row that asks who it is lets nobody through as nobody. */
START_TEST(rows_that_ask_more_than_a_role_allow_no_anonymous_one)
{
    teardown();
    open_rig("{ { 'hint.drop', 'hint.progress' }, from = 'staff' }",
             "{ 'hint.drop', from = 'staff', unless = { 'is_never' } }");
    ck_assert_int_eq(rig.status, RD_OK);
    rig.as = AUTHOR;
    rig_no(&rig, "not_allowed", NULL, "case.open",
           "{'type': 'hint', 'data': {'unsigned': true, 'unit': 'gz'}}");
    rig_ok(&rig, "case.open", "{'type': 'hint', 'data': {'unsigned': false, 'unit': 'gz'}}");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("kernel_anonymous");
    TCase *tcase = tcase_create("anonymous");
    tcase_set_timeout(tcase, T_TIMEOUT_S);
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, no_byte_of_the_journal_tells_one_author_from_another);
    tcase_add_test(tcase, who_signs_is_told_from_another);
    tcase_add_test(tcase, nobody_is_told_who_it_was);
    tcase_add_test(tcase, what_is_refused_leaves_no_name_either);
    tcase_add_test(tcase, what_would_name_him_is_refused);
    tcase_add_test(tcase, no_rule_makes_one_of_somebody);
    tcase_add_test(tcase, the_author_asks_with_his_code);
    tcase_add_test(tcase, a_dry_run_gives_no_code);
    tcase_add_test(tcase, asked_again_it_comes_out_the_same);
    tcase_add_test(tcase, a_captured_one_is_opened_by_the_first_who_may);
    tcase_add_test(tcase, a_policy_that_would_name_him_is_refused);
    tcase_add_test(tcase, rows_that_ask_more_than_a_role_allow_no_anonymous_one);
    suite_add_tcase(suite, tcase);
    return unit_run(suite);
}
