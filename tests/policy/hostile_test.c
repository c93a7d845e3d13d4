/* Hostile scripts: each one ends in a fault or a finding, within the budgets; none ends the
 * process, and what they took is given back. Whether it is quick enough is the time-out's business.
 */
#include "policy/rig.h"

#include "base/limits.h"
#include "policy/lua_host.h"

static struct rig rig;
static struct rd_value result;

static void teardown(void)
{
    rig_end(&rig);
}

struct attack {
    const char *body;
    const char *fault; /* how the sentence goes on behind FILE:LINE: */
};

static const struct attack ATTACKS[] = {
    /* running for ever */
    { "while true do end", "takes more instructions than it may (an endless loop?)" },
    { "::again:: goto again", "takes more instructions than it may (an endless loop?)" },
    { "for i = 1, math.maxinteger do end",
      "takes more instructions than it may (an endless loop?)" },
    { "repeat local x = f until false", "takes more instructions than it may (an endless loop?)" },
    { "local function g() return g() end return g()",
      "takes more instructions than it may (an endless loop?)" },
    { "for k in function() return 1 end do end",
      "takes more instructions than it may (an endless loop?)" },
    { "table.sort({ 1, 2, 3 }, function() while true do end end)",
      "takes more instructions than it may (an endless loop?)" },
    { "string.gsub('aaa', 'a', function() while true do end end)",
      "takes more instructions than it may (an endless loop?)" },
    /* C-side work */
    { "local s = ('a'):rep(10000) return s:find '.-.-.-.-b$'",
      "string.find: more work on texts and tables than one call may do" },
    { "local s = ('a'):rep(10000) return s:match '(.-)(.-)(.-)(.-)b$'",
      "string.match: more work on texts and tables than one call may do" },
    { "local s = ('a'):rep(3000) return s:gsub('a*a*a*b', '')",
      "string.gsub: more work on texts and tables than one call may do" },
    { "local s = ('a'):rep(10000) for _ in s:gmatch '.-.-.-b' do end",
      "string.gmatch: more work on texts and tables than one call may do" },
    { "local s = ('('):rep(20000) for i = 1, 9e9 do s:find('%b()') end",
      "string.find: more work on texts and tables than one call may do" },
    { "return ('x'):rep(1e9)", "string.rep: more work on texts and tables than one call may do" },
    { "return ('x'):rep(math.maxinteger, 'yy')",
      "string.rep: more work on texts and tables than one call may do" },
    { "return string.rep('x', 1e9)",
      "string.rep: more work on texts and tables than one call may do" },
    { "local s = ('x'):rep(1e5) for i = 1, 1e9 do s:upper() end",
      "string.upper: more work on texts and tables than one call may do" },
    { "local s = ('x'):rep(1e5) for i = 1, 1e9 do s:find('y', 1, true) end",
      "string.find: more work on texts and tables than one call may do" },
    { "local s = ('x'):rep(1e5) for i = 1, 1e9 do utf8.len(s) end",
      "utf8.len: more work on texts and tables than one call may do" },
    { "local s = ('1'):rep(1e5) for i = 1, 1e9 do tonumber(s) end",
      "tonumber: more work on texts and tables than one call may do" },
    { "local s = ('x'):rep(1e5) local t = {} for i = 1, 1000 do t[i] = s end return "
      "table.concat(t)",
      "table.concat: more work on texts and tables than one call may do" },
    { "local s = ('x'):rep(1e5) local t = {} for i = 1, 20 do t[i] = s end return "
      "('%s'):rep(20):format(table.unpack(t))",
      "string.format: more work on texts and tables than one call may do" },
    { "local t = {} for i = 1, 60000 do t[i] = i end while true do table.insert(t, 1, 0) end",
      "table.insert: more work on texts and tables than one call may do" },
    { "local t = {} for i = 1, 20000 do t[i] = i end while true do table.remove(t, 1) t[#t + 1] = "
      "1 end",
      "table.remove: more work on texts and tables than one call may do" },
    { "local t = {} for i = 1, 50000 do t[i] = -i end table.sort(t) return true",
      "table.sort: more work on texts and tables than one call may do" },
    { "local t = {} for i = 1, 5000 do t[i] = i end while true do next(t) end",
      "next: more work on texts and tables than one call may do" },
    { "local t = {} for i = 1, 5000 do t[i] = i end while true do pairs(t) end",
      "pairs: more work on texts and tables than one call may do" },
    /* memory */
    { "local s = 'x' while true do s = s .. s end", "makes a text that is longer than any may be" },
    { "local t = {} for i = 1, 1e9 do t[i] = {} end", "uses more memory than one call may take" },
    { "local t = {} for i = 1, 1e9 do t[i] = 'x' .. i end", NULL },
    { "local function g(n) return n == 0 and {} or { g(n - 1), g(n - 1) } end return g(60)", NULL },
    /* depth */
    { "local function g(n) return 1 + g(n + 1) end return g(1)", NULL },
    { "local function g(s) return s:gsub('.', g) end return g('x')", NULL },
    { "local function g() table.sort({ 1, 2 }, g) end g()", NULL },
    { "local function g(...) return g(1, ...) end return g()", NULL },
    { "return ('a'):rep(500):match(('a?'):rep(500) .. ('a'):rep(500))", NULL },
    { "return ('x'):match(('('):rep(40) .. ('x)'):rep(40))", "too many captures" },
    { "return ('x'):rep(300):match(('(x'):rep(31) .. (')'):rep(31) .. ('x?'):rep(200))", NULL },
    { "return table.unpack({}, 1, 1e6)", "table.unpack: more than 250 values" },
    { "return table.unpack({}, math.mininteger, math.maxinteger)",
      "table.unpack: more than 250 values" },
    { "return ('x'):rep(1000):byte(1, -1)", "string.byte: more than 250 values" },
    { "return utf8.codepoint(('x'):rep(1000), 1, -1)", "utf8.codepoint: more than 250 values" },
    /* what is not there */
    { "return load 'return 1'", "unknown word 'load'" },
    { "return require 'os'", "unknown word 'require'" },
    { "return io.open '/etc/passwd'", "unknown word 'io'" },
    { "return os.time()", "unknown word 'os'" },
    { "return debug.getregistry()", "unknown word 'debug'" },
    { "return coroutine.wrap(f)", "unknown word 'coroutine'" },
    { "return setmetatable({}, {})", "unknown word 'setmetatable'" },
    { "return getmetatable('').__index", "unknown word 'getmetatable'" },
    { "return rawset(f, 'a', 1)", "unknown word 'rawset'" },
    { "return rawget(f, 'a')", "unknown word 'rawget'" },
    { "return rawequal(f, f)", "unknown word 'rawequal'" },
    { "return collectgarbage()", "unknown word 'collectgarbage'" },
    { "return dofile 'x'", "unknown word 'dofile'" },
    { "return pcall(error)", "unknown word 'pcall'" },
    { "return xpcall(error, error)", "unknown word 'xpcall'" },
    { "print(1)", "unknown word 'print'" },
    { "return _G.x", "unknown word '_G'" },
    { "return string.dump(f)", "attempt to call a nil value (field 'dump')" },
    { "return ('').dump(tostring)", "attempt to call a nil value (field 'dump')" },
    { "return string.pack('z', 'x')", "attempt to call a nil value (field 'pack')" },
    { "return math.random()", "attempt to call a nil value (field 'random')" },
    { "return table.move({}, 1, 9e9, 2)", "attempt to call a nil value (field 'move')" },
    { "return ('%p'):format(f)", "string.format: '%p' would show an address" },
    { "return ('%10p'):format({})", "string.format: '%p' would show an address" },
    { "return ('%5000d'):format(1)", NULL },
    { "return ('%q'):format({})", NULL },
    { "return ('%'):format(1)", NULL },
    { "string.format = nil", "this table belongs to the file and can't be changed" },
    { "string.rep = function() end", "this table belongs to the file and can't be changed" },
    { "('').rep = 1", NULL },
    { "math.floor = 1", "this table belongs to the file and can't be changed" },
    { "table.insert(table, 1)", NULL },
    { "local t = { [{}] = 1 } for k in pairs(t) do end",
      "pairs: a table whose keys are of the type table has no order" },
    { "next({ [tostring] = 1 })",
      "next: a table whose keys are of the type function has no order" },
    { "table.sort({ 1, 'a', {} })", "attempt to compare string with number" },
    { "for i = 1, 10, 0 do end", "'for' step is zero" },
    { "return f + 1", NULL },
    { "return f()", NULL },
    { "return f .. ''", NULL },
    { "return set + 1", NULL },
    { "return empty.x", NULL },
    { "return select(-5)", NULL },
    { "error(nil)", NULL },
    { "error('x', 99)", NULL },
};

START_TEST(attack_fails)
{
    const struct attack *attack = &ATTACKS[_i];
    char body[1024];
    snprintf(body, sizeof(body), "%s %s", attack->body,
             strstr(attack->body, "return") ? "" : "return true");
    rig_function(&rig, "", "guard", body);
    size_t before = rd_policy_heap_bytes(rig.policy);
    for (int i = 0; i < 2; i++) {
        enum rd_status status = rig_call(&rig, "{\"a\":1}", &result);
        ck_assert_msg(status == RD_POLICY_FAULT, "%s gave %s", attack->body,
                      rig_json(&rig, &result));
        static const char place[] = "scripts/ticket.lua:7: ";
        ck_assert_msg(strncmp(rig.error.text, place, strlen(place)) == 0, "%s", rig.error.text);
        const char *fault = rig.error.text + strlen(place);
        /* on a slow machine the time is used up before the other budget is */
        if (attack->fault && strcmp(fault, "takes longer than it may") != 0)
            ck_assert_str_eq(fault, attack->fault);
        ck_assert_ptr_null(strstr(rig.error.text, "0x"));
    }
    for (int i = 0; i < 200; i++)
        rd_policy_collect(rig.policy);
    ck_assert_uint_le(rd_policy_heap_bytes(rig.policy), before + 256 * 1024);
}
END_TEST

/* A comparator that contradicts itself gives some order, in bounded time. */
START_TEST(a_bad_comparator_ends)
{
    rig_function(
        &rig, "", "guard",
        "local t = {} for i = 1, 1000 do t[i] = i end table.sort(t, function() return true end) "
        "table.sort(t, function(a, b) return a <= b end) return #t == 1000 and t[1] == 1 and "
        "t[1000] == 1000");
    ck_assert_int_eq(rig_call(&rig, "{}", &result), RD_OK);
    ck_assert_str_eq(rig_json(&rig, &result), "[true,null]");
}
END_TEST

/* Sorting is stable, and does not depend on a clock. */
START_TEST(sort_is_stable)
{
    rig_function(&rig, "", "guard",
                 "local t = {} for i = 1, 300 do t[i] = { k = i % 7, i = i } end "
                 "table.sort(t, function(a, b) return a.k < b.k end) "
                 "for i = 2, 300 do if t[i].k == t[i - 1].k and t[i].i < t[i - 1].i then return "
                 "false end end "
                 "local w = { 'b', 'a', 'C' } table.sort(w) return w[1] == 'C' and w[2] == 'a'");
    ck_assert_int_eq(rig_call(&rig, "{}", &result), RD_OK);
    ck_assert_str_eq(rig_json(&rig, &result), "[true,null]");
}
END_TEST

/* The patterns that honest rules use, against what the manual says; long texts included. */
START_TEST(patterns_work)
{
    static const char *const TRUE_ONES[] = {
        "('  x y  '):match '^%s*(.-)%s*$' == 'x y'",
        "#(('  ' .. ('word '):rep(2000) .. '  '):match '^%s*(.-)%s*$') == 9999",
        "select('#', ('k=v'):match '(%w+)=(%w+)') == 2",
        "('k=v'):find '=' == 2 and ('a.b'):find('.', 1, true) == 2 and ('abc'):find('b', -1) == "
        "nil",
        "('abc'):find('', 4) == 4 and ('abc'):find('', 5) == nil and ('abc'):find 'c$' == 3",
        "('hello world'):gsub('o', '0') == 'hell0 w0rld' and select(2, ('hello'):gsub('l', '')) == "
        "2",
        "('hello'):gsub('', '-') == '-h-e-l-l-o-'",
        "('abc'):gsub('%w', '%0%0') == 'aabbcc' and ('abc'):gsub('(a)(b)', '%2%1') == 'bac'",
        "('$name is $x'):gsub('%$(%w+)', { name = 'n' }) == 'n is $x'",
        "('abc'):gsub('.', { a = 1, b = true }) == nil or true",
        "('a b c'):gsub('%w', function(c) if c == 'b' then return 'B' end end) == 'a B c'",
        "('a b c'):gsub('%w', 'x', 2) == 'x x c' and ('aaa'):gsub('^a', 'b') == 'baa'",
        "('f(a(b)c)d'):match '%b()' == '(a(b)c)' and ('THE (quick) fox'):find('%((%a+)%)') == 5",
        "('THE (quick) fox'):gsub('%f[%a]%a+', 'x') == 'x (x) x'",
        "('abab'):match '^(ab)%1$' == 'ab' and ('x'):match '()' == 1",
        "('[]]'):match '[]]' == ']' and ('a-z'):match '[a%-z]+' == 'a-z' and ('b'):match '[^a-c]' "
        "== nil",
        "('caf\\xc3\\xa9'):match '[\\x80-\\xff]+' == '\\xc3\\xa9' and ('0x1F'):match '^0x(%x+)$' "
        "== '1F'",
        "('a,b,,c'):gsub(',+', ';') == 'a;b;c' and ('aXb'):match '%u' == 'X' and ('a1'):match '%D' "
        "== 'a'",
    };
    for (size_t i = 0; i < sizeof(TRUE_ONES) / sizeof(TRUE_ONES[0]); i++) {
        char body[512];
        /* the one with `true` as a replacement is an error, as the manual has it */
        snprintf(body, sizeof(body), "return (%s)", TRUE_ONES[i]);
        rig_function(&rig, "", "guard", body);
        enum rd_status status = rig_call(&rig, "{}", &result);
        if (strstr(TRUE_ONES[i], "b = true")) {
            ck_assert_int_eq(status, RD_POLICY_FAULT);
            ck_assert_ptr_nonnull(strstr(rig.error.text, "invalid replacement value (a boolean)"));
        } else {
            ck_assert_msg(status == RD_OK, "%s: %s", TRUE_ONES[i], rig.error.text);
            ck_assert_msg(strcmp(rig_json(&rig, &result), "[true,null]") == 0, "%s", TRUE_ONES[i]);
        }
        rig_end(&rig);
        rig.policy = NULL;
    }
}
END_TEST

static const struct attack BAD_PATTERNS[] = {
    { "return ('x'):match '%'", "malformed pattern (ends with '%')" },
    { "return ('x'):match '[a'", "malformed pattern (missing ']')" },
    { "return ('x'):match '['", "malformed pattern (missing ']')" },
    { "return ('x'):match '[%'", "malformed pattern (missing ']')" },
    { "return ('x'):match '[^'", "malformed pattern (missing ']')" },
    { "return ('x'):match '%b'", "malformed pattern (missing arguments to '%b')" },
    { "return ('x'):match '%bx'", "malformed pattern (missing arguments to '%b')" },
    { "return ('x'):match '%fx'", "missing '[' after '%f' in pattern" },
    { "return ('x'):match '(x'", "unfinished capture" },
    { "return ('x'):match 'x)'", "invalid pattern capture" },
    { "return ('x'):match '%1'", "invalid capture index %1" },
    { "return ('x'):match '()%1'", "invalid capture index %1" },
    { "return ('x'):gsub('x', '%2')", "invalid capture index %2" },
    { "return ('x'):gsub('x', '%')", "invalid use of '%' in replacement string" },
    { "return ('x'):gsub('x')",
      "bad argument #2 to 'gsub' (string/function/table expected, got no value)" },
};

START_TEST(bad_patterns_are_said)
{
    rig_function(&rig, "", "guard", BAD_PATTERNS[_i].body);
    ck_assert_int_eq(rig_call(&rig, "{}", &result), RD_POLICY_FAULT);
    ck_assert_ptr_nonnull(strstr(rig.error.text, "scripts/ticket.lua:7: "));
    ck_assert_msg(strstr(rig.error.text, BAD_PATTERNS[_i].fault) != NULL, "%s", rig.error.text);
}
END_TEST

/* ---- while loading ---- */

static const struct attack LOADS[] = {
    { "while true do end",
      "scripts/x.lua:1: takes more instructions than it may (an endless loop?)" },
    { "local s = 'x' while true do s = s .. s end", NULL },
    { "return ('x'):rep(1e10)",
      "scripts/x.lua:1: string.rep: more work on texts and tables than one call may do" },
    { "local function g() return g() + 1 end return g()", NULL },
    { "\x1bLua", "scripts/x.lua:0: is bytecode; a policy file is text" },
    { "return \"\xff\"", "scripts/x.lua:0: is not UTF-8 text" },
    { "_ENV = nil", "scripts/x.lua:1: unknown word '_ENV'" },
    { "local _ENV = {} return x", "scripts/x.lua:1: unknown word '_ENV'" },
    { "__rd_tag(1, {})", "scripts/x.lua:1: unknown word '__rd_tag'" },
    { "x = 1", "scripts/x.lua:1: assignment to global 'x'" },
    { "function x() end", "scripts/x.lua:1: assignment to global 'x'" },
    { "local t = {} t[1] = t return t",
      "scripts/x.lua:1: lists of declarations are nested too deep" },
    { "error 'stop'", "scripts/x.lua:1: stop" },
    { "error { 1 }", "scripts/x.lua:1: bad argument #1 to 'error' (string expected, got table)" },
    { "return 1 + own", "scripts/x.lua:1: unknown word 'own' (missing quotes?)" },
    { "return own.x", "scripts/x.lua:1: unknown word 'own' (missing quotes?)" },
    { "own.x = 1", "scripts/x.lua:1: unknown word 'own' (missing quotes?)" },
    { "return own .. 'x'", "scripts/x.lua:1: unknown word 'own' (missing quotes?)" },
    { "return #own", "scripts/x.lua:1: unknown word 'own' (missing quotes?)" },
    { "return -own", "scripts/x.lua:1: unknown word 'own' (missing quotes?)" },
    { "return own < 1", "scripts/x.lua:1: unknown word 'own' (missing quotes?)" },
};

START_TEST(bad_loads_are_findings)
{
    rig_load(&rig, false, "scripts/x.lua", LOADS[_i].body);
    ck_assert_int_eq(rig.status, RD_CHECK_FAILED);
    const char *findings = rig_findings(&rig);
    ck_assert_msg(*findings != '\0', "%s", rig.error.text);
    if (LOADS[_i].fault)
        ck_assert_str_eq(findings, LOADS[_i].fault);
}
END_TEST

START_TEST(nesting_is_bounded)
{
    char *text = malloc(20000);
    ck_assert_ptr_nonnull(text);
    size_t at = (size_t)sprintf(text, "return ");
    for (int i = 0; i < 5000; i++)
        text[at++] = '{';
    for (int i = 0; i < 5000; i++)
        text[at++] = '}';
    text[at] = '\0';
    rig_load(&rig, false, "scripts/x.lua", text);
    free(text);
    ck_assert_int_eq(rig.status, RD_CHECK_FAILED);
    ck_assert_uint_eq(rig.findings.errors, 1);
}
END_TEST

static const char *const IMPURE[] = {
    "local n = 0\nreturn workflow \"w\" { guards = { g = function(f) n = n + 1 return true end } }",
    "local n\nreturn workflow \"w\" { guards = { g = function(f) for i = 1, 2 do n = i end return "
    "true end } }",
    "local a, n\nlocal function h() a, n = 1, 2 end\nreturn workflow \"w\" { guards = { g = "
    "function(f) h() return true end } }",
};

START_TEST(changed_locals_are_findings)
{
    rig_load(&rig, false, "scripts/x.lua", IMPURE[_i]);
    ck_assert_int_eq(rig.status, RD_CHECK_FAILED);
    ck_assert_msg(strstr(rig_findings(&rig), "scripts/x.lua:2: a function changes 'n', which "
                                             "outlives the call: functions must be pure"),
                  "%s", rig_findings(&rig));
}
END_TEST

START_TEST(shadowed_locals_are_no_findings)
{
    rig_function(&rig, "local n = 0", "guard",
                 "local n = 1 n = n + 1 local t = { n = 2 } t.n = 3 for i = 1, 2 do n = i end "
                 "local function g(n) n = 4 return n end return g(1) == 4 and n == 2");
    ck_assert_int_eq(rig_call(&rig, "{}", &result), RD_OK);
    ck_assert_str_eq(rig_json(&rig, &result), "[true,null]");
}
END_TEST

START_TEST(iterators_are_not_kept)
{
    rig_load(
        &rig, false, "scripts/x.lua",
        "local it = (\"a b\"):gmatch(\"%a\")\nlocal all = { deep = { (pairs { 1, 2 }) } }\n"
        "return workflow \"w\" { guards = { g = function(f) return it() == all.deep[1]() end } }");
    ck_assert_int_eq(rig.status, RD_CHECK_FAILED);
    ck_assert_ptr_nonnull(strstr(rig_findings(&rig),
                                 "scripts/x.lua:3: guard 'g' uses an iterator that outlives the "
                                 "call: functions must be pure"));
}
END_TEST

/* ---- the door itself ---- */

static int l_nothing(lua_State *L)
{
    (void)L;
    return 0;
}

static int l_leave_a_mess(lua_State *L)
{
    lua_checkstack(L, 100);
    for (int i = 0; i < 100; i++)
        lua_newtable(L);
    return 100;
}

static int l_raise_nil(lua_State *L)
{
    lua_pushnil(L);
    return lua_error(L);
}

START_TEST(the_door_closes_behind_everything)
{
    struct rd_lua_host *host;
    rig_begin(&rig);
    ck_assert_int_eq(rd_lua_host_new(&host, &rig.error), RD_OK);
    for (int i = 0; i < 1000; i++) {
        ck_assert_int_eq(
            rd_lua_host_run(host, l_leave_a_mess, NULL, &rd_lua_budget_call, &rig.error), RD_OK);
        ck_assert_int_eq(rd_lua_host_run(host, l_raise_nil, NULL, &rd_lua_budget_call, &rig.error),
                         RD_POLICY_FAULT);
        ck_assert_int_eq(rd_lua_host_run(host, l_nothing, NULL, &rd_lua_budget_call, &rig.error),
                         RD_OK);
    }
    ck_assert_uint_lt(rd_lua_host_bytes(host), RD_LUA_HEAP_BYTES_MAX);
    rd_lua_host_collect_all(host);
    ck_assert_uint_lt(rd_lua_host_bytes(host), 64 * 1024);
    rd_lua_host_free(host); /* asserts that the heap is at zero */
}
END_TEST

/* What the compiler does with this grows with the square of it. */
static int l_compile_ands(lua_State *L)
{
    static const char begin[] = "local a = 1 local b = a", more[] = " and a";
    size_t count = 170000, len = sizeof(begin) - 1;
    char *text = lua_newuserdatauv(L, len + count * (sizeof(more) - 1), 0);
    memcpy(text, begin, len);
    for (; count > 0; count--, len += sizeof(more) - 1)
        memcpy(text + len, more, sizeof(more) - 1);
    if (rd_lua_host_compile(L, text, len, "@x.lua") != LUA_OK)
        return lua_error(L);
    return 0;
}

START_TEST(compiling_is_bounded)
{
    struct rd_lua_host *host;
    struct rd_lua_budget budget = rd_lua_budget_load;
    budget.time_ms = 200;
    rig_begin(&rig);
    ck_assert_int_eq(rd_lua_host_new(&host, &rig.error), RD_OK);
    ck_assert_int_eq(rd_lua_host_run(host, l_compile_ands, NULL, &budget, &rig.error),
                     RD_POLICY_FAULT);
    ck_assert_ptr_nonnull(strstr(rig.error.text, "takes longer than it may"));
    rd_lua_host_free(host);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("hostile policies");
    TCase *tcase = tcase_create("all");
    tcase_add_checked_fixture(tcase, NULL, teardown);
    tcase_set_timeout(tcase, 60);
    tcase_add_loop_test(tcase, attack_fails, 0, sizeof(ATTACKS) / sizeof(ATTACKS[0]));
    tcase_add_loop_test(tcase, bad_patterns_are_said, 0,
                        sizeof(BAD_PATTERNS) / sizeof(BAD_PATTERNS[0]));
    tcase_add_loop_test(tcase, bad_loads_are_findings, 0, sizeof(LOADS) / sizeof(LOADS[0]));
    tcase_add_loop_test(tcase, changed_locals_are_findings, 0, sizeof(IMPURE) / sizeof(IMPURE[0]));
    tcase_add_test(tcase, a_bad_comparator_ends);
    tcase_add_test(tcase, sort_is_stable);
    tcase_add_test(tcase, patterns_work);
    tcase_add_test(tcase, nesting_is_bounded);
    tcase_add_test(tcase, shadowed_locals_are_no_findings);
    tcase_add_test(tcase, iterators_are_not_kept);
    tcase_add_test(tcase, the_door_closes_behind_everything);
    tcase_add_test(tcase, compiling_is_bounded);
    suite_add_tcase(suite, tcase);
    return unit_run(suite);
}
