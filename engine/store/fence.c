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
#include "store/disk.h"

#define MARK_PATH_MAX 4096

static bool mark_path(char out[MARK_PATH_MAX], const char *dir, const char *mark)
{
    return snprintf(out, MARK_PATH_MAX, "%s/%s", dir, mark) < MARK_PATH_MAX;
}

bool rd_mark_read(const char *dir, const char *mark, int64_t *epoch)
{
    char path[MARK_PATH_MAX], text[32] = "";
    *epoch = -1;
    if (!mark_path(path, dir, mark))
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

enum rd_status rd_mark_write(const char *dir, const char *mark, int64_t epoch,
                             struct rd_error *error)
{
    char path[MARK_PATH_MAX], text[32];
    if (!mark_path(path, dir, mark))
        return rd_error_set(error, RD_BAD_CONFIG, "the data directory's path is too long");
    int len = snprintf(text, sizeof(text), "%" PRId64 "\n", epoch);
    return rd_disk_replace(path, text, (size_t)len, true)
               ? RD_OK
               : rd_error_errno(error, RD_IO, errno, "can't write %s", path);
}

enum rd_status rd_mark_remove(const char *dir, const char *mark, struct rd_error *error)
{
    char path[MARK_PATH_MAX];
    if (!mark_path(path, dir, mark))
        return rd_error_set(error, RD_BAD_CONFIG, "the data directory's path is too long");
    if (unlink(path) != 0 && errno != ENOENT)
        return rd_error_errno(error, RD_IO, errno, "can't remove %s", path);
    return rd_disk_flush_dir(dir, error);
}
