/* What company code finds: pure functions, read-only, budgeted. */
#ifndef RD_POLICY_SANDBOX_H
#define RD_POLICY_SANDBOX_H

#include <stdbool.h>

#include <lua.h>

/* Opens the libraries for the prelude (base, string, table, math, utf8: in the globals) and takes
 * the string metatable away from them: s:rep(n) reaches the budgeted functions only. Leaves nothing
 * on the stack. Behind the door. */
void l_sandbox_open(lua_State *L);
/* Pushes a new table of the pure functions that company code may call: assert, error, ipairs, ...,
 * and the libraries math, string, table, utf8 as read-only tables. */
void l_sandbox_push(lua_State *L);

/* For the prelude: (table) -> a read-only table that reads through to it. */
int l_sandbox_freeze(lua_State *L);

/* Replaces a read-only table at the top by the one behind it; leaves anything else. */
void l_sandbox_thaw(lua_State *L);

/* Whether the value at `index` is an iterator that remembers where it is (of pairs or gmatch). */
bool rd_sandbox_keeps_state(lua_State *L, int index);

/* The keys of the table or view at `index` in their fixed order (numbers, then texts, then
 * booleans), as a list that is pushed. Other keys raise. */
void l_sandbox_push_keys(lua_State *L, int index, const char *what);

#endif
