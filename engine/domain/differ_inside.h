/* What the files that compare policies share. Nobody else includes it. */
#ifndef RD_DOMAIN_DIFFER_INSIDE_H
#define RD_DOMAIN_DIFFER_INSIDE_H

#include "domain/differ.h"

#define LANGUAGES 2 /* English, Chinese */

/* One text in both languages. */
struct said {
    const char *in[LANGUAGES];
};

struct differ {
    const struct rd_differing *before, *now;
    struct rd_arena *arena;
    struct rd_difference *first[RD_DIFFERENCE_KINDS], *last[RD_DIFFERENCE_KINDS];
    size_t count;
    const char *file; /* of what is being compared */
};

/* What a part of two policies says: `en` and `zh` with {1} to {9} for the texts. */
void differ_say(struct differ *d, enum rd_difference_kind kind, int line, const char *en,
                const char *zh, const struct said *texts, size_t count);
/* A text that is the same in both languages. */
struct said differ_same(const char *text);
/* The title of a named thing, or its name. */
struct said differ_title(const struct rd_value *thing);
/* A value as people read it: words of the vocabulary by their labels, lists joined. */
struct said differ_value(struct differ *d, const char *vocabulary, const struct rd_value *value);
struct said differ_join(struct differ *d, struct said a, const char *en, const char *zh,
                        struct said b);
/* The member of the list whose `key` is `name`; NULL. */
const struct rd_value *differ_find(const struct rd_value *list, const char *key, const char *name);
/* Whether both say the same: places, numbers of functions and what follows from them left out. */
bool differ_equal(const struct rd_value *a, const struct rd_value *b);
/* A record's field by its label. */
struct said differ_field(struct differ *d, const char *type, const char *name);

void differ_decisions(struct differ *d);
void differ_authority(struct differ *d);
void differ_workflows(struct differ *d);

#endif
