/* `redress ledger show|verify`: an account with its entries, and the proof of all balances.
 */
#include "cli/commands.h"

#include <stdio.h>

#include "cli/caller.h"
#include "cli/cli.h"
#include "cli/output.h"

/* The account's head is of the last page: what was posted while the pages came is in it. */
static void ledger_print_head(struct rd_cli *cli, const struct rd_value *page)
{
    rd_buf_printf(&cli->out, "%s %s: %s, %lld entries\n", rd_map_text(page, "ledger", ""),
                  rd_map_text(page, "account", ""), rd_map_text(page, "balance", ""),
                  (long long)rd_map_int(page, "total", 0));
}

static void ledger_rows(struct rd_cli *cli, struct rd_grid *grid, const struct rd_value *entries)
{
    static const char *const MEMBERS[] = { "at", "number", "amount", "kind", "key", "by", "note" };
    for (uint32_t i = 0; i < entries->count; i++) {
        const char *cells[7];
        for (size_t m = 0; m < 7; m++)
            cells[m] = rd_output_cell(&cli->arena, rd_map_get(&entries->items[i], MEMBERS[m]));
        rd_grid_add(grid, cells);
    }
}

enum rd_status rd_run_ledger_show(struct rd_cli *cli, struct rd_error *error)
{
    static const struct rd_column columns[] = { { "at", false },    { "number", false },
                                                { "amount", true }, { "kind", false },
                                                { "key", false },   { "by", false },
                                                { "note", false } };
    struct rd_value params = rd_map(), all = rd_list(), page;
    struct rd_grid grid;
    const struct rd_value *cursor;
    rd_grid_init(&grid, &cli->arena, columns, 7);
    rd_map_set(&cli->arena, &params, "ledger", rd_text(cli->args.operands[0]));
    rd_map_set(&cli->arena, &params, "account", rd_text(cli->args.operands[1]));
    rd_cli_put_number(cli, &params, "limit", "limit");
    do {
        enum rd_status status = rd_cli_call(cli, "ledger.get", &params, &page, error);
        if (status != RD_OK)
            return status;
        const struct rd_value *entries = rd_map_list(&page, "entries");
        ledger_rows(cli, &grid, entries);
        for (uint32_t i = 0; i < entries->count; i++)
            rd_list_add(&cli->arena, &all, entries->items[i]);
        cursor = rd_map_get(&page, "cursor");
        if (rd_value_is(cursor, RD_TEXT))
            rd_map_set(&cli->arena, &params, "cursor", *cursor);
    } while (rd_value_is(cursor, RD_TEXT) && rd_args_flag(&cli->args, "all"));
    if (cli->json) {
        rd_map_set(&cli->arena, &page, "entries", all);
        rd_cli_print_json(cli, &page);
        return RD_OK;
    }
    ledger_print_head(cli, &page);
    rd_grid_write(&grid, &cli->out, cli->colour);
    if (rd_value_is(cursor, RD_TEXT))
        fprintf(stderr, "there is more: --all\n");
    return RD_OK;
}

enum rd_status rd_run_ledger_verify(struct rd_cli *cli, struct rd_error *error)
{
    struct rd_value params = rd_map(), faults = rd_list(), shown = rd_map(), slice;
    int64_t entries = 0, accounts = 0;
    const struct rd_value *cursor;
    rd_map_set(&cli->arena, &params, "ledger", rd_text(cli->args.operands[0]));
    do {
        enum rd_status status = rd_cli_call(cli, "ledger.verify", &params, &slice, error);
        if (status != RD_OK)
            return status;
        const struct rd_value *found = rd_map_list(&slice, "faults");
        for (uint32_t i = 0; i < found->count; i++)
            rd_list_add(&cli->arena, &faults, found->items[i]);
        entries += rd_map_int(&slice, "entries", 0);
        accounts += rd_map_int(&slice, "accounts", 0);
        cursor = rd_map_get(&slice, "cursor");
        if (rd_value_is(cursor, RD_TEXT))
            rd_map_set(&cli->arena, &params, "cursor", *cursor);
    } while (rd_value_is(cursor, RD_TEXT));
    rd_map_add(&cli->arena, &shown, "ledger", rd_text(cli->args.operands[0]));
    rd_map_add(&cli->arena, &shown, "accounts", rd_int(accounts));
    rd_map_add(&cli->arena, &shown, "entries", rd_int(entries));
    rd_map_add(&cli->arena, &shown, "faults", faults);
    if (cli->json)
        rd_cli_print_json(cli, &shown);
    else
        rd_buf_printf(&cli->out, "%s: %lld accounts, %lld entries, %u faults\n",
                      cli->args.operands[0], (long long)accounts, (long long)entries, faults.count);
    for (uint32_t i = 0; !cli->json && i < faults.count; i++)
        rd_buf_printf(&cli->out, "%s: %s\n", rd_map_text(&faults.items[i], "account", ""),
                      rd_map_text(&faults.items[i], "fault", ""));
    return faults.count ? rd_error_set(error, RD_CHECK_FAILED,
                                       "%u balances are not what their entries make", faults.count)
                        : RD_OK;
}
