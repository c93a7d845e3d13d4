/* A forecast for people: tables, both languages side by side.
 */
#include <string.h>

#include "cli/forecast.h"
#include "cli/output.h"

#define PRINT_STEPS_MAX 20
#define PRINT_CELLS_MAX 12

/* A table in the making: one row's cells, from the left. */
struct print {
    struct rd_arena *arena;
    struct rd_buf *out;
    struct rd_grid grid;
    const char *cells[PRINT_CELLS_MAX];
    size_t count;
};

static void print_begin(struct print *print, const char *title, const struct rd_column *columns,
                        size_t count)
{
    rd_buf_printf(print->out, "\n%s\n", title);
    rd_grid_init(&print->grid, print->arena, columns, count);
    print->count = 0;
}

static void print_text(struct print *print, const struct rd_value *map, const char *key)
{
    print->cells[print->count++] = rd_map_text(map, key, "");
}

/* "12.5", or with a sign; "–" where it is not known. */
static void print_number(struct print *print, const struct rd_value *value, bool sign)
{
    const char *cell = "–";
    if (rd_value_is(value, RD_INT))
        cell = rd_arena_printf(print->arena, "%lld", (long long)value->integer);
    else if (rd_value_is(value, RD_REAL))
        cell = rd_arena_printf(print->arena, sign ? "%+.1f" : "%.1f", value->real);
    print->cells[print->count++] = cell;
}

static void print_both(struct print *print, const struct rd_value *map)
{
    print->cells[print->count++] = rd_arena_printf(
        print->arena, "%s %s", rd_map_text(map, "en", ""), rd_map_text(map, "zh", ""));
}

static void print_row(struct print *print)
{
    rd_grid_add(&print->grid, print->cells);
    print->count = 0;
}

static void print_end(struct print *print)
{
    rd_grid_write(&print->grid, print->out, false);
}

/* ---- what the history was ---- */

static void print_head(struct rd_buf *out, const struct rd_value *result)
{
    const struct rd_value *history = rd_map_get(result, "history");
    const struct rd_value *expected = rd_map_get(result, "expected");
    rd_buf_printf(
        out,
        "History 历史: %s to %s, %lld days, %lld journal entries, %lld cases opened, "
        "%lld acts\n",
        rd_map_text(history, "from", ""), rd_map_text(history, "until", ""),
        (long long)rd_map_int(history, "days", 0), (long long)rd_map_int(history, "entries", 0),
        (long long)rd_map_int(history, "opened", 0), (long long)rd_map_int(history, "acts", 0));
    rd_buf_printf(out, "Forecast 预测: %s to %s\n", rd_map_text(expected, "from", ""),
                  rd_map_text(expected, "until", ""));
}

static void print_people(struct print *print, const struct rd_value *rows)
{
    struct rd_column columns[RD_FIT_KINDS + 4] = { { "role 角色", false }, { "rules 规则", true } };
    for (int kind = 0; kind < RD_FIT_KINDS; kind++)
        columns[2 + kind] = (struct rd_column){ rd_fit_kind_titles[kind], true };
    columns[RD_FIT_KINDS + 2] = (struct rd_column){ "busiest hour 最忙一小时", true };
    columns[RD_FIT_KINDS + 3] = (struct rd_column){ "", false };
    if (rows->count == 0)
        return;
    print_begin(print, "People who did something on an average day 日均在岗人数", columns,
                RD_FIT_KINDS + 4);
    for (uint32_t i = 0; i < rows->count; i++) {
        const struct rd_value *row = &rows->items[i], *days = rd_map_list(row, "at_work");
        print_text(print, row, "role");
        print_number(print, rd_map_get(row, "in_rules"), false);
        for (uint32_t kind = 0; kind < days->count; kind++)
            print_number(print, &days->items[kind], false);
        print_number(print, rd_map_get(row, "busiest_hour"), false);
        print_both(print, row);
        print_row(print);
    }
    print_end(print);
}

static void print_handling(struct print *print, const struct rd_value *rows)
{
    static const struct rd_column columns[] = {
        { "type 类型", false },   { "state 状态", false }, { "event 事件", false },
        { "role 角色", false },   { "acts 次数", true },   { "median 中位数", true },
        { "9 in 10 九成", true },
    };
    print_begin(print, "Handling, in hours from when a case waits 办理时长（小时）", columns,
                sizeof columns / sizeof *columns);
    for (uint32_t i = 0; i < rows->count && i < PRINT_STEPS_MAX; i++) {
        const struct rd_value *row = &rows->items[i];
        print_text(print, row, "type");
        print_text(print, row, "state");
        print_text(print, row, "event");
        print_text(print, row, "role");
        print_number(print, rd_map_get(row, "acts"), false);
        print_number(print, rd_map_get(row, "median_hours"), false);
        print_number(print, rd_map_get(row, "most_hours"), false);
        print_row(print);
    }
    print_end(print);
}

/* ---- what is to come ---- */

static void print_arrivals(struct print *print, const struct rd_value *rows)
{
    static const struct rd_column columns[] = {
        { "type 类型", false },
        { "last month 上月", true },
        { "played 推演", true },
        { "error % 误差", true },
        { "expected 预计", true },
        { "what if 假设", true },
        { "", false },
    };
    print_begin(print, "Cases that people open 受理件数", columns,
                sizeof columns / sizeof *columns);
    for (uint32_t i = 0; i < rows->count; i++) {
        const struct rd_value *row = &rows->items[i];
        print_text(print, row, "type");
        print_number(print, rd_map_get(row, "was"), false);
        print_number(print, rd_map_get(row, "played"), false);
        print_number(print, rd_map_get(row, "error_percent"), true);
        print_number(print, rd_map_get(row, "expected"), false);
        print_number(print, rd_map_get(row, "what_if"), false);
        print_both(print, row);
        print_row(print);
    }
    print_end(print);
}

static void print_limits(struct print *print, const struct rd_value *rows)
{
    static const struct rd_column columns[] = {
        { "type 类型", false },      { "limit 时限", false },  { "ended 结束", true },
        { "last month 上月", true }, { "played 推演", true },  { "error 误差", true },
        { "expected 预计", true },   { "what if 假设", true }, { "", false },
    };
    print_begin(print,
                "Time limits that ring, in per cent of those that ended "
                "时限超时率（占已结束时限的百分比）",
                columns, sizeof columns / sizeof *columns);
    for (uint32_t i = 0; i < rows->count; i++) {
        const struct rd_value *row = &rows->items[i];
        const struct rd_value *was = rd_map_get(row, "was");
        print_text(print, row, "type");
        print_text(print, row, "limit");
        print_number(print, rd_map_get(was, "ended"), false);
        print_number(print, rd_map_get(was, "rate"), false);
        print_number(print, rd_map_get(rd_map_get(row, "played"), "rate"), false);
        print_number(print, rd_map_get(row, "error"), true);
        print_number(print, rd_map_get(rd_map_get(row, "expected"), "rate"), false);
        print_number(print, rd_map_get(rd_map_get(row, "what_if"), "rate"), false);
        print_both(print, row);
        print_row(print);
    }
    print_end(print);
}

static void print_error(struct print *print, const struct rd_value *error)
{
    if (!rd_value_is(error, RD_MAP))
        return;
    print->count = 0;
    print_number(print, rd_map_get(error, "points"), false);
    print_number(print, rd_map_get(error, "was_rate"), false);
    print_number(print, rd_map_get(error, "played_rate"), false);
    rd_buf_printf(
        print->out,
        "\nFit error of the last month 上月拟合误差: %s points on average over %lld limits "
        "(平均百分点); of all limits %s %% rang 实际, %s %% were played 推演\n",
        print->cells[0], (long long)rd_map_int(error, "limits", 0), print->cells[1],
        print->cells[2]);
}

static void print_notes(struct rd_buf *out, const struct rd_value *notes)
{
    if (notes->count)
        rd_buf_text(out, "\nWhat the history does not tell 历史未能说明的\n");
    for (uint32_t i = 0; i < notes->count; i++) {
        const struct rd_value *note = &notes->items[i];
        rd_buf_printf(out, "  %s\n  %s\n", rd_map_text(note, "en", ""),
                      rd_map_text(note, "zh", ""));
    }
}

void rd_forecast_print(struct rd_arena *arena, struct rd_buf *out, const struct rd_value *result)
{
    struct print print = { .arena = arena, .out = out };
    print_head(out, result);
    print_people(&print, rd_map_list(result, "people"));
    print_handling(&print, rd_map_list(result, "handling"));
    print_arrivals(&print, rd_map_list(result, "arrivals"));
    print_limits(&print, rd_map_list(result, "limits"));
    print_error(&print, rd_map_get(result, "fit_error"));
    print_notes(out, rd_map_list(result, "notes"));
    if (rd_map_int(result, "breaches", 0))
        rd_buf_printf(out, "\nBreaches 违例: %lld\n  %s\n",
                      (long long)rd_map_int(result, "breaches", 0),
                      rd_map_text(result, "first_breach", ""));
    rd_buf_printf(out, "\nseed %lld  hash %s\n", (long long)rd_map_int(result, "seed", 0),
                  rd_map_text(rd_map_get(result, "expected"), "hash", ""));
}
