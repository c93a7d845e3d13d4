/* `redress job list`: what goes over records by itself, and how far it is. */
#include "cli/commands.h"

#include <stdio.h>

#include "cli/caller.h"
#include "cli/cli.h"
#include "cli/output.h"

static void job_print(struct rd_cli *cli, const struct rd_value *jobs)
{
    static const char *const MEMBERS[] = { "job",  "each",  "does",  "done", "failed",
                                           "left", "began", "ended", "rule" };
    static const struct rd_column columns[] = { { "job", true },    { "each", false },
                                                { "does", false },  { "done", true },
                                                { "failed", true }, { "left", true },
                                                { "began", false }, { "ended", false },
                                                { "rule", false } };
    struct rd_grid grid;
    rd_grid_init(&grid, &cli->arena, columns, 9);
    for (uint32_t i = 0; i < jobs->count; i++) {
        const char *cells[9];
        for (size_t m = 0; m < 9; m++)
            cells[m] = rd_output_cell(&cli->arena, rd_map_get(&jobs->items[i], MEMBERS[m]));
        if (rd_map_bool(&jobs->items[i], "more", false))
            cells[5] = rd_arena_printf(&cli->arena, "%s+", cells[5]);
        rd_grid_add(&grid, cells);
    }
    rd_grid_write(&grid, &cli->out, cli->colour);
}

enum rd_status rd_run_job_list(struct rd_cli *cli, struct rd_error *error)
{
    struct rd_value params = rd_map(), result;
    rd_cli_put_number(cli, &params, "limit", "limit");
    rd_cli_put_number(cli, &params, "before", "before");
    if (rd_args_flag(&cli->args, "running"))
        rd_map_set(&cli->arena, &params, "running", rd_bool(true));
    enum rd_status status = rd_cli_call(cli, "job.list", &params, &result, error);
    if (status != RD_OK)
        return status;
    const struct rd_value *jobs = rd_map_list(&result, "jobs"),
                          *before = rd_map_get(&result, "before");
    if (cli->json)
        rd_cli_print_json(cli, jobs);
    else
        job_print(cli, jobs);
    if (rd_value_is(before, RD_INT))
        fprintf(stderr, "there is more: --before %lld\n", (long long)before->integer);
    return RD_OK;
}
