/* Tokens of Lua source, for the prelude's scanner. */
#ifndef RD_POLICY_TOKENS_H
#define RD_POLICY_TOKENS_H

#include <lua.h>

/* tokens(src, [from, [to]]) -> an iterator that gives kind, start, end, line and word of one token
 * a call: those that begin in src[from..to]. Kinds: name, keyword, string, number, op; then end, or
 * bad where a text or comment does not end. `line` counts from 1 at `from`; `word` is the token as
 * it stands there, nil for texts and where it is no token. */
int l_tokens(lua_State *L);

#endif
