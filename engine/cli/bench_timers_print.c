/* The result of `redress bench timers` for people: what requests took in each stretch, in
 * milliseconds, and below it what rang and what was planned anew.
 */
#include "cli/bench_timers.h"

#include "cli/output.h"

static double print_number(const struct rd_value *map, const char *name)
{
    const struct rd_value *value = rd_map_get(map, name);
    if (rd_value_is(value, RD_INT))
        return (double)value->integer;
    return rd_value_is(value, RD_REAL) ? value->real : 0;
}

static void print_row(struct rd_cli *cli, struct rd_grid *grid, const char *stretch,
                      const char *what, const struct rd_value *times)
{
    struct rd_arena *arena = &cli->arena;
    rd_grid_add(
        grid, (const char *const[]){ stretch, what,
                                     rd_arena_printf(arena, "%.0f", print_number(times, "count")),
                                     rd_arena_printf(arena, "%.2f", print_number(times, "p50")),
                                     rd_arena_printf(arena, "%.2f", print_number(times, "p99")),
                                     rd_arena_printf(arena, "%.2f", print_number(times, "p999")),
                                     rd_arena_printf(arena, "%.2f", print_number(times, "max")) });
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
                  print_number(result, "cases"), print_number(result, "fill_s"),
                  print_number(result, "ready_ms"));
    rd_buf_printf(&cli->out, "disk     %.0f us a flush\n", print_number(result, "flush_us"));
    rd_buf_printf(
        &cli->out,
        "rings    %.0f of %.0f, due within %.0f s, in %.2f s, %.0f/s; missing %.0f, again %.0f, "
        "strange %.0f\n",
        print_number(rings, "rung"), print_number(result, "due"), print_number(result, "spread_s"),
        print_number(rings, "seconds"), print_number(rings, "rings_per_s"),
        print_number(rings, "missing"), print_number(rings, "again"),
        print_number(rings, "strange"));
    if (replan)
        rd_buf_printf(&cli->out, "replan   %.0f moved in %.2f s, %.0f/s; policy.reload %.1f ms\n",
                      print_number(replan, "moved"), print_number(replan, "seconds"),
                      print_number(replan, "moved_per_s"), print_number(replan, "reload_ms"));
    rd_buf_char(&cli->out, '\n');
    rd_grid_init(&grid, &cli->arena, columns, 7);
    print_phase(cli, &grid, result, "quiet");
    print_phase(cli, &grid, result, "rings");
    print_phase(cli, &grid, result, "replan");
    rd_grid_write(&grid, &cli->out, cli->colour);
}
