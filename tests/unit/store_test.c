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
#include "store/tables.h"
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
    while (n < 400) { /* more than the map holds: it is enlarged by the commit */
        ck_assert_int_eq(put(n++, page, sizeof(page)), RD_OK);
    }
    ck_assert(has(1) && has(2));
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
    enum rd_status status = RD_OK;
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
    setenv("RD_FAULT", "store_enospc:0:1", 1);
    ck_assert_int_eq(rd_store_commit(store, &error), RD_STORAGE_FULL);
    ck_assert(rd_store_is_dirty(store) && has(1)); /* and keeps it for the next try */
    ck_assert_int_eq(put(2, "x", 1), RD_OK);
    commit();
    ck_assert(!rd_store_is_dirty(store) && has(1) && has(2));
    setenv("RD_FAULT", "store_put_enospc:1:1", 1);
    ck_assert_int_eq(put(3, "x", 1), RD_OK);
    ck_assert_int_eq(put(4, "x", 1), RD_OK);
    ck_assert_int_eq(rd_store_commit(store, &error), RD_STORAGE_FULL);
    ck_assert(has(3) && has(4));
    rd_store_abort(store);
    ck_assert(!rd_store_is_dirty(store) && has(2) && !has(3) && !has(4));
    setenv("RD_FAULT", "store_map_full:1:2", 1); /* twice: it grows twice */
    ck_assert_int_eq(put(3, "x", 1), RD_OK);
    ck_assert_int_eq(put(4, "x", 1), RD_OK);
    commit();
    unsetenv("RD_FAULT");
    rd_store_close(store);
    store = open_store(0);
    ck_assert(has(1) && has(2) && has(3) && has(4));
}
END_TEST

/* What is read while a commit is under way: the new layer over the sealed one over the pages. */
START_TEST(reads_through_what_is_being_committed)
{
    struct rd_error error = RD_ERROR_NONE;
    unsigned char key[8];
    uint64_t met[8];
    for (uint64_t n = 1; n <= 4; n++)
        ck_assert_int_eq(put(n, "a", 1), RD_OK);
    commit();
    key_make(key, 2);
    ck_assert_int_eq(rd_store_del(store, RD_TABLE_RECORD, key, &error), RD_OK);
    ck_assert_int_eq(put(3, "b", 1), RD_OK);
    ck_assert_int_eq(put(5, "b", 1), RD_OK);
    if (rd_faults_on())
        setenv("RD_FAULT", "store_commit_slow:0:1", 1);
    rd_store_seal(store);
    rd_store_commit_start(store);
    ck_assert_uint_eq(rd_store_writes(store), 0);
    key_make(key, 5);
    ck_assert_int_eq(rd_store_del(store, RD_TABLE_RECORD, key, &error), RD_OK);
    ck_assert_int_eq(put(2, "c", 1), RD_OK);
    ck_assert_int_eq(put(6, "c", 1), RD_OK);
    if (rd_faults_on())
        ck_assert_int_eq(rd_store_commit_poll(store, false, &error), RD_BUSY);
    for (int i = 0; i < 3; i++) { /* under way, done, and all of it committed */
        ck_assert_int_eq(walk(0, false, met, 8), 5);
        ck_assert(met[0] == 1 && met[1] == 2 && met[2] == 3 && met[3] == 4 && met[4] == 6);
        ck_assert_int_eq(walk(5, true, met, 8), 4);
        ck_assert(met[0] == 4 && met[1] == 3 && met[2] == 2 && met[3] == 1);
        ck_assert(has(2) && has(3) && !has(5) && has(6));
        if (i == 0)
            ck_assert_int_eq(rd_store_commit_poll(store, true, &error), RD_OK);
        else
            commit();
    }
    unsetenv("RD_FAULT");
}
END_TEST

#define MODEL_KEYS 600

/* Tails of one front share rows: two or three bytes each here. What they took is free when they go.
 */
START_TEST(rows_of_tails_are_counted_and_narrow)
{
    struct rd_error error = RD_ERROR_NONE;
    struct rd_store_stat stat;
    unsigned char key[36] = { 0 };
    for (unsigned i = 0; i < 20000; i++) {
        rd_key_put_u32(key + 32, i);
        ck_assert_int_eq(rd_store_add(store, RD_TABLE_INDEX, key, "", 0, &error), RD_OK);
        ck_assert_int_eq(put(i + 1, "a row of some length", 20), RD_OK);
    }
    commit();
    rd_store_stat(store, &stat);
    ck_assert_uint_eq(stat.tables[RD_TABLE_INDEX].rows, 20000);
    uint64_t bytes = stat.tables[RD_TABLE_INDEX].bytes;
    ck_assert_uint_gt(bytes, 20000);
    ck_assert_uint_lt(bytes, 20000 * 3);
    for (unsigned i = 0; i < 20000; i++) {
        rd_key_put_u32(key + 32, i);
        ck_assert_int_eq(rd_store_del(store, RD_TABLE_INDEX, key, &error), RD_OK);
    }
    commit();
    rd_store_stat(store, &stat);
    ck_assert_uint_eq(stat.tables[RD_TABLE_INDEX].rows, 0);
    ck_assert_uint_eq(stat.tables[RD_TABLE_INDEX].bytes, 0);
    ck_assert_uint_ge(stat.free_bytes, bytes);
}
END_TEST

#define RUN_TYPES 4u
#define RUN_ROWS 2500u /* of a type, at most */
#define RUN_LEN_MAX 300u

/* The bytes of a row of this length, which say of which row they are. */
static void run_bytes(unsigned char *out, uint64_t n, size_t len)
{
    for (size_t i = 0; i < len; i++)
        out[i] = (unsigned char)(n * 31 + i * 7 + len);
}

static void run_put(uint64_t n, uint16_t len)
{
    unsigned char bytes[RUN_LEN_MAX];
    run_bytes(bytes, n, len);
    ck_assert_int_eq(put(n, bytes, len), RD_OK);
}

/* Every row, in order, and nothing else; `lens`: 0: there is none. */
static void run_check(uint16_t lens[RUN_TYPES][RUN_ROWS])
{
    static const unsigned char lowest[8];
    struct rd_error error = RD_ERROR_NONE;
    unsigned char key[8], bytes[RUN_LEN_MAX];
    struct rd_walk it;
    enum rd_status status = rd_walk_start(&it, store, RD_TABLE_RECORD, lowest, false, &error);
    for (uint64_t n = 0; n < RUN_TYPES * RUN_ROWS; n++) {
        uint64_t number = (n / RUN_ROWS) << 48 | n % RUN_ROWS;
        size_t len = lens[n / RUN_ROWS][n % RUN_ROWS];
        if (len == 0)
            continue;
        key_make(key, number);
        run_bytes(bytes, number, len);
        ck_assert_int_eq(status, RD_OK);
        ck_assert_mem_eq(it.key, key, 8);
        ck_assert_uint_eq(it.len, len);
        ck_assert_mem_eq(it.bytes, bytes, len);
        status = rd_walk_next(&it, &error);
    }
    ck_assert_int_eq(status, RD_END);
    rd_walk_end(&it);
}

/* Types whose records come behind each other's, grow, shrink and go, in single rows and in runs,
 * with gaps that are filled later: whatever is parked meanwhile is there again. */
START_TEST(runs_between_other_rows_keep_them)
{
    static uint16_t lens[RUN_TYPES][RUN_ROWS];
    unsigned tops[RUN_TYPES] = { 0 };
    struct rd_error error = RD_ERROR_NONE;
    uint64_t seed = 11;
    memset(lens, 0, sizeof lens);
    for (int round = 0; round < 120; round++) {
        for (unsigned type = 0; type < (round % 3 ? RUN_TYPES : 2); type++) {
            seed = seed * 6364136223846793005u + 1442695040888963407u;
            unsigned run = seed >> 60 < 12 ? (unsigned)(seed >> 33) % 40 : 0, from = tops[type];
            unsigned gap = seed >> 40 & 1 ? (unsigned)(seed >> 41) % 12 : 0;
            for (unsigned i = 0; i < run && from + gap + i < RUN_ROWS; i++) {
                lens[type][from + gap + i] = (uint16_t)(1 + (seed >> (i % 30)) % RUN_LEN_MAX);
                tops[type] = from + gap + i + 1;
                run_put((uint64_t)type << 48 | (from + gap + i), lens[type][from + gap + i]);
            }
            for (int i = 0; i < 12 && tops[type] > 0; i++) { /* others, gaps among them */
                seed = seed * 6364136223846793005u + 1442695040888963407u;
                unsigned n = (unsigned)(seed >> 33) % tops[type];
                bool goes = (seed >> 20 & 3) == 0;
                unsigned char key[8];
                key_make(key, (uint64_t)type << 48 | n);
                lens[type][n] = goes ? 0 : (uint16_t)(1 + (seed >> 8) % RUN_LEN_MAX);
                if (goes)
                    ck_assert_int_eq(rd_store_del(store, RD_TABLE_RECORD, key, &error), RD_OK);
                else
                    run_put((uint64_t)type << 48 | n, lens[type][n]);
            }
        }
        commit();
        if (round % 10 == 9)
            run_check(lens);
    }
    rd_store_close(store);
    store = open_store(0);
    run_check(lens);
}
END_TEST

/* Records of three types that come by turns, as those of a case do: the pages of each are filled,
 * though the next type's stand behind. */
START_TEST(rows_that_come_in_runs_fill_their_pages)
{
    struct rd_store_stat stat;
    const uint64_t rows = 3 * 100 * 20, row_bytes = 8 + 2 + 8 + 100;
    for (uint64_t i = 0; i < 100; i++) {
        for (uint64_t type = 0; type < 3; type++)
            for (uint64_t n = 0; n < 20; n++)
                run_put((type + 1) << 48 | (i * 20 + n), 100);
        commit();
    }
    rd_store_stat(store, &stat);
    ck_assert_uint_eq(stat.tables[RD_TABLE_RECORD].rows, rows);
    ck_assert_uint_lt(stat.tables[RD_TABLE_RECORD].bytes, rows * row_bytes * 115 / 100);
}
END_TEST

/* A key with a front: of few values, so that there are long lists of tails. */
static void model_key(unsigned char key[RD_KEY_BYTES_MAX], enum rd_table table, unsigned n)
{
    memset(key, 0, RD_KEY_BYTES_MAX);
    size_t bytes = rd_table_key_bytes(table), front_bytes = rd_table_front_bytes(table);
    if (front_bytes) {
        unsigned front = n % 7 == 6 ? 255 : n % 7;
        memset(key, (int)front, front_bytes); /* the highest front there can be is one of them */
        key[bytes - 2] = (unsigned char)(n >> 8);
        key[bytes - 1] = (unsigned char)n;
    } else {
        key[6] = (unsigned char)(n >> 8);
        key[7] = (unsigned char)n;
    }
}

struct model {
    bool there[MODEL_KEYS];
    unsigned char value[MODEL_KEYS];
};

static int model_order(const void *a, const void *b)
{
    return memcmp(a, b, RD_KEY_BYTES_MAX);
}

/* All that the model has, in key order. */
static size_t model_sorted(const struct model *model, enum rd_table table,
                           unsigned char keys[MODEL_KEYS][RD_KEY_BYTES_MAX])
{
    size_t count = 0;
    for (unsigned n = 0; n < MODEL_KEYS; n++)
        if (model->there[n])
            model_key(keys[count++], table, n);
    qsort(keys, count, RD_KEY_BYTES_MAX, model_order);
    return count;
}

static void model_check(const struct model *model, enum rd_table table, unsigned from)
{
    static unsigned char keys[MODEL_KEYS][RD_KEY_BYTES_MAX];
    struct rd_error error = RD_ERROR_NONE;
    unsigned char key[RD_KEY_BYTES_MAX];
    size_t count = model_sorted(model, table, keys), bytes = rd_table_key_bytes(table), low = 0;
    model_key(key, table, from);
    while (low < count && memcmp(keys[low], key, bytes) < 0)
        low++;
    for (int backwards = 0; backwards < 2; backwards++) {
        struct rd_walk it;
        bool same = low < count && memcmp(keys[low], key, bytes) == 0;
        size_t at = backwards ? low + same : low;
        enum rd_status status = rd_walk_start(&it, store, table, key, backwards, &error);
        for (; status == RD_OK; status = rd_walk_next(&it, &error)) {
            ck_assert(backwards ? at > 0 : at < count);
            at -= (size_t)backwards;
            ck_assert_mem_eq(it.key, keys[at], bytes);
            at += !backwards;
        }
        ck_assert_int_eq(status, RD_END);
        ck_assert_uint_eq(at, backwards ? 0 : count);
        rd_walk_end(&it);
    }
}

/* Random writes, walks and steps of commits, against a model that has no layers. */
START_TEST(is_as_a_plain_sorted_table)
{
    struct rd_error error = RD_ERROR_NONE;
    static struct model model[3];
    static const enum rd_table tables[] = { RD_TABLE_INDEX, RD_TABLE_RECORD, RD_TABLE_AGENDA };
    unsigned seed = 7;
    memset(model, 0, sizeof model);
    for (int round = 0; round < 45000; round++) {
        seed = seed * 1103515245u + 12345u;
        unsigned what = seed >> 16 & 31, which = (seed >> 21) % 3, n = (seed >> 8) % MODEL_KEYS;
        struct model *m = &model[which];
        unsigned char key[RD_KEY_BYTES_MAX], value = (unsigned char)round;
        size_t len = tables[which] == RD_TABLE_RECORD;
        const void *bytes;
        model_key(key, tables[which], n);
        if (what < 14) {
            enum rd_status status =
                m->there[n] ? rd_store_put(store, tables[which], key, &value, len, &error)
                            : rd_store_add(store, tables[which], key, &value, len, &error);
            ck_assert_int_eq(status, RD_OK);
            m->there[n] = true;
            m->value[n] = value;
        } else if (what < 28) {
            ck_assert_int_eq(rd_store_del(store, tables[which], key, &error), RD_OK);
            m->there[n] = false;
        } else if (what == 28) {
            model_check(m, tables[which], n);
        } else if (what == 29 && round % 8 == 0) {
            ck_assert_int_ne(rd_store_commit_poll(store, false, &error), RD_IO);
            if (!rd_store_is_sealed(store)) {
                rd_store_seal(store);
                rd_store_commit_start(store);
            }
        }
        enum rd_status status = rd_store_get(store, tables[which], key, &bytes, &len, &error);
        ck_assert_int_eq(status, m->there[n] ? RD_OK : RD_NOT_FOUND);
        if (status == RD_OK && tables[which] == RD_TABLE_RECORD)
            ck_assert_uint_eq(*(const unsigned char *)bytes, m->value[n]);
    }
    commit();
    rd_store_close(store);
    store = open_store(0);
    for (int i = 0; i < 3; i++)
        model_check(&model[i], tables[i], 300);
}
END_TEST

/* A row that comes and goes between two commits costs the pages nothing, and leaves nothing that a
 * walk must pass. */
START_TEST(a_fresh_row_that_goes_leaves_nothing)
{
    struct rd_error error = RD_ERROR_NONE;
    unsigned char key[25] = { 0 };
    struct rd_walk it;
    for (int i = 0; i < 3000; i++) {
        key[1] = (unsigned char)(i >> 8);
        key[2] = (unsigned char)i;
        ck_assert_int_eq(rd_store_add(store, RD_TABLE_AGENDA, key, "", 0, &error), RD_OK);
    }
    for (int i = 2999; i >= 0; i--) {
        key[1] = (unsigned char)(i >> 8);
        key[2] = (unsigned char)i;
        ck_assert_int_eq(rd_store_del(store, RD_TABLE_AGENDA, key, &error), RD_OK);
    }
    ck_assert_int_eq(rd_walk_start(&it, store, RD_TABLE_AGENDA, key, false, &error), RD_END);
    ck_assert_ptr_null(it.layers[0].leaf);
    rd_walk_end(&it);
}
END_TEST

/* The first row is taken from the table again and again: those that are gone are not stepped over
 * each time, and a row that comes before all others is found. */
START_TEST(the_first_row_is_found_at_once)
{
    struct rd_error error = RD_ERROR_NONE;
    static const unsigned char lowest[8];
    unsigned char key[8];
    struct rd_walk it;
    for (uint64_t n = 10; n < 3010; n++)
        ck_assert_int_eq(put(n, "x", 1), RD_OK);
    commit();
    for (uint64_t n = 10; n < 3000; n++) {
        key_make(key, n);
        ck_assert_int_eq(rd_store_del(store, RD_TABLE_RECORD, key, &error), RD_OK);
        ck_assert_int_eq(rd_walk_start(&it, store, RD_TABLE_RECORD, lowest, false, &error), RD_OK);
        key_make(key, n + 1);
        ck_assert_mem_eq(it.key, key, 8);
        rd_walk_end(&it);
    }
    ck_assert_int_eq(put(5, "x", 1), RD_OK); /* lower than any */
    ck_assert_int_eq(put(7, "x", 1), RD_OK);
    ck_assert_int_eq(walk(0, false, (uint64_t[16]){ 0 }, 16), 12);
    key_make(key, 5);
    ck_assert_int_eq(rd_store_del(store, RD_TABLE_RECORD, key, &error), RD_OK);
    uint64_t met[16];
    ck_assert_int_eq(walk(0, false, met, 16), 11);
    ck_assert_uint_eq(met[0], 7);
    ck_assert_int_eq(walk(6, false, met, 16), 11);
    ck_assert_int_eq(walk(8, false, met, 16), 10);
    rd_store_abort(store); /* and what was gone is there again */
    ck_assert_int_eq(walk(0, false, met, 1), 1);
    ck_assert_uint_eq(met[0], 10);
    for (uint64_t n = 10; n < 3010; n++) {
        key_make(key, n);
        ck_assert_int_eq(rd_store_del(store, RD_TABLE_RECORD, key, &error), RD_OK);
    }
    ck_assert_int_eq(walk(0, false, met, 1), 0);
    ck_assert_int_eq(put(3, "x", 1), RD_OK);
    ck_assert_int_eq(walk(0, false, met, 16), 1);
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
    rd_store_close(store); /* no store crosses a fork */
    pid_t child = fork();
    if (child == 0) {
        pthread_t thread;
        store = open_store(0);
        close(2);
        pthread_create(&thread, NULL, write_unadopted, NULL);
        pthread_join(thread, NULL);
        _exit(0);
    }
    ck_assert_int_eq(waitpid(child, &result, 0), child);
    store = open_store(0);
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
    tcase_add_test(tests, reads_through_what_is_being_committed);
    tcase_add_test(tests, rows_of_tails_are_counted_and_narrow);
    tcase_add_test(tests, runs_between_other_rows_keep_them);
    tcase_add_test(tests, rows_that_come_in_runs_fill_their_pages);
    tcase_add_test(tests, is_as_a_plain_sorted_table);
    tcase_add_test(tests, a_fresh_row_that_goes_leaves_nothing);
    tcase_add_test(tests, the_first_row_is_found_at_once);
    tcase_add_test(tests, refuses_another_format);
    tcase_add_test(tests, says_what_to_do_with_a_damaged_file);
    tcase_add_test(tests, digests_contents_and_not_history);
    tcase_add_test(tests, is_handed_over_to_another_thread);
    tcase_add_test(tests, aborts_a_write_on_the_wrong_thread);
    tcase_add_test(tests, is_whole_after_a_death_at_the_commit);
    suite_add_tcase(suite, tests);
    return unit_run(suite);
}
