/* Where the versions of a record lie in the journal. One row holds a block of RD_POSITION_BLOCK
 * versions: the first one's place, and how far each is behind the one before. */
#ifndef RD_DOMAIN_POSITION_H
#define RD_DOMAIN_POSITION_H

#include "base/buf.h"
#include "domain/type.h"
#include "store/journal.h"
#include "store/store.h"

#define RD_POSITION_BLOCK 32

/* Enters the next version (1 first), which lies behind all others. RD_CORRUPT where it is not the
 * next. */
enum rd_status rd_position_add(struct rd_store *store, struct rd_id record, uint32_t version,
                               struct rd_position position, struct rd_buf *scratch,
                               struct rd_error *error) RD_MUST_CHECK;
/* RD_NOT_FOUND, without filling an error, where there is no such version. */
enum rd_status rd_position_find(struct rd_store *store, struct rd_id record, uint32_t version,
                                struct rd_position *out, struct rd_error *error) RD_MUST_CHECK;

#endif
