/* The vault: opening a data directory, and closing it.
 *
 * Lock first: whoever else has it open keeps it. Then the store, which says how far it has got;
 * then the journal, which must reach at least as far; then what the store lacks is applied. Lua has
 * no part in that.
 *
 * Rebuilding makes DIR/store.new and swaps it in:  store ─▶ store.old, store.new ─▶ store,
 * store.old removed. A crash in between is settled at the next opening: forward where the new one
 * was complete, else back.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "store/disk.h"
#include "store/faults.h"
#include "store/vault_inner.h"

#define VAULT_PATH_MAX 4096

static enum rd_status vault_path(const struct rd_vault *vault, const char *name,
                                 char out[VAULT_PATH_MAX], struct rd_error *error)
{
    if (snprintf(out, VAULT_PATH_MAX, "%s/%s", vault->dir, name) >= VAULT_PATH_MAX) {
        return rd_error_set(error, RD_BAD_CONFIG, "the data directory's path is too long");
    }
    return RD_OK;
}

enum rd_status vault_lock(struct rd_vault *vault, struct rd_error *error)
{
    char path[VAULT_PATH_MAX], pid[32] = "";
    enum rd_status status = vault_path(vault, "lock", path, error);
    if (status != RD_OK) {
        return status;
    }
    status = rd_disk_make_dir(vault->dir, error);
    if (status != RD_OK) {
        return status;
    }
    vault->lock_fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (vault->lock_fd < 0) {
        return rd_error_errno(error, RD_IO, errno, "cannot open %s", path);
    }
    if (flock(vault->lock_fd, LOCK_EX | LOCK_NB) != 0) {
        if (errno != EWOULDBLOCK) {
            return rd_error_errno(error, RD_IO, errno, "cannot lock %s", path);
        }
        ssize_t n = pread(vault->lock_fd, pid, sizeof(pid) - 1, 0);
        pid[n > 0 ? n : 0] = 0;
        pid[strcspn(pid, "\n")] = 0;
        return rd_error_set(error, RD_IN_USE, "%s is in use by process %s", vault->dir,
                            pid[0] ? pid : "(unknown)");
    }
    struct stat info;
    if (fstat(vault->lock_fd, &info) == 0 && info.st_uid != geteuid())
        return rd_error_set(
            error, RD_NOT_ALLOWED,
            "%s belongs to uid %ld, which could not open what uid %ld writes there: "
            "run this as that user (sudo -u '#%ld'), or give it away first (chown "
            "-R)",
            vault->dir, (long)info.st_uid, (long)geteuid(), (long)info.st_uid);
    int len = snprintf(pid, sizeof(pid), "%ld\n", (long)getpid());
    if (ftruncate(vault->lock_fd, 0) != 0 || pwrite(vault->lock_fd, pid, (size_t)len, 0) != len) {
        /* The lock holds all the same; only its holder's name is missing. */
        rd_log(RD_LOG_WARN, "vault", "cannot write the pid into %s: %s", path, strerror(errno));
    }
    return RD_OK;
}

static bool vault_parse_position(const unsigned char *at, size_t len, struct vault_mark *mark)
{
    if (len != VAULT_POSITION_BYTES || at[0] != VAULT_POSITION_FORMAT)
        return false;
    mark->seq = vault_be64_get(at + 1);
    mark->position.at = vault_be64_get(at + 9);
    memcpy(mark->hash, at + 17, RD_HASH_BYTES);
    return true;
}

static enum rd_status vault_load_position(struct rd_vault *vault, struct rd_error *error)
{
    const void *bytes;
    size_t len;
    enum rd_status status =
        rd_store_get(vault->store, RD_TABLE_META, VAULT_POSITION_KEY, &bytes, &len, error);
    memset(&vault->committed, 0, sizeof(vault->committed));
    if (status == RD_OK && !vault_parse_position(bytes, len, &vault->committed)) {
        status = rd_error_set(
            error, RD_CORRUPT,
            "the store in %s does not say how far it has got; make it anew with `redress "
            "store rebuild`",
            vault->dir);
    }
    rd_store_rest(vault->store);
    vault->applied = vault->committed;
    return status == RD_NOT_FOUND ? RD_OK : status;
}

/* Removes a store's directory. */
static enum rd_status vault_remove_store(const struct rd_vault *vault, const char *name,
                                         struct rd_error *error)
{
    static const char *const files[] = { "/data.mdb", "/lock.mdb", "" };
    char path[VAULT_PATH_MAX];
    for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
        if (snprintf(path, sizeof(path), "%s/%s%s", vault->dir, name, files[i]) >=
            (int)sizeof(path)) {
            return rd_error_set(error, RD_BAD_CONFIG, "the data directory's path is too long");
        }
        if (remove(path) != 0 && errno != ENOENT) {
            return rd_error_errno(error, RD_IO, errno, "cannot remove %s", path);
        }
    }
    return RD_OK;
}

static bool vault_has(const struct rd_vault *vault, const char *name)
{
    char path[VAULT_PATH_MAX];
    return vault_path(vault, name, path, NULL) == RD_OK && access(path, F_OK) == 0;
}

static enum rd_status vault_rename(const struct rd_vault *vault, const char *from, const char *to,
                                   struct rd_error *error)
{
    char path_from[VAULT_PATH_MAX], path_to[VAULT_PATH_MAX];
    enum rd_status status = vault_path(vault, from, path_from, error);
    if (status == RD_OK) {
        status = vault_path(vault, to, path_to, error);
    }
    if (status == RD_OK && rename(path_from, path_to) != 0) {
        status = rd_error_errno(error, RD_IO, errno, "cannot rename %s to %s", path_from, to);
    }
    return status == RD_OK ? rd_disk_flush_dir(vault->dir, error) : status;
}

/* Finishes or undoes a rebuild that a crash interrupted. */
static enum rd_status vault_settle(struct rd_vault *vault, struct rd_error *error)
{
    enum rd_status status = RD_OK;
    if (!vault_has(vault, "store") && vault_has(vault, "store.old")) {
        /* Between the two renames: the new one was complete before the first. */
        bool complete = vault_has(vault, "store.new");
        status = vault_rename(vault, complete ? "store.new" : "store.old", "store", error);
    }
    if (status == RD_OK) {
        status = vault_remove_store(vault, "store.old", error);
    }
    if (status == RD_OK) {
        status = vault_remove_store(vault, "store.new", error);
    }
    return status;
}

static enum rd_status vault_open_store(struct rd_vault *vault, const char *name,
                                       struct rd_error *error)
{
    struct rd_store_options options = { .map_bytes = vault->options.map_bytes };
    char path[VAULT_PATH_MAX];
    enum rd_status status = vault_path(vault, name, path, error);
    if (status == RD_OK) {
        status = rd_store_open(path, &options, &vault->store, error);
    }
    return status == RD_OK ? vault_load_position(vault, error) : status;
}

/* The store's committed place tells the journal from where on it needs to look. */
static enum rd_status vault_open_journal(struct rd_vault *vault,
                                         struct rd_journal_recovery *recovery,
                                         struct rd_error *error)
{
    struct rd_journal_options options = { .segment_bytes = vault->options.segment_bytes,
                                          .known_good = vault->committed.position };
    char path[VAULT_PATH_MAX];
    if (options.segment_bytes && options.segment_bytes < 2 * RD_ENTRY_BYTES_MAX) {
        options.entry_bytes_max = options.segment_bytes / 2; /* small ones are for tests */
    }
    enum rd_status status = vault_path(vault, "journal", path, error);
    if (status == RD_OK) {
        status = rd_journal_open(path, &options, &vault->journal, recovery, error);
    }
    if (status == RD_OK && rd_journal_last_seq(vault->journal) < vault->committed.seq) {
        return rd_error_set(
            error, RD_CORRUPT,
            "%s: the journal ends at entry %llu but the store has reached %llu: "
            "acknowledged entries "
            "are missing; get them back from a backup or a standby with `redress store repair`",
            vault->dir, (unsigned long long)rd_journal_last_seq(vault->journal),
            (unsigned long long)vault->committed.seq);
    }
    return status;
}

/* Applies what the store lacks and commits it. */
static enum rd_status vault_catch_up(struct rd_vault *vault, uint64_t *replayed,
                                     struct rd_error *error)
{
    uint64_t last = rd_journal_last_seq(vault->journal);
    *replayed = last - vault->committed.seq;
    enum rd_status status = vault_replay(vault, last, error);
    if (status == RD_OK)
        status = vault_commit_once(vault, error);
    rd_store_rest(vault->store);
    return status;
}

/* Whether the store is of an earlier format, which this program does not read: it is made anew. */
static bool vault_is_older(const struct rd_vault *vault, unsigned *format)
{
    char path[VAULT_PATH_MAX];
    return vault_has(vault, "store") && vault_path(vault, "store", path, NULL) == RD_OK &&
           rd_store_is_older(path, format);
}

/* That much is the same in all formats: how far a store has got. */
static struct vault_mark vault_reached_older(const struct rd_vault *vault)
{
    char path[VAULT_PATH_MAX];
    unsigned char bytes[VAULT_POSITION_BYTES];
    struct vault_mark reached = { 0 };
    size_t len;
    if (vault_path(vault, "store", path, NULL) == RD_OK &&
        rd_store_meta(path, VAULT_POSITION_KEY, bytes, sizeof bytes, &len, NULL) == RD_OK)
        (void)vault_parse_position(bytes, len, &reached);
    return reached;
}

/* How far the store that is to be replaced had got: entries up to there were flushed, so damage
 * before it is no torn tail. One that can't be read any more says nothing. */
static struct vault_mark vault_reached(struct rd_vault *vault)
{
    struct vault_mark reached = { 0 };
    struct rd_error error = RD_ERROR_NONE;
    unsigned format;
    if (!vault_has(vault, "store") || vault->options.unread || vault->options.aside)
        return reached;
    if (vault_is_older(vault, &format))
        return vault_reached_older(vault);
    if (vault_open_store(vault, "store", &error) == RD_OK)
        reached = vault->committed;
    else
        rd_log(RD_LOG_WARN, "vault",
               "the old store can't be read (%s): whether the journal's last batch is whole can't "
               "be told by it",
               error.text);
    rd_store_close(vault->store);
    vault->store = NULL;
    return reached;
}

static enum rd_status vault_rebuild(struct rd_vault *vault, struct rd_vault_recovery *recovery,
                                    struct rd_error *error)
{
    struct vault_mark reached = vault_reached(vault);
    enum rd_status status = vault_open_store(vault, "store.new", error);
    struct vault_mark fresh = vault->committed;
    if (status == RD_OK) {
        vault->committed = reached; /* the journal must hold what the old store had */
        status = vault_open_journal(vault, &recovery->journal, error);
        vault->committed = fresh;
    }
    if (status == RD_OK) {
        status = vault_catch_up(vault, &recovery->replayed, error);
    }
    if (status == RD_OK && vault->options.aside) {
        return RD_OK;
    }
    rd_store_close(vault->store);
    vault->store = NULL;
    if (status == RD_OK && vault_has(vault, "store")) {
        status = vault_rename(vault, "store", "store.old", error);
        rd_fault_exit("vault_swap");
    }
    if (status == RD_OK) {
        status = vault_rename(vault, "store.new", "store", error);
    }
    if (status == RD_OK) {
        status = vault_remove_store(vault, "store.old", error);
    }
    return status == RD_OK ? vault_open_store(vault, "store", error) : status;
}

enum rd_status rd_vault_open(const struct rd_vault_options *options, struct rd_vault **out,
                             struct rd_vault_recovery *recovery, struct rd_error *error)
{
    struct rd_vault_recovery unwanted;
    struct rd_vault *vault = calloc(1, sizeof(*vault));
    recovery = recovery ? recovery : &unwanted;
    memset(recovery, 0, sizeof(*recovery));
    RD_ASSERT(vault && options->apply);
    vault->options = *options;
    vault->dir = strdup(options->dir);
    RD_ASSERT(vault->dir);
    vault->options.dir = vault->dir;
    vault->lock_fd = -1;
    rd_arena_init(&vault->arena);
    enum rd_status status = vault_lock(vault, error);
    if (status == RD_OK) {
        status = vault_settle(vault, error);
    }
    /* a store comes into being aside as well: one that has its name is whole */
    bool fresh = options->fresh_store || options->aside || !vault_has(vault, "store");
    unsigned format;
    if (status == RD_OK && !fresh && vault_is_older(vault, &format)) {
        rd_log(RD_LOG_WARN, "vault",
               "the store in %s has format %u, of an earlier version: it is made anew from the "
               "journal",
               vault->dir, format);
        fresh = true;
    }
    if (status == RD_OK && fresh) {
        status = vault_rebuild(vault, recovery, error);
    } else if (status == RD_OK) {
        status = vault_open_store(vault, "store", error);
        if (status == RD_OK) {
            status = vault_open_journal(vault, &recovery->journal, error);
        }
        if (status == RD_OK) {
            status = vault_catch_up(vault, &recovery->replayed, error);
        }
    }
    if (status != RD_OK) {
        rd_store_close(vault->store);
        vault->store = NULL;
        rd_vault_close(vault);
        return status;
    }
    vault->options.progress = NULL; /* its context may be gone when a later replay would tell */
    vault->sealed_ns = rd_clock_mono_ns();
    *out = vault;
    return RD_OK;
}

enum rd_status rd_vault_reached(const char *dir, uint64_t *seq, unsigned char hash[RD_HASH_BYTES],
                                struct rd_error *error)
{
    struct rd_vault vault = { .lock_fd = -1, .dir = (char *)(uintptr_t)dir };
    struct vault_mark reached = { 0 };
    enum rd_status status = vault_lock(&vault, error);
    if (status == RD_OK)
        reached = vault_reached(&vault);
    if (vault.lock_fd >= 0)
        close(vault.lock_fd);
    *seq = reached.seq;
    memcpy(hash, reached.hash, RD_HASH_BYTES);
    return status;
}

void rd_vault_close(struct rd_vault *vault)
{
    struct rd_error error = RD_ERROR_NONE;
    if (!vault) {
        return;
    }
    if (vault->store && vault->journal) { /* it was open */
        if (rd_journal_flush(vault->journal, &error) != RD_OK) {
            rd_log(RD_LOG_ERROR, "vault", "%s: the last batch is lost: %s", vault->dir, error.text);
        } else if (rd_vault_commit(vault, &error) != RD_OK) {
            rd_log(RD_LOG_ERROR, "vault", "%s", error.text); /* the journal has all of it */
        }
    }
    bool aside = vault->store && vault->options.aside;
    rd_store_close(vault->store);
    rd_journal_close(vault->journal);
    if (aside && vault_remove_store(vault, "store.new", &error) != RD_OK) {
        rd_log(RD_LOG_WARN, "vault", "%s", error.text); /* the next start does it */
    }
    if (vault->lock_fd >= 0) {
        close(vault->lock_fd); /* which unlocks */
    }
    rd_arena_fini(&vault->arena);
    free(vault->dir);
    free(vault);
}
