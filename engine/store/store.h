/* The store: ordered tables of fixed-size keys.
 *
 * All of it is a projection of the journal. What is written stays in memory, in layers, and is read
 * through them; a commit takes a whole layer to the pages on disk, on a thread of its own, while
 * the next layer is written:
 *
 *   put, del ─▶ open layer ── seal ─▶ sealed layer ── commit ─▶ pages
 *   get, walk ◀── the newest of these that says something of the key
 *
 * What get and the walks return is borrowed: it may be read until the next put, del, seal or
 * commit (a walk's key no longer than until its next step), and must be copied before that. One
 * thread calls all of it.
 */
#ifndef RD_STORE_STORE_H
#define RD_STORE_STORE_H

#include <stdbool.h>
#include <stdint.h>
#include <stddef.h>

#include "base/error.h"
#include "store/tails.h"

struct rd_names;
struct rd_store;

/* X(NAME, text, key bytes, front bytes): the tables; tables.h spells their keys. Rows of a table
 * with a front have no value: the pages keep many of one front in a row of theirs, whose tails are
 * numbers of eight bytes each (tails.h). */
#define RD_TABLE_MAP(X)                                                                            \
    X(META, "meta", 8, 0)                /* name (8 letters) -> value */                           \
    X(SYMBOL, "symbol", 8, 0)            /* kind, number -> type, index or name */                 \
    X(RECORD, "record", 8, 0)            /* id -> current value */                                 \
    X(INDEX, "index", 36, 20)            /* index, value, opened at, id -> nothing */              \
    X(AGENDA, "agenda", 25, 1)           /* lane, due, record, deadline -> nothing */              \
    X(DEADLINE, "deadline", 8, 0)        /* record -> its deadlines, by number */                  \
    X(NUMBER, "number", 18, 0)           /* type, hash of its head, block of digits -> serials */  \
    X(POSITION, "position", 12, 0)       /* record, block of versions -> journal positions */      \
    X(MARK, "mark", 8, 0)                /* sequence (every so many) -> journal position */        \
    X(OUTBOX, "outbox", 8, 0)            /* block of notices -> journal positions */               \
    X(IDEMPOTENCY, "idempotency", 16, 0) /* hash of actor and key -> position, expires */          \
    X(EXPIRY, "expiry", 24, 0)           /* expires, hash of actor and key -> nothing */           \
    X(POLICY, "policy", 4, 0)            /* generation -> hash, sources */                         \
    X(ACCOUNT, "account", 32, 0)         /* hash of a token -> account */                          \
    X(COUNTER, "counter", 16, 0)         /* name, or its hash -> number */                         \
    X(JOB, "job", 8, 0)                  /* number -> what it does, how far it is */               \
    X(LEDGER, "ledger", 16, 0)           /* entry type, account -> balance, number of entries */   \
    X(TALLY, "tally", 18, 0) /* type, hash of an owner -> number of open records, owner */

enum rd_table {
#define RD_TABLE_ENUM(name, text, key, front) RD_TABLE_##name,
    RD_TABLE_MAP(RD_TABLE_ENUM)
#undef RD_TABLE_ENUM
        RD_TABLE_COUNT
};

#define RD_KEY_BYTES_MAX 36

/* The fixed number of key bytes of a table, how many of them are its front (0: none), and its name.
 */
size_t rd_table_key_bytes(enum rd_table table);
size_t rd_table_front_bytes(enum rd_table table);
const char *rd_table_name(enum rd_table table);

struct rd_store_options {
    uint64_t map_bytes; /* 0: RD_STORE_MAP_BYTES_MIN, or what the file needs, whichever is more */
};

/* Opens (and creates) the store in `dir`. RD_BAD_CONFIG: written by another version, and nothing of
 * it is touched; RD_CORRUPT: not readable. Both say what to do. */
enum rd_status rd_store_open(const char *dir, const struct rd_store_options *options,
                             struct rd_store **out, struct rd_error *error) RD_MUST_CHECK;
/* Whether the store in `dir` is of an earlier format than this program's: then it is not opened,
 * but made anew from the journal (vault.h). `format`: which. */
bool rd_store_is_older(const char *dir, unsigned *format);
/* A value of META in a store of whatever format that nobody has open, copied. RD_NOT_FOUND (without
 * a sentence) where there is none, or no room for it. */
enum rd_status rd_store_meta(const char *dir, const char *key, unsigned char *out, size_t room,
                             size_t *len, struct rd_error *error) RD_MUST_CHECK;
/* Closes; what was not committed is given up. NULL is fine. */
void rd_store_close(struct rd_store *store);

/* The thread that opened the store is its writer; this makes the calling thread the writer. No
 * transaction may be open. */
void rd_store_adopt(struct rd_store *store);

/* The names by which its rows are packed and read (base/names.h); borrowed, NULL: names are spelled
 * out. */
void rd_store_use_names(struct rd_store *store, const struct rd_names *names);
const struct rd_names *rd_store_names(const struct rd_store *store);

/* Reading and writing. Keys have the table's fixed size. */

/* RD_OK, or RD_NOT_FOUND without filling an error. */
enum rd_status rd_store_get(struct rd_store *store, enum rd_table table, const void *key,
                            const void **bytes, size_t *len, struct rd_error *error) RD_MUST_CHECK;
/* RD_OK: there is room in memory, and where there is none on disk, the commit tells. */
enum rd_status rd_store_put(struct rd_store *store, enum rd_table table, const void *key,
                            const void *bytes, size_t len, struct rd_error *error) RD_MUST_CHECK;
/* As put, for a row of which the caller knows that there is none now: where it goes again before
 * the commit, the pages never see it. */
enum rd_status rd_store_add(struct rd_store *store, enum rd_table table, const void *key,
                            const void *bytes, size_t len, struct rd_error *error) RD_MUST_CHECK;
/* RD_OK also where there was none. */
enum rd_status rd_store_del(struct rd_store *store, enum rd_table table, const void *key,
                            struct rd_error *error) RD_MUST_CHECK;

/* A place in a layer's table (layer.h); any write to the table ends it. */
struct rd_layer_at {
    struct layer_leaf *leaf; /* NULL: at the end */
    uint32_t at, key_bytes;
};

/* A place in the pages' table (pages.h). */
struct rd_pages_at {
    void *cursor;
    const unsigned char *key; /* NULL: at the end */
    const void *bytes;
    size_t len;
    /* where the table has a front: the row's tails, which one of them it is, and the key */
    struct rd_tails tails;
    uint32_t tail;
    unsigned char whole[RD_KEY_BYTES_MAX];
};

/* A walk over a table in key order. Any write to the table ends the walk: seek anew with the last
 * key. */
struct rd_walk {
    struct rd_store *store;
    enum rd_table table;
    bool backwards;
    const void *key; /* of the current pair; borrowed; NULL: at the end */
    const void *bytes;
    size_t len;
    struct rd_layer_at layers[2]; /* the store's own, newest first */
    struct rd_pages_at pages;
    unsigned parts; /* a bit for each that stands on the current key */
};
/* Places the walk on the first pair whose key is >= `from` (backwards: the last whose key is <=
 * `from`). RD_END where there is none. Each walk that was started is ended by rd_walk_end, whatever
 * it returned. */
enum rd_status rd_walk_start(struct rd_walk *walk, struct rd_store *store, enum rd_table table,
                             const void *from, bool backwards,
                             struct rd_error *error) RD_MUST_CHECK;
enum rd_status rd_walk_next(struct rd_walk *walk, struct rd_error *error) RD_MUST_CHECK;
void rd_walk_end(struct rd_walk *walk);

/* Snapshots: the store as it was last committed, however it goes on. While one is open, pages that
 * were in use then are not used again: the file grows. So none is held for long
 * (RD_SNAPSHOT_MS_MAX); the reader renews it and says so. */
struct rd_snapshot {
    struct rd_store *store;
    void *txn; /* NULL: not open, or given up since the map was enlarged */
    int64_t opened_ns;
    struct rd_snapshot *next; /* of the same store */
};
/* Opens one into the caller's storage, which must stay where it is until the end; the store's
 * writer only. */
enum rd_status rd_snapshot_open(struct rd_snapshot *snapshot, struct rd_store *store,
                                struct rd_error *error) RD_MUST_CHECK;
/* Whether it may be looked at: open, and not too old. */
bool rd_snapshot_is_good(const struct rd_snapshot *snapshot);
/* Safe on a zeroed one. */
void rd_snapshot_close(struct rd_snapshot *snapshot);
/* From here on rd_store_get and walks read the snapshot (NULL: the write transaction again).
 * Nothing may be written meanwhile. A walk goes on in what it began in, and ends before its
 * snapshot. */
void rd_store_look(struct rd_store *store, const struct rd_snapshot *snapshot);

/* Committing, in steps. Seals what was written: it is what the next commit takes. Nothing may be
 * sealed already. */
void rd_store_seal(struct rd_store *store);
bool rd_store_is_sealed(const struct rd_store *store);
/* Begins to commit what is sealed, with a full sync, on the store's own thread. */
void rd_store_commit_start(struct rd_store *store);
/* It is late: its thread goes on without letting others in, as it does where it is waited for. */
void rd_store_commit_urge(struct rd_store *store);
/* How it went: RD_BUSY while it is under way (`wait`: waits for its end), RD_OK where it is done or
 * none was begun. RD_STORAGE_FULL, RD_IO: nothing was committed; what is sealed stays so, and may
 * be tried again. A full map is enlarged by the way. */
enum rd_status rd_store_commit_poll(struct rd_store *store, bool wait,
                                    struct rd_error *error) RD_MUST_CHECK;
/* All of that in one go: what is sealed, and what was written since. */
enum rd_status rd_store_commit(struct rd_store *store, struct rd_error *error) RD_MUST_CHECK;
/* Gives up what was written since the last commit; waits for one that is under way. */
void rd_store_abort(struct rd_store *store);
/* Nothing is read for a while: no page is kept from being used again. Ends what was borrowed. */
void rd_store_rest(struct rd_store *store);
/* Whether anything is not committed. */
bool rd_store_is_dirty(const struct rd_store *store);
/* How many puts and dels since the last seal, and the memory that they took. */
uint64_t rd_store_writes(const struct rd_store *store);
size_t rd_store_layer_bytes(const struct rd_store *store);
/* Doubles the map (nothing may be committing), up to RD_STORE_MAP_BYTES_MAX; then RD_STORAGE_FULL.
 */
enum rd_status rd_store_grow(struct rd_store *store, struct rd_error *error) RD_MUST_CHECK;

struct rd_store_stat {
    uint64_t map_bytes, used_bytes, file_bytes;
    uint64_t free_bytes;        /* of those used: what the next commits write to */
    uint64_t oldest_reader_lag; /* transactions that the oldest reader is behind; 0: no reader */
    struct {
        uint64_t rows;  /* as of the last commit */
        uint64_t bytes; /* pages of it */
    } tables[RD_TABLE_COUNT];
};
void rd_store_stat(struct rd_store *store, struct rd_store_stat *out);
/* A hash over every pair of every table but META, which tells how far the store was committed (a
 * matter of timing: entries that change nothing are not committed for) and not what is in it. */
enum rd_status rd_store_digest(struct rd_store *store, unsigned char out[32],
                               struct rd_error *error) RD_MUST_CHECK;
/* The same of one table, and how many rows it has. RD_CORRUPT where they are in no order. */
enum rd_status rd_store_table_digest(struct rd_store *store, enum rd_table table,
                                     unsigned char out[32], uint64_t *rows,
                                     struct rd_error *error) RD_MUST_CHECK;

#endif
