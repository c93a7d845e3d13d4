/* Repair: a damaged or missing segment of the journal is made anew from what is left of it and from
 * another directory that has the same history: a backup, a standby's data directory.
 *
 *   what is left here ──┐
 *                       ├──▶ entry after entry, each held against the chain ──▶ NNNNNNNN.seg
 *   what is there ──────┘
 *
 * The chain decides: an entry is taken only where its hash follows from the one before, and the
 * last one's must be that which the next segment (or the store) knows. So nothing of another
 * history gets in, and nothing that was changed. Nothing is written before all of it is known to
 * fit, and what was damaged is kept aside, in DIR/damaged.
 */
#ifndef RD_STORE_REPAIR_H
#define RD_STORE_REPAIR_H

#include <stdbool.h>
#include <stdint.h>

#include "store/journal.h"

#define RD_REPAIR_ASIDE "damaged" /* in the data directory */

/* A segment that was made anew, or would be. Borrowed until the call is over. */
struct rd_repair_segment {
    uint32_t number;
    const char *why;              /* what did not fit, and where */
    uint64_t first_seq, last_seq; /* its entries; last < first: none */
    uint64_t taken;               /* of them from the other directory; the rest was intact here */
};

struct rd_repair_options {
    const char *dir;  /* the data directory; nobody may hold it */
    const char *from; /* the other's directory of segments; NULL: nothing but what is left here */
    bool look;        /* says what would be done, and changes nothing */
    /* How far the store has got; seq 0: not known. The journal must have this entry. */
    struct rd_journal_known known;
    /* Told of each segment as it is found; may be NULL. */
    void (*mended)(void *context, const struct rd_repair_segment *segment);
    void (*progress)(void *context, uint64_t done, uint64_t all); /* bytes; NULL */
    void *context;
};

struct rd_repair_summary {
    uint32_t segments;                 /* made anew */
    uint64_t entries;                  /* of the whole journal, which was proven behind it */
    unsigned char hash[RD_HASH_BYTES]; /* of the last one */
};

/* Proves the journal and makes anew what does not fit. RD_OK: the whole chain holds now (`look`:
 * would hold). RD_CHECK_FAILED: something is damaged and is in neither place, or does not fit; the
 * error says which entry, and nothing was changed. RD_IN_USE: a daemon has the directory. */
enum rd_status rd_repair_journal(const struct rd_repair_options *options,
                                 struct rd_repair_summary *summary,
                                 struct rd_error *error) RD_MUST_CHECK;

#endif
