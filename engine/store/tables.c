/* How keys are spelled. Only this file knows the order of bytes in a key; the sizes are those of
 * RD_TABLE_MAP, and LMDB's limit of 511 bytes is far away.
 */
#include "store/tables.h"

#include <sodium.h>
#include <string.h>

void rd_key_put_u16(unsigned char *at, uint16_t n)
{
    at[0] = (unsigned char)(n >> 8);
    at[1] = (unsigned char)n;
}

void rd_key_put_u32(unsigned char *at, uint32_t n)
{
    rd_key_put_u16(at, (uint16_t)(n >> 16));
    rd_key_put_u16(at + 2, (uint16_t)n);
}

void rd_key_put_u64(unsigned char *at, uint64_t n)
{
    rd_key_put_u32(at, (uint32_t)(n >> 32));
    rd_key_put_u32(at + 4, (uint32_t)n);
}

void rd_key_put_i64(unsigned char *at, int64_t n)
{
    rd_key_put_u64(at, (uint64_t)n ^ (1ull << 63));
}

uint32_t rd_key_u32(const unsigned char *at)
{
    return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

uint64_t rd_key_u64(const unsigned char *at)
{
    return (uint64_t)rd_key_u32(at) << 32 | rd_key_u32(at + 4);
}

int64_t rd_key_i64(const unsigned char *at)
{
    return (int64_t)(rd_key_u64(at) ^ (1ull << 63));
}

struct rd_key8 rd_key8(uint64_t n)
{
    struct rd_key8 key;
    rd_key_put_u64(key.bytes, n);
    return key;
}

struct rd_index_key rd_index_key(uint32_t index, const unsigned char value[RD_INDEX_VALUE_BYTES],
                                 int64_t opened_at_ms, uint64_t record)
{
    struct rd_index_key key;
    rd_key_put_u32(key.bytes, index);
    memcpy(key.bytes + 4, value, RD_INDEX_VALUE_BYTES);
    rd_key_put_i64(key.bytes + 20, opened_at_ms);
    rd_key_put_u64(key.bytes + 28, record);
    return key;
}

uint64_t rd_index_key_record(const void *key)
{
    return rd_key_u64((const unsigned char *)key + 28);
}

int64_t rd_index_key_opened_at(const void *key)
{
    return rd_key_i64((const unsigned char *)key + 20);
}

struct rd_agenda_key rd_agenda_key(uint8_t lane, int64_t due_ms, uint64_t record, uint64_t deadline)
{
    struct rd_agenda_key key;
    key.bytes[0] = lane;
    rd_key_put_i64(key.bytes + 1, due_ms);
    rd_key_put_u64(key.bytes + 9, record);
    rd_key_put_u64(key.bytes + 17, deadline);
    return key;
}

int64_t rd_agenda_key_due(const void *key)
{
    return rd_key_i64((const unsigned char *)key + 1);
}

uint64_t rd_agenda_key_record(const void *key)
{
    return rd_key_u64((const unsigned char *)key + 9);
}

uint64_t rd_agenda_key_deadline(const void *key)
{
    return rd_key_u64((const unsigned char *)key + 17);
}

struct rd_key16 rd_key16(uint64_t high, uint64_t low)
{
    struct rd_key16 key;
    rd_key_put_u64(key.bytes, high);
    rd_key_put_u64(key.bytes + 8, low);
    return key;
}

struct rd_key16 rd_key16_of_text(const char *text, size_t len)
{
    struct rd_key16 key;
    crypto_generichash(key.bytes, sizeof key.bytes, (const unsigned char *)text, len, NULL, 0);
    return key;
}

struct rd_position_key rd_position_key(uint64_t record, uint32_t block)
{
    struct rd_position_key key;
    rd_key_put_u64(key.bytes, record);
    rd_key_put_u32(key.bytes + 8, block);
    return key;
}

struct rd_tally_key rd_tally_key(uint16_t type, const char *owner, size_t len)
{
    struct rd_tally_key key = { { 0 } };
    rd_key_put_u16(key.bytes, type);
    if (owner) {
        struct rd_key16 hash = rd_key16_of_text(owner, len);
        memcpy(key.bytes + 2, hash.bytes, sizeof hash.bytes);
    }
    return key;
}

uint16_t rd_tally_key_type(const void *key)
{
    const unsigned char *at = key;
    return (uint16_t)(at[0] << 8 | at[1]);
}

struct rd_number_key rd_number_key(uint16_t type, uint64_t head, uint64_t digits)
{
    struct rd_number_key key;
    rd_key_put_u16(key.bytes, type);
    rd_key_put_u64(key.bytes + 2, head);
    rd_key_put_u64(key.bytes + 10, digits);
    return key;
}

struct rd_key24 rd_expiry_key(int64_t expires_ms, const struct rd_key16 *hash)
{
    struct rd_key24 key;
    rd_key_put_i64(key.bytes, expires_ms);
    memcpy(key.bytes + 8, hash->bytes, sizeof hash->bytes);
    return key;
}
