/* Text functions: the library's own, behind a charge for what they will touch.
 *
 * rep and format are judged by what they will make; %p is refused, and a %s of a table or function
 * gives its type only, so that no address can become part of a decision. byte and codepoint give
 * RD_LUA_SPREAD_MAX values at most, since what is on the stack is copied by single instructions.
 */
#include "policy/sandbox_text.h"

#include <string.h>

#include <lauxlib.h>

#include "base/limits.h"
#include "policy/lua_host.h"
#include "policy/lua_value.h"
#include "policy/pattern.h"

/* What one directive of a format may make besides its text: "%99.99f" of the greatest number. */
#define DIRECTIVE_BYTES 512

int l_sandbox_call(lua_State *L)
{
    lua_pushvalue(L, lua_upvalueindex(1));
    lua_insert(L, 1);
    lua_call(L, lua_gettop(L) - 1, LUA_MULTRET);
    return lua_gettop(L);
}

void l_sandbox_text(lua_State *L, int index)
{
    switch (lua_type(L, index)) {
    case LUA_TNIL:
    case LUA_TBOOLEAN:
    case LUA_TNUMBER:
    case LUA_TSTRING:
        luaL_tolstring(L, index, NULL);
        return;
    default:
        lua_pushstring(L, l_value_is_view(L, index) ? "table" : luaL_typename(L, index));
    }
}

/* lower, upper, reverse, len, sub: the work is the text's length. Upvalues: the function, its name.
 */
static int l_text_plain(lua_State *L)
{
    size_t len;
    luaL_checklstring(L, 1, &len);
    l_host_charge(L, lua_tostring(L, lua_upvalueindex(2)), len);
    return l_sandbox_call(L);
}

static int l_text_rep(lua_State *L)
{
    size_t len, separator_len;
    luaL_checklstring(L, 1, &len);
    lua_Integer times = luaL_checkinteger(L, 2);
    luaL_optlstring(L, 3, "", &separator_len);
    uint64_t bytes = 0, each = (uint64_t)len + separator_len;
    if (each == 0)
        each = 1; /* the library goes round for nothing as well */
    if (times > 0 && __builtin_mul_overflow((uint64_t)times, each, &bytes))
        bytes = UINT64_MAX;
    l_host_charge(L, "string.rep", bytes);
    return l_sandbox_call(L);
}

/* byte(s, i, j) and codepoint(s, i, j). Upvalues: the function, its name. */
static int l_text_spread(lua_State *L)
{
    size_t len;
    luaL_checklstring(L, 1, &len);
    lua_Integer first = luaL_optinteger(L, 2, 1), last = luaL_optinteger(L, 3, first);
    if (first < 0)
        first = first < -(lua_Integer)len ? 1 : (lua_Integer)len + first + 1;
    if (last < 0)
        last = last < -(lua_Integer)len ? 0 : (lua_Integer)len + last + 1;
    if (last > (lua_Integer)len)
        last = (lua_Integer)len;
    if (last >= first && last - first >= RD_LUA_SPREAD_MAX)
        return luaL_error(L, "%s: more than %d values", lua_tostring(L, lua_upvalueindex(2)),
                          RD_LUA_SPREAD_MAX);
    return l_sandbox_call(L);
}

static int l_text_char(lua_State *L)
{
    l_host_charge(L, "string.char", (uint64_t)lua_gettop(L));
    return l_sandbox_call(L);
}

/* The letter of the directive behind the '%' at `at`; moves `at` to it. */
static char format_directive(const char *format, size_t len, size_t *at)
{
    do {
        ++*at;
    } while (*at < len && format[*at] != '\0' && strchr("-+ #0123456789.", format[*at]));
    return *at < len ? format[*at] : '\0';
}

static int l_text_format(lua_State *L)
{
    size_t len;
    const char *format = luaL_checklstring(L, 1, &len);
    uint64_t bytes = len;
    int argument = 1;
    for (size_t i = 0; i < len; i++) {
        if (format[i] != '%')
            continue;
        char kind = format_directive(format, len, &i);
        if (kind == '%')
            continue;
        argument++;
        bytes += DIRECTIVE_BYTES;
        if (kind == 'p')
            return luaL_error(L, "string.format: '%%p' would show an address");
        if (kind == 's' && argument <= lua_gettop(L)) {
            l_sandbox_text(L, argument);
            lua_replace(L, argument);
        }
        if (lua_type(L, argument) == LUA_TSTRING)
            bytes += 4 * lua_rawlen(L, argument); /* %q may write four bytes for one */
    }
    l_host_charge(L, "string.format", bytes);
    return l_sandbox_call(L);
}

struct text_function {
    const char *name;
    lua_CFunction l_call;
};

/* The library's functions under the ones here, each a closure of (original, name). */
static void l_put(lua_State *L, const char *library, const struct text_function *functions)
{
    lua_getglobal(L, library);
    for (; functions->name; functions++) {
        lua_getfield(L, -1, functions->name);
        lua_pushfstring(L, "%s.%s", library, functions->name);
        lua_pushcclosure(L, functions->l_call, 2);
        lua_setfield(L, -3, functions->name);
    }
    lua_pop(L, 1);
}

void l_sandbox_push_string(lua_State *L)
{
    static const struct text_function functions[] = {
        { "byte", l_text_spread },   { "char", l_text_char },
        { "format", l_text_format }, { "len", l_text_plain },
        { "lower", l_text_plain },   { "rep", l_text_rep },
        { "reverse", l_text_plain }, { "sub", l_text_plain },
        { "upper", l_text_plain },   { NULL, NULL },
    };
    static const luaL_Reg patterns[] = {
        { "find", l_pattern_find },
        { "gmatch", l_pattern_gmatch },
        { "gsub", l_pattern_gsub },
        { "match", l_pattern_match },
        { NULL, NULL },
    };
    lua_createtable(L, 0, 13);
    l_put(L, "string", functions);
    luaL_setfuncs(L, patterns, 0);
}

/* One step of utf8.codes, charged by how far it went: the library's iterator passes over bytes that
 * begin no letter. Upvalue: the iterator. */
static int l_codes_step(lua_State *L)
{
    size_t len;
    luaL_checklstring(L, 1, &len);
    lua_Integer before = luaL_checkinteger(L, 2);
    lua_settop(L, 2);
    lua_pushvalue(L, lua_upvalueindex(1));
    lua_insert(L, 1);
    lua_call(L, 2, 2);
    lua_Integer now = lua_isnil(L, -2) ? (lua_Integer)len : lua_tointeger(L, -2);
    l_host_charge(L, "utf8.codes", now > before && before >= 0 ? (uint64_t)(now - before) : 1);
    return 2;
}

/* codes(s [, lax]). Upvalues: the function, its name. */
static int l_codes(lua_State *L)
{
    luaL_checkstring(L, 1);
    l_host_charge(L, "utf8.codes", 16);
    l_sandbox_call(L);
    lua_pushvalue(L, 1);
    lua_pushcclosure(L, l_codes_step, 1);
    lua_replace(L, 1);
    return lua_gettop(L);
}

void l_sandbox_put_utf8(lua_State *L)
{
    static const struct text_function functions[] = { { "codepoint", l_text_spread },
                                                      { "codes", l_codes },
                                                      { NULL, NULL } };
    l_put(L, "utf8", functions);
}
