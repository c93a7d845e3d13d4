/* Directories and their names, and whether there is room. Knows no format. */
#include "store/disk.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#define DISK_ROOM_BYTES (1024u * 1024) /* a file system with less than this is full */

/* 0, or errno. */
static int disk_flush(const char *path)
{
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int failed = fd < 0 || fsync(fd) != 0 ? errno : 0;
    if (fd >= 0)
        close(fd);
    return failed;
}

enum rd_status rd_disk_flush_dir(const char *path, struct rd_error *error)
{
    int failed = disk_flush(path);
    return failed ? rd_error_errno(error, RD_IO, failed, "cannot flush %s", path) : RD_OK;
}

/* "a/b/" and "a/b" stand in "a", "b" stands in ".", "/b" in "/". */
static void disk_parent(const char *path, char out[PATH_MAX])
{
    size_t len = strlen(path);
    while (len > 1 && path[len - 1] == '/')
        len--;
    while (len > 0 && path[len - 1] != '/')
        len--;
    while (len > 1 && path[len - 1] == '/')
        len--;
    snprintf(out, PATH_MAX, "%.*s", len ? (int)len : 1, len ? path : ".");
}

/* 0, or the errno of writing DISK_ROOM_BYTES into a file without a name. */
static int disk_try(const char *dir)
{
    static const char zeros[64 * 1024];
    int failed = 0, fd = open(dir, O_TMPFILE | O_WRONLY | O_CLOEXEC, 0600);
    if (fd < 0)
        return 0; /* the file system knows no such files: nothing was learnt */
    for (size_t done = 0; !failed && done < DISK_ROOM_BYTES;) {
        ssize_t n = write(fd, zeros, sizeof zeros);
        failed = n > 0 || (n < 0 && errno == EINTR) ? 0 : n < 0 ? errno : ENOSPC;
        done += n > 0 ? (size_t)n : 0;
    }
    close(fd);
    return failed == ENOSPC || failed == EDQUOT || failed == EFBIG ? failed : 0;
}

int rd_disk_no_room(int fd, const char *dir)
{
    struct statvfs room;
    struct stat file;
    struct rlimit limit;
    if (fstatvfs(fd, &room) == 0 && (uint64_t)room.f_bavail * room.f_frsize < DISK_ROOM_BYTES)
        return ENOSPC;
    if (fstat(fd, &file) == 0 && getrlimit(RLIMIT_FSIZE, &limit) == 0 &&
        limit.rlim_cur != RLIM_INFINITY && (rlim_t)file.st_size + DISK_ROOM_BYTES > limit.rlim_cur)
        return EFBIG;
    return disk_try(dir);
}

enum rd_status rd_disk_flush_name(const char *path, struct rd_error *error)
{
    char parent[PATH_MAX];
    if (strlen(path) >= sizeof parent)
        return rd_error_set(error, RD_BAD_CONFIG, "the path is too long: %.200s", path);
    disk_parent(path, parent);
    int failed = disk_flush(parent);
    if (failed == 0 || failed == EACCES || failed == EPERM || failed == EROFS)
        return RD_OK;
    return rd_error_errno(error, RD_IO, failed, "cannot flush %s", parent);
}

enum rd_status rd_disk_make_dir(const char *path, struct rd_error *error)
{
    if (mkdir(path, 0700) != 0 && errno != EEXIST)
        return rd_error_errno(error, RD_IO, errno, "cannot make the directory %s", path);
    return rd_disk_flush_name(path, error);
}

static bool disk_is_own(const struct stat *info)
{
    return S_ISREG(info->st_mode) && info->st_uid == geteuid() && info->st_nlink == 1 &&
           (info->st_mode & (S_IWGRP | S_IWOTH)) == 0;
}

static bool disk_read_all(int fd, size_t len, struct rd_buf *out)
{
    size_t done = 0;
    ssize_t got = 1;
    while (done < len && got > 0) {
        got = read(fd, rd_buf_reserve(out, len - done), len - done);
        out->len += got > 0 ? (size_t)got : 0;
        done += got > 0 ? (size_t)got : 0;
    }
    return done == len;
}

bool rd_disk_read_own(const char *path, size_t bytes_max, struct rd_buf *out)
{
    struct stat info;
    int fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0)
        return false;
    bool whole = fstat(fd, &info) == 0 && disk_is_own(&info) && info.st_size > 0 &&
                 (uintmax_t)info.st_size <= bytes_max &&
                 disk_read_all(fd, (size_t)info.st_size, out);
    (void)close(fd);
    return whole;
}

enum rd_status rd_disk_read(const char *path, size_t bytes_max, struct rd_buf *out,
                            struct rd_error *error)
{
    struct stat info;
    enum rd_status status = RD_OK;
    int fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0 || fstat(fd, &info) != 0)
        status = rd_error_errno(error, RD_IO, errno, "can't read %s", path);
    else if (!S_ISREG(info.st_mode) || (uintmax_t)info.st_size > bytes_max)
        status =
            rd_error_set(error, RD_CHECK_FAILED, "%s is no file, or longer than it may be", path);
    else if (!disk_read_all(fd, (size_t)info.st_size, out))
        status = rd_error_errno(error, RD_IO, errno, "can't read all of %s", path);
    if (fd >= 0)
        (void)close(fd);
    return status;
}

static bool disk_put(const char *path, const char *bytes, size_t len, bool flush)
{
    (void)unlink(path); /* one that was left, perhaps with another mode */
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0)
        return false;
    size_t done = 0;
    ssize_t put = 1;
    while (done < len && put > 0) {
        put = write(fd, bytes + done, len - done);
        done += put > 0 ? (size_t)put : 0;
    }
    bool good = done == len && (!flush || fsync(fd) == 0);
    return close(fd) == 0 && good;
}

bool rd_disk_replace(const char *path, const void *bytes, size_t len, bool flush)
{
    char aside[PATH_MAX];
    int n = snprintf(aside, sizeof aside, "%s.new", path);
    if (n < 0 || (size_t)n >= sizeof aside) {
        errno = ENAMETOOLONG;
        return false;
    }
    struct rd_error ignored = RD_ERROR_NONE;
    if (disk_put(aside, bytes, len, flush) && rename(aside, path) == 0)
        return !flush || rd_disk_flush_name(path, &ignored) == RD_OK;
    int failed = errno;
    (void)unlink(aside);
    errno = failed;
    return false;
}
