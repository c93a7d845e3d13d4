/* What the rooms of the store ask of the file system beside reading and writing. */
#ifndef RD_STORE_DISK_H
#define RD_STORE_DISK_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/error.h"

/* A directory that is there, made where it was missing (mode 0700), and whose name is durable: a
 * new name outlives a loss of power only when the directory that it stands in is flushed, and
 * whoever made it may have been killed before. RD_IO and RD_STORAGE_FULL say what could not be done
 * with it. */
enum rd_status rd_disk_make_dir(const char *path, struct rd_error *error) RD_MUST_CHECK;
/* Flushes the names that stand in a directory. */
enum rd_status rd_disk_flush_dir(const char *path, struct rd_error *error) RD_MUST_CHECK;
/* Flushes the name that a file or directory has itself. A parent that may not be read, or is not
 * ours to write, is left alone. */
enum rd_status rd_disk_flush_name(const char *path, struct rd_error *error) RD_MUST_CHECK;

/* Why a write to the file came out short or with EIO, where it is for want of room: ENOSPC, EDQUOT
 * or EFBIG. 0: there is room, so the disk itself has failed. Tries it with a file in `dir` that has
 * no name. */
int rd_disk_no_room(int fd, const char *dir);

/* Appends the whole of a file of our own making, which nobody else may write, so that what it says
 * may be believed. False where there is none, where it is another's, empty, or longer. */
bool rd_disk_read_own(const char *path, size_t bytes_max, struct rd_buf *out);
/* Appends the whole of a file, whoever's it is: of a backup that another user made, or that shares
 * its files with an older copy of itself. */
enum rd_status rd_disk_read(const char *path, size_t bytes_max, struct rd_buf *out,
                            struct rd_error *error) RD_MUST_CHECK;
/* Writes a file that only we may read: PATH.new, then renamed. Where it is not flushed it may hold
 * anything after a loss of power. False: nothing has changed, errno says why. */
bool rd_disk_replace(const char *path, const void *bytes, size_t len, bool flush);

#endif
