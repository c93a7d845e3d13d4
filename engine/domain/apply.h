/* Apply: makes the store from entries. A pure function of the entry, the store and the catalogue
 * (itself part of the store): the same for a live command, for recovery, and for a rebuild. */
#ifndef RD_DOMAIN_APPLY_H
#define RD_DOMAIN_APPLY_H

#include "domain/catalogue.h"
#include "domain/entry.h"
#include "domain/tally.h"
#include "store/journal.h"

/* A record of an entry that is being written just now. */
struct rd_live_record {
    const struct rd_record *before; /* as it is in the store; version 0: not there yet */
    const struct rd_value *data;    /* its fields as the entry makes them */
};

struct rd_apply {
    struct rd_catalogue *catalogue;
    struct rd_arena arena; /* scratch, reset with each entry */
    struct rd_buf buf;
    struct rd_tally_book tallies;
    /* No live deadline is due before this: what is armed brings it nearer, and only whoever looks
     * at the agenda sets it later. INT64_MIN: somebody must look. */
    int64_t live_due_ms;
    bool loaded; /* the catalogue has been read from the store (the first entry does it) */
    /* The entry that is being written just now, already unpacked, so that it need not be read back
     * from its bytes; NULL. */
    const struct rd_command_entry *live;
    uint64_t live_seq; /* applies to this sequence only */
    /* Its records, so that they need not be read and put together again: of a command that writes
     * each of its records once. Others are read. */
    const struct rd_live_record *live_records;
    size_t live_record_count;
};

/* In the caller's storage; the catalogue is borrowed and filled by what is applied. */
void rd_apply_init(struct rd_apply *apply, struct rd_catalogue *catalogue);
void rd_apply_fini(struct rd_apply *apply);
/* The vault's apply: `context` is a struct rd_apply. */
enum rd_status rd_apply_entry(void *context, struct rd_store *store, const struct rd_entry *entry,
                              struct rd_error *error) RD_MUST_CHECK;

/* Counters of a schedule, with its name behind: up to when its occurrences are dealt with, and the
 * last one that started a record. */
#define RD_COUNTER_SCHEDULE "schedule:"
#define RD_COUNTER_SCHEDULE_LAST "schedule.last:"

/* The largest serial of a type, with its number behind; the largest number of a year, with the
 * type's number, a colon and the year behind. */
#define RD_COUNTER_SERIAL "serial:"
#define RD_COUNTER_NUMBER "number:"

/* The number of the last policy that waited for a second person. */
#define RD_COUNTER_PROPOSAL "proposal"

/* Rows beside the counters, a person's id behind each: when he was erased; and what is known of an
 * erasure that waits for a second person, packed. */
#define RD_COUNTER_ERASED "erased:"
#define RD_COUNTER_ERASING "erasing:"
struct rd_key16 rd_person_key(const char *head, uint64_t person);

/* The counter that tells whether planning all deadlines anew is under way. */
#define RD_COUNTER_REPLAN "replan"

/* The counter of promotions (kernel/standby.c). */
#define RD_COUNTER_EPOCH "epoch"

/* The largest serial of a type that was given out (0: none), and of a type's numbers in a year. */
enum rd_status rd_counter_read(struct rd_store *store, const char *name, int64_t *out,
                               struct rd_error *error) RD_MUST_CHECK;

#endif
