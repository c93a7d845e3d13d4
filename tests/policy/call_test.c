/* Calling guards and actions: facts in, values out, and what is refused on the way. */
#include "policy/rig.h"

#include "base/limits.h"

static struct rig rig;
static struct rd_value result;

static void teardown(void)
{
    rig_end(&rig);
}

/* What a function of this body gives for the facts, as JSON. */
static const char *call(const char *kind, const char *body, const char *facts)
{
    rig_function(&rig, "", kind, body);
    enum rd_status status = rig_call(&rig, facts, &result);
    ck_assert_msg(status == RD_OK, "%s", rig.error.text);
    return rig_json(&rig, &result);
}

/* The sentence of the fault, without its place, which must be right. */
static const char *fault(const char *before, const char *kind, const char *body, const char *facts)
{
    rig_function(&rig, before, kind, body);
    enum rd_status status = rig_call(&rig, facts, &result);
    ck_assert_msg(status == RD_POLICY_FAULT, "no fault, but %s", rig_json(&rig, &result));
    static const char place[] = "scripts/ticket.lua:";
    ck_assert_msg(strncmp(rig.error.text, place, strlen(place)) == 0, "%s", rig.error.text);
    const char *text = strchr(rig.error.text + strlen(place), ':');
    ck_assert_ptr_nonnull(text);
    return text + 2;
}

struct example {
    const char *kind, *body, *facts, *outcome;
};

static const struct example EXAMPLES[] = {
    { "guard", "return true", "{}", "[true,null]" },
    { "guard", "return false, 'because'", "{}", "[false,\"because\"]" },
    { "guard", "return true, 'why not', 'why'", "{}", "[true,\"why not\",\"why\"]" },
    { "guard", "return nil", "{}", "[false,null]" },
    { "guard", "return f.form.ground == 'sufficient'", "{\"form\":{\"ground\":\"sufficient\"}}",
      "[true,null]" },
    { "guard", "return f.a == nil", "{\"a\":null}", "[true,null]" },
    { "guard", "return f.actor.roles.handler == true", "{\"actor\":{\"roles\":{\"handler\":true}}}",
      "[true,null]" },
    { "guard", "return #f.tags == 2 and f.tags[2] == 'b' and f.tags[3] == nil",
      "{\"tags\":[\"a\",\"b\"]}", "[true,null]" },
    { "guard", "return type(f) == 'table' and f.form == f.form", "{\"form\":{}}", "[true,null]" },
    { "guard", "return money '100.50' == 10050", "{}", "[true,null]" },
    { "guard",
      "local s = '' for k, v in pairs(f) do s = s .. k .. tostring(v) end return s == 'a1b2z3'",
      "{\"z\":3,\"a\":1,\"n\":null,\"b\":2}", "[true,null]" },
    { "guard",
      "local s = '' for k in pairs { z = 1, [3] = 1, b = 1, [1] = 1, a = 1, [2.5] = 1, [true] = 1 "
      "} do "
      "s = s .. tostring(k) .. ' ' end return s == '1 2.5 3 a b z true '",
      "{}", "[true,null]" },
    { "guard",
      "return next({}) == nil and next { b = 1, a = 2 } == 'a' and next({ b = 1, a = 2 }, 'a') == "
      "'b'",
      "{}", "[true,null]" },
    { "guard",
      "return tostring({}) == 'table' and tostring(print_) == 'nil' and ('%s'):format(tostring) == "
      "'function'",
      "{}", NULL },
    { "action", "return nil", "{}", "[]" },
    { "action", "", "{}", "[]" },
    { "action", "return set { subject = 'x', amount = 5 }", "{}",
      "[{\"data\":{\"amount\":5,\"subject\":\"x\"},\"effect\":\"set\"}]" },
    { "action", "return set { subject = nil }", "{}",
      "[{\"data\":{\"subject\":null},\"effect\":\"set\"}]" },
    { "action", "return set { subject = f.a or empty }", "{\"a\":null}",
      "[{\"data\":{\"subject\":null},\"effect\":\"set\"}]" },
    { "action", "return set {}", "{}", "[{\"data\":{},\"effect\":\"set\"}]" },
    { "action", "return send 'x' { to = 7, form = f.form }", "{\"form\":{\"a\":1,\"b\":null}}",
      "[{\"effect\":\"send\",\"event\":\"x\",\"form\":{\"a\":1},\"to\":7}]" },
    { "action", "return start 'x' { a = 1, link = 'y' }", "{}",
      "[{\"data\":{\"a\":1},\"effect\":\"start\",\"link\":\"y\",\"type\":\"x\"}]" },
    { "action", "return start 'x' { data = { link = 1 } }", "{}",
      "[{\"data\":{\"link\":1},\"effect\":\"start\",\"type\":\"x\"}]" },
    { "action", "local e = set { a = 1 } e.data.b = 2 return { e, set(e.data) }", "{}",
      "[{\"data\":{\"a\":1,\"b\":2},\"effect\":\"set\"},{\"data\":{\"a\":1,\"b\":2},"
      "\"effect\":\"set\"}]" },
    { "action", "return tell { 'x', 'y', at_once = 1 }", "{}",
      "[{\"at_once\":true,\"effect\":\"tell\",\"to\":[\"x\",\"y\"]}]" },
    { "action", "return post 'x' { to = 1, key = 'k', amount = 5, other = 1 }", "{}",
      "[{\"amount\":5,\"effect\":\"post\",\"key\":\"k\",\"ledger\":\"x\",\"to\":1}]" },
    { "action", "return set { tags = f.tags }", "{\"tags\":[\"a\"]}",
      "[{\"data\":{\"tags\":[\"a\"]},\"effect\":\"set\"}]" },
    { "action", "return start 'alarm' { subject = 'x', link = 'why' }", "{}",
      "[{\"data\":{\"subject\":\"x\"},\"effect\":\"start\",\"link\":\"why\",\"type\":\"alarm\"}]" },
    { "action", "return start 'alarm' { data = { link = 'x' } }", "{}",
      "[{\"data\":{\"link\":\"x\"},\"effect\":\"start\",\"type\":\"alarm\"}]" },
    { "action", "return send 'close' { to = f.id, form = { why = 'x' } }", "{\"id\":\"1-1\"}",
      "[{\"effect\":\"send\",\"event\":\"close\",\"form\":{\"why\":\"x\"},\"to\":\"1-1\"}]" },
    { "action", "return link 'of' { to = 7 }", "{}",
      "[{\"effect\":\"link\",\"name\":\"of\",\"to\":7}]" },
    { "action", "return tell { 'owner', 'staff', text = 'hi' }", "{}",
      "[{\"effect\":\"tell\",\"text\":\"hi\",\"to\":[\"owner\",\"staff\"]}]" },
    { "action", "return deadline 'callback' { '2 days', event = 'due', clock = 'hotline' }", "{}",
      "[{\"clock\":\"hotline\",\"effect\":\"deadline\",\"event\":\"due\",\"limit\":\"2 "
      "days\",\"name\":\"callback\"}]" },
    { "action", "return { stop 'callback', set { subject = 'x' } }", "{}",
      "[{\"effect\":\"stop\",\"name\":\"callback\"},{\"data\":{\"subject\":\"x\"},\"effect\":"
      "\"set\"}]" },
};

START_TEST(gives)
{
    const struct example *example = &EXAMPLES[_i];
    if (example->outcome)
        ck_assert_str_eq(call(example->kind, example->body, example->facts), example->outcome);
    else
        ck_assert_str_eq(fault("", example->kind, example->body, example->facts),
                         "unknown word 'print_'");
}
END_TEST

static const struct example FAULTS[] = {
    { "guard", "return f.amuont", "{\"amount\":1}",
      "no such fact 'amuont'; did you mean 'amount'?" },
    { "guard", "return f.quite_else", "{\"amount\":1}", "no such fact 'quite_else'" },
    { "guard", "return f.form.x", "{\"form\":{\"y\":1}}", "no such fact 'x'" },
    { "guard", "return f[1]", "{}", "no such fact: names are texts, not a number" },
    { "guard", "return f.tags.x", "{\"tags\":[]}", "a list has items 1, 2, ..., not 'x'" },
    { "guard", "f.amount = 2 return true", "{\"amount\":1}", "facts can't be changed" },
    { "guard", "f.form.x = 2 return true", "{\"form\":{\"x\":1}}", "facts can't be changed" },
    { "guard", "table.insert(f.tags, 'x') return true", "{\"tags\":[]}", "facts can't be changed" },
    { "guard", "x = 1 return true", "{}", "assignment to global 'x'" },
    { "guard", "return own", "{}", "unknown word 'own'" },
    { "guard", "return complaint 'x'", "{}", "unknown word 'complaint'" },
    { "guard", "local a = nil; return a.b", "{}", "attempt to index a nil value (local 'a')" },
    { "guard", "error 'no'", "{}", "no" },
    { "guard", "error('no', 0)", "{}", "no" },
    { "guard", "assert(false, 'never')", "{}", "never" },
    { "guard", "error({})", "{}", "bad argument #1 to 'error' (string expected, got table)" },
    { "guard", "return '10' + 1", "{}",
      "attempt to perform arithmetic on a string value (constant '10')" },
    { "guard", "", "{}", "guard 'x' returned nothing; it must return true or false" },
    { "guard", "return 1", "{}", "guard 'x' returned a number; it must return true or false" },
    { "guard", "return true, {}", "{}", "guard 'x' returned a reason that is no text" },
    { "guard", "return money '1.234' > 0", "{}", "money takes a text such as \"100.00\"" },
    { "action", "return 1", "{}", "action 'x' returned something that is no effect" },
    { "action", "return { 1 }", "{}",
      "action 'x' returned something that is no effect (set, start, send, link, tell, deadline, "
      "stop)" },
    { "action", "return { set { a = 1 }, { effect = 'drop' } }", "{}",
      "action 'x' returned something that is no effect (set, start, send, link, tell, deadline, "
      "stop)" },
    { "action", "return set(f.form)", "{\"form\":{}}", "set needs { ... } behind it" },
    { "action", "return set 'x'", "{}", "set needs { ... } behind it" },
    { "action", "return start {}", "{}", "start needs a name behind it" },
    { "action", "return start 'x' 'y'", "{}", "start needs { ... } behind it" },
    { "action", "return send 'x' {}", "{}", "send: to = nothing: whom is 'x' sent to?" },
    { "action", "return send 'x' { to = 1, form = 'y' }", "{}", "send: form needs { ... }" },
    { "action", "return link 'x' {}", "{}", "link: to = nothing" },
    { "action", "return tell {}", "{}", "tell: nobody is named" },
    { "action", "return tell { 1 }", "{}", "tell needs a name behind it" },
    { "action", "return tell { 'x', text = 'y', template = 'z' }", "{}",
      "tell: either text or template, not both" },
    { "action", "return tell { 'x', template = 1 }", "{}",
      "tell: template must be the name of one" },
    { "action", "return deadline 'x' { event = 'y' }", "{}", "deadline needs a name behind it" },
    { "action", "return post 'x' { to = 1 }", "{}", "post: key = nothing: which posting is it?" },
    { "action", "return post 'x' { key = 'y' }", "{}", "post: to = nothing: whose account is it?" },
    { "action", "return reverse 'x' {}", "{}", "reverse: key = nothing: which posting is it?" },
    { "action", "return stop()", "{}", "stop needs a name behind it" },
    { "action", "local t = {} for i = 1, 300000 do t[i] = i end return set(t)", "{}",
      "effect: more work on texts and tables than one call may do" },
    { "action", "return start 'x'", "{}",
      "the result of action 'x' holds a function; only plain data is taken" },
    { "action", "return set { a = tostring }", "{}",
      "the result of action 'x' holds a function; only plain data is taken" },
    { "action", "return set { a = 1/0 }", "{}",
      "the result of action 'x' holds a number that is not finite" },
    { "action", "return set { a = '\\xff' }", "{}",
      "the result of action 'x' holds a text that is not UTF-8" },
    { "action", "return set { a = 'x\\0y' }", "{}",
      "the result of action 'x' holds a text that is not UTF-8" },
    { "action", "local t = {} t.t = t return set { a = t }", "{}",
      "the result of action 'x' is nested too deep, or holds itself" },
    { "action", "return set { a = { 1, x = 2 } }", "{}",
      "the result of action 'x' holds a table that is a list and a map at once" },
    { "action", "return set { a = { [1] = 1, [3] = 3 } }", "{}",
      "the result of action 'x' holds a list with gaps" },
    { "action", "return set { a = { [true] = 1 } }", "{}",
      "the result of action 'x' holds a list with gaps" },
    { "action", "local t = {} for i = 1, 20000 do t[i] = i end return set { a = t }", "{}",
      "the result of action 'x' is too large" },
    { "action", "local t = {} for i = 1, 300 do t[i] = stop 'x' end return t", "{}",
      "action 'x' returned too many effects" },
    { "action", "return set 'x'", "{}", "set needs { ... } behind it" },
    { "action", "return send 'x' {}", "{}", "send: to = nothing: whom is 'x' sent to?" },
    { "action", "return tell {}", "{}", "tell: nobody is named" },
    { "action", "return stop {}", "{}", "stop needs a name behind it" },
    { "action", "return start {}", "{}", "start needs a name behind it" },
    { "action", "return deadline 'x' {}", "{}", "deadline needs a name behind it" },
};

START_TEST(refuses)
{
    const struct example *example = &FAULTS[_i];
    ck_assert_str_eq(fault("", example->kind, example->body, example->facts), example->outcome);
}
END_TEST

START_TEST(locals_of_the_file_are_read)
{
    rig_function(&rig,
                 "local big, words = 5, { 'a', inner = { 'b' } }\nlocal function is_big(n) return "
                 "n >= big end",
                 "guard",
                 "local s = '' for _, w in ipairs(words) do s = s .. w end "
                 "return is_big(f.n) and #words == 1 and s == 'a' and words.inner[1] == 'b' and "
                 "table.concat(words.inner) == 'b'");
    ck_assert_int_eq(rig_call(&rig, "{\"n\":5}", &result), RD_OK);
    ck_assert_str_eq(rig_json(&rig, &result), "[true,null]");
    rig_expect(&rig, "workflows.0.guards.0.needs",
               "[\"_\",\"a\",\"b\",\"big\",\"concat\",\"f\",\"inner\",\"ipairs\",\"is_big\",\"n\","
               "\"s\",\"table\",\"w\",\"words\"]");
}
END_TEST

START_TEST(tables_of_the_file_are_results)
{
    rig_function(&rig, "local preset = { subject = 'x', tags = { 'a' } }", "action",
                 "return { set(preset), set { tags = preset.tags } }");
    for (int i = 0; i < 2; i++) {
        ck_assert_int_eq(rig_call(&rig, "{}", &result), RD_OK);
        ck_assert_str_eq(rig_json(&rig, &result),
                         "[{\"data\":{\"subject\":\"x\",\"tags\":[\"a\"]},\"effect\":\"set\"},"
                         "{\"data\":{\"tags\":[\"a\"]},\"effect\":\"set\"}]");
    }
}
END_TEST

START_TEST(tables_of_the_file_are_read_only)
{
    ck_assert_str_eq(fault("local seen = {}", "guard", "seen[f.n] = true return true", "{\"n\":1}"),
                     "this table belongs to the file and can't be changed");
    rig_end(&rig);
    ck_assert_str_eq(fault("local seen = { deep = { 1 } }", "guard",
                           "table.remove(seen.deep) return true", "{}"),
                     "this table belongs to the file and can't be changed");
    rig_end(&rig);
    ck_assert_str_eq(fault("local all = { tostring }", "guard", "all[1] = nil return true", "{}"),
                     "this table belongs to the file and can't be changed");
}
END_TEST

/* What the source does not show (the counter is a local of a function, not of the file) is seen at
 * the call and put back. */
START_TEST(a_counter_is_found)
{
    rig_load(
        &rig, true, "scripts/ticket.lua",
        "local function counter() local n = 0 return function(f) n = n + 1 return n == 1 end end\n"
        "return workflow \"ticket\" { version = 1, initial = \"a\", open = { event = \"open\" },\n"
        "  states = { a = { on = { go = { { go = \"b\", when = \"x\" }, {} } }, after = { \"1 "
        "day\", go = \"b\" } }, b = { final = true } },\n"
        "  guards = { x = counter() } }\n");
    ck_assert_msg(rig.status == RD_OK, "%s", rig_findings(&rig));
    for (int i = 0; i < 2; i++) {
        ck_assert_int_eq(rig_call(&rig, "{}", &result), RD_POLICY_FAULT);
        ck_assert_str_eq(rig.error.text, "scripts/ticket.lua:4: guard 'x' changed 'n', which "
                                         "outlives the call: functions must be pure");
    }
}
END_TEST

/* Lua cuts long paths; the fault has the whole one. */
START_TEST(long_paths_are_whole)
{
    static const char PATH[] =
        "scripts/a_folder_with_a_long_name/another_folder_with_a_long_name/ticket.lua";
    rig_load(
        &rig, true, PATH,
        "return workflow \"ticket\" { version = 1, initial = \"a\", open = { event = \"open\" },\n"
        "  states = { a = { on = { go = { { go = \"b\", when = \"x\" }, {} } }, after = { \"1 "
        "day\", go = \"b\" } }, b = { final = true } },\n"
        "  guards = { x = function(f)\n    return f.nothing end } }\n");
    ck_assert_msg(rig.status == RD_OK, "%s", rig_findings(&rig));
    ck_assert_int_eq(rig_call(&rig, "{}", &result), RD_POLICY_FAULT);
    ck_assert_str_eq(rig.error.text,
                     "scripts/a_folder_with_a_long_name/another_folder_with_a_long_name/"
                     "ticket.lua:4: no such fact 'nothing'");
}
END_TEST

START_TEST(views_do_not_outlive_a_call)
{
    /* the only way to keep one is a cell, which is put back: the second call finds nothing of the
     * first */
    rig_load(
        &rig, true, "scripts/ticket.lua",
        "local function keeper() local kept return function(f) local old = kept kept = f return "
        "old == nil end end\n"
        "return workflow \"ticket\" { version = 1, initial = \"a\", open = { event = \"open\" },\n"
        "  states = { a = { on = { go = { { go = \"b\", when = \"x\" }, {} } }, after = { \"1 "
        "day\", go = \"b\" } }, b = { final = true } },\n"
        "  guards = { x = keeper() } }\n");
    ck_assert_msg(rig.status == RD_OK, "%s", rig_findings(&rig));
    for (int i = 0; i < 3; i++) {
        ck_assert_int_eq(rig_call(&rig, "{\"a\":1}", &result), RD_POLICY_FAULT);
        ck_assert_ptr_nonnull(strstr(rig.error.text, "changed 'kept'"));
    }
}
END_TEST

START_TEST(the_heap_returns_to_its_level)
{
    rig_function(&rig, "", "action",
                 "local t = {} for i = 1, 200 do t[i] = ('x'):rep(i) end return set { subject = "
                 "t[200], n = f.n }");
    size_t before = 0;
    struct rd_arena arena;
    rd_arena_init(&arena);
    struct rd_value facts = rd_map();
    rd_map_set(&rig.arena, &facts, "n", rd_int(0));
    for (int round = 0; round < 40; round++) {
        for (int i = 0; i < 50; i++) {
            facts.pairs[0].value.integer++; /* the same would be remembered, not asked */
            ck_assert_int_eq(rd_policy_call(rig.policy, 1, &facts, &arena, &result, &rig.error),
                             RD_OK);
            rd_arena_reset(&arena);
        }
        for (int i = 0; i < 20; i++)
            rd_policy_collect(rig.policy);
        if (round == 10)
            before = rd_policy_heap_bytes(rig.policy);
        else if (round > 10)
            ck_assert_uint_le(rd_policy_heap_bytes(rig.policy), before + 64 * 1024);
    }
    rd_arena_fini(&arena);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("policy calls");
    TCase *tcase = tcase_create("all");
    tcase_add_checked_fixture(tcase, NULL, teardown);
    tcase_set_timeout(tcase, 60);
    tcase_add_loop_test(tcase, gives, 0, sizeof(EXAMPLES) / sizeof(EXAMPLES[0]));
    tcase_add_loop_test(tcase, refuses, 0, sizeof(FAULTS) / sizeof(FAULTS[0]));
    tcase_add_test(tcase, locals_of_the_file_are_read);
    tcase_add_test(tcase, tables_of_the_file_are_results);
    tcase_add_test(tcase, tables_of_the_file_are_read_only);
    tcase_add_test(tcase, a_counter_is_found);
    tcase_add_test(tcase, long_paths_are_whole);
    tcase_add_test(tcase, views_do_not_outlive_a_call);
    tcase_add_test(tcase, the_heap_returns_to_its_level);
    suite_add_tcase(suite, tcase);
    return unit_run(suite);
}
