/* The vault: journal and store stay one, whatever fails; the store never has what is not flushed.
 */
#include <stdbool.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/limits.h"
#include "store/faults.h"
#include "store/vault.h"
#include "unit.h"

#define SEGMENT (64u * 1024)

static char dir[UNIT_DIR_MAX];
static struct rd_arena arena;

static void setup(void)
{
    unit_dir_make(dir);
    rd_arena_init(&arena);
}

static void teardown(void)
{
    unsetenv("RD_FAULT");
    rd_arena_fini(&arena);
    unit_dir_remove(dir);
}

/* A small ledger: a row for each entry, and the sum of all first bytes in a row of its own.
 * `weight` bytes go into each row so that maps fill up. */
struct ledger {
    size_t weight;
    uint64_t applied;
};

static enum rd_status ledger_apply(void *context, struct rd_store *store,
                                   const struct rd_entry *entry, struct rd_error *error)
{
    struct ledger *ledger = context;
    static const unsigned char sum_key[16] = "sum";
    unsigned char key[8], row[4096] = { 0 };
    const void *bytes;
    size_t len;
    uint64_t sum = 0;
    ledger->applied++;
    for (int i = 0; i < 8; i++) {
        key[i] = (unsigned char)(entry->seq >> (56 - 8 * i));
    }
    enum rd_status status = rd_store_get(store, RD_TABLE_COUNTER, sum_key, &bytes, &len, error);
    if (status == RD_OK) {
        memcpy(&sum, bytes, sizeof(sum));
    }
    if (status == RD_OK || status == RD_NOT_FOUND) {
        sum += ((const unsigned char *)entry->payload)[0];
        status = rd_store_put(store, RD_TABLE_COUNTER, sum_key, &sum, sizeof(sum), error);
    }
    if (status == RD_OK) {
        memcpy(row, entry->payload, entry->len < 64 ? entry->len : 64);
        status = rd_store_put(store, RD_TABLE_RECORD, key, row, ledger->weight + 8, error);
    }
    return status;
}

static struct rd_vault_options options_for(struct ledger *ledger)
{
    return (struct rd_vault_options){
        .dir = dir, .segment_bytes = SEGMENT, .apply = ledger_apply, .context = ledger
    };
}

static struct rd_vault *open_with(const struct rd_vault_options *options,
                                  struct rd_vault_recovery *recovery)
{
    struct rd_error error = RD_ERROR_NONE;
    struct rd_vault *vault = NULL;
    enum rd_status status = rd_vault_open(options, &vault, recovery, &error);
    ck_assert_msg(status == RD_OK, "open: %s: %s", rd_status_name(status), error.text);
    return vault;
}

static struct rd_vault *open_vault(struct ledger *ledger, struct rd_vault_recovery *recovery)
{
    struct rd_vault_options options = options_for(ledger);
    return open_with(&options, recovery);
}

static size_t payload_make(uint64_t seq, char out[64])
{
    return (size_t)snprintf(out, 64, "%c entry %llu of the ledger", (char)('a' + seq % 26),
                            (unsigned long long)seq);
}

static enum rd_status write_one(struct rd_vault *vault)
{
    struct rd_error error = RD_ERROR_NONE;
    char payload[64];
    uint64_t seq = 0, expected = rd_journal_last_seq(rd_vault_journal(vault)) + 1;
    size_t len = payload_make(expected, payload);
    enum rd_status status = rd_vault_write(vault, payload, len, &seq, &error);
    ck_assert(status != RD_OK || seq == expected);
    ck_assert(status == RD_OK || error.text[0]);
    return status;
}

static void write_many(struct rd_vault *vault, int count, int batch)
{
    struct rd_error error = RD_ERROR_NONE;
    for (int i = 0; i < count; i++) {
        ck_assert_int_eq(write_one(vault), RD_OK);
        if ((i + 1) % batch == 0) {
            ck_assert_int_eq(rd_vault_flush(vault, &error), RD_OK);
        }
    }
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

/* The store has exactly the entries 1..last: as many rows, and their sum. */
static void check_store(struct rd_vault *vault, uint64_t last)
{
    static const unsigned char sum_key[16] = "sum";
    struct rd_error error = RD_ERROR_NONE;
    const void *bytes;
    size_t len;
    uint64_t sum = 0, expected = 0;
    for (uint64_t seq = 1; seq <= last; seq++) {
        expected += 'a' + seq % 26;
    }
    enum rd_status status =
        rd_store_get(rd_vault_store(vault), RD_TABLE_COUNTER, sum_key, &bytes, &len, &error);
    ck_assert(status == RD_OK || (status == RD_NOT_FOUND && last == 0));
    if (status == RD_OK) {
        memcpy(&sum, bytes, sizeof(sum));
    }
    ck_assert_uint_eq(rd_journal_last_seq(rd_vault_journal(vault)), last);
    ck_assert_uint_eq(rows(vault), last);
    ck_assert_uint_eq(sum, expected);
}

static void check_found(struct rd_vault *vault, uint64_t seq)
{
    struct rd_error error = RD_ERROR_NONE;
    struct rd_entry entry;
    char payload[64];
    size_t len = payload_make(seq, payload);
    rd_arena_reset(&arena);
    enum rd_status status = rd_vault_find(vault, seq, &arena, &entry, &error);
    ck_assert_msg(status == RD_OK, "find %llu: %s", (unsigned long long)seq, error.text);
    ck_assert_uint_eq(entry.seq, seq);
    ck_assert_uint_eq(entry.len, len);
    ck_assert_mem_eq(entry.payload, payload, len);
}

static void digest(struct rd_vault *vault, unsigned char out[32])
{
    struct rd_error error = RD_ERROR_NONE;
    ck_assert_int_eq(rd_vault_digest(vault, out, &error), RD_OK);
}

static void sub_path(char out[UNIT_DIR_MAX + 64], const char *name)
{
    snprintf(out, UNIT_DIR_MAX + 64, "%s/%s", dir, name);
}

/* Commits wait for RD_STORE_COMMIT_MS and retries for a second. */
static void pause_ms(long ms)
{
    struct timespec pause = { .tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000 };
    nanosleep(&pause, NULL);
}

START_TEST(writes_closes_and_opens_again)
{
    struct ledger ledger = { 0 };
    struct rd_vault_recovery recovery;
    struct rd_vault *vault = open_vault(&ledger, &recovery);
    ck_assert_uint_eq(recovery.replayed, 0);
    check_store(vault, 0);
    write_many(vault, 1000, 64);
    check_store(vault, 1000);
    rd_vault_close(vault);
    ledger.applied = 0;
    vault = open_vault(&ledger, &recovery);
    ck_assert_uint_eq(recovery.journal.last_seq, 1000);
    ck_assert_uint_eq(recovery.replayed, 0);
    ck_assert_uint_eq(ledger.applied, 0);
    check_store(vault, 1000);
    ck_assert_int_eq(write_one(vault), RD_OK);
    rd_vault_close(vault); /* flushes by itself */
    vault = open_vault(&ledger, &recovery);
    check_store(vault, 1001);
    rd_vault_close(vault);
}
END_TEST

START_TEST(is_opened_by_one_only)
{
    struct ledger ledger = { 0 };
    struct rd_error error = RD_ERROR_NONE;
    struct rd_vault_options options = options_for(&ledger);
    struct rd_vault *other = NULL, *vault = open_vault(&ledger, NULL);
    char pid[32];
    ck_assert_int_eq(rd_vault_open(&options, &other, NULL, &error), RD_IN_USE);
    snprintf(pid, sizeof(pid), "in use by process %ld", (long)getpid());
    ck_assert_msg(strstr(error.text, pid) != NULL, "%s", error.text);
    rd_vault_close(vault);
    vault = open_vault(&ledger, NULL);
    rd_vault_close(vault);
}
END_TEST

START_TEST(finds_any_entry)
{
    struct ledger ledger = { 0 };
    struct rd_error error = RD_ERROR_NONE;
    struct rd_entry entry;
    struct rd_vault *vault = open_vault(&ledger, NULL);
    write_many(vault, 2000, 50);
    while (rd_vault_idle(vault)) {
    }
    ck_assert_int_eq(write_one(vault), RD_OK); /* 2001, not flushed */
    uint64_t some[] = { 1, 2, 63, 64, 65, 127, 128, 1000, 999, 1001, 1999, 2000, 2001, 1, 2001 };
    for (size_t i = 0; i < sizeof(some) / sizeof(some[0]); i++) {
        check_found(vault, some[i]);
    }
    for (uint64_t seq = 1; seq <= 2001; seq++) {
        check_found(vault, seq);
    }
    ck_assert_int_eq(rd_vault_find(vault, 0, &arena, &entry, &error), RD_NOT_FOUND);
    ck_assert_int_eq(rd_vault_find(vault, 2002, &arena, &entry, &error), RD_END);
    rd_vault_close(vault);
}
END_TEST

START_TEST(grows_the_map_under_a_batch)
{
    struct ledger ledger = { .weight = 3000 };
    struct rd_vault_options options = options_for(&ledger);
    struct rd_vault_recovery recovery;
    struct rd_store_stat stat;
    unsigned char a[32], b[32];
    options.map_bytes = 1024 * 1024;
    struct rd_vault *vault = open_with(&options, NULL);
    write_many(vault, 100, 10);
    for (int i = 0; i < 1500; i++) { /* one batch, not flushed */
        ck_assert_int_eq(write_one(vault), RD_OK);
    }
    check_store(vault, 1600);
    digest(vault, a);
    rd_store_stat(rd_vault_store(vault), &stat);
    ck_assert_uint_ge(stat.map_bytes, 4 * 1024 * 1024);
    check_store(vault, 1600);
    rd_vault_close(vault);
    options.fresh_store = true; /* and rebuilding in a map as tiny */
    vault = open_with(&options, &recovery);
    ck_assert_uint_eq(recovery.replayed, 1600);
    digest(vault, b);
    ck_assert_mem_eq(a, b, 32);
    rd_vault_close(vault);
}
END_TEST

static void count_progress(void *context, uint64_t done, uint64_t all)
{
    ck_assert_uint_le(done, all);
    ++*(int *)context;
}

START_TEST(rebuilds_the_same_store)
{
    struct ledger ledger = { 0 };
    struct rd_vault_options options = options_for(&ledger);
    struct rd_vault_recovery recovery;
    unsigned char a[32], b[32];
    char path[UNIT_DIR_MAX + 64];
    int told = 0;
    struct rd_vault *vault = open_vault(&ledger, NULL);
    write_many(vault, 25000, 500); /* enough for commits in between */
    while (rd_vault_idle(vault)) {
    }
    digest(vault, a);
    rd_vault_close(vault);
    options.fresh_store = true;
    options.progress = count_progress;
    options.progress_context = &told;
    vault = open_with(&options, &recovery);
    ck_assert_uint_eq(recovery.replayed, 25000);
    ck_assert_int_ge(told, 2);
    digest(vault, b);
    ck_assert_mem_eq(a, b, 32);
    check_store(vault, 25000);
    write_many(vault, 10, 5);
    rd_vault_close(vault);
    sub_path(path, "store.new");
    ck_assert_int_ne(access(path, F_OK), 0);
    sub_path(path, "store.old");
    ck_assert_int_ne(access(path, F_OK), 0);
    vault = open_vault(&ledger, &recovery);
    ck_assert_uint_eq(recovery.replayed, 0);
    check_store(vault, 25010);
    rd_vault_close(vault);
}
END_TEST

START_TEST(settles_an_interrupted_rebuild)
{
    struct ledger ledger = { 0 };
    struct rd_vault_options options = options_for(&ledger);
    char store[UNIT_DIR_MAX + 64], old[UNIT_DIR_MAX + 64], made[UNIT_DIR_MAX + 64];
    int result;
    sub_path(store, "store");
    sub_path(old, "store.old");
    sub_path(made, "store.new");
    struct rd_vault *vault = open_vault(&ledger, NULL);
    write_many(vault, 300, 50);
    rd_vault_close(vault);
    ck_assert_int_eq(mkdir(made, 0700), 0); /* while it was built */
    vault = open_vault(&ledger, NULL);
    check_store(vault, 300);
    rd_vault_close(vault);
    ck_assert_int_ne(access(made, F_OK), 0);
    ck_assert_int_eq(rename(store, old), 0); /* the new one is lost: back to the old */
    vault = open_vault(&ledger, NULL);
    check_store(vault, 300);
    rd_vault_close(vault);
    if (!rd_faults_on()) {
        return;
    }
    fflush(NULL);
    pid_t child = fork();
    if (child == 0) {
        setenv("RD_FAULT", "vault_swap:0", 1);
        options.fresh_store = true;
        (void)open_with(&options, NULL);
        _exit(0);
    }
    ck_assert_int_eq(waitpid(child, &result, 0), child);
    ck_assert(WIFEXITED(result) && WEXITSTATUS(result) == 137);
    ck_assert_int_ne(access(store, F_OK), 0);
    ck_assert_int_eq(access(made, F_OK), 0);
    struct rd_vault_recovery recovery;
    vault = open_vault(&ledger, &recovery);
    ck_assert_uint_eq(recovery.replayed, 0);
    check_store(vault, 300);
    rd_vault_close(vault);
    ck_assert_int_ne(access(old, F_OK), 0);
}
END_TEST

START_TEST(stops_where_the_journal_is_behind_the_store)
{
    struct ledger ledger = { 0 };
    struct rd_vault_options options = options_for(&ledger);
    struct rd_error error = RD_ERROR_NONE;
    char journal[UNIT_DIR_MAX + 64], aside[UNIT_DIR_MAX + 64];
    struct rd_vault *vault = open_vault(&ledger, NULL);
    write_many(vault, 100, 10);
    rd_vault_close(vault);
    sub_path(journal, "journal");
    sub_path(aside, "aside");
    ck_assert_int_eq(rename(journal, aside), 0);
    vault = NULL;
    ck_assert_int_eq(rd_vault_open(&options, &vault, NULL, &error), RD_CORRUPT);
    ck_assert_ptr_null(vault);
    ck_assert_ptr_nonnull(strstr(error.text, "`redress store repair`"));
    unit_dir_remove(journal);
    ck_assert_int_eq(rename(aside, journal), 0);
    vault = open_vault(&ledger, NULL);
    check_store(vault, 100);
    rd_vault_close(vault);
}
END_TEST

START_TEST(refuses_a_store_of_another_journal)
{
    struct ledger ledger = { 0 };
    struct rd_vault_options options = options_for(&ledger);
    struct rd_error error = RD_ERROR_NONE;
    char store[UNIT_DIR_MAX + 64], aside[UNIT_DIR_MAX + 64], journal[UNIT_DIR_MAX + 64];
    uint64_t seq;
    sub_path(store, "store");
    sub_path(aside, "aside");
    sub_path(journal, "journal");
    struct rd_vault *vault = open_vault(&ledger, NULL);
    write_many(vault, 10, 5);
    rd_vault_close(vault);
    ck_assert_int_eq(rename(store, aside), 0);
    unit_dir_remove(journal);
    vault = open_vault(&ledger, NULL);
    for (int i = 0; i < 20; i++) {
        ck_assert_int_eq(rd_vault_write(vault, "another entry of this len", 23, &seq, &error),
                         RD_OK);
    }
    rd_vault_close(vault);
    unit_dir_remove(store);
    ck_assert_int_eq(rename(aside, store), 0);
    ck_assert_int_eq(rd_vault_open(&options, &vault, NULL, &error), RD_CORRUPT);
    ck_assert_ptr_nonnull(strstr(error.text, "does not belong to this journal"));
    options.fresh_store = true; /* as it says */
    vault = open_with(&options, NULL);
    ck_assert_uint_eq(rd_journal_last_seq(rd_vault_journal(vault)), 20);
    rd_vault_close(vault);
}
END_TEST

START_TEST(refuses_entries_that_find_no_room)
{
    struct ledger ledger = { 0 };
    if (!rd_faults_on()) {
        return;
    }
    struct rd_vault *vault = open_vault(&ledger, NULL);
    write_many(vault, 20, 10);
    for (int i = 0; i < 5; i++) {
        ck_assert_int_eq(write_one(vault), RD_OK);
    }
    setenv("RD_FAULT", "journal_enospc:0", 1);
    ck_assert_int_eq(write_one(vault), RD_STORAGE_FULL);
    ck_assert(rd_vault_is_full(vault));
    check_store(vault, 25);
    check_found(vault, 25);
    unsetenv("RD_FAULT");
    write_many(vault, 10, 3);
    ck_assert(!rd_vault_is_full(vault));
    rd_vault_close(vault);
    vault = open_vault(&ledger, NULL);
    check_store(vault, 35);
    rd_vault_close(vault);
}
END_TEST

static void on_flushed(void *context, uint64_t seq, bool failed)
{
    (void)context, (void)seq, (void)failed;
}

static void on_tidied(void *context)
{
    (void)context;
}

static const struct rd_journal_server behind = { .flushed = on_flushed, .tidied = on_tidied };

static struct rd_vault *open_behind(struct ledger *ledger)
{
    struct rd_error error = RD_ERROR_NONE;
    struct rd_vault *vault = open_vault(ledger, NULL);
    ck_assert_int_eq(rd_journal_serve(rd_vault_journal(vault), &behind, &error), RD_OK);
    return vault;
}

START_TEST(a_commit_waits_for_the_flush_under_way)
{
    struct ledger ledger = { 0 };
    struct rd_error error = RD_ERROR_NONE;
    if (!rd_faults_on()) {
        return;
    }
    struct rd_vault *vault = open_behind(&ledger);
    struct rd_journal *journal = rd_vault_journal(vault);
    ck_assert_int_eq(write_one(vault), RD_OK);
    setenv("RD_FAULT", "journal_flush_slow:0:1", 1);
    ck_assert_int_eq(rd_vault_flush_begin(vault, &error), RD_OK);
    ck_assert_uint_eq(rd_journal_flushed_seq(journal), 0);
    ck_assert(rd_store_is_dirty(rd_vault_store(vault)));
    ck_assert_int_eq(rd_vault_commit(vault, &error), RD_OK);
    ck_assert_uint_eq(rd_journal_flushed_seq(journal), 1);
    ck_assert(!rd_store_is_dirty(rd_vault_store(vault)));
    check_store(vault, 1);
    rd_vault_close(vault);
    vault = open_vault(&ledger, NULL);
    check_store(vault, 1);
    rd_vault_close(vault);
}
END_TEST

START_TEST(commits_nothing_that_a_flush_behind_could_not_write)
{
    struct ledger ledger = { 0 };
    struct rd_error error = RD_ERROR_NONE;
    if (!rd_faults_on()) {
        return;
    }
    struct rd_vault *vault = open_behind(&ledger);
    write_many(vault, 5, 5);
    ck_assert_int_eq(rd_vault_commit(vault, &error), RD_OK);
    pause_ms(RD_STORE_COMMIT_MS + 10); /* a commit is due */
    ck_assert_int_eq(write_one(vault), RD_OK);
    setenv("RD_FAULT", "journal_write_enospc:0:1", 1);
    ck_assert_int_eq(rd_vault_flush_begin(vault, &error), RD_OK); /* not known yet */
    ck_assert_int_eq(rd_vault_commit(vault, &error), RD_OK);      /* but none of it */
    ck_assert(rd_store_is_dirty(rd_vault_store(vault)));
    ck_assert_uint_eq(rd_journal_flushed_seq(rd_vault_journal(vault)), 5);
    check_store(vault, 6);
    ck_assert_int_eq(write_one(vault), RD_OK);
    ck_assert_int_eq(rd_vault_flush(vault, &error), RD_OK); /* room again: with the next */
    ck_assert_int_eq(rd_vault_commit(vault, &error), RD_OK);
    ck_assert(!rd_store_is_dirty(rd_vault_store(vault)));
    check_store(vault, 7);
    rd_vault_close(vault);
    vault = open_vault(&ledger, NULL);
    check_store(vault, 7);
    rd_vault_close(vault);
}
END_TEST

START_TEST(stays_readable_when_the_store_cannot_be_committed)
{
    struct ledger ledger = { 0 };
    struct rd_error error = RD_ERROR_NONE;
    struct rd_vault_recovery recovery;
    unsigned char a[32], b[32];
    if (!rd_faults_on()) {
        return;
    }
    struct rd_vault *vault = open_vault(&ledger, NULL);
    write_many(vault, 100, 10);
    setenv("RD_FAULT", "store_enospc:0", 1);
    pause_ms(RD_STORE_COMMIT_MS + 10);
    write_many(vault, 100, 10);
    check_store(vault, 200);
    ck_assert(!rd_vault_is_full(vault));
    ck_assert_int_eq(rd_vault_digest(vault, a, &error), RD_STORAGE_FULL);
    enum rd_status status = RD_OK;
    int written = 200;
    while (status == RD_OK &&
           written < (int)RD_STORE_WRITES_MAX) { /* dirty pages may not pile up */
        status = write_one(vault);
        written += status == RD_OK;
        if (written % 100 == 0) {
            ck_assert_int_eq(rd_vault_flush(vault, &error), RD_OK);
        }
    }
    ck_assert_int_eq(status, RD_STORAGE_FULL);
    ck_assert(rd_vault_is_full(vault));
    check_store(vault, (uint64_t)written);
    ck_assert_int_eq(rd_vault_flush(vault, &error), RD_OK);
    unsetenv("RD_FAULT");
    pause_ms(1100);
    for (int i = 0; i < 30000 && rd_store_is_dirty(rd_vault_store(vault)); i++) {
        rd_vault_idle(vault);
        pause_ms(1);
    }
    ck_assert(!rd_vault_is_full(vault));
    ck_assert(!rd_store_is_dirty(rd_vault_store(vault)));
    write_many(vault, 10, 5);
    digest(vault, b);
    rd_vault_close(vault);
    vault = open_vault(&ledger, &recovery);
    ck_assert_uint_eq(recovery.replayed, 0);
    check_store(vault, (uint64_t)written + 10);
    digest(vault, a);
    ck_assert_mem_eq(a, b, 32);
    rd_vault_close(vault);
}
END_TEST

START_TEST(never_commits_beyond_what_is_flushed)
{
    struct ledger ledger = { 0 };
    struct rd_vault_recovery recovery;
    int result;
    fflush(NULL);
    pid_t child = fork();
    if (child == 0) {
        struct rd_vault *vault = open_vault(&ledger, NULL);
        write_many(vault, 50, 10);
        for (int i = 0; i < 30; i++) {
            (void)write_one(vault);
        }
        pause_ms(RD_STORE_COMMIT_MS + 10);
        rd_vault_idle(vault); /* there is something waiting: nothing may be committed */
        _exit(rd_store_is_dirty(rd_vault_store(vault)) ? 0 : 1);
    }
    ck_assert_int_eq(waitpid(child, &result, 0), child);
    ck_assert(WIFEXITED(result) && WEXITSTATUS(result) == 0);
    struct rd_vault *vault = open_vault(&ledger, &recovery);
    ck_assert_uint_eq(recovery.journal.last_seq, 50);
    check_store(vault, 50);
    rd_vault_close(vault);
}
END_TEST

static enum rd_status refuse_apply(void *context, struct rd_store *store,
                                   const struct rd_entry *entry, struct rd_error *error)
{
    (void)context;
    (void)store;
    (void)entry;
    return rd_error_set(error, RD_IO, "the disk is dying");
}

START_TEST(aborts_when_an_entry_cannot_be_applied)
{
    int result;
    fflush(NULL);
    pid_t child = fork();
    if (child == 0) {
        struct rd_vault_options options = { .dir = dir,
                                            .segment_bytes = SEGMENT,
                                            .apply = refuse_apply };
        struct rd_vault *vault = open_with(&options, NULL);
        close(2);
        (void)write_one(vault);
        _exit(0);
    }
    ck_assert_int_eq(waitpid(child, &result, 0), child);
    ck_assert(WIFSIGNALED(result) && WTERMSIG(result) == SIGABRT);
}
END_TEST

#define UNTIL_KILLED 100000

/* Commits go on beside the writing, as many as the machine gets done meanwhile; at the end each
 * batch waits for its own, so that every fault that counts them comes. */
static void write_until_killed(volatile uint64_t *acknowledged, int batch)
{
    struct ledger ledger = { 0 };
    struct rd_error error = RD_ERROR_NONE;
    struct rd_vault *vault = open_vault(&ledger, NULL);
    for (int i = 1; i < UNTIL_KILLED + 20 * batch; i++) {
        if (write_one(vault) != RD_OK) {
            _exit(4);
        }
        if (i % batch == 0) {
            if (rd_vault_flush(vault, &error) != RD_OK) {
                _exit(5);
            }
            *acknowledged = rd_journal_flushed_seq(rd_vault_journal(vault));
            rd_vault_idle(vault);
            if (i >= UNTIL_KILLED && rd_vault_commit(vault, &error) != RD_OK) {
                _exit(6);
            }
        }
    }
    _exit(0);
}

START_TEST(keeps_what_was_acknowledged_through_every_kind_of_death)
{
    static const char *const names[] = { "journal_write_torn",  "journal_before_flush",
                                         "journal_after_flush", "journal_roll_over",
                                         "store_before_commit", "store_after_commit",
                                         "seal_before_rename",  "seal_after_rename" };
    if (!rd_faults_on()) {
        return;
    }
    struct ledger ledger = { 0 };
    unsigned char a[32], b[32];
    volatile uint64_t *acknowledged =
        mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    ck_assert_ptr_ne((void *)(uintptr_t)acknowledged, MAP_FAILED);
    for (int round = 0; round < 3; round++) {
        for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
            char fault[64];
            int result;
            bool rare = strncmp(names[i], "seal", 4) == 0 || i == 3;
            snprintf(fault, sizeof(fault), "%s:%d", names[i], rare ? round % 2 : 1 + round * 7);
            fflush(NULL);
            pid_t child = fork();
            if (child == 0) {
                setenv("RD_FAULT", fault, 1);
                write_until_killed(acknowledged, round % 2 ? 41 : 5);
            }
            ck_assert_int_eq(waitpid(child, &result, 0), child);
            ck_assert_msg(WIFEXITED(result) && WEXITSTATUS(result) == 137, "%s: ended by %d", fault,
                          result);
            struct rd_vault_recovery recovery;
            struct rd_vault *vault = open_vault(&ledger, &recovery);
            ck_assert_uint_ge(recovery.journal.last_seq, *acknowledged);
            check_store(vault, recovery.journal.last_seq);
            *acknowledged = recovery.journal.last_seq;
            digest(vault, a);
            rd_vault_close(vault);
        }
    }
    struct rd_vault_options options = options_for(&ledger);
    options.fresh_store = true;
    struct rd_vault *vault = open_with(&options, NULL);
    digest(vault, b);
    ck_assert_mem_eq(a, b, 32);
    rd_vault_close(vault);
    munmap((void *)(uintptr_t)acknowledged, 4096);
}
END_TEST

/* Nobody waits for a commit: what comes meanwhile is written, flushed and read; only far ahead of
 * it is it waited for. */
START_TEST(goes_on_while_the_store_is_committed)
{
    struct rd_error error = RD_ERROR_NONE;
    struct ledger ledger = { 0 };
    struct rd_vault_recovery recovery;
    if (!rd_faults_on()) {
        return;
    }
    struct rd_vault *vault = open_vault(&ledger, NULL);
    struct rd_store *store = rd_vault_store(vault);
    write_one(vault);
    ck_assert_int_eq(rd_vault_flush(vault, &error), RD_OK);
    ck_assert_int_eq(setenv("RD_FAULT", "store_commit_slow:0:1", 1), 0);
    int64_t began_ns = rd_clock_mono_ns();
    rd_vault_idle(vault); /* 300 ms */
    write_many(vault, 100, 10);
    check_store(vault, 101);
    bool quick = rd_clock_mono_ns() - began_ns < 200000000ll;
    ck_assert(!quick || rd_store_is_sealed(store));
    ck_assert_int_eq(rd_vault_commit(vault, &error), RD_OK);
    ck_assert(!rd_store_is_dirty(store));
    ck_assert_int_ge(rd_clock_mono_ns() - began_ns, 300000000ll);
    setenv("RD_FAULT", "store_commit_slow:0:1", 1);
    rd_vault_idle(vault);
    write_many(vault, RD_STORE_AHEAD * RD_STORE_WRITES_MAX, 1000); /* two puts each */
    ck_assert_uint_lt(rd_store_writes(store),
                      (uint64_t)RD_STORE_AHEAD * RD_STORE_WRITES_MAX + 2000);
    unsetenv("RD_FAULT");
    check_store(vault, 101 + RD_STORE_AHEAD * RD_STORE_WRITES_MAX);
    rd_vault_close(vault);
    vault = open_vault(&ledger, &recovery);
    ck_assert_uint_eq(recovery.replayed, 0);
    check_store(vault, 101 + RD_STORE_AHEAD * RD_STORE_WRITES_MAX);
    rd_vault_close(vault);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("vault");
    TCase *tests = tcase_create("vault");
    tcase_set_timeout(tests, 240);
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, writes_closes_and_opens_again);
    tcase_add_test(tests, is_opened_by_one_only);
    tcase_add_test(tests, finds_any_entry);
    tcase_add_test(tests, grows_the_map_under_a_batch);
    tcase_add_test(tests, rebuilds_the_same_store);
    tcase_add_test(tests, settles_an_interrupted_rebuild);
    tcase_add_test(tests, stops_where_the_journal_is_behind_the_store);
    tcase_add_test(tests, refuses_a_store_of_another_journal);
    tcase_add_test(tests, refuses_entries_that_find_no_room);
    tcase_add_test(tests, a_commit_waits_for_the_flush_under_way);
    tcase_add_test(tests, commits_nothing_that_a_flush_behind_could_not_write);
    tcase_add_test(tests, stays_readable_when_the_store_cannot_be_committed);
    tcase_add_test(tests, never_commits_beyond_what_is_flushed);
    tcase_add_test(tests, aborts_when_an_entry_cannot_be_applied);
    tcase_add_test(tests, keeps_what_was_acknowledged_through_every_kind_of_death);
    tcase_add_test(tests, goes_on_while_the_store_is_committed);
    suite_add_tcase(suite, tests);
    return unit_run(suite);
}
