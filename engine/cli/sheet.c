/* Sheets: comma-separated files for spreadsheet programs, which execute what looks like a formula.
 * So nothing leaves here that could be one. */
#include "cli/sheet.h"

#include <stdbool.h>
#include <string.h>

#include "cli/csv.h"

/* An optional minus, digits, and at most one point with digits behind it. */
static bool sheet_is_number(const char *cell)
{
    cell += *cell == '-';
    size_t whole = strspn(cell, "0123456789");
    if (whole == 0)
        return false;
    cell += whole;
    if (*cell == '.') {
        size_t part = strspn(++cell, "0123456789");
        if (part == 0)
            return false;
        cell += part;
    }
    return *cell == '\0';
}

/* The length of one of these at the beginning of the text; 0: none is there. */
static size_t sheet_begins(const char *text, const char *const *these)
{
    for (; *these; these++)
        if (strncmp(text, *these, strlen(*these)) == 0)
            return strlen(*these);
    return 0;
}

/* Blanks before it do not make a formula harmless: some programs strip them. And in Chinese and
 * Japanese a spreadsheet program takes the full-width signs for the others. */
static bool sheet_is_formula(const char *cell)
{
    static const char *const BLANKS[] = { " ", "\u00a0", "\u3000", "\ufeff", NULL };
    static const char *const SIGNS[] = { "=",  "+",  "-",  "@",  "\t", "\r",
                                         "\n", "＝", "＋", "－", "＠", NULL };
    const char *first = cell;
    for (size_t blank; (blank = sheet_begins(first, BLANKS)) > 0;)
        first += blank;
    return sheet_begins(first, SIGNS) && !sheet_is_number(cell);
}

void rd_sheet_row(struct rd_buf *out, struct rd_arena *arena, const char *const *cells,
                  size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const char *cell = cells[i] ? cells[i] : "";
        if (i)
            rd_buf_char(out, ',');
        rd_csv_write(out, sheet_is_formula(cell) ? rd_arena_printf(arena, "'%s", cell) : cell);
    }
    rd_buf_text(out, "\r\n");
}
