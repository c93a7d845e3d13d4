/* Defects: small, wrong changes of a policy's sources, made by a seed. Each operator knows where it
 * could strike; a corpus takes some places of each. */
#ifndef RD_TESTS_POLICY_DEFECTS_H
#define RD_TESTS_POLICY_DEFECTS_H

#include "base/arena.h"
#include "policy/policy.h"
#include "domain/prove.h"

struct defect {
    const char *operator; /* "lost row" */
    size_t source;        /* of the sources */
    size_t from, to;      /* what is taken out of its text */
    const char *with;     /* and put there instead */
    int line;
    int false_claim;     /* a claim that the defect makes false; -1: none is known */
    const char *subject; /* of it, or its beginning */
};

/* `per_operator` defects of each operator at the most, in the order of the operators; in the arena.
 */
struct defect *defects_make(const struct rd_policy_source *sources, size_t count,
                            size_t per_operator, uint64_t seed, struct rd_arena *arena,
                            size_t *out_count);
/* The sources with the defect: a copy of the array, with one text of its own. */
struct rd_policy_source *defect_apply(const struct defect *defect,
                                      const struct rd_policy_source *sources, size_t count,
                                      struct rd_arena *arena);

#endif
