/* What people see: widths of letters, tables, cells, bars; nothing that could drive a terminal. */
#include "cli/output.h"

#include <string.h>

#include "base/json.h"
#include "cli/backtest_print.h"
#include "cli/html.h"
#include "cli/progress.h"
#include "unit/unit.h"

static struct rd_arena arena;
static struct rd_buf out;

static void setup(void)
{
    rd_arena_init(&arena);
    rd_buf_init(&out);
}

static void teardown(void)
{
    rd_buf_fini(&out);
    rd_arena_fini(&arena);
}

static const char *written(void)
{
    rd_buf_char(&out, '\0');
    const char *text = rd_arena_copy(&arena, out.data, out.len);
    rd_buf_clear(&out);
    return text;
}

static size_t width(const char *text)
{
    return rd_output_width(text, strlen(text));
}

START_TEST(letters_have_their_widths)
{
    ck_assert_uint_eq(width(""), 0);
    ck_assert_uint_eq(width("Li Na"), 5);
    ck_assert_uint_eq(width("李娜"), 4);
    ck_assert_uint_eq(width("周本 (Ben Zhou)"), 15);
    ck_assert_uint_eq(width("é"), 1);
    ck_assert_uint_eq(width("e\xCC\x81"), 1); /* e and a joining accent */
    ck_assert_uint_eq(width("。,"), 3);       /* a wide full stop, a narrow comma */
    ck_assert_uint_eq(width("アハ"), 4);
    ck_assert_uint_eq(width("한국"), 4);
    ck_assert_uint_eq(width("😀"), 2);
    ck_assert_uint_eq(width("𠀀"), 2); /* outside of the first plane */
    ck_assert_uint_eq(width("\xFF\xFE"), 2);
    ck_assert_uint_eq(width("\xE6\x9D"), 2); /* a letter that is cut off: two bytes that are none */
}
END_TEST

static const char *plain(const char *text)
{
    rd_output_plain(&out, text, strlen(text));
    return written();
}

START_TEST(nothing_drives_the_terminal)
{
    ck_assert_str_eq(plain("a\033[31mred"), "a [31mred");
    ck_assert_str_eq(plain("line\nline\ttab\r"), "line line tab ");
    ck_assert_str_eq(plain("\x7F"), " ");
    ck_assert_str_eq(plain("a\xC2\x9B"
                           "31m"),
                     "a 31m"); /* CSI as one C1 letter */
    ck_assert_str_eq(plain("a\xE2\x80\xAE"
                           "b"),
                     "a b"); /* right-to-left override */
    ck_assert_str_eq(plain("\xFFok\xE6\x9D"), "?ok??");
    ck_assert_str_eq(plain("李娜 ok"), "李娜 ok");
}
END_TEST

START_TEST(cells_show_values_as_one_reads_them)
{
    struct rd_value list = rd_list();
    rd_list_add(&arena, &list, rd_int(1));
    rd_list_add(&arena, &list, rd_text("a"));
    const struct rd_value text = rd_text("text"), number = rd_int(-5), null = rd_null();
    const struct rd_value yes = rd_bool(true);
    ck_assert_str_eq(rd_output_cell(&arena, &text), "text");
    ck_assert_str_eq(rd_output_cell(&arena, &number), "-5");
    ck_assert_str_eq(rd_output_cell(&arena, &yes), "true");
    ck_assert_str_eq(rd_output_cell(&arena, &null), "");
    ck_assert_str_eq(rd_output_cell(&arena, NULL), "");
    ck_assert_str_eq(rd_output_cell(&arena, &list), "1, a");
    struct rd_value empty = rd_list(), deep = rd_list();
    ck_assert_str_eq(rd_output_cell(&arena, &empty), "");
    rd_list_add(&arena, &deep, rd_int(1));
    rd_list_add(&arena, &deep, list);
    ck_assert_str_eq(rd_output_cell(&arena, &deep), "[1,[1,\"a\"]]");
}
END_TEST

START_TEST(colours_only_where_wanted)
{
    rd_output_tint(&out, false, RD_TINT_BAD, "no");
    ck_assert_str_eq(written(), "no");
    rd_output_tint(&out, true, RD_TINT_BAD, "no\033");
    ck_assert_str_eq(written(), "\033[31mno \033[0m");
}
END_TEST

static const struct rd_column columns[] = { { "name", false }, { "n", true }, { "text", false } };

START_TEST(columns_line_up_also_in_chinese)
{
    struct rd_grid grid;
    rd_grid_init(&grid, &arena, columns, 3);
    rd_grid_add(&grid, (const char *const[]){ "李娜", "7", "ok" });
    rd_grid_add(&grid, (const char *const[]){ "Ben", "1200", NULL });
    rd_grid_add(&grid, (const char *const[]){ "two\nlines", "", "周本" });
    rd_grid_write(&grid, &out, false);
    ck_assert_str_eq(written(), "name          n  text\n"
                                "李娜          7  ok\n"
                                "Ben        1200\n"
                                "two lines        周本\n");
}
END_TEST

START_TEST(an_empty_table_is_nothing)
{
    struct rd_grid grid;
    rd_grid_init(&grid, &arena, columns, 3);
    rd_grid_write(&grid, &out, false);
    ck_assert_str_eq(written(), "");
}
END_TEST

START_TEST(pages_of_a_table_have_one_heading)
{
    struct rd_grid grid;
    rd_grid_init(&grid, &arena, columns, 2);
    rd_grid_add(&grid, (const char *const[]){ "a longer name", "1" });
    rd_grid_write(&grid, &out, false);
    ck_assert_str_eq(written(), "name           n\na longer name  1\n");
    rd_grid_add(&grid, (const char *const[]){ "b", "2" });
    rd_grid_write(&grid, &out, false);
    ck_assert_str_eq(written(), "b              2\n");
}
END_TEST

START_TEST(only_the_heading_is_coloured)
{
    struct rd_grid grid;
    rd_grid_init(&grid, &arena, columns, 1);
    rd_grid_add(&grid, (const char *const[]){ "x" });
    rd_grid_write(&grid, &out, true);
    ck_assert_str_eq(written(), "\033[1mname\n\033[0mx\n");
}
END_TEST

START_TEST(a_table_grows_over_many_rows)
{
    struct rd_grid grid;
    rd_grid_init(&grid, &arena, columns, 1);
    for (int i = 0; i < 1000; i++)
        rd_grid_add(&grid, (const char *const[]){ rd_arena_printf(&arena, "%d", i) });
    rd_grid_write(&grid, &out, false);
    const char *text = written();
    size_t lines = 0;
    for (const char *at = text; *at; at++)
        lines += *at == '\n';
    ck_assert_uint_eq(lines, 1001);
    ck_assert_ptr_nonnull(strstr(text, "\n999\n"));
}
END_TEST

static const char *bar(const char *unit, uint64_t done, uint64_t all, int64_t elapsed_ns)
{
    rd_progress_line(&out, "importing", unit, done, all, elapsed_ns);
    return written();
}

#define SECOND 1000000000ll

START_TEST(a_bar_tells_rate_and_time_left)
{
    ck_assert_str_eq(bar("rows", 0, 1000, 0),
                     "importing [........................]   0%  0 / 1,000 rows");
    ck_assert_str_eq(
        bar("rows", 500000, 1000000, 100 * SECOND),
        "importing [############............]  50%  500,000 / 1,000,000 rows  5,000/s  1:40 left");
    ck_assert_str_eq(
        bar("rows", 1000, 1000, 10 * SECOND),
        "importing [########################] 100%  1,000 / 1,000 rows  100/s  0:00 left");
    ck_assert_str_eq(bar("rows", 12, 0, 2 * SECOND), "importing  12 rows  6/s");
    ck_assert_str_eq(bar("bytes", 3u << 20, 6u << 20, 3 * SECOND),
                     "importing [############............]  50%  3.0 / 6.0 MiB  1.0/s  0:03 left");
    /* more than there was thought to be */
    ck_assert_str_eq(bar("rows", 11, 10, 11 * SECOND),
                     "importing [########################] 100%  10 / 10 rows  1/s  0:00 left");
}
END_TEST

START_TEST(no_terminal_no_bar)
{
    FILE *file = tmpfile();
    ck_assert_ptr_nonnull(file);
    struct rd_progress progress;
    rd_progress_start(&progress, file, "importing", "rows");
    rd_progress_set(&progress, 1, 2);
    rd_progress_end(&progress);
    ck_assert_int_eq(ftell(file), 0);
    fclose(file);
    rd_progress_start(&progress, NULL, "importing", "rows");
    rd_progress_set(&progress, 1, 2);
    rd_progress_end(&progress);
    ck_assert(!progress.drawn);
}
END_TEST

START_TEST(members_are_numbers_whole_or_real)
{
    struct rd_value map = rd_map();
    rd_map_add(&arena, &map, "whole", rd_int(-3));
    rd_map_add(&arena, &map, "real", rd_real(0.5));
    rd_map_add(&arena, &map, "text", rd_text("7"));
    ck_assert_double_eq(rd_output_number(&map, "whole", 9), -3);
    ck_assert_double_eq(rd_output_number(&map, "real", 9), 0.5);
    ck_assert_double_eq(rd_output_number(&map, "text", 9), 9);
    ck_assert_double_eq(rd_output_number(&map, "none", 9), 9);
    ck_assert_double_eq(rd_output_number(NULL, "none", 9), 9);
}
END_TEST

START_TEST(pages_escape_texts_and_scale_bars)
{
    const struct rd_html_bar bars[] = { { RD_HTML_WAS, 5 },
                                        { RD_HTML_IS, -1 }, /* unknown: no bar, but its place */
                                        { RD_HTML_WHAT_IF, 10 } };
    const struct rd_value real = rd_real(1.25), none = rd_null();
    rd_html_cell(&out, "<a href=\"x\">&</a>");
    rd_html_measure(&out, &real, true);
    rd_html_measure(&out, &none, true);
    rd_html_measure(&out, NULL, true);
    rd_html_cell(&out, NULL);
    ck_assert_str_eq(written(),
                     "<td class=t>&lt;a href=&quot;x&quot;&gt;&amp;&lt;/a&gt;</td>"
                     "<td class=n>+1.2</td><td class=n>–</td><td class=n>–</td><td class=t></td>");
    rd_html_bars(&out, bars, 3, 10);
    ck_assert_str_eq(written(), "<td><svg width=240 height=27 role=img>"
                                "<rect class=b0 y=1 width=120.0 height=7 />"
                                "<rect class=b3 y=19 width=240.0 height=7 />"
                                "</svg></td>");
    rd_html_bars(&out, bars, 1, 0); /* nothing to be long by */
    ck_assert_ptr_nonnull(strstr(written(), "width=0.0"));
}
END_TEST

/* The page of a back-test of which only `full` says anything. */
static const char *page_of(const char *full)
{
    struct rd_cli cli = { .out = out };
    struct rd_value result;
    struct rd_error error;
    const char *text =
        rd_arena_join(&arena,
                      "{\"apart\":[],\"wanted\":[],\"rules\":[],\"money\":[],\"cases\":[],"
                      "\"deadlines\":{},\"full\":{\"reasons\":[],\"paths\":[],",
                      full, "}}");
    ck_assert_int_eq(rd_json_parse(&arena, text, strlen(text), 8, &result, &error), RD_OK);
    rd_backtest_html(&cli, &result);
    out = cli.out;
    return written();
}

START_TEST(a_page_tells_what_comes_by_itself_then_and_now)
{
    const char *page = page_of("\"rings\":{\"was\":4,\"is\":2},\"jobs\":{\"was\":0,\"is\":1},"
                               "\"schedules\":{\"was\":0,\"is\":0},\"replans\":7");
    ck_assert_ptr_nonnull(strstr(page, "What comes by itself · 自动触发"));
    ck_assert_ptr_nonnull(strstr(page, "到期触发的时限</td><td class=n>4</td><td class=n>2</td>"
                                       "<td><svg width=240 height=18 role=img>"
                                       "<rect class=b0 y=1 width=240.0 height=7 />"
                                       "<rect class=b2 y=10 width=120.0 height=7 />"));
    ck_assert_ptr_nonnull(strstr(page, "批量任务</td><td class=n>0</td><td class=n>1</td>"));
    ck_assert_ptr_null(strstr(page, "schedules come")); /* there are none in either */
    ck_assert_ptr_nonnull(strstr(page, "重排期限</td><td class=n>7</td>"));
    const char *none = page_of("\"rings\":{\"was\":0,\"is\":0}");
    ck_assert_ptr_null(strstr(none, "自动触发"));
    ck_assert_ptr_nonnull(strstr(none, "整案重演"));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("output");
    TCase *all = tcase_create("all");
    tcase_add_checked_fixture(all, setup, teardown);
    tcase_add_test(all, letters_have_their_widths);
    tcase_add_test(all, nothing_drives_the_terminal);
    tcase_add_test(all, cells_show_values_as_one_reads_them);
    tcase_add_test(all, colours_only_where_wanted);
    tcase_add_test(all, columns_line_up_also_in_chinese);
    tcase_add_test(all, an_empty_table_is_nothing);
    tcase_add_test(all, pages_of_a_table_have_one_heading);
    tcase_add_test(all, only_the_heading_is_coloured);
    tcase_add_test(all, a_table_grows_over_many_rows);
    tcase_add_test(all, a_bar_tells_rate_and_time_left);
    tcase_add_test(all, no_terminal_no_bar);
    tcase_add_test(all, members_are_numbers_whole_or_real);
    tcase_add_test(all, pages_escape_texts_and_scale_bars);
    tcase_add_test(all, a_page_tells_what_comes_by_itself_then_and_now);
    suite_add_tcase(suite, all);
    return unit_run(suite);
}
