/* The daemon's command: options and environment into rd_daemon_run's options, and nothing else. The
 * manual clock is asked for here only, never by a file or the environment, so that no daemon stands
 * still by accident.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/text.h"
#include "cli/cli.h"
#include "cli/commands.h"
#include "cli/dirs.h"
#include "server/daemon.h"

#define LISTEN_MAX 16

static enum rd_log_level serve_level(const char *name)
{
    if (strcmp(name, "debug") == 0)
        return RD_LOG_DEBUG;
    if (strcmp(name, "warn") == 0)
        return RD_LOG_WARN;
    return strcmp(name, "error") == 0 ? RD_LOG_ERROR : RD_LOG_INFO;
}

static enum rd_status serve_clock(const struct rd_args *args, struct rd_daemon_options *options,
                                  struct rd_error *error)
{
    options->clock_manual = strcmp(rd_args_text(args, "clock"), "manual") == 0;
    const char *start = rd_args_text(args, "clock-start");
    if (!start)
        return RD_OK;
    if (!options->clock_manual)
        return rd_error_set(error, RD_USAGE, "--clock-start needs --clock manual");
    if (!rd_time_read(start, &options->clock_start_ms))
        return rd_error_set(
            error, RD_USAGE,
            "--clock-start takes a time such as 2026-03-02T09:00:00+08:00, not '%s'", start);
    return RD_OK;
}

static uint32_t serve_rate(const struct rd_args *args, const char *name)
{
    int64_t rate = rd_args_number(args, name, 0);
    return rate > UINT32_MAX ? UINT32_MAX : (uint32_t)rate;
}

enum rd_status rd_run_serve(struct rd_cli *cli, struct rd_error *error)
{
    const struct rd_args *args = &cli->args;
    rd_log_set_level(serve_level(rd_args_text(args, "log-level")));
    const char *listen[LISTEN_MAX];
    struct rd_daemon_options options = {
        .data_dir = rd_args_text(args, "data"),
        .policy_dir = rd_args_text(args, "policy"),
        .policy_key = rd_args_text(args, "policy-key"),
        .listen = listen,
        .follow = rd_args_text(args, "follow"),
        .follow_token = rd_args_text(args, "follow-token"),
        .follow_ca = rd_args_text(args, "follow-ca"),
        .listen_count = rd_args_list(args, "listen", listen, LISTEN_MAX),
    };
    options.tls_cert = rd_args_text(args, "tls-cert");
    options.tls_key = rd_args_text(args, "tls-key");
    options.account_rate = serve_rate(args, "rate-account");
    options.address_rate = serve_rate(args, "rate-address");
    options.login_within_s = serve_rate(args, "login-within");
    if (options.listen_count == 0) {
        listen[0] = rd_arena_printf(&cli->arena, "unix:%s/redress.sock", options.data_dir);
        options.listen_count = 1;
    }
    enum rd_status status = serve_clock(args, &options, error);
    /* a directory that somebody names is not made with all that lies above: it may be mistyped */
    if (status == RD_OK && !rd_args_given(args, "data") && !getenv("REDRESS_DATA"))
        status = rd_dirs_make(options.data_dir, error);
    if (status != RD_OK)
        return status;
    return rd_daemon_run(&options, error);
}
