/* Backups: what is in them is what was durable; damage and mistakes are told and harm nothing. */
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/backup.h"
#include "unit.h"

#define SMALL_SEGMENT (64u * 1024)
#define SMALL_ENTRY (8u * 1024)
#define PAYLOAD 700

static char dir[UNIT_DIR_MAX];
static char journal_dir[UNIT_DIR_MAX + 32], backup_dir[UNIT_DIR_MAX + 32],
    again_dir[UNIT_DIR_MAX + 32];
static const struct rd_journal_options small = { .segment_bytes = SMALL_SEGMENT,
                                                 .entry_bytes_max = SMALL_ENTRY };

static void setup(void)
{
    unit_dir_make(dir);
    snprintf(journal_dir, sizeof journal_dir, "%s/journal", dir);
    snprintf(backup_dir, sizeof backup_dir, "%s/backup", dir);
    snprintf(again_dir, sizeof again_dir, "%s/again", dir);
}

static void teardown(void)
{
    unit_dir_remove(dir);
}

/* What only its sequence decides. */
static void payload_of(uint64_t seq, char out[PAYLOAD])
{
    uint64_t r = seq * 0x9e3779b97f4a7c15u + 1;
    for (int i = 0; i < PAYLOAD; i++) {
        r = r * 6364136223846793005u + 1442695040888963407u;
        out[i] = (char)(i % 3 ? 'a' + (int)(r >> 60) : (int)(r >> 56));
    }
}

static struct rd_journal *open_journal(const char *path)
{
    struct rd_error error = RD_ERROR_NONE;
    struct rd_journal *journal = NULL;
    ck_assert_msg(rd_journal_open(path, &small, &journal, NULL, &error) == RD_OK, "%s", error.text);
    return journal;
}

static void append(struct rd_journal *journal, uint64_t count)
{
    struct rd_error error = RD_ERROR_NONE;
    char payload[PAYLOAD];
    for (uint64_t i = 0; i < count; i++) {
        uint64_t seq;
        struct rd_position position;
        payload_of(rd_journal_last_seq(journal) + 1, payload);
        ck_assert_int_eq(rd_journal_append(journal, payload, PAYLOAD, &seq, &position, &error),
                         RD_OK);
        if (i % 16 == 15 || i + 1 == count)
            ck_assert_msg(rd_journal_flush(journal, &error) == RD_OK, "%s", error.text);
    }
}

static void pack(struct rd_journal *journal)
{
    while (rd_journal_idle(journal))
        ;
}

/* A journal of `count` entries; its full segments packed where `packs`. */
static void make_journal(uint64_t count, bool packs)
{
    struct rd_journal *journal = open_journal(journal_dir);
    append(journal, count);
    if (packs)
        pack(journal);
    rd_journal_close(journal);
}

static struct rd_backup_options to_backup(uint64_t until)
{
    return (struct rd_backup_options){
        .from = journal_dir, .to = backup_dir, .until_seq = until, .now_ms = 1795382886679
    };
}

static struct rd_backup_summary create(uint64_t until)
{
    struct rd_backup_options options = to_backup(until);
    struct rd_backup_summary summary;
    struct rd_error error = RD_ERROR_NONE;
    ck_assert_msg(rd_backup_create(&options, &summary, &error) == RD_OK, "%s", error.text);
    return summary;
}

static enum rd_status create_fails(uint64_t until, struct rd_error *error)
{
    struct rd_backup_options options = to_backup(until);
    struct rd_backup_summary summary;
    *error = RD_ERROR_NONE;
    return rd_backup_create(&options, &summary, error);
}

static enum rd_status verify(struct rd_backup_summary *summary, struct rd_error *error)
{
    *error = RD_ERROR_NONE;
    return rd_backup_verify(backup_dir, NULL, NULL, summary, error);
}

static void verified(uint64_t entries)
{
    struct rd_backup_summary summary;
    struct rd_error error;
    ck_assert_msg(verify(&summary, &error) == RD_OK, "%s", error.text);
    ck_assert_uint_eq(summary.entries, entries);
}

static bool ends_before_50(void *context, uint64_t seq, const void *payload, size_t len)
{
    char expected[PAYLOAD];
    (void)context;
    payload_of(seq, expected);
    ck_assert_uint_eq(len, PAYLOAD);
    ck_assert_int_eq(memcmp(payload, expected, len), 0);
    return seq == 50;
}

/* Restores, holds every entry against what it must be, and goes on writing. */
static void restored(struct rd_backup_options options, uint64_t entries)
{
    struct rd_error error = RD_ERROR_NONE;
    struct rd_backup_summary summary;
    struct rd_journal_verdict verdict;
    struct rd_arena arena;
    options.from = backup_dir;
    options.to = again_dir;
    ck_assert_msg(rd_backup_restore(&options, &summary, &error) == RD_OK, "%s", error.text);
    ck_assert_uint_eq(summary.entries, entries);
    struct rd_journal *journal = open_journal(again_dir);
    ck_assert_uint_eq(rd_journal_last_seq(journal), entries);
    struct rd_position at = rd_journal_start(journal);
    rd_arena_init(&arena);
    for (uint64_t seq = 1; seq <= entries; seq++) {
        struct rd_entry entry;
        char expected[PAYLOAD];
        rd_arena_reset(&arena);
        ck_assert_msg(rd_journal_read(journal, at, &arena, &entry, &error) == RD_OK, "%s",
                      error.text);
        payload_of(seq, expected);
        ck_assert_uint_eq(entry.seq, seq);
        ck_assert_int_eq(memcmp(entry.payload, expected, PAYLOAD), 0);
        at = entry.next;
    }
    rd_arena_fini(&arena);
    append(journal, 200);
    rd_journal_close(journal);
    ck_assert_msg(rd_journal_verify(again_dir, NULL, NULL, &verdict, &error) == RD_OK, "%s",
                  error.text);
    ck_assert_uint_eq(verdict.entries, entries + 200);
}

START_TEST(a_backup_is_restored_entry_by_entry)
{
    make_journal(500, true);
    struct rd_backup_summary summary = create(500);
    ck_assert_uint_eq(summary.entries, 500);
    ck_assert_uint_gt(summary.segments, 3);
    ck_assert_uint_eq(summary.copied, summary.segments);
    verified(500);
    restored((struct rd_backup_options){ .until_seq = 0 }, 500);
}
END_TEST

START_TEST(segments_that_are_not_packed_are_taken_too)
{
    make_journal(500, false);
    create(500);
    verified(500);
    restored((struct rd_backup_options){ .until_seq = 0 }, 500);
}
END_TEST

START_TEST(an_empty_journal_has_a_backup)
{
    make_journal(0, false);
    create(0);
    verified(0);
    restored((struct rd_backup_options){ .until_seq = 0 }, 0);
}
END_TEST

START_TEST(later_backups_copy_what_is_new)
{
    struct rd_journal *journal = open_journal(journal_dir);
    append(journal, 500);
    create(500);
    pack(journal);
    struct rd_backup_summary second = create(500), third = create(500);
    ck_assert_uint_eq(second.copied, second.segments); /* packed now: once more */
    ck_assert_uint_eq(third.copied, 1);                /* the newest only */
    append(journal, 300);
    pack(journal);
    struct rd_backup_summary fourth = create(800);
    ck_assert_uint_lt(fourth.copied, fourth.segments);
    ck_assert_uint_eq(fourth.entries, 800);
    rd_journal_close(journal);
    verified(800);
    restored((struct rd_backup_options){ .until_seq = 0 }, 800);
}
END_TEST

/* Wherever it ends: inside a segment, with its last entry, with the first of the next. */
START_TEST(any_entry_may_be_the_last)
{
    make_journal(400, true);
    create(400);
    for (uint64_t until = 1; until <= 400; until += until < 100 ? 1 : 37) {
        restored((struct rd_backup_options){ .until_seq = until }, until);
        unit_dir_remove(again_dir);
    }
    restored((struct rd_backup_options){ .ends_before = ends_before_50 }, 49);
}
END_TEST

static _Atomic uint64_t others;

static void others_work(void *context, uint64_t done, uint64_t all)
{
    (void)context;
    (void)done;
    (void)all;
    atomic_fetch_add(&others, 1);
}

/* It only takes longer. */
START_TEST(who_spares_others_copies_the_same)
{
    make_journal(400, true);
    struct rd_backup_options options = to_backup(400);
    struct rd_backup_summary summary;
    struct rd_error error = RD_ERROR_NONE;
    atomic_store(&others, 0);
    options.beside = &others;
    options.progress = others_work;
    ck_assert_msg(rd_backup_create(&options, &summary, &error) == RD_OK, "%s", error.text);
    ck_assert_uint_eq(summary.entries, 400);
    ck_assert_uint_gt(atomic_load(&others), 0);
    verified(400);
    restored((struct rd_backup_options){ .until_seq = 0 }, 400);
}
END_TEST

START_TEST(a_backup_ends_with_what_was_durable)
{
    make_journal(400, true);
    for (uint64_t until = 60; until <= 400; until += 19) {
        create(until);
        verified(until);
    }
}
END_TEST

/* ---- damage ---- */

static void flip(const char *path, off_t at)
{
    unsigned char byte;
    int fd = open(path, O_RDWR);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(pread(fd, &byte, 1, at), 1);
    byte ^= 0x40;
    ck_assert_int_eq(pwrite(fd, &byte, 1, at), 1);
    close(fd);
}

START_TEST(every_flipped_byte_of_a_backup_is_found)
{
    char path[UNIT_DIR_MAX + 64];
    struct rd_backup_summary summary;
    struct rd_error error;
    make_journal(300, true);
    uint32_t segments = create(300).segments;
    for (uint32_t n = 1; n <= segments; n++) {
        struct stat stat_of;
        snprintf(path, sizeof path, "%s/journal/%08x.%s", backup_dir, n,
                 n < segments ? "zst" : "seg");
        ck_assert_int_eq(stat(path, &stat_of), 0);
        /* behind the newest one's entries there is nothing */
        off_t end = n < segments ? stat_of.st_size : 4096 + PAYLOAD;
        for (off_t at = (off_t)n; at < end; at += end / 9 + 1) {
            flip(path, at);
            ck_assert_msg(verify(&summary, &error) == RD_CHECK_FAILED, "byte %ld of %s", (long)at,
                          path);
            ck_assert_msg(strstr(error.text, path + strlen(backup_dir) + 9) != NULL, "%s",
                          error.text);
            flip(path, at);
        }
    }
    verified(300);
    unlink(path);
    ck_assert_int_eq(verify(&summary, &error), RD_CHECK_FAILED);
}
END_TEST

START_TEST(a_damaged_manifest_is_told)
{
    char path[UNIT_DIR_MAX + 64];
    struct rd_backup_summary summary;
    struct rd_error error;
    struct stat stat_of;
    make_journal(300, true);
    create(300);
    snprintf(path, sizeof path, "%s/backup.json", backup_dir);
    ck_assert_int_eq(stat(path, &stat_of), 0);
    for (off_t at = 0; at < stat_of.st_size; at += 5) {
        flip(path, at);
        enum rd_status status = verify(&summary, &error);
        /* what is not covered is when it was made, and the blanks between */
        ck_assert_msg(status == RD_OK || status == RD_CHECK_FAILED || status == RD_CORRUPT ||
                          status == RD_BAD_CONFIG,
                      "%d at %ld: %s", status, (long)at, error.text);
        flip(path, at);
    }
    ck_assert_int_eq(truncate(path, stat_of.st_size / 2), 0);
    ck_assert_int_eq(verify(&summary, &error), RD_CORRUPT);
    unlink(path);
    ck_assert_int_eq(verify(&summary, &error), RD_NOT_FOUND);
}
END_TEST

START_TEST(a_damaged_journal_is_not_copied_and_the_backup_before_stays)
{
    char path[UNIT_DIR_MAX + 64];
    struct rd_error error;
    make_journal(100, true);
    create(100);
    struct rd_journal *journal = open_journal(journal_dir);
    append(journal, 300);
    pack(journal);
    rd_journal_close(journal);
    snprintf(path, sizeof path, "%s/00000003.zst", journal_dir);
    flip(path, 2000);
    ck_assert_int_eq(create_fails(400, &error), RD_CHECK_FAILED);
    ck_assert_msg(strstr(error.text, "00000003") != NULL, "%s", error.text);
    verified(100);
    flip(path, 2000);
    create(400);
    verified(400);
}
END_TEST

/* ---- mistakes ---- */

START_TEST(the_backup_of_another_journal_is_left_alone)
{
    struct rd_error error;
    make_journal(300, true);
    create(300);
    unit_dir_remove(journal_dir);
    make_journal(400, true); /* other keys; the same payloads */
    enum rd_status status = create_fails(400, &error);
    /* the chain is over payloads only: the same history is the same chain */
    ck_assert_msg(status == RD_OK || status == RD_BAD_DIRECTORY, "%s", error.text);
    unit_dir_remove(journal_dir);
    make_journal(200, true);
    ck_assert_int_eq(create_fails(200, &error), RD_BAD_DIRECTORY);
    verified(status == RD_OK ? 400 : 300);
}
END_TEST

START_TEST(directories_with_something_else_are_refused)
{
    char path[UNIT_DIR_MAX + 64];
    struct rd_error error;
    make_journal(100, true);
    ck_assert_int_eq(mkdir(backup_dir, 0700), 0);
    snprintf(path, sizeof path, "%s/letters.txt", backup_dir);
    int fd = open(path, O_CREAT | O_WRONLY, 0600);
    ck_assert_int_ge(fd, 0);
    close(fd);
    ck_assert_int_eq(create_fails(100, &error), RD_BAD_DIRECTORY);
    unlink(path);
    create(100);
    struct rd_backup_options options = { .from = backup_dir, .to = journal_dir };
    struct rd_backup_summary summary;
    error = RD_ERROR_NONE;
    ck_assert_int_eq(rd_backup_restore(&options, &summary, &error), RD_BAD_DIRECTORY);
    options.from = dir;
    options.to = again_dir;
    ck_assert_int_eq(rd_backup_restore(&options, &summary, &error), RD_NOT_FOUND);
    snprintf(path, sizeof path, "%s/no/such", dir);
    options = (struct rd_backup_options){ .from = journal_dir, .to = path };
    ck_assert_int_eq(rd_backup_create(&options, &summary, &error), RD_IO);
}
END_TEST

static ino_t inode_of(const char *path)
{
    struct stat stat_of;
    return lstat(path, &stat_of) == 0 ? stat_of.st_ino : 0;
}

/* Who owns the directory of a backup could let links in it lead into the journal itself. */
START_TEST(nothing_is_written_through_links)
{
    char path[UNIT_DIR_MAX + 64], other[UNIT_DIR_MAX + 64];
    struct rd_error error;
    make_journal(300, false);
    snprintf(other, sizeof other, "%s/00000001.seg", journal_dir);
    ino_t before = inode_of(other);
    ck_assert_int_eq(mkdir(backup_dir, 0700), 0);
    snprintf(path, sizeof path, "%s/journal", backup_dir);
    ck_assert_int_eq(symlink(journal_dir, path), 0);
    ck_assert_int_eq(create_fails(300, &error), RD_BAD_DIRECTORY);
    ck_assert_uint_eq(inode_of(other), before);
    unlink(path);
    snprintf(other, sizeof other, "%s/victim", dir);
    snprintf(path, sizeof path, "%s/backup.lock", backup_dir);
    ck_assert_int_eq(symlink(other, path), 0);
    ck_assert_int_eq(create_fails(300, &error), RD_IO);
    ck_assert_uint_eq(inode_of(other), 0);
    unlink(path);
    snprintf(path, sizeof path, "%s/backup.json.tmp", backup_dir);
    ck_assert_int_eq(symlink(other, path), 0);
    create(300);
    ck_assert_uint_eq(inode_of(other), 0);
    verified(300);
}
END_TEST

START_TEST(a_refused_directory_is_left_as_it_was)
{
    char path[UNIT_DIR_MAX + 64];
    struct rd_error error;
    make_journal(100, true);
    struct rd_backup_options options = to_backup(100);
    struct rd_backup_summary summary;
    options.to = journal_dir;
    error = RD_ERROR_NONE;
    ck_assert_int_eq(rd_backup_create(&options, &summary, &error), RD_BAD_DIRECTORY);
    snprintf(path, sizeof path, "%s/backup.lock", journal_dir);
    ck_assert_uint_eq(inode_of(path), 0);
    snprintf(path, sizeof path, "%s/journal", journal_dir);
    ck_assert_uint_eq(inode_of(path), 0);
}
END_TEST

/* To open a named pipe waits for whoever writes into it: for ever. */
START_TEST(a_pipe_in_the_place_of_a_file_is_told)
{
    char path[UNIT_DIR_MAX + 64];
    struct rd_backup_summary summary;
    struct rd_error error;
    make_journal(100, false);
    create(100);
    snprintf(path, sizeof path, "%s/journal/00000001.seg", backup_dir);
    ck_assert_int_eq(unlink(path), 0);
    ck_assert_int_eq(mkfifo(path, 0600), 0);
    ck_assert_int_ne(verify(&summary, &error), RD_OK);
    snprintf(path, sizeof path, "%s/backup.json", backup_dir);
    ck_assert_int_eq(unlink(path), 0);
    ck_assert_int_eq(mkfifo(path, 0600), 0);
    ck_assert_int_eq(verify(&summary, &error), RD_CORRUPT);
}
END_TEST

START_TEST(a_stopped_backup_leaves_the_one_before)
{
    struct rd_error error = RD_ERROR_NONE;
    struct rd_backup_summary summary;
    atomic_bool stop = true;
    make_journal(100, true);
    create(100);
    struct rd_journal *journal = open_journal(journal_dir);
    append(journal, 300);
    rd_journal_close(journal);
    struct rd_backup_options options = to_backup(400);
    options.stop = &stop;
    ck_assert_int_eq(rd_backup_create(&options, &summary, &error), RD_SHUTTING_DOWN);
    verified(100);
}
END_TEST

/* ---- beside the writer ---- */

struct beside {
    _Atomic uint64_t flushed;
    atomic_bool done;
};

static void *beside_main(void *context)
{
    struct beside *beside = context;
    uint64_t seen = 0;
    while (!atomic_load(&beside->done)) {
        uint64_t until = atomic_load(&beside->flushed);
        if (until > seen) {
            create(until);
            verified(until);
            seen = until;
        }
    }
    return NULL;
}

START_TEST(backups_are_made_while_the_journal_is_written_and_packed)
{
    struct beside beside = { .done = false };
    struct rd_journal *journal = open_journal(journal_dir);
    pthread_t thread;
    append(journal, 10);
    atomic_store(&beside.flushed, 10);
    ck_assert_int_eq(pthread_create(&thread, NULL, beside_main, &beside), 0);
    for (int i = 0; i < 60; i++) {
        append(journal, 50);
        atomic_store(&beside.flushed, rd_journal_flushed_seq(journal));
        (void)rd_journal_idle(journal);
        (void)rd_journal_idle(journal);
        usleep(2000);
    }
    atomic_store(&beside.done, true);
    pthread_join(thread, NULL);
    rd_journal_close(journal);
    create(3010);
    restored((struct rd_backup_options){ .until_seq = 0 }, 3010);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("backup");
    TCase *tcase = tcase_create("backup");
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_set_timeout(tcase, 120);
    tcase_add_test(tcase, a_backup_is_restored_entry_by_entry);
    tcase_add_test(tcase, segments_that_are_not_packed_are_taken_too);
    tcase_add_test(tcase, an_empty_journal_has_a_backup);
    tcase_add_test(tcase, later_backups_copy_what_is_new);
    tcase_add_test(tcase, any_entry_may_be_the_last);
    tcase_add_test(tcase, who_spares_others_copies_the_same);
    tcase_add_test(tcase, a_backup_ends_with_what_was_durable);
    tcase_add_test(tcase, every_flipped_byte_of_a_backup_is_found);
    tcase_add_test(tcase, a_damaged_manifest_is_told);
    tcase_add_test(tcase, a_damaged_journal_is_not_copied_and_the_backup_before_stays);
    tcase_add_test(tcase, the_backup_of_another_journal_is_left_alone);
    tcase_add_test(tcase, directories_with_something_else_are_refused);
    tcase_add_test(tcase, nothing_is_written_through_links);
    tcase_add_test(tcase, a_refused_directory_is_left_as_it_was);
    tcase_add_test(tcase, a_pipe_in_the_place_of_a_file_is_told);
    tcase_add_test(tcase, a_stopped_backup_leaves_the_one_before);
    tcase_add_test(tcase, backups_are_made_while_the_journal_is_written_and_packed);
    suite_add_tcase(suite, tcase);
    return unit_run(suite);
}
