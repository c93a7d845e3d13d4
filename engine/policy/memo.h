/* What pure functions gave, by what they read: so that the same question is not asked twice. */
#ifndef RD_POLICY_MEMO_H
#define RD_POLICY_MEMO_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/limits.h"
#include "base/symbol.h"
#include "base/value.h"

/* What one call has read of its facts so far, in its order. */
struct rd_trace {
    struct rd_trace_step {
        uint32_t map;                /* of `maps` */
        const char *key;             /* in that map; borrowed from the facts */
        const struct rd_value *seen; /* what it gave; borrowed from the facts */
    } steps[RD_MEMO_STEPS_MAX];
    const struct rd_value *maps[RD_MEMO_STEPS_MAX + 1]; /* the facts, then inner maps as met */
    uint32_t step_count, map_count;
    bool beyond; /* more was read than a trace can say */
};

/* Begins a trace of a call that gets these facts (a map). */
void rd_trace_begin(struct rd_trace *trace, const struct rd_value *facts);
/* `map` was asked for `key` and gave `seen`. NULL is no trace, here and below. */
void rd_trace_read(struct rd_trace *trace, const struct rd_value *map, const char *key,
                   const struct rd_value *seen);
/* A list was looked into, or a value taken as a whole: the call can't be remembered. */
void rd_trace_beyond(struct rd_trace *trace);

struct rd_memo_node;

/* The memory of one function; zeroed at first. What it holds lives in the arena that it learns
 * with. */
struct rd_memo {
    struct rd_memo_node *root;
    uint32_t leaves, hits, misses;
    bool idle; /* it hardly ever knows: not asked any more */
};

/* Gives the result where a call that read the same values of the same facts was learnt. It is lent
 * from what was learnt, and lives as long. */
bool rd_memo_recall(struct rd_memo *memo, const struct rd_value *facts, struct rd_value *result);
/* Whether another call should be traced in order to learn it. */
bool rd_memo_learns(const struct rd_memo *memo, const struct rd_arena *kept);
/* Learns what a call without fault gave. `kept` must live as long as the memory, and so must
 * `symbols`, by which names are known again; no more than RD_MEMO_BYTES_MAX of it (about) are used,
 * and large results are passed over. */
void rd_memo_learn(struct rd_memo *memo, struct rd_arena *kept, const struct rd_symbols *symbols,
                   const struct rd_trace *trace, const struct rd_value *result);

#endif
