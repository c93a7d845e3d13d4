/* The vault: one data directory, journal and store together, opened by one process at a time.
 *
 *   append ─▶ journal (memory) ─▶ flush = durable ─▶ replies may leave
 *      └────▶ apply ─▶ store (memory) ─▶ committed in steps, never beyond what is flushed
 *
 * What an entry means is not known here: the owner brings `apply`, which must be a pure function of
 * the entry and the store (recovery and rebuild call it again, without Lua) and fails only for
 * reasons of the world.
 */
#ifndef RD_STORE_VAULT_H
#define RD_STORE_VAULT_H

#include "store/journal.h"
#include "store/store.h"

struct rd_vault;

struct rd_vault_options {
    const char *dir;        /* DIR/journal, DIR/store, DIR/lock; made where missing, mode 0700 */
    uint32_t segment_bytes; /* 0: the default */
    uint64_t map_bytes;     /* 0: the default */
    bool fresh_store; /* throw the store away and make it anew from the whole journal (rebuild) */
    bool unread;      /* ... and don't look into it before: its pages may end whoever does */
    bool aside;       /* make a fresh store beside the old one, unread, which stays; the fresh one
                         goes when the vault is closed */
    /* Applies one entry to the store. */
    enum rd_status (*apply)(void *context, struct rd_store *store, const struct rd_entry *entry,
                            struct rd_error *error);
    void *context;
    /* Called while the opening replays (may be NULL), and not later. */
    void (*progress)(void *context, uint64_t done, uint64_t all);
    void *progress_context;
};

struct rd_vault_recovery {
    struct rd_journal_recovery journal;
    uint64_t replayed; /* entries applied anew at the start */
};

/* Locks the directory (RD_IN_USE names the pid that holds it), opens both, replays what the store
 * lacks; a store of an earlier format is made anew from the journal. RD_CORRUPT where the store has
 * reached further than the journal: acknowledged entries are missing. */
enum rd_status rd_vault_open(const struct rd_vault_options *options, struct rd_vault **out,
                             struct rd_vault_recovery *recovery,
                             struct rd_error *error) RD_MUST_CHECK;
/* How far the store of a directory that nobody holds has got: that entry was flushed and has this
 * hash. seq 0: nowhere, or there is no store. RD_IN_USE as open. */
enum rd_status rd_vault_reached(const char *dir, uint64_t *seq, unsigned char hash[RD_HASH_BYTES],
                                struct rd_error *error) RD_MUST_CHECK;
/* Flushes, commits, unlocks. NULL is fine. */
void rd_vault_close(struct rd_vault *vault);

/* Hands the vault over to the calling thread; everything below is called by one thread only. */
void rd_vault_adopt(struct rd_vault *vault);

/* What takes long is added to this turn from now on; borrowed, outlives the vault, may be NULL. */
void rd_vault_watch(struct rd_vault *vault, struct rd_turn *turn);

/* The parts, borrowed: they live as long as the vault. */
struct rd_journal *rd_vault_journal(struct rd_vault *vault);
struct rd_store *rd_vault_store(struct rd_vault *vault);

/* Appends an entry to the batch and applies it to the store. RD_STORAGE_FULL: neither was done. Any
 * failure of apply is a bug or a dying disk: aborts. */
enum rd_status rd_vault_write(struct rd_vault *vault, const void *payload, size_t len,
                              uint64_t *seq, struct rd_error *error) RD_MUST_CHECK;
/* Makes the batch durable (one write, one fdatasync), then begins to commit the store if
 * RD_STORE_COMMIT_MS have gone by since the last time. A store that can't be committed for want of
 * room stays readable and is tried again later. */
enum rd_status rd_vault_flush(struct rd_vault *vault, struct rd_error *error) RD_MUST_CHECK;
/* The same behind the caller, where the journal has a thread for it (rd_journal_serve): it
 * waits for the flush before, and for its own only where it is time to commit. */
enum rd_status rd_vault_flush_begin(struct rd_vault *vault, struct rd_error *error) RD_MUST_CHECK;
/* Nothing else to do: begins to commit the store if it is dirty, prepares segments. True: there is
 * more to do (see rd_journal_idle). */
bool rd_vault_idle(struct rd_vault *vault);
/* Commits all that is flushed and waits for it. RD_STORAGE_FULL: it found no room. */
enum rd_status rd_vault_commit(struct rd_vault *vault, struct rd_error *error) RD_MUST_CHECK;
/* Whether writes would be refused with RD_STORAGE_FULL now. */
bool rd_vault_is_full(const struct rd_vault *vault);

/* The entry with this sequence; RD_END behind the last one, RD_NOT_FOUND for 0. */
enum rd_status rd_vault_find(struct rd_vault *vault, uint64_t seq, struct rd_arena *arena,
                             struct rd_entry *out, struct rd_error *error) RD_MUST_CHECK;
/* Commits the store and proves it: digest of the contents. */
enum rd_status rd_vault_digest(struct rd_vault *vault, unsigned char out[32],
                               struct rd_error *error) RD_MUST_CHECK;

#endif
