/* A way to call methods: of a daemon behind an address, or of an engine that is opened in this
 * process. */
#ifndef RD_CLI_CALLER_H
#define RD_CLI_CALLER_H

#include "base/arena.h"
#include "base/error.h"
#include "base/value.h"
#include "cli/cli.h"

struct rd_client;
struct rd_kernel;

struct rd_caller {
    struct rd_client *client; /* one of the two */
    struct rd_kernel *kernel;
    const char *as;      /* borrowed; or NULL */
    const char *scratch; /* removed at the end; or NULL */
};

/* The daemon behind the command's --connect, with --token and --as. */
enum rd_status rd_caller_connect(struct rd_caller *caller, struct rd_cli *cli,
                                 struct rd_error *error) RD_MUST_CHECK;
/* The data directory itself; RD_IN_USE names who holds it. `policy_dir` NULL: the rules in force
 * there. */
enum rd_status rd_caller_open(struct rd_caller *caller, struct rd_cli *cli, const char *data_dir,
                              const char *policy_dir, struct rd_error *error) RD_MUST_CHECK;
/* An empty engine with these rules, in a directory that is removed at the end. */
enum rd_status rd_caller_open_scratch(struct rd_caller *caller, struct rd_cli *cli,
                                      const char *policy_dir, struct rd_error *error) RD_MUST_CHECK;
/* Safe on a zeroed one. */
void rd_caller_close(struct rd_caller *caller);

/* One call; result and error.detail are made in `arena`. `params` is a map, to which "as" may be
 * added. */
enum rd_status rd_caller_call(struct rd_caller *caller, struct rd_arena *arena, const char *method,
                              struct rd_value *params, struct rd_value *result,
                              struct rd_error *error) RD_MUST_CHECK;

#endif
