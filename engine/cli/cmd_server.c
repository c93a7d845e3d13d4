/* Commands that ask a running daemon: its feed, clock, notices and numbers, and any
 * method by its name. */
#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "cli/cli.h"
#include "cli/commands.h"
#include "cli/output.h"
#include "server/client.h"

/* A list of named things is shown by their names: all of it is there with -o json. */
static const char *server_cell(struct rd_cli *cli, const struct rd_value *value)
{
    if (value->kind != RD_LIST || value->count == 0)
        return rd_output_cell(&cli->arena, value);
    struct rd_buf names;
    rd_buf_init(&names);
    bool named = true;
    for (uint32_t i = 0; i < value->count && named; i++) {
        const char *name = rd_map_text(&value->items[i], "name", NULL);
        named = name != NULL;
        if (named)
            rd_buf_printf(&names, "%s%s", i ? ", " : "", name);
    }
    const char *cell = named ? rd_arena_copy(&cli->arena, names.data, names.len)
                             : rd_output_cell(&cli->arena, value);
    rd_buf_fini(&names);
    return cell;
}

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
        rd_grid_add(grid, (const char *const[]){ name, server_cell(cli, &pair->value) });
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
    cli->patience_ms = RD_CLI_WATCH_MS;
    return rd_cli_call_print(cli, "server.info", &params, server_print_members, error);
}

enum rd_status rd_run_server_health(struct rd_cli *cli, struct rd_error *error)
{
    struct rd_value params = rd_map(), result;
    cli->patience_ms = RD_CLI_WATCH_MS;
    enum rd_status status = rd_cli_call(cli, "server.health", &params, &result, error);
    if (status != RD_OK)
        return status;
    static const char *const lists[] = { "reasons", "warnings" };
    bool ready = rd_map_bool(&result, "ready", false);
    if (cli->json)
        rd_cli_print_json(cli, &result);
    else if (ready)
        rd_buf_text(&cli->out, "ready\n");
    for (size_t list = 0; !cli->json && list < 2; list++) {
        const struct rd_value *said = rd_map_list(&result, lists[list]);
        for (uint32_t i = 0; i < said->count; i++)
            rd_buf_printf(&cli->out, "%s: %s\n", rd_map_text(&said->items[i], "code", "?"),
                          rd_map_text(&said->items[i], "text", ""));
    }
    return ready ? RD_OK : rd_error_set(error, RD_CHECK_FAILED, "the server is not ready");
}

/* The text as it is: for a file that a collector reads, or for a look. */
enum rd_status rd_run_server_metrics(struct rd_cli *cli, struct rd_error *error)
{
    struct rd_value params = rd_map(), result;
    cli->patience_ms = RD_CLI_WATCH_MS;
    enum rd_status status = rd_cli_call(cli, "server.metrics", &params, &result, error);
    if (status == RD_OK)
        rd_buf_text(&cli->out, rd_map_text(&result, "text", ""));
    return status;
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

/* "li_na, wang" */
static const char *notice_to(struct rd_cli *cli, const struct rd_value *notice)
{
    const struct rd_value *to = rd_map_list(notice, "to");
    const char *text = "";
    for (uint32_t i = 0; i < to->count; i++)
        text = rd_arena_printf(&cli->arena, "%s%s%s", text, i ? ", " : "",
                               rd_output_cell(&cli->arena, &to->items[i]));
    return text;
}

static void notice_print(struct rd_cli *cli, struct rd_grid *grid, const struct rd_value *notices)
{
    for (uint32_t i = 0; i < notices->count; i++) {
        const struct rd_value *item = &notices->items[i];
        const char *why = rd_map_text(item, "why", NULL);
        const char *deliver = rd_output_cell(&cli->arena, rd_map_get(item, "deliver_at"));
        rd_grid_add(grid,
                    (const char *const[]){
                        rd_output_cell(&cli->arena, rd_map_get(item, "at")),
                        why ? rd_arena_printf(&cli->arena, "%s (%s)", deliver, why) : "at once",
                        notice_to(cli, item), rd_output_cell(&cli->arena, rd_map_get(item, "id")),
                        rd_output_cell(&cli->arena, rd_map_get(item, "text")),
                        rd_output_cell(&cli->arena, rd_map_get(item, "rule")) });
    }
    rd_grid_write(grid, &cli->out, cli->colour);
}

enum rd_status rd_run_notice_list(struct rd_cli *cli, struct rd_error *error)
{
    static const struct rd_column columns[] = {
        { "at", false },   { "deliver", false }, { "to", false },
        { "case", false }, { "text", false },    { "rule", false },
    };
    struct rd_grid grid;
    rd_grid_init(&grid, &cli->arena, columns, 6);
    struct rd_value params = rd_map();
    struct rd_value all = rd_list();
    struct rd_value result;
    rd_cli_put_number(cli, &params, "limit", "limit");
    rd_cli_put_text(cli, &params, "to", "account");
    do {
        enum rd_status status = rd_cli_call(cli, "notice.list", &params, &result, error);
        if (status != RD_OK)
            return status;
        const struct rd_value *notices = rd_map_list(&result, "notices");
        if (!cli->json)
            notice_print(cli, &grid, notices);
        for (uint32_t i = 0; cli->json && i < notices->count; i++)
            rd_list_add(&cli->arena, &all, notices->items[i]);
        rd_map_set(&cli->arena, &params, "since", rd_int(rd_map_int(&result, "next", 0)));
    } while (rd_map_bool(&result, "more", false) && rd_args_flag(&cli->args, "all"));
    if (cli->json)
        rd_cli_print_json(cli, &all);
    if (rd_map_bool(&result, "more", false))
        fprintf(stderr, "there is more: --all\n");
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
    static const char *const members[] = { "seq", "at", "actor", "command", "id" };
    const struct rd_value *records = rd_map_list(event, "records");
    const char *refused = rd_map_text(event, "refused", NULL);
    for (size_t i = 0; i < sizeof(members) / sizeof(*members); i++) {
        const char *cell = strcmp(members[i], "actor") == 0
                               ? rd_output_actor(&cli->arena, event)
                               : rd_output_cell(&cli->arena, rd_map_get(event, members[i]));
        rd_buf_text(&cli->out, i > 0 && cell[0] ? "  " : "");
        rd_output_plain(&cli->out, cell, strlen(cell));
    }
    if (refused)
        rd_buf_printf(&cli->out, "  refused: %s", refused);
    for (uint32_t i = 0; i < records->count; i++) {
        const char *state = rd_map_text(&records->items[i], "state", NULL);
        if (state)
            rd_buf_printf(&cli->out, "  %s %s", rd_map_text(&records->items[i], "id", "?"), state);
    }
    rd_buf_char(&cli->out, '\n');
}

/* What there is, page by page, up to what was durable when the first was asked for. */
static enum rd_status feed_to_its_end(struct rd_cli *cli, struct rd_error *error)
{
    int64_t since = rd_args_number(&cli->args, "since", 0);
    int64_t left = rd_args_number(&cli->args, "count", INT64_MAX), end = INT64_MAX;
    enum rd_status status = RD_OK;
    while (status == RD_OK && since < end && left > 0) {
        struct rd_value params = rd_map(), result;
        rd_map_add(&cli->arena, &params, "since", rd_int(since));
        status = rd_cli_call(cli, "feed.read", &params, &result, error);
        if (status != RD_OK)
            break;
        const struct rd_value *events = rd_map_list(&result, "events");
        for (uint32_t i = 0; i < events->count && left-- > 0; i++)
            feed_print(cli, &events->items[i]);
        since = rd_map_int(&result, "next", INT64_MAX);
        end = end == INT64_MAX ? rd_map_int(&result, "durable", 0) : end;
        status = rd_cli_flush(cli, error);
        rd_arena_reset(&cli->arena);
    }
    return status;
}

/* Events are printed as they come, each in an arena of its own: a tail may run for weeks. */
enum rd_status rd_run_feed_tail(struct rd_cli *cli, struct rd_error *error)
{
    if (rd_args_flag(&cli->args, "end"))
        return feed_to_its_end(cli, error);
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
