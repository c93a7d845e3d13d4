/* The file DIR/policy.kept.
 *
 * It is written aside and renamed, without a flush: after a loss of power it may hold anything, and
 * the hash in it tells. It is only ever believed for the very sources that the store holds, and by
 * the program that wrote it (policy.h).
 */
#include "kernel/kept.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"

static const char *kept_path(struct rd_kernel *kernel, struct rd_arena *arena, const char *suffix)
{
    return rd_arena_printf(arena, "%s/policy.kept%s", kernel->data_dir, suffix);
}

/* Whether the file is of our own making and nobody else may write it: what it says is believed as
 * if we had found it out. */
static bool kept_is_ours(const struct stat *info)
{
    return S_ISREG(info->st_mode) && info->st_uid == geteuid() && info->st_nlink == 1 &&
           (info->st_mode & (S_IWGRP | S_IWOTH)) == 0;
}

/* The whole file; false where there is none, or none that could be right. */
static bool kept_read(const char *path, struct rd_buf *out)
{
    struct stat info;
    int fd = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0)
        return false;
    bool whole = fstat(fd, &info) == 0 && kept_is_ours(&info) && info.st_size > 0 &&
                 info.st_size <= (off_t)RD_POLICY_KEPT_BYTES_MAX;
    size_t len = whole ? (size_t)info.st_size : 0;
    while (whole && out->len < len) {
        ssize_t got = read(fd, rd_buf_reserve(out, len - out->len), len - out->len);
        whole = got > 0;
        if (whole)
            out->len += (size_t)got;
    }
    (void)close(fd);
    return whole;
}

static bool kept_put(const char *path, const struct rd_buf *bytes)
{
    (void)unlink(path); /* one that was left, perhaps with another mode */
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0)
        return false;
    size_t done = 0;
    ssize_t put = 1;
    while (done < bytes->len && put > 0) {
        put = write(fd, bytes->data + done, bytes->len - done);
        if (put > 0)
            done += (size_t)put;
    }
    return close(fd) == 0 && done == bytes->len;
}

static void kept_write(struct rd_kernel *kernel, struct rd_arena *arena,
                       const struct rd_policy *policy)
{
    const char *path = kept_path(kernel, arena, ""), *aside = kept_path(kernel, arena, ".new");
    struct rd_buf bytes;
    rd_buf_init(&bytes);
    if (rd_policy_keep(policy, &bytes) && bytes.len <= RD_POLICY_KEPT_BYTES_MAX &&
        (!kept_put(aside, &bytes) || rename(aside, path) != 0)) {
        rd_log(RD_LOG_WARN, "policy", "cannot write %s (%s): the next start takes longer", path,
               strerror(errno));
        (void)unlink(aside);
    }
    rd_buf_fini(&bytes);
}

enum rd_status rd_kept_load(struct rd_kernel *kernel, const struct rd_policy_source *sources,
                            size_t count, struct rd_findings *findings, struct rd_policy **out,
                            struct rd_error *error)
{
    struct rd_arena arena;
    struct rd_buf bytes;
    struct rd_error unusable = RD_ERROR_NONE;
    rd_arena_init(&arena);
    rd_buf_init(&bytes);
    enum rd_status status = RD_NOT_FOUND;
    if (kept_read(kept_path(kernel, &arena, ""), &bytes))
        status = rd_policy_load_kept(sources, count, bytes.data, bytes.len,
                                     kernel->catalogue.names.symbols, findings, out, &unusable);
    rd_buf_fini(&bytes);
    if (status != RD_OK) {
        status =
            rd_policy_load(sources, count, kernel->catalogue.names.symbols, findings, out, error);
        if (status == RD_OK)
            kept_write(kernel, &arena, *out);
    }
    rd_arena_fini(&arena);
    return status;
}
