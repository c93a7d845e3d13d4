/* `redress schedule list`: what comes round by itself, when it came last and when it comes next. */
#include "cli/caller.h"
#include "cli/cli.h"
#include "cli/commands.h"
#include "cli/output.h"

static void schedule_print(struct rd_cli *cli, const struct rd_value *result)
{
    static const struct rd_column columns[] = { { "schedule", false }, { "rule", false },
                                                { "at", false },       { "on", false },
                                                { "starts", false },   { "missed", false },
                                                { "last", false },     { "next", false } };
    static const char *const MEMBERS[] = { "name",  "rule",   "at",   "on",
                                           "start", "missed", "last", "next" };
    const struct rd_value *list = rd_map_list(result, "schedules");
    struct rd_grid grid;
    rd_grid_init(&grid, &cli->arena, columns, 8);
    for (uint32_t i = 0; i < list->count; i++) {
        const char *cells[8];
        for (size_t m = 0; m < 8; m++)
            cells[m] = rd_output_cell(&cli->arena, rd_map_get(&list->items[i], MEMBERS[m]));
        rd_grid_add(&grid, cells);
    }
    rd_grid_write(&grid, &cli->out, cli->colour);
}

enum rd_status rd_run_schedule_list(struct rd_cli *cli, struct rd_error *error)
{
    struct rd_value params = rd_map();
    return rd_cli_call_print(cli, "schedule.list", &params, schedule_print, error);
}
