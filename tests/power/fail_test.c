/* Errors of the disk, one call at a time: no room, no quota, a dying disk, no memory for the map.
 * What is for want of room is waited out; what can't be trusted any more ends the process, and the
 * next start finds everything that was acknowledged.
 */
#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/limits.h"
#include "power/disk.h"
#include "store/vault.h"
#include "unit/unit.h"

#define SEGMENT (64u * 1024)

static char dir[UNIT_DIR_MAX], data[UNIT_DIR_MAX + 8];

static void setup(void)
{
    unit_dir_make(dir);
    snprintf(data, sizeof data, "%s/data", dir);
}

static void teardown(void)
{
    p_fail_never();
    unit_dir_remove(dir);
}

static enum rd_status apply(void *context, struct rd_store *store, const struct rd_entry *entry,
                            struct rd_error *error)
{
    unsigned char key[8];
    (void)context;
    for (int i = 0; i < 8; i++)
        key[i] = (unsigned char)(entry->seq >> (56 - 8 * i));
    return rd_store_put(store, RD_TABLE_RECORD, key, entry->payload, entry->len, error);
}

static enum rd_status vault_open(struct rd_vault **vault, struct rd_error *error)
{
    struct rd_vault_options options = { .dir = data, .segment_bytes = SEGMENT, .apply = apply };
    *error = RD_ERROR_NONE;
    return rd_vault_open(&options, vault, NULL, error);
}

static struct rd_vault *opened(void)
{
    struct rd_error error;
    struct rd_vault *vault = NULL;
    ck_assert_msg(vault_open(&vault, &error) == RD_OK, "%s", error.text);
    return vault;
}

static enum rd_status write_one(struct rd_vault *vault, struct rd_error *error)
{
    char payload[300];
    uint64_t seq;
    int len = snprintf(payload, sizeof payload, "%0200" PRIu64,
                       rd_journal_last_seq(rd_vault_journal(vault)) + 1);
    return rd_vault_write(vault, payload, (size_t)len, &seq, error);
}

static void write_many(struct rd_vault *vault, int count)
{
    struct rd_error error = RD_ERROR_NONE;
    for (int i = 0; i < count; i++)
        ck_assert_int_eq(write_one(vault, &error), RD_OK);
    ck_assert_int_eq(rd_vault_flush(vault, &error), RD_OK);
}

static uint64_t rows(struct rd_vault *vault)
{
    static const unsigned char lowest[8];
    struct rd_error error = RD_ERROR_NONE;
    struct rd_walk walk;
    uint64_t count = 0;
    enum rd_status status =
        rd_walk_start(&walk, rd_vault_store(vault), RD_TABLE_RECORD, lowest, false, &error);
    for (; status == RD_OK; status = rd_walk_next(&walk, &error))
        count++;
    rd_walk_end(&walk);
    return count;
}

static void check_and_close(struct rd_vault *vault, uint64_t entries)
{
    ck_assert_uint_eq(rd_journal_last_seq(rd_vault_journal(vault)), entries);
    ck_assert_uint_eq(rows(vault), entries);
    rd_vault_close(vault);
}

/* ---- no room: waited out ---- */

static const int ROOM[] = { ENOSPC, EDQUOT, EFBIG };
#define ROOM_COUNT (sizeof ROOM / sizeof *ROOM)

/* The store's file can't grow: short writes first, as disks do it, then the error itself. */
START_TEST(test_a_commit_without_room_is_kept_and_done_later)
{
    struct rd_vault *vault = opened();
    struct rd_error error = RD_ERROR_NONE;
    write_many(vault, 100);
    p_fail(P_WRITE, "", ROOM[_i], true); /* nothing can be written, a file to try it with neither */
    p_fail_only_growth(true);
    ck_assert_int_eq(rd_vault_commit(vault, &error), RD_STORAGE_FULL);
    ck_assert_uint_eq(rows(vault), 100);
    p_fail_never();
    write_many(vault, 100);
    ck_assert_int_eq(rd_vault_commit(vault, &error), RD_OK);
    check_and_close(vault, 200);
    check_and_close(opened(), 200);
}
END_TEST

START_TEST(test_an_entry_without_room_is_refused_and_comes_later)
{
    struct rd_vault *vault = opened();
    struct rd_error error = RD_ERROR_NONE;
    enum rd_status status = RD_OK;
    uint64_t done = 0;
    p_fail(P_WRITE, "", ROOM[_i], false);
    p_fail_only_growth(true);
    for (int i = 0; i < 5000 && status == RD_OK; i++) {
        status = write_one(vault, &error);
        done += status == RD_OK;
    }
    ck_assert_msg(status == RD_STORAGE_FULL, "%s: %s", rd_status_name(status), error.text);
    ck_assert_uint_gt(done, 10);
    ck_assert_int_eq(rd_vault_flush(vault, &error), RD_OK); /* those have their place */
    p_fail_never();
    write_many(vault, 1000);
    check_and_close(vault, done + 1000);
    check_and_close(opened(), done + 1000);
}
END_TEST

/* ---- the disk fails ---- */

/* What was not written is kept, and nobody is told that it was. */
START_TEST(test_a_batch_that_cannot_be_written_is_kept)
{
    struct rd_vault *vault = opened();
    struct rd_error error = RD_ERROR_NONE;
    write_many(vault, 10);
    p_fail(P_WRITE, ".seg", EIO, _i == 1);
    ck_assert_int_eq(write_one(vault, &error), RD_OK);
    ck_assert_int_ne(rd_vault_flush(vault, &error), RD_OK);
    ck_assert_uint_eq(rd_journal_flushed_seq(rd_vault_journal(vault)), 10);
    p_fail_never();
    ck_assert_int_eq(rd_vault_flush(vault, &error), RD_OK);
    check_and_close(vault, 11);
    check_and_close(opened(), 11);
}
END_TEST

/* In a process of its own: it must end by abort, in the step that begins with `failing`. */
static void must_die(enum p_call call, const char *file, bool commits)
{
    struct rd_error error = RD_ERROR_NONE;
    pid_t pid = fork();
    ck_assert_int_ge(pid, 0);
    if (pid == 0) {
        signal(SIGABRT, SIG_DFL);
        struct rd_vault *vault = opened();
        write_many(vault, 50);
        p_fail(call, file, EIO, false);
        enum rd_status done = write_one(vault, &error);
        done = done == RD_OK ? rd_vault_flush(vault, &error) : done;
        done = done == RD_OK && commits ? rd_vault_commit(vault, &error) : done;
        _exit(done == RD_OK ? 0 : 1);
    }
    int status;
    ck_assert_int_eq(waitpid(pid, &status, 0), pid);
    ck_assert_msg(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT, "it ended with %x", status);
    struct rd_vault *vault = opened();
    uint64_t last = rd_journal_last_seq(rd_vault_journal(vault));
    ck_assert_uint_ge(last, 50);
    write_many(vault, 3);
    check_and_close(vault, last + 3);
}

START_TEST(test_what_cannot_be_trusted_ends_the_process)
{
    if (!unit_forks()) {
        printf("SKIPPED: needs processes (CK_FORK)\n");
        return;
    }
    must_die(P_FLUSH, ".seg", false);
    must_die(P_FLUSH, "data.mdb", true);
    must_die(P_WRITE, "data.mdb", true); /* with room enough: it is no full disk */
}
END_TEST

START_TEST(test_what_cannot_be_opened_is_said)
{
    static const struct {
        enum p_call call;
        const char *file;
        int errnum;
    } cases[] = { { P_MMAP, "", ENOMEM },     { P_MMAP, "", EIO },
                  { P_READ, ".seg", EIO },    { P_OPEN, "data.mdb", EMFILE },
                  { P_OPEN, ".seg", EMFILE }, { P_OPEN, "", ENFILE },
                  { P_READ, "data.mdb", EIO } };
    struct rd_vault *vault = opened();
    write_many(vault, 400);
    rd_vault_close(vault);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct rd_error error;
        p_fail(cases[i].call, cases[i].file, cases[i].errnum, false);
        enum rd_status status = vault_open(&vault, &error);
        p_fail_never();
        ck_assert_msg(status != RD_OK, "case %zu", i);
        ck_assert_uint_gt(strlen(error.text), 10);
        check_and_close(opened(), 400);
    }
}
END_TEST

/* Out of files when a segment rolls over: the batch is kept, and goes when there are files again.
 */
START_TEST(test_no_file_for_the_next_segment)
{
    struct rd_vault *vault = opened();
    struct rd_error error = RD_ERROR_NONE;
    uint64_t done = 0;
    enum rd_status status = RD_OK;
    p_fail(P_OPEN, "", EMFILE, false);
    while (done < 2000 && status == RD_OK) {
        status = write_one(vault, &error);
        done += status == RD_OK;
        if (status == RD_OK)
            status = rd_vault_flush(vault, &error);
    }
    ck_assert_int_ne(status, RD_OK);
    uint64_t flushed = rd_journal_flushed_seq(rd_vault_journal(vault));
    ck_assert_uint_ge(flushed + 1, done);
    p_fail_never();
    write_many(vault, 300);
    check_and_close(vault, done + 300);
    check_and_close(opened(), done + 300);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("fail");
    TCase *tcase = tcase_create("fail");
    tcase_set_timeout(tcase, 120);
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_loop_test(tcase, test_a_commit_without_room_is_kept_and_done_later, 0, ROOM_COUNT);
    tcase_add_loop_test(tcase, test_an_entry_without_room_is_refused_and_comes_later, 0,
                        ROOM_COUNT);
    tcase_add_loop_test(tcase, test_a_batch_that_cannot_be_written_is_kept, 0, 2);
    tcase_add_test(tcase, test_what_cannot_be_trusted_ends_the_process);
    tcase_add_test(tcase, test_what_cannot_be_opened_is_said);
    tcase_add_test(tcase, test_no_file_for_the_next_segment);
    suite_add_tcase(suite, tcase);
    return unit_run(suite);
}
