/* `redress store verify`: the store against what its journal makes, table by table, and the keys of
 * persons against the texts that it has sealed. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/commands.h"
#include "cli/dirs.h"
#include "cli/keys_look.h"
#include "cli/output.h"
#include "cli/progress.h"
#include "cli/peek.h"

static void verify_progress(void *context, uint64_t done, uint64_t all)
{
    rd_progress_set(context, done, all);
}

/* What is to be said of a table. */
static const char *verify_word(const struct rd_peek_table *is, const struct rd_peek_table *should)
{
    if (!is->read)
        return "unreadable";
    return is->rows == should->rows && memcmp(is->digest, should->digest, 32) == 0 ? "equal"
                                                                                   : "different";
}

static struct rd_value verify_value(struct rd_cli *cli, const struct rd_peek *is,
                                    const struct rd_peek *should, const struct rd_keys_look *keys,
                                    uint32_t *bad)
{
    struct rd_arena *arena = &cli->arena;
    struct rd_value result = rd_map(), tables = rd_map();
    *bad = 0;
    for (int i = RD_TABLE_META + 1; i < RD_TABLE_COUNT; i++) {
        struct rd_value table = rd_map();
        const char *word = verify_word(&is->tables[i], &should->tables[i]);
        *bad += strcmp(word, "equal") != 0;
        rd_map_add(arena, &table, "rows",
                   is->tables[i].read ? rd_int((int64_t)is->tables[i].rows) : rd_null());
        rd_map_add(arena, &table, "should", rd_int((int64_t)should->tables[i].rows));
        rd_map_add(arena, &table, "contents", rd_text(word));
        rd_map_add(arena, &tables, rd_table_name((enum rd_table)i), table);
    }
    struct rd_value shown = rd_keys_look_value(keys, arena);
    rd_map_add(arena, &result, "ok", rd_bool(*bad == 0 && rd_map_bool(&shown, "ok", false)));
    rd_map_add(arena, &result, "entries", rd_int((int64_t)should->entries));
    rd_map_add(arena, &result, "why", is->whole ? rd_null() : rd_text(is->text));
    rd_map_add(arena, &result, "tables", tables);
    rd_map_add(arena, &result, "keys", shown);
    return result;
}

static void verify_print(struct rd_cli *cli, const struct rd_value *result)
{
    static const struct rd_column columns[] = {
        { "table", false }, { "rows", true }, { "should", true }, { "contents", false }
    };
    const struct rd_value *tables = rd_map_get(result, "tables");
    struct rd_grid grid;
    rd_grid_init(&grid, &cli->arena, columns, 4);
    for (uint32_t i = 0; i < tables->count; i++) {
        const struct rd_value *table = &tables->pairs[i].value;
        rd_grid_add(&grid,
                    (const char *const[]){ tables->pairs[i].key,
                                           rd_output_cell(&cli->arena, rd_map_get(table, "rows")),
                                           rd_output_cell(&cli->arena, rd_map_get(table, "should")),
                                           rd_map_text(table, "contents", "") });
    }
    rd_grid_write(&grid, &cli->out, cli->colour);
    rd_buf_printf(&cli->out, "\nentries  %" PRId64 "\n", rd_map_int(result, "entries", 0));
    rd_keys_look_print(rd_map_get(result, "keys"), &cli->out);
}

enum rd_status rd_run_store_verify(struct rd_cli *cli, struct rd_error *error)
{
    const char *dir = rd_args_text(&cli->args, "data");
    struct rd_peek is, should;
    struct rd_progress progress;
    struct rd_keys_look keys;
    uint32_t bad;
    enum rd_status status = rd_dirs_check_data(dir, error);
    if (status == RD_OK)
        status = rd_peek(dir, &is, error);
    if (status != RD_OK)
        return status;
    rd_progress_start(&progress, stderr, "replaying", "entries");
    status = rd_peek_fresh(dir, verify_progress, &progress, &should, error);
    rd_progress_end(&progress);
    if (status == RD_OK)
        status = rd_keys_look(&(struct rd_keys_options){ .data = dir }, &cli->arena, &keys, error);
    if (status != RD_OK)
        return status;
    struct rd_value result = verify_value(cli, &is, &should, &keys, &bad);
    if (cli->json)
        rd_cli_print_json(cli, &result);
    else
        verify_print(cli, &result);
    /* first: indexes are made of what they open */
    status = rd_keys_look_verdict(&keys, RD_KEYS_ADVICE, error);
    if (bad == 0 || status != RD_OK)
        return status;
    return rd_error_set(error, RD_CHECK_FAILED,
                        "the store is not what its journal says (%u tables%s%s); make it anew with "
                        "`redress store rebuild`",
                        bad, is.whole ? "" : ": ", is.whole ? "" : is.text);
}
