/* `redress case capture`: a case as a test beside the rules, and whether it is kept by them. */
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/commands.h"
#include "cli/output.h"
#include "kernel/promise.h"
#include "policy/policy.h"

#define CAPTURE_PATH "rules/captured_test.lua"

/* The sources without empty tests: `capture --policy . > rules/case_1_test.lua` finds the file that
 * the shell has just made for it. */
static size_t capture_others(struct rd_policy_source *all, const struct rd_policy_source *sources,
                             size_t count)
{
    static const char ending[] = "_test.lua";
    size_t kept = 0;
    for (size_t i = 0; i < count; i++) {
        size_t len = strlen(sources[i].path);
        bool test =
            len >= strlen(ending) && strcmp(sources[i].path + len - strlen(ending), ending) == 0;
        if (!test || sources[i].len > 0)
            all[kept++] = sources[i];
    }
    return kept;
}

/* Runs the test with the rules of a directory: RD_CHECK_FAILED where they break it. */
static enum rd_status capture_try(struct rd_cli *cli, const char *dir, const char *title,
                                  const char *text, struct rd_error *error)
{
    struct rd_policy_source *sources, *all;
    struct rd_promise_report report = { 0 };
    size_t count;
    enum rd_status status = rd_policy_read_dir(&cli->arena, dir, &sources, &count, error);
    if (status != RD_OK)
        return status;
    all = rd_arena_zalloc(&cli->arena, count + 1, sizeof *all);
    count = capture_others(all, sources, count);
    all[count++] = (struct rd_policy_source){ CAPTURE_PATH, text, strlen(text) };
    status = rd_promises_run(all, count, title, NULL, NULL, &cli->arena, &report, error);
    if (status != RD_OK)
        return status;
    for (size_t i = 0; i < report.run; i++)
        if (!report.promises[i].kept)
            return rd_error_set(error, RD_CHECK_FAILED, "the rules of %s break it: %s", dir,
                                report.promises[i].why ? report.promises[i].why : "");
    return report.run ? RD_OK
                      : rd_error_set(error, RD_CHECK_FAILED, "the test was not found again");
}

static void capture_print(struct rd_cli *cli, const struct rd_value *result)
{
    rd_buf_text(&cli->out, rd_map_text(result, "text", ""));
}

enum rd_status rd_run_case_capture(struct rd_cli *cli, struct rd_error *error)
{
    struct rd_value params = rd_map(), result;
    const char *dir = rd_args_text(&cli->args, "policy");
    rd_map_set(&cli->arena, &params, "id", rd_text(cli->args.operands[0]));
    enum rd_status status = rd_cli_call(cli, "case.capture", &params, &result, error);
    if (status != RD_OK)
        return status;
    if (cli->json)
        rd_cli_print_json(cli, &result);
    else
        capture_print(cli, &result);
    return dir ? capture_try(cli, dir, rd_map_text(&result, "title", ""),
                             rd_map_text(&result, "text", ""), error)
               : RD_OK;
}
