/* Lua's patterns, matched within a budget.
 *
 * The library's own matcher runs in C without an instruction hook: `.-.-.-.-b` on ten thousand letters never ends. A bound
 * computed beforehand would refuse honest patterns (a trim is n to the third on paper), so this matcher counts: each step is
 * taken off the run's work budget before it is made, and the step that is not there raises. Semantics are those of Lua
 * 5.4's string library (section 6.4.1 of the reference manual), whose algorithm this follows (lstrlib.c, MIT licence).
 *
 * It owns nothing: subject, pattern and captures are pointers into Lua strings that stay on the stack. gsub builds its result
 * in a luaL_Buffer, which Lua owns.
 */
#include "policy/pattern.h"

#include <ctype.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include <lauxlib.h>

#include "policy/lua_host.h"

#define CAPTURE_UNFINISHED (-1)
#define CAPTURE_POSITION (-2)
#define CAPTURES_MAX 32
#define DEPTH_MAX 150
#define ESCAPE '%'

struct matching {
    lua_State *L;
    const char *what; /* the function, for messages */
    const char *subject, *subject_end, *pattern_end;
    int64_t left; /* steps */
    int depth;
    int level; /* captures, finished or not */
    struct {
        const char *at;
        ptrdiff_t len;
    } capture[CAPTURES_MAX];
};

static const char *l_match(struct matching *m, const char *s, const char *p);

static void l_step(struct matching *m, int64_t steps)
{
    m->left -= steps;
    if (m->left >= 0)
        return;
    rd_lua_host_set_work(rd_lua_host_of(m->L), 0);
    l_host_charge(m->L, m->what, 1);
}

static int l_capture_index(struct matching *m, int l)
{
    l -= '1';
    if (l < 0 || l >= m->level || m->capture[l].len == CAPTURE_UNFINISHED)
        return luaL_error(m->L, "invalid capture index %%%d", l + 1);
    return l;
}

static int l_capture_to_close(struct matching *m)
{
    for (int level = m->level - 1; level >= 0; level--)
        if (m->capture[level].len == CAPTURE_UNFINISHED)
            return level;
    return luaL_error(m->L, "invalid pattern capture");
}

/* The end of the single-letter class that begins at `p`. */
static const char *l_class_end(struct matching *m, const char *p)
{
    if (*p++ == ESCAPE) {
        if (p == m->pattern_end)
            luaL_error(m->L, "malformed pattern (ends with '%%')");
        return p + 1;
    }
    if (p[-1] != '[')
        return p;
    if (*p == '^')
        p++;
    do { /* a ']' at the first place stands for itself */
        if (p == m->pattern_end)
            luaL_error(m->L, "malformed pattern (missing ']')");
        if (*p++ == ESCAPE && p < m->pattern_end)
            p++;
    } while (p == m->pattern_end || *p != ']');
    return p + 1;
}

static bool match_class(int c, int class)
{
    bool is;
    switch (tolower(class)) {
    case 'a':
        is = isalpha(c);
        break;
    case 'c':
        is = iscntrl(c);
        break;
    case 'd':
        is = isdigit(c);
        break;
    case 'g':
        is = isgraph(c);
        break;
    case 'l':
        is = islower(c);
        break;
    case 'p':
        is = ispunct(c);
        break;
    case 's':
        is = isspace(c);
        break;
    case 'u':
        is = isupper(c);
        break;
    case 'w':
        is = isalnum(c);
        break;
    case 'x':
        is = isxdigit(c);
        break;
    default:
        return class == c;
    }
    return isupper(class) ? !is : is;
}

/* `p` is at '[', `end` at the closing ']'. */
static bool l_match_set(struct matching *m, int c, const char *p, const char *end)
{
    bool wanted = true;
    l_step(m, end - p);
    if (p[1] == '^') {
        wanted = false;
        p++;
    }
    while (++p < end) {
        if (*p == ESCAPE) {
            p++;
            if (match_class(c, (unsigned char)*p))
                return wanted;
        } else if (p[1] == '-' && p + 2 < end) {
            p += 2;
            if ((unsigned char)p[-2] <= c && c <= (unsigned char)*p)
                return wanted;
        } else if ((unsigned char)*p == c) {
            return wanted;
        }
    }
    return !wanted;
}

/* Whether the letter at `s` fits the class from `p` to `end`. */
static bool l_match_single(struct matching *m, const char *s, const char *p, const char *end)
{
    l_step(m, 1);
    if (s >= m->subject_end)
        return false;
    int c = (unsigned char)*s;
    switch (*p) {
    case '.':
        return true;
    case ESCAPE:
        return match_class(c, (unsigned char)p[1]);
    case '[':
        return l_match_set(m, c, p, end - 1);
    default:
        return (unsigned char)*p == c;
    }
}

static const char *l_match_balance(struct matching *m, const char *s, const char *p)
{
    if (p >= m->pattern_end - 1)
        luaL_error(m->L, "malformed pattern (missing arguments to '%%b')");
    if (s >= m->subject_end || *s != *p)
        return NULL;
    int open = *p, close = p[1], depth = 1;
    while (++s < m->subject_end) {
        l_step(m, 1);
        if (*s == close) {
            if (--depth == 0)
                return s + 1;
        } else if (*s == open) {
            depth++;
        }
    }
    return NULL;
}

static const char *l_expand_most(struct matching *m, const char *s, const char *p, const char *end)
{
    ptrdiff_t count = 0;
    while (l_match_single(m, s + count, p, end))
        count++;
    for (; count >= 0; count--) {
        const char *found = l_match(m, s + count, end + 1);
        if (found)
            return found;
    }
    return NULL;
}

static const char *l_expand_least(struct matching *m, const char *s, const char *p, const char *end)
{
    for (;;) {
        const char *found = l_match(m, s, end + 1);
        if (found)
            return found;
        if (!l_match_single(m, s, p, end))
            return NULL;
        s++;
    }
}

static const char *l_capture_start(struct matching *m, const char *s, const char *p, ptrdiff_t kind)
{
    if (m->level >= CAPTURES_MAX)
        luaL_error(m->L, "too many captures");
    m->capture[m->level].at = s;
    m->capture[m->level].len = kind;
    m->level++;
    const char *found = l_match(m, s, p);
    if (!found)
        m->level--;
    return found;
}

static const char *l_capture_end(struct matching *m, const char *s, const char *p)
{
    int level = l_capture_to_close(m);
    m->capture[level].len = s - m->capture[level].at;
    const char *found = l_match(m, s, p);
    if (!found)
        m->capture[level].len = CAPTURE_UNFINISHED;
    return found;
}

static const char *l_match_capture(struct matching *m, const char *s, int l)
{
    l = l_capture_index(m, l);
    ptrdiff_t len = m->capture[l].len;
    if (len == CAPTURE_POSITION)
        luaL_error(m->L, "invalid capture index %%%d", l + 1);
    l_step(m, len);
    if (m->subject_end - s >= len && memcmp(m->capture[l].at, s, (size_t)len) == 0)
        return s + len;
    return NULL;
}

/* %f[set]: the border between a letter outside the set and one inside it. `*p` moves behind the set. */
static bool l_match_frontier(struct matching *m, const char *s, const char **p)
{
    const char *set = *p;
    if (set >= m->pattern_end || *set != '[')
        luaL_error(m->L, "missing '[' after '%%f' in pattern");
    const char *end = l_class_end(m, set);
    int before = s == m->subject ? 0 : (unsigned char)s[-1];
    int here = s < m->subject_end ? (unsigned char)*s : 0;
    *p = end;
    return !l_match_set(m, before, set, end - 1) && l_match_set(m, here, set, end - 1);
}

/* A class, with what may stand behind it. Gives true where matching goes on at *s and *p, else the outcome in *found. */
static bool l_match_repeated(struct matching *m, const char **s, const char **p, const char **found)
{
    const char *end = l_class_end(m, *p);
    char suffix = '\0';
    if (end < m->pattern_end)
        suffix = *end;
    *found = NULL;
    switch (suffix) {
    case '*':
        *found = l_expand_most(m, *s, *p, end);
        return false;
    case '-':
        *found = l_expand_least(m, *s, *p, end);
        return false;
    case '+':
        if (l_match_single(m, *s, *p, end))
            *found = l_expand_most(m, *s + 1, *p, end);
        return false;
    case '?':
        if (l_match_single(m, *s, *p, end) && (*found = l_match(m, *s + 1, end + 1)) != NULL)
            return false;
        *p = end + 1;
        return true;
    default:
        if (!l_match_single(m, *s, *p, end))
            return false;
        (*s)++;
        *p = end;
        return true;
    }
}

/* %b, %f, %1 to %9: true where it was one of these; then *s is NULL where it did not match. */
static bool l_match_escape(struct matching *m, const char **s, const char **p)
{
    char kind = '\0';
    if (*p + 1 < m->pattern_end)
        kind = (*p)[1];
    if (kind == 'b') {
        *s = l_match_balance(m, *s, *p + 2);
        *p += 4;
    } else if (kind == 'f') {
        *p += 2;
        if (!l_match_frontier(m, *s, p))
            *s = NULL;
    } else if (isdigit((unsigned char)kind)) {
        *s = l_match_capture(m, *s, (unsigned char)kind);
        *p += 2;
    } else {
        return false;
    }
    return true;
}

/* The end of the match of the pattern from `p` on at `s`, or NULL. Recursion is bounded, as each level is C stack. */
static const char *l_match(struct matching *m, const char *s, const char *p)
{
    if (--m->depth == 0)
        luaL_error(m->L, "pattern too complex");
    const char *found = NULL;
    while (s) {
        l_step(m, 1);
        if (p == m->pattern_end) {
            found = s;
            break;
        }
        if (*p == '(') {
            bool position = p + 1 < m->pattern_end && p[1] == ')';
            found = position ? l_capture_start(m, s, p + 2, CAPTURE_POSITION)
                             : l_capture_start(m, s, p + 1, CAPTURE_UNFINISHED);
            break;
        }
        if (*p == ')') {
            found = l_capture_end(m, s, p + 1);
            break;
        }
        if (*p == '$' && p + 1 == m->pattern_end) {
            found = s == m->subject_end ? s : NULL;
            break;
        }
        if (*p == ESCAPE && l_match_escape(m, &s, &p))
            continue;
        if (!l_match_repeated(m, &s, &p, &found))
            break;
    }
    m->depth++;
    return found;
}

static void l_push_capture(struct matching *m, int i, const char *s, const char *e)
{
    if (i >= m->level) {
        if (i != 0)
            luaL_error(m->L, "invalid capture index %%%d", i + 1);
        lua_pushlstring(m->L, s, (size_t)(e - s));
        return;
    }
    ptrdiff_t len = m->capture[i].len;
    if (len == CAPTURE_UNFINISHED)
        luaL_error(m->L, "unfinished capture");
    if (len == CAPTURE_POSITION)
        lua_pushinteger(m->L, m->capture[i].at - m->subject + 1);
    else
        lua_pushlstring(m->L, m->capture[i].at, (size_t)len);
}

static int l_push_captures(struct matching *m, const char *s, const char *e)
{
    int count = m->level == 0 && s ? 1 : m->level;
    luaL_checkstack(m->L, count, "too many captures");
    for (int i = 0; i < count; i++)
        l_push_capture(m, i, s, e);
    return count;
}

static void match_begin(struct matching *m, lua_State *L, const char *what, const char *s, size_t s_len,
                        const char *p, size_t p_len)
{
    *m = (struct matching){
        .L = L,
        .what = what,
        .subject = s,
        .subject_end = s + s_len,
        .pattern_end = p + p_len,
        .left = rd_lua_host_work(rd_lua_host_of(L)),
    };
}

static const char *l_match_at(struct matching *m, const char *s, const char *p)
{
    m->level = 0;
    m->depth = DEPTH_MAX;
    return l_match(m, s, p);
}

static void match_end(struct matching *m)
{
    rd_lua_host_set_work(rd_lua_host_of(m->L), m->left);
}

/* The argument `init` as an offset; beyond the end: SIZE_MAX. */
static size_t l_start(lua_State *L, int index, size_t len)
{
    lua_Integer init = luaL_optinteger(L, index, 1);
    if (init > 0)
        return (size_t)init - 1 <= len ? (size_t)init - 1 : SIZE_MAX;
    if (init == 0 || init < -(lua_Integer)len)
        return 0;
    return len - (size_t)-init;
}

static int l_find_plain(lua_State *L, const char *s, size_t s_len, const char *p, size_t p_len, size_t start)
{
    l_host_charge(L, "string.find", s_len - start + p_len);
    const char *found = memmem(s + start, s_len - start, p, p_len);
    if (!found) {
        lua_pushnil(L);
        return 1;
    }
    lua_pushinteger(L, found - s + 1);
    lua_pushinteger(L, found - s + (ptrdiff_t)p_len);
    return 2;
}

static int l_find_or_match(lua_State *L, const char *what, bool find)
{
    size_t s_len, p_len;
    const char *s = luaL_checklstring(L, 1, &s_len), *p = luaL_checklstring(L, 2, &p_len);
    size_t start = l_start(L, 3, s_len);
    if (start == SIZE_MAX) {
        lua_pushnil(L);
        return 1;
    }
    bool plain = p_len == 0 || strcspn(p, "^$*+?.([%-") == p_len;
    if (find && (lua_toboolean(L, 4) || plain))
        return l_find_plain(L, s, s_len, p, p_len, start);
    struct matching m;
    match_begin(&m, L, what, s, s_len, p, p_len);
    bool anchored = p_len > 0 && *p == '^';
    const char *at = s + start, *first = anchored ? p + 1 : p, *end = NULL;
    do {
        end = l_match_at(&m, at, first);
    } while (!end && at++ < m.subject_end && !anchored);
    match_end(&m);
    if (!end) {
        lua_pushnil(L);
        return 1;
    }
    if (!find)
        return l_push_captures(&m, at, end);
    lua_pushinteger(L, at - s + 1);
    lua_pushinteger(L, end - s);
    return l_push_captures(&m, NULL, NULL) + 2;
}

int l_pattern_find(lua_State *L)
{
    return l_find_or_match(L, "string.find", true);
}

int l_pattern_match(lua_State *L)
{
    return l_find_or_match(L, "string.match", false);
}

/* Upvalues: subject, pattern, offset to go on at, offset behind the last match (-1: none yet). */
int l_pattern_gmatch_step(lua_State *L)
{
    size_t s_len, p_len;
    const char *s = lua_tolstring(L, lua_upvalueindex(1), &s_len);
    const char *p = lua_tolstring(L, lua_upvalueindex(2), &p_len);
    lua_Integer last = lua_tointeger(L, lua_upvalueindex(4));
    struct matching m;
    match_begin(&m, L, "string.gmatch", s, s_len, p, p_len);
    for (const char *at = s + lua_tointeger(L, lua_upvalueindex(3)); at <= m.subject_end; at++) {
        const char *end = l_match_at(&m, at, p);
        if (!end || end - s == last)
            continue;
        match_end(&m);
        lua_pushinteger(L, end - s);
        lua_copy(L, -1, lua_upvalueindex(3));
        lua_replace(L, lua_upvalueindex(4));
        return l_push_captures(&m, at, end);
    }
    match_end(&m);
    return 0;
}

int l_pattern_gmatch(lua_State *L)
{
    size_t len;
    luaL_checklstring(L, 1, &len);
    luaL_checkstring(L, 2);
    size_t start = l_start(L, 3, len);
    lua_settop(L, 2);
    lua_pushinteger(L, start == SIZE_MAX ? (lua_Integer)len + 1 : (lua_Integer)start);
    lua_pushinteger(L, -1);
    lua_pushcclosure(L, l_pattern_gmatch_step, 4);
    return 1;
}

/* A replacement text, with %0 to %9 and %%. */
static void l_gsub_text(struct matching *m, luaL_Buffer *b, const char *s, const char *e)
{
    size_t len;
    const char *text = lua_tolstring(m->L, 3, &len);
    for (size_t i = 0; i < len; i++) {
        if (text[i] != ESCAPE) {
            luaL_addchar(b, text[i]);
            continue;
        }
        unsigned char c = (unsigned char)text[++i]; /* a NUL ends every Lua string */
        if (c == ESCAPE) {
            luaL_addchar(b, ESCAPE);
        } else if (c == '0') {
            luaL_addlstring(b, s, (size_t)(e - s));
        } else if (isdigit(c)) {
            l_push_capture(m, c - '1', s, e);
            luaL_tolstring(m->L, -1, NULL);
            lua_remove(m->L, -2);
            luaL_addvalue(b);
        } else {
            luaL_error(m->L, "invalid use of '%%' in replacement string");
        }
    }
}

/* Adds what stands for the match from `s` to `e`. */
static void l_gsub_value(struct matching *m, luaL_Buffer *b, const char *s, const char *e, int kind)
{
    lua_State *L = m->L;
    if (kind == LUA_TFUNCTION) {
        lua_pushvalue(L, 3);
        int count = l_push_captures(m, s, e);
        match_end(m); /* the function has work of its own to charge */
        lua_call(L, count, 1);
        m->left = rd_lua_host_work(rd_lua_host_of(L));
    } else if (kind == LUA_TTABLE) {
        l_push_capture(m, 0, s, e);
        lua_gettable(L, 3);
    } else {
        l_gsub_text(m, b, s, e);
        return;
    }
    if (!lua_toboolean(L, -1)) {
        lua_pop(L, 1);
        luaL_addlstring(b, s, (size_t)(e - s));
        return;
    }
    if (!lua_isstring(L, -1))
        luaL_error(L, "invalid replacement value (a %s)", luaL_typename(L, -1));
    luaL_addvalue(b);
}

int l_pattern_gsub(lua_State *L)
{
    size_t s_len, p_len;
    const char *s = luaL_checklstring(L, 1, &s_len), *p = luaL_checklstring(L, 2, &p_len);
    int kind = lua_type(L, 3) == LUA_TNUMBER ? LUA_TSTRING : lua_type(L, 3);
    if (kind == LUA_TUSERDATA) /* a view of facts is read like a table */
        kind = LUA_TTABLE;
    luaL_argexpected(L, kind == LUA_TSTRING || kind == LUA_TFUNCTION || kind == LUA_TTABLE, 3,
                     "string/function/table");
    lua_Integer most = luaL_optinteger(L, 4, (lua_Integer)s_len + 1), count = 0;
    bool anchored = p_len > 0 && *p == '^';
    const char *first = anchored ? p + 1 : p, *at = s, *last = NULL;
    struct matching m;
    match_begin(&m, L, "string.gsub", s, s_len, p, p_len);
    luaL_Buffer b;
    luaL_buffinit(L, &b);
    while (count < most) {
        const char *end = l_match_at(&m, at, first);
        if (end && end != last) {
            count++;
            l_step(&m, (int64_t)lua_rawlen(L, 3) + (end - at));
            l_gsub_value(&m, &b, at, end, kind);
            at = last = end;
        } else if (at < m.subject_end) {
            luaL_addchar(&b, *at++);
        } else {
            break;
        }
        if (anchored)
            break;
    }
    match_end(&m);
    if (at < m.subject_end)
        luaL_addlstring(&b, at, (size_t)(m.subject_end - at));
    luaL_pushresult(&b);
    lua_pushinteger(L, count);
    return 2;
}
