/* Declared facts in a kernel: counts and sums of the records that are meant, also of those that the
 * same command makes or changes; draws; opening hours; clocks that a fact names. */
#include "base/limits.h"
#include "common/company.h"
#include "unit/kernel_rig.h"

static struct kernel_rig rig;

/* A whole is split into parts and is joined when the last of them is done. */
static const char WHOLE[] =
    "return {\n"
    "  calendar 'moon' { zone = 'Europe/London', week = { { days = 'Monday..Sunday', hours = "
    "'10:00-11:00' } } },\n"
    "  record 'part' { fields = { whole = reference 'whole' { indexed = true }, by = account,\n"
    "    size = integer { indexed = true }, worth = money, urgent = boolean },\n"
    "    indexes = { { 'whole', 'by' } } },\n"
    "  record 'whole' { fields = { name = text { indexed = true }, hours = text, window = text,\n"
    "    limit = integer, level = text, worth = money, a = integer, b = integer, c = integer,\n"
    "    d = integer, m = money, open = boolean } },\n"
    "  form 'whole_open' { of = 'whole', fields = { 'name', 'hours', 'window', 'worth' } },\n"
    "  form 'part_add' { of = 'part', fields = { 'whole', 'size', 'worth', 'urgent' } },\n"
    "  form 'look' { of = 'whole', fields = { { 'big', integer }, { 'when', instant } } },\n"
    "  decision 'level' { input = { parts = integer }, output = { level = text }, hit = 'first',\n"
    "    rows = { { parts = '>= 2', level = 'many' }, { level = 'few' } } },\n"
    "  decision 'size' { input = { level = text }, output = { size = integer }, hit = 'first',\n"
    "    rows = { { level = 'many', size = 7 }, { size = 3 } } },\n"
    "  workflow 'part' { version = 1, initial = 'open', open = { event = 'add', form = "
    "'part_add',\n"
    "      run = { 'mine' } },\n"
    "    states = { open = { on = { give = 'given',\n"
    "        dissent = 'against', grow = { run = 'grow' },\n"
    "        stamp = { run = 'stamp' } },\n"
    "        after = { '90 days', go = 'given' } },\n"
    "      given = { final = true, entry = 'report' },\n"
    "      against = { final = true, entry = 'report' } },\n"
    "    actions = { mine = function(f) return set { by = f.actor.account } end,\n"
    "      grow = function(f) return { set { size = (f.size or 0) + 1 }, send 'look' { to = "
    "f.whole "
    "} } end,\n"
    "      stamp = function(f) return set { size = f.today } end,\n"
    "      report = function(f) return send 'part_done' { to = f.whole } end } },\n"
    "  workflow 'whole' { version = 1, initial = 'new', clock = 'office',\n"
    "    open = { event = 'open', form = 'whole_open' },\n"
    "    facts = {\n"
    "      parts = count 'part' { same = { whole = 'id' } },\n"
    "      left = count 'part' { same = { whole = 'id' }, where = { state = 'open' } },\n"
    "      done = count 'part' { same = { whole = 'id' }, where = { state = { 'given', 'against', "
    "'given' } "
    "} },\n"
    "      mine = count 'part' { same = { whole = 'id', by = 'actor.account' } },\n"
    "      hot = count 'part' { where = { state = { 'open', 'given', 'open' }, urgent = true } },\n"
    "      big = count 'part' { same = { size = 'form.big' } },\n"
    "      sized = count 'part' { same = { size = 'wanted' } },\n"
    "      two = count 'part' { same = { whole = 'id' }, at_most = 2 },\n"
    "      today = count 'whole' { same = 'name', in_this = 'day' },\n"
    "      month = count 'whole' { same = { 'name' }, in_this = 'month' },\n"
    "      quarter = count 'whole' { same = { 'name' }, in_this = 'quarter' },\n"
    "      year = count 'whole' { same = { 'name' }, in_this = 'year' },\n"
    "      worths = sum 'part' { field = 'worth', same = { whole = 'id' }, where = { urgent = true "
    "} },\n"
    "      monthly = sum 'whole' { field = 'worth', same = 'name', in_this = 'month' },\n"
    "      wanted = decide 'size' { with = { level = 'plenty' } },\n" /* above what it asks */
    "      plenty = decide 'level' {},\n"
    "      luck = draw 'luck', other = draw 'other',\n"
    "      desk = in_hours 'office', there = in_hours { calendar = 'hours' },\n"
    "      later = in_hours { calendar = 'hours', at = 'form.when' },\n"
    "      fixed = decide 'size' { given = { level = 'many' } } },\n"
    "    states = {\n"
    "      new = { on = { go = 'split', never = 'joined' }, after = { '90 days', go = 'joined' } "
    "},\n"
    "      split = { entry = { 'halve', 'look_at' }, on = { part_done = {\n"
    "          { go = 'joined', when = 'all_done' }, { run = 'look_at' } },\n"
    "        shut = { go = 'joined', run = 'shut' } }, after = { '90 days', go = 'joined' } },\n"
    "      joined = { final = true } },\n"
    "    always = { look = { form = 'look', run = 'look_at' }, period = { run = 'period' },\n"
    "      size = { form = 'look', run = 'sized' }, dice = { run = 'dice' }, ask = { form = "
    "'look',\n"
    "        run = 'ask' },\n"
    "      wait = { run = 'wait' }, rang = { run = 'dice' } },\n"
    "    guards = { all_done = function(f) return f.left == 0, 'some are open' end },\n"
    "    actions = {\n"
    "      halve = function(f) return { start 'part' { whole = f.id, worth = money '1.50', urgent "
    "= "
    "true },\n"
    "        start 'part' { whole = f.id, worth = money '2.25' } } end,\n"
    "      look_at = function(f) return set { a = f.left, b = f.done, c = f.mine, d = f.parts, m = "
    "f.worths } end,\n"
    "      period = function(f) return set { a = f.today, b = f.month, c = f.quarter, d = f.year,\n"
    "        m = f.monthly } end,\n"
    "      sized = function(f) return set { a = f.big, b = f.sized, c = f.two, d = f.hot, level = "
    "f.plenty } end,\n"
    "      dice = function(f) return set { a = f.luck, b = f.other } end,\n"
    "      ask = function(f) local when = f.later\n"
    "        return set { open = f.there, a = f.desk and 1 or 0, c = f.fixed,\n"
    "          d = when == nil and 2 or when and 1 or 0 } end,\n"
    "      wait = function(f) return deadline 'x' { '2 hours', clock = f.window, event = 'rang' } "
    "end,\n"
    "      shut = function(f) return set { a = f.left } end } },\n"
    "  authority {\n"
    "    { { 'whole.read', 'part.read', 'whole.open', 'part.add', 'whole.go', 'whole.never', "
    "'whole.look',\n"
    "        'whole.period', 'whole.size', 'whole.dice', 'whole.ask', 'whole.wait', 'whole.shut',\n"
    "        'part.give', 'part.dissent', 'part.grow', 'part.stamp' }, from = 'staff' } },\n"
    "}\n";

static void setup(void)
{
    rig_make(&rig);
    t_company_write(rig.policy, "scripts/whole.lua", WHOLE);
    ck_assert_msg(rig_start(&rig, false) == RD_OK, "%s: %s", rig.error.text,
                  rig.findings.first ? rig.findings.first->text : "");
    rig.as = "ben";
}

static void teardown(void)
{
    rig_close(&rig);
}

static const char *whole(const char *fields)
{
    struct rd_value made =
        rig_ok(&rig, "case.open", "{'type': 'whole', 'data': {'name': 'w'%s}}", fields);
    return t_text(made, "id");
}

static const char *part(const char *of, const char *fields)
{
    struct rd_value made =
        rig_ok(&rig, "case.open", "{'type': 'part', 'data': {'whole': '%s'%s}}", of, fields);
    return t_text(made, "id");
}

static struct rd_value act(const char *id, const char *event)
{
    return rig_ok(&rig, "case.act", "{'id': '%s', 'event': '%s'}", id, event);
}

static struct rd_value get(const char *id)
{
    return rig_ok(&rig, "case.get", "{'id': '%s'}", id);
}

/* The parts that a whole was split into, in their order. */
static const char *half(size_t at)
{
    struct rd_value list = rig_ok(&rig, "case.list", "{'type': 'part', 'order': 'id'}");
    return t_text(t_at(list, rd_arena_printf(&rig.arena, "cases.%zu", at)), "id");
}

START_TEST(what_the_command_itself_makes_is_counted)
{
    struct rd_value w = act(whole(""), "go");
    /* both halves, opened two actions before, in the same plan */
    ck_assert_int_eq(t_int(w, "data.a"), 2);
    ck_assert_int_eq(t_int(w, "data.b"), 0);
    ck_assert_int_eq(t_int(w, "data.c"), 2);
    ck_assert_int_eq(t_int(w, "data.d"), 2);
    ck_assert_str_eq(t_text(w, "data.m"), "1.50");
    rig_expect_rebuild_equal(&rig);
}
END_TEST

START_TEST(the_last_child_that_becomes_final_joins_its_parent)
{
    const char *id = whole("");
    act(id, "go");
    const char *first = half(0), *second = half(1);
    act(first, "give");
    struct rd_value w = get(id);
    ck_assert_str_eq(t_text(w, "state"), "split");
    ck_assert_int_eq(t_int(w, "data.a"), 1); /* seen from within the plan that ended the first */
    ck_assert_int_eq(t_int(w, "data.b"), 1);
    act(second, "dissent");
    ck_assert_str_eq(t_text(get(id), "state"), "joined");
    rig_expect_rebuild_equal(&rig);
}
END_TEST

START_TEST(a_refused_command_leaves_the_counts_as_they_were)
{
    const char *id = whole("");
    act(id, "go");
    const char *first = half(0);
    rig_ok(&rig, "case.act", "{'id': '%s', 'event': 'give', 'dry_run': true}", first);
    struct rd_value w = act(id, "look");
    ck_assert_int_eq(t_int(w, "data.a"), 2);
    ck_assert_int_eq(t_int(w, "data.b"), 0);
}
END_TEST

START_TEST(only_what_is_asked_for_is_counted)
{
    const char *id = whole(""), *other = whole("");
    part(id, ", 'size': 3, 'urgent': true, 'worth': '10.00'");
    part(id, ", 'size': 3, 'worth': '20.00'");
    part(other, ", 'size': 7, 'urgent': true, 'worth': '40.00'");
    rig.as = "sun";
    part(id, ", 'size': 4, 'urgent': false");
    rig.as = "ben";
    struct rd_value w = act(id, "look");
    ck_assert_int_eq(t_int(w, "data.d"), 3);
    ck_assert_int_eq(t_int(w, "data.c"), 2); /* ben's own */
    ck_assert_str_eq(t_text(w, "data.m"), "10.00");
    w = rig_ok(&rig, "case.act", "{'id': '%s', 'event': 'size', 'form': {'big': 4}}", id);
    ck_assert_int_eq(t_int(w, "data.a"), 1); /* the form's value */
    ck_assert_str_eq(t_text(w, "data.level"), "many");
    /* counted by what a decision says, which asks a decision, which asks a count: size 7 */
    ck_assert_int_eq(t_int(w, "data.b"), 1);
    ck_assert_int_eq(t_int(w, "data.c"), 2); /* of three: at most two */
    ck_assert_int_eq(t_int(w, "data.d"), 2); /* urgent, open or given, of any whole */
    /* an empty value is like nothing */
    w = rig_ok(&rig, "case.act", "{'id': '%s', 'event': 'size'}", id);
    ck_assert_int_eq(t_int(w, "data.a"), 0);
}
END_TEST

START_TEST(a_changed_draft_counts_as_it_will_be)
{
    const char *id = whole("");
    const char *p = part(id, ", 'size': 3");
    act(p, "grow"); /* sets its size and makes the whole look, in one plan */
    struct rd_value w =
        rig_ok(&rig, "case.act", "{'id': '%s', 'event': 'size', 'form': {'big': 4}}", id);
    ck_assert_int_eq(t_int(w, "data.a"), 1);
    ck_assert_int_eq(t_int(w, "data.b"), 0);
}
END_TEST

static void at(const char *time)
{
    const char *as = rig.as;
    rig.as = NULL;
    rig_ok(&rig, "clock.advance", "{'to': '%s'}", time);
    rig.as = as;
}

static void expect_periods(int64_t day, int64_t month, int64_t quarter, int64_t year,
                           const char *worth)
{
    struct rd_value w = act(whole(", 'worth': '1.00'"), "period");
    ck_assert_int_eq(t_int(w, "data.a"), day);
    ck_assert_int_eq(t_int(w, "data.b"), month);
    ck_assert_int_eq(t_int(w, "data.c"), quarter);
    ck_assert_int_eq(t_int(w, "data.d"), year);
    ck_assert_str_eq(t_text(w, "data.m"), worth);
}

START_TEST(periods_begin_at_local_midnight)
{
    at("2026-03-30T23:30:00+08:00");
    expect_periods(1, 1, 1, 1, "1.00");
    at("2026-03-31T00:00:00+08:00"); /* still the 30th in London */
    expect_periods(1, 2, 2, 2, "2.00");
    at("2026-03-31T23:59:59+08:00");
    expect_periods(2, 3, 3, 3, "3.00");
    at("2026-04-01T00:00:00+08:00");
    expect_periods(1, 1, 1, 4, "1.00");
    at("2026-06-30T23:59:00+08:00");
    expect_periods(1, 1, 2, 5, "1.00");
    at("2026-07-01T00:00:00+08:00");
    expect_periods(1, 1, 1, 6, "1.00");
    at("2027-01-01T00:00:00+08:00");
    expect_periods(1, 1, 1, 1, "1.00");
}
END_TEST

START_TEST(today_is_the_date_in_the_company_s_zone)
{
    const char *p = part(whole(""), "");
    at("2026-03-30T23:59:59+08:00");
    ck_assert_int_eq(t_int(act(p, "stamp"), "data.size"), 20542);
    at("2026-03-31T00:00:00+08:00"); /* still the 30th in London */
    ck_assert_int_eq(t_int(act(p, "stamp"), "data.size"), 20543);
    struct rd_value entries = t_at(rig_ok(&rig, "case.history", "{'id': '%s'}", p), "entries");
    const struct rd_value *last = &entries.items[entries.count - 1];
    ck_assert_int_eq(t_int(*last, "facts.today"), 20543); /* what a decision read is in its entry */
    ck_assert(t_has(*last, "facts.zone_version"));
    rig_expect_rebuild_equal(&rig);
}
END_TEST

START_TEST(a_draw_is_the_same_for_ever)
{
    const char *id = whole("");
    struct rd_value w = act(id, "dice");
    int64_t luck = t_int(w, "data.a"), other = t_int(w, "data.b");
    ck_assert(luck >= 0 && luck < 10000 && other >= 0 && other < 10000);
    ck_assert_int_ne(luck, other); /* one in ten thousand would fail here, were the key by chance */
    rig_edit(&rig, "'{number} split'", "'{number} is split'");
    rig.as = NULL;
    rig_ok(&rig, "policy.reload", "{}");
    rig.as = "ben";
    w = act(id, "dice");
    ck_assert_int_eq(t_int(w, "data.a"), luck);
    rig_expect_rebuild_equal(&rig);
    w = act(id, "dice");
    ck_assert_int_eq(t_int(w, "data.a"), luck);
    ck_assert_int_eq(t_int(w, "data.b"), other);
}
END_TEST

/* 600 records in ten drawers: chi-square with 9 degrees of freedom stays under 40 but once in a
 * hundred thousand, and the key is a fixed one. */
START_TEST(draws_are_even)
{
    int64_t drawers[10] = { 0 };
    double chi = 0;
    for (int i = 0; i < 600; i++)
        drawers[t_int(act(whole(""), "dice"), "data.a") / 1000]++;
    for (int i = 0; i < 10; i++)
        chi += (double)((drawers[i] - 60) * (drawers[i] - 60)) / 60;
    ck_assert_msg(chi < 40, "chi-square %f", chi);
}
END_TEST

START_TEST(another_store_draws_otherwise)
{
    int same = 0;
    int64_t first[20];
    for (int i = 0; i < 20; i++)
        first[i] = t_int(act(whole(""), "dice"), "data.a");
    teardown();
    setup();
    for (int i = 0; i < 20; i++)
        same += first[i] == t_int(act(whole(""), "dice"), "data.a");
    ck_assert_int_lt(same, 5);
}
END_TEST

START_TEST(hours_are_those_of_the_calendar_named)
{
    const char *id = whole(", 'hours': 'moon'");
    struct rd_value w = act(id, "ask"); /* Monday 09:00 in Shanghai, 01:00 in London */
    ck_assert(!t_bool(w, "data.open"));
    ck_assert_int_eq(t_int(w, "data.a"), 1);
    at("2026-03-02T18:00:00+08:00");
    w = act(id, "ask");
    ck_assert(t_bool(w, "data.open"));
    ck_assert_int_eq(t_int(w, "data.a"), 0); /* the first instant after closing */
    ck_assert_int_eq(t_int(w, "data.c"), 7); /* of an input that is always the same */
    ck_assert_int_eq(t_int(w, "data.d"), 2); /* no moment was named: neither */
    w = rig_ok(&rig, "case.act",
               "{'id': '%s', 'event': 'ask', 'form': {'when': '2026-07-01T09:30:00Z'}}", id);
    ck_assert_int_eq(t_int(w, "data.d"), 1); /* 10:30 of the summer there */
    w = rig_ok(&rig, "case.act",
               "{'id': '%s', 'event': 'ask', 'form': {'when': '2026-07-01T10:30:00Z'}}", id);
    ck_assert_int_eq(t_int(w, "data.d"), 0);
    rig_no(&rig, "policy_fault", NULL, "case.act", "{'id': '%s', 'event': 'ask'}",
           whole(", 'hours': 'mon'"));
    ck_assert_str_eq(rig.error.text,
                     "scripts/whole.lua:48: fact 'there': no calendar 'mon'; did you mean 'moon'?");
    rig_no(&rig, "policy_fault", NULL, "case.act", "{'id': '%s', 'event': 'ask'}", whole(""));
    ck_assert_str_eq(
        rig.error.text,
        "scripts/whole.lua:48: fact 'there': 'hours' is empty where a calendar's name must be");
}
END_TEST

START_TEST(a_deadline_runs_on_the_clock_that_a_field_names)
{
    struct rd_value w = act(whole(", 'window': 'moon'"), "wait");
    /* 10:00 to 11:00 in London, twice */
    ck_assert_str_eq(t_text(t_find(t_at(w, "deadlines"), "name", "x"), "due"),
                     "2026-03-03T11:00:00Z");
    rig_no(&rig, "policy_fault", NULL, "case.act", "{'id': '%s', 'event': 'wait'}",
           whole(", 'window': 'offices'"));
    ck_assert_str_eq(
        rig.error.text,
        "scripts/whole.lua:73: deadline 'x': no calendar 'offices'; did you mean 'office'?");
}
END_TEST

struct wrong {
    const char *from, *to, *finding;
};

/* Bad facts, each with the sentence that says what to do. */
static const struct wrong WRONG[] = {
    { "parts = count 'part' { same = { whole = 'id' } }",
      "parts = count 'part' { same = { urgent = 'open' } }",
      "fact 'parts': record 'part' has no index over just the fields of `same`; make 'urgent' "
      "indexed" },
    { "parts = count 'part' { same = { whole = 'id' } }",
      "parts = count 'part' { same = { urgent = 'open', worth = 'worth' } }",
      "fact 'parts': record 'part' has no index over just the fields of `same`; add { 'urgent', "
      "'worth' } to its indexes" },
    { "parts = count 'part' { same = { whole = 'id' } }",
      "parts = count 'part' { where = { urgent = true } }",
      "fact 'parts': record 'part' has no index over just the fields of `where`; make one of them "
      "indexed" },
    { "parts = count 'part' { same = { whole = 'id' } }",
      "parts = count 'part' { same = { whole = 'name' } }",
      "fact 'parts': same: 'whole' of record 'part' is of type reference, but 'name' is of type "
      "text" },
    { "parts = count 'part' { same = { whole = 'id' } }",
      "parts = count 'part' { same = { whole = 'nam' } }",
      "fact 'parts': same: 'whole': 'nam' is no field, no fact and in no form; did you mean "
      "'name'?" },
    { "parts = count 'part' { same = { whole = 'id' } }",
      "parts = count 'part' { same = { whole = 'actor.acount' } }",
      "fact 'parts': same: 'whole': 'actor.acount' leads nowhere" },
    { "parts = count 'part' { same = { whole = 'id' } }",
      "parts = count 'part' { same = { whole = 'form.whoel' } }",
      "fact 'parts': same: 'whole': 'form.whoel' leads nowhere" },
    { "parts = count 'part' { same = { whole = 'id' } }",
      "parts = count 'part' { same = { whol = 'id' } }",
      "fact 'parts': same: record 'part' has no field 'whol'; did you mean 'whole'?" },
    { "parts = count 'part' { same = { whole = 'id' } }",
      "parts = count 'part' { same = { whole = 'id' }, where = { whole = '1-1' } }",
      "fact 'parts': 'whole' stands in same and in where" },
    { "parts = count 'part' { same = { whole = 'id' } }",
      "parts = count 'part' { same = { whole = 'id' }, where = { size = 'two' } }",
      "fact 'parts': where: 'size' must be a whole number" },
    { "where = { state = 'open' } }", "where = { state = 'opne' } }",
      "fact 'left': where: 'part' has no state 'opne'" },
    { "parts = count 'part' {", "parts = count 'parts' {",
      "fact 'parts': no record 'parts'; did you mean 'part'?" },
    { "sum 'part' { field = 'worth'", "sum 'part' { field = 'urgent'",
      "fact 'worths': field: 'urgent' is neither a whole number nor an amount" },
    { "desk = in_hours 'office'", "desk = in_hours 'offices'",
      "fact 'desk': no calendar 'offices'; did you mean 'office'?" },
    { "in_hours { calendar = 'hours' }", "in_hours { calendar = 'hour' }",
      "fact 'there': calendar: 'hour' is no field, no fact and in no form; did you mean 'hours'?" },
    { "at = 'form.when'", "at = 'form.big'",
      "fact 'later': at: 'form.big' is no moment but of type integer" },
    { "given = { level = 'many' }", "given = { levels = 'many' }",
      "fact 'fixed': given: decision 'size' has no input 'levels'; did you mean 'level'?" },
    { "given = { level = 'many' }", "given = { level = 5 }",
      "fact 'fixed': given: 'level' must be a text" },
    { "given = { level = 'many' }", "with = { level = 'name' }, given = { level = 'many' }",
      "fact 'fixed': input 'level' stands in with and in given" },
    { "with = { level = 'plenty' }", "with = { lvel = 'plenty' }",
      "fact 'wanted': with: decision 'size' has no input 'lvel'; did you mean 'level'?" },
    { "with = { level = 'plenty' }", "with = { level = 'plentyful' }",
      "fact 'wanted': input 'level': 'plentyful' is no field, no fact and in no form" },
    { "plenty = decide 'level' {}", "plenty = decide 'level' { with = { parts = 'sized' } }",
      "fact 'sized' asks for itself, by way of others" },
};

START_TEST(bad_facts_are_said_with_their_line)
{
    for (size_t i = 0; i < sizeof WRONG / sizeof *WRONG; i++) {
        bool said = false;
        rig_stop(&rig);
        teardown();
        rig_make(&rig);
        t_company_write(rig.policy, "scripts/whole.lua", WHOLE);
        t_company_edit(rig.policy, "scripts/whole.lua", WRONG[i].from, WRONG[i].to);
        ck_assert_int_eq(rig_start(&rig, false), RD_POLICY_REFUSED);
        for (const struct rd_finding *f = rig.findings.first; f; f = f->next)
            said = said || strcmp(f->text, WRONG[i].finding) == 0;
        ck_assert_msg(said, "%s\nsaid: %s", WRONG[i].finding,
                      rig.findings.first ? rig.findings.first->text : "nothing");
        ck_assert_int_gt(rig.findings.first->line, 20);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("kernel_fact");
    TCase *tcase = tcase_create("facts");
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_set_timeout(tcase, 60);
    tcase_add_test(tcase, what_the_command_itself_makes_is_counted);
    tcase_add_test(tcase, the_last_child_that_becomes_final_joins_its_parent);
    tcase_add_test(tcase, a_refused_command_leaves_the_counts_as_they_were);
    tcase_add_test(tcase, only_what_is_asked_for_is_counted);
    tcase_add_test(tcase, a_changed_draft_counts_as_it_will_be);
    tcase_add_test(tcase, periods_begin_at_local_midnight);
    tcase_add_test(tcase, today_is_the_date_in_the_company_s_zone);
    tcase_add_test(tcase, a_draw_is_the_same_for_ever);
    tcase_add_test(tcase, draws_are_even);
    tcase_add_test(tcase, another_store_draws_otherwise);
    tcase_add_test(tcase, hours_are_those_of_the_calendar_named);
    tcase_add_test(tcase, a_deadline_runs_on_the_clock_that_a_field_names);
    tcase_add_test(tcase, bad_facts_are_said_with_their_line);
    suite_add_tcase(suite, tcase);
    return unit_run(suite);
}
