/* Views: which there are, and the rows of one, as a table, a spreadsheet's file or JSON. */
#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "base/limits.h"
#include "cli/cli.h"
#include "cli/commands.h"
#include "cli/output.h"
#include "cli/sheet.h"

/* ---- view list ---- */

/* "days, tier*": the star means that it must be given. */
static const char *view_params_text(struct rd_cli *cli, const struct rd_value *schema)
{
    const struct rd_value *properties = rd_map_get(schema, "properties");
    const struct rd_value *required = rd_map_list(schema, "required");
    const char *text = "";
    for (uint32_t i = 0; rd_value_is(properties, RD_MAP) && i < properties->count; i++) {
        const char *name = properties->pairs[i].key;
        bool must = false;
        for (uint32_t r = 0; r < required->count; r++)
            must |= strcmp(required->items[r].text, name) == 0;
        text = rd_arena_printf(&cli->arena, "%s%s%s%s", text, *text ? ", " : "", name,
                               must ? "*" : "");
    }
    return text;
}

static const char *view_title(const struct rd_cli *cli, const struct rd_value *titles,
                              const char *otherwise)
{
    const char *language = rd_args_text(&cli->args, "language");
    return rd_map_text(titles, language ? language : "en", otherwise);
}

static void view_print_list(struct rd_cli *cli, const struct rd_value *result)
{
    static const struct rd_column columns[] = {
        { "view", false }, { "of", false }, { "parameters (* needed)", false }, { "title", false }
    };
    const struct rd_value *views = rd_map_list(result, "views");
    struct rd_grid grid;
    rd_grid_init(&grid, &cli->arena, columns, 4);
    for (uint32_t i = 0; i < views->count; i++) {
        const struct rd_value *view = &views->items[i];
        rd_grid_add(&grid, (const char *const[]){ rd_map_text(view, "name", ""),
                                                  rd_map_text(view, "of", ""),
                                                  view_params_text(cli, rd_map_get(view, "params")),
                                                  view_title(cli, rd_map_get(view, "title"), "") });
    }
    rd_grid_write(&grid, &cli->out, cli->colour);
}

enum rd_status rd_run_view_list(struct rd_cli *cli, struct rd_error *error)
{
    struct rd_value params = rd_map();
    return rd_cli_call_print(cli, "view.list", &params, view_print_list, error);
}

/* ---- view run ---- */

struct view_rows {
    struct rd_cli *cli;
    enum { VIEW_TABLE, VIEW_CSV, VIEW_JSON } as;
    struct rd_column columns[RD_GRID_COLUMNS_MAX];
    const char *names[RD_GRID_COLUMNS_MAX];
    size_t count;
    struct rd_grid grid;
    bool headed;
    uint64_t shown;
};

static void view_head(struct view_rows *rows, const struct rd_value *result)
{
    struct rd_cli *cli = rows->cli;
    const struct rd_value *columns = rd_map_list(result, "columns");
    const char *headings[RD_GRID_COLUMNS_MAX];
    rows->names[rows->count] = "id";
    rows->columns[rows->count].heading = headings[rows->count] = "id";
    rows->count++;
    for (uint32_t i = 0; i < columns->count && rows->count < RD_GRID_COLUMNS_MAX; i++) {
        const struct rd_value *column = &columns->items[i];
        const char *name = rd_map_text(column, "name", "?"), *kind;
        if (strcmp(name, "id") == 0)
            continue;
        kind = rd_map_text(column, "kind", "");
        rows->names[rows->count] = name;
        headings[rows->count] = view_title(cli, rd_map_get(column, "title"), name);
        rows->columns[rows->count] =
            (struct rd_column){ headings[rows->count], strcmp(kind, "integer") == 0 ||
                                                           strcmp(kind, "number") == 0 ||
                                                           strcmp(kind, "money") == 0 };
        rows->count++;
    }
    rows->headed = true;
    if (rows->as == VIEW_CSV)
        rd_sheet_row(&cli->out, &cli->arena, headings, rows->count);
    else
        rd_grid_init(&rows->grid, &cli->arena, rows->columns, rows->count);
}

static void view_page(struct view_rows *rows, const struct rd_value *result)
{
    struct rd_cli *cli = rows->cli;
    const struct rd_value *items = rd_map_list(result, "rows");
    if (!rows->headed)
        view_head(rows, result);
    for (uint32_t i = 0; i < items->count; i++, rows->shown++) {
        const char *cells[RD_GRID_COLUMNS_MAX];
        if (rows->as == VIEW_JSON) {
            rd_buf_text(&cli->out, rows->shown ? ",\n" : "[\n");
            rd_json_write(&cli->out, &items->items[i]);
            continue;
        }
        for (size_t c = 0; c < rows->count; c++)
            cells[c] = rd_output_cell(&cli->arena, rd_map_get(&items->items[i], rows->names[c]));
        if (rows->as == VIEW_CSV)
            rd_sheet_row(&cli->out, &cli->arena, cells, rows->count);
        else
            rd_grid_add(&rows->grid, cells);
    }
    if (rows->as == VIEW_TABLE)
        rd_grid_write(&rows->grid, &cli->out, cli->colour);
}

/* The views' own word for the parameter, so that days=7 need not be days:=7. */
static const char *view_param_kind(const struct rd_value *views, const char *view, const char *name)
{
    for (uint32_t i = 0; i < views->count; i++)
        if (strcmp(rd_map_text(&views->items[i], "name", ""), view) == 0) {
            const struct rd_value *schema = rd_map_get(&views->items[i], "params");
            const struct rd_value *one = rd_map_get(rd_map_get(schema, "properties"), name);
            return rd_map_text(one, "type", "string");
        }
    return "string";
}

/* --param NAME=TEXT: a number or yes and no where the view wants one. */
static enum rd_status view_params_listed(struct rd_cli *cli, struct rd_value *given,
                                         struct rd_error *error)
{
    const char *listed[RD_VIEW_PARAMS_MAX];
    size_t count = rd_args_list(&cli->args, "param", listed, RD_VIEW_PARAMS_MAX);
    struct rd_value none = rd_map(), views = rd_map();
    enum rd_status status = count ? rd_cli_call(cli, "view.list", &none, &views, error) : RD_OK;
    for (size_t i = 0; status == RD_OK && i < count; i++) {
        const char *equals = strchr(listed[i], '=');
        if (!equals || equals == listed[i])
            return rd_error_set(error, RD_USAGE, "--param is NAME=VALUE, not '%s'", listed[i]);
        const char *name = rd_arena_copy(&cli->arena, listed[i], (size_t)(equals - listed[i]));
        struct rd_value value = rd_text(equals + 1);
        struct rd_error ignored = RD_ERROR_NONE;
        if (strcmp(view_param_kind(rd_map_list(&views, "views"), cli->args.operands[0], name),
                   "string") != 0 &&
            rd_json_parse(&cli->arena, equals + 1, strlen(equals + 1), 4, &value, &ignored) !=
                RD_OK)
            value = rd_text(equals + 1); /* the daemon says what is wrong with it */
        rd_map_set(&cli->arena, given, name, value);
    }
    return status;
}

static enum rd_status view_params(struct rd_cli *cli, struct rd_value *params,
                                  struct rd_error *error)
{
    struct rd_value given;
    const char *as = rd_args_text(&cli->args, "output");
    enum rd_status status = rd_cli_read_fields(cli, "params", 1, &given, error);
    if (status == RD_OK)
        status = view_params_listed(cli, &given, error);
    if (status != RD_OK)
        return status;
    *params = rd_map();
    rd_map_set(&cli->arena, params, "view", rd_text(cli->args.operands[0]));
    rd_map_set(&cli->arena, params, "params", given);
    rd_cli_put_text(cli, params, "cursor", "cursor");
    rd_cli_put_text(cli, params, "language", "language");
    rd_cli_put_number(cli, params, "limit", "limit");
    if (strcmp(as, "table") == 0 && !rd_map_get(params, "language"))
        rd_map_set(&cli->arena, params, "language", rd_text("en"));
    if (rd_args_flag(&cli->args, "all") && !rd_args_given(&cli->args, "limit"))
        rd_map_set(&cli->arena, params, "limit", rd_int(RD_LIST_LIMIT_MAX));
    return RD_OK;
}

enum rd_status rd_run_view_run(struct rd_cli *cli, struct rd_error *error)
{
    struct rd_value params, result;
    const char *as = rd_args_text(&cli->args, "output");
    struct view_rows rows = { .cli = cli,
                              .as = strcmp(as, "csv") == 0    ? VIEW_CSV
                                    : strcmp(as, "json") == 0 ? VIEW_JSON
                                                              : VIEW_TABLE };
    char cursor[512] = "";
    enum rd_status status = view_params(cli, &params, error);
    if (status != RD_OK)
        return status;
    do {
        status = rd_cli_call(cli, "view.run", &params, &result, error);
        if (status != RD_OK)
            return status;
        view_page(&rows, &result);
        if ((status = rd_cli_flush(cli, error)) != RD_OK)
            return status;
        snprintf(cursor, sizeof cursor, "%s", rd_map_text(&result, "cursor", ""));
        rd_map_set(&cli->arena, &params, "cursor",
                   rd_text_copy(&cli->arena, cursor, strlen(cursor)));
    } while (cursor[0] && rd_args_flag(&cli->args, "all"));
    if (rows.as == VIEW_JSON)
        rd_buf_text(&cli->out, rows.shown ? "\n]\n" : "[]\n");
    else if (rows.as == VIEW_TABLE && rows.shown == 0)
        fprintf(stderr, "there is none, or none that one may see\n");
    if (cursor[0])
        fprintf(stderr, "there is more: --all, or --cursor %s\n", cursor);
    return RD_OK;
}
