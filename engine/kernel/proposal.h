/* A policy that waits for a second person. Rules ask for one by having an authority row for
 * "policy.confirm": nothing comes into force then without somebody who proposes it
 * (policy.activate, policy.reload, policy.rollback) and another person who confirms exactly that.
 * Inside the kernel only. */
#ifndef RD_KERNEL_PROPOSAL_H
#define RD_KERNEL_PROPOSAL_H

#include "kernel/inside.h"
#include "kernel/loading.h"

/* Whether rules ask for a second person. */
bool rd_proposal_asked(const struct rd_model *model);
/* A finding where rules ask for a second person and, beside who has the machine, there is no first.
 */
void rd_proposal_fit(struct rd_kernel *kernel, const struct rd_model *model,
                     struct rd_findings *findings);
/* Everybody who has a hand in it when the actor does this: all his accounts, who has the machine
 * behind him, and those by whose right he does it where it is not his own. Names, in the arena. */
struct rd_value rd_proposal_persons(struct rd_kernel *kernel, const struct rd_actor *actor,
                                    const char *operation, struct rd_arena *arena);
/* RD_FOUR_EYES where the actor is one of the persons ("persons", "by") who proposed what `about`
 * tells of; `operation`: by which he confirms it. */
enum rd_status rd_proposal_other_person(struct rd_kernel *kernel, const struct rd_actor *actor,
                                        const char *operation, const struct rd_value *about,
                                        struct rd_arena *arena,
                                        struct rd_error *error) RD_MUST_CHECK;
/* Journals what was loaded as a proposal. RD_IN_PROGRESS where one waits already that is not over.
 */
enum rd_status rd_proposal_make(struct rd_kernel *kernel, struct rd_request *request,
                                const struct rd_actor *actor, const struct rd_loaded *loaded,
                                const struct rd_activation *how) RD_MUST_CHECK;
/* The proposal of this number, for this actor to confirm: RD_NOT_FOUND where it does not wait (any
 * more), RD_FOUR_EYES where he is among the persons who made it. `row` ([24, number, [hash, {path:
 * text}, about]], made in the arena) may be NULL. */
enum rd_status rd_proposal_confirmable(struct rd_kernel *kernel, const struct rd_actor *actor,
                                       int64_t number, struct rd_arena *arena, struct rd_value *row,
                                       struct rd_error *error) RD_MUST_CHECK;
/* Of a row: { at, expires, by, persons, behind, why, back_to, moved }; and its sources, which
 * borrow its texts. */
const struct rd_value *rd_proposal_about(const struct rd_value *row);
void rd_proposal_sources(const struct rd_value *row, struct rd_arena *arena,
                         struct rd_policy_source **sources, size_t *count);
/* Who proposed it and when, into what a generation's row says. Borrows the row's texts. */
void rd_proposal_told(const struct rd_value *row, struct rd_arena *arena, struct rd_value *about);
/* The effect that ends it; `why` may be NULL. */
struct rd_value rd_proposal_end(const struct rd_value *row, const char *why,
                                struct rd_arena *arena);
/* What waits, without its texts but with the files that differ from those in force; null: nothing
 * does. */
struct rd_value rd_proposal_show(struct rd_kernel *kernel, struct rd_arena *arena);
enum rd_status rd_method_policy_withdraw(struct rd_kernel *kernel, struct rd_request *request);

#endif
