/* A forecast as one page (html.h): what is to be expected beside what was, and beside each number
 * how far the same way of forecasting was off in the last month. Both languages stand beside each
 * other, as in the tables for a terminal (forecast_print.c).
 */
#include "cli/forecast.h"

#include <string.h>

#include "cli/html.h"
#include "cli/output.h"

#define HTML_STEPS_MAX 20

/* The sides of a row in the order of their bars: members of the result, and their colours. */
static const char *const html_sides[] = { "was", "played", "expected", "what_if" };
static const enum rd_html_side html_colours[] = { RD_HTML_WAS, RD_HTML_PLAYED, RD_HTML_IS,
                                                  RD_HTML_WHAT_IF };
#define HTML_SIDES (sizeof html_sides / sizeof *html_sides)

static void html_both(struct rd_buf *out, const char *name, const struct rd_value *map)
{
    rd_buf_text(out, "<td class=t>");
    rd_html_text(out, name);
    rd_buf_text(out, "<br><small>");
    rd_html_text(out, rd_map_text(map, "en", ""));
    rd_buf_char(out, ' ');
    rd_html_text(out, rd_map_text(map, "zh", ""));
    rd_buf_text(out, "</small></td>");
}

/* What the fit error is of, in one sentence, or that there is none: why is among the notes. */
static void html_error(struct rd_buf *out, const struct rd_value *error)
{
    rd_buf_text(out, "<p class=sums>");
    if (!rd_value_is(error, RD_MAP) || !rd_value_is(rd_map_get(error, "points"), RD_REAL)) {
        rd_buf_text(out, "<span><b>–</b> no fit error 无拟合误差</span></p>\n");
        return;
    }
    rd_buf_printf(out,
                  "<span><b>%.1f</b> points of fit error on average over %lld limits "
                  "上月拟合误差（平均百分点）</span>",
                  rd_output_number(error, "points", 0), (long long)rd_map_int(error, "limits", 0));
    rd_buf_printf(out, "<span><b>%.1f %%</b> rang last month 上月实际超时</span>",
                  rd_output_number(error, "was_rate", 0));
    rd_buf_printf(out, "<span><b>%.1f %%</b> were forecast for it 上月推演超时</span></p>\n",
                  rd_output_number(error, "played_rate", 0));
}

static void html_head(struct rd_buf *out, const struct rd_value *result)
{
    const struct rd_value *history = rd_map_get(result, "history");
    const struct rd_value *expected = rd_map_get(result, "expected");
    rd_html_begin(out, "Forecast 预测");
    rd_buf_printf(out, "<p>%s – %s<br><small>", rd_map_text(expected, "from", ""),
                  rd_map_text(expected, "until", ""));
    rd_buf_printf(
        out,
        "from the history 依据历史 %s – %s: %lld days 天, %lld journal entries 条记录, "
        "%lld cases opened 件受理, %lld acts 个操作</small></p>\n",
        rd_map_text(history, "from", ""), rd_map_text(history, "until", ""),
        (long long)rd_map_int(history, "days", 0), (long long)rd_map_int(history, "entries", 0),
        (long long)rd_map_int(history, "opened", 0), (long long)rd_map_int(history, "acts", 0));
    html_error(out, rd_map_get(result, "fit_error"));
}

static void html_legend(struct rd_buf *out)
{
    static const char *const names[HTML_SIDES] = { "last month 上月", "the same, forecast 上月推演",
                                                   "expected 预计", "what if 假设" };
    rd_html_legend(out, names, html_colours, HTML_SIDES);
}

/* The bars of one row; a side that was not played has none. `rate`: the number lies one deeper. */
static void html_bars(struct rd_buf *out, const struct rd_value *row, bool rate, double most)
{
    struct rd_html_bar bars[HTML_SIDES];
    size_t count = 0;
    for (size_t i = 0; i < HTML_SIDES; i++) {
        const struct rd_value *side = rd_map_get(row, html_sides[i]);
        if (side)
            bars[count++] = (struct rd_html_bar){ html_colours[i],
                                                  rate ? rd_output_number(side, "rate", -1)
                                                       : rd_output_number(row, html_sides[i], -1) };
    }
    rd_html_bars(out, bars, count, most);
}

static void html_limits(struct rd_buf *out, const struct rd_value *rows)
{
    rd_html_table(out,
                  "Time limits that ring, in per cent of those that ended · "
                  "时限超时率（占已结束时限的百分比）",
                  "type 类型|limit 时限|ended 结束|last month 上月|played 推演|error 误差|"
                  "expected 预计|what if 假设|");
    for (uint32_t i = 0; i < rows->count; i++) {
        const struct rd_value *row = &rows->items[i], *was = rd_map_get(row, "was");
        rd_html_row(out);
        rd_html_cell(out, rd_map_text(row, "type", ""));
        html_both(out, rd_map_text(row, "limit", ""), row);
        rd_html_measure(out, rd_map_get(was, "ended"), false);
        rd_html_measure(out, rd_map_get(was, "rate"), false);
        rd_html_measure(out, rd_map_get(rd_map_get(row, "played"), "rate"), false);
        rd_html_measure(out, rd_map_get(row, "error"), true);
        rd_html_measure(out, rd_map_get(rd_map_get(row, "expected"), "rate"), false);
        rd_html_measure(out, rd_map_get(rd_map_get(row, "what_if"), "rate"), false);
        html_bars(out, row, true, 100);
        rd_buf_char(out, '\n');
    }
    rd_html_table_end(out);
}

static void html_arrivals(struct rd_buf *out, const struct rd_value *rows)
{
    double most = 0;
    for (uint32_t i = 0; i < rows->count; i++)
        for (size_t side = 0; side < HTML_SIDES; side++) {
            double count = rd_output_number(&rows->items[i], html_sides[side], 0);
            most = count > most ? count : most;
        }
    rd_html_table(out, "Cases that people open · 受理件数",
                  "type 类型|last month 上月|played 推演|error % 误差|expected 预计|what if 假设|");
    for (uint32_t i = 0; i < rows->count; i++) {
        const struct rd_value *row = &rows->items[i];
        rd_html_row(out);
        html_both(out, rd_map_text(row, "type", ""), row);
        rd_html_measure(out, rd_map_get(row, "was"), false);
        rd_html_measure(out, rd_map_get(row, "played"), false);
        rd_html_measure(out, rd_map_get(row, "error_percent"), true);
        rd_html_measure(out, rd_map_get(row, "expected"), false);
        rd_html_measure(out, rd_map_get(row, "what_if"), false);
        html_bars(out, row, false, most);
        rd_buf_char(out, '\n');
    }
    rd_html_table_end(out);
}

static void html_bar_row(struct rd_buf *out, const char *name, const struct rd_value *value,
                         double number, double most)
{
    const struct rd_html_bar bar = { RD_HTML_WAS, number };
    rd_html_row(out);
    rd_html_cell(out, name);
    rd_html_measure(out, value, false);
    rd_html_bars(out, &bar, 1, most);
    rd_buf_char(out, '\n');
}

/* When cases come: on an average day of each kind, and by the hour. */
static void html_days(struct rd_buf *out, const struct rd_value *days)
{
    const struct rd_value *kinds = rd_map_list(days, "kinds"), *hours = rd_map_list(days, "hours");
    double most = 0;
    for (uint32_t i = 0; i < kinds->count; i++) {
        double opened = rd_output_number(&kinds->items[i], "opened", 0);
        most = opened > most ? opened : most;
    }
    rd_html_table(out, "Cases opened on an average day · 日均受理", "day 日|cases 件数|");
    for (uint32_t i = 0; i < kinds->count && i < RD_FIT_KINDS; i++)
        html_bar_row(out, rd_fit_kind_titles[i], rd_map_get(&kinds->items[i], "opened"),
                     rd_output_number(&kinds->items[i], "opened", -1), most);
    rd_html_table_end(out);
    int64_t busiest = 0;
    for (uint32_t i = 0; i < hours->count; i++)
        busiest = hours->items[i].integer > busiest ? hours->items[i].integer : busiest;
    rd_html_table(out, "By the hour of the day · 按小时受理", "hour 时|cases 件数|");
    for (uint32_t i = 0; i < hours->count; i++) {
        char hour[] = { (char)('0' + i / 10), (char)('0' + i % 10), '\0' };
        html_bar_row(out, hour, &hours->items[i], (double)hours->items[i].integer, (double)busiest);
    }
    rd_html_table_end(out);
}

static void html_people(struct rd_buf *out, const struct rd_value *rows)
{
    if (rows->count == 0)
        return;
    rd_buf_text(out, "<h2>People who did something on an average day · 日均在岗人数</h2><table><tr>"
                     "<th>role 角色</th><th>rules 规则</th>");
    for (int kind = 0; kind < RD_FIT_KINDS; kind++)
        rd_buf_printf(out, "<th>%s</th>", rd_fit_kind_titles[kind]);
    rd_buf_text(out, "<th>busiest hour 最忙一小时</th>\n");
    for (uint32_t i = 0; i < rows->count; i++) {
        const struct rd_value *row = &rows->items[i], *days = rd_map_list(row, "at_work");
        rd_html_row(out);
        html_both(out, rd_map_text(row, "role", ""), row);
        rd_html_measure(out, rd_map_get(row, "in_rules"), false);
        for (uint32_t kind = 0; kind < days->count; kind++)
            rd_html_measure(out, &days->items[kind], false);
        rd_html_measure(out, rd_map_get(row, "busiest_hour"), false);
        rd_buf_char(out, '\n');
    }
    rd_html_table_end(out);
}

static void html_handling(struct rd_buf *out, const struct rd_value *rows)
{
    static const char *const names[] = { "type", "state", "event", "role" };
    rd_html_table(out, "Handling, in hours from when a case waits · 办理时长（小时）",
                  "type 类型|state 状态|event 事件|role 角色|acts 次数|median 中位数|9 in 10 九成");
    for (uint32_t i = 0; i < rows->count && i < HTML_STEPS_MAX; i++) {
        const struct rd_value *row = &rows->items[i];
        rd_html_row(out);
        for (size_t n = 0; n < sizeof names / sizeof *names; n++)
            rd_html_cell(out, rd_map_text(row, names[n], ""));
        rd_html_measure(out, rd_map_get(row, "acts"), false);
        rd_html_measure(out, rd_map_get(row, "median_hours"), false);
        rd_html_measure(out, rd_map_get(row, "most_hours"), false);
        rd_buf_char(out, '\n');
    }
    rd_html_table_end(out);
}

static void html_notes(struct rd_buf *out, const struct rd_value *notes)
{
    if (notes->count == 0)
        return;
    rd_buf_text(out, "<h2>What the history does not tell · 历史未能说明的</h2><ul>\n");
    for (uint32_t i = 0; i < notes->count; i++) {
        rd_buf_text(out, "<li>");
        rd_html_text(out, rd_map_text(&notes->items[i], "en", ""));
        rd_buf_text(out, "<br>");
        rd_html_text(out, rd_map_text(&notes->items[i], "zh", ""));
        rd_buf_char(out, '\n');
    }
    rd_buf_text(out, "</ul>\n");
}

static void html_foot(struct rd_buf *out, const struct rd_value *result)
{
    if (rd_map_int(result, "breaches", 0)) {
        rd_buf_printf(out, "<p><b>Breaches of what must hold 违例: %lld</b> ",
                      (long long)rd_map_int(result, "breaches", 0));
        rd_html_text(out, rd_map_text(result, "first_breach", ""));
        rd_buf_text(out, "</p>\n");
    }
    rd_buf_printf(out, "<p><small>seed %lld, hash %s</small></p>\n",
                  (long long)rd_map_int(result, "seed", 0),
                  rd_map_text(rd_map_get(result, "expected"), "hash", ""));
    rd_html_end(out);
}

void rd_forecast_html(struct rd_buf *out, const struct rd_value *result)
{
    html_head(out, result);
    html_legend(out);
    html_limits(out, rd_map_list(result, "limits"));
    html_arrivals(out, rd_map_list(result, "arrivals"));
    html_days(out, rd_map_get(result, "days"));
    html_people(out, rd_map_list(result, "people"));
    html_handling(out, rd_map_list(result, "handling"));
    html_notes(out, rd_map_list(result, "notes"));
    html_foot(out, result);
}
