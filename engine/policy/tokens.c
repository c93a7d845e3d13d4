/* Tokens: cuts Lua source into its words. The scanner decides by them, in Lua; finding where each
 * of them ends is half of all that is done to load a policy, and is done here.
 *
 * It knows no grammar and never fails: what Lua would not take either comes as "bad" or as a token
 * that means nothing, and Lua's own message tells what is wrong. Each byte is looked at once or
 * twice. All state is in the iterator's upvalues, so nothing has to be freed.
 */
#include "policy/tokens.h"

#include <stdbool.h>
#include <string.h>

#include <lauxlib.h>

/* The iterator's upvalues: source, where it goes on, where it ends, line, and the kinds. */
enum { UP_SOURCE = 1, UP_POS, UP_END, UP_LINE, UP_KINDS };

static bool token_is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

static bool token_is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool token_is_line_end(char c)
{
    return c == '\n' || c == '\r';
}

static char token_at(const struct rd_tokens *t, size_t pos)
{
    return pos < t->len ? t->src[pos] : '\0';
}

/* Behind the line end at `pos`: \r\n and \n\r are one, as Lua counts. */
static size_t token_behind_line(const struct rd_tokens *t, size_t pos)
{
    char a = t->src[pos], b = token_at(t, pos + 1);
    return pos + (token_is_line_end(b) && b != a ? 2 : 1);
}

/* Goes on behind a text or comment that may have lines in it. */
static void token_pass(struct rd_tokens *t, size_t stop)
{
    while (t->pos < stop) {
        bool ends = token_is_line_end(t->src[t->pos]);
        t->line += ends;
        t->pos = ends ? token_behind_line(t, t->pos) : t->pos + 1;
    }
    t->pos = stop;
}

/* [[ or [==[ at `pos`: behind its closing bracket in *stop, 0 where there is none. False: it is no
 * long bracket. */
static bool token_long(const struct rd_tokens *t, size_t pos, size_t *stop)
{
    size_t level = 0;
    if (token_at(t, pos) != '[')
        return false;
    while (token_at(t, pos + 1 + level) == '=')
        level++;
    if (token_at(t, pos + 1 + level) != '[')
        return false;
    *stop = 0;
    for (size_t at = pos + level + 2; at < t->len; at++) {
        const char *close = memchr(t->src + at, ']', t->len - at);
        if (!close)
            return true;
        at = (size_t)(close - t->src);
        size_t same = 0;
        while (same < level && token_at(t, at + 1 + same) == '=')
            same++;
        if (same == level && token_at(t, at + 1 + level) == ']') {
            *stop = at + level + 2;
            return true;
        }
        at += same; /* another ] may begin here */
    }
    return true;
}

/* Behind the backslash's sequence at `pos`, as far as the end of the text depends on it. */
static size_t token_behind_escape(const struct rd_tokens *t, size_t pos)
{
    char c = token_at(t, pos + 1);
    if (c == 'z') {
        pos += 2;
        while (pos < t->len && strchr(" \t\n\v\f\r", t->src[pos]) && t->src[pos])
            pos++;
        return pos;
    }
    return token_is_line_end(c) ? token_behind_line(t, pos + 1) : pos + 2;
}

/* Behind the closing quote; 0 where the line ends before. */
static size_t token_quoted(const struct rd_tokens *t)
{
    size_t pos = t->pos + 1;
    while (pos < t->len && t->src[pos] != t->src[t->pos]) {
        if (token_is_line_end(t->src[pos]))
            return 0;
        pos = t->src[pos] == '\\' ? token_behind_escape(t, pos) : pos + 1;
    }
    return pos < t->len ? pos + 1 : 0;
}

/* Passes blanks, line ends and comments; false where a comment does not end. */
static bool token_blanks(struct rd_tokens *t)
{
    size_t stop;
    while (t->pos < t->end) {
        char c = t->src[t->pos];
        if (c == ' ' || c == '\t' || c == '\f' || c == '\v') {
            t->pos++;
        } else if (token_is_line_end(c)) {
            t->line++;
            t->pos = token_behind_line(t, t->pos);
        } else if (c == '-' && token_at(t, t->pos + 1) == '-') {
            if (token_long(t, t->pos + 2, &stop)) {
                if (stop == 0)
                    return false;
                token_pass(t, stop);
            } else {
                while (t->pos < t->len && !token_is_line_end(t->src[t->pos]))
                    t->pos++;
            }
        } else {
            break;
        }
    }
    return true;
}

static bool token_is_keyword(const char *word, size_t len)
{
    static const char *const keywords[] = { "and",   "break",  "do",     "else",     "elseif",
                                            "end",   "false",  "for",    "function", "goto",
                                            "if",    "in",     "local",  "nil",      "not",
                                            "or",    "repeat", "return", "then",     "true",
                                            "until", "while" };
    if (len < 2 || len > 8)
        return false;
    for (size_t i = 0; i < sizeof keywords / sizeof *keywords; i++)
        if (keywords[i][0] == word[0] && strncmp(keywords[i], word, len) == 0 &&
            keywords[i][len] == '\0')
            return true;
    return false;
}

static size_t token_op(const struct rd_tokens *t)
{
    char c = t->src[t->pos], next = token_at(t, t->pos + 1);
    if (next == '=' && (c == '=' || c == '~' || c == '<' || c == '>'))
        return t->pos + 2;
    if (c == '.' && next == '.')
        return t->pos + (token_at(t, t->pos + 2) == '.' ? 3 : 2);
    return t->pos + 1;
}

static enum rd_token_kind token_text(struct rd_tokens *t, size_t stop)
{
    if (stop == 0) {
        t->pos = t->end;
        return RD_TOKEN_BAD;
    }
    token_pass(t, stop);
    return RD_TOKEN_STRING;
}

enum rd_token_kind rd_token_next(struct rd_tokens *t)
{
    size_t stop;
    bool fine = token_blanks(t);
    t->start = t->pos;
    t->at_line = t->line;
    if (!fine)
        return token_text(t, 0);
    if (t->pos >= t->end)
        return RD_TOKEN_END;
    char c = t->src[t->pos];
    if (token_is_letter(c)) {
        while (token_is_letter(token_at(t, t->pos)) || token_is_digit(token_at(t, t->pos)))
            t->pos++;
        return token_is_keyword(t->src + t->start, t->pos - t->start) ? RD_TOKEN_KEYWORD
                                                                      : RD_TOKEN_NAME;
    }
    if (token_is_digit(c) || (c == '.' && token_is_digit(token_at(t, t->pos + 1)))) {
        do
            t->pos++;
        while (token_is_letter(token_at(t, t->pos)) || token_is_digit(token_at(t, t->pos)) ||
               token_at(t, t->pos) == '.');
        return RD_TOKEN_NUMBER;
    }
    if (c == '"' || c == '\'')
        return token_text(t, token_quoted(t));
    if (token_long(t, t->pos, &stop))
        return token_text(t, stop);
    t->pos = token_op(t);
    return RD_TOKEN_OP;
}

/* Results: kind, start, end (both from 1, the end inclusive), line, word. */
static int l_tokens_next(lua_State *L)
{
    struct rd_tokens t = { .end = (size_t)lua_tointeger(L, lua_upvalueindex(UP_END)),
                           .pos = (size_t)lua_tointeger(L, lua_upvalueindex(UP_POS)),
                           .line = lua_tointeger(L, lua_upvalueindex(UP_LINE)) };
    t.src = lua_tolstring(L, lua_upvalueindex(UP_SOURCE), &t.len);
    enum rd_token_kind kind = rd_token_next(&t);
    lua_pushinteger(L, (lua_Integer)t.pos);
    lua_replace(L, lua_upvalueindex(UP_POS));
    lua_pushinteger(L, t.line);
    lua_replace(L, lua_upvalueindex(UP_LINE));
    lua_pushvalue(L, lua_upvalueindex(UP_KINDS + (int)kind));
    lua_pushinteger(L, (lua_Integer)t.start + 1);
    lua_pushinteger(L, (lua_Integer)t.pos);
    lua_pushinteger(L, t.at_line);
    if (kind == RD_TOKEN_STRING || kind == RD_TOKEN_END || kind == RD_TOKEN_BAD)
        lua_pushnil(L);
    else
        lua_pushlstring(L, t.src + t.start, t.pos - t.start);
    return 5;
}

int l_tokens(lua_State *L)
{
    static const char *const kinds[RD_TOKEN_KINDS] = { "name", "keyword", "string", "number",
                                                       "op",   "end",     "bad" };
    size_t len;
    (void)luaL_checklstring(L, 1, &len);
    lua_Integer from = luaL_optinteger(L, 2, 1), to = luaL_optinteger(L, 3, (lua_Integer)len);
    luaL_argcheck(L, from >= 1 && to <= (lua_Integer)len, 2, "outside the source");
    lua_pushvalue(L, 1);
    lua_pushinteger(L, from - 1);
    lua_pushinteger(L, to);
    lua_pushinteger(L, 1);
    for (int i = 0; i < RD_TOKEN_KINDS; i++)
        lua_pushstring(L, kinds[i]);
    lua_pushcclosure(L, l_tokens_next, UP_LINE + RD_TOKEN_KINDS);
    return 1;
}
