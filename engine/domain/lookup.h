/* Look-ups of a model: whatever a rule calls by name at run time (a field, a fact, a guard,
 * an input of a decision) has a small number, the same for the same text, so that what belongs to a
 * name is found in an array. Made once, when the model is built; read by any number of threads. */
#ifndef RD_DOMAIN_LOOKUP_H
#define RD_DOMAIN_LOOKUP_H

#include <stdint.h>

#include "base/arena.h"
#include "base/symbol.h"

#define RD_LOOKUP_NONE UINT16_MAX

struct rd_lookup {
    const char **texts; /* by number; borrowed from the model */
    uint16_t *slots;    /* number + 1 by hash; 0: free */
    uint32_t count, cap;
    uint32_t mask; /* slots - 1 */
    /* The same for names that are symbols, with no letter looked at: number + 1 by a symbol's
     * index, made when all names are there (rd_lookup_close). */
    const struct rd_symbols *symbols;
    uint16_t *seats;
    uint32_t seat_count;
};

/* The number of the name, which is added where it is new. Its text is borrowed. RD_LOOKUP_NONE
 * where there are too many of them: it is looked for by its text then. */
uint16_t rd_lookup_add(struct rd_lookup *lookup, struct rd_arena *arena, const char *text);
/* All names are there: from now on those that are symbols of this table are found as such. */
void rd_lookup_close(struct rd_lookup *lookup, const struct rd_symbols *symbols,
                     struct rd_arena *arena);
/* The same by its letters. */
uint16_t rd_lookup_spelled(const struct rd_lookup *lookup, const char *text);

/* The number of the name, or RD_LOOKUP_NONE. A name that is no symbol may still have the letters of
 * one; a symbol that has no seat may be spelled like a name that found no room in the table. */
static inline uint16_t rd_lookup_find(const struct rd_lookup *lookup, const char *text)
{
    if (lookup->symbols && rd_symbol_is(lookup->symbols, text)) {
        uint32_t index = rd_symbol_head(text)->index;
        uint16_t seat = index < lookup->seat_count ? lookup->seats[index] : 0;
        if (seat)
            return (uint16_t)(seat - 1);
    }
    return rd_lookup_spelled(lookup, text);
}

#endif
