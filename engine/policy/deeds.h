/* Reading what actions may do from their source text (domain/deed.h). */
#ifndef RD_POLICY_DEEDS_H
#define RD_POLICY_DEEDS_H

#include "domain/deed.h"
#include "policy/policy.h"

/* What each action of the model may do, in the arena: an array by rd_function.fn,
 * `*out_count` of them. Guards do nothing; one that may read more than it names is opaque.
 * `sources` are those that the model was made of. Never fails: what can't be followed is opaque. */
void rd_policy_deeds(const struct rd_policy_source *sources, size_t count,
                     const struct rd_model *model, struct rd_arena *arena, struct rd_deeds **out,
                     size_t *out_count);

struct policy_text_file;

/* Sources as tokens, read as they are asked for. */
struct rd_policy_texts {
    const struct rd_policy_source *sources;
    size_t count;
    struct rd_arena *arena;
    struct policy_text_file *files;
};

/* In the arena; the sources are borrowed. */
struct rd_policy_texts *rd_policy_texts_new(const struct rd_policy_source *sources, size_t count,
                                            struct rd_arena *arena);
/* The text of the function `name = function` on that line, its tokens with one blank between them,
 * so that comments and the lay-out make no difference; NULL where it is not written out there. For
 * struct rd_differing; the context is a struct rd_policy_texts. */
const char *rd_policy_function_text(void *context, const char *path, const char *name, int line);

#endif
