/* Keys of persons. See keys.h.
 *
 * A record's id says where its key lies (type: which file, number: which slot), so nothing is
 * searched and no key is held in memory: reading is a look into a mapped file. It must never give
 * a key that is not on disk, nor draw one where there was one.
 */
#include "store/keys.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/limits.h"
#include "store/disk.h"
#include "store/faults.h"
#include "store/segment.h"

#define KEYS_PATH_MAX 4096
#define KEYS_SLOT RD_SEAL_KEY_BYTES
#define KEYS_BLOCK_BYTES (RD_KEYS_BLOCK * KEYS_SLOT)
#define KEYS_FILE_BYTES_MAX (64ull * 1024 * 1024 * 1024)

/* The keys of one type of records. */
struct keys_file {
    uint32_t type;
    int fd; /* -1: there is no file yet */
    bool writes;
    const unsigned char *map; /* NULL: nothing is mapped */
    size_t len;
    struct keys_file *next;
};

struct rd_keys {
    char dir[KEYS_PATH_MAX];
    struct keys_file *files;
    void (*draw)(void *context, void *bytes, size_t len);
    void *draw_context;
    bool spares;                   /* who comes before the one asked for is left alone */
    struct rd_seal_memory *memory; /* NULL: nobody has asked for a sealer */
};

static uint32_t keys_type(uint64_t person)
{
    return (uint32_t)(person >> 48);
}

static uint64_t keys_at(uint64_t person)
{
    return (person & ((1ull << 48) - 1)) * KEYS_SLOT;
}

static void keys_draw_chance(void *context, void *bytes, size_t len)
{
    (void)context;
    randombytes_buf(bytes, len);
}

struct rd_keys *rd_keys_new(const char *data_dir)
{
    struct rd_keys *keys = calloc(1, sizeof *keys);
    RD_ASSERT(keys && sodium_init() >= 0);
    RD_ASSERT((size_t)snprintf(keys->dir, sizeof keys->dir, "%s/" RD_KEYS_DIR, data_dir) <
              sizeof keys->dir);
    keys->draw = keys_draw_chance;
    return keys;
}

void rd_keys_free(struct rd_keys *keys)
{
    if (keys)
        rd_seal_memory_free(keys->memory);
    while (keys && keys->files) {
        struct keys_file *file = keys->files;
        keys->files = file->next;
        if (file->map)
            munmap((void *)(uintptr_t)file->map, file->len);
        if (file->fd >= 0)
            close(file->fd);
        free(file);
    }
    free(keys);
}

struct rd_sealer rd_keys_sealer(struct rd_keys *keys)
{
    if (!keys->memory)
        keys->memory = rd_seal_memory_new();
    return (struct rd_sealer){ rd_keys_find, keys, keys->memory };
}

void rd_keys_draw_by(struct rd_keys *keys, void (*draw)(void *context, void *bytes, size_t len),
                     void *context)
{
    keys->draw = draw ? draw : keys_draw_chance;
    keys->draw_context = context;
}

void rd_keys_spare(struct rd_keys *keys)
{
    keys->spares = true;
}

/* ---- files ---- */

static void keys_path(const struct rd_keys *keys, uint32_t type, char out[KEYS_PATH_MAX + 16])
{
    snprintf(out, KEYS_PATH_MAX + 16, "%s/%05u", keys->dir, type);
}

static struct keys_file *keys_file(struct rd_keys *keys, uint32_t type)
{
    struct keys_file *file = keys->files;
    while (file && file->type != type)
        file = file->next;
    if (file)
        return file;
    file = calloc(1, sizeof *file);
    RD_ASSERT(file);
    file->type = type;
    file->fd = -1;
    file->next = keys->files;
    return keys->files = file;
}

static void keys_open(const struct rd_keys *keys, struct keys_file *file)
{
    char path[KEYS_PATH_MAX + 16];
    if (file->fd >= 0)
        return;
    keys_path(keys, file->type, path);
    file->fd = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
}

/* Maps what the file has by now; false where that ends before `end`. */
static bool keys_map(struct keys_file *file, uint64_t end)
{
    struct stat info;
    if (file->len >= end)
        return true;
    if (file->fd < 0 || fstat(file->fd, &info) != 0 || (uint64_t)info.st_size < end)
        return false;
    if (file->map)
        munmap((void *)(uintptr_t)file->map, file->len);
    void *map = mmap(NULL, (size_t)info.st_size, PROT_READ, MAP_SHARED, file->fd, 0);
    file->map = map == MAP_FAILED ? NULL : map;
    file->len = file->map ? (size_t)info.st_size : 0;
    return file->map != NULL;
}

static enum rd_seal_key keys_is(const unsigned char slot[KEYS_SLOT])
{
    unsigned char all = 0xFF, any = 0;
    for (size_t i = 0; i < KEYS_SLOT; i++) {
        all &= slot[i];
        any |= slot[i];
    }
    return any == 0 ? RD_SEAL_KEY_NONE : all == 0xFF ? RD_SEAL_KEY_ERASED : RD_SEAL_KEY_FOUND;
}

enum rd_seal_key rd_keys_find(void *context, uint64_t person, unsigned char key[RD_SEAL_KEY_BYTES])
{
    struct rd_keys *keys = context;
    struct keys_file *file = keys_file(keys, keys_type(person));
    uint64_t at = keys_at(person);
    keys_open(keys, file);
    if (at == 0 || !keys_map(file, at + KEYS_SLOT))
        return RD_SEAL_KEY_NONE;
    memcpy(key, file->map + at, KEYS_SLOT);
    return keys_is(key);
}

uint64_t rd_keys_bytes(struct rd_keys *keys)
{
    struct stat info;
    uint64_t bytes = 0;
    DIR *dir = opendir(keys->dir);
    const struct dirent *entry;
    while (dir && (entry = readdir(dir)))
        if (entry->d_name[0] != '.' && fstatat(dirfd(dir), entry->d_name, &info, 0) == 0)
            bytes += (uint64_t)info.st_size;
    if (dir)
        closedir(dir);
    return bytes;
}

/* ---- writing ---- */

/* The file, open for writing; made, with its name on disk, where it was missing. */
static enum rd_status keys_write_to(const struct rd_keys *keys, struct keys_file *file,
                                    struct rd_error *error)
{
    char path[KEYS_PATH_MAX + 16];
    if (file->writes)
        return RD_OK;
    keys_path(keys, file->type, path);
    enum rd_status status = rd_disk_make_dir(keys->dir, error);
    if (status != RD_OK)
        return status;
    int fd = open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0)
        return rd_error_errno(error, RD_IO, errno, "can't open %s", path);
    if (file->fd >= 0)
        close(file->fd);
    file->fd = fd;
    file->writes = true;
    return rd_disk_flush_dir(keys->dir, error);
}

/* The block around `at`, and whether anything of it is on disk; what is not is zeros. */
static enum rd_status keys_read_block(const struct rd_keys *keys, const struct keys_file *file,
                                      uint64_t at, unsigned char *block, struct rd_error *error)
{
    struct stat info;
    uint64_t from = at / KEYS_BLOCK_BYTES * KEYS_BLOCK_BYTES;
    memset(block, 0, KEYS_BLOCK_BYTES);
    if (from + KEYS_BLOCK_BYTES > KEYS_FILE_BYTES_MAX)
        return rd_error_set(error, RD_LIMIT_EXCEEDED, "%s: no more keys fit into the file of %u",
                            keys->dir, file->type);
    if (fstat(file->fd, &info) != 0)
        return rd_error_errno(error, RD_IO, errno, "can't look at %s", keys->dir);
    uint64_t size = (uint64_t)info.st_size, have = size > from ? size - from : 0;
    size_t len = have < KEYS_BLOCK_BYTES ? (size_t)have : KEYS_BLOCK_BYTES;
    return rd_segment_pread(file->fd, block, len, from)
               ? RD_OK
               : rd_error_errno(error, RD_IO, errno, "can't read keys in %s", keys->dir);
}

static enum rd_status keys_write_block(const struct rd_keys *keys, const struct keys_file *file,
                                       uint64_t at, const unsigned char *block,
                                       struct rd_error *error)
{
    uint64_t from = at / KEYS_BLOCK_BYTES * KEYS_BLOCK_BYTES;
    return rd_segment_pwrite(file->fd, block, KEYS_BLOCK_BYTES, from)
               ? RD_OK
               : rd_error_errno(error, RD_IO, errno, "can't write keys in %s", keys->dir);
}

static enum rd_status keys_flush(const struct rd_keys *keys, const struct keys_file *file,
                                 struct rd_error *error)
{
    return fdatasync(file->fd) == 0
               ? RD_OK
               : rd_error_errno(error, RD_IO, errno, "can't flush keys in %s", keys->dir);
}

/* Draws what the block around `at` has not. */
static enum rd_status keys_fill(struct rd_keys *keys, struct keys_file *file, uint64_t at,
                                struct rd_error *error)
{
    unsigned char *block = malloc(2 * KEYS_BLOCK_BYTES), *fresh = block + KEYS_BLOCK_BYTES;
    RD_ASSERT(block);
    enum rd_status status = keys_write_to(keys, file, error);
    if (status == RD_OK)
        status = keys_read_block(keys, file, at, block, error);
    if (status == RD_OK)
        keys->draw(keys->draw_context, fresh, KEYS_BLOCK_BYTES);
    size_t first = keys->spares ? at % KEYS_BLOCK_BYTES : 0;
    for (size_t slot = first; status == RD_OK && slot < KEYS_BLOCK_BYTES; slot += KEYS_SLOT)
        if (keys_is(block + slot) == RD_SEAL_KEY_NONE)
            memcpy(block + slot, fresh + slot, KEYS_SLOT);
    if (status == RD_OK)
        status = keys_write_block(keys, file, at, block, error);
    rd_fault_exit("exit_keys_drawn");
    if (status == RD_OK)
        status = keys_flush(keys, file, error);
    sodium_memzero(block, 2 * KEYS_BLOCK_BYTES);
    free(block);
    return status;
}

enum rd_status rd_keys_give(struct rd_keys *keys, uint64_t person,
                            unsigned char key[RD_SEAL_KEY_BYTES], struct rd_error *error)
{
    enum rd_seal_key known = rd_keys_find(keys, person, key);
    if (known == RD_SEAL_KEY_NONE) {
        RD_ASSERT(keys_at(person) > 0);
        enum rd_status status =
            keys_fill(keys, keys_file(keys, keys_type(person)), keys_at(person), error);
        if (status != RD_OK)
            return status;
        known = rd_keys_find(keys, person, key);
    }
    if (known == RD_SEAL_KEY_FOUND)
        return RD_OK;
    return rd_error_set(error, known == RD_SEAL_KEY_ERASED ? RD_ERASED : RD_IO,
                        known == RD_SEAL_KEY_ERASED
                            ? "the person was erased: nothing personal is written about him"
                            : "the person's key can't be read");
}

/* Writes one slot in place. */
static enum rd_status keys_put(struct rd_keys *keys, uint64_t person, const unsigned char *slot,
                               struct rd_error *error)
{
    struct keys_file *file = keys_file(keys, keys_type(person));
    enum rd_status status = keys_write_to(keys, file, error);
    rd_seal_memory_wipe(keys->memory); /* what the key opened is not kept longer than the key */
    if (status == RD_OK && !rd_segment_pwrite(file->fd, slot, KEYS_SLOT, keys_at(person)))
        status = rd_error_errno(error, RD_IO, errno, "can't write keys in %s", keys->dir);
    return status;
}

static enum rd_status keys_flush_all(const struct rd_keys *keys, struct rd_error *error)
{
    enum rd_status status = RD_OK;
    for (const struct keys_file *file = keys->files; status == RD_OK && file; file = file->next)
        if (file->writes)
            status = keys_flush(keys, file, error);
    return status;
}

enum rd_status rd_keys_take(struct rd_keys *keys, const uint64_t *persons,
                            unsigned char (*of)[RD_SEAL_KEY_BYTES], size_t count,
                            struct rd_error *error)
{
    unsigned char key[KEYS_SLOT];
    enum rd_status status = RD_OK;
    bool any = false;
    for (size_t i = 0; status == RD_OK && i < count; i++)
        if (rd_keys_find(keys, persons[i], key) == RD_SEAL_KEY_NONE) {
            status = keys_put(keys, persons[i], of[i], error);
            any = true;
        }
    return status == RD_OK && any ? keys_flush_all(keys, error) : status;
}

enum rd_status rd_keys_mend(struct rd_keys *keys, uint64_t person,
                            const unsigned char key[RD_SEAL_KEY_BYTES], struct rd_error *error)
{
    unsigned char there[KEYS_SLOT];
    enum rd_seal_key known = rd_keys_find(keys, person, there);
    sodium_memzero(there, sizeof there);
    if (known == RD_SEAL_KEY_ERASED)
        return rd_error_set(error, RD_ERASED, "the person's key was destroyed");
    enum rd_status status = keys_put(keys, person, key, error);
    return status == RD_OK ? keys_flush(keys, keys_file(keys, keys_type(person)), error) : status;
}

enum rd_status rd_keys_destroy(struct rd_keys *keys, const uint64_t *persons, size_t count,
                               struct rd_error *error)
{
    unsigned char ones[KEYS_SLOT], key[KEYS_SLOT];
    enum rd_status status = RD_OK;
    bool any = false;
    memset(ones, 0xFF, sizeof ones);
    for (size_t i = 0; status == RD_OK && i < count; i++)
        if (rd_keys_find(keys, persons[i], key) != RD_SEAL_KEY_ERASED) {
            status = keys_put(keys, persons[i], ones, error);
            any = true;
        }
    return status == RD_OK && any ? keys_flush_all(keys, error) : status;
}

/* ---- copying ---- */

void rd_keys_dir_of(const char *journal_dir, char *out, size_t room)
{
    snprintf(out, room, "%s/..", journal_dir);
}

/* What is there already and not among `bytes` stays, and so does what was destroyed there: a file
 * that was lost, or became zeros, must not take the last copy with it. */
static void keys_keep(struct rd_buf *bytes, const struct rd_buf *there)
{
    if (there->len > bytes->len) {
        size_t more = there->len - bytes->len;
        memset(rd_buf_reserve(bytes, more), 0, more);
        bytes->len += more;
    }
    for (size_t at = 0; at + KEYS_SLOT <= there->len; at += KEYS_SLOT) {
        unsigned char *slot = (unsigned char *)bytes->data + at;
        const unsigned char *old = (const unsigned char *)there->data + at;
        if (keys_is(slot) == RD_SEAL_KEY_NONE || keys_is(old) == RD_SEAL_KEY_ERASED)
            memcpy(slot, old, KEYS_SLOT);
    }
}

static enum rd_status keys_copy_file(const char *from, const char *to, const char *name,
                                     struct rd_error *error)
{
    char path[KEYS_PATH_MAX + 272];
    struct rd_buf bytes, there, back;
    rd_buf_init(&bytes);
    rd_buf_init(&there);
    rd_buf_init(&back);
    snprintf(path, sizeof path, "%s/%s", from, name);
    enum rd_status status = rd_disk_read(path, KEYS_FILE_BYTES_MAX, &bytes, error);
    snprintf(path, sizeof path, "%s/%s", to, name);
    if (status == RD_OK && access(path, F_OK) == 0)
        status = rd_disk_read(path, KEYS_FILE_BYTES_MAX, &there, error);
    if (status == RD_OK)
        keys_keep(&bytes, &there);
    if (bytes.len == 0) /* made when the disk was full: there are no keys in it */
        goto out;
    if (status == RD_OK && !rd_disk_replace(path, bytes.data, bytes.len, true))
        status = rd_error_errno(error, RD_IO, errno, "can't write %s", path);
    if (status == RD_OK && (!rd_disk_read_own(path, KEYS_FILE_BYTES_MAX, &back) ||
                            back.len != bytes.len || memcmp(back.data, bytes.data, back.len) != 0))
        status = rd_error_set(error, RD_CHECK_FAILED, "%s reads back as something else", path);
out:
    rd_buf_fini(&bytes);
    rd_buf_fini(&there);
    rd_buf_fini(&back);
    return status;
}

enum rd_status rd_keys_copy(const char *from_dir, const char *to_dir, struct rd_error *error)
{
    char from[KEYS_PATH_MAX], to[KEYS_PATH_MAX];
    const struct dirent *entry;
    if ((size_t)snprintf(from, sizeof from, "%s/" RD_KEYS_DIR, from_dir) >= sizeof from ||
        (size_t)snprintf(to, sizeof to, "%s/" RD_KEYS_DIR, to_dir) >= sizeof to)
        return rd_error_set(error, RD_BAD_CONFIG, "the path is too long");
    DIR *dir = opendir(from);
    if (!dir)
        return errno == ENOENT ? RD_OK : rd_error_errno(error, RD_IO, errno, "can't read %s", from);
    enum rd_status status = rd_disk_make_dir(to, error);
    while (status == RD_OK && (entry = readdir(dir)))
        if (strlen(entry->d_name) == 5 && strspn(entry->d_name, "0123456789") == 5)
            status = keys_copy_file(from, to, entry->d_name, error);
    closedir(dir);
    return status;
}
