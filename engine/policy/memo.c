/* The memory of pure functions.
 *
 * A function of the company is pure: what it gives follows from what it reads, and what it reads
 * next follows from what it has read before. So the calls of one function make a tree, and a call
 * that reads the same values on the way down must end in the same leaf:
 *
 *   f.form ─ map ─▶ form.ground ─ "sufficient" ─▶ form.demand ─ "reasonable" ─▶ [true]
 *                             └─ "not_clear"  ─▶ [false, "the ground is not sufficient"]
 *
 * The tree is learnt from calls that ran, by watching the views that they read; nothing is guessed
 * from the source. Of a map or list only its kind is compared: what is read inside is a step of its
 * own, or the call is not learnt (rd_trace_beyond). A fact that is not there at all never matches,
 * so that the call runs and raises its fault. Faults are never learnt.
 */
#include "policy/memo.h"

#include <string.h>

#include "base/text.h"

#define HINTS_MAX UINT8_MAX
/* After so many misses, with fewer than a quarter as many hits, a function is left alone. */
#define TRIAL_MISSES 256

struct memo_branch {
    struct rd_value seen; /* of a map or list only the kind */
    struct rd_memo_node *node;
};

/* What is read at this place; or, of a leaf, what the function gives. */
struct rd_memo_node {
    const char *key;
    uint8_t map;      /* which of the maps met so far; 0: the facts */
    uint8_t position; /* where the key stood in it when learnt */
    uint8_t count, cap;
    bool leaf;
    struct memo_branch *branches;
    struct rd_value result; /* of a leaf */
};

void rd_trace_begin(struct rd_trace *trace, const struct rd_value *facts)
{
    trace->maps[0] = facts;
    trace->map_count = 1;
    trace->step_count = 0;
    trace->beyond = facts->kind != RD_MAP;
}

void rd_trace_beyond(struct rd_trace *trace)
{
    if (trace)
        trace->beyond = true;
}

static bool trace_can_hold(const struct rd_value *seen)
{
    return seen->kind != RD_TEXT || seen->count <= RD_MEMO_TEXT_MAX;
}

void rd_trace_read(struct rd_trace *trace, const struct rd_value *map, const char *key,
                   const struct rd_value *seen)
{
    if (!trace || trace->beyond)
        return;
    for (uint32_t i = 0; i < trace->step_count; i++)
        if (trace->steps[i].seen == seen)
            return; /* known already */
    uint32_t at = 0;
    while (at < trace->map_count && trace->maps[at] != map)
        at++;
    if (at == trace->map_count || trace->step_count == RD_MEMO_STEPS_MAX || !trace_can_hold(seen)) {
        trace->beyond = true;
        return;
    }
    trace->steps[trace->step_count++] = (struct rd_trace_step){ at, key, seen };
    if (seen->kind == RD_MAP)
        trace->maps[trace->map_count++] = seen;
}

static bool memo_same(const struct rd_value *kept, const struct rd_value *now)
{
    if (kept->kind != now->kind)
        return false;
    switch (kept->kind) {
    case RD_NULL:
    case RD_LIST:
    case RD_MAP:
        return true;
    case RD_BOOL:
        return kept->boolean == now->boolean;
    case RD_INT:
        return kept->integer == now->integer;
    case RD_REAL: /* -0.0 is another number than 0.0 here: its text differs */
        return memcmp(&kept->real, &now->real, sizeof(kept->real)) == 0;
    case RD_TEXT:
        return kept->count == now->count && memcmp(kept->text, now->text, kept->count) == 0;
    }
    return false;
}

static struct rd_memo_node *memo_branch(const struct rd_memo_node *node,
                                        const struct rd_value *seen)
{
    for (uint32_t i = 0; i < node->count; i++)
        if (memo_same(&node->branches[i].seen, seen))
            return node->branches[i].node;
    return NULL;
}

/* Facts of one function come in the same order each time: the key is tried where it stood. */
static const struct rd_value *memo_read(const struct rd_memo_node *node, const struct rd_value *map)
{
    uint32_t at = node->position;
    if (map->kind == RD_MAP && at < map->count && rd_text_same(map->pairs[at].key, node->key))
        return &map->pairs[at].value;
    return rd_map_get(map, node->key);
}

/* The leaf that the facts lead to, or NULL. */
static const struct rd_memo_node *memo_find(const struct rd_memo *memo,
                                            const struct rd_value *facts)
{
    const struct rd_value *maps[RD_MEMO_STEPS_MAX + 1] = { facts };
    uint32_t map_count = 1;
    const struct rd_memo_node *node = memo->root;
    while (node && !node->leaf) {
        RD_ASSERT(node->map < map_count);
        const struct rd_value *seen = memo_read(node, maps[node->map]);
        node = seen ? memo_branch(node, seen) : NULL;
        if (node && seen->kind == RD_MAP)
            maps[map_count++] = seen;
    }
    return node;
}

bool rd_memo_recall(struct rd_memo *memo, const struct rd_value *facts, struct rd_value *result)
{
    if (memo->idle)
        return false;
    const struct rd_memo_node *leaf = memo_find(memo, facts);
    if (leaf) {
        memo->hits++;
        *result = leaf->result;
        return true;
    }
    memo->misses++;
    if (memo->misses >= TRIAL_MISSES && memo->hits < memo->misses / 4)
        memo->idle = true;
    if ((memo->hits | memo->misses) > UINT32_MAX / 2) {
        memo->hits /= 2;
        memo->misses /= 2;
    }
    return false;
}

/* ---- learning ---- */

bool rd_memo_learns(const struct rd_memo *memo, const struct rd_arena *kept)
{
    return !memo->idle && memo->leaves < RD_MEMO_LEAVES_MAX && kept->total < RD_MEMO_BYTES_MAX;
}

/* Takes what the value needs from `room`; false where it is not enough. */
static bool memo_fits(const struct rd_value *value, size_t *room)
{
    size_t bytes = sizeof(*value) + (value->kind == RD_TEXT ? value->count : 0);
    if (bytes > *room)
        return false;
    *room -= bytes;
    bool fits = true;
    for (uint32_t i = 0; fits && value->kind == RD_LIST && i < value->count; i++)
        fits = memo_fits(&value->items[i], room);
    for (uint32_t i = 0; fits && value->kind == RD_MAP && i < value->count; i++)
        fits = memo_fits(&value->pairs[i].value, room);
    return fits;
}

static uint8_t memo_position(const struct rd_value *map, const struct rd_value *seen)
{
    for (uint32_t i = 0; i < map->count && i < HINTS_MAX; i++)
        if (&map->pairs[i].value == seen)
            return (uint8_t)i;
    return HINTS_MAX;
}

/* The key as facts have it, where that is a name, and lives as long: then it is the same place that
 * the next call's facts have. */
static const char *memo_key(struct rd_arena *kept, const struct rd_symbols *symbols,
                            const struct rd_value *map, uint8_t position, const char *key)
{
    const char *name =
        position < map->count && position < HINTS_MAX ? map->pairs[position].key : key;
    return (symbols && rd_symbol_is(symbols, name)) || rd_text_is_literal(name)
               ? name
               : rd_arena_copy(kept, key, strlen(key));
}

static void memo_node_read(struct rd_memo_node *node, struct rd_arena *kept,
                           const struct rd_symbols *symbols, const struct rd_trace *trace,
                           const struct rd_trace_step *step)
{
    const struct rd_value *map = trace->maps[step->map];
    node->map = (uint8_t)step->map;
    node->position = memo_position(map, step->seen);
    node->key = memo_key(kept, symbols, map, node->position, step->key);
}

/* Room for one more branch: twice as much each time. */
static void memo_widen(struct rd_memo_node *node, struct rd_arena *kept)
{
    if (node->count < node->cap)
        return;
    uint8_t cap = node->cap ? (uint8_t)(2 * node->cap) : 1;
    struct memo_branch *branches = rd_arena_zalloc(kept, cap, sizeof(*branches));
    if (node->count > 0)
        memcpy(branches, node->branches, node->count * sizeof(*branches));
    node->branches = branches;
    node->cap = cap;
}

/* The node behind the branch for `seen`, made where there is none; NULL where there is no room. */
static struct rd_memo_node *memo_grow(struct rd_memo_node *node, struct rd_arena *kept,
                                      const struct rd_value *seen)
{
    struct rd_memo_node *next = memo_branch(node, seen);
    if (next || node->count == RD_MEMO_BRANCHES_MAX)
        return next;
    memo_widen(node, kept);
    struct memo_branch *branch = &node->branches[node->count++];
    branch->seen = (struct rd_value){ .kind = seen->kind };
    if (seen->kind != RD_MAP && seen->kind != RD_LIST)
        branch->seen = rd_value_copy(kept, seen);
    branch->node = rd_arena_zalloc(kept, 1, sizeof(*branch->node));
    return branch->node;
}

/* The node for one step: it is new, or asks what the call asked, as the function is pure. */
static bool memo_agrees(struct rd_memo_node *node, struct rd_arena *kept,
                        const struct rd_symbols *symbols, const struct rd_trace *trace,
                        const struct rd_trace_step *step)
{
    if (!node->key && !node->leaf)
        memo_node_read(node, kept, symbols, trace, step);
    return node->key && node->map == step->map && strcmp(node->key, step->key) == 0;
}

/* Follows the trace down, growing the tree; the node at its end, or NULL where there is no room. */
static struct rd_memo_node *memo_descend(struct rd_memo *memo, struct rd_arena *kept,
                                         const struct rd_symbols *symbols,
                                         const struct rd_trace *trace)
{
    if (!memo->root)
        memo->root = rd_arena_zalloc(kept, 1, sizeof(*memo->root));
    struct rd_memo_node *node = memo->root;
    for (uint32_t i = 0; node && i < trace->step_count; i++) {
        if (!memo_agrees(node, kept, symbols, trace, &trace->steps[i])) {
            memo->idle = true; /* never seen: it would be a function that is not pure */
            return NULL;
        }
        node = memo_grow(node, kept, trace->steps[i].seen);
    }
    return node;
}

/* A copy's keys that are the program's own words: the same places again. */
static void memo_words(struct rd_value *copy, const struct rd_value *of)
{
    for (uint32_t i = 0; copy->kind == RD_LIST && i < copy->count; i++)
        memo_words(&copy->items[i], &of->items[i]);
    for (uint32_t i = 0; copy->kind == RD_MAP && i < copy->count; i++) {
        if (rd_text_is_literal(of->pairs[i].key))
            copy->pairs[i].key = of->pairs[i].key;
        memo_words(&copy->pairs[i].value, &of->pairs[i].value);
    }
}

void rd_memo_learn(struct rd_memo *memo, struct rd_arena *kept, const struct rd_symbols *symbols,
                   const struct rd_trace *trace, const struct rd_value *result)
{
    size_t room = RD_MEMO_RESULT_BYTES_MAX;
    if (trace->beyond || !memo_fits(result, &room))
        return;
    struct rd_memo_node *leaf = memo_descend(memo, kept, symbols, trace);
    if (!leaf || leaf->leaf)
        return;
    if (leaf->key) {
        memo->idle = true;
        return;
    }
    leaf->leaf = true;
    leaf->result = rd_value_copy(kept, result);
    memo_words(&leaf->result, result);
    memo->leaves++;
}
