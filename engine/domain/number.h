/* Numbers: which record is "CP-2026-000123". Not to be mixed up with ids. */
#ifndef RD_DOMAIN_NUMBER_H
#define RD_DOMAIN_NUMBER_H

#include "base/arena.h"
#include "base/buf.h"
#include "domain/type.h"
#include "store/store.h"

/* The record has this number from now on; of two with the same, the later one. */
enum rd_status rd_number_enter(struct rd_store *store, struct rd_id record, const char *number,
                               struct rd_buf *scratch, struct rd_error *error) RD_MUST_CHECK;
/* The record of this type with this number; RD_NOT_FOUND without filling an error. */
enum rd_status rd_number_find(struct rd_store *store, uint16_t type, const char *number,
                              struct rd_arena *arena, struct rd_id *out,
                              struct rd_error *error) RD_MUST_CHECK;

#endif
