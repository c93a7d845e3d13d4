/* `redress staff list` and `redress staff show LOGIN`: who works here. */
#include "cli/commands.h"

#include <stdio.h>

#include "cli/caller.h"
#include "cli/cli.h"
#include "cli/output.h"
#include "cli/pages.h"

static const struct rd_column staff_columns[] = { { "account", false }, { "name", false },
                                                  { "unit", false },    { "group", false },
                                                  { "roles", false },   { "away until", false },
                                                  { "deputy", false },  { "left", false } };
static const char *const staff_members[] = { "account", "name",       "unit",   "group",
                                             "roles",   "away_until", "deputy", "left" };
#define STAFF_COLUMNS (sizeof staff_columns / sizeof *staff_columns)

static void staff_row(struct rd_cli *cli, struct rd_grid *grid, const struct rd_value *item)
{
    const char *cells[STAFF_COLUMNS];
    for (size_t m = 0; m < STAFF_COLUMNS; m++)
        cells[m] = rd_output_cell(&cli->arena, rd_map_get(item, staff_members[m]));
    if (!rd_map_bool(item, "left", false))
        cells[STAFF_COLUMNS - 1] = "";
    rd_grid_add(grid, cells);
}

enum rd_status rd_run_staff_list(struct rd_cli *cli, struct rd_error *error)
{
    static const struct rd_pages pages = { "staff.list", "staff", staff_columns, STAFF_COLUMNS,
                                           staff_row };
    struct rd_value params = rd_map();
    rd_cli_put_number(cli, &params, "limit", "limit");
    rd_cli_put_text(cli, &params, "unit", "unit");
    rd_cli_put_text(cli, &params, "role", "role");
    rd_cli_put_text(cli, &params, "group", "group");
    if (rd_args_flag(&cli->args, "left"))
        rd_map_add(&cli->arena, &params, "left", rd_bool(true));
    return rd_pages_print(cli, &pages, &params, error);
}

static void staff_print(struct rd_cli *cli, const struct rd_value *result)
{
    static const struct rd_column columns[] = { { "what", false }, { "value", false } };
    struct rd_grid grid;
    rd_grid_init(&grid, &cli->arena, columns, 2);
    for (uint32_t i = 0; i < result->count; i++) {
        const char *cells[] = { result->pairs[i].key,
                                rd_output_cell(&cli->arena, &result->pairs[i].value) };
        rd_grid_add(&grid, cells);
    }
    rd_grid_write(&grid, &cli->out, cli->colour);
}

enum rd_status rd_run_staff_show(struct rd_cli *cli, struct rd_error *error)
{
    struct rd_value params = rd_map();
    rd_map_add(&cli->arena, &params, "account", rd_text(cli->args.operands[0]));
    return rd_cli_call_print(cli, "staff.show", &params, staff_print, error);
}
