/* Tallies: how many open records of a type each owner has, for the types that a `pick` counts. */
#ifndef RD_KERNEL_TALLY_H
#define RD_KERNEL_TALLY_H

#include "domain/entry.h"
#include "kernel/kernel.h"

struct rd_tally;
struct rd_record_type;

/* NULL is fine. */
void rd_tally_free(struct rd_tally *tallies);
/* Another generation is in force: counts what its picks ask for, in the time that it takes to read
 * every open record of these types; where states and owner are as before, the count goes on. The
 * generation before is still there. */
enum rd_status rd_tally_bind(struct rd_kernel *kernel, struct rd_error *error) RD_MUST_CHECK;
/* Counts anew: the store has not what was counted. */
enum rd_status rd_tally_count(struct rd_kernel *kernel, struct rd_error *error) RD_MUST_CHECK;
/* Follows an entry that is in the store. */
void rd_tally_changed(struct rd_kernel *kernel, const struct rd_command_entry *entry);
/* Whose the record is while it is open, with `changed` fields (NULL: none) counting more; NULL: it
 * is closed, or nobody's. */
const char *rd_tally_owner(const struct rd_record_type *type, const struct rd_record *record,
                           const struct rd_value *changed);
/* The number of open records of the type that the account owns, as the store has them. */
int64_t rd_tally_of(const struct rd_kernel *kernel, const struct rd_record_type *type,
                    const char *owner);
/* Whose open record it is, as the store has it; NULL: it is closed, or nobody's. */
const char *rd_tally_noted(const struct rd_kernel *kernel, const struct rd_record_type *type,
                           struct rd_id id);

#endif
