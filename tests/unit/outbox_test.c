/* The outbox: what entry holds which notice, against a plain table. */
#include "domain/outbox.h"
#include "store/tables.h"
#include "unit.h"

#define ENTRIES 1000

static char dir[UNIT_DIR_MAX];
static struct rd_store *store;
static struct rd_error error;
static struct rd_buf scratch;
static uint64_t firsts[ENTRIES], places[ENTRIES]; /* the plain table */
static size_t count;

static void setup(void)
{
    unit_dir_make(dir);
    error = RD_ERROR_NONE;
    count = 0;
    rd_buf_init(&scratch);
    ck_assert_int_eq(rd_store_open(dir, NULL, &store, &error), RD_OK);
}

static void teardown(void)
{
    rd_store_close(store);
    rd_buf_fini(&scratch);
    unit_dir_remove(dir);
}

static enum rd_status add(uint64_t notice, uint64_t place)
{
    return rd_outbox_add(store, notice, (struct rd_position){ place }, &scratch, &error);
}

static void keep(uint64_t notice, uint64_t place)
{
    ck_assert_msg(add(notice, place) == RD_OK, "%s", error.text);
    firsts[count] = notice;
    places[count++] = place;
}

/* From this notice on, all of them. */
static void expect_from(uint64_t notice)
{
    struct rd_outbox outbox;
    size_t at = 0;
    while (at + 1 < count && firsts[at + 1] <= notice)
        at++;
    enum rd_status status = rd_outbox_start(&outbox, store, notice, &error);
    for (; at < count; at++) {
        ck_assert_int_eq(status, RD_OK);
        ck_assert_uint_eq(outbox.notice, firsts[at]);
        ck_assert_uint_eq(outbox.position.at, places[at]);
        status = rd_outbox_next(&outbox, &error);
    }
    ck_assert_int_eq(status, RD_END);
    rd_outbox_end(&outbox);
}

/* Entries of one to six notices, now and then one of hundreds, so that blocks have many, one or no
 * first ones; places roll over into other segments. */
static void keep_many(void)
{
    uint64_t notice = 1, place = 4096;
    for (size_t i = 0; i < ENTRIES; i++) {
        keep(notice, place);
        notice += i % 97 == 96 ? 300
                  : i % 7      ? 1 + i % 6
                               : RD_OUTBOX_BLOCK - notice % RD_OUTBOX_BLOCK;
        place += i % 50 == 49 ? 1ull << 32 : 100 + i * 37 % 5000;
    }
}

START_TEST(is_as_a_plain_table)
{
    expect_from(1);
    keep_many();
    for (uint64_t notice = 0; notice < firsts[count - 1] + 200; notice += 1 + notice % 11)
        expect_from(notice);
    ck_assert_int_eq(rd_store_commit(store, &error), RD_OK);
    for (size_t i = 0; i < count; i += 13)
        expect_from(firsts[i]);
}
END_TEST

START_TEST(what_is_not_behind_is_damage)
{
    keep(70, 5000);
    ck_assert_int_eq(add(69, 6000), RD_CORRUPT);
    ck_assert_int_eq(add(71, 4999), RD_CORRUPT);
    keep(71, 6000);
    expect_from(70);
}
END_TEST

START_TEST(a_damaged_row_is_told)
{
    static const unsigned char torn[] = { 0x03, 0x80 };
    struct rd_key8 key = rd_key8(2);
    struct rd_outbox outbox;
    ck_assert_int_eq(rd_store_put(store, RD_TABLE_OUTBOX, key.bytes, torn, sizeof torn, &error),
                     RD_OK);
    ck_assert_int_eq(rd_outbox_start(&outbox, store, 2 * RD_OUTBOX_BLOCK, &error), RD_CORRUPT);
    rd_outbox_end(&outbox);
    ck_assert_int_eq(add(2 * RD_OUTBOX_BLOCK + 9, 6000), RD_CORRUPT);
    keep(70, 5000);
    key = rd_key8(70 / RD_OUTBOX_BLOCK);
    static const unsigned char half[] = { 70 % RD_OUTBOX_BLOCK, 0x10, 0x01 };
    ck_assert_int_eq(rd_store_put(store, RD_TABLE_OUTBOX, key.bytes, half, sizeof half, &error),
                     RD_OK);
    ck_assert_int_eq(rd_outbox_start(&outbox, store, 70, &error), RD_OK);
    ck_assert_uint_eq(outbox.notice, 70);
    ck_assert_int_eq(rd_outbox_next(&outbox, &error), RD_CORRUPT);
    rd_outbox_end(&outbox);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("outbox");
    TCase *tcase = tcase_create("outbox");
    tcase_set_timeout(tcase, 60);
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, is_as_a_plain_table);
    tcase_add_test(tcase, what_is_not_behind_is_damage);
    tcase_add_test(tcase, a_damaged_row_is_told);
    suite_add_tcase(suite, tcase);
    return unit_run(suite);
}
