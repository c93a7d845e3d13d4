/* Workflows that older cases keep: a policy's normal form with those of earlier generations beside
 * its own.
 *
 *   normal form of now ┐
 *   workflow of 3      ├─▶ normal form with `pinned` ─▶ rd_model_build ─▶ one model
 *   its decisions, ... ┘
 *
 * A case that is pinned keeps the way that it goes: states, events, forms, guards, actions, limits,
 * and the decisions that these ask, which are called NAME@GENERATION where they are others now.
 * Records, calendars, people and what they may, secrecy, templates and what customers are shown are
 * those of now. */
#ifndef RD_DOMAIN_PIN_H
#define RD_DOMAIN_PIN_H

#include "base/value.h"

/* Functions of the n-th other policy are numbered from n times this. */
#define RD_PIN_FN_STEP 65536

struct rd_pin {
    const char *type;              /* whose workflow */
    uint32_t generation;           /* of which */
    size_t slot;                   /* which other policy its functions are of, from 1 */
    const struct rd_value *normal; /* that generation's normal form */
};

/* Whether the workflow of this type goes the same way in both: all that a pinned case keeps, except
 * the bodies of functions. Numbers of lines and functions are passed over. */
bool rd_pin_same(const struct rd_value *a, const struct rd_value *b, const char *type);
/* The workflow of a type in a normal form; NULL. */
const struct rd_value *rd_pin_workflow(const struct rd_value *normal, const char *type);
/* The normal form with these pins, which are in the order of their types. Made in the arena; what
 * is not changed is borrowed. */
struct rd_value rd_pin_join(struct rd_arena *arena, const struct rd_value *normal,
                            const struct rd_pin *pins, size_t count);

#endif
