/* The pattern functions: find, match, gmatch, gsub, as the reference manual has them (Lua 5.4,
 * section 6.4), over the matcher of match.c, which counts its steps. What they hand back is Lua's;
 * gsub builds its result in a luaL_Buffer, which Lua owns. A plain find is memmem, which is linear
 * whatever it is given.
 */
#include "policy/pattern.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>

#include <lauxlib.h>

#include "policy/lua_host.h"
#include "policy/match.h"

#define ESCAPE '%'

/* The argument `init` as an offset; beyond the end: SIZE_MAX. */
static size_t l_start(lua_State *L, int index, size_t len)
{
    lua_Integer init = luaL_optinteger(L, index, 1);
    if (init > 0)
        return (size_t)init - 1 <= len ? (size_t)init - 1 : SIZE_MAX;
    if (init == 0 || init < -(lua_Integer)len)
        return 0;
    return len - (size_t)-init;
}

static int l_find_plain(lua_State *L, const char *s, size_t s_len, const char *p, size_t p_len,
                        size_t start)
{
    l_host_charge(L, "string.find", s_len - start + p_len);
    const char *found = memmem(s + start, s_len - start, p, p_len);
    if (!found) {
        lua_pushnil(L);
        return 1;
    }
    lua_pushinteger(L, found - s + 1);
    lua_pushinteger(L, found - s + (ptrdiff_t)p_len);
    return 2;
}

static int l_find_or_match(lua_State *L, const char *what, bool find)
{
    size_t s_len, p_len;
    const char *s = luaL_checklstring(L, 1, &s_len), *p = luaL_checklstring(L, 2, &p_len);
    size_t start = l_start(L, 3, s_len);
    if (start == SIZE_MAX) {
        lua_pushnil(L);
        return 1;
    }
    bool plain = p_len == 0 || strcspn(p, "^$*+?.([%-") == p_len;
    if (find && (lua_toboolean(L, 4) || plain))
        return l_find_plain(L, s, s_len, p, p_len, start);
    struct rd_match m;
    rd_match_begin(&m, L, what, s, s_len, p, p_len);
    bool anchored = p_len > 0 && *p == '^';
    const char *at = s + start, *first = anchored ? p + 1 : p, *end = NULL;
    do {
        end = l_match_at(&m, at, first);
    } while (!end && at++ < m.subject_end && !anchored);
    rd_match_end(&m);
    if (!end) {
        lua_pushnil(L);
        return 1;
    }
    if (!find)
        return l_match_push_captures(&m, at, end);
    lua_pushinteger(L, at - s + 1);
    lua_pushinteger(L, end - s);
    return l_match_push_captures(&m, NULL, NULL) + 2;
}

int l_pattern_find(lua_State *L)
{
    return l_find_or_match(L, "string.find", true);
}

int l_pattern_match(lua_State *L)
{
    return l_find_or_match(L, "string.match", false);
}

/* Upvalues: subject, pattern, offset to go on at, offset behind the last match (-1: none yet). */
int l_pattern_gmatch_step(lua_State *L)
{
    size_t s_len, p_len;
    const char *s = lua_tolstring(L, lua_upvalueindex(1), &s_len);
    const char *p = lua_tolstring(L, lua_upvalueindex(2), &p_len);
    lua_Integer last = lua_tointeger(L, lua_upvalueindex(4));
    struct rd_match m;
    rd_match_begin(&m, L, "string.gmatch", s, s_len, p, p_len);
    for (const char *at = s + lua_tointeger(L, lua_upvalueindex(3)); at <= m.subject_end; at++) {
        const char *end = l_match_at(&m, at, p);
        if (!end || end - s == last)
            continue;
        rd_match_end(&m);
        lua_pushinteger(L, end - s);
        lua_copy(L, -1, lua_upvalueindex(3));
        lua_replace(L, lua_upvalueindex(4));
        return l_match_push_captures(&m, at, end);
    }
    rd_match_end(&m);
    return 0;
}

int l_pattern_gmatch(lua_State *L)
{
    size_t len;
    luaL_checklstring(L, 1, &len);
    luaL_checkstring(L, 2);
    size_t start = l_start(L, 3, len);
    lua_settop(L, 2);
    lua_pushinteger(L, start == SIZE_MAX ? (lua_Integer)len + 1 : (lua_Integer)start);
    lua_pushinteger(L, -1);
    lua_pushcclosure(L, l_pattern_gmatch_step, 4);
    return 1;
}

/* A replacement text, with %0 to %9 and %%. */
static void l_gsub_text(struct rd_match *m, luaL_Buffer *b, const char *s, const char *e)
{
    size_t len;
    const char *text = lua_tolstring(m->L, 3, &len);
    for (size_t i = 0; i < len; i++) {
        if (text[i] != ESCAPE) {
            luaL_addchar(b, text[i]);
            continue;
        }
        unsigned char c = (unsigned char)text[++i]; /* a NUL ends every Lua string */
        if (c == ESCAPE) {
            luaL_addchar(b, ESCAPE);
        } else if (c == '0') {
            luaL_addlstring(b, s, (size_t)(e - s));
        } else if (isdigit(c)) {
            l_match_push_capture(m, c - '1', s, e);
            luaL_tolstring(m->L, -1, NULL);
            lua_remove(m->L, -2);
            luaL_addvalue(b);
        } else {
            luaL_error(m->L, "invalid use of '%%' in replacement string");
        }
    }
}

/* Adds what stands for the match from `s` to `e`. */
static void l_gsub_value(struct rd_match *m, luaL_Buffer *b, const char *s, const char *e, int kind)
{
    lua_State *L = m->L;
    if (kind == LUA_TFUNCTION) {
        lua_pushvalue(L, 3);
        int count = l_match_push_captures(m, s, e);
        rd_match_end(m); /* the function has work of its own to charge */
        lua_call(L, count, 1);
        m->left = rd_lua_host_work(rd_lua_host_of(L));
    } else if (kind == LUA_TTABLE) {
        l_match_push_capture(m, 0, s, e);
        lua_gettable(L, 3);
    } else {
        l_gsub_text(m, b, s, e);
        return;
    }
    if (!lua_toboolean(L, -1)) {
        lua_pop(L, 1);
        luaL_addlstring(b, s, (size_t)(e - s));
        return;
    }
    if (!lua_isstring(L, -1))
        luaL_error(L, "invalid replacement value (a %s)", luaL_typename(L, -1));
    luaL_addvalue(b);
}

int l_pattern_gsub(lua_State *L)
{
    size_t s_len, p_len;
    const char *s = luaL_checklstring(L, 1, &s_len), *p = luaL_checklstring(L, 2, &p_len);
    int kind = lua_type(L, 3) == LUA_TNUMBER ? LUA_TSTRING : lua_type(L, 3);
    if (kind == LUA_TUSERDATA) /* a view of facts is read like a table */
        kind = LUA_TTABLE;
    luaL_argexpected(L, kind == LUA_TSTRING || kind == LUA_TFUNCTION || kind == LUA_TTABLE, 3,
                     "string/function/table");
    /* of a text only: a table's length is whatever its script makes it, and no work */
    int64_t replacement = lua_type(L, 3) == LUA_TSTRING ? (int64_t)lua_rawlen(L, 3) : 0;
    lua_Integer most = luaL_optinteger(L, 4, (lua_Integer)s_len + 1), count = 0;
    bool anchored = p_len > 0 && *p == '^';
    const char *first = anchored ? p + 1 : p, *at = s, *last = NULL;
    struct rd_match m;
    rd_match_begin(&m, L, "string.gsub", s, s_len, p, p_len);
    luaL_Buffer b;
    luaL_buffinit(L, &b);
    while (count < most) {
        const char *end = l_match_at(&m, at, first);
        if (end && end != last) {
            count++;
            l_match_step(&m, replacement + (end - at));
            l_gsub_value(&m, &b, at, end, kind);
            at = last = end;
        } else if (at < m.subject_end) {
            luaL_addchar(&b, *at++);
        } else {
            break;
        }
        if (anchored)
            break;
    }
    rd_match_end(&m);
    if (at < m.subject_end)
        luaL_addlstring(&b, at, (size_t)(m.subject_end - at));
    luaL_pushresult(&b);
    lua_pushinteger(L, count);
    return 2;
}
