/* Back-tests: a candidate's rules against the history of a data directory, in this process. The
 * directory is only read, so a daemon may go on with it; what is made anew to be asked goes into a
 * scratch directory.
 *
 * Exit code 0 whatever the differences: they are what was asked for.
 */
#include <string.h>

#include "base/clock.h"
#include "cli/backtest_print.h"
#include "cli/cli.h"
#include "cli/commands.h"
#include "cli/dirs.h"
#include "cli/output.h"
#include "cli/policy_print.h"
#include "cli/progress.h"
#include "kernel/backtest.h"
#include "policy/policy.h"

static bool backtest_progress(void *context, uint64_t done, uint64_t all)
{
    rd_progress_set(context, done, all);
    return true;
}

static enum rd_status backtest_here(struct rd_cli *cli, struct rd_backtest_options *options,
                                    struct rd_value *result, struct rd_error *error)
{
    struct rd_progress progress;
    struct rd_findings findings;
    int64_t began_ns = rd_clock_mono_ns();
    rd_findings_init(&findings, &cli->arena);
    enum rd_status status = rd_dirs_make_scratch(&cli->arena, &options->scratch_dir, error);
    if (status != RD_OK)
        return status;
    rd_progress_start(&progress, stderr, "asking again", "entries");
    options->progress = backtest_progress;
    options->context = &progress;
    status = rd_backtest_quick(options, &cli->arena, result, &findings, error);
    rd_progress_end(&progress);
    rd_dirs_remove(options->scratch_dir);
    if (status == RD_CHECK_FAILED)
        rd_policy_print_findings(stderr, &findings);
    if (status == RD_OK)
        rd_map_set(&cli->arena, result, "took_ms",
                   rd_int((rd_clock_mono_ns() - began_ns) / 1000000));
    return status;
}

enum rd_status rd_run_policy_backtest(struct rd_cli *cli, struct rd_error *error)
{
    const struct rd_args *args = &cli->args;
    const char *data = rd_args_text(args, "data"), *output = rd_args_text(args, "output");
    const char *dir = rd_args_operand(args, 0);
    struct rd_policy_source *sources;
    struct rd_value result;
    struct rd_backtest_options options = {
        .journal_dir = rd_arena_join(&cli->arena, data, "/journal"),
        .since = rd_args_text(args, "since"),
        .until = rd_args_text(args, "until"),
        .type = rd_args_text(args, "type"),
        .cases_max = (uint32_t)rd_args_number(args, "cases", 20),
    };
    enum rd_status status = rd_dirs_check_data(data, error);
    if (status == RD_OK)
        status = rd_policy_read_dir(&cli->arena, dir ? dir : ".", &sources, &options.source_count,
                                    error);
    if (status != RD_OK)
        return status;
    options.sources = sources;
    status = backtest_here(cli, &options, &result, error);
    if (status != RD_OK)
        return status;
    if (strcmp(output, "json") == 0)
        rd_cli_print_json(cli, &result);
    else
        rd_backtest_print(cli, &result);
    return RD_OK;
}
