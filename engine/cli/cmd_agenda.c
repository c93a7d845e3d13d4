/* `redress agenda` (or `agenda list`): what rings next, for the whole store, as far as the caller
 * may read it.
 */
#include "cli/commands.h"

#include <stdio.h>

#include "cli/caller.h"
#include "cli/cli.h"
#include "cli/output.h"

static void agenda_print(struct rd_cli *cli, struct rd_grid *grid, const struct rd_value *list)
{
    static const char *const MEMBERS[] = { "due",   "number", "state", "name",
                                           "limit", "clock",  "rule" };
    for (uint32_t i = 0; i < list->count; i++) {
        const char *cells[7];
        for (size_t m = 0; m < 7; m++)
            cells[m] = rd_output_cell(&cli->arena, rd_map_get(&list->items[i], MEMBERS[m]));
        if (rd_map_bool(&list->items[i], "provisional", false))
            cells[0] = rd_arena_printf(&cli->arena, "%s (provisional)", cells[0]);
        rd_grid_add(grid, cells);
    }
    rd_grid_write(grid, &cli->out, cli->colour);
}

enum rd_status rd_run_agenda_list(struct rd_cli *cli, struct rd_error *error)
{
    static const struct rd_column columns[] = { { "due", false },   { "case", false },
                                                { "state", false }, { "deadline", false },
                                                { "limit", false }, { "clock", false },
                                                { "rule", false } };
    struct rd_value params = rd_map(), all = rd_list(), result;
    struct rd_grid grid;
    const struct rd_value *cursor;
    rd_grid_init(&grid, &cli->arena, columns, 7);
    rd_cli_put_number(cli, &params, "limit", "limit");
    rd_cli_put_text(cli, &params, "until", "until");
    do {
        enum rd_status status = rd_cli_call(cli, "agenda.list", &params, &result, error);
        if (status != RD_OK)
            return status;
        const struct rd_value *list = rd_map_list(&result, "deadlines");
        if (!cli->json)
            agenda_print(cli, &grid, list);
        for (uint32_t i = 0; cli->json && i < list->count; i++)
            rd_list_add(&cli->arena, &all, list->items[i]);
        cursor = rd_map_get(&result, "cursor");
        if (rd_value_is(cursor, RD_TEXT))
            rd_map_set(&cli->arena, &params, "cursor", *cursor);
    } while (rd_value_is(cursor, RD_TEXT) && rd_args_flag(&cli->args, "all"));
    if (cli->json)
        rd_cli_print_json(cli, &all);
    if (rd_value_is(cursor, RD_TEXT))
        fprintf(stderr, "there is more: --all\n");
    return RD_OK;
}
