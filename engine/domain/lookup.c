/* Names of a model, numbered: a table of open addressing, never more than half full.
 *
 * It is filled while the model is built and never changes afterwards: what is asked for a thousand
 * times a second is one hash over a short text and one comparison.
 */
#include "domain/lookup.h"

#include <string.h>

#define LOOKUP_FIRST_CAP 256

/* FNV-1a: names are a dozen bytes. */
static uint32_t lookup_hash(const char *text)
{
    uint32_t hash = 2166136261u;
    for (; *text; text++)
        hash = (hash ^ (unsigned char)*text) * 16777619u;
    return hash ^ hash >> 15;
}

/* Where the name is, or where it would be. */
static uint32_t lookup_slot(const struct rd_lookup *lookup, const char *text)
{
    uint32_t slot = lookup_hash(text) & lookup->mask;
    while (lookup->slots[slot] && strcmp(lookup->texts[lookup->slots[slot] - 1], text) != 0)
        slot = (slot + 1) & lookup->mask;
    return slot;
}

static void lookup_grow(struct rd_lookup *lookup, struct rd_arena *arena)
{
    uint32_t cap = lookup->cap ? lookup->cap * 2 : LOOKUP_FIRST_CAP;
    const char **texts = rd_arena_zalloc(arena, cap, sizeof *texts);
    if (lookup->count)
        memcpy(texts, lookup->texts, lookup->count * sizeof *texts);
    lookup->texts = texts;
    lookup->cap = cap;
    lookup->mask = cap * 2 - 1;
    lookup->slots = rd_arena_zalloc(arena, (size_t)cap * 2, sizeof *lookup->slots);
    for (uint32_t i = 0; i < lookup->count; i++)
        lookup->slots[lookup_slot(lookup, texts[i])] = (uint16_t)(i + 1);
}

uint16_t rd_lookup_add(struct rd_lookup *lookup, struct rd_arena *arena, const char *text)
{
    uint16_t known = rd_lookup_find(lookup, text);
    if (known != RD_LOOKUP_NONE || lookup->count >= RD_LOOKUP_NONE - 1)
        return known;
    if (lookup->count == lookup->cap)
        lookup_grow(lookup, arena);
    lookup->texts[lookup->count] = text;
    lookup->slots[lookup_slot(lookup, text)] = (uint16_t)(lookup->count + 1);
    return (uint16_t)lookup->count++;
}

void rd_lookup_close(struct rd_lookup *lookup, const struct rd_symbols *symbols,
                     struct rd_arena *arena)
{
    uint32_t most = 0;
    for (uint32_t i = 0; i < lookup->count; i++)
        if (rd_symbol_is(symbols, lookup->texts[i]) &&
            rd_symbol_head(lookup->texts[i])->index >= most)
            most = rd_symbol_head(lookup->texts[i])->index + 1;
    lookup->seats = rd_arena_zalloc(arena, most + 1, sizeof *lookup->seats);
    for (uint32_t i = 0; i < lookup->count; i++)
        if (rd_symbol_is(symbols, lookup->texts[i]))
            lookup->seats[rd_symbol_head(lookup->texts[i])->index] = (uint16_t)(i + 1);
    lookup->seat_count = most;
    lookup->symbols = symbols;
}

uint16_t rd_lookup_spelled(const struct rd_lookup *lookup, const char *text)
{
    uint16_t at = lookup->count ? lookup->slots[lookup_slot(lookup, text)] : 0;
    return at ? (uint16_t)(at - 1) : RD_LOOKUP_NONE;
}
