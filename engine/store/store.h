/* The store: ordered tables of fixed-size keys over LMDB; the only includer of lmdb.h.
 *
 * All of it is a projection of the journal. One thread writes; its write transaction stays open
 * over many batches, so that it reads its own writes, and is committed in steps. What get and the
 * cursors return is borrowed: it may be read until the next put, del, commit or abort, and must be
 * copied before that.
 */
#ifndef RD_STORE_STORE_H
#define RD_STORE_STORE_H

#include <stdbool.h>
#include <stdint.h>
#include <stddef.h>

#include "base/error.h"

struct rd_store;

/* X(NAME, text, key bytes): the tables; tables.h spells their keys. */
#define RD_TABLE_MAP(X)                                                                            \
    X(META, "meta", 8)                /* name (8 letters) -> value */                              \
    X(SYMBOL, "symbol", 8)            /* hash of a name -> number, name */                         \
    X(RECORD, "record", 8)            /* id -> current value */                                    \
    X(INDEX, "index", 36)             /* index, value, opened at, id -> nothing */                 \
    X(AGENDA, "agenda", 25)           /* lane, due, record, deadline -> nothing */                 \
    X(DEADLINE, "deadline", 16)       /* record, deadline -> row */                                \
    X(LINK, "link", 24)               /* from, name, to -> nothing */                              \
    X(POSITION, "position", 12)       /* record, version -> journal position, sequence */          \
    X(MARK, "mark", 8)                /* sequence (every so many) -> journal position */           \
    X(OUTBOX, "outbox", 8)            /* notice -> text and addressees */                          \
    X(IDEMPOTENCY, "idempotency", 16) /* hash of actor and key -> position, expires */             \
    X(EXPIRY, "expiry", 24)           /* expires, hash of actor and key -> nothing */              \
    X(POLICY, "policy", 4)            /* generation -> hash, sources */                            \
    X(ACCOUNT, "account", 32)         /* hash of a token -> account */                             \
    X(COUNTER, "counter", 16)         /* hash of a name -> number */                               \
    X(JOB, "job", 8)                  /* number -> what it does, how far it is */                  \
    X(LEDGER, "ledger", 16)           /* entry type, account -> balance, number of entries */      \
    X(TALLY, "tally", 18)             /* type, hash of an owner -> number of open records, owner */

enum rd_table {
#define RD_TABLE_ENUM(name, text, key) RD_TABLE_##name,
    RD_TABLE_MAP(RD_TABLE_ENUM)
#undef RD_TABLE_ENUM
        RD_TABLE_COUNT
};

/* The fixed number of key bytes of a table, and its name. */
size_t rd_table_key_bytes(enum rd_table table);
const char *rd_table_name(enum rd_table table);

struct rd_store_options {
    uint64_t map_bytes; /* 0: RD_STORE_MAP_BYTES_MIN, or what the file needs, whichever is more */
};

/* Opens (and creates) the store in `dir`. RD_BAD_CONFIG: written by another version; RD_CORRUPT:
 * not readable. Both say what to do. */
enum rd_status rd_store_open(const char *dir, const struct rd_store_options *options,
                             struct rd_store **out, struct rd_error *error) RD_MUST_CHECK;
/* Closes; what was not committed is given up. NULL is fine. */
void rd_store_close(struct rd_store *store);

/* The thread that opened the store is its writer; this makes the calling thread the writer. No
 * transaction may be open. */
void rd_store_adopt(struct rd_store *store);

/* Reading and writing, inside the write transaction, which the first call begins. Keys have the
 * table's fixed size. */

/* RD_OK, or RD_NOT_FOUND without filling an error. */
enum rd_status rd_store_get(struct rd_store *store, enum rd_table table, const void *key,
                            const void **bytes, size_t *len, struct rd_error *error) RD_MUST_CHECK;
/* RD_MAP_FULL: the transaction is dead; only rd_store_abort may follow. RD_STORAGE_FULL likewise.
 */
enum rd_status rd_store_put(struct rd_store *store, enum rd_table table, const void *key,
                            const void *bytes, size_t len, struct rd_error *error) RD_MUST_CHECK;
/* RD_OK also where there was none. */
enum rd_status rd_store_del(struct rd_store *store, enum rd_table table, const void *key,
                            struct rd_error *error) RD_MUST_CHECK;

/* A walk over a table in key order. Any write to the table ends the walk: seek anew with the last
 * key. */
struct rd_walk {
    struct rd_store *store;
    enum rd_table table;
    void *cursor;
    bool backwards;
    const void *key; /* of the current pair; borrowed */
    const void *bytes;
    size_t len;
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

/* Commits what was written, with a full sync. RD_STORAGE_FULL or RD_IO: nothing was committed and
 * the transaction is gone: what it held must be applied anew. */
enum rd_status rd_store_commit(struct rd_store *store, struct rd_error *error) RD_MUST_CHECK;
/* Gives up what was written since the last commit. */
void rd_store_abort(struct rd_store *store);
/* Whether anything was written since the last commit. */
bool rd_store_is_dirty(const struct rd_store *store);
/* How many puts and dels since then: a measure of the pages that a commit will write. */
uint64_t rd_store_writes(const struct rd_store *store);
/* Doubles the map (no transaction may be open), up to RD_STORE_MAP_BYTES_MAX; then RD_STORAGE_FULL.
 */
enum rd_status rd_store_grow(struct rd_store *store, struct rd_error *error) RD_MUST_CHECK;

struct rd_store_stat {
    uint64_t map_bytes, used_bytes, file_bytes;
    uint64_t oldest_reader_lag; /* transactions that the oldest reader is behind; 0: no reader */
    struct {
        uint64_t rows;
        uint64_t bytes; /* pages of it */
    } tables[RD_TABLE_COUNT];
};
void rd_store_stat(struct rd_store *store, struct rd_store_stat *out);
/* A hash over every pair of every table but META, which tells how far the store was committed (a
 * matter of timing: entries that change nothing are not committed for) and not what is in it. */
enum rd_status rd_store_digest(struct rd_store *store, unsigned char out[32],
                               struct rd_error *error) RD_MUST_CHECK;

#endif
