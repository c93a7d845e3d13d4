/* `redress policy preview`: what activating the policy directory would do to open deadlines. Adds
 * up the slices that the daemon looks at; nothing is changed.
 */
#include "cli/commands.h"

#include "cli/caller.h"
#include "cli/cli.h"
#include "cli/output.h"

/* begun: limits that cases get anew, overdue: of these, those that would ring at once; ended: those
 * that they lose. */
static const char *const SUMS[] = { "records", "deadlines", "moved", "earlier", "later",
                                    "begun",   "overdue",   "ended", "failed" };

static const char *preview_span(struct rd_cli *cli, int64_t ms)
{
    return rd_arena_printf(&cli->arena, "%lld h %lld min", (long long)(ms / 3600000),
                           (long long)(ms / 60000 % 60));
}

static void preview_print(struct rd_cli *cli, const struct rd_value *total)
{
    static const struct rd_column columns[] = { { "what", false }, { "count", true } };
    static const struct rd_column example_columns[] = { { "case", false },    { "deadline", false },
                                                        { "was due", false }, { "would be", false },
                                                        { "limit", false },   { "rule", false } };
    static const char *const MEMBERS[] = { "number", "name", "was", "due", "limit", "rule" };
    struct rd_grid grid;
    rd_grid_init(&grid, &cli->arena, columns, 2);
    for (size_t i = 0; i < sizeof SUMS / sizeof *SUMS; i++)
        rd_grid_add(&grid, (const char *const[]){
                               SUMS[i], rd_output_cell(&cli->arena, rd_map_get(total, SUMS[i])) });
    rd_grid_add(
        &grid, (const char *const[]){ "earlier by at most",
                                      preview_span(cli, rd_map_int(total, "most_earlier_ms", 0)) });
    rd_grid_add(&grid,
                (const char *const[]){ "later by at most",
                                       preview_span(cli, rd_map_int(total, "most_later_ms", 0)) });
    rd_grid_write(&grid, &cli->out, cli->colour);
    const struct rd_value *examples = rd_map_list(total, "examples");
    if (examples->count == 0)
        return;
    rd_buf_char(&cli->out, '\n');
    rd_grid_init(&grid, &cli->arena, example_columns, 6);
    for (uint32_t i = 0; i < examples->count; i++) {
        const char *cells[6];
        for (size_t m = 0; m < 6; m++)
            cells[m] = rd_output_cell(&cli->arena, rd_map_get(&examples->items[i], MEMBERS[m]));
        rd_grid_add(&grid, cells);
    }
    rd_grid_write(&grid, &cli->out, cli->colour);
}

static void preview_add(struct rd_cli *cli, struct rd_value *total, const struct rd_value *slice)
{
    static const char *const MOST[] = { "most_earlier_ms", "most_later_ms" };
    for (size_t i = 0; i < sizeof SUMS / sizeof *SUMS; i++)
        rd_map_set(&cli->arena, total, SUMS[i],
                   rd_int(rd_map_int(total, SUMS[i], 0) + rd_map_int(slice, SUMS[i], 0)));
    for (size_t i = 0; i < 2; i++)
        if (rd_map_int(slice, MOST[i], 0) >= rd_map_int(total, MOST[i], 0))
            rd_map_set(&cli->arena, total, MOST[i], rd_int(rd_map_int(slice, MOST[i], 0)));
    if (rd_map_list(total, "examples")->count == 0)
        rd_map_set(&cli->arena, total, "examples", *rd_map_list(slice, "examples"));
}

enum rd_status rd_run_policy_preview(struct rd_cli *cli, struct rd_error *error)
{
    struct rd_value params = rd_map(), total = rd_map(), slice;
    const struct rd_value *cursor;
    do {
        enum rd_status status = rd_cli_call(cli, "policy.preview", &params, &slice, error);
        if (status != RD_OK)
            return status;
        preview_add(cli, &total, &slice);
        cursor = rd_map_get(&slice, "cursor");
        if (rd_value_is(cursor, RD_TEXT))
            rd_map_set(&cli->arena, &params, "cursor", *cursor);
    } while (rd_value_is(cursor, RD_TEXT));
    if (cli->json)
        rd_cli_print_json(cli, &total);
    else
        preview_print(cli, &total);
    return RD_OK;
}
