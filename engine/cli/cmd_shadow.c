/* A candidate beside the policy in force: begun, looked at, ended. See docs/backtest.md.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/backtest_print.h"
#include "cli/cli.h"
#include "cli/commands.h"
#include "cli/output.h"
#include "policy/policy.h"

#define SHADOW_LOOK_US 100000
#define SHADOW_LOOKS_MAX                                                                           \
    300 /* until it is known whether the rules load; then it is told as it is */

static void shadow_print(struct rd_cli *cli, const struct rd_value *answer)
{
    const char *state = rd_map_text(answer, "state", "");
    const struct rd_value *result = rd_map_get(answer, "result");
    if (strcmp(state, "none") == 0) {
        rd_buf_text(&cli->out, "no shadow runs\n");
        return;
    }
    rd_buf_printf(&cli->out, "%s: %.12s, begun by %s at %s with entry %lld; %lld entries behind\n",
                  state, rd_map_text(answer, "policy", ""), rd_map_text(answer, "by", ""),
                  rd_map_text(answer, "began", ""), (long long)rd_map_int(answer, "from", 0),
                  (long long)rd_map_int(answer, "behind", 0));
    if (rd_value_is(result, RD_MAP))
        rd_backtest_print(cli, result);
}

/* What is wrong with the candidate, where it did not begin. */
static enum rd_status shadow_failed(const struct rd_value *answer, struct rd_error *error)
{
    const struct rd_value *why = rd_map_get(answer, "error");
    const struct rd_value *findings = why ? rd_map_list(why, "findings") : NULL;
    if (!why)
        return RD_OK;
    for (uint32_t i = 0; findings && i < findings->count; i++)
        fprintf(stderr, "%s\n", findings->items[i].text);
    return rd_error_set(error, RD_CHECK_FAILED, "%s", rd_map_text(why, "message", "it failed"));
}

static enum rd_status shadow_begin(struct rd_cli *cli, const char *dir, struct rd_error *error)
{
    struct rd_value params = rd_map(), files = rd_map(), none = rd_map(), answer;
    struct rd_policy_source *sources;
    size_t count;
    enum rd_status status = rd_policy_read_dir(&cli->arena, dir, &sources, &count, error);
    for (size_t i = 0; status == RD_OK && i < count; i++)
        rd_map_add(&cli->arena, &files, sources[i].path,
                   rd_text_copy(&cli->arena, sources[i].text, sources[i].len));
    rd_map_set(&cli->arena, &params, "sources", files);
    if (status == RD_OK)
        status = rd_cli_call(cli, "policy.shadow", &params, &answer, error);
    for (int i = 0; status == RD_OK && i < SHADOW_LOOKS_MAX &&
                    strcmp(rd_map_text(&answer, "state", ""), "starting") == 0;
         i++) {
        usleep(SHADOW_LOOK_US);
        status = rd_cli_call(cli, "policy.shadow_status", &none, &answer, error);
    }
    if (status == RD_OK)
        status = shadow_failed(&answer, error);
    if (status == RD_OK && cli->json)
        rd_cli_print_json(cli, &answer);
    else if (status == RD_OK)
        shadow_print(cli, &answer);
    return status;
}

enum rd_status rd_run_policy_shadow(struct rd_cli *cli, struct rd_error *error)
{
    const char *dir = rd_args_operand(&cli->args, 0);
    bool stop = rd_args_flag(&cli->args, "stop"), show = rd_args_flag(&cli->args, "show");
    struct rd_value none = rd_map();
    if ((dir != NULL) + stop + show > 1)
        return rd_error_set(error, RD_INVALID_PARAMS,
                            "give DIR, --stop or --show, not two of them");
    if (dir)
        return shadow_begin(cli, dir, error);
    return rd_cli_call_print(cli, stop ? "policy.shadow_stop" : "policy.shadow_status", &none,
                             shadow_print, error);
}
