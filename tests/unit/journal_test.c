/* The journal: what was flushed is there after anything that a crash or a kill may do, and damage
 * is told from torn tails. */
#include <stdatomic.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "store/faults.h"
#include "store/journal.h"
#include "store/segment.h"
#include "unit.h"

#define SMALL_SEGMENT (64u * 1024)
#define SMALL_ENTRY (8u * 1024)

static char dir[UNIT_DIR_MAX];
static char journal_dir[UNIT_DIR_MAX + 16];
static struct rd_arena arena;

static void setup(void)
{
    unit_dir_make(dir);
    snprintf(journal_dir, sizeof(journal_dir), "%s/journal", dir);
    rd_arena_init(&arena);
}

static void teardown(void)
{
    unsetenv("RD_FAULT");
    rd_arena_fini(&arena);
    unit_dir_remove(dir);
}

/* A payload that only its sequence decides: text much as entries have, of varied length. */
static size_t payload_make(uint64_t seq, size_t len_max, unsigned char *out)
{
    static const char *const words[] = { "actor", "case.act", "escalate", "deadline", "facts",
                                         "rule",  "line",     "CP-2026-", "state",    "amount" };
    uint64_t random = seq * 0x9e3779b97f4a7c15u + 1;
    size_t want = 40 + (size_t)(seq * 7919 % 600), len = 0;
    want = want < len_max ? want : len_max;
    while (len < want) {
        char word[48];
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        int n = snprintf(word, sizeof(word), "%s%llu;", words[random % 10],
                         (unsigned long long)(random >> 40) % 5000);
        size_t take = (size_t)n < want - len ? (size_t)n : want - len;
        memcpy(out + len, word, take);
        len += take;
    }
    return len;
}

static struct rd_journal_options small_options(void)
{
    return (struct rd_journal_options){ .segment_bytes = SMALL_SEGMENT,
                                        .entry_bytes_max = SMALL_ENTRY };
}

static struct rd_journal *open_with(const struct rd_journal_options *options,
                                    struct rd_journal_recovery *recovery)
{
    struct rd_error error = RD_ERROR_NONE;
    struct rd_journal *journal = NULL;
    enum rd_status status = rd_journal_open(journal_dir, options, &journal, recovery, &error);
    ck_assert_msg(status == RD_OK, "open: %s: %s", rd_status_name(status), error.text);
    return journal;
}

static struct rd_journal *open_small(struct rd_journal_recovery *recovery)
{
    struct rd_journal_options options = small_options();
    return open_with(&options, recovery);
}

static struct rd_position append_one(struct rd_journal *journal)
{
    unsigned char bytes[SMALL_ENTRY];
    struct rd_error error = RD_ERROR_NONE;
    struct rd_position position;
    uint64_t seq, expected = rd_journal_last_seq(journal) + 1;
    size_t len = payload_make(expected, sizeof(bytes), bytes);
    enum rd_status status = rd_journal_append(journal, bytes, len, &seq, &position, &error);
    ck_assert_msg(status == RD_OK, "append: %s", error.text);
    ck_assert_uint_eq(seq, expected);
    return position;
}

static void flush(struct rd_journal *journal)
{
    struct rd_error error = RD_ERROR_NONE;
    enum rd_status status = rd_journal_flush(journal, &error);
    ck_assert_msg(status == RD_OK, "flush: %s", error.text);
    ck_assert_uint_eq(rd_journal_flushed_seq(journal), rd_journal_last_seq(journal));
}

static void append_many(struct rd_journal *journal, int count, int batch)
{
    for (int i = 0; i < count; i++) {
        append_one(journal);
        if ((i + 1) % batch == 0) {
            flush(journal);
        }
    }
    flush(journal);
}

/* Walks from the start: entries 1..last are there as they were made, then the end. */
static void check_all(struct rd_journal *journal, uint64_t last)
{
    unsigned char bytes[SMALL_ENTRY];
    struct rd_error error = RD_ERROR_NONE;
    struct rd_entry entry;
    struct rd_position at = rd_journal_start(journal);
    ck_assert_uint_eq(rd_journal_last_seq(journal), last);
    for (uint64_t seq = 1; seq <= last; seq++) {
        rd_arena_reset(&arena);
        enum rd_status status = rd_journal_read(journal, at, &arena, &entry, &error);
        ck_assert_msg(status == RD_OK, "read %llu: %s", (unsigned long long)seq, error.text);
        ck_assert_uint_eq(entry.seq, seq);
        ck_assert_uint_eq(entry.len, payload_make(seq, sizeof(bytes), bytes));
        ck_assert_mem_eq(entry.payload, bytes, entry.len);
        at = entry.next;
    }
    ck_assert_int_eq(rd_journal_read(journal, at, &arena, &entry, &error), RD_END);
}

static enum rd_status verify(struct rd_journal_verdict *verdict)
{
    struct rd_error error = RD_ERROR_NONE;
    enum rd_status status = rd_journal_verify(journal_dir, NULL, NULL, verdict, &error);
    ck_assert_msg(status == RD_OK || error.text[0], "a failure says why");
    return status;
}

static void check_verified(uint64_t entries)
{
    struct rd_journal_verdict verdict;
    enum rd_status status = verify(&verdict);
    ck_assert_msg(status == RD_OK, "verify: %s", verdict.bad_place);
    ck_assert_uint_eq(verdict.entries, entries);
    ck_assert_uint_eq(verdict.bad_seq, 0);
}

static void file_path(char out[UNIT_DIR_MAX + 64], const char *name)
{
    snprintf(out, UNIT_DIR_MAX + 64, "%s/%s", journal_dir, name);
}

static bool has_file(const char *name)
{
    char path[UNIT_DIR_MAX + 64];
    file_path(path, name);
    return access(path, F_OK) == 0;
}

static unsigned char *file_load(const char *name, size_t *len)
{
    char path[UNIT_DIR_MAX + 64];
    struct stat stat;
    file_path(path, name);
    int fd = open(path, O_RDONLY);
    ck_assert_msg(fd >= 0, "%s: %s", path, strerror(errno));
    ck_assert_int_eq(fstat(fd, &stat), 0);
    unsigned char *bytes = malloc((size_t)stat.st_size);
    ck_assert(bytes && rd_segment_pread(fd, bytes, (size_t)stat.st_size, 0));
    close(fd);
    *len = (size_t)stat.st_size;
    return bytes;
}

static void file_put(const char *name, const void *bytes, size_t len, uint64_t at)
{
    char path[UNIT_DIR_MAX + 64];
    file_path(path, name);
    int fd = open(path, O_RDWR | O_CREAT, 0600);
    ck_assert(fd >= 0 && rd_segment_pwrite(fd, bytes, len, at));
    close(fd);
}

static void file_flip(const char *name, uint64_t at)
{
    unsigned char byte = 0;
    char path[UNIT_DIR_MAX + 64];
    file_path(path, name);
    int fd = open(path, O_RDWR);
    ck_assert(fd >= 0 && rd_segment_pread(fd, &byte, 1, at));
    byte ^= 0x20;
    ck_assert(rd_segment_pwrite(fd, &byte, 1, at));
    close(fd);
}

/* Opening must fail as damage; the message goes to `text`. */
static void check_corrupt(const struct rd_journal_options *options, const char *part)
{
    struct rd_error error = RD_ERROR_NONE;
    struct rd_journal *journal = NULL;
    ck_assert_int_eq(rd_journal_open(journal_dir, options, &journal, NULL, &error), RD_CORRUPT);
    ck_assert_ptr_null(journal);
    ck_assert_msg(strstr(error.text, part) != NULL, "'%s' is not in: %s", part, error.text);
    ck_assert_msg(strstr(error.text, "`redress store repair`") != NULL, "says what to do: %s",
                  error.text);
}

/* Idle until nothing is left to do. */
static void tidy(struct rd_journal *journal)
{
    for (int i = 0; i < 10000 && rd_journal_idle(journal); i++) {
    }
    ck_assert(!rd_journal_idle(journal));
}

START_TEST(reads_back_before_and_after_the_flush)
{
    struct rd_journal_recovery recovery;
    struct rd_journal *journal = open_small(&recovery);
    ck_assert_uint_eq(recovery.last_seq, 0);
    ck_assert_uint_eq(recovery.segments, 1);
    check_all(journal, 0);
    for (int i = 0; i < 500; i++) { /* one batch over several segments */
        append_one(journal);
    }
    ck_assert_uint_eq(rd_journal_flushed_seq(journal), 0);
    check_all(journal, 500);
    flush(journal);
    check_all(journal, 500);
    flush(journal); /* nothing waits: fine */
    append_many(journal, 500, 7);
    check_all(journal, 1000);
    rd_journal_close(journal);
    journal = open_small(&recovery);
    ck_assert_uint_eq(recovery.last_seq, 1000);
    ck_assert_uint_eq(recovery.cut_bytes, 0);
    ck_assert_uint_gt(recovery.segments, 4);
    check_all(journal, 1000);
    append_many(journal, 10, 3);
    check_all(journal, 1010);
    rd_journal_close(journal);
    check_verified(1010);
}
END_TEST

START_TEST(keeps_the_extremes_of_length)
{
    struct rd_error error = RD_ERROR_NONE;
    struct rd_journal *journal = open_small(NULL);
    struct rd_position at[3];
    struct rd_entry entry;
    uint64_t seq;
    unsigned char *large = calloc(1, SMALL_ENTRY + 1);
    ck_assert_int_eq(rd_journal_append(journal, "", 0, &seq, &at[0], &error), RD_OK);
    ck_assert_int_eq(rd_journal_append(journal, large, SMALL_ENTRY, &seq, &at[1], &error), RD_OK);
    ck_assert_int_eq(rd_journal_append(journal, large, SMALL_ENTRY + 1, &seq, &at[2], &error),
                     RD_LIMIT_EXCEEDED);
    flush(journal);
    ck_assert_int_eq(rd_journal_read(journal, at[0], &arena, &entry, &error), RD_OK);
    ck_assert_uint_eq(entry.len, 0);
    ck_assert_int_eq(rd_journal_read(journal, at[1], &arena, &entry, &error), RD_OK);
    ck_assert_uint_eq(entry.len, SMALL_ENTRY);
    ck_assert_mem_eq(entry.payload, large, entry.len);
    ck_assert_int_eq(rd_journal_read(journal, (struct rd_position){ 0 }, &arena, &entry, &error),
                     RD_NOT_FOUND);
    free(large);
    rd_journal_close(journal);
    check_verified(2);
}
END_TEST

START_TEST(refuses_impossible_sizes)
{
    struct rd_error error = RD_ERROR_NONE;
    struct rd_journal *journal = NULL;
    struct rd_journal_options options = { .segment_bytes = 8192, .entry_bytes_max = 8192 };
    ck_assert_int_eq(rd_journal_open(journal_dir, &options, &journal, NULL, &error), RD_BAD_CONFIG);
    options = (struct rd_journal_options){ .entry_bytes_max = RD_ENTRY_BYTES_MAX + 1 };
    ck_assert_int_eq(rd_journal_open(journal_dir, &options, &journal, NULL, &error), RD_BAD_CONFIG);
}
END_TEST

START_TEST(bounds_the_batch)
{
    struct rd_error error = RD_ERROR_NONE;
    struct rd_journal *journal = open_with(NULL, NULL);
    struct rd_position position;
    uint64_t seq;
    void *large = calloc(1, RD_ENTRY_BYTES_MAX);
    enum rd_status status = RD_OK;
    int count = 0;
    while (status == RD_OK && count < 100) {
        status = rd_journal_append(journal, large, RD_ENTRY_BYTES_MAX, &seq, &position, &error);
        count += status == RD_OK;
    }
    ck_assert_int_eq(status, RD_BUSY);
    ck_assert_int_eq(count, RD_JOURNAL_BATCH_BYTES_MAX / RD_ENTRY_BYTES_MAX - 1);
    flush(journal);
    ck_assert_int_eq(rd_journal_append(journal, "x", 1, &seq, &position, &error), RD_OK);
    free(large);
    rd_journal_close(journal);
}
END_TEST

START_TEST(takes_back_what_is_not_flushed)
{
    struct rd_journal *journal = open_small(NULL);
    append_many(journal, 20, 5);
    for (int i = 0; i < 400; i++) {
        append_one(journal);
    }
    uint64_t counts[] = { 300, 299, 60, 21, 20 };
    for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
        rd_journal_unappend(journal, counts[i]);
        check_all(journal, counts[i]);
    }
    append_many(journal, 300, 1000);
    rd_journal_unappend(journal, 320);
    check_all(journal, 320);
    rd_journal_close(journal);
    journal = open_small(NULL);
    check_all(journal, 320);
    rd_journal_close(journal);
    check_verified(320);
}
END_TEST

START_TEST(gives_up_what_was_not_flushed_on_close)
{
    struct rd_journal *journal = open_small(NULL);
    append_many(journal, 5, 5);
    append_one(journal);
    rd_journal_close(journal);
    journal = open_small(NULL);
    check_all(journal, 5);
    rd_journal_close(journal);
}
END_TEST

/* Writes the journal's only segment as it was before the last batch, then `k` bytes of the batch,
 * then `garbage` ones. */
static void tear(const unsigned char *before, const unsigned char *after, size_t len, size_t from,
                 size_t k, size_t garbage)
{
    unsigned char *bytes = malloc(len);
    memcpy(bytes, before, len);
    memcpy(bytes + from, after + from, k);
    for (size_t i = 0; i < garbage && from + k + i < len; i++) {
        bytes[from + k + i] = (unsigned char)(0xa5 ^ (i * 31));
    }
    file_put("00000001.seg", bytes, len, 0);
    free(bytes);
}

START_TEST(survives_a_tear_at_every_byte_of_the_last_batch)
{
    struct rd_journal_options options = { .segment_bytes = 16 * 1024, .entry_bytes_max = 2048 };
    struct rd_journal *journal = open_with(&options, NULL);
    size_t len, ends[4];
    append_many(journal, 4, 2);
    unsigned char *before = file_load("00000001.seg", &len);
    size_t from = (size_t)(uint32_t)rd_journal_end(journal).at;
    for (int i = 0; i < 3; i++) {
        append_one(journal);
        ends[i] = (size_t)(uint32_t)rd_journal_end(journal).at;
    }
    flush(journal);
    unsigned char *after = file_load("00000001.seg", &len);
    rd_journal_close(journal);
    size_t garbage[2] = { 0, 300 };
    for (int form = 0; form < 2; form++) {
        for (size_t k = 0; from + k <= ends[2]; k++) {
            struct rd_journal_recovery recovery;
            tear(before, after, len, from, k, garbage[form]);
            uint64_t whole = 4;
            for (int i = 0; i < 3; i++) {
                whole += from + k >= ends[i];
            }
            journal = open_with(&options, &recovery);
            if (whole < 7 && form == 0) { /* padding and zero bytes may complete an entry early */
                ck_assert(recovery.last_seq == whole || recovery.last_seq == whole + 1);
                whole = recovery.last_seq;
            }
            ck_assert_uint_eq(recovery.last_seq, whole);
            if (form == 1) {
                ck_assert_uint_gt(recovery.cut_bytes, 0);
                ck_assert_uint_eq(recovery.cut_after_seq, whole);
            }
            check_all(journal, whole);
            if (k % 16 == 0) {
                append_many(journal, 3, 2);
                rd_journal_close(journal);
                journal = open_with(&options, &recovery);
                ck_assert_uint_eq(recovery.cut_bytes, 0);
                check_all(journal, whole + 3);
                check_verified(whole + 3);
            }
            rd_journal_close(journal);
        }
    }
    free(before);
    free(after);
}
END_TEST

START_TEST(cuts_a_torn_batch_whose_first_page_is_missing)
{
    struct rd_journal_recovery recovery;
    size_t len;
    struct rd_journal *journal = open_small(NULL);
    append_many(journal, 4, 2);
    size_t from = (size_t)(uint32_t)rd_journal_end(journal).at;
    append_one(journal);
    size_t first = (size_t)(uint32_t)rd_journal_end(journal).at - from;
    append_many(journal, 3, 3);
    unsigned char *after = file_load("00000001.seg", &len);
    rd_journal_close(journal);
    memset(after + from, 0, first); /* entries 6 to 8 are whole, 5 never came */
    file_put("00000001.seg", after, len, 0);
    journal = open_small(&recovery);
    ck_assert_uint_eq(recovery.last_seq, 4);
    ck_assert_uint_gt(recovery.cut_bytes, first);
    append_many(journal, 1, 1); /* ends just where the old 6 began */
    rd_journal_close(journal);
    journal = open_small(&recovery);
    ck_assert_uint_eq(recovery.last_seq, 5);
    ck_assert_uint_eq(recovery.cut_bytes, 0);
    rd_journal_close(journal);
    check_verified(5);
    free(after);
}
END_TEST

START_TEST(stops_at_damage_before_the_last_flush)
{
    struct rd_journal_options options = small_options();
    struct rd_position at[10];
    struct rd_journal *journal = open_small(NULL);
    char place[64], seq[32];
    for (int i = 0; i < 10; i++) {
        at[i] = append_one(journal);
        flush(journal);
    }
    rd_journal_close(journal);
    for (int i = 0; i < 9; i++) {
        uint32_t offset = (uint32_t)at[i].at;
        file_flip("00000001.seg", offset + 70);
        snprintf(place, sizeof(place), "00000001.seg: offset %u:", offset);
        snprintf(seq, sizeof(seq), "entry %d is damaged", i + 1);
        check_corrupt(&options, place);
        check_corrupt(&options, seq);
        file_flip("00000001.seg", offset + 70);
    }
    static const unsigned char zeros[64];
    unsigned char saved[64];
    size_t len;
    unsigned char *bytes = file_load("00000001.seg", &len);
    memcpy(saved, bytes + (uint32_t)at[3].at, sizeof(saved));
    file_put("00000001.seg", zeros, sizeof(zeros), (uint32_t)at[3].at); /* looks like an end */
    check_corrupt(&options, "entry 4 is damaged");
    file_put("00000001.seg", saved, sizeof(saved), (uint32_t)at[3].at);
    free(bytes);
    journal = open_small(NULL);
    check_all(journal, 10);
    rd_journal_close(journal);
}
END_TEST

static void append_bytes(struct rd_journal *journal, size_t len)
{
    struct rd_error error = RD_ERROR_NONE;
    struct rd_position position;
    uint64_t seq;
    unsigned char *bytes = calloc(1, len);
    ck_assert_int_eq(rd_journal_append(journal, bytes, len, &seq, &position, &error), RD_OK);
    free(bytes);
    flush(journal);
}

/* The segment's rest is looked through window by window (SCAN_WINDOW): a later entry is seen
 * however its header lies across two of them, and an entry may be larger than any. */
START_TEST(sees_entries_across_the_windows_of_the_search)
{
    static const unsigned char zeros[64];
    const struct rd_journal_options options = { .segment_bytes = 2 * 1024 * 1024,
                                                .entry_bytes_max = 1024 * 1024 };
    const uint32_t window = 256 * 1024, header = RD_FRAME_HEADER_BYTES;
    for (uint32_t bytes = window - 2 * header; bytes <= window + header; bytes += RD_FRAME_ALIGN) {
        struct rd_journal *journal = open_with(&options, NULL);
        append_bytes(journal, bytes - header); /* the first of the segment: its frame is `bytes` */
        append_bytes(journal, 100);
        rd_journal_close(journal);
        journal = open_with(&options, NULL);
        ck_assert_uint_eq(rd_journal_last_seq(journal), 2);
        rd_journal_close(journal);
        file_put("00000001.seg", zeros, sizeof(zeros), RD_SEGMENT_HEADER_BYTES); /* as an end */
        check_corrupt(&options, "entry 1 is damaged");
        unit_dir_remove(journal_dir);
    }
}
END_TEST

START_TEST(heeds_what_is_known_to_be_flushed)
{
    struct rd_journal_options options = small_options();
    struct rd_journal_recovery recovery;
    struct rd_journal *journal = open_small(NULL);
    struct rd_position at[10];
    for (int i = 0; i < 10; i++) {
        at[i] = append_one(journal);
    }
    flush(journal);
    rd_journal_close(journal);
    options.known_good = at[6];
    journal = open_with(&options, &recovery);
    ck_assert_uint_eq(recovery.last_seq, 10);
    struct rd_position last = append_one(journal);
    flush(journal);
    check_all(journal, 11);
    rd_journal_close(journal);
    check_verified(11);
    file_flip("00000001.seg", (uint32_t)at[6].at + 66);
    check_corrupt(&options, "entry 7 is damaged");
    file_flip("00000001.seg", (uint32_t)at[6].at + 66);
    options.known_good = (struct rd_position){ last.at + (1ull << 32) };
    check_corrupt(&options, "missing");
    /* The last batch: damage where the owner knows that it was flushed, else a torn tail. */
    file_flip("00000001.seg", (uint32_t)last.at + 66);
    options.known_good = last;
    check_corrupt(&options, "entry 11 is damaged");
    journal = open_small(&recovery);
    ck_assert_uint_eq(recovery.last_seq, 10);
    ck_assert_uint_gt(recovery.cut_bytes, 0);
    rd_journal_close(journal);
}
END_TEST

START_TEST(misses_segments)
{
    struct rd_journal_options options = small_options();
    char path[UNIT_DIR_MAX + 64], aside[UNIT_DIR_MAX + 64];
    struct rd_journal_verdict verdict;
    struct rd_journal *journal = open_small(NULL);
    append_many(journal, 800, 50);
    rd_journal_close(journal);
    snprintf(aside, sizeof(aside), "%s/aside", dir);
    for (int n = 1; n <= 2; n++) {
        char name[32];
        snprintf(name, sizeof(name), "%08x.seg", n);
        file_path(path, name);
        ck_assert_int_eq(rename(path, aside), 0);
        check_corrupt(&options, "is missing");
        ck_assert_int_eq(verify(&verdict), RD_CHECK_FAILED);
        ck_assert_int_eq(rename(aside, path), 0);
    }
    check_verified(800);
}
END_TEST

START_TEST(judges_a_newest_segment_without_header)
{
    struct rd_journal_options options = small_options();
    struct rd_journal_recovery recovery;
    struct rd_journal *journal = open_small(NULL);
    append_many(journal, 10, 5);
    rd_journal_close(journal);
    void *zeros = calloc(1, SMALL_SEGMENT);
    file_put("00000002.seg", zeros, SMALL_SEGMENT, 0); /* never came to be */
    journal = open_small(&recovery);
    ck_assert_uint_eq(recovery.segments, 1);
    check_all(journal, 10);
    ck_assert(!has_file("00000002.seg"));
    append_many(journal, 200, 50);
    rd_journal_close(journal);
    ck_assert(has_file("00000002.seg"));
    file_flip("00000001.seg", 100); /* a header that is not the newest: found when read */
    journal = open_small(&recovery);
    struct rd_error error = RD_ERROR_NONE;
    struct rd_entry entry;
    ck_assert_int_eq(rd_journal_read(journal, rd_journal_start(journal), &arena, &entry, &error),
                     RD_CORRUPT);
    rd_journal_close(journal);
    file_flip("00000001.seg", 100);
    char name[32];
    snprintf(name, sizeof(name), "%08x.seg", recovery.segments);
    file_flip(name, 20); /* it holds entries: nothing may be removed */
    check_corrupt(&options, "header is damaged");
    ck_assert(has_file(name));
    free(zeros);
}
END_TEST

START_TEST(packs_full_segments_and_uses_their_files_again)
{
    struct rd_journal_recovery recovery;
    struct rd_journal *journal = open_small(NULL);
    for (int round = 1; round <= 10; round++) {
        append_many(journal, 300, 40);
        tidy(journal);
        check_all(journal, (uint64_t)round * 300);
    }
    ck_assert(has_file("00000001.zst"));
    ck_assert(!has_file("00000001.seg"));
    ck_assert(has_file("spare.seg"));
    rd_journal_close(journal);
    check_verified(3000);
    journal = open_small(&recovery);
    ck_assert_uint_eq(recovery.last_seq, 3000);
    ck_assert_uint_eq(recovery.cut_bytes, 0);
    double plain = (double)recovery.segments * SMALL_SEGMENT;
    ck_assert(plain / (double)rd_journal_disk_bytes(journal) > 1.5);
    check_all(journal, 3000);
    append_many(journal, 300, 1); /* recycled files, old frames behind each flush */
    rd_journal_close(journal);
    journal = open_small(&recovery);
    ck_assert_uint_eq(recovery.cut_bytes, 0);
    check_all(journal, 3300);
    rd_journal_close(journal);
    check_verified(3300);
}
END_TEST

/* Without an idle moment the next spare is made in steps behind flushes, and is there before the
 * newest segment is full: no flush makes a whole one. */
START_TEST(makes_the_next_spare_under_load)
{
    struct rd_journal_options options = { .segment_bytes = 4 * 1024 * 1024,
                                          .entry_bytes_max = 64 * 1024 };
    struct rd_error error = RD_ERROR_NONE;
    struct rd_journal *journal = open_with(&options, NULL);
    struct rd_turn turn = { 0 };
    struct rd_position at;
    unsigned char entry[16 * 1024] = { 1 };
    uint64_t seq;
    int steps = 0;
    tidy(journal); /* a first one */
    ck_assert(has_file("spare.seg"));
    rd_journal_watch(journal, &turn);
    for (int segment = 0; segment < 2; segment++) {
        for (uint32_t number = 0; number <= (uint32_t)segment + 1;) {
            ck_assert_int_eq(rd_journal_append(journal, entry, sizeof(entry), &seq, &at, &error),
                             RD_OK);
            number = (uint32_t)(at.at >> 32);
            ck_assert_msg(number <= (uint32_t)segment + 1 || has_file("spare.seg"),
                          "segment %u is needed and no spare is there", number);
            rd_turn_begin(&turn);
            flush(journal);
            steps += turn.spent_ns[RD_TURN_SPARE] > 0;
        }
    }
    ck_assert_int_ge(steps, 2 * 4); /* of 512 KiB, for the second segment at least */
    rd_journal_close(journal);
    journal = open_with(&options, NULL); /* a half one that is left is nobody's */
    ck_assert(!has_file("spare.tmp"));
    rd_journal_close(journal);
}
END_TEST

static void file_make(const char *name, size_t bytes)
{
    char path[UNIT_DIR_MAX + 64];
    snprintf(path, sizeof(path), "%s/%s", journal_dir, name);
    int fd = open(path, O_WRONLY | O_CREAT, 0600);
    ck_assert(fd >= 0 && ftruncate(fd, (off_t)bytes) == 0);
    close(fd);
}

/* A start takes over the spares that are there; the half-made one is its successor's to truncate:
 * nothing large is removed while others wait. */
START_TEST(a_start_removes_no_spare)
{
    struct rd_journal *journal = open_small(NULL);
    append_many(journal, 10, 1);
    rd_journal_close(journal);
    file_make("spare.seg", SMALL_SEGMENT);
    file_make("spare-1.seg", SMALL_SEGMENT);
    file_make("spare-2.seg", SMALL_SEGMENT); /* one too many */
    file_make("spare.tmp", SMALL_SEGMENT / 2);
    journal = open_small(NULL);
    ck_assert(has_file("spare.seg") && has_file("spare-1.seg") && has_file("spare.tmp"));
    ck_assert(!has_file("spare-2.seg"));
    append_many(journal, 600, 40); /* uses both and makes others */
    check_all(journal, 610);
    rd_journal_close(journal);
    file_make("spare-1.seg", SMALL_SEGMENT); /* without the one below it */
    unlinkat(AT_FDCWD, rd_arena_printf(&arena, "%s/spare.seg", journal_dir), 0);
    journal = open_small(NULL);
    append_many(journal, 600, 40);
    check_all(journal, 1210);
    rd_journal_close(journal);
    check_verified(1210);
}
END_TEST

/* A batch that needs the spare before it is ready: the rest of it is made at once. */
START_TEST(finishes_a_spare_that_is_needed_at_once)
{
    struct rd_journal_options options = { .segment_bytes = 4 * 1024 * 1024,
                                          .entry_bytes_max = 64 * 1024 };
    struct rd_error error = RD_ERROR_NONE;
    struct rd_journal *journal = open_with(&options, NULL);
    struct rd_position at;
    unsigned char entry[16 * 1024] = { 1 };
    uint64_t seq;
    for (int i = 0; i < 40; i++) { /* an eighth, from where on it is made */
        ck_assert_int_eq(rd_journal_append(journal, entry, sizeof(entry), &seq, &at, &error),
                         RD_OK);
    }
    flush(journal);
    ck_assert(has_file("spare.tmp"));
    for (int i = 0; i < 300; i++) {
        ck_assert_int_eq(rd_journal_append(journal, entry, sizeof(entry), &seq, &at, &error),
                         RD_OK);
    }
    ck_assert_uint_eq(at.at >> 32, 2);
    ck_assert(has_file("spare.seg"));
    ck_assert(!has_file("spare.tmp"));
    flush(journal);
    rd_journal_close(journal);
    check_verified(340);
}
END_TEST

START_TEST(packs_under_load_when_too_many_wait)
{
    struct rd_journal *journal = open_small(NULL);
    append_many(journal, 4000, 20);
    ck_assert(has_file("00000001.zst"));
    check_all(journal, 4000);
    rd_journal_close(journal);
    check_verified(4000);
}
END_TEST

START_TEST(packs_entries_larger_than_a_block)
{
    struct rd_journal_options options = { .segment_bytes = 1024 * 1024,
                                          .entry_bytes_max = 400 * 1024 };
    struct rd_error error = RD_ERROR_NONE;
    struct rd_journal *journal = open_with(&options, NULL);
    struct rd_position at[12];
    struct rd_entry entry;
    uint64_t seq;
    unsigned char *large = malloc(400 * 1024);
    for (size_t i = 0; i < 12; i++) {
        memset(large, (int)i, 400 * 1024);
        size_t len = i % 2 ? 400 * 1024 : 100;
        ck_assert_int_eq(rd_journal_append(journal, large, len, &seq, &at[i], &error), RD_OK);
    }
    flush(journal);
    tidy(journal);
    ck_assert(has_file("00000001.zst"));
    for (size_t i = 0; i < 12; i++) {
        memset(large, (int)i, 400 * 1024);
        ck_assert_int_eq(rd_journal_read(journal, at[i], &arena, &entry, &error), RD_OK);
        ck_assert_uint_eq(entry.len, i % 2 ? 400 * 1024 : 100);
        ck_assert_mem_eq(entry.payload, large, entry.len);
    }
    free(large);
    rd_journal_close(journal);
    check_verified(12);
}
END_TEST

START_TEST(tells_a_torn_tail_in_a_recycled_file)
{
    struct rd_journal_recovery recovery;
    struct rd_journal *journal = open_small(NULL);
    append_many(journal, 700, 40);
    tidy(journal);
    append_many(journal, 180, 1);
    struct rd_position last = append_one(journal);
    flush(journal);
    rd_journal_close(journal);
    char name[32];
    snprintf(name, sizeof(name), "%08x.seg", (uint32_t)(last.at >> 32));
    file_flip(name, (uint32_t)last.at + 80);
    journal = open_small(&recovery);
    ck_assert_uint_eq(recovery.last_seq, 880);
    ck_assert_uint_gt(recovery.cut_bytes, 64);
    append_many(journal, 300, 9);
    rd_journal_close(journal);
    check_verified(1180);
}
END_TEST

START_TEST(settles_a_segment_that_is_there_twice)
{
    size_t len;
    struct rd_journal *journal = open_small(NULL);
    append_many(journal, 800, 100);
    unsigned char *plain = file_load("00000001.seg", &len);
    tidy(journal);
    rd_journal_close(journal);
    ck_assert(!has_file("00000001.seg"));
    file_put("00000001.seg", plain, len, 0);
    journal = open_small(NULL); /* the packed one is intact: it wins */
    ck_assert(!has_file("00000001.seg"));
    check_all(journal, 800);
    rd_journal_close(journal);
    file_put("00000001.seg", plain, len, 0);
    file_flip("00000001.zst", 700);
    journal = open_small(NULL); /* it is not: the plain one stays */
    ck_assert(!has_file("00000001.zst"));
    check_all(journal, 800);
    tidy(journal);
    ck_assert(has_file("00000001.zst"));
    rd_journal_close(journal);
    check_verified(800);
    free(plain);
}
END_TEST

START_TEST(never_packs_damage)
{
    struct rd_error error = RD_ERROR_NONE;
    struct rd_entry entry;
    struct rd_journal *journal = open_small(NULL);
    append_many(journal, 800, 100);
    struct rd_position start = rd_journal_start(journal);
    file_flip("00000001.seg", (uint32_t)start.at + 100);
    while (rd_journal_idle(journal)) {
    }
    ck_assert(has_file("00000001.seg"));
    ck_assert(!has_file("00000001.zst"));
    ck_assert(!has_file("00000001.zst.tmp"));
    ck_assert_int_eq(rd_journal_read(journal, start, &arena, &entry, &error), RD_CORRUPT);
    ck_assert_ptr_nonnull(strstr(error.text, "00000001.seg: offset 4096"));
    rd_journal_close(journal);
}
END_TEST

/* Flips single bits of a file, all over [from, to), and expects verify to find each. */
static void check_flips(const char *name, uint64_t from, uint64_t to, int count)
{
    struct rd_journal_verdict verdict;
    uint64_t random = 12345;
    for (int i = 0; i < count; i++) {
        random = random * 6364136223846793005u + 1442695040888963407u;
        uint64_t at = from + (random >> 16) % (to - from);
        at = i < 64 && from + (uint64_t)i < to ? from + (uint64_t)i : at;
        at = i >= 64 && i < 128 ? to - 1 - (uint64_t)(i - 64) : at;
        file_flip(name, at);
        ck_assert_msg(verify(&verdict) == RD_CHECK_FAILED, "%s: a flip at %llu is not found", name,
                      (unsigned long long)at);
        ck_assert_uint_gt(verdict.bad_seq, 0);
        ck_assert_ptr_nonnull(strstr(verdict.bad_place, name));
        file_flip(name, at);
    }
}

START_TEST(verify_finds_every_flip)
{
    struct rd_journal_options options = { .segment_bytes = 16 * 1024, .entry_bytes_max = 2048 };
    struct rd_journal *journal = open_with(&options, NULL);
    append_many(journal, 60, 4);
    uint64_t end = (uint32_t)rd_journal_end(journal).at;
    uint64_t number = rd_journal_end(journal).at >> 32;
    char name[32];
    snprintf(name, sizeof(name), "%08x.seg", (uint32_t)number);
    check_flips("00000001.seg", 0, 12 * 1024, 170);
    check_flips(name, 4096, end, 150);
    tidy(journal);
    rd_journal_close(journal);
    size_t len;
    free(file_load("00000001.zst", &len));
    check_flips("00000001.zst", 0, len, 180);
    check_verified(60);
}
END_TEST

START_TEST(verify_finds_a_rewritten_entry)
{
    size_t len;
    struct rd_segment_header header;
    struct rd_journal_verdict verdict;
    struct rd_journal *journal = open_small(NULL);
    append_many(journal, 10, 2);
    rd_journal_close(journal);
    unsigned char *bytes = file_load("00000001.seg", &len);
    ck_assert(rd_segment_header_read(bytes, &header));
    unsigned char *at = bytes + RD_SEGMENT_HEADER_BYTES;
    struct rd_frame frame;
    ck_assert(rd_frame_check(at, len, header.key, &frame));
    at[RD_FRAME_HEADER_BYTES] ^= 1; /* by one who knows the format and makes the checksum fit */
    unsigned char hash[RD_HASH_BYTES] = { 1 };
    rd_frame_finish(at, header.key, 0, hash);
    ck_assert(rd_frame_check(at, len, header.key, &frame));
    file_put("00000001.seg", bytes, len, 0);
    ck_assert_int_eq(verify(&verdict), RD_CHECK_FAILED);
    ck_assert_uint_eq(verdict.bad_seq, 1);
    ck_assert_ptr_nonnull(strstr(verdict.bad_place, "hash"));
    struct rd_journal_options options = small_options();
    check_corrupt(&options, "does not chain");
    free(bytes);
}
END_TEST

static void count_progress(void *context, uint64_t done, uint64_t all)
{
    ck_assert_uint_le(done, all);
    ++*(int *)context;
}

START_TEST(verify_runs_beside_the_writer)
{
    struct rd_error error = RD_ERROR_NONE;
    struct rd_journal_verdict verdict;
    struct rd_journal *journal = open_small(NULL);
    int told = 0;
    append_many(journal, 200, 50);
    fflush(NULL);
    pid_t child = fork();
    if (child == 0) {
        enum rd_status status = RD_OK;
        for (int i = 0; status == RD_OK && i < 20; i++) {
            status = rd_journal_verify(journal_dir, NULL, NULL, &verdict, &error);
        }
        if (status != RD_OK) {
            fprintf(stderr, "beside: %s\n", error.text);
        }
        _exit(status == RD_OK ? 0 : 1);
    }
    int result;
    while (waitpid(child, &result, WNOHANG) == 0) {
        append_many(journal, 40, 10);
        rd_journal_idle(journal);
    }
    ck_assert_int_eq(result, 0);
    rd_journal_close(journal);
    ck_assert_int_eq(rd_journal_verify(journal_dir, count_progress, &told, &verdict, &error),
                     RD_OK);
    ck_assert_int_gt(told, 0);
    unit_dir_remove(journal_dir);
    ck_assert_int_eq(rd_journal_verify(journal_dir, NULL, NULL, &verdict, &error), RD_NOT_FOUND);
}
END_TEST

START_TEST(reads_only)
{
    struct rd_error error = RD_ERROR_NONE;
    struct rd_journal *journal = NULL;
    struct rd_journal_options options = small_options();
    struct rd_journal_recovery recovery;
    options.read_only = true;
    ck_assert_int_eq(rd_journal_open(journal_dir, &options, &journal, NULL, &error), RD_NOT_FOUND);
    journal = open_small(NULL);
    append_many(journal, 300, 7);
    struct rd_position last = append_one(journal);
    flush(journal);
    rd_journal_close(journal);
    char name[32];
    snprintf(name, sizeof(name), "%08x.seg", (uint32_t)(last.at >> 32));
    file_flip(name, (uint32_t)last.at + 80);
    for (int i = 0; i < 2; i++) { /* nothing is cut: it is the same the second time */
        journal = open_with(&options, &recovery);
        ck_assert_uint_eq(recovery.last_seq, 300);
        ck_assert_uint_gt(recovery.cut_bytes, 0);
        ck_assert(!rd_journal_idle(journal));
        check_all(journal, 300);
        rd_journal_close(journal);
    }
}
END_TEST

START_TEST(refuses_appends_without_room_and_recovers)
{
    struct rd_error error = RD_ERROR_NONE;
    struct rd_position position;
    uint64_t seq;
    if (!rd_faults_on()) {
        return;
    }
    struct rd_journal *journal = open_small(NULL);
    append_many(journal, 10, 3);
    append_one(journal);
    setenv("RD_FAULT", "journal_enospc:0", 1);
    ck_assert(!rd_journal_is_full(journal));
    ck_assert_int_eq(rd_journal_append(journal, "x", 1, &seq, &position, &error), RD_STORAGE_FULL);
    ck_assert(rd_journal_is_full(journal));
    check_all(journal, 11);
    flush(journal);
    unsetenv("RD_FAULT");
    append_many(journal, 300, 30);
    ck_assert(!rd_journal_is_full(journal));
    check_all(journal, 311);
    rd_journal_close(journal);
    check_verified(311);
}
END_TEST

/* ---- flushing behind the one who appends ---- */

static struct {
    atomic_uint_fast64_t seq;
    atomic_uint times, failed;
} told;

static void on_flushed(void *context, uint64_t seq, bool failed)
{
    ck_assert_ptr_eq(context, &told);
    ck_assert_uint_ge(seq, atomic_load(&told.seq));
    atomic_store(&told.seq, seq);
    atomic_fetch_add(&told.times, 1);
    atomic_fetch_add(&told.failed, failed);
}

static atomic_uint tidied;

static void on_tidied(void *context)
{
    (void)context;
    atomic_fetch_add(&tidied, 1);
}

static const struct rd_journal_server behind_server = { .context = &told,
                                                        .flushed = on_flushed,
                                                        .tidied = on_tidied };

static struct rd_journal *open_behind(void)
{
    struct rd_error error = RD_ERROR_NONE;
    struct rd_journal *journal = open_small(NULL);
    told.seq = rd_journal_flushed_seq(journal);
    told.times = told.failed = 0;
    ck_assert_int_eq(rd_journal_serve(journal, &behind_server, &error), RD_OK);
    return journal;
}

static void begin(struct rd_journal *journal)
{
    struct rd_error error = RD_ERROR_NONE;
    enum rd_status status = rd_journal_flush_begin(journal, &error);
    ck_assert_msg(status == RD_OK, "begin: %s", error.text);
}

START_TEST(flushes_behind_the_one_who_appends)
{
    struct rd_journal *journal = open_behind();
    for (int i = 0; i < 500; i++) { /* over several segments */
        append_one(journal);
        if (i % 7 == 6) {
            begin(journal);
            ck_assert_uint_ge(rd_journal_flushed_seq(journal) + 7, rd_journal_last_seq(journal));
        }
        if (i % 100 == 99) {
            check_all(journal, (uint64_t)i + 1); /* on disk, on its way, and gathering */
        }
    }
    flush(journal);
    check_all(journal, 500);
    ck_assert_uint_gt(told.times, 50);
    ck_assert_uint_eq(told.failed, 0);
    ck_assert_uint_le(told.seq, 500);
    rd_journal_close(journal);
    check_verified(500);
}
END_TEST

START_TEST(tells_what_is_durable_and_nothing_more)
{
    if (!rd_faults_on()) {
        return;
    }
    struct rd_journal *journal = open_behind();
    append_one(journal);
    setenv("RD_FAULT", "journal_flush_slow:0:1", 1);
    begin(journal);
    append_one(journal); /* meanwhile */
    ck_assert(!rd_journal_flush_look(journal));
    ck_assert_uint_eq(rd_journal_flushed_seq(journal), 0);
    ck_assert_uint_eq(told.seq, 0);
    check_all(journal, 2);
    rd_journal_unappend(journal, 1);
    check_all(journal, 1);
    append_one(journal);
    rd_journal_flush_wait(journal);
    ck_assert_uint_eq(rd_journal_flushed_seq(journal), 1);
    begin(journal);
    rd_journal_flush_wait(journal);
    ck_assert_uint_eq(rd_journal_flushed_seq(journal), 2);
    rd_journal_close(journal);
    ck_assert_uint_eq(told.seq, 2);
    ck_assert_uint_eq(told.times, 2);
    check_verified(2);
}
END_TEST

START_TEST(keeps_what_a_flush_behind_could_not_write)
{
    struct rd_error error = RD_ERROR_NONE;
    if (!rd_faults_on()) {
        return;
    }
    struct rd_journal *journal = open_behind();
    append_many(journal, 10, 3);
    append_one(journal);
    setenv("RD_FAULT", "journal_write_enospc:0:3", 1);
    begin(journal);
    append_one(journal);
    rd_journal_flush_wait(journal);
    ck_assert_uint_eq(rd_journal_flushed_seq(journal), 10);
    check_all(journal, 12);
    ck_assert_int_eq(rd_journal_flush_begin(journal, &error), RD_STORAGE_FULL);
    append_one(journal);
    ck_assert_int_eq(rd_journal_flush(journal, &error), RD_STORAGE_FULL);
    ck_assert_uint_eq(rd_journal_flushed_seq(journal), 10);
    check_all(journal, 13);
    rd_journal_unappend(journal, 12);
    flush(journal); /* there is room again */
    append_many(journal, 300, 30);
    check_all(journal, 312);
    rd_journal_close(journal);
    ck_assert_uint_eq(told.failed, 1);
    ck_assert_uint_eq(told.times, 1);
    check_verified(312);
}
END_TEST

START_TEST(tidies_up_behind)
{
    struct rd_journal *journal = open_behind();
    char name[32];
    append_many(journal, 600, 7);
    uint32_t newest = (uint32_t)(rd_journal_end(journal).at >> 32), packed = 0;
    ck_assert_uint_gt(newest, 3);
    for (int i = 0; i < 30000 && packed + 1 < newest; i++) {
        ck_assert(!rd_journal_idle(journal)); /* nothing is done in the call */
        nanosleep(&(struct timespec){ .tv_nsec = 1000000 }, NULL);
        snprintf(name, sizeof(name), "%08x.zst", packed + 1);
        packed += has_file(name);
    }
    ck_assert_uint_eq(packed + 1, newest);
    ck_assert_uint_ge(atomic_load(&tidied) + 1, packed);
    check_all(journal, 600);
    append_many(journal, 600, 7);
    rd_journal_idle(journal);
    rd_journal_close(journal); /* in the middle of the next */
    journal = open_small(NULL);
    check_all(journal, 1200);
    rd_journal_close(journal);
    check_verified(1200);
}
END_TEST

START_TEST(closes_with_a_flush_under_way)
{
    if (!rd_faults_on()) {
        return;
    }
    struct rd_journal *journal = open_behind();
    append_one(journal);
    setenv("RD_FAULT", "journal_flush_slow:0:1", 1);
    begin(journal);
    append_one(journal); /* given up */
    rd_journal_close(journal);
    ck_assert_uint_eq(told.seq, 1);
    check_verified(1);
}
END_TEST

static volatile uint64_t *behind_acknowledged;

static void on_flushed_in_child(void *context, uint64_t seq, bool failed)
{
    (void)context;
    if (failed) {
        _exit(6);
    }
    __atomic_store_n(behind_acknowledged, seq, __ATOMIC_RELAXED);
}

static const struct rd_journal_server child_server = { .flushed = on_flushed_in_child,
                                                       .tidied = on_tidied };

/* Appends in batches of `batch`, tidying up in between and behind it, telling the parent what is
 * flushed; a fault ends it. */
static void write_until_killed(volatile uint64_t *acknowledged, int batch, bool behind)
{
    struct rd_journal_options options = small_options();
    struct rd_error error = RD_ERROR_NONE;
    struct rd_journal *journal = NULL;
    unsigned char bytes[SMALL_ENTRY];
    struct rd_position position;
    uint64_t seq;
    if (rd_journal_open(journal_dir, &options, &journal, NULL, &error) != RD_OK) {
        fprintf(stderr, "reopen: %s\n", error.text);
        _exit(3);
    }
    behind_acknowledged = acknowledged;
    if (behind && rd_journal_serve(journal, &child_server, &error) != RD_OK) {
        _exit(7);
    }
    for (int i = 0; i < 2000; i++) {
        size_t len = payload_make(rd_journal_last_seq(journal) + 1, sizeof(bytes), bytes);
        if (rd_journal_append(journal, bytes, len, &seq, &position, &error) != RD_OK) {
            _exit(4);
        }
        if (i % batch == batch - 1 && behind && i % 5) {
            if (rd_journal_flush_begin(journal, &error) != RD_OK) {
                _exit(8);
            }
        } else if (i % batch == batch - 1) {
            if (rd_journal_flush(journal, &error) != RD_OK) {
                _exit(5);
            }
            __atomic_store_n(acknowledged, rd_journal_flushed_seq(journal), __ATOMIC_RELAXED);
            rd_journal_idle(journal);
        }
    }
    for (int i = 0; i < 60000; i++) { /* a segment is packed behind it, when there is a processor */
        rd_journal_idle(journal);
        usleep(1000);
    }
    _exit(0);
}

START_TEST(keeps_what_was_flushed_through_every_kind_of_death)
{
    static const char *const names[] = { "journal_write_torn",  "journal_before_flush",
                                         "journal_after_flush", "journal_roll_over",
                                         "seal_before_rename",  "seal_after_rename" };
    if (!rd_faults_on()) {
        return;
    }
    volatile uint64_t *acknowledged =
        mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    ck_assert_ptr_ne((void *)(uintptr_t)acknowledged, MAP_FAILED);
    for (int round = 0; round < 8; round++) {
        for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
            char fault[64];
            int result;
            bool rare = i >= 3; /* hit a few times only */
            snprintf(fault, sizeof(fault), "%s:%d", names[i], rare ? round % 3 : round * 5);
            fflush(NULL);
            pid_t child = fork();
            if (child == 0) {
                setenv("RD_FAULT", fault, 1);
                write_until_killed(acknowledged, round % 2 ? 37 : 3, round / 2 % 2);
            }
            ck_assert_int_eq(waitpid(child, &result, 0), child);
            ck_assert_msg(WIFEXITED(result) && WEXITSTATUS(result) == 137, "%s: ended by %d", fault,
                          WEXITSTATUS(result));
            struct rd_journal_recovery recovery;
            struct rd_journal *journal = open_small(&recovery);
            ck_assert_uint_ge(recovery.last_seq, *acknowledged);
            check_all(journal, recovery.last_seq);
            rd_journal_close(journal);
            check_verified(recovery.last_seq);
            *acknowledged = recovery.last_seq;
        }
    }
    munmap((void *)(uintptr_t)acknowledged, 4096);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("journal");
    TCase *tests = tcase_create("journal");
    tcase_set_timeout(tests, 240);
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, reads_back_before_and_after_the_flush);
    tcase_add_test(tests, keeps_the_extremes_of_length);
    tcase_add_test(tests, refuses_impossible_sizes);
    tcase_add_test(tests, bounds_the_batch);
    tcase_add_test(tests, takes_back_what_is_not_flushed);
    tcase_add_test(tests, flushes_behind_the_one_who_appends);
    tcase_add_test(tests, tells_what_is_durable_and_nothing_more);
    tcase_add_test(tests, keeps_what_a_flush_behind_could_not_write);
    tcase_add_test(tests, tidies_up_behind);
    tcase_add_test(tests, closes_with_a_flush_under_way);
    tcase_add_test(tests, gives_up_what_was_not_flushed_on_close);
    tcase_add_test(tests, survives_a_tear_at_every_byte_of_the_last_batch);
    tcase_add_test(tests, cuts_a_torn_batch_whose_first_page_is_missing);
    tcase_add_test(tests, stops_at_damage_before_the_last_flush);
    tcase_add_test(tests, sees_entries_across_the_windows_of_the_search);
    tcase_add_test(tests, heeds_what_is_known_to_be_flushed);
    tcase_add_test(tests, misses_segments);
    tcase_add_test(tests, judges_a_newest_segment_without_header);
    tcase_add_test(tests, packs_full_segments_and_uses_their_files_again);
    tcase_add_test(tests, makes_the_next_spare_under_load);
    tcase_add_test(tests, finishes_a_spare_that_is_needed_at_once);
    tcase_add_test(tests, a_start_removes_no_spare);
    tcase_add_test(tests, packs_under_load_when_too_many_wait);
    tcase_add_test(tests, packs_entries_larger_than_a_block);
    tcase_add_test(tests, tells_a_torn_tail_in_a_recycled_file);
    tcase_add_test(tests, settles_a_segment_that_is_there_twice);
    tcase_add_test(tests, never_packs_damage);
    tcase_add_test(tests, verify_finds_every_flip);
    tcase_add_test(tests, verify_finds_a_rewritten_entry);
    tcase_add_test(tests, verify_runs_beside_the_writer);
    tcase_add_test(tests, reads_only);
    tcase_add_test(tests, refuses_appends_without_room_and_recovers);
    tcase_add_test(tests, keeps_what_was_flushed_through_every_kind_of_death);
    suite_add_tcase(suite, tests);
    return unit_run(suite);
}
