/* `redress bench soak`. */
#ifndef RD_CLI_BENCH_SOAK_H
#define RD_CLI_BENCH_SOAK_H

#include "cli/cli.h"

/* Half of what the daemon can do, for --minutes, with reports, backups and changes of the policy
 * beside it; a line a minute as it goes. RD_CHECK_FAILED where a reply or a command beside was
 * wrong, or memory grew. Starts a daemon of its own, with a copy of the policy. */
enum rd_status rd_bench_soak(struct rd_cli *cli, struct rd_error *error) RD_MUST_CHECK;

#endif
