/* The record, the C library's functions in front of it, and the layout. See disk.h.
 *
 * A write is written down before it is done and a flush behind it, with how far the record was when
 * it began: so a flush never promises more than it may. Names change under the record's lock, so
 * that the record has them in their order.
 */
#include "power/disk.h"

#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include "unit/unit.h"

#define SECTOR 512u
#define NAME_BYTES 64
#define NONE UINT32_MAX

enum kind { WRITE, LENGTH, GROW, FLUSH, FLUSH_ONE, LINK, RENAME, UNLINK, PROMISE };

struct thing {
    enum kind kind;
    uint32_t node;   /* the file, or the directory of a name */
    uint32_t target; /* of LINK */
    uint64_t at;     /* offset; length; of FLUSH how far it reaches; the promise */
    uint32_t len;
    unsigned char *bytes;
    char name[NAME_BYTES], to[NAME_BYTES];
};

struct node {
    ino_t ino;
    bool dir, gone;
};

static struct {
    pthread_mutex_t lock;
    bool on;
    char root[PATH_MAX];
    struct thing *things;
    size_t count, cap, base;
    struct node *nodes;
    uint32_t node_count, node_cap;
} record = { .lock = PTHREAD_MUTEX_INITIALIZER };

/* ---- the record, under its lock ---- */

static struct thing *thing_add(enum kind kind, uint32_t node)
{
    if (record.count == record.cap) {
        record.cap = record.cap ? 2 * record.cap : 4096;
        record.things = realloc(record.things, record.cap * sizeof *record.things);
        ck_assert_ptr_nonnull(record.things);
    }
    struct thing *thing = &record.things[record.count++];
    *thing = (struct thing){ .kind = kind, .node = node };
    return thing;
}

static uint32_t node_of(const struct stat *info)
{
    for (uint32_t i = record.node_count; i-- > 0;)
        if (!record.nodes[i].gone && record.nodes[i].ino == info->st_ino)
            return i;
    return NONE;
}

static uint32_t node_add(const struct stat *info)
{
    if (record.node_count == record.node_cap) {
        record.node_cap = record.node_cap ? 2 * record.node_cap : 64;
        record.nodes = realloc(record.nodes, record.node_cap * sizeof *record.nodes);
        ck_assert_ptr_nonnull(record.nodes);
    }
    record.nodes[record.node_count] =
        (struct node){ .ino = info->st_ino, .dir = S_ISDIR(info->st_mode) };
    return record.node_count++;
}

static uint32_t node_of_fd(int fd)
{
    struct stat info;
    return record.on && fstat(fd, &info) == 0 ? node_of(&info) : NONE;
}

/* The directory that a path lies in, as a node; `name`: its last part. */
static uint32_t node_of_parent(int dir_fd, const char *path, char name[NAME_BYTES])
{
    struct stat info;
    char parent[PATH_MAX];
    const char *slash = strrchr(path, '/');
    const char *last = slash ? slash + 1 : path;
    if (!record.on || strlen(last) >= NAME_BYTES || strlen(path) >= sizeof parent)
        return NONE;
    strcpy(name, last);
    snprintf(parent, sizeof parent, "%.*s", slash ? (int)(slash - path) : 1, slash ? path : ".");
    if (fstatat(dir_fd, slash == path ? "/" : parent, &info, 0) != 0)
        return NONE;
    return node_of(&info);
}

static void thing_write(uint32_t node, uint64_t at, const void *bytes, size_t len)
{
    struct thing *thing = thing_add(WRITE, node);
    thing->at = at;
    thing->len = (uint32_t)len;
    thing->bytes = malloc(len ? len : 1);
    ck_assert_ptr_nonnull(thing->bytes);
    memcpy(thing->bytes, bytes, len);
}

static void thing_name(enum kind kind, uint32_t dir, const char *name, const char *to,
                       uint32_t target)
{
    struct thing *thing = thing_add(kind, dir);
    thing->target = target;
    strcpy(thing->name, name);
    strcpy(thing->to, to);
}

/* ---- what is there when the record begins ---- */

static void base_file(uint32_t node, const char *path, size_t len)
{
    unsigned char *bytes = malloc(len ? len : 1);
    FILE *file = fopen(path, "r");
    ck_assert(bytes && file && fread(bytes, 1, len, file) == len);
    fclose(file);
    thing_write(node, 0, bytes, len);
    free(bytes);
}

static void base_dir(uint32_t node, const char *path)
{
    DIR *dir = opendir(path);
    const struct dirent *entry;
    ck_assert_ptr_nonnull(dir);
    while ((entry = readdir(dir))) {
        char inner[PATH_MAX];
        struct stat info;
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
            continue;
        snprintf(inner, sizeof inner, "%s/%s", path, entry->d_name);
        ck_assert_int_eq(stat(inner, &info), 0);
        uint32_t kid = node_add(&info);
        thing_name(LINK, node, entry->d_name, "", kid);
        if (S_ISDIR(info.st_mode))
            base_dir(kid, inner);
        else
            base_file(kid, inner, (size_t)info.st_size);
    }
    closedir(dir);
}

void p_record_begin(const char *root)
{
    struct stat info;
    p_record_fini();
    ck_assert_ptr_nonnull(realpath(root, record.root));
    ck_assert_int_eq(stat(record.root, &info), 0);
    base_dir(node_add(&info), record.root);
    record.base = record.count;
    record.on = true;
}

void p_record_promise(uint64_t promise)
{
    pthread_mutex_lock(&record.lock);
    if (record.on)
        thing_add(PROMISE, NONE)->at = promise;
    pthread_mutex_unlock(&record.lock);
}

void p_record_end(void)
{
    pthread_mutex_lock(&record.lock);
    record.on = false;
    pthread_mutex_unlock(&record.lock);
}

size_t p_record_count(void)
{
    return record.count - record.base;
}

uint64_t p_record_promised(size_t at)
{
    uint64_t promised = 0;
    for (size_t i = record.base; i < record.base + at; i++)
        if (record.things[i].kind == PROMISE && record.things[i].at > promised)
            promised = record.things[i].at;
    return promised;
}

void p_record_fini(void)
{
    for (size_t i = 0; i < record.count; i++)
        free(record.things[i].bytes);
    free(record.things);
    free(record.nodes);
    record.things = NULL;
    record.nodes = NULL;
    record.count = record.cap = record.base = 0;
    record.node_count = record.node_cap = 0;
}

/* ---- the layout ---- */

struct file {
    unsigned char *bytes;
    size_t len, cap;
};

struct entry {
    uint32_t dir, target; /* target NONE: free */
    char name[NAME_BYTES];
};

struct layout {
    size_t end;
    enum p_mercy mercy;
    uint64_t random;
    bool *lasts;      /* by thing: flushed by the end */
    size_t *name_end; /* by node: names changed later are not there */
    struct file *files;
    struct entry *entries;
    size_t entry_count;
};

static uint64_t layout_random(struct layout *layout)
{
    layout->random ^= layout->random << 13;
    layout->random ^= layout->random >> 7;
    layout->random ^= layout->random << 17;
    return layout->random * 0x2545f4914f6cdd1dull >> 16;
}

/* What flushes have made of the things up to the end. */
static void layout_flushes(struct layout *layout)
{
    size_t *reach = calloc(record.node_count, sizeof *reach);
    for (uint32_t n = 0; n < record.node_count; n++)
        reach[n] = record.base;
    for (size_t i = record.base; i < layout->end; i++) {
        const struct thing *thing = &record.things[i];
        if (thing->kind == FLUSH && thing->at > reach[thing->node])
            reach[thing->node] = thing->at;
        if (thing->kind == FLUSH_ONE)
            layout->lasts[thing->at] = true;
    }
    for (size_t i = 0; i < layout->end; i++)
        if (record.things[i].node != NONE && i < reach[record.things[i].node])
            layout->lasts[i] = true;
    free(reach);
}

/* Up to where the names of each directory are there. */
static void layout_names(struct layout *layout)
{
    for (uint32_t n = 0; n < record.node_count; n++) {
        size_t open = 0, kept;
        for (size_t i = 0; i < layout->end; i++)
            open +=
                record.things[i].kind >= LINK && record.things[i].node == n && !layout->lasts[i];
        kept = layout->mercy == P_KEEPS_ALL       ? open
               : layout->mercy == P_KEEPS_NOTHING ? 0
                                                  : layout_random(layout) % (open + 1);
        layout->name_end[n] = layout->end;
        for (size_t i = 0; i < layout->end && open > 0; i++) {
            const struct thing *thing = &record.things[i];
            if (thing->kind < LINK || thing->node != n || layout->lasts[i])
                continue;
            if (kept-- == 0) {
                layout->name_end[n] = i;
                break;
            }
        }
    }
}

static void file_resize(struct file *file, size_t len)
{
    if (len > file->cap) {
        file->cap = len > 2 * file->cap ? len : 2 * file->cap;
        file->bytes = realloc(file->bytes, file->cap);
        ck_assert_ptr_nonnull(file->bytes);
    }
    if (len > file->len)
        memset(file->bytes + file->len, 0, len - file->len);
    file->len = len;
}

static void file_put(struct file *file, uint64_t at, const unsigned char *bytes, size_t len)
{
    if (len == 0)
        return;
    if (at + len > file->len)
        file_resize(file, at + len);
    memcpy(file->bytes + at, bytes, len);
}

static void layout_sectors(struct layout *layout, const struct thing *thing, struct file *file)
{
    for (uint64_t at = thing->at; at < thing->at + thing->len;) {
        uint64_t next = (at / SECTOR + 1) * SECTOR, end = thing->at + thing->len;
        next = next < end ? next : end;
        if (layout_random(layout) % 2)
            file_put(file, at, thing->bytes + (at - thing->at), next - at);
        at = next;
    }
}

/* Whether a change of a file that was not flushed is there all the same. */
static bool layout_spares(struct layout *layout, size_t i)
{
    switch (layout->mercy) {
    case P_KEEPS_NOTHING:
        return false;
    case P_KEEPS_ALL:
        return true;
    case P_KEEPS_LATER: /* the nearer to the end, the likelier */
        return layout->end - i < 1 + layout_random(layout) % 24;
    case P_KEEPS_WRITES:
    case P_KEEPS_SECTORS:
    case P_MERCY_COUNT:
        break;
    }
    return layout_random(layout) % 2;
}

static void layout_file(struct layout *layout, size_t i)
{
    const struct thing *thing = &record.things[i];
    struct file *file = &layout->files[thing->node];
    bool lasts = layout->lasts[i];
    if (!lasts && !layout_spares(layout, i))
        return;
    if (thing->kind == LENGTH || (thing->kind == GROW && thing->at > file->len))
        file_resize(file, thing->at);
    else if (thing->kind == WRITE && !lasts && layout->mercy == P_KEEPS_SECTORS)
        layout_sectors(layout, thing, file);
    else if (thing->kind == WRITE)
        file_put(file, thing->at, thing->bytes, thing->len);
}

static struct entry *layout_entry(struct layout *layout, uint32_t dir, const char *name)
{
    for (size_t i = 0; i < layout->entry_count; i++)
        if (layout->entries[i].target != NONE && layout->entries[i].dir == dir &&
            strcmp(layout->entries[i].name, name) == 0)
            return &layout->entries[i];
    return NULL;
}

static void layout_link(struct layout *layout, uint32_t dir, const char *name, uint32_t target)
{
    struct entry *entry = layout_entry(layout, dir, name);
    if (!entry)
        entry = &layout->entries[layout->entry_count++];
    *entry = (struct entry){ .dir = dir, .target = target };
    strcpy(entry->name, name);
}

static void layout_name(struct layout *layout, const struct thing *thing)
{
    struct entry *entry = layout_entry(layout, thing->node, thing->name);
    uint32_t target = entry ? entry->target : NONE;
    if (thing->kind == LINK) {
        layout_link(layout, thing->node, thing->name, thing->target);
        return;
    }
    if (entry)
        entry->target = NONE;
    if (entry && thing->kind == RENAME)
        layout_link(layout, thing->node, thing->to, target);
}

static void layout_write(const struct layout *layout, uint32_t dir, const char *path)
{
    for (size_t i = 0; i < layout->entry_count; i++) {
        const struct entry *entry = &layout->entries[i];
        char inner[PATH_MAX];
        if (entry->target == NONE || entry->dir != dir)
            continue;
        snprintf(inner, sizeof inner, "%s/%s", path, entry->name);
        if (record.nodes[entry->target].dir) {
            ck_assert_int_eq(mkdir(inner, 0700), 0);
            layout_write(layout, entry->target, inner);
            continue;
        }
        const struct file *file = &layout->files[entry->target];
        FILE *out = fopen(inner, "w");
        ck_assert(out &&
                  fwrite(file->len ? (char *)file->bytes : "", 1, file->len, out) == file->len);
        ck_assert_int_eq(fclose(out), 0);
    }
}

void p_record_lay_out(size_t at, enum p_mercy mercy, uint64_t seed, const char *out)
{
    struct layout layout = { .end = record.base + at, .mercy = mercy, .random = seed | 1 };
    for (int i = 0; i < 8; i++)
        (void)layout_random(&layout);
    layout.lasts = calloc(record.count + 1, sizeof *layout.lasts);
    layout.name_end = calloc(record.node_count, sizeof *layout.name_end);
    layout.files = calloc(record.node_count, sizeof *layout.files);
    layout.entries = calloc(record.count + 1, sizeof *layout.entries);
    layout_flushes(&layout);
    layout_names(&layout);
    for (size_t i = 0; i < layout.end; i++) {
        const struct thing *thing = &record.things[i];
        if (thing->kind <= GROW)
            layout_file(&layout, i);
        else if (thing->kind >= LINK && thing->kind <= UNLINK && i < layout.name_end[thing->node])
            layout_name(&layout, thing);
    }
    layout_write(&layout, 0, out);
    for (uint32_t n = 0; n < record.node_count; n++)
        free(layout.files[n].bytes);
    free(layout.files);
    free(layout.entries);
    free(layout.name_end);
    free(layout.lasts);
}

/* ---- errors instead ---- */

static struct {
    pthread_mutex_t lock;
    bool on, half, halved, only_growth;
    enum p_call call;
    char ending[32];
    int errnum;
} failing = { .lock = PTHREAD_MUTEX_INITIALIZER };

void p_fail(enum p_call call, const char *ending, int errnum, bool half)
{
    pthread_mutex_lock(&failing.lock);
    failing.on = true;
    failing.call = call;
    failing.half = half;
    failing.halved = false;
    failing.only_growth = false;
    failing.errnum = errnum;
    snprintf(failing.ending, sizeof failing.ending, "%s", ending);
    pthread_mutex_unlock(&failing.lock);
}

void p_fail_only_growth(bool only)
{
    pthread_mutex_lock(&failing.lock);
    failing.only_growth = only;
    pthread_mutex_unlock(&failing.lock);
}

void p_fail_never(void)
{
    pthread_mutex_lock(&failing.lock);
    failing.on = false;
    pthread_mutex_unlock(&failing.lock);
}

static bool ends_so(const char *path)
{
    size_t len = strlen(path), ending = strlen(failing.ending);
    return len >= ending && strcmp(path + len - ending, failing.ending) == 0;
}

/* Whether the call fails on the file, which would reach to `end` by it. */
static bool fails(enum p_call call, const char *path, int fd, off_t end)
{
    char link[64], by_fd[PATH_MAX];
    struct stat info;
    pthread_mutex_lock(&failing.lock);
    bool now = failing.on && failing.call == call;
    if (now && call != P_MMAP && *failing.ending && !path) {
        snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
        ssize_t len = readlink(link, by_fd, sizeof by_fd - 1);
        by_fd[len > 0 ? len : 0] = 0;
        path = by_fd;
    }
    if (now && call != P_MMAP && *failing.ending)
        now = ends_so(path);
    if (now && failing.only_growth)
        now = fstat(fd, &info) == 0 && S_ISREG(info.st_mode) && end > info.st_size;
    if (now)
        errno = failing.errnum;
    pthread_mutex_unlock(&failing.lock);
    return now;
}

/* ---- in front of the C library ---- */

#define REAL(name) ((__typeof__(&name))real(#name))

static void *real(const char *name)
{
    void *found = dlsym(RTLD_NEXT, name);
    if (!found)
        abort();
    return found;
}

static int opened(int (*open_at)(int, const char *, int, ...), int dir_fd, const char *path,
                  int flags, mode_t mode)
{
    struct stat info;
    char name[NAME_BYTES];
    if (fails(P_OPEN, path, -1, 0))
        return -1;
    if (!record.on || !(flags & (O_CREAT | O_TRUNC)))
        return open_at(dir_fd, path, flags, mode);
    pthread_mutex_lock(&record.lock);
    uint32_t dir = node_of_parent(dir_fd, path, name);
    bool there = fstatat(dir_fd, path, &info, 0) == 0;
    int fd = open_at(dir_fd, path, flags, mode);
    if (fd >= 0 && dir != NONE && fstat(fd, &info) == 0) {
        uint32_t node = there ? node_of(&info) : node_add(&info);
        if (!there)
            thing_name(LINK, dir, name, "", node);
        else if (flags & O_TRUNC)
            thing_add(LENGTH, node)->at = 0;
    }
    pthread_mutex_unlock(&record.lock);
    return fd;
}

int open(const char *path, int flags, ...)
{
    va_list list;
    va_start(list, flags);
    mode_t mode = flags & O_CREAT ? va_arg(list, mode_t) : 0;
    va_end(list);
    return opened(REAL(openat), AT_FDCWD, path, flags, mode);
}

int openat(int dir_fd, const char *path, int flags, ...)
{
    va_list list;
    va_start(list, flags);
    mode_t mode = flags & O_CREAT ? va_arg(list, mode_t) : 0;
    va_end(list);
    return opened(REAL(openat), dir_fd, path, flags, mode);
}

/* Writes it down before it is done; its place in the record behind it, or 0. */
static size_t writes(int fd, const struct iovec *parts, int count, off_t at)
{
    size_t place = 0;
    pthread_mutex_lock(&record.lock);
    uint32_t node = node_of_fd(fd);
    for (int i = 0; node != NONE && i < count; i++) {
        thing_write(node, (uint64_t)at, parts[i].iov_base, parts[i].iov_len);
        at += (off_t)parts[i].iov_len;
        place = record.count;
    }
    pthread_mutex_unlock(&record.lock);
    return place;
}

/* A descriptor whose writes are flushes of themselves. */
static void wrote(int fd, size_t place)
{
    if (place == 0 || !(fcntl(fd, F_GETFL) & O_DSYNC))
        return;
    pthread_mutex_lock(&record.lock);
    thing_add(FLUSH_ONE, NONE)->at = place - 1;
    pthread_mutex_unlock(&record.lock);
}

/* A write that fails, perhaps behind its first half. */
static ssize_t write_fails(int fd, const struct iovec *part, off_t at)
{
    int errnum = errno;
    size_t half = part->iov_len / 2 & ~(size_t)(SECTOR - 1);
    failing.halved = failing.half && half && !failing.halved;
    if (failing.halved)
        return REAL(pwrite)(fd, part->iov_base, half, at);
    errno = errnum;
    return -1;
}

static off_t parts_end(const struct iovec *parts, int count, off_t at)
{
    for (int i = 0; i < count; i++)
        at += (off_t)parts[i].iov_len;
    return at;
}

ssize_t pwritev(int fd, const struct iovec *parts, int count, off_t at)
{
    if (fails(P_WRITE, NULL, fd, parts_end(parts, count, at)))
        return write_fails(fd, parts, at);
    size_t place = writes(fd, parts, count, at);
    ssize_t n = REAL(pwritev)(fd, parts, count, at);
    wrote(fd, place);
    return n;
}

ssize_t pwrite(int fd, const void *bytes, size_t len, off_t at)
{
    struct iovec part = { (void *)(uintptr_t)bytes, len };
    if (fails(P_WRITE, NULL, fd, at + (off_t)len))
        return write_fails(fd, &part, at);
    size_t place = writes(fd, &part, 1, at);
    ssize_t n = REAL(pwrite)(fd, bytes, len, at);
    wrote(fd, place);
    return n;
}

ssize_t writev(int fd, const struct iovec *parts, int count)
{
    off_t at = record.on || failing.on ? lseek(fd, 0, SEEK_CUR) : 0;
    if (fails(P_WRITE, NULL, fd, parts_end(parts, count, at)))
        return write_fails(fd, parts, at);
    size_t place = writes(fd, parts, count, at);
    ssize_t n = REAL(writev)(fd, parts, count);
    wrote(fd, place);
    return n;
}

ssize_t write(int fd, const void *bytes, size_t len)
{
    struct iovec part = { (void *)(uintptr_t)bytes, len };
    return writev(fd, &part, 1);
}

ssize_t pread(int fd, void *bytes, size_t len, off_t at)
{
    return fails(P_READ, NULL, fd, 0) ? -1 : REAL(pread)(fd, bytes, len, at);
}

void *mmap(void *at, size_t len, int how, int flags, int fd, off_t from)
{
    return fd >= 0 && fails(P_MMAP, NULL, fd, 0) ? MAP_FAILED
                                                 : REAL(mmap)(at, len, how, flags, fd, from);
}

static int flushes(int (*flush)(int), int fd)
{
    pthread_mutex_lock(&record.lock);
    uint32_t node = node_of_fd(fd);
    size_t upto = record.count;
    pthread_mutex_unlock(&record.lock);
    int failed = fails(P_FLUSH, NULL, fd, 0) ? -1 : flush(fd);
    pthread_mutex_lock(&record.lock);
    if (!failed && node != NONE && record.on)
        thing_add(FLUSH, node)->at = upto;
    pthread_mutex_unlock(&record.lock);
    return failed;
}

int fdatasync(int fd)
{
    return flushes(REAL(fdatasync), fd);
}

int fsync(int fd)
{
    return flushes(REAL(fsync), fd);
}

static void lengths(enum kind kind, int fd, uint64_t len)
{
    pthread_mutex_lock(&record.lock);
    uint32_t node = node_of_fd(fd);
    if (node != NONE)
        thing_add(kind, node)->at = len;
    pthread_mutex_unlock(&record.lock);
}

int ftruncate(int fd, off_t len)
{
    lengths(LENGTH, fd, (uint64_t)len);
    return REAL(ftruncate)(fd, len);
}

int posix_fallocate(int fd, off_t at, off_t len)
{
    if (fails(P_WRITE, NULL, fd, at + len))
        return errno;
    lengths(GROW, fd, (uint64_t)(at + len));
    return REAL(posix_fallocate)(fd, at, len);
}

/* A file of which this name was the last. */
static void node_lost(int dir_fd, const char *path)
{
    struct stat info;
    if (fstatat(dir_fd, path, &info, AT_SYMLINK_NOFOLLOW) != 0 ||
        (!S_ISDIR(info.st_mode) && info.st_nlink > 1))
        return;
    uint32_t node = node_of(&info);
    if (node != NONE)
        record.nodes[node].gone = true;
}

int renameat(int from_fd, const char *from, int to_fd, const char *to)
{
    char name[NAME_BYTES], to_name[NAME_BYTES];
    pthread_mutex_lock(&record.lock);
    uint32_t dir = node_of_parent(from_fd, from, name);
    if (dir != NONE) {
        ck_assert_uint_eq(node_of_parent(to_fd, to, to_name), dir);
        if (strcmp(name, to_name) != 0)
            node_lost(to_fd, to);
        thing_name(RENAME, dir, name, to_name, NONE);
    }
    int failed = REAL(renameat)(from_fd, from, to_fd, to);
    ck_assert(!failed || dir == NONE);
    pthread_mutex_unlock(&record.lock);
    return failed;
}

int rename(const char *from, const char *to)
{
    return renameat(AT_FDCWD, from, AT_FDCWD, to);
}

int unlinkat(int dir_fd, const char *path, int flags)
{
    char name[NAME_BYTES];
    pthread_mutex_lock(&record.lock);
    uint32_t dir = node_of_parent(dir_fd, path, name);
    if (dir != NONE && faccessat(dir_fd, path, F_OK, AT_SYMLINK_NOFOLLOW) == 0) {
        node_lost(dir_fd, path);
        thing_name(UNLINK, dir, name, "", NONE);
    }
    int failed = REAL(unlinkat)(dir_fd, path, flags);
    pthread_mutex_unlock(&record.lock);
    return failed;
}

int unlink(const char *path)
{
    return unlinkat(AT_FDCWD, path, 0);
}

int remove(const char *path)
{
    struct stat info;
    bool dir = lstat(path, &info) == 0 && S_ISDIR(info.st_mode);
    return unlinkat(AT_FDCWD, path, dir ? AT_REMOVEDIR : 0);
}

int mkdir(const char *path, mode_t mode)
{
    struct stat info;
    char name[NAME_BYTES];
    pthread_mutex_lock(&record.lock);
    int failed = REAL(mkdir)(path, mode);
    uint32_t dir = failed ? NONE : node_of_parent(AT_FDCWD, path, name);
    if (dir != NONE && stat(path, &info) == 0)
        thing_name(LINK, dir, name, "", node_add(&info));
    pthread_mutex_unlock(&record.lock);
    return failed;
}
