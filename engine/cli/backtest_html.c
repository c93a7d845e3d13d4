/* A back-test as one page: no script, nothing loaded from elsewhere, so that it can be mailed and
 * opened years later. Whatever a record or a rule holds is escaped; bars are plain SVG.
 *
 * Both languages stand beside each other: who reads it may be the head of customer service.
 */
#include "cli/backtest_print.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HTML_BAR_WIDTH 240.0

static void html_text(struct rd_buf *out, const char *text)
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

static void html_cell(struct rd_buf *out, const char *class, const char *text)
{
    rd_buf_printf(out, "<td class=%s>", class);
    html_text(out, text);
    rd_buf_text(out, "</td>");
}

static void html_number(struct rd_buf *out, long long number)
{
    rd_buf_printf(out, "<td class=n>%lld</td>", number);
}

/* Two bars, one above the other: as it was, as it would be. */
static void html_bars(struct rd_buf *out, double was, double is, double most)
{
    double scale = most > 0 ? HTML_BAR_WIDTH / most : 0;
    rd_buf_printf(out,
                  "<td><svg width=%.0f height=18 role=img><rect class=was y=1 width=%.1f height=7 "
                  "/><rect class=is y=10 width=%.1f height=7 /></svg></td>",
                  HTML_BAR_WIDTH, was * scale, is * scale);
}

static void html_head(struct rd_buf *out, const char *text, const char *columns)
{
    rd_buf_printf(out, "<h2>%s</h2><table><tr>", text);
    for (const char *at = columns; *at;) {
        size_t len = strcspn(at, "|");
        rd_buf_text(out, "<th>");
        rd_buf_append(out, at, len);
        rd_buf_text(out, "</th>");
        at += len + (at[len] == '|');
    }
    rd_buf_text(out, "</tr>\n");
}

static double html_amount(const struct rd_value *row, const char *key)
{
    double amount = strtod(rd_map_text(row, key, "0"), NULL);
    return amount < 0 ? 0 : amount;
}

static void html_money(struct rd_buf *out, const struct rd_value *rows)
{
    double most = 0;
    for (uint32_t i = 0; i < rows->count; i++) {
        double was = html_amount(&rows->items[i], "was"), is = html_amount(&rows->items[i], "is");
        most = was > most ? was : most;
        most = is > most ? is : most;
    }
    html_head(out, "Money granted at once, and posted · 当场给予及入账的金额",
              "what 项目|was 原为|would be 将为|more 增减|not known 未知|");
    for (uint32_t i = 0; i < rows->count; i++) {
        const struct rd_value *row = &rows->items[i];
        rd_buf_text(out, "<tr>");
        html_cell(out, "t", rd_map_text(row, "name", ""));
        html_cell(out, "n", rd_map_text(row, "was", ""));
        html_cell(out, "n", rd_map_text(row, "is", ""));
        html_cell(out, "n", rd_map_text(row, "more", ""));
        html_cell(out, "n", rd_map_text(row, "open", ""));
        html_bars(out, html_amount(row, "was"), html_amount(row, "is"), most);
        rd_buf_text(out, "</tr>\n");
    }
    rd_buf_text(out, "</table>\n");
}

static void html_rules(struct rd_buf *out, const struct rd_value *rows)
{
    double most = 0;
    for (uint32_t i = 0; i < rows->count; i++) {
        double was = (double)rd_map_int(&rows->items[i], "was", 0);
        double is = (double)rd_map_int(&rows->items[i], "is", 0);
        most = was > most ? was : most;
        most = is > most ? is : most;
    }
    html_head(out, "Decisions that differ, by rule · 各规则下不同的决定",
              "rule 规则|said 原答|would say 将答|line then 原行|line now 现行|");
    for (uint32_t i = 0; i < rows->count; i++) {
        const struct rd_value *row = &rows->items[i];
        rd_buf_text(out, "<tr>");
        html_cell(out, "t", rd_map_text(row, "name", ""));
        html_number(out, (long long)rd_map_int(row, "was", 0));
        html_number(out, (long long)rd_map_int(row, "is", 0));
        html_cell(out, "t", rd_map_text(row, "line_was", ""));
        html_cell(out, "t", rd_map_text(row, "line_is", ""));
        html_bars(out, (double)rd_map_int(row, "was", 0), (double)rd_map_int(row, "is", 0), most);
        rd_buf_text(out, "</tr>\n");
    }
    rd_buf_text(out, "</table>\n");
}

static void html_deadlines(struct rd_buf *out, const struct rd_value *map)
{
    static const char *const texts[][2] = {
        { "later", "would be due later 将更晚到期" },
        { "earlier", "would be due earlier 将更早到期" },
        { "gone", "would not be there 将不再有" },
        { "begun", "would be there in addition 将新增" },
        { "broken", "were kept and would have been broken 原已守时，将超时" },
        { "saved", "were broken and would have been kept 原已超时，将守时" },
        { "open", "how they would have ended is not known 结果未知" },
    };
    int64_t most = 0;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        if (rd_map_int(map, texts[i][0], 0) > most)
            most = rd_map_int(map, texts[i][0], 0);
    html_head(out, "Deadlines · 时限", "|number 数量|");
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        int64_t count = rd_map_int(map, texts[i][0], 0);
        rd_buf_text(out, "<tr>");
        html_cell(out, "t", texts[i][1]);
        html_number(out, (long long)count);
        html_bars(out, 0, (double)count, (double)most);
        rd_buf_text(out, "</tr>\n");
    }
    rd_buf_text(out, "</table>\n");
}

static void html_side(struct rd_buf *out, const struct rd_value *side)
{
    const char *refused = rd_map_text(side, "refused", NULL);
    rd_buf_text(out, "<td class=t>");
    if (refused)
        rd_buf_text(out, "<b>refused 拒绝</b> ");
    html_text(out, rd_map_text(side, "rule", rd_map_text(side, "reason", "")));
    rd_buf_text(out, ": ");
    html_text(out, rd_map_text(side, "outcome", ""));
    rd_buf_text(out, "<br><small>");
    html_text(out, rd_map_text(side, "line", ""));
    if (rd_map_text(side, "state", NULL)) {
        rd_buf_text(out, " → ");
        html_text(out, rd_map_text(side, "state", ""));
    }
    rd_buf_text(out, "</small></td>");
}

/* How a case that was run again as a whole ends. */
static void html_end(struct rd_buf *out, const struct rd_value *row)
{
    if (!rd_map_get(row, "ended"))
        return;
    rd_buf_text(out, "<tr><td></td><td class=t colspan=4><small>then 其后: ");
    html_text(out, rd_map_text(row, "ended_was", "-"));
    rd_buf_text(out, " → ");
    html_text(out, rd_map_text(row, "ended_is", "not known 未知: "));
    html_text(out, rd_map_text(row, "why", ""));
    rd_buf_text(out, "</small></td></tr>\n");
}

static void html_cases(struct rd_buf *out, const struct rd_value *cases)
{
    html_head(out, "Cases to look at · 值得查看的案件",
              "case 案件|time 时间|command 操作|was 原为|would be 将为");
    for (uint32_t i = 0; i < cases->count; i++) {
        const struct rd_value *row = &cases->items[i];
        rd_buf_text(out, "<tr>");
        html_cell(out, "t", rd_map_text(row, "number", rd_map_text(row, "id", "")));
        html_cell(out, "t", rd_map_text(row, "at", ""));
        html_cell(out, "t", rd_map_text(row, "command", ""));
        html_side(out, rd_map_get(row, "was"));
        html_side(out, rd_map_get(row, "is"));
        rd_buf_text(out, "</tr>\n");
        html_end(out, row);
    }
    rd_buf_text(out, "</table>\n");
}

static void html_apart(struct rd_buf *out, const struct rd_value *apart,
                       const struct rd_value *wanted)
{
    if (apart->count == 0)
        return;
    html_head(out, "Not known, and in none of the sums · 无法判断，未计入", "why 原因|number 数量");
    for (uint32_t i = 0; i < apart->count; i++) {
        rd_buf_text(out, "<tr>");
        html_cell(out, "t", rd_map_text(&apart->items[i], "name", ""));
        html_number(out, (long long)rd_map_int(&apart->items[i], "count", 0));
        rd_buf_text(out, "</tr>\n");
    }
    for (uint32_t i = 0; i < wanted->count; i++) {
        rd_buf_text(out, "<tr><td class=t>nobody recorded 无记录: <b>");
        html_text(out, rd_map_text(&wanted->items[i], "name", ""));
        rd_buf_text(out, "</b></td>");
        html_number(out, (long long)rd_map_int(&wanted->items[i], "count", 0));
        rd_buf_text(out, "</tr>\n");
    }
    rd_buf_text(out, "</table>\n");
}

static void html_counts(struct rd_buf *out, const char *head, const struct rd_value *rows)
{
    double most = 0;
    if (rows->count == 0)
        return;
    for (uint32_t i = 0; i < rows->count; i++)
        if ((double)rd_map_int(&rows->items[i], "count", 0) > most)
            most = (double)rd_map_int(&rows->items[i], "count", 0);
    html_head(out, head, "|number 数量|");
    for (uint32_t i = 0; i < rows->count; i++) {
        int64_t count = rd_map_int(&rows->items[i], "count", 0);
        rd_buf_text(out, "<tr>");
        html_cell(out, "t", rd_map_text(&rows->items[i], "name", ""));
        html_number(out, (long long)count);
        html_bars(out, 0, (double)count, most);
        rd_buf_text(out, "</tr>\n");
    }
    rd_buf_text(out, "</table>\n");
}

/* What became of whole cases; NULL: each command was asked for itself. */
static void html_full(struct rd_buf *out, const struct rd_value *full)
{
    static const char *const texts[][2] = {
        { "same", "go the same way 走向相同" },
        { "changed", "go another way, or end as another 走向或结果不同" },
        { "undetermined", "not known to their end: people would be asked something else "
                          "无法判断到底：将向人提出不同的问题" },
        { "moved", "would be opened at another time, what then is not known "
                   "将在另一时间立案，其后未知" },
        { "gone", "would not be opened 将不会立案" },
        { "extra", "would be opened in addition 将另外立案" },
        { "unasked", "things done that nobody would be asked for 不再需要人做的操作" },
        { "openings", "openings that were refused and would not be 原被拒、将获准的立案" },
        { "jobs", "jobs of these rules alone, which are not run 仅新规则启动、未执行的作业" },
    };
    int64_t most = full ? rd_map_int(full, "cases", 0) : 0;
    if (!full)
        return;
    html_head(out, "Cases, each run again as a whole · 整案重演", "|number 数量|");
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        int64_t count = rd_map_int(full, texts[i][0], 0);
        rd_buf_text(out, "<tr>");
        html_cell(out, "t", texts[i][1]);
        html_number(out, (long long)count);
        html_bars(out, 0, (double)(count < most ? count : most), (double)most);
        rd_buf_text(out, "</tr>\n");
    }
    rd_buf_text(out, "</table>\n");
    html_counts(out, "Not known any further, because · 无法继续判断的原因",
                rd_map_list(full, "reasons"));
    html_counts(out, "Where the ways part: then, and now · 分岔处：原状态与现状态",
                rd_map_list(full, "paths"));
}

static void html_sums(struct rd_buf *out, const struct rd_value *result)
{
    static const char *const texts[][2] = {
        { "asked", "asked again 重新询问" },
        { "refused", "would be refused 将被拒绝" },
        { "allowed", "would be allowed 将被允许" },
        { "path", "another state 进入另一状态" },
        { "effect", "other effects 其他效果" },
        { "answer", "answer only 仅答案不同" },
        { "cases_changed", "cases changed 受影响案件" },
        { "kept", "asked an earlier workflow that the case keeps 案件沿用旧流程" },
    };
    rd_buf_text(out, "<p class=sums>");
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        rd_buf_printf(out, "<span><b>%lld</b> %s</span> ",
                      (long long)rd_map_int(result, texts[i][0], 0), texts[i][1]);
    rd_buf_text(out, "</p>\n");
}

void rd_backtest_html(struct rd_cli *cli, const struct rd_value *result)
{
    static const char head[] =
        "<!doctype html><html lang=en><meta charset=utf-8><meta name=viewport "
        "content='width=device-width'>"
        "<meta http-equiv=Content-Security-Policy content=\"default-src 'none'; style-src "
        "'unsafe-inline'\"><title>Back-test 回测</title><style>"
        "body{font:15px/1.5 system-ui,sans-serif;max-width:70rem;margin:2rem auto;padding:0 1rem;"
        "color:#222}table{border-collapse:collapse;width:100%}td,th{padding:.3rem .6rem;"
        "border-bottom:1px solid #ddd;text-align:left;vertical-align:top}td.n{text-align:right;"
        "font-variant-numeric:tabular-nums}.was{fill:#b9c4d0}.is{fill:#2c6fbb}small{color:#666}"
        ".sums span{display:inline-block;margin:0 1.2rem .4rem 0}.sums b{font-size:1.4rem}"
        "</style>\n";
    struct rd_buf *out = &cli->out;
    rd_buf_text(out, head);
    rd_buf_text(out, "<h1>Back-test 回测</h1><p><small>candidate 候选规则 ");
    html_text(out, rd_map_text(result, "policy", ""));
    rd_buf_printf(out, ", %lld entries 条记录</small></p>\n",
                  (long long)rd_map_int(result, "entries", 0));
    html_sums(out, result);
    html_apart(out, rd_map_list(result, "apart"), rd_map_list(result, "wanted"));
    html_full(out, rd_map_get(result, "full"));
    html_rules(out, rd_map_list(result, "rules"));
    html_money(out, rd_map_list(result, "money"));
    html_deadlines(out, rd_map_get(result, "deadlines"));
    html_cases(out, rd_map_list(result, "cases"));
    rd_buf_text(out, "</html>\n");
}
