/* The store: tables over two layers in memory and the pages on disk.
 *
 *   open    what is written now            this thread alone
 *   sealed  what the commit takes          nobody writes; the committing thread reads it as well
 *   pages   what was committed             read by this thread, written by the committing one
 *
 * So nobody who writes a row or reads one waits for the disk. A row that is written several times
 * between two commits costs one write of pages, and one that comes and goes costs none.
 *
 * What get and the walks return points into a layer or into the map: borrowed until the next write,
 * seal or poll.
 */
#include "store/store.h"

#include <errno.h>
#include <pthread.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/thread.h"
#include "store/disk.h"
#include "store/faults.h"
#include "store/layer.h"
#include "store/pages.h"

#define STORE_FORMAT 5u
#define STORE_FORMAT_KEY "storefmt" /* 8 letters, in META */
#define STORE_MAP_STEP (1024ull * 1024)
#define STORE_WARN_PERCENT 70u

enum store_commit { STORE_IDLE, STORE_ASKED, STORE_DONE, STORE_ENDS };

/* Rows that are gone lie about in the layers until the commit takes them away, and who takes what
 * is first from a table again and again (the agenda, what expires) would step over all of them each
 * time. So the first row that is there is remembered: none has a lower key. */
struct store_first {
    unsigned char key[RD_KEY_BYTES_MAX]; /* zeros: not known */
};

struct rd_store {
    struct rd_pages *pages;
    struct store_first first[RD_TABLE_COUNT];
    struct rd_layer *open, *sealed, *spare; /* sealed: NULL where there is none */
    void *reader;                           /* of the pages; NULL: not yet opened */
    bool reads;                             /* the reader does not rest */
    void *look;                             /* the snapshot that is read instead of all; NULL */
    struct rd_snapshot *snapshots;          /* that are open */
    bool warned;                            /* of this map size */
    const struct rd_names *names;           /* rows are packed and read by these; NULL */
    pthread_t writer;
    /* the committing thread, made with the first commit */
    bool threaded;
    pthread_t thread;
    pthread_mutex_t lock; /* of what follows */
    pthread_cond_t change;
    enum store_commit commit;
    enum rd_status status; /* how it went, when it is done */
    struct rd_error error;
};

void rd_store_use_names(struct rd_store *store, const struct rd_names *names)
{
    store->names = names;
}

const struct rd_names *rd_store_names(const struct rd_store *store)
{
    return store->names;
}

size_t rd_table_key_bytes(enum rd_table table)
{
    static const size_t bytes[RD_TABLE_COUNT] = {
#define STORE_KEY_BYTES(name, text, key, front) [RD_TABLE_##name] = (key),
        RD_TABLE_MAP(STORE_KEY_BYTES)
#undef STORE_KEY_BYTES
    };
    RD_ASSERT(table < RD_TABLE_COUNT);
    return bytes[table];
}

size_t rd_table_front_bytes(enum rd_table table)
{
    static const size_t bytes[RD_TABLE_COUNT] = {
#define STORE_FRONT_BYTES(name, text, key, front) [RD_TABLE_##name] = (front),
        RD_TABLE_MAP(STORE_FRONT_BYTES)
#undef STORE_FRONT_BYTES
    };
    RD_ASSERT(table < RD_TABLE_COUNT);
    return bytes[table];
}

const char *rd_table_name(enum rd_table table)
{
    static const char *const names[RD_TABLE_COUNT] = {
#define STORE_NAME(name, text, key, front) [RD_TABLE_##name] = text,
        RD_TABLE_MAP(STORE_NAME)
#undef STORE_NAME
    };
    RD_ASSERT(table < RD_TABLE_COUNT);
    return names[table];
}

/* ---- the committing thread ---- */

static void *store_work(void *context)
{
    struct rd_store *store = context;
    rd_thread_stand_back();
    pthread_mutex_lock(&store->lock);
    while (store->commit != STORE_ENDS) {
        if (store->commit != STORE_ASKED) {
            pthread_cond_wait(&store->change, &store->lock);
            continue;
        }
        struct rd_error error = RD_ERROR_NONE;
        pthread_mutex_unlock(&store->lock);
        enum rd_status status = rd_pages_take(store->pages, store->sealed, &error);
        pthread_mutex_lock(&store->lock);
        store->status = status;
        store->error = error;
        store->commit = STORE_DONE;
        pthread_cond_broadcast(&store->change);
    }
    pthread_mutex_unlock(&store->lock);
    return NULL;
}

static void store_thread(struct rd_store *store)
{
    if (!store->threaded)
        RD_ASSERT(rd_thread_start(&store->thread, "rd-commit", store_work, store));
    store->threaded = true;
}

/* What the thread is to do next, or (wait) has done. */
static void store_ask(struct rd_store *store, enum store_commit commit)
{
    pthread_mutex_lock(&store->lock);
    store->commit = commit;
    pthread_cond_broadcast(&store->change);
    pthread_mutex_unlock(&store->lock);
}

static enum store_commit store_state(struct rd_store *store, bool wait)
{
    pthread_mutex_lock(&store->lock);
    while (wait && store->commit == STORE_ASKED)
        pthread_cond_wait(&store->change, &store->lock);
    enum store_commit commit = store->commit;
    pthread_mutex_unlock(&store->lock);
    return commit;
}

/* ---- opening ---- */

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
    if (snprintf(path, sizeof path, "%s/data.mdb", dir) < (int)sizeof path &&
        stat(path, &stat_) == 0)
        file = (uint64_t)stat_.st_size;
    if (options && options->map_bytes)
        return store_round(options->map_bytes > file ? options->map_bytes : file);
    return store_round(2 * file > RD_STORE_MAP_BYTES_MIN ? 2 * file : RD_STORE_MAP_BYTES_MIN);
}

enum rd_status rd_store_meta(const char *dir, const char *key, unsigned char *out, size_t room,
                             size_t *len, struct rd_error *error)
{
    return rd_pages_meta(dir, key, out, room, len, error);
}

bool rd_store_is_older(const char *dir, unsigned *format)
{
    unsigned char byte = 0;
    size_t len;
    bool known = rd_pages_meta(dir, STORE_FORMAT_KEY, &byte, 1, &len, NULL) == RD_OK;
    *format = byte;
    return known && byte < STORE_FORMAT;
}

/* Before anything of it is opened for writing: tables that an other version does not know would be
 * made in it. */
static enum rd_status store_check_format(const char *dir, bool *fresh, struct rd_error *error)
{
    unsigned char format = 0;
    size_t len;
    enum rd_status status = rd_pages_meta(dir, STORE_FORMAT_KEY, &format, 1, &len, error);
    *fresh = status == RD_NOT_FOUND;
    if (*fresh || (status == RD_OK && format == STORE_FORMAT))
        return RD_OK;
    return status != RD_OK
               ? status
               : rd_error_set(error, RD_BAD_CONFIG,
                              "the store in %s has format %u and this program reads format %u: it "
                              "was made by another version; use the program that wrote it, or make "
                              "the store anew from the journal with `redress store rebuild`",
                              dir, format, STORE_FORMAT);
}

static enum rd_status store_mark_format(struct rd_store *store, struct rd_error *error)
{
    static const unsigned char ours[1] = { STORE_FORMAT };
    enum rd_status status =
        rd_store_put(store, RD_TABLE_META, STORE_FORMAT_KEY, ours, sizeof ours, error);
    return status == RD_OK ? rd_store_commit(store, error) : status;
}

enum rd_status rd_store_open(const char *dir, const struct rd_store_options *options,
                             struct rd_store **out, struct rd_error *error)
{
    bool fresh = false;
    enum rd_status status = rd_disk_make_dir(dir, error);
    if (status == RD_OK)
        status = store_check_format(dir, &fresh, error);
    if (status != RD_OK)
        return status;
    struct rd_store *store = calloc(1, sizeof *store);
    RD_ASSERT(store && sodium_init() >= 0);
    RD_ASSERT(pthread_mutex_init(&store->lock, NULL) == 0 &&
              pthread_cond_init(&store->change, NULL) == 0);
    store->writer = pthread_self();
    store->open = rd_layer_new();
    store->spare = rd_layer_new();
    status = rd_pages_open(dir, store_map_bytes(dir, options), &store->pages, error);
    if (status == RD_OK)
        status = rd_disk_flush_dir(dir, error); /* LMDB has made its file and flushed only that */
    if (status == RD_OK && fresh)
        status = store_mark_format(store, error);
    if (status != RD_OK) {
        rd_store_close(store);
        return status;
    }
    rd_store_rest(store);
    *out = store;
    return RD_OK;
}

static void store_reader_end(struct rd_store *store)
{
    if (store->reader)
        rd_pages_end(store->reader);
    store->reader = NULL;
    store->reads = false;
}

static void snapshots_give_up(struct rd_store *store)
{
    RD_ASSERT(!store->look);
    while (store->snapshots)
        rd_snapshot_close(store->snapshots);
}

void rd_store_close(struct rd_store *store)
{
    if (!store)
        return;
    if (store->threaded) {
        (void)store_state(store, true);
        store_ask(store, STORE_ENDS);
        pthread_join(store->thread, NULL);
    }
    snapshots_give_up(store);
    store_reader_end(store);
    rd_pages_close(store->pages);
    rd_layer_free(store->open);
    rd_layer_free(store->sealed);
    rd_layer_free(store->spare);
    pthread_cond_destroy(&store->change);
    pthread_mutex_destroy(&store->lock);
    free(store);
}

void rd_store_adopt(struct rd_store *store)
{
    store->writer = pthread_self();
}

/* ---- snapshots ---- */

enum rd_status rd_snapshot_open(struct rd_snapshot *snapshot, struct rd_store *store,
                                struct rd_error *error)
{
    void *reader = NULL;
    RD_ASSERT(pthread_equal(store->writer, pthread_self()) && !snapshot->txn);
    enum rd_status status = rd_pages_read(store->pages, &reader, error);
    if (status != RD_OK)
        return status;
    *snapshot = (struct rd_snapshot){
        .store = store, .txn = reader, .opened_ns = rd_clock_mono_ns(), .next = store->snapshots
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
        while (*at != snapshot)
            at = &(*at)->next;
        *at = snapshot->next;
        rd_pages_end(snapshot->txn);
    }
    *snapshot = (struct rd_snapshot){ .txn = NULL };
}

void rd_store_look(struct rd_store *store, const struct rd_snapshot *snapshot)
{
    RD_ASSERT(!snapshot || (snapshot->txn && snapshot->store == store));
    store->look = snapshot ? snapshot->txn : NULL;
}

/* ---- reading and writing ---- */

/* The pages' reader: the snapshot's, or the one that stays until the next commit is done. */
static enum rd_status store_reader(struct rd_store *store, void **reader, struct rd_error *error)
{
    enum rd_status status = RD_OK;
    RD_ASSERT(pthread_equal(store->writer, pthread_self()));
    if (!store->look && !store->reads) {
        status = store->reader ? rd_pages_renew(store->pages, store->reader, error)
                               : rd_pages_read(store->pages, &store->reader, error);
        store->reads = status == RD_OK;
    }
    *reader = store->look ? store->look : store->reader;
    return status;
}

enum rd_status rd_store_get(struct rd_store *store, enum rd_table table, const void *key,
                            const void **bytes, size_t *len, struct rd_error *error)
{
    const struct rd_layer_row *row = store->look ? NULL : rd_layer_get(store->open, table, key);
    if (!row && !store->look && store->sealed)
        row = rd_layer_get(store->sealed, table, key);
    if (row && row->gone)
        return RD_NOT_FOUND;
    if (row) {
        *bytes = row->bytes;
        *len = row->len;
        return RD_OK;
    }
    void *reader;
    enum rd_status status = store_reader(store, &reader, error);
    return status == RD_OK ? rd_pages_get(store->pages, reader, table, key, bytes, len, error)
                           : status;
}

static void store_write(struct rd_store *store, enum rd_table table, const void *key,
                        const void *bytes, size_t len, bool fresh)
{
    RD_ASSERT(pthread_equal(store->writer, pthread_self()));
    RD_ASSERT(!store->look && (len == 0 || !rd_table_front_bytes(table)));
    rd_layer_put(store->open, table, key, bytes, len, fresh);
    size_t all = rd_table_key_bytes(table);
    if (memcmp(key, store->first[table].key, all) < 0)
        memcpy(store->first[table].key, key, all);
}

enum rd_status rd_store_put(struct rd_store *store, enum rd_table table, const void *key,
                            const void *bytes, size_t len, struct rd_error *error)
{
    (void)error;
    store_write(store, table, key, bytes, len, false);
    return RD_OK;
}

enum rd_status rd_store_add(struct rd_store *store, enum rd_table table, const void *key,
                            const void *bytes, size_t len, struct rd_error *error)
{
    (void)error;
    store_write(store, table, key, bytes, len, true);
    return RD_OK;
}

enum rd_status rd_store_del(struct rd_store *store, enum rd_table table, const void *key,
                            struct rd_error *error)
{
    (void)error;
    RD_ASSERT(pthread_equal(store->writer, pthread_self()) && !store->look);
    rd_layer_del(store->open, table, key);
    return RD_OK;
}

/* ---- walks ---- */

#define WALK_PAGES 2u /* the part that is the pages; before it the layers, newest first */

static const unsigned char *walk_key(const struct rd_walk *walk, unsigned part)
{
    if (part == WALK_PAGES)
        return walk->pages.key;
    return walk->layers[part].leaf ? rd_layer_key(&walk->layers[part]) : NULL;
}

/* Finds the next key among the parts: where several have it, the newest counts, and they go on
 * together. */
static bool walk_pick(struct rd_walk *walk)
{
    size_t bytes = rd_table_key_bytes(walk->table);
    unsigned newest = 0;
    walk->key = NULL;
    walk->parts = 0;
    for (unsigned part = 0; part <= WALK_PAGES; part++) {
        const unsigned char *key = walk_key(walk, part);
        if (!key)
            continue;
        int order = walk->key ? memcmp(key, walk->key, bytes) : -1;
        if (walk->key && walk->backwards)
            order = -order;
        if (order < 0) {
            walk->key = key;
            walk->parts = 0;
            newest = part;
        }
        if (order <= 0)
            walk->parts |= 1u << part;
    }
    if (!walk->key || newest == WALK_PAGES) {
        walk->bytes = walk->key ? walk->pages.bytes : NULL;
        walk->len = walk->key ? walk->pages.len : 0;
        return true;
    }
    const struct rd_layer_row *row = rd_layer_row(&walk->layers[newest]);
    walk->bytes = row->bytes;
    walk->len = row->len;
    return !row->gone;
}

static enum rd_status walk_step(struct rd_walk *walk, struct rd_error *error)
{
    enum rd_status status = RD_OK;
    for (unsigned part = 0; part < WALK_PAGES; part++)
        if (walk->parts & 1u << part)
            (void)rd_layer_step(&walk->layers[part], walk->backwards);
    if (walk->parts & 1u << WALK_PAGES)
        status = rd_pages_step(walk->table, walk->backwards, &walk->pages, error);
    return status;
}

/* On the next row that is there. */
static enum rd_status walk_settle(struct rd_walk *walk, struct rd_error *error)
{
    enum rd_status status = RD_OK;
    while (!walk_pick(walk) && status == RD_OK)
        status = walk_step(walk, error);
    if (status != RD_OK)
        walk->key = NULL;
    return status == RD_OK && !walk->key ? RD_END : status;
}

enum rd_status rd_walk_start(struct rd_walk *walk, struct rd_store *store, enum rd_table table,
                             const void *from, bool backwards, struct rd_error *error)
{
    void *reader;
    struct store_first *first = &store->first[table];
    size_t key_bytes = rd_table_key_bytes(table);
    bool lowest = !store->look && !backwards && memcmp(from, first->key, key_bytes) <= 0;
    from = lowest ? first->key : from;
    walk->store = store;
    walk->table = table;
    walk->backwards = backwards;
    walk->key = NULL;
    walk->layers[0].leaf = walk->layers[1].leaf = NULL;
    walk->pages.cursor = NULL;
    walk->pages.key = NULL;
    enum rd_status status = store_reader(store, &reader, error);
    if (status == RD_OK)
        status = rd_pages_seek(store->pages, reader, table, from, backwards, &walk->pages, error);
    if (status != RD_OK)
        return status;
    if (!store->look)
        (void)rd_layer_seek(store->open, table, from, backwards, &walk->layers[0]);
    if (!store->look && store->sealed)
        (void)rd_layer_seek(store->sealed, table, from, backwards, &walk->layers[1]);
    status = walk_settle(walk, error);
    if (lowest && status == RD_OK)
        memcpy(first->key, walk->key, key_bytes);
    if (lowest && status == RD_END)
        memset(first->key, 0xff, key_bytes);
    return status;
}

enum rd_status rd_walk_next(struct rd_walk *walk, struct rd_error *error)
{
    if (!walk->key)
        return RD_END;
    enum rd_status status = walk_step(walk, error);
    return status == RD_OK ? walk_settle(walk, error) : status;
}

void rd_walk_end(struct rd_walk *walk)
{
    rd_pages_leave(&walk->pages);
}

/* ---- committing ---- */

void rd_store_seal(struct rd_store *store)
{
    RD_ASSERT(!store->sealed && !store->look);
    store->sealed = store->open;
    store->open = store->spare;
    store->spare = NULL;
}

bool rd_store_is_sealed(const struct rd_store *store)
{
    return store->sealed != NULL;
}

void rd_store_commit_start(struct rd_store *store)
{
    RD_ASSERT(pthread_equal(store->writer, pthread_self()));
    RD_ASSERT(store->sealed && store_state(store, false) == STORE_IDLE);
    store_thread(store);
    rd_pages_urge(store->pages, false);
    store_ask(store, STORE_ASKED);
}

void rd_store_commit_urge(struct rd_store *store)
{
    rd_pages_urge(store->pages, true);
}

static void store_warn_full(struct rd_store *store)
{
    uint64_t used = rd_pages_used_bytes(store->pages), map = rd_pages_map_bytes(store->pages);
    if (store->warned || used * 100 < map * STORE_WARN_PERCENT)
        return;
    store->warned = true;
    rd_log(RD_LOG_WARN, "store",
           "%llu of %llu MiB of the store's map are used; it will be enlarged",
           (unsigned long long)(used >> 20), (unsigned long long)(map >> 20));
}

/* What was sealed is in the pages now: they are read anew, and the layer serves the next time. */
static void store_committed(struct rd_store *store)
{
    rd_store_rest(store);
    rd_layer_reset(store->sealed);
    store->spare = store->sealed;
    store->sealed = NULL;
    store_warn_full(store);
}

enum rd_status rd_store_commit_poll(struct rd_store *store, bool wait, struct rd_error *error)
{
    RD_ASSERT(pthread_equal(store->writer, pthread_self()) && !store->look);
    if (wait)
        rd_store_commit_urge(store);
    for (;;) {
        enum store_commit commit = store_state(store, wait);
        if (commit != STORE_DONE)
            return commit == STORE_ASKED ? RD_BUSY : RD_OK;
        store_ask(store, STORE_IDLE);
        enum rd_status status = store->status;
        if (status == RD_OK) {
            store_committed(store);
            return RD_OK;
        }
        if (status == RD_MAP_FULL)
            status = rd_store_grow(store, &store->error);
        if (status != RD_OK)
            return rd_error_set(error, status, "%s", store->error.text);
        store_ask(store, STORE_ASKED);
    }
}

enum rd_status rd_store_commit(struct rd_store *store, struct rd_error *error)
{
    enum rd_status status = rd_store_commit_poll(store, true, error);
    for (int i = 0; i < 2 && status == RD_OK; i++) {
        if (!store->sealed && rd_layer_writes(store->open))
            rd_store_seal(store);
        if (store->sealed) {
            rd_store_commit_start(store);
            status = rd_store_commit_poll(store, true, error);
        }
    }
    return status;
}

void rd_store_abort(struct rd_store *store)
{
    struct rd_error error = RD_ERROR_NONE;
    if (rd_store_commit_poll(store, true, &error) != RD_OK || store->sealed) {
        rd_layer_reset(store->sealed);
        store->spare = store->sealed;
        store->sealed = NULL;
    }
    rd_layer_reset(store->open);
    memset(store->first, 0, sizeof store->first); /* rows may be there again */
    rd_store_rest(store);
}

void rd_store_rest(struct rd_store *store)
{
    if (store->reads)
        rd_pages_rest(store->reader);
    store->reads = false;
}

bool rd_store_is_dirty(const struct rd_store *store)
{
    return store->sealed || rd_layer_writes(store->open) > 0;
}

uint64_t rd_store_writes(const struct rd_store *store)
{
    return rd_layer_writes(store->open);
}

size_t rd_store_layer_bytes(const struct rd_store *store)
{
    return rd_layer_bytes(store->open);
}

enum rd_status rd_store_grow(struct rd_store *store, struct rd_error *error)
{
    uint64_t bytes = 2 * rd_pages_map_bytes(store->pages);
    RD_ASSERT(store_state(store, false) != STORE_ASKED);
    if (bytes > RD_STORE_MAP_BYTES_MAX)
        return rd_error_set(error, RD_STORAGE_FULL, "the store's map is at its limit of %llu GiB",
                            RD_STORE_MAP_BYTES_MAX >> 30);
    snapshots_give_up(store); /* LMDB moves the map: nothing may read from where it was */
    store_reader_end(store);
    enum rd_status status = rd_pages_map(store->pages, bytes, error);
    if (status != RD_OK)
        return status;
    store->warned = false;
    rd_log(RD_LOG_INFO, "store", "the store's map has now %llu MiB",
           (unsigned long long)(bytes >> 20));
    return RD_OK;
}

void rd_store_stat(struct rd_store *store, struct rd_store_stat *out)
{
    struct rd_error error = RD_ERROR_NONE;
    void *reader;
    memset(out, 0, sizeof *out);
    if (store_reader(store, &reader, &error) == RD_OK)
        rd_pages_stat(store->pages, reader, out);
}

static void digest_number(crypto_generichash_state *state, uint64_t number)
{
    unsigned char bytes[8];
    for (int i = 0; i < 8; i++)
        bytes[i] = (unsigned char)(number >> (8 * i));
    crypto_generichash_update(state, bytes, sizeof bytes);
}

/* Damaged pages may lead round in a circle: keys that do not ascend end the walk. */
static enum rd_status digest_table(struct rd_store *store, enum rd_table table,
                                   crypto_generichash_state *state, uint64_t *rows,
                                   struct rd_error *error)
{
    static const unsigned char lowest[RD_KEY_BYTES_MAX];
    unsigned char last[RD_KEY_BYTES_MAX];
    size_t bytes = rd_table_key_bytes(table);
    struct rd_walk walk;
    *rows = 0;
    enum rd_status status = rd_walk_start(&walk, store, table, lowest, false, error);
    for (; status == RD_OK; status = rd_walk_next(&walk, error)) {
        if (*rows > 0 && memcmp(walk.key, last, bytes) <= 0) {
            status = rd_error_set(error, RD_CORRUPT, "the rows of the table %s are in no order",
                                  rd_table_name(table));
            break;
        }
        memcpy(last, walk.key, bytes);
        crypto_generichash_update(state, walk.key, bytes);
        digest_number(state, walk.len);
        crypto_generichash_update(state, walk.bytes, walk.len);
        ++*rows;
    }
    rd_walk_end(&walk);
    if (status != RD_END)
        return status;
    digest_number(state, *rows);
    return RD_OK;
}

enum rd_status rd_store_table_digest(struct rd_store *store, enum rd_table table,
                                     unsigned char out[32], uint64_t *rows, struct rd_error *error)
{
    crypto_generichash_state state;
    crypto_generichash_init(&state, NULL, 0, 32);
    enum rd_status status = digest_table(store, table, &state, rows, error);
    crypto_generichash_final(&state, out, 32);
    return status;
}

enum rd_status rd_store_digest(struct rd_store *store, unsigned char out[32],
                               struct rd_error *error)
{
    crypto_generichash_state state;
    enum rd_status status = RD_OK;
    uint64_t rows;
    crypto_generichash_init(&state, NULL, 0, 32);
    for (int i = RD_TABLE_META + 1; status == RD_OK && i < RD_TABLE_COUNT; i++)
        status = digest_table(store, (enum rd_table)i, &state, &rows, error);
    crypto_generichash_final(&state, out, 32);
    return status;
}
