/* The one tagged tree: what JSON, stored bytes and Lua tables become on their way through the
 * house.
 *
 * Values live in an arena and are never freed one by one. Texts are UTF-8 with a length, and always
 * have a NUL behind them. Maps keep the order of their keys as they were put in; looking up is
 * linear (maps here are small). Money is an integer of minor units, times are integers of UTC
 * milliseconds: what they mean is said by the field's type, not by the tree.
 */
#ifndef RD_BASE_VALUE_H
#define RD_BASE_VALUE_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "base/arena.h"

enum rd_kind { RD_NULL, RD_BOOL, RD_INT, RD_REAL, RD_TEXT, RD_LIST, RD_MAP };

struct rd_pair;
struct rd_symbols;

struct rd_value {
    enum rd_kind kind;
    uint32_t count; /* bytes of a text, items of a list, pairs of a map */
    uint32_t cap;   /* room for items or pairs; of a text: base/sealed.h, 0: it is not sealed */
    union {
        bool boolean;
        int64_t integer;
        double real;
        const char *text;
        struct rd_value *items;
        struct rd_pair *pairs;
    };
};

struct rd_pair {
    const char *key; /* NUL-terminated; keys hold no NUL */
    struct rd_value value;
};

/* Values of the simple kinds. */
static inline struct rd_value rd_null(void)
{
    return (struct rd_value){ .kind = RD_NULL };
}

static inline struct rd_value rd_bool(bool boolean)
{
    return (struct rd_value){ .kind = RD_BOOL, .boolean = boolean };
}

static inline struct rd_value rd_int(int64_t integer)
{
    return (struct rd_value){ .kind = RD_INT, .integer = integer };
}

static inline struct rd_value rd_real(double real)
{
    return (struct rd_value){ .kind = RD_REAL, .real = real };
}

/* Borrows a text of `len` bytes with a NUL behind them: it must live as long as the value. */
static inline struct rd_value rd_text_of(const char *text, size_t len)
{
    RD_ASSERT(len <= UINT32_MAX);
    return (struct rd_value){ .kind = RD_TEXT, .count = (uint32_t)len, .text = text };
}

/* The same, of a NUL-terminated text. */
static inline struct rd_value rd_text(const char *text)
{
    return rd_text_of(text, strlen(text));
}

/* An empty list or map. */
static inline struct rd_value rd_list(void)
{
    return (struct rd_value){ .kind = RD_LIST };
}

static inline struct rd_value rd_map(void)
{
    return (struct rd_value){ .kind = RD_MAP };
}

/* The same, with room for `cap` members: for those whose number is known. */
static inline struct rd_value rd_list_room(struct rd_arena *arena, uint32_t cap);
static inline struct rd_value rd_map_room(struct rd_arena *arena, uint32_t cap);
/* Copies `len` bytes into the arena. */
struct rd_value rd_text_copy(struct rd_arena *arena, const char *bytes, size_t len);

/* Appends and returns the place of the new item; earlier places may move. */
static inline struct rd_value *rd_list_add(struct rd_arena *arena, struct rd_value *list,
                                           struct rd_value item);
/* Sets `key` (borrowed: must live as long as the map), replacing an earlier value of the same key.
 */
struct rd_value *rd_map_set(struct rd_arena *arena, struct rd_value *map, const char *key,
                            struct rd_value value);
/* As set, for a key that is known to be new: no look-up. */
static inline struct rd_value *rd_map_add(struct rd_arena *arena, struct rd_value *map,
                                          const char *key, struct rd_value value);
/* Removes a key; false where there was none. */
bool rd_map_remove(struct rd_value *map, const char *key);

/* The value of `key`, or NULL where `map` is NULL, is no map, or has no such key. Borrowed from the
 * map. */
const struct rd_value *rd_map_get(const struct rd_value *map, const char *key);
/* The same, as a NUL-terminated text, an integer, a boolean; `otherwise` where missing or of
 * another kind. */
const char *rd_map_text(const struct rd_value *map, const char *key, const char *otherwise);
int64_t rd_map_int(const struct rd_value *map, const char *key, int64_t otherwise);
bool rd_map_bool(const struct rd_value *map, const char *key, bool otherwise);
/* The list under `key`, or an empty one: so that loops need no test. */
const struct rd_value *rd_map_list(const struct rd_value *map, const char *key);

/* Deep equality; maps are equal whatever the order of their keys; 1 and 1.0 differ. */
bool rd_value_equal(const struct rd_value *a, const struct rd_value *b);
/* A deep copy into another arena. */
struct rd_value rd_value_copy(struct rd_arena *arena, const struct rd_value *value);
/* Makes a value that was put together in the arena independent of everything else: what it borrows
 * from elsewhere (but the program's own literals, and the symbols of a table that the caller keeps;
 * NULL: none) is copied, the rest stays where it is. */
void rd_value_keep(struct rd_arena *arena, const struct rd_symbols *symbols,
                   struct rd_value *value);
/* "text", "list", ...: for messages. */
const char *rd_kind_name(enum rd_kind kind);
static inline bool rd_value_is(const struct rd_value *value, enum rd_kind kind)
{
    return value && value->kind == kind;
}

/* Replies and entries are put together member by member, so adding is here; growing is not. */
void rd_list_grow(struct rd_arena *arena, struct rd_value *list);
void rd_map_grow(struct rd_arena *arena, struct rd_value *map);

static inline struct rd_value rd_list_room(struct rd_arena *arena, uint32_t cap)
{
    return (struct rd_value){
        .kind = RD_LIST,
        .cap = cap,
        .items = rd_arena_alloc(arena, cap * sizeof(struct rd_value)),
    };
}

static inline struct rd_value rd_map_room(struct rd_arena *arena, uint32_t cap)
{
    return (struct rd_value){
        .kind = RD_MAP,
        .cap = cap,
        .pairs = rd_arena_alloc(arena, cap * sizeof(struct rd_pair)),
    };
}

static inline struct rd_value *rd_list_add(struct rd_arena *arena, struct rd_value *list,
                                           struct rd_value item)
{
    RD_ASSERT(list->kind == RD_LIST);
    if (list->count == list->cap)
        rd_list_grow(arena, list);
    struct rd_value *place = &list->items[list->count++];
    *place = item;
    return place;
}

static inline struct rd_value *rd_map_add(struct rd_arena *arena, struct rd_value *map,
                                          const char *key, struct rd_value value)
{
    RD_ASSERT(map->kind == RD_MAP);
    if (map->count == map->cap)
        rd_map_grow(arena, map);
    struct rd_pair *pair = &map->pairs[map->count++];
    pair->key = key;
    pair->value = value;
    return &pair->value;
}

#endif
