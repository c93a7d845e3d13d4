/* Commands that ask a running daemon: its feed, clock, notices, accounts and numbers, and any
 * method by its name. */
#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "cli/cli.h"
#include "cli/commands.h"
#include "cli/output.h"
#include "server/client.h"

/* A result as lines "name  value", nested maps as "outer.inner". */
static void server_add_members(struct rd_cli *cli, struct rd_grid *grid, const char *prefix,
                               const struct rd_value *map)
{
    for (uint32_t i = 0; i < map->count; i++) {
        const struct rd_pair *pair = &map->pairs[i];
        const char *name = rd_arena_printf(&cli->arena, "%s%s", prefix, pair->key);
        if (pair->value.kind == RD_MAP) {
            server_add_members(cli, grid, rd_arena_printf(&cli->arena, "%s.", name), &pair->value);
            continue;
        }
        rd_grid_add(grid, (const char *const[]){ name, rd_output_cell(&cli->arena, &pair->value) });
    }
}

static void server_print_members(struct rd_cli *cli, const struct rd_value *result)
{
    static const struct rd_column columns[] = { { "name", false }, { "value", false } };
    struct rd_grid grid;
    rd_grid_init(&grid, &cli->arena, columns, 2);
    if (result->kind == RD_MAP)
        server_add_members(cli, &grid, "", result);
    rd_grid_write(&grid, &cli->out, cli->colour);
}

enum rd_status rd_run_server_info(struct rd_cli *cli, struct rd_error *error)
{
    struct rd_value params = rd_map();
    return rd_cli_call_print(cli, "server.info", &params, server_print_members, error);
}

enum rd_status rd_run_policy_info(struct rd_cli *cli, struct rd_error *error)
{
    struct rd_value params = rd_map();
    return rd_cli_call_print(cli, "policy.info", &params, server_print_members, error);
}

enum rd_status rd_run_policy_reload(struct rd_cli *cli, struct rd_error *error)
{
    struct rd_value params = rd_map();
    return rd_cli_call_print(cli, "policy.reload", &params, server_print_members, error);
}

enum rd_status rd_run_account_token(struct rd_cli *cli, struct rd_error *error)
{
    struct rd_value params = rd_map();
    rd_map_set(&cli->arena, &params, "account", rd_text(cli->args.operands[0]));
    return rd_cli_call_print(cli, "account.token", &params, server_print_members, error);
}

enum rd_status rd_run_clock_advance(struct rd_cli *cli, struct rd_error *error)
{
    struct rd_value params = rd_map();
    rd_cli_put_text(cli, &params, "by", "by");
    rd_cli_put_text(cli, &params, "to", "to");
    if (params.count != 1)
        return rd_error_set(error, RD_USAGE, "give either --by or --to");
    return rd_cli_call_print(cli, "clock.advance", &params, server_print_members, error);
}

enum rd_status rd_run_call(struct rd_cli *cli, struct rd_error *error)
{
    struct rd_value params = rd_map();
    const char *given = rd_args_operand(&cli->args, 1);
    if (given) {
        enum rd_status status = rd_cli_read_value(cli, "the parameters", given, &params, error);
        if (status != RD_OK)
            return status;
    }
    if (params.kind != RD_MAP)
        return rd_error_set(error, RD_USAGE, "the parameters must be a JSON object");
    struct rd_value result;
    enum rd_status status = rd_cli_call(cli, cli->args.operands[0], &params, &result, error);
    if (status == RD_OK)
        rd_cli_print_json(cli, &result);
    return status;
}

/* ---- notices ---- */

static void notice_print(struct rd_cli *cli, struct rd_grid *grid, const struct rd_value *items)
{
    for (uint32_t i = 0; i < items->count; i++) {
        const struct rd_value *item = &items->items[i];
        rd_grid_add(grid,
                    (const char *const[]){ rd_output_cell(&cli->arena, rd_map_get(item, "at")),
                                           rd_output_cell(&cli->arena, rd_map_get(item, "to")),
                                           rd_output_cell(&cli->arena, rd_map_get(item, "record")),
                                           rd_output_cell(&cli->arena, rd_map_get(item, "text")) });
    }
    rd_grid_write(grid, &cli->out, cli->colour);
}

enum rd_status rd_run_notice_list(struct rd_cli *cli, struct rd_error *error)
{
    static const struct rd_column columns[] = {
        { "at", false }, { "to", false }, { "case", false }, { "text", false }
    };
    struct rd_grid grid;
    rd_grid_init(&grid, &cli->arena, columns, 4);
    struct rd_value params = rd_map();
    rd_cli_put_number(cli, &params, "limit", "limit");
    rd_cli_put_text(cli, &params, "to", "to");
    const char *cursor;
    do {
        struct rd_value result;
        enum rd_status status = rd_cli_call(cli, "notice.list", &params, &result, error);
        if (status != RD_OK)
            return status;
        if (cli->json)
            rd_cli_print_json(cli, &result);
        else
            notice_print(cli, &grid, rd_map_list(&result, "items"));
        cursor = rd_map_text(&result, "cursor", NULL);
        if (cursor)
            rd_map_set(&cli->arena, &params, "cursor", rd_text(cursor));
    } while (cursor && rd_args_flag(&cli->args, "all"));
    return RD_OK;
}

/* ---- the feed ---- */

static void feed_print(struct rd_cli *cli, const struct rd_value *event)
{
    if (cli->json) {
        rd_json_write(&cli->out, event);
        rd_buf_char(&cli->out, '\n');
        return;
    }
    static const char *const members[] = {
        "seq", "at", "actor", "type", "number", "event", "state"
    };
    for (size_t i = 0; i < sizeof(members) / sizeof(*members); i++) {
        const char *cell = rd_output_cell(&cli->arena, rd_map_get(event, members[i]));
        if (i > 0)
            rd_buf_text(&cli->out, "  ");
        rd_output_plain(&cli->out, cell[0] ? cell : "-", cell[0] ? strlen(cell) : 1);
    }
    rd_buf_char(&cli->out, '\n');
}

/* Events are printed as they come, each in an arena of its own: a tail may run for weeks. */
enum rd_status rd_run_feed_tail(struct rd_cli *cli, struct rd_error *error)
{
    struct rd_value params = rd_map();
    rd_cli_put_number(cli, &params, "since", "since");
    struct rd_value result;
    enum rd_status status = rd_cli_call(cli, "feed.subscribe", &params, &result, error);
    int64_t left = rd_args_number(&cli->args, "count", INT64_MAX);
    while (status == RD_OK && left-- > 0) {
        struct rd_value event;
        rd_arena_reset(&cli->arena);
        status = rd_client_event(cli->client, &cli->arena, "feed.event", &event, error);
        if (status != RD_OK)
            break;
        feed_print(cli, &event);
        status = rd_cli_flush(cli, error);
    }
    return status;
}
