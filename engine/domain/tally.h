/* Tallies: how many open records of a type each owner has, for the types whose burden a policy asks
 * for (the fact `pick`).
 *
 * They are a projection like an index: an activation journals which field of a type tells the
 * owner, and which states are open; from then on each change of a record is counted where it is
 * applied. So a start need not count anything, and a rebuild arrives at the same numbers.
 *
 * A book is both: the rows of the table TALLY, and the same numbers in memory, one an owner (never
 * one a record). What is in memory holds for one place of the journal; where an entry does not
 * follow on it (a replay, an entry that was taken back), it is read again.
 */
#ifndef RD_DOMAIN_TALLY_H
#define RD_DOMAIN_TALLY_H

#include "base/arena.h"
#include "base/buf.h"
#include "domain/catalogue.h"
#include "domain/record.h"

/* What is counted of a type: open records by the account in a field. */
struct rd_tally_rule {
    uint16_t type;
    const char *owner;       /* the field's name */
    const char *const *open; /* names of the states that are not final */
    size_t open_count;
};

struct rd_tally_owner;

struct rd_tally_book {
    struct rd_arena arena; /* of the rules */
    struct rd_tally_rule *rules;
    size_t rule_count, rule_cap;
    struct rd_tally_owner **owners; /* chains, by name */
    size_t owner_count, bucket_count;
    struct rd_buf row; /* one in the making */
    bool known;        /* what is in memory is what the store has, */
    uint64_t seq;      /* behind this entry */
};

/* An empty book in the caller's storage, which knows nothing yet. */
void rd_tally_init(struct rd_tally_book *book);
void rd_tally_fini(struct rd_tally_book *book);
/* Reads rules and numbers, if they are not known: in the time of as many rows as there are owners.
 */
enum rd_status rd_tally_know(struct rd_tally_book *book, struct rd_store *store,
                             struct rd_error *error) RD_MUST_CHECK;

/* The type's rule; NULL: it is not counted. Borrowed until the next entry. */
const struct rd_tally_rule *rd_tally_rule(const struct rd_tally_book *book, uint16_t type);
/* The number of open records of the type that the account owns. */
int64_t rd_tally_of(const struct rd_tally_book *book, uint16_t type, const char *owner);

/* Used by apply only. A record changed: `before.version` 0 where it was not there. */
enum rd_status rd_tally_follow(struct rd_tally_book *book, struct rd_store *store,
                               const struct rd_record *before, const struct rd_record *after,
                               struct rd_error *error) RD_MUST_CHECK;
/* Another rule for a type, of an effect [15, type's name, owner's field, [open state...]]; null for
 * the field: it is counted no longer. Records in states that became open or were so, are counted by
 * way of the index of states; with another field, all open ones. */
enum rd_status rd_tally_apply(struct rd_tally_book *book, const struct rd_catalogue *catalogue,
                              struct rd_store *store, const struct rd_value *effect,
                              struct rd_buf *scratch, struct rd_error *error) RD_MUST_CHECK;

#endif
