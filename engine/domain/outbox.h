/* Where in the journal it stands what was told to whom. One row holds the entries whose first
 * notice has a number of the same RD_OUTBOX_BLOCK: three bytes an entry mostly. */
#ifndef RD_DOMAIN_OUTBOX_H
#define RD_DOMAIN_OUTBOX_H

#include "base/buf.h"
#include "store/journal.h"
#include "store/store.h"

#define RD_OUTBOX_BLOCK 16

/* Enters the entry whose first notice has this number; it lies behind all others, and so does the
 * number. RD_CORRUPT where it does not. */
enum rd_status rd_outbox_add(struct rd_store *store, uint64_t notice, struct rd_position position,
                             struct rd_buf *scratch, struct rd_error *error) RD_MUST_CHECK;

/* A walk over the entries with notices; nothing may be written to the store meanwhile. */
struct rd_outbox {
    struct rd_walk walk;
    const unsigned char *at, *end; /* what is left of the row */
    uint64_t notice;               /* the first one of this entry */
    struct rd_position position;
};

/* At the last entry whose first notice is not behind this one: if any entry holds it, this one
 * does. Where there is none, at the first entry; RD_END: there is none at all. The caller ends the
 * walk, whatever came back. */
enum rd_status rd_outbox_start(struct rd_outbox *outbox, struct rd_store *store, uint64_t notice,
                               struct rd_error *error) RD_MUST_CHECK;
/* The next entry; RD_END. */
enum rd_status rd_outbox_next(struct rd_outbox *outbox, struct rd_error *error) RD_MUST_CHECK;
void rd_outbox_end(struct rd_outbox *outbox);

#endif
