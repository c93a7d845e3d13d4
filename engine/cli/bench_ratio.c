/* The bench against itself. Absolute numbers of two machines, or of one machine on two days, can't
 * be compared; ratios to the ceiling and to the disk's flush, measured in the same run, can:
 * nearly. A committed file holds those of the last release; a line that has become worse by more
 * than a seventh is marked. Nothing fails because of it: a busy machine is no regression.
 */
#include "cli/bench_ratio.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/limits.h"
#include "cli/output.h"

/* Four digits that mean something: enough to see a change of a hundredth. */
static struct rd_value ratio_real(double value)
{
    if (!isfinite(value) || value == 0)
        return rd_real(0);
    double unit = pow(10, floor(log10(fabs(value))) - 3);
    return rd_real(round(value / unit) * unit);
}

static void ratio_add(struct rd_arena *arena, struct rd_value *lines, const char *name,
                      double measured, bool time_ms, const struct rd_value *result)
{
    double ceiling = rd_output_number(rd_map_get(result, "ceiling"), "events_per_s", NAN);
    double flush_ms = rd_output_number(rd_map_get(result, "disk"), "flush_us", NAN) / 1e3;
    struct rd_value line = rd_map();
    rd_map_add(arena, &line, "line", rd_text(name));
    rd_map_add(arena, &line, "measured", ratio_real(measured));
    rd_map_add(arena, &line, "unit", rd_text(time_ms ? "ms" : "events/s"));
    rd_map_add(arena, &line, "better", rd_text(time_ms ? "less" : "more"));
    rd_map_add(arena, &line, "of_ceiling",
               ratio_real(time_ms ? measured / 1e3 * ceiling : measured / ceiling));
    rd_map_add(arena, &line, "of_flush",
               ratio_real(time_ms ? measured / flush_ms : measured * flush_ms / 1e3));
    rd_list_add(arena, lines, line);
}

/* The middle one of the starts. */
static double ratio_start_ms(const struct rd_value *starts)
{
    double ms[3] = { 0 };
    for (uint32_t i = 0; i < starts->count && i < 3; i++)
        ms[i] = rd_output_number(&starts->items[i], "ms", NAN);
    return fmax(fmin(ms[0], ms[1]), fmin(fmax(ms[0], ms[1]), ms[2]));
}

static void ratio_start(struct rd_arena *arena, struct rd_value *lines, const struct rd_value *run,
                        const struct rd_value *result)
{
    double cases = rd_output_number(run, "cases", NAN);
    ratio_add(arena, lines, "start, no cases", ratio_start_ms(rd_map_list(run, "empty")), true,
              result);
    ratio_add(arena, lines, rd_arena_printf(arena, "start, %.0f cases", cases),
              ratio_start_ms(rd_map_list(run, "full")), true, result);
}

static void ratio_load(struct rd_arena *arena, struct rd_value *lines, const char *name,
                       const struct rd_value *run, const struct rd_value *result)
{
    const struct rd_value *times = rd_map_get(run, "latency_us");
    const char *of =
        rd_arena_printf(arena, "%s, %.0f under way", name, rd_output_number(run, "in_flight", NAN));
    ratio_add(arena, lines, of, rd_output_number(run, "events_per_s", NAN), false, result);
    ratio_add(arena, lines, rd_arena_printf(arena, "%s: p50", of),
              rd_output_number(times, "p50", NAN) / 1e3, true, result);
    ratio_add(arena, lines, rd_arena_printf(arena, "%s: p99", of),
              rd_output_number(times, "p99", NAN) / 1e3, true, result);
}

struct rd_value rd_bench_ratios(struct rd_arena *arena, const struct rd_value *result)
{
    const struct rd_value *runs = rd_map_list(result, "runs");
    struct rd_value lines = rd_list();
    for (uint32_t i = 0; i < runs->count; i++) {
        const struct rd_value *run = &runs->items[i];
        const char *name = rd_map_text(run, "run", "");
        if (strcmp(name, "start") == 0)
            ratio_start(arena, &lines, run, result);
        else if (rd_map_get(run, "events_per_s"))
            ratio_load(arena, &lines, name, run, result);
    }
    return lines;
}

double rd_bench_change(const struct rd_value *line, const struct rd_value *baseline,
                       const char *ratio)
{
    const char *name = rd_map_text(line, "line", "");
    bool less = strcmp(rd_map_text(line, "better", ""), "less") == 0;
    for (uint32_t i = 0; i < baseline->count; i++) {
        if (strcmp(rd_map_text(&baseline->items[i], "line", "?"), name) != 0)
            continue;
        double now = rd_output_number(line, ratio, NAN),
               then = rd_output_number(&baseline->items[i], ratio, NAN);
        if (now > 0 && then > 0) /* of a time, half of it is twice as good: +100 % */
            return less ? then / now - 1 : now / then - 1;
    }
    return NAN;
}

/* ---- the file ---- */

enum rd_status rd_bench_ratio_read(struct rd_arena *arena, const char *path, struct rd_value *lines,
                                   struct rd_error *error)
{
    struct rd_buf text;
    struct rd_value value;
    char bytes[4096];
    size_t got;
    FILE *file = fopen(path, "r");
    if (!file)
        return rd_error_errno(error, RD_BAD_CONFIG, errno, "can't read %s", path);
    rd_buf_init(&text);
    while ((got = fread(bytes, 1, sizeof(bytes), file)) > 0 && text.len < RD_MESSAGE_BYTES_MAX)
        rd_buf_append(&text, bytes, got);
    fclose(file);
    enum rd_status status = rd_json_parse(arena, text.len > 0 ? text.data : "", text.len,
                                          RD_MESSAGE_DEPTH_MAX, &value, error);
    rd_buf_fini(&text);
    if (status != RD_OK)
        return status;
    const struct rd_value *found = rd_map_get(&value, "lines");
    if (!rd_value_is(found, RD_LIST))
        return rd_error_set(error, RD_BAD_CONFIG, "%s is no baseline of the bench", path);
    *lines = *found;
    return RD_OK;
}

enum rd_status rd_bench_ratio_save(const char *path, struct rd_arena *arena,
                                   const struct rd_value *result, struct rd_error *error)
{
    static const char *const machine[] = { "version", "at", "cores", "disk", "ceiling" };
    struct rd_value saved = rd_map();
    struct rd_buf text;
    for (size_t i = 0; i < sizeof(machine) / sizeof(machine[0]); i++) {
        const struct rd_value *value = rd_map_get(result, machine[i]);
        if (value)
            rd_map_add(arena, &saved, machine[i], *value);
    }
    rd_map_add(arena, &saved, "lines", rd_bench_ratios(arena, result));
    rd_buf_init(&text);
    rd_json_write_pretty(&text, &saved);
    rd_buf_char(&text, '\n');
    FILE *file = fopen(path, "w");
    bool written = file && fwrite(text.data, 1, text.len, file) == text.len;
    written = file && fclose(file) == 0 && written;
    rd_buf_fini(&text);
    return written ? RD_OK : rd_error_errno(error, RD_IO, errno, "can't write %s", path);
}

/* ---- the table ---- */

static const char *ratio_cell(struct rd_arena *arena, double value)
{
    if (!isfinite(value))
        return "-";
    return rd_arena_printf(arena, value >= 100 ? "%.0f" : value >= 1 ? "%.2f" : "%.3f", value);
}

static double ratio_before(const struct rd_value *line, const struct rd_value *baseline,
                           const char *ratio)
{
    const char *name = rd_map_text(line, "line", "");
    for (uint32_t i = 0; i < baseline->count; i++)
        if (strcmp(rd_map_text(&baseline->items[i], "line", "?"), name) == 0)
            return rd_output_number(&baseline->items[i], ratio, NAN);
    return NAN;
}

static const char *ratio_change(struct rd_arena *arena, double change)
{
    if (!isfinite(change))
        return "-";
    return rd_arena_printf(arena, "%+.0f %%%s", 100 * change, change < -RD_BENCH_WORSE ? " !" : "");
}

void rd_bench_ratio_print(struct rd_cli *cli, const struct rd_value *result,
                          const struct rd_value *baseline)
{
    static const struct rd_column columns[] = {
        { "line", false },      { "measured", true }, { "", false },
        { "of ceiling", true }, { "baseline", true }, { "change", true },
        { "of flush", true },   { "baseline", true }, { "change", true },
    };
    struct rd_arena *arena = &cli->arena;
    struct rd_value lines = rd_bench_ratios(arena, result);
    struct rd_grid grid;
    rd_grid_init(&grid, arena, columns, sizeof(columns) / sizeof(*columns));
    for (uint32_t i = 0; i < lines.count; i++) {
        const struct rd_value *line = &lines.items[i];
        rd_grid_add(&grid, (const char *const[]){
                               rd_map_text(line, "line", ""),
                               ratio_cell(arena, rd_output_number(line, "measured", NAN)),
                               rd_map_text(line, "unit", ""),
                               ratio_cell(arena, rd_output_number(line, "of_ceiling", NAN)),
                               ratio_cell(arena, ratio_before(line, baseline, "of_ceiling")),
                               ratio_change(arena, rd_bench_change(line, baseline, "of_ceiling")),
                               ratio_cell(arena, rd_output_number(line, "of_flush", NAN)),
                               ratio_cell(arena, ratio_before(line, baseline, "of_flush")),
                               ratio_change(arena, rd_bench_change(line, baseline, "of_flush")) });
    }
    rd_buf_char(&cli->out, '\n');
    rd_grid_write(&grid, &cli->out, cli->colour);
}
