/* The data directory: its sizes, its store made anew. In-process, without a daemon. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cli/caller.h"
#include "cli/cli.h"
#include "cli/commands.h"
#include "cli/dirs.h"
#include "cli/output.h"
#include "cli/progress.h"
#include "cli/remake.h"
#include "cli/peek.h"
#include "kernel/kernel.h"
#include "server/client.h"

static void store_progress(void *context, uint64_t done, uint64_t all)
{
    rd_progress_set(context, done, all);
}

/* ---- stat ---- */

static enum rd_status store_stat_of_daemon(struct rd_cli *cli, const char *dir,
                                           struct rd_value *result, struct rd_error *error)
{
    char *address = rd_arena_printf(&cli->arena, "unix:%s/redress.sock", dir);
    struct rd_client *client;
    enum rd_status status = rd_client_open(address, &client, error);
    if (status != RD_OK)
        return status;
    struct rd_value params = rd_map();
    status = rd_client_call(client, &cli->arena, "store.stat", &params, result, error);
    rd_client_close(client);
    return status;
}

/* The kernel answers the same method for a directory that nobody holds. */
static enum rd_status store_stat_here(struct rd_cli *cli, const char *dir, struct rd_value *result,
                                      struct rd_error *error)
{
    struct rd_caller caller;
    struct rd_value params = rd_map();
    enum rd_status status = rd_caller_open(&caller, cli, dir, NULL, error);
    if (status == RD_OK)
        status = rd_caller_call(&caller, &cli->arena, "store.stat", &params, result, error);
    rd_caller_close(&caller);
    return status;
}

static void store_print_stat(struct rd_cli *cli, const struct rd_value *stat)
{
    static const struct rd_column columns[] = { { "name", false }, { "value", true } };
    static const struct rd_column of_tables[] = { { "table", false },
                                                  { "rows", true },
                                                  { "bytes", true } };
    struct rd_grid grid;
    rd_grid_init(&grid, &cli->arena, columns, 2);
    for (uint32_t i = 0; i < stat->count; i++)
        if (stat->pairs[i].value.kind != RD_MAP)
            rd_grid_add(
                &grid, (const char *const[]){ stat->pairs[i].key,
                                              rd_output_cell(&cli->arena, &stat->pairs[i].value) });
    rd_grid_write(&grid, &cli->out, cli->colour);
    rd_buf_char(&cli->out, '\n');
    rd_grid_init(&grid, &cli->arena, of_tables, 3);
    const struct rd_value *tables = rd_map_get(stat, "tables");
    for (uint32_t i = 0; rd_value_is(tables, RD_MAP) && i < tables->count; i++) {
        const struct rd_pair *table = &tables->pairs[i];
        rd_grid_add(&grid,
                    (const char *const[]){
                        table->key, rd_output_cell(&cli->arena, rd_map_get(&table->value, "rows")),
                        rd_output_cell(&cli->arena, rd_map_get(&table->value, "bytes")) });
    }
    rd_grid_write(&grid, &cli->out, cli->colour);
}

enum rd_status rd_run_store_stat(struct rd_cli *cli, struct rd_error *error)
{
    const char *dir = rd_args_text(&cli->args, "data");
    struct rd_value stat = rd_map();
    enum rd_status status = rd_dirs_check_data(dir, error);
    if (status == RD_OK)
        status = store_stat_here(cli, dir, &stat, error);
    if (status == RD_IN_USE) {
        fprintf(stderr, "a daemon holds %s; asking it\n", dir);
        *error = RD_ERROR_NONE;
        status = store_stat_of_daemon(cli, dir, &stat, error);
    }
    if (status != RD_OK)
        return status;
    if (cli->json)
        rd_cli_print_json(cli, &stat);
    else
        store_print_stat(cli, &stat);
    return RD_OK;
}

/* ---- rebuild ---- */

enum rd_status rd_remake_store(struct rd_cli *cli, const char *dir, enum rd_remake how,
                               char out[65], struct rd_kernel_start *start, struct rd_error *error)
{
    struct rd_progress progress;
    bool fresh = how != RD_REMAKE_NOTHING;
    rd_progress_start(&progress, stderr, fresh ? "rebuilding" : "replaying", "entries");
    struct rd_findings findings;
    rd_findings_init(&findings, &cli->arena);
    struct rd_kernel_options options = { .data_dir = dir,
                                         .fresh_store = fresh,
                                         .store_unread = how == RD_REMAKE_STORE_UNREAD,
                                         .progress = store_progress,
                                         .progress_context = &progress };
    struct rd_kernel *kernel;
    enum rd_status status = rd_kernel_open(&options, &findings, &kernel, start, error);
    rd_progress_end(&progress);
    if (status != RD_OK)
        return status;
    unsigned char digest[32];
    status = rd_kernel_digest(kernel, digest, error);
    rd_kernel_close(kernel);
    if (status == RD_OK)
        memcpy(out, rd_output_hex(&cli->arena, digest, sizeof(digest)), 65);
    return status;
}

enum rd_status rd_run_store_rebuild(struct rd_cli *cli, struct rd_error *error)
{
    const char *dir = rd_args_text(&cli->args, "data");
    const char *before = "";
    char after[65];
    struct rd_kernel_start start;
    struct rd_peek look;
    enum rd_status status = rd_dirs_check_data(dir, error);
    if (status == RD_OK)
        status = rd_peek(dir, &look, error);
    if (status != RD_OK)
        return status;
    if (look.whole)
        before = rd_output_hex(&cli->arena, look.digest, sizeof look.digest);
    else
        fprintf(stderr, "the store can't be read as it is (%s); making it anew\n", look.text);
    status = rd_remake_store(cli, dir, look.whole ? RD_REMAKE_STORE : RD_REMAKE_STORE_UNREAD, after,
                             &start, error);
    if (status != RD_OK)
        return status;
    bool equal = strcmp(before, after) == 0;
    if (cli->json) {
        struct rd_value result = rd_map();
        rd_map_set(&cli->arena, &result, "entries", rd_int((int64_t)start.last_seq));
        rd_map_set(&cli->arena, &result, "before", before[0] ? rd_text(before) : rd_null());
        rd_map_set(&cli->arena, &result, "after", rd_text(after));
        rd_map_set(&cli->arena, &result, "equal", before[0] ? rd_bool(equal) : rd_null());
        rd_cli_print_json(cli, &result);
    } else {
        rd_buf_printf(&cli->out, "entries  %" PRIu64 "\nbefore   %s\nafter    %s\n", start.last_seq,
                      before[0] ? before : "-", after);
        if (before[0])
            rd_buf_printf(&cli->out, "contents are %s\n", equal ? "equal" : "DIFFERENT");
    }
    if (before[0] && !equal)
        return rd_error_set(error, RD_CHECK_FAILED,
                            "the store held something else than its journal says; it is right now");
    return RD_OK;
}
