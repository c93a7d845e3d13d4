/* What differs between two policies, in the words of the business: "Complaint handler may now grant
 * 150.00 instead of 100.00 (Remedy: Refund)", not lines. Compares normal forms; needs no model. */
#ifndef RD_DOMAIN_DIFFER_H
#define RD_DOMAIN_DIFFER_H

#include "base/arena.h"
#include "base/value.h"

enum rd_difference_kind {
    RD_DIFFERENCE_POWER, /* who may what, up to how much */
    RD_DIFFERENCE_TABLE,
    RD_DIFFERENCE_PROCEDURE,
    RD_DIFFERENCE_TIME,
    RD_DIFFERENCE_FORM, /* fields and forms */
    RD_DIFFERENCE_PEOPLE,
    RD_DIFFERENCE_OTHER,
    RD_DIFFERENCE_KINDS,
};

struct rd_difference {
    enum rd_difference_kind kind;
    const char *en, *zh;
    const char *file; /* of the new policy; where it is gone, of the old one */
    int line;
    struct rd_difference *next;
};

/* One side. `function` gives a function's text without blanks and comments, NULL where it can't be
 * told; both sides' texts are compared. */
struct rd_differing {
    const struct rd_value *normal;
    const char *(*function)(void *context, const char *file, const char *name, int line);
    void *context;
};

/* The word of a kind in reports: "power", "table". Static. */
const char *rd_difference_word(enum rd_difference_kind kind);
/* All differences, in the arena, by kind and then in the order of the new policy; NULL: there are
 * none. Borrows from both normal forms. */
struct rd_difference *rd_differ(const struct rd_differing *before, const struct rd_differing *now,
                                struct rd_arena *arena);

#endif
