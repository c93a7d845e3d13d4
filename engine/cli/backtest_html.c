/* A back-test as one page (html.h): what would be beside what was, as numbers and as bars.
 *
 * Both languages stand beside each other: who reads it may be the head of customer service.
 */
#include "cli/backtest_print.h"

#include <stdlib.h>

#include "cli/html.h"

/* As it was, and as it would be. */
static void html_pair(struct rd_buf *out, double was, double is, double most)
{
    const struct rd_html_bar bars[] = { { RD_HTML_WAS, was }, { RD_HTML_IS, is } };
    rd_html_bars(out, bars, 2, most);
}

/* A count, and its bar. */
static void html_counted(struct rd_buf *out, const char *text, int64_t count, int64_t most)
{
    const struct rd_html_bar bar = { RD_HTML_IS, (double)(count < most ? count : most) };
    rd_html_row(out);
    rd_html_cell(out, text);
    rd_html_count(out, (long long)count);
    rd_html_bars(out, &bar, 1, (double)most);
    rd_buf_char(out, '\n');
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
    rd_html_table(out, "Money granted at once, and posted · 当场给予及入账的金额",
                  "what 项目|was 原为|would be 将为|more 增减|not known 未知|");
    for (uint32_t i = 0; i < rows->count; i++) {
        const struct rd_value *row = &rows->items[i];
        rd_html_row(out);
        rd_html_cell(out, rd_map_text(row, "name", ""));
        rd_html_figure(out, rd_map_text(row, "was", ""));
        rd_html_figure(out, rd_map_text(row, "is", ""));
        rd_html_figure(out, rd_map_text(row, "more", ""));
        rd_html_figure(out, rd_map_text(row, "open", ""));
        html_pair(out, html_amount(row, "was"), html_amount(row, "is"), most);
        rd_buf_text(out, "</tr>\n");
    }
    rd_html_table_end(out);
}

/* The greatest so far, or one of a row's two counts. */
static double html_most(double most, const struct rd_value *row)
{
    double was = (double)rd_map_int(row, "was", 0), is = (double)rd_map_int(row, "is", 0);
    most = was > most ? was : most;
    return is > most ? is : most;
}

static void html_counts_both(struct rd_buf *out, const struct rd_value *row)
{
    rd_html_count(out, (long long)rd_map_int(row, "was", 0));
    rd_html_count(out, (long long)rd_map_int(row, "is", 0));
}

static void html_rules(struct rd_buf *out, const struct rd_value *rows)
{
    double most = 0;
    for (uint32_t i = 0; i < rows->count; i++)
        most = html_most(most, &rows->items[i]);
    rd_html_table(out, "Decisions that differ, by rule · 各规则下不同的决定",
                  "rule 规则|said 原答|would say 将答|line then 原行|line now 现行|");
    for (uint32_t i = 0; i < rows->count; i++) {
        const struct rd_value *row = &rows->items[i];
        rd_html_row(out);
        rd_html_cell(out, rd_map_text(row, "name", ""));
        html_counts_both(out, row);
        rd_html_cell(out, rd_map_text(row, "line_was", ""));
        rd_html_cell(out, rd_map_text(row, "line_is", ""));
        html_pair(out, (double)rd_map_int(row, "was", 0), (double)rd_map_int(row, "is", 0), most);
        rd_buf_text(out, "</tr>\n");
    }
    rd_html_table_end(out);
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
    rd_html_table(out, "Deadlines · 时限", "|number 数量|");
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        int64_t count = rd_map_int(map, texts[i][0], 0);
        html_counted(out, texts[i][1], count, most);
    }
    rd_html_table_end(out);
}

static void html_side(struct rd_buf *out, const struct rd_value *side)
{
    const char *refused = rd_map_text(side, "refused", NULL);
    rd_buf_text(out, "<td class=t>");
    if (refused)
        rd_buf_text(out, "<b>refused 拒绝</b> ");
    rd_html_text(out, rd_map_text(side, "rule", rd_map_text(side, "reason", "")));
    rd_buf_text(out, ": ");
    rd_html_text(out, rd_map_text(side, "outcome", ""));
    rd_buf_text(out, "<br><small>");
    rd_html_text(out, rd_map_text(side, "line", ""));
    if (rd_map_text(side, "state", NULL)) {
        rd_buf_text(out, " → ");
        rd_html_text(out, rd_map_text(side, "state", ""));
    }
    rd_buf_text(out, "</small></td>");
}

/* How a case that was run again as a whole ends. */
static void html_end(struct rd_buf *out, const struct rd_value *row)
{
    if (!rd_map_get(row, "ended"))
        return;
    rd_buf_text(out, "<tr><td></td><td class=t colspan=4><small>then 其后: ");
    rd_html_text(out, rd_map_text(row, "ended_was", "-"));
    rd_buf_text(out, " → ");
    rd_html_text(out, rd_map_text(row, "ended_is", "not known 未知: "));
    rd_html_text(out, rd_map_text(row, "why", ""));
    rd_buf_text(out, "</small></td></tr>\n");
}

static void html_cases(struct rd_buf *out, const struct rd_value *cases)
{
    rd_html_table(out, "Cases to look at · 值得查看的案件",
                  "case 案件|time 时间|command 操作|was 原为|would be 将为");
    for (uint32_t i = 0; i < cases->count; i++) {
        const struct rd_value *row = &cases->items[i];
        rd_html_row(out);
        rd_html_cell(out, rd_map_text(row, "number", rd_map_text(row, "id", "")));
        rd_html_cell(out, rd_map_text(row, "at", ""));
        rd_html_cell(out, rd_map_text(row, "command", ""));
        html_side(out, rd_map_get(row, "was"));
        html_side(out, rd_map_get(row, "is"));
        rd_buf_text(out, "</tr>\n");
        html_end(out, row);
    }
    rd_html_table_end(out);
}

static void html_apart(struct rd_buf *out, const struct rd_value *apart,
                       const struct rd_value *wanted)
{
    if (apart->count == 0)
        return;
    rd_html_table(out, "Not known, and in none of the sums · 无法判断，未计入",
                  "why 原因|number 数量");
    for (uint32_t i = 0; i < apart->count; i++) {
        rd_html_row(out);
        rd_html_cell(out, rd_map_text(&apart->items[i], "name", ""));
        rd_html_count(out, (long long)rd_map_int(&apart->items[i], "count", 0));
        rd_buf_text(out, "</tr>\n");
    }
    for (uint32_t i = 0; i < wanted->count; i++) {
        rd_buf_text(out, "<tr><td class=t>nobody recorded 无记录: <b>");
        rd_html_text(out, rd_map_text(&wanted->items[i], "name", ""));
        rd_buf_text(out, "</b></td>");
        rd_html_count(out, (long long)rd_map_int(&wanted->items[i], "count", 0));
        rd_buf_text(out, "</tr>\n");
    }
    rd_html_table_end(out);
}

static void html_counts(struct rd_buf *out, const char *head, const struct rd_value *rows)
{
    int64_t most = 0;
    if (rows->count == 0)
        return;
    for (uint32_t i = 0; i < rows->count; i++)
        if (rd_map_int(&rows->items[i], "count", 0) > most)
            most = rd_map_int(&rows->items[i], "count", 0);
    rd_html_table(out, head, "|number 数量|");
    for (uint32_t i = 0; i < rows->count; i++) {
        int64_t count = rd_map_int(&rows->items[i], "count", 0);
        html_counted(out, rd_map_text(&rows->items[i], "name", ""), count, most);
    }
    rd_html_table_end(out);
}

/* What came without anybody's doing, then and under the candidate; kinds of which neither had any
 * are left out. */
static void html_itself(struct rd_buf *out, const struct rd_value *full)
{
    static const char *const texts[][2] = {
        { "rings", "deadlines that ring 到期触发的时限" },
        { "schedules", "times that schedules come 定期任务触发次数" },
        { "jobs", "jobs that begin 开始的批量任务" },
    };
    double most = 0;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        most = html_most(most, rd_map_get(full, texts[i][0]));
    if (most <= 0)
        return;
    rd_html_table(out, "What comes by itself · 自动触发", "what 项目|was 原为|would be 将为|");
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        const struct rd_value *both = rd_map_get(full, texts[i][0]);
        if (html_most(0, both) <= 0)
            continue;
        rd_html_row(out);
        rd_html_cell(out, texts[i][1]);
        html_counts_both(out, both);
        html_pair(out, (double)rd_map_int(both, "was", 0), (double)rd_map_int(both, "is", 0), most);
        rd_buf_text(out, "</tr>\n");
    }
    rd_html_table_end(out);
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
        { "replans", "plannings of all deadlines by these rules alone, left out "
                     "仅新规则触发、未执行的整体重排期限" },
    };
    int64_t most = full ? rd_map_int(full, "cases", 0) : 0;
    if (!full)
        return;
    rd_html_table(out, "Cases, each run again as a whole · 整案重演", "|number 数量|");
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        int64_t count = rd_map_int(full, texts[i][0], 0);
        html_counted(out, texts[i][1], count, most);
    }
    rd_html_table_end(out);
    html_itself(out, full);
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
    struct rd_buf *out = &cli->out;
    rd_html_begin(out, "Back-test 回测");
    rd_buf_text(out, "<p><small>candidate 候选规则 ");
    rd_html_text(out, rd_map_text(result, "policy", ""));
    rd_buf_printf(out, ", %lld entries 条记录</small></p>\n",
                  (long long)rd_map_int(result, "entries", 0));
    html_sums(out, result);
    html_apart(out, rd_map_list(result, "apart"), rd_map_list(result, "wanted"));
    html_full(out, rd_map_get(result, "full"));
    html_rules(out, rd_map_list(result, "rules"));
    html_money(out, rd_map_list(result, "money"));
    html_deadlines(out, rd_map_get(result, "deadlines"));
    html_cases(out, rd_map_list(result, "cases"));
    rd_html_end(out);
}
