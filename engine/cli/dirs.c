/* Directories that commands make, measure and remove. Removing walks without following links, and
 * never leaves the file system on which it began: a command that clears up after itself must not
 * clear up anything else.
 */
#include "cli/dirs.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define DIRS_DEPTH_MAX 16

const char *rd_dirs_trim(struct rd_arena *arena, const char *path)
{
    size_t len = strlen(path);
    while (len > 1 && path[len - 1] == '/')
        len--;
    return rd_arena_copy(arena, path, len);
}

enum rd_status rd_dirs_make(const char *path, struct rd_error *error)
{
    char part[4096];
    size_t len = strlen(path);
    if (len == 0 || len >= sizeof(part))
        return rd_error_set(error, RD_BAD_CONFIG, "'%.80s' is no path", path);
    for (size_t i = 1; i <= len; i++) {
        if (path[i] != '/' && path[i] != '\0')
            continue;
        memcpy(part, path, i);
        part[i] = '\0';
        if (mkdir(part, 0700) != 0 && errno != EEXIST)
            return rd_error_errno(error, RD_IO, errno, "can't make the directory %s", part);
    }
    struct stat is;
    if (stat(path, &is) != 0 || !S_ISDIR(is.st_mode))
        return rd_error_set(error, RD_BAD_CONFIG, "%s is no directory", path);
    return RD_OK;
}

enum rd_status rd_dirs_make_new(struct rd_arena *arena, const char *prefix, const char **path,
                                struct rd_error *error)
{
    char *made = rd_arena_printf(arena, "%s-XXXXXX", prefix);
    char *slash = strrchr(made, '/');
    if (slash && slash != made) {
        *slash = '\0';
        enum rd_status status = rd_dirs_make(made, error);
        *slash = '/';
        if (status != RD_OK)
            return status;
    }
    if (!mkdtemp(made))
        return rd_error_errno(error, RD_IO, errno, "can't make a directory %s", made);
    *path = made;
    return RD_OK;
}

enum rd_status rd_dirs_make_scratch(struct rd_arena *arena, const char **path,
                                    struct rd_error *error)
{
    const char *below = getenv("TMPDIR");
    if (!below || !*below)
        below = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp";
    return rd_dirs_make_new(arena, rd_arena_printf(arena, "%s/redress", below), path, error);
}

/* What is done with each entry of a walk. */
struct dirs_walk {
    bool remove;
    dev_t device;
    uint64_t bytes;
};

static void dirs_walk(struct dirs_walk *walk, int parent, const char *name, int depth);

static void dirs_walk_inside(struct dirs_walk *walk, int fd, int depth)
{
    DIR *dir = fdopendir(fd);
    if (!dir) {
        close(fd);
        return;
    }
    for (struct dirent *entry; (entry = readdir(dir)) != NULL;)
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
            dirs_walk(walk, dirfd(dir), entry->d_name, depth + 1);
    closedir(dir);
}

static void dirs_walk(struct dirs_walk *walk, int parent, const char *name, int depth)
{
    struct stat is;
    if (depth > DIRS_DEPTH_MAX || fstatat(parent, name, &is, AT_SYMLINK_NOFOLLOW) != 0)
        return;
    if (depth == 0)
        walk->device = is.st_dev;
    if (is.st_dev != walk->device)
        return;
    walk->bytes += (uint64_t)is.st_blocks * 512;
    if (S_ISDIR(is.st_mode)) {
        int fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        if (fd >= 0)
            dirs_walk_inside(walk, fd, depth);
    }
    if (walk->remove)
        (void)unlinkat(parent, name, S_ISDIR(is.st_mode) ? AT_REMOVEDIR : 0);
}

void rd_dirs_remove(const char *path)
{
    struct dirs_walk walk = { .remove = true };
    dirs_walk(&walk, AT_FDCWD, path, 0);
}

uint64_t rd_dirs_disk_bytes(const char *path)
{
    struct dirs_walk walk = { .remove = false };
    dirs_walk(&walk, AT_FDCWD, path, 0);
    return walk.bytes;
}

static bool dirs_holds(const char *path, const char *name)
{
    char whole[4096];
    struct stat is;
    size_t len = strlen(path);
    size_t more = strlen(name);
    if (len + more + 2 > sizeof(whole))
        return false;
    memcpy(whole, path, len);
    whole[len] = '/';
    memcpy(whole + len + 1, name, more + 1);
    return stat(whole, &is) == 0 && S_ISDIR(is.st_mode);
}

enum rd_status rd_dirs_check_data(const char *path, struct rd_error *error)
{
    errno = 0;
    if (dirs_holds(path, "journal"))
        return RD_OK;
    if (errno == EACCES)
        return rd_error_errno(error, RD_NOT_ALLOWED, errno,
                              "can't look into %s (run it as its owner)", path);
    return rd_error_set(error, RD_NOT_FOUND, "%s is no data directory: it holds no journal", path);
}

enum rd_status rd_dirs_find_policy(const char *given, const char **path, struct rd_error *error)
{
    const char *const places[] = { ".", RD_SHARE_DIR };
    if (given) {
        *path = given;
        return RD_OK;
    }
    for (size_t i = 0; i < sizeof(places) / sizeof(*places); i++) {
        *path = places[i];
        if (dirs_holds(*path, "rules"))
            return RD_OK;
    }
    return rd_error_set(error, RD_BAD_CONFIG, "neither . nor %s holds rules/; say --policy DIR",
                        RD_SHARE_DIR);
}
