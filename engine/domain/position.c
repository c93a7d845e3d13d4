/* Positions: which journal entry made which version of a record.
 *
 *   POSITION (record, block) -> 8 bytes: the first version's place; then for each further one,
 * seven bits a byte, low ones first, how far it lies behind the one before
 *
 * A version costs three or four bytes, and a case of five versions one row.
 */
#include "domain/position.h"

#include "store/tables.h"

/* A row that is being read: the place of the version that is next. */
struct position_row {
    const unsigned char *at, *end;
    uint64_t place;
    uint32_t count; /* versions read so far */
};

static struct rd_position_key position_key(struct rd_id record, uint32_t version)
{
    return rd_position_key(record.value, (version - 1) / RD_POSITION_BLOCK);
}

/* False at the end of the row. */
static bool position_next(struct position_row *row)
{
    uint64_t step;
    if (row->count == 0 && row->end - row->at >= 8) {
        row->place = rd_key_u64(row->at);
        row->at += 8;
    } else {
        if (!rd_step_take(&row->at, row->end, &step))
            return false;
        row->place += step;
    }
    row->count++;
    return true;
}

static enum rd_status position_damaged(struct rd_id record, struct rd_error *error)
{
    return rd_error_set(error, RD_CORRUPT,
                        "the versions of record %llu are not in a row; run `redress store rebuild`",
                        (unsigned long long)record.value);
}

enum rd_status rd_position_add(struct rd_store *store, struct rd_id record, uint32_t version,
                               struct rd_position position, struct rd_buf *scratch,
                               struct rd_error *error)
{
    struct rd_position_key key = position_key(record, version);
    unsigned char first[RD_STEP_BYTES_MAX];
    const void *bytes;
    size_t len;
    if ((version - 1) % RD_POSITION_BLOCK == 0) {
        rd_key_put_u64(first, position.at);
        return rd_store_put(store, RD_TABLE_POSITION, key.bytes, first, 8, error);
    }
    enum rd_status status = rd_store_get(store, RD_TABLE_POSITION, key.bytes, &bytes, &len, error);
    if (status != RD_OK)
        return status == RD_NOT_FOUND ? position_damaged(record, error) : status;
    struct position_row row = { .at = bytes, .end = (const unsigned char *)bytes + len };
    while (position_next(&row)) {
    }
    if (row.count != (version - 1) % RD_POSITION_BLOCK || position.at < row.place)
        return position_damaged(record, error);
    rd_buf_clear(scratch);
    rd_buf_append(scratch, bytes, len);
    rd_buf_append(scratch, first, rd_step_put(first, position.at - row.place));
    return rd_store_put(store, RD_TABLE_POSITION, key.bytes, scratch->data, scratch->len, error);
}

enum rd_status rd_position_find(struct rd_store *store, struct rd_id record, uint32_t version,
                                struct rd_position *out, struct rd_error *error)
{
    const void *bytes;
    size_t len;
    if (version == 0)
        return RD_NOT_FOUND;
    struct rd_position_key key = position_key(record, version);
    enum rd_status status = rd_store_get(store, RD_TABLE_POSITION, key.bytes, &bytes, &len, error);
    if (status != RD_OK)
        return status;
    struct position_row row = { .at = bytes, .end = (const unsigned char *)bytes + len };
    uint32_t wanted = (version - 1) % RD_POSITION_BLOCK + 1;
    while (row.count < wanted)
        if (!position_next(&row))
            return RD_NOT_FOUND;
    out->at = row.place;
    return RD_OK;
}
