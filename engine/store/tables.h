/* How keys are spelled: fixed sizes, numbers big-endian, signed ones with the sign flipped, so that
 * bytes sort as values do. */
#ifndef RD_STORE_TABLES_H
#define RD_STORE_TABLES_H

#include <stddef.h>
#include <stdint.h>

#include "base/step.h"

#define RD_INDEX_VALUE_BYTES 16

/* Numbers in keys. */
void rd_key_put_u16(unsigned char *at, uint16_t n);
void rd_key_put_u32(unsigned char *at, uint32_t n);
void rd_key_put_u64(unsigned char *at, uint64_t n);
void rd_key_put_i64(unsigned char *at, int64_t n);
uint32_t rd_key_u32(const unsigned char *at);
uint64_t rd_key_u64(const unsigned char *at);
int64_t rd_key_i64(const unsigned char *at);

/* RECORD, MARK, OUTBOX, META and others: one number. */
struct rd_key8 {
    unsigned char bytes[8];
};
struct rd_key8 rd_key8(uint64_t n);

/* INDEX: index number, value slot, opened at, record. */
struct rd_index_key {
    unsigned char bytes[36];
};
struct rd_index_key rd_index_key(uint32_t index, const unsigned char value[RD_INDEX_VALUE_BYTES],
                                 int64_t opened_at_ms, uint64_t record);
uint64_t rd_index_key_record(const void *key);
int64_t rd_index_key_opened_at(const void *key);

/* AGENDA: lane (0 live, 1 import), due, record, deadline. */
struct rd_agenda_key {
    unsigned char bytes[25];
};
struct rd_agenda_key rd_agenda_key(uint8_t lane, int64_t due_ms, uint64_t record,
                                   uint64_t deadline);
int64_t rd_agenda_key_due(const void *key);
uint64_t rd_agenda_key_record(const void *key);
uint64_t rd_agenda_key_deadline(const void *key);

/* IDEMPOTENCY (two halves of a hash), COUNTER (a name, or likewise). */
struct rd_key16 {
    unsigned char bytes[16];
};
struct rd_key16 rd_key16(uint64_t high, uint64_t low);
/* The key of a name: 128 bits of BLAKE2b. */
struct rd_key16 rd_key16_of_text(const char *text, size_t len);

/* POSITION: record, block of versions. */
struct rd_position_key {
    unsigned char bytes[12];
};
struct rd_position_key rd_position_key(uint64_t record, uint32_t block);

/* TALLY: type, hash of the owner (zeros: the type's rule). */
struct rd_tally_key {
    unsigned char bytes[18];
};
/* `owner` NULL: the rule's. */
struct rd_tally_key rd_tally_key(uint16_t type, const char *owner, size_t len);
uint16_t rd_tally_key_type(const void *key);

/* NUMBER: type, hash of the head, digits. */
struct rd_number_key {
    unsigned char bytes[18];
};
struct rd_number_key rd_number_key(uint16_t type, uint64_t head, uint64_t digits);

/* EXPIRY: expires, hash. */
struct rd_key24 {
    unsigned char bytes[24];
};
struct rd_key24 rd_expiry_key(int64_t expires_ms, const struct rd_key16 *hash);

#endif
