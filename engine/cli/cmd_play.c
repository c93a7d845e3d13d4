/* The play: a day of complaints on a daemon of its own. */
#include "cli/cli.h"
#include "cli/commands.h"

enum rd_status rd_run_play(struct rd_cli *cli, struct rd_error *error)
{
    (void)cli;
    return rd_error_set(error, RD_USAGE, "being written");
}
