/* Checkpoints. See checkpoint.h. */
#include "store/checkpoint.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"

#define CHECKPOINT_WORD "redress-checkpoint-v1"
#define CHECKPOINT_FIELDS 8
#define CHECKPOINTS_BYTES_MAX (64ll * 1024 * 1024)

const char *rd_checkpoints_path(struct rd_arena *arena, const char *data_dir)
{
    return rd_arena_printf(arena, "%s/audit/checkpoints", data_dir);
}

/* ---- reading ---- */

static bool checkpoint_hash(const char *text, unsigned char out[RD_HASH_BYTES])
{
    size_t len;
    return strlen(text) == 2 * RD_HASH_BYTES &&
           sodium_hex2bin(out, RD_HASH_BYTES, text, 2 * RD_HASH_BYTES, NULL, &len, NULL) == 0 &&
           len == RD_HASH_BYTES;
}

/* Digits only, from 1. */
static bool checkpoint_number(const char *text, uint64_t max, uint64_t *out)
{
    char *end;
    if (*text < '1' || *text > '9')
        return false;
    errno = 0;
    *out = strtoull(text, &end, 10);
    return !*end && errno == 0 && *out <= max;
}

/* Splits at single spaces, in place. */
static bool checkpoint_split(char *text, char *fields[CHECKPOINT_FIELDS])
{
    size_t count = 0;
    for (char *at = text; at; count++) {
        if (count == CHECKPOINT_FIELDS)
            return false;
        fields[count] = at;
        at = strchr(at, ' ');
        if (at)
            *at++ = 0;
    }
    return count == CHECKPOINT_FIELDS;
}

enum rd_status rd_checkpoint_parse(const char *line, const struct rd_sign_key *key,
                                   struct rd_arena *arena, struct rd_checkpoint *out,
                                   struct rd_error *error)
{
    char *fields[CHECKPOINT_FIELDS];
    size_t len = strlen(line);
    char *copy = rd_arena_copy(arena, line, len);
    uint64_t number = 0;
    *out = (struct rd_checkpoint){ .line = rd_arena_copy(arena, line, len) };
    if (len >= RD_CHECKPOINT_LINE_MAX || !checkpoint_split(copy, fields) ||
        strcmp(fields[0], CHECKPOINT_WORD) != 0 ||
        !checkpoint_number(fields[1], UINT32_MAX, &number) ||
        !rd_time_read(fields[2], &out->made_at_ms) ||
        !checkpoint_number(fields[3], INT64_MAX, &out->entries) ||
        !checkpoint_hash(fields[4], out->hash) || !checkpoint_hash(fields[5], out->before))
        return rd_error_set(error, RD_CHECK_FAILED, "it is no checkpoint");
    out->number = (uint32_t)number;
    if (!key)
        return RD_OK;
    if (strcmp(fields[6], key->name) != 0)
        return rd_error_set(error, RD_CHECK_FAILED, "it is signed by the key %.16s, not by %s",
                            fields[6], key->name);
    if (!rd_sign_check(key, line, (size_t)(fields[7] - copy) - 1, fields[7]))
        return rd_error_set(error, RD_CHECK_FAILED, "its signature does not fit: it was changed");
    return RD_OK;
}

/* How it follows the one before. */
static const char *checkpoint_order(const struct rd_checkpoint *item,
                                    const struct rd_checkpoint *before)
{
    unsigned char hash[RD_HASH_BYTES] = { 0 };
    if (before)
        crypto_generichash(hash, sizeof(hash), (const unsigned char *)before->line,
                           strlen(before->line), NULL, 0);
    if (item->number != (before ? before->number + 1 : 1))
        return "it is not the next one";
    if (memcmp(item->before, hash, RD_HASH_BYTES) != 0)
        return "the one before it is another";
    return before && item->entries < before->entries ? "it has fewer entries than the one before"
                                                     : NULL;
}

static enum rd_status checkpoints_load(const char *path, struct rd_arena *arena, char **text,
                                       struct rd_error *error)
{
    struct stat stat;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    *text = NULL;
    if (fd < 0)
        return errno == ENOENT ? RD_OK : rd_error_errno(error, RD_IO, errno, "can't open %s", path);
    enum rd_status status = RD_OK;
    if (fstat(fd, &stat) != 0)
        status = rd_error_errno(error, RD_IO, errno, "can't read %s", path);
    else if (stat.st_size > CHECKPOINTS_BYTES_MAX)
        status = rd_error_set(error, RD_CHECK_FAILED, "%s is too large for checkpoints", path);
    if (status == RD_OK) {
        size_t len = (size_t)stat.st_size, at = 0;
        ssize_t got = 1;
        *text = rd_arena_alloc(arena, len + 1);
        for (; at < len && got > 0; at += got > 0 ? (size_t)got : 0)
            got = read(fd, *text + at, len - at);
        (*text)[at] = 0;
        if (got < 0)
            status = rd_error_errno(error, RD_IO, errno, "can't read %s", path);
        else if (strlen(*text) != at)
            status = rd_error_set(error, RD_CHECK_FAILED, "%s holds something else", path);
    }
    close(fd);
    return status;
}

enum rd_status rd_checkpoints_read(const char *path, const struct rd_sign_key *key,
                                   struct rd_arena *arena, struct rd_checkpoints *out,
                                   struct rd_error *error)
{
    char *text;
    size_t lines = 0;
    *out = (struct rd_checkpoints){ .count = 0 };
    RD_ASSERT(sodium_init() >= 0);
    enum rd_status status = checkpoints_load(path, arena, &text, error);
    for (const char *at = text; status == RD_OK && at && (at = strchr(at, '\n')); at++)
        lines++;
    out->items = rd_arena_alloc(arena, (lines + 1) * sizeof(*out->items));
    for (char *at = text; status == RD_OK && at && *at;) {
        struct rd_error why = RD_ERROR_NONE;
        struct rd_checkpoint *item = &out->items[out->count];
        char *end = strchr(at, '\n');
        if (!end)
            return rd_error_set(error, RD_CHECK_FAILED, "%s: line %zu is not finished", path,
                                out->count + 1);
        *end = 0;
        const char *order = NULL;
        status = rd_checkpoint_parse(at, key, arena, item, &why);
        if (status == RD_OK)
            order = checkpoint_order(item, out->count ? item - 1 : NULL);
        if (status != RD_OK || order)
            return rd_error_set(error, RD_CHECK_FAILED, "%s: line %zu: %s", path, out->count + 1,
                                order ? order : why.text);
        out->count++;
        at = end + 1;
    }
    return status;
}

struct rd_journal_known *rd_checkpoints_known(const struct rd_checkpoints *have,
                                              struct rd_arena *arena)
{
    struct rd_journal_known *known = rd_arena_alloc(arena, (have->count + 1) * sizeof(*known));
    for (size_t i = 0; i < have->count; i++) {
        known[i].seq = have->items[i].entries;
        known[i].who = rd_arena_printf(arena, "checkpoint %u", have->items[i].number);
        memcpy(known[i].hash, have->items[i].hash, RD_HASH_BYTES);
    }
    return known;
}

/* ---- writing ---- */

static void checkpoint_spell(struct rd_checkpoint *item, const struct rd_sign_key *key,
                             struct rd_arena *arena)
{
    char made[RD_TIME_TEXT_MAX], hash[2 * RD_HASH_BYTES + 1], before[2 * RD_HASH_BYTES + 1];
    char signature[RD_SIGN_TEXT_MAX];
    rd_time_write(item->made_at_ms, made);
    sodium_bin2hex(hash, sizeof(hash), item->hash, RD_HASH_BYTES);
    sodium_bin2hex(before, sizeof(before), item->before, RD_HASH_BYTES);
    char *line = rd_arena_printf(arena, CHECKPOINT_WORD " %u %s %" PRIu64 " %s %s %s", item->number,
                                 made, item->entries, hash, before, key->name);
    rd_sign_text(key, line, strlen(line), signature);
    item->line = rd_arena_printf(arena, "%s %s", line, signature);
}

/* Behind what is there, and on disk: of a write that failed nothing stays. */
static enum rd_status checkpoint_append(const char *path, const char *line, struct rd_error *error)
{
    char text[RD_CHECKPOINT_LINE_MAX + 1], dir[4096];
    int len = snprintf(text, sizeof(text), "%s\n", line);
    const char *slash = strrchr(path, '/');
    snprintf(dir, sizeof(dir), "%.*s", slash ? (int)(slash - path) : 1, slash ? path : ".");
    if (mkdir(dir, 0700) != 0 && errno != EEXIST)
        return rd_error_errno(error, RD_IO, errno, "can't make %s", dir);
    int fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    int dir_fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    off_t end = fd >= 0 ? lseek(fd, 0, SEEK_END) : -1;
    bool good = end >= 0 && dir_fd >= 0 && write(fd, text, (size_t)len) == len && fsync(fd) == 0 &&
                fsync(dir_fd) == 0;
    int errnum = errno;
    if (!good && end >= 0 && ftruncate(fd, end) != 0)
        errnum = errno;
    if (fd >= 0)
        close(fd);
    if (dir_fd >= 0)
        close(dir_fd);
    return good ? RD_OK : rd_error_errno(error, RD_IO, errnum, "can't write %s", path);
}

enum rd_status rd_checkpoint_add(const char *path, const struct rd_checkpoints *have,
                                 const struct rd_journal_verdict *proven, int64_t now_ms,
                                 const struct rd_sign_key *key, struct rd_arena *arena,
                                 struct rd_checkpoint *next, struct rd_error *error)
{
    const struct rd_checkpoint *last = have->count ? &have->items[have->count - 1] : NULL;
    if (!key->signs)
        return rd_error_set(error, RD_USAGE, "a public key can't sign; name the secret one");
    if (proven->entries == 0)
        return rd_error_set(error, RD_NOT_FOUND, "the journal has no entry yet");
    *next = (struct rd_checkpoint){ .number = last ? last->number + 1 : 1,
                                    .made_at_ms = now_ms,
                                    .entries = proven->entries };
    memcpy(next->hash, proven->hash, RD_HASH_BYTES);
    if (last)
        crypto_generichash(next->before, RD_HASH_BYTES, (const unsigned char *)last->line,
                           strlen(last->line), NULL, 0);
    checkpoint_spell(next, key, arena);
    return checkpoint_append(path, next->line, error);
}
