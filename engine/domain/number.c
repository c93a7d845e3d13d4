/* Numbers: NUMBER (type, hash of what stands before the digits, the digits) -> serial of the id.
 *
 * Cases are numbered one after another, so a new one goes behind the last of its year: the pages
 * are full and a case touches one that is in memory, where a hash of the whole would touch any.
 * The key may be shared by two texts (a hash of 64 bits over heads, of which there are a handful:
 * prefixes and years); so who finds a row looks whether the record has the number that he asked
 * for.
 */
#include "domain/number.h"

#include <string.h>

#include "base/text.h"
#include "domain/record.h"
#include "store/tables.h"

#define NUMBER_DIGITS_MAX 18 /* that fit into the key; more belong to the head */
#define NUMBER_SERIAL_BYTES 6

static struct rd_number_key number_key(uint16_t type, const char *number)
{
    size_t len = strlen(number), head = len;
    uint64_t digits = 0, hash;
    while (head > 0 && len - head < NUMBER_DIGITS_MAX && number[head - 1] >= '0' &&
           number[head - 1] <= '9')
        head--;
    for (size_t i = head; i < len; i++)
        digits = digits * 10 + (uint64_t)(number[i] - '0');
    hash = rd_text_hash(number, head) + (len - head); /* "07" is not "7" */
    return rd_number_key(type, hash, digits);
}

enum rd_status rd_number_enter(struct rd_store *store, struct rd_id record, const char *number,
                               struct rd_error *error)
{
    struct rd_number_key key = number_key(rd_id_type(record), number);
    unsigned char id[8];
    rd_key_put_u64(id, record.value);
    return rd_store_put(store, RD_TABLE_NUMBER, key.bytes, id + 8 - NUMBER_SERIAL_BYTES,
                        NUMBER_SERIAL_BYTES, error);
}

enum rd_status rd_number_find(struct rd_store *store, uint16_t type, const char *number,
                              struct rd_arena *arena, struct rd_id *out, struct rd_error *error)
{
    struct rd_number_key key = number_key(type, number);
    unsigned char id[8] = { (unsigned char)(type >> 8), (unsigned char)type };
    struct rd_record record;
    const void *bytes;
    size_t len;
    enum rd_status status = rd_store_get(store, RD_TABLE_NUMBER, key.bytes, &bytes, &len, error);
    if (status != RD_OK)
        return status;
    RD_ASSERT(len == NUMBER_SERIAL_BYTES);
    memcpy(id + 8 - NUMBER_SERIAL_BYTES, bytes, NUMBER_SERIAL_BYTES);
    out->value = rd_key_u64(id);
    status = rd_record_load(store, *out, arena, &record, error);
    return status == RD_OK && (!record.number || strcmp(record.number, number) != 0) ? RD_NOT_FOUND
                                                                                     : status;
}
