/* The result of `redress bench timers` for people: what requests took in each stretch, in
 * milliseconds, and below it what rang and what was planned anew.
 */
#include "cli/bench_timers.h"

#include "cli/output.h"

static void print_row(struct rd_cli *cli, struct rd_grid *grid, const char *stretch,
                      const char *what, const struct rd_value *times)
{
    struct rd_arena *arena = &cli->arena;
    rd_grid_add(grid, (const char *const[]){
                          stretch, what,
                          rd_arena_printf(arena, "%.0f", rd_output_number(times, "count", 0)),
                          rd_arena_printf(arena, "%.2f", rd_output_number(times, "p50", 0)),
                          rd_arena_printf(arena, "%.2f", rd_output_number(times, "p99", 0)),
                          rd_arena_printf(arena, "%.2f", rd_output_number(times, "p999", 0)),
                          rd_arena_printf(arena, "%.2f", rd_output_number(times, "max", 0)) });
}

static void print_phase(struct rd_cli *cli, struct rd_grid *grid, const struct rd_value *result,
                        const char *name)
{
    const struct rd_value *phase = rd_map_get(result, name);
    if (!phase)
        return;
    print_row(cli, grid, name, "read", rd_map_get(phase, "read_ms"));
    print_row(cli, grid, name, "write", rd_map_get(phase, "write_ms"));
    if (rd_map_get(phase, "lag_ms"))
        print_row(cli, grid, name, "lag of a ring", rd_map_get(phase, "lag_ms"));
}

void rd_timers_print(struct rd_cli *cli, const struct rd_value *result)
{
    static const struct rd_column columns[] = { { "meanwhile", false }, { "what", false },
                                                { "count", true },      { "p50 ms", true },
                                                { "p99 ms", true },     { "p99.9 ms", true },
                                                { "max ms", true } };
    const struct rd_value *rings = rd_map_get(result, "rings"),
                          *replan = rd_map_get(result, "replan");
    struct rd_grid grid;
    rd_buf_printf(&cli->out, "filled   %.0f cases in %.1f s; daemon ready in %.1f ms\n",
                  rd_output_number(result, "cases", 0), rd_output_number(result, "fill_s", 0),
                  rd_output_number(result, "ready_ms", 0));
    rd_buf_printf(&cli->out, "disk     %.0f us a flush\n", rd_output_number(result, "flush_us", 0));
    rd_buf_printf(
        &cli->out,
        "rings    %.0f of %.0f, due within %.0f s, in %.2f s, %.0f/s; missing %.0f, again %.0f, "
        "strange %.0f\n",
        rd_output_number(rings, "rung", 0), rd_output_number(result, "due", 0),
        rd_output_number(result, "spread_s", 0), rd_output_number(rings, "seconds", 0),
        rd_output_number(rings, "rings_per_s", 0), rd_output_number(rings, "missing", 0),
        rd_output_number(rings, "again", 0), rd_output_number(rings, "strange", 0));
    if (replan)
        rd_buf_printf(&cli->out, "replan   %.0f moved in %.2f s, %.0f/s; policy.reload %.1f ms\n",
                      rd_output_number(replan, "moved", 0), rd_output_number(replan, "seconds", 0),
                      rd_output_number(replan, "moved_per_s", 0),
                      rd_output_number(replan, "reload_ms", 0));
    rd_buf_char(&cli->out, '\n');
    rd_grid_init(&grid, &cli->arena, columns, 7);
    print_phase(cli, &grid, result, "quiet");
    print_phase(cli, &grid, result, "rings");
    print_phase(cli, &grid, result, "replan");
    rd_grid_write(&grid, &cli->out, cli->colour);
}
