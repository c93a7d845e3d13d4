/* Labels: how people see what has a name: a choice, a role, a unit, a state, in a language. */
#ifndef RD_DOMAIN_LABEL_H
#define RD_DOMAIN_LABEL_H

#include "domain/type.h"

struct rd_model;

/* The items of one `choices`, with their titles. */
struct rd_vocabulary {
    const char *name;
    const char **items;
    struct rd_value *titles; /* by language, or null; one an item */
    size_t count;
};

/* Takes the vocabularies of the normal form's `choices` into the model. */
void rd_vocabularies_build(struct rd_model *model, const struct rd_value *list);
/* The label of `titles` in `language`, else in the company's first language, else in any, else
 * `otherwise`. Borrowed. */
const char *rd_label_of(const struct rd_model *model, const struct rd_value *titles,
                        const char *language, const char *otherwise);
/* A choice's label by its type's vocabulary; the item itself where it has none. */
const char *rd_label_choice(const struct rd_model *model, const struct rd_type *type,
                            const char *item, const char *language);
/* An inside value as people read it: labels of choices and units, names of accounts, days, local
 * times of the company's zone ("2026-03-06 16:00"), items of lists with commas between. References
 * are shown by their id: who can look them up shows their number instead. Empty for null. */
const char *rd_label_show(const struct rd_model *model, const struct rd_type *type,
                          const struct rd_value *inside, const char *language,
                          struct rd_arena *arena);
/* "2026-03-06 16:00" in the company's zone. */
const char *rd_label_time(const struct rd_model *model, int64_t time_ms, struct rd_arena *arena);
/* "2026-03-06", the company's local day. */
const char *rd_label_day(const struct rd_model *model, int64_t time_ms, struct rd_arena *arena);

#endif
