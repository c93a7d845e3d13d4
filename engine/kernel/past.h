/* A record as it was: what there is to say about it beside its fields. Inside the kernel only. */
#ifndef RD_KERNEL_PAST_H
#define RD_KERNEL_PAST_H

#include "kernel/inside.h"

/* The rules of then. */
struct rd_past_rules {
    struct rd_policy *policy; /* NULL: they are those in force, or can't be loaded */
    const char *why;          /* why they can't; NULL */
};

/* A record that history.c has rebuilt. Everything is borrowed. */
struct rd_past {
    const struct rd_record_type *type;
    const struct rd_record *record;
    const struct rd_deadline *deadlines;
    size_t count;
    int64_t at_ms;
    struct rd_past_rules rules;
};

/* Adds `then` to the request's result:
 *   policy      the generation that was in force; `same_rules`: whether its rules are today's
 *   seen_by     accounts whom a row of the rules of then let read the record as it was, of the
 * staff as it was; { accounts, more, rules, staff }: the last two say "then", or "now" where the
 * rules of then could not be loaded (why: in `why`), or more of the staff has changed since than is
 * looked at. Null where the asker may not read the staff (staff.read), or it is an entry of a
 * ledger today       { state, may, may_not, seen_by }: what the asker could do there by today's
 * rules, at that time of day; what a rule counts among other records, it counts as of now; and whom
 * today's rules let read it, of today's staff proof       { hash, version, rebuilt, recorded, equal
 * }: hash of the record then; and the same journal played on to its last entry, against what the
 * store has
 */
enum rd_status rd_past_look(struct rd_kernel *kernel, struct rd_request *request,
                            const struct rd_actor *actor, const struct rd_past *past) RD_MUST_CHECK;
/* Whether the rules of then have to be loaded for that: they are not those in force, and the asker
 * may see who could read it. Where they are loaded still, past->rules are they. */
bool rd_past_waits(struct rd_kernel *kernel, const struct rd_actor *actor, struct rd_past *past);
/* Loads them beside the work and answers the request then (rd_case_get). RD_BUSY where too many
 * wait for rules to be loaded. */
enum rd_status rd_past_load(struct rd_kernel *kernel, struct rd_request *request) RD_MUST_CHECK;

/* past_kept.c: the generations that were looked at last stay loaded, RD_PAST_POLICIES_MAX at most.
 * A generation is what its hash says, so no activation makes one of them wrong. */
/* The rules with this hash; NULL: they are not loaded. Borrowed until the next rd_past_keep. */
struct rd_policy *rd_past_kept(struct rd_kernel *kernel, const char *hash);
/* Takes them in the place of those that nobody has looked at for the longest time. */
void rd_past_keep(struct rd_kernel *kernel, const char *hash, struct rd_policy **policy);
/* How many there are, and the bytes of their Lua heaps. */
size_t rd_past_count(const struct rd_kernel *kernel, size_t *bytes);
/* The end of the kernel. */
void rd_past_kept_fini(struct rd_kernel *kernel);

/* query.c: case.get; `rules`: of then, where they had to be loaded; NULL: they are not yet. */
enum rd_status rd_case_get(struct rd_kernel *kernel, struct rd_request *request,
                           const struct rd_past_rules *rules) RD_MUST_CHECK;

#endif
