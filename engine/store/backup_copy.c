/* Files of a backup: pieces that reach the disk one by one, at a pace, and are read back. */
#include "store/backup_inner.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "store/packed.h"

#define BACKUP_TEMP "copy.tmp"
#define BACKUP_NAP_NS 20000000
#define BACKUP_WORK_NS 2000000 /* between two rests */
#define BACKUP_REST 3          /* times as long as it worked */

static bool backup_is_stopped(const struct backup *backup)
{
    return backup->options->stop && atomic_load(backup->options->stop);
}

static void backup_nap(const struct backup *backup, int64_t due_ns)
{
    while (rd_clock_mono_ns() < due_ns && !backup_is_stopped(backup)) {
        int64_t ahead_ns = due_ns - rd_clock_mono_ns();
        struct timespec pause = { .tv_nsec = ahead_ns < BACKUP_NAP_NS ? ahead_ns : BACKUP_NAP_NS };
        if (ahead_ns > 0)
            nanosleep(&pause, NULL);
    }
}

/* Waits where it was faster than it may be, but not longer than until it is stopped. */
static void backup_pace(const struct backup *backup)
{
    uint64_t rate = backup->options->bytes_per_s;
    if (rate > 0)
        backup_nap(backup, backup->began_ns + (int64_t)((double)backup->summary->copied_bytes /
                                                        (double)rate * 1e9));
}

void backup_spare(struct backup *backup)
{
    if (!backup->options->beside)
        return;
    int64_t worked_ns = rd_clock_thread_ns();
    int64_t since_ns = worked_ns - backup->worked_ns;
    if (since_ns < BACKUP_WORK_NS)
        return;
    uint64_t beside = atomic_load(backup->options->beside);
    if (beside != backup->beside)
        backup_nap(backup, rd_clock_mono_ns() + BACKUP_REST * since_ns);
    backup->beside = beside;
    backup->worked_ns = worked_ns;
}

/* One piece at its place. Pieces reach the disk one by one: a large dirty file would make the
 * journal's own flushes wait. */
static enum rd_status backup_put(struct backup *backup, int fd, const void *bytes, size_t len,
                                 uint64_t at, struct rd_error *error)
{
    if (backup_is_stopped(backup))
        return rd_error_set(error, RD_SHUTTING_DOWN, "the backup was stopped");
    if (!rd_segment_pwrite(fd, bytes, len, at) || fdatasync(fd) != 0)
        return rd_error_errno(error, RD_IO, errno, "can't write the copy in %s",
                              backup->options->to);
    backup->summary->copied_bytes += len;
    backup_pace(backup);
    backup_spare(backup);
    return RD_OK;
}

/* Writes the bytes that were proven. */
static enum rd_status backup_put_plain(struct backup *backup, int fd,
                                       const struct rd_journal_proven *proven,
                                       crypto_generichash_state *hash, struct rd_error *error)
{
    enum rd_status status = RD_OK;
    for (size_t at = 0; at < proven->len && status == RD_OK; at += BACKUP_PIECE) {
        size_t len = proven->len - at < BACKUP_PIECE ? proven->len - at : BACKUP_PIECE;
        crypto_generichash_update(hash, (const unsigned char *)proven->bytes + at, len);
        status = backup_put(backup, fd, proven->bytes + at, len, at, error);
    }
    return status;
}

/* Copies the packed file itself. */
static enum rd_status backup_put_packed(struct backup *backup, int fd, const char *name,
                                        crypto_generichash_state *hash, struct rd_error *error)
{
    int from = openat(backup->from_fd, name, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    enum rd_status status = RD_OK;
    uint64_t at = 0;
    if (from < 0)
        return rd_error_errno(error, RD_IO, errno, "can't open %s/%s", backup->from, name);
    while (status == RD_OK) {
        ssize_t got = pread(from, backup->piece, BACKUP_PIECE, (off_t)at);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            status = rd_error_errno(error, RD_IO, errno, "can't read %s/%s", backup->from, name);
        if (got <= 0)
            break;
        crypto_generichash_update(hash, (const unsigned char *)backup->piece, (size_t)got);
        status = backup_put(backup, fd, backup->piece, (size_t)got, at, error);
        at += (uint64_t)got;
    }
    close(from);
    return status;
}

/* ---- reading back ---- */

static enum rd_status backup_hash_file(struct backup *backup, int dir_fd, const char *name,
                                       uint64_t bytes, unsigned char out[RD_HASH_BYTES],
                                       struct rd_error *error)
{
    crypto_generichash_state hash;
    struct stat stat;
    int fd = openat(dir_fd, name, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0 || fstat(fd, &stat) != 0) {
        enum rd_status missing = rd_error_errno(error, errno == ENOENT ? RD_CHECK_FAILED : RD_IO,
                                                errno, "can't open %s", name);
        if (fd >= 0)
            close(fd);
        return missing;
    }
    posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED); /* from the disk, not from memory */
    crypto_generichash_init(&hash, NULL, 0, RD_HASH_BYTES);
    bool good = (uint64_t)stat.st_size >= bytes;
    for (uint64_t at = 0; good && at < bytes; at += BACKUP_PIECE) {
        size_t len = bytes - at < BACKUP_PIECE ? (size_t)(bytes - at) : BACKUP_PIECE;
        good = rd_segment_pread(fd, backup->piece, len, at);
        if (good)
            crypto_generichash_update(&hash, (const unsigned char *)backup->piece, len);
        backup_spare(backup);
    }
    posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED);
    close(fd);
    crypto_generichash_final(&hash, out, RD_HASH_BYTES);
    return good ? RD_OK
                : rd_error_set(error, RD_CHECK_FAILED,
                               "%s is shorter than it was, or can't be read", name);
}

enum rd_status backup_check_file(struct backup *backup, int dir_fd, const char *name,
                                 const struct rd_backup_segment *segment, struct rd_error *error)
{
    unsigned char hash[RD_HASH_BYTES];
    enum rd_status status = backup_hash_file(backup, dir_fd, name, segment->bytes, hash, error);
    if (status != RD_OK || memcmp(hash, segment->file_hash, RD_HASH_BYTES) == 0)
        return status;
    return rd_error_set(error, RD_CHECK_FAILED,
                        "%s/%s: its bytes are not those that were written: the disk or somebody "
                        "changed them; make the backup anew in another directory",
                        backup->options->to ? backup->options->to : backup->options->from, name);
}

/* ---- a segment ---- */

/* The name under which it now lies; the other form of it goes once the manifest is written. */
static enum rd_status backup_name(struct backup *backup, const struct rd_backup_segment *segment,
                                  struct rd_error *error)
{
    char name[RD_SEGMENT_NAME_MAX];
    rd_segment_name(name, segment->number, segment->packed);
    if (renameat(backup->to_fd, BACKUP_TEMP, backup->to_fd, name) != 0 || fsync(backup->to_fd) != 0)
        return rd_error_errno(error, RD_IO, errno, "can't name the copy %s", name);
    return RD_OK;
}

/* A plain segment is as long as the journal wants its files: a hole in a backup, room on the disk
 * in a journal that is to go on. */
static enum rd_status backup_lengthen(struct backup *backup, int fd,
                                      const struct rd_journal_proven *proven,
                                      struct rd_error *error)
{
    int failed = backup->restoring ? posix_fallocate(fd, 0, proven->file_bytes)
                 : ftruncate(fd, proven->file_bytes) == 0 ? 0
                                                          : errno;
    if (failed)
        return rd_error_errno(error, RD_IO, failed, "can't make room for segment %08x",
                              proven->number);
    return fsync(fd) == 0
               ? RD_OK
               : rd_error_errno(error, RD_IO, errno, "can't flush segment %08x", proven->number);
}

enum rd_status backup_copy(struct backup *backup, const struct rd_journal_proven *proven,
                           bool packed, struct rd_error *error)
{
    struct rd_backup_segment segment = { .number = proven->number,
                                         .packed = packed,
                                         .end = (uint32_t)proven->len,
                                         .last_seq = proven->last_seq };
    crypto_generichash_state hash;
    uint64_t before = backup->summary->copied_bytes;
    char name[RD_SEGMENT_NAME_MAX];
    memcpy(segment.hash, proven->hash, RD_HASH_BYTES);
    rd_segment_name(name, proven->number, packed);
    (void)unlinkat(backup->to_fd, BACKUP_TEMP, 0); /* one that was left, or that leads elsewhere */
    int fd = openat(backup->to_fd, BACKUP_TEMP, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0)
        return rd_error_errno(error, RD_IO, errno, "can't make a file in %s", backup->options->to);
    crypto_generichash_init(&hash, NULL, 0, RD_HASH_BYTES);
    enum rd_status status = packed ? backup_put_packed(backup, fd, name, &hash, error)
                                   : backup_put_plain(backup, fd, proven, &hash, error);
    crypto_generichash_final(&hash, segment.file_hash, RD_HASH_BYTES);
    segment.bytes = backup->summary->copied_bytes - before;
    if (status == RD_OK && !packed)
        status = backup_lengthen(backup, fd, proven, error);
    close(fd);
    if (status == RD_OK)
        status = backup_check_file(backup, backup->to_fd, BACKUP_TEMP, &segment, error);
    if (status == RD_OK)
        status = backup_name(backup, &segment, error);
    if (status != RD_OK) {
        unlinkat(backup->to_fd, BACKUP_TEMP, 0);
        return status;
    }
    rd_backup_manifest_add(&backup->manifest, &segment);
    backup->summary->copied++;
    return RD_OK;
}

enum rd_status backup_unpack_last(struct backup *backup, struct rd_error *error)
{
    struct rd_backup_manifest *manifest = &backup->manifest;
    struct rd_backup_segment last = manifest->segments[manifest->count - 1];
    struct rd_segment_header header;
    struct rd_buf content;
    bool packed = true;
    if (!last.packed)
        return RD_OK;
    rd_buf_init(&content);
    enum rd_status status = rd_segment_load(backup->to_fd, last.number, &content, &packed, error);
    if (status == RD_OK && !rd_segment_header_read((const unsigned char *)content.data, &header))
        status = rd_error_set(error, RD_CORRUPT, "segment %08x has no header", last.number);
    if (status == RD_OK) {
        struct rd_journal_proven proven = { .number = last.number,
                                            .bytes = content.data,
                                            .len = last.end,
                                            .file_bytes = header.bytes,
                                            .last_seq = last.last_seq };
        char name[RD_SEGMENT_NAME_MAX];
        memcpy(proven.hash, last.hash, RD_HASH_BYTES);
        manifest->count--;
        status = backup_copy(backup, &proven, false, error);
        rd_segment_name(name, last.number, true);
        unlinkat(backup->to_fd, name, 0);
    }
    rd_buf_fini(&content);
    return status;
}
