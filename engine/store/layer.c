/* A layer: rows in memory, a tree a table whose leaves are chained in key order.
 *
 *   branch [ .   k1  k2 ]            keys[i]: no key of kid i is below it (kid 0: no bound)
 *            │   │   └─▶ leaf ◀─▶ leaf      rows beside keys of the table's fixed size
 *
 * A layer lives for one commit and is then forgotten, so leaves are never joined again: one that
 * becomes empty leaves the tree, and its memory serves the next. Everything lies in chunks that are
 * kept for the next commit: an arena of a command is no measure for one of thousands of commands.
 */
#include "store/layer.h"

#include <stdlib.h>
#include <string.h>

#include "base/assert.h"
#include "base/limits.h"

#define LAYER_LEAF 32 /* rows of a leaf */
#define LAYER_FAN 32  /* kids of a branch */
#define LAYER_MET_BITS 6
#define LAYER_MET (1u << LAYER_MET_BITS) /* leaves that a tree remembers */
#define LAYER_HEIGHT_MAX 12
#define LAYER_CHUNK_BYTES (256u * 1024)
#define LAYER_ALIGN 16u

struct layer_leaf {
    struct layer_leaf *before, *after;
    uint32_t count;
    struct rd_layer_row rows[LAYER_LEAF];
    unsigned char keys[];
};

struct layer_branch {
    uint32_t count;
    void *kids[LAYER_FAN];
    unsigned char keys[];
};

struct layer_tree {
    void *root; /* a leaf where height is 0; NULL: empty */
    struct layer_leaf *first, *last;
    struct layer_leaf *spare;          /* leaves that became empty, by `after` */
    struct layer_leaf *met[LAYER_MET]; /* that were read or written last (layer_met); NULL */
    uint32_t height, key_bytes;
    bool strewn; /* the next key has another beginning mostly */
};

struct layer_chunk {
    struct layer_chunk *next;
    size_t size;
    _Alignas(LAYER_ALIGN) unsigned char bytes[];
};

struct rd_layer {
    struct layer_tree trees[RD_TABLE_COUNT];
    struct layer_chunk *first, *current; /* those behind the current one are free */
    size_t used;                         /* of the current one */
    size_t total;                        /* handed out since the last reset */
    uint64_t writes;
};

/* The way from the root to a leaf. */
struct layer_path {
    struct layer_branch *branch[LAYER_HEIGHT_MAX];
    uint32_t kid[LAYER_HEIGHT_MAX];
};

static void *layer_alloc(struct rd_layer *layer, size_t size)
{
    size = (size + LAYER_ALIGN - 1) / LAYER_ALIGN * LAYER_ALIGN;
    while (!layer->current || layer->used + size > layer->current->size) {
        struct layer_chunk **next = layer->current ? &layer->current->next : &layer->first;
        if (!*next || (*next)->size < size) {
            size_t room = size > LAYER_CHUNK_BYTES ? size : LAYER_CHUNK_BYTES;
            struct layer_chunk *chunk = malloc(sizeof *chunk + room);
            RD_ASSERT(chunk);
            *chunk = (struct layer_chunk){ .next = *next, .size = room };
            *next = chunk;
        }
        layer->current = *next;
        layer->used = 0;
    }
    void *piece = layer->current->bytes + layer->used;
    layer->used += size;
    layer->total += size;
    return piece;
}

/* Keeps the first chunks, up to so many bytes. */
static void layer_keep(struct rd_layer *layer, size_t bytes)
{
    struct layer_chunk **at = &layer->first;
    while (*at && (*at)->size <= bytes) {
        bytes -= (*at)->size;
        at = &(*at)->next;
    }
    while (*at) {
        struct layer_chunk *chunk = *at;
        *at = chunk->next;
        free(chunk);
    }
}

struct rd_layer *rd_layer_new(void)
{
    struct rd_layer *layer = calloc(1, sizeof *layer);
    RD_ASSERT(layer);
    rd_layer_reset(layer);
    return layer;
}

void rd_layer_free(struct rd_layer *layer)
{
    if (layer)
        layer_keep(layer, 0);
    free(layer);
}

void rd_layer_reset(struct rd_layer *layer)
{
    layer_keep(layer, RD_LAYER_KEPT_BYTES);
    layer->current = layer->first;
    layer->used = layer->total = 0;
    layer->writes = 0;
    for (int i = 0; i < RD_TABLE_COUNT; i++)
        layer->trees[i] = (struct layer_tree){
            .key_bytes = (uint32_t)rd_table_key_bytes((enum rd_table)i),
            .strewn = i == RD_TABLE_INDEX,
        };
}

uint64_t rd_layer_writes(const struct rd_layer *layer)
{
    return layer->writes;
}

size_t rd_layer_bytes(const struct rd_layer *layer)
{
    return layer->total;
}

/* Eight bytes of a key as a number: the earlier a byte stands, the more it counts. */
static inline uint64_t layer_word(const unsigned char *at)
{
    uint64_t word;
    memcpy(&word, at, sizeof word);
    return __builtin_bswap64(word);
}

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "words of keys are turned round");

/* Where the word behind the one at `at` begins: the last one may begin within the one before it,
 * which is the same wherever it is looked at. `bytes` where there is none. */
static inline size_t layer_next(size_t at, size_t bytes)
{
    size_t word = sizeof(uint64_t), next = at + word;
    return next + word <= bytes ? next : next < bytes ? bytes - word : bytes;
}

/* As memcmp, of two keys that are the same before the word at `at`: most differ in their first. */
static inline int layer_order(const unsigned char *left, const unsigned char *right, size_t at,
                              size_t bytes)
{
    if (bytes < sizeof(uint64_t))
        return memcmp(left, right, bytes);
    for (; at < bytes; at = layer_next(at, bytes)) {
        uint64_t one = layer_word(left + at), other = layer_word(right + at);
        if (one != other)
            return one < other ? -1 : 1;
    }
    return 0;
}

/* The same as layer_below, for keys of less than a word. */
static uint32_t layer_below_short(const unsigned char *keys, uint32_t low, uint32_t high,
                                  uint32_t bytes, const void *key, bool *same)
{
    while (low < high) {
        uint32_t middle = (low + high) / 2;
        int order = memcmp(keys + (size_t)middle * bytes, key, bytes);
        *same = order == 0;
        if (order == 0)
            return middle;
        low = order < 0 ? middle + 1 : low;
        high = order < 0 ? high : middle;
    }
    return low;
}

/* How many of the keys are below `key`; `same`: the next one is it. What the first and the last of
 * the keys have in common all of them have: the first word in which they differ is searched. */
static uint32_t layer_below(const unsigned char *keys, uint32_t from, uint32_t count,
                            uint32_t bytes, const unsigned char *key, bool *same)
{
    uint32_t low = from, high = count;
    *same = false;
    if (from >= count || bytes < sizeof(uint64_t))
        return layer_below_short(keys, from, count, bytes, key, same);
    const unsigned char *first = keys + (size_t)from * bytes;
    const unsigned char *last = keys + (size_t)(count - 1) * bytes;
    size_t at = 0;
    uint64_t word = layer_word(key), shared;
    while ((shared = layer_word(first + at)) == layer_word(last + at)) {
        if (word != shared)
            return word < shared ? from : count;
        if ((at = layer_next(at, bytes)) == bytes) { /* there is but one key */
            *same = true;
            return from;
        }
        word = layer_word(key + at);
    }
    while (low < high) {
        uint32_t middle = (low + high) / 2;
        const unsigned char *there = keys + (size_t)middle * bytes;
        uint64_t other = layer_word(there + at);
        bool below = other < word;
        if (other == word) {
            int order = layer_order(there, key, at, bytes);
            *same = order == 0;
            if (order == 0)
                return middle;
            below = order < 0;
        }
        low = below ? middle + 1 : low;
        high = below ? high : middle;
    }
    return low;
}

/* The leaf in which the key lies or would lie. */
static struct layer_leaf *layer_down(const struct layer_tree *tree, const void *key,
                                     struct layer_path *path)
{
    void *node = tree->root;
    for (uint32_t level = 0; level < tree->height; level++) {
        struct layer_branch *branch = node;
        bool same;
        uint32_t kid = layer_below(branch->keys, 1, branch->count, tree->key_bytes, key, &same);
        kid -= !same; /* behind the last bound that is not above it */
        if (path) {
            path->branch[level] = branch;
            path->kid[level] = kid;
        }
        node = branch->kids[kid];
    }
    return node;
}

/* Whether the way down would end at this leaf, as far as its own keys tell: between its first and
 * its last one, or behind the tree's last. One that has left the tree holds none. */
static bool layer_holds(const struct layer_tree *tree, const struct layer_leaf *leaf,
                        const void *key)
{
    size_t bytes = tree->key_bytes;
    return leaf && leaf->count > 0 && layer_order(leaf->keys, key, 0, bytes) <= 0 &&
           (!leaf->after ||
            layer_order(leaf->keys + (leaf->count - 1) * bytes, key, 0, bytes) >= 0);
}

/* Where the leaf is remembered in which the key lies perhaps: with keys that come from everywhere,
 * such as those of indexes, by what they begin with (index and value). */
static struct layer_leaf **layer_met(struct layer_tree *tree, const void *key)
{
    const uint64_t spread = 0x9E3779B97F4A7C15u; /* Fibonacci hashing */
    return &tree->met[tree->strewn ? (layer_word(key) * spread) >> (64 - LAYER_MET_BITS) : 0];
}

/* The leaf in which the key lies or would lie: often the one of just now, since what is written was
 * read before, and new keys come in order. */
static struct layer_leaf *layer_find(struct layer_tree *tree, const void *key)
{
    struct layer_leaf **met = layer_met(tree, key);
    if (!layer_holds(tree, *met, key))
        *met = layer_down(tree, key, NULL);
    return *met;
}

const struct rd_layer_row *rd_layer_get(struct rd_layer *layer, enum rd_table table,
                                        const void *key)
{
    struct layer_tree *tree = &layer->trees[table];
    bool same;
    if (!tree->root)
        return NULL;
    struct layer_leaf *leaf = layer_find(tree, key);
    uint32_t at = layer_below(leaf->keys, 0, leaf->count, tree->key_bytes, key, &same);
    return same ? &leaf->rows[at] : NULL;
}

static struct layer_leaf *layer_leaf_new(struct rd_layer *layer, struct layer_tree *tree)
{
    struct layer_leaf *leaf = tree->spare;
    if (leaf)
        tree->spare = leaf->after;
    else
        leaf = layer_alloc(layer, sizeof *leaf + (size_t)LAYER_LEAF * tree->key_bytes);
    leaf->before = leaf->after = NULL;
    leaf->count = 0;
    return leaf;
}

static struct layer_branch *layer_branch_new(struct rd_layer *layer, const struct layer_tree *tree)
{
    struct layer_branch *branch =
        layer_alloc(layer, sizeof *branch + (size_t)LAYER_FAN * tree->key_bytes);
    branch->count = 0;
    return branch;
}

/* A kid and its lower bound at this place of a branch that has room. */
static void layer_branch_insert(struct layer_branch *branch, uint32_t at, uint32_t bytes,
                                const unsigned char *bound, void *kid)
{
    memmove(&branch->kids[at + 1], &branch->kids[at], (branch->count - at) * sizeof(void *));
    memmove(branch->keys + (size_t)(at + 1) * bytes, branch->keys + (size_t)at * bytes,
            (size_t)(branch->count - at) * bytes);
    branch->kids[at] = kid;
    memcpy(branch->keys + (size_t)at * bytes, bound, bytes);
    branch->count++;
}

/* Moves what is behind `from` of a full branch into a new one. */
static struct layer_branch *layer_branch_split(struct rd_layer *layer, struct layer_tree *tree,
                                               struct layer_branch *branch, uint32_t from)
{
    struct layer_branch *more = layer_branch_new(layer, tree);
    more->count = branch->count - from;
    memcpy(more->kids, &branch->kids[from], more->count * sizeof(void *));
    memcpy(more->keys, branch->keys + (size_t)from * tree->key_bytes,
           (size_t)more->count * tree->key_bytes);
    branch->count = from;
    return more;
}

/* Enters a new node beside the one that the path leads to, on the branches from the lowest up. */
static void layer_enter(struct rd_layer *layer, struct layer_tree *tree, struct layer_path *path,
                        const unsigned char *bound, void *kid)
{
    uint32_t bytes = tree->key_bytes;
    for (uint32_t level = tree->height; level-- > 0;) {
        struct layer_branch *branch = path->branch[level];
        uint32_t at = path->kid[level] + 1;
        if (branch->count < LAYER_FAN) {
            layer_branch_insert(branch, at, bytes, bound, kid);
            return;
        }
        uint32_t from =
            at == LAYER_FAN ? LAYER_FAN - 1 : LAYER_FAN / 2; /* at the end: stays full */
        struct layer_branch *more = layer_branch_split(layer, tree, branch, from);
        if (at > from)
            layer_branch_insert(more, at - from, bytes, bound, kid);
        else
            layer_branch_insert(branch, at, bytes, bound, kid);
        bound = more->keys;
        kid = more;
    }
    struct layer_branch *root = layer_branch_new(layer, tree);
    root->count = 2;
    root->kids[0] = tree->root;
    root->kids[1] = kid;
    memcpy(root->keys + bytes, bound, bytes);
    tree->root = root;
    tree->height++;
    RD_ASSERT(tree->height < LAYER_HEIGHT_MAX);
}

/* Makes room in a full leaf: what is behind `from` goes into a new one, which is returned. */
static struct layer_leaf *layer_leaf_split(struct rd_layer *layer, struct layer_tree *tree,
                                           struct layer_leaf *leaf, uint32_t from)
{
    struct layer_leaf *more = layer_leaf_new(layer, tree);
    more->count = leaf->count - from;
    memcpy(more->rows, &leaf->rows[from], more->count * sizeof leaf->rows[0]);
    memcpy(more->keys, leaf->keys + (size_t)from * tree->key_bytes,
           (size_t)more->count * tree->key_bytes);
    leaf->count = from;
    more->before = leaf;
    more->after = leaf->after;
    *(leaf->after ? &leaf->after->before : &tree->last) = more;
    leaf->after = more;
    return more;
}

/* The row of the key, made where there is none, and the leaf in which it is. */
static struct rd_layer_row *layer_row(struct rd_layer *layer, enum rd_table table, const void *key,
                                      struct layer_leaf **in, bool *made)
{
    struct layer_tree *tree = &layer->trees[table];
    struct layer_path path;
    size_t bytes = tree->key_bytes;
    bool same;
    if (!tree->root)
        tree->root = tree->first = tree->last = layer_leaf_new(layer, tree);
    struct layer_leaf *leaf = *in = layer_find(tree, key);
    uint32_t at = layer_below(leaf->keys, 0, leaf->count, tree->key_bytes, key, &same);
    *made = !same;
    if (same)
        return &leaf->rows[at];
    if (leaf->count == LAYER_LEAF) {
        layer_down(tree, key, &path);
        uint32_t from = at == LAYER_LEAF ? LAYER_LEAF : LAYER_LEAF / 2; /* at the end: stays full */
        struct layer_leaf *more = layer_leaf_split(layer, tree, leaf, from);
        bool right = at > from || from == LAYER_LEAF; /* at its bound it is the left one's last */
        layer_enter(layer, tree, &path, more->count ? more->keys : key, more);
        at -= right ? from : 0;
        leaf = *in = *layer_met(tree, key) = right ? more : leaf;
    }
    memmove(&leaf->rows[at + 1], &leaf->rows[at], (leaf->count - at) * sizeof leaf->rows[0]);
    memmove(leaf->keys + (at + 1) * bytes, leaf->keys + at * bytes, (leaf->count - at) * bytes);
    memcpy(leaf->keys + at * bytes, key, bytes);
    leaf->rows[at] = (struct rd_layer_row){ .bytes = NULL };
    leaf->count++;
    return &leaf->rows[at];
}

void rd_layer_put(struct rd_layer *layer, enum rd_table table, const void *key, const void *bytes,
                  size_t len, bool fresh)
{
    struct layer_leaf *leaf;
    bool made;
    struct rd_layer_row *row = layer_row(layer, table, key, &leaf, &made);
    if (row->room < len) {
        row->room = (uint32_t)(len + len / 8);
        row->bytes = layer_alloc(layer, row->room);
    }
    if (len)
        memcpy(row->bytes, bytes, len);
    row->len = (uint32_t)len;
    row->gone = false;
    row->fresh = made ? fresh : row->fresh;
    layer->writes++;
}

/* An empty leaf leaves the tree, and with it the branches that become empty. */
static void layer_unlink(struct layer_tree *tree, struct layer_path *path, struct layer_leaf *leaf)
{
    *(leaf->before ? &leaf->before->after : &tree->first) = leaf->after;
    *(leaf->after ? &leaf->after->before : &tree->last) = leaf->before;
    leaf->after = tree->spare;
    tree->spare = leaf;
    for (uint32_t level = tree->height; level-- > 0;) {
        struct layer_branch *branch = path->branch[level];
        uint32_t at = path->kid[level];
        branch->count--;
        memmove(&branch->kids[at], &branch->kids[at + 1], (branch->count - at) * sizeof(void *));
        memmove(branch->keys + (size_t)at * tree->key_bytes,
                branch->keys + (size_t)(at + 1) * tree->key_bytes,
                (size_t)(branch->count - at) * tree->key_bytes);
        if (branch->count)
            return;
    }
    tree->root = NULL;
    tree->height = 0;
}

/* Takes a row out of its leaf. */
static void layer_remove(struct layer_tree *tree, struct layer_leaf *leaf, uint32_t at,
                         const void *key)
{
    struct layer_path path;
    size_t bytes = tree->key_bytes;
    RD_ASSERT(at < leaf->count);
    if (leaf->count == 1)
        layer_down(tree, key, &path); /* it is taken off there */
    leaf->count--;
    memmove(&leaf->rows[at], &leaf->rows[at + 1], (leaf->count - at) * sizeof leaf->rows[0]);
    memmove(leaf->keys + at * bytes, leaf->keys + (at + 1) * bytes, (leaf->count - at) * bytes);
    if (leaf->count == 0)
        layer_unlink(tree, &path, leaf);
}

void rd_layer_del(struct rd_layer *layer, enum rd_table table, const void *key)
{
    struct layer_leaf *leaf;
    bool made;
    struct rd_layer_row *row = layer_row(layer, table, key, &leaf, &made);
    layer->writes++;
    row->gone = true;
    row->len = 0;
    if (row->fresh)
        layer_remove(&layer->trees[table], leaf, (uint32_t)(row - leaf->rows), key);
}

bool rd_layer_seek(const struct rd_layer *layer, enum rd_table table, const void *from,
                   bool backwards, struct rd_layer_at *at)
{
    const struct layer_tree *tree = &layer->trees[table];
    bool same;
    *at = (struct rd_layer_at){ .key_bytes = tree->key_bytes };
    if (!tree->root)
        return false;
    at->leaf = layer_down(tree, from, NULL);
    at->at = layer_below(at->leaf->keys, 0, at->leaf->count, tree->key_bytes, from, &same);
    if (same)
        return true;
    if (backwards)
        return rd_layer_step(at, true);
    if (at->at == at->leaf->count) {
        at->leaf = at->leaf->after;
        at->at = 0;
    }
    return at->leaf != NULL;
}

bool rd_layer_step(struct rd_layer_at *at, bool backwards)
{
    if (backwards && at->at > 0) {
        at->at--;
    } else if (backwards) {
        at->leaf = at->leaf->before;
        at->at = at->leaf ? at->leaf->count - 1 : 0;
    } else if (++at->at == at->leaf->count) {
        at->leaf = at->leaf->after;
        at->at = 0;
    }
    return at->leaf != NULL;
}

const unsigned char *rd_layer_key(const struct rd_layer_at *at)
{
    return at->leaf->keys + (size_t)at->at * at->key_bytes;
}

const struct rd_layer_row *rd_layer_row(const struct rd_layer_at *at)
{
    return &at->leaf->rows[at->at];
}
