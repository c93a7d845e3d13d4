/* One way to call, two ways to be answered. Commands that read or fill a data directory need not
 * know whether a daemon stands in front of it. An engine in this process is called as the process
 * itself (an administrator), so it must be the owner of the directory: the lock and the file modes
 * see to that.
 */
#include "cli/caller.h"

#include <stdio.h>

#include "cli/dirs.h"
#include "cli/policy_print.h"
#include "cli/progress.h"
#include "kernel/kernel.h"
#include "server/client.h"

enum rd_status rd_caller_connect(struct rd_caller *caller, struct rd_cli *cli,
                                 struct rd_error *error)
{
    *caller = (struct rd_caller){ .as = rd_args_text(&cli->args, "as") };
    return rd_cli_connect(cli, &caller->client, error);
}

static void caller_progress(void *context, uint64_t done, uint64_t all)
{
    rd_progress_set(context, done, all);
}

static enum rd_status caller_open_kernel(struct rd_caller *caller, struct rd_cli *cli,
                                         struct rd_kernel_options *options, struct rd_error *error)
{
    struct rd_progress progress;
    rd_progress_start(&progress, stderr, "replaying", "entries");
    options->progress = caller_progress;
    options->progress_context = &progress;
    struct rd_findings findings;
    rd_findings_init(&findings, &cli->arena);
    struct rd_kernel_start start = { 0 };
    enum rd_status status = rd_kernel_open(options, &findings, &caller->kernel, &start, error);
    rd_progress_end(&progress);
    if (status == RD_POLICY_REFUSED || start.policy_refused)
        rd_policy_print_findings(stderr, &findings);
    if (status == RD_OK && start.policy_refused)
        fprintf(stderr, "the rules are not usable; the stored ones go on\n");
    return status;
}

enum rd_status rd_caller_open(struct rd_caller *caller, struct rd_cli *cli, const char *data_dir,
                              const char *policy_dir, struct rd_error *error)
{
    *caller = (struct rd_caller){ .as = NULL };
    struct rd_kernel_options options = { .data_dir = data_dir, .policy_dir = policy_dir };
    return caller_open_kernel(caller, cli, &options, error);
}

enum rd_status rd_caller_open_scratch(struct rd_caller *caller, struct rd_cli *cli,
                                      const char *policy_dir, struct rd_error *error)
{
    *caller = (struct rd_caller){ .as = NULL };
    enum rd_status status = rd_dirs_make_scratch(&cli->arena, &caller->scratch, error);
    if (status != RD_OK)
        return status;
    struct rd_kernel_options options = { .data_dir = caller->scratch, .policy_dir = policy_dir };
    return caller_open_kernel(caller, cli, &options, error);
}

void rd_caller_close(struct rd_caller *caller)
{
    rd_client_close(caller->client);
    rd_kernel_close(caller->kernel);
    if (caller->scratch)
        rd_dirs_remove(caller->scratch);
    *caller = (struct rd_caller){ .as = NULL };
}

static void caller_error(struct rd_arena *arena, const struct rd_error *from,
                         struct rd_error *error)
{
    *error = *from;
    if (!from->detail)
        return;
    struct rd_value *detail = rd_arena_alloc(arena, sizeof *detail);
    *detail = rd_value_copy(arena, from->detail);
    error->detail = detail;
}

static enum rd_status caller_run(struct rd_caller *caller, struct rd_arena *arena,
                                 const char *method, const struct rd_value *params,
                                 struct rd_value *result, struct rd_error *error)
{
    struct rd_request request = {
        .arena = arena, .method = method, .params = params, .peer = { .door = RD_DOOR_INSIDE }
    };
    rd_kernel_call(caller->kernel, &request);
    if (request.status == RD_OK)
        *result = rd_value_copy(arena, &request.result); /* it is printed when all is closed */
    else if (error)
        caller_error(arena, &request.error, error);
    return request.status;
}

enum rd_status rd_caller_call(struct rd_caller *caller, struct rd_arena *arena, const char *method,
                              struct rd_value *params, struct rd_value *result,
                              struct rd_error *error)
{
    if (caller->as)
        rd_map_set(arena, params, "as", rd_text(caller->as));
    if (caller->kernel)
        return caller_run(caller, arena, method, params, result, error);
    return rd_client_call(caller->client, arena, method, params, result, error);
}
