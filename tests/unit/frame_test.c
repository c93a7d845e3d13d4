/* Framing. */
#include "unit.h"

#include <stdlib.h>
#include <string.h>

#include "server/frame.h"

static struct rd_frame frame;

static void setup(void)
{
    rd_frame_init(&frame, 8);
}

static void teardown(void)
{
    rd_frame_fini(&frame);
}

static void feed(const char *text)
{
    rd_frame_feed(&frame, text, strlen(text));
}

static void assert_line(const char *expected)
{
    const char *line = NULL;
    size_t len = 0;
    ck_assert_int_eq(rd_frame_next(&frame, &line, &len), RD_FRAME_LINE);
    ck_assert_uint_eq(len, strlen(expected));
    ck_assert_int_eq(memcmp(line, expected, len), 0);
}

static void assert_event(enum rd_frame_event expected)
{
    const char *line;
    size_t len;
    ck_assert_int_eq(rd_frame_next(&frame, &line, &len), expected);
}

START_TEST(test_lines)
{
    assert_event(RD_FRAME_MORE);
    feed("a\nbc\r\n\n\r\nd");
    assert_line("a");
    assert_line("bc");
    assert_event(RD_FRAME_MORE);
    feed("ef\n");
    assert_line("def");
    assert_event(RD_FRAME_MORE);
    ck_assert_uint_eq(frame.buf.len, 0);
}
END_TEST

START_TEST(test_single_bytes)
{
    for (const char *at = "12345678\r\nx\n"; *at; at++) {
        rd_frame_feed(&frame, at, 1);
        if (*at == '\n')
            break;
        assert_event(RD_FRAME_MORE);
    }
    assert_line("12345678"); /* of just the allowed length, even with its \r */
}
END_TEST

START_TEST(test_a_return_inside_a_line_stays)
{
    feed("a\rb\n");
    assert_line("a\rb");
}
END_TEST

START_TEST(test_large_line_in_one_piece)
{
    feed("123456789\nok\n");
    assert_event(RD_FRAME_LARGE);
    assert_line("ok");
    assert_event(RD_FRAME_MORE);
}
END_TEST

START_TEST(test_large_line_in_pieces)
{
    feed("12345678");
    assert_event(RD_FRAME_MORE);
    feed("9");
    assert_event(RD_FRAME_MORE); /* might be an \r for all that is known */
    feed("0");
    assert_event(RD_FRAME_LARGE);
    ck_assert(frame.skipping);
    feed("more and more of it");
    assert_event(RD_FRAME_MORE);         /* told once */
    ck_assert_uint_eq(frame.buf.len, 0); /* and nothing is kept */
    feed("the end\nok\n");
    assert_line("ok");
    feed("ok\n");
    assert_line("ok");
}
END_TEST

START_TEST(test_nine_bytes_are_too_many)
{
    feed("123456789");
    assert_event(RD_FRAME_MORE);
    feed("\n");
    assert_event(RD_FRAME_LARGE);
    feed("12345678\n");
    assert_line("12345678");
}
END_TEST

START_TEST(test_gives_memory_back)
{
    struct rd_frame large;
    rd_frame_init(&large, 1 << 20);
    char *bytes = malloc(1 << 20);
    ck_assert_ptr_nonnull(bytes);
    memset(bytes, 'x', 1 << 20);
    rd_frame_feed(&large, bytes, 1 << 20);
    rd_frame_feed(&large, "\n", 1);
    const char *line;
    size_t len;
    ck_assert_int_eq(rd_frame_next(&large, &line, &len), RD_FRAME_LINE);
    ck_assert_uint_eq(len, 1 << 20);
    ck_assert_int_eq(rd_frame_next(&large, &line, &len), RD_FRAME_MORE);
    ck_assert_uint_le(large.buf.cap, 4096);
    rd_frame_fini(&large);
    free(bytes);
}
END_TEST

static Suite *suite(void)
{
    Suite *suite = suite_create("frame");
    TCase *tcase = tcase_create("frame");
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, test_lines);
    tcase_add_test(tcase, test_single_bytes);
    tcase_add_test(tcase, test_a_return_inside_a_line_stays);
    tcase_add_test(tcase, test_large_line_in_one_piece);
    tcase_add_test(tcase, test_large_line_in_pieces);
    tcase_add_test(tcase, test_nine_bytes_are_too_many);
    tcase_add_test(tcase, test_gives_memory_back);
    suite_add_tcase(suite, tcase);
    return suite;
}

int main(void)
{
    return unit_run(suite());
}
