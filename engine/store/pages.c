/* The pages: the store's tables on disk, over LMDB. The only includer of lmdb.h.
 *
 * Two things are dangerous in LMDB and designed out here: a write transaction that is ended on
 * another thread than the one that began it (rd_pages_take begins and ends its own), and options
 * that trade safety for speed (MDB_NOSYNC, MDB_WRITEMAP: never set; a commit is two fdatasyncs and
 * the old state stays whole until then).
 *
 * Rows are written in key order, so a page that takes many of them is found and copied once, and
 * keys behind a table's last one fill its pages to the end (MDB_APPEND: a page that is split in the
 * middle stays half empty where no key ever comes between). New records of a type have their place
 * in the middle, before those of the next type, and LMDB splits at the end only where the new key
 * is the page's last one. So where a run of new keys comes in, what stands behind them on the page
 * is parked: taken out, and put back behind the run.
 *
 *   │ 5-91 5-92 20-1 20-2 │  + 5-93 5-94 ...   ─▶   │ 5-91 5-92 5-93 5-94 .. │ .. 5-99 20-1 20-2 │
 *
 * A table with a front (the index: number and value, then opened at and record; the agenda: lane
 * and the some five hours in which it is due, then the rest of due, record and deadline) keeps each
 * front once, and the tails of its keys as LMDB's sorted duplicates of fixed size: a row of an
 * index with few values takes its tail alone.
 */
#include "store/pages.h"

#include <errno.h>
#include <lmdb.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "base/limits.h"
#include "base/thread.h"
#include "store/disk.h"
#include "store/faults.h"

#define PAGES_READERS_MAX 126u
#define PAGES_ROWS_IN_A_ROW 32u /* written: some 0.2 ms; then others are let in */

#define PAGES_KEY_FITS(name, text, key, front)                                                     \
    _Static_assert((key) > 0 && (key) <= RD_KEY_BYTES_MAX && (front) < (key), "keys of " text);
RD_TABLE_MAP(PAGES_KEY_FITS)
#undef PAGES_KEY_FITS

struct rd_pages {
    MDB_env *env;
    MDB_dbi tables[RD_TABLE_COUNT];
    uint64_t map_bytes;
    atomic_bool urgent; /* rd_pages_urge */
};

/* LMDB says EIO where a write came out short. That is how a disk that becomes full in the middle of
 * a write shows itself, or a quota that is used up; a disk that dies says EIO as well, but has
 * room. */
static int pages_write_code(const struct rd_pages *pages, int code)
{
    const char *dir;
    int fd;
    if (code != EIO || mdb_env_get_fd(pages->env, &fd) != 0 ||
        mdb_env_get_path(pages->env, &dir) != 0)
        return code;
    int why = rd_disk_no_room(fd, dir);
    return why ? why : code;
}

/* LMDB's word for it becomes ours. */
static enum rd_status pages_failed(int code, const char *what, struct rd_error *error)
{
    switch (code) {
    case MDB_MAP_FULL:
    case MDB_TXN_FULL:
        return rd_error_set(error, RD_MAP_FULL, "%s: %s", what, mdb_strerror(code));
    case MDB_CORRUPTED:
    case MDB_PAGE_NOTFOUND:
    case MDB_PANIC:
    case MDB_INVALID:
    case MDB_INCOMPATIBLE:
        return rd_error_set(error, RD_CORRUPT,
                            "%s: %s; the store is damaged: make it anew from the journal with "
                            "`redress store rebuild`",
                            what, mdb_strerror(code));
    case MDB_VERSION_MISMATCH:
        return rd_error_set(
            error, RD_BAD_CONFIG,
            "%s: the store's file was written by another version of LMDB; make it anew from the "
            "journal with `redress store rebuild`",
            what);
    default:
        if (code > 0)
            return rd_error_errno(error, RD_IO, code, "%s", what);
        return rd_error_set(error, RD_IO, "%s: %s", what, mdb_strerror(code));
    }
}

/* ---- opening ---- */

/* Opens each table, making those that are missing. */
static enum rd_status pages_tables(struct rd_pages *pages, const char *dir, struct rd_error *error)
{
    MDB_txn *txn;
    char what[256];
    snprintf(what, sizeof what, "cannot open the tables of the store in %.160s", dir);
    int code = mdb_txn_begin(pages->env, NULL, 0, &txn);
    if (code)
        return pages_failed(code, what, error);
    for (int i = 0; code == 0 && i < RD_TABLE_COUNT; i++) {
        unsigned lists = rd_table_front_bytes((enum rd_table)i) ? MDB_DUPSORT | MDB_DUPFIXED : 0;
        code = mdb_dbi_open(txn, rd_table_name((enum rd_table)i), MDB_CREATE | lists,
                            &pages->tables[i]);
    }
    if (code)
        mdb_txn_abort(txn);
    else
        code = mdb_txn_commit(txn);
    return code ? pages_failed(pages_write_code(pages, code), what, error) : RD_OK;
}

static enum rd_status pages_env(struct rd_pages *pages, const char *dir, struct rd_error *error)
{
    int dead_readers;
    char what[256];
    snprintf(what, sizeof what, "cannot open the store in %.200s", dir);
    int code = mdb_env_create(&pages->env);
    if (code) {
        pages->env = NULL;
        return pages_failed(code, what, error);
    }
    code = mdb_env_set_maxdbs(pages->env, RD_TABLE_COUNT);
    code = code ? code : mdb_env_set_maxreaders(pages->env, PAGES_READERS_MAX);
    code = code ? code : mdb_env_set_mapsize(pages->env, pages->map_bytes);
    code = code ? code : mdb_env_open(pages->env, dir, MDB_NOTLS | MDB_NORDAHEAD, 0600);
    code = code ? code : mdb_reader_check(pages->env, &dead_readers);
    return code ? pages_failed(code, what, error) : RD_OK;
}

enum rd_status rd_pages_open(const char *dir, uint64_t map_bytes, struct rd_pages **out,
                             struct rd_error *error)
{
    struct rd_pages *pages = calloc(1, sizeof *pages);
    RD_ASSERT(pages);
    pages->map_bytes = map_bytes;
    enum rd_status status = pages_env(pages, dir, error);
    if (status == RD_OK)
        status = pages_tables(pages, dir, error);
    if (status != RD_OK) {
        rd_pages_close(pages);
        return status;
    }
    *out = pages;
    return RD_OK;
}

static int pages_meta(MDB_env *env, const char *dir, MDB_val *key, unsigned char *out, size_t room,
                      size_t *len)
{
    MDB_txn *txn = NULL;
    MDB_dbi table;
    MDB_val value;
    int code = mdb_env_set_maxdbs(env, RD_TABLE_COUNT);
    code = code ? code : mdb_env_open(env, dir, MDB_RDONLY | MDB_NOTLS, 0600);
    code = code ? code : mdb_txn_begin(env, NULL, MDB_RDONLY, &txn);
    code = code ? code : mdb_dbi_open(txn, rd_table_name(RD_TABLE_META), 0, &table);
    code = code ? code : mdb_get(txn, table, key, &value);
    if (code == 0 && value.mv_size > room)
        code = MDB_NOTFOUND;
    if (code == 0)
        memcpy(out, value.mv_data, *len = value.mv_size);
    if (txn)
        mdb_txn_abort(txn);
    return code;
}

enum rd_status rd_pages_meta(const char *dir, const void *key, unsigned char *out, size_t room,
                             size_t *len, struct rd_error *error)
{
    char what[256];
    MDB_env *env;
    MDB_val name = { rd_table_key_bytes(RD_TABLE_META), (void *)(uintptr_t)key };
    snprintf(what, sizeof what, "cannot open the store in %.200s", dir);
    int code = mdb_env_create(&env);
    if (code)
        return pages_failed(code, what, error);
    code = pages_meta(env, dir, &name, out, room, len);
    mdb_env_close(env);
    if (code == MDB_NOTFOUND || code == ENOENT)
        return RD_NOT_FOUND;
    return code ? pages_failed(code, what, error) : RD_OK;
}

void rd_pages_close(struct rd_pages *pages)
{
    if (pages && pages->env)
        mdb_env_close(pages->env);
    free(pages);
}

/* ---- reading ---- */

enum rd_status rd_pages_read(struct rd_pages *pages, void **reader, struct rd_error *error)
{
    MDB_txn *txn;
    int code = mdb_txn_begin(pages->env, NULL, MDB_RDONLY, &txn);
    if (code)
        return pages_failed(code, "cannot read the store", error);
    *reader = txn;
    return RD_OK;
}

enum rd_status rd_pages_renew(struct rd_pages *pages, void *reader, struct rd_error *error)
{
    (void)pages;
    int code = mdb_txn_renew(reader);
    return code ? pages_failed(code, "cannot read the store", error) : RD_OK;
}

void rd_pages_rest(void *reader)
{
    mdb_txn_reset(reader);
}

void rd_pages_end(void *reader)
{
    mdb_txn_abort(reader);
}

static MDB_val pages_val(const void *bytes, size_t len)
{
    return (MDB_val){ len, (void *)(uintptr_t)bytes };
}

/* A key as LMDB has it: all of it; or the front, and the tail in place of a value. */
static void pages_split(enum rd_table table, const void *key, MDB_val *name, MDB_val *tail)
{
    size_t front = rd_table_front_bytes(table), bytes = rd_table_key_bytes(table);
    *name = pages_val(key, front ? front : bytes);
    if (front)
        *tail = pages_val((const unsigned char *)key + front, bytes - front);
}

enum rd_status rd_pages_get(struct rd_pages *pages, void *reader, enum rd_table table,
                            const void *key, const void **bytes, size_t *len,
                            struct rd_error *error)
{
    MDB_val name, value = { 0, NULL };
    MDB_cursor *cursor;
    pages_split(table, key, &name, &value);
    int code;
    if (!rd_table_front_bytes(table)) {
        code = mdb_get(reader, pages->tables[table], &name, &value);
    } else if ((code = mdb_cursor_open(reader, pages->tables[table], &cursor)) == 0) {
        code = mdb_cursor_get(cursor, &name, &value, MDB_GET_BOTH);
        mdb_cursor_close(cursor);
        value.mv_size = 0;
    }
    if (code == MDB_NOTFOUND)
        return RD_NOT_FOUND;
    if (code)
        return pages_failed(code, rd_table_name(table), error);
    *bytes = value.mv_data;
    *len = value.mv_size;
    return RD_OK;
}

/* The first key >= `from` in a table with a front: among its tails, or the first of the next front.
 */
static int pages_seek_tail(MDB_cursor *cursor, enum rd_table table, const void *from, MDB_val *key,
                           MDB_val *value)
{
    unsigned char front[RD_KEY_BYTES_MAX];
    MDB_val tail;
    pages_split(table, from, key, &tail);
    size_t bytes = key->mv_size;
    int code = mdb_cursor_get(cursor, key, value, MDB_SET_RANGE);
    if (code || memcmp(key->mv_data, from, bytes) != 0)
        return code;
    *key = pages_val(from, bytes);
    *value = tail;
    code = mdb_cursor_get(cursor, key, value, MDB_GET_BOTH_RANGE);
    if (code != MDB_NOTFOUND)
        return code;
    memcpy(front, from, bytes);
    size_t i = bytes;
    while (i > 0 && ++front[i - 1] == 0)
        i--;
    if (i == 0)
        return MDB_NOTFOUND; /* it was the highest there can be */
    *key = pages_val(front, bytes);
    code = mdb_cursor_get(cursor, key, value, MDB_SET_RANGE);
    return code;
}

static int pages_at(struct rd_pages_at *at, enum rd_table table, int code, const MDB_val *key,
                    const MDB_val *value)
{
    size_t front = rd_table_front_bytes(table), bytes = rd_table_key_bytes(table);
    at->key = NULL;
    if (code)
        return code == MDB_NOTFOUND ? 0 : code;
    RD_ASSERT(key->mv_size == (front ? front : bytes));
    at->key = key->mv_data;
    at->bytes = value->mv_data;
    at->len = value->mv_size;
    if (front) {
        RD_ASSERT(value->mv_size == bytes - front);
        memcpy(at->whole, key->mv_data, front);
        memcpy(at->whole + front, value->mv_data, bytes - front);
        at->key = at->whole;
        at->len = 0;
    }
    return 0;
}

enum rd_status rd_pages_seek(struct rd_pages *pages, void *reader, enum rd_table table,
                             const void *from, bool backwards, struct rd_pages_at *at,
                             struct rd_error *error)
{
    MDB_cursor *cursor;
    size_t bytes = rd_table_key_bytes(table);
    MDB_val key = pages_val(from, bytes), value = { 0, NULL };
    at->cursor = NULL;
    at->key = NULL;
    int code = mdb_cursor_open(reader, pages->tables[table], &cursor);
    if (code)
        return pages_failed(code, rd_table_name(table), error);
    at->cursor = cursor;
    code = rd_table_front_bytes(table) ? pages_seek_tail(cursor, table, from, &key, &value)
                                       : mdb_cursor_get(cursor, &key, &value, MDB_SET_RANGE);
    bool beyond = code == MDB_NOTFOUND;
    code = pages_at(at, table, code, &key, &value);
    if (backwards && code == 0 && (beyond || memcmp(at->key, from, bytes) != 0)) {
        code = mdb_cursor_get(cursor, &key, &value, beyond ? MDB_LAST : MDB_PREV);
        code = pages_at(at, table, code, &key, &value);
    }
    return code ? pages_failed(code, rd_table_name(table), error) : RD_OK;
}

enum rd_status rd_pages_step(enum rd_table table, bool backwards, struct rd_pages_at *at,
                             struct rd_error *error)
{
    MDB_val key, value;
    int code = mdb_cursor_get(at->cursor, &key, &value, backwards ? MDB_PREV : MDB_NEXT);
    code = pages_at(at, table, code, &key, &value);
    return code ? pages_failed(code, rd_table_name(table), error) : RD_OK;
}

void rd_pages_leave(struct rd_pages_at *at)
{
    if (at->cursor)
        mdb_cursor_close(at->cursor);
    at->cursor = NULL;
}

/* ---- writing ---- */

#define PAGES_RUN 8u         /* new keys in a row, from which on it is worth the moving */
#define PAGES_PARKED_MAX 64u /* rows; a page of small ones has some more, then it is left alone */
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
};

static int pages_pen_begin(struct pages_pen *pen, MDB_txn *txn, const struct rd_pages *pages,
                           enum rd_table table)
{
    MDB_val key, value;
    pen->table = table;
    pen->any = false;
    pen->parked = 0;
    int code = mdb_cursor_open(txn, pages->tables[table], &pen->cursor);
    if (code || rd_table_front_bytes(table))
        return code;
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

static int pages_put_tail(struct pages_pen *pen, const unsigned char *key)
{
    MDB_val name, tail, there;
    pages_split(pen->table, key, &name, &tail);
    there = tail;
    int code = mdb_cursor_get(pen->cursor, &name, &there, MDB_GET_BOTH_RANGE);
    if (code == 0 && memcmp(there.mv_data, tail.mv_data, tail.mv_size) == 0)
        return 0;
    if (code && code != MDB_NOTFOUND)
        return code;
    pages_split(pen->table, key, &name, &tail);
    return mdb_cursor_put(pen->cursor, &name, &tail, code ? MDB_APPENDDUP : 0);
}

static int pages_del(struct pages_pen *pen, const unsigned char *key)
{
    MDB_val name, value = { 0, NULL };
    bool lists = rd_table_front_bytes(pen->table);
    pages_split(pen->table, key, &name, &value);
    int code = mdb_cursor_get(pen->cursor, &name, &value, lists ? MDB_GET_BOTH : MDB_SET);
    if (code == 0)
        code = mdb_cursor_del(pen->cursor, 0);
    return code == MDB_NOTFOUND ? 0 : code;
}

static int pages_table(const struct rd_pages *pages, MDB_txn *txn, const struct rd_layer *layer,
                       enum rd_table table)
{
    static const unsigned char lowest[RD_KEY_BYTES_MAX];
    struct rd_layer_at at;
    struct pages_pen pen;
    bool lists = rd_table_front_bytes(table);
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
        else
            code = pages_unpark(&pen, rd_layer_key(&at));
        if (code)
            break;
        if (row->gone)
            code = pages_del(&pen, rd_layer_key(&at));
        else
            code = lists ? pages_put_tail(&pen, rd_layer_key(&at)) : pages_put(&pen, &at);
        if (++rows % PAGES_ROWS_IN_A_ROW == 0 &&
            !atomic_load_explicit(&pages->urgent, memory_order_relaxed))
            rd_thread_give_way();
    }
    code = code ? code : pages_unpark(&pen, NULL);
    mdb_cursor_close(pen.cursor);
    return code;
}

enum rd_status rd_pages_take(struct rd_pages *pages, const struct rd_layer *layer,
                             struct rd_error *error)
{
    MDB_txn *txn;
    int code = mdb_txn_begin(pages->env, NULL, 0, &txn);
    if (code)
        return pages_failed(code, "cannot begin a transaction of the store", error);
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
    code = pages_write_code(pages, code);
    return code ? pages_failed(code, "cannot commit the store", error) : RD_OK;
}

void rd_pages_urge(struct rd_pages *pages, bool urgent)
{
    atomic_store_explicit(&pages->urgent, urgent, memory_order_relaxed);
}

/* ---- size ---- */

enum rd_status rd_pages_map(struct rd_pages *pages, uint64_t map_bytes, struct rd_error *error)
{
    int code = mdb_env_set_mapsize(pages->env, map_bytes);
    if (code)
        return pages_failed(code, "cannot enlarge the store's map", error);
    pages->map_bytes = map_bytes;
    return RD_OK;
}

uint64_t rd_pages_map_bytes(const struct rd_pages *pages)
{
    return pages->map_bytes;
}

uint64_t rd_pages_used_bytes(const struct rd_pages *pages)
{
    MDB_envinfo info = { 0 };
    MDB_stat stat = { 0 };
    mdb_env_info(pages->env, &info);
    mdb_env_stat(pages->env, &stat);
    return ((uint64_t)info.me_last_pgno + 1) * stat.ms_psize;
}

/* A line of LMDB's table of readers: "pid thread txnid", "-" for one that is idle. */
static int pages_reader_line(const char *line, void *context)
{
    uint64_t *oldest = context;
    unsigned long pid, txn;
    char thread[64];
    if (sscanf(line, "%lu %63s %lu", &pid, thread, &txn) == 3 && (*oldest == 0 || txn < *oldest))
        *oldest = txn;
    return 0;
}

#define PAGES_FREE                                                                                 \
    0u /* LMDB's own two tables: of the free pages, by transaction; of the tables                  \
        */
#define PAGES_MAIN 1u
#define PAGES_META 2u /* pages at the file's begin */

static uint64_t pages_of(const MDB_stat *stat)
{
    return stat->ms_branch_pages + stat->ms_leaf_pages + stat->ms_overflow_pages;
}

/* Pages that nothing refers to any more: the next commits write to them. */
static uint64_t pages_free(void *reader)
{
    MDB_cursor *cursor;
    MDB_val key, list;
    uint64_t free = 0;
    if (mdb_cursor_open(reader, PAGES_FREE, &cursor) != 0)
        return 0;
    while (mdb_cursor_get(cursor, &key, &list, MDB_NEXT) == 0) {
        size_t count; /* a list of pages begins with how many they are */
        memcpy(&count, list.mv_data, sizeof count);
        free += count;
    }
    mdb_cursor_close(cursor);
    return free;
}

/* What no table has and what is not free: long lists of tails have pages of their own, which LMDB
 * counts nowhere. */
static void pages_stat_rest(void *reader, uint64_t tables, struct rd_store_stat *out)
{
    MDB_stat own = { 0 }, list = { 0 };
    mdb_stat(reader, PAGES_MAIN, &own);
    mdb_stat(reader, PAGES_FREE, &list);
    uint64_t page = own.ms_psize, free = pages_free(reader);
    uint64_t known = PAGES_META + pages_of(&own) + pages_of(&list) + tables + free;
    uint64_t used = page ? out->used_bytes / page : 0;
    out->free_bytes = free * page;
    out->lists_bytes = used > known ? (used - known) * page : 0;
}

void rd_pages_stat(struct rd_pages *pages, void *reader, struct rd_store_stat *out)
{
    MDB_envinfo info = { 0 };
    MDB_stat stat = { 0 };
    struct stat file = { 0 };
    uint64_t oldest = 0, of_tables = 0;
    int fd;
    memset(out, 0, sizeof *out);
    mdb_env_info(pages->env, &info);
    out->map_bytes = pages->map_bytes;
    out->used_bytes = rd_pages_used_bytes(pages);
    if (mdb_env_get_fd(pages->env, &fd) == 0 && fstat(fd, &file) == 0)
        out->file_bytes = (uint64_t)file.st_size;
    mdb_reader_list(pages->env, pages_reader_line, &oldest);
    out->oldest_reader_lag =
        oldest && info.me_last_txnid > oldest ? info.me_last_txnid - oldest : 0;
    for (int i = 0; i < RD_TABLE_COUNT; i++)
        if (mdb_stat(reader, pages->tables[i], &stat) == 0) {
            out->tables[i].rows = stat.ms_entries;
            out->tables[i].bytes = pages_of(&stat) * stat.ms_psize;
            of_tables += pages_of(&stat);
        }
    pages_stat_rest(reader, of_tables, out);
}
