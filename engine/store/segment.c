/* Segments: the bytes of the journal's files. Knows headers, frames and how a file comes to be;
 * knows no batch and no order.
 *
 * Header (4096 bytes):
 *   magic "RDJRNL01" (its last two digits are the format) | u32 number | u32 bytes of the file
 *   | u64 first seq | u32 prev_end | 4 zeros | key[16] | prev_hash[32] | zeros
 *   | u64 SipHash-2-4 of all before, with a zero key
 *
 * Frame (8-byte aligned):
 *   u64 checksum | u32 magic | u32 len | u64 seq | u64 flushed_seq | hash[32] | payload | zeros
 *   checksum: SipHash-2-4 with the segment's key over all behind it, padding included
 *
 * The trick: magic and checksum depend on the segment's own random key, so frames that are left of
 * a recycled file's earlier life are never taken for frames of this one, and recycling needs no
 * zeroing. A file has its final name only when its header is on disk, so a named segment with a
 * broken header is damage and no crash.
 */
#include "store/segment.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"

#define SEGMENT_MAGIC "RDJRNL01"
#define SEGMENT_ZERO_STEP (1024u * 1024)

enum {
    HEADER_NUMBER = 8,
    HEADER_BYTES = 12,
    HEADER_FIRST_SEQ = 16,
    HEADER_PREV_END = 24,
    HEADER_KEY = 32,
    HEADER_PREV_HASH = 48,
    HEADER_USED = 80,
    HEADER_CHECKSUM = RD_SEGMENT_HEADER_BYTES - 8,

    FRAME_CHECKSUM = 0,
    FRAME_MAGIC = 8,
    FRAME_LEN = 12,
    FRAME_SEQ = 16,
    FRAME_FLUSHED = 24,
    FRAME_HASH = 32,
};

_Static_assert(FRAME_HASH + RD_HASH_BYTES == RD_FRAME_HEADER_BYTES, "frame layout");
_Static_assert(HEADER_PREV_HASH + RD_HASH_BYTES == HEADER_USED, "header layout");
_Static_assert(crypto_shorthash_KEYBYTES == RD_SEGMENT_KEY_BYTES, "SipHash-2-4");

static uint64_t segment_checksum(const void *bytes, size_t len, const unsigned char *key)
{
    unsigned char out[crypto_shorthash_BYTES];
    crypto_shorthash(out, bytes, len, key);
    return rd_le64_get(out);
}

void rd_segment_header_write(const struct rd_segment_header *header,
                             unsigned char out[RD_SEGMENT_HEADER_BYTES])
{
    static const unsigned char zero_key[RD_SEGMENT_KEY_BYTES];
    memset(out, 0, RD_SEGMENT_HEADER_BYTES);
    memcpy(out, SEGMENT_MAGIC, 8);
    rd_le32_put(out + HEADER_NUMBER, header->number);
    rd_le32_put(out + HEADER_BYTES, header->bytes);
    rd_le64_put(out + HEADER_FIRST_SEQ, header->first_seq);
    rd_le32_put(out + HEADER_PREV_END, header->prev_end);
    memcpy(out + HEADER_KEY, header->key, RD_SEGMENT_KEY_BYTES);
    memcpy(out + HEADER_PREV_HASH, header->prev_hash, RD_HASH_BYTES);
    rd_le64_put(out + HEADER_CHECKSUM, segment_checksum(out, HEADER_CHECKSUM, zero_key));
}

bool rd_segment_header_read(const unsigned char bytes[RD_SEGMENT_HEADER_BYTES],
                            struct rd_segment_header *out)
{
    static const unsigned char zero_key[RD_SEGMENT_KEY_BYTES];
    if (memcmp(bytes, SEGMENT_MAGIC, 8) != 0 ||
        rd_le64_get(bytes + HEADER_CHECKSUM) !=
            segment_checksum(bytes, HEADER_CHECKSUM, zero_key)) {
        return false;
    }
    out->number = rd_le32_get(bytes + HEADER_NUMBER);
    out->bytes = rd_le32_get(bytes + HEADER_BYTES);
    out->first_seq = rd_le64_get(bytes + HEADER_FIRST_SEQ);
    out->prev_end = rd_le32_get(bytes + HEADER_PREV_END);
    memcpy(out->key, bytes + HEADER_KEY, RD_SEGMENT_KEY_BYTES);
    memcpy(out->prev_hash, bytes + HEADER_PREV_HASH, RD_HASH_BYTES);
    return out->number > 0 && out->bytes > RD_SEGMENT_HEADER_BYTES && out->first_seq > 0;
}

uint32_t rd_frame_bytes(uint32_t len)
{
    return (RD_FRAME_HEADER_BYTES + len + RD_FRAME_ALIGN - 1) & ~(RD_FRAME_ALIGN - 1);
}

/* Never 0, so that zeros are never a frame. */
static uint32_t frame_magic(const unsigned char key[RD_SEGMENT_KEY_BYTES])
{
    return rd_le32_get(key) | 1u;
}

void rd_frame_chain(unsigned char hash[RD_HASH_BYTES], uint64_t seq, const void *payload,
                    size_t len)
{
    crypto_generichash_state state;
    unsigned char head[RD_HASH_BYTES + 8];
    memcpy(head, hash, RD_HASH_BYTES);
    rd_le64_put(head + RD_HASH_BYTES, seq);
    crypto_generichash_init(&state, NULL, 0, RD_HASH_BYTES);
    crypto_generichash_update(&state, head, sizeof(head));
    crypto_generichash_update(&state, payload, len);
    crypto_generichash_final(&state, hash, RD_HASH_BYTES);
}

void rd_frame_begin(unsigned char *at, uint64_t seq, const void *payload, uint32_t len)
{
    uint32_t bytes = rd_frame_bytes(len), end = RD_FRAME_HEADER_BYTES + len;
    memset(at, 0, RD_FRAME_HEADER_BYTES);
    rd_le32_put(at + FRAME_LEN, len);
    rd_le64_put(at + FRAME_SEQ, seq);
    if (len > 0) {
        memcpy(at + RD_FRAME_HEADER_BYTES, payload, len);
    }
    memset(at + end, 0, bytes - end);
}

uint32_t rd_frame_finish(unsigned char *at, const unsigned char key[RD_SEGMENT_KEY_BYTES],
                         uint64_t flushed_seq, unsigned char hash[RD_HASH_BYTES])
{
    uint64_t seq = rd_le64_get(at + FRAME_SEQ);
    uint32_t len = rd_le32_get(at + FRAME_LEN), bytes = rd_frame_bytes(len);
    RD_ASSERT(flushed_seq < seq);
    rd_frame_chain(hash, seq, at + RD_FRAME_HEADER_BYTES, len);
    memcpy(at + FRAME_HASH, hash, RD_HASH_BYTES);
    rd_le32_put(at + FRAME_MAGIC, frame_magic(key));
    rd_le64_put(at + FRAME_FLUSHED, flushed_seq);
    rd_le64_put(at, segment_checksum(at + FRAME_MAGIC, bytes - FRAME_MAGIC, key));
    return bytes;
}

void rd_frame_parse(const unsigned char *at, struct rd_frame *out)
{
    out->len = rd_le32_get(at + FRAME_LEN);
    out->bytes = rd_frame_bytes(out->len);
    out->seq = rd_le64_get(at + FRAME_SEQ);
    out->flushed_seq = rd_le64_get(at + FRAME_FLUSHED);
    out->hash = at + FRAME_HASH;
    out->payload = at + RD_FRAME_HEADER_BYTES;
}

void rd_frame_peek(const unsigned char *at, struct rd_frame *out)
{
    static const unsigned char none[RD_HASH_BYTES];
    *out = (struct rd_frame){ .seq = rd_le64_get(at + FRAME_SEQ),
                              .len = rd_le32_get(at + FRAME_LEN),
                              .hash = none,
                              .payload = at + RD_FRAME_HEADER_BYTES };
    out->bytes = rd_frame_bytes(out->len);
}

uint32_t rd_frame_claim(const unsigned char *at, size_t room,
                        const unsigned char key[RD_SEGMENT_KEY_BYTES])
{
    if (room < RD_FRAME_HEADER_BYTES || rd_le32_get(at + FRAME_MAGIC) != frame_magic(key)) {
        return 0;
    }
    uint32_t len = rd_le32_get(at + FRAME_LEN);
    return len <= room - RD_FRAME_HEADER_BYTES && rd_frame_bytes(len) <= room ? rd_frame_bytes(len)
                                                                              : 0;
}

bool rd_frame_check(const unsigned char *at, size_t room,
                    const unsigned char key[RD_SEGMENT_KEY_BYTES], struct rd_frame *out)
{
    uint32_t bytes = rd_frame_claim(at, room, key);
    if (bytes == 0 ||
        rd_le64_get(at) != segment_checksum(at + FRAME_MAGIC, bytes - FRAME_MAGIC, key)) {
        return false;
    }
    rd_frame_parse(at, out);
    return true;
}

bool rd_frame_strip(unsigned char *at, unsigned char hash[RD_HASH_BYTES])
{
    struct rd_frame frame;
    rd_frame_parse(at, &frame);
    rd_frame_chain(hash, frame.seq, frame.payload, frame.len);
    if (memcmp(hash, frame.hash, RD_HASH_BYTES) != 0)
        return false;
    memset(at + FRAME_CHECKSUM, 0, FRAME_MAGIC - FRAME_CHECKSUM);
    memset(at + FRAME_HASH, 0, RD_HASH_BYTES);
    return true;
}

uint32_t rd_frame_restore(unsigned char *at, size_t room,
                          const unsigned char key[RD_SEGMENT_KEY_BYTES],
                          unsigned char hash[RD_HASH_BYTES])
{
    uint32_t bytes = rd_frame_claim(at, room, key);
    if (bytes == 0 || rd_le64_get(at + FRAME_FLUSHED) >= rd_le64_get(at + FRAME_SEQ))
        return 0;
    return rd_frame_finish(at, key, rd_le64_get(at + FRAME_FLUSHED), hash);
}

size_t rd_frame_trace(const unsigned char *bytes, size_t len,
                      const unsigned char key[RD_SEGMENT_KEY_BYTES], uint64_t seq_min)
{
    uint32_t magic = frame_magic(key);
    for (size_t at = 0; at + RD_FRAME_HEADER_BYTES <= len; at += RD_FRAME_ALIGN) {
        if (rd_le32_get(bytes + at + FRAME_MAGIC) == magic &&
            rd_le64_get(bytes + at + FRAME_SEQ) >= seq_min) {
            return at;
        }
    }
    return len;
}

size_t rd_frame_search(const unsigned char *bytes, size_t from, size_t len,
                       const unsigned char key[RD_SEGMENT_KEY_BYTES], uint64_t seq_min,
                       uint64_t flushed_min)
{
    uint32_t magic = frame_magic(key);
    struct rd_frame frame;
    for (size_t at = from; at + RD_FRAME_HEADER_BYTES <= len; at += RD_FRAME_ALIGN) {
        if (rd_le32_get(bytes + at + FRAME_MAGIC) == magic &&
            rd_le64_get(bytes + at + FRAME_SEQ) >= seq_min &&
            rd_le64_get(bytes + at + FRAME_FLUSHED) >= flushed_min &&
            rd_frame_check(bytes + at, len - at, key, &frame)) {
            return at;
        }
    }
    return len;
}

void rd_segment_name(char out[RD_SEGMENT_NAME_MAX], uint32_t number, bool packed)
{
    snprintf(out, RD_SEGMENT_NAME_MAX, "%08x.%s", number, packed ? "zst" : "seg");
}

bool rd_segment_name_parse(const char *name, uint32_t *number, bool *packed)
{
    char back[RD_SEGMENT_NAME_MAX];
    *number = (uint32_t)strtoul(name, NULL, 16);
    for (int form = 0; form < 2; form++) {
        *packed = form == 1;
        rd_segment_name(back, *number, *packed);
        if (strcmp(name, back) == 0) {
            return *number > 0;
        }
    }
    return false;
}

uint32_t rd_segment_newest(int dir_fd)
{
    int fd = openat(dir_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *dir = fd >= 0 ? fdopendir(fd) : NULL;
    const struct dirent *entry;
    uint32_t newest = 0;
    while (dir && (entry = readdir(dir))) {
        uint32_t number;
        bool packed;
        if (rd_segment_name_parse(entry->d_name, &number, &packed) && number > newest)
            newest = number;
    }
    if (dir)
        closedir(dir);
    else if (fd >= 0)
        close(fd);
    return newest;
}

bool rd_segment_pread(int fd, void *bytes, size_t len, uint64_t at)
{
    unsigned char *to = bytes;
    while (len > 0) {
        ssize_t n = pread(fd, to, len, (off_t)at);
        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n <= 0) {
            errno = n == 0 ? EIO : errno;
            return false;
        }
        to += n;
        at += (size_t)n;
        len -= (size_t)n;
    }
    return true;
}

bool rd_segment_pwrite(int fd, const void *bytes, size_t len, uint64_t at)
{
    const unsigned char *from = bytes;
    while (len > 0) {
        ssize_t n = pwrite(fd, from, len, (off_t)at);
        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n <= 0) {
            errno = n == 0 ? EIO : errno;
            return false;
        }
        from += n;
        at += (size_t)n;
        len -= (size_t)n;
    }
    return true;
}

static void segment_sync_failed(const char *what)
{
    rd_log(RD_LOG_ERROR, "journal", "%s: flushing failed: %s: what was written may be lost", what,
           strerror(errno));
    abort();
}

void rd_segment_sync(int fd, const char *what)
{
    if (fdatasync(fd) != 0) {
        segment_sync_failed(what);
    }
}

void rd_segment_sync_dir(int dir_fd)
{
    if (fsync(dir_fd) != 0) {
        segment_sync_failed("the journal's directory");
    }
}

/* Real zeros, not a hole: later writes then change data only, and fdatasync has no block maps to
 * write. */
static bool segment_fill(int fd, uint32_t bytes)
{
    void *zeros = calloc(1, SEGMENT_ZERO_STEP);
    RD_ASSERT(zeros);
    int failed = posix_fallocate(fd, 0, bytes);
    for (uint32_t at = 0; !failed && at < bytes;) {
        uint32_t step = bytes - at < SEGMENT_ZERO_STEP ? bytes - at : SEGMENT_ZERO_STEP;
        failed = rd_segment_pwrite(fd, zeros, step, at) ? 0 : errno;
        at += step;
    }
    if (!failed && fsync(fd) != 0) {
        failed = errno;
    }
    free(zeros);
    errno = failed;
    return !failed;
}

enum rd_status rd_segment_allocate(int dir_fd, const char *name, uint32_t bytes,
                                   struct rd_error *error)
{
    int fd = openat(dir_fd, name, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fd < 0) {
        return rd_error_errno(error, RD_IO, errno, "cannot make the segment %s", name);
    }
    bool filled = segment_fill(fd, bytes);
    int errnum = errno;
    close(fd);
    if (filled && fsync(dir_fd) == 0) {
        return RD_OK;
    }
    errnum = filled ? errno : errnum;
    unlinkat(dir_fd, name, 0);
    return rd_error_errno(error, RD_IO, errnum, "cannot make room for the segment %s", name);
}

enum rd_status rd_segment_activate(int dir_fd, const char *spare,
                                   const struct rd_segment_header *header, int *out,
                                   struct rd_error *error)
{
    unsigned char bytes[RD_SEGMENT_HEADER_BYTES + RD_SEGMENT_END_BYTES] = { 0 };
    char name[RD_SEGMENT_NAME_MAX];
    int fd = openat(dir_fd, spare, O_RDWR | O_CLOEXEC);
    if (fd < 0) {
        return rd_error_errno(error, RD_IO, errno, "cannot open the spare segment %s", spare);
    }
    rd_segment_header_write(header, bytes);
    rd_segment_name(name, header->number, false);
    if (!rd_segment_pwrite(fd, bytes, sizeof(bytes), 0)) {
        int errnum = errno;
        close(fd);
        return rd_error_errno(error, RD_IO, errnum, "cannot write the header of %s", name);
    }
    rd_segment_sync(fd, name);
    if (renameat(dir_fd, spare, dir_fd, name) != 0) {
        int errnum = errno;
        close(fd);
        return rd_error_errno(error, RD_IO, errnum, "cannot rename %s to %s", spare, name);
    }
    rd_segment_sync_dir(dir_fd);
    *out = fd;
    return RD_OK;
}

enum rd_status rd_segment_open(int dir_fd, uint32_t number, bool writable, int *out,
                               struct rd_segment_header *header, struct rd_error *error)
{
    unsigned char bytes[RD_SEGMENT_HEADER_BYTES];
    char name[RD_SEGMENT_NAME_MAX];
    rd_segment_name(name, number, false);
    int fd = openat(dir_fd, name, (writable ? O_RDWR : O_RDONLY | O_NONBLOCK) | O_CLOEXEC);
    if (fd < 0) {
        return rd_error_errno(error, errno == ENOENT ? RD_NOT_FOUND : RD_IO, errno,
                              "cannot open the segment %s", name);
    }
    if (rd_segment_pread(fd, bytes, sizeof(bytes), 0) && rd_segment_header_read(bytes, header) &&
        header->number == number) {
        *out = fd;
        return RD_OK;
    }
    close(fd);
    return rd_error_set(
        error, RD_CORRUPT,
        "%s: offset 0: the segment's header is damaged; repair it with `redress store repair`",
        name);
}
