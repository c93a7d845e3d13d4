/* Opening a data directory to know, or to make anew, what its store holds. */
#ifndef RD_CLI_REMAKE_H
#define RD_CLI_REMAKE_H

#include "cli/cli.h"
#include "kernel/kernel.h"

/* The store is taken as it is; made anew from the journal; made anew without a look at the old one,
 * which may end whoever reads it. */
enum rd_remake { RD_REMAKE_NOTHING, RD_REMAKE_STORE, RD_REMAKE_STORE_UNREAD };
/* Opens the directory, with a bar; writes the digest of the store's contents as hexadecimal digits;
 * closes. */
enum rd_status rd_remake_store(struct rd_cli *cli, const char *dir, enum rd_remake how,
                               char out[65], struct rd_kernel_start *start,
                               struct rd_error *error) RD_MUST_CHECK;

#endif
