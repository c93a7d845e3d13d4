/* Comma-separated files: what RFC 4180 allows is read, what it forbids is one bad row and no more.
 */
#include "cli/csv.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "unit/unit.h"

#define SHOW_BYTES 4096

/* The rows as one text: fields between bars, "!REASON" for a bad row, a line each; the lines on
 * which rows begin before them where `lines`. */
static void read_from(FILE *file, bool lines, char *shown, size_t size)
{
    struct rd_csv *csv = malloc(sizeof(*csv));
    struct rd_csv_row row;
    struct rd_error error = RD_ERROR_NONE;
    enum rd_status status;
    struct rd_buf out;
    ck_assert_ptr_nonnull(csv);
    rd_csv_init(csv, file);
    rd_buf_init(&out);
    while ((status = rd_csv_next(csv, &row, &error)) == RD_OK) {
        if (lines)
            rd_buf_printf(&out, "%llu:", (unsigned long long)row.line);
        if (row.bad)
            rd_buf_printf(&out, "!%s", row.bad);
        for (size_t i = 0; !row.bad && i < row.count; i++)
            rd_buf_printf(&out, "%s%s", i ? "|" : "", row.fields[i]);
        rd_buf_char(&out, '\n');
    }
    ck_assert_int_eq(status, RD_END);
    rd_buf_char(&out, '\0');
    ck_assert_uint_le(out.len, size);
    memcpy(shown, out.data, out.len);
    rd_buf_fini(&out);
    rd_csv_fini(csv);
    free(csv);
}

static void check_bytes(const char *bytes, size_t len, bool lines, const char *expected)
{
    char shown[SHOW_BYTES];
    FILE *file = tmpfile();
    ck_assert_ptr_nonnull(file);
    ck_assert_uint_eq(fwrite(bytes, 1, len, file), len);
    rewind(file);
    read_from(file, lines, shown, sizeof(shown));
    fclose(file);
    ck_assert_str_eq(shown, expected);
}

static void check_text(const char *text, const char *expected)
{
    check_bytes(text, strlen(text), false, expected);
}

START_TEST(test_plain_rows)
{
    check_text("a,b,c\n1,2,3\n", "a|b|c\n1|2|3\n");
    check_text("a,b\r\n1,2\r\n", "a|b\n1|2\n");
    check_text("a,b\n1,2", "a|b\n1|2\n");
    check_text("a,,\n,b,\n", "a||\n|b|\n");
    check_text(",\n", "|\n");
    check_text("a b , c\n", "a b | c\n");
    check_text("", "");
}
END_TEST

START_TEST(test_quoted_fields)
{
    check_text("\"a\",\"b,c\"\n", "a|b,c\n");
    check_text("\"say \"\"yes\"\"\",x\n", "say \"yes\"|x\n");
    check_text("\"two\nlines\",x\n", "two\nlines|x\n");
    check_text("\"two\r\nlines\",x\r\n", "two\nlines|x\n");
    check_text("\"\",x\n", "|x\n");
    check_text("\"\"\"\"\n", "\"\n");
    check_text("\"a\"", "a\n");
}
END_TEST

START_TEST(test_a_lone_return_is_a_letter)
{
    check_text("a\rb,c\n", "a\rb|c\n");
    check_text("a\r", "a\r\n");
}
END_TEST

START_TEST(test_empty_lines_are_passed_over)
{
    check_text("a\n\n\r\nb\n\n", "a\nb\n");
    check_text("\"\"\n", "\n"); /* a row with one empty field is none */
    check_text("\n\n", "");
}
END_TEST

START_TEST(test_mark_before_the_first_row)
{
    check_text("\xEF\xBB\xBF"
               "a,b\n",
               "a|b\n");
    check_text("a,\xEF\xBB\xBF"
               "b\n",
               "a|\xEF\xBB\xBF"
               "b\n");
}
END_TEST

START_TEST(test_rows_know_their_lines)
{
    const char *text = "a\n\n\"b\nc\nd\"\ne\nf\"\ng\n";
    check_bytes(text, strlen(text), true,
                "1:a\n3:b\nc\nd\n6:e\n7:!a quote inside of a field that is not quoted\n8:g\n");
}
END_TEST

START_TEST(test_bad_rows_stop_nothing)
{
    check_text("a\"b,c\nd\n", "!a quote inside of a field that is not quoted\nd\n");
    check_text("\"a\"b,c\nd\n", "!letters behind a closing quote\nd\n");
    check_text("a\n\xC3(\nb\n", "a\n!a field is not UTF-8\nb\n");
    check_text("a\n\xED\xA0\x80\nb\n", "a\n!a field is not UTF-8\nb\n"); /* a surrogate */
    check_bytes("a\nb\0c\nd\n", 8, false, "a\n!a NUL byte\nd\n");
    check_text("a\n\"b\nc\n", "a\n!a quoted field is never closed\n");
    check_text("\xEF\xBBx\na\n", "!the file begins with bytes that are not UTF-8\na\n");
}
END_TEST

/* A text of `len` letters between two others. */
static char *long_text(const char *before, size_t len, const char *behind)
{
    char *text = malloc(strlen(before) + len + strlen(behind) + 1);
    ck_assert_ptr_nonnull(text);
    strcpy(text, before);
    memset(text + strlen(before), 'x', len);
    strcpy(text + strlen(before) + len, behind);
    return text;
}

START_TEST(test_a_field_has_its_limit)
{
    char *text = long_text("", RD_CSV_FIELD_BYTES_MAX + 1, ",a\nb\n");
    check_text(text, "!a field is longer than 64 KiB\nb\n");
    free(text);
    text = long_text("", RD_CSV_FIELD_BYTES_MAX, "\n");
    FILE *file = fmemopen(text, strlen(text), "r");
    struct rd_csv *csv = malloc(sizeof(*csv));
    struct rd_csv_row row;
    struct rd_error error = RD_ERROR_NONE;
    ck_assert(file && csv);
    rd_csv_init(csv, file);
    ck_assert_int_eq(rd_csv_next(csv, &row, &error), RD_OK);
    ck_assert_ptr_null(row.bad);
    ck_assert_uint_eq(strlen(row.fields[0]), RD_CSV_FIELD_BYTES_MAX);
    rd_csv_fini(csv);
    free(csv);
    fclose(file);
    free(text);
}
END_TEST

START_TEST(test_a_quote_that_is_never_closed_swallows_a_mebibyte_at_most)
{
    char *text = long_text("a\n\"", RD_CSV_ROW_BYTES_MAX + 10, "\nb\nc\n");
    check_text(text, "a\n!a field is longer than 64 KiB\nb\nc\n");
    free(text);
}
END_TEST

START_TEST(test_columns_have_their_limit)
{
    char text[2 * RD_CSV_COLUMNS_MAX + 8];
    char shown[SHOW_BYTES];
    for (size_t columns = RD_CSV_COLUMNS_MAX - 1; columns <= RD_CSV_COLUMNS_MAX; columns++) {
        for (size_t i = 0; i < columns; i++)
            memcpy(text + 2 * i, "a,", 2);
        strcpy(text + 2 * columns - 1, "\nb\n");
        FILE *file = fmemopen(text, strlen(text), "r");
        ck_assert_ptr_nonnull(file);
        read_from(file, false, shown, sizeof(shown));
        fclose(file);
        bool bad = strncmp(shown, "!more than 1023 columns\nb\n", 25) == 0;
        ck_assert_int_eq(bad, columns == RD_CSV_COLUMNS_MAX);
    }
}
END_TEST

START_TEST(test_reading_may_fail)
{
    FILE *file = fopen("/proc/self/mem", "rb"); /* its first page can't be read */
    struct rd_csv *csv = malloc(sizeof(*csv));
    struct rd_csv_row row;
    struct rd_error error = RD_ERROR_NONE;
    ck_assert(file && csv);
    rd_csv_init(csv, file);
    ck_assert_int_eq(rd_csv_next(csv, &row, &error), RD_IO);
    ck_assert_ptr_nonnull(strstr(error.text, "line 1"));
    rd_csv_fini(csv);
    free(csv);
    fclose(file);
}
END_TEST

START_TEST(test_names_of_columns)
{
    static const char *const names[][2] = {
        { "Consumer disputed?", "consumer_disputed_" },
        { "ZIP code", "zip_code" },
        { "Sub-product", "sub_product" },
        { "u_symptom2", "u_symptom2" },
        { "", "" },
        { "\xE5\xA7\x93\xE5\x90\x8D A", "\xE5\xA7\x93\xE5\x90\x8D_a" },
    };
    struct rd_arena arena;
    rd_arena_init(&arena);
    for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
        ck_assert_str_eq(rd_csv_name(&arena, names[i][0]), names[i][1]);
    rd_arena_fini(&arena);
}
END_TEST

START_TEST(test_what_is_written_reads_back)
{
    static const char *const fields[] = { "plain", "", "a,b", "\"quoted\"", "two\nlines", "x\ry" };
    struct rd_buf out;
    rd_buf_init(&out);
    for (size_t i = 0; i < sizeof(fields) / sizeof(*fields); i++) {
        if (i > 0)
            rd_buf_char(&out, ',');
        rd_csv_write(&out, fields[i]);
    }
    rd_buf_text(&out, "\n");
    check_bytes(out.data, out.len, false, "plain||a,b|\"quoted\"|two\nlines|x\ry\n");
    rd_buf_fini(&out);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("csv");
    TCase *tcase = tcase_create("csv");
    tcase_add_test(tcase, test_plain_rows);
    tcase_add_test(tcase, test_quoted_fields);
    tcase_add_test(tcase, test_a_lone_return_is_a_letter);
    tcase_add_test(tcase, test_empty_lines_are_passed_over);
    tcase_add_test(tcase, test_mark_before_the_first_row);
    tcase_add_test(tcase, test_rows_know_their_lines);
    tcase_add_test(tcase, test_bad_rows_stop_nothing);
    tcase_add_test(tcase, test_a_field_has_its_limit);
    tcase_add_test(tcase, test_a_quote_that_is_never_closed_swallows_a_mebibyte_at_most);
    tcase_add_test(tcase, test_columns_have_their_limit);
    tcase_add_test(tcase, test_reading_may_fail);
    tcase_add_test(tcase, test_names_of_columns);
    tcase_add_test(tcase, test_what_is_written_reads_back);
    suite_add_tcase(suite, tcase);
    return unit_run(suite);
}
