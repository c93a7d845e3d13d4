/* The sandbox: the functions that company code may call.
 *
 * An allow-list, spelled out below; nothing that loads code, names an address, reads a clock, draws
 * a number or keeps a state is on it. Functions whose work grows with a text or table charge it
 * first. Order is fixed: pairs and next go through sorted keys. What is safe in the library is
 * taken from there and called through l_sandbox_call, so that each of them stays what the manual
 * says.
 */
#include "policy/sandbox.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <lauxlib.h>
#include <lualib.h>

#include "policy/lua_host.h"
#include "policy/lua_value.h"
#include "policy/pattern.h"
#include "policy/sandbox_table.h"
#include "policy/sandbox_text.h"

/* Its address is the key of the frozen tables' mark in their metatables. */
static const char frozen_key;

void l_sandbox_thaw(lua_State *L)
{
    if (lua_type(L, -1) != LUA_TTABLE || !lua_getmetatable(L, -1))
        return;
    if (lua_rawgetp(L, -1, &frozen_key) == LUA_TNIL) {
        lua_pop(L, 2);
        return;
    }
    lua_replace(L, -3);
    lua_pop(L, 1);
}

static int l_frozen_newindex(lua_State *L)
{
    return luaL_error(L, "this table belongs to the file and can't be changed");
}

static int l_frozen_len(lua_State *L)
{
    lua_settop(L, 1);
    l_sandbox_thaw(L);
    lua_pushinteger(L, luaL_len(L, -1));
    return 1;
}

int l_sandbox_freeze(lua_State *L)
{
    luaL_checktype(L, 1, LUA_TTABLE);
    lua_newtable(L);
    lua_createtable(L, 0, 5);
    lua_pushvalue(L, 1);
    lua_rawsetp(L, -2, &frozen_key);
    lua_pushvalue(L, 1);
    lua_setfield(L, -2, "__index");
    lua_pushcfunction(L, l_frozen_newindex);
    lua_setfield(L, -2, "__newindex");
    lua_pushcfunction(L, l_frozen_len);
    lua_setfield(L, -2, "__len");
    lua_pushboolean(L, 0);
    lua_setfield(L, -2, "__metatable");
    lua_setmetatable(L, -2);
    return 1;
}

/* ---- keys in a fixed order ---- */

struct key {
    int rank; /* 0 number, 1 text, 2 boolean */
    bool whole;
    bool boolean;
    lua_Integer integer;
    lua_Number number;
    const char *text; /* in the table, as long as it is not changed */
    size_t len;
};

static void l_key_read(lua_State *L, int index, const char *what, struct key *key)
{
    *key = (struct key){ 0 };
    switch (lua_type(L, index)) {
    case LUA_TNUMBER:
        key->whole = lua_isinteger(L, index);
        if (key->whole)
            key->integer = lua_tointeger(L, index);
        key->number = lua_tonumber(L, index);
        return;
    case LUA_TSTRING:
        key->rank = 1;
        key->text = lua_tolstring(L, index, &key->len);
        return;
    case LUA_TBOOLEAN:
        key->rank = 2;
        key->boolean = lua_toboolean(L, index);
        return;
    default:
        luaL_error(L, "%s: a table whose keys are of the type %s has no order", what,
                   luaL_typename(L, index));
    }
}

static int key_compare(const void *left, const void *right)
{
    const struct key *a = left, *b = right;
    if (a->rank != b->rank)
        return a->rank - b->rank;
    if (a->rank == 2)
        return a->boolean - b->boolean;
    if (a->rank == 0) {
        if (a->whole && b->whole)
            return a->integer < b->integer ? -1 : a->integer > b->integer;
        return a->number < b->number ? -1 : a->number > b->number;
    }
    size_t len = a->len < b->len ? a->len : b->len;
    int order = memcmp(a->text, b->text, len);
    if (order != 0)
        return order;
    return a->len < b->len ? -1 : a->len > b->len;
}

static void l_key_push(lua_State *L, const struct key *key)
{
    if (key->rank == 1)
        lua_pushlstring(L, key->text, key->len);
    else if (key->rank == 2)
        lua_pushboolean(L, key->boolean);
    else if (key->whole)
        lua_pushinteger(L, key->integer);
    else
        lua_pushnumber(L, key->number);
}

/* 16 units a key and as many for each level of the sort. */
static uint64_t key_work(lua_Unsigned count)
{
    uint64_t levels = 1;
    while (count >> levels)
        levels++;
    return count * 16 * levels;
}

/* Counts the keys of the table at `index`. */
static lua_Unsigned l_key_count(lua_State *L, int index, const char *what)
{
    lua_Unsigned count = 0;
    for (lua_pushnil(L); lua_next(L, index); lua_pop(L, 1))
        if (++count % 1024 == 0)
            l_host_charge(L, what, 1024);
    return count;
}

static void l_table_keys(lua_State *L, int index, const char *what)
{
    lua_Unsigned count = l_key_count(L, index, what);
    l_host_charge(L, what, key_work(count));
    struct key *keys = lua_newuserdatauv(L, (count + 1) * sizeof(*keys), 0);
    size_t at = 0;
    for (lua_pushnil(L); lua_next(L, index); lua_pop(L, 1))
        l_key_read(L, -2, what, &keys[at++]);
    qsort(keys, at, sizeof(*keys), key_compare);
    lua_createtable(L, (int)at, 0);
    for (size_t i = 0; i < at; i++) {
        l_key_push(L, &keys[i]);
        lua_rawseti(L, -2, (lua_Integer)i + 1);
    }
    lua_remove(L, -2);
}

static void l_view_keys(lua_State *L, const struct rd_value *view, const char *what)
{
    l_host_charge(L, what, key_work(view->count));
    struct key *keys = lua_newuserdatauv(L, (view->count + 1) * sizeof(*keys), 0);
    size_t at = 0;
    for (uint32_t i = 0; view->kind == RD_LIST && i < view->count; i++)
        keys[at++] = (struct key){ .whole = true, .integer = i + 1, .number = i + 1 };
    for (uint32_t i = 0; view->kind == RD_MAP && i < view->count; i++)
        if (view->pairs[i].value.kind != RD_NULL)
            keys[at++] = (struct key){ .rank = 1,
                                       .text = view->pairs[i].key,
                                       .len = strlen(view->pairs[i].key) };
    qsort(keys, at, sizeof(*keys), key_compare);
    lua_createtable(L, (int)at, 0);
    for (size_t i = 0; i < at; i++) {
        l_key_push(L, &keys[i]);
        lua_rawseti(L, -2, (lua_Integer)i + 1);
    }
    lua_remove(L, -2);
}

void l_sandbox_push_keys(lua_State *L, int index, const char *what)
{
    index = lua_absindex(L, index);
    const struct rd_value *view = l_value_view(L, index);
    if (view) {
        l_view_keys(L, view, what);
        return;
    }
    luaL_argexpected(L, lua_type(L, index) == LUA_TTABLE, index, "table");
    lua_pushvalue(L, index);
    l_sandbox_thaw(L);
    l_table_keys(L, lua_gettop(L), what);
    lua_remove(L, -2);
}

/* Upvalues: the table, its keys, how many are done. Keys whose value is gone meanwhile are passed
 * over. */
static int l_pairs_step(lua_State *L)
{
    lua_Integer at = lua_tointeger(L, lua_upvalueindex(3));
    for (;;) {
        if (lua_rawgeti(L, lua_upvalueindex(2), ++at) == LUA_TNIL)
            return 1;
        lua_pushvalue(L, -1);
        if (lua_gettable(L, lua_upvalueindex(1)) != LUA_TNIL)
            break;
        lua_pop(L, 2);
    }
    lua_pushinteger(L, at);
    lua_replace(L, lua_upvalueindex(3));
    return 2;
}

bool rd_sandbox_keeps_state(lua_State *L, int index)
{
    lua_CFunction function = lua_tocfunction(L, index);
    return function == l_pairs_step || function == l_pattern_gmatch_step;
}

static int l_pairs(lua_State *L)
{
    luaL_checkany(L, 1);
    lua_settop(L, 1);
    l_sandbox_push_keys(L, 1, "pairs");
    lua_pushinteger(L, 0);
    lua_pushcclosure(L, l_pairs_step, 3);
    return 1;
}

/* The smallest key above the one given. Looks through the whole table: for emptiness tests, not for
 * loops. */
static int l_next(lua_State *L)
{
    lua_settop(L, 2);
    l_sandbox_push_keys(L, 1, "next");
    struct key last, key;
    bool first = lua_isnil(L, 2);
    if (!first)
        l_key_read(L, 2, "next", &last);
    for (lua_Integer i = 1; lua_rawgeti(L, 3, i) != LUA_TNIL; i++) {
        l_key_read(L, -1, "next", &key);
        if (first || key_compare(&key, &last) > 0) {
            lua_pushvalue(L, -1);
            lua_gettable(L, 1);
            return 2;
        }
        lua_pop(L, 1);
    }
    lua_pushnil(L);
    return 1;
}

/* ---- base ---- */

static int l_error(lua_State *L)
{
    lua_Integer level = luaL_optinteger(L, 2, 1);
    luaL_checkstring(L, 1);
    luaL_argcheck(L, level >= 0 && level <= 2, 2, "level must be 0, 1 or 2");
    lua_settop(L, 1);
    if (level > 0) {
        luaL_where(L, (int)level);
        lua_insert(L, 1);
        lua_concat(L, 2);
    }
    return lua_error(L);
}

static int l_assert(lua_State *L)
{
    if (lua_toboolean(L, 1))
        return lua_gettop(L);
    luaL_checkany(L, 1);
    return luaL_error(L, "%s", luaL_optstring(L, 2, "assertion failed"));
}

static int l_select(lua_State *L)
{
    int count = lua_gettop(L);
    l_host_charge(L, "select", (uint64_t)count);
    if (lua_type(L, 1) == LUA_TSTRING && *lua_tostring(L, 1) == '#') {
        lua_pushinteger(L, count - 1);
        return 1;
    }
    lua_Integer at = luaL_checkinteger(L, 1);
    if (at < 0)
        at = count + at;
    else if (at > count)
        at = count;
    luaL_argcheck(L, at >= 1, 1, "index out of range");
    return count - (int)at;
}

static int l_type(lua_State *L)
{
    luaL_checkany(L, 1);
    if (l_value_is_view(L, 1))
        lua_pushstring(L, "table");
    else
        lua_pushstring(L, luaL_typename(L, 1));
    return 1;
}

static int l_tostring(lua_State *L)
{
    luaL_checkany(L, 1);
    l_sandbox_text(L, 1);
    return 1;
}

static int l_ipairs_step(lua_State *L)
{
    /* as the library counts: behind the greatest comes the smallest */
    lua_Integer i = (lua_Integer)((lua_Unsigned)luaL_checkinteger(L, 2) + 1);
    lua_pushinteger(L, i);
    return lua_geti(L, 1, i) == LUA_TNIL ? 1 : 2;
}

static int l_ipairs(lua_State *L)
{
    luaL_checkany(L, 1);
    lua_pushcfunction(L, l_ipairs_step);
    lua_pushvalue(L, 1);
    lua_pushinteger(L, 0);
    return 3;
}

/* ---- putting it together ---- */

/* Upvalues: a function of the library, its name. Charges by the texts it is given, then calls it.
 */
static int l_charged(lua_State *L)
{
    uint64_t bytes = 16;
    for (int i = 1; i <= lua_gettop(L); i++)
        if (lua_type(L, i) == LUA_TSTRING)
            bytes += lua_rawlen(L, i);
    l_host_charge(L, lua_tostring(L, lua_upvalueindex(2)), bytes);
    return l_sandbox_call(L);
}

/* Pushes the library's functions of these names, each behind l_charged, into the table at the top.
 */
static void l_take_charged(lua_State *L, const char *library, const char *const *names)
{
    for (; *names; names++) {
        if (library)
            lua_getglobal(L, library);
        else
            lua_pushglobaltable(L);
        lua_getfield(L, -1, *names);
        lua_remove(L, -2);
        lua_pushfstring(L, "%s%s%s", library ? library : "", library ? "." : "", *names);
        lua_pushcclosure(L, l_charged, 2);
        lua_setfield(L, -2, *names);
    }
}

/* Members of the library that are taken as they are: constants, and functions of constant cost. */
static void l_take(lua_State *L, const char *library, const char *const *names)
{
    lua_getglobal(L, library);
    for (; *names; names++) {
        lua_getfield(L, -1, *names);
        lua_setfield(L, -3, *names);
    }
    lua_pop(L, 1);
}

/* The table at the top becomes the read-only field `name` of the one below. */
static void l_put_frozen(lua_State *L, const char *name)
{
    lua_pushcfunction(L, l_sandbox_freeze);
    lua_insert(L, -2);
    lua_call(L, 1, 1);
    lua_setfield(L, -2, name);
}

void l_sandbox_push(lua_State *L)
{
    static const luaL_Reg base[] = {
        { "assert", l_assert }, { "error", l_error },       { "ipairs", l_ipairs },
        { "next", l_next },     { "pairs", l_pairs },       { "select", l_select },
        { "type", l_type },     { "tostring", l_tostring }, { NULL, NULL },
    };
    static const char *const numbers[] = { "abs",       "ceil", "floor",      "fmod",
                                           "max",       "min",  "maxinteger", "mininteger",
                                           "tointeger", "type", "ult",        NULL };
    static const char *const letters[] = { "char", "len", "offset", NULL };
    static const char *const letters_as_is[] = { "charpattern", NULL };
    static const char *const base_charged[] = { "tonumber", NULL };
    luaL_newlib(L, base);
    l_take_charged(L, NULL, base_charged);
    l_sandbox_push_table(L);
    l_put_frozen(L, "table");
    lua_newtable(L);
    l_take(L, "math", numbers);
    l_put_frozen(L, "math");
    lua_newtable(L);
    l_take_charged(L, "utf8", letters);
    l_take(L, "utf8", letters_as_is);
    l_sandbox_put_utf8(L);
    l_put_frozen(L, "utf8");
    l_sandbox_push_string(L);
    l_put_frozen(L, "string");
}

void l_sandbox_open(lua_State *L)
{
    static const luaL_Reg libraries[] = {
        { LUA_GNAME, luaopen_base },       { LUA_STRLIBNAME, luaopen_string },
        { LUA_TABLIBNAME, luaopen_table }, { LUA_MATHLIBNAME, luaopen_math },
        { LUA_UTF8LIBNAME, luaopen_utf8 }, { NULL, NULL },
    };
    for (const luaL_Reg *library = libraries; library->name; library++) {
        luaL_requiref(L, library->name, library->func, 1);
        lua_pop(L, 1);
    }
    /* a new metatable, so that arithmetic on texts is gone as well: "10" + 1 is a mistake, not 11
     */
    lua_pushliteral(L, "");
    lua_createtable(L, 0, 2);
    l_sandbox_push_string(L);
    lua_setfield(L, -2, "__index");
    lua_pushboolean(L, 0);
    lua_setfield(L, -2, "__metatable");
    lua_setmetatable(L, -2);
    lua_pop(L, 1);
}
