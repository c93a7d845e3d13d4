/* Trying the plays of refuted claims: which of them is a promise that this policy breaks. */
#ifndef RD_KERNEL_PROVE_REPLAY_H
#define RD_KERNEL_PROVE_REPLAY_H

#include "domain/prove.h"
#include "kernel/promise.h"

/* Plays what each refuted proof has to play, on the policy of these sources and without its own
 * promises, and sets `test` of the proof to the first play that is broken at its last step only:
 * there somebody does what the promise says that he may not. A proof that says how it is `shown` is
 * tried with the beginnings of the policy's own promises, which are run for it once. Other proofs
 * stay as they are. The texts are in the arena. Statuses as of rd_promises_run. */
enum rd_status rd_proofs_replay(const struct rd_policy_source *sources, size_t count,
                                struct rd_arena *arena, struct rd_proofs *proofs,
                                struct rd_error *error) RD_MUST_CHECK;

#endif
