/* What the suites share that look at refuted cases as promises. */
#ifndef RD_TESTS_POLICY_PROVE_RIG_H
#define RD_TESTS_POLICY_PROVE_RIG_H

#include "base/arena.h"
#include "domain/prove.h"
#include "policy/policy.h"

/* The last proof of this claim about this subject, after all plays were tried; its policy is gone.
 * Fails where there is none. */
const struct rd_proof *prove_rig_proof(struct rd_arena *arena,
                                       const struct rd_policy_source *sources, size_t count,
                                       enum rd_claim claim, const char *subject);
/* Whether a policy keeps this promise, which is its only one: *why not, where `why` is given. */
bool prove_rig_keeps(struct rd_arena *arena, const struct rd_policy_source *sources, size_t count,
                     const char *promise, const char **why);
/* The shipped rules. */
struct rd_policy_source *prove_rig_shipped(struct rd_arena *arena, size_t *count);
/* The same sources with `to` for the first `from` behind the first `behind` in that file. */
struct rd_policy_source *prove_rig_edit(struct rd_arena *arena,
                                        const struct rd_policy_source *sources, size_t count,
                                        const char *path, const char *behind, const char *from,
                                        const char *to);

#endif
