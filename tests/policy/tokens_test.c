/* The tokenizer under the prelude's scanner: kinds, places and lines, whatever the text is. */
#include <stdlib.h>
#include <string.h>

#include <lauxlib.h>

#include "base/buf.h"
#include "policy/tokens.h"
#include "unit/unit.h"

static lua_State *L;
static struct rd_buf shown;

static void setup(void)
{
    L = luaL_newstate();
    ck_assert_ptr_nonnull(L);
    rd_buf_init(&shown);
}

static void teardown(void)
{
    lua_close(L);
    rd_buf_fini(&shown);
}

/* "name 1-3 @1 foo; op 4-4 @1 =; end" */
static const char *cut_part(const char *src, size_t len, lua_Integer from, lua_Integer to)
{
    lua_settop(L, 0);
    rd_buf_fini(&shown);
    rd_buf_init(&shown);
    lua_pushcfunction(L, l_tokens);
    lua_pushlstring(L, src, len);
    lua_pushinteger(L, from);
    lua_pushinteger(L, to);
    lua_call(L, 3, 1);
    for (;;) {
        lua_settop(L, 1);
        lua_pushvalue(L, 1);
        lua_call(L, 0, 5);
        const char *kind = lua_tostring(L, 2), *word = lua_tostring(L, 6);
        rd_buf_text(&shown, kind);
        if (strcmp(kind, "end") == 0)
            break;
        rd_buf_printf(&shown, " %lld-%lld @%lld%s%s", lua_tointeger(L, 3), lua_tointeger(L, 4),
                      lua_tointeger(L, 5), word ? " " : "", word ? word : "");
        if (strcmp(kind, "bad") == 0)
            break;
        rd_buf_text(&shown, "; ");
    }
    rd_buf_char(&shown, '\0');
    return shown.data;
}

static const char *cut(const char *src)
{
    return cut_part(src, strlen(src), 1, (lua_Integer)strlen(src));
}

START_TEST(test_kinds)
{
    static const char *const cases[][2] = {
        { "", "end" },
        { "foo=1", "name 1-3 @1 foo; op 4-4 @1 =; number 5-5 @1 1; end" },
        { "end ends en", "keyword 1-3 @1 end; name 5-8 @1 ends; name 10-11 @1 en; end" },
        { "_1 1e3 .5 a.b", "name 1-2 @1 _1; number 4-6 @1 1e3; number 8-9 @1 .5; name 11-11 @1 a; "
                           "op 12-12 @1 .; name 13-13 @1 b; end" },
        { "...== ..~=", "op 1-3 @1 ...; op 4-5 @1 ==; op 7-8 @1 ..; op 9-10 @1 ~=; end" },
        { "a<=b<c", "name 1-1 @1 a; op 2-3 @1 <=; name 4-4 @1 b; op 5-5 @1 <; name 6-6 @1 c; end" },
        { "a[1]", "name 1-1 @1 a; op 2-2 @1 [; number 3-3 @1 1; op 4-4 @1 ]; end" },
        { "\xe4", "op 1-1 @1 \xe4; end" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        ck_assert_str_eq(cut(cases[i][0]), cases[i][1]);
}
END_TEST

START_TEST(test_texts)
{
    static const char *const cases[][2] = {
        { "'a' \"b'\"", "string 1-3 @1; string 5-8 @1; end" },
        { "'\\'' x", "string 1-4 @1; name 6-6 @1 x; end" },
        { "'a\\\nb' x", "string 1-6 @1; name 8-8 @2 x; end" },
        { "'a\\\r\nb' x", "string 1-7 @1; name 9-9 @2 x; end" },
        { "'a\\z \n\n b' x", "string 1-10 @1; name 12-12 @3 x; end" },
        { "'a\nb'", "bad 1-5 @1" }, /* the line ends before */
        { "x 'a", "name 1-1 @1 x; bad 3-4 @1" },
        { "'a\\", "bad 1-3 @1" },
        { "[[a\n]] x", "string 1-6 @1; name 8-8 @2 x; end" },
        { "[==[ ]] ]=] ]==] x", "string 1-16 @1; name 18-18 @1 x; end" },
        { "[=[ ]=]=] x", "string 1-7 @1; op 8-8 @1 =; op 9-9 @1 ]; name 11-11 @1 x; end" },
        { "[=[ ]]=] x", "string 1-8 @1; name 10-10 @1 x; end" },
        { "[=a", "op 1-1 @1 [; op 2-2 @1 =; name 3-3 @1 a; end" },
        { "[[a", "bad 1-3 @1" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        ck_assert_str_eq(cut(cases[i][0]), cases[i][1]);
}
END_TEST

START_TEST(test_lines_and_comments)
{
    static const char *const cases[][2] = {
        { "a\nb\r\nc\n\rd\n\ne", "name 1-1 @1 a; name 3-3 @2 b; name 6-6 @3 c; name 9-9 @4 d; name "
                                 "12-12 @6 e; end" },
        { "a -- b\nc", "name 1-1 @1 a; name 8-8 @2 c; end" },
        { "-- a", "end" },
        { "--[[ a\n]] b", "name 11-11 @2 b; end" },
        { "--[=[ ]] ]=] b", "name 14-14 @1 b; end" },
        { "--[= a\nb", "name 8-8 @2 b; end" }, /* no long one */
        { "a --[[ b", "name 1-1 @1 a; bad 3-8 @1" },
        { "a - - b", "name 1-1 @1 a; op 3-3 @1 -; op 5-5 @1 -; name 7-7 @1 b; end" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        ck_assert_str_eq(cut(cases[i][0]), cases[i][1]);
}
END_TEST

/* Lines are counted from where it begins; a token that begins in the part ends where it ends. */
START_TEST(test_a_part_of_the_source)
{
    const char *src = "one\ntwo three\nfour";
    ck_assert_str_eq(cut_part(src, strlen(src), 5, 10), "name 5-7 @1 two; name 9-13 @1 three; end");
    ck_assert_str_eq(cut_part(src, strlen(src), 4, 5), "name 5-7 @2 two; end");
    ck_assert_str_eq(cut_part(src, strlen(src), 5, 4), "end");
    lua_settop(L, 0);
    lua_pushcfunction(L, l_tokens);
    lua_pushstring(L, "abc");
    lua_pushinteger(L, 0);
    ck_assert_int_eq(lua_pcall(L, 2, 1, 0), LUA_ERRRUN);
}
END_TEST

/* What takes long to see the end of is seen once. */
START_TEST(test_long_brackets_that_never_end)
{
    struct rd_buf src;
    rd_buf_init(&src);
    rd_buf_text(&src, "[==[");
    for (int i = 0; i < 100000; i++)
        rd_buf_text(&src, "]=]=");
    const char *told = cut_part(src.data, src.len, 1, (lua_Integer)src.len);
    ck_assert_str_eq(told, "bad 1-400004 @1");
    rd_buf_fini(&src);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("tokens");
    TCase *tcase = tcase_create("tokens");
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, test_kinds);
    tcase_add_test(tcase, test_texts);
    tcase_add_test(tcase, test_lines_and_comments);
    tcase_add_test(tcase, test_a_part_of_the_source);
    tcase_add_test(tcase, test_long_brackets_that_never_end);
    suite_add_tcase(suite, tcase);
    return unit_run(suite);
}
