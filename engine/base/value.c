/* Values: the one tagged tree.
 *
 * Everything lies in an arena; a list or map that grows stays where it is if it was the last thing
 * made, or else moves to a place twice as large and leaves the old one behind for the reset. Maps
 * are arrays of pairs in the order of putting in: they are small, and looking through ten of them
 * beats hashing. It must never hold a text that is not UTF-8, nor a key with a NUL; the doors
 * (json, pack, Lua) see to it.
 */
#include "base/value.h"

#include <stdlib.h>
#include <string.h>

#include "base/sealed.h"
#include "base/symbol.h"
#include "base/text.h"

#define VALUE_FIRST_CAP 4

struct rd_value rd_text_copy(struct rd_arena *arena, const char *bytes, size_t len)
{
    RD_ASSERT(len <= UINT32_MAX);
    return len == 0 ? rd_text("") : rd_text_of(rd_arena_letters(arena, bytes, len), len);
}

/* Room for twice as many members of `size` bytes, where they lie if nothing was put behind them
 * since; updates `cap`. */
static void *value_grow(struct rd_arena *arena, void *members, uint32_t count, uint32_t *cap,
                        size_t size)
{
    RD_ASSERT(*cap <= UINT32_MAX / 2);
    uint32_t before = *cap;
    *cap = before ? before * 2 : VALUE_FIRST_CAP;
    if (before > 0 && rd_arena_extend(arena, members, before * size, *cap * size))
        return members;
    void *grown = rd_arena_alloc(arena, *cap * size);
    if (count > 0)
        memcpy(grown, members, count * size);
    return grown;
}

void rd_list_grow(struct rd_arena *arena, struct rd_value *list)
{
    list->items = value_grow(arena, list->items, list->count, &list->cap, sizeof(struct rd_value));
}

void rd_map_grow(struct rd_arena *arena, struct rd_value *map)
{
    map->pairs = value_grow(arena, map->pairs, map->count, &map->cap, sizeof(struct rd_pair));
}

/* The pair whose key is spelled like this one. Two letters tell most others apart. */
static struct rd_pair *map_spelled(const struct rd_value *map, const char *key)
{
    const char first = key[0];
    struct rd_pair *pair = map->pairs;
    for (uint32_t i = 0; i < map->count; i++, pair++)
        if (pair->key[0] == first &&
            (first == 0 || (pair->key[1] == key[1] && strcmp(pair->key, key) == 0)))
            return pair;
    return NULL;
}

/* Names that come from the policy are mostly the same text at the same place: the cheap look goes
 * over all of them first, two at a time. */
static RD_ALWAYS_INLINE struct rd_pair *map_find(const struct rd_value *map, const char *key)
{
    struct rd_pair *pair = map->pairs;
    uint32_t left = map->count;
    for (; left >= 2; left -= 2, pair += 2) {
        if (pair[0].key == key)
            return &pair[0];
        if (pair[1].key == key)
            return &pair[1];
    }
    if (left && pair->key == key)
        return pair;
    return map->count ? map_spelled(map, key) : NULL;
}

struct rd_value *rd_map_set(struct rd_arena *arena, struct rd_value *map, const char *key,
                            struct rd_value value)
{
    RD_ASSERT(map->kind == RD_MAP);
    struct rd_pair *pair = map_find(map, key);
    if (!pair)
        return rd_map_add(arena, map, key, value);
    pair->value = value;
    return &pair->value;
}

bool rd_map_remove(struct rd_value *map, const char *key)
{
    RD_ASSERT(map->kind == RD_MAP);
    struct rd_pair *pair = map_find(map, key);
    if (!pair)
        return false;
    size_t behind = map->count - 1 - (size_t)(pair - map->pairs);
    memmove(pair, pair + 1, behind * sizeof(*pair));
    map->count--;
    return true;
}

const struct rd_value *rd_map_get(const struct rd_value *map, const char *key)
{
    if (!map || map->kind != RD_MAP)
        return NULL;
    struct rd_pair *pair = map_find(map, key);
    return pair ? &pair->value : NULL;
}

const char *rd_map_text(const struct rd_value *map, const char *key, const char *otherwise)
{
    const struct rd_value *value = rd_map_get(map, key);
    return rd_value_is(value, RD_TEXT) ? value->text : otherwise;
}

int64_t rd_map_int(const struct rd_value *map, const char *key, int64_t otherwise)
{
    const struct rd_value *value = rd_map_get(map, key);
    return rd_value_is(value, RD_INT) ? value->integer : otherwise;
}

bool rd_map_bool(const struct rd_value *map, const char *key, bool otherwise)
{
    const struct rd_value *value = rd_map_get(map, key);
    return rd_value_is(value, RD_BOOL) ? value->boolean : otherwise;
}

const struct rd_value *rd_map_list(const struct rd_value *map, const char *key)
{
    static const struct rd_value empty = { .kind = RD_LIST };
    const struct rd_value *value = rd_map_get(map, key);
    return rd_value_is(value, RD_LIST) ? value : &empty;
}

static bool value_lists_equal(const struct rd_value *a, const struct rd_value *b)
{
    for (uint32_t i = 0; i < a->count; i++)
        if (!rd_value_equal(&a->items[i], &b->items[i]))
            return false;
    return true;
}

/* Keys are unique and the counts are equal: each pair of `a` found in `b` is enough. */
static bool value_maps_equal(const struct rd_value *a, const struct rd_value *b)
{
    for (uint32_t i = 0; i < a->count; i++) {
        const struct rd_pair *pair = &a->pairs[i];
        const struct rd_value *other;
        if (strcmp(pair->key, b->pairs[i].key) == 0)
            other = &b->pairs[i].value;
        else
            other = rd_map_get(b, pair->key);
        if (!other || !rd_value_equal(&pair->value, other))
            return false;
    }
    return true;
}

bool rd_value_equal(const struct rd_value *a, const struct rd_value *b)
{
    if (a->kind != b->kind)
        return false;
    switch (a->kind) {
    case RD_NULL:
        return true;
    case RD_BOOL:
        return a->boolean == b->boolean;
    case RD_INT:
        return a->integer == b->integer;
    case RD_REAL:
        return a->real == b->real;
    case RD_TEXT:
        return a->count == b->count && memcmp(a->text, b->text, a->count) == 0;
    case RD_LIST:
        return a->count == b->count && value_lists_equal(a, b);
    case RD_MAP:
        return a->count == b->count && value_maps_equal(a, b);
    }
    return false;
}

static struct rd_value value_copy_list(struct rd_arena *arena, const struct rd_value *list)
{
    struct rd_value copy = { .kind = RD_LIST, .count = list->count, .cap = list->count };
    if (list->count > 0)
        copy.items = rd_arena_alloc(arena, list->count * sizeof(copy.items[0]));
    for (uint32_t i = 0; i < list->count; i++)
        copy.items[i] = rd_value_copy(arena, &list->items[i]);
    return copy;
}

static struct rd_value value_copy_map(struct rd_arena *arena, const struct rd_value *map)
{
    struct rd_value copy = { .kind = RD_MAP, .count = map->count, .cap = map->count };
    if (map->count > 0)
        copy.pairs = rd_arena_alloc(arena, map->count * sizeof(copy.pairs[0]));
    for (uint32_t i = 0; i < map->count; i++) {
        const char *key = map->pairs[i].key;
        copy.pairs[i].key = rd_arena_copy(arena, key, strlen(key));
        copy.pairs[i].value = rd_value_copy(arena, &map->pairs[i].value);
    }
    return copy;
}

struct rd_value rd_value_copy(struct rd_arena *arena, const struct rd_value *value)
{
    switch (value->kind) {
    case RD_NULL:
    case RD_BOOL:
    case RD_INT:
    case RD_REAL:
        break;
    case RD_TEXT:
        return rd_text_is_sealed(value) ? rd_sealed_copy(arena, value)
                                        : rd_text_copy(arena, value->text, value->count);
    case RD_LIST:
        return value_copy_list(arena, value);
    case RD_MAP:
        return value_copy_map(arena, value);
    }
    return *value;
}

/* What lives long enough: most of it lies in the newest chunk, or is a symbol. */
struct value_keeper {
    struct rd_arena *arena;
    uintptr_t chunk, symbols; /* where they begin, */
    size_t chunk_bytes, symbols_bytes;
};

static inline bool keeper_holds(const struct value_keeper *keeper, const void *at)
{
    return (uintptr_t)at - keeper->chunk < keeper->chunk_bytes || rd_arena_holds(keeper->arena, at);
}

/* Whether a text lives without the arena's help. */
static inline bool keeper_stays(const struct value_keeper *keeper, const char *text)
{
    return (uintptr_t)text - keeper->symbols < keeper->symbols_bytes || rd_text_is_literal(text) ||
           keeper_holds(keeper, text);
}

/* The same members, in the arena; what they hold is looked at by the caller. */
static void *keeper_members(const struct value_keeper *keeper, const void *members, size_t bytes)
{
    return bytes > 0 ? memcpy(rd_arena_alloc(keeper->arena, bytes), members, bytes) : NULL;
}

static void keeper_list(const struct value_keeper *keeper, struct rd_value *list);
static void keeper_map(const struct value_keeper *keeper, struct rd_value *map);

static RD_ALWAYS_INLINE void keeper_value(const struct value_keeper *keeper, struct rd_value *value)
{
    switch (value->kind) {
    case RD_NULL:
    case RD_BOOL:
    case RD_INT:
    case RD_REAL:
        return;
    case RD_TEXT:
        if (!keeper_stays(keeper, value->text))
            *value = rd_text_copy(keeper->arena, value->text, value->count);
        return;
    case RD_LIST:
        keeper_list(keeper, value);
        return;
    case RD_MAP:
        keeper_map(keeper, value);
        return;
    }
}

static void keeper_list(const struct value_keeper *keeper, struct rd_value *list)
{
    if (!keeper_holds(keeper, list->items)) {
        list->items = keeper_members(keeper, list->items, list->count * sizeof(list->items[0]));
        list->cap = list->count;
    }
    for (uint32_t i = 0; i < list->count; i++)
        keeper_value(keeper, &list->items[i]);
}

static void keeper_map(const struct value_keeper *keeper, struct rd_value *map)
{
    if (!keeper_holds(keeper, map->pairs)) {
        map->pairs = keeper_members(keeper, map->pairs, map->count * sizeof(map->pairs[0]));
        map->cap = map->count;
    }
    for (uint32_t i = 0; i < map->count; i++) {
        struct rd_pair *pair = &map->pairs[i];
        if (!keeper_stays(keeper, pair->key))
            pair->key = rd_arena_copy(keeper->arena, pair->key, strlen(pair->key));
        keeper_value(keeper, &pair->value);
    }
}

void rd_value_keep(struct rd_arena *arena, const struct rd_symbols *symbols, struct rd_value *value)
{
    struct value_keeper keeper = { .arena = arena };
    keeper.chunk_bytes = rd_arena_newest(arena, &keeper.chunk);
    if (symbols) {
        keeper.symbols = (uintptr_t)symbols->from;
        keeper.symbols_bytes = symbols->bytes;
    }
    keeper_value(&keeper, value);
}

const char *rd_kind_name(enum rd_kind kind)
{
    switch (kind) {
    case RD_NULL:
        return "null";
    case RD_BOOL:
        return "boolean";
    case RD_INT:
        return "integer";
    case RD_REAL:
        return "real";
    case RD_TEXT:
        return "text";
    case RD_LIST:
        return "list";
    case RD_MAP:
        return "map";
    }
    return "unknown";
}
