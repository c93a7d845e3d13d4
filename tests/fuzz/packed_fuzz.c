/* Packed segments: a real one with damage in it, or any bytes in its place; with the checksums of
 * its blocks and of its index spelled anew where the input says so, so that what lies behind them
 * is reached as well. Without that, what is read at all is what was packed, byte for byte.
 *
 * Input: flags, then patches of a place (4 bytes, counted back from the end where the highest bit
 * is set), a length (a byte) and as many bytes; or behind RAW the file itself.
 */
#include "fuzz/fuzz.h"

#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "store/packed.h"

#define RAW 1u
#define BLOCKS_SEALED 2u
#define INDEX_SEALED 4u
#define PLAIN_BESIDE 8u
#define CUT 16u

#define SEGMENT_BYTES (256u * 1024)
#define PAYLOAD 900u
#define ENTRIES 220u /* three blocks */
#define FOOTER 24u
#define ROW (24u + RD_HASH_BYTES)

static char dir[FUZZ_DIR_MAX];
static int dir_fd = -1;
static struct rd_buf plain, packed, bytes;
static uint32_t plain_end;

static void write_file(const char *name, const void *data, size_t len)
{
    int fd = openat(dir_fd, name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    RD_ASSERT(fd >= 0 && rd_segment_pwrite(fd, data, len, 0));
    close(fd);
}

static void dir_remove(void)
{
    char name[RD_SEGMENT_NAME_MAX];
    for (int is_packed = 0; is_packed < 2; is_packed++) {
        rd_segment_name(name, 1, is_packed);
        (void)unlinkat(dir_fd, name, 0);
    }
    close(dir_fd);
    (void)rmdir(dir);
    rd_buf_fini(&plain);
    rd_buf_fini(&packed);
    rd_buf_fini(&bytes);
}

/* The same bytes each time: no key of chance, no clock. */
static void plain_make(void)
{
    struct rd_segment_header header = { .number = 1, .bytes = SEGMENT_BYTES, .first_seq = 1 };
    unsigned char hash[RD_HASH_BYTES] = { 0 }, payload[PAYLOAD];
    unsigned char *at = (unsigned char *)rd_buf_reserve(&plain, SEGMENT_BYTES);
    memset(at, 0, SEGMENT_BYTES);
    rd_segment_header_write(&header, at);
    plain_end = RD_SEGMENT_HEADER_BYTES;
    for (uint32_t i = 1; i <= ENTRIES; i++) {
        for (uint32_t k = 0; k < PAYLOAD; k++)
            payload[k] = (unsigned char)(i * 31 + k * k * 7 / (1 + i % 5));
        rd_frame_begin(at + plain_end, i, payload, PAYLOAD);
        plain_end += rd_frame_finish(at + plain_end, header.key, i - 1, hash);
    }
    RD_ASSERT(plain_end + RD_SEGMENT_END_BYTES <= SEGMENT_BYTES);
    plain.len = SEGMENT_BYTES;
}

static void make_once(void)
{
    char name[RD_SEGMENT_NAME_MAX];
    struct rd_packer *packer = NULL;
    struct stat stat;
    struct rd_error error = RD_ERROR_NONE;
    fuzz_dir_make(dir, dir_remove);
    dir_fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    RD_ASSERT(dir_fd >= 0);
    plain_make();
    rd_segment_name(name, 1, false);
    write_file(name, plain.data, plain.len);
    enum rd_status status = rd_packer_new(dir_fd, 1, plain_end, &packer, &error);
    while (status == RD_OK)
        status = rd_packer_step(packer, SEGMENT_BYTES, &error);
    RD_ASSERT(status == RD_END);
    rd_packer_free(packer);
    rd_segment_name(name, 1, true);
    int fd = openat(dir_fd, name, O_RDONLY | O_CLOEXEC);
    RD_ASSERT(fd >= 0 && fstat(fd, &stat) == 0);
    size_t size = (size_t)stat.st_size;
    bool read = rd_segment_pread(fd, rd_buf_reserve(&packed, size), size, 0);
    RD_ASSERT(read);
    packed.len = size;
    close(fd);
}

/* ---- the file that is tried ---- */

static void patch(const uint8_t *in, size_t len)
{
    while (len >= 5) {
        uint32_t place = rd_le32_get(in), from_end = place & 0x7fffffffu;
        size_t some = in[4] < len - 5 ? in[4] : len - 5;
        size_t at = place >> 31 ? bytes.len - from_end % (bytes.len + 1) : place % (bytes.len + 1);
        size_t fits = some < bytes.len - at ? some : bytes.len - at;
        memcpy(bytes.data + at, in + 5, fits);
        in += 5 + some;
        len -= 5 + some;
    }
}

static void seal(unsigned char *out, const void *data, size_t len)
{
    static const unsigned char zero_key[crypto_shorthash_KEYBYTES];
    crypto_shorthash(out, data, len, zero_key);
}

/* Where the index says it begins; 0: nowhere in the file. */
static size_t index_at(uint32_t *count)
{
    if (bytes.len < FOOTER + 8)
        return 0;
    *count = rd_le32_get((unsigned char *)bytes.data + bytes.len - FOOTER);
    uint64_t len = 8 + (uint64_t)*count * ROW + FOOTER;
    return *count > 0 && len < bytes.len ? bytes.len - len : 0;
}

static void seal_blocks(void)
{
    uint32_t count;
    size_t index = index_at(&count);
    for (uint32_t i = 0; index > 0 && i < count; i++) {
        unsigned char *row = (unsigned char *)bytes.data + index + 8 + (size_t)i * ROW;
        uint64_t at = rd_le64_get(row + 8),
                 end = i + 1 < count ? rd_le64_get(row + ROW + 8) : index;
        if (at < end && end <= index)
            seal(row + 16, bytes.data + at, end - at);
    }
}

static void seal_index(void)
{
    uint32_t count;
    size_t index = index_at(&count);
    if (index > 0)
        seal((unsigned char *)bytes.data + bytes.len - 16, bytes.data + index,
             bytes.len - 16 - index);
}

/* Whether what was packed is still what must come out, where anything does. */
static bool file_make(const uint8_t *in, size_t len)
{
    unsigned flags = len > 0 ? in[0] : 0;
    rd_buf_clear(&bytes);
    if (flags & RAW) {
        rd_buf_append(&bytes, in + 1, len - 1);
    } else {
        rd_buf_append(&bytes, packed.data, packed.len);
        if (flags & CUT && len > 2) {
            bytes.len -= ((size_t)in[1] | (size_t)in[2] << 8) % bytes.len;
            patch(in + 3, len - 3);
        } else if (len > 1) {
            patch(in + 1, len - 1);
        }
    }
    if (flags & BLOCKS_SEALED)
        seal_blocks();
    if (flags & INDEX_SEALED)
        seal_index();
    return !(flags & (RAW | BLOCKS_SEALED | INDEX_SEALED));
}

/* ---- reading it ---- */

static void read_blocks(void)
{
    struct rd_packed *open = NULL;
    struct rd_buf block;
    struct rd_error error = RD_ERROR_NONE;
    enum rd_status status = rd_packed_open(dir_fd, 1, &open, &error);
    RD_ASSERT(status == RD_OK || status == RD_CORRUPT);
    RD_ASSERT(status == RD_OK || error.text[0] != '\0');
    if (status != RD_OK)
        return;
    rd_buf_init(&block);
    RD_ASSERT(open->end <= open->header.bytes);
    for (uint32_t offset = 0; offset < open->end; offset += 1 + open->end / 64) {
        uint32_t at = rd_packed_find(open, offset);
        RD_ASSERT(at < open->count && open->blocks[at].from <= offset);
        RD_ASSERT(at + 1 == open->count || open->blocks[at + 1].from > offset);
        rd_buf_clear(&block);
        status = rd_packed_read(open, at, &block, &error);
        RD_ASSERT(status == RD_CORRUPT ||
                  (status == RD_OK && open->blocks[at].from + block.len > offset));
    }
    rd_buf_fini(&block);
    rd_packed_close(open);
}

/* The whole, and from the plain file where that is there and the packed one is not to be had. */
static void load(bool as_packed, bool beside)
{
    struct rd_buf out;
    bool was_packed;
    struct rd_error error = RD_ERROR_NONE;
    rd_buf_init(&out);
    enum rd_status status = rd_segment_load(dir_fd, 1, &out, &was_packed, &error);
    RD_ASSERT(status == RD_OK || (!beside && status == RD_CORRUPT));
    if (status == RD_OK && (as_packed || !was_packed)) {
        RD_ASSERT(out.len == (was_packed ? plain_end : SEGMENT_BYTES));
        RD_ASSERT(memcmp(out.data, plain.data, out.len) == 0);
    }
    rd_buf_fini(&out);
}

/* As a journal, which is read on as far as it goes. */
static void read_journal(bool as_packed)
{
    struct rd_journal_options options = { .segment_bytes = SEGMENT_BYTES,
                                          .entry_bytes_max = 4096,
                                          .read_only = true };
    struct rd_journal *journal = NULL;
    struct rd_arena arena;
    struct rd_entry entry;
    struct rd_error error = RD_ERROR_NONE;
    enum rd_status status = rd_journal_open(dir, &options, &journal, NULL, &error);
    RD_ASSERT(status == RD_OK || error.text[0] != '\0');
    if (status != RD_OK)
        return;
    rd_arena_init(&arena);
    struct rd_position at = rd_journal_start(journal);
    for (uint32_t i = 1; i <= ENTRIES + 1; i++) {
        status = rd_journal_read(journal, at, &arena, &entry, &error);
        if (status != RD_OK)
            break;
        RD_ASSERT(!as_packed || (entry.seq == i && entry.len == PAYLOAD));
        at = entry.next;
    }
    rd_arena_fini(&arena);
    rd_journal_close(journal);
}

int LLVMFuzzerTestOneInput(const uint8_t *in, size_t len)
{
    char name[RD_SEGMENT_NAME_MAX];
    if (dir_fd < 0)
        make_once();
    bool beside = len > 0 && in[0] & PLAIN_BESIDE;
    bool as_packed = file_make(in, len);
    rd_segment_name(name, 1, true);
    write_file(name, bytes.data, bytes.len);
    rd_segment_name(name, 1, false);
    if (beside)
        write_file(name, plain.data, plain.len);
    else
        (void)unlinkat(dir_fd, name, 0);
    read_blocks();
    load(as_packed, beside);
    read_journal(as_packed);
    return 0;
}
