/* Directories that commands make, measure and remove. */
#ifndef RD_CLI_DIRS_H
#define RD_CLI_DIRS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"

/* The path without the slashes behind it, which shells like to write ("/backups/new/"). */
const char *rd_dirs_trim(struct rd_arena *arena, const char *path);
/* Makes a directory and those above it. */
enum rd_status rd_dirs_make(const char *path, struct rd_error *error) RD_MUST_CHECK;
/* Makes a new, empty directory PREFIX-xxxxxx (those above it too); its path in the arena. */
enum rd_status rd_dirs_make_new(struct rd_arena *arena, const char *prefix, const char **path,
                                struct rd_error *error) RD_MUST_CHECK;
/* The same below $TMPDIR, /dev/shm or /tmp. */
enum rd_status rd_dirs_make_scratch(struct rd_arena *arena, const char **path,
                                    struct rd_error *error) RD_MUST_CHECK;
/* Removes a directory and everything in it; links are not followed. What can't be removed stays. */
void rd_dirs_remove(const char *path);
/* Bytes that everything in it takes on the disk (blocks, not lengths: files may have holes). */
uint64_t rd_dirs_disk_bytes(const char *path);
/* RD_NOT_FOUND where `path` is no data directory (opening one would make it). */
enum rd_status rd_dirs_check_data(const char *path, struct rd_error *error) RD_MUST_CHECK;
/* Where the rules are: `given`, or "." where it holds rules/, or the installed example.
 * RD_BAD_CONFIG where none of them. */
enum rd_status rd_dirs_find_policy(const char *given, const char **path,
                                   struct rd_error *error) RD_MUST_CHECK;

#endif
