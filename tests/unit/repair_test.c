/* Repair: whatever is broken in a journal, it is whole again from what is left of it and another
 * copy of its history, or nothing is changed and it is said which entry is nowhere. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "store/backup.h"
#include "store/disk.h"
#include "store/faults.h"
#include "store/repair.h"
#include "store/segment.h"
#include "unit.h"

#define SMALL_SEGMENT (64u * 1024)
#define SMALL_ENTRY (8u * 1024)
#define PAYLOAD 700
#define FULL 300      /* entries: four segments, the last one not full */
#define IN_BACKUP 250 /* of them the backup has these: three segments and a part */
#define DAMAGES 300

static char root[UNIT_DIR_MAX];
static char data[UNIT_DIR_MAX + 32], journal_dir[UNIT_DIR_MAX + 64], backup_dir[UNIT_DIR_MAX + 32],
    from[UNIT_DIR_MAX + 64], kept[UNIT_DIR_MAX + 32];
static unsigned char whole[RD_HASH_BYTES]; /* of the last entry, before anything was broken */
static uint64_t dice;

static uint32_t below(uint32_t n)
{
    dice = dice * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)((dice >> 33) % n);
}

static struct rd_journal *open_journal(void)
{
    const struct rd_journal_options small = { .segment_bytes = SMALL_SEGMENT,
                                              .entry_bytes_max = SMALL_ENTRY };
    struct rd_error error = RD_ERROR_NONE;
    struct rd_journal *journal = NULL;
    ck_assert_msg(rd_journal_open(journal_dir, &small, &journal, NULL, &error) == RD_OK, "%s",
                  error.text);
    return journal;
}

/* Up to so many entries; `salt` makes another history of it. */
static void grow(uint64_t count, char salt)
{
    struct rd_error error = RD_ERROR_NONE;
    struct rd_journal *journal = open_journal();
    char payload[PAYLOAD];
    while (rd_journal_last_seq(journal) < count) {
        uint64_t seq = rd_journal_last_seq(journal) + 1;
        struct rd_position position;
        for (int i = 0; i < PAYLOAD; i++)
            payload[i] = (char)(salt + (int)(seq * 31 + (uint64_t)i * seq) % 61);
        ck_assert_int_eq(rd_journal_append(journal, payload, PAYLOAD, &seq, &position, &error),
                         RD_OK);
        if (seq % 8 == 0 || seq == count)
            ck_assert_int_eq(rd_journal_flush(journal, &error), RD_OK);
    }
    rd_journal_close(journal);
}

static void pack(void)
{
    struct rd_journal *journal = open_journal();
    while (rd_journal_idle(journal))
        ;
    rd_journal_close(journal);
}

static void back_up(void)
{
    struct rd_backup_options options = { .from = journal_dir, .to = backup_dir };
    struct rd_backup_summary summary;
    struct rd_error error = RD_ERROR_NONE;
    ck_assert_msg(rd_backup_create(&options, &summary, &error) == RD_OK, "%s", error.text);
}

static void copy_files(const char *of, const char *to)
{
    DIR *dir = opendir(of);
    const struct dirent *entry;
    ck_assert(dir && (mkdir(to, 0700) == 0 || errno == EEXIST));
    while ((entry = readdir(dir))) {
        char a[1024], b[1024], bytes[SMALL_SEGMENT];
        if (strlen(entry->d_name) != 12) /* segments alone */
            continue;
        snprintf(a, sizeof a, "%s/%s", of, entry->d_name);
        snprintf(b, sizeof b, "%s/%s", to, entry->d_name);
        int in = open(a, O_RDONLY), out = open(b, O_WRONLY | O_CREAT | O_TRUNC, 0600);
        ssize_t len = read(in, bytes, sizeof bytes);
        ck_assert(len >= 0 && write(out, bytes, (size_t)len) == len);
        close(in);
        close(out);
    }
    closedir(dir);
}

static enum rd_status prove(struct rd_journal_verdict *verdict)
{
    struct rd_error error = RD_ERROR_NONE;
    struct rd_journal_proof proof = { .dir = journal_dir, .still = true };
    return rd_journal_prove(&proof, verdict, &error);
}

static void setup(void)
{
    struct rd_journal_verdict verdict;
    unit_dir_make(root);
    snprintf(data, sizeof data, "%s/data", root);
    snprintf(journal_dir, sizeof journal_dir, "%s/data/journal", root);
    snprintf(backup_dir, sizeof backup_dir, "%s/backup", root);
    snprintf(from, sizeof from, "%s/backup/journal", root);
    snprintf(kept, sizeof kept, "%s/kept", root);
    ck_assert_int_eq(mkdir(data, 0700), 0);
    grow(IN_BACKUP, 'a');
    pack();
    back_up();
    grow(FULL, 'a');
    ck_assert_int_eq(prove(&verdict), RD_OK);
    ck_assert_uint_eq(verdict.entries, FULL);
    memcpy(whole, verdict.hash, sizeof whole);
    copy_files(journal_dir, kept);
    dice = 7;
}

static void teardown(void)
{
    unit_dir_remove(root);
}

/* As it was before anything was broken. */
static void again(void)
{
    unit_dir_remove(data);
    ck_assert_int_eq(mkdir(data, 0700), 0);
    copy_files(kept, journal_dir);
}

static uint64_t taken;
static char told[64];

static void mended(void *context, const struct rd_repair_segment *segment)
{
    (void)context;
    taken += segment->taken;
    snprintf(told + strlen(told), sizeof told - strlen(told), "%u ", segment->number);
}

static enum rd_status repair(const char *source, bool look, struct rd_repair_summary *summary,
                             struct rd_error *error)
{
    struct rd_repair_options options = { .dir = data,
                                         .from = source,
                                         .look = look,
                                         .mended = mended,
                                         .known = { .seq = FULL, .who = "the store" } };
    memcpy(options.known.hash, whole, sizeof whole);
    *error = RD_ERROR_NONE;
    taken = 0;
    told[0] = '\0';
    return rd_repair_journal(&options, summary, error);
}

/* Whole again, to the last entry, and goes on. */
static void is_whole(void)
{
    struct rd_journal_verdict verdict;
    ck_assert_int_eq(prove(&verdict), RD_OK);
    ck_assert_uint_eq(verdict.entries, FULL);
    ck_assert_mem_eq(verdict.hash, whole, sizeof whole);
}

static void repaired(const char *source, const char *segments)
{
    struct rd_repair_summary summary;
    struct rd_error error;
    ck_assert_msg(repair(source, false, &summary, &error) == RD_OK, "%s", error.text);
    ck_assert_str_eq(told, segments);
    ck_assert_uint_eq(summary.entries, FULL);
    ck_assert_mem_eq(summary.hash, whole, sizeof whole);
    is_whole();
}

/* A hash over what every file of the journal is called and holds. */
static uint64_t footprint(void)
{
    DIR *dir = opendir(journal_dir);
    const struct dirent *entry;
    uint64_t sum = 0;
    ck_assert_ptr_nonnull(dir);
    while ((entry = readdir(dir))) {
        char path[1024], bytes[SMALL_SEGMENT];
        uint64_t hash = 1469598103934665603u;
        snprintf(path, sizeof path, "%s/%s", journal_dir, entry->d_name);
        for (const char *at = entry->d_name; *at; at++)
            hash = (hash ^ (unsigned char)*at) * 1099511628211u;
        int fd = entry->d_name[0] == '.' ? -1 : open(path, O_RDONLY);
        ssize_t len = fd >= 0 ? read(fd, bytes, sizeof bytes) : 0;
        for (ssize_t i = 0; i < len; i++)
            hash = (hash ^ (unsigned char)bytes[i]) * 1099511628211u;
        if (fd >= 0)
            close(fd);
        sum += hash;
    }
    closedir(dir);
    return sum;
}

static void refused(const char *source, const char *why)
{
    struct rd_repair_summary summary;
    struct rd_error error;
    uint64_t before = footprint();
    ck_assert_int_eq(repair(source, false, &summary, &error), RD_CHECK_FAILED);
    ck_assert_msg(strstr(error.text, why), "%s", error.text);
    ck_assert_uint_eq(footprint(), before);
}

static const char *file_of(uint32_t number)
{
    static char path[1024];
    char name[RD_SEGMENT_NAME_MAX];
    for (int packed = 0; packed < 2; packed++) {
        rd_segment_name(name, number, packed);
        snprintf(path, sizeof path, "%s/%s", journal_dir, name);
        if (access(path, F_OK) == 0)
            return path;
    }
    ck_abort_msg("there is no segment %u", number);
    return NULL;
}

/* Writes garbage over a part of it. */
static void scribble(const char *path, size_t at, size_t len)
{
    char bytes[SMALL_SEGMENT];
    int fd = open(path, O_RDWR);
    ck_assert(fd >= 0 && len <= sizeof bytes);
    ck_assert_int_eq(pread(fd, bytes, len, (off_t)at), (ssize_t)len);
    for (size_t i = 0; i < len; i++)
        bytes[i] = (char)(bytes[i] ^ (1 + (int)below(255)));
    ck_assert_int_eq(pwrite(fd, bytes, len, (off_t)at), (ssize_t)len);
    close(fd);
}

static size_t size_of(const char *path)
{
    struct stat info;
    ck_assert_int_eq(stat(path, &info), 0);
    return (size_t)info.st_size;
}

START_TEST(a_whole_journal_is_left_alone)
{
    struct rd_repair_summary summary;
    struct rd_error error;
    uint64_t before = footprint();
    repaired(from, "");
    repaired(NULL, "");
    ck_assert_int_eq(repair(from, true, &summary, &error), RD_OK);
    ck_assert_uint_eq(summary.segments, 0);
    ck_assert_uint_eq(footprint(), before);
}
END_TEST

START_TEST(a_damaged_packed_segment_comes_from_the_backup)
{
    struct rd_repair_summary summary;
    struct rd_error error;
    char aside[UNIT_DIR_MAX + 96];
    scribble(file_of(1), size_of(file_of(1)) / 2, 1);
    uint64_t before = footprint();
    refused(NULL, "is gone here; name a backup or a standby with --from; nothing was changed");
    ck_assert_int_eq(repair(from, true, &summary, &error), RD_OK); /* looking changes nothing */
    ck_assert_uint_eq(summary.segments, 1);
    ck_assert_uint_eq(footprint(), before);
    repaired(from, "1 ");
    snprintf(aside, sizeof aside, "%s/" RD_REPAIR_ASIDE "/00000001.zst", data);
    ck_assert_int_eq(access(aside, F_OK), 0);
    grow(FULL + 50, 'a');
    pack();
    struct rd_journal_verdict verdict;
    ck_assert_int_eq(prove(&verdict), RD_OK);
    ck_assert_uint_eq(verdict.entries, FULL + 50);
}
END_TEST

START_TEST(missing_files_come_from_the_backup)
{
    unlink(file_of(1));
    unlink(file_of(3));
    repaired(from, "1 3 ");
}
END_TEST

/* Of the newest segment the backup has the front, and the rest is intact here. */
START_TEST(what_the_backup_lacks_is_kept_where_it_is_intact)
{
    scribble(file_of(4), RD_SEGMENT_HEADER_BYTES + 100, 40);
    repaired(from, "4 ");
    ck_assert_uint_eq(taken, 1);
}
END_TEST

START_TEST(what_is_nowhere_is_said_and_nothing_is_changed)
{
    size_t last = RD_SEGMENT_HEADER_BYTES;
    scribble(file_of(2), 3000, 1); /* this one could be mended, but for the other */
    scribble(file_of(4), last + 52 * (size_t)rd_frame_bytes(PAYLOAD), 1);
    refused(from, "is gone here");
    again();
    unlink(file_of(4));
    refused(from, "is gone here");
    again();
    scribble(file_of(2), 3000, 1);
    refused(NULL, "name a backup");
    again();
    unlink(file_of(2));
    refused(NULL, "(00000002: this segment is missing) can't be made anew: entry ");
}
END_TEST

START_TEST(another_history_is_not_taken)
{
    scribble(file_of(2), 3000, 1);
    copy_files(journal_dir, root); /* aside */
    unit_dir_remove(journal_dir);
    unit_dir_remove(backup_dir);
    grow(IN_BACKUP, 'A');
    pack();
    back_up();
    unit_dir_remove(data);
    ck_assert_int_eq(mkdir(data, 0700), 0);
    copy_files(root, journal_dir);
    refused(from, "is gone here");
}
END_TEST

/* An entry that was changed, with a checksum and a hash made to fit: the entry behind it tells. */
START_TEST(a_forged_entry_is_replaced_by_the_true_one)
{
    unsigned char bytes[SMALL_SEGMENT], *at = bytes + RD_SEGMENT_HEADER_BYTES;
    struct rd_segment_header header;
    struct rd_frame frame;
    char payload[PAYLOAD] = "forged";
    const char *path = file_of(4);
    int fd = open(path, O_RDWR);
    ck_assert_int_eq(read(fd, bytes, sizeof bytes), (ssize_t)sizeof bytes);
    ck_assert(rd_segment_header_read(bytes, &header));
    rd_frame_parse(at, &frame);
    unsigned char hash[RD_HASH_BYTES];
    memcpy(hash, header.prev_hash, sizeof hash);
    uint64_t seq = frame.seq, flushed = frame.flushed_seq;
    rd_frame_begin(at, seq, payload, PAYLOAD);
    rd_frame_finish(at, header.key, flushed, hash);
    ck_assert_int_eq(pwrite(fd, bytes, sizeof bytes, 0), (ssize_t)sizeof bytes);
    close(fd);
    refused(NULL, "is gone here");
    repaired(from, "4 ");
    ck_assert_uint_eq(taken, 1);
}
END_TEST

/* A copy that has all of it, in files of its own: a standby's. */
START_TEST(a_lost_end_comes_from_who_has_all_of_it)
{
    copy_files(journal_dir, root);
    unlink(file_of(4));
    repaired(root, "4 ");
    again();
    unlink(file_of(4));
    unlink(file_of(3));
    repaired(root, "3 4 ");
    again();
    ck_assert_int_eq(truncate(file_of(4), RD_SEGMENT_HEADER_BYTES + 3000), 0);
    repaired(root, "4 ");
    again();
    /* zeros where the last entries were look like an end; the store knows better */
    char zeros[8192] = { 0 };
    int fd = open(file_of(4), O_RDWR);
    struct rd_segment_header header;
    ck_assert(pread(fd, zeros, sizeof zeros, 0) > 0 &&
              rd_segment_header_read((unsigned char *)zeros, &header));
    size_t first = (size_t)(FULL - header.first_seq); /* the last entry's place */
    memset(zeros, 0, sizeof zeros);
    ck_assert_int_eq(pwrite(fd, zeros, rd_frame_bytes(PAYLOAD),
                            (off_t)(RD_SEGMENT_HEADER_BYTES + first * rd_frame_bytes(PAYLOAD))),
                     (ssize_t)rd_frame_bytes(PAYLOAD));
    close(fd);
    refused(from, "is gone here");
    repaired(root, "4 ");
    ck_assert_uint_eq(taken, 1);
}
END_TEST

/* Killed at any moment it is begun anew, and nothing is lost by that. */
START_TEST(it_may_be_killed)
{
    static const char *const points[] = { "repair_before_rename:0", "repair_after_rename:0",
                                          "repair_before_rename:1", "repair_after_rename:1" };
    if (!rd_faults_on())
        return;
    for (size_t i = 0; i < sizeof points / sizeof *points; i++) {
        again();
        scribble(file_of(1), 2000, 3);
        scribble(file_of(4), RD_SEGMENT_HEADER_BYTES + 10, 3);
        (void)fflush(NULL);
        pid_t pid = fork();
        if (pid == 0) {
            struct rd_repair_summary summary;
            struct rd_error error;
            setenv("RD_FAULT", points[i], 1);
            (void)repair(from, false, &summary, &error);
            _exit(0);
        }
        int how = 0;
        ck_assert_int_eq(waitpid(pid, &how, 0), pid);
        ck_assert_msg(!WIFEXITED(how) || WEXITSTATUS(how) != 0, "%s did not strike", points[i]);
        struct rd_repair_summary summary;
        struct rd_error error;
        ck_assert_msg(repair(from, false, &summary, &error) == RD_OK, "%s: %s", points[i],
                      error.text);
        is_whole();
    }
}
END_TEST

static void break_something(void)
{
    const char *path = file_of(1 + below(4));
    size_t len = size_of(path), at = below((uint32_t)len), left = len - at;
    switch (below(6)) {
    case 0:
        unlink(path);
        break;
    case 1:
        ck_assert_int_eq(truncate(path, (off_t)at), 0);
        break;
    case 2:
        scribble(path, at, left < 5000 ? left : 5000);
        break;
    case 3:
        scribble(path, below(RD_SEGMENT_HEADER_BYTES < len ? RD_SEGMENT_HEADER_BYTES : 64), 1);
        break;
    default:
        scribble(path, at, 1);
        break;
    }
}

/* Whatever is broken: with a copy of everything it is whole again; with an older one it is whole
 * again, or nothing has changed. */
START_TEST(any_damage_is_mended_or_refused)
{
    int rounds = unit_is_long() ? 20 * DAMAGES : DAMAGES, made = 0, refusals = 0;
    copy_files(journal_dir, root);
    for (int i = 0; i < rounds; i++) {
        struct rd_repair_summary summary;
        struct rd_error error;
        for (uint32_t n = 1 + below(2); n > 0; n--) {
            again();
            break_something();
        }
        uint64_t before = footprint();
        enum rd_status status = repair(from, false, &summary, &error);
        if (status == RD_OK) {
            is_whole();
            made += summary.segments > 0;
            continue;
        }
        ck_assert_msg(status == RD_CHECK_FAILED, "round %d: %d: %s", i, status, error.text);
        ck_assert_uint_eq(footprint(), before);
        refusals++;
        ck_assert_msg(repair(root, false, &summary, &error) == RD_OK, "round %d: %s", i,
                      error.text);
        is_whole();
    }
    ck_assert_int_gt(made, rounds / 4);
    ck_assert_int_gt(refusals, rounds / 20);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("repair");
    TCase *tcase = tcase_create("repair");
    tcase_set_timeout(tcase, unit_is_long() ? 1200 : 240);
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, a_whole_journal_is_left_alone);
    tcase_add_test(tcase, a_damaged_packed_segment_comes_from_the_backup);
    tcase_add_test(tcase, missing_files_come_from_the_backup);
    tcase_add_test(tcase, what_the_backup_lacks_is_kept_where_it_is_intact);
    tcase_add_test(tcase, what_is_nowhere_is_said_and_nothing_is_changed);
    tcase_add_test(tcase, another_history_is_not_taken);
    tcase_add_test(tcase, a_forged_entry_is_replaced_by_the_true_one);
    tcase_add_test(tcase, a_lost_end_comes_from_who_has_all_of_it);
    tcase_add_test(tcase, it_may_be_killed);
    tcase_add_test(tcase, any_damage_is_mended_or_refused);
    suite_add_tcase(suite, tcase);
    return unit_run(suite);
}
