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

#endif
