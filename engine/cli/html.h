/* Results as one page: tables with bars beside the numbers, no script, nothing loaded from
 * elsewhere, so that it can be mailed and opened years later. Texts are escaped here and nowhere
 * else; headings are literals of ours and go in as they are.
 *
 * A table: rd_html_table, then rd_html_row and its cells row by row, then rd_html_table_end. */
#ifndef RD_CLI_HTML_H
#define RD_CLI_HTML_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/value.h"

/* What a bar stands for, which is its colour: what was, what the past would have been forecast to
 * be, what would be, and what would be under further changes. */
enum rd_html_side { RD_HTML_WAS, RD_HTML_PLAYED, RD_HTML_IS, RD_HTML_WHAT_IF };

/* The page begins, with its title as the heading. */
void rd_html_begin(struct rd_buf *out, const char *title);
void rd_html_end(struct rd_buf *out);
/* Any text, escaped; NULL is an empty one. */
void rd_html_text(struct rd_buf *out, const char *text);
/* `columns`: headings with | between them, an empty one for a column without. */
void rd_html_table(struct rd_buf *out, const char *heading, const char *columns);
void rd_html_row(struct rd_buf *out);
void rd_html_table_end(struct rd_buf *out);
/* Cells: a text; a text that is a number; a count; a number with one digit behind the point where
 * it is real (`sign`: with a + in front), a dash where it is neither. */
void rd_html_cell(struct rd_buf *out, const char *text);
void rd_html_figure(struct rd_buf *out, const char *text);
void rd_html_count(struct rd_buf *out, long long count);
void rd_html_measure(struct rd_buf *out, const struct rd_value *value, bool sign);
/* A cell of bars, one below the other, as long as the value's share of `most`; a negative value has
 * none. */
struct rd_html_bar {
    enum rd_html_side side;
    double value;
};
void rd_html_bars(struct rd_buf *out, const struct rd_html_bar *bars, size_t count, double most);
/* What the colours of these sides mean, above the tables. */
void rd_html_legend(struct rd_buf *out, const char *const *names, const enum rd_html_side *sides,
                    size_t count);

#endif
