/* Lists that come in pages: one, or with --all the rest behind it. */
#ifndef RD_CLI_PAGES_H
#define RD_CLI_PAGES_H

#include "cli/cli.h"
#include "cli/output.h"

struct rd_pages {
    const char *method, *member;     /* of the daemon; which list of its result */
    const struct rd_column *columns; /* borrowed */
    size_t column_count;
    /* Adds an item to the grid. */
    void (*row)(struct rd_cli *cli, struct rd_grid *grid, const struct rd_value *item);
};

/* Asks for the list with these parameters (to which a cursor is added) and prints it, page by page
 * as a table, whole as JSON. Says so where there is more and --all was not given. */
enum rd_status rd_pages_print(struct rd_cli *cli, const struct rd_pages *pages,
                              struct rd_value *params, struct rd_error *error) RD_MUST_CHECK;

#endif
