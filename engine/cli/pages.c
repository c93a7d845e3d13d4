/* Lists in pages. See pages.h. */
#include "cli/pages.h"

#include <stdio.h>

static void pages_show(struct rd_cli *cli, const struct rd_pages *pages, struct rd_grid *grid,
                       struct rd_value *all, const struct rd_value *list)
{
    for (uint32_t i = 0; i < list->count; i++)
        if (cli->json)
            rd_list_add(&cli->arena, all, list->items[i]);
        else
            pages->row(cli, grid, &list->items[i]);
    if (!cli->json)
        rd_grid_write(grid, &cli->out, cli->colour);
}

enum rd_status rd_pages_print(struct rd_cli *cli, const struct rd_pages *pages,
                              struct rd_value *params, struct rd_error *error)
{
    struct rd_value all = rd_list(), result;
    struct rd_grid grid;
    const struct rd_value *cursor;
    rd_grid_init(&grid, &cli->arena, pages->columns, pages->column_count);
    do {
        enum rd_status status = rd_cli_call(cli, pages->method, params, &result, error);
        if (status != RD_OK)
            return status;
        pages_show(cli, pages, &grid, &all, rd_map_list(&result, pages->member));
        cursor = rd_map_get(&result, "cursor");
        if (rd_value_is(cursor, RD_TEXT))
            rd_map_set(&cli->arena, params, "cursor", *cursor);
    } while (rd_value_is(cursor, RD_TEXT) && rd_args_flag(&cli->args, "all"));
    if (cli->json)
        rd_cli_print_json(cli, &all);
    if (rd_value_is(cursor, RD_TEXT))
        fprintf(stderr, "there is more: --all\n");
    return RD_OK;
}
