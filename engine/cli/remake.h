/* Opening a data directory to know, or to make anew, what its store holds. */
#ifndef RD_CLI_REMAKE_H
#define RD_CLI_REMAKE_H

#include "cli/cli.h"
#include "kernel/kernel.h"

/* Opens the directory (`fresh`: making the store anew from the journal, with a bar), writes the
 * digest of the store's contents as hexadecimal digits, closes. */
enum rd_status rd_remake_store(struct rd_cli *cli, const char *dir, bool fresh, char out[65],
                               struct rd_kernel_start *start, struct rd_error *error) RD_MUST_CHECK;

#endif
