/* The byte buffer. */
#include <signal.h>
#include <string.h>

#include "base/buf.h"
#include "unit/unit.h"

static struct rd_buf buf;

static void setup(void)
{
    rd_buf_init(&buf);
}

static void teardown(void)
{
    rd_buf_fini(&buf);
    ck_assert_ptr_null(buf.data);
    ck_assert_uint_eq(buf.cap, 0);
}

START_TEST(test_empty)
{
    ck_assert_ptr_null(buf.data);
    rd_buf_append(&buf, NULL, 0);
    rd_buf_drop(&buf, 0);
    ck_assert_uint_eq(buf.len, 0);
    ck_assert_ptr_null(buf.data);
}
END_TEST

START_TEST(test_reserve_does_not_move_the_end)
{
    char *at = rd_buf_reserve(&buf, 0);
    ck_assert_ptr_nonnull(at);
    rd_buf_text(&buf, "abc");
    at = rd_buf_reserve(&buf, 5000);
    ck_assert_ptr_eq(at, buf.data + 3);
    ck_assert_uint_eq(buf.len, 3);
    ck_assert_uint_ge(buf.cap, 5003);
    ck_assert_mem_eq(buf.data, "abc", 3);
}
END_TEST

START_TEST(test_growth_keeps_all_bytes)
{
    for (int i = 0; i < 100000; i++)
        rd_buf_char(&buf, (char)(i % 127));
    ck_assert_uint_eq(buf.len, 100000);
    for (int i = 0; i < 100000; i++)
        ck_assert_int_eq(buf.data[i], i % 127);
    size_t cap = buf.cap;
    rd_buf_clear(&buf);
    ck_assert_uint_eq(buf.len, 0);
    ck_assert_uint_eq(buf.cap, cap);
}
END_TEST

START_TEST(test_printf_at_every_remaining_size)
{
    for (int len = 0; len < 600; len++) {
        rd_buf_printf(&buf, "%*s|", len, "");
        ck_assert_int_eq(buf.data[buf.len - 1], '|');
    }
    ck_assert_uint_eq(buf.len, 600 * 599 / 2 + 600);
}
END_TEST

START_TEST(test_numbers)
{
    static const struct {
        uint64_t number;
        int width;
        const char *text;
    } cases[] = { { 0, 2, "0 00" },
                  { 7, 3, "7 007" },
                  { 1234, 2, "1234 34" },
                  { UINT64_MAX, 20, "18446744073709551615 18446744073709551615" } };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        rd_buf_clear(&buf);
        rd_buf_uint(&buf, cases[i].number);
        rd_buf_char(&buf, ' ');
        rd_buf_digits(&buf, cases[i].number, cases[i].width);
        ck_assert_uint_eq(buf.len, strlen(cases[i].text));
        ck_assert_mem_eq(buf.data, cases[i].text, buf.len);
    }
}
END_TEST

START_TEST(test_drop)
{
    rd_buf_text(&buf, "hello world");
    rd_buf_drop(&buf, 6);
    ck_assert_uint_eq(buf.len, 5);
    ck_assert_mem_eq(buf.data, "world", 5);
    rd_buf_drop(&buf, 5);
    ck_assert_uint_eq(buf.len, 0);
}
END_TEST

START_TEST(test_drop_beyond_the_end_aborts)
{
    rd_buf_text(&buf, "abc");
    rd_buf_drop(&buf, 4);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("buf");
    TCase *tests = tcase_create("buf");
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, test_empty);
    tcase_add_test(tests, test_reserve_does_not_move_the_end);
    tcase_add_test(tests, test_growth_keeps_all_bytes);
    tcase_add_test(tests, test_printf_at_every_remaining_size);
    tcase_add_test(tests, test_numbers);
    tcase_add_test(tests, test_drop);
    if (unit_forks())
        tcase_add_test_raise_signal(tests, test_drop_beyond_the_end_aborts, SIGABRT);
    suite_add_tcase(suite, tests);
    return unit_run(suite);
}
