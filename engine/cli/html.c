/* The one place where a page for people is put together; see html.h. Bars are plain SVG.
 */
#include "cli/html.h"

#include <stdio.h>
#include <string.h>

#define HTML_BAR_WIDTH 240.0
#define HTML_BAR_HEIGHT ((size_t)9) /* with the gap below it */

void rd_html_begin(struct rd_buf *out, const char *title)
{
    static const char head[] =
        "<!doctype html><html lang=en><meta charset=utf-8><meta name=viewport "
        "content='width=device-width'>"
        "<meta http-equiv=Content-Security-Policy content=\"default-src 'none'; style-src "
        "'unsafe-inline'\"><style>"
        "body{font:15px/1.5 system-ui,sans-serif;max-width:70rem;margin:2rem auto;padding:0 1rem;"
        "color:#222}table{border-collapse:collapse;width:100%}td,th{padding:.3rem .6rem;"
        "border-bottom:1px solid #ddd;text-align:left;vertical-align:top}td.n{text-align:right;"
        "font-variant-numeric:tabular-nums}.b0{fill:#b9c4d0}.b1{fill:#8fb8de}.b2{fill:#2c6fbb}"
        ".b3{fill:#d9822b}small{color:#666}"
        ".sums span{display:inline-block;margin:0 1.2rem .4rem 0}.sums b{font-size:1.4rem}"
        "</style>\n";
    rd_buf_text(out, head);
    rd_buf_text(out, "<title>");
    rd_html_text(out, title);
    rd_buf_text(out, "</title><h1>");
    rd_html_text(out, title);
    rd_buf_text(out, "</h1>\n");
}

void rd_html_end(struct rd_buf *out)
{
    rd_buf_text(out, "</html>\n");
}

void rd_html_text(struct rd_buf *out, const char *text)
{
    for (const char *at = text ? text : ""; *at; at++)
        switch (*at) {
        case '<':
            rd_buf_text(out, "&lt;");
            break;
        case '>':
            rd_buf_text(out, "&gt;");
            break;
        case '&':
            rd_buf_text(out, "&amp;");
            break;
        case '"':
            rd_buf_text(out, "&quot;");
            break;
        default:
            rd_buf_char(out, *at);
        }
}

void rd_html_table(struct rd_buf *out, const char *heading, const char *columns)
{
    rd_buf_printf(out, "<h2>%s</h2><table><tr>", heading);
    for (const char *at = columns; *at;) {
        size_t len = strcspn(at, "|");
        rd_buf_text(out, "<th>");
        rd_buf_append(out, at, len);
        rd_buf_text(out, "</th>");
        at += len + (at[len] == '|');
    }
    rd_buf_text(out, "</tr>\n");
}

/* The end tag of a row is left to the reader of the page: HTML allows it. */
void rd_html_row(struct rd_buf *out)
{
    rd_buf_text(out, "<tr>");
}

void rd_html_table_end(struct rd_buf *out)
{
    rd_buf_text(out, "</table>\n");
}

static void html_td(struct rd_buf *out, const char *class, const char *text)
{
    rd_buf_printf(out, "<td class=%s>", class);
    rd_html_text(out, text);
    rd_buf_text(out, "</td>");
}

void rd_html_cell(struct rd_buf *out, const char *text)
{
    html_td(out, "t", text);
}

void rd_html_figure(struct rd_buf *out, const char *text)
{
    html_td(out, "n", text);
}

void rd_html_count(struct rd_buf *out, long long count)
{
    rd_buf_printf(out, "<td class=n>%lld</td>", count);
}

void rd_html_measure(struct rd_buf *out, const struct rd_value *value, bool sign)
{
    if (rd_value_is(value, RD_INT))
        rd_html_count(out, (long long)value->integer);
    else if (rd_value_is(value, RD_REAL))
        rd_buf_printf(out, sign ? "<td class=n>%+.1f</td>" : "<td class=n>%.1f</td>", value->real);
    else
        html_td(out, "n", "–");
}

void rd_html_bars(struct rd_buf *out, const struct rd_html_bar *bars, size_t count, double most)
{
    double scale = most > 0 ? HTML_BAR_WIDTH / most : 0;
    rd_buf_printf(out, "<td><svg width=%.0f height=%zu role=img>", HTML_BAR_WIDTH,
                  count * HTML_BAR_HEIGHT);
    for (size_t i = 0; i < count; i++)
        if (bars[i].value >= 0)
            rd_buf_printf(out, "<rect class=b%d y=%zu width=%.1f height=7 />", (int)bars[i].side,
                          i * HTML_BAR_HEIGHT + 1, bars[i].value * scale);
    rd_buf_text(out, "</svg></td>");
}

void rd_html_legend(struct rd_buf *out, const char *const *names, const enum rd_html_side *sides,
                    size_t count)
{
    rd_buf_text(out, "<p>");
    for (size_t i = 0; i < count; i++) {
        rd_buf_printf(out, "<svg width=12 height=12><rect class=b%d width=12 height=12 /></svg> ",
                      (int)sides[i]);
        rd_html_text(out, names[i]);
        rd_buf_text(out, " &nbsp; ");
    }
    rd_buf_text(out, "</p>\n");
}
