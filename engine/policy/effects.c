/* The effect words: what an action writes down and the engine carries out.
 *
 *   start "plan" { complaint = f.id }   makes   { effect = "start", type = "plan", data = { ... } }
 *
 * They are called for nearly every event, so they are in C; those that are asked with a name first
 * give a function that holds it. Errors get their FILE:LINE from the door.
 */
#include "policy/effects.h"

#include <stdarg.h>
#include <stdbool.h>

#include <lauxlib.h>

#include "base/limits.h"
#include "policy/lua_host.h"
#include "policy/lua_value.h"
#include "policy/sandbox.h"

/* What copying one member is worth of the work that a call may do. */
#define MEMBER_WORK 16

static void l_effect_fail(lua_State *L, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    lua_pushvfstring(L, format, args);
    va_end(args);
    lua_error(L);
}

static void l_need_text(lua_State *L, const char *word, int index)
{
    if (lua_type(L, index) != LUA_TSTRING)
        l_effect_fail(L, "%s needs a name behind it", word);
}

static void l_need_table(lua_State *L, const char *word, int index)
{
    if (lua_type(L, index) != LUA_TTABLE)
        l_effect_fail(L, "%s needs { ... } behind it", word);
}

/* ---- maps ---- */

static uint32_t l_map_count(lua_State *L, int index)
{
    uint32_t count = 0;
    for (lua_pushnil(L); lua_next(L, index); lua_pop(L, 1))
        count++;
    return count;
}

static void l_map_copy_plain(lua_State *L, int index)
{
    uint32_t count = l_map_count(L, index);
    l_host_charge(L, "effect", (uint64_t)count * MEMBER_WORK);
    lua_createtable(L, 0, (int)count);
    int copy = lua_gettop(L);
    for (lua_pushnil(L); lua_next(L, index);) {
        lua_pushvalue(L, -2);
        lua_insert(L, -2);
        lua_rawset(L, copy);
    }
}

/* Of a table of the file, which is read-only and stays as it is, or of facts. */
static void l_map_copy_through(lua_State *L, int index)
{
    l_sandbox_push_keys(L, index, "pairs");
    int keys = lua_gettop(L);
    lua_newtable(L);
    for (lua_Integer i = 1; lua_rawgeti(L, keys, i) != LUA_TNIL; i++) {
        lua_pushvalue(L, -1);
        lua_gettable(L, index);
        lua_rawset(L, keys + 1);
    }
    lua_pop(L, 1);
    lua_remove(L, keys);
}

/* Pushes a copy of the map at `index`, marked as one. */
static void l_map_copy(lua_State *L, int index)
{
    bool plain = lua_type(L, index) == LUA_TTABLE && !lua_getmetatable(L, index);
    if (!plain && lua_type(L, index) == LUA_TTABLE)
        lua_pop(L, 1);
    if (plain)
        l_map_copy_plain(L, index);
    else
        l_map_copy_through(L, index);
    l_value_mark(L);
}

int l_effects_map(lua_State *L)
{
    l_map_copy(L, 1);
    return 1;
}

/* ---- words ---- */

/* Pushes { effect = word }, with room for `members` more. */
static void l_effect_new(lua_State *L, const char *word, int members)
{
    lua_createtable(L, 0, members + 1);
    lua_pushstring(L, word);
    lua_setfield(L, -2, "effect");
}

/* The member `name` of the table at 1 goes into the effect at the top as `as`. */
static void l_effect_take(lua_State *L, const char *name, const char *as)
{
    if (lua_getfield(L, 1, name) == LUA_TNIL)
        lua_pop(L, 1);
    else
        lua_setfield(L, -2, as);
}

/* The name that the word was asked with goes into the effect at the top. */
static void l_effect_name(lua_State *L, const char *as)
{
    lua_pushvalue(L, lua_upvalueindex(1));
    lua_setfield(L, -2, as);
}

static const char *l_effect_named(lua_State *L)
{
    return lua_tostring(L, lua_upvalueindex(1));
}

/* Gives the function that takes the rest of a word behind its name. */
static int l_effect_rest(lua_State *L, const char *word, lua_CFunction rest)
{
    l_need_text(L, word, 1);
    lua_settop(L, 1);
    lua_pushcclosure(L, rest, 1);
    return 1;
}

static int l_set(lua_State *L)
{
    l_need_table(L, "set", 1);
    lua_settop(L, 1);
    l_effect_new(L, "set", 1);
    l_map_copy(L, 1);
    lua_setfield(L, -2, "data");
    return 1;
}

/* start "type" { fields, link = "name" } or { data = { fields }, link = "name" } */
static int l_start_with(lua_State *L)
{
    l_need_table(L, "start", 1);
    lua_settop(L, 1);
    bool whole = lua_getfield(L, 1, "data") == LUA_TTABLE;
    l_effect_new(L, "start", 3);
    l_effect_name(L, "type");
    l_map_copy(L, whole ? 2 : 1);
    if (!whole) {
        lua_pushnil(L);
        lua_setfield(L, -2, "link");
    }
    lua_setfield(L, -2, "data");
    l_effect_take(L, "link", "link");
    return 1;
}

static int l_start(lua_State *L)
{
    return l_effect_rest(L, "start", l_start_with);
}

static int l_send_with(lua_State *L)
{
    l_need_table(L, "send", 1);
    lua_settop(L, 1);
    if (lua_getfield(L, 1, "to") == LUA_TNIL)
        l_effect_fail(L, "send: to = nothing: whom is '%s' sent to?", l_effect_named(L));
    l_effect_new(L, "send", 3);
    l_effect_name(L, "event");
    l_effect_take(L, "to", "to");
    lua_getfield(L, 1, "form");
    if (!lua_toboolean(L, -1)) {
        lua_pop(L, 1);
        lua_newtable(L);
    }
    int form = lua_gettop(L);
    if (lua_type(L, form) != LUA_TTABLE && !l_value_is_view(L, form))
        l_effect_fail(L, "send: form needs { ... }");
    l_map_copy(L, form);
    lua_setfield(L, form - 1, "form");
    lua_pop(L, 1);
    return 1;
}

static int l_send(lua_State *L)
{
    return l_effect_rest(L, "send", l_send_with);
}

static int l_link_with(lua_State *L)
{
    l_need_table(L, "link", 1);
    lua_settop(L, 1);
    if (lua_getfield(L, 1, "to") == LUA_TNIL)
        l_effect_fail(L, "link: to = nothing");
    l_effect_new(L, "link", 2);
    l_effect_name(L, "name");
    l_effect_take(L, "to", "to");
    return 1;
}

static int l_link(lua_State *L)
{
    return l_effect_rest(L, "link", l_link_with);
}

/* Pushes the list of those who are told. */
static void l_tell_names(lua_State *L)
{
    lua_Integer count = luaL_len(L, 1);
    if (count <= 0)
        l_effect_fail(L, "tell: nobody is named");
    if (count > RD_LUA_RESULT_NODES_MAX) /* of a table with holes it is no number of names */
        l_effect_fail(L, "tell: names too many");
    l_host_charge(L, "tell", (uint64_t)count * MEMBER_WORK);
    lua_createtable(L, (int)count, 0);
    for (lua_Integer i = 1; i <= count; i++) {
        lua_geti(L, 1, i);
        l_need_text(L, "tell", -1);
        lua_rawseti(L, -2, i);
    }
}

static int l_tell(lua_State *L)
{
    l_need_table(L, "tell", 1);
    lua_settop(L, 1);
    l_effect_new(L, "tell", 4);
    l_tell_names(L);
    lua_setfield(L, 2, "to");
    bool text = lua_getfield(L, 1, "text") != LUA_TNIL;
    int template = lua_getfield(L, 1, "template");
    if (text && template != LUA_TNIL)
        l_effect_fail(L, "tell: either text or template, not both");
    if (template != LUA_TNIL && template != LUA_TSTRING)
        l_effect_fail(L, "tell: template must be the name of one");
    lua_settop(L, 2);
    l_effect_take(L, "text", "text");
    l_effect_take(L, "template", "template");
    lua_getfield(L, 1, "at_once");
    if (lua_toboolean(L, -1)) {
        lua_pushboolean(L, 1);
        lua_setfield(L, 2, "at_once");
    }
    lua_settop(L, 2);
    return 1;
}

static int l_deadline_with(lua_State *L)
{
    l_need_table(L, "deadline", 1);
    lua_settop(L, 1);
    l_effect_new(L, "deadline", 4);
    l_effect_name(L, "name");
    lua_geti(L, 1, 1);
    l_need_text(L, "deadline", -1);
    lua_setfield(L, -2, "limit");
    l_effect_take(L, "event", "event");
    l_effect_take(L, "clock", "clock");
    return 1;
}

static int l_deadline(lua_State *L)
{
    return l_effect_rest(L, "deadline", l_deadline_with);
}

/* post "LEDGER" { to = id, amount =, key =, kind =, note = }; reverse "LEDGER" { key =, note = }:
 * to and key must be there. */
static int l_posting(lua_State *L, const char *word, const char *const *members)
{
    l_need_table(L, word, 1);
    lua_settop(L, 1);
    if (lua_getfield(L, 1, "key") == LUA_TNIL)
        l_effect_fail(L, "%s: key = nothing: which posting is it?", word);
    l_effect_new(L, word, 6);
    l_effect_name(L, "ledger");
    for (; *members; members++)
        l_effect_take(L, *members, *members);
    return 1;
}

static int l_post_with(lua_State *L)
{
    static const char *const members[] = { "to", "amount", "key", "kind", "note", NULL };
    l_posting(L, "post", members);
    if (lua_getfield(L, -1, "to") == LUA_TNIL)
        l_effect_fail(L, "post: to = nothing: whose account is it?");
    lua_pop(L, 1);
    return 1;
}

static int l_post(lua_State *L)
{
    return l_effect_rest(L, "post", l_post_with);
}

static int l_reverse_with(lua_State *L)
{
    static const char *const members[] = { "key", "note", NULL };
    return l_posting(L, "reverse", members);
}

static int l_reverse(lua_State *L)
{
    return l_effect_rest(L, "reverse", l_reverse_with);
}

static int l_stop(lua_State *L)
{
    l_need_text(L, "stop", 1);
    l_effect_new(L, "stop", 1);
    lua_pushvalue(L, 1);
    lua_setfield(L, -2, "name");
    return 1;
}

void l_effects_push(lua_State *L)
{
    static const luaL_Reg words[] = {
        { "set", l_set },   { "start", l_start },     { "send", l_send },
        { "link", l_link }, { "tell", l_tell },       { "deadline", l_deadline },
        { "post", l_post }, { "reverse", l_reverse }, { "stop", l_stop },
        { NULL, NULL },
    };
    luaL_newlib(L, words);
}
