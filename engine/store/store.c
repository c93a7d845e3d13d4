/* The store: ordered tables over LMDB. The only includer of lmdb.h.
 *
 * One environment, one write transaction that is begun when it is first needed and stays open over
 * many batches. Two things are dangerous in LMDB and designed out here: a write transaction that is
 * used or ended on another thread than the one that began it (the next writer would hang for ever:
 * asserted at each write), and options that trade safety for speed (MDB_NOSYNC, MDB_WRITEMAP: never
 * set; a commit is two fdatasyncs and the old state stays whole until then).
 *
 * What get and the walks return points into the map or into dirty pages: borrowed until the next
 * write.
 */
#include "store/store.h"

#include <errno.h>
#include <lmdb.h>
#include <pthread.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <time.h>

#include "base/clock.h"
#include "base/limits.h"
#include "base/log.h"
#include "store/faults.h"

#define STORE_FORMAT 1u
#define STORE_FORMAT_KEY "storefmt" /* 8 letters, in META */
#define STORE_READERS_MAX 126u
#define STORE_MAP_STEP (1024ull * 1024)
#define STORE_WARN_PERCENT 70u
#define STORE_ROOM_BYTES_MIN (1024ull * 1024) /* a file system with less than this is full */
#define STORE_KEY_BYTES_MAX 511

#define STORE_KEY_FITS(name, text, key)                                                            \
    _Static_assert((key) > 0 && (key) <= STORE_KEY_BYTES_MAX, "LMDB's limit for keys: " text);
RD_TABLE_MAP(STORE_KEY_FITS)
#undef STORE_KEY_FITS

struct rd_store {
    MDB_env *env;
    MDB_txn *txn; /* the write transaction, or NULL */
    MDB_dbi tables[RD_TABLE_COUNT];
    uint64_t map_bytes;
    uint64_t writes;               /* puts and dels in txn */
    bool dead;                     /* txn failed: only abort may follow */
    bool warned;                   /* of this map size */
    MDB_txn *look;                 /* what is read instead of txn; NULL: txn */
    struct rd_snapshot *snapshots; /* that are open */
    pthread_t writer;
};

size_t rd_table_key_bytes(enum rd_table table)
{
    static const size_t bytes[RD_TABLE_COUNT] = {
#define STORE_KEY_BYTES(name, text, key) [RD_TABLE_##name] = (key),
        RD_TABLE_MAP(STORE_KEY_BYTES)
#undef STORE_KEY_BYTES
    };
    RD_ASSERT(table < RD_TABLE_COUNT);
    return bytes[table];
}

const char *rd_table_name(enum rd_table table)
{
    static const char *const names[RD_TABLE_COUNT] = {
#define STORE_NAME(name, text, key) [RD_TABLE_##name] = text,
        RD_TABLE_MAP(STORE_NAME)
#undef STORE_NAME
    };
    RD_ASSERT(table < RD_TABLE_COUNT);
    return names[table];
}

/* LMDB says EIO where a write came out short. That is how a disk that becomes full in the middle of
 * a write shows itself; a disk that dies says EIO as well, but has room. */
static int store_write_code(const struct rd_store *store, int code)
{
    struct statvfs room;
    int fd;
    if (code != EIO || mdb_env_get_fd(store->env, &fd) != 0 || fstatvfs(fd, &room) != 0) {
        return code;
    }
    return (uint64_t)room.f_bavail * room.f_frsize < STORE_ROOM_BYTES_MIN ? ENOSPC : code;
}

/* LMDB's word for it becomes ours. */
static enum rd_status store_failed(int code, const char *what, struct rd_error *error)
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
        if (code > 0) {
            return rd_error_errno(error, RD_IO, code, "%s", what);
        }
        return rd_error_set(error, RD_IO, "%s: %s", what, mdb_strerror(code));
    }
}

static enum rd_status store_begin(struct rd_store *store, struct rd_error *error)
{
    RD_ASSERT(pthread_equal(store->writer, pthread_self()));
    RD_ASSERT(!store->look);
    RD_ASSERT(!store->dead);
    if (store->txn) {
        return RD_OK;
    }
    int code = mdb_txn_begin(store->env, NULL, 0, &store->txn);
    if (code) {
        store->txn = NULL;
        return store_failed(code, "cannot begin a transaction of the store", error);
    }
    store->writes = 0;
    return RD_OK;
}

/* The transaction that is read: a snapshot, or the write transaction, which is begun. */
static enum rd_status store_reading(struct rd_store *store, MDB_txn **txn, struct rd_error *error)
{
    enum rd_status status = store->look ? RD_OK : store_begin(store, error);
    *txn = store->look ? store->look : store->txn;
    return status;
}

/* A map of this many bytes, rounded up. */
static uint64_t store_round(uint64_t bytes)
{
    return (bytes + STORE_MAP_STEP - 1) / STORE_MAP_STEP * STORE_MAP_STEP;
}

static uint64_t store_map_bytes(const char *dir, const struct rd_store_options *options)
{
    char path[4096];
    struct stat stat_;
    uint64_t file = 0;
    if (snprintf(path, sizeof(path), "%s/data.mdb", dir) < (int)sizeof(path) &&
        stat(path, &stat_) == 0) {
        file = (uint64_t)stat_.st_size;
    }
    if (options && options->map_bytes) {
        return store_round(options->map_bytes > file ? options->map_bytes : file);
    }
    return store_round(2 * file > RD_STORE_MAP_BYTES_MIN ? 2 * file : RD_STORE_MAP_BYTES_MIN);
}

/* Opens each table, making those that are missing. */
static enum rd_status store_tables(struct rd_store *store, const char *dir, struct rd_error *error)
{
    enum rd_status status = store_begin(store, error);
    for (int i = 0; status == RD_OK && i < RD_TABLE_COUNT; i++) {
        int code = mdb_dbi_open(store->txn, rd_table_name((enum rd_table)i), MDB_CREATE,
                                &store->tables[i]);
        if (code) {
            char what[256];
            snprintf(what, sizeof(what), "cannot open the table %s of the store in %.160s",
                     rd_table_name((enum rd_table)i), dir);
            status = store_failed(code, what, error);
        }
    }
    return status;
}

static enum rd_status store_check_format(struct rd_store *store, const char *dir,
                                         struct rd_error *error)
{
    static const unsigned char ours[1] = { STORE_FORMAT };
    const void *bytes;
    size_t len;
    enum rd_status status =
        rd_store_get(store, RD_TABLE_META, STORE_FORMAT_KEY, &bytes, &len, error);
    if (status == RD_NOT_FOUND) {
        return rd_store_put(store, RD_TABLE_META, STORE_FORMAT_KEY, ours, sizeof(ours), error);
    }
    if (status == RD_OK && (len != sizeof(ours) || memcmp(bytes, ours, sizeof(ours)) != 0)) {
        return rd_error_set(
            error, RD_BAD_CONFIG,
            "the store in %s has format %u and this program reads format %u: use the program that "
            "wrote it, or make the store anew from the journal with `redress store rebuild`",
            dir, len > 0 ? *(const unsigned char *)bytes : 0, STORE_FORMAT);
    }
    return status;
}

static enum rd_status store_open_env(struct rd_store *store, const char *dir,
                                     struct rd_error *error)
{
    int dead_readers;
    char what[256];
    snprintf(what, sizeof(what), "cannot open the store in %.200s", dir);
    int code = mdb_env_create(&store->env);
    if (code) {
        store->env = NULL;
        return store_failed(code, what, error);
    }
    code = mdb_env_set_maxdbs(store->env, RD_TABLE_COUNT);
    code = code ? code : mdb_env_set_maxreaders(store->env, STORE_READERS_MAX);
    code = code ? code : mdb_env_set_mapsize(store->env, store->map_bytes);
    code = code ? code : mdb_env_open(store->env, dir, MDB_NOTLS | MDB_NORDAHEAD, 0600);
    code = code ? code : mdb_reader_check(store->env, &dead_readers);
    return code ? store_failed(code, what, error) : RD_OK;
}

enum rd_status rd_store_open(const char *dir, const struct rd_store_options *options,
                             struct rd_store **out, struct rd_error *error)
{
    if (mkdir(dir, 0700) != 0 && errno != EEXIST) {
        return rd_error_errno(error, RD_IO, errno, "cannot make the directory %s", dir);
    }
    struct rd_store *store = calloc(1, sizeof(*store));
    RD_ASSERT(store && sodium_init() >= 0);
    store->writer = pthread_self();
    store->map_bytes = store_map_bytes(dir, options);
    enum rd_status status = store_open_env(store, dir, error);
    if (status == RD_OK) {
        status = store_tables(store, dir, error);
    }
    if (status == RD_OK) {
        status = store_check_format(store, dir, error);
    }
    if (status == RD_OK) {
        status = rd_store_commit(store, error);
    }
    if (status != RD_OK) {
        rd_store_close(store);
        return status;
    }
    *out = store;
    return RD_OK;
}

/* ---- snapshots ---- */

enum rd_status rd_snapshot_open(struct rd_snapshot *snapshot, struct rd_store *store,
                                struct rd_error *error)
{
    MDB_txn *txn = NULL;
    RD_ASSERT(pthread_equal(store->writer, pthread_self()) && !snapshot->txn);
    int code = mdb_txn_begin(store->env, NULL, MDB_RDONLY, &txn);
    if (code) {
        return store_failed(code, "cannot read a snapshot of the store", error);
    }
    *snapshot = (struct rd_snapshot){
        .store = store, .txn = txn, .opened_ns = rd_clock_mono_ns(), .next = store->snapshots
    };
    store->snapshots = snapshot;
    return RD_OK;
}

bool rd_snapshot_is_good(const struct rd_snapshot *snapshot)
{
    return snapshot->txn && !rd_fault_hit("snapshot_old") &&
           rd_clock_mono_ns() - snapshot->opened_ns < RD_SNAPSHOT_MS_MAX * 1000000ll;
}

void rd_snapshot_close(struct rd_snapshot *snapshot)
{
    struct rd_store *store = snapshot->store;
    if (snapshot->txn) {
        RD_ASSERT(store->look != snapshot->txn);
        struct rd_snapshot **at = &store->snapshots;
        while (*at != snapshot) {
            at = &(*at)->next;
        }
        *at = snapshot->next;
        mdb_txn_abort(snapshot->txn);
    }
    *snapshot = (struct rd_snapshot){ .txn = NULL };
}

static void snapshots_give_up(struct rd_store *store)
{
    RD_ASSERT(!store->look);
    while (store->snapshots) {
        rd_snapshot_close(store->snapshots);
    }
}

void rd_store_look(struct rd_store *store, const struct rd_snapshot *snapshot)
{
    RD_ASSERT(!snapshot || (snapshot->txn && snapshot->store == store));
    store->look = snapshot ? snapshot->txn : NULL;
}

void rd_store_close(struct rd_store *store)
{
    if (!store) {
        return;
    }
    snapshots_give_up(store);
    rd_store_abort(store);
    if (store->env) {
        mdb_env_close(store->env);
    }
    free(store);
}

void rd_store_adopt(struct rd_store *store)
{
    RD_ASSERT(!store->txn);
    store->writer = pthread_self();
}

enum rd_status rd_store_get(struct rd_store *store, enum rd_table table, const void *key,
                            const void **bytes, size_t *len, struct rd_error *error)
{
    MDB_txn *txn;
    enum rd_status status = store_reading(store, &txn, error);
    if (status != RD_OK) {
        return status;
    }
    MDB_val name = { rd_table_key_bytes(table), (void *)(uintptr_t)key }, value;
    int code = mdb_get(txn, store->tables[table], &name, &value);
    if (code == MDB_NOTFOUND) {
        return RD_NOT_FOUND;
    }
    if (code) {
        return store_failed(code, rd_table_name(table), error);
    }
    *bytes = value.mv_data;
    *len = value.mv_size;
    return RD_OK;
}

/* What a write came to; a failed one kills the transaction. */
static enum rd_status store_written(struct rd_store *store, int code, enum rd_table table,
                                    struct rd_error *error)
{
    if (code == 0) {
        store->writes++;
        return RD_OK;
    }
    store->dead = true;
    return store_failed(store_write_code(store, code), rd_table_name(table), error);
}

enum rd_status rd_store_put(struct rd_store *store, enum rd_table table, const void *key,
                            const void *bytes, size_t len, struct rd_error *error)
{
    enum rd_status status = store_begin(store, error);
    if (status != RD_OK) {
        return status;
    }
    MDB_val name = { rd_table_key_bytes(table), (void *)(uintptr_t)key };
    MDB_val value = { len, (void *)(uintptr_t)bytes };
    int code = rd_fault_hit("store_map_full") ? MDB_MAP_FULL
               : rd_fault_hit("store_put_enospc")
                   ? ENOSPC
                   : mdb_put(store->txn, store->tables[table], &name, &value, 0);
    return store_written(store, code, table, error);
}

enum rd_status rd_store_del(struct rd_store *store, enum rd_table table, const void *key,
                            struct rd_error *error)
{
    enum rd_status status = store_begin(store, error);
    if (status != RD_OK) {
        return status;
    }
    MDB_val name = { rd_table_key_bytes(table), (void *)(uintptr_t)key };
    int code = mdb_del(store->txn, store->tables[table], &name, NULL);
    return code == MDB_NOTFOUND ? RD_OK : store_written(store, code, table, error);
}

static enum rd_status walk_got(struct rd_walk *walk, int code, const MDB_val *key,
                               const MDB_val *value, struct rd_error *error)
{
    if (code == MDB_NOTFOUND) {
        walk->key = walk->bytes = NULL;
        walk->len = 0;
        return RD_END;
    }
    if (code) {
        return store_failed(code, rd_table_name(walk->table), error);
    }
    RD_ASSERT(key->mv_size == rd_table_key_bytes(walk->table));
    walk->key = key->mv_data;
    walk->bytes = value->mv_data;
    walk->len = value->mv_size;
    return RD_OK;
}

enum rd_status rd_walk_start(struct rd_walk *walk, struct rd_store *store, enum rd_table table,
                             const void *from, bool backwards, struct rd_error *error)
{
    MDB_cursor *cursor = NULL;
    *walk = (struct rd_walk){ .store = store, .table = table, .backwards = backwards };
    MDB_txn *txn;
    enum rd_status status = store_reading(store, &txn, error);
    if (status != RD_OK) {
        return status;
    }
    int code = mdb_cursor_open(txn, store->tables[table], &cursor);
    if (code) {
        return store_failed(code, rd_table_name(table), error);
    }
    walk->cursor = cursor;
    size_t bytes = rd_table_key_bytes(table);
    MDB_val key = { bytes, (void *)(uintptr_t)from }, value = { 0, NULL };
    code = mdb_cursor_get(cursor, &key, &value, MDB_SET_RANGE);
    if (backwards && code == MDB_NOTFOUND) {
        code = mdb_cursor_get(cursor, &key, &value, MDB_LAST);
    } else if (backwards && code == 0 && memcmp(key.mv_data, from, bytes) != 0) {
        code = mdb_cursor_get(cursor, &key, &value, MDB_PREV);
    }
    return walk_got(walk, code, &key, &value, error);
}

enum rd_status rd_walk_next(struct rd_walk *walk, struct rd_error *error)
{
    MDB_val key, value;
    RD_ASSERT(walk->cursor);
    if (!walk->key) {
        return RD_END;
    }
    int code = mdb_cursor_get(walk->cursor, &key, &value, walk->backwards ? MDB_PREV : MDB_NEXT);
    return walk_got(walk, code, &key, &value, error);
}

void rd_walk_end(struct rd_walk *walk)
{
    if (walk->cursor) {
        mdb_cursor_close(walk->cursor);
        walk->cursor = NULL;
    }
}

static void store_warn_full(struct rd_store *store)
{
    MDB_envinfo info;
    MDB_stat stat;
    if (store->warned || mdb_env_info(store->env, &info) || mdb_env_stat(store->env, &stat)) {
        return;
    }
    uint64_t used = ((uint64_t)info.me_last_pgno + 1) * stat.ms_psize;
    if (used * 100 >= store->map_bytes * STORE_WARN_PERCENT) {
        store->warned = true;
        rd_log(RD_LOG_WARN, "store",
               "%llu of %llu MiB of the store's map are used; it will be enlarged",
               (unsigned long long)(used >> 20), (unsigned long long)(store->map_bytes >> 20));
    }
}

enum rd_status rd_store_commit(struct rd_store *store, struct rd_error *error)
{
    RD_ASSERT(!store->dead);
    if (!store->txn) {
        return RD_OK;
    }
    RD_ASSERT(pthread_equal(store->writer, pthread_self()));
    if (rd_fault_hit("store_enospc") && store->writes > 0) {
        rd_store_abort(store);
        return store_failed(ENOSPC, "cannot commit the store", error);
    }
    rd_fault_exit("store_before_commit");
    if (rd_fault_hit("store_commit_slow")) {
        nanosleep(&(struct timespec){ .tv_nsec = 20000000 }, NULL);
    }
    int code = store_write_code(store, mdb_txn_commit(store->txn));
    rd_fault_exit("store_after_commit");
    store->txn = NULL;
    store->writes = 0;
    if (code) {
        return store_failed(code, "cannot commit the store", error);
    }
    store_warn_full(store);
    return RD_OK;
}

void rd_store_abort(struct rd_store *store)
{
    if (store->txn) {
        RD_ASSERT(pthread_equal(store->writer, pthread_self()));
        mdb_txn_abort(store->txn);
    }
    store->txn = NULL;
    store->writes = 0;
    store->dead = false;
}

bool rd_store_is_dirty(const struct rd_store *store)
{
    return store->writes > 0;
}

uint64_t rd_store_writes(const struct rd_store *store)
{
    return store->writes;
}

enum rd_status rd_store_grow(struct rd_store *store, struct rd_error *error)
{
    RD_ASSERT(!store->txn);
    uint64_t bytes = 2 * store->map_bytes;
    if (bytes > RD_STORE_MAP_BYTES_MAX) {
        return rd_error_set(error, RD_STORAGE_FULL, "the store's map is at its limit of %llu GiB",
                            RD_STORE_MAP_BYTES_MAX >> 30);
    }
    snapshots_give_up(store); /* LMDB moves the map: nothing may read from where it was */
    int code = mdb_env_set_mapsize(store->env, bytes);
    if (code) {
        return store_failed(code, "cannot enlarge the store's map", error);
    }
    store->map_bytes = bytes;
    store->warned = false;
    rd_log(RD_LOG_INFO, "store", "the store's map has now %llu MiB",
           (unsigned long long)(bytes >> 20));
    return RD_OK;
}

/* A line of LMDB's table of readers: "pid thread txnid", "-" for one that is idle. */
static int store_reader_line(const char *line, void *context)
{
    uint64_t *oldest = context;
    unsigned long pid, txn;
    char thread[64];
    if (sscanf(line, "%lu %63s %lu", &pid, thread, &txn) == 3 && (*oldest == 0 || txn < *oldest)) {
        *oldest = txn;
    }
    return 0;
}

void rd_store_stat(struct rd_store *store, struct rd_store_stat *out)
{
    struct rd_error error;
    MDB_envinfo info = { 0 };
    MDB_stat stat = { 0 };
    struct stat file = { 0 };
    uint64_t oldest = 0;
    int fd;
    memset(out, 0, sizeof(*out));
    mdb_env_info(store->env, &info);
    mdb_env_stat(store->env, &stat);
    out->map_bytes = store->map_bytes;
    out->used_bytes = ((uint64_t)info.me_last_pgno + 1) * stat.ms_psize;
    if (mdb_env_get_fd(store->env, &fd) == 0 && fstat(fd, &file) == 0) {
        out->file_bytes = (uint64_t)file.st_size;
    }
    mdb_reader_list(store->env, store_reader_line, &oldest);
    out->oldest_reader_lag =
        oldest && info.me_last_txnid > oldest ? info.me_last_txnid - oldest : 0;
    if (store_begin(store, &error) != RD_OK) {
        return;
    }
    for (int i = 0; i < RD_TABLE_COUNT; i++) {
        if (mdb_stat(store->txn, store->tables[i], &stat) == 0) {
            out->tables[i].rows = stat.ms_entries;
            out->tables[i].bytes =
                (stat.ms_branch_pages + stat.ms_leaf_pages + stat.ms_overflow_pages) *
                (uint64_t)stat.ms_psize;
        }
    }
}

static void digest_number(crypto_generichash_state *state, uint64_t number)
{
    unsigned char bytes[8];
    for (int i = 0; i < 8; i++) {
        bytes[i] = (unsigned char)(number >> (8 * i));
    }
    crypto_generichash_update(state, bytes, sizeof(bytes));
}

enum rd_status rd_store_digest(struct rd_store *store, unsigned char out[32],
                               struct rd_error *error)
{
    static const unsigned char lowest[STORE_KEY_BYTES_MAX];
    crypto_generichash_state state;
    crypto_generichash_init(&state, NULL, 0, 32);
    for (int i = RD_TABLE_META + 1; i < RD_TABLE_COUNT; i++) {
        struct rd_walk walk;
        uint64_t rows = 0;
        enum rd_status status = rd_walk_start(&walk, store, (enum rd_table)i, lowest, false, error);
        for (; status == RD_OK; status = rd_walk_next(&walk, error)) {
            crypto_generichash_update(&state, walk.key, rd_table_key_bytes(walk.table));
            digest_number(&state, walk.len);
            crypto_generichash_update(&state, walk.bytes, walk.len);
            rows++;
        }
        rd_walk_end(&walk);
        if (status != RD_END) {
            return status;
        }
        digest_number(&state, rows);
    }
    crypto_generichash_final(&state, out, 32);
    return RD_OK;
}
