/* The vault: journal and store of one data directory, and the one rule between them:
 *
 *   committed (store, on disk) <= flushed (journal, on disk) <= applied (in memory)
 *   and what is applied is what is appended
 *
 * From time to time what is applied is sealed, together with the row "vaultpos" that says how far
 * it goes; once the journal is flushed as far, the store commits it on a thread of its own. A store
 * that finds no room keeps in memory what it has and tries again later; after a kill, what the
 * journal has behind the committed place is applied anew.
 */
#include "store/vault.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/limits.h"
#include "base/log.h"
#include "store/vault_inner.h"

#define VAULT_MARK_EVERY 64u
#define VAULT_PROGRESS_EVERY 4096u
#define VAULT_LATE (RD_STORE_AHEAD / 2u) /* times as many puts beside a commit: it is urged */
#define VAULT_RETRY_NS 1000000000ll

static enum rd_status vault_save_position(struct rd_vault *vault, struct rd_error *error)
{
    unsigned char row[VAULT_POSITION_BYTES] = { VAULT_POSITION_FORMAT };
    vault_be64_put(row + 1, vault->applied.seq);
    vault_be64_put(row + 9, vault->applied.position.at);
    memcpy(row + 17, vault->applied.hash, RD_HASH_BYTES);
    return rd_store_put(vault->store, RD_TABLE_META, VAULT_POSITION_KEY, row, sizeof(row), error);
}

static enum rd_status vault_apply(struct rd_vault *vault, const struct rd_entry *entry,
                                  struct rd_error *error)
{
    RD_ASSERT(entry->seq == vault->applied.seq + 1);
    enum rd_status status =
        vault->options.apply(vault->options.context, vault->store, entry, error);
    if (status == RD_OK && entry->seq % VAULT_MARK_EVERY == 0) {
        unsigned char key[8], at[8];
        vault_be64_put(key, entry->seq);
        vault_be64_put(at, entry->position.at);
        status = rd_store_put(vault->store, RD_TABLE_MARK, key, at, sizeof(at), error);
    }
    if (status == RD_OK) {
        vault->applied.seq = entry->seq;
        vault->applied.position = entry->position;
        memcpy(vault->applied.hash, entry->hash, RD_HASH_BYTES);
    }
    return status;
}

/* What is applied becomes what the next commit takes. All of it is flushed: an entry has its hash
 * from then on. */
static enum rd_status vault_seal(struct rd_vault *vault, struct rd_error *error)
{
    uint64_t flushed = rd_journal_flushed_seq(vault->journal);
    RD_ASSERT(flushed >= vault->applied.seq);
    if (flushed == vault->applied.seq && flushed > 0)
        memcpy(vault->applied.hash, rd_journal_flushed_hash(vault->journal), RD_HASH_BYTES);
    enum rd_status status = vault_save_position(vault, error);
    if (status == RD_OK)
        rd_store_seal(vault->store);
    vault->sealed = vault->applied;
    return status;
}

/* The commit that was begun has ended (`wait`: waits for that); RD_BUSY where it has not. */
static enum rd_status vault_poll(struct rd_vault *vault, bool wait, struct rd_error *error)
{
    bool sealed = rd_store_is_sealed(vault->store);
    int64_t began_ns = rd_clock_mono_ns();
    enum rd_status status = rd_store_commit_poll(vault->store, wait, error);
    if (status == RD_OK && sealed && !rd_store_is_sealed(vault->store))
        vault->committed = vault->sealed;
    if (wait)
        rd_turn_add(vault->turn, RD_TURN_COMMIT, began_ns);
    return status;
}

enum rd_status vault_commit_once(struct rd_vault *vault, struct rd_error *error)
{
    enum rd_status status = vault_poll(vault, true, error);
    for (int i = 0; i < 2 && status == RD_OK && rd_store_is_dirty(vault->store); i++) {
        if (!rd_store_is_sealed(vault->store))
            status = vault_seal(vault, error);
        RD_ASSERT(rd_journal_flushed_seq(vault->journal) >= vault->sealed.seq);
        if (status == RD_OK) {
            rd_store_commit_start(vault->store);
            status = vault_poll(vault, true, error);
        }
    }
    return status;
}

/* Where replaying begins: behind the committed entry, which must be the journal's own. */
static enum rd_status vault_replay_from(struct rd_vault *vault, struct rd_position *from,
                                        struct rd_error *error)
{
    struct rd_entry entry;
    *from = rd_journal_start(vault->journal);
    if (vault->committed.seq == 0) {
        return RD_OK;
    }
    rd_arena_reset(&vault->arena);
    enum rd_status status =
        rd_journal_read(vault->journal, vault->committed.position, &vault->arena, &entry, error);
    if (status == RD_END || status == RD_NOT_FOUND ||
        (status == RD_OK && (entry.seq != vault->committed.seq ||
                             memcmp(entry.hash, vault->committed.hash, RD_HASH_BYTES) != 0))) {
        return rd_error_set(error, RD_CORRUPT,
                            "%s: the store does not belong to this journal (its entry %llu is "
                            "another); restore both "
                            "from one backup, or make the store anew with `redress store rebuild`",
                            vault->dir, (unsigned long long)vault->committed.seq);
    }
    *from = entry.next;
    return status;
}

static void vault_tell(struct rd_vault *vault, uint64_t done, uint64_t all)
{
    if (vault->options.progress && (done % VAULT_PROGRESS_EVERY == 0 || done == all)) {
        vault->options.progress(vault->options.progress_context, done, all);
    }
}

/* Applies what lies behind the committed place, and begins commits on the way. */
static enum rd_status vault_replay_step(struct rd_vault *vault, const struct rd_entry *entry,
                                        struct rd_error *error)
{
    enum rd_status status = vault_apply(vault, entry, error);
    if (status != RD_OK || rd_store_writes(vault->store) < RD_STORE_WRITES_MAX ||
        entry->seq > rd_journal_flushed_seq(vault->journal))
        return status;
    status = vault_poll(vault, true, error); /* the one before */
    if (status == RD_OK)
        status = vault_seal(vault, error);
    if (status == RD_OK)
        rd_store_commit_start(vault->store);
    return status;
}

enum rd_status vault_replay(struct rd_vault *vault, uint64_t upto, struct rd_error *error)
{
    struct rd_position at;
    struct rd_entry entry;
    vault->applied = vault->committed;
    enum rd_status status = vault_replay_from(vault, &at, error);
    while (status == RD_OK && vault->applied.seq < upto) {
        rd_arena_reset(&vault->arena);
        status = rd_journal_read(vault->journal, at, &vault->arena, &entry, error);
        if (status == RD_END || status == RD_NOT_FOUND)
            return rd_error_set(error, RD_CORRUPT, "%s: the journal ends before entry %llu",
                                vault->dir, (unsigned long long)(vault->applied.seq + 1));
        if (status == RD_OK && entry.seq != vault->applied.seq + 1)
            return rd_error_set(error, RD_CORRUPT,
                                "%s: the journal has entry %llu where %llu belongs; `redress audit "
                                "verify` says more",
                                vault->dir, (unsigned long long)entry.seq,
                                (unsigned long long)(vault->applied.seq + 1));
        if (status == RD_OK) {
            at = entry.next;
            status = vault_replay_step(vault, &entry, error);
            vault_tell(vault, vault->applied.seq, upto);
        }
    }
    return status;
}

/* After this nothing would be as it should: better the last flush stands and the service manager
 * starts us anew. */
static void vault_die(const struct rd_vault *vault, const char *what, const struct rd_error *error)
{
    rd_log(RD_LOG_ERROR, "vault", "%s: %s: %s", vault->dir, what, error->text);
    abort();
}

/* How the commit under way went. */
static void vault_look(struct rd_vault *vault, bool wait)
{
    struct rd_error error = RD_ERROR_NONE;
    bool sealed = rd_store_is_sealed(vault->store);
    enum rd_status status = vault_poll(vault, wait, &error);
    if (status == RD_OK && sealed && !rd_store_is_sealed(vault->store)) {
        if (vault->blocked)
            rd_log(RD_LOG_INFO, "vault", "%s: the store is committed again", vault->dir);
        vault->blocked = false;
        vault->started = false;
    }
    if (status == RD_OK || status == RD_BUSY)
        return;
    if (status != RD_STORAGE_FULL)
        vault_die(vault, "the store could not be committed", &error);
    rd_log(RD_LOG_ERROR, "vault", "%s: the store could not be committed and is tried again: %s",
           vault->dir, error.text);
    vault->blocked = true;
    vault->started = false;
    vault->retry_ns = rd_clock_mono_ns() + VAULT_RETRY_NS;
}

/* Begins to commit what is sealed, once the journal is flushed as far. */
static void vault_start(struct rd_vault *vault)
{
    if (!rd_store_is_sealed(vault->store) || vault->started ||
        rd_journal_flushed_seq(vault->journal) < vault->sealed.seq ||
        (vault->blocked && rd_clock_mono_ns() < vault->retry_ns))
        return;
    rd_store_commit_start(vault->store);
    vault->started = true;
}

/* A step of committing: what was begun is looked at; what is written is sealed (`now`: however
 * little and recent it is), and begun. Nothing is waited for but, before sealing, the journal's
 * flush. */
static void vault_commit(struct rd_vault *vault, bool now)
{
    struct rd_error error = RD_ERROR_NONE;
    vault_look(vault, false);
    uint64_t writes = rd_store_writes(vault->store);
    int64_t at_ns = rd_clock_mono_ns();
    bool due = now || writes >= RD_STORE_WRITES_MAX ||
               at_ns - vault->sealed_ns >= RD_STORE_COMMIT_MS * 1000000ll;
    bool seals = writes && due && !rd_store_is_sealed(vault->store);
    if (seals)
        rd_journal_flush_wait(vault->journal);
    if (seals && rd_journal_flushed_seq(vault->journal) == vault->applied.seq) {
        if (vault_seal(vault, &error) != RD_OK)
            vault_die(vault, "the store could not be sealed", &error);
        vault->sealed_ns = at_ns;
    }
    vault_start(vault);
}

enum rd_status rd_vault_commit(struct rd_vault *vault, struct rd_error *error)
{
    /* what is under way, what is sealed behind it, and what was written since */
    for (int i = 0; i < 3 && rd_store_is_dirty(vault->store); i++) {
        vault->retry_ns = 0;
        vault_commit(vault, true);
        if (!vault->started)
            break; /* it waits for the journal's flush, or has found just now that there is no room
                    */
        vault_look(vault, true);
        if (vault->blocked)
            break;
    }
    return vault->blocked ? rd_error_set(error, RD_STORAGE_FULL,
                                         "there is no room to commit the store in %s", vault->dir)
                          : RD_OK;
}

void rd_vault_adopt(struct rd_vault *vault)
{
    rd_store_adopt(vault->store);
}

void rd_vault_watch(struct rd_vault *vault, struct rd_turn *turn)
{
    vault->turn = turn;
    rd_journal_watch(vault->journal, turn);
}

struct rd_journal *rd_vault_journal(struct rd_vault *vault)
{
    return vault->journal;
}

struct rd_store *rd_vault_store(struct rd_vault *vault)
{
    return vault->store;
}

/* What is written must not pile up without end behind a commit that finds no room. */
static bool vault_is_stuck(const struct rd_vault *vault)
{
    return vault->blocked && rd_store_writes(vault->store) >= RD_STORE_WRITES_MAX;
}

bool rd_vault_is_full(const struct rd_vault *vault)
{
    return rd_journal_is_full(vault->journal) || vault_is_stuck(vault);
}

/* Room in memory for what comes: a commit that is far behind is waited for. */
static enum rd_status vault_room(struct rd_vault *vault, struct rd_error *error)
{
    if (vault_is_stuck(vault))
        vault_commit(vault, false);
    if (vault->started && rd_store_writes(vault->store) >= VAULT_LATE * RD_STORE_WRITES_MAX)
        rd_store_commit_urge(vault->store);
    if (vault->started &&
        (vault->blocked || rd_store_writes(vault->store) >= RD_STORE_AHEAD * RD_STORE_WRITES_MAX))
        vault_look(vault, true);
    if (vault_is_stuck(vault))
        return rd_error_set(error, RD_STORAGE_FULL, "there is no room to commit the store in %s",
                            vault->dir);
    return RD_OK;
}

enum rd_status rd_vault_write(struct rd_vault *vault, const void *payload, size_t len,
                              uint64_t *seq, struct rd_error *error)
{
    struct rd_entry entry = { .payload = payload, .len = len };
    enum rd_status status = vault_room(vault, error);
    if (status == RD_OK)
        status = rd_journal_append(vault->journal, payload, len, seq, &entry.position, error);
    if (status != RD_OK)
        return status;
    struct rd_error why;
    rd_error_clear(&why);
    entry.seq = *seq;
    entry.next = rd_journal_end(vault->journal);
    status = vault_apply(vault, &entry, &why);
    if (status != RD_OK)
        vault_die(vault, "an entry could not be applied", &why);
    return RD_OK;
}

enum rd_status rd_vault_flush(struct rd_vault *vault, struct rd_error *error)
{
    enum rd_status status = rd_journal_flush(vault->journal, error);
    if (status == RD_OK)
        vault_commit(vault, false);
    return status;
}

enum rd_status rd_vault_flush_begin(struct rd_vault *vault, struct rd_error *error)
{
    enum rd_status status = rd_journal_flush_begin(vault->journal, error);
    if (status == RD_OK)
        vault_commit(vault, false);
    return status;
}

bool rd_vault_idle(struct rd_vault *vault)
{
    vault_commit(vault, true);
    rd_store_rest(vault->store);
    return rd_journal_idle(vault->journal);
}

/* The nearest known place at or before the entry. */
static enum rd_status vault_nearest(struct rd_vault *vault, uint64_t seq, struct rd_position *at,
                                    struct rd_error *error)
{
    struct rd_walk walk;
    unsigned char key[8];
    *at = rd_journal_start(vault->journal);
    if (vault->found_seq < seq && seq - vault->found_seq <= VAULT_MARK_EVERY &&
        vault->found_seq > 0) {
        *at = vault->found_next;
        return RD_OK;
    }
    vault_be64_put(key, seq);
    enum rd_status status = rd_walk_start(&walk, vault->store, RD_TABLE_MARK, key, true, error);
    if (status == RD_OK && walk.len == 8) {
        at->at = vault_be64_get(walk.bytes);
    }
    rd_walk_end(&walk);
    return status == RD_END ? RD_OK : status;
}

enum rd_status rd_vault_find(struct rd_vault *vault, uint64_t seq, struct rd_arena *arena,
                             struct rd_entry *out, struct rd_error *error)
{
    struct rd_position at;
    if (seq == 0) {
        return rd_error_set(error, RD_NOT_FOUND, "journal entries are numbered from 1");
    }
    if (seq > rd_journal_last_seq(vault->journal)) {
        return RD_END;
    }
    enum rd_status status = vault_nearest(vault, seq, &at, error);
    for (bool there = false; status == RD_OK && !there;) {
        /* Those passed on the way are few (one mark in 64) and go with the arena. */
        status = rd_journal_read(vault->journal, at, arena, out, error);
        if (status == RD_OK) {
            there = out->seq >= seq;
            at = out->next;
        }
    }
    if (status == RD_OK && out->seq != seq) {
        return rd_error_set(
            error, RD_CORRUPT,
            "%s: entry %llu lies where entry %llu belongs; make the store anew with `redress store "
            "rebuild`",
            vault->dir, (unsigned long long)out->seq, (unsigned long long)seq);
    }
    if (status == RD_OK && seq <= rd_journal_flushed_seq(vault->journal)) {
        vault->found_seq = seq;
        vault->found_next = out->next;
    }
    return status;
}

enum rd_status rd_vault_digest(struct rd_vault *vault, unsigned char out[32],
                               struct rd_error *error)
{
    enum rd_status status = rd_journal_flush(vault->journal, error);
    if (status == RD_OK)
        status = rd_vault_commit(vault, error);
    if (status == RD_OK)
        status = rd_store_digest(vault->store, out, error);
    rd_store_rest(vault->store);
    return status;
}
