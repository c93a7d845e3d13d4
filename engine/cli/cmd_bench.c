/* The measuring command: which runs there are, in which order, and how their numbers are printed. */
#include "cli/cli.h"
#include "cli/commands.h"

enum rd_status rd_run_bench(struct rd_cli *cli, struct rd_error *error)
{
    (void)cli;
    return rd_error_set(error, RD_USAGE, "nothing is measured yet");
}
