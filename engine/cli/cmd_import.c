/* redress import: what happened elsewhere, brought in at the times at which it happened.
 *
 * The file is read whole before anything is applied, because deadlines ring between the items:
 * those must come in order of time, whatever the order of the file. Nothing is kept here of what is
 * done: the engine knows every item by its natural key, so a run that was cut off is simply made
 * again. The other side being busy is waited for; a full disk, or the other side going away, ends
 * the run with a word on how far it got.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/limits.h"
#include "cli/caller.h"
#include "cli/cli.h"
#include "cli/commands.h"
#include "cli/dirs.h"
#include "cli/import.h"
#include "cli/output.h"
#include "cli/progress.h"
#include "kernel/kernel.h"

#define IMPORT_CALL_ITEMS_MAX 200
#define IMPORT_CALL_BYTES_MAX (128u * 1024) /* as packed; one item may be nearly as large again */
#define IMPORT_BUSY_TRIES_MAX 600           /* a minute */

struct import {
    struct rd_cli *cli;
    const char *source;
    struct rd_mapping mapping;
    struct rd_import_items items;
    struct rd_import_errors errors;
    struct rd_import_counts counts;
    struct rd_caller caller;
    struct rd_arena arena; /* of one call */
    size_t applied;        /* items that have an answer */
    int64_t applying_ns;
};

/* ---- calling ---- */

/* One call; busy is asked again. Errors keep nothing of the arena. */
static enum rd_status import_call(struct import *import, const char *method,
                                  struct rd_value *params, struct rd_value *result,
                                  struct rd_error *error)
{
    const struct timespec wait = { .tv_nsec = RD_BUSY_RETRY_MS * 1000000L };
    enum rd_status status = RD_BUSY;
    for (int tries = 0; status == RD_BUSY && tries < IMPORT_BUSY_TRIES_MAX; tries++) {
        if (tries > 0)
            nanosleep(&wait, NULL);
        status = rd_caller_call(&import->caller, &import->arena, method, params, result, error);
    }
    if (status != RD_OK && error)
        error->detail = NULL;
    if (import->caller.kernel)
        rd_kernel_idle(import->caller.kernel);
    return status;
}

/* Says how far it got, and that it may be gone on with. */
static enum rd_status import_stopped(const struct import *import, enum rd_status status,
                                     struct rd_error *error)
{
    struct rd_error why = *error;
    return rd_error_at(
        error, status, why.where,
        "%.600s; %zu of %zu items have been dealt with, and running the import again "
        "goes on from there",
        why.text, import->applied, import->items.count);
}

/* ---- applying ---- */

/* The items of one call: those of opens whose case is known to be there are passed over. */
struct import_chunk {
    size_t indexes[IMPORT_CALL_ITEMS_MAX];
    size_t count;
    size_t next; /* item behind the last that was looked at */
    struct rd_value rows;
};

static enum rd_status import_gather(struct import *import, struct import_chunk *chunk,
                                    struct rd_error *error)
{
    struct rd_import_items *items = &import->items;
    size_t bytes = 0;
    chunk->count = 0;
    chunk->rows = rd_list();
    for (; chunk->next < items->count; chunk->next++) {
        const struct rd_import_item *item = &items->items[chunk->next];
        struct rd_value row;
        if (chunk->count == IMPORT_CALL_ITEMS_MAX || bytes > IMPORT_CALL_BYTES_MAX)
            break;
        if (item->open && rd_import_items_is_known(items, chunk->next))
            continue;
        enum rd_status status =
            rd_import_items_get(items, chunk->next, &import->arena, &row, error);
        if (status != RD_OK)
            return status;
        rd_list_add(&import->arena, &chunk->rows, row);
        chunk->indexes[chunk->count++] = chunk->next;
        bytes += item->bytes;
    }
    return RD_OK;
}

static void import_fail(struct import *import, size_t index, const struct rd_value *row,
                        const struct rd_value *result)
{
    const struct rd_value *why = rd_map_get(result, "error");
    import->counts.failed++;
    rd_import_errors_add(&import->errors, import->items.items[index].line,
                         rd_map_text(row, "key", ""), rd_map_text(why, "name", "failed"),
                         rd_map_text(why, "message", ""));
}

static void import_count(struct import *import, size_t index, const struct rd_value *row,
                         const struct rd_value *result)
{
    struct rd_import_counts *counts = &import->counts;
    const char *status = rd_map_text(result, "status", "");
    bool open = import->items.items[index].open;
    if (strcmp(status, "done") == 0) {
        *(open ? &counts->opened : &counts->events) += 1;
    } else if (strcmp(status, "again") == 0) {
        /* a case that this very run opened is no repetition */
        counts->repeated += !open || !rd_import_items_is_known(&import->items, index);
    } else {
        import_fail(import, index, row, result);
        return;
    }
    if (open)
        rd_import_items_note(&import->items, index);
}

static enum rd_status import_apply_chunk(struct import *import, const struct import_chunk *chunk,
                                         struct rd_error *error)
{
    struct rd_value params = rd_map();
    struct rd_value result;
    rd_map_set(&import->arena, &params, "session", rd_text(import->mapping.name));
    rd_map_set(&import->arena, &params, "rows", chunk->rows);
    enum rd_status status = import_call(import, "import.apply", &params, &result, error);
    if (status != RD_OK)
        return status;
    const struct rd_value *results = rd_map_list(&result, "results");
    if (results->count != chunk->count)
        return rd_error_set(error, RD_INTERNAL_ERROR, "%zu items were sent, %u answered",
                            chunk->count, results->count);
    for (size_t i = 0; i < chunk->count; i++)
        import_count(import, chunk->indexes[i], &chunk->rows.items[i], &results->items[i]);
    import->counts.rung += (uint64_t)rd_map_int(&result, "rung", 0);
    return RD_OK;
}

static enum rd_status import_apply(struct import *import, struct rd_error *error)
{
    struct rd_progress progress;
    struct import_chunk chunk = { .next = 0 };
    enum rd_status status = RD_OK;
    rd_progress_start(&progress, stderr, "applying", "items");
    while (status == RD_OK && chunk.next < import->items.count) {
        status = import_gather(import, &chunk, error);
        if (status == RD_OK && chunk.count > 0)
            status = import_apply_chunk(import, &chunk, error);
        rd_arena_reset(&import->arena);
        if (status == RD_OK)
            import->applied = chunk.next;
        rd_progress_set(&progress, import->applied, import->items.count);
    }
    rd_progress_end(&progress);
    return status == RD_OK ? RD_OK : import_stopped(import, status, error);
}

static enum rd_status import_finish(struct import *import, struct rd_error *error)
{
    struct rd_progress progress;
    enum rd_status status = RD_OK;
    uint64_t steps = 0;
    rd_progress_start(&progress, stderr, "finishing", "deadlines and cases");
    for (bool done = false; status == RD_OK && !done;) {
        struct rd_value params = rd_map();
        struct rd_value result;
        rd_map_set(&import->arena, &params, "session", rd_text(import->mapping.name));
        status = import_call(import, "import.finish", &params, &result, error);
        if (status == RD_OK) {
            uint64_t rung = (uint64_t)rd_map_int(&result, "rung", 0);
            import->counts.rung += rung;
            steps += rung + (uint64_t)rd_map_int(&result, "joined", 0);
            done = rd_map_bool(&result, "done", true);
        }
        rd_arena_reset(&import->arena);
        rd_progress_set(&progress, steps, 0);
    }
    rd_progress_end(&progress);
    return status == RD_OK ? RD_OK : import_stopped(import, status, error);
}

/* ---- what it came to ---- */

struct import_line {
    const char *name, *text;
    uint64_t count;
};

#define IMPORT_LINES 8

static void import_lines(const struct import *import, struct import_line lines[IMPORT_LINES])
{
    const struct rd_import_counts *counts = &import->counts;
    const struct import_line all[IMPORT_LINES] = {
        { "rows", "rows read", counts->rows },
        { "opened", "cases opened", counts->opened },
        { "events", "events done", counts->events },
        { "repeated", "were there already", counts->repeated },
        { "skipped", "rows skipped by the mapping", counts->skipped },
        { "rejected", "rows rejected", counts->rejected },
        { "failed", "items failed", counts->failed },
        { "rung", "deadlines rung", counts->rung },
    };
    memcpy(lines, all, sizeof(all));
}

static double import_rate(const struct import *import)
{
    double seconds = (double)import->applying_ns / 1e9;
    return seconds > 0 ? (double)import->counts.rows / seconds : 0;
}

static void import_print_json(const struct import *import)
{
    struct rd_cli *cli = import->cli;
    struct rd_value result = rd_map();
    struct import_line lines[IMPORT_LINES];
    import_lines(import, lines);
    rd_map_set(&cli->arena, &result, "import", rd_text(import->mapping.name));
    rd_map_set(&cli->arena, &result, "source", rd_text(import->source));
    for (size_t i = 0; i < IMPORT_LINES; i++)
        rd_map_set(&cli->arena, &result, lines[i].name, rd_int((int64_t)lines[i].count));
    rd_map_set(&cli->arena, &result, "errors",
               import->errors.count ? rd_text(import->errors.path) : rd_null());
    rd_map_set(&cli->arena, &result, "seconds", rd_real((double)import->applying_ns / 1e9));
    rd_map_set(&cli->arena, &result, "rows_per_second", rd_int((int64_t)import_rate(import)));
    rd_cli_print_json(cli, &result);
}

static void import_print_table(const struct import *import)
{
    static const struct rd_column columns[] = { { "what", false }, { "count", true } };
    struct rd_cli *cli = import->cli;
    struct import_line lines[IMPORT_LINES];
    struct rd_grid grid;
    import_lines(import, lines);
    rd_grid_init(&grid, &cli->arena, columns, 2);
    for (size_t i = 0; i < IMPORT_LINES; i++)
        rd_grid_add(&grid,
                    (const char *const[]){
                        lines[i].text, rd_arena_printf(&cli->arena, "%" PRIu64, lines[i].count) });
    rd_grid_write(&grid, &cli->out, cli->colour);
    rd_buf_printf(&cli->out, "%.1f s, %.0f rows/s\n", (double)import->applying_ns / 1e9,
                  import_rate(import));
}

/* Bad rows are no failure of the run, but nobody shall overlook them. */
static void import_warn(const struct import *import)
{
    uint64_t bad = import->errors.count;
    if (bad > 0)
        fprintf(stderr, "redress: WARNING: %" PRIu64 " of them could NOT be used; see %s\n", bad,
                import->errors.path);
}

static enum rd_status import_judge(const struct import *import, struct rd_error *error)
{
    const struct rd_import_counts *counts = &import->counts;
    bool nothing = counts->opened + counts->events + counts->repeated == 0;
    if (nothing && import->errors.count > 0)
        return rd_error_set(error, RD_CHECK_FAILED, "nothing of %s could be imported",
                            import->source);
    return RD_OK;
}

/* ---- the run ---- */

static enum rd_status import_open_caller(struct import *import, struct rd_error *error)
{
    struct rd_cli *cli = import->cli;
    const char *data = rd_args_text(&cli->args, "data");
    const char *policy = rd_args_text(&cli->args, "policy");
    if (!data && policy)
        return rd_error_set(error, RD_USAGE,
                            "--policy goes with --data: a daemon has its own rules");
    if (!data)
        return rd_caller_connect(&import->caller, cli, error);
    /* with rules, a directory that is not there is begun; without, it is a slip of the pen */
    enum rd_status status = policy ? RD_OK : rd_dirs_check_data(data, error);
    return status == RD_OK ? rd_caller_open(&import->caller, cli, data, policy, error) : status;
}

/* SOURCE.errors.csv in this directory. */
static const char *import_errors_path(struct rd_cli *cli, const char *source)
{
    const char *given = rd_args_text(&cli->args, "errors");
    if (given)
        return given;
    const char *slash = strrchr(source, '/');
    const char *name = slash ? slash + 1 : source;
    size_t len = strlen(name);
    if (len > 4 && strcmp(name + len - 4, ".csv") == 0)
        len -= 4;
    return rd_arena_printf(&cli->arena, "%.*s.errors.csv", (int)len, name);
}

static enum rd_status import_work(struct import *import, struct rd_error *error)
{
    struct rd_cli *cli = import->cli;
    const char *mapping = rd_args_text(&cli->args, "mapping");
    enum rd_status status = rd_mapping_open(&import->mapping, &cli->arena, mapping, error);
    if (status == RD_OK)
        status = import_open_caller(import, error);
    if (status == RD_OK)
        status = rd_import_items_init(&import->items, error);
    if (status == RD_OK)
        status = rd_import_errors_open(&import->errors, import_errors_path(cli, import->source),
                                       import->source, error);
    if (status != RD_OK)
        return status;
    int64_t started_ns = rd_clock_mono_ns();
    status = rd_import_read(&import->mapping, import->source, &import->items, &import->errors,
                            &import->counts, error);
    if (status == RD_OK)
        status = rd_import_items_sort(&import->items, error);
    if (status == RD_OK)
        status = import_apply(import, error);
    if (status == RD_OK)
        status = import_finish(import, error);
    import->applying_ns = rd_clock_mono_ns() - started_ns;
    return status;
}

enum rd_status rd_run_import(struct rd_cli *cli, struct rd_error *error)
{
    if (!rd_args_text(&cli->args, "mapping"))
        return rd_error_set(error, RD_USAGE, "'import' needs --mapping FILE.lua");
    struct import import = { .cli = cli, .source = rd_args_operand(&cli->args, 0) };
    struct rd_error late = RD_ERROR_NONE;
    rd_arena_init(&import.arena);
    enum rd_status status = import_work(&import, error);
    enum rd_status closed = rd_import_errors_close(&import.errors, &late);
    if (status == RD_OK) {
        if (cli->json)
            import_print_json(&import);
        else
            import_print_table(&import);
    }
    import_warn(&import);
    if (status == RD_OK && (status = closed) != RD_OK)
        *error = late;
    if (status == RD_OK)
        status = import_judge(&import, error);
    rd_caller_close(&import.caller);
    rd_import_items_fini(&import.items);
    rd_mapping_close(&import.mapping);
    rd_arena_fini(&import.arena);
    return status;
}
