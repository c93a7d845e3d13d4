/* Pattern functions of the sandbox: find, match, gmatch, gsub, with every step of the matching
 * charged. */
#ifndef RD_POLICY_PATTERN_H
#define RD_POLICY_PATTERN_H

#include <lua.h>

int l_pattern_find(lua_State *L);
int l_pattern_match(lua_State *L);
int l_pattern_gmatch(lua_State *L);
int l_pattern_gsub(lua_State *L);
/* What gmatch gives: it remembers where it is. */
int l_pattern_gmatch_step(lua_State *L);

#endif
