/* `redress bench calendar`. */
#ifndef RD_CLI_BENCH_CALENDAR_H
#define RD_CLI_BENCH_CALENDAR_H

#include "cli/cli.h"

/* Measures and prints; needs no daemon. */
enum rd_status rd_bench_calendar(struct rd_cli *cli, struct rd_error *error) RD_MUST_CHECK;

#endif
