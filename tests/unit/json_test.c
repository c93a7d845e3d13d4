/* JSON: what is refused and how it is said, and that everything written reads back the same. */
#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/limits.h"
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

static struct rd_value parse_bytes(const char *bytes, size_t len)
{
    struct rd_value value;
    struct rd_error error = RD_ERROR_NONE;
    enum rd_status status = rd_json_parse(&arena, bytes, len, 32, &value, &error);
    ck_assert_msg(status == RD_OK, "%s: %s", bytes, error.text);
    return value;
}

static struct rd_value parse(const char *text)
{
    return parse_bytes(text, strlen(text));
}

static const char *written(const struct rd_value *value)
{
    rd_buf_clear(&buf);
    rd_json_write(&buf, value);
    rd_buf_char(&buf, '\0');
    return buf.data;
}

static void refused(const char *bytes, size_t len, enum rd_status expected)
{
    struct rd_value value;
    struct rd_error error = RD_ERROR_NONE;
    enum rd_status status = rd_json_parse(&arena, bytes, len, 32, &value, &error);
    ck_assert_msg(status == expected, "%s: %s, not %s", bytes, rd_status_name(status),
                  rd_status_name(expected));
    ck_assert_int_eq(error.status, expected);
    ck_assert_uint_gt(strlen(error.text), 0);
}

START_TEST(test_every_kind)
{
    struct rd_value map = parse(" {\"n\":null,\"t\":true,\"f\":false,\"i\":-7,\"r\":2.5,"
                                "\"s\":\"x\",\"l\":[1,[]],\"m\":{}} ");
    ck_assert_int_eq(rd_map_get(&map, "n")->kind, RD_NULL);
    ck_assert(rd_map_bool(&map, "t", false));
    ck_assert(!rd_map_bool(&map, "f", true));
    ck_assert_int_eq(rd_map_int(&map, "i", 0), -7);
    ck_assert_double_eq(rd_map_get(&map, "r")->real, 2.5);
    ck_assert_str_eq(rd_map_text(&map, "s", ""), "x");
    ck_assert_uint_eq(rd_map_list(&map, "l")->count, 2);
    ck_assert_int_eq(rd_map_get(&map, "m")->kind, RD_MAP);
    ck_assert_str_eq(written(&map), "{\"n\":null,\"t\":true,\"f\":false,\"i\":-7,\"r\":2.5,"
                                    "\"s\":\"x\",\"l\":[1,[]],\"m\":{}}");
}
END_TEST

START_TEST(test_scalars_at_the_top)
{
    const char *texts[] = { "null", "true", "0", "-1.5", "\"a\"", "[]", "{}" };
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        struct rd_value value = parse(texts[i]);
        ck_assert_str_eq(written(&value), texts[i]);
    }
}
END_TEST

START_TEST(test_keys_keep_their_order)
{
    struct rd_value map = parse("{\"z\":1,\"a\":2,\"m\":3,\"b\":4,\"y\":5,\"c\":6}");
    ck_assert_str_eq(written(&map), "{\"z\":1,\"a\":2,\"m\":3,\"b\":4,\"y\":5,\"c\":6}");
}
END_TEST

START_TEST(test_escapes_in)
{
    struct rd_value value =
        parse("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u0041\\u732b\\ud83d\\udc08\\u001F\"");
    ck_assert_str_eq(value.text, "\"\\/\b\f\n\r\tA猫🐈\x1F");
}
END_TEST

START_TEST(test_escapes_out)
{
    struct rd_value value = rd_text("\"\\/\b\f\n\r\t\x01\x1F\x7F猫🐈");
    ck_assert_str_eq(written(&value), "\"\\\"\\\\/\\b\\f\\n\\r\\t\\u0001\\u001f\x7F猫🐈\"");
    struct rd_value nul = rd_text_copy(&arena, "a\0b", 3);
    ck_assert_str_eq(written(&nul), "\"a\\u0000b\"");
}
END_TEST

START_TEST(test_every_control_letter_comes_back)
{
    for (int c = 1; c < 0x80; c++) {
        struct rd_value value = rd_text_copy(&arena, (char[]){ 'a', (char)c, 'z' }, 3);
        const char *text = written(&value);
        ck_assert_ptr_null(strchr(text, '\n'));
        struct rd_value back = parse(text);
        ck_assert(rd_value_equal(&value, &back));
    }
}
END_TEST

/* The plain way to write a text. */
static void write_plainly(struct rd_buf *out, const char *text, size_t len)
{
    rd_buf_char(out, '"');
    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char)text[i];
        if (c == '"' || c == '\\')
            rd_buf_printf(out, "\\%c", c);
        else if (c < 0x20)
            rd_buf_printf(out, "\\u%04x", c);
        else
            rd_buf_char(out, (char)c);
    }
    rd_buf_char(out, '"');
}

/* One text, in memory of its own size, into a buffer that has no byte more room than it takes where
 * nothing is escaped. */
static void expect_written(const char *text, size_t len)
{
    struct rd_buf expected;
    char *own = malloc(len ? len : 1);
    ck_assert_ptr_nonnull(own);
    memcpy(own, text, len);
    struct rd_value value = rd_text_of(own, len);
    rd_buf_init(&expected);
    write_plainly(&expected, own, len);
    rd_buf_fini(&buf);
    rd_buf_reserve(&buf, 1);
    size_t before = buf.cap - (len + 2);
    buf.len = before;
    rd_json_write(&buf, &value);
    ck_assert_uint_eq(buf.len - before, expected.len);
    ck_assert_mem_eq(buf.data + before, expected.data, expected.len);
    rd_buf_fini(&expected);
    free(own);
}

START_TEST(test_a_letter_of_any_kind_at_any_place_in_texts_of_any_length)
{
    static const char letters[] = { '"', '\\', '\x01', '\x1f', '\x7f', '\x20', '\xc3', '\xff' };
    char text[48] = "";
    for (size_t len = 0; len <= 40; len++) {
        for (size_t i = 0; i < len; i++)
            text[i] = (char)('a' + i % 26);
        expect_written(text, len);
        for (size_t at = 0; at < len; at++) {
            for (size_t k = 0; k < sizeof letters; k++) {
                char was = text[at];
                text[at] = letters[k];
                expect_written(text, len);
                text[len - 1 - at] = '"'; /* and a second one elsewhere */
                expect_written(text, len);
                text[len - 1 - at] = (char)('a' + (len - 1 - at) % 26);
                text[at] = was;
            }
        }
    }
}
END_TEST

START_TEST(test_escapes_in_keys)
{
    struct rd_value map = parse("{\"a\\n\\\"\":1}");
    ck_assert_str_eq(map.pairs[0].key, "a\n\"");
    ck_assert_str_eq(written(&map), "{\"a\\n\\\"\":1}");
}
END_TEST

/* Keys that are the program's own are remembered as they are written: of any length, with escapes,
 * more of them than are remembered, and each of them again. */
START_TEST(test_keys_of_the_program)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789abcdefghijklmnopqrstuvwxyz";
    static const char *const odd[] = { "", "a\"b", "\\", "\n", "\xE7\x8C\xAB", "rule" };
    struct rd_value map = rd_map();
    for (size_t i = 0; i + 1 < sizeof(letters); i++) /* each but the last few of other lengths */
        rd_map_add(&arena, &map, letters + i, rd_int((int64_t)i));
    for (size_t i = 0; i < sizeof(odd) / sizeof(odd[0]); i++)
        rd_map_add(&arena, &map, odd[i], rd_null());
    for (int round = 0; round < 3; round++) {
        struct rd_value list = rd_list(), copies = rd_list();
        for (int i = 0; i <= round; i++) {
            rd_list_add(&arena, &list, map);
            rd_list_add(&arena, &copies, rd_value_copy(&arena, &map));
        }
        const char *text = written(&list);
        text = rd_arena_copy(&arena, text, strlen(text));
        ck_assert_str_eq(written(&copies), text); /* whose keys are nobody's own */
    }
}
END_TEST

START_TEST(test_not_json)
{
    const char *texts[] = { "",          " ",           "{",           "[1,]",         "{\"a\":1,}",
                            "{a:1}",     "'a'",         "01",          "+1",           ".5",
                            "1.",        "1e",          "NaN",         "Infinity",     "nul",
                            "True",      "[1] [2]",     "1 2",         "\"a",          "\"\\x41\"",
                            "\"\\u12\"", "\"\\ud83d\"", "\"\\udc08\"", "\"\\ud83dx\"", "\"a\nb\"",
                            "// c\n1",   "]",           "\"\t\"" };
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        refused(texts[i], strlen(texts[i]), RD_PARSE_ERROR);
}
END_TEST

START_TEST(test_doubled_keys)
{
    const char *text = "{\"a\":1,\"b\":{\"c\":1,\"c\":1}}";
    refused(text, strlen(text), RD_PARSE_ERROR);
    text = "{\"a\":1,\"\\u0061\":2}";
    refused(text, strlen(text), RD_PARSE_ERROR);
}
END_TEST

START_TEST(test_nul)
{
    refused("\"a\\u0000b\"", 10, RD_PARSE_ERROR);
    refused("{\"\\u0000\":1}", 12, RD_PARSE_ERROR);
    refused("\"a\0b\"", 5, RD_PARSE_ERROR);
    refused("1\0", 2, RD_PARSE_ERROR);
    refused("\0", 1, RD_PARSE_ERROR);
}
END_TEST

START_TEST(test_bad_utf8)
{
    const char *texts[] = { "\"\xC0\xAF\"",     "\"\xED\xA0\x80\"", "\"\xF4\x90\x80\x80\"",
                            "\"\xE7\x8C\"",     "\"\x80\"",         "\"\xFF\"",
                            "\"\xE0\x80\xAF\"", "{\"\xC3\":1}" };
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        refused(texts[i], strlen(texts[i]), RD_PARSE_ERROR);
}
END_TEST

START_TEST(test_integers)
{
    ck_assert_int_eq(parse("9223372036854775807").integer, INT64_MAX);
    ck_assert_int_eq(parse("-9223372036854775808").integer, INT64_MIN);
    struct rd_value value = rd_int(INT64_MIN);
    ck_assert_str_eq(written(&value), "-9223372036854775808");
    value = rd_int(INT64_MAX);
    ck_assert_str_eq(written(&value), "9223372036854775807");
    value = rd_int(0);
    ck_assert_str_eq(written(&value), "0");
    refused("9223372036854775808", 19, RD_PARSE_ERROR);
    refused("-9223372036854775809", 20, RD_PARSE_ERROR);
    refused("[123456789012345678901234567890]", 32, RD_PARSE_ERROR);
    refused("1e400", 5, RD_PARSE_ERROR);
}
END_TEST

START_TEST(test_reals_read_back_exactly)
{
    const double reals[] = { 0.0,     -0.0,        0.1,     1.0 / 3, 1e21,  1e-7,  5e-324,
                             DBL_MAX, DBL_EPSILON, DBL_MIN, 1e15,    1e16,  1e17,  123456789.125,
                             -2.5e-5, 0.1 + 0.2,   100.0,   2e0,     1e300, 4.35e2 };
    for (size_t i = 0; i < sizeof(reals) / sizeof(reals[0]); i++) {
        struct rd_value value = rd_real(reals[i]);
        struct rd_value back = parse(written(&value));
        ck_assert_int_eq(back.kind, RD_REAL);
        ck_assert_mem_eq(&back.real, &reals[i], sizeof(double));
    }
    uint64_t seed = 88172645463325252u;
    for (int i = 0; i < 5000; i++) {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        double real;
        memcpy(&real, &seed, sizeof(real));
        if (!isfinite(real))
            continue;
        struct rd_value value = rd_real(real);
        struct rd_value back = parse(written(&value));
        ck_assert_mem_eq(&back.real, &real, sizeof(real));
    }
}
END_TEST

START_TEST(test_reals_are_short)
{
    struct rd_value value = rd_real(0.1);
    ck_assert_str_eq(written(&value), "0.1");
    value = rd_real(3.0);
    ck_assert_str_eq(written(&value), "3.0");
    value = rd_real(NAN);
    ck_assert_str_eq(written(&value), "null");
    value = rd_real(-INFINITY);
    ck_assert_str_eq(written(&value), "null");
}
END_TEST

static void nested(char *text, int depth, char open, char close)
{
    memset(text, open, (size_t)depth);
    memset(text + depth, close, (size_t)depth);
    text[2 * depth] = '\0';
}

START_TEST(test_depth)
{
    char text[20000];
    nested(text, 32, '[', ']');
    parse(text);
    nested(text, 33, '[', ']');
    refused(text, 66, RD_TOO_DEEP);
    nested(text, 9000, '[', ']');
    refused(text, 18000, RD_TOO_DEEP);
    /* brackets in texts nest nothing */
    char quoted[256] = "\"\\\"";
    memset(quoted + 3, '[', 200);
    strcpy(quoted + 203, "\"");
    struct rd_value value = parse(quoted);
    ck_assert_uint_eq(value.count, 201);
    /* side by side is not deep */
    value = parse("[[],[],[],[],[],[],[],[],[],[],[],[],[],[],[],[],[],[],[],[],[],[],[],[],[],[],"
                  "[],[],[],[],[],[],[],[],[],[],[],[],[],[],[]]");
    ck_assert_uint_eq(value.count, 41);
}
END_TEST

START_TEST(test_the_position_is_told)
{
    struct rd_value value;
    struct rd_error error = RD_ERROR_NONE;
    ck_assert_int_eq(rd_json_parse(&arena, "{\"a\":\n x}", 9, 32, &value, &error), RD_PARSE_ERROR);
    ck_assert_ptr_nonnull(strstr(error.text, "line 2"));
}
END_TEST

START_TEST(test_pretty)
{
    struct rd_value value = parse("{\"a\":[1,{\"b\":[]}],\"c\":{}}");
    rd_json_write_pretty(&buf, &value);
    rd_buf_char(&buf, '\0');
    ck_assert_str_eq(buf.data, "{\n  \"a\": [\n    1,\n    {\n      \"b\": []\n    }\n  ],\n"
                               "  \"c\": {}\n}");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("json");
    TCase *tests = tcase_create("json");
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, test_every_kind);
    tcase_add_test(tests, test_scalars_at_the_top);
    tcase_add_test(tests, test_keys_keep_their_order);
    tcase_add_test(tests, test_escapes_in);
    tcase_add_test(tests, test_escapes_out);
    tcase_add_test(tests, test_every_control_letter_comes_back);
    tcase_add_test(tests, test_a_letter_of_any_kind_at_any_place_in_texts_of_any_length);
    tcase_add_test(tests, test_escapes_in_keys);
    tcase_add_test(tests, test_keys_of_the_program);
    tcase_add_test(tests, test_not_json);
    tcase_add_test(tests, test_doubled_keys);
    tcase_add_test(tests, test_nul);
    tcase_add_test(tests, test_bad_utf8);
    tcase_add_test(tests, test_integers);
    tcase_add_test(tests, test_reals_read_back_exactly);
    tcase_add_test(tests, test_reals_are_short);
    tcase_add_test(tests, test_depth);
    tcase_add_test(tests, test_the_position_is_told);
    tcase_add_test(tests, test_pretty);
    suite_add_tcase(suite, tests);
    return unit_run(suite);
}
