/* The manifest of a backup. See backup_manifest.h. */
#include "store/backup_manifest.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/json.h"
#include "base/text.h"

#define MANIFEST_TEMP RD_BACKUP_MANIFEST ".tmp"
#define MANIFEST_BYTES_MAX (256ll * 1024 * 1024)

void rd_backup_manifest_init(struct rd_backup_manifest *manifest)
{
    *manifest = (struct rd_backup_manifest){ .count = 0 };
}

void rd_backup_manifest_fini(struct rd_backup_manifest *manifest)
{
    free(manifest->segments);
    *manifest = (struct rd_backup_manifest){ .count = 0 };
}

void rd_backup_manifest_add(struct rd_backup_manifest *manifest,
                            const struct rd_backup_segment *segment)
{
    RD_ASSERT(segment->number == manifest->count + 1);
    manifest->segments =
        realloc(manifest->segments, (manifest->count + 1) * sizeof(*manifest->segments));
    RD_ASSERT(manifest->segments);
    manifest->segments[manifest->count++] = *segment;
}

/* ---- to text ---- */

static struct rd_value manifest_hex(struct rd_arena *arena, const unsigned char *hash)
{
    char text[2 * RD_HASH_BYTES + 1];
    sodium_bin2hex(text, sizeof(text), hash, RD_HASH_BYTES);
    return rd_text_copy(arena, text, 2 * RD_HASH_BYTES);
}

static struct rd_value manifest_segment(struct rd_arena *arena,
                                        const struct rd_backup_segment *segment)
{
    char name[RD_SEGMENT_NAME_MAX];
    struct rd_value map = rd_map();
    rd_segment_name(name, segment->number, segment->packed);
    rd_map_add(arena, &map, "file", rd_text_copy(arena, name, strlen(name)));
    rd_map_add(arena, &map, "bytes", rd_int((int64_t)segment->bytes));
    rd_map_add(arena, &map, "file_hash", manifest_hex(arena, segment->file_hash));
    rd_map_add(arena, &map, "end", rd_int(segment->end));
    rd_map_add(arena, &map, "last_entry", rd_int((int64_t)segment->last_seq));
    rd_map_add(arena, &map, "last_hash", manifest_hex(arena, segment->hash));
    return map;
}

static void manifest_text(const struct rd_backup_manifest *manifest, struct rd_buf *out)
{
    struct rd_arena arena;
    struct rd_value root = rd_map(), list = rd_list();
    rd_arena_init(&arena);
    rd_map_add(&arena, &root, "redress_backup", rd_int(RD_BACKUP_FORMAT));
    rd_map_add(&arena, &root, "made_at_ms", rd_int(manifest->made_at_ms));
    for (uint32_t i = 0; i < manifest->count; i++)
        rd_list_add(&arena, &list, manifest_segment(&arena, &manifest->segments[i]));
    rd_map_add(&arena, &root, "segments", list);
    rd_json_write_pretty(out, &root);
    rd_arena_fini(&arena);
}

enum rd_status rd_backup_manifest_write(int dir_fd, const struct rd_backup_manifest *manifest,
                                        struct rd_error *error)
{
    struct rd_buf text;
    rd_buf_init(&text);
    manifest_text(manifest, &text);
    (void)unlinkat(dir_fd, MANIFEST_TEMP, 0); /* one that was left, or that leads elsewhere */
    int fd = openat(dir_fd, MANIFEST_TEMP, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    bool good = fd >= 0 && rd_segment_pwrite(fd, text.data, text.len, 0) && fsync(fd) == 0 &&
                renameat(dir_fd, MANIFEST_TEMP, dir_fd, RD_BACKUP_MANIFEST) == 0 &&
                fsync(dir_fd) == 0;
    int errnum = errno;
    if (fd >= 0)
        close(fd);
    rd_buf_fini(&text);
    return good ? RD_OK
                : rd_error_errno(error, RD_IO, errnum, "can't write %s", RD_BACKUP_MANIFEST);
}

/* ---- from text ---- */

static bool manifest_unhex(const struct rd_value *map, const char *name, unsigned char *out)
{
    const char *text = rd_map_text(map, name, "");
    size_t len = 0;
    return sodium_hex2bin(out, RD_HASH_BYTES, text, strlen(text), NULL, &len, NULL) == 0 &&
           len == RD_HASH_BYTES;
}

static bool manifest_take(struct rd_backup_manifest *manifest, const struct rd_value *map)
{
    struct rd_backup_segment segment = { .number = manifest->count + 1 };
    char name[RD_SEGMENT_NAME_MAX];
    const char *file = rd_map_text(map, "file", "");
    uint64_t before = manifest->count ? manifest->segments[manifest->count - 1].last_seq : 0;
    int64_t bytes = rd_map_int(map, "bytes", -1), end = rd_map_int(map, "end", -1),
            last = rd_map_int(map, "last_entry", -1);
    rd_segment_name(name, segment.number, true);
    segment.packed = strcmp(file, name) == 0;
    rd_segment_name(name, segment.number, false);
    if ((!segment.packed && strcmp(file, name) != 0) || bytes < 1 || end < 0 || end > UINT32_MAX ||
        last < 0 || (uint64_t)last < before || !manifest_unhex(map, "last_hash", segment.hash) ||
        !manifest_unhex(map, "file_hash", segment.file_hash))
        return false;
    segment.bytes = (uint64_t)bytes;
    segment.end = (uint32_t)end;
    segment.last_seq = (uint64_t)last;
    rd_backup_manifest_add(manifest, &segment);
    return true;
}

static enum rd_status manifest_parse(const char *dir, const struct rd_value *root,
                                     struct rd_backup_manifest *manifest, struct rd_error *error)
{
    int64_t format = rd_map_int(root, "redress_backup", 0);
    const struct rd_value *segments = rd_map_list(root, "segments");
    if (format > RD_BACKUP_FORMAT)
        return rd_error_set(error, RD_BAD_CONFIG,
                            "%s/" RD_BACKUP_MANIFEST " has format %lld, and this program reads %d: "
                            "use the program that made it, or a newer one",
                            dir, (long long)format, RD_BACKUP_FORMAT);
    manifest->made_at_ms = rd_map_int(root, "made_at_ms", 0);
    bool good = format == RD_BACKUP_FORMAT && segments->count > 0;
    for (uint32_t i = 0; good && i < segments->count; i++)
        good = manifest_take(manifest, &segments->items[i]);
    return good ? RD_OK
                : rd_error_set(error, RD_CORRUPT,
                               "%s/" RD_BACKUP_MANIFEST " is no manifest of a backup, or damaged",
                               dir);
}

enum rd_status rd_backup_manifest_read(int dir_fd, const char *dir,
                                       struct rd_backup_manifest *manifest, struct rd_error *error)
{
    struct stat stat;
    struct rd_arena arena;
    struct rd_value root;
    int fd = openat(dir_fd, RD_BACKUP_MANIFEST, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0)
        return errno == ENOENT ? rd_error_set(error, RD_NOT_FOUND, "%s holds no backup (no %s)",
                                              dir, RD_BACKUP_MANIFEST)
                               : rd_error_errno(error, RD_IO, errno, "can't open %s/%s", dir,
                                                RD_BACKUP_MANIFEST);
    rd_arena_init(&arena);
    char *text = NULL;
    enum rd_status status = RD_OK;
    if (fstat(fd, &stat) != 0 || stat.st_size > MANIFEST_BYTES_MAX)
        status = rd_error_set(error, RD_CORRUPT, "%s/%s is too large", dir, RD_BACKUP_MANIFEST);
    if (status == RD_OK) {
        text = malloc((size_t)stat.st_size + 1);
        RD_ASSERT(text);
        if (!rd_segment_pread(fd, text, (size_t)stat.st_size, 0))
            status =
                rd_error_errno(error, RD_IO, errno, "can't read %s/%s", dir, RD_BACKUP_MANIFEST);
    }
    if (status == RD_OK &&
        rd_json_parse(&arena, text, (size_t)stat.st_size, 8, &root, error) != RD_OK)
        status = rd_error_set(error, RD_CORRUPT, "%s/%s is damaged", dir, RD_BACKUP_MANIFEST);
    if (status == RD_OK)
        status = manifest_parse(dir, &root, manifest, error);
    free(text);
    close(fd);
    rd_arena_fini(&arena);
    return status;
}

void rd_backup_summary_of(const struct rd_backup_manifest *manifest,
                          struct rd_backup_summary *summary)
{
    *summary = (struct rd_backup_summary){ .segments = manifest->count,
                                           .made_at_ms = manifest->made_at_ms };
    for (uint32_t i = 0; i < manifest->count; i++)
        summary->bytes += manifest->segments[i].bytes;
    if (manifest->count > 0) {
        const struct rd_backup_segment *last = &manifest->segments[manifest->count - 1];
        summary->entries = last->last_seq;
        memcpy(summary->hash, last->hash, RD_HASH_BYTES);
    }
}
