/* Rows of tails: what they say of numbers of all sizes, that damaged ones are told, and that a
 * table of them is as a plain sorted one, however its keys come and go. */
#include "store/tails.h"

#include "store/store.h"
#include "store/tables.h"
#include "unit/unit.h"

static uint64_t seed;

static uint64_t draw(void)
{
    seed = seed * 6364136223846793005ull + 1442695040888963407ull;
    return seed ^ seed >> 29;
}

/* ---- one row ---- */

static int tail_order(const void *a, const void *b)
{
    return memcmp(a, b, RD_TAIL_BYTES_MAX);
}

/* Tails of so many columns, zeros behind them, in order and each once. */
static uint32_t tails_make(unsigned char (*tails)[RD_TAIL_BYTES_MAX], uint32_t count,
                           unsigned columns)
{
    unsigned spread[RD_TAILS_COLUMNS_MAX];
    uint64_t from[RD_TAILS_COLUMNS_MAX];
    for (unsigned i = 0; i < columns; i++) {
        spread[i] = (unsigned)(draw() % 65);
        from[i] = draw();
    }
    memset(tails, 0, count * sizeof *tails);
    for (uint32_t k = 0; k < count; k++)
        for (unsigned i = 0; i < columns; i++)
            rd_key_put_u64(tails[k] + 8 * (size_t)i,
                           from[i] + (spread[i] ? draw() >> (64 - spread[i]) : 0));
    qsort(tails, count, sizeof *tails, tail_order);
    uint32_t kept = 1;
    for (uint32_t k = 1; k < count; k++)
        if (tail_order(tails[kept - 1], tails[k]) != 0)
            memmove(tails[kept++], tails[k], sizeof *tails);
    return kept;
}

START_TEST(a_row_says_what_it_was_told)
{
    static unsigned char tails[RD_TAILS_MAX][RD_TAIL_BYTES_MAX];
    static unsigned char close[RD_TAILS_MAX * RD_TAIL_BYTES_MAX], row[RD_TAILS_BYTES_MAX];
    seed = 11;
    for (int round = 0; round < 1000; round++) {
        unsigned columns = 1 + (unsigned)(draw() % RD_TAILS_COLUMNS_MAX);
        uint32_t count = tails_make(tails, 1 + (uint32_t)(draw() % RD_TAILS_MAX), columns);
        for (uint32_t k = 0; k < count; k++)
            memcpy(close + k * 8 * columns, tails[k], 8 * columns);
        size_t len = rd_tails_pack(close, count, columns, row);
        unsigned char *exact = malloc(len + 1), got[RD_TAIL_BYTES_MAX];
        struct rd_tails read;
        memcpy(exact, row, len); /* so that reading beyond it is seen */
        ck_assert(rd_tails_open(&read, columns, tails[0], exact, len));
        ck_assert_uint_eq(read.count, count);
        for (uint32_t k = 0; k < count; k++) {
            bool same;
            rd_tails_get(&read, k, got);
            ck_assert_mem_eq(got, tails[k], 8 * columns);
            ck_assert_uint_eq(rd_tails_below(&read, got, &same), k);
            ck_assert(same);
            rd_key_put_u64(got + 8 * (columns - 1), rd_key_u64(got + 8 * (columns - 1)) + 1);
            uint32_t below = rd_tails_below(&read, got, &same);
            bool wraps = rd_key_u64(got + 8 * (columns - 1)) == 0;
            ck_assert(wraps || below == k + 1);
        }
        free(exact);
    }
}
END_TEST

START_TEST(damaged_rows_are_told_or_harmless)
{
    static unsigned char tails[RD_TAILS_MAX][RD_TAIL_BYTES_MAX], row[RD_TAILS_BYTES_MAX];
    struct rd_tails read;
    unsigned char got[RD_TAIL_BYTES_MAX];
    seed = 12;
    tails_make(tails, 1, 2);
    static const unsigned char wide[] = { 9, 1, 0 }, none[] = { 0, 0, 0 }, cut[] = { 1, 2, 0, 0 };
    ck_assert(!rd_tails_open(&read, 2, tails[0], wide, sizeof wide));
    ck_assert(!rd_tails_open(&read, 2, tails[0], none, sizeof none));
    ck_assert(!rd_tails_open(&read, 2, tails[0], wide, 1));
    ck_assert(!rd_tails_open(&read, 2, tails[0], cut, 3));
    ck_assert(rd_tails_open(&read, 2, tails[0], cut, 4));
    memset(row, 0, sizeof row);
    row[0] = 1;
    ck_assert(!rd_tails_open(&read, 2, tails[0], row, 2 + RD_TAILS_MAX)); /* one too many */
    for (int round = 0; round < 20000; round++) {
        size_t len = draw() % 64;
        unsigned char *bytes = malloc(len + 1);
        bool same;
        for (size_t i = 0; i < len; i++)
            bytes[i] = (unsigned char)(i < 3 ? draw() % 10 : draw());
        unsigned columns = 1 + (unsigned)(draw() % RD_TAILS_COLUMNS_MAX);
        if (rd_tails_open(&read, columns, tails[0], bytes, len)) {
            for (uint32_t k = 0; k < read.count; k++)
                rd_tails_get(&read, k, got);
            ck_assert_uint_le(rd_tails_below(&read, got, &same), read.count);
        }
        free(bytes);
    }
}
END_TEST

/* ---- a table of them ---- */

#define KEYS 9000u
#define KINDS 6u

static char dir[UNIT_DIR_MAX];
static struct rd_store *store;
static unsigned char keys[KEYS][36];
static bool there[KEYS];

static void setup(void)
{
    struct rd_error error = RD_ERROR_NONE;
    unit_dir_make(dir);
    ck_assert_int_eq(rd_store_open(dir, NULL, &store, &error), RD_OK);
}

static void teardown(void)
{
    rd_store_close(store);
    unit_dir_remove(dir);
}

static int key_order(const void *a, const void *b)
{
    return memcmp(a, b, sizeof keys[0]);
}

/* Keys of several kinds: one long list; many short ones; as many fronts as keys; numbers from
 * everywhere; one time for all; the highest front there is. */
static void keys_make(void)
{
    for (uint32_t n = 0; n < KEYS; n++) {
        unsigned char value[RD_INDEX_VALUE_BYTES] = { 0 };
        uint32_t kind = n % KINDS, i = n / KINDS;
        int64_t at = 1700000000000 + (int64_t)i * 977;
        uint64_t record = 11ull << 48 | i;
        if (kind == 1)
            rd_key_put_u32(value, i % 40);
        if (kind == 2)
            rd_key_put_u32(value, i);
        if (kind == 3)
            at = (int64_t)draw(), record = draw();
        if (kind == 4)
            at = INT64_MAX, record = i;
        if (kind == 5)
            memset(value, 0xff, sizeof value);
        struct rd_index_key key = rd_index_key(kind == 5 ? UINT32_MAX : kind, value, at, record);
        memcpy(keys[n], key.bytes, sizeof keys[n]);
        there[n] = false;
    }
    qsort(keys, KEYS, sizeof keys[0], key_order);
}

static void set(uint32_t n, bool is)
{
    struct rd_error error = RD_ERROR_NONE;
    enum rd_status status = is ? rd_store_put(store, RD_TABLE_INDEX, keys[n], "", 0, &error)
                               : rd_store_del(store, RD_TABLE_INDEX, keys[n], &error);
    ck_assert_int_eq(status, RD_OK);
    there[n] = is;
}

static uint32_t steps(int64_t at, bool backwards, uint32_t most)
{
    struct rd_error error = RD_ERROR_NONE;
    struct rd_walk walk;
    uint32_t met = 0;
    enum rd_status status =
        rd_walk_start(&walk, store, RD_TABLE_INDEX, keys[at], backwards, &error);
    for (; status == RD_OK && met < most; status = rd_walk_next(&walk, &error), met++) {
        while (at >= 0 && at < KEYS && !there[at])
            at += backwards ? -1 : 1;
        ck_assert(at >= 0 && at < KEYS);
        ck_assert_mem_eq(walk.key, keys[at], sizeof keys[at]);
        at += backwards ? -1 : 1;
    }
    rd_walk_end(&walk);
    while (met < most && at >= 0 && at < KEYS) {
        ck_assert(!there[at]);
        at += backwards ? -1 : 1;
    }
    return met;
}

static void look(uint64_t rows)
{
    struct rd_error error = RD_ERROR_NONE;
    const void *bytes;
    size_t len;
    ck_assert_uint_eq(steps(0, false, UINT32_MAX), rows);
    ck_assert_uint_eq(steps(KEYS - 1, true, UINT32_MAX), rows);
    for (int i = 0; i < 200; i++) {
        uint32_t n = (uint32_t)(draw() % KEYS);
        enum rd_status status = rd_store_get(store, RD_TABLE_INDEX, keys[n], &bytes, &len, &error);
        ck_assert_int_eq(status, there[n] ? RD_OK : RD_NOT_FOUND);
        steps(n, i % 2, 5);
    }
}

/* As it lies in memory over the rows of before, `sealed`: under more of it; then in the pages. */
static void check(bool sealed)
{
    struct rd_error error = RD_ERROR_NONE;
    struct rd_store_stat stat;
    uint64_t rows = 0;
    if (sealed)
        rd_store_seal(store);
    for (int i = 0; sealed && i < 100; i++)
        set((uint32_t)(draw() % KEYS), draw() % 2);
    for (uint32_t n = 0; n < KEYS; n++)
        rows += there[n];
    look(rows);
    ck_assert_int_eq(rd_store_commit(store, &error), RD_OK);
    rd_store_stat(store, &stat);
    ck_assert_uint_eq(stat.tables[RD_TABLE_INDEX].rows, rows);
    look(rows);
}

START_TEST(is_as_a_plain_sorted_table)
{
    int rounds = unit_is_long() ? 600 : 60;
    seed = 13;
    keys_make();
    for (int round = 0; round < rounds; round++) {
        uint32_t from = (uint32_t)(draw() % KEYS), what = (uint32_t)(draw() % 8);
        uint32_t many = 1 + (uint32_t)(draw() % 900);
        if (round % 20 == 19) /* and now and then all of it goes */
            from = 0, many = KEYS, what = 0;
        for (uint32_t i = 0; i < many && from + i < KEYS; i++)
            if (what < 2) /* what stands together goes; or comes, with gaps or without */
                set(from + i, false);
            else if (what < 5 && draw() % 4 < what)
                set(from + i, true);
            else if (what >= 5) /* from everywhere */
                set((uint32_t)(draw() % KEYS), draw() % 8 < what);
        check(round % 2);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("tails");
    TCase *row = tcase_create("row"), *table = tcase_create("table");
    tcase_set_timeout(row, 60);
    tcase_add_test(row, a_row_says_what_it_was_told);
    tcase_add_test(row, damaged_rows_are_told_or_harmless);
    tcase_add_checked_fixture(table, setup, teardown);
    tcase_set_timeout(table, 600);
    tcase_add_test(table, is_as_a_plain_sorted_table);
    suite_add_tcase(suite, row);
    suite_add_tcase(suite, table);
    return unit_run(suite);
}
