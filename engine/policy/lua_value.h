/* Values on their way into Lua and out of it. Every function here may raise: to be called behind
 * the door only. */
#ifndef RD_POLICY_LUA_VALUE_H
#define RD_POLICY_LUA_VALUE_H

#include <stdbool.h>

#include <lua.h>

#include "base/arena.h"
#include "base/value.h"

/* Makes the metatables of the state; once. */
void l_value_open(lua_State *L);

/* Pushes a value: lists and maps as a read-only view of `value`, which must stay until the run ends
 * (a view is refused in any later run). Reading a key that a map does not have raises "no such fact
 * 'x'; did you mean 'y'?", unless `lenient` says that unknown keys are nil; a key whose value is
 * null is nil. */
void l_value_push(lua_State *L, const struct rd_value *value, bool lenient);
/* The value behind the view at `index`, or NULL where there is no view. Raises for a view of an
 * earlier run. */
const struct rd_value *l_value_view(lua_State *L, int index);
/* Whether the value at `index` is a view, without looking into it. */
bool l_value_is_view(lua_State *L, int index);

/* What one reading may be. */
struct rd_lua_limits {
    int depth;      /* of nesting */
    uint32_t nodes; /* values in all */
    size_t bytes;   /* of all texts */
};

/* Reads the value at `index` as plain data into the arena: nil, booleans, numbers, texts (UTF-8
 * without NUL), tables of these that are all list or all map, views, and the word `empty` (null).
 * Maps are sorted by key. An empty table is a list, unless it is marked as a map
 * (l_value_mark_map). Anything else raises; `what` is the beginning of the sentence. */
void l_value_read(lua_State *L, int index, const char *what, struct rd_lua_limits *limits,
                  struct rd_arena *arena, struct rd_value *out);

/* Marks the new table at the top as a map, even where it is empty. */
void l_value_mark(lua_State *L);
/* The same for the prelude: (table) -> table. */
int l_value_mark_map(lua_State *L);
/* Pushes the word `empty`: reads as null, so that `set { x = empty }` can clear a field. */
void l_value_push_empty(lua_State *L);

#endif
