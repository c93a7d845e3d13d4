/* Sheets: what a customer wrote is never a formula. */
#include "cli/sheet.h"

#include "unit/unit.h"

static const struct {
    const char *cell, *written;
} CELLS[] = {
    { "plain", "plain" },
    { "", "" },
    { "=1+1", "'=1+1" },
    { "=cmd|' /C calc'!A0", "'=cmd|' /C calc'!A0" },
    { "=HYPERLINK(\"http://x\",\"y\")", "\"'=HYPERLINK(\"\"http://x\"\",\"\"y\"\")\"" },
    { "+86 20 8888", "'+86 20 8888" },
    { "-", "'-" },
    { "-A1", "'-A1" },
    { "-3", "-3" },
    { "-12.50", "-12.50" },
    { "-12.", "'-12." },
    { "-1-2", "'-1-2" },
    { "@SUM(A1)", "'@SUM(A1)" },
    { "\t=1", "'\t=1" },
    { "\r=1", "\"'\r=1\"" },
    { "\n=1", "\"'\n=1\"" },
    { "  =1", "'  =1" },
    { "＝1+1", "'＝1+1" },
    { "＋1", "'＋1" },
    { "－A1", "'－A1" },
    { "＠SUM(A1)", "'＠SUM(A1)" },
    { "\u00a0\u3000=1", "'\u00a0\u3000=1" },
    { "\ufeff@x", "'\ufeff@x" },
    { "　李娜", "　李娜" },
    { "a=1", "a=1" },
    { "1,2", "\"1,2\"" },
    { "李娜", "李娜" },
};

START_TEST(formulas_are_made_harmless)
{
    struct rd_arena arena;
    struct rd_buf out;
    rd_arena_init(&arena);
    rd_buf_init(&out);
    for (size_t i = 0; i < sizeof CELLS / sizeof *CELLS; i++) {
        rd_buf_clear(&out);
        rd_sheet_row(&out, &arena, &CELLS[i].cell, 1);
        rd_buf_char(&out, '\0');
        ck_assert_str_eq(out.data, rd_arena_printf(&arena, "%s\r\n", CELLS[i].written));
    }
    rd_buf_fini(&out);
    rd_arena_fini(&arena);
}
END_TEST

START_TEST(rows_are_rows)
{
    const char *const cells[] = { "a", NULL, "=b" };
    struct rd_arena arena;
    struct rd_buf out;
    rd_arena_init(&arena);
    rd_buf_init(&out);
    rd_sheet_row(&out, &arena, cells, 3);
    rd_buf_char(&out, '\0');
    ck_assert_str_eq(out.data, "a,,'=b\r\n");
    rd_buf_fini(&out);
    rd_arena_fini(&arena);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("sheet");
    TCase *tcase = tcase_create("sheet");
    tcase_add_test(tcase, formulas_are_made_harmless);
    tcase_add_test(tcase, rows_are_rows);
    suite_add_tcase(suite, tcase);
    return unit_run(suite);
}
