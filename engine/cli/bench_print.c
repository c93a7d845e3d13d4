/* The bench's results for people: one table of the loads, one by kind of event, one of the starts,
 * in milliseconds and rounded so far that what is shown is what was measured.
 */
#include "cli/bench_print.h"

#include <stdio.h>
#include <string.h>

#include "cli/output.h"

/* 43210 as "43,210". */
static const char *print_whole(struct rd_arena *arena, double value)
{
    char digits[32], out[48];
    int len = snprintf(digits, sizeof(digits), "%.0f", value), at = 0;
    for (int i = 0; i < len; i++) {
        if (i > 0 && (len - i) % 3 == 0 && digits[i - 1] != '-')
            out[at++] = ',';
        out[at++] = digits[i];
    }
    return rd_arena_copy(arena, out, (size_t)at);
}

static const char *print_ms(struct rd_arena *arena, const struct rd_value *times, const char *name)
{
    return rd_arena_printf(arena, "%.2f", rd_output_number(times, name, 0) / 1e3);
}

static const char *print_mib(struct rd_arena *arena, const struct rd_value *map, const char *name)
{
    return rd_arena_printf(arena, "%.0f", rd_output_number(map, name, 0) / 1048576);
}

static bool print_is(const struct rd_value *run, const char *name)
{
    return strcmp(rd_map_text(run, "run", ""), name) == 0;
}

static bool print_is_start(const struct rd_value *run)
{
    return print_is(run, "start");
}

/* ---- loads ---- */

static void print_loads(struct rd_cli *cli, const struct rd_value *runs)
{
    static const struct rd_column columns[] = {
        { "run", false },        { "clients", true },         { "in flight", true },
        { "events/s", true },    { "of ceiling", true },      { "in a flush", true },
        { "batch", true },       { "p50 ms", true },          { "p99 ms", true },
        { "CPU us/ev", true },   { "kernel", true },          { "loop", true },
        { "anon MiB", true },    { "journal B/entry", true }, { "packed", true },
        { "disk B/case", true },
    };
    struct rd_arena *arena = &cli->arena;
    struct rd_grid grid;
    rd_grid_init(&grid, arena, columns, sizeof(columns) / sizeof(*columns));
    for (uint32_t i = 0; i < runs->count; i++) {
        const struct rd_value *run = &runs->items[i];
        const struct rd_value *times = rd_map_get(run, "latency_us");
        const struct rd_value *daemon = rd_map_get(run, "daemon"), *disk = rd_map_get(run, "disk");
        if (print_is_start(run) || print_is(run, "overload"))
            continue;
        rd_grid_add(
            &grid,
            (const char *const[]){
                rd_map_text(run, "run", ""),
                print_whole(arena, rd_output_number(run, "connections", 0)),
                print_whole(arena, rd_output_number(run, "in_flight", 0)),
                print_whole(arena, rd_output_number(run, "events_per_s", 0)),
                rd_arena_printf(arena, "%.0f %%", 100 * rd_output_number(run, "of_ceiling", 0)),
                rd_arena_printf(arena, "%.2f", rd_output_number(run, "per_flush", 0)),
                rd_arena_printf(arena, "%.1f", rd_output_number(run, "events_per_flush", 0)),
                print_ms(arena, times, "p50"), print_ms(arena, times, "p99"),
                rd_arena_printf(arena, "%.1f", rd_output_number(daemon, "cpu_us_per_event", 0)),
                rd_arena_printf(arena, "%.1f", rd_output_number(daemon, "kernel_us_per_event", 0)),
                rd_arena_printf(arena, "%.1f", rd_output_number(daemon, "loop_us_per_event", 0)),
                print_mib(arena, daemon, "rss_anon_bytes"),
                print_whole(arena, rd_output_number(disk, "journal_bytes_per_entry", 0)),
                rd_value_is(rd_map_get(disk, "journal_packed_bytes_per_entry"), RD_NULL)
                    ? "-"
                    : print_whole(arena,
                                  rd_output_number(disk, "journal_packed_bytes_per_entry", 0)),
                print_whole(arena, rd_output_number(disk, "bytes_per_case", 0)) });
    }
    rd_grid_write(&grid, &cli->out, cli->colour);
}

static void print_kinds(struct rd_cli *cli, const struct rd_value *runs)
{
    static const struct rd_column columns[] = { { "run", false },   { "in flight", true },
                                                { "event", false }, { "events", true },
                                                { "p50 ms", true }, { "p99 ms", true },
                                                { "max ms", true } };
    struct rd_arena *arena = &cli->arena;
    struct rd_grid grid;
    rd_grid_init(&grid, arena, columns, sizeof(columns) / sizeof(*columns));
    for (uint32_t i = 0; i < runs->count; i++) {
        const struct rd_value *run = &runs->items[i], *kinds = rd_map_list(run, "kinds");
        for (uint32_t k = 0; k < kinds->count; k++) {
            const struct rd_value *times = rd_map_get(&kinds->items[k], "latency_us");
            rd_grid_add(&grid,
                        (const char *const[]){
                            rd_map_text(run, "run", ""),
                            print_whole(arena, rd_output_number(run, "in_flight", 0)),
                            rd_map_text(&kinds->items[k], "event", ""),
                            print_whole(arena, rd_output_number(&kinds->items[k], "events", 0)),
                            print_ms(arena, times, "p50"), print_ms(arena, times, "p99"),
                            print_ms(arena, times, "max") });
        }
    }
    if (grid.row_count > 0)
        rd_buf_char(&cli->out, '\n');
    rd_grid_write(&grid, &cli->out, cli->colour);
}

/* ---- starts ---- */

static void print_starts(struct rd_cli *cli, const struct rd_value *runs)
{
    static const struct rd_column columns[] = { { "start", false },  { "cases", true },
                                                { "entries", true }, { "replayed", true },
                                                { "ms", true },      { "CPU ms", true },
                                                { "anon MiB", true } };
    static const char *const names[] = { "empty", "full" };
    struct rd_arena *arena = &cli->arena;
    struct rd_grid grid;
    rd_grid_init(&grid, arena, columns, sizeof(columns) / sizeof(*columns));
    for (uint32_t i = 0; i < runs->count; i++) {
        const struct rd_value *run = &runs->items[i];
        for (int n = 0; n < 2 && print_is_start(run); n++) {
            const struct rd_value *list = rd_map_list(run, names[n]);
            for (uint32_t k = 0; k < list->count; k++)
                rd_grid_add(
                    &grid,
                    (const char *const[]){
                        names[n],
                        n == 0 ? "0" : print_whole(arena, rd_output_number(run, "cases", 0)),
                        print_whole(arena, rd_output_number(&list->items[k], "entries", 0)),
                        print_whole(arena, rd_output_number(&list->items[k], "replayed", 0)),
                        rd_arena_printf(arena, "%.1f", rd_output_number(&list->items[k], "ms", 0)),
                        rd_arena_printf(arena, "%.1f",
                                        rd_output_number(&list->items[k], "cpu_ms", 0)),
                        rd_arena_printf(arena, "%.1f",
                                        rd_output_number(&list->items[k], "rss_anon_bytes", 0) /
                                            (1024 * 1024)) });
        }
    }
    if (grid.row_count > 0 && cli->out.len > 0)
        rd_buf_char(&cli->out, '\n');
    rd_grid_write(&grid, &cli->out, cli->colour);
}

/* ---- overload ---- */

static void print_overload(struct rd_cli *cli, const struct rd_value *run)
{
    struct rd_arena *arena = &cli->arena;
    const struct rd_value *times = rd_map_get(run, "latency_us"),
                          *busy = rd_map_get(run, "busy_us");
    rd_buf_printf(&cli->out, "overload over %.0f connections for %.1f s\n",
                  rd_output_number(run, "connections", 0), rd_output_number(run, "seconds", 0));
    rd_buf_printf(&cli->out, "capacity  %s events/s\n",
                  print_whole(arena, rd_output_number(run, "capacity_per_s", 0)));
    rd_buf_printf(&cli->out, "offered   %s/s",
                  print_whole(arena, rd_output_number(run, "offered_per_s", 0)));
    rd_buf_printf(&cli->out, " (%s could not be sent: every place was taken)\n",
                  print_whole(arena, rd_output_number(run, "not_sent", 0)));
    rd_buf_printf(&cli->out, "accepted  %s/s, p50 %s ms, p99 %s ms, max %s ms\n",
                  print_whole(arena, rd_output_number(run, "accepted_per_s", 0)),
                  print_ms(arena, times, "p50"), print_ms(arena, times, "p99"),
                  print_ms(arena, times, "max"));
    rd_buf_printf(&cli->out, "busy      %s of %s, each with a time to come again; p99 %s ms\n",
                  print_whole(arena, rd_output_number(run, "busy", 0)),
                  print_whole(arena, rd_output_number(run, "offered", 0)),
                  print_ms(arena, busy, "p99"));
    rd_buf_printf(&cli->out, "memory    %s MiB before, %s MiB at the most\n",
                  print_mib(arena, run, "anon_before_bytes"),
                  print_mib(arena, run, "anon_max_bytes"));
    rd_buf_printf(&cli->out, "kept      %s acknowledged, killed, started again: %s lost\n",
                  print_whole(arena, rd_output_number(run, "acknowledged", 0)),
                  print_whole(arena, rd_output_number(run, "lost", 0)));
}

void rd_bench_print(struct rd_cli *cli, const struct rd_value *result, bool tables)
{
    const struct rd_value *disk = rd_map_get(result, "disk"),
                          *ceiling = rd_map_get(result, "ceiling");
    const struct rd_value *runs = rd_map_list(result, "runs");
    rd_buf_printf(&cli->out, "disk     %.0f us a flush (4 KiB written, fdatasync; median of 200)\n",
                  rd_output_number(disk, "flush_us", 0));
    rd_buf_printf(
        &cli->out,
        "ceiling  %s events/s (journal and store alone: entries of %.0f bytes, %.0f a flush)\n",
        print_whole(&cli->arena, rd_output_number(ceiling, "events_per_s", 0)),
        rd_output_number(ceiling, "entry_bytes", 0), rd_output_number(ceiling, "batch", 0));
    if (!tables)
        return;
    rd_buf_char(&cli->out, '\n');
    print_loads(cli, runs);
    print_kinds(cli, runs);
    print_starts(cli, runs);
    for (uint32_t i = 0; i < runs->count; i++)
        if (print_is(&runs->items[i], "overload"))
            print_overload(cli, &runs->items[i]);
}
