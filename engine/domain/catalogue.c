/* The catalogue: names to numbers and back, in memory for look-ups and in the table SYMBOL for
 * ever.
 *
 * A handful of types with a handful of indexes each: look-ups are linear, and the kernel keeps
 * their results beside the model; applying an entry goes from one of a type to its next. Symbols
 * are found by their place (base/names.h).
 */
#include "domain/catalogue.h"

#include <stdlib.h>
#include <string.h>

#include "base/pack.h"
#include "base/text.h"
#include "domain/normal.h"

void rd_catalogue_init(struct rd_catalogue *catalogue, struct rd_symbols *symbols)
{
    *catalogue = (struct rd_catalogue){ 0 };
    rd_arena_init(&catalogue->arena);
    rd_names_init(&catalogue->names, symbols);
}

void rd_catalogue_fini(struct rd_catalogue *catalogue)
{
    free(catalogue->types);
    free(catalogue->indexes);
    free(catalogue->firsts);
    rd_arena_fini(&catalogue->arena);
    rd_names_fini(&catalogue->names);
}

void rd_catalogue_forget(struct rd_catalogue *catalogue)
{
    struct rd_catalogue empty;
    rd_catalogue_init(&empty, catalogue->names.symbols);
    empty.names.sealer = catalogue->names.sealer;
    rd_catalogue_fini(catalogue);
    *catalogue = empty;
}

uint16_t rd_catalogue_type(const struct rd_catalogue *catalogue, const char *name)
{
    for (size_t i = 1; i < catalogue->type_count; i++)
        if (catalogue->types[i] && strcmp(catalogue->types[i], name) == 0)
            return (uint16_t)i;
    return 0;
}

const char *rd_catalogue_type_name(const struct rd_catalogue *catalogue, uint16_t number)
{
    return number < catalogue->type_count ? catalogue->types[number] : NULL;
}

const struct rd_catalogue_index *rd_catalogue_index(const struct rd_catalogue *catalogue,
                                                    uint16_t type, const char *name)
{
    const struct rd_catalogue_index *index = rd_catalogue_first(catalogue, type);
    while (index && strcmp(index->name, name) != 0)
        index = rd_catalogue_next(catalogue, index);
    return index;
}

static void catalogue_enter_type(struct rd_catalogue *catalogue, uint16_t number, const char *name)
{
    if (number >= catalogue->type_cap) {
        size_t cap = (size_t)number + 16;
        catalogue->types = realloc(catalogue->types, cap * sizeof *catalogue->types);
        RD_ASSERT(catalogue->types);
        memset(catalogue->types + catalogue->type_cap, 0,
               (cap - catalogue->type_cap) * sizeof *catalogue->types);
        catalogue->type_cap = cap;
    }
    if (number >= catalogue->type_count)
        catalogue->type_count = (size_t)number + 1;
    if (!catalogue->types[number])
        catalogue->types[number] = rd_arena_copy(&catalogue->arena, name, strlen(name));
}

/* Behind the type's others. */
static void catalogue_chain(struct rd_catalogue *catalogue, uint16_t type, uint32_t place)
{
    if (type >= catalogue->first_count) {
        size_t count = (size_t)type + 16;
        catalogue->firsts = realloc(catalogue->firsts, count * sizeof *catalogue->firsts);
        RD_ASSERT(catalogue->firsts);
        memset(catalogue->firsts + catalogue->first_count, 0,
               (count - catalogue->first_count) * sizeof *catalogue->firsts);
        catalogue->first_count = count;
    }
    uint32_t *at = &catalogue->firsts[type];
    while (*at)
        at = &catalogue->indexes[*at - 1].next;
    *at = place + 1;
}

static void catalogue_enter_index(struct rd_catalogue *catalogue, uint32_t number, uint16_t type,
                                  const char *name, const struct rd_value *fields)
{
    for (size_t i = 0; i < catalogue->index_count; i++)
        if (catalogue->indexes[i].number == number)
            return;
    if (catalogue->index_count == catalogue->index_cap) {
        catalogue->index_cap = catalogue->index_cap ? catalogue->index_cap * 2 : 32;
        catalogue->indexes =
            realloc(catalogue->indexes, catalogue->index_cap * sizeof *catalogue->indexes);
        RD_ASSERT(catalogue->indexes);
    }
    catalogue_chain(catalogue, type, (uint32_t)catalogue->index_count);
    struct rd_catalogue_index *index = &catalogue->indexes[catalogue->index_count++];
    *index = (struct rd_catalogue_index){
        .number = number,
        .type = type,
        .name = rd_arena_copy(&catalogue->arena, name, strlen(name)),
        .fields = rd_arena_zalloc(&catalogue->arena, fields->count + 1, sizeof *index->fields),
        .field_count = fields->count,
    };
    index->normals = rd_arena_zalloc(&catalogue->arena, fields->count + 1, sizeof *index->normals);
    const struct rd_symbols *symbols = catalogue->names.symbols;
    bool named = true;
    for (uint32_t i = 0; i < fields->count; i++) { /* "phone", or "phone~phone" */
        char *field =
            rd_arena_copy(&catalogue->arena, fields->items[i].text, fields->items[i].count);
        char *sign = strchr(field, RD_NORMAL_SIGN);
        if (sign) {
            *sign = 0;
            RD_ASSERT(rd_normal_find(sign + 1, &index->normals[i]));
        }
        index->fields[i] = rd_symbol_or(catalogue->names.symbols, field); /* as records have it */
        named = named && rd_symbol_is(symbols, index->fields[i]);
        index->marks |= named ? rd_symbol_mark(index->fields[i]) : 0;
    }
    index->marks = named ? index->marks : 0;
}

enum catalogue_kind { CATALOGUE_TYPE = 1, CATALOGUE_INDEX = 2, CATALOGUE_NAME = 3 };

/* A row is [kind, number, type, name, fields]. */
static bool catalogue_enter(struct rd_catalogue *catalogue, const struct rd_value *row)
{
    const struct rd_value *at = row->items;
    switch ((enum catalogue_kind)at[0].integer) {
    case CATALOGUE_TYPE:
        catalogue_enter_type(catalogue, (uint16_t)at[1].integer, at[3].text);
        return true;
    case CATALOGUE_INDEX:
        catalogue_enter_index(catalogue, (uint32_t)at[1].integer, (uint16_t)at[2].integer,
                              at[3].text, &at[4]);
        return true;
    case CATALOGUE_NAME:
        return rd_names_enter(&catalogue->names, (uint32_t)at[1].integer, at[3].text, at[3].count);
    }
    return false;
}

static enum rd_status catalogue_put(struct rd_catalogue *catalogue, struct rd_store *store,
                                    enum catalogue_kind kind, uint32_t number, uint16_t type,
                                    const char *name, const struct rd_value *fields,
                                    struct rd_error *error)
{
    struct rd_arena arena;
    struct rd_buf buf;
    rd_arena_init(&arena);
    rd_buf_init(&buf);
    struct rd_value row = rd_list();
    rd_list_add(&arena, &row, rd_int(kind));
    rd_list_add(&arena, &row, rd_int(number));
    rd_list_add(&arena, &row, rd_int(type));
    rd_list_add(&arena, &row, rd_text(name));
    rd_list_add(&arena, &row, fields ? *fields : rd_list());
    rd_pack_write(&buf, &row);
    struct rd_key8 key = rd_key8((uint64_t)kind << 32 | number);
    enum rd_status status =
        rd_store_put(store, RD_TABLE_SYMBOL, key.bytes, buf.data, buf.len, error);
    if (status == RD_OK) {
        bool entered = catalogue_enter(catalogue, &row);
        RD_ASSERT(entered);
    }
    rd_buf_fini(&buf);
    rd_arena_fini(&arena);
    return status;
}

enum rd_status rd_catalogue_add_type(struct rd_catalogue *catalogue, struct rd_store *store,
                                     uint16_t number, const char *name, struct rd_error *error)
{
    return catalogue_put(catalogue, store, CATALOGUE_TYPE, number, number, name, NULL, error);
}

enum rd_status rd_catalogue_add_name(struct rd_catalogue *catalogue, struct rd_store *store,
                                     uint32_t number, struct rd_error *error)
{
    const char *name = rd_names_text(&catalogue->names, number);
    RD_ASSERT(name);
    return catalogue_put(catalogue, store, CATALOGUE_NAME, number, 0, name, NULL, error);
}

enum rd_status rd_catalogue_add_index(struct rd_catalogue *catalogue, struct rd_store *store,
                                      uint32_t number, uint16_t type, const char *name,
                                      const struct rd_value *fields, struct rd_error *error)
{
    return catalogue_put(catalogue, store, CATALOGUE_INDEX, number, type, name, fields, error);
}

enum rd_status rd_catalogue_load(struct rd_catalogue *catalogue, struct rd_store *store,
                                 struct rd_error *error)
{
    struct rd_arena arena;
    struct rd_walk walk;
    struct rd_key8 from = rd_key8(0);
    rd_arena_init(&arena);
    enum rd_status status = rd_walk_start(&walk, store, RD_TABLE_SYMBOL, from.bytes, false, error);
    while (status == RD_OK) {
        struct rd_value row;
        status = rd_pack_read(&arena, walk.bytes, walk.len, &row, error);
        if (status != RD_OK)
            break;
        if (!catalogue_enter(catalogue, &row)) {
            status = rd_error_set(error, RD_CORRUPT,
                                  "the store's names are not those of its journal; run `redress "
                                  "store rebuild`");
            break;
        }
        status = rd_walk_next(&walk, error);
    }
    rd_walk_end(&walk);
    rd_arena_fini(&arena);
    return status == RD_END ? RD_OK : status;
}

static void slot_of_number(const struct rd_value *value, unsigned char slot[RD_INDEX_VALUE_BYTES])
{
    uint64_t bits;
    memset(slot, 0, RD_INDEX_VALUE_BYTES);
    if (value->kind == RD_REAL) { /* order-preserving: flip the sign, or everything for negatives */
        double real = value->real == 0 ? 0 : value->real; /* both zeros are one number */
        memcpy(&bits, &real, sizeof bits);
        rd_key_put_u64(slot, bits & (1ull << 63) ? ~bits : bits | (1ull << 63));
    } else {
        rd_key_put_i64(slot, value->kind == RD_BOOL ? value->boolean : value->integer);
    }
}

bool rd_index_slot(const struct rd_value *const *values, size_t count, struct rd_buf *scratch,
                   unsigned char slot[RD_INDEX_VALUE_BYTES])
{
    return rd_index_slot_named(values, count, NULL, scratch, slot);
}

bool rd_index_slot_named(const struct rd_value *const *values, size_t count,
                         const struct rd_names *names, struct rd_buf *scratch,
                         unsigned char slot[RD_INDEX_VALUE_BYTES])
{
    for (size_t i = 0; i < count; i++)
        if (!values[i] || values[i]->kind == RD_NULL)
            return false;
    if (count == 1 && values[0]->kind <= RD_REAL) {
        slot_of_number(values[0], slot);
        return true;
    }
    if (count == 1 && values[0]->kind == RD_TEXT) {
        size_t head = values[0]->count < 8 ? values[0]->count : 8;
        memset(slot, 0, RD_INDEX_VALUE_BYTES);
        memcpy(slot, values[0]->text, head);
        rd_key_put_u64(slot + 8, rd_names_hash(names, values[0]->text, values[0]->count));
        return true;
    }
    rd_buf_clear(scratch);
    for (size_t i = 0; i < count; i++)
        rd_pack_write(scratch, values[i]);
    struct rd_key16 hash = rd_key16_of_text(scratch->data, scratch->len);
    memcpy(slot, hash.bytes, RD_INDEX_VALUE_BYTES);
    return true;
}
