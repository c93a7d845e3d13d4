/* Packed segments: what a full segment becomes when nothing will be written to it any more.
 *
 *   ├ zstd frame: the header block ┤ zstd frame: ~64 KiB of frames ┤ ... ┤ skippable frame: index ┤
 *   index: u32 0x184D2A50 | u32 bytes behind | count × { u32 from, u32 0, u64 at, u64 checksum,
 *          u8 hash[32] } | u32 count | u32 end | u64 SipHash-2-4 of the index so far, zero key
 *          | "RDJIDX02"
 *
 * A block holds whole frames only, so one entry needs one block. Hash and checksum of each frame,
 * which no packing makes smaller, are left out: they follow from the entries, the segment's key and
 * the hash behind the block before, and are put back as a block is read. So the plain segment comes
 * back up to its end, byte for byte, logical offsets (and thereby positions) stay what they were,
 * and no block is read whose entries do not lead to the hash that its row in the index has.
 * Each block is read back and compared before the next one: this is going to be the only copy.
 * Damaged frames, and such as do not follow from the ones before, are never packed.
 *
 * The first form ("RDJIDX01", rows without a hash) had left nothing out; it is read for ever.
 */
#include "store/packed.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zstd.h>

#include "base/limits.h"
#include "store/faults.h"

#define PACKED_BLOCK_BYTES (64u * 1024)
#define PACKED_LEVEL 3
#define PACKED_SYNC_BYTES (256u * 1024) /* flushed as it grows, so that the end is no long wait */
#define PACKED_SKIPPABLE 0x184D2A50u
#define PACKED_ROW_BYTES (PACKED_ROW_BYTES_FIRST + RD_HASH_BYTES)
#define PACKED_ROW_BYTES_FIRST 24u
#define PACKED_FOOTER_BYTES 24u
#define PACKED_FOOTER_MAGIC "RDJIDX02"
#define PACKED_FOOTER_MAGIC_FIRST "RDJIDX01"

struct rd_packer {
    int dir_fd, in_fd, out_fd;
    struct rd_segment_header header;
    char temp[RD_SEGMENT_NAME_MAX + 8];
    bool finished;
    uint32_t at, end;        /* logical: what is packed, what there is */
    uint64_t out_at, synced; /* written, and on disk */
    uint32_t count;
    unsigned char hash[RD_HASH_BYTES]; /* of the last entry that is packed */
    struct rd_buf index;               /* rows as they will be stored */
    struct rd_buf raw, packed, back;
    ZSTD_CCtx *context;
};

static uint64_t packed_checksum(const void *bytes, size_t len)
{
    static const unsigned char zero_key[crypto_shorthash_KEYBYTES];
    unsigned char out[crypto_shorthash_BYTES];
    crypto_shorthash(out, bytes, len, zero_key);
    return rd_le64_get(out);
}

static enum rd_status packed_damaged(const struct rd_packed *packed, uint64_t at, const char *why,
                                     struct rd_error *error)
{
    return rd_error_set(error, RD_CORRUPT,
                        "%s: offset %llu: the packed segment is damaged (%s); repair it with "
                        "`redress store repair`",
                        packed->name, (unsigned long long)at, why);
}

/* The header alone, then whole frames up to the one that fills the block: an index that says more
 * would have as much memory taken as it likes. */
static bool packed_block_fits(uint32_t at, uint32_t plain)
{
    return at == 0 ? plain == RD_SEGMENT_HEADER_BYTES
                   : plain <= PACKED_BLOCK_BYTES + rd_frame_bytes(RD_ENTRY_BYTES_MAX);
}

/* The index as it stands in the file, all but its skippable head, into rows. */
static bool packed_parse(struct rd_packed *packed, const unsigned char *rows, size_t row_bytes,
                         uint32_t count)
{
    packed->blocks = calloc(count, sizeof(*packed->blocks));
    RD_ASSERT(packed->blocks);
    packed->count = count;
    for (uint32_t i = 0; i < count; i++) {
        const unsigned char *row = rows + i * row_bytes;
        struct rd_packed_block *block = &packed->blocks[i];
        block->from = rd_le32_get(row);
        block->at = rd_le64_get(row + 8);
        block->checksum = rd_le64_get(row + 16);
        if (!packed->whole)
            memcpy(block->hash, row + PACKED_ROW_BYTES_FIRST, RD_HASH_BYTES);
        bool first = i == 0 && block->from == 0 && block->at == 0;
        bool later = i > 0 && block->from > block[-1].from && block->at > block[-1].at;
        if (!(first || later) || block->from >= packed->end || block->at >= packed->index_at ||
            (i > 0 && !packed_block_fits(i - 1, block->from - block[-1].from))) {
            return false;
        }
    }
    return packed_block_fits(count - 1, packed->end - packed->blocks[count - 1].from);
}

/* Which form the file has; false: none that is known. */
static bool packed_form(struct rd_packed *packed, const unsigned char magic[8])
{
    packed->whole = memcmp(magic, PACKED_FOOTER_MAGIC_FIRST, 8) == 0;
    return packed->whole || memcmp(magic, PACKED_FOOTER_MAGIC, 8) == 0;
}

static enum rd_status packed_index(struct rd_packed *packed, struct rd_error *error)
{
    unsigned char footer[PACKED_FOOTER_BYTES];
    if (packed->bytes < PACKED_FOOTER_BYTES + 8 ||
        !rd_segment_pread(packed->fd, footer, sizeof(footer), packed->bytes - sizeof(footer)) ||
        !packed_form(packed, footer + 16)) {
        return packed_damaged(packed, packed->bytes, "no index at its end", error);
    }
    uint32_t count = rd_le32_get(footer);
    size_t row_bytes = packed->whole ? PACKED_ROW_BYTES_FIRST : PACKED_ROW_BYTES;
    uint64_t len = 8 + (uint64_t)count * row_bytes + PACKED_FOOTER_BYTES;
    if (count == 0 || len >= packed->bytes) {
        return packed_damaged(packed, packed->bytes - sizeof(footer), "impossible index", error);
    }
    packed->end = rd_le32_get(footer + 4);
    packed->index_at = packed->bytes - len;
    unsigned char *index = malloc(len);
    RD_ASSERT(index);
    bool good = rd_segment_pread(packed->fd, index, len, packed->index_at) &&
                rd_le64_get(footer + 8) == packed_checksum(index, len - 16) &&
                rd_le32_get(index) == PACKED_SKIPPABLE && rd_le32_get(index + 4) == len - 8 &&
                packed_parse(packed, index + 8, row_bytes, count);
    free(index);
    return good ? RD_OK : packed_damaged(packed, packed->index_at, "its index", error);
}

static enum rd_status packed_header(struct rd_packed *packed, uint32_t number,
                                    struct rd_error *error)
{
    struct rd_buf block;
    rd_buf_init(&block);
    enum rd_status status = rd_packed_read(packed, 0, &block, error);
    if (status == RD_OK &&
        (block.len != RD_SEGMENT_HEADER_BYTES ||
         !rd_segment_header_read((const unsigned char *)block.data, &packed->header) ||
         packed->header.number != number || packed->end > packed->header.bytes ||
         (!packed->whole && memcmp(packed->blocks[0].hash, packed->header.prev_hash,
                                   sizeof packed->header.prev_hash) != 0))) {
        status = packed_damaged(packed, 0, "its header", error);
    }
    rd_buf_fini(&block);
    return status;
}

enum rd_status rd_packed_open(int dir_fd, uint32_t number, struct rd_packed **out,
                              struct rd_error *error)
{
    char name[RD_SEGMENT_NAME_MAX];
    struct stat stat;
    rd_segment_name(name, number, true);
    int fd = openat(dir_fd, name, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0 || fstat(fd, &stat) != 0) {
        int errnum = errno;
        if (fd >= 0) {
            close(fd);
        }
        return rd_error_errno(error, errnum == ENOENT ? RD_NOT_FOUND : RD_IO, errnum,
                              "cannot open the segment %s", name);
    }
    struct rd_packed *packed = calloc(1, sizeof(*packed));
    RD_ASSERT(packed);
    packed->fd = fd;
    packed->bytes = (uint64_t)stat.st_size;
    memcpy(packed->name, name, sizeof(name));
    enum rd_status status = packed_index(packed, error);
    if (status == RD_OK) {
        status = packed_header(packed, number, error);
    }
    if (status != RD_OK) {
        rd_packed_close(packed);
        return status;
    }
    *out = packed;
    return RD_OK;
}

void rd_packed_close(struct rd_packed *packed)
{
    if (packed) {
        close(packed->fd);
        free(packed->blocks);
        free(packed);
    }
}

uint32_t rd_packed_find(const struct rd_packed *packed, uint32_t offset)
{
    uint32_t low = 0, high = packed->count;
    while (high - low > 1) {
        uint32_t middle = low + (high - low) / 2;
        if (packed->blocks[middle].from <= offset) {
            low = middle;
        } else {
            high = middle;
        }
    }
    return low;
}

/* Puts back into a block's frames what was left out. False where they do not fit it, or do not lead
 * to the hash of its row. */
static bool packed_restore(const struct rd_packed *packed, uint32_t block, unsigned char *bytes,
                           size_t len)
{
    unsigned char hash[RD_HASH_BYTES];
    if (packed->whole || block == 0) /* the header has nothing that follows from the rest */
        return true;
    memcpy(hash, packed->blocks[block - 1].hash, sizeof hash);
    for (size_t at = 0; at < len;) {
        uint32_t frame = rd_frame_restore(bytes + at, len - at, packed->header.key, hash);
        if (frame == 0)
            return false;
        at += frame;
    }
    return memcmp(hash, packed->blocks[block].hash, sizeof hash) == 0;
}

enum rd_status rd_packed_read(struct rd_packed *packed, uint32_t block, struct rd_buf *out,
                              struct rd_error *error)
{
    RD_ASSERT(block < packed->count);
    const struct rd_packed_block *row = &packed->blocks[block];
    bool last = block + 1 == packed->count;
    size_t len = (last ? packed->index_at : row[1].at) - row->at;
    size_t plain = (last ? packed->end : row[1].from) - row->from;
    unsigned char *to = (unsigned char *)rd_buf_reserve(out, plain);
    void *bytes = malloc(len);
    RD_ASSERT(bytes);
    enum rd_status status = RD_OK;
    if (!rd_segment_pread(packed->fd, bytes, len, row->at)) {
        status = rd_error_errno(error, RD_IO, errno, "%s: offset %llu: cannot be read",
                                packed->name, (unsigned long long)row->at);
    } else if (packed_checksum(bytes, len) != row->checksum ||
               ZSTD_decompress(to, plain, bytes, len) != plain) {
        status = packed_damaged(packed, row->at, "the checksum of a block", error);
    } else if (!packed_restore(packed, block, to, plain)) {
        status = packed_damaged(packed, row->at, "the chain of a block", error);
    } else {
        out->len += plain;
    }
    free(bytes);
    return status;
}

enum rd_status rd_packer_new(int dir_fd, uint32_t number, uint32_t end, struct rd_packer **out,
                             struct rd_error *error)
{
    struct rd_packer *packer = calloc(1, sizeof(*packer));
    RD_ASSERT(packer);
    packer->dir_fd = dir_fd;
    packer->in_fd = packer->out_fd = -1;
    packer->end = end;
    packer->context = ZSTD_createCCtx();
    RD_ASSERT(packer->context);
    ZSTD_CCtx_setParameter(packer->context, ZSTD_c_compressionLevel, PACKED_LEVEL);
    ZSTD_CCtx_setParameter(packer->context, ZSTD_c_checksumFlag, 1);
    snprintf(packer->temp, sizeof(packer->temp), "%08x.zst.tmp", number);
    enum rd_status status =
        rd_segment_open(dir_fd, number, false, &packer->in_fd, &packer->header, error);
    if (status == RD_OK) {
        packer->out_fd = openat(dir_fd, packer->temp, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
        if (packer->out_fd < 0) {
            status = rd_error_errno(error, RD_IO, errno, "cannot make %s", packer->temp);
        }
    }
    if (status != RD_OK) {
        rd_packer_free(packer);
        return status;
    }
    RD_ASSERT(end > RD_SEGMENT_HEADER_BYTES && end <= packer->header.bytes);
    memcpy(packer->hash, packer->header.prev_hash, sizeof packer->hash);
    *out = packer;
    return RD_OK;
}

void rd_packer_free(struct rd_packer *packer)
{
    if (!packer) {
        return;
    }
    if (packer->in_fd >= 0) {
        close(packer->in_fd);
    }
    if (packer->out_fd >= 0) {
        close(packer->out_fd);
        if (!packer->finished) {
            unlinkat(packer->dir_fd, packer->temp, 0);
        }
    }
    rd_buf_fini(&packer->index);
    rd_buf_fini(&packer->raw);
    rd_buf_fini(&packer->packed);
    rd_buf_fini(&packer->back);
    ZSTD_freeCCtx(packer->context);
    free(packer);
}

/* How many bytes of raw, which begins at packer->at, are whole and intact frames, and no more than
 * a block; at least one frame. 0: damage. `*need` is how many bytes must be there for the first
 * frame. */
static size_t packer_frames(const struct rd_packer *packer, size_t *need)
{
    const unsigned char *bytes = (const unsigned char *)packer->raw.data;
    struct rd_frame frame;
    size_t len = 0;
    *need = rd_frame_claim(bytes, packer->end - packer->at, packer->header.key);
    while (len < packer->raw.len && len < PACKED_BLOCK_BYTES) {
        if (!rd_frame_check(bytes + len, packer->raw.len - len, packer->header.key, &frame)) {
            break;
        }
        len += frame.bytes;
    }
    return len;
}

static enum rd_status packer_damaged(const struct rd_packer *packer, uint32_t at, const char *why,
                                     struct rd_error *error)
{
    return rd_error_set(error, RD_CORRUPT,
                        "%08x.seg: offset %u: an entry %s; repair it with `redress store repair`",
                        packer->header.number, at, why);
}

/* The plain bytes of the next block into raw. */
static enum rd_status packer_gather(struct rd_packer *packer, struct rd_error *error)
{
    size_t left = packer->end - packer->at, need = 0;
    size_t want = packer->at == 0 ? RD_SEGMENT_HEADER_BYTES : PACKED_BLOCK_BYTES;
    for (int attempt = 0; attempt < 2; attempt++) {
        want = want < left ? want : left;
        rd_buf_clear(&packer->raw);
        if (!rd_segment_pread(packer->in_fd, rd_buf_reserve(&packer->raw, want), want,
                              packer->at)) {
            return rd_error_errno(error, RD_IO, errno, "%08x.seg: offset %u: cannot be read",
                                  packer->header.number, packer->at);
        }
        packer->raw.len = want;
        if (packer->at == 0) {
            return RD_OK;
        }
        size_t whole = packer_frames(packer, &need);
        if (whole > 0) {
            packer->raw.len = whole;
            return RD_OK;
        }
        if (need <= want) {
            break;
        }
        want = need; /* one frame larger than a block */
    }
    return packer_damaged(packer, packer->at, "is damaged", error);
}

/* Leaves out of the frames in raw what follows from the rest. */
static enum rd_status packer_strip(struct rd_packer *packer, struct rd_error *error)
{
    unsigned char *bytes = (unsigned char *)packer->raw.data;
    struct rd_frame frame;
    for (size_t at = 0; packer->at > 0 && at < packer->raw.len; at += frame.bytes) {
        if (!rd_frame_strip(bytes + at, packer->hash))
            return packer_damaged(packer, packer->at + (uint32_t)at,
                                  "does not follow from the one before", error);
        rd_frame_parse(bytes + at, &frame);
    }
    return RD_OK;
}

static enum rd_status packer_block(struct rd_packer *packer, struct rd_error *error)
{
    struct rd_buf *raw = &packer->raw, *packed = &packer->packed, *back = &packer->back;
    size_t bound = ZSTD_compressBound(raw->len);
    rd_buf_clear(packed);
    rd_buf_clear(back);
    size_t len =
        ZSTD_compress2(packer->context, rd_buf_reserve(packed, bound), bound, raw->data, raw->len);
    RD_ASSERT(!ZSTD_isError(len));
    size_t plain = ZSTD_decompress(rd_buf_reserve(back, raw->len), raw->len, packed->data, len);
    RD_ASSERT(plain == raw->len && memcmp(back->data, raw->data, plain) == 0);
    if (!rd_segment_pwrite(packer->out_fd, packed->data, len, packer->out_at)) {
        return rd_error_errno(error, RD_IO, errno, "cannot write %s", packer->temp);
    }
    unsigned char row[PACKED_ROW_BYTES] = { 0 };
    rd_le32_put(row, packer->at);
    rd_le64_put(row + 8, packer->out_at);
    rd_le64_put(row + 16, packed_checksum(packed->data, len));
    memcpy(row + PACKED_ROW_BYTES_FIRST, packer->hash, RD_HASH_BYTES);
    rd_buf_append(&packer->index, row, sizeof(row));
    packer->count++;
    packer->at += (uint32_t)raw->len;
    packer->out_at += len;
    return RD_OK;
}

static enum rd_status packer_finish(struct rd_packer *packer, struct rd_error *error)
{
    struct rd_buf *out = &packer->packed;
    unsigned char head[8], footer[PACKED_FOOTER_BYTES];
    char name[RD_SEGMENT_NAME_MAX];
    rd_le32_put(head, PACKED_SKIPPABLE);
    rd_le32_put(head + 4, (uint32_t)(packer->index.len + sizeof(footer)));
    rd_le32_put(footer, packer->count);
    rd_le32_put(footer + 4, packer->end);
    rd_buf_clear(out);
    rd_buf_append(out, head, sizeof(head));
    rd_buf_append(out, packer->index.data, packer->index.len);
    rd_buf_append(out, footer, 8);
    rd_le64_put(footer + 8, packed_checksum(out->data, out->len));
    memcpy(footer + 16, PACKED_FOOTER_MAGIC, 8);
    rd_buf_append(out, footer + 8, 16);
    rd_segment_name(name, packer->header.number, true);
    if (!rd_segment_pwrite(packer->out_fd, out->data, out->len, packer->out_at) ||
        fsync(packer->out_fd) != 0) {
        return rd_error_errno(error, RD_IO, errno, "cannot write %s", packer->temp);
    }
    rd_fault_exit("seal_before_rename");
    if (renameat(packer->dir_fd, packer->temp, packer->dir_fd, name) != 0) {
        return rd_error_errno(error, RD_IO, errno, "cannot rename %s", packer->temp);
    }
    packer->finished = true;
    rd_segment_sync_dir(packer->dir_fd);
    rd_fault_exit("seal_after_rename");
    return RD_END;
}

enum rd_status rd_packer_step(struct rd_packer *packer, uint32_t budget, struct rd_error *error)
{
    RD_ASSERT(!packer->finished);
    for (uint32_t from = packer->at; packer->at < packer->end && packer->at - from < budget;) {
        enum rd_status status = packer_gather(packer, error);
        if (status == RD_OK) {
            status = packer_strip(packer, error);
        }
        if (status == RD_OK) {
            status = packer_block(packer, error);
        }
        if (status != RD_OK) {
            return status;
        }
    }
    if (packer->out_at - packer->synced >= PACKED_SYNC_BYTES) {
        if (fdatasync(packer->out_fd) != 0) {
            return rd_error_errno(error, RD_IO, errno, "cannot flush %s", packer->temp);
        }
        packer->synced = packer->out_at;
    }
    return packer->at < packer->end ? RD_OK : packer_finish(packer, error);
}

static enum rd_status packed_load(struct rd_packed *packed, struct rd_buf *out,
                                  struct rd_error *error)
{
    enum rd_status status = RD_OK;
    for (uint32_t i = 0; status == RD_OK && i < packed->count; i++) {
        status = rd_packed_read(packed, i, out, error);
    }
    return status;
}

static enum rd_status segment_load_plain(int dir_fd, uint32_t number, struct rd_buf *out,
                                         struct rd_error *error)
{
    struct rd_segment_header header;
    int fd;
    enum rd_status status = rd_segment_open(dir_fd, number, false, &fd, &header, error);
    if (status != RD_OK) {
        return status;
    }
    struct stat stat;
    bool known = fstat(fd, &stat) == 0; /* one that was cut off is read as far as it goes */
    size_t len = known && stat.st_size < header.bytes ? (size_t)stat.st_size : header.bytes;
    if (known && rd_segment_pread(fd, rd_buf_reserve(out, len), len, 0)) {
        out->len = len;
    } else {
        status = rd_error_errno(error, RD_IO, errno, "%08x.seg: cannot be read whole", number);
    }
    close(fd);
    return status;
}

enum rd_status rd_segment_load(int dir_fd, uint32_t number, struct rd_buf *out, bool *is_packed,
                               struct rd_error *error)
{
    struct rd_packed *packed = NULL;
    rd_buf_clear(out);
    enum rd_status status = rd_packed_open(dir_fd, number, &packed, error);
    if (status == RD_OK) {
        status = packed_load(packed, out, error);
        rd_packed_close(packed);
    }
    *is_packed = status == RD_OK;
    struct rd_error plain_error = RD_ERROR_NONE;
    if (status != RD_OK) {
        enum rd_status plain;
        rd_buf_clear(out);
        plain = segment_load_plain(dir_fd, number, out, &plain_error);
        if (plain == RD_OK || status == RD_NOT_FOUND) {
            if (plain != RD_OK && error) {
                *error = plain_error;
            }
            status = plain;
        }
    }
    return status;
}
