/* The matcher behind the pattern functions. */
#ifndef RD_POLICY_MATCH_H
#define RD_POLICY_MATCH_H

#include <stddef.h>
#include <stdint.h>

#include <lua.h>

#define RD_MATCH_CAPTURES_MAX 32

/* One matching under way, on the caller's stack. Subject and pattern are borrowed from the Lua
 * stack. */
struct rd_match {
    lua_State *L;
    const char *what; /* the function, for messages */
    const char *subject, *subject_end, *pattern_end;
    int64_t left; /* steps */
    int depth;
    int level; /* captures, finished or not */
    struct {
        const char *at;
        ptrdiff_t len; /* negative: unfinished, or a position */
    } capture[RD_MATCH_CAPTURES_MAX];
};

/* Takes the steps that are left from the run's budget, and hands them back. */
void rd_match_begin(struct rd_match *match, lua_State *L, const char *what, const char *subject,
                    size_t subject_len, const char *pattern, size_t pattern_len);
void rd_match_end(struct rd_match *match);
/* Pays for steps; raises where there are none left. */
void l_match_step(struct rd_match *match, int64_t steps);
/* The end of the match of `pattern` (without '^') at `s`, or NULL. */
const char *l_match_at(struct rd_match *match, const char *s, const char *pattern);
/* Pushes capture `i` of the match from `s` to `e`; where there are none at all, capture 0 is the
 * whole match. */
void l_match_push_capture(struct rd_match *match, int i, const char *s, const char *e);
/* Pushes all captures (the whole match where there are none and `s` is given); gives their number.
 */
int l_match_push_captures(struct rd_match *match, const char *s, const char *e);

#endif
