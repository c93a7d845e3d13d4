/* Decision tables: cells of every form on every type, hit policies, aggregates, findings with their
 * exact words, limits; and random tables against an evaluator of the test's own, which knows
 * nothing of keys, indexes or sweeps. */
#include <math.h>
#include <string.h>

#include "base/json.h"
#include "base/limits.h"
#include "base/text.h"
#include "domain/decision.h"
#include "unit/unit.h"

static struct rd_arena arena;
static struct rd_findings findings;

static void setup(void)
{
    rd_arena_init(&arena);
    rd_findings_init(&findings, &arena);
}

static void teardown(void)
{
    rd_arena_fini(&arena);
}

/* JSON with ' for ", so that it can be read here. */
static struct rd_value parse(const char *json)
{
    char *copy = rd_arena_copy(&arena, json, strlen(json));
    for (char *at = copy; *at; at++)
        if (*at == '\'')
            *at = '"';
    struct rd_value value;
    struct rd_error error = RD_ERROR_NONE;
    enum rd_status status = rd_json_parse(&arena, copy, strlen(copy), 16, &value, &error);
    ck_assert_msg(status == RD_OK, "%s: %s", json, error.text);
    return value;
}

static bool build_spec(struct rd_value *spec, struct rd_decision *out)
{
    if (!rd_map_get(spec, "name"))
        rd_map_set(&arena, spec, "name", rd_text("d"));
    rd_map_set(&arena, spec, "file", rd_text("rules/d.lua"));
    rd_map_set(&arena, spec, "line", rd_int(1));
    struct rd_value *rows = (struct rd_value *)(uintptr_t)rd_map_list(spec, "rows");
    for (uint32_t i = 0; i < rows->count; i++)
        rd_map_set(&arena, &rows->items[i], "line", rd_int(i + 11));
    return rd_decision_build(&arena, spec, &findings, out);
}

static bool build(const char *json, struct rd_decision *out)
{
    struct rd_value spec = parse(json);
    return build_spec(&spec, out);
}

static const struct rd_decision *built(const char *json)
{
    struct rd_decision *out = rd_arena_zalloc(&arena, 1, sizeof(*out));
    bool done = build(json, out);
    ck_assert_msg(done, "%s", done ? "" : findings.first->text);
    return out;
}

/* The finding must be there, as an error or a warning, on that line. */
static void expect(bool error, int line, const char *text)
{
    const char *all = "";
    for (const struct rd_finding *at = findings.first; at; at = at->next) {
        if (strcmp(at->text, text) == 0 && at->error == error && at->line == line &&
            strcmp(at->file, "rules/d.lua") == 0)
            return;
        all = rd_arena_printf(&arena, "%s\n%d:%s: %s", all, at->line, at->error ? "e" : "w",
                              at->text);
    }
    ck_abort_msg("no finding '%d:%s' among:%s", line, text, all);
}

static struct rd_answer answer(const struct rd_decision *decision, const struct rd_value *inputs)
{
    struct rd_answer out;
    struct rd_error error = RD_ERROR_NONE;
    enum rd_status status = rd_decision_evaluate(decision, inputs, &arena, &out, &error);
    ck_assert_msg(status == RD_OK, "%s", error.text);
    return out;
}

/* ---- cells ---- */

#define F_INTEGER "{'name':'x','kind':'integer'}"
#define F_NUMBER "{'name':'x','kind':'number'}"
#define F_MONEY "{'name':'x','kind':'money'}"
#define F_BOOLEAN "{'name':'x','kind':'boolean'}"
#define F_DATE "{'name':'x','kind':'date'}"
#define F_INSTANT "{'name':'x','kind':'instant'}"
#define F_DURATION "{'name':'x','kind':'duration'}"
#define F_TEXT "{'name':'x','kind':'text'}"
#define F_CHOICE "{'name':'x','kind':'choice','items':['key','quality','ordinary']}"
#define F_REFERENCE "{'name':'x','kind':'reference','of':'customer'}"
#define F_ACCOUNT "{'name':'x','kind':'account'}"
#define F_UNIT "{'name':'x','kind':'unit'}"

/* One cell: what of these (outside) values it takes, and what not. */
static const struct {
    const char *field, *cell, *takes, *leaves;
} cells[] = {
    { F_INTEGER, "8", "[8]", "[7,9,null]" },
    { F_INTEGER, "'8'", "[8]", "[7,9,null]" },
    { F_INTEGER, "8.0", "[8]", "[7,9,null]" },
    { F_INTEGER, "[8,3,8]", "[3,8]", "[4,7,9,null]" },
    { F_INTEGER, "['8',3]", "[3,8]", "[4,7,9,null]" },
    { F_INTEGER, "'8..15'", "[8,11,15]", "[7,16,null]" },
    { F_INTEGER, "' 8 .. 15 '", "[8,15]", "[7,16,null]" },
    { F_INTEGER, "'[8..15]'", "[8,15]", "[7,16,null]" },
    { F_INTEGER, "'(8..15]'", "[9,15]", "[8,16,null]" },
    { F_INTEGER, "'[8..15)'", "[8,14]", "[7,15,null]" },
    { F_INTEGER, "'(8..15)'", "[9,14]", "[8,15,null]" },
    { F_INTEGER, "'-3..-1'", "[-3,-1]", "[-4,0,null]" },
    { F_INTEGER, "'< 8'", "[7,-9223372036854775808]", "[8,9,null]" },
    { F_INTEGER, "'<8'", "[7]", "[8]" },
    { F_INTEGER, "'<= 8'", "[7,8]", "[9,null]" },
    { F_INTEGER, "'> 8'", "[9,9223372036854775807]", "[8,null]" },
    { F_INTEGER, "'>= 8'", "[8,9]", "[7,null]" },
    { F_INTEGER, "'not 8'", "[7,9,null]", "[8]" },
    { F_INTEGER, "'not 8..15'", "[7,16,null]", "[8,15]" },
    { F_INTEGER, "'not (8..15]'", "[8,16,null]", "[9,15]" },
    { F_INTEGER, "null", "[7,16,null]", "[]" },
    { F_NUMBER, "0.5", "[0.5]", "[0.4,0.6,null]" },
    { F_NUMBER, "2", "[2,2.0]", "[1,null]" },
    { F_NUMBER, "0", "[0,-0.0]", "[1e-300,-1e-300]" },
    { F_NUMBER, "[0.5,-1]", "[0.5,-1]", "[0,null]" },
    { F_NUMBER, "'-0.5..0.5'", "[-0.5,0,0.5]", "[-0.51,0.51,null]" },
    { F_NUMBER, "'(-0.5..1e2)'", "[-0.49,99.9]", "[-0.5,100,null]" },
    { F_NUMBER, "'< 0.5'", "[0.4999,-1e300]", "[0.5,null]" },
    { F_NUMBER, "'<= 0.5'", "[0.5]", "[0.50001]" },
    { F_NUMBER, "'> -0.5'", "[-0.4999,1e300]", "[-0.5,-0.6]" },
    { F_NUMBER, "'>= -0.5'", "[-0.5]", "[-0.5001]" },
    { F_NUMBER, "'not 0.5'", "[0.4,null]", "[0.5]" },
    { F_NUMBER, "'not 0..1'", "[-0.1,1.1,null]", "[0,1]" },
    { F_MONEY, "'100.00'", "['100']", "['100.01','99.99',null]" },
    { F_MONEY, "['1','2.5']", "['1','2.50']", "['2',null]" },
    { F_MONEY, "'0.01..100.00'", "['0.01','100']", "['0','100.01',null]" },
    { F_MONEY, "'(0..100.00]'", "['0.01','100']", "['0','100.01']" },
    { F_MONEY, "'< 100'", "['99.99','-5']", "['100','unlimited']" },
    { F_MONEY, "'> 100'", "['100.01','unlimited']", "['100']" },
    { F_MONEY, "'>= unlimited'", "['unlimited']", "['100']" },
    { F_MONEY, "'unlimited'", "['unlimited']", "['100',null]" },
    { F_MONEY, "'not 100.00'", "['99.99',null]", "['100']" },
    { F_MONEY, "'not 1..2'", "['0.99','2.01',null]", "['1','2']" },
    { F_BOOLEAN, "true", "[true]", "[false,null]" },
    { F_BOOLEAN, "false", "[false]", "[true,null]" },
    { F_BOOLEAN, "[true,false]", "[true,false]", "[null]" },
    { F_BOOLEAN, "'not true'", "[false,null]", "[true]" },
    { F_BOOLEAN, "'not false'", "[true,null]", "[false]" },
    { F_DATE, "'2026-03-06'", "['2026-03-06']", "['2026-03-07',null]" },
    { F_DATE, "['2026-03-06','2026-03-08']", "['2026-03-06']", "['2026-03-07',null]" },
    { F_DATE, "'2026-03-06..2026-03-08'", "['2026-03-06','2026-03-08']",
      "['2026-03-05','2026-03-09',null]" },
    { F_DATE, "'>= 2026-03-06'", "['2026-03-06']", "['2026-03-05']" },
    { F_DATE, "'< 2026-03-06'", "['2026-03-05','0001-01-01']", "['2026-03-06']" },
    { F_DATE, "'not 2026-03-06'", "['2026-03-05',null]", "['2026-03-06']" },
    { F_INSTANT, "'2026-03-06T16:00:00+08:00'", "['2026-03-06T08:00:00Z']", "[null]" },
    { F_INSTANT, "'2026-03-06T08:00:00Z..2026-03-06T09:00:00Z'", "['2026-03-06T08:30:00Z']",
      "['2026-03-06T09:00:01Z',null]" },
    { F_INSTANT, "'> 2026-03-06T08:00:00Z'", "['2026-03-06T08:00:00.001Z']",
      "['2026-03-06T08:00:00Z']" },
    { F_INSTANT, "'not 2026-03-06T08:00:00Z'", "['2026-03-06T08:00:01Z',null]",
      "['2026-03-06T08:00:00Z']" },
    { F_DURATION, "'4 hours'", "['4 hours']", "['5 hours',null]" },
    { F_DURATION, "['4 hours','5 hours']", "['4 hours','5 hours']", "['6 hours',null]" },
    { F_DURATION, "'not 4 hours'", "['5 hours',null]", "['4 hours']" },
    { F_TEXT, "'a'", "['a']", "['b','aa','',null]" },
    { F_TEXT, "'a..c'", "['a..c']", "['b']" },
    { F_TEXT, "'< a'", "['< a']", "['0']" },
    { F_TEXT, "'nothing'", "['nothing']", "['hing']" },
    { F_TEXT, "['a','not b','猫']", "['a','not b','猫']", "['b',null,'狗']" },
    { F_TEXT, "'not a'", "['b','',null]", "['a']" },
    { F_CHOICE, "'key'", "['key']", "['quality',null]" },
    { F_CHOICE, "['key','ordinary']", "['key','ordinary']", "['quality',null]" },
    { F_CHOICE, "'not key'", "['quality','ordinary',null]", "['key']" },
    { F_CHOICE, "null", "['key','quality',null]", "[]" },
    { F_REFERENCE, "'3-17'", "['3-17']", "['3-18',null]" },
    { F_REFERENCE, "['3-17','40000-1']", "['3-17','40000-1']", "['3-18',null]" },
    { F_REFERENCE, "'not 3-17'", "['3-18',null]", "['3-17']" },
    { F_ACCOUNT, "'ben'", "['ben']", "['eve',null]" },
    { F_ACCOUNT, "['ben','eve']", "['eve']", "['zoe',null]" },
    { F_ACCOUNT, "'not ben'", "['eve',null]", "['ben']" },
    { F_UNIT, "'gz'", "['gz']", "['gd',null]" },
    { F_UNIT, "['gz','gd']", "['gd']", "['hq',null]" },
    { F_UNIT, "'not gz'", "['gd',null]", "['gz']" },
};

static void cell_check(const struct rd_decision *decision, const char *cell, const char *values,
                       bool taken)
{
    struct rd_value list = parse(values);
    for (uint32_t i = 0; i < list.count; i++) {
        struct rd_value inside;
        struct rd_error error = RD_ERROR_NONE;
        ck_assert_int_eq(
            rd_type_read(&decision->inputs[0].type, &list.items[i], &arena, &inside, &error),
            RD_OK);
        struct rd_answer out = answer(decision, &inside);
        ck_assert_msg(out.matched == taken, "%s: item %u of %s", cell, i, values);
    }
}

START_TEST(test_cell)
{
    const struct rd_decision *decision = built(
        rd_arena_printf(&arena,
                        "{'hit':'first','inputs':[%s],'outputs':[{'name':'y','kind':'boolean'}],"
                        "'rows':[{'when':{'x':%s},'give':{'y':true}}]}",
                        cells[_i].field, cells[_i].cell));
    cell_check(decision, cells[_i].cell, cells[_i].takes, true);
    cell_check(decision, cells[_i].cell, cells[_i].leaves, false);
}
END_TEST

static const struct {
    const char *field, *cell, *text;
} bad_cells[] = {
    { F_CHOICE, "'kee'", "must be one of key, quality, ordinary; did you mean 'key'?" },
    { F_CHOICE, "'not kee'", "must be one of key, quality, ordinary; did you mean 'key'?" },
    { F_CHOICE, "['key','xxxx']", "must be one of key, quality, ordinary" },
    { F_CHOICE, "'key..quality'", "must be one of key, quality, ordinary" },
    { F_CHOICE, "[]", "must not be an empty list" },
    { F_CHOICE, "['key',null]", "must not hold an empty value" },
    { F_CHOICE, "{'a':1}", "must be one of key, quality, ordinary" },
    { F_INTEGER, "'eight'", "must be a whole number" },
    { F_INTEGER, "8.5", "must be a whole number" },
    { F_INTEGER, "'8..'", "must be a whole number" },
    { F_INTEGER, "'..8'", "must be a whole number" },
    { F_INTEGER, "'>'", "must be a whole number" },
    { F_INTEGER, "['1..3']", "must be a whole number" },
    { F_INTEGER, "'(1..3'", "must have a bracket at both ends of a range or at none (\"(1..3\")" },
    { F_INTEGER, "'1..3]'", "must have a bracket at both ends of a range or at none (\"1..3]\")" },
    { F_INTEGER, "'9..3'", "must not be an empty range (\"9..3\")" },
    { F_INTEGER, "'(5..6)'", "must not be an empty range (\"(5..6)\")" },
    { F_INTEGER, "'not 9..3'", "must not be an empty range (\"not 9..3\")" },
    { F_INTEGER, "'(9223372036854775807..9223372036854775807]'",
      "must not be an empty range (\"(9223372036854775807..9223372036854775807]\")" },
    { F_INTEGER, "'[-9223372036854775808..-9223372036854775808)'",
      "must not be an empty range (\"[-9223372036854775808..-9223372036854775808)\")" },
    { F_INTEGER, "'not < 5'", "must not join \"not\" with a comparison (\"not < 5\")" },
    { F_INTEGER, "'> 9223372036854775807'",
      "must leave something that can match (\"> 9223372036854775807\")" },
    { F_INTEGER, "'< -9223372036854775808'",
      "must leave something that can match (\"< -9223372036854775808\")" },
    { "{'name':'x','kind':'integer','min':0}", "'< 0'",
      "must leave something that can match (\"< 0\")" },
    { "{'name':'x','kind':'integer','min':0}", "-1", "must be at least 0" },
    { "{'name':'x','kind':'number','min':0}", "'< 0'",
      "must leave something that can match (\"< 0\")" },
    { "{'name':'x','kind':'number','max':1}", "'> 1'",
      "must leave something that can match (\"> 1\")" },
    { F_NUMBER, "'1.2.3'", "must be a number" },
    { F_NUMBER, "'nan'", "must be a number" },
    { F_NUMBER, "'1e999'", "must be a number" },
    { F_MONEY, "100", "must be an amount such as \"100.00\"" },
    { F_MONEY, "'1,5'", "must be an amount such as \"100.00\"" },
    { F_MONEY, "'1.00..x'", "must be an amount such as \"100.00\"" },
    { F_BOOLEAN, "'yes'", "must be true or false" },
    { F_BOOLEAN, "'< true'", "must be true or false" },
    { F_DATE, "'2026-02-30'", "must be a date such as \"2026-03-06\"" },
    { F_DATE, "'> 9999-12-31'", "must leave something that can match (\"> 9999-12-31\")" },
    { F_INSTANT, "'now'", "must be a time such as \"2026-03-06T08:00:00Z\"" },
    { F_INSTANT, "'< 0001-01-01T00:00:00Z'",
      "must leave something that can match (\"< 0001-01-01T00:00:00Z\")" },
    { F_DURATION, "4", "must be a duration such as \"4 hours\"" },
    { F_TEXT, "4", "must be a text" },
    { F_REFERENCE, "'li'", "must be a record's id such as \"3-17\"" },
    { F_ACCOUNT, "true", "must be the name of an account" },
    { F_UNIT, "['']", "must be the name of a unit" },
    { "{'name':'x','kind':'boolean','required':true}", "[]", "must not be an empty list" },
    { "{'name':'x','kind':'choice','items':['a'],'required':true}", "'not a'",
      "must leave something that can match (\"not a\")" },
};

START_TEST(test_cell_refused)
{
    struct rd_decision out;
    ck_assert(!build(rd_arena_printf(&arena,
                                     "{'hit':'first','inputs':[%s],'outputs':[{'name':'y','kind':"
                                     "'boolean'}],'rows':[{'when':{'x':%s},'give':{'y':true}}]}",
                                     bad_cells[_i].field, bad_cells[_i].cell),
                     &out));
    ck_assert_uint_eq(findings.errors, 1);
    expect(true, 11, rd_arena_printf(&arena, "row 1: x %s", bad_cells[_i].text));
}
END_TEST

START_TEST(test_input_of_wrong_kind)
{
    const struct rd_decision *decision =
        built("{'hit':'first','inputs':[" F_MONEY "],'outputs':[{'name':'y','kind':'boolean'}],"
              "'rows':[{'when':{'x':'1'},'give':{'y':true}}]}");
    struct rd_value wrong[] = { rd_text("1.00"), rd_bool(true), rd_real(1.0), rd_list() };
    for (size_t i = 0; i < 4; i++) {
        struct rd_answer out;
        struct rd_error error = RD_ERROR_NONE;
        ck_assert_int_eq(rd_decision_evaluate(decision, &wrong[i], &arena, &out, &error),
                         RD_POLICY_FAULT);
        ck_assert_str_eq(error.text, "decision 'd': input 'x' is no money");
    }
    const struct rd_decision *numbers =
        built("{'hit':'first','inputs':[" F_NUMBER "],'outputs':[{'name':'y','kind':'boolean'}],"
              "'rows':[{'when':{'x':'> 1'},'give':{'y':true}}]}");
    struct rd_value nan_value = rd_real(NAN), text = rd_text("1"), infinite = rd_real(INFINITY);
    struct rd_answer out;
    struct rd_error error = RD_ERROR_NONE;
    ck_assert_int_eq(rd_decision_evaluate(numbers, &nan_value, &arena, &out, &error),
                     RD_POLICY_FAULT);
    ck_assert_int_eq(rd_decision_evaluate(numbers, &text, &arena, &out, &error), RD_POLICY_FAULT);
    ck_assert(answer(numbers, &infinite).matched);
}
END_TEST

/* ---- hit policies ---- */

#define REMEDY_HEAD                                                                                \
    "'inputs':[{'name':'tier','kind':'choice','items':['key','quality','ordinary']},"              \
    "{'name':'years','kind':'integer'}],'outputs':[{'name':'offer','kind':'choice',"               \
    "'items':['refund','gift','letter']},{'name':'limit','kind':'money'}],"
#define REMEDY_ROWS                                                                                \
    "'rows':[{'id':'many','when':{'years':'>= 10'},'give':{'offer':'letter','limit':'1'}},"        \
    "{'when':{'tier':'key'},'give':{'offer':'refund','limit':'unlimited'}},"                       \
    "{'when':{'tier':['key','quality']},'give':{'offer':'gift','limit':'50'}},"                    \
    "{'when':{'tier':'not ordinary','years':'> 20'},'give':{'offer':'refund','limit':'2'}}]"

static struct rd_answer remedy(const char *policy, const char *tail, const char *tier, int years)
{
    const struct rd_decision *decision =
        built(rd_arena_printf(&arena, "{%s," REMEDY_HEAD REMEDY_ROWS "%s}", policy, tail));
    struct rd_value inputs[] = { tier ? rd_text(tier) : rd_null(), rd_int(years) };
    return answer(decision, inputs);
}

static void check_rows(const struct rd_answer *out, size_t count, const uint32_t *rows)
{
    ck_assert_uint_eq(out->row_count, count);
    for (size_t i = 0; i < count; i++)
        ck_assert_uint_eq(out->rows[i], rows[i]);
}
#define ROWS(out, ...)                                                                             \
    check_rows((out), sizeof((uint32_t[]){ __VA_ARGS__ }) / sizeof(uint32_t),                      \
               (uint32_t[]){ __VA_ARGS__ })

START_TEST(test_first)
{
    struct rd_answer out = remedy("'hit':'first'", "", "key", 12);
    ROWS(&out, 0);
    ck_assert(out.matched);
    ck_assert_str_eq(out.outputs[0].text, "letter");
    ck_assert_int_eq(out.outputs[1].integer, 100);
    out = remedy("'hit':'first'", "", "key", 1);
    ROWS(&out, 1);
    ck_assert_int_eq(out.outputs[1].integer, RD_MONEY_UNLIMITED);
    out = remedy("'hit':'first'", "", "ordinary", 1);
    ck_assert(!out.matched);
    ck_assert_uint_eq(out.row_count, 0);
    ck_assert_int_eq(out.outputs[0].kind, RD_NULL);
    ck_assert_int_eq(out.outputs[1].kind, RD_NULL);
    out = remedy("'hit':'first'", ",'otherwise':{'offer':'gift','limit':'0'}", "ordinary", 1);
    ck_assert(out.matched);
    ck_assert_uint_eq(out.row_count, 0);
    ck_assert_str_eq(out.outputs[0].text, "gift");
    out = remedy("'hit':'first'", "", NULL, 21); /* an empty tier is not ordinary */
    ROWS(&out, 0);
}
END_TEST

START_TEST(test_priority)
{
    struct rd_answer out = remedy("'hit':'priority'", "", "key", 30);
    ROWS(&out, 1); /* rows 2 and 4 both refund: the earlier one */
    out = remedy("'hit':'priority'", "", "quality", 12);
    ROWS(&out, 2);
    ck_assert_str_eq(out.outputs[0].text, "gift");
    out = remedy("'hit':'priority'", "", "quality", 21);
    ROWS(&out, 3);
    out = remedy("'hit':'priority'", "", "ordinary", 1);
    ck_assert(!out.matched);
}
END_TEST

START_TEST(test_rule_order_and_collect)
{
    static const char *const policies[] = { "'hit':'rule order'", "'hit':'collect'",
                                            "'hit':'collect','aggregate':'list'" };
    for (int i = 0; i < 3; i++) {
        struct rd_answer out = remedy(policies[i], "", "key", 30);
        ROWS(&out, 0, 1, 2, 3);
        ck_assert_int_eq(out.outputs[0].kind, RD_LIST);
        ck_assert_uint_eq(out.outputs[0].count, 4);
        ck_assert_str_eq(out.outputs[0].items[0].text, "letter");
        ck_assert_int_eq(out.outputs[1].items[3].integer, 200);
        out = remedy(policies[i], "", "ordinary", 1);
        ck_assert(!out.matched);
        ck_assert_int_eq(out.outputs[0].kind, RD_LIST);
        ck_assert_uint_eq(out.outputs[1].count, 0);
        out = remedy(policies[i], ",'otherwise':{'offer':'gift','limit':'3'}", "ordinary", 1);
        ck_assert(out.matched);
        ck_assert_uint_eq(out.row_count, 0);
        ck_assert_uint_eq(out.outputs[1].count, 1);
        ck_assert_int_eq(out.outputs[1].items[0].integer, 300);
    }
}
END_TEST

START_TEST(test_output_order)
{
    struct rd_answer out = remedy("'hit':'output order'", "", "key", 30);
    ROWS(&out, 1, 3, 2, 0);
    ck_assert_str_eq(out.outputs[0].items[0].text, "refund");
    ck_assert_str_eq(out.outputs[0].items[2].text, "gift");
    ck_assert_int_eq(out.outputs[1].items[3].integer, 100);
    out = remedy("'hit':'output order'", "", "ordinary", 10);
    ROWS(&out, 0);
}
END_TEST

#define STALE_HEAD                                                                                 \
    "'inputs':[{'name':'tier','kind':'choice','items':['a','b'],'required':true}],"                \
    "'outputs':[{'name':'y','kind':'integer'}],"                                                   \
    "'rows':[{'when':{'tier':'not a'},'give':{'y':1}},{'when':{'tier':'not b'},'give':{'y':%d}}]}"

/* A tier that the policy no longer knows is neither a nor b: the only way past the check. */
START_TEST(test_unique_and_any_fault)
{
    struct rd_value a = rd_text("a"), stale = rd_text("c");
    struct rd_answer out;
    struct rd_error error = RD_ERROR_NONE;
    const struct rd_decision *unique =
        built(rd_arena_printf(&arena, "{'hit':'unique'," STALE_HEAD, 2));
    out = answer(unique, &a);
    ROWS(&out, 1);
    ck_assert_int_eq(rd_decision_evaluate(unique, &stale, &arena, &out, &error), RD_POLICY_FAULT);
    ck_assert_str_eq(error.text, "decision 'd': rows 1 and 2 both match");
    ck_assert_str_eq(error.where, "rules/d.lua:12");
    const struct rd_decision *any = built(rd_arena_printf(&arena, "{'hit':'any'," STALE_HEAD, 2));
    ck_assert_int_eq(rd_decision_evaluate(any, &stale, &arena, &out, &error), RD_POLICY_FAULT);
    ck_assert_str_eq(error.text, "decision 'd': rows 1 and 2 both match and differ");
    const struct rd_decision *same = built(rd_arena_printf(&arena, "{'hit':'any'," STALE_HEAD, 1));
    out = answer(same, &stale);
    ROWS(&out, 0, 1);
    ck_assert_int_eq(out.outputs[0].integer, 1);
}
END_TEST

START_TEST(test_table_without_inputs)
{
    const struct rd_decision *fixed = built(
        "{'outputs':[{'name':'y','kind':'duration'}],'rows':[{'give':{'y':'5 business days'}}]}");
    struct rd_answer out = answer(fixed, NULL);
    ROWS(&out, 0);
    ck_assert_str_eq(out.outputs[0].text, "5 business days");
    const struct rd_decision *constant =
        built("{'outputs':[{'name':'y','kind':'integer'}],'otherwise':{'y':3}}");
    out = answer(constant, NULL);
    ck_assert(out.matched);
    ck_assert_int_eq(out.outputs[0].integer, 3);
    ck_assert_uint_eq(findings.warnings, 0);
}
END_TEST

/* ---- aggregates ---- */

/* A row an output, all of which match. */
static const struct rd_decision *collect(const char *aggregate, const char *kind,
                                         const char *outputs)
{
    struct rd_value spec = parse(rd_arena_printf(
        &arena,
        "{'hit':'collect','aggregate':'%s','inputs':[{'name':'x','kind':'boolean'}],"
        "'outputs':[{'name':'y','kind':'%s'}],'rows':[]}",
        aggregate, kind));
    struct rd_value list = parse(outputs), rows = rd_list();
    for (uint32_t i = 0; i < list.count; i++) {
        struct rd_value row = parse("{'when':{'x':true},'give':{}}");
        rd_map_set(&arena, (struct rd_value *)(uintptr_t)rd_map_get(&row, "give"), "y",
                   list.items[i]);
        rd_list_add(&arena, &rows, row);
    }
    rd_map_set(&arena, &spec, "rows", rows);
    struct rd_decision *out = rd_arena_zalloc(&arena, 1, sizeof(*out));
    bool done = build_spec(&spec, out);
    ck_assert_msg(done, "%s", done ? "" : findings.first->text);
    return out;
}

static struct rd_value aggregate(const char *how, const char *kind, const char *outputs)
{
    struct rd_value yes = rd_bool(true);
    const struct rd_decision *decision = collect(how, kind, outputs);
    struct rd_answer out = answer(decision, &yes);
    ck_assert_uint_eq(out.row_count, decision->row_count);
    ck_assert(out.matched);
    return out.outputs[0];
}

START_TEST(test_aggregates)
{
    ck_assert_int_eq(aggregate("sum", "integer", "[1,2,-5]").integer, -2);
    ck_assert_int_eq(aggregate("min", "integer", "[1,-5,2]").integer, -5);
    ck_assert_int_eq(aggregate("max", "integer", "[1,-5,2]").integer, 2);
    ck_assert_int_eq(aggregate("count", "integer", "[1,-5,2]").integer, 3);
    ck_assert_int_eq(aggregate("count", "text", "['a','a']").integer, 2);
    ck_assert(aggregate("sum", "number", "[0.5,2]").real == 2.5);
    ck_assert(aggregate("min", "number", "[0.5,-2]").real == -2);
    ck_assert(aggregate("max", "number", "[0.5,-2]").real == 0.5);
    ck_assert_int_eq(aggregate("sum", "money", "['1.10','2.25']").integer, 335);
    ck_assert_int_eq(aggregate("sum", "money", "['1.10','unlimited','-5']").integer,
                     RD_MONEY_UNLIMITED);
    ck_assert_int_eq(aggregate("sum", "money", "['unlimited','unlimited']").integer,
                     RD_MONEY_UNLIMITED);
    ck_assert_int_eq(aggregate("max", "money", "['1.10','unlimited']").integer, RD_MONEY_UNLIMITED);
    ck_assert_int_eq(aggregate("min", "money", "['1.10','unlimited']").integer, 110);
    /* beyond the range on the way, but not at the end */
    ck_assert_int_eq(aggregate("sum", "integer", "[9223372036854775807,1,-2]").integer,
                     INT64_MAX - 1);
}
END_TEST

START_TEST(test_aggregates_of_nothing)
{
    struct rd_value no = rd_bool(false);
    static const char *const nulls[] = { "sum", "min", "max" };
    for (int i = 0; i < 3; i++) {
        struct rd_answer out = answer(collect(nulls[i], "integer", "[1]"), &no);
        ck_assert(!out.matched);
        ck_assert_int_eq(out.outputs[0].kind, RD_NULL);
    }
    struct rd_answer out = answer(collect("count", "integer", "[1]"), &no);
    ck_assert(!out.matched);
    ck_assert_int_eq(out.outputs[0].integer, 0);
    const struct rd_decision *sum =
        built("{'hit':'collect','aggregate':'sum','inputs':[" F_BOOLEAN "],'outputs':[{'name':'y',"
              "'kind':'integer'}],'rows':[{'when':{'x':true},'give':{'y':1}}],"
              "'otherwise':{'y':7}}");
    out = answer(sum, &no);
    ck_assert(out.matched);
    ck_assert_int_eq(out.outputs[0].integer, 7);
}
END_TEST

START_TEST(test_sums_that_do_not_fit)
{
    static const struct {
        const char *kind, *outputs;
    } sums[] = { { "integer", "[9223372036854775807,1]" },
                 { "integer", "[-9223372036854775808,-1]" },
                 { "money", "['92233720368547758.06','0.02']" },
                 { "money", "['92233720368547758.06','0.01']" }, /* would read as unlimited */
                 { "number", "[1e308,1e308]" } };
    struct rd_value yes = rd_bool(true);
    for (size_t i = 0; i < sizeof(sums) / sizeof(sums[0]); i++) {
        struct rd_answer out;
        struct rd_error error = RD_ERROR_NONE;
        const struct rd_decision *decision = collect("sum", sums[i].kind, sums[i].outputs);
        ck_assert_int_eq(rd_decision_evaluate(decision, &yes, &arena, &out, &error),
                         RD_POLICY_FAULT);
        ck_assert_str_eq(error.text, "decision 'd': the sum of 'y' does not fit");
    }
}
END_TEST

/* ---- the head, fields, rows ---- */

#define Y "'outputs':[{'name':'y','kind':'integer','line':5}]"
#define X "'inputs':[{'name':'x','kind':'integer','line':4}]"
#define ROW "'rows':[{'when':{'x':1},'give':{'y':1}}]"

static const struct {
    int line;
    const char *spec, *text;
} bad_tables[] = {
    { 1, "{'name':''," X "," Y "," ROW "}", "a decision needs a name" },
    { 1, "{'hit':'fist'," X "," Y "," ROW "}", "no hit 'fist'; did you mean 'first'?" },
    { 1, "{'hit':'collect','aggregate':'avg'," X "," Y "," ROW "}", "no aggregate 'avg'" },
    { 1, "{'hit':'first','aggregate':'sum'," X "," Y "," ROW "}",
      "aggregate goes with hit = \"collect\" only" },
    { 1, "{" X "," Y "}", "a decision needs rows" },
    { 1, "{" X "," Y ",'rows':[]}", "a decision needs rows" },
    { 1, "{" X "," ROW "}", "a decision needs at least one output" },
    { 4, "{'inputs':[{'name':'x','kind':'intger','line':4}]," Y "," ROW "}",
      "field 'x': no type 'intger'; did you mean 'integer'?" },
    { 4, "{'inputs':[{'name':'x','kind':'list','of':{'kind':'text'},'line':4}]," Y "," ROW "}",
      "input 'x': a list can be no input" },
    { 5, "{'inputs':[{'name':'y','kind':'integer','line':4}]," Y "," ROW "}",
      "'y' occurs twice among inputs and outputs" },
    { 4,
      "{'inputs':[{'name':'x','kind':'integer'},{'name':'x','kind':'text','line':4}]," Y "," ROW
      "}",
      "'x' occurs twice among inputs and outputs" },
    { 5, "{'hit':'priority'," X "," Y "," ROW "}",
      "hit = \"priority\" goes by the first output's choices, but 'y' is of type integer" },
    { 5, "{'hit':'output order'," X "," Y "," ROW "}",
      "hit = \"output order\" goes by the first output's choices, but 'y' is of type integer" },
    { 5,
      "{'hit':'collect','aggregate':'max'," X ",'outputs':[{'name':'y','kind':'text','line':5}]"
      "," ROW "}",
      "max needs integers, numbers or money, but 'y' is of type text" },
    { 1, "{'hit':'collect','aggregate':'count'," X "," Y "," ROW ",'otherwise':{'y':1}}",
      "otherwise has no use with count: no matching row is 0" },
    { 11, "{" X "," Y ",'rows':[{'when':{'z':1},'give':{'y':1}}]}", "row 1: no input 'z'" },
    { 11,
      "{'inputs':[{'name':'years','kind':'integer'}]," Y
      ",'rows':[{'id':'old','when':{'year':1},'give':{'y':1}}]}",
      "row 'old': no input 'year'; did you mean 'years'?" },
    { 11, "{" X "," Y ",'rows':[{'when':{'x':1},'give':{'y':1,'q':1}}]}", "row 1: no output 'q'" },
    { 11, "{" X "," Y ",'rows':[{'when':{'x':1},'give':{}}]}", "row 1 gives no y" },
    { 11, "{" X "," Y ",'rows':[{'when':{'x':1},'give':{'y':null}}]}", "row 1 gives no y" },
    { 11, "{" X "," Y ",'rows':[{'when':{'x':1},'give':{'y':'a'}}]}",
      "row 1: y must be a whole number" },
    { 1, "{" X "," Y "," ROW ",'otherwise':{}}", "otherwise gives no y" },
    { 1, "{" X "," Y "," ROW ",'otherwise':{'y':'a'}}", "otherwise: y must be a whole number" },
    { 12,
      "{" X "," Y ",'rows':[{'id':'a','when':{'x':1},'give':{'y':1}},{'id':'a','when':{'x':2},"
      "'give':{'y':1}}]}",
      "two rows have the id 'a'" },
};

START_TEST(test_table_refused)
{
    struct rd_decision out;
    ck_assert(!build(bad_tables[_i].spec, &out));
    expect(true, bad_tables[_i].line, bad_tables[_i].text);
    ck_assert_uint_eq(findings.errors, 1);
}
END_TEST

START_TEST(test_all_findings_at_once)
{
    struct rd_decision out;
    ck_assert(!build("{" X "," Y ",'rows':[{'when':{'x':'a'},'give':{}},{'when':{'x':'9..3'},"
                     "'give':{'y':'b'}}]}",
                     &out));
    ck_assert_uint_eq(findings.errors, 4);
    expect(true, 11, "row 1: x must be a whole number");
    expect(true, 11, "row 1 gives no y");
    expect(true, 12, "row 2: x must not be an empty range (\"9..3\")");
    expect(true, 12, "row 2: y must be a whole number");
}
END_TEST

START_TEST(test_head_is_kept)
{
    const struct rd_decision *decision =
        built("{'name':'customer.tier','title':'Tier','owner':'ben','hit':'first'," X "," Y
              ",'rows':[{'id':'one','title':{'en':'One'},'when':{'x':1},'give':{'y':1}},"
              "{'give':{'y':2}}]}");
    ck_assert_str_eq(decision->name, "customer.tier");
    ck_assert_str_eq(decision->owner, "ben");
    ck_assert_str_eq(decision->title.text, "Tier");
    ck_assert_str_eq(decision->file, "rules/d.lua");
    ck_assert_int_eq(decision->line, 1);
    ck_assert_str_eq(decision->rows[0].id, "one");
    ck_assert_str_eq(decision->rows[1].id, "row 2");
    ck_assert_int_eq(decision->rows[1].line, 12);
    ck_assert_str_eq(rd_map_text(&decision->rows[0].title, "en", ""), "One");
    ck_assert_int_eq(built("{" X "," Y "," ROW "}")->hit, RD_HIT_UNIQUE); /* the standard's */
}
END_TEST

/* ---- overlaps, hidden rows, gaps ---- */

START_TEST(test_unique_overlap)
{
    struct rd_decision out;
    ck_assert(!build(
        "{'hit':'unique','inputs':[{'name':'remedy','kind':'choice','items':['refund','gift']},"
        "{'name':'role','kind':'choice','items':['staff','handler']},"
        "{'name':'tier','kind':'choice','items':['key','ordinary']},{'name':'n','kind':'integer'}],"
        "'outputs':[{'name':'y','kind':'integer'}],'rows':["
        "{'when':{'remedy':'refund','role':'handler'},'give':{'y':1}},"
        "{'when':{'remedy':'gift'},'give':{'y':1}},"
        "{'when':{'remedy':['refund'],'role':'not staff','tier':'key'},'give':{'y':1}}]}",
        &out));
    expect(true, 13, "rows 1 and 3 overlap: remedy = refund, role = handler, tier = key");
    ck_assert_uint_eq(findings.errors, 1);
}
END_TEST

/* The example of two cells that meet. */
static const struct {
    const char *field, *a, *b, *example;
} meetings[] = {
    { F_INTEGER, "'1..9'", "'> 5'", "x = 6" },
    { F_INTEGER, "'< 5'", "'< 9'", "x = 0" },
    { F_INTEGER, "'< -5'", "'< -3'", "x = -6" },
    { F_INTEGER, "'not 0'", "'-3..3'", "x = 1" },
    { F_INTEGER, "[1,5,9]", "'4..6'", "x = 5" },
    { F_INTEGER, "[1,5,9]", "[3,9]", "x = 9" },
    { F_INTEGER, "'not 1..5'", "'not 0'", "x = 6" },
    { F_INTEGER, "null", "'7'", "x = 7" },
    { F_INTEGER, "[-5,-4]", "'not -5'", "x = -4" },
    { F_NUMBER, "'0.1..1'", "'(0.5..2]'", "x = 0.50000000000000011" },
    { F_NUMBER, "'0.1..1'", "'0.25..2'", "x = 0.25" },
    { F_MONEY, "'<= 100.00'", "'>= 100.00'", "x = 100.00" },
    { F_MONEY, "'unlimited'", "'> 5'", "x = unlimited" },
    { F_BOOLEAN, "true", "'not false'", "x = true" },
    { F_BOOLEAN, "'not true'", "'not false'", "x is empty" },
    { F_DATE, "'>= 2026-03-06'", "'not 2026-03-06'", "x = 2026-03-07" },
    { F_INSTANT, "'> 2026-03-06T08:00:00Z'", "null", "x = 2026-03-06T08:00:00.001Z" },
    { F_TEXT, "'not a'", "'not b'", "x = anything else" },
    { F_TEXT, "'not a'", "['a','b']", "x = b" },
    { F_DURATION, "'4 hours'", "'4 hours'", "x = 4 hours" },
    { F_CHOICE, "'not key'", "['key','ordinary']", "x = ordinary" },
    { F_REFERENCE, "'3-17'", "['3-17','3-18']", "x = 3-17" },
    { F_REFERENCE, "'40000-1'", "['40000-1','3-18']", "x = 40000-1" },
    { F_ACCOUNT, "'ben'", "'not eve'", "x = ben" },
    { F_INTEGER, "null", "null", "any input" },
};

START_TEST(test_overlap_examples)
{
    struct rd_decision out;
    const char *spec = rd_arena_printf(&arena,
                                       "{'hit':'unique','inputs':[%s]," Y
                                       ",'rows':[{'when':{'x':%s},'give':{'y':1}},{'when':{'x':%s},"
                                       "'give':{'y':1}}]}",
                                       meetings[_i].field, meetings[_i].a, meetings[_i].b);
    ck_assert(!build(spec, &out));
    ck_assert_uint_eq(findings.errors, 1);
    expect(true, 12, rd_arena_printf(&arena, "rows 1 and 2 overlap: %s", meetings[_i].example));
}
END_TEST

START_TEST(test_any_overlap)
{
    struct rd_decision out;
    ck_assert(!build("{'hit':'any'," X "," Y ",'rows':[{'when':{'x':'1..5'},'give':{'y':1}},"
                     "{'when':{'x':'3..7'},'give':{'y':1}},{'when':{'x':'5..9'},'give':{'y':2}}]}",
                     &out));
    expect(true, 13, "rows 1 and 3 overlap and differ: x = 5");
    expect(true, 13, "rows 2 and 3 overlap and differ: x = 5");
    ck_assert_uint_eq(findings.errors, 2);
}
END_TEST

START_TEST(test_first_hidden)
{
    struct rd_decision out;
    ck_assert(build("{'hit':'first'," X "," Y ",'rows':[{'when':{'x':'1..9'},'give':{'y':1}},"
                    "{'when':{'x':[3,9]},'give':{'y':2}},{'when':{'x':[3,10]},'give':{'y':3}},"
                    "{'when':{'x':'not 3'},'give':{'y':4}},{'when':{},'give':{'y':5}},"
                    "{'when':{'x':'> 50'},'give':{'y':6}}]}",
                    &out));
    expect(false, 12, "row 2 can never be reached: row 1 before it is at least as wide");
    expect(false, 16, "row 6 can never be reached: row 4 before it is at least as wide");
    ck_assert_uint_eq(findings.warnings, 2);
}
END_TEST

START_TEST(test_gap)
{
    struct rd_decision out;
    ck_assert(build("{'hit':'first','inputs':[" F_CHOICE ",{'name':'n','kind':'integer','min':0}],"
                    "'outputs':[{'name':'y','kind':'integer'}],'rows':["
                    "{'when':{'x':['key','ordinary']},'give':{'y':1}},"
                    "{'when':{'x':'quality','n':'0..4'},'give':{'y':1}},"
                    "{'when':{'n':'> 5'},'give':{'y':1}}]}",
                    &out));
    expect(false, 1, "no row matches x = quality, n = 5, and there is no otherwise");
    ck_assert_uint_eq(findings.warnings, 1);
}
END_TEST

START_TEST(test_gap_of_texts)
{
    struct rd_decision out;
    ck_assert(build("{'hit':'unique','inputs':[" F_TEXT "]," Y ",'rows':["
                    "{'when':{'x':'a'},'give':{'y':1}},{'when':{'x':'b'},'give':{'y':1}}]}",
                    &out));
    expect(false, 1, "no row matches x = anything else, and there is no otherwise");
}
END_TEST

START_TEST(test_no_gap)
{
    static const char *const whole[] = {
        "{'hit':'priority','inputs':[" F_BOOLEAN "],'outputs':[{'name':'y','kind':'choice','items'"
        ":['a']}],'rows':[{'when':{'x':true},'give':{'y':'a'}},{'when':{'x':false},'give':{'y':"
        "'a'}}]}",
        "{'hit':'unique'," X "," Y ",'rows':[{'when':{'x':'<= 3'},'give':{'y':1}},{'when':{'x':"
        "'> 3'},'give':{'y':1}}]}",
        "{'hit':'unique'," X "," Y ",'rows':[{'when':{'x':'3'},'give':{'y':1}}],'otherwise':{'y':"
        "1}}",
        "{'hit':'collect'," X "," Y ",'rows':[{'when':{'x':'3'},'give':{'y':1}}]}",
    };
    for (int i = 0; i < 4; i++)
        built(whole[i]);
    ck_assert_uint_eq(findings.warnings, 0);
}
END_TEST

/* ---- limits, large tables ---- */

/* `count` rows whose cell for x is printed from FORMAT with the row's number; y is the number. */
static struct rd_value large(const char *hit, const char *kind, uint32_t count, const char *format)
{
    struct rd_value spec = parse(rd_arena_printf(
        &arena,
        "{'hit':'%s','inputs':[{'name':'x','kind':'%s'}]," Y ",'otherwise':{'y':-1},'rows':[]}",
        hit, kind));
    struct rd_value rows = rd_list();
    for (uint32_t i = 0; i < count; i++) {
        struct rd_value row = rd_map(), when = rd_map(), give = rd_map();
        char text[64];
        snprintf(text, sizeof(text), format, i, i);
        rd_map_add(&arena, &when, "x", rd_text_copy(&arena, text, strlen(text)));
        rd_map_add(&arena, &give, "y", rd_int(i));
        rd_map_add(&arena, &row, "when", when);
        rd_map_add(&arena, &row, "give", give);
        rd_list_add(&arena, &rows, row);
    }
    rd_map_set(&arena, &spec, "rows", rows);
    return spec;
}

START_TEST(test_most_rows)
{
    struct rd_decision out;
    struct rd_value spec = large("unique", "text", RD_DECISION_ROWS_MAX, "name %u");
    ck_assert(build_spec(&spec, &out));
    ck_assert_uint_eq(findings.errors + findings.warnings, 0);
    for (uint32_t i = 0; i < RD_DECISION_ROWS_MAX; i += 997) {
        char text[32];
        snprintf(text, sizeof(text), "name %u", i);
        struct rd_value x = rd_text(text);
        struct rd_answer found = answer(&out, &x);
        ROWS(&found, i);
        ck_assert_int_eq(found.outputs[0].integer, i);
    }
    struct rd_value other = rd_text("name"), none = rd_null();
    ck_assert_int_eq(answer(&out, &other).outputs[0].integer, -1);
    ck_assert_int_eq(answer(&out, &none).outputs[0].integer, -1);
}
END_TEST

START_TEST(test_too_many_rows)
{
    struct rd_decision out;
    struct rd_value spec = large("unique", "text", RD_DECISION_ROWS_MAX + 1, "name %u");
    ck_assert(!build_spec(&spec, &out));
    ck_assert_uint_eq(findings.errors, 1);
    expect(true, 1, "20001 rows: 20000 are the most");
}
END_TEST

START_TEST(test_too_many_inputs)
{
    struct rd_value spec = parse("{'inputs':[]," Y ",'rows':[{'give':{'y':1}}]}");
    struct rd_value inputs = rd_list();
    for (int i = 0; i <= RD_DECISION_INPUTS_MAX; i++) {
        struct rd_value input = parse("{'kind':'boolean'}");
        rd_map_set(&arena, &input, "name", rd_text(rd_arena_printf(&arena, "x%d", i)));
        rd_list_add(&arena, &inputs, input);
    }
    struct rd_decision out;
    rd_map_set(&arena, &spec, "inputs", inputs);
    ck_assert(!build_spec(&spec, &out));
    expect(true, 1, "33 inputs: 32 are the most");
    inputs.count--;
    rd_findings_init(&findings, &arena);
    rd_map_set(&arena, &spec, "inputs", inputs);
    ck_assert(build_spec(&spec, &out));
    struct rd_value values[RD_DECISION_INPUTS_MAX];
    for (int i = 0; i < RD_DECISION_INPUTS_MAX; i++)
        values[i] = i % 2 ? rd_null() : rd_bool(true);
    struct rd_answer found = answer(&out, values);
    ROWS(&found, 0);
}
END_TEST

START_TEST(test_too_many_outputs)
{
    struct rd_value spec = parse("{'outputs':[],'rows':[{'give':{}}]}"), outputs = rd_list();
    for (int i = 0; i <= RD_DECISION_INPUTS_MAX; i++) {
        struct rd_value output = parse("{'kind':'boolean'}");
        rd_map_set(&arena, &output, "name", rd_text(rd_arena_printf(&arena, "y%d", i)));
        rd_list_add(&arena, &outputs, output);
    }
    struct rd_decision out;
    rd_map_set(&arena, &spec, "outputs", outputs);
    ck_assert(!build_spec(&spec, &out));
    expect(true, 1, "33 outputs: 32 are the most");
}
END_TEST

START_TEST(test_ranges_side_by_side)
{
    struct rd_decision out;
    struct rd_value spec = large("unique", "integer", 10000, "%u000..%u999");
    ck_assert(build_spec(&spec, &out));
    struct rd_value x = rd_int(7777777);
    struct rd_answer found = answer(&out, &x);
    ROWS(&found, 7777);
}
END_TEST

START_TEST(test_overlaps_are_told_up_to_a_hundred)
{
    struct rd_decision out;
    struct rd_value spec = large("unique", "integer", 200, "0..%u");
    ck_assert(!build_spec(&spec, &out));
    ck_assert_uint_eq(findings.errors, RD_DECISION_OVERLAPS_MAX);
    expect(false, 1, "100 pairs of rows overlap; further ones are not looked for");
}
END_TEST

/* Each row a little wider than the one before: none is hidden, and only comparing all pairs can
 * tell. */
START_TEST(test_pairs_are_bounded)
{
    struct rd_value spec = large("first", "integer", 11000, "0..%u");
    struct rd_decision out;
    ck_assert(build_spec(&spec, &out));
    expect(false, 1,
           "only 50000000 of 60494500 pairs of rows were compared: an input with exact values in "
           "most rows would make it fewer");
    ck_assert_uint_eq(findings.warnings, 1);
}
END_TEST

/* Every value has its row, so that there is no gap to be found. */
START_TEST(test_gap_search_is_bounded)
{
    struct rd_value spec = large("unique", "integer", RD_DECISION_ROWS_MAX, "%u");
    rd_map_remove(&spec, "otherwise");
    struct rd_value *inputs = (struct rd_value *)(uintptr_t)rd_map_list(&spec, "inputs");
    rd_map_set(&arena, &inputs->items[0], "min", rd_int(0));
    rd_map_set(&arena, &inputs->items[0], "max", rd_int(RD_DECISION_ROWS_MAX - 1));
    struct rd_decision out;
    ck_assert(build_spec(&spec, &out));
    expect(false, 1, "too large to be searched for gaps; give it an otherwise");
}
END_TEST

START_TEST(test_errors_end_somewhere)
{
    struct rd_decision out;
    struct rd_value spec = large("unique", "money", RD_DECISION_ROWS_MAX, "bad %u");
    ck_assert(!build_spec(&spec, &out));
    ck_assert_uint_eq(findings.errors, 1000);
}
END_TEST

/* ---- random tables against an evaluator of the test's own ---- */

/* All types play on one small stage of steps: cells stand on even ones, inputs on any, so that what
 * lies between two cells is met as well. Types without order have as many values as they have. */
#define STEPS 16
#define STEP_NONE (-100) /* no value */
#define ROWS_MAX 48
#define COLUMNS_MAX 3

enum form { FORM_ANY, FORM_ONE, FORM_LIST, FORM_RANGE, FORM_BELOW, FORM_ABOVE, FORM_COUNT };

struct plain_cell {
    enum form form;
    bool negate, open_low, open_high; /* BELOW, ABOVE: open_low is "without the bound" */
    int a, b;
    unsigned set; /* LIST: a bit a value */
};

struct plain_table {
    int column_count, row_count;
    enum rd_type_kind kinds[COLUMNS_MAX];
    bool required[COLUMNS_MAX], exact[COLUMNS_MAX];
    struct plain_cell cells[ROWS_MAX][COLUMNS_MAX];
    int choice[ROWS_MAX], amount[ROWS_MAX]; /* outputs; amount -1: unlimited */
};

static uint64_t random_state;

static unsigned random_below(unsigned n)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return (unsigned)(random_state >> 33) % n;
}

static bool plain_ordered(enum rd_type_kind kind)
{
    return kind == RD_TYPE_INTEGER || kind == RD_TYPE_NUMBER || kind == RD_TYPE_MONEY ||
           kind == RD_TYPE_DATE || kind == RD_TYPE_INSTANT;
}

/* How many values a cell may name; unordered types number them 0, 1, 2, ... */
static int plain_values(enum rd_type_kind kind)
{
    if (plain_ordered(kind))
        return STEPS / 2;
    return kind == RD_TYPE_BOOLEAN ? 2 : kind == RD_TYPE_CHOICE ? 3 : 5;
}

/* The value of a step, as the policy writes it. */
static const char *plain_text(enum rd_type_kind kind, int step)
{
    switch (kind) {
    case RD_TYPE_INTEGER:
        return rd_arena_printf(&arena, "%d", step - 4);
    case RD_TYPE_NUMBER:
        return rd_arena_printf(&arena, "%g", step * 0.5 - 2);
    case RD_TYPE_MONEY:
        return rd_arena_printf(&arena, "%s%d.%02d", step < 4 ? "-" : "", abs(step - 4) / 4,
                               abs(step - 4) % 4 * 25);
    case RD_TYPE_DATE:
        return rd_arena_printf(&arena, "2026-03-%02d", step + 5);
    case RD_TYPE_INSTANT:
        return rd_arena_printf(&arena, "2026-03-%02dT08:00:00Z", step + 5);
    case RD_TYPE_BOOLEAN:
        return step ? "true" : "false";
    case RD_TYPE_DURATION:
        return rd_arena_printf(&arena, "%d hours", step + 1);
    case RD_TYPE_REFERENCE:
        return rd_arena_printf(&arena, "%d-7", step * 9000);
    case RD_TYPE_TEXT:
    case RD_TYPE_CHOICE:
    case RD_TYPE_ACCOUNT:
    case RD_TYPE_UNIT:
    case RD_TYPE_LIST:
        break;
    }
    return rd_arena_printf(&arena, "%.*s", step + 1, "abcdefgh");
}

static struct rd_value plain_outside(enum rd_type_kind kind, int step)
{
    const char *text = plain_text(kind, step);
    if (kind == RD_TYPE_BOOLEAN)
        return rd_bool(step != 0);
    if (kind == RD_TYPE_INTEGER)
        return rd_int(step - 4);
    if (kind == RD_TYPE_NUMBER)
        return rd_real(step * 0.5 - 2);
    return rd_text(text);
}

static struct plain_cell plain_random_cell(enum rd_type_kind kind, bool exact)
{
    int values = plain_values(kind), scale = plain_ordered(kind) ? 2 : 1;
    struct plain_cell cell = { .form = FORM_ONE };
    if (!exact || random_below(20) == 0)
        cell.form = (enum form)random_below(plain_ordered(kind) ? FORM_COUNT : FORM_RANGE);
    cell.a = (int)random_below((unsigned)values) * scale;
    if (cell.form == FORM_ONE && !exact)
        cell.negate = random_below(3) == 0;
    if (cell.form == FORM_LIST)
        cell.set = 1 + random_below((1u << values) - 1);
    if (cell.form == FORM_RANGE) {
        cell.negate = random_below(4) == 0;
        cell.b = cell.a + (int)random_below(4) * scale;
        cell.open_low = cell.b > cell.a && random_below(2);
        cell.open_high = cell.b > cell.a && random_below(2);
    }
    if (cell.form == FORM_BELOW || cell.form == FORM_ABOVE)
        cell.open_low = random_below(2);
    return cell;
}

static bool plain_takes(const struct plain_cell *cell, enum rd_type_kind kind, int step)
{
    bool in = false;
    if (cell->form == FORM_ANY)
        return true;
    if (step == STEP_NONE)
        return cell->negate;
    switch (cell->form) {
    case FORM_ANY:
    case FORM_COUNT:
        break;
    case FORM_ONE:
        in = step == cell->a;
        break;
    case FORM_LIST:
        if (plain_ordered(kind))
            in = step >= 0 && step < STEPS && step % 2 == 0 && cell->set >> step / 2 & 1;
        else
            in = cell->set >> step & 1;
        break;
    case FORM_RANGE:
        in = (cell->open_low ? step > cell->a : step >= cell->a) &&
             (cell->open_high ? step < cell->b : step <= cell->b);
        break;
    case FORM_BELOW:
        in = cell->open_low ? step < cell->a : step <= cell->a;
        break;
    case FORM_ABOVE:
        in = cell->open_low ? step > cell->a : step >= cell->a;
        break;
    }
    return in != cell->negate;
}

static struct rd_value plain_written(const struct plain_cell *cell, enum rd_type_kind kind)
{
    const char *a = plain_text(kind, cell->a), *not = cell->negate ? "not " : "";
    struct rd_value list = rd_list();
    switch (cell->form) {
    case FORM_ANY:
    case FORM_COUNT:
        return rd_null();
    case FORM_ONE:
        return cell->negate ? rd_text(rd_arena_printf(&arena, "not %s", a))
                            : plain_outside(kind, cell->a);
    case FORM_LIST:
        for (int i = plain_values(kind) - 1; i >= 0; i--)
            if (cell->set >> i & 1)
                rd_list_add(&arena, &list, plain_outside(kind, plain_ordered(kind) ? 2 * i : i));
        return list;
    case FORM_RANGE:
        if (!cell->open_low && !cell->open_high)
            return rd_text(rd_arena_printf(&arena, "%s%s..%s", not, a, plain_text(kind, cell->b)));
        return rd_text(rd_arena_printf(&arena, "%s%c%s..%s%c", not, cell->open_low ? '(' : '[', a,
                                       plain_text(kind, cell->b), cell->open_high ? ')' : ']'));
    case FORM_BELOW:
        return rd_text(rd_arena_printf(&arena, "<%s %s", cell->open_low ? "" : "=", a));
    case FORM_ABOVE:
        return rd_text(rd_arena_printf(&arena, ">%s %s", cell->open_low ? "" : "=", a));
    }
    return rd_null();
}

static void plain_random_table(struct plain_table *table)
{
    static const enum rd_type_kind kinds[] = {
        RD_TYPE_INTEGER,   RD_TYPE_NUMBER,  RD_TYPE_MONEY,    RD_TYPE_DATE,
        RD_TYPE_INSTANT,   RD_TYPE_BOOLEAN, RD_TYPE_DURATION, RD_TYPE_CHOICE,
        RD_TYPE_REFERENCE, RD_TYPE_TEXT,    RD_TYPE_ACCOUNT,  RD_TYPE_UNIT,
    };
    bool large = random_below(3) == 0;
    table->column_count = 1 + (int)random_below(COLUMNS_MAX);
    table->row_count = large ? 32 + (int)random_below(ROWS_MAX - 32) : 1 + (int)random_below(6);
    for (int c = 0; c < table->column_count; c++) {
        table->kinds[c] = kinds[random_below(sizeof(kinds) / sizeof(kinds[0]))];
        table->required[c] = random_below(2);
        table->exact[c] = random_below(large ? 2 : 4) == 0;
    }
    for (int r = 0; r < table->row_count; r++) {
        for (int c = 0; c < table->column_count; c++)
            table->cells[r][c] = plain_random_cell(table->kinds[c], table->exact[c]);
        table->choice[r] = (int)random_below(3);
        table->amount[r] = (int)random_below(9) - 1;
    }
}

static const char *const plain_choices[] = { "p0", "p1", "p2" };

static struct rd_value plain_row(const struct plain_table *table, int r, bool with_choice)
{
    struct rd_value row = rd_map(), when = rd_map(), give = rd_map();
    static const char *const names[] = { "x0", "x1", "x2" };
    for (int c = 0; c < table->column_count; c++)
        rd_map_add(&arena, &when, names[c], plain_written(&table->cells[r][c], table->kinds[c]));
    if (with_choice)
        rd_map_add(&arena, &give, "choice", rd_text(plain_choices[table->choice[r]]));
    rd_map_add(&arena, &give, "amount",
               rd_text(table->amount[r] < 0 ? "unlimited"
                                            : rd_arena_printf(&arena, "%d", table->amount[r])));
    rd_map_add(&arena, &row, "when", when);
    rd_map_add(&arena, &row, "give", give);
    return row;
}

/* The table as the product's; findings begin anew. */
static bool plain_build(const struct plain_table *table, const char *hit, const char *how,
                        struct rd_decision *out)
{
    bool with_choice = strcmp(how, "list") == 0;
    struct rd_value spec = rd_map(), inputs = rd_list(), outputs = rd_list(), rows = rd_list();
    for (int c = 0; c < table->column_count; c++) {
        struct rd_value input =
            parse("{'of':'customer','items':['a','ab','abc']}"); /* each for the type that has it */
        rd_map_set(&arena, &input, "name", rd_text(rd_arena_printf(&arena, "x%d", c)));
        rd_map_set(&arena, &input, "kind", rd_text(rd_type_name(table->kinds[c])));
        rd_map_set(&arena, &input, "required", rd_bool(table->required[c]));
        rd_list_add(&arena, &inputs, input);
    }
    if (with_choice)
        rd_list_add(&arena, &outputs,
                    parse("{'name':'choice','kind':'choice','items':['p0','p1','p2']}"));
    rd_list_add(&arena, &outputs, parse("{'name':'amount','kind':'money'}"));
    for (int r = 0; r < table->row_count; r++)
        rd_list_add(&arena, &rows, plain_row(table, r, with_choice));
    rd_map_set(&arena, &spec, "hit", rd_text(hit));
    rd_map_set(&arena, &spec, "aggregate", rd_text(how));
    rd_map_set(&arena, &spec, "inputs", inputs);
    rd_map_set(&arena, &spec, "outputs", outputs);
    rd_map_set(&arena, &spec, "rows", rows);
    rd_findings_init(&findings, &arena);
    return build_spec(&spec, out);
}

static bool plain_row_takes(const struct plain_table *table, int r, const int *steps)
{
    for (int c = 0; c < table->column_count; c++)
        if (!plain_takes(&table->cells[r][c], table->kinds[c], steps[c]))
            return false;
    return true;
}

/* Steps of a column in turn: none (unless required), then all; a text beyond those that cells name
 * is the last. */
static bool plain_step(const struct plain_table *table, int c, int *step)
{
    bool ordered = plain_ordered(table->kinds[c]);
    int values = plain_values(table->kinds[c]);
    bool closed = table->kinds[c] == RD_TYPE_BOOLEAN || table->kinds[c] == RD_TYPE_CHOICE;
    int first = ordered ? -2 : 0, last = ordered ? STEPS + 6 : closed ? values - 1 : values;
    *step = *step == STEP_NONE ? first : *step + 1;
    return *step <= last;
}

static void plain_first(const struct plain_table *table, int *steps)
{
    for (int c = 0; c < table->column_count; c++) {
        steps[c] = STEP_NONE;
        if (table->required[c])
            plain_step(table, c, &steps[c]);
    }
}

/* The next combination of inputs. */
static bool plain_next(const struct plain_table *table, int *steps)
{
    for (int c = 0; c < table->column_count; c++) {
        if (plain_step(table, c, &steps[c]))
            return true;
        steps[c] = STEP_NONE;
        if (table->required[c])
            plain_step(table, c, &steps[c]);
    }
    return false;
}

struct plain_facts {
    bool overlap[ROWS_MAX][ROWS_MAX]; /* some input takes both, the smaller one first */
    bool beyond[ROWS_MAX][ROWS_MAX];  /* some input takes the first, but not the second */
    bool gap;
};

/* All inputs there are, one by one. */
static void plain_judge(const struct plain_table *table, struct plain_facts *facts)
{
    int steps[COLUMNS_MAX];
    memset(facts, 0, sizeof(*facts));
    plain_first(table, steps);
    do {
        bool takes[ROWS_MAX], any = false, whole = true;
        for (int r = 0; r < table->row_count; r++)
            any |= takes[r] = plain_row_takes(table, r, steps);
        for (int c = 0; c < table->column_count; c++)
            whole &= steps[c] != STEP_NONE;
        facts->gap |= whole && !any;
        for (int a = 0; a < table->row_count; a++)
            for (int b = 0; takes[a] && b < table->row_count; b++) {
                facts->overlap[a][b] |= takes[b];
                facts->beyond[a][b] |= !takes[b];
            }
    } while (plain_next(table, steps));
}

/* A finding that begins so. */
static bool found(const char *begin)
{
    for (const struct rd_finding *at = findings.first; at; at = at->next)
        if (strncmp(at->text, begin, strlen(begin)) == 0)
            return true;
    return false;
}

static void plain_check_overlaps(const struct plain_table *table, const struct plain_facts *facts,
                                 const char *hit, bool same_is_fine)
{
    struct rd_decision out;
    size_t pairs = 0;
    bool done = plain_build(table, hit, "list", &out);
    for (int a = 0; a < table->row_count; a++)
        for (int b = a + 1; b < table->row_count; b++) {
            bool same =
                table->choice[a] == table->choice[b] && table->amount[a] == table->amount[b];
            pairs += facts->overlap[a][b] && !(same_is_fine && same);
        }
    ck_assert_int_eq(done, pairs == 0);
    ck_assert_uint_eq(findings.errors,
                      pairs < RD_DECISION_OVERLAPS_MAX ? pairs : RD_DECISION_OVERLAPS_MAX);
    for (int a = 0; a < table->row_count && pairs < RD_DECISION_OVERLAPS_MAX; a++)
        for (int b = a + 1; b < table->row_count; b++) {
            bool same =
                table->choice[a] == table->choice[b] && table->amount[a] == table->amount[b];
            const char *begin = rd_arena_printf(&arena, "rows %d and %d overlap%s: ", a + 1, b + 1,
                                                same_is_fine ? " and differ" : "");
            ck_assert_int_eq(found(begin), facts->overlap[a][b] && !(same_is_fine && same));
        }
}

static void plain_check_first(const struct plain_table *table, const struct plain_facts *facts,
                              struct rd_decision *out)
{
    ck_assert(plain_build(table, "first", "list", out));
    for (int b = 0; b < table->row_count; b++) {
        int by = -1;
        for (int a = b - 1; a >= 0; a--)
            by = facts->beyond[b][a] ? by : a;
        const char *begin = rd_arena_printf(&arena, "row %d can never be reached: ", b + 1);
        ck_assert_int_eq(found(begin), by >= 0);
        begin = rd_arena_printf(&arena, "%srow %d before", begin, by + 1);
        ck_assert_int_eq(found(begin), by >= 0);
    }
    ck_assert_int_eq(found("no row matches"), facts->gap);
}

struct plain_hits {
    int rows[ROWS_MAX];
    size_t count;
};

static void plain_same_rows(const struct rd_answer *out, const struct plain_hits *hits)
{
    ck_assert_uint_eq(out->row_count, hits->count);
    ck_assert_int_eq(out->matched, hits->count > 0);
    for (size_t i = 0; i < hits->count; i++)
        ck_assert_uint_eq(out->rows[i], hits->rows[i]);
}

static int64_t plain_minor(int amount)
{
    return amount < 0 ? RD_MONEY_UNLIMITED : amount * 100;
}

/* What the policies that list give, and the choosing ones. */
static void plain_check_answer(const struct plain_table *table, struct rd_decision *decisions,
                               const struct rd_value *inputs, struct plain_hits hits)
{
    struct rd_answer first = answer(&decisions[0], inputs);
    struct rd_answer collect_all = answer(&decisions[1], inputs);
    plain_same_rows(&collect_all, &hits);
    for (size_t i = 0; i < hits.count; i++) {
        ck_assert_str_eq(collect_all.outputs[0].items[i].text,
                         plain_choices[table->choice[hits.rows[i]]]);
        ck_assert_int_eq(collect_all.outputs[1].items[i].integer,
                         plain_minor(table->amount[hits.rows[i]]));
    }
    int64_t sum = 0, min = RD_MONEY_UNLIMITED, max = -1;
    for (size_t i = 0; i < hits.count; i++) {
        int64_t minor = plain_minor(table->amount[hits.rows[i]]);
        sum = minor == RD_MONEY_UNLIMITED || sum == RD_MONEY_UNLIMITED ? RD_MONEY_UNLIMITED
                                                                       : sum + minor;
        min = minor < min ? minor : min;
        max = minor > max ? minor : max;
    }
    int64_t expected[] = { sum, min, max, (int64_t)hits.count };
    for (int i = 0; i < 4 && hits.count > 0; i++)
        ck_assert_int_eq(answer(&decisions[2 + i], inputs).outputs[0].integer, expected[i]);
    /* stable sorting by the choice, by hand */
    struct plain_hits sorted = { .count = 0 };
    for (int choice = 0; choice < 3; choice++)
        for (size_t i = 0; i < hits.count; i++)
            if (table->choice[hits.rows[i]] == choice)
                sorted.rows[sorted.count++] = hits.rows[i];
    struct rd_answer ordered = answer(&decisions[6], inputs);
    struct rd_answer best = answer(&decisions[7], inputs);
    plain_same_rows(&ordered, &sorted);
    sorted.count = hits.count > 0;
    plain_same_rows(&best, &sorted);
    hits.count = hits.count > 0;
    plain_same_rows(&first, &hits);
    if (hits.count > 0)
        ck_assert_int_eq(first.outputs[1].integer, plain_minor(table->amount[hits.rows[0]]));
}

static void plain_check_answers(const struct plain_table *table, struct rd_decision *decisions)
{
    int steps[COLUMNS_MAX];
    struct rd_arena kept = arena;
    plain_first(table, steps);
    unsigned stride = 1;
    for (int c = 1; c < table->column_count; c++)
        stride *= 9;
    do {
        if (random_below(stride) != 0)
            continue;
        struct rd_value inputs[COLUMNS_MAX];
        struct plain_hits hits = { .count = 0 };
        rd_arena_init(&arena); /* answers need not be kept */
        for (int c = 0; c < table->column_count; c++) {
            struct rd_value outside =
                steps[c] == STEP_NONE ? rd_null() : plain_outside(table->kinds[c], steps[c]);
            struct rd_type type = { .kind = table->kinds[c] };
            struct rd_error error = RD_ERROR_NONE;
            if (type.kind == RD_TYPE_CHOICE)
                inputs[c] = outside;
            else
                ck_assert_int_eq(rd_type_read(&type, &outside, &arena, &inputs[c], &error), RD_OK);
        }
        for (int r = 0; r < table->row_count; r++)
            if (plain_row_takes(table, r, steps))
                hits.rows[hits.count++] = r;
        plain_check_answer(table, decisions, inputs, hits);
        rd_arena_fini(&arena);
    } while (plain_next(table, steps));
    arena = kept;
}

START_TEST(test_random_tables)
{
    static const char *const policies[][2] = {
        { "first", "list" },        { "collect", "list" },  { "collect", "sum" },
        { "collect", "min" },       { "collect", "max" },   { "collect", "count" },
        { "output order", "list" }, { "priority", "list" },
    };
    random_state = UINT64_C(0x9E3779B97F4A7C15) * (uint64_t)(_i + 1);
    for (int turn = 0; turn < (unit_is_long() ? 400 : 20); turn++) {
        static struct plain_table table;
        static struct plain_facts facts;
        struct rd_decision decisions[8];
        memset(&table, 0, sizeof(table));
        plain_random_table(&table);
        plain_judge(&table, &facts);
        plain_check_overlaps(&table, &facts, "unique", false);
        plain_check_overlaps(&table, &facts, "any", true);
        plain_check_first(&table, &facts, &decisions[0]);
        for (int i = 1; i < 8; i++)
            ck_assert(plain_build(&table, policies[i][0], policies[i][1], &decisions[i]));
        plain_check_answers(&table, decisions);
        rd_arena_reset(&arena);
    }
}
END_TEST

#define COUNT(array) ((int)(sizeof(array) / sizeof((array)[0])))

int main(void)
{
    Suite *suite = suite_create("decision");
    TCase *tcase = tcase_create("decision");
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_set_timeout(tcase, 120);
    tcase_add_loop_test(tcase, test_cell, 0, COUNT(cells));
    tcase_add_loop_test(tcase, test_cell_refused, 0, COUNT(bad_cells));
    tcase_add_test(tcase, test_input_of_wrong_kind);
    tcase_add_test(tcase, test_first);
    tcase_add_test(tcase, test_priority);
    tcase_add_test(tcase, test_rule_order_and_collect);
    tcase_add_test(tcase, test_output_order);
    tcase_add_test(tcase, test_unique_and_any_fault);
    tcase_add_test(tcase, test_table_without_inputs);
    tcase_add_test(tcase, test_aggregates);
    tcase_add_test(tcase, test_aggregates_of_nothing);
    tcase_add_test(tcase, test_sums_that_do_not_fit);
    tcase_add_loop_test(tcase, test_table_refused, 0, COUNT(bad_tables));
    tcase_add_test(tcase, test_all_findings_at_once);
    tcase_add_test(tcase, test_head_is_kept);
    tcase_add_test(tcase, test_unique_overlap);
    tcase_add_loop_test(tcase, test_overlap_examples, 0, COUNT(meetings));
    tcase_add_test(tcase, test_any_overlap);
    tcase_add_test(tcase, test_first_hidden);
    tcase_add_test(tcase, test_gap);
    tcase_add_test(tcase, test_gap_of_texts);
    tcase_add_test(tcase, test_no_gap);
    tcase_add_test(tcase, test_most_rows);
    tcase_add_test(tcase, test_too_many_rows);
    tcase_add_test(tcase, test_too_many_inputs);
    tcase_add_test(tcase, test_too_many_outputs);
    tcase_add_test(tcase, test_ranges_side_by_side);
    tcase_add_test(tcase, test_overlaps_are_told_up_to_a_hundred);
    tcase_add_test(tcase, test_pairs_are_bounded);
    tcase_add_test(tcase, test_gap_search_is_bounded);
    tcase_add_test(tcase, test_errors_end_somewhere);
    tcase_add_loop_test(tcase, test_random_tables, 0, 8);
    suite_add_tcase(suite, tcase);
    return unit_run(suite);
}
