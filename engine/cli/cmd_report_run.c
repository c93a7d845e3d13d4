/* Reports of the policy: made by the daemon, printed as tables, as a spreadsheet's file or as JSON.
 */
#include <stdio.h>
#include <string.h>

#include "base/limits.h"
#include "cli/cli.h"
#include "cli/commands.h"
#include "cli/output.h"
#include "cli/sheet.h"

#define REPORT_CELLS_MAX RD_GRID_COLUMNS_MAX

static const char *report_language(const struct rd_cli *cli)
{
    const char *language = rd_args_text(&cli->args, "language");
    return language ? language : "en";
}

/* ---- report list ---- */

static void report_print_list(struct rd_cli *cli, const struct rd_value *result)
{
    static const struct rd_column columns[] = {
        { "report", false }, { "period", false }, { "title", false }, { "owner", false }
    };
    const struct rd_value *reports = rd_map_list(result, "reports");
    struct rd_grid grid;
    rd_grid_init(&grid, &cli->arena, columns, 4);
    for (uint32_t i = 0; i < reports->count; i++) {
        const struct rd_value *report = &reports->items[i];
        rd_grid_add(&grid, (const char *const[]){
                               rd_map_text(report, "name", ""), rd_map_text(report, "period", ""),
                               rd_map_text(rd_map_get(report, "title"), report_language(cli), ""),
                               rd_map_text(report, "owner", "") });
    }
    rd_grid_write(&grid, &cli->out, cli->colour);
}

enum rd_status rd_run_report_list(struct rd_cli *cli, struct rd_error *error)
{
    struct rd_value params = rd_map();
    return rd_cli_call_print(cli, "report.list", &params, report_print_list, error);
}

/* ---- figures ---- */

/* 333 per mille is "33.3 %". */
static const char *figure_share(struct rd_cli *cli, const struct rd_value *value, bool change)
{
    if (!rd_value_is(value, RD_INT))
        return "";
    long long mille = value->integer, size = mille < 0 ? -mille : mille;
    return rd_arena_printf(&cli->arena, "%s%lld.%lld %%",
                           mille < 0 ? "-"
                           : change  ? "+"
                                     : "",
                           size / 10, size % 10);
}

static const char *figure_text(struct rd_cli *cli, const struct rd_value *measure,
                               const struct rd_value *value, bool change)
{
    const char *text;
    if (!value || value->kind == RD_NULL)
        return "-";
    if (strcmp(rd_map_text(measure, "kind", ""), "share") == 0)
        return figure_share(cli, value, change);
    text = rd_output_cell(&cli->arena, value);
    return change && *text != '-' ? rd_arena_printf(&cli->arena, "+%s", text) : text;
}

/* A line's cell: "12", with a comparison "12 (+3)". */
static const char *report_cell(struct rd_cli *cli, const struct rd_value *measure,
                               const struct rd_value *line, bool against)
{
    const struct rd_value *figure =
        rd_map_get(rd_map_get(line, "values"), rd_map_text(measure, "name", ""));
    const char *value = figure_text(cli, measure, rd_map_get(figure, "value"), false);
    if (!against)
        return value;
    return rd_arena_printf(&cli->arena, "%s (%s)", value,
                           figure_text(cli, measure, rd_map_get(figure, "change"), true));
}

/* ---- tables ---- */

static void section_line(struct rd_cli *cli, struct rd_grid *grid, const struct rd_value *section,
                         const struct rd_value *line, bool total)
{
    const struct rd_value *labels = rd_map_list(line, "label");
    const struct rd_value *by = rd_map_list(section, "by");
    const struct rd_value *measures = rd_map_list(section, "measures");
    bool against = rd_map_text(section, "against", NULL) != NULL;
    const char *cells[REPORT_CELLS_MAX];
    size_t count = 0;
    for (uint32_t i = 0; i < by->count; i++)
        cells[count++] =
            total ? (i == 0 ? (strcmp(report_language(cli), "zh") == 0 ? "合计" : "total") : "")
                  : labels->items[i].text;
    for (uint32_t i = 0; i < measures->count && count < REPORT_CELLS_MAX; i++)
        cells[count++] = report_cell(cli, &measures->items[i], line, against);
    rd_grid_add(grid, cells);
}

static void report_table(struct rd_cli *cli, const struct rd_value *section)
{
    const struct rd_value *by = rd_map_list(section, "by");
    const struct rd_value *measures = rd_map_list(section, "measures");
    const struct rd_value *rows = rd_map_list(section, "rows");
    struct rd_column columns[REPORT_CELLS_MAX];
    struct rd_grid grid;
    size_t count = 0;
    for (uint32_t i = 0; i < by->count; i++)
        columns[count++] = (struct rd_column){ rd_map_text(&by->items[i], "label", ""), false };
    for (uint32_t i = 0; i < measures->count && count < REPORT_CELLS_MAX; i++)
        columns[count++] =
            (struct rd_column){ rd_map_text(&measures->items[i], "label", ""), true };
    rd_grid_init(&grid, &cli->arena, columns, count);
    for (uint32_t i = 0; i < rows->count; i++)
        section_line(cli, &grid, section, &rows->items[i], false);
    section_line(cli, &grid, section, rd_map_get(section, "total"), true);
    rd_buf_printf(&cli->out, "\n%s\n", rd_map_text(section, "title", ""));
    rd_grid_write(&grid, &cli->out, cli->colour);
    if (rd_map_int(section, "left_off", 0) > 0)
        rd_buf_printf(&cli->out, "%lld more lines are left off; the total counts them\n",
                      (long long)rd_map_int(section, "left_off", 0));
}

static void report_print(struct rd_cli *cli, const struct rd_value *report)
{
    const struct rd_value *sections = rd_map_list(report, "sections");
    rd_output_tint(&cli->out, cli->colour, RD_TINT_BOLD, rd_map_text(report, "title", ""));
    rd_buf_printf(&cli->out, "  %s (%s .. %s)\n", rd_map_text(report, "period", ""),
                  rd_map_text(report, "from", ""), rd_map_text(report, "to", ""));
    for (uint32_t i = 0; i < sections->count; i++)
        report_table(cli, &sections->items[i]);
    if (rd_map_int(report, "renewed", 0) > 0)
        rd_buf_text(&cli->out, "\nIt took long: the figures are not all of one moment.\n");
}

/* ---- a sheet: one line a figure ---- */

static void sheet_line(struct rd_cli *cli, const struct rd_value *report,
                       const struct rd_value *section, const struct rd_value *line, bool total)
{
    static const char *const PARTS[] = { "value", "count", "all", "sum" };
    const struct rd_value *measures = rd_map_list(section, "measures");
    const struct rd_value *labels = rd_map_list(line, "label");
    const char *keys = total ? "total" : "";
    for (uint32_t i = 0; i < labels->count; i++)
        keys = rd_arena_printf(&cli->arena, "%s%s%s", keys, i ? " / " : "", labels->items[i].text);
    for (uint32_t m = 0; m < measures->count; m++) {
        const struct rd_value *measure = &measures->items[m];
        const struct rd_value *figure =
            rd_map_get(rd_map_get(line, "values"), rd_map_text(measure, "name", ""));
        const struct rd_value *before = rd_map_get(figure, "previous");
        const char *cells[11] = { rd_map_text(report, "period", ""),
                                  rd_map_text(section, "title", ""), keys,
                                  rd_map_text(measure, "label", ""),
                                  rd_map_text(measure, "kind", "") };
        for (size_t p = 0; p < 4; p++)
            cells[5 + p] = rd_output_cell(&cli->arena, rd_map_get(figure, PARTS[p]));
        cells[9] = rd_output_cell(&cli->arena, rd_map_get(before, "value"));
        cells[10] = rd_output_cell(&cli->arena, rd_map_get(figure, "change"));
        rd_sheet_row(&cli->out, &cli->arena, cells, 11);
    }
}

static void report_sheet(struct rd_cli *cli, const struct rd_value *report)
{
    static const char *const HEADS[11] = { "period", "section",  "line",  "figure",
                                           "kind",   "value",    "count", "all",
                                           "sum",    "previous", "change" };
    const struct rd_value *sections = rd_map_list(report, "sections");
    rd_sheet_row(&cli->out, &cli->arena, HEADS, 11);
    for (uint32_t i = 0; i < sections->count; i++) {
        const struct rd_value *section = &sections->items[i], *rows = rd_map_list(section, "rows");
        for (uint32_t r = 0; r < rows->count; r++)
            sheet_line(cli, report, section, &rows->items[r], false);
        sheet_line(cli, report, section, rd_map_get(section, "total"), true);
    }
}

enum rd_status rd_run_report(struct rd_cli *cli, struct rd_error *error)
{
    struct rd_value params = rd_map(), result;
    const char *as = rd_args_text(&cli->args, "output");
    rd_map_set(&cli->arena, &params, "report", rd_text(cli->args.operands[0]));
    rd_cli_put_text(cli, &params, "month", "month");
    rd_map_set(&cli->arena, &params, "language", rd_text(report_language(cli)));
    enum rd_status status = rd_cli_call(cli, "report.run", &params, &result, error);
    if (status != RD_OK)
        return status;
    if (strcmp(as, "json") == 0)
        rd_cli_print_json(cli, &result);
    else if (strcmp(as, "csv") == 0)
        report_sheet(cli, &result);
    else
        report_print(cli, &result);
    return RD_OK;
}
