/* The store: tables, walks, transactions, and what happens when there is no room. */
#include <fcntl.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/limits.h"
#include "store/faults.h"
#include "store/store.h"
#include "unit.h"

static char dir[UNIT_DIR_MAX];
static char store_dir[UNIT_DIR_MAX + 16];
static struct rd_store *store;

static struct rd_store *open_store(uint64_t map_bytes)
{
    struct rd_store_options options = { .map_bytes = map_bytes };
    struct rd_error error = RD_ERROR_NONE;
    struct rd_store *opened = NULL;
    enum rd_status status = rd_store_open(store_dir, &options, &opened, &error);
    ck_assert_msg(status == RD_OK, "open: %s", error.text);
    return opened;
}

static void setup(void)
{
    unit_dir_make(dir);
    snprintf(store_dir, sizeof(store_dir), "%s/store", dir);
    store = open_store(0);
}

static void teardown(void)
{
    unsetenv("RD_FAULT");
    rd_store_close(store);
    unit_dir_remove(dir);
}

static void key_make(unsigned char key[8], uint64_t n)
{
    for (int i = 0; i < 8; i++) {
        key[i] = (unsigned char)(n >> (56 - 8 * i));
    }
}

static enum rd_status put(uint64_t n, const void *bytes, size_t len)
{
    unsigned char key[8];
    struct rd_error error = RD_ERROR_NONE;
    key_make(key, n);
    return rd_store_put(store, RD_TABLE_RECORD, key, bytes, len, &error);
}

static enum rd_status get(uint64_t n, const void **bytes, size_t *len)
{
    unsigned char key[8];
    struct rd_error error = RD_ERROR_NONE;
    key_make(key, n);
    return rd_store_get(store, RD_TABLE_RECORD, key, bytes, len, &error);
}

static void commit(void)
{
    struct rd_error error = RD_ERROR_NONE;
    enum rd_status status = rd_store_commit(store, &error);
    ck_assert_msg(status == RD_OK, "commit: %s", error.text);
}

static bool has(uint64_t n)
{
    const void *bytes;
    size_t len;
    return get(n, &bytes, &len) == RD_OK;
}

START_TEST(knows_its_tables)
{
    ck_assert_uint_eq(rd_table_key_bytes(RD_TABLE_INDEX), 36);
    ck_assert_uint_eq(rd_table_key_bytes(RD_TABLE_POLICY), 4);
    ck_assert_str_eq(rd_table_name(RD_TABLE_AGENDA), "agenda");
}
END_TEST

START_TEST(keeps_and_forgets)
{
    struct rd_error error = RD_ERROR_NONE;
    const void *bytes;
    size_t len;
    unsigned char key[8];
    ck_assert_int_eq(get(1, &bytes, &len), RD_NOT_FOUND);
    ck_assert(!rd_store_is_dirty(store));
    ck_assert_int_eq(put(1, "one", 3), RD_OK);
    ck_assert_int_eq(put(2, "", 0), RD_OK);
    ck_assert_int_eq(put(1, "eins", 4), RD_OK);
    ck_assert(rd_store_is_dirty(store));
    ck_assert_uint_eq(rd_store_writes(store), 3);
    ck_assert_int_eq(get(1, &bytes, &len), RD_OK);
    ck_assert_uint_eq(len, 4);
    ck_assert_mem_eq(bytes, "eins", 4);
    ck_assert_int_eq(get(2, &bytes, &len), RD_OK);
    ck_assert_uint_eq(len, 0);
    key_make(key, 2);
    ck_assert_int_eq(rd_store_del(store, RD_TABLE_RECORD, key, &error), RD_OK);
    ck_assert_int_eq(rd_store_del(store, RD_TABLE_RECORD, key, &error), RD_OK);
    ck_assert(!has(2));
    commit();
    ck_assert(!rd_store_is_dirty(store));
    ck_assert_int_eq(put(3, "x", 1), RD_OK);
    rd_store_abort(store);
    ck_assert(!rd_store_is_dirty(store));
    ck_assert(has(1) && !has(3));
    ck_assert_int_eq(put(4, "x", 1), RD_OK);
    rd_store_close(store); /* 4 is given up */
    store = open_store(0);
    ck_assert(has(1) && !has(4));
}
END_TEST

/* The numbers that a walk meets from `from` on. */
static int walk(uint64_t from, bool backwards, uint64_t *met, int max)
{
    struct rd_error error = RD_ERROR_NONE;
    struct rd_walk it;
    unsigned char key[8];
    int count = 0;
    key_make(key, from);
    enum rd_status status = rd_walk_start(&it, store, RD_TABLE_RECORD, key, backwards, &error);
    for (; status == RD_OK && count < max; status = rd_walk_next(&it, &error)) {
        ck_assert_uint_eq(it.len, 1);
        met[count++] = ((const unsigned char *)it.key)[7];
    }
    if (status == RD_END) {
        ck_assert_int_eq(rd_walk_next(&it, &error), RD_END); /* and stays there */
    }
    rd_walk_end(&it);
    return count;
}

START_TEST(walks_both_ways)
{
    uint64_t met[8];
    ck_assert_int_eq(walk(0, false, met, 8), 0);
    ck_assert_int_eq(walk(9, true, met, 8), 0);
    for (uint64_t n = 10; n <= 40; n += 10) {
        ck_assert_int_eq(put(n, "x", 1), RD_OK);
    }
    ck_assert_int_eq(walk(0, false, met, 8), 4);
    ck_assert_int_eq(walk(20, false, met, 8), 3);
    ck_assert_uint_eq(met[0], 20);
    ck_assert_int_eq(walk(21, false, met, 8), 2);
    ck_assert_uint_eq(met[0], 30);
    ck_assert_int_eq(walk(41, false, met, 8), 0);
    ck_assert_int_eq(walk(99, true, met, 8), 4);
    ck_assert_uint_eq(met[0], 40);
    ck_assert_uint_eq(met[3], 10);
    ck_assert_int_eq(walk(30, true, met, 8), 3);
    ck_assert_uint_eq(met[0], 30);
    ck_assert_int_eq(walk(29, true, met, 8), 2);
    ck_assert_uint_eq(met[0], 20);
    ck_assert_int_eq(walk(9, true, met, 8), 0);
    ck_assert_int_eq(walk(0, false, met, 2), 2);
}
END_TEST

START_TEST(grows_a_full_map)
{
    if (getenv("REDRESS_VALGRIND")) {
        printf("SKIPPED: valgrind cannot map a terabyte\n");
        return;
    }
    struct rd_error error = RD_ERROR_NONE;
    struct rd_store_stat before, after;
    static char page[3000];
    rd_store_close(store);
    unit_dir_remove(store_dir);
    store = open_store(1024 * 1024);
    rd_store_stat(store, &before);
    ck_assert_uint_eq(before.map_bytes, 1024 * 1024);
    ck_assert_int_eq(put(1, "kept", 4), RD_OK);
    commit();
    uint64_t n = 2;
    enum rd_status status = RD_OK;
    while (status == RD_OK && n < 10000) {
        status = put(n++, page, sizeof(page));
    }
    ck_assert_int_eq(status, RD_MAP_FULL);
    rd_store_abort(store);
    ck_assert(has(1) && !has(2));
    rd_store_abort(store);
    ck_assert_int_eq(rd_store_grow(store, &error), RD_OK);
    for (uint64_t again = 2; again < n; again++) {
        ck_assert_int_eq(put(again, page, sizeof(page)), RD_OK);
    }
    commit();
    rd_store_stat(store, &after);
    ck_assert_uint_eq(after.map_bytes, 2 * before.map_bytes);
    ck_assert_uint_eq(after.tables[RD_TABLE_RECORD].rows, n - 1);
    ck_assert_uint_gt(after.used_bytes, before.used_bytes);
    ck_assert_uint_gt(after.file_bytes, before.file_bytes);
    ck_assert_uint_gt(after.tables[RD_TABLE_RECORD].bytes, 0);
    ck_assert_uint_eq(after.oldest_reader_lag, 0);
    rd_store_close(store);
    store = open_store(1024 * 1024); /* smaller than the file: takes what the file needs */
    rd_store_stat(store, &after);
    ck_assert_uint_ge(after.map_bytes, after.file_bytes);
    ck_assert(has(n - 1));
    rd_store_abort(store);
    while (status != RD_STORAGE_FULL) {
        status = rd_store_grow(store, &error);
        ck_assert(status == RD_OK || status == RD_STORAGE_FULL);
    }
    rd_store_stat(store, &after);
    ck_assert_uint_le(after.map_bytes, RD_STORE_MAP_BYTES_MAX);
    ck_assert(has(1));
}
END_TEST

START_TEST(commits_nothing_where_there_is_no_room)
{
    struct rd_error error = RD_ERROR_NONE;
    if (!rd_faults_on()) {
        return;
    }
    ck_assert_int_eq(put(1, "x", 1), RD_OK);
    setenv("RD_FAULT", "store_enospc:0", 1);
    ck_assert_int_eq(rd_store_commit(store, &error), RD_STORAGE_FULL);
    ck_assert(!rd_store_is_dirty(store) && !has(1));
    unsetenv("RD_FAULT");
    ck_assert_int_eq(put(1, "x", 1), RD_OK);
    commit();
    setenv("RD_FAULT", "store_put_enospc:1", 1);
    ck_assert_int_eq(put(2, "x", 1), RD_OK);
    ck_assert_int_eq(put(3, "x", 1), RD_STORAGE_FULL);
    rd_store_abort(store);
    unsetenv("RD_FAULT");
    ck_assert(has(1) && !has(2) && !has(3));
}
END_TEST

START_TEST(refuses_another_format)
{
    struct rd_error error = RD_ERROR_NONE;
    struct rd_store *other = NULL;
    ck_assert_int_eq(rd_store_put(store, RD_TABLE_META, "storefmt", "\x63", 1, &error), RD_OK);
    commit();
    rd_store_close(store);
    store = NULL;
    ck_assert_int_eq(rd_store_open(store_dir, NULL, &other, &error), RD_BAD_CONFIG);
    ck_assert_ptr_nonnull(strstr(error.text, "format 99"));
    ck_assert_ptr_nonnull(strstr(error.text, "redress store rebuild"));
}
END_TEST

START_TEST(says_what_to_do_with_a_damaged_file)
{
    struct rd_error error = RD_ERROR_NONE;
    struct rd_store *other = NULL;
    char path[UNIT_DIR_MAX + 32];
    static char garbage[8192];
    rd_store_close(store);
    store = NULL;
    memset(garbage, 0x5a, sizeof(garbage));
    snprintf(path, sizeof(path), "%s/data.mdb", store_dir);
    int fd = open(path, O_WRONLY);
    ck_assert_int_eq(pwrite(fd, garbage, sizeof(garbage), 0), (ssize_t)sizeof(garbage));
    close(fd);
    ck_assert_int_eq(rd_store_open(store_dir, NULL, &other, &error), RD_CORRUPT);
    ck_assert_ptr_nonnull(strstr(error.text, "redress store rebuild"));
}
END_TEST

START_TEST(digests_contents_and_not_history)
{
    struct rd_error error = RD_ERROR_NONE;
    unsigned char a[32], b[32], c[32];
    ck_assert_int_eq(put(1, "x", 1), RD_OK);
    ck_assert_int_eq(put(2, "y", 1), RD_OK);
    ck_assert_int_eq(rd_store_digest(store, a, &error), RD_OK);
    ck_assert_int_eq(put(2, "z", 1), RD_OK);
    ck_assert_int_eq(rd_store_digest(store, b, &error), RD_OK);
    ck_assert_mem_ne(a, b, 32);
    rd_store_close(store);
    unit_dir_remove(store_dir);
    store = open_store(0);
    for (uint64_t n = 2; n < 500; n++) {
        ck_assert_int_eq(put(n, "?", 1), RD_OK);
    }
    commit();
    for (uint64_t n = 3; n < 500; n++) {
        unsigned char key[8];
        key_make(key, n);
        ck_assert_int_eq(rd_store_del(store, RD_TABLE_RECORD, key, &error), RD_OK);
    }
    ck_assert_int_eq(put(2, "y", 1), RD_OK);
    ck_assert_int_eq(put(1, "x", 1), RD_OK);
    ck_assert_int_eq(rd_store_digest(store, c, &error), RD_OK);
    ck_assert_mem_eq(a, c, 32);
}
END_TEST

static void *write_elsewhere(void *context)
{
    (void)context;
    rd_store_adopt(store);
    ck_assert_int_eq(put(7, "x", 1), RD_OK);
    commit();
    return NULL;
}

static void *write_unadopted(void *context)
{
    (void)context;
    (void)put(7, "x", 1);
    return NULL;
}

START_TEST(is_handed_over_to_another_thread)
{
    pthread_t thread;
    ck_assert_int_eq(pthread_create(&thread, NULL, write_elsewhere, NULL), 0);
    pthread_join(thread, NULL);
    rd_store_adopt(store);
    ck_assert(has(7));
}
END_TEST

START_TEST(aborts_a_write_on_the_wrong_thread)
{
    int result;
    fflush(NULL);
    pid_t child = fork();
    if (child == 0) {
        pthread_t thread;
        close(2);
        pthread_create(&thread, NULL, write_unadopted, NULL);
        pthread_join(thread, NULL);
        _exit(0);
    }
    ck_assert_int_eq(waitpid(child, &result, 0), child);
    ck_assert(WIFSIGNALED(result) && WTERMSIG(result) == SIGABRT);
}
END_TEST

START_TEST(is_whole_after_a_death_at_the_commit)
{
    static const char *const names[] = { "store_before_commit", "store_after_commit" };
    if (!rd_faults_on()) {
        return;
    }
    rd_store_close(store);
    for (uint64_t i = 0; i < 2; i++) {
        int result;
        fflush(NULL);
        pid_t child = fork();
        if (child == 0) {
            store = open_store(0);
            setenv("RD_FAULT", names[i], 1);
            (void)put(100 + i, "x", 1);
            commit();
            _exit(0);
        }
        ck_assert_int_eq(waitpid(child, &result, 0), child);
        ck_assert(WIFEXITED(result) && WEXITSTATUS(result) == 137);
    }
    store = open_store(0);
    ck_assert(!has(100) && has(101));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("store");
    TCase *tests = tcase_create("store");
    tcase_set_timeout(tests, 60);
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, knows_its_tables);
    tcase_add_test(tests, keeps_and_forgets);
    tcase_add_test(tests, walks_both_ways);
    tcase_add_test(tests, grows_a_full_map);
    tcase_add_test(tests, commits_nothing_where_there_is_no_room);
    tcase_add_test(tests, refuses_another_format);
    tcase_add_test(tests, says_what_to_do_with_a_damaged_file);
    tcase_add_test(tests, digests_contents_and_not_history);
    tcase_add_test(tests, is_handed_over_to_another_thread);
    tcase_add_test(tests, aborts_a_write_on_the_wrong_thread);
    tcase_add_test(tests, is_whole_after_a_death_at_the_commit);
    suite_add_tcase(suite, tests);
    return unit_run(suite);
}
