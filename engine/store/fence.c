/* Marks. See fence.h. A mark comes into being by a rename, so that it is there whole or not at all.
 */
#include "store/fence.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"

#define MARK_PATH_MAX 4096

static bool mark_path(char out[MARK_PATH_MAX], const char *dir, const char *mark, const char *end)
{
    return snprintf(out, MARK_PATH_MAX, "%s/%s%s", dir, mark, end) < MARK_PATH_MAX;
}

bool rd_mark_read(const char *dir, const char *mark, int64_t *epoch)
{
    char path[MARK_PATH_MAX], text[32] = "";
    *epoch = -1;
    if (!mark_path(path, dir, mark, ""))
        return true; /* what can't be looked at is not open to be written */
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return errno != ENOENT && errno != ENOTDIR;
    ssize_t len = read(fd, text, sizeof(text) - 1);
    close(fd);
    text[len > 0 ? len : 0] = 0;
    text[strcspn(text, "\n")] = 0;
    if (!rd_text_int(text, epoch))
        *epoch = -1;
    return true;
}

static enum rd_status mark_sync_dir(const char *dir, struct rd_error *error)
{
    int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    enum rd_status status = fd >= 0 && fsync(fd) == 0
                                ? RD_OK
                                : rd_error_errno(error, RD_IO, errno, "can't flush %s", dir);
    if (fd >= 0)
        close(fd);
    return status;
}

enum rd_status rd_mark_write(const char *dir, const char *mark, int64_t epoch,
                             struct rd_error *error)
{
    char path[MARK_PATH_MAX], temp[MARK_PATH_MAX], text[32];
    if (!mark_path(path, dir, mark, "") || !mark_path(temp, dir, mark, ".tmp"))
        return rd_error_set(error, RD_BAD_CONFIG, "the data directory's path is too long");
    int len = snprintf(text, sizeof(text), "%" PRId64 "\n", epoch);
    int fd = open(temp, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    bool good = fd >= 0 && write(fd, text, (size_t)len) == len && fsync(fd) == 0;
    int errnum = errno;
    if (fd >= 0)
        close(fd);
    if (good && rename(temp, path) != 0) {
        good = false;
        errnum = errno;
    }
    return good ? mark_sync_dir(dir, error)
                : rd_error_errno(error, RD_IO, errnum, "can't write %s", path);
}

enum rd_status rd_mark_remove(const char *dir, const char *mark, struct rd_error *error)
{
    char path[MARK_PATH_MAX];
    if (!mark_path(path, dir, mark, ""))
        return rd_error_set(error, RD_BAD_CONFIG, "the data directory's path is too long");
    if (unlink(path) != 0 && errno != ENOENT)
        return rd_error_errno(error, RD_IO, errno, "can't remove %s", path);
    return mark_sync_dir(dir, error);
}
