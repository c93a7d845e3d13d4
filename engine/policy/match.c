/* Lua's patterns, matched within a budget.
 *
 * The library's own matcher runs in C without an instruction hook: `.-.-.-.-b` on ten thousand
 * letters never ends. A bound computed beforehand would refuse honest patterns (a trim is n to the
 * third on paper), so this matcher counts: each step is taken off the run's work budget before it
 * is made, and the step that is not there raises. Semantics are those of Lua 5.4's string library
 * (section 6.4.1 of the reference manual), whose algorithm this follows (lstrlib.c, MIT licence).
 *
 * It owns nothing: subject, pattern and captures are pointers into Lua strings that stay on the
 * stack. Recursion is bounded, since each level is C stack.
 */
#include "policy/match.h"

#include <ctype.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include <lauxlib.h>

#include "policy/lua_host.h"

#define CAPTURE_UNFINISHED (-1)
#define CAPTURE_POSITION (-2)
#define DEPTH_MAX 150
#define ESCAPE '%'

static const char *l_match(struct rd_match *m, const char *s, const char *p);

void l_match_step(struct rd_match *m, int64_t steps)
{
    m->left -= steps;
    if (m->left >= 0)
        return;
    rd_lua_host_set_work(rd_lua_host_of(m->L), 0);
    l_host_charge(m->L, m->what, 1);
}

static int l_capture_index(struct rd_match *m, int l)
{
    l -= '1';
    if (l < 0 || l >= m->level || m->capture[l].len == CAPTURE_UNFINISHED)
        return luaL_error(m->L, "invalid capture index %%%d", l + 1);
    return l;
}

static int l_capture_to_close(struct rd_match *m)
{
    for (int level = m->level - 1; level >= 0; level--)
        if (m->capture[level].len == CAPTURE_UNFINISHED)
            return level;
    return luaL_error(m->L, "invalid pattern capture");
}

/* The end of the single-letter class that begins at `p`. */
static const char *l_class_end(struct rd_match *m, const char *p)
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
static bool l_match_set(struct rd_match *m, int c, const char *p, const char *end)
{
    bool wanted = true;
    l_match_step(m, end - p);
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
static bool l_match_single(struct rd_match *m, const char *s, const char *p, const char *end)
{
    l_match_step(m, 1);
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

static const char *l_match_balance(struct rd_match *m, const char *s, const char *p)
{
    if (p >= m->pattern_end - 1)
        luaL_error(m->L, "malformed pattern (missing arguments to '%%b')");
    if (s >= m->subject_end || *s != *p)
        return NULL;
    int open = *p, close = p[1], depth = 1;
    while (++s < m->subject_end) {
        l_match_step(m, 1);
        if (*s == close) {
            if (--depth == 0)
                return s + 1;
        } else if (*s == open) {
            depth++;
        }
    }
    return NULL;
}

static const char *l_expand_most(struct rd_match *m, const char *s, const char *p, const char *end)
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

static const char *l_expand_least(struct rd_match *m, const char *s, const char *p, const char *end)
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

static const char *l_capture_start(struct rd_match *m, const char *s, const char *p, ptrdiff_t kind)
{
    if (m->level >= RD_MATCH_CAPTURES_MAX)
        luaL_error(m->L, "too many captures");
    m->capture[m->level].at = s;
    m->capture[m->level].len = kind;
    m->level++;
    const char *found = l_match(m, s, p);
    if (!found)
        m->level--;
    return found;
}

static const char *l_capture_end(struct rd_match *m, const char *s, const char *p)
{
    int level = l_capture_to_close(m);
    m->capture[level].len = s - m->capture[level].at;
    const char *found = l_match(m, s, p);
    if (!found)
        m->capture[level].len = CAPTURE_UNFINISHED;
    return found;
}

static const char *l_match_capture(struct rd_match *m, const char *s, int l)
{
    l = l_capture_index(m, l);
    ptrdiff_t len = m->capture[l].len;
    if (len == CAPTURE_POSITION)
        luaL_error(m->L, "invalid capture index %%%d", l + 1);
    l_match_step(m, len);
    if (m->subject_end - s >= len && memcmp(m->capture[l].at, s, (size_t)len) == 0)
        return s + len;
    return NULL;
}

/* %f[set]: the border between a letter outside the set and one inside it. `*p` moves behind the
 * set. */
static bool l_match_frontier(struct rd_match *m, const char *s, const char **p)
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

/* A class, with what may stand behind it. Gives true where matching goes on at *s and *p, else the
 * outcome in *found. */
static bool l_match_repeated(struct rd_match *m, const char **s, const char **p, const char **found)
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
static bool l_match_escape(struct rd_match *m, const char **s, const char **p)
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

/* The end of the match of the pattern from `p` on at `s`, or NULL. */
static const char *l_match(struct rd_match *m, const char *s, const char *p)
{
    if (--m->depth == 0)
        luaL_error(m->L, "pattern too complex");
    const char *found = NULL;
    while (s) {
        l_match_step(m, 1);
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

void l_match_push_capture(struct rd_match *m, int i, const char *s, const char *e)
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

int l_match_push_captures(struct rd_match *m, const char *s, const char *e)
{
    int count = m->level == 0 && s ? 1 : m->level;
    luaL_checkstack(m->L, count, "too many captures");
    for (int i = 0; i < count; i++)
        l_match_push_capture(m, i, s, e);
    return count;
}

void rd_match_begin(struct rd_match *m, lua_State *L, const char *what, const char *s, size_t s_len,
                    const char *p, size_t p_len)
{
    *m = (struct rd_match){
        .L = L,
        .what = what,
        .subject = s,
        .subject_end = s + s_len,
        .pattern_end = p + p_len,
        .left = rd_lua_host_work(rd_lua_host_of(L)),
    };
}

const char *l_match_at(struct rd_match *m, const char *s, const char *p)
{
    m->level = 0;
    m->depth = DEPTH_MAX;
    return l_match(m, s, p);
}

void rd_match_end(struct rd_match *m)
{
    rd_lua_host_set_work(rd_lua_host_of(m->L), m->left);
}
