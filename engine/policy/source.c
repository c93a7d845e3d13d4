/* Sources: finding and reading a policy's files, and naming their whole by a hash.
 *
 * The hash covers paths and texts with their lengths, so that no two different sets of files run
 * into the same bytes. Order is that of the paths, byte by byte, whatever order the directory has.
 * Files and directories whose names begin with a dot (what editors leave behind) are not part of a
 * policy. A symbolic link may point to something inside DIR, not out of it.
 */
#include "policy/policy.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/limits.h"
#include "base/text.h"

#define SOURCE_DEPTH_MAX 16
#define HASH_BYTES 32

/* One walk through a directory. */
struct walk {
    struct rd_arena *arena;
    char *root; /* real path, malloc's */
    struct rd_policy_source *sources;
    size_t count, bytes;
    struct rd_error *error;
    struct rd_findings *beside; /* not NULL: nothing is read, what is passed over is said */
};

static enum rd_status walk_directory(struct walk *walk, const char *path, int depth);

static char *walk_full(struct walk *walk, const char *path)
{
    return rd_arena_printf(walk->arena, "%s/%s", walk->root, path);
}

static enum rd_status walk_read(struct walk *walk, const char *path, char *text, size_t len)
{
    int fd = open(walk_full(walk, path), O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return rd_error_errno(walk->error, RD_IO, errno, "cannot open %s", path);
    size_t done = 0;
    ssize_t got = 1;
    while (done < len && got > 0) {
        got = read(fd, text + done, len - done);
        if (got > 0)
            done += (size_t)got;
    }
    int failure = errno;
    close(fd);
    if (got < 0)
        return rd_error_errno(walk->error, RD_IO, failure, "cannot read %s", path);
    if (done != len)
        return rd_error_set(walk->error, RD_BAD_CONFIG, "%s was changed while it was read", path);
    text[len] = '\0';
    return RD_OK;
}

static enum rd_status walk_file(struct walk *walk, const char *path, const struct stat *info)
{
    if (walk->count == RD_POLICY_FILES_MAX)
        return rd_error_set(walk->error, RD_BAD_CONFIG, "more than %d policy files",
                            RD_POLICY_FILES_MAX);
    if (info->st_size > (off_t)RD_POLICY_FILE_BYTES_MAX)
        return rd_error_set(walk->error, RD_BAD_CONFIG, "%s is larger than %u bytes", path,
                            RD_POLICY_FILE_BYTES_MAX);
    size_t len = (size_t)info->st_size;
    walk->bytes += len;
    if (walk->bytes > RD_POLICY_BYTES_MAX)
        return rd_error_set(walk->error, RD_BAD_CONFIG,
                            "the policy files are larger than %u bytes together",
                            RD_POLICY_BYTES_MAX);
    char *text = rd_arena_alloc(walk->arena, len + 1);
    enum rd_status status = walk_read(walk, path, text, len);
    if (status == RD_OK)
        walk->sources[walk->count++] = (struct rd_policy_source){ path, text, len };
    return status;
}

/* Whether a link ends inside the root. */
static enum rd_status walk_link(struct walk *walk, const char *path)
{
    char *real = realpath(walk_full(walk, path), NULL);
    if (!real)
        return rd_error_errno(walk->error, RD_BAD_CONFIG, errno, "cannot follow the link %s", path);
    size_t len = strlen(walk->root);
    bool inside = strncmp(real, walk->root, len) == 0 && real[len] == '/';
    free(real);
    if (!inside)
        return rd_error_set(walk->error, RD_BAD_CONFIG,
                            "the link %s leads out of the policy's directory", path);
    return RD_OK;
}

static bool source_is_lua(const char *name)
{
    size_t len = strlen(name);
    return len > 4 && strcmp(name + len - 4, ".lua") == 0;
}

/* "refunds.lua.txt", "refunds.LUA": was it meant? */
static bool source_is_nearly(const char *name)
{
    size_t len = strlen(name);
    return len > 4 && strcasestr(name, ".lua") && !source_is_lua(name) && name[len - 1] != '~';
}

static void walk_beside(struct walk *walk, const char *path, const char *name)
{
    if (source_is_nearly(name))
        rd_finding_warning(
            walk->beside, path, 0,
            "is not read: a file of rules has a name that ends in .lua; rename it, or "
            "put it elsewhere");
}

static enum rd_status walk_entry(struct walk *walk, const char *parent, const char *name, int depth)
{
    if (name[0] == '.')
        return RD_OK;
    if (!rd_text_is_utf8(name, strlen(name)))
        return rd_error_set(walk->error, RD_BAD_CONFIG, "a file name in %s is not UTF-8", parent);
    const char *path = rd_arena_printf(walk->arena, "%s/%s", parent, name);
    struct stat info;
    if (lstat(walk_full(walk, path), &info) != 0)
        return rd_error_errno(walk->error, RD_IO, errno, "cannot look at %s", path);
    if (S_ISLNK(info.st_mode)) {
        enum rd_status status = walk_link(walk, path);
        if (status != RD_OK)
            return status;
        if (stat(walk_full(walk, path), &info) != 0)
            return rd_error_errno(walk->error, RD_IO, errno, "cannot look at %s", path);
    }
    if (S_ISDIR(info.st_mode))
        return strcmp(path, "scripts/import") == 0 ? RD_OK : walk_directory(walk, path, depth + 1);
    if (walk->beside && S_ISREG(info.st_mode))
        walk_beside(walk, path, name);
    else if (S_ISREG(info.st_mode) && source_is_lua(name))
        return walk_file(walk, path, &info);
    return RD_OK;
}

static enum rd_status walk_directory(struct walk *walk, const char *path, int depth)
{
    if (depth > SOURCE_DEPTH_MAX)
        return rd_error_set(walk->error, RD_BAD_CONFIG, "%s is nested too deep", path);
    DIR *dir = opendir(walk_full(walk, path));
    if (!dir && errno == ENOENT)
        return RD_OK;
    if (!dir)
        return rd_error_errno(walk->error, RD_BAD_CONFIG, errno, "cannot read %s", path);
    enum rd_status status = RD_OK;
    for (struct dirent *entry; status == RD_OK && (entry = readdir(dir)) != NULL;)
        status = walk_entry(walk, path, entry->d_name, depth);
    closedir(dir);
    return status;
}

static int source_by_path(const void *a, const void *b)
{
    return strcmp(((const struct rd_policy_source *)a)->path,
                  ((const struct rd_policy_source *)b)->path);
}

enum rd_status rd_policy_read_dir(struct rd_arena *arena, const char *dir,
                                  struct rd_policy_source **sources, size_t *count,
                                  struct rd_error *error)
{
    struct walk walk = { .arena = arena, .error = error, .root = realpath(dir, NULL) };
    if (!walk.root)
        return rd_error_errno(error, RD_BAD_CONFIG, errno, "cannot read the policy's directory %s",
                              dir);
    walk.sources = rd_arena_zalloc(arena, RD_POLICY_FILES_MAX, sizeof(*walk.sources));
    enum rd_status status = walk_directory(&walk, "rules", 1);
    if (status == RD_OK)
        status = walk_directory(&walk, "scripts", 1);
    free(walk.root);
    if (status != RD_OK)
        return status;
    if (walk.count == 0)
        return rd_error_set(error, RD_BAD_CONFIG,
                            "there is no policy in %s: no rules/*.lua and no scripts/*.lua", dir);
    qsort(walk.sources, walk.count, sizeof(*walk.sources), source_by_path);
    *sources = walk.sources;
    *count = walk.count;
    return RD_OK;
}

void rd_policy_look_beside(struct rd_arena *arena, const char *dir, struct rd_findings *findings)
{
    struct rd_error ignored = RD_ERROR_NONE;
    struct walk walk = {
        .arena = arena, .error = &ignored, .root = realpath(dir, NULL), .beside = findings
    };
    if (walk.root && walk_directory(&walk, "rules", 1) == RD_OK)
        (void)walk_directory(&walk, "scripts", 1);
    free(walk.root);
}

static void hash_bytes(crypto_generichash_state *state, const char *bytes, size_t len)
{
    unsigned char prefix[8];
    for (int i = 0; i < 8; i++)
        prefix[i] = (unsigned char)((uint64_t)len >> (8 * i));
    crypto_generichash_update(state, prefix, sizeof(prefix));
    crypto_generichash_update(state, (const unsigned char *)bytes, len);
}

void rd_policy_hash(const struct rd_policy_source *sources, size_t count,
                    char out[RD_POLICY_HASH_TEXT])
{
    int ready = sodium_init();
    RD_ASSERT(ready >= 0);
    crypto_generichash_state state;
    crypto_generichash_init(&state, NULL, 0, HASH_BYTES);
    for (size_t i = 0; i < count; i++) {
        hash_bytes(&state, sources[i].path, strlen(sources[i].path));
        hash_bytes(&state, sources[i].text, sources[i].len);
    }
    unsigned char hash[HASH_BYTES];
    crypto_generichash_final(&state, hash, sizeof(hash));
    sodium_bin2hex(out, RD_POLICY_HASH_TEXT, hash, sizeof(hash));
}
