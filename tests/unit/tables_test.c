/* Keys: what sorts as values do, reads back, and has its table's size. */
#include <string.h>

#include "store/store.h"
#include "store/tables.h"
#include "unit/unit.h"

static const int64_t NUMBERS[] = { INT64_MIN, INT64_MIN + 1, -256,          -1,       0, 1,
                                   255,       256,           INT64_MAX - 1, INT64_MAX };
#define NUMBER_COUNT (sizeof NUMBERS / sizeof *NUMBERS)

START_TEST(signed_numbers_sort_as_bytes)
{
    for (size_t i = 0; i < NUMBER_COUNT; i++)
        for (size_t k = 0; k < NUMBER_COUNT; k++) {
            unsigned char a[8], b[8];
            rd_key_put_i64(a, NUMBERS[i]);
            rd_key_put_i64(b, NUMBERS[k]);
            int order = memcmp(a, b, 8);
            ck_assert_int_eq((order > 0) - (order < 0), (i > k) - (i < k));
            ck_assert_int_eq(rd_key_i64(a), NUMBERS[i]);
        }
}
END_TEST

START_TEST(unsigned_numbers_read_back)
{
    unsigned char bytes[8];
    static const uint64_t all[] = { 0, 1, 0x0102030405060708ull, UINT64_MAX };
    for (size_t i = 0; i < 4; i++) {
        rd_key_put_u64(bytes, all[i]);
        ck_assert_uint_eq(rd_key_u64(bytes), all[i]);
        rd_key_put_u32(bytes, (uint32_t)all[i]);
        ck_assert_uint_eq(rd_key_u32(bytes), (uint32_t)all[i]);
    }
    rd_key_put_u16(bytes, 0x0102);
    ck_assert_int_eq(bytes[0], 1);
    ck_assert_int_eq(bytes[1], 2);
}
END_TEST

START_TEST(keys_have_their_tables_size)
{
    ck_assert_uint_eq(sizeof(struct rd_key8), rd_table_key_bytes(RD_TABLE_RECORD));
    ck_assert_uint_eq(sizeof(struct rd_index_key), rd_table_key_bytes(RD_TABLE_INDEX));
    ck_assert_uint_eq(sizeof(struct rd_agenda_key), rd_table_key_bytes(RD_TABLE_AGENDA));
    ck_assert_uint_eq(sizeof(struct rd_key8), rd_table_key_bytes(RD_TABLE_DEADLINE));
    ck_assert_uint_eq(sizeof(struct rd_key16), rd_table_key_bytes(RD_TABLE_IDEMPOTENCY));
    ck_assert_uint_eq(sizeof(struct rd_key16), rd_table_key_bytes(RD_TABLE_COUNTER));
    ck_assert_uint_eq(sizeof(struct rd_position_key), rd_table_key_bytes(RD_TABLE_POSITION));
    ck_assert_uint_eq(sizeof(struct rd_number_key), rd_table_key_bytes(RD_TABLE_NUMBER));
    ck_assert_uint_eq(sizeof(struct rd_key24), rd_table_key_bytes(RD_TABLE_EXPIRY));
    ck_assert_uint_eq(rd_table_key_bytes(RD_TABLE_POLICY), 4);
    ck_assert_uint_eq(rd_table_key_bytes(RD_TABLE_ACCOUNT), 32);
}
END_TEST

START_TEST(the_agenda_is_in_order_of_lane_and_time)
{
    struct rd_agenda_key a = rd_agenda_key(0, INT64_MAX, UINT64_MAX, UINT64_MAX);
    struct rd_agenda_key b = rd_agenda_key(1, INT64_MIN, 0, 0);
    ck_assert_int_lt(memcmp(a.bytes, b.bytes, sizeof a.bytes), 0);
    a = rd_agenda_key(0, -5, 9, 9);
    b = rd_agenda_key(0, 5, 1, 1);
    ck_assert_int_lt(memcmp(a.bytes, b.bytes, sizeof a.bytes), 0);
    ck_assert_int_eq(rd_agenda_key_due(a.bytes), -5);
    ck_assert_uint_eq(rd_agenda_key_record(b.bytes), 1);
    ck_assert_uint_eq(rd_agenda_key_deadline(a.bytes), 9);
}
END_TEST

START_TEST(an_index_is_in_order_of_value_and_opening)
{
    unsigned char value[RD_INDEX_VALUE_BYTES] = { 7 };
    struct rd_index_key a = rd_index_key(3, value, 100, 9), b = rd_index_key(3, value, 200, 1);
    ck_assert_int_lt(memcmp(a.bytes, b.bytes, sizeof a.bytes), 0);
    ck_assert_uint_eq(rd_index_key_record(a.bytes), 9);
    ck_assert_int_eq(rd_index_key_opened_at(b.bytes), 200);
    value[0] = 8;
    b = rd_index_key(3, value, INT64_MIN, 0);
    ck_assert_int_lt(memcmp(a.bytes, b.bytes, sizeof a.bytes), 0);
}
END_TEST

START_TEST(names_have_keys_of_their_own)
{
    struct rd_key16 a = rd_key16_of_text("serial:1", 8), b = rd_key16_of_text("serial:2", 8);
    struct rd_key16 again = rd_key16_of_text("serial:1", 8);
    ck_assert_mem_ne(a.bytes, b.bytes, 16);
    ck_assert_mem_eq(a.bytes, again.bytes, 16);
    struct rd_key24 expiry = rd_expiry_key(-1, &a);
    ck_assert_int_eq(rd_key_i64(expiry.bytes), -1);
    ck_assert_mem_eq(expiry.bytes + 8, a.bytes, 16);
    struct rd_position_key position = rd_position_key(5, 6);
    ck_assert_uint_eq(rd_key_u64(position.bytes), 5);
    ck_assert_uint_eq(rd_key_u32(position.bytes + 8), 6);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("tables");
    TCase *tcase = tcase_create("keys");
    tcase_add_test(tcase, signed_numbers_sort_as_bytes);
    tcase_add_test(tcase, unsigned_numbers_read_back);
    tcase_add_test(tcase, keys_have_their_tables_size);
    tcase_add_test(tcase, the_agenda_is_in_order_of_lane_and_time);
    tcase_add_test(tcase, an_index_is_in_order_of_value_and_opening);
    tcase_add_test(tcase, names_have_keys_of_their_own);
    suite_add_tcase(suite, tcase);
    return unit_run(suite);
}
