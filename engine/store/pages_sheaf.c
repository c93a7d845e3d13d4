/* Rows of tails, as a commit writes them: the keys of a table with a front come in order, so each
 * row is read once, changed in memory and written again; as several where it has become too long.
 *
 *   row 4-7 [ 7 9 12 ]   row 4-30 [ 30 31 ]      + 4-8 4-40 - 4-12   (front 4)
 *            └ ends where the next one of the front begins
 *   row 4-7 [ 7 8 9 ]    row 4-30 [ 30 31 40 ]
 */
#include <string.h>

#include "base/assert.h"
#include "store/pages_inner.h"

#define SHEAF_FEW (RD_TAILS_MAX / 4) /* tails, with which a row is joined with the next one */

void rd_sheaf_init(struct rd_sheaf *sheaf, MDB_cursor *cursor, enum rd_table table)
{
    sheaf->cursor = cursor;
    sheaf->front = rd_table_front_bytes(table);
    sheaf->bytes = rd_table_key_bytes(table) - sheaf->front;
    sheaf->open = false;
    sheaf->more = 0;
}

static unsigned char *sheaf_tail(struct rd_sheaf *sheaf, uint32_t at)
{
    return sheaf->tails + at * sheaf->bytes;
}

/* The tails of the row under the key, behind those that are there. */
static int sheaf_add(struct rd_sheaf *sheaf, const MDB_val *key, const MDB_val *row)
{
    struct rd_tails tails;
    const unsigned char *first = (const unsigned char *)key->mv_data + sheaf->front;
    if (!rd_tails_open(&tails, (unsigned)sheaf->bytes / 8, first, row->mv_data, row->mv_size))
        return MDB_CORRUPTED;
    for (uint32_t i = 0; i < tails.count; i++)
        rd_tails_get(&tails, i, sheaf_tail(sheaf, sheaf->count++));
    return 0;
}

static bool sheaf_same_front(const struct rd_sheaf *sheaf, int code, const MDB_val *key)
{
    return code == 0 && memcmp(key->mv_data, sheaf->key, sheaf->front) == 0;
}

/* Opens the row in which the key is or would be: the one that begins with it or before it; else the
 * first one of its front, where that is not `parked`; else a new one. */
static int sheaf_find(struct rd_sheaf *sheaf, const unsigned char *wanted, bool parked)
{
    size_t bytes = sheaf->front + sheaf->bytes;
    MDB_cursor *cursor = sheaf->cursor;
    MDB_val key = pages_val(wanted, bytes), row, next, there;
    sheaf->open = true;
    sheaf->stored = sheaf->changed = sheaf->bounded = false;
    sheaf->count = 0;
    memcpy(sheaf->key, wanted, bytes);
    int code = mdb_cursor_get(cursor, &key, &row, MDB_SET_RANGE);
    if (code && code != MDB_NOTFOUND)
        return code;
    if (!sheaf_same_front(sheaf, code, &key) || memcmp(key.mv_data, wanted, bytes) != 0) {
        bool first = !parked && sheaf_same_front(sheaf, code, &key);
        code = mdb_cursor_get(cursor, &key, &row, code ? MDB_LAST : MDB_PREV);
        if (!sheaf_same_front(sheaf, code, &key) && first) {
            key = pages_val(wanted, bytes);
            code = mdb_cursor_get(cursor, &key, &row, MDB_SET_RANGE);
        }
    }
    if (!sheaf_same_front(sheaf, code, &key))
        return code == MDB_NOTFOUND ? 0 : code;
    sheaf->stored = true;
    memcpy(sheaf->key, key.mv_data, bytes);
    code = sheaf_add(sheaf, &key, &row);
    if (code)
        return code;
    code = mdb_cursor_get(cursor, &next, &there, MDB_NEXT);
    sheaf->bounded = sheaf_same_front(sheaf, code, &next);
    if (sheaf->bounded)
        memcpy(sheaf->end, next.mv_data, bytes);
    return code == MDB_NOTFOUND ? 0 : code;
}

int rd_sheaf_open(struct rd_sheaf *sheaf, const unsigned char *wanted, const unsigned char *parked)
{
    bool same = parked && memcmp(parked, wanted, sheaf->front) == 0;
    int code = sheaf_find(sheaf, wanted, same);
    if (code == 0 && same) {
        memcpy(sheaf->end, parked, sheaf->front + sheaf->bytes);
        sheaf->bounded = true;
    }
    return code;
}

bool rd_sheaf_holds(const struct rd_sheaf *sheaf, const unsigned char *key)
{
    return sheaf->open && sheaf->count < RD_SHEAF_ROOM &&
           memcmp(key, sheaf->key, sheaf->front) == 0 &&
           (!sheaf->bounded || memcmp(key, sheaf->end, sheaf->front + sheaf->bytes) < 0);
}

/* Where few are left, the next row's come along. */
static int sheaf_join(struct rd_sheaf *sheaf)
{
    MDB_val key = pages_val(sheaf->end, sheaf->front + sheaf->bytes), row;
    if (!sheaf->bounded || sheaf->count == 0 || sheaf->count > SHEAF_FEW)
        return 0;
    int code = mdb_cursor_get(sheaf->cursor, &key, &row, MDB_SET);
    if (code == MDB_NOTFOUND) /* parked: taken out for a while */
        return 0;
    code = code ? code : sheaf_add(sheaf, &key, &row);
    return code ? code : mdb_cursor_del(sheaf->cursor, 0);
}

static int sheaf_del(struct rd_sheaf *sheaf)
{
    MDB_val key = pages_val(sheaf->key, sheaf->front + sheaf->bytes), row;
    int code = mdb_cursor_get(sheaf->cursor, &key, &row, MDB_SET);
    return code ? code : mdb_cursor_del(sheaf->cursor, 0);
}

/* Writes some of its tails as a row. */
static int sheaf_put(struct rd_sheaf *sheaf, uint32_t from, uint32_t count)
{
    unsigned char key[RD_KEY_BYTES_MAX], row[RD_TAILS_BYTES_MAX];
    const unsigned char *tails = sheaf_tail(sheaf, from);
    memcpy(key, sheaf->key, sheaf->front);
    memcpy(key + sheaf->front, tails, sheaf->bytes);
    size_t len = rd_tails_pack(tails, count, (unsigned)sheaf->bytes / 8, row);
    MDB_val name = pages_val(key, sheaf->front + sheaf->bytes), value = pages_val(row, len);
    return mdb_cursor_put(sheaf->cursor, &name, &value, 0);
}

/* Writes what was changed. What is behind all others of its front fills its rows, since more comes
 * behind it mostly; what is between others leaves room. */
int rd_sheaf_close(struct rd_sheaf *sheaf)
{
    bool changed = sheaf->open && sheaf->changed;
    sheaf->open = false;
    if (!changed)
        return 0;
    bool bounded = sheaf->bounded;
    int code = sheaf_join(sheaf);
    if (code == 0 && sheaf->stored &&
        (sheaf->count == 0 || memcmp(sheaf->key + sheaf->front, sheaf->tails, sheaf->bytes) != 0))
        code = sheaf_del(sheaf);
    uint32_t rows = (sheaf->count + RD_TAILS_MAX - 1) / RD_TAILS_MAX;
    uint32_t each = rows && bounded ? (sheaf->count + rows - 1) / rows : RD_TAILS_MAX;
    for (uint32_t at = 0; code == 0 && at < sheaf->count; at += each)
        code = sheaf_put(sheaf, at, sheaf->count - at < each ? sheaf->count - at : each);
    return code;
}

int rd_sheaf_change(struct rd_sheaf *sheaf, const unsigned char *key, bool gone)
{
    const unsigned char *tail = key + sheaf->front;
    RD_ASSERT(rd_sheaf_holds(sheaf, key));
    uint32_t low = 0, high = sheaf->count;
    while (low < high) {
        uint32_t middle = (low + high) / 2;
        if (memcmp(sheaf_tail(sheaf, middle), tail, sheaf->bytes) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    unsigned char *at = sheaf_tail(sheaf, low);
    bool there = low < sheaf->count && memcmp(at, tail, sheaf->bytes) == 0;
    if (there != gone)
        return 0;
    size_t behind = (sheaf->count - low - gone) * sheaf->bytes;
    memmove(gone ? at : at + sheaf->bytes, gone ? at + sheaf->bytes : at, behind);
    if (!gone)
        memcpy(at, tail, sheaf->bytes);
    sheaf->count += gone ? -1u : 1u;
    sheaf->more += gone ? -1 : 1;
    sheaf->changed = true;
    return 0;
}
