/* The book of staff: every account of the company by name, unit, role, group, person and deputy,
 * whether the policy lists it or a record is it (domain/staff.h).
 *
 * What these functions return is borrowed until the command ends: a command may change a staff
 * record and go on with the account that it began with.
 */
#ifndef RD_KERNEL_STAFF_H
#define RD_KERNEL_STAFF_H

#include "base/limits.h"
#include "domain/entry.h"
#include "domain/organisation.h"
#include "kernel/kernel.h"

struct rd_staff_book;

/* People in the order of their names, in the caller's arena. */
struct rd_people {
    const struct rd_account **at;
    size_t count;
};

/* NULL is fine. */
void rd_staff_free(struct rd_staff_book *book);
/* Reads the book anew: the accounts of the generation in force, and all records of its staff type.
 * Once an activation; 50,000 records take some tenths of a second. */
enum rd_status rd_staff_bind(struct rd_kernel *kernel, struct rd_error *error) RD_MUST_CHECK;
/* What a book of then lacks. */
struct rd_staff_then {
    bool more;    /* there are more records than were looked at */
    bool changed; /* more have changed since than were rebuilt: the others are as they are now */
};
/* Reads the book, of which the kernel has none, as it was at this time by the rules that it wears:
 * their own accounts, and the first `max` staff records, of which `rebuilt_max` that have changed
 * since are rebuilt from the journal. */
enum rd_status rd_staff_bind_then(struct rd_kernel *kernel, int64_t at_ms, size_t max,
                                  size_t rebuilt_max, struct rd_staff_then *out,
                                  struct rd_error *error) RD_MUST_CHECK;
/* Takes over what an entry has changed, once it is in the store. */
void rd_staff_changed(struct rd_kernel *kernel, const struct rd_command_entry *entry);
/* What was written since the last flush is in the journal for good. */
void rd_staff_flushed(struct rd_kernel *kernel);
/* ... or was taken back: what the book has of it is read anew. */
void rd_staff_taken_back(struct rd_kernel *kernel);
/* A command begins: what earlier ones replaced is nobody's any more. */
void rd_staff_settle(struct rd_kernel *kernel);

/* The account of this name, also one who has left; NULL: there never was one. */
const struct rd_account *rd_staff_find(const struct rd_kernel *kernel, const char *name);
/* The same, but nobody who has left. */
const struct rd_account *rd_staff_acting(const struct rd_kernel *kernel, const char *name);
/* Those in the unit (-1: anywhere) who have this role by name and have not left; at most `max`. */
struct rd_people rd_staff_with_role(const struct rd_kernel *kernel, int role, int unit, size_t max,
                                    struct rd_arena *arena);
/* Those in the group who have not left; at most `max`. */
struct rd_people rd_staff_of_group(const struct rd_kernel *kernel, const char *group, size_t max,
                                   struct rd_arena *arena);
/* Those in the unit who have not left; at most `max`. */
struct rd_people rd_staff_of_unit(const struct rd_kernel *kernel, int unit, size_t max,
                                  struct rd_arena *arena);
/* Calls `take` for every account of somebody who has not left, until it says that that is enough.
 */
void rd_staff_each(const struct rd_kernel *kernel,
                   bool (*take)(void *context, const struct rd_account *account), void *context);
/* What a page of the book is narrowed to; -1 and NULL: not. */
struct rd_staff_filter {
    int unit, role; /* role: by name */
    const char *group;
    bool left; /* also who has left */
};
/* Those behind `after` (NULL: from the first), in the order of names; at most `max`. Looks at the
 * whole book: for lists that people ask for. */
struct rd_people rd_staff_page(const struct rd_kernel *kernel, const struct rd_staff_filter *filter,
                               const char *after, size_t max, struct rd_arena *arena);
/* Those for whom `name` stands in at this time, in the order of their names; their number, at most
 * RD_DELEGATORS_MAX + 1: `out` holds that many less one. */
size_t rd_staff_delegators(const struct rd_kernel *kernel, const char *name, int64_t now_ms,
                           const struct rd_account **out);
/* All accounts, of those who have left as well, that are the same person's as `name`: itself too;
 * none where no person is written beside it. Their number; those beyond the room are left out. */
size_t rd_staff_of_person(const struct rd_kernel *kernel, const char *name,
                          const struct rd_account *out[RD_PERSON_ACCOUNTS_MAX]);
/* Whether both names are accounts of the same person: the same account, or `person` is the same. */
bool rd_staff_same_person(const struct rd_kernel *kernel, const char *a, const char *b);
/* Whether the account is away at this time. */
bool rd_staff_is_away(const struct rd_account *account, int64_t now_ms);
/* Who stands in for the account at this time; NULL: nobody. */
const struct rd_account *rd_staff_deputy(const struct rd_kernel *kernel,
                                         const struct rd_account *account, int64_t now_ms);

#endif
