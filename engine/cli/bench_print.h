/* The bench's results as tables. */
#ifndef RD_CLI_BENCH_PRINT_H
#define RD_CLI_BENCH_PRINT_H

#include "cli/cli.h"

/* `result` as -o json shows it. */
void rd_bench_print(struct rd_cli *cli, const struct rd_value *result);

#endif
