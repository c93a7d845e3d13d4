/* Back-tests: a candidate's rules against the history of a data directory, in this process. The
 * directory is only read, so a daemon may go on with it; what is made anew to be asked goes into a
 * scratch directory. Or the daemon does it itself, beside its work, and is asked how far it is.
 *
 * Exit code 0 whatever the differences: they are what was asked for.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

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

#define BACKTEST_LOOK_US 200000

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
    status = rd_backtest_run(options, &cli->arena, result, &findings, error);
    rd_progress_end(&progress);
    rd_dirs_remove(options->scratch_dir);
    if (status == RD_CHECK_FAILED)
        rd_policy_print_findings(stderr, &findings);
    if (status == RD_OK)
        rd_map_set(&cli->arena, result, "took_ms",
                   rd_int((rd_clock_mono_ns() - began_ns) / 1000000));
    return status;
}

/* ---- by the daemon ---- */

/* What became of it; a candidate with errors is told like one that was checked. */
static enum rd_status backtest_ended(const struct rd_value *status, struct rd_value *result,
                                     struct rd_cli *cli, struct rd_error *error)
{
    const struct rd_value *why = rd_map_get(status, "error");
    const struct rd_value *findings = why ? rd_map_list(why, "findings") : NULL;
    if (rd_value_is(rd_map_get(status, "result"), RD_MAP)) {
        *result = *rd_map_get(status, "result");
        rd_map_set(&cli->arena, result, "took_ms", rd_int(rd_map_int(status, "took_ms", 0)));
        return RD_OK;
    }
    for (uint32_t i = 0; findings && i < findings->count; i++)
        fprintf(stderr, "%s\n", findings->items[i].text);
    bool cancelled = strcmp(rd_map_text(status, "state", ""), "cancelled") == 0;
    return rd_error_set(error, cancelled ? RD_CANCELLED : RD_CHECK_FAILED, "%s",
                        why ? rd_map_text(why, "message", "it failed") : "there is none");
}

static enum rd_status backtest_there(struct rd_cli *cli, struct rd_value *result,
                                     struct rd_error *error)
{
    struct rd_value params = rd_map(), none = rd_map(), answer;
    struct rd_progress progress;
    rd_cli_put_text(cli, &params, "since", "since");
    rd_cli_put_text(cli, &params, "until", "until");
    rd_cli_put_text(cli, &params, "type", "type");
    rd_cli_put_number(cli, &params, "cases", "cases");
    if (rd_args_flag(&cli->args, "activated"))
        rd_map_add(&cli->arena, &params, "activated", rd_bool(true));
    if (rd_args_flag(&cli->args, "full"))
        rd_map_add(&cli->arena, &params, "full", rd_bool(true));
    enum rd_status status = rd_cli_call(cli, "policy.backtest", &params, &answer, error);
    rd_progress_start(&progress, stderr, "asking again", "entries");
    while (status == RD_OK && strcmp(rd_map_text(&answer, "state", ""), "running") == 0) {
        rd_progress_set(&progress, (uint64_t)rd_map_int(&answer, "done", 0),
                        (uint64_t)rd_map_int(&answer, "all", 0));
        usleep(BACKTEST_LOOK_US);
        status = rd_cli_call(cli, "policy.backtest_status", &none, &answer, error);
    }
    rd_progress_end(&progress);
    return status == RD_OK ? backtest_ended(&answer, result, cli, error) : status;
}

static void backtest_state(struct rd_cli *cli, const struct rd_value *result)
{
    rd_buf_printf(&cli->out, "%s\n", rd_map_text(result, "state", ""));
}

static void backtest_show(struct rd_cli *cli, const struct rd_value *result)
{
    const char *output = rd_args_text(&cli->args, "output");
    if (strcmp(output, "json") == 0)
        rd_cli_print_json(cli, result);
    else if (strcmp(output, "html") == 0)
        rd_backtest_html(cli, result);
    else
        rd_backtest_print(cli, result);
}

enum rd_status rd_run_policy_backtest(struct rd_cli *cli, struct rd_error *error)
{
    const struct rd_args *args = &cli->args;
    const char *data = rd_args_text(args, "data");
    const char *dir = rd_args_operand(args, 0);
    struct rd_policy_source *sources;
    struct rd_value result;
    struct rd_backtest_options options = {
        .journal_dir = rd_arena_join(&cli->arena, data, "/journal"),
        .since = rd_args_text(args, "since"),
        .until = rd_args_text(args, "until"),
        .type = rd_args_text(args, "type"),
        .cases_max = (uint32_t)rd_args_number(args, "cases", 20),
        .activated = rd_args_flag(args, "activated"),
        .full = rd_args_flag(args, "full"),
    };
    struct rd_value none = rd_map();
    enum rd_status status;
    if (rd_args_flag(args, "cancel"))
        return rd_cli_call_print(cli, "policy.backtest_cancel", &none, backtest_state, error);
    if (rd_args_flag(args, "job")) {
        status = backtest_there(cli, &result, error);
        if (status == RD_OK)
            backtest_show(cli, &result);
        return status;
    }
    status = rd_dirs_check_data(data, error);
    if (status == RD_OK)
        status = rd_policy_read_dir(&cli->arena, dir ? dir : ".", &sources, &options.source_count,
                                    error);
    if (status != RD_OK)
        return status;
    options.sources = sources;
    status = backtest_here(cli, &options, &result, error);
    if (status == RD_OK)
        backtest_show(cli, &result);
    return status;
}
