/* A record as it was: what there is to say about it beside its fields. Inside the kernel only. */
#ifndef RD_KERNEL_PAST_H
#define RD_KERNEL_PAST_H

#include "kernel/inside.h"

/* A record that history.c has rebuilt. Everything is borrowed. */
struct rd_past {
    const struct rd_record_type *type;
    const struct rd_record *record;
    const struct rd_deadline *deadlines;
    size_t count;
    int64_t at_ms;
};

/* Adds `then` to the request's result:
 *   policy      the generation that was in force; `same_rules`: whether its rules are today's
 *   seen_by     accounts whom a row of today's rules lets read the record as it was, today's staff;
 *               { accounts, more, rules, staff }: the last two say whether those are the ones of
 *               "then" as well, or only of "now". Null where the asker may not read the staff
 *               (staff.read), or it is an entry of a ledger
 *   today       { may, may_not }: what the asker could do there by today's rules, at that time of
 *               day; what a rule counts among other records, it counts as of now
 *   proof       { hash, version, rebuilt, recorded, equal }: hash of the record then; and the same
 *               journal played on to its last entry, against what the store has
 */
enum rd_status rd_past_look(struct rd_kernel *kernel, struct rd_request *request,
                            const struct rd_actor *actor, const struct rd_past *past) RD_MUST_CHECK;

#endif
