/* The vault: journal and store of one data directory, and the one rule between them:
 *
 *   committed (store, on disk) <= flushed (journal, on disk) <= applied (open transaction)
 *   and what is applied is what is appended
 *
 * The store is committed right after a flush with nothing waiting, together with the row "vaultpos"
 * that says how far it has got. Whatever goes wrong with the open transaction (map full, no room, a
 * kill), the answer is the same: give it up and apply anew what the journal has behind the
 * committed place; entries that are not flushed yet come from the batch's memory.
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

/* A commit's time goes by its dirty pages, whose number goes by the puts. One that took too long
 * makes the next ones smaller at once, one that was quick makes them larger by and by. */
static void vault_pace(struct rd_vault *vault, uint64_t writes, int64_t took_ns)
{
    const int64_t aim_ns = RD_STORE_COMMIT_TOOK_MS * 1000000ll;
    if (took_ns > aim_ns) {
        uint64_t fits = writes * (uint64_t)aim_ns / (uint64_t)took_ns;
        vault->writes_max = fits < vault->writes_max ? fits : vault->writes_max;
    } else if (writes >= vault->writes_max) {
        vault->writes_max += vault->writes_max / 4;
    }
    if (vault->writes_max < RD_STORE_WRITES_MIN) {
        vault->writes_max = RD_STORE_WRITES_MIN;
    }
    if (vault->writes_max > RD_STORE_WRITES_MAX) {
        vault->writes_max = RD_STORE_WRITES_MAX;
    }
}

enum rd_status vault_commit_once(struct rd_vault *vault, struct rd_error *error)
{
    RD_ASSERT(rd_journal_flushed_seq(vault->journal) >= vault->applied.seq);
    uint64_t writes = rd_store_writes(vault->store);
    int64_t began_ns = rd_clock_mono_ns();
    enum rd_status status = vault_save_position(vault, error);
    if (status == RD_OK) {
        status = rd_store_commit(vault->store, error);
    }
    if (status == RD_OK) {
        vault->committed = vault->applied;
        vault->committed_ns = rd_clock_mono_ns();
        vault_pace(vault, writes, vault->committed_ns - began_ns);
    }
    rd_turn_add(vault->turn, RD_TURN_COMMIT, began_ns);
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

/* One pass from the committed place to `upto`; commits in between where that is allowed. */
static enum rd_status vault_replay_once(struct rd_vault *vault, uint64_t upto,
                                        struct rd_error *error)
{
    struct rd_position at;
    struct rd_entry entry;
    vault->applied = vault->committed;
    enum rd_status status = vault_replay_from(vault, &at, error);
    while (status == RD_OK && vault->applied.seq < upto) {
        rd_arena_reset(&vault->arena);
        status = rd_journal_read(vault->journal, at, &vault->arena, &entry, error);
        if (status == RD_END || status == RD_NOT_FOUND) {
            return rd_error_set(error, RD_CORRUPT, "%s: the journal ends before entry %llu",
                                vault->dir, (unsigned long long)(vault->applied.seq + 1));
        }
        if (status == RD_OK && entry.seq != vault->applied.seq + 1) {
            return rd_error_set(error, RD_CORRUPT,
                                "%s: the journal has entry %llu where %llu belongs; `redress audit "
                                "verify` says more",
                                vault->dir, (unsigned long long)entry.seq,
                                (unsigned long long)(vault->applied.seq + 1));
        }
        if (status == RD_OK) {
            at = entry.next;
            status = vault_apply(vault, &entry, error);
            vault_tell(vault, vault->applied.seq, upto);
        }
        if (status == RD_OK && !vault->blocked &&
            rd_store_writes(vault->store) >= RD_STORE_WRITES_MAX &&
            vault->applied.seq <= rd_journal_flushed_seq(vault->journal)) {
            status = vault_commit_once(vault, error);
        }
    }
    return status;
}

enum rd_status vault_replay(struct rd_vault *vault, uint64_t upto, bool grow,
                            struct rd_error *error)
{
    for (;;) {
        rd_store_abort(vault->store);
        enum rd_status status = grow ? rd_store_grow(vault->store, error) : RD_OK;
        if (status == RD_OK) {
            status = vault_replay_once(vault, upto, error);
        }
        if (status != RD_MAP_FULL) {
            return status;
        }
        grow = true;
    }
}

/* After this nothing would be as it should: better the last flush stands and the service manager
 * starts us anew. */
static void vault_die(const struct rd_vault *vault, const char *what, const struct rd_error *error)
{
    rd_log(RD_LOG_ERROR, "vault", "%s: %s: %s", vault->dir, what, error->text);
    abort();
}

/* Puts the store back to where all entries up to `seq` are applied. There was room for exactly this
 * before. */
static void vault_restore(struct rd_vault *vault, uint64_t seq)
{
    struct rd_error error = RD_ERROR_NONE;
    if (vault_replay(vault, seq, false, &error) != RD_OK) {
        vault_die(vault, "entries could not be applied anew", &error);
    }
}

void vault_commit(struct rd_vault *vault)
{
    struct rd_error error = RD_ERROR_NONE;
    if (!rd_store_is_dirty(vault->store) ||
        rd_journal_flushed_seq(vault->journal) != rd_journal_last_seq(vault->journal) ||
        (vault->blocked && rd_clock_mono_ns() < vault->retry_ns)) {
        return;
    }
    enum rd_status status = vault_commit_once(vault, &error);
    if (status == RD_MAP_FULL) {
        status = vault_replay(vault, rd_journal_last_seq(vault->journal), true, &error);
        status = status == RD_OK ? vault_commit_once(vault, &error) : status;
    }
    if (status == RD_OK) {
        if (vault->blocked) {
            rd_log(RD_LOG_INFO, "vault", "%s: the store is committed again", vault->dir);
        }
        vault->blocked = false;
        return;
    }
    if (status != RD_STORAGE_FULL) {
        vault_die(vault, "the store could not be committed", &error);
    }
    rd_log(RD_LOG_ERROR, "vault", "%s: the store could not be committed and is tried again: %s",
           vault->dir, error.text);
    vault->blocked = true;
    vault->retry_ns = rd_clock_mono_ns() + VAULT_RETRY_NS;
    vault_restore(vault, rd_journal_last_seq(vault->journal));
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

/* Dirty pages must not pile up behind a commit that finds no room: LMDB would spill them, and find
 * none either. */
static bool vault_is_stuck(const struct rd_vault *vault)
{
    return vault->blocked && rd_store_writes(vault->store) >= RD_STORE_WRITES_MAX;
}

bool rd_vault_is_full(const struct rd_vault *vault)
{
    return rd_journal_is_full(vault->journal) || vault_is_stuck(vault);
}

enum rd_status rd_vault_write(struct rd_vault *vault, const void *payload, size_t len,
                              uint64_t *seq, struct rd_error *error)
{
    struct rd_position position;
    struct rd_entry entry;
    if (vault_is_stuck(vault)) {
        vault_commit(vault);
        if (vault_is_stuck(vault)) {
            return rd_error_set(error, RD_STORAGE_FULL,
                                "there is no room to commit the store in %s", vault->dir);
        }
    }
    enum rd_status status = rd_journal_append(vault->journal, payload, len, seq, &position, error);
    if (status != RD_OK) {
        return status;
    }
    rd_arena_reset(&vault->arena);
    struct rd_error why = RD_ERROR_NONE;
    status = rd_journal_read(vault->journal, position, &vault->arena, &entry, &why);
    if (status == RD_OK) {
        status = vault_apply(vault, &entry, &why);
    }
    if (status == RD_MAP_FULL) {
        status = vault_replay(vault, *seq, true, &why);
    }
    if (status == RD_OK) {
        return RD_OK;
    }
    if (status != RD_STORAGE_FULL) {
        vault_die(vault, "an entry could not be applied", &why);
    }
    rd_journal_unappend(vault->journal, *seq - 1);
    vault_restore(vault, *seq - 1);
    return rd_error_set(error, status, "%s", why.text);
}

enum rd_status rd_vault_flush(struct rd_vault *vault, struct rd_error *error)
{
    enum rd_status status = rd_journal_flush(vault->journal, error);
    if (status == RD_OK &&
        (rd_clock_mono_ns() - vault->committed_ns >= RD_STORE_COMMIT_MS * 1000000ll ||
         rd_store_writes(vault->store) >= vault->writes_max)) {
        vault_commit(vault);
    }
    return status;
}

bool rd_vault_idle(struct rd_vault *vault)
{
    vault_commit(vault);
    if (!rd_store_is_dirty(vault->store)) {
        rd_store_abort(vault->store); /* a transaction that only read must not hold pages */
    }
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
    if (status != RD_OK) {
        return status;
    }
    vault->retry_ns = 0;
    vault_commit(vault);
    if (vault->blocked) {
        return rd_error_set(error, RD_STORAGE_FULL, "there is no room to commit the store in %s",
                            vault->dir);
    }
    status = rd_store_digest(vault->store, out, error);
    rd_store_abort(vault->store);
    return status;
}
