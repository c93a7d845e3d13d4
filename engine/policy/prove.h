/* Proving a loaded policy (domain/prove.h), with what only this floor knows: its sources, and how
 * to ask a guard. */
#ifndef RD_POLICY_PROVE_H
#define RD_POLICY_PROVE_H

#include "domain/prove.h"
#include "policy/policy.h"

/* Proves all claims about the policy that was loaded from these sources. `stood`: the states that
 * its promises have shown (rd_proving), or NULL. Proofs live in the arena; their subjects and files
 * are the model's, which must live as long. */
void rd_policy_prove(struct rd_policy *policy, const struct rd_policy_source *sources, size_t count,
                     const struct rd_value *stood, struct rd_arena *arena, struct rd_proofs *out);

/* What the policy that was loaded from these sources may send by itself, in the arena. The policy
 * must live as long. */
struct rd_sendings *rd_policy_sendings(struct rd_policy *policy,
                                       const struct rd_policy_source *sources, size_t count,
                                       struct rd_arena *arena);

#endif
