/* Numbers: NUMBER (type, hash of what stands before the digits, block of the digits)
 *            -> [the digits within the block, serial of the id]...
 *
 * Cases are numbered one after another, so a new one goes into the last block of its year: a case
 * touches a page that is in memory, where a hash of the whole would touch any.
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
#define NUMBER_BLOCK 32
#define NUMBER_SERIAL_BYTES 6
#define NUMBER_ITEM_BYTES (1 + NUMBER_SERIAL_BYTES)

/* Where a number stands: in which row, and which item of it. */
struct number_place {
    struct rd_number_key key;
    unsigned char item;
};

static struct number_place number_place(uint16_t type, const char *number)
{
    size_t len = strlen(number), head = len;
    uint64_t digits = 0, hash;
    while (head > 0 && len - head < NUMBER_DIGITS_MAX && number[head - 1] >= '0' &&
           number[head - 1] <= '9')
        head--;
    for (size_t i = head; i < len; i++)
        digits = digits * 10 + (uint64_t)(number[i] - '0');
    hash = rd_text_hash(number, head) + (len - head); /* "07" is not "7" */
    return (struct number_place){ rd_number_key(type, hash, digits / NUMBER_BLOCK),
                                  (unsigned char)(digits % NUMBER_BLOCK) };
}

/* Where the item lies in the row, or would: `len`. The newest is looked for first. */
static size_t number_item(const unsigned char *row, size_t len, unsigned char item)
{
    for (size_t at = len; at >= NUMBER_ITEM_BYTES;)
        if (row[at -= NUMBER_ITEM_BYTES] == item)
            return at;
    return len;
}

/* The row; none is one of no items. */
static enum rd_status number_row(struct rd_store *store, const struct number_place *place,
                                 const unsigned char **row, size_t *len, struct rd_error *error)
{
    const void *bytes = NULL;
    *len = 0;
    enum rd_status status =
        rd_store_get(store, RD_TABLE_NUMBER, place->key.bytes, &bytes, len, error);
    *row = bytes;
    if (status == RD_OK && *len % NUMBER_ITEM_BYTES != 0)
        return rd_error_set(error, RD_CORRUPT,
                            "a row of numbers is damaged; run `redress store rebuild`");
    return status == RD_NOT_FOUND ? RD_OK : status;
}

enum rd_status rd_number_enter(struct rd_store *store, struct rd_id record, const char *number,
                               struct rd_buf *scratch, struct rd_error *error)
{
    struct number_place place = number_place(rd_id_type(record), number);
    unsigned char item[NUMBER_ITEM_BYTES], id[8];
    const unsigned char *row;
    size_t len;
    enum rd_status status = number_row(store, &place, &row, &len, error);
    if (status != RD_OK)
        return status;
    rd_key_put_u64(id, record.value);
    item[0] = place.item;
    memcpy(item + 1, id + 8 - NUMBER_SERIAL_BYTES, NUMBER_SERIAL_BYTES);
    size_t at = number_item(row, len, place.item);
    rd_buf_clear(scratch);
    if (len > 0)
        rd_buf_append(scratch, row, len);
    if (at == len)
        rd_buf_append(scratch, item, sizeof item);
    else
        memcpy(scratch->data + at, item, sizeof item);
    return len > 0 ? rd_store_put(store, RD_TABLE_NUMBER, place.key.bytes, scratch->data,
                                  scratch->len, error)
                   : rd_store_add(store, RD_TABLE_NUMBER, place.key.bytes, scratch->data,
                                  scratch->len, error);
}

enum rd_status rd_number_find(struct rd_store *store, uint16_t type, const char *number,
                              struct rd_arena *arena, struct rd_id *out, struct rd_error *error)
{
    struct number_place place = number_place(type, number);
    unsigned char id[8] = { (unsigned char)(type >> 8), (unsigned char)type };
    struct rd_record record;
    const unsigned char *row;
    size_t len;
    enum rd_status status = number_row(store, &place, &row, &len, error);
    if (status != RD_OK)
        return status;
    size_t at = number_item(row, len, place.item);
    if (at == len)
        return RD_NOT_FOUND;
    memcpy(id + 8 - NUMBER_SERIAL_BYTES, row + at + 1, NUMBER_SERIAL_BYTES);
    out->value = rd_key_u64(id);
    status = rd_record_load(store, *out, arena, &record, error);
    return status == RD_OK && (!record.number || strcmp(record.number, number) != 0) ? RD_NOT_FOUND
                                                                                     : status;
}
