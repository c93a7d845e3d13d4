/* A back-test's result for people: tables for a terminal, and a page with charts. */
#ifndef RD_CLI_BACKTEST_PRINT_H
#define RD_CLI_BACKTEST_PRINT_H

#include "base/value.h"
#include "cli/cli.h"

/* Tables onto cli->out. */
void rd_backtest_print(struct rd_cli *cli, const struct rd_value *result);
/* One page that needs nothing else: no script, no picture from elsewhere. */
void rd_backtest_html(struct rd_cli *cli, const struct rd_value *result);

#endif
