/* The effect words of company code. */
#ifndef RD_POLICY_EFFECTS_H
#define RD_POLICY_EFFECTS_H

#include <lua.h>

/* Pushes a table of the words set, start, send, link, tell, deadline, post, reverse, stop. Each
 * makes a plain table with the member `effect` (policy.h); nothing is done. */
void l_effects_push(lua_State *L);

/* (table or view) -> a copy of it that counts as a map even where it is empty. */
int l_effects_map(lua_State *L);

#endif
