/* Reports: how many cases there are of each kind.
 *
 * The engine counts a slice at a time, so that no report holds up the others' work; the slices are
 * added up here. Between two of them the world may move: a report is exact where nobody writes, and
 * near where somebody does.
 */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "cli/caller.h"
#include "cli/cli.h"
#include "cli/commands.h"
#include "cli/dirs.h"
#include "cli/output.h"

struct report {
    struct rd_cli *cli;
    struct rd_value counts; /* value -> count */
    int64_t total;
};

static void report_add(struct report *report, const struct rd_value *rows)
{
    struct rd_arena *arena = &report->cli->arena;
    for (uint32_t i = 0; i < rows->count; i++) {
        const char *value = rd_map_text(&rows->items[i], "value", "");
        int64_t count = rd_map_int(&rows->items[i], "count", 0);
        int64_t before = rd_map_int(&report->counts, value, 0);
        rd_map_set(arena, &report->counts, rd_arena_copy(arena, value, strlen(value)),
                   rd_int(before + count));
        report->total += count;
    }
}

/* One slice; the cursor of the next one is put into `cursor`, which is empty behind the last. */
static enum rd_status report_slice(struct report *report, struct rd_caller *caller,
                                   struct rd_buf *cursor, struct rd_error *error)
{
    struct rd_args *args = &report->cli->args;
    struct rd_arena arena;
    rd_arena_init(&arena);
    struct rd_value params = rd_map();
    struct rd_value result;
    rd_map_set(&arena, &params, "type", rd_text(rd_args_text(args, "type")));
    rd_map_set(&arena, &params, "by", rd_text(rd_args_text(args, "by")));
    if (cursor->len > 0)
        rd_map_set(&arena, &params, "cursor", rd_text_copy(&arena, cursor->data, cursor->len));
    enum rd_status status = rd_caller_call(caller, &arena, "report.cases", &params, &result, error);
    rd_buf_clear(cursor);
    if (status == RD_OK) {
        report_add(report, rd_map_list(&result, "counts"));
        rd_buf_text(cursor, rd_map_text(&result, "cursor", ""));
    } else if (error) {
        error->detail = NULL; /* dies with the arena */
    }
    rd_arena_fini(&arena);
    return status;
}

/* Numbers as numbers, everything else by its letters. */
static int report_compare(const void *a, const void *b)
{
    const struct rd_pair *left = a;
    const struct rd_pair *right = b;
    int64_t x, y;
    if (rd_text_int(left->key, &x) && rd_text_int(right->key, &y))
        return (x > y) - (x < y);
    return strcmp(left->key, right->key);
}

static void report_print_table(const struct report *report, const char *by)
{
    struct rd_cli *cli = report->cli;
    const struct rd_column columns[] = { { by, false }, { "cases", true } };
    struct rd_grid grid;
    rd_grid_init(&grid, &cli->arena, columns, 2);
    for (uint32_t i = 0; i < report->counts.count; i++) {
        const struct rd_pair *pair = &report->counts.pairs[i];
        rd_grid_add(&grid,
                    (const char *const[]){ pair->key, rd_output_cell(&cli->arena, &pair->value) });
    }
    const struct rd_value total = rd_int(report->total);
    rd_grid_add(&grid, (const char *const[]){ "total", rd_output_cell(&cli->arena, &total) });
    rd_grid_write(&grid, &cli->out, cli->colour);
}

static void report_print_json(const struct report *report, const char *by)
{
    struct rd_cli *cli = report->cli;
    struct rd_arena *arena = &cli->arena;
    struct rd_value result = rd_map();
    struct rd_value counts = rd_list();
    for (uint32_t i = 0; i < report->counts.count; i++) {
        struct rd_value row = rd_map();
        rd_map_set(arena, &row, "value", rd_text(report->counts.pairs[i].key));
        rd_map_set(arena, &row, "count", report->counts.pairs[i].value);
        rd_list_add(arena, &counts, row);
    }
    rd_map_set(arena, &result, "type", rd_text(rd_args_text(&cli->args, "type")));
    rd_map_set(arena, &result, "by", rd_text(by));
    rd_map_set(arena, &result, "total", rd_int(report->total));
    rd_map_set(arena, &result, "counts", counts);
    rd_cli_print_json(cli, &result);
}

static enum rd_status report_open(struct rd_cli *cli, struct rd_caller *caller,
                                  struct rd_error *error)
{
    const char *data = rd_args_text(&cli->args, "data");
    if (!data)
        return rd_caller_connect(caller, cli, error);
    enum rd_status status = rd_dirs_check_data(data, error);
    return status == RD_OK ? rd_caller_open(caller, cli, data, NULL, error) : status;
}

enum rd_status rd_run_report_cases(struct rd_cli *cli, struct rd_error *error)
{
    if (!rd_args_text(&cli->args, "type"))
        return rd_error_set(error, RD_USAGE, "'report cases' needs --type TYPE");
    struct report report = { .cli = cli, .counts = rd_map() };
    struct rd_caller caller = { .client = NULL };
    struct rd_buf cursor;
    rd_buf_init(&cursor);
    enum rd_status status = report_open(cli, &caller, error);
    if (status == RD_OK) {
        do {
            status = report_slice(&report, &caller, &cursor, error);
        } while (status == RD_OK && cursor.len > 0);
    }
    rd_caller_close(&caller);
    rd_buf_fini(&cursor);
    if (status != RD_OK)
        return status;
    const char *by = rd_args_text(&cli->args, "by");
    if (report.counts.count > 1)
        qsort(report.counts.pairs, report.counts.count, sizeof(*report.counts.pairs),
              report_compare);
    if (cli->json)
        report_print_json(&report, by);
    else
        report_print_table(&report, by);
    return RD_OK;
}
