/* The catalogue: numbers for the names that keys are made of (record types, indexes), and for those
 * that entries and rows are full of (symbols), given once and kept for ever.
 *
 * It is part of the store (table SYMBOL) and of the journal (an activation gives numbers to new
 * types and indexes, an entry to the symbols that it is the first to hold), so that replaying an
 * entry needs no policy: what an index covers is written here.
 */
#ifndef RD_DOMAIN_CATALOGUE_H
#define RD_DOMAIN_CATALOGUE_H

#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/error.h"
#include "base/limits.h"
#include "base/names.h"
#include "base/value.h"
#include "domain/type.h"
#include "store/store.h"
#include "store/tables.h"

#define RD_CATALOGUE_TYPES_MAX 4096
#define RD_CATALOGUE_INDEX_FIELDS_MAX RD_INDEX_FIELDS_MAX

struct rd_catalogue_index {
    uint32_t number;
    uint16_t type;
    const char *name;        /* as in the model: "state", "department+problem" */
    const char **fields;     /* none: the state */
    enum rd_normal *normals; /* of the fields, as they are compared */
    size_t field_count;
    uint64_t marks; /* rd_symbol_mark of its fields; 0: one of them is no symbol */
    uint32_t next;  /* the type's next one: its place and one; 0: there is none */
};

struct rd_catalogue {
    struct rd_arena arena; /* texts */
    const char **types;    /* by number; [0] is unused */
    size_t type_count, type_cap;
    struct rd_catalogue_index *indexes;
    size_t index_count, index_cap;
    uint32_t *firsts; /* by type: its first index, in the way of `next` */
    size_t first_count;
    struct rd_names names; /* of entries and rows */
};

/* An empty catalogue in the caller's storage; it takes a reference to the symbols (NULL: makes a
 * table of its own). */
void rd_catalogue_init(struct rd_catalogue *catalogue, struct rd_symbols *symbols);
void rd_catalogue_fini(struct rd_catalogue *catalogue);
/* Forgets everything but the symbols themselves: it is to be loaded anew. */
void rd_catalogue_forget(struct rd_catalogue *catalogue);
/* Reads the table SYMBOL. */
enum rd_status rd_catalogue_load(struct rd_catalogue *catalogue, struct rd_store *store,
                                 struct rd_error *error) RD_MUST_CHECK;

/* 0 where the type has no number yet. */
uint16_t rd_catalogue_type(const struct rd_catalogue *catalogue, const char *name);
/* NULL where there is none. */
const char *rd_catalogue_type_name(const struct rd_catalogue *catalogue, uint16_t number);
const struct rd_catalogue_index *rd_catalogue_index(const struct rd_catalogue *catalogue,
                                                    uint16_t type, const char *name);

/* The type's indexes in the order of their coming: the first one, and the one behind; NULL: there
 * is none. */
static inline const struct rd_catalogue_index *rd_catalogue_first(const struct rd_catalogue *all,
                                                                  uint16_t type)
{
    uint32_t at = type < all->first_count ? all->firsts[type] : 0;
    return at ? &all->indexes[at - 1] : NULL;
}
static inline const struct rd_catalogue_index *
rd_catalogue_next(const struct rd_catalogue *all, const struct rd_catalogue_index *index)
{
    return index->next ? &all->indexes[index->next - 1] : NULL;
}

/* Keeps the name that has this number in the store. Used by apply only. */
enum rd_status rd_catalogue_add_name(struct rd_catalogue *catalogue, struct rd_store *store,
                                     uint32_t number, struct rd_error *error) RD_MUST_CHECK;
/* Enters a type or an index, in memory and in the store; the same one twice is no change. Used by
 * apply only. */
enum rd_status rd_catalogue_add_type(struct rd_catalogue *catalogue, struct rd_store *store,
                                     uint16_t number, const char *name,
                                     struct rd_error *error) RD_MUST_CHECK;
enum rd_status rd_catalogue_add_index(struct rd_catalogue *catalogue, struct rd_store *store,
                                      uint32_t number, uint16_t type, const char *name,
                                      const struct rd_value *fields,
                                      struct rd_error *error) RD_MUST_CHECK;

/* The value slot of an index for these inside values (`count` of them): false where one of them is
 * empty, so that the record is not in the index. One number keeps its order; one text sorts by its
 * first eight bytes. */
bool rd_index_slot(const struct rd_value *const *values, size_t count, struct rd_buf *scratch,
                   unsigned char slot[RD_INDEX_VALUE_BYTES]);
/* The same; symbols among the values bring their hashes along (`names` may be NULL). */
bool rd_index_slot_named(const struct rd_value *const *values, size_t count,
                         const struct rd_names *names, struct rd_buf *scratch,
                         unsigned char slot[RD_INDEX_VALUE_BYTES]);

#endif
