/* The text functions of the sandbox. */
#ifndef RD_POLICY_SANDBOX_TEXT_H
#define RD_POLICY_SANDBOX_TEXT_H

#include <lua.h>

/* Pushes a new table: byte, char, find, format, gmatch, gsub, len, lower, match, rep, reverse, sub,
 * upper. */
void l_sandbox_push_string(lua_State *L);
/* Puts `codepoint` and `codes` into the table at the top. */
void l_sandbox_put_utf8(lua_State *L);
/* Pushes what tostring gives for the value at `index`: never an address. */
void l_sandbox_text(lua_State *L, int index);
/* Calls the function that is the first upvalue with all arguments and returns all results. */
int l_sandbox_call(lua_State *L);

#endif
