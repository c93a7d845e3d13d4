/* Where versions lie, and which record has which number. */
#include "domain/number.h"
#include "domain/position.h"
#include "domain/record.h"
#include "store/tables.h"
#include "unit.h"

static char dir[UNIT_DIR_MAX];
static struct rd_store *store;
static struct rd_error error;
static struct rd_arena arena;
static struct rd_buf scratch;

static void setup(void)
{
    unit_dir_make(dir);
    error = RD_ERROR_NONE;
    rd_arena_init(&arena);
    rd_buf_init(&scratch);
    ck_assert_int_eq(rd_store_open(dir, NULL, &store, &error), RD_OK);
}

static void teardown(void)
{
    rd_store_close(store);
    rd_buf_fini(&scratch);
    rd_arena_fini(&arena);
    unit_dir_remove(dir);
}

/* Steps of every length, roll-overs of segments among them. */
static uint64_t place_of(uint64_t record, uint32_t version)
{
    return record * 1000 + ((uint64_t)(version / 40) << 32) + (uint64_t)version * version * 97;
}

static enum rd_status add(uint64_t record, uint32_t version)
{
    return rd_position_add(store, (struct rd_id){ record }, version,
                           (struct rd_position){ place_of(record, version) }, &scratch, &error);
}

START_TEST(versions_are_found)
{
    struct rd_position at;
    for (uint32_t v = 1; v <= 150; v++)
        for (uint64_t record = 7; record < 10; record++)
            ck_assert_int_eq(add(record, v), RD_OK);
    ck_assert_int_eq(rd_store_commit(store, &error), RD_OK);
    for (uint32_t v = 150; v > 0; v--)
        for (uint64_t record = 7; record < 10; record++) {
            ck_assert_int_eq(rd_position_find(store, (struct rd_id){ record }, v, &at, &error),
                             RD_OK);
            ck_assert_uint_eq(at.at, place_of(record, v));
        }
    ck_assert_int_eq(rd_position_find(store, (struct rd_id){ 7 }, 0, &at, &error), RD_NOT_FOUND);
    ck_assert_int_eq(rd_position_find(store, (struct rd_id){ 7 }, 151, &at, &error), RD_NOT_FOUND);
    ck_assert_int_eq(rd_position_find(store, (struct rd_id){ 7 }, 161, &at, &error), RD_NOT_FOUND);
    ck_assert_int_eq(rd_position_find(store, (struct rd_id){ 6 }, 1, &at, &error), RD_NOT_FOUND);
}
END_TEST

START_TEST(a_gap_or_a_step_back_is_damage)
{
    struct rd_id record = { 7 };
    ck_assert_int_eq(add(7, 2), RD_CORRUPT);
    ck_assert_int_eq(add(7, 1), RD_OK);
    ck_assert_int_eq(add(7, 3), RD_CORRUPT);
    ck_assert_int_eq(rd_position_add(store, record, 2, (struct rd_position){ 1 }, &scratch, &error),
                     RD_CORRUPT);
    ck_assert_int_eq(add(7, 2), RD_OK);
}
END_TEST

static void open_record(uint64_t id, const char *number)
{
    struct rd_record record = { .id = { id }, .version = 1, .number = number, .data = rd_map() };
    ck_assert_int_eq(rd_record_store(store, &record, &scratch, &error), RD_OK);
    ck_assert_int_eq(rd_number_enter(store, record.id, number, &scratch, &error), RD_OK);
}

static uint64_t found(uint16_t type, const char *number)
{
    struct rd_id id = { 0 };
    enum rd_status status = rd_number_find(store, type, number, &arena, &id, &error);
    ck_assert(status == RD_OK || status == RD_NOT_FOUND);
    return status == RD_OK ? id.value : 0;
}

START_TEST(numbers_lead_to_records)
{
    const uint64_t type = 3ull << 48;
    static const char *const numbers[] = { "CP-2026-000123",
                                           "CP-2026-000124",
                                           "CP-2025-000123",
                                           "7",
                                           "07",
                                           "a",
                                           "",
                                           "12345678901234567890123456789", /* all digits, many */
                                           "22345678901234567890123456789",
                                           "x-9-y",
                                           "x-8-y" };
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        open_record(type + 1 + i, numbers[i]);
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        ck_assert_uint_eq(found(3, numbers[i]), type + 1 + i);
        ck_assert_uint_eq(found(4, numbers[i]), 0);
    }
    ck_assert_uint_eq(found(3, "CP-2026-123"), 0);
    ck_assert_uint_eq(found(3, "CP-2026-00123"), 0);
    ck_assert_uint_eq(found(3, "007"), 0);
    open_record(type + 99, "7");
    ck_assert_uint_eq(found(3, "7"), type + 99);
}
END_TEST

/* A row that another text's key leads to is not believed. */
START_TEST(who_asks_for_a_number_gets_no_other)
{
    const uint64_t type = 3ull << 48;
    struct rd_record record = {
        .id = { type + 1 }, .version = 1, .number = "B-1", .data = rd_map()
    };
    ck_assert_int_eq(rd_record_store(store, &record, &scratch, &error), RD_OK);
    ck_assert_int_eq(rd_number_enter(store, record.id, "A-1", &scratch, &error), RD_OK);
    ck_assert_uint_eq(found(3, "A-1"), 0);
}
END_TEST

/* Numbers share rows: in whatever order they come, and some of them twice. */
START_TEST(numbers_are_as_in_a_plain_table)
{
    static uint64_t ids[700];
    char number[32];
    for (uint64_t i = 0; i < 900; i++) {
        size_t n = (size_t)(i * 389 % 700);
        snprintf(number, sizeof number, "CP-2026-%06zu", n);
        ids[n] = (3ull << 48) + 1 + i;
        open_record(ids[n], number);
        if (i % 250 == 249)
            ck_assert_int_eq(rd_store_commit(store, &error), RD_OK);
    }
    for (size_t n = 0; n < 700; n++) {
        snprintf(number, sizeof number, "CP-2026-%06zu", n);
        ck_assert_uint_eq(found(3, number), ids[n]);
        snprintf(number, sizeof number, "CP-2025-%06zu", n);
        ck_assert_uint_eq(found(3, number), 0);
    }
    ck_assert_uint_eq(found(3, "CP-2026-000700"), 0);
}
END_TEST

START_TEST(a_damaged_row_of_numbers_is_told)
{
    struct rd_walk walk;
    struct rd_id id;
    static const unsigned char none[18];
    unsigned char key[18];
    open_record((3ull << 48) + 1, "CP-1");
    ck_assert_int_eq(rd_walk_start(&walk, store, RD_TABLE_NUMBER, none, false, &error), RD_OK);
    memcpy(key, walk.key, sizeof key);
    rd_walk_end(&walk);
    ck_assert_int_eq(rd_store_put(store, RD_TABLE_NUMBER, key, "12345678", 8, &error), RD_OK);
    ck_assert_int_eq(rd_number_find(store, 3, "CP-1", &arena, &id, &error), RD_CORRUPT);
    ck_assert_ptr_nonnull(strstr(error.text, "store rebuild"));
    ck_assert_int_eq(
        rd_number_enter(store, (struct rd_id){ (3ull << 48) + 2 }, "CP-2", &scratch, &error),
        RD_CORRUPT);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("position");
    TCase *tcase = tcase_create("position");
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, versions_are_found);
    tcase_add_test(tcase, a_gap_or_a_step_back_is_damage);
    tcase_add_test(tcase, numbers_lead_to_records);
    tcase_add_test(tcase, who_asks_for_a_number_gets_no_other);
    tcase_add_test(tcase, numbers_are_as_in_a_plain_table);
    tcase_add_test(tcase, a_damaged_row_of_numbers_is_told);
    suite_add_tcase(suite, tcase);
    return unit_run(suite);
}
