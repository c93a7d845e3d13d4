/* Writing a layer to the pages, in one transaction.
 *
 * Rows are written in key order, so a page that takes many of them is found and copied once, and
 * keys behind a table's last one fill its pages to the end (MDB_APPEND: a page that is split in the
 * middle stays half empty where no key ever comes between). New records of a type have their place
 * in the middle, before those of the next type, and LMDB splits at the end only where the new key
 * is the page's last one. So where a run of new keys comes in, what stands behind them on the page
 * is parked: taken out, and put back behind the run.
 *
 *   │ 5-91 5-92 20-1 20-2 │  + 5-93 5-94 ...   ─▶   │ 5-91 5-92 5-93 5-94 .. │ .. 5-99 20-1 20-2 │
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/thread.h"
#include "store/faults.h"
#include "store/pages_inner.h"

#define PAGES_ROWS_IN_A_ROW 32u /* written: some 0.2 ms; then others are let in */
#define PAGES_RUN 8u            /* new keys in a row, from which on it is worth the moving */
#define PAGES_PARKED_MAX 88u /* rows; a page of small ones has some more, then it is left alone */
#define PAGES_PAGE 4096u

struct pages_parked {
    unsigned char key[RD_KEY_BYTES_MAX];
    uint32_t from, len; /* in the bytes of all */
};

/* Writing one table: its cursor, and the last key that the table has. */
struct pages_pen {
    MDB_cursor *cursor;
    enum rd_table table;
    bool any;
    unsigned char last[RD_KEY_BYTES_MAX];
    /* what is taken out, in order */
    size_t parked;
    struct pages_parked rows[PAGES_PARKED_MAX];
    unsigned char bytes[PAGES_PAGE];
    struct rd_sheaf sheaf; /* of a table with a front */
};

static int pages_pen_begin(struct pages_pen *pen, MDB_txn *txn, const struct rd_pages *pages,
                           enum rd_table table)
{
    MDB_val key, value;
    pen->table = table;
    pen->any = false;
    pen->parked = 0;
    int code = mdb_cursor_open(txn, pages->tables[table], &pen->cursor);
    if (code)
        return code;
    if (rd_table_front_bytes(table)) {
        rd_sheaf_init(&pen->sheaf, pen->cursor, table);
        return 0;
    }
    code = mdb_cursor_get(pen->cursor, &key, &value, MDB_LAST);
    pen->any = code == 0;
    if (pen->any)
        memcpy(pen->last, key.mv_data, key.mv_size);
    return code == MDB_NOTFOUND ? 0 : code;
}

/* ---- parking ---- */

/* Whether PAGES_RUN rows in a row go in before the key: all of them are new, where it is the first
 * one behind `at`. */
static bool pages_run(struct rd_layer_at at, const void *before, size_t bytes)
{
    for (unsigned run = 1; run < PAGES_RUN; run++)
        if (!rd_layer_step(&at, false) || rd_layer_row(&at)->gone ||
            memcmp(rd_layer_key(&at), before, bytes) >= 0)
            return false;
    return true;
}

/* On one page of the tree, as far as that can be told from where two rows lie: what is no page but
 * as near moves a few rows in vain. */
static bool pages_together(const MDB_val *one, const MDB_val *other)
{
    uintptr_t a = (uintptr_t)one->mv_data, b = (uintptr_t)other->mv_data;
    return (a > b ? a - b : b - a) < PAGES_PAGE;
}

/* Notes the rows from the cursor's on that lie on its page; false: there are too many of them. */
static int pages_note(struct pages_pen *pen, MDB_val key, MDB_val value, size_t *count)
{
    const MDB_val first = key;
    size_t used = 0;
    int code = 0;
    for (*count = 0; code == 0 && pages_together(&first, &key); (*count)++) {
        if (*count == PAGES_PARKED_MAX || value.mv_size > sizeof pen->bytes - used) {
            *count = 0;
            return 0;
        }
        struct pages_parked *row = &pen->rows[*count];
        *row = (struct pages_parked){ .from = (uint32_t)used, .len = (uint32_t)value.mv_size };
        memcpy(row->key, key.mv_data, key.mv_size);
        memcpy(pen->bytes + used, value.mv_data, value.mv_size);
        used += value.mv_size;
        code = mdb_cursor_get(pen->cursor, &key, &value, MDB_NEXT);
    }
    return code == MDB_NOTFOUND ? 0 : code;
}

/* Takes out what stands behind the row's place on its page, where a run begins with it. */
static int pages_park(struct pages_pen *pen, const struct rd_layer_at *at)
{
    size_t bytes = rd_table_key_bytes(pen->table), count = 0;
    MDB_val key = pages_val(rd_layer_key(at), bytes), value = { 0, NULL }, before, there;
    int code = mdb_cursor_get(pen->cursor, &key, &value, MDB_SET_RANGE);
    if (code)
        return code == MDB_NOTFOUND ? 0 : code;
    if (memcmp(key.mv_data, rd_layer_key(at), bytes) == 0 || !pages_run(*at, key.mv_data, bytes))
        return 0;
    code = mdb_cursor_get(pen->cursor, &before, &there, MDB_PREV);
    if (code || !pages_together(&before, &key))
        return code == MDB_NOTFOUND ? 0 : code;
    code = mdb_cursor_get(pen->cursor, &key, &value, MDB_NEXT);
    if (code == 0)
        code = pages_note(pen, key, value, &count);
    for (size_t i = 0; code == 0 && i < count; i++) {
        key = pages_val(pen->rows[i].key, bytes);
        code = mdb_cursor_get(pen->cursor, &key, &value, MDB_SET);
        code = code ? code : mdb_cursor_del(pen->cursor, 0);
    }
    pen->parked = count;
    return code;
}

/* Puts back what was taken out; `before` NULL, or a key that is written next: only where it is not
 * before them. */
static int pages_unpark(struct pages_pen *pen, const unsigned char *before)
{
    size_t bytes = rd_table_key_bytes(pen->table);
    int code = 0;
    if (pen->parked == 0 || (before && memcmp(before, pen->rows[0].key, bytes) < 0))
        return 0;
    for (size_t i = 0; code == 0 && i < pen->parked; i++) {
        const struct pages_parked *row = &pen->rows[i];
        MDB_val key = pages_val(row->key, bytes),
                value = pages_val(pen->bytes + row->from, row->len);
        code = mdb_cursor_put(pen->cursor, &key, &value, 0);
    }
    pen->parked = 0;
    return code;
}

static int pages_put(struct pages_pen *pen, const struct rd_layer_at *at)
{
    const unsigned char *key = rd_layer_key(at);
    const struct rd_layer_row *row = rd_layer_row(at);
    size_t bytes = rd_table_key_bytes(pen->table);
    MDB_val name = pages_val(key, bytes),
            value = pages_val(row->bytes ? row->bytes : key, row->len);
    bool behind = !pen->any || memcmp(key, pen->last, bytes) > 0;
    if (behind) {
        pen->any = true;
        memcpy(pen->last, key, bytes);
    } else if (pen->parked == 0) {
        int code = pages_park(pen, at);
        if (code)
            return code;
    }
    return mdb_cursor_put(pen->cursor, &name, &value, behind ? MDB_APPEND : 0);
}

static int pages_del(struct pages_pen *pen, const void *key)
{
    MDB_val name = pages_val(key, rd_table_key_bytes(pen->table)), value;
    int code = mdb_cursor_get(pen->cursor, &name, &value, MDB_SET);
    if (code == 0)
        code = mdb_cursor_del(pen->cursor, 0);
    return code == MDB_NOTFOUND ? 0 : code;
}

/* A key of a table with a front. Its row is written before what is parked behind it comes back. */
static int pages_change(struct pages_pen *pen, const struct rd_layer_at *at)
{
    const unsigned char *key = rd_layer_key(at);
    bool gone = rd_layer_row(at)->gone;
    int code = 0;
    if (!rd_sheaf_holds(&pen->sheaf, key)) {
        code = rd_sheaf_close(&pen->sheaf);
        code = code ? code : pages_unpark(pen, key);
        if (code == 0 && pen->parked == 0 && !gone)
            code = pages_park(pen, at);
        code = code ? code : rd_sheaf_open(&pen->sheaf, key, pen->parked ? pen->rows[0].key : NULL);
    }
    return code ? code : rd_sheaf_change(&pen->sheaf, key, gone);
}

/* How many keys a table with a front has stands in META: its rows are not as many. */
static int pages_count(const struct rd_pages *pages, MDB_txn *txn, enum rd_table table,
                       int64_t more)
{
    uint64_t rows = rd_pages_rows(pages, txn, table) + (uint64_t)more;
    struct rd_key8 name = rd_pages_rows_key(table), bytes = rd_key8(rows);
    MDB_val key = pages_val(name.bytes, sizeof name.bytes),
            value = pages_val(bytes.bytes, sizeof bytes.bytes);
    return more ? mdb_put(txn, pages->tables[RD_TABLE_META], &key, &value, 0) : 0;
}

static int pages_table(const struct rd_pages *pages, MDB_txn *txn, const struct rd_layer *layer,
                       enum rd_table table)
{
    static const unsigned char lowest[RD_KEY_BYTES_MAX];
    struct rd_layer_at at;
    struct pages_pen pen;
    bool tails = rd_table_front_bytes(table);
    unsigned rows = 0;
    if (!rd_layer_seek(layer, table, lowest, false, &at))
        return 0;
    int code = pages_pen_begin(&pen, txn, pages, table);
    for (bool more = true; code == 0 && more; more = rd_layer_step(&at, false)) {
        const struct rd_layer_row *row = rd_layer_row(&at);
        if (rd_fault_hit("store_map_full"))
            code = MDB_MAP_FULL;
        else if (rd_fault_hit("store_put_enospc"))
            code = ENOSPC;
        else if (!tails)
            code = pages_unpark(&pen, rd_layer_key(&at));
        if (code)
            break;
        if (tails)
            code = pages_change(&pen, &at);
        else
            code = row->gone ? pages_del(&pen, rd_layer_key(&at)) : pages_put(&pen, &at);
        if (++rows % PAGES_ROWS_IN_A_ROW == 0 &&
            !atomic_load_explicit(&pages->urgent, memory_order_relaxed))
            rd_thread_give_way();
    }
    if (code == 0 && tails)
        code = rd_sheaf_close(&pen.sheaf);
    code = code ? code : pages_unpark(&pen, NULL);
    mdb_cursor_close(pen.cursor);
    return code == 0 && tails ? pages_count(pages, txn, table, pen.sheaf.more) : code;
}

enum rd_status rd_pages_take(struct rd_pages *pages, const struct rd_layer *layer,
                             struct rd_error *error)
{
    MDB_txn *txn;
    int code = mdb_txn_begin(pages->env, NULL, 0, &txn);
    if (code)
        return rd_pages_failed(code, "cannot begin a transaction of the store", error);
    for (int i = 0; code == 0 && i < RD_TABLE_COUNT; i++)
        code = pages_table(pages, txn, layer, (enum rd_table)i);
    if (code == 0 && rd_fault_hit("store_enospc"))
        code = ENOSPC;
    if (code) {
        mdb_txn_abort(txn);
    } else {
        rd_fault_exit("store_before_commit");
        if (rd_fault_hit("store_commit_slow"))
            nanosleep(&(struct timespec){ .tv_nsec = 300000000 }, NULL);
        code = mdb_txn_commit(txn);
        rd_fault_exit("store_after_commit");
    }
    code = rd_pages_write_code(pages, code);
    return code ? rd_pages_failed(code, "cannot commit the store", error) : RD_OK;
}

void rd_pages_urge(struct rd_pages *pages, bool urgent)
{
    atomic_store_explicit(&pages->urgent, urgent, memory_order_relaxed);
}
