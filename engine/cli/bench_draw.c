/* Pictures of results: what `redress bench -o json` printed, as one SVG. A line a run, in the order
 * of the files: throughput, beside the ceiling of the same run, and latency, p50 within p99.
 * Everything drawn is in the files; nothing is measured here.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "cli/cli.h"
#include "cli/commands.h"
#include "cli/html.h"
#include "cli/output.h"

#define DRAW_RUNS_MAX 40
#define DRAW_FILE_BYTES_MAX (4u * 1024 * 1024)
#define DRAW_DEPTH 16
#define DRAW_LINE 30
#define DRAW_TOP 56
#define DRAW_LABEL 210 /* where the first bars begin */
#define DRAW_BAR 240   /* as long as the longest is */
#define DRAW_GAP 110   /* behind a bar, for its number */
#define DRAW_SECOND (DRAW_LABEL + DRAW_BAR + DRAW_GAP)
#define DRAW_WIDTH (DRAW_SECOND + DRAW_BAR + DRAW_GAP)

struct draw_run {
    const char *label;
    double events_per_s, ceiling, p50_us, p99_us;
};

struct draw {
    struct rd_cli *cli;
    struct draw_run runs[DRAW_RUNS_MAX];
    size_t count;
    double events_max, us_max;
};

/* "lifecycle, 64 under way, 1000000 open" */
static const char *draw_label(struct rd_cli *cli, const struct rd_value *run)
{
    const char *label =
        rd_arena_printf(&cli->arena, "%s, %lld under way", rd_map_text(run, "run", "?"),
                        (long long)rd_map_int(run, "in_flight", 0));
    int64_t open = rd_map_int(run, "open_cases_before", 0);
    return open ? rd_arena_printf(&cli->arena, "%s, %lld open", label, (long long)open) : label;
}

static enum rd_status draw_add(struct draw *draw, const struct rd_value *result,
                               const struct rd_value *run, struct rd_error *error)
{
    const struct rd_value *latency = rd_map_get(run, "latency_us");
    if (!latency || rd_output_number(run, "events_per_s", 0) <= 0)
        return RD_OK; /* a start or a calendar is no throughput */
    if (draw->count == DRAW_RUNS_MAX)
        return rd_error_set(error, RD_LIMIT_EXCEEDED, "more than %d runs are no picture",
                            DRAW_RUNS_MAX);
    struct draw_run *out = &draw->runs[draw->count++];
    out->label = draw_label(draw->cli, run);
    out->events_per_s = rd_output_number(run, "events_per_s", 0);
    out->ceiling = rd_output_number(rd_map_get(result, "ceiling"), "events_per_s", 0);
    out->p50_us = rd_output_number(latency, "p50", 0);
    out->p99_us = rd_output_number(latency, "p99", 0);
    draw->events_max = fmax(draw->events_max, out->events_per_s);
    draw->us_max = fmax(draw->us_max, out->p99_us);
    return RD_OK;
}

static enum rd_status draw_read(struct draw *draw, const char *path, struct rd_error *error)
{
    struct rd_arena *arena = &draw->cli->arena;
    struct rd_value result;
    const char *text;
    size_t len;
    enum rd_status status = rd_cli_read_file(arena, path, DRAW_FILE_BYTES_MAX, &text, &len, error);
    if (status == RD_OK)
        status = rd_json_parse(arena, text, len, DRAW_DEPTH, &result, error);
    if (status != RD_OK)
        return status;
    const struct rd_value *runs = rd_map_list(&result, "runs");
    if (result.kind != RD_MAP || runs->count == 0)
        return rd_error_set(error, RD_USAGE, "%s is no result of `redress bench -o json`", path);
    for (uint32_t i = 0; i < runs->count && status == RD_OK; i++)
        status = draw_add(draw, &result, &runs->items[i], error);
    return status;
}

static void draw_bar(struct rd_buf *out, double x, double y, double share, const char *colour)
{
    rd_buf_printf(out,
                  "<rect x=\"%.0f\" y=\"%.0f\" width=\"%.1f\" height=\"16\" rx=\"2\" "
                  "fill=\"%s\"/>\n",
                  x, y, fmax(share * DRAW_BAR, 1), colour);
}

static void draw_text(struct rd_buf *out, double x, double y, const char *text)
{
    rd_buf_printf(out, "<text x=\"%.0f\" y=\"%.0f\">", x, y);
    rd_html_text(out, text);
    rd_buf_text(out, "</text>\n");
}

static void draw_line(struct draw *draw, const struct draw_run *run, double y)
{
    struct rd_buf *out = &draw->cli->out;
    char number[80];
    double events = run->events_per_s / draw->events_max, p99 = run->p99_us / draw->us_max;
    draw_text(out, 12, y + 13, run->label);
    draw_bar(out, DRAW_LABEL, y, events, "#2f6f9f");
    if (run->ceiling > 0)
        snprintf(number, sizeof number, "%.0f (%.0f %%)", run->events_per_s,
                 100 * run->events_per_s / run->ceiling);
    else
        snprintf(number, sizeof number, "%.0f", run->events_per_s);
    draw_text(out, DRAW_LABEL + fmax(events * DRAW_BAR, 1) + 6, y + 13, number);
    draw_bar(out, DRAW_SECOND, y, p99, "#e0b060");
    draw_bar(out, DRAW_SECOND, y, run->p50_us / draw->us_max, "#9f6a1f");
    snprintf(number, sizeof number, "%.2f / %.2f", run->p50_us / 1e3, run->p99_us / 1e3);
    draw_text(out, DRAW_SECOND + fmax(p99 * DRAW_BAR, 1) + 6, y + 13, number);
}

enum rd_status rd_run_bench_draw(struct rd_cli *cli, struct rd_error *error)
{
    struct draw draw = { .cli = cli };
    enum rd_status status = RD_OK;
    for (size_t i = 0; i < cli->args.operand_count && status == RD_OK; i++)
        status = draw_read(&draw, cli->args.operands[i], error);
    if (status != RD_OK)
        return status;
    if (draw.count == 0)
        return rd_error_set(error, RD_USAGE, "no run in these files has a throughput to draw");
    double height = DRAW_TOP + (double)draw.count * DRAW_LINE + 8;
    rd_buf_printf(&cli->out,
                  "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%.0f\" "
                  "font-family=\"sans-serif\" font-size=\"12\" role=\"img\">\n"
                  "<rect width=\"100%%\" height=\"100%%\" fill=\"#ffffff\"/>\n"
                  "<g fill=\"#202020\">\n",
                  DRAW_WIDTH, height);
    draw_text(&cli->out, DRAW_LABEL, 34, "events/s (of the ceiling of the same run)");
    draw_text(&cli->out, DRAW_SECOND, 34, "latency in ms: p50 / p99");
    for (size_t i = 0; i < draw.count; i++)
        draw_line(&draw, &draw.runs[i], DRAW_TOP + (double)i * DRAW_LINE);
    rd_buf_text(&cli->out, "</g>\n</svg>\n");
    return RD_OK;
}
