/* The prelude's side of C: finding its files, and the table `host` of what Lua alone cannot do.
 *
 * The prelude is ours and runs with the full libraries that l_sandbox_open leaves in the globals;
 * company code never sees those globals, since each of its files gets an environment of its own.
 * Nothing of `host` may be handed to company code, except what `host.pure` (the allow-list),
 * `host.money`, `host.date` and `host.empty` hold.
 */
#include "policy/prelude_host.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <lauxlib.h>

#include "base/text.h"
#include "domain/type.h"
#include "domain/zone.h"
#include "policy/effects.h"
#include "policy/lua_host.h"
#include "policy/lua_value.h"
#include "policy/prelude.h"
#include "policy/sandbox.h"
#include "policy/tokens.h"

#define NEAREST_MAX 1024
#define MS_PER_S 1000
#define S_PER_DAY 86400

static const char modules_key;

/* load(text, name, environment) -> function | nil, message. Text only, never bytecode. */
static int l_host_load(lua_State *L)
{
    size_t len;
    const char *text = luaL_checklstring(L, 1, &len), *name = luaL_checkstring(L, 2);
    luaL_checktype(L, 3, LUA_TTABLE);
    if (rd_lua_host_compile(L, text, len, name) != LUA_OK) {
        lua_pushnil(L);
        lua_insert(L, -2);
        return 2;
    }
    lua_pushvalue(L, 3);
    lua_setupvalue(L, -2, 1);
    return 1;
}

/* where(level) -> the line of the innermost policy file's frame from that level on; 0 where there
 * is none. */
static int l_host_line(lua_State *L)
{
    lua_Debug ar;
    for (int level = 1; lua_getstack(L, level, &ar); level++) {
        lua_getinfo(L, "Sl", &ar);
        if (ar.source[0] != '@')
            continue;
        lua_pushinteger(L, ar.currentline);
        return 1;
    }
    lua_pushinteger(L, 0);
    return 1;
}

/* nearest(word, list of words) -> the word that was meant, or nil. */
static int l_host_nearest(lua_State *L)
{
    const char *word = luaL_checkstring(L, 1);
    luaL_checktype(L, 2, LUA_TTABLE);
    lua_Integer count = luaL_len(L, 2);
    if (count > NEAREST_MAX)
        count = NEAREST_MAX;
    luaL_checkstack(L, (int)count + 4, "nearest");
    const char **names = lua_newuserdatauv(L, (size_t)(count + 1) * sizeof(*names), 0);
    size_t used = 0;
    for (lua_Integer i = 1; i <= count; i++)
        if (lua_rawgeti(L, 2, i) == LUA_TSTRING)
            names[used++] = lua_tostring(L, -1);
    lua_pushstring(L, rd_text_nearest(word, names, used));
    return 1;
}

/* days("2026-03-06") -> days since 1970, or nil. */
static int l_host_days(lua_State *L)
{
    int64_t days;
    if (lua_type(L, 1) == LUA_TSTRING && rd_date_read(lua_tostring(L, 1), &days))
        lua_pushinteger(L, days);
    else
        lua_pushnil(L);
    return 1;
}

/* day_text(days) -> "2026-03-06". */
static int l_host_day_text(lua_State *L)
{
    int year, month, day;
    rd_date_civil(luaL_checkinteger(L, 1), &year, &month, &day);
    char text[32];
    snprintf(text, sizeof(text), "%04d-%02d-%02d", year, month, day);
    lua_pushstring(L, text);
    return 1;
}

/* is_text(s): UTF-8 without NUL. */
static int l_host_is_text(lua_State *L)
{
    size_t len;
    const char *text = luaL_checklstring(L, 1, &len);
    lua_pushboolean(L, !memchr(text, 0, len) && rd_text_is_utf8(text, len));
    return 1;
}

/* upvalue(function, n) -> name, value, identity; nothing where there is none or the function is C.
 */
static int l_host_upvalue(lua_State *L)
{
    int n = (int)luaL_checkinteger(L, 2);
    luaL_checktype(L, 1, LUA_TFUNCTION);
    if (lua_iscfunction(L, 1))
        return 0;
    const char *name = lua_getupvalue(L, 1, n);
    if (!name)
        return 0;
    lua_pushstring(L, name);
    lua_insert(L, -2);
    lua_pushlightuserdata(L, lua_upvalueid(L, 1, n));
    return 3;
}

/* set_upvalue(function, n, value) */
static int l_host_set_upvalue(lua_State *L)
{
    int n = (int)luaL_checkinteger(L, 2);
    lua_settop(L, 3);
    const char *name = lua_setupvalue(L, 1, n);
    RD_ASSERT(name != NULL);
    return 0;
}

/* keeps_state(function): an iterator that remembers where it is. */
static int l_host_keeps_state(lua_State *L)
{
    lua_pushboolean(L, rd_sandbox_keeps_state(L, 1));
    return 1;
}

/* money("100.00") -> minor units. For company code. */
static int l_host_money(lua_State *L)
{
    int64_t minor;
    if (lua_type(L, 1) != LUA_TSTRING || !rd_money_read(lua_tostring(L, 1), &minor))
        return luaL_error(L, "money takes a text such as \"100.00\"");
    lua_pushinteger(L, minor);
    return 1;
}

/* ---- date(text, format) of an import ---- */

struct date_parts {
    int64_t year, month, day, hour, minute, second;
};

static int64_t *date_part(struct date_parts *parts, char letter)
{
    switch (letter) {
    case 'Y':
        return &parts->year;
    case 'm':
        return &parts->month;
    case 'd':
        return &parts->day;
    case 'H':
        return &parts->hour;
    case 'M':
        return &parts->minute;
    case 'S':
        return &parts->second;
    default:
        return NULL;
    }
}

/* Reads `text` as `format` has it: a letter takes one or two digits (Y: four), anything else stands
 * for itself. */
static bool date_parse(const char *text, const char *format, struct date_parts *parts)
{
    for (; *format; format++) {
        int64_t *part = date_part(parts, *format);
        if (!part) {
            if (*text++ != *format)
                return false;
            continue;
        }
        size_t most = *format == 'Y' ? 4 : 2, digits = 0;
        for (*part = 0; digits < most && *text >= '0' && *text <= '9'; digits++)
            *part = *part * 10 + (*text++ - '0');
        if (digits == 0 || (*format == 'Y' && digits < most))
            return false;
    }
    return *text == '\0';
}

static bool date_local_ms(const struct date_parts *parts, int64_t *local_ms)
{
    char text[32];
    int64_t days;
    snprintf(text, sizeof(text), "%04d-%02d-%02d", (int)parts->year, (int)parts->month,
             (int)parts->day);
    if (!rd_date_read(text, &days) || parts->hour > 23 || parts->minute > 59 || parts->second > 59)
        return false;
    *local_ms =
        (days * S_PER_DAY + parts->hour * 3600 + parts->minute * 60 + parts->second) * MS_PER_S;
    return true;
}

/* date(text, format) -> ms, or nil where the text is no such date. Upvalue: where the import's zone
 * is. */
static int l_host_date(lua_State *L)
{
    struct rd_zone *const *zone = lua_touserdata(L, lua_upvalueindex(1));
    const char *format = luaL_optstring(L, 2, "Y-m-d H:M");
    struct date_parts parts = { .year = 1970, .month = 1, .day = 1 };
    int64_t local_ms;
    l_host_charge(L, "date", 64);
    if (lua_type(L, 1) != LUA_TSTRING || !*zone ||
        !date_parse(lua_tostring(L, 1), format, &parts) || !date_local_ms(&parts, &local_ms)) {
        lua_pushnil(L);
        return 1;
    }
    lua_pushinteger(L, rd_zone_utc_ms(*zone, local_ms));
    return 1;
}

/* ---- the prelude's files ---- */

static void l_push_host(lua_State *L, struct rd_zone *const *zone)
{
    static const luaL_Reg functions[] = {
        { "load", l_host_load },         { "tokens", l_tokens },
        { "pcall", l_host_pcall },       { "line", l_host_line },
        { "nearest", l_host_nearest },   { "days", l_host_days },
        { "day_text", l_host_day_text }, { "is_text", l_host_is_text },
        { "upvalue", l_host_upvalue },   { "set_upvalue", l_host_set_upvalue },
        { "money", l_host_money },       { "keeps_state", l_host_keeps_state },
        { "freeze", l_sandbox_freeze },  { "map", l_value_mark_map },
        { "map_of", l_effects_map },     { NULL, NULL },
    };
    luaL_newlib(L, functions);
    lua_pushlightuserdata(L, (void *)(uintptr_t)zone);
    lua_pushcclosure(L, l_host_date, 1);
    lua_setfield(L, -2, "date");
    l_effects_push(L);
    lua_setfield(L, -2, "effects");
    l_sandbox_push(L);
    lua_setfield(L, -2, "pure");
    l_value_push_empty(L);
    lua_setfield(L, -2, "empty");
}

static const struct rd_prelude_file *prelude_find(const char *name)
{
    size_t len = strlen(name);
    for (size_t i = 0; i < rd_prelude_count; i++) {
        const struct rd_prelude_file *file = &rd_prelude_files[i];
        if (strncmp(file->name, name, len) == 0 && strcmp(file->name + len, ".lua") == 0)
            return file;
    }
    return NULL;
}

/* use(name) -> what the file returns. Upvalues: the modules, host. */
static int l_use(lua_State *L)
{
    const char *name = luaL_checkstring(L, 1);
    lua_settop(L, 1);
    if (lua_getfield(L, lua_upvalueindex(1), name) != LUA_TNIL)
        return 1;
    const struct rd_prelude_file *file = prelude_find(name);
    if (!file)
        return luaL_error(L, "no prelude file '%s'", name);
    lua_pushfstring(L, "=prelude/%s.lua", name);
    if (luaL_loadbufferx(L, file->text, file->len, lua_tostring(L, -1), "t") != LUA_OK)
        return lua_error(L);
    lua_pushvalue(L, lua_upvalueindex(1));
    lua_pushvalue(L, lua_upvalueindex(2));
    lua_pushcclosure(L, l_use, 2);
    lua_pushvalue(L, lua_upvalueindex(2));
    lua_call(L, 2, 1);
    lua_pushvalue(L, -1);
    lua_setfield(L, lua_upvalueindex(1), name);
    return 1;
}

void l_prelude_use(lua_State *L, const char *name, struct rd_zone *const *zone)
{
    if (lua_rawgetp(L, LUA_REGISTRYINDEX, &modules_key) == LUA_TNIL) {
        lua_pop(L, 1);
        lua_newtable(L);
        l_push_host(L, zone);
        lua_pushcclosure(L, l_use, 2);
        lua_pushvalue(L, -1);
        lua_rawsetp(L, LUA_REGISTRYINDEX, &modules_key);
    }
    lua_pushstring(L, name);
    lua_call(L, 1, 1);
}

void l_prelude_forget(lua_State *L)
{
    lua_pushnil(L);
    lua_rawsetp(L, LUA_REGISTRYINDEX, &modules_key);
}
