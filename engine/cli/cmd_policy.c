/* The policy's commands: check and test a directory in this process, ask its decisions, print its
 * language.
 *
 * Findings and broken promises are results, so they go to standard output as FILE:LINE: sentence,
 * the form that editors jump by; totals come last.
 */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/json.h"
#include "cli/caller.h"
#include "cli/cli.h"
#include "cli/commands.h"
#include "cli/output.h"
#include "cli/policy_print.h"
#include "cli/progress.h"
#include "kernel/promise.h"
#include "policy/policy.h"

/* ---- findings ---- */

void rd_policy_print_findings(FILE *to, const struct rd_findings *findings)
{
    struct rd_buf out;
    rd_buf_init(&out);
    rd_policy_put_findings(&out, findings);
    if (out.len > 0)
        fwrite(out.data, 1, out.len, to);
    rd_buf_fini(&out);
}

enum rd_status rd_policy_open_dir(struct rd_arena *arena, const char *dir,
                                  struct rd_policy_source **sources, size_t *count,
                                  struct rd_policy **policy, struct rd_error *error)
{
    struct rd_findings findings;
    rd_findings_init(&findings, arena);
    *policy = NULL;
    enum rd_status status = rd_policy_read_dir(arena, dir, sources, count, error);
    if (status == RD_OK)
        status = rd_policy_load(*sources, *count, NULL, &findings, policy, error);
    if (status != RD_CHECK_FAILED)
        return status;
    rd_policy_print_findings(stderr, &findings);
    return rd_error_set(error, status, "the rules in %s are not usable", dir);
}

/* ---- check ---- */

static const char *policy_dir(struct rd_cli *cli)
{
    const char *dir = rd_args_operand(&cli->args, 0);
    return dir ? dir : ".";
}

static void policy_print_check(struct rd_cli *cli, const struct rd_findings *findings,
                               const char *hash, const struct rd_policy_source *sources,
                               size_t files)
{
    if (rd_args_flag(&cli->args, "sarif")) {
        struct rd_value log = rd_policy_findings_sarif(&cli->arena, findings, sources, files);
        rd_cli_print_json(cli, &log);
        return;
    }
    if (cli->json) {
        struct rd_value result = rd_map();
        rd_map_set(&cli->arena, &result, "hash", rd_text(hash));
        rd_map_set(&cli->arena, &result, "files", rd_int((int64_t)files));
        rd_map_set(&cli->arena, &result, "errors", rd_int((int64_t)findings->errors));
        rd_map_set(&cli->arena, &result, "warnings", rd_int((int64_t)findings->warnings));
        rd_map_set(&cli->arena, &result, "findings",
                   rd_policy_findings_value(&cli->arena, findings, sources, files));
        rd_cli_print_json(cli, &result);
        return;
    }
    rd_policy_put_findings_at(&cli->out, findings, sources, files);
    rd_buf_printf(&cli->out, "%zu files, %zu errors, %zu warnings, generation %.12s\n", files,
                  findings->errors, findings->warnings, hash);
}

enum rd_status rd_run_policy_check(struct rd_cli *cli, struct rd_error *error)
{
    struct rd_policy_source *sources;
    size_t count;
    enum rd_status status =
        rd_policy_read_dir(&cli->arena, policy_dir(cli), &sources, &count, error);
    if (status != RD_OK)
        return status;
    struct rd_findings findings;
    rd_findings_init(&findings, &cli->arena);
    rd_policy_look_beside(&cli->arena, policy_dir(cli), &findings);
    struct rd_policy *policy = NULL;
    struct rd_error why = RD_ERROR_NONE;
    status = rd_policy_load_new(sources, count, NULL, &findings, &policy, &why);
    rd_policy_free(policy);
    if (status != RD_OK && status != RD_CHECK_FAILED) {
        *error = why;
        return status;
    }
    char hash[RD_POLICY_HASH_TEXT];
    rd_policy_hash(sources, count, hash);
    policy_print_check(cli, &findings, hash, sources, count);
    return status;
}

/* ---- test ---- */

struct policy_test {
    struct rd_cli *cli;
    struct rd_progress progress;
    uint64_t run;
};

static void policy_put_broken(struct rd_buf *out, const struct rd_promise *promise)
{
    rd_buf_printf(out, "%s:%d: broken: ", promise->file, promise->line);
    rd_output_plain(out, promise->title, strlen(promise->title));
    rd_buf_text(out, "\n  ");
    if (promise->why)
        rd_output_plain(out, promise->why, strlen(promise->why));
    rd_buf_char(out, '\n');
}

static void policy_test_progress(void *context, const struct rd_promise *promise)
{
    struct policy_test *test = context;
    (void)promise;
    rd_progress_set(&test->progress, ++test->run, 0);
}

static struct rd_value policy_report_value(struct rd_cli *cli,
                                           const struct rd_promise_report *report)
{
    struct rd_arena *arena = &cli->arena;
    struct rd_value result = rd_map();
    struct rd_value broken = rd_list();
    struct rd_value missed = rd_list();
    for (size_t i = 0; i < report->run; i++) {
        const struct rd_promise *promise = &report->promises[i];
        if (promise->kept)
            continue;
        struct rd_value item = rd_map();
        rd_map_set(arena, &item, "title", rd_text(promise->title));
        rd_map_set(arena, &item, "file", rd_text(promise->file));
        rd_map_set(arena, &item, "line", rd_int(promise->line));
        rd_map_set(arena, &item, "why", promise->why ? rd_text(promise->why) : rd_null());
        rd_list_add(arena, &broken, item);
    }
    for (size_t i = 0; i < report->spots - report->visited; i++) {
        struct rd_value item = rd_map();
        rd_map_set(arena, &item, "file", rd_text(report->missed[i].file));
        rd_map_set(arena, &item, "line", rd_int(report->missed[i].line));
        rd_map_set(arena, &item, "text", rd_text(report->missed[i].text));
        rd_list_add(arena, &missed, item);
    }
    rd_map_set(arena, &result, "passed", rd_int((int64_t)report->kept));
    rd_map_set(arena, &result, "failed", rd_int((int64_t)(report->run - report->kept)));
    rd_map_set(arena, &result, "spots", rd_int((int64_t)report->spots));
    rd_map_set(arena, &result, "visited", rd_int((int64_t)report->visited));
    rd_map_set(arena, &result, "broken", broken);
    rd_map_set(arena, &result, "missed", missed);
    return result;
}

static void policy_print_report(struct rd_cli *cli, const struct rd_promise_report *report)
{
    struct rd_buf *out = &cli->out;
    for (size_t i = 0; i < report->run; i++)
        if (!report->promises[i].kept)
            policy_put_broken(out, &report->promises[i]);
    for (size_t i = 0; i < report->spots - report->visited; i++)
        rd_buf_printf(out, "%s:%d: no promise visits %s\n", report->missed[i].file,
                      report->missed[i].line, report->missed[i].text);
    double part = report->spots ? 100.0 * (double)report->visited / (double)report->spots : 100.0;
    rd_buf_printf(out, "visited %zu of %zu rows, guards and transitions (%.1f %%)\n",
                  report->visited, report->spots, part);
    rd_buf_printf(out, "%zu passed, %zu failed\n", report->kept, report->run - report->kept);
}

static enum rd_status policy_test_once(struct rd_cli *cli, struct rd_error *error)
{
    struct rd_policy_source *sources;
    size_t count;
    enum rd_status status =
        rd_policy_read_dir(&cli->arena, policy_dir(cli), &sources, &count, error);
    if (status != RD_OK)
        return status;
    struct rd_findings findings;
    rd_findings_init(&findings, &cli->arena);
    struct rd_policy *policy = NULL;
    status = rd_policy_load(sources, count, NULL, &findings, &policy, error);
    rd_policy_free(policy);
    if (status != RD_OK) {
        rd_policy_put_findings_at(&cli->out, &findings, sources, count);
        return status;
    }
    struct policy_test test = { .cli = cli };
    struct rd_promise_report report = { 0 };
    rd_progress_start(&test.progress, stderr, "testing", "tests");
    status = rd_promises_run(sources, count, rd_args_text(&cli->args, "only"), policy_test_progress,
                             &test, &cli->arena, &report, error);
    rd_progress_end(&test.progress);
    if (status != RD_OK)
        return status;
    if (cli->json) {
        struct rd_value result = policy_report_value(cli, &report);
        rd_cli_print_json(cli, &result);
    } else {
        policy_print_report(cli, &report);
    }
    return report.kept == report.run ? RD_OK : RD_CHECK_FAILED;
}

#define WATCH_LOOK_MS 300

static void policy_watch_write(struct rd_cli *cli)
{
    fwrite(cli->out.data, 1, cli->out.len, stdout);
    fflush(stdout);
    rd_buf_clear(&cli->out);
}

/* The directory's hash; empty while it can't be read (an editor may be writing). */
static void policy_watch_hash(struct rd_cli *cli, char hash[RD_POLICY_HASH_TEXT])
{
    struct rd_policy_source *sources;
    struct rd_error ignored = RD_ERROR_NONE;
    size_t count;
    hash[0] = 0;
    rd_arena_reset(&cli->arena);
    if (rd_policy_read_dir(&cli->arena, policy_dir(cli), &sources, &count, &ignored) == RD_OK)
        rd_policy_hash(sources, count, hash);
}

/* Tests again whenever a file has changed; `--count` ends it (0: only a signal does). */
static enum rd_status policy_test_watch(struct rd_cli *cli, struct rd_error *error)
{
    const struct timespec look = { .tv_nsec = WATCH_LOOK_MS * 1000000l };
    int64_t left = rd_args_number(&cli->args, "count", 0);
    char tested[RD_POLICY_HASH_TEXT] = "", now[RD_POLICY_HASH_TEXT];
    enum rd_status status = RD_OK;
    for (bool ends = left > 0; !ends || left > 0; left--) {
        for (policy_watch_hash(cli, now); strcmp(now, tested) == 0; policy_watch_hash(cli, now))
            nanosleep(&look, NULL);
        memcpy(tested, now, sizeof tested);
        *error = RD_ERROR_NONE;
        status = policy_test_once(cli, error);
        if (status != RD_OK && error->text[0])
            rd_buf_printf(&cli->out, "%s\n", error->text);
        policy_watch_write(cli);
    }
    return status;
}

enum rd_status rd_run_policy_test(struct rd_cli *cli, struct rd_error *error)
{
    return rd_args_flag(&cli->args, "watch") ? policy_test_watch(cli, error)
                                             : policy_test_once(cli, error);
}

/* ---- decide ---- */

/* The outputs, and by which rows. */
static void policy_print_decision(struct rd_cli *cli, const struct rd_value *result)
{
    static const struct rd_column outputs[] = { { "output", false }, { "value", false } };
    static const struct rd_column rules[] = { { "rule", false }, { "line", false } };
    const struct rd_value *output = rd_map_get(result, "output");
    const struct rd_value *rows = rd_map_list(result, "rules");
    struct rd_grid grid;
    rd_grid_init(&grid, &cli->arena, outputs, 2);
    for (uint32_t i = 0; rd_value_is(output, RD_MAP) && i < output->count; i++)
        rd_grid_add(&grid,
                    (const char *const[]){ output->pairs[i].key,
                                           rd_output_cell(&cli->arena, &output->pairs[i].value) });
    rd_grid_write(&grid, &cli->out, cli->colour);
    rd_buf_text(&cli->out, rows->count ? "\n" : "\nno row matches\n");
    rd_grid_init(&grid, &cli->arena, rules, 2);
    for (uint32_t i = 0; i < rows->count; i++)
        rd_grid_add(&grid, (const char *const[]){ rd_map_text(&rows->items[i], "rule", ""),
                                                  rd_map_text(&rows->items[i], "line", "") });
    rd_grid_write(&grid, &cli->out, cli->colour);
}

enum rd_status rd_run_decide(struct rd_cli *cli, struct rd_error *error)
{
    struct rd_value input;
    enum rd_status status = rd_cli_read_fields(cli, "input", 1, &input, error);
    if (status != RD_OK)
        return status;
    struct rd_value params = rd_map();
    rd_map_set(&cli->arena, &params, "name", rd_text(cli->args.operands[0]));
    rd_map_set(&cli->arena, &params, "input", input);
    const char *dir = rd_args_text(&cli->args, "policy");
    if (!dir)
        return rd_cli_call_print(cli, "decision.evaluate", &params, policy_print_decision, error);
    struct rd_caller caller;
    struct rd_value result;
    status = rd_caller_open_scratch(&caller, cli, dir, error);
    if (status == RD_OK)
        status = rd_caller_call(&caller, &cli->arena, "decision.evaluate", &params, &result, error);
    if (status == RD_OK && cli->json)
        rd_cli_print_json(cli, &result);
    else if (status == RD_OK)
        policy_print_decision(cli, &result);
    rd_caller_close(&caller);
    return status;
}
