/* Table functions of the sandbox: concat, insert, remove, sort, unpack.
 *
 * They read and write through metamethods, so that views of facts and tables of the file can be
 * read and refuse to be written. What moves or compares many items charges for it first. sort is a
 * stable merge sort: the library's quicksort draws its pivot from the clock, and the same policy
 * must give the same order for ever.
 */
#include "policy/sandbox_table.h"

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>

#include <lauxlib.h>

#include "base/limits.h"
#include "policy/lua_host.h"
#include "policy/lua_value.h"

/* What a script says is no length that its memory bounds: with t[1], t[2], t[4] ... t[2^61] set, #t
 * is 2^61, and all of it could be gone through without one instruction that is counted. */
static lua_Integer l_table_len(lua_State *L, int index)
{
    if (!l_value_view(L, index))
        luaL_checktype(L, index, LUA_TTABLE);
    lua_Integer len = luaL_len(L, index);
    luaL_argcheck(L, len < INT_MAX, index, "array too big");
    return len;
}

static int l_concat(lua_State *L)
{
    lua_Integer len = l_table_len(L, 1);
    size_t separator_len;
    luaL_optlstring(L, 2, "", &separator_len);
    lua_Integer first = luaL_optinteger(L, 3, 1), last = luaL_optinteger(L, 4, len);
    lua_settop(L, 2);
    luaL_Buffer b;
    luaL_buffinit(L, &b);
    for (lua_Integer i = first; i <= last; i++) {
        int type = lua_geti(L, 1, i);
        if (type != LUA_TSTRING && type != LUA_TNUMBER)
            return luaL_error(L, "table.concat: item %I is a %s, not a text", (LUAI_UACINT)i,
                              luaL_typename(L, -1));
        l_host_charge(L, "table.concat", 16 + lua_rawlen(L, -1) + separator_len);
        luaL_addvalue(&b);
        if (i == LUA_MAXINTEGER)
            break;
        if (i < last)
            luaL_addlstring(&b, luaL_optstring(L, 2, ""), separator_len);
    }
    luaL_pushresult(&b);
    return 1;
}

static int l_insert(lua_State *L)
{
    lua_Integer end = l_table_len(L, 1) + 1, at = end;
    int count = lua_gettop(L);
    luaL_argcheck(L, count == 2 || count == 3, 3, "wrong number of arguments to 'insert'");
    if (count == 3) {
        at = luaL_checkinteger(L, 2);
        luaL_argcheck(L, at >= 1 && at <= end, 2, "position out of bounds");
        l_host_charge(L, "table.insert", 8 * (uint64_t)(end - at));
        for (lua_Integer i = end; i > at; i--) {
            lua_geti(L, 1, i - 1);
            lua_seti(L, 1, i);
        }
    }
    lua_settop(L, count);
    lua_seti(L, 1, at);
    return 0;
}

static int l_remove(lua_State *L)
{
    lua_Integer len = l_table_len(L, 1), at = luaL_optinteger(L, 2, len);
    if (lua_gettop(L) > 1)
        luaL_argcheck(L, (at >= 1 && at <= len + 1) || (len == 0 && at == 0), 2,
                      "position out of bounds");
    if (len > at && at > 0)
        l_host_charge(L, "table.remove", 8 * (uint64_t)(len - at));
    lua_geti(L, 1, at);
    for (; at < len; at++) {
        lua_geti(L, 1, at + 1);
        lua_seti(L, 1, at);
    }
    lua_pushnil(L);
    lua_seti(L, 1, at);
    return 1;
}

static int l_unpack(lua_State *L)
{
    lua_Integer first = luaL_optinteger(L, 2, 1);
    lua_Integer last = lua_isnoneornil(L, 3) ? l_table_len(L, 1) : luaL_checkinteger(L, 3);
    if (first > last)
        return 0;
    lua_Unsigned count = (lua_Unsigned)last - (lua_Unsigned)first;
    if (count >= RD_LUA_SPREAD_MAX)
        return luaL_error(L, "table.unpack: more than %d values", RD_LUA_SPREAD_MAX);
    luaL_checkstack(L, (int)count + 1, "table.unpack");
    for (lua_Integer i = first; i < last; i++)
        lua_geti(L, 1, i);
    lua_geti(L, 1, last);
    return (int)count + 1;
}

/* Whether item b must stand before item a (at the top: a, b). Pops nothing. */
static bool l_sort_less(lua_State *L, int b, int a)
{
    if (lua_isnil(L, 2)) {
        if (lua_type(L, b) == LUA_TSTRING && lua_type(L, a) == LUA_TSTRING)
            l_host_charge(L, "table.sort", lua_rawlen(L, a) / 8);
        return lua_compare(L, b, a, LUA_OPLT);
    }
    b = lua_absindex(L, b);
    a = lua_absindex(L, a);
    if (lua_iscfunction(L, 2)) /* no instruction is counted in it */
        l_host_charge(L, "table.sort", lua_rawlen(L, a) + lua_rawlen(L, b));
    lua_pushvalue(L, 2);
    lua_pushvalue(L, b);
    lua_pushvalue(L, a);
    lua_call(L, 2, 1);
    bool less = lua_toboolean(L, -1);
    lua_pop(L, 1);
    return less;
}

/* Merges [low, middle) and [middle, high) of the table at `from` into the one at `to`. */
static void l_sort_merge(lua_State *L, int from, int to, lua_Integer low, lua_Integer middle,
                         lua_Integer high)
{
    lua_Integer left = low, right = middle;
    for (lua_Integer at = low; at < high; at++) {
        bool take_right = left >= middle;
        if (!take_right && right < high) {
            lua_rawgeti(L, from, left);
            lua_rawgeti(L, from, right);
            take_right = l_sort_less(L, -1, -2);
            lua_pop(L, 2);
        }
        lua_rawgeti(L, from, take_right ? right++ : left++);
        lua_rawseti(L, to, at);
    }
}

/* As many units an item as the sort has levels. */
static uint64_t sort_work(lua_Unsigned count)
{
    uint64_t levels = 1;
    while (count >> levels)
        levels++;
    return count * 16 * levels;
}

/* Bottom up and stable; a comparator that contradicts itself gives some order, never a loop. */
static int l_sort(lua_State *L)
{
    lua_Integer len = l_table_len(L, 1);
    if (!lua_isnoneornil(L, 2))
        luaL_checktype(L, 2, LUA_TFUNCTION);
    lua_settop(L, 2);
    if (len < 2)
        return 0;
    l_host_charge(L, "table.sort", sort_work((lua_Unsigned)len));
    int from = 3, to = 4;
    lua_createtable(L, (int)len, 0);
    lua_createtable(L, (int)len, 0);
    for (lua_Integer i = 1; i <= len; i++) {
        lua_geti(L, 1, i);
        lua_rawseti(L, from, i);
    }
    for (lua_Integer width = 1; width < len; width *= 2) {
        for (lua_Integer low = 1; low <= len; low += 2 * width) {
            lua_Integer middle = low + width <= len ? low + width : len + 1;
            lua_Integer high = middle + width <= len ? middle + width : len + 1;
            l_sort_merge(L, from, to, low, middle, high);
        }
        int other = from;
        from = to;
        to = other;
    }
    for (lua_Integer i = 1; i <= len; i++) {
        lua_rawgeti(L, from, i);
        lua_seti(L, 1, i);
    }
    return 0;
}

void l_sandbox_push_table(lua_State *L)
{
    static const luaL_Reg functions[] = {
        { "concat", l_concat }, { "insert", l_insert }, { "remove", l_remove },
        { "sort", l_sort },     { "unpack", l_unpack }, { NULL, NULL },
    };
    luaL_newlib(L, functions);
}
