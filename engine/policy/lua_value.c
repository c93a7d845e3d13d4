/* Values between C and Lua.
 *
 * Facts are not copied into tables: a rule reads three of forty, so they are handed over as a
 * read-only view, a userdata with a pointer to the value, and each reading looks the key up in C. A
 * view holds no memory of its own and is valid for one run: the run's serial number is in it.
 *
 *   f ─▶ [ view: value*, serial ]  f.form ─▶ [ view of the inner map ]  f.amount ─▶ 10000
 *
 * What comes back is judged before it is believed: plain data only, bounded in depth, number and
 * bytes. Lua's own order of a table's keys differs from process to process, so maps are sorted.
 */
#include "policy/lua_value.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <lauxlib.h>

#include "base/text.h"
#include "policy/lua_host.h"
#include "policy/memo.h"
#include "policy/sandbox.h"

#define NAMES_MAX 256
#define SORTED_BY_INSERTION 16

struct view {
    const struct rd_value *value;
    uint64_t serial;
    bool lenient;
};

/* Their addresses are keys of the registry. */
static const char view_key, map_key, empty_key;

static struct view *l_view_check(lua_State *L, int index)
{
    struct view *view = lua_touserdata(L, index);
    if (!view || view->serial != rd_lua_host_serial(rd_lua_host_of(L)))
        luaL_error(L, "facts of an earlier call can't be read");
    return view;
}

/* Something was learnt of a view that a trace can't say. */
static void l_view_beyond(lua_State *L)
{
    rd_trace_beyond(rd_lua_host_trace(rd_lua_host_of(L)));
}

static void l_view_unknown(lua_State *L, const struct rd_value *map, const char *key)
{
    const char *names[NAMES_MAX];
    size_t count = 0;
    for (uint32_t i = 0; i < map->count && count < NAMES_MAX; i++)
        names[count++] = map->pairs[i].key;
    const char *nearest = rd_text_nearest(key, names, count);
    if (nearest)
        luaL_error(L, "no such fact '%s'; did you mean '%s'?", key, nearest);
    luaL_error(L, "no such fact '%s'", key);
}

static int l_view_index(lua_State *L)
{
    const struct view *view = l_view_check(L, 1);
    const struct rd_value *value = view->value;
    if (value->kind == RD_LIST) {
        l_view_beyond(L);
        if (lua_type(L, 2) != LUA_TNUMBER)
            return luaL_error(L, "a list has items 1, 2, ..., not '%s'",
                              luaL_tolstring(L, 2, NULL));
        int whole;
        lua_Integer at = lua_tointegerx(L, 2, &whole);
        if (whole && at >= 1 && at <= (lua_Integer)value->count)
            l_value_push(L, &value->items[at - 1], view->lenient);
        else
            lua_pushnil(L);
        return 1;
    }
    if (lua_type(L, 2) != LUA_TSTRING)
        return luaL_error(L, "no such fact: names are texts, not a %s", luaL_typename(L, 2));
    const char *key = lua_tostring(L, 2);
    const struct rd_value *found = rd_map_get(value, key);
    if (!found && !view->lenient)
        l_view_unknown(L, value, key);
    if (found) {
        rd_trace_read(rd_lua_host_trace(rd_lua_host_of(L)), value, key, found);
        l_value_push(L, found, view->lenient);
    } else
        lua_pushnil(L);
    return 1;
}

static int l_view_newindex(lua_State *L)
{
    return luaL_error(L, "facts can't be changed");
}

static int l_view_len(lua_State *L)
{
    const struct rd_value *value = l_view_check(L, 1)->value;
    l_view_beyond(L);
    lua_pushinteger(L, value->kind == RD_LIST ? value->count : 0);
    return 1;
}

/* What comparing this with another value may cost. */
static uint64_t view_weight(const struct rd_value *value)
{
    uint64_t weight = 1;
    if (value->kind == RD_TEXT)
        weight += value->count;
    for (uint32_t i = 0; value->kind == RD_LIST && i < value->count; i++)
        weight += view_weight(&value->items[i]);
    for (uint32_t i = 0; value->kind == RD_MAP && i < value->count; i++)
        weight += view_weight(&value->pairs[i].value);
    return weight;
}

static int l_view_eq(lua_State *L)
{
    const struct rd_value *a = l_value_view(L, 1), *b = l_value_view(L, 2);
    if (a && b)
        l_host_charge(L, "comparing facts", view_weight(a));
    lua_pushboolean(L, a && b && rd_value_equal(a, b));
    return 1;
}

void l_value_open(lua_State *L)
{
    static const luaL_Reg view_meta[] = {
        { "__index", l_view_index },
        { "__newindex", l_view_newindex },
        { "__len", l_view_len },
        { "__eq", l_view_eq },
        { NULL, NULL },
    };
    luaL_newlib(L, view_meta);
    lua_pushboolean(L, 0);
    lua_setfield(L, -2, "__metatable");
    lua_rawsetp(L, LUA_REGISTRYINDEX, &view_key);
    lua_newtable(L);
    lua_rawsetp(L, LUA_REGISTRYINDEX, &map_key);
    lua_newuserdatauv(L, 0, 0);
    lua_rawsetp(L, LUA_REGISTRYINDEX, &empty_key);
}

void l_value_push_empty(lua_State *L)
{
    lua_rawgetp(L, LUA_REGISTRYINDEX, &empty_key);
}

void l_value_mark(lua_State *L)
{
    lua_rawgetp(L, LUA_REGISTRYINDEX, &map_key);
    lua_setmetatable(L, -2);
}

int l_value_mark_map(lua_State *L)
{
    luaL_checktype(L, 1, LUA_TTABLE);
    luaL_argcheck(L, !lua_getmetatable(L, 1), 1, "has a metatable already");
    lua_settop(L, 1);
    l_value_mark(L);
    return 1;
}

void l_value_push(lua_State *L, const struct rd_value *value, bool lenient)
{
    switch (value->kind) {
    case RD_NULL:
        lua_pushnil(L);
        return;
    case RD_BOOL:
        lua_pushboolean(L, value->boolean);
        return;
    case RD_INT:
        lua_pushinteger(L, value->integer);
        return;
    case RD_REAL:
        lua_pushnumber(L, value->real);
        return;
    case RD_TEXT:
        lua_pushlstring(L, value->text, value->count);
        return;
    case RD_LIST:
    case RD_MAP:
        break;
    }
    struct view *view = lua_newuserdatauv(L, sizeof(*view), 0);
    view->value = value;
    view->serial = rd_lua_host_serial(rd_lua_host_of(L));
    view->lenient = lenient;
    lua_rawgetp(L, LUA_REGISTRYINDEX, &view_key);
    lua_setmetatable(L, -2);
}

/* Whether the metatable on the top is the one that the registry keeps under `key`; pops it. */
static bool l_meta_is(lua_State *L, const void *key)
{
    lua_rawgetp(L, LUA_REGISTRYINDEX, key);
    bool same = lua_rawequal(L, -1, -2);
    lua_pop(L, 2);
    return same;
}

bool l_value_is_view(lua_State *L, int index)
{
    return lua_type(L, index) == LUA_TUSERDATA && lua_getmetatable(L, index) &&
           l_meta_is(L, &view_key);
}

const struct rd_value *l_value_view(lua_State *L, int index)
{
    if (!l_value_is_view(L, index))
        return NULL;
    l_view_beyond(L);
    return l_view_check(L, index)->value;
}

/* One reading under way. */
struct reading {
    lua_State *L;
    const char *what;
    struct rd_lua_limits *limits;
    struct rd_arena *arena;
};

static void l_read(const struct reading *r, int index, int depth, struct rd_value *out);

static void l_read_refuse(const struct reading *r, const char *why)
{
    luaL_error(r->L, "%s %s", r->what, why);
}

/* Texts that occur often (keys, names) are the same Lua string each time, but each place gets its
 * own copy: simple. */
static const char *l_read_bytes(const struct reading *r, int index, size_t *len)
{
    const char *bytes = lua_tolstring(r->L, index, len);
    if (*len > r->limits->bytes)
        l_read_refuse(r, "is too large");
    r->limits->bytes -= *len;
    if (memchr(bytes, 0, *len) || !rd_text_is_utf8(bytes, *len))
        l_read_refuse(r, "holds a text that is not UTF-8");
    return rd_arena_copy(r->arena, bytes, *len);
}

static void l_read_number(const struct reading *r, int index, struct rd_value *out)
{
    if (lua_isinteger(r->L, index)) {
        *out = rd_int(lua_tointeger(r->L, index));
        return;
    }
    double real = lua_tonumber(r->L, index);
    if (!isfinite(real))
        l_read_refuse(r, "holds a number that is not finite");
    *out = rd_real(real);
}

/* Puts the newest pair in its place: results are small, and written in some order mostly. */
static void read_sort(struct rd_pair *pairs, uint32_t count)
{
    struct rd_pair newest = pairs[count - 1];
    uint32_t at = count - 1;
    for (; at > 0 && strcmp(pairs[at - 1].key, newest.key) > 0; at--)
        pairs[at] = pairs[at - 1];
    pairs[at] = newest;
}

static int read_by_key(const void *a, const void *b)
{
    return strcmp(((const struct rd_pair *)a)->key, ((const struct rd_pair *)b)->key);
}

static void l_read_list(const struct reading *r, int index, uint32_t count, int depth,
                        struct rd_value *out)
{
    *out = (struct rd_value){ .kind = RD_LIST, .count = count, .cap = count };
    if (count > 0)
        out->items = rd_arena_zalloc(r->arena, count, sizeof(*out->items));
    for (uint32_t i = 0; i < count; i++) {
        if (lua_rawgeti(r->L, index, (lua_Integer)i + 1) == LUA_TNIL) /* keys of another type */
            l_read_refuse(r, "holds a list with gaps");
        l_read(r, -1, depth, &out->items[i]);
        lua_pop(r->L, 1);
    }
}

static void l_read_map(const struct reading *r, int index, uint32_t count, int depth,
                       struct rd_value *out)
{
    lua_State *L = r->L;
    *out = (struct rd_value){ .kind = RD_MAP, .count = count, .cap = count };
    if (count == 0)
        return;
    out->pairs = rd_arena_zalloc(r->arena, count, sizeof(*out->pairs));
    uint32_t at = 0;
    for (lua_pushnil(L); lua_next(L, index); lua_pop(L, 1)) {
        size_t len;
        out->pairs[at].key = l_read_bytes(r, -2, &len);
        l_read(r, -1, depth, &out->pairs[at].value);
        at++;
        if (count <= SORTED_BY_INSERTION)
            read_sort(out->pairs, at);
    }
    if (count > SORTED_BY_INSERTION)
        qsort(out->pairs, count, sizeof(*out->pairs), read_by_key);
}

/* Counts a table's members: texts as keys, and other keys; stops where there are more than may be.
 */
static void l_read_count(const struct reading *r, int index, uint32_t *texts, uint32_t *others)
{
    lua_State *L = r->L;
    *texts = *others = 0;
    for (lua_pushnil(L); lua_next(L, index); lua_pop(L, 1)) {
        if (lua_type(L, -2) == LUA_TSTRING)
            ++*texts;
        else
            ++*others;
        if (*texts + *others > r->limits->nodes)
            l_read_refuse(r, "is too large");
    }
}

/* Pushes the table that is read: the one at `index`, or the one behind it where that belongs to the
 * file. Whether it is marked as a map. */
static bool l_read_open(const struct reading *r, int index)
{
    lua_State *L = r->L;
    lua_pushvalue(L, index);
    if (!lua_getmetatable(L, -1))
        return false;
    if (l_meta_is(L, &map_key))
        return true;
    l_sandbox_thaw(L);
    if (!lua_getmetatable(L, -1))
        return false;
    if (!l_meta_is(L, &map_key))
        l_read_refuse(r, "holds a word of the language; only plain data is taken");
    return true;
}

static void l_read_table(const struct reading *r, int index, int depth, struct rd_value *out)
{
    lua_State *L = r->L;
    if (depth <= 0)
        l_read_refuse(r, "is nested too deep, or holds itself");
    luaL_checkstack(L, 8, "reading a table");
    bool map = l_read_open(r, index);
    index = lua_gettop(L);
    uint32_t texts, others;
    l_read_count(r, index, &texts, &others);
    if (texts > 0 && others > 0)
        l_read_refuse(r, "holds a table that is a list and a map at once");
    if (map && others > 0)
        l_read_refuse(r, "holds a map with a key that is no text");
    bool list = texts == 0 && !map;
    if (list && lua_rawlen(L, index) != others)
        l_read_refuse(r, "holds a list with gaps");
    if (list)
        l_read_list(r, index, others, depth - 1, out);
    else
        l_read_map(r, index, texts, depth - 1, out);
    lua_pop(L, 1);
}

/* What a view holds counts like everything else, each time that it is returned. */
static void l_read_charge(const struct reading *r, const struct rd_value *value)
{
    size_t bytes = value->kind == RD_TEXT ? value->count : 0;
    if (r->limits->nodes == 0 || bytes > r->limits->bytes)
        l_read_refuse(r, "is too large");
    r->limits->nodes--;
    r->limits->bytes -= bytes;
    for (uint32_t i = 0; value->kind == RD_LIST && i < value->count; i++)
        l_read_charge(r, &value->items[i]);
    for (uint32_t i = 0; value->kind == RD_MAP && i < value->count; i++)
        l_read_charge(r, &value->pairs[i].value);
}

static void l_read_userdata(const struct reading *r, int index, struct rd_value *out)
{
    lua_rawgetp(r->L, LUA_REGISTRYINDEX, &empty_key);
    bool empty = lua_rawequal(r->L, -1, index);
    lua_pop(r->L, 1);
    const struct rd_value *view = empty ? NULL : l_value_view(r->L, index);
    if (!empty && !view)
        l_read_refuse(r, "holds a value that is no plain data");
    if (view)
        l_read_charge(r, view);
    *out = empty ? rd_null() : rd_value_copy(r->arena, view);
}

static void l_read(const struct reading *r, int index, int depth, struct rd_value *out)
{
    lua_State *L = r->L;
    index = lua_absindex(L, index);
    if (r->limits->nodes == 0)
        l_read_refuse(r, "is too large");
    r->limits->nodes--;
    switch (lua_type(L, index)) {
    case LUA_TNIL:
        *out = rd_null();
        break;
    case LUA_TBOOLEAN:
        *out = rd_bool(lua_toboolean(L, index));
        break;
    case LUA_TNUMBER:
        l_read_number(r, index, out);
        break;
    case LUA_TSTRING: {
        size_t len;
        const char *text = l_read_bytes(r, index, &len);
        *out = (struct rd_value){ .kind = RD_TEXT, .count = (uint32_t)len, .text = text };
        break;
    }
    case LUA_TTABLE:
        l_read_table(r, index, depth, out);
        break;
    case LUA_TUSERDATA:
        l_read_userdata(r, index, out);
        break;
    default:
        l_read_refuse(r, "holds a function; only plain data is taken");
    }
}

void l_value_read(lua_State *L, int index, const char *what, struct rd_lua_limits *limits,
                  struct rd_arena *arena, struct rd_value *out)
{
    struct reading reading = { L, what, limits, arena };
    l_read(&reading, index, limits->depth, out);
}
