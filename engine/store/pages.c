/* The pages: the store's tables on disk, over LMDB. This room alone includes lmdb.h.
 *
 * Two things are dangerous in LMDB and designed out here: a write transaction that is ended on
 * another thread than the one that began it (rd_pages_take begins and ends its own), and options
 * that trade safety for speed (MDB_NOSYNC, MDB_WRITEMAP: never set; a commit is two fdatasyncs and
 * the old state stays whole until then).
 *
 * A table with a front (the index: number and value, then opened at and record; the agenda: lane,
 * then due, record and deadline) keeps the tails of many keys in one row (tails.h), which ends
 * where the next row's first key begins. A commit reads such a row once, changes it in memory, and
 * writes it as one row or several.
 */
#include "store/pages.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/limits.h"
#include "store/disk.h"
#include "store/pages_inner.h"

#define PAGES_READERS_MAX 126u

#define PAGES_KEY_FITS(name, text, key, front)                                                     \
    _Static_assert((key) > 0 && (key) <= RD_KEY_BYTES_MAX && (front) < (key), "keys of " text);    \
    _Static_assert((front) == 0 || ((key) - (front)) % 8 == 0, "tails of " text);                  \
    _Static_assert((front) == 0 || (key) - (front) <= RD_TAIL_BYTES_MAX, "tails of " text);
RD_TABLE_MAP(PAGES_KEY_FITS)
#undef PAGES_KEY_FITS

/* LMDB says EIO where a write came out short. That is how a disk that becomes full in the middle of
 * a write shows itself, or a quota that is used up; a disk that dies says EIO as well, but has
 * room. */
int rd_pages_write_code(const struct rd_pages *pages, int code)
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
enum rd_status rd_pages_failed(int code, const char *what, struct rd_error *error)
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
        return rd_pages_failed(code, what, error);
    for (int i = 0; code == 0 && i < RD_TABLE_COUNT; i++)
        code = mdb_dbi_open(txn, rd_table_name((enum rd_table)i), MDB_CREATE, &pages->tables[i]);
    if (code)
        mdb_txn_abort(txn);
    else
        code = mdb_txn_commit(txn);
    return code ? rd_pages_failed(rd_pages_write_code(pages, code), what, error) : RD_OK;
}

static enum rd_status pages_env(struct rd_pages *pages, const char *dir, struct rd_error *error)
{
    int dead_readers;
    char what[256];
    snprintf(what, sizeof what, "cannot open the store in %.200s", dir);
    int code = mdb_env_create(&pages->env);
    if (code) {
        pages->env = NULL;
        return rd_pages_failed(code, what, error);
    }
    code = mdb_env_set_maxdbs(pages->env, RD_TABLE_COUNT);
    code = code ? code : mdb_env_set_maxreaders(pages->env, PAGES_READERS_MAX);
    code = code ? code : mdb_env_set_mapsize(pages->env, pages->map_bytes);
    code = code ? code : mdb_env_open(pages->env, dir, MDB_NOTLS | MDB_NORDAHEAD, 0600);
    code = code ? code : mdb_reader_check(pages->env, &dead_readers);
    return code ? rd_pages_failed(code, what, error) : RD_OK;
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
        return rd_pages_failed(code, what, error);
    code = pages_meta(env, dir, &name, out, room, len);
    mdb_env_close(env);
    if (code == MDB_NOTFOUND || code == ENOENT)
        return RD_NOT_FOUND;
    return code ? rd_pages_failed(code, what, error) : RD_OK;
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
        return rd_pages_failed(code, "cannot read the store", error);
    *reader = txn;
    return RD_OK;
}

enum rd_status rd_pages_renew(struct rd_pages *pages, void *reader, struct rd_error *error)
{
    (void)pages;
    int code = mdb_txn_renew(reader);
    return code ? rd_pages_failed(code, "cannot read the store", error) : RD_OK;
}

void rd_pages_rest(void *reader)
{
    mdb_txn_reset(reader);
}

void rd_pages_end(void *reader)
{
    mdb_txn_abort(reader);
}

/* The columns of a table's tails; 0: it has none. */
static unsigned pages_columns(enum rd_table table)
{
    size_t front = rd_table_front_bytes(table);
    return front ? (unsigned)(rd_table_key_bytes(table) - front) / 8 : 0;
}

/* At a row of LMDB's, or at the end (MDB_NOTFOUND). Of tails: at the first one, or the last. */
static int pages_at(struct rd_pages_at *at, enum rd_table table, int code, const MDB_val *key,
                    const MDB_val *value, bool last)
{
    size_t front = rd_table_front_bytes(table), bytes = rd_table_key_bytes(table);
    at->key = NULL;
    if (code)
        return code == MDB_NOTFOUND ? 0 : code;
    RD_ASSERT(key->mv_size == bytes);
    at->key = key->mv_data;
    at->bytes = value->mv_data;
    at->len = value->mv_size;
    if (front == 0)
        return 0;
    if (!rd_tails_open(&at->tails, pages_columns(table), at->key + front, at->bytes, at->len))
        return MDB_CORRUPTED;
    memcpy(at->whole, at->key, bytes);
    at->key = at->whole;
    at->len = 0;
    at->tail = last ? at->tails.count - 1 : 0;
    if (at->tail > 0)
        rd_tails_get(&at->tails, at->tail, at->whole + front);
    return 0;
}

static int pages_move(struct rd_pages_at *at, enum rd_table table, MDB_cursor_op op, bool backwards)
{
    MDB_val key, value;
    int code = mdb_cursor_get(at->cursor, &key, &value, op);
    return pages_at(at, table, code, &key, &value, backwards);
}

/* In a table with a front: the key may be among the tails of the row before the one that was found,
 * or between them. `beyond`: there was none. */
static int pages_seek_tail(struct rd_pages_at *at, enum rd_table table, const void *from,
                           bool backwards, bool beyond)
{
    size_t front = rd_table_front_bytes(table);
    bool same = false;
    int code = pages_move(at, table, beyond ? MDB_LAST : MDB_PREV, backwards);
    if (code || (backwards && !at->key))
        return code;
    if (at->key && memcmp(at->key, from, front) == 0) {
        const unsigned char *tail = (const unsigned char *)from + front;
        uint32_t n = rd_tails_below(&at->tails, tail, &same);
        if (n < at->tails.count && (same || !backwards || n > 0)) {
            at->tail = n - (backwards && !same);
            rd_tails_get(&at->tails, at->tail, at->whole + front);
            return 0;
        }
    }
    if (backwards)
        return 0; /* the last of the row before */
    if (!at->key)
        return beyond ? 0 : pages_move(at, table, MDB_FIRST, false);
    at->key = NULL;
    return beyond ? 0 : pages_move(at, table, MDB_NEXT, false);
}

/* Whether no key of its front is lower: the row before can't have it. */
static bool pages_is_lowest(enum rd_table table, const void *key)
{
    static const unsigned char zeros[RD_TAIL_BYTES_MAX];
    size_t front = rd_table_front_bytes(table);
    return memcmp((const unsigned char *)key + front, zeros, rd_table_key_bytes(table) - front) ==
           0;
}

static int pages_seek(struct rd_pages_at *at, enum rd_table table, const void *from, bool backwards)
{
    size_t bytes = rd_table_key_bytes(table);
    MDB_val key = pages_val(from, bytes), value;
    int code = mdb_cursor_get(at->cursor, &key, &value, MDB_SET_RANGE);
    bool beyond = code == MDB_NOTFOUND;
    bool same = code == 0 && memcmp(key.mv_data, from, bytes) == 0;
    if ((code && !beyond) || same)
        return pages_at(at, table, code, &key, &value, false);
    bool front = rd_table_front_bytes(table) && (backwards || !pages_is_lowest(table, from));
    if (front)
        return pages_seek_tail(at, table, from, backwards, beyond);
    if (backwards)
        return pages_move(at, table, beyond ? MDB_LAST : MDB_PREV, backwards);
    return pages_at(at, table, code, &key, &value, false);
}

enum rd_status rd_pages_seek(struct rd_pages *pages, void *reader, enum rd_table table,
                             const void *from, bool backwards, struct rd_pages_at *at,
                             struct rd_error *error)
{
    MDB_cursor *cursor;
    at->cursor = NULL;
    at->key = NULL;
    int code = mdb_cursor_open(reader, pages->tables[table], &cursor);
    if (code == 0) {
        at->cursor = cursor;
        code = pages_seek(at, table, from, backwards);
    }
    return code ? rd_pages_failed(code, rd_table_name(table), error) : RD_OK;
}

enum rd_status rd_pages_get(struct rd_pages *pages, void *reader, enum rd_table table,
                            const void *key, const void **bytes, size_t *len,
                            struct rd_error *error)
{
    size_t key_bytes = rd_table_key_bytes(table);
    MDB_val name = pages_val(key, key_bytes), value;
    if (rd_table_front_bytes(table)) {
        struct rd_pages_at at;
        enum rd_status status = rd_pages_seek(pages, reader, table, key, false, &at, error);
        bool there = status == RD_OK && at.key && memcmp(at.key, key, key_bytes) == 0;
        rd_pages_leave(&at);
        *bytes = "";
        *len = 0;
        return status == RD_OK && !there ? RD_NOT_FOUND : status;
    }
    int code = mdb_get(reader, pages->tables[table], &name, &value);
    if (code == MDB_NOTFOUND)
        return RD_NOT_FOUND;
    if (code)
        return rd_pages_failed(code, rd_table_name(table), error);
    *bytes = value.mv_data;
    *len = value.mv_size;
    return RD_OK;
}

enum rd_status rd_pages_step(enum rd_table table, bool backwards, struct rd_pages_at *at,
                             struct rd_error *error)
{
    size_t front = rd_table_front_bytes(table);
    if (front && (backwards ? at->tail > 0 : at->tail + 1 < at->tails.count)) {
        at->tail += backwards ? -1u : 1u;
        rd_tails_get(&at->tails, at->tail, at->whole + front);
        return RD_OK;
    }
    int code = pages_move(at, table, backwards ? MDB_PREV : MDB_NEXT, backwards);
    return code ? rd_pages_failed(code, rd_table_name(table), error) : RD_OK;
}

void rd_pages_leave(struct rd_pages_at *at)
{
    if (at->cursor)
        mdb_cursor_close(at->cursor);
    at->cursor = NULL;
}

/* ---- size ---- */

enum rd_status rd_pages_map(struct rd_pages *pages, uint64_t map_bytes, struct rd_error *error)
{
    int code = mdb_env_set_mapsize(pages->env, map_bytes);
    if (code)
        return rd_pages_failed(code, "cannot enlarge the store's map", error);
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

#define PAGES_FREE 0u /* LMDB's own table of the free pages, by transaction */

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

struct rd_key8 rd_pages_rows_key(enum rd_table table)
{
    struct rd_key8 key = { "rows-   " };
    memcpy(key.bytes + 5, rd_table_name(table), 3);
    return key;
}

uint64_t rd_pages_rows(const struct rd_pages *pages, MDB_txn *txn, enum rd_table table)
{
    struct rd_key8 name = rd_pages_rows_key(table);
    MDB_val key = pages_val(name.bytes, sizeof name.bytes), value;
    bool known = mdb_get(txn, pages->tables[RD_TABLE_META], &key, &value) == 0;
    return known && value.mv_size == sizeof name.bytes ? rd_key_u64(value.mv_data) : 0;
}

void rd_pages_stat(struct rd_pages *pages, void *reader, struct rd_store_stat *out)
{
    MDB_envinfo info = { 0 };
    MDB_stat stat = { 0 };
    struct stat file = { 0 };
    uint64_t oldest = 0;
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
            out->tables[i].rows = rd_table_front_bytes((enum rd_table)i)
                                      ? rd_pages_rows(pages, reader, (enum rd_table)i)
                                      : stat.ms_entries;
            out->tables[i].bytes = pages_of(&stat) * stat.ms_psize;
        }
    out->free_bytes = pages_free(reader) * stat.ms_psize;
}
