/* `redress account token|tokens|revoke`: how people log in where no uid tells who they are. */
#include "base/limits.h"
#include "cli/cli.h"
#include "cli/commands.h"
#include "cli/output.h"
#include "cli/pages.h"

static void account_print(struct rd_cli *cli, const struct rd_value *result)
{
    static const struct rd_column columns[] = { { "name", false }, { "value", false } };
    struct rd_grid grid;
    rd_grid_init(&grid, &cli->arena, columns, 2);
    for (uint32_t i = 0; i < result->count; i++)
        rd_grid_add(&grid,
                    (const char *const[]){ result->pairs[i].key,
                                           rd_output_cell(&cli->arena, &result->pairs[i].value) });
    rd_grid_write(&grid, &cli->out, cli->colour);
}

enum rd_status rd_run_account_token(struct rd_cli *cli, struct rd_error *error)
{
    struct rd_value params = rd_map(), scopes = rd_list();
    const char *given[RD_TOKEN_SCOPES_MAX];
    rd_map_set(&cli->arena, &params, "account", rd_text(cli->args.operands[0]));
    rd_cli_put_number(cli, &params, "days", "days");
    rd_cli_put_text(cli, &params, "expires", "expires");
    rd_cli_put_text(cli, &params, "label", "label");
    size_t count = rd_args_list(&cli->args, "scope", given, RD_TOKEN_SCOPES_MAX);
    for (size_t i = 0; i < count; i++)
        rd_list_add(&cli->arena, &scopes, rd_text(given[i]));
    if (count > 0)
        rd_map_set(&cli->arena, &params, "scopes", scopes);
    return rd_cli_call_print(cli, "account.token", &params, account_print, error);
}

/* ---- the list ---- */

static const struct rd_column token_columns[] = { { "id", false },     { "account", false },
                                                  { "state", false },  { "expires", false },
                                                  { "used", false },   { "scopes", false },
                                                  { "label", false },  { "made", false },
                                                  { "made by", false } };
static const char *const token_members[] = { "id",         "account", "state",
                                             "expires_at", "used_at", "scopes",
                                             "label",      "made_at", "made_by" };
#define TOKEN_COLUMNS (sizeof token_columns / sizeof *token_columns)

static void token_row(struct rd_cli *cli, struct rd_grid *grid, const struct rd_value *item)
{
    const char *cells[TOKEN_COLUMNS];
    for (size_t m = 0; m < TOKEN_COLUMNS; m++)
        cells[m] = rd_output_cell(&cli->arena, rd_map_get(item, token_members[m]));
    rd_grid_add(grid, cells);
}

enum rd_status rd_run_account_tokens(struct rd_cli *cli, struct rd_error *error)
{
    static const struct rd_pages pages = { "account.tokens", "tokens", token_columns, TOKEN_COLUMNS,
                                           token_row };
    struct rd_value params = rd_map();
    const char *account = rd_args_operand(&cli->args, 0);
    rd_cli_put_number(cli, &params, "limit", "limit");
    if (account)
        rd_map_set(&cli->arena, &params, "account", rd_text(account));
    return rd_pages_print(cli, &pages, &params, error);
}

/* ---- the end ---- */

enum rd_status rd_run_account_revoke(struct rd_cli *cli, struct rd_error *error)
{
    struct rd_value params = rd_map(), result;
    const char *id = rd_args_operand(&cli->args, 0);
    int64_t revoked = 0;
    bool more;
    if (!id == !rd_args_text(&cli->args, "account"))
        return rd_error_set(error, RD_USAGE, "give either the id of a token or --account");
    if (id)
        rd_map_set(&cli->arena, &params, "id", rd_text(id));
    rd_cli_put_text(cli, &params, "account", "account");
    do { /* so many at once */
        enum rd_status status = rd_cli_call(cli, "account.revoke", &params, &result, error);
        if (status != RD_OK)
            return status;
        revoked += rd_map_int(&result, "revoked", 0);
        more = rd_map_bool(&result, "more", false);
    } while (more);
    rd_map_set(&cli->arena, &result, "revoked", rd_int(revoked));
    if (cli->json)
        rd_cli_print_json(cli, &result);
    else
        account_print(cli, &result);
    return RD_OK;
}
