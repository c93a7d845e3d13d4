/* Tokens of Lua source, for the prelude's scanner and for who reads functions as text. */
#ifndef RD_POLICY_TOKENS_H
#define RD_POLICY_TOKENS_H

#include <stddef.h>
#include <stdint.h>

#include <lua.h>

enum rd_token_kind {
    RD_TOKEN_NAME,
    RD_TOKEN_KEYWORD,
    RD_TOKEN_STRING,
    RD_TOKEN_NUMBER,
    RD_TOKEN_OP,
    RD_TOKEN_END,
    RD_TOKEN_BAD, /* a text or comment that does not end */
    RD_TOKEN_KINDS
};

/* A reading under way: the source (borrowed) and `end` given, `line` 1, the rest nought. Positions
 * count from 0; a token is [start, pos), on `at_line`. */
struct rd_tokens {
    const char *src;
    size_t len, end; /* of the source; where no token begins any more */
    size_t pos, start;
    int64_t line, at_line;
};

/* The next token. */
enum rd_token_kind rd_token_next(struct rd_tokens *t);

/* tokens(src, [from, [to]]) -> an iterator that gives kind, start, end, line and word of one token
 * a call: those that begin in src[from..to]. Kinds: name, keyword, string, number, op; then end, or
 * bad where a text or comment does not end. `line` counts from 1 at `from`; `word` is the token as
 * it stands there, nil for texts and where it is no token. */
int l_tokens(lua_State *L);

#endif
