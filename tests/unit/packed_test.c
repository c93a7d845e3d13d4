/* Packed segments: what is left out comes back, what an earlier version packed is read, and who
 * changes an entry and makes all checksums fit is found by the chain. */
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zstd.h>

#include "store/packed.h"
#include "unit.h"

#define SAMPLE "tests/samples/packed1/journal"
#define SAMPLE_ENTRIES 500
#define SEGMENT (64u * 1024)
#define ENTRY_MAX 4096u
#define ROW_BYTES (24u + RD_HASH_BYTES)
#define FOOTER_BYTES 24u

static char dir[UNIT_DIR_MAX];
static char journal_dir[UNIT_DIR_MAX + 16];
static struct rd_arena arena;
static struct rd_error error;

static void setup(void)
{
    unit_dir_make(dir);
    snprintf(journal_dir, sizeof journal_dir, "%s/journal", dir);
    rd_arena_init(&arena);
    error = RD_ERROR_NONE;
}

static void teardown(void)
{
    rd_arena_fini(&arena);
    unit_dir_remove(dir);
}

/* ---- files ---- */

static const char *path_of(const char *name)
{
    return rd_arena_printf(&arena, "%s/%s", journal_dir, name);
}

static unsigned char *slurp(const char *path, size_t *len)
{
    struct stat info;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ck_assert_msg(fd >= 0 && fstat(fd, &info) == 0, "%s", path);
    unsigned char *bytes = rd_arena_alloc(&arena, (size_t)info.st_size + 1);
    ck_assert(rd_segment_pread(fd, bytes, (size_t)info.st_size, 0));
    close(fd);
    *len = (size_t)info.st_size;
    return bytes;
}

static void spill(const char *path, const void *bytes, size_t len)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    ck_assert_msg(fd >= 0 && rd_segment_pwrite(fd, bytes, len, 0), "%s", path);
    close(fd);
}

/* ---- journals ---- */

static struct rd_journal *open_journal(void)
{
    struct rd_journal_options options = { .segment_bytes = SEGMENT, .entry_bytes_max = ENTRY_MAX };
    struct rd_journal *journal = NULL;
    ck_assert_msg(rd_journal_open(journal_dir, &options, &journal, NULL, &error) == RD_OK, "%s",
                  error.text);
    return journal;
}

/* What entry `seq` says: as it was said when the sample was made. */
static size_t payload_of(uint64_t seq, char out[512])
{
    size_t len = (size_t)snprintf(out, 512, "entry %llu: ", (unsigned long long)seq);
    while (len < 100 + seq * 37 % 350)
        len += (size_t)snprintf(out + len, 512 - len, "case %u acts, ", (unsigned)(seq * 7 % 13));
    return len;
}

static void append(struct rd_journal *journal, int count)
{
    char payload[512];
    for (int i = 0; i < count; i++) {
        struct rd_position position;
        uint64_t seq;
        size_t len = payload_of(rd_journal_last_seq(journal) + 1, payload);
        ck_assert_int_eq(rd_journal_append(journal, payload, len, &seq, &position, &error), RD_OK);
    }
    ck_assert_int_eq(rd_journal_flush(journal, &error), RD_OK);
}

static void pack(struct rd_journal *journal)
{
    while (rd_journal_idle(journal))
        ;
}

static void expect_all(struct rd_journal *journal, uint64_t count)
{
    struct rd_position at = rd_journal_start(journal);
    struct rd_entry entry;
    char payload[512];
    for (uint64_t seq = 1; seq <= count; seq++) {
        ck_assert_msg(rd_journal_read(journal, at, &arena, &entry, &error) == RD_OK, "%s",
                      error.text);
        ck_assert_uint_eq(entry.seq, seq);
        ck_assert_uint_eq(entry.len, payload_of(seq, payload));
        ck_assert_int_eq(memcmp(entry.payload, payload, entry.len), 0);
        at = entry.next;
    }
    ck_assert_int_eq(rd_journal_read(journal, at, &arena, &entry, &error), RD_END);
}

static enum rd_status verify(struct rd_journal_verdict *verdict)
{
    return rd_journal_verify(journal_dir, NULL, NULL, verdict, &error);
}

/* ---- what is left out ---- */

START_TEST(comes_back_byte_for_byte)
{
    struct rd_journal *journal = open_journal();
    struct rd_buf content;
    size_t len;
    bool packed = false;
    append(journal, 600);
    unsigned char *plain = slurp(path_of("00000001.seg"), &len);
    pack(journal);
    rd_journal_close(journal);
    ck_assert_int_ne(access(path_of("00000001.seg"), F_OK), 0);
    int dir_fd = open(journal_dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    rd_buf_init(&content);
    ck_assert_int_eq(rd_segment_load(dir_fd, 1, &content, &packed, &error), RD_OK);
    ck_assert(packed && content.len > SEGMENT - ENTRY_MAX && content.len <= len);
    ck_assert_int_eq(memcmp(content.data, plain, content.len), 0);
    rd_buf_fini(&content);
    close(dir_fd);
}
END_TEST

/* Hash and checksum alone would be 40 bytes an entry that no packing makes smaller. */
START_TEST(takes_less_than_the_hashes_alone)
{
    struct rd_journal *journal = open_journal();
    struct rd_packed *packed;
    append(journal, 600);
    pack(journal);
    rd_journal_close(journal);
    int dir_fd = open(journal_dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    ck_assert_int_eq(rd_packed_open(dir_fd, 2, &packed, &error), RD_OK);
    uint64_t entries = packed->end / (RD_FRAME_HEADER_BYTES + 100 + 350);
    ck_assert_uint_lt(packed->bytes, entries * 40);
    rd_packed_close(packed);
    close(dir_fd);
}
END_TEST

START_TEST(what_the_first_form_packed_is_read_and_goes_on)
{
    static const char *const files[] = { "00000001.zst", "00000002.zst", "00000003.seg.z" };
    struct rd_journal_verdict verdict;
    size_t len;
    ck_assert_int_eq(mkdir(journal_dir, 0700), 0);
    for (int i = 0; i < 2; i++) {
        unsigned char *bytes = slurp(rd_arena_printf(&arena, SAMPLE "/%s", files[i]), &len);
        ck_assert_int_eq(memcmp(bytes + len - 8, "RDJIDX01", 8), 0);
        spill(path_of(files[i]), bytes, len);
    }
    unsigned char *small = slurp(rd_arena_printf(&arena, SAMPLE "/%s", files[2]), &len);
    unsigned char *newest = rd_arena_alloc(&arena, SEGMENT);
    ck_assert_uint_eq(ZSTD_decompress(newest, SEGMENT, small, len), SEGMENT);
    spill(path_of("00000003.seg"), newest, SEGMENT);
    ck_assert_int_eq(verify(&verdict), RD_OK);
    ck_assert_uint_eq(verdict.entries, SAMPLE_ENTRIES);
    struct rd_journal *journal = open_journal();
    expect_all(journal, SAMPLE_ENTRIES);
    append(journal, 400);
    pack(journal);
    expect_all(journal, SAMPLE_ENTRIES + 400);
    rd_journal_close(journal);
    unsigned char *later = slurp(path_of("00000003.zst"), &len);
    ck_assert_int_eq(memcmp(later + len - 8, "RDJIDX02", 8), 0);
    ck_assert_int_eq(verify(&verdict), RD_OK);
    ck_assert_uint_eq(verdict.entries, SAMPLE_ENTRIES + 400);
}
END_TEST

/* ---- who changes history ---- */

static void seal(unsigned char *out, const void *bytes, size_t len)
{
    static const unsigned char zero_key[crypto_shorthash_KEYBYTES];
    crypto_shorthash(out, bytes, len, zero_key);
}

/* Block `block` of segment 1 with a letter of its first entry changed, all checksums made to fit:
 * the file of one who knows the format but not how to find another text with the same hash. */
static void forge(uint32_t block)
{
    struct rd_packed *packed;
    size_t len;
    unsigned char *file = slurp(path_of("00000001.zst"), &len);
    int dir_fd = open(journal_dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    ck_assert_int_eq(rd_packed_open(dir_fd, 1, &packed, &error), RD_OK);
    ck_assert_uint_lt(block, packed->count);
    bool last = block + 1 == packed->count;
    size_t from = packed->blocks[block].at,
           to = last ? packed->index_at : packed->blocks[block + 1].at;
    size_t room =
        (last ? packed->end : packed->blocks[block + 1].from) - packed->blocks[block].from;
    unsigned char *plain = rd_arena_alloc(&arena, room);
    ck_assert_uint_eq(ZSTD_decompress(plain, room, file + from, to - from), room);
    plain[RD_FRAME_HEADER_BYTES + 5] ^= 1;
    struct rd_buf out;
    rd_buf_init(&out);
    rd_buf_append(&out, (char *)file, from);
    size_t bound = ZSTD_compressBound(room);
    size_t made = ZSTD_compress(rd_buf_reserve(&out, bound), bound, plain, room, 3);
    ck_assert(!ZSTD_isError(made));
    out.len += made;
    size_t index = out.len, rows;
    rd_buf_append(&out, (char *)file + to, len - to);
    unsigned char *bytes = (unsigned char *)out.data;
    index += packed->index_at - to;
    rows = index + 8;
    for (uint32_t i = block + 1; i < packed->count; i++) {
        unsigned char *at = bytes + rows + i * ROW_BYTES + 8;
        rd_le64_put(at, rd_le64_get(at) + made - (to - from));
    }
    seal(bytes + rows + block * ROW_BYTES + 16, bytes + from, made);
    seal(bytes + out.len - 16, bytes + index, out.len - 16 - index);
    spill(path_of("00000001.zst"), out.data, out.len);
    rd_buf_fini(&out);
    rd_packed_close(packed);
    close(dir_fd);
}

START_TEST(an_entry_that_was_changed_is_not_read)
{
    struct rd_journal_verdict verdict;
    struct rd_journal *journal = open_journal();
    struct rd_packed *packed;
    struct rd_buf block;
    append(journal, 600);
    pack(journal);
    rd_journal_close(journal);
    ck_assert_int_eq(verify(&verdict), RD_OK);
    forge(1);
    int dir_fd = open(journal_dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    ck_assert_int_eq(rd_packed_open(dir_fd, 1, &packed, &error), RD_OK);
    rd_buf_init(&block);
    ck_assert_int_eq(rd_packed_read(packed, 1, &block, &error), RD_CORRUPT);
    ck_assert_msg(strstr(error.text, "the chain of a block") && strstr(error.text, "store repair"),
                  "%s", error.text);
    ck_assert_uint_eq(block.len, 0);
    rd_buf_fini(&block);
    rd_packed_close(packed);
    close(dir_fd);
    error = RD_ERROR_NONE;
    ck_assert_int_eq(verify(&verdict), RD_CHECK_FAILED);
    ck_assert_uint_eq(verdict.bad_seq, 1);
    ck_assert_msg(strstr(verdict.bad_place, "00000001.zst"), "%s", verdict.bad_place);
}
END_TEST

/* A plain segment in which an entry does not follow, its checksum made to fit, stays as it is: for
 * verify, and for who repairs it. */
START_TEST(what_does_not_follow_is_not_packed)
{
    struct rd_segment_header header;
    struct rd_journal_verdict verdict;
    unsigned char hash[RD_HASH_BYTES] = { 1 };
    size_t len;
    struct rd_journal *journal = open_journal();
    append(journal, 600);
    unsigned char *bytes = slurp(path_of("00000001.seg"), &len);
    ck_assert(rd_segment_header_read(bytes, &header));
    rd_frame_finish(bytes + RD_SEGMENT_HEADER_BYTES, header.key, 0, hash);
    spill(path_of("00000001.seg"), bytes, len);
    pack(journal);
    rd_journal_close(journal);
    ck_assert_int_eq(access(path_of("00000001.seg"), F_OK), 0);
    ck_assert_int_ne(access(path_of("00000001.zst"), F_OK), 0);
    ck_assert_int_eq(verify(&verdict), RD_CHECK_FAILED);
    ck_assert_uint_eq(verdict.bad_seq, 1);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("packed");
    TCase *tcase = tcase_create("packed");
    tcase_set_timeout(tcase, 60);
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, comes_back_byte_for_byte);
    tcase_add_test(tcase, takes_less_than_the_hashes_alone);
    tcase_add_test(tcase, what_the_first_form_packed_is_read_and_goes_on);
    tcase_add_test(tcase, an_entry_that_was_changed_is_not_read);
    tcase_add_test(tcase, what_does_not_follow_is_not_packed);
    suite_add_tcase(suite, tcase);
    return unit_run(suite);
}
