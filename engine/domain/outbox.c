/* The outbox: which journal entries hold notices, by the numbers of their first ones.
 *
 *   OUTBOX block -> [how far the number lies behind the one before, how far the place does]...
 *
 * The first number of a row counts from the block's first one, its first place from the journal's
 * begin. What was told is read in the entries.
 */
#include "domain/outbox.h"

#include <string.h>

#include "store/tables.h"

static struct rd_key8 outbox_key(uint64_t notice)
{
    return rd_key8(notice / RD_OUTBOX_BLOCK);
}

/* At the begin of a row. */
static void outbox_row(struct rd_outbox *outbox, uint64_t block, const void *bytes, size_t len)
{
    outbox->at = bytes;
    outbox->end = len ? outbox->at + len : outbox->at;
    outbox->notice = block * RD_OUTBOX_BLOCK;
    outbox->position.at = 0;
}

/* The next entry of the row; false at its end, or where what is left is none. */
static bool outbox_take(struct rd_outbox *outbox)
{
    const unsigned char *at = outbox->at;
    uint64_t notice, place;
    if (!rd_step_take(&at, outbox->end, &notice) || !rd_step_take(&at, outbox->end, &place))
        return false;
    outbox->at = at;
    outbox->notice += notice;
    outbox->position.at += place;
    return true;
}

enum rd_status rd_outbox_add(struct rd_store *store, uint64_t notice, struct rd_position position,
                             struct rd_buf *scratch, struct rd_error *error)
{
    struct rd_key8 key = outbox_key(notice);
    unsigned char step[RD_STEP_BYTES_MAX];
    struct rd_outbox row;
    const void *bytes = NULL;
    size_t len = 0;
    enum rd_status status = rd_store_get(store, RD_TABLE_OUTBOX, key.bytes, &bytes, &len, error);
    if (status != RD_OK && status != RD_NOT_FOUND)
        return status;
    outbox_row(&row, notice / RD_OUTBOX_BLOCK, bytes, len);
    while (outbox_take(&row)) {
    }
    if (row.at != row.end || notice < row.notice || position.at < row.position.at)
        return rd_error_set(error, RD_CORRUPT,
                            "notice %llu is not behind the others; run `redress store rebuild`",
                            (unsigned long long)notice);
    rd_buf_clear(scratch);
    if (len)
        rd_buf_append(scratch, bytes, len);
    rd_buf_append(scratch, step, rd_step_put(step, notice - row.notice));
    rd_buf_append(scratch, step, rd_step_put(step, position.at - row.position.at));
    return rd_store_put(store, RD_TABLE_OUTBOX, key.bytes, scratch->data, scratch->len, error);
}

static enum rd_status outbox_damaged(uint64_t block, struct rd_error *error)
{
    return rd_error_set(error, RD_CORRUPT,
                        "the row of notices %llu is damaged; run `redress store rebuild`",
                        (unsigned long long)(block * RD_OUTBOX_BLOCK));
}

/* The first entry of the row that the walk is at. */
static enum rd_status outbox_open(struct rd_outbox *outbox, enum rd_status status,
                                  struct rd_error *error)
{
    if (status != RD_OK)
        return status;
    uint64_t block = rd_key_u64(outbox->walk.key);
    outbox_row(outbox, block, outbox->walk.bytes, outbox->walk.len);
    return outbox_take(outbox) ? RD_OK : outbox_damaged(block, error);
}

/* The walk at the last row that may hold the notice: its block's, where that begins with it or one
 * before, else the row before; where there is none, the first. */
static enum rd_status outbox_seek(struct rd_outbox *outbox, struct rd_store *store, uint64_t notice,
                                  struct rd_error *error)
{
    struct rd_key8 from = outbox_key(notice);
    for (bool again = true; again;) {
        enum rd_status status =
            rd_walk_start(&outbox->walk, store, RD_TABLE_OUTBOX, from.bytes, true, error);
        status = outbox_open(outbox, status, error);
        if (status != RD_OK && status != RD_END)
            return status;
        again = status == RD_OK && outbox->notice > notice && rd_key_u64(outbox->walk.key) > 0;
        if (status == RD_OK)
            from = rd_key8(rd_key_u64(outbox->walk.key) - again);
        rd_walk_end(&outbox->walk);
    }
    enum rd_status status =
        rd_walk_start(&outbox->walk, store, RD_TABLE_OUTBOX, from.bytes, false, error);
    return outbox_open(outbox, status, error);
}

enum rd_status rd_outbox_start(struct rd_outbox *outbox, struct rd_store *store, uint64_t notice,
                               struct rd_error *error)
{
    *outbox = (struct rd_outbox){ 0 };
    enum rd_status status = outbox_seek(outbox, store, notice, error);
    while (status == RD_OK) { /* the one behind tells whether the notice is this one's */
        struct rd_outbox behind = *outbox;
        if (outbox->notice >= notice || !outbox_take(&behind) || behind.notice > notice)
            break;
        *outbox = behind;
    }
    return status;
}

enum rd_status rd_outbox_next(struct rd_outbox *outbox, struct rd_error *error)
{
    if (outbox_take(outbox))
        return RD_OK;
    if (outbox->at != outbox->end)
        return outbox_damaged(outbox->notice / RD_OUTBOX_BLOCK, error);
    return outbox_open(outbox, rd_walk_next(&outbox->walk, error), error);
}

void rd_outbox_end(struct rd_outbox *outbox)
{
    rd_walk_end(&outbox->walk);
}
