/* `redress agenda` (or `agenda list`): what rings next, for the whole store, as far as the caller
 * may read it.
 */
#include "cli/commands.h"

#include "cli/cli.h"
#include "cli/pages.h"

static const struct rd_column agenda_columns[] = { { "due", false },   { "case", false },
                                                   { "state", false }, { "deadline", false },
                                                   { "limit", false }, { "clock", false },
                                                   { "rule", false } };
static const char *const agenda_members[] = { "due",   "number", "state", "name",
                                              "limit", "clock",  "rule" };
#define AGENDA_COLUMNS (sizeof agenda_columns / sizeof *agenda_columns)

static void agenda_row(struct rd_cli *cli, struct rd_grid *grid, const struct rd_value *item)
{
    const char *cells[AGENDA_COLUMNS];
    for (size_t m = 0; m < AGENDA_COLUMNS; m++)
        cells[m] = rd_output_cell(&cli->arena, rd_map_get(item, agenda_members[m]));
    if (rd_map_bool(item, "provisional", false))
        cells[0] = rd_arena_printf(&cli->arena, "%s (provisional)", cells[0]);
    rd_grid_add(grid, cells);
}

enum rd_status rd_run_agenda_list(struct rd_cli *cli, struct rd_error *error)
{
    static const struct rd_pages pages = { "agenda.list", "deadlines", agenda_columns,
                                           AGENDA_COLUMNS, agenda_row };
    struct rd_value params = rd_map();
    rd_cli_put_number(cli, &params, "limit", "limit");
    rd_cli_put_text(cli, &params, "until", "until");
    return rd_pages_print(cli, &pages, &params, error);
}
