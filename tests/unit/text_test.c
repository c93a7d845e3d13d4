/* Text: UTF-8, likeness, numbers, hashes, and every date there is. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "unit/unit.h"

/* Of every length up to three words and more, with a foreign byte at every place or at none. */
START_TEST(test_ascii)
{
    char text[41];
    for (size_t len = 0; len < sizeof text; len++) {
        memset(text, 'a', sizeof text);
        memset(text + len, 0xC3, sizeof text - len); /* what lies behind it is nobody's business */
        ck_assert(rd_text_is_ascii(text, len));
        ck_assert(rd_text_is_utf8(text, len));
        for (size_t at = 0; at < len; at++) {
            text[at] = (char)0x80;
            ck_assert(!rd_text_is_ascii(text, len));
            ck_assert(!rd_text_is_utf8(text, len));
            text[at] = 'a';
        }
    }
}
END_TEST

START_TEST(test_utf8_edges)
{
    const char *good[] = { "",
                           "a",
                           "\x7F",
                           "\xC2\x80",
                           "\xDF\xBF",
                           "\xE0\xA0\x80",
                           "\xED\x9F\xBF",
                           "\xEE\x80\x80",
                           "\xEF\xBF\xBF",
                           "\xF0\x90\x80\x80",
                           "\xF4\x8F\xBF\xBF",
                           "ASCII of more than eight bytes 然后是中文 and on" };
    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
        ck_assert_msg(rd_text_is_utf8(good[i], strlen(good[i])), "good %zu", i);
    const char *bad[] = { "\x80",
                          "\xBF",
                          "\xC0\x80",
                          "\xC1\xBF",
                          "\xC2",
                          "\xC2\x41",
                          "\xE0\x9F\xBF",
                          "\xED\xA0\x80",
                          "\xE1\x80",
                          "\xE1\x80\x41",
                          "\xF0\x8F\xBF\xBF",
                          "\xF4\x90\x80\x80",
                          "\xF5\x80\x80\x80",
                          "\xFF",
                          "12345678\x80",
                          "\xF0\x90\x80" };
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        ck_assert_msg(!rd_text_is_utf8(bad[i], strlen(bad[i])), "bad %zu", i);
}
END_TEST

START_TEST(test_length_counts_letters)
{
    ck_assert_uint_eq(rd_text_length("", 0), 0);
    ck_assert_uint_eq(rd_text_length("a猫🐈", 8), 3);
}
END_TEST

START_TEST(test_distance)
{
    ck_assert_uint_eq(rd_text_distance("", ""), 0);
    ck_assert_uint_eq(rd_text_distance("abc", ""), 3);
    ck_assert_uint_eq(rd_text_distance("", "abc"), 3);
    ck_assert_uint_eq(rd_text_distance("kitten", "sitting"), 3);
    ck_assert_uint_eq(rd_text_distance("投诉单", "投诉"), 1);
    ck_assert_uint_eq(rd_text_distance("投诉", "投書"), 1);
    char many[66];
    memset(many, 'a', 65);
    many[65] = '\0';
    ck_assert_uint_eq(rd_text_distance(many, "a"), 64);
    ck_assert_uint_eq(rd_text_distance("a", many), 64);
    many[64] = '\0';
    ck_assert_uint_eq(rd_text_distance(many, many), 0);
}
END_TEST

START_TEST(test_nearest)
{
    const char *names[] = { "amount", "account", "opened_at" };
    ck_assert_str_eq(rd_text_nearest("amuont", names, 3), "amount");
    ck_assert_str_eq(rd_text_nearest("opend_at", names, 3), "opened_at");
    ck_assert_str_eq(rd_text_nearest("account", names, 3), "account");
    ck_assert_ptr_null(rd_text_nearest("zebra", names, 3));
    ck_assert_ptr_null(rd_text_nearest("a", names, 3));
    ck_assert_ptr_null(rd_text_nearest("amount", NULL, 0));
}
END_TEST

START_TEST(test_int)
{
    int64_t number = 42;
    ck_assert(rd_text_int("0", &number) && number == 0);
    ck_assert(rd_text_int("-17", &number) && number == -17);
    ck_assert(rd_text_int("9223372036854775807", &number) && number == INT64_MAX);
    ck_assert(rd_text_int("-9223372036854775808", &number) && number == INT64_MIN);
    number = 42;
    const char *bad[] = { "",
                          "-",
                          "+1",
                          " 1",
                          "1 ",
                          "1a",
                          "--1",
                          "0x1",
                          "1.0",
                          "9223372036854775808",
                          "１",
                          "1e3",
                          "-9223372036854775809",
                          "99999999999999999999999" };
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        ck_assert_msg(!rd_text_int(bad[i], &number), "%s", bad[i]);
    ck_assert_int_eq(number, 42);
}
END_TEST

/* Stores hold these numbers: the test is the promise that they never change. */
/* Every length, and the numbers at which the spelling gets longer. */
START_TEST(test_put_uint_as_printf_does)
{
    uint64_t number = 1;
    for (int digits = 1; digits <= 20; digits++, number *= 10)
        for (int64_t beside = -2; beside <= 2; beside++) {
            char ours[RD_UINT_TEXT_MAX + 1], theirs[RD_UINT_TEXT_MAX + 1];
            uint64_t n = number + (uint64_t)beside;
            *rd_text_put_uint(ours, n) = '\0';
            snprintf(theirs, sizeof theirs, "%" PRIu64, n);
            ck_assert_str_eq(ours, theirs);
        }
    static const uint64_t edges[] = { 0, UINT32_MAX, UINT32_MAX + 1ull, UINT64_MAX };
    for (size_t i = 0; i < sizeof edges / sizeof *edges; i++) {
        char ours[RD_UINT_TEXT_MAX + 1], theirs[RD_UINT_TEXT_MAX + 1];
        *rd_text_put_uint(ours, edges[i]) = '\0';
        snprintf(theirs, sizeof theirs, "%" PRIu64, edges[i]);
        ck_assert_str_eq(ours, theirs);
    }
}
END_TEST

START_TEST(test_put_digits)
{
    char text[8] = "#######";
    ck_assert_ptr_eq(rd_text_put_digits(text, 5, 3), text + 3);
    ck_assert_str_eq(text, "005####");
    rd_text_put_digits(text, 12345, 2);
    ck_assert_str_eq(text, "455####");
}
END_TEST

START_TEST(test_date_write)
{
    static const struct {
        int64_t days;
        const char *text;
    } cases[] = { { 0, "1970-01-01" },         { 20517, "2026-03-05" },
                  { -719162, "0001-01-01" },   { 2932896, "9999-12-31" },
                  { 11016, "2000-02-29" },     { -719163, "0001-01-01" },
                  { INT64_MIN, "0001-01-01" }, { INT64_MAX, "9999-12-31" } };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char text[RD_DATE_TEXT_MAX];
        rd_date_write(cases[i].days, text);
        ck_assert_str_eq(text, cases[i].text);
    }
}
END_TEST

START_TEST(test_hash_is_for_ever)
{
    ck_assert_uint_eq(rd_text_hash("", 0), 0x15a7f196eafaee28u);
    ck_assert_uint_eq(rd_text_hash("complaint", 9), 0x2b3d739cb53f55abu);
    ck_assert_uint_ne(rd_text_hash("a", 1), rd_text_hash("a\0", 2));
}
END_TEST

static bool leap(int year)
{
    return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

START_TEST(test_every_date_from_0001_to_9999)
{
    static const int lengths[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
    int64_t days = rd_date_days(1, 1, 1);
    ck_assert_int_eq(days, -719162);
    for (int year = 1; year <= 9999; year++) {
        for (int month = 1; month <= 12; month++) {
            int length = lengths[month - 1] + (month == 2 && leap(year));
            for (int day = 1; day <= length; day++, days++) {
                int y, m, d;
                rd_date_civil(days, &y, &m, &d);
                if (rd_date_days(year, month, day) != days || y != year || m != month || d != day)
                    ck_abort_msg("%04d-%02d-%02d", year, month, day);
            }
        }
    }
    ck_assert_int_eq(days, 2932897);
    ck_assert_int_eq(rd_date_days(1970, 1, 1), 0);
    ck_assert_int_eq(rd_date_days(2000, 3, 1), 11017);
}
END_TEST

START_TEST(test_date_read)
{
    int64_t days = 7;
    ck_assert(rd_date_read("1970-01-02", &days) && days == 1);
    ck_assert(rd_date_read("2024-02-29", &days) && days == 19782);
    ck_assert(rd_date_read("0001-01-01", &days) && days == -719162);
    ck_assert(rd_date_read("9999-12-31", &days) && days == 2932896);
    days = 7;
    const char *bad[] = { "",           "2026",        "2026-3-06",  "2026-03-6",   "2026/03/06",
                          "2025-02-29", "1900-02-29",  "2026-04-31", "2026-13-01",  "2026-00-10",
                          "2026-01-00", "2026-01-32",  "0000-01-01", "2026-03-06 ", " 2026-03-06",
                          "-026-03-06", "10000-01-01", "2026-03-06T" };
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        ck_assert_msg(!rd_date_read(bad[i], &days), "%s", bad[i]);
    ck_assert_int_eq(days, 7);
}
END_TEST

START_TEST(test_time_write)
{
    char text[RD_TIME_TEXT_MAX];
    rd_time_write(0, text);
    ck_assert_str_eq(text, "1970-01-01T00:00:00Z");
    rd_time_write(1, text);
    ck_assert_str_eq(text, "1970-01-01T00:00:00.001Z");
    rd_time_write(-1, text);
    ck_assert_str_eq(text, "1969-12-31T23:59:59.999Z");
    rd_time_write(1772784000000, text);
    ck_assert_str_eq(text, "2026-03-06T08:00:00Z");
    rd_time_write(INT64_MAX, text);
    ck_assert_str_eq(text, "9999-12-31T23:59:59.999Z");
    rd_time_write(INT64_MIN, text);
    ck_assert_str_eq(text, "0001-01-01T00:00:00Z");
}
END_TEST

START_TEST(test_time_round_trip)
{
    char text[RD_TIME_TEXT_MAX];
    for (int64_t time = -62135596800000; time < 253402300800000; time += 86399999777) {
        int64_t back;
        rd_time_write(time, text);
        ck_assert_msg(rd_time_read(text, &back), "%s", text);
        ck_assert_int_eq(back, time);
    }
}
END_TEST

START_TEST(test_time_read_odd_forms)
{
    const struct {
        const char *text;
        int64_t ms;
    } rows[] = {
        { "1970-01-01T00:00:00Z", 0 },
        { "1970-01-01t00:00:00z", 0 },
        { "1970-01-01 00:00:00Z", 0 },
        { "1970-01-01T08:00:00+08:00", 0 },
        { "1969-12-31T19:30:00-04:30", 0 },
        { "1970-01-01T00:00:00-00:00", 0 },
        { "1970-01-01T23:59:00+23:59", 0 },
        { "1970-01-01T00:00:00.5Z", 500 },
        { "1970-01-01T00:00:00.12Z", 120 },
        { "1970-01-01T00:00:00.1239999999999999999999Z", 123 },
        { "1969-12-31T23:59:59.9999Z", -1 },
        { "2016-12-31T23:59:60Z", 1483228800000 },
        { "2017-01-01T07:59:60.5+08:00", 1483228800500 },
        { "0001-01-01T00:00:00Z", -62135596800000 },
        { "9999-12-31T23:59:59.999Z", 253402300799999 },
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        int64_t time = -7;
        ck_assert_msg(rd_time_read(rows[i].text, &time), "%s", rows[i].text);
        ck_assert_msg(time == rows[i].ms, "%s: %lld", rows[i].text, (long long)time);
    }
}
END_TEST

START_TEST(test_time_read_refuses)
{
    const char *bad[] = { "",
                          "1970-01-01",
                          "1970-01-01T00:00:00",
                          "1970-01-01T00:00Z",
                          "1970-01-01T24:00:00Z",
                          "1970-01-01T00:60:00Z",
                          "1970-01-01T00:00:61Z",
                          "1970-01-01T12:00:60Z",
                          "1970-01-01T00:00:00.Z",
                          "1970-01-01T00:00:00,5Z",
                          "1970-01-01T00:00:00+0800",
                          "1970-01-01T00:00:00+08",
                          "1970-01-01T00:00:00+24:00",
                          "1970-01-01T00:00:00+08:60",
                          "1970-01-01T00:00:00Z ",
                          "1970-01-01T00:00:00 Z",
                          "1970-02-30T00:00:00Z",
                          "1970-01-01_00:00:00Z",
                          "0001-01-01T00:00:00+00:01",
                          "9999-12-31T23:59:59-00:01",
                          "0000-12-31T23:59:59-08:00" };
    int64_t time = 7;
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        ck_assert_msg(!rd_time_read(bad[i], &time), "%s", bad[i]);
    ck_assert_int_eq(time, 7);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("text");
    TCase *tests = tcase_create("text");
    tcase_set_timeout(tests, 60);
    tcase_add_test(tests, test_ascii);
    tcase_add_test(tests, test_utf8_edges);
    tcase_add_test(tests, test_length_counts_letters);
    tcase_add_test(tests, test_distance);
    tcase_add_test(tests, test_nearest);
    tcase_add_test(tests, test_int);
    tcase_add_test(tests, test_put_uint_as_printf_does);
    tcase_add_test(tests, test_put_digits);
    tcase_add_test(tests, test_date_write);
    tcase_add_test(tests, test_hash_is_for_ever);
    tcase_add_test(tests, test_every_date_from_0001_to_9999);
    tcase_add_test(tests, test_date_read);
    tcase_add_test(tests, test_time_write);
    tcase_add_test(tests, test_time_round_trip);
    tcase_add_test(tests, test_time_read_odd_forms);
    tcase_add_test(tests, test_time_read_refuses);
    suite_add_tcase(suite, tests);
    return unit_run(suite);
}
