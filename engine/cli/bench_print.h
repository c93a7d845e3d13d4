/* The bench's results as tables. */
#ifndef RD_CLI_BENCH_PRINT_H
#define RD_CLI_BENCH_PRINT_H

#include "cli/cli.h"

/* `result` as -o json shows it; without `tables` only what the machine can do. */
void rd_bench_print(struct rd_cli *cli, const struct rd_value *result, bool tables);

#endif
