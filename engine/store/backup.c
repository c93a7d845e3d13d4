/* Backups. See backup.h.
 *
 *   journal ──prove──▶ segment ──copy──▶ N.tmp ──fsync, read back──▶ rename ──▶ ... ──▶ manifest
 *
 * A full segment is copied as the journal packed it (that file never changes); one that is not
 * packed yet, and the newest, are written from the bytes that were proven, and come again packed
 * with a later backup. The manifest is replaced at the end, so a backup that was broken off is the
 * one before it: a plain file that has grown since begins with the bytes that the manifest knows.
 *
 * Either directory may be somebody else's work: nothing is written through a link in it (it could
 * lead into the journal), nothing is made where something else is, and what is opened to be read
 * does not wait (a named pipe would, for ever).
 */
#include "store/backup_inner.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "store/disk.h"
#include "store/keys.h"

#define BACKUP_LOCK "backup.lock"
#define BACKUP_JOURNAL "journal"
#define BACKUP_SPARE_ENTRIES 64

/* ---- directories ---- */

/* Whether a directory holds nothing but what `known` says. */
static bool backup_holds_only(const char *path, bool (*known)(const char *name))
{
    DIR *dir = opendir(path);
    const struct dirent *entry;
    bool only = true;
    while (dir && (entry = readdir(dir)))
        only = only && (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0 ||
                        known(entry->d_name));
    if (dir)
        closedir(dir);
    return only;
}

static bool backup_knows_none(const char *name)
{
    (void)name;
    return false;
}

/* What a first backup that was broken off leaves behind. */
static bool backup_knows_own(const char *name)
{
    return strcmp(name, BACKUP_LOCK) == 0 || strcmp(name, BACKUP_JOURNAL) == 0 ||
           strcmp(name, RD_KEYS_DIR) == 0 || strcmp(name, RD_BACKUP_MANIFEST ".tmp") == 0;
}

static enum rd_status backup_dir(const char *path, int *fd, struct rd_error *error)
{
    enum rd_status status = rd_disk_make_dir(path, error);
    if (status != RD_OK)
        return status;
    *fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    return *fd >= 0 ? RD_OK : rd_error_errno(error, RD_IO, errno, "can't open %s", path);
}

/* The directory of segments in it. Never by a link: it could lead into the journal itself. */
static enum rd_status backup_journal(int dir_fd, const char *path, int *fd, struct rd_error *error)
{
    if (mkdirat(dir_fd, BACKUP_JOURNAL, 0700) != 0 && errno != EEXIST)
        return rd_error_errno(error, RD_IO, errno, "cannot make the directory %s", path);
    *fd = openat(dir_fd, BACKUP_JOURNAL, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    return *fd >= 0 ? rd_disk_flush_name(path, error)
                    : rd_error_errno(error, RD_IO, errno, "can't open %s", path);
}

static bool backup_is_link(int dir_fd, const char *name)
{
    struct stat stat;
    return fstatat(dir_fd, name, &stat, AT_SYMLINK_NOFOLLOW) == 0 && S_ISLNK(stat.st_mode);
}

/* Looked at before anything is made there: a refusal leaves no trace. */
static enum rd_status backup_look(int dir_fd, const char *to, struct rd_error *error)
{
    if (backup_is_link(dir_fd, BACKUP_JOURNAL) || backup_is_link(dir_fd, RD_KEYS_DIR))
        return rd_error_set(error, RD_BAD_DIRECTORY,
                            "%s holds a link that leads elsewhere; name an empty directory", to);
    if (faccessat(dir_fd, RD_BACKUP_MANIFEST, F_OK, AT_SYMLINK_NOFOLLOW) == 0 ||
        backup_holds_only(to, backup_knows_own))
        return RD_OK;
    return rd_error_set(error, RD_BAD_DIRECTORY,
                        "%s holds something else; name an empty directory, or one with an earlier "
                        "backup of this journal",
                        to);
}

/* One at a time in one directory. */
static enum rd_status backup_lock(int dir_fd, const char *dir, int *lock, struct rd_error *error)
{
    *lock = openat(dir_fd, BACKUP_LOCK, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (*lock < 0)
        return rd_error_errno(error, RD_IO, errno, "can't make %s/%s", dir, BACKUP_LOCK);
    if (flock(*lock, LOCK_EX | LOCK_NB) == 0)
        return RD_OK;
    close(*lock);
    *lock = -1;
    return rd_error_set(error, RD_IN_USE, "another backup is being made in %s; wait for it", dir);
}

static void backup_init(struct backup *backup, const struct rd_backup_options *options,
                        struct rd_backup_summary *summary)
{
    RD_ASSERT(sodium_init() >= 0);
    *summary = (struct rd_backup_summary){ .entries = 0 };
    *backup = (struct backup){ .options = options,
                               .summary = summary,
                               .until_seq = options->until_seq,
                               .from_fd = -1,
                               .to_fd = -1,
                               .began_ns = rd_clock_mono_ns(),
                               .worked_ns = rd_clock_thread_ns() };
    rd_backup_manifest_init(&backup->manifest);
    backup->piece = malloc(BACKUP_PIECE);
    RD_ASSERT(backup->piece);
}

static void backup_fini(struct backup *backup)
{
    rd_backup_manifest_fini(&backup->manifest);
    free(backup->piece);
    if (backup->from_fd >= 0)
        close(backup->from_fd);
    if (backup->to_fd >= 0)
        close(backup->to_fd);
}

/* The summary of what is there now, with what was copied. */
static void backup_sum(struct backup *backup)
{
    struct rd_backup_summary now;
    rd_backup_summary_of(&backup->manifest, &now);
    now.copied = backup->summary->copied;
    now.copied_bytes = backup->summary->copied_bytes;
    *backup->summary = now;
}

/* ---- create ---- */

/* Of the backup that is there: as many segments from the first on as need not be copied again. */
static enum rd_status backup_begin_with(struct backup *backup, int dir_fd, uint64_t *had,
                                        struct rd_error *error)
{
    struct rd_backup_manifest old;
    const char *to = backup->options->to;
    rd_backup_manifest_init(&old);
    *had = 0;
    enum rd_status status = rd_backup_manifest_read(dir_fd, to, &old, error);
    if (status == RD_NOT_FOUND)
        status = RD_OK; /* the first one here */
    for (uint32_t i = 0; status == RD_OK && i < old.count && old.segments[i].packed; i++) {
        struct stat stat;
        char name[RD_SEGMENT_NAME_MAX];
        rd_segment_name(name, i + 1, true);
        if (fstatat(backup->to_fd, name, &stat, 0) != 0 ||
            (uint64_t)stat.st_size != old.segments[i].bytes)
            break;
        rd_backup_manifest_add(&backup->manifest, &old.segments[i]);
    }
    if (status == RD_OK && old.count > 0)
        *had = old.segments[old.count - 1].last_seq;
    rd_backup_manifest_fini(&old);
    return status;
}

/* Plain copies of segments that are packed now. */
static void backup_clean(struct backup *backup)
{
    for (uint32_t i = 0; i < backup->manifest.count; i++) {
        char name[RD_SEGMENT_NAME_MAX];
        if (!backup->manifest.segments[i].packed)
            continue;
        rd_segment_name(name, i + 1, false);
        unlinkat(backup->to_fd, name, 0);
    }
}

/* What the proof calls back. */
static enum rd_status backup_take(void *context, const struct rd_journal_proven *proven,
                                  struct rd_error *error)
{
    return backup_copy(context, proven, proven->packed, error);
}

/* A proof is most of the work. */
static enum rd_status backup_entry(void *context, const struct rd_entry *entry,
                                   struct rd_error *error)
{
    (void)error;
    if (entry->seq % BACKUP_SPARE_ENTRIES == 0)
        backup_spare(context);
    return RD_OK;
}

static bool backup_ends(void *context, uint64_t seq, const void *payload, size_t len)
{
    const struct backup *backup = context;
    return backup->options->ends_before(backup->options->context, seq, payload, len);
}

static void backup_progress(void *context, uint64_t done, uint64_t all)
{
    const struct backup *backup = context;
    backup->options->progress(backup->options->context, done, all);
}

static enum rd_status backup_prove(struct backup *backup, struct rd_error *error)
{
    const struct rd_backup_options *options = backup->options;
    struct rd_backup_manifest *manifest = &backup->manifest;
    struct rd_journal_verdict verdict;
    struct rd_journal_proof proof = { .dir = backup->from,
                                      .from_segments = manifest->count,
                                      .until_seq = backup->until_seq,
                                      .ends_before = options->ends_before ? backup_ends : NULL,
                                      .segment = backup_take,
                                      .entry = options->beside ? backup_entry : NULL,
                                      .progress = options->progress ? backup_progress : NULL,
                                      .context = backup };
    if (manifest->count > 0) {
        const struct rd_backup_segment *last = &manifest->segments[manifest->count - 1];
        proof.from_end = last->end;
        proof.from_seq = last->last_seq;
        memcpy(proof.from_hash, last->hash, RD_HASH_BYTES);
    }
    return rd_journal_prove(&proof, &verdict, error);
}

static enum rd_status backup_fill(struct backup *backup, int dir_fd, struct rd_error *error)
{
    uint64_t had;
    enum rd_status status = backup_begin_with(backup, dir_fd, &had, error);
    uint32_t kept = backup->manifest.count;
    if (status == RD_OK && backup->options->until_seq && had > backup->options->until_seq)
        return rd_error_set(error, RD_BAD_DIRECTORY,
                            "the backup in %s has more entries than this journal: it is the backup "
                            "of another one",
                            backup->options->to);
    if (status == RD_OK)
        status = backup_prove(backup, error);
    if (status == RD_CHECK_FAILED && kept > 0 && backup->manifest.count == kept)
        return rd_error_set(error, RD_BAD_DIRECTORY,
                            "what follows the backup in %s does not fit it: it is the backup of "
                            "another journal, or one of the two is damaged (`redress backup "
                            "verify`, `redress audit verify`)",
                            backup->options->to);
    return status;
}

enum rd_status rd_backup_create(const struct rd_backup_options *options,
                                struct rd_backup_summary *summary, struct rd_error *error)
{
    struct backup backup;
    int dir_fd = -1, lock = -1;
    char journal[4096], data[4096];
    backup_init(&backup, options, summary);
    rd_keys_dir_of(options->from, data, sizeof(data));
    backup.from = options->from;
    backup.manifest.made_at_ms = options->now_ms;
    snprintf(journal, sizeof(journal), "%s/" BACKUP_JOURNAL, options->to);
    backup.from_fd = open(options->from, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    enum rd_status status =
        backup.from_fd >= 0 ? backup_dir(options->to, &dir_fd, error)
                            : rd_error_errno(error, RD_IO, errno, "can't open %s", options->from);
    if (status == RD_OK)
        status = backup_look(dir_fd, options->to, error);
    if (status == RD_OK)
        status = backup_lock(dir_fd, options->to, &lock, error);
    if (status == RD_OK)
        status = backup_journal(dir_fd, journal, &backup.to_fd, error);
    if (status == RD_OK)
        status = backup_fill(&backup, dir_fd, error);
    if (status == RD_OK) /* as they are now: who was erased is erased in the backup, too */
        status = rd_keys_copy(data, options->to, error);
    if (status == RD_OK)
        status = rd_backup_manifest_write(dir_fd, &backup.manifest, error);
    if (status == RD_OK) {
        backup_clean(&backup);
        backup_sum(&backup);
    }
    if (lock >= 0)
        close(lock);
    if (dir_fd >= 0)
        close(dir_fd);
    backup_fini(&backup);
    return status;
}

/* ---- verify ---- */

static enum rd_status backup_open(struct backup *backup, const char *dir, char journal[4096],
                                  struct rd_error *error)
{
    int dir_fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (dir_fd < 0)
        return rd_error_errno(error, errno == ENOENT ? RD_NOT_FOUND : RD_IO, errno, "can't open %s",
                              dir);
    enum rd_status status = rd_backup_manifest_read(dir_fd, dir, &backup->manifest, error);
    close(dir_fd);
    snprintf(journal, 4096, "%s/" BACKUP_JOURNAL, dir);
    if (status != RD_OK)
        return status;
    backup->from = journal;
    backup->from_fd = open(journal, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    return backup->from_fd >= 0
               ? RD_OK
               : rd_error_errno(error, RD_CHECK_FAILED, errno, "can't open %s", journal);
}

static enum rd_status backup_check_chain(const struct backup *backup,
                                         void (*progress)(void *, uint64_t, uint64_t),
                                         void *context, struct rd_error *error)
{
    const struct rd_backup_manifest *manifest = &backup->manifest;
    const struct rd_backup_segment *last = &manifest->segments[manifest->count - 1];
    struct rd_journal_verdict verdict;
    struct rd_journal_proof proof = {
        .dir = backup->from, .until_seq = last->last_seq, .progress = progress, .context = context
    };
    enum rd_status status = rd_journal_prove(&proof, &verdict, error);
    if (status == RD_OK &&
        (verdict.entries != last->last_seq || memcmp(verdict.hash, last->hash, RD_HASH_BYTES) != 0))
        status =
            rd_error_set(error, RD_CHECK_FAILED,
                         "the chain ends with entry %llu, the manifest with another one (%llu)",
                         (unsigned long long)verdict.entries, (unsigned long long)last->last_seq);
    return status;
}

enum rd_status rd_backup_verify(const char *dir,
                                void (*progress)(void *context, uint64_t done, uint64_t all),
                                void *context, struct rd_backup_summary *summary,
                                struct rd_error *error)
{
    struct rd_backup_options options = { .from = dir };
    struct backup backup;
    char journal[4096];
    backup_init(&backup, &options, summary);
    enum rd_status status = backup_open(&backup, dir, journal, error);
    for (uint32_t i = 0; status == RD_OK && i < backup.manifest.count; i++) {
        const struct rd_backup_segment *segment = &backup.manifest.segments[i];
        char name[RD_SEGMENT_NAME_MAX];
        rd_segment_name(name, segment->number, segment->packed);
        status = backup_check_file(&backup, backup.from_fd, name, segment, error);
    }
    if (status == RD_OK)
        status = backup_check_chain(&backup, progress, context, error);
    backup_sum(&backup);
    backup_fini(&backup);
    return status;
}

/* ---- restore ---- */

enum rd_status rd_backup_restore(const struct rd_backup_options *options,
                                 struct rd_backup_summary *summary, struct rd_error *error)
{
    struct backup backup;
    char journal[4096], data[4096];
    backup_init(&backup, options, summary);
    rd_keys_dir_of(options->to, data, sizeof(data));
    enum rd_status status = backup_open(&backup, options->from, journal, error);
    uint64_t all = 0;
    if (status == RD_OK) {
        all = backup.manifest.segments[backup.manifest.count - 1].last_seq;
        rd_backup_manifest_fini(&backup.manifest); /* from here on: of what is restored */
        status = backup_dir(options->to, &backup.to_fd, error);
    }
    if (status == RD_OK && !backup_holds_only(options->to, backup_knows_none))
        status = rd_error_set(error, RD_BAD_DIRECTORY, "%s is not empty; name a new directory",
                              options->to);
    if (status == RD_OK && backup.until_seq > all)
        status = rd_error_set(error, RD_NOT_FOUND, "the backup ends with entry %llu",
                              (unsigned long long)all);
    if (status == RD_OK) {
        backup.until_seq = backup.until_seq ? backup.until_seq : all;
        backup.restoring = true;
        status = backup_prove(&backup, error);
    }
    if (status == RD_OK && backup.manifest.count > 0)
        status = backup_unpack_last(&backup, error);
    if (status == RD_OK)
        status = rd_keys_copy(options->from, data, error);
    if (status == RD_OK)
        backup_sum(&backup);
    backup_fini(&backup);
    return status;
}
