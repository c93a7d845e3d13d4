/* redress import: see below. */
#include "cli/caller.h"
#include "cli/commands.h"

enum rd_status rd_run_import(struct rd_cli *cli, struct rd_error *error)
{
    (void)cli;
    return rd_error_set(error, RD_USAGE, "import: being written");
}
