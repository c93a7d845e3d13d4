/* Snapshots: the store as it was committed, however it goes on; and what they cost while they are
 * open. */
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "store/store.h"
#include "unit/unit.h"

static char dir[UNIT_DIR_MAX];
static struct rd_store *store;
static struct rd_error error;

static void setup(void)
{
    unit_dir_make(dir);
    ck_assert_int_eq(rd_store_open(dir, NULL, &store, &error), RD_OK);
}

static void teardown(void)
{
    unsetenv("RD_FAULT");
    rd_store_close(store);
    unit_dir_remove(dir);
}

static void put(int key, char fill, size_t len)
{
    static char bytes[4096];
    unsigned char name[8] = { 0, 0, 0, 0, 0, 0, (unsigned char)(key >> 8), (unsigned char)key };
    memset(bytes, fill, sizeof bytes);
    ck_assert_int_eq(rd_store_put(store, RD_TABLE_RECORD, name, bytes, len, &error), RD_OK);
}

static void commit(void)
{
    ck_assert_int_eq(rd_store_commit(store, &error), RD_OK);
}

/* The first letter of the record; 0: there is none. */
static char get(int key)
{
    unsigned char name[8] = { 0, 0, 0, 0, 0, 0, (unsigned char)(key >> 8), (unsigned char)key };
    const void *bytes;
    size_t len;
    enum rd_status status = rd_store_get(store, RD_TABLE_RECORD, name, &bytes, &len, &error);
    return status == RD_OK ? *(const char *)bytes : '\0';
}

static int rows(void)
{
    static const unsigned char lowest[8];
    struct rd_walk walk;
    int count = 0;
    enum rd_status status = rd_walk_start(&walk, store, RD_TABLE_RECORD, lowest, false, &error);
    for (; status == RD_OK; status = rd_walk_next(&walk, &error))
        count++;
    rd_walk_end(&walk);
    return count;
}

static uint64_t used_bytes(void)
{
    struct rd_store_stat stat;
    rd_store_stat(store, &stat);
    return stat.used_bytes;
}

START_TEST(a_snapshot_stays_as_it_was)
{
    struct rd_snapshot snapshot = { .txn = NULL };
    put(1, 'a', 10);
    commit();
    put(2, 'b', 10); /* not committed: not in it */
    ck_assert_int_eq(rd_snapshot_open(&snapshot, store, &error), RD_OK);
    put(1, 'c', 10);
    commit();
    put(3, 'd', 10);
    rd_store_look(store, &snapshot);
    ck_assert_int_eq(get(1), 'a');
    ck_assert_int_eq(get(2), 0);
    ck_assert_int_eq(rows(), 1);
    rd_store_look(store, NULL);
    ck_assert_int_eq(get(1), 'c');
    ck_assert_int_eq(get(3), 'd'); /* the open transaction, beside the reader */
    ck_assert_int_eq(rows(), 3);
    rd_snapshot_close(&snapshot);
    rd_snapshot_close(&snapshot); /* safe again */
    commit();
    ck_assert_int_eq(rows(), 3);
}
END_TEST

START_TEST(a_walk_goes_on_in_what_it_began_in)
{
    static const unsigned char lowest[8];
    struct rd_snapshot snapshot = { .txn = NULL };
    struct rd_walk walk;
    put(1, 'a', 10);
    put(2, 'b', 10);
    commit();
    ck_assert_int_eq(rd_snapshot_open(&snapshot, store, &error), RD_OK);
    put(2, 'z', 10);
    rd_store_look(store, &snapshot);
    ck_assert_int_eq(rd_walk_start(&walk, store, RD_TABLE_RECORD, lowest, false, &error), RD_OK);
    rd_store_look(store, NULL);
    ck_assert_int_eq(get(2), 'z');
    ck_assert_int_eq(rd_walk_next(&walk, &error), RD_OK);
    ck_assert_int_eq(*(const char *)walk.bytes, 'b');
    rd_walk_end(&walk);
    rd_snapshot_close(&snapshot);
}
END_TEST

/* House style 10.5: what an idle reader costs. Held over many commits the file grows; renewed for
 * each, as a report does with its slices, it does not. */
START_TEST(the_file_does_not_grow_beyond_a_reader_that_is_renewed)
{
    struct rd_snapshot snapshot = { .txn = NULL };
    for (int i = 0; i < 200; i++)
        put(i, 'a', 2000);
    commit();
    for (int i = 0; i < 50; i++) { /* until pages come round */
        put(i % 200, 'b', 2000);
        commit();
    }
    uint64_t before = used_bytes();
    for (int i = 0; i < 200; i++) {
        ck_assert_int_eq(rd_snapshot_open(&snapshot, store, &error), RD_OK);
        put(i, 'c', 2000);
        commit();
        rd_snapshot_close(&snapshot);
    }
    uint64_t renewed = used_bytes();
    ck_assert_uint_le(renewed - before, 256 * 1024);
    ck_assert_int_eq(rd_snapshot_open(&snapshot, store, &error), RD_OK);
    for (int i = 0; i < 200; i++) {
        put(i, 'd', 2000);
        commit();
    }
    struct rd_store_stat stat;
    rd_store_stat(store, &stat);
    ck_assert_uint_ge(stat.oldest_reader_lag, 199); /* the gauge sees it */
    ck_assert_uint_gt(stat.used_bytes - renewed, 1024 * 1024);
    rd_snapshot_close(&snapshot);
    rd_store_stat(store, &stat);
    ck_assert_uint_eq(stat.oldest_reader_lag, 0);
}
END_TEST

START_TEST(a_snapshot_is_good_for_a_while_only)
{
    struct rd_snapshot snapshot = { .txn = NULL };
    ck_assert(!rd_snapshot_is_good(&snapshot));
    ck_assert_int_eq(rd_snapshot_open(&snapshot, store, &error), RD_OK);
    ck_assert(rd_snapshot_is_good(&snapshot));
    snapshot.opened_ns -= (RD_SNAPSHOT_MS_MAX - 100) * 1000000ll;
    ck_assert(rd_snapshot_is_good(&snapshot));
    snapshot.opened_ns -= 100 * 1000000ll;
    ck_assert(!rd_snapshot_is_good(&snapshot));
    rd_snapshot_close(&snapshot);
}
END_TEST

/* LMDB moves the map: whoever reads from the old place is given up, and knows it. */
START_TEST(a_growing_map_gives_snapshots_up)
{
    struct rd_snapshot first = { .txn = NULL }, second = { .txn = NULL };
    put(1, 'a', 10);
    commit();
    ck_assert_int_eq(rd_snapshot_open(&first, store, &error), RD_OK);
    ck_assert_int_eq(rd_snapshot_open(&second, store, &error), RD_OK);
    ck_assert_int_eq(rd_store_grow(store, &error), RD_OK);
    ck_assert(!rd_snapshot_is_good(&first));
    ck_assert(!rd_snapshot_is_good(&second));
    ck_assert_int_eq(rd_snapshot_open(&first, store, &error), RD_OK);
    rd_store_look(store, &first);
    ck_assert_int_eq(get(1), 'a');
    rd_store_look(store, NULL);
    rd_snapshot_close(&first);
    rd_snapshot_close(&second);
}
END_TEST

START_TEST(closing_the_store_closes_them)
{
    static struct rd_snapshot snapshot;
    ck_assert_int_eq(rd_snapshot_open(&snapshot, store, &error), RD_OK);
    rd_store_close(store);
    ck_assert(!rd_snapshot_is_good(&snapshot));
    ck_assert_int_eq(rd_store_open(dir, NULL, &store, &error), RD_OK);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("snapshot");
    TCase *tcase = tcase_create("snapshot");
    tcase_set_timeout(tcase, 60);
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, a_snapshot_stays_as_it_was);
    tcase_add_test(tcase, a_walk_goes_on_in_what_it_began_in);
    tcase_add_test(tcase, the_file_does_not_grow_beyond_a_reader_that_is_renewed);
    tcase_add_test(tcase, a_snapshot_is_good_for_a_while_only);
    tcase_add_test(tcase, a_growing_map_gives_snapshots_up);
    tcase_add_test(tcase, closing_the_store_closes_them);
    suite_add_tcase(suite, tcase);
    return unit_run(suite);
}
