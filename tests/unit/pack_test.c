/* Stored bytes: there and back, the same bytes always, and damage of every kind found. */
#include <math.h>
#include <signal.h>
#include <string.h>

#include "base/pack.h"
#include "unit/unit.h"

static struct rd_arena arena;
static struct rd_buf buf;

static void setup(void)
{
    rd_arena_init(&arena);
    rd_buf_init(&buf);
}

static void teardown(void)
{
    rd_arena_fini(&arena);
    rd_buf_fini(&buf);
}

static void round_trip(const struct rd_value *value)
{
    rd_buf_clear(&buf);
    rd_pack_write(&buf, value);
    struct rd_value back;
    struct rd_error error = RD_ERROR_NONE;
    enum rd_status status = rd_pack_read(&arena, buf.data, buf.len, &back, &error);
    ck_assert_msg(status == RD_OK, "%s", error.text);
    ck_assert(rd_value_equal(value, &back));
}

static void damaged(const char *bytes, size_t len)
{
    struct rd_value value;
    struct rd_error error = RD_ERROR_NONE;
    ck_assert_int_eq(rd_pack_read(&arena, bytes, len, &value, &error), RD_CORRUPT);
    ck_assert_int_eq(error.status, RD_CORRUPT);
}

START_TEST(test_integers)
{
    const int64_t edges[] = { 0, 127, 128, 255, 256, 32767, 65535, 65536, INT32_MAX, UINT32_MAX };
    for (size_t i = 0; i < sizeof(edges) / sizeof(edges[0]); i++) {
        for (int64_t step = -2; step <= 2; step++) {
            struct rd_value up = rd_int(edges[i] + step);
            struct rd_value down = rd_int(-edges[i] + step);
            round_trip(&up);
            round_trip(&down);
        }
    }
    struct rd_value most = rd_int(INT64_MAX), least = rd_int(INT64_MIN);
    round_trip(&most);
    ck_assert_uint_eq(buf.len, 9);
    round_trip(&least);
    struct rd_value small = rd_int(-32);
    round_trip(&small);
    ck_assert_uint_eq(buf.len, 1);
}
END_TEST

START_TEST(test_reals_bools_null)
{
    struct rd_value values[] = { rd_real(0.1),   rd_real(-1e300), rd_real(INFINITY), rd_bool(true),
                                 rd_bool(false), rd_null(),       rd_real(1.0 / 3.0) };
    for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++)
        round_trip(&values[i]);
    struct rd_value nan = rd_real(NAN), back;
    rd_buf_clear(&buf);
    rd_pack_write(&buf, &nan);
    ck_assert_int_eq(rd_pack_read(&arena, buf.data, buf.len, &back, NULL), RD_OK);
    ck_assert(isnan(back.real));
}
END_TEST

START_TEST(test_texts_of_every_length_class)
{
    static char text[70000];
    memset(text, 'x', sizeof(text));
    const size_t lens[] = { 0, 1, 31, 32, 255, 256, 65535, 65536, 70000 };
    for (size_t i = 0; i < sizeof(lens) / sizeof(lens[0]); i++) {
        struct rd_value value = rd_text_copy(&arena, text, lens[i]);
        round_trip(&value);
    }
    struct rd_value nul = rd_text_copy(&arena, "a\0猫", 5);
    round_trip(&nul);
}
END_TEST

START_TEST(test_lists_and_maps_of_every_length_class)
{
    const int counts[] = { 0, 1, 15, 16, 300, 65535, 65536 };
    for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
        struct rd_value list = rd_list();
        struct rd_value map = rd_map();
        for (int n = 0; n < counts[i]; n++) {
            rd_list_add(&arena, &list, rd_int(n));
            rd_map_add(&arena, &map, rd_arena_printf(&arena, "k%d", n), rd_int(n));
        }
        round_trip(&list);
        round_trip(&map);
        ck_assert_uint_gt(buf.len, 0);
    }
}
END_TEST

/* Something of everything, small enough to be tried at every byte. */
static struct rd_value sample(void)
{
    struct rd_value map = rd_map();
    rd_map_add(&arena, &map, "id", rd_int(123456789012));
    rd_map_add(&arena, &map, "neg", rd_int(-70000));
    rd_map_add(&arena, &map, "real", rd_real(2.5));
    rd_map_add(&arena, &map, "title", rd_text("客户投诉 about a very late refund of her money"));
    rd_map_add(&arena, &map, "open", rd_bool(true));
    rd_map_add(&arena, &map, "none", rd_null());
    struct rd_value list = rd_list();
    for (int i = 0; i < 20; i++)
        rd_list_add(&arena, &list, rd_int(i * 50));
    rd_map_add(&arena, &map, "list", list);
    return map;
}

START_TEST(test_truncated_at_every_byte)
{
    struct rd_value value = sample();
    rd_pack_write(&buf, &value);
    for (size_t len = 0; len < buf.len; len++) {
        /* a copy of just that size, so that the sanitizer sees every byte read too many */
        char *cut = malloc(len + 1);
        memcpy(cut, buf.data, len);
        damaged(cut, len);
        free(cut);
    }
}
END_TEST

START_TEST(test_any_byte_changed_is_read_or_refused)
{
    struct rd_value value = sample(), back;
    rd_pack_write(&buf, &value);
    for (size_t at = 0; at < buf.len; at++) {
        char kept = buf.data[at];
        for (int c = 0; c < 256; c++) {
            buf.data[at] = (char)c;
            enum rd_status status = rd_pack_read(&arena, buf.data, buf.len, &back, NULL);
            ck_assert(status == RD_OK || status == RD_CORRUPT);
        }
        buf.data[at] = kept;
        rd_arena_reset(&arena);
        value = sample();
    }
}
END_TEST

START_TEST(test_the_same_value_gives_the_same_bytes)
{
    struct rd_value value = sample();
    rd_pack_write(&buf, &value);
    size_t len = buf.len;
    struct rd_value back;
    ck_assert_int_eq(rd_pack_read(&arena, buf.data, len, &back, NULL), RD_OK);
    rd_pack_write(&buf, &back);
    ck_assert_uint_eq(buf.len, 2 * len);
    ck_assert_mem_eq(buf.data, buf.data + len, len);
}
END_TEST

START_TEST(test_bytes_that_are_anything_else)
{
    damaged("", 0);
    damaged("\xC0\xC0", 2);                             /* two values */
    damaged("\xC1", 1);                                 /* never used */
    damaged("\xC4\x01x", 3);                            /* bin */
    damaged("\xD4\x01x", 3);                            /* ext */
    damaged("\xC7\x01\x01x", 4);                        /* ext 8 */
    damaged("\xCA\x3F\x80\x00\x00", 5);                 /* float32 */
    damaged("\xCF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF", 9); /* beyond int64 */
    damaged("\x81\x01\x01", 3);                         /* key is a number */
    damaged("\x81\x90\x01", 3);                         /* key is a list */
    damaged("\x81\xA1\x00\x01", 4);                     /* NUL in a key */
    damaged("\xA2\xC3\x28", 3);                         /* not UTF-8 */
    damaged("\xDD\xFF\xFF\xFF\xFF", 5);                 /* a list that takes all memory */
    damaged("\xDF\xFF\xFF\xFF\xFF\xA0\xC0", 7);         /* a map that does */
    damaged("\xDB\xFF\xFF\xFF\xFFx", 6);                /* a text that does */
    damaged("\x93\x93\x93\xC0\xC0\xC0\xC0\xC0", 8);     /* too few items, nested */
}
END_TEST

START_TEST(test_lies_about_counts_take_no_memory)
{
    enum { LEN = 1024 * 1024 };
    char *bytes = malloc(LEN);
    /* lists in lists, each claiming nearly all that is left */
    memset(bytes, 0xC0, LEN);
    for (size_t i = 0; i < 100; i++)
        memcpy(bytes + i * 5, "\xDD\x00\x0F\x00\x00", 5);
    damaged(bytes, LEN);
    ck_assert_uint_lt(arena.total, 64u * 1024 * 1024);
    free(bytes);
}
END_TEST

static struct rd_value nested(int depth)
{
    struct rd_value value = rd_list();
    for (int i = 1; i < depth; i++) {
        struct rd_value outer = rd_list();
        if (i % 2) {
            outer = rd_map();
            rd_map_add(&arena, &outer, "k", value);
        } else {
            rd_list_add(&arena, &outer, value);
        }
        value = outer;
    }
    return value;
}

START_TEST(test_depth)
{
    struct rd_value value = nested(RD_PACK_DEPTH_MAX);
    round_trip(&value);
    char deeper[RD_PACK_DEPTH_MAX + 1];
    memset(deeper, '\x91', sizeof(deeper));
    deeper[RD_PACK_DEPTH_MAX] = '\x90';
    damaged(deeper, sizeof(deeper));
    char *deep = malloc(300000);
    for (size_t i = 0; i < 100000; i++)
        memcpy(deep + i * 3, "\xDC\x00\x01", 3);
    damaged(deep, 300000);
    free(deep);
}
END_TEST

START_TEST(test_writing_too_deep_aborts)
{
    struct rd_value value = nested(RD_PACK_DEPTH_MAX + 1);
    rd_pack_write(&buf, &value);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("pack");
    TCase *tests = tcase_create("pack");
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, test_integers);
    tcase_add_test(tests, test_reals_bools_null);
    tcase_add_test(tests, test_texts_of_every_length_class);
    tcase_add_test(tests, test_lists_and_maps_of_every_length_class);
    tcase_add_test(tests, test_truncated_at_every_byte);
    tcase_add_test(tests, test_any_byte_changed_is_read_or_refused);
    tcase_add_test(tests, test_the_same_value_gives_the_same_bytes);
    tcase_add_test(tests, test_bytes_that_are_anything_else);
    tcase_add_test(tests, test_lies_about_counts_take_no_memory);
    tcase_add_test(tests, test_depth);
    if (unit_forks())
        tcase_add_test_raise_signal(tests, test_writing_too_deep_aborts, SIGABRT);
    suite_add_tcase(suite, tests);
    return unit_run(suite);
}
